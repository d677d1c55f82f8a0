//! Code in a notation that the grammar does not read: the arguments of a Rust macro are loose tokens to it.
//!
//! A dialect says how such a stretch divides into arguments and which of them are ordinary code. That code is spelled into
//! a text of the same length, parsed with the same grammar and read by the same query, so every position is one of the
//! file and everything (calls, closures, awaits, failures) is found inside macros by the patterns that find it elsewhere.

use tree_sitter::{Node, Point, Range};

use super::reader::{Reader, node_span};
use crate::facts::code::{Arg, Expr, ExprKind};
use crate::model::{SourceText, Span};

/// How deep code may hide in code: a macro in the argument of a macro is two.
pub(super) const MAX_ROUNDS: usize = 4;

/// The arguments of one stretch of foreign notation.
#[derive(Debug)]
pub(super) struct Embedded {
    /// The node captured as `@call.args`.
    pub(super) at: Span,
    pub(super) args: Vec<EmbeddedArg>,
}

#[derive(Debug)]
pub(super) struct EmbeddedArg {
    /// With its name.
    pub(super) span: Span,
    pub(super) name: Option<String>,
    /// The value alone.
    pub(super) at: Span,
    pub(super) value: Piece,
}

#[derive(Debug)]
pub(super) enum Piece {
    /// An expression of the language, to be read like any other.
    Code(Span),
    /// Statements between delimiters, which count as braces.
    Body(Span),
    /// Nothing to parse: a name or a literal.
    Known(ExprKind),
    Record(Vec<(String, EmbeddedArg)>),
    List(Vec<EmbeddedArg>),
    /// A format string; holes name a variable or point at another argument.
    Format {
        text: String,
        holes: Vec<Hole>,
    },
}

#[derive(Debug)]
pub(super) enum Hole {
    Name(Span, String),
    Arg(usize),
}

/// The code of one round, in a text as long as the file.
pub(super) struct Spelled {
    pub(super) text: String,
    pub(super) ranges: Vec<Range>,
}

/// One tuple of all the code: `(first, second, …)`. Its punctuation takes the places of bytes between the pieces, and the
/// parser is shown nothing else of the file.
pub(super) fn spell(source: &SourceText, found: &[Embedded]) -> Option<Spelled> {
    let mut pieces = Vec::new();
    for arg in found.iter().flat_map(|embedded| &embedded.args) {
        collect(&arg.value, &mut pieces);
    }
    pieces.sort_by_key(|(span, _)| *span);
    let mut bytes = source.as_str().as_bytes().to_vec();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (span, is_body) in pieces {
        let (start, end) = (span.start as usize, span.end as usize);
        let after = ranges.last().map_or(1, |last| last.1);
        // A piece needs a byte of its own on either side, and both must be plain ASCII to be overwritten.
        let room = start >= after && start < end && end < bytes.len() && bytes[start - 1].is_ascii();
        if !room || !bytes[end].is_ascii() {
            continue;
        }
        if is_body {
            bytes[start] = b'{';
            bytes[end - 1] = b'}';
        }
        bytes[end] = b',';
        ranges.push((start, end + 1));
    }
    let (first, last) = (ranges.first()?.0, ranges.last()?.1);
    bytes[first - 1] = b'(';
    ranges[0].0 -= 1;
    bytes[last - 1] = b')';
    if bytes.get(last).is_some_and(u8::is_ascii) {
        bytes[last] = b';';
        if let Some(range) = ranges.last_mut() {
            range.1 += 1;
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let ranges = ranges.into_iter().map(|(start, end)| range(source, start, end)).collect();
    Some(Spelled { text, ranges })
}

fn collect(piece: &Piece, out: &mut Vec<(Span, bool)>) {
    match piece {
        Piece::Code(span) => out.push((*span, false)),
        Piece::Body(span) => out.push((*span, true)),
        Piece::Record(entries) => entries.iter().for_each(|(_, arg)| collect(&arg.value, out)),
        Piece::List(items) => items.iter().for_each(|arg| collect(&arg.value, out)),
        Piece::Known(_) | Piece::Format { .. } => {}
    }
}

fn range(source: &SourceText, start: usize, end: usize) -> Range {
    let point = |at: usize| {
        let line = source.line_of(at as u32);
        Point { row: line as usize - 1, column: at - source.line_span(line).start as usize }
    };
    Range { start_byte: start, end_byte: end, start_point: point(start), end_point: point(end) }
}

impl<'t> Reader<'_, 't> {
    /// Remembers the arguments found in one round and the nodes that their code became.
    pub(super) fn embed(&mut self, found: Vec<Embedded>, root: Option<Node<'t>>) {
        self.embedded.extend(found.into_iter().map(|embedded| (embedded.at, embedded.args)));
        let Some(tuple) = root.and_then(|root| root.named_child(0)).and_then(|statement| statement.named_child(0))
        else {
            return;
        };
        let mut cursor = tuple.walk();
        for piece in tuple.named_children(&mut cursor).filter(|node| !node.is_extra()) {
            self.islands.insert(piece.start_byte() as u32, piece);
        }
    }

    /// The arguments of a node in foreign notation; empty when its dialect could make nothing of it.
    pub(super) fn embedded_args(&self, node: Node<'_>) -> Vec<Arg> {
        self.embedded.get(&node_span(node)).map(|args| self.pieces(args)).unwrap_or_default()
    }

    pub(super) fn pieces(&self, args: &[EmbeddedArg]) -> Vec<Arg> {
        let mut read: Vec<Arg> = args.iter().map(|arg| self.piece(arg)).collect();
        for (index, arg) in args.iter().enumerate() {
            let Piece::Format { text, holes } = &arg.value else { continue };
            let holes = holes.iter().map(|hole| match hole {
                Hole::Name(span, name) => Expr { span: *span, kind: ExprKind::Path(vec![name.clone()]) },
                Hole::Arg(at) => read[*at].value.clone(),
            });
            read[index].value.kind = ExprKind::Str { text: text.clone(), holes: holes.collect() };
        }
        read
    }

    fn piece(&self, arg: &EmbeddedArg) -> Arg {
        let (span, kind) = match &arg.value {
            Piece::Code(span) | Piece::Body(span) => match self.islands.get(&span.start) {
                Some(node) => (node_span(*node), self.expr(*node).kind),
                None => (*span, ExprKind::Compound(Vec::new())),
            },
            Piece::Known(kind) => (arg.at, kind.clone()),
            Piece::Record(entries) => {
                let entries = entries.iter().map(|(key, arg)| (key.clone(), self.piece(arg).value));
                (arg.at, ExprKind::Record(entries.collect()))
            }
            Piece::List(items) => (arg.at, ExprKind::List(items.iter().map(|arg| self.piece(arg).value).collect())),
            Piece::Format { .. } => (arg.at, ExprKind::Compound(Vec::new())),
        };
        Arg { span: arg.span, name: arg.name.clone(), value: Expr { span, kind } }
    }
}
