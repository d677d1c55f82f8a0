//! The queries of one language, compiled once per process into a single pass, and their vocabulary.
//!
//! A pattern captures one *root* and its *parts*. Roots: `@scope @call @binding @failure @exit @import @type` (read by the
//! dialect's hooks, parts as `@call.callee`), `@decorator` (one that is a sibling of what it decorates), and the plain regions
//! `@await @loop @block @deferred @spawned @branch @comment @string @statement`, recorded as spans. `@mark.discarded`, `@mark.returned`, `@mark.awaited` and `@mark.propagated` sit on call
//! nodes. `(#set! kind "…")` tells the hooks which kind of root it is. Captures that start with `_` are private.

use tree_sitter::Node;

use super::dialect::Dialect;
use super::pattern::{Fault, Patterns};
use super::walk::Match;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Scope,
    Call,
    Binding,
    Failure,
    Exit,
    Import,
    Type,
    Decorator,
    Region(Region),
    Mark(Mark),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    Await,
    Loop,
    Block,
    Deferred,
    Spawned,
    Branch,
    Comment,
    Str,
    Statement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Discarded,
    Returned,
    Awaited,
    Propagated,
}

/// What a capture index means.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    Root(Root),
    /// The text after the dot of `@call.callee`.
    Part(&'static str),
    Private,
}

pub(super) struct Compiled {
    pub(super) patterns: Patterns,
    meanings: Vec<Meaning>,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum CompileError {
    #[error("query of {language}: {source}")]
    Query { language: &'static str, source: Fault },
    #[error("query of {language}: unknown capture @{capture}")]
    Capture { language: &'static str, capture: String },
}

/// One match: its root node and parts.
pub(super) struct Hit<'q, 't> {
    pub(super) root: Root,
    pub(super) node: Node<'t>,
    pub(super) kind: Option<&'q str>,
    parts: Vec<(&'static str, Node<'t>)>,
}

impl<'t> Hit<'_, 't> {
    /// How much the pattern said about its root.
    pub(super) fn part_count(&self) -> usize {
        self.parts.len()
    }

    pub(super) fn part(&self, name: &str) -> Option<Node<'t>> {
        self.parts.iter().find(|(part, _)| *part == name).map(|(_, node)| *node)
    }

    pub(super) fn parts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Node<'t>> + 'a {
        self.parts.iter().filter(move |(part, _)| *part == name).map(|(_, node)| *node)
    }
}

const PARTS: [&str; 18] = [
    "name",
    "body",
    "params",
    "returns",
    "owner",
    "decorator",
    "base",
    "module",
    "alias",
    "value",
    "type",
    "callee",
    "args",
    "header",
    "error",
    "protected",
    "field",
    "modifier",
];

fn meaning(name: &str) -> Option<Meaning> {
    if name.starts_with('_') {
        return Some(Meaning::Private);
    }
    let root = match name {
        "scope" => Root::Scope,
        "call" => Root::Call,
        "binding" => Root::Binding,
        "failure" => Root::Failure,
        "exit" => Root::Exit,
        "import" => Root::Import,
        "type" => Root::Type,
        "decorator" => Root::Decorator,
        "await" => Root::Region(Region::Await),
        "loop" => Root::Region(Region::Loop),
        "block" => Root::Region(Region::Block),
        "deferred" => Root::Region(Region::Deferred),
        "spawned" => Root::Region(Region::Spawned),
        "branch" => Root::Region(Region::Branch),
        "comment" => Root::Region(Region::Comment),
        "string" => Root::Region(Region::Str),
        "statement" => Root::Region(Region::Statement),
        "mark.discarded" => Root::Mark(Mark::Discarded),
        "mark.returned" => Root::Mark(Mark::Returned),
        "mark.awaited" => Root::Mark(Mark::Awaited),
        "mark.propagated" => Root::Mark(Mark::Propagated),
        _ => {
            let (root, part) = name.split_once('.')?;
            let known = matches!(meaning(root)?, Meaning::Root(_));
            return PARTS.iter().find(|name| known && **name == part).map(|name| Meaning::Part(name));
        }
    };
    Some(Meaning::Root(root))
}

pub(super) fn compile(dialect: &Dialect) -> Result<Compiled, CompileError> {
    let language = dialect.language.name();
    let patterns = Patterns::parse(dialect.query, &(dialect.grammar)())
        .map_err(|source| CompileError::Query { language, source })?;
    let meanings = patterns
        .captures
        .iter()
        .map(|name| meaning(name).ok_or_else(|| CompileError::Capture { language, capture: name.clone() }))
        .collect::<Result<_, _>>()?;
    Ok(Compiled { patterns, meanings })
}

impl Compiled {
    /// The root and parts of one raw match; `None` when a pattern captured no root.
    pub(super) fn hit<'t>(&self, found: &Match<'_, 't>) -> Option<Hit<'_, 't>> {
        let mut root = None;
        let mut parts = Vec::new();
        for (capture, node) in found.captures {
            match self.meanings[*capture as usize] {
                Meaning::Root(meaning) => root = root.or(Some((meaning, *node))),
                Meaning::Part(name) => parts.push((name, *node)),
                Meaning::Private => {}
            }
        }
        let (root, node) = root?;
        let kind = self.patterns.patterns[found.pattern as usize].kind.as_deref();
        Some(Hit { root, node, kind, parts })
    }
}
