//! What a condition says about an error: that there is one, that there is none, which one it is.

use tree_sitter::Node;

use crate::model::Span;
use crate::syntax::reader::Reader;

/// Operators nested deeper than this are not followed.
const MAX_DEPTH: u32 = 24;

/// The error a condition is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subject {
    /// `["err"]`, `["result", "Error"]`; none when it is a member of a call: `f().Error`.
    pub(super) path: Option<Vec<String>>,
    pub(super) span: Span,
}

#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// True in the body: there is an error.
    pub(super) failed: Option<Subject>,
    /// True otherwise: there is an error when the condition does not hold.
    pub(super) succeeded: Option<Subject>,
    /// `errors.Is(err, X)`, `err == X`, `os.IsNotExist(err)`; `errors.As` targets keep their `&`.
    pub(super) types: Vec<String>,
    /// The condition says more than that there is an error.
    pub(super) guarded: bool,
}

impl Verdict {
    fn more() -> Self {
        Self { guarded: true, ..Self::default() }
    }

    fn typed(subject: Subject, kind: &str) -> Self {
        Self { failed: Some(subject), types: vec![kind.to_owned()], guarded: true, ..Self::default() }
    }
}

pub(super) fn verdict(reader: &Reader<'_, '_>, condition: Node<'_>) -> Verdict {
    // Every name of an error ends in `err`, `Err`, `error` or `Error`: most conditions need no closer look.
    if !reader.text(condition).contains("rr") {
        return Verdict::default();
    }
    judge(reader, condition, 0)
}

/// Whether a name is one that people give to errors: `err`, `cerr`, `errClose`, `e.err`, `result.Error`.
pub(super) fn is_error_name(name: &str) -> bool {
    if ["err", "Err", "error", "Error"].iter().any(|end| name.ends_with(end)) {
        return true;
    }
    let after = name.strip_prefix("err").and_then(|rest| rest.chars().next());
    after.is_some_and(|next| next.is_uppercase() || next.is_ascii_digit() || next == '_')
}

/// The error that a plain name or member stands for.
pub(super) fn subject(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Subject> {
    let last = match node.kind() {
        "identifier" => node,
        "selector_expression" => node.child_by_field_name("field")?,
        "parenthesized_expression" => return subject(reader, node.named_child(0)?),
        _ => return None,
    };
    is_error_name(reader.text(last)).then(|| Subject { path: reader.path(node), span: reader.span(node) })
}

fn judge(reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> Verdict {
    if depth > MAX_DEPTH {
        return Verdict::more();
    }
    match node.kind() {
        "parenthesized_expression" => {
            node.named_child(0).map_or_else(Verdict::more, |inner| judge(reader, inner, depth + 1))
        }
        "unary_expression" => negation(reader, node, depth),
        "binary_expression" => binary(reader, node, depth),
        "call_expression" => predicate(reader, node),
        _ => Verdict::more(),
    }
}

fn negation(reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> Verdict {
    let Some(operand) = node.child_by_field_name("operand") else { return Verdict::more() };
    let inner = judge(reader, operand, depth + 1);
    if inner.guarded {
        return Verdict::more();
    }
    Verdict { failed: inner.succeeded, succeeded: inner.failed, ..Verdict::default() }
}

fn binary(reader: &Reader<'_, '_>, node: Node<'_>, depth: u32) -> Verdict {
    let field = |name| node.child_by_field_name(name);
    let (Some(left), Some(operator), Some(right)) = (field("left"), field("operator"), field("right")) else {
        return Verdict::more();
    };
    match operator.kind() {
        joint @ ("&&" | "||") => {
            let (left, right) = (judge(reader, left, depth + 1), judge(reader, right, depth + 1));
            // `a == nil && b` may be false without an error; `a == nil || b` may not.
            let succeeded = if joint == "||" { left.succeeded.or(right.succeeded) } else { None };
            let both = left.failed.is_some() && right.failed.is_some();
            Verdict {
                guarded: left.guarded || right.guarded || !both,
                failed: left.failed.or(right.failed),
                succeeded,
                types: left.types.into_iter().chain(right.types).collect(),
            }
        }
        equality @ ("==" | "!=") => comparison(reader, left, right, equality == "=="),
        _ => Verdict::more(),
    }
}

fn comparison(reader: &Reader<'_, '_>, left: Node<'_>, right: Node<'_>, equal: bool) -> Verdict {
    if left.kind() == "nil" || right.kind() == "nil" {
        let other = if left.kind() == "nil" { right } else { left };
        let Some(subject) = subject(reader, other) else { return Verdict::more() };
        return if equal {
            Verdict { succeeded: Some(subject), ..Verdict::default() }
        } else {
            Verdict { failed: Some(subject), ..Verdict::default() }
        };
    }
    // `err != io.EOF` also holds when there is no error.
    if !equal {
        return Verdict::more();
    }
    let (first, second) = if is_sentinel(reader, left) { (right, left) } else { (left, right) };
    for (error, kind) in [(first, second), (second, first)] {
        // `phase == api.PhaseError` compares with a constant, `res.Error == gorm.ErrRecordNotFound` does not.
        let likely = |subject: &Subject| is_sentinel(reader, kind) || is_variable(subject);
        if let Some(subject) = subject(reader, error).filter(likely).or_else(|| concerns(reader, error)) {
            return Verdict::typed(subject, reader.text(kind));
        }
    }
    Verdict::more()
}

/// `err`, `cerr`, `closeErr`, `errRead`: no name of a constant.
fn is_variable(subject: &Subject) -> bool {
    let name = subject.path.as_deref().and_then(<[String]>::last).map_or("", String::as_str);
    name.starts_with("err") || name.ends_with("err") || (name.ends_with("Err") && name.starts_with(char::is_lowercase))
}

/// `ErrNotFound`, `sql.ErrNoRows`.
fn is_sentinel(reader: &Reader<'_, '_>, node: Node<'_>) -> bool {
    let text = reader.text(node);
    let last = text.rsplit('.').next().unwrap_or(text);
    last.len() > 3 && last.starts_with("Err")
}

/// `errors.Is(err, X)`, `errors.As(err, &x)`, `os.IsNotExist(err)`.
fn predicate(reader: &Reader<'_, '_>, node: Node<'_>) -> Verdict {
    let (Some(subject), Some(callee)) = (concerns(reader, node), node.child_by_field_name("function")) else {
        return Verdict::more();
    };
    let written = reader.text(callee);
    let name = written.rsplit('.').next().unwrap_or(written);
    let target = node.child_by_field_name("arguments").and_then(|arguments| arguments.named_child(1));
    match (name, target) {
        ("Is" | "As", Some(target)) => Verdict::typed(subject, reader.text(target)),
        _ if name.starts_with("Is") || name.starts_with("is") => Verdict::typed(subject, written),
        _ => Verdict::more(),
    }
}

/// The error that a call examines: its first argument.
fn concerns(reader: &Reader<'_, '_>, node: Node<'_>) -> Option<Subject> {
    if node.kind() != "call_expression" {
        return None;
    }
    subject(reader, node.child_by_field_name("arguments")?.named_child(0)?)
}
