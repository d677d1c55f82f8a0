//! Answers as trees: every object knows its type and its fields, and connections cut their own pages.

use std::collections::HashMap;

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonMap;

use super::scope::fail;

pub(super) struct Tree {
    kind: &'static str,
    fields: HashMap<&'static str, Field>,
}

pub(super) enum Field {
    Text(String),
    Number(u64),
    Flag(bool),
    Null,
    Object(Tree),
    Connection(Connection),
}

/// A list behind `first`, `after` and their mirror images.
pub(super) struct Connection {
    kind: &'static str,
    edge: &'static str,
    nodes: Vec<Tree>,
}

impl Tree {
    pub(super) fn new(kind: &'static str) -> Self {
        Self { kind, fields: HashMap::new() }
    }

    pub(super) fn with(mut self, name: &'static str, field: impl Into<Field>) -> Self {
        self.fields.insert(name, field.into());
        self
    }

    pub(super) fn list(self, name: &'static str, kind: &'static str, edge: &'static str, nodes: Vec<Self>) -> Self {
        self.with(name, Field::Connection(Connection { kind, edge, nodes }))
    }
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Field {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Field {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Tree> for Field {
    fn from(tree: Tree) -> Self {
        Self::Object(tree)
    }
}

impl<T: Into<Field>> From<Option<T>> for Field {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl ObjectValue for Tree {
    fn type_name(&self) -> &str {
        self.kind
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        match self.fields.get(info.field_name()) {
            None => Err(self.unknown_field_error(info)),
            Some(Field::Text(text)) => Ok(ResolvedValue::leaf(text.as_str())),
            Some(Field::Number(number)) => Ok(ResolvedValue::leaf(*number)),
            Some(Field::Flag(flag)) => Ok(ResolvedValue::leaf(*flag)),
            Some(Field::Null) => Ok(ResolvedValue::null()),
            Some(Field::Object(tree)) => Ok(ResolvedValue::object(Ref(tree))),
            Some(Field::Connection(connection)) => {
                Page::cut(connection, info.field_name(), info.arguments()).map(ResolvedValue::object)
            }
        }
    }
}

struct Ref<'t>(&'t Tree);

impl ObjectValue for Ref<'_> {
    fn type_name(&self) -> &str {
        self.0.type_name()
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        self.0.resolve_field(info)
    }
}

/// One page of a connection. Cursors are positions, opaque to clients as GitHub's are.
struct Page<'t> {
    of: &'t Connection,
    from: usize,
    to: usize,
}

impl<'t> Page<'t> {
    fn cut(of: &'t Connection, name: &str, arguments: &JsonMap) -> Result<Self, FieldError> {
        let number =
            |key: &str| arguments.get(key).and_then(|value| value.as_u64()).and_then(|n| usize::try_from(n).ok());
        let cursor = |key: &str| {
            let text = arguments.get(key).and_then(|value| value.as_str().map(str::to_owned))?;
            text.strip_prefix("Y3Vyc29y:").and_then(|digits| digits.parse::<usize>().ok())
        };
        let total = of.nodes.len();
        let low = cursor("after").map_or(0, |at| at + 1).min(total);
        let high = cursor("before").unwrap_or(total).min(total).max(low);
        match (number("first"), number("last")) {
            (None, None) => Err(fail(
                "MISSING_PAGINATION_BOUNDARIES",
                format!("You must provide a `first` or `last` value to properly paginate the `{name}` connection."),
            )),
            (Some(size), _) | (_, Some(size)) if size > 100 => Err(fail(
                "EXCESSIVE_PAGINATION",
                format!(
                    "Requesting {size} records on the `{name}` connection exceeds the `first` limit of 100 records."
                ),
            )),
            (Some(size), _) => Ok(Self { of, from: low, to: (low + size).min(high) }),
            (None, Some(size)) => Ok(Self { of, from: high.saturating_sub(size).max(low), to: high }),
        }
    }
}

fn cursor(at: usize) -> String {
    format!("Y3Vyc29y:{at}")
}

impl ObjectValue for Page<'_> {
    fn type_name(&self) -> &str {
        self.of.kind
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let shown = &self.of.nodes[self.from..self.to];
        match info.field_name() {
            "totalCount" => Ok(ResolvedValue::leaf(self.of.nodes.len() as u64)),
            "nodes" => Ok(ResolvedValue::list(shown.iter().map(|tree| ResolvedValue::object(Ref(tree))))),
            "edges" => {
                Ok(ResolvedValue::list(shown.iter().enumerate().map(|(index, node)| {
                    ResolvedValue::object(Edge { kind: self.of.edge, node, at: self.from + index })
                })))
            }
            "pageInfo" => {
                let empty = self.from == self.to;
                let info = Tree::new("PageInfo")
                    .with("hasNextPage", self.to < self.of.nodes.len())
                    .with("hasPreviousPage", self.from > 0)
                    .with("startCursor", (!empty).then(|| cursor(self.from)))
                    .with("endCursor", (!empty).then(|| cursor(self.to.saturating_sub(1))));
                Ok(ResolvedValue::object(info))
            }
            _ => Err(self.unknown_field_error(info)),
        }
    }
}

struct Edge<'t> {
    kind: &'static str,
    node: &'t Tree,
    at: usize,
}

impl ObjectValue for Edge<'_> {
    fn type_name(&self) -> &str {
        self.kind
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        match info.field_name() {
            "cursor" => Ok(ResolvedValue::leaf(cursor(self.at))),
            "node" => Ok(ResolvedValue::object(Ref(self.node))),
            _ => Err(self.unknown_field_error(info)),
        }
    }
}
