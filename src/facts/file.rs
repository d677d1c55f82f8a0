//! One file's facts, and the questions rules ask of them. Everything is answered by span containment.

use std::collections::HashMap;
use std::sync::Arc;

use super::code::{Call, CallId, Exit, Expr, ExprKind, Failure, Outline, Scope, ScopeId, ScopeKind};
use super::coverage::{Bit, Known, UnitCoverage};
use super::document::Document;
use super::monitoring::MonitoringFile;
use super::place::{FileClass, UnitKind};
use super::telemetry::{LogCall, Telemetry};
use crate::model::{FilePath, Language, Location, Side, SourceText, Span};

/// Everything known about one side of a change.
#[derive(Clone, Debug, Default)]
pub struct FactSet {
    files: HashMap<FilePath, FileFacts>,
    /// Monitoring documents that may ask for what changed; read at the head only.
    pub monitoring: Vec<MonitoringFile>,
    documents: HashMap<FilePath, Document>,
    units: Vec<UnitCoverage>,
    /// Which of them a file belongs to.
    homes: HashMap<FilePath, usize>,
}

impl FactSet {
    pub fn insert(&mut self, file: FileFacts) {
        self.files.insert(file.path.clone(), file);
    }

    pub fn file(&self, path: &FilePath) -> Option<&FileFacts> {
        self.files.get(path)
    }

    pub fn files(&self) -> impl Iterator<Item = &FileFacts> {
        self.files.values()
    }

    pub fn insert_document(&mut self, document: Document) {
        self.documents.insert(document.path.clone(), document);
    }

    pub fn document(&self, path: &FilePath) -> Option<&Document> {
        self.documents.get(path)
    }

    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values()
    }

    /// The units, and the unit of every file that was read.
    pub fn set_units(&mut self, units: Vec<UnitCoverage>, homes: HashMap<FilePath, usize>) {
        self.units = units;
        self.homes = homes;
    }

    pub fn units(&self) -> &[UnitCoverage] {
        &self.units
    }

    /// Takes in what the configuration says of all units.
    pub fn declare_external(&mut self, bits: &[Bit]) {
        self.units.iter_mut().for_each(|unit| unit.external = bits.to_vec());
    }

    /// Whether a bit is proven for the unit of a file, whatever the library.
    pub fn is_covered(&self, path: &FilePath, bit: Bit) -> bool {
        self.coverage(path).is_some_and(|unit| unit.answer(bit, "").known == Known::Proven)
    }

    /// What instruments the unit of a file.
    pub fn coverage(&self, path: &FilePath) -> Option<&UnitCoverage> {
        self.homes.get(path).map(|index| &self.units[*index])
    }
}

#[derive(Clone, Debug)]
pub struct FileFacts {
    pub path: FilePath,
    pub language: Language,
    pub class: FileClass,
    pub unit: UnitKind,
    /// The logging library that the unit's manifest declares.
    pub unit_logger: Option<String>,
    pub source: SourceText,
    /// Shared with the project it was read in.
    pub outline: Arc<Outline>,
    pub telemetry: Telemetry,
}

fn is_directive(comment: &str) -> bool {
    comment.trim_start_matches(['/', '#', '*', '!', ' ']).starts_with("sightline:")
}

/// The part of a list sorted by start whose spans start inside `span`.
fn starting_in<T>(list: &[T], span: Span, of: impl Fn(&T) -> Span) -> &[T] {
    let from = list.partition_point(|item| of(item).start < span.start);
    let to = list.partition_point(|item| of(item).start < span.end);
    &list[from..to.max(from)]
}

impl FileFacts {
    pub fn text(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    pub fn call(&self, id: CallId) -> &Call {
        &self.outline.calls[id.index()]
    }

    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.outline.scopes[id.index()]
    }

    /// Calls that lie wholly inside a span, with their ids.
    pub fn calls_in(&self, span: Span) -> impl Iterator<Item = (CallId, &Call)> {
        let from = self.outline.calls.partition_point(|call| call.span.start < span.start);
        let inside = starting_in(&self.outline.calls, span, |call| call.span);
        let ids = (from..).map(|index| CallId(index as u32));
        ids.zip(inside).filter(move |(_, call)| span.contains(call.span))
    }

    pub fn exits_in(&self, span: Span) -> impl Iterator<Item = &Exit> {
        starting_in(&self.outline.exits, span, |exit| exit.span).iter().filter(move |exit| span.contains(exit.span))
    }

    pub fn failures_in(&self, span: Span) -> impl Iterator<Item = &Failure> {
        starting_in(&self.outline.failures, span, |failure| failure.span).iter()
    }

    pub fn logs_in(&self, span: Span) -> impl Iterator<Item = &LogCall> {
        self.telemetry.logs.iter().filter(move |log| span.contains(log.span))
    }

    /// A comment for people. One for Sightline is none: it is judged, counted and dated where suppressions are read.
    pub fn has_comment_in(&self, span: Span) -> bool {
        starting_in(&self.outline.comments, span, |comment| *comment)
            .iter()
            .any(|comment| span.contains(*comment) && !is_directive(self.text(*comment)))
    }

    /// A comment on the line directly above a span.
    pub fn has_comment_above(&self, span: Span) -> bool {
        let line = self.source.line_of(span.start);
        line > 1 && {
            let above = self.source.line_span(line - 1);
            let text = self.text(above).trim_start();
            let comment =
                text.starts_with("//") || text.starts_with('#') && !text.starts_with("#[") || text.ends_with("*/");
            comment && !is_directive(text)
        }
    }

    pub fn canonical(&self, id: CallId) -> Option<&str> {
        self.telemetry.names.get(&id).map(|(name, _)| name.as_str())
    }

    /// The nearest enclosing function, method or closure; the file itself when there is none.
    pub fn function_of(&self, id: ScopeId) -> ScopeId {
        let mut at = id;
        while self.scope(at).kind == ScopeKind::Class {
            at = self.scope(at).parent.unwrap_or(ScopeId::FILE);
        }
        at
    }

    /// The nearest enclosing function that has a name: closures belong to the function that makes them.
    pub fn named_function_of(&self, id: ScopeId) -> ScopeId {
        let mut at = id;
        loop {
            let scope = self.scope(at);
            let named = scope.name.is_some() && scope.kind != ScopeKind::Class;
            match scope.parent {
                Some(parent) if !named => at = parent,
                _ => return at,
            }
        }
    }

    /// The scope and everything around it, innermost first.
    pub fn scopes_around(&self, id: ScopeId) -> impl Iterator<Item = (ScopeId, &Scope)> {
        let mut next = Some(id);
        std::iter::from_fn(move || {
            let at = next?;
            let scope = self.scope(at);
            next = scope.parent;
            Some((at, scope))
        })
    }

    /// Names of the enclosing classes and functions, outermost first, joined by dots; empty at file level.
    pub fn scope_path(&self, id: ScopeId) -> String {
        let mut names: Vec<&str> = Vec::new();
        for (_, scope) in self.scopes_around(id) {
            if let Some(name) = &scope.name {
                names.push(name);
                if let Some(owner) = scope.owner.as_deref().filter(|_| scope.kind == ScopeKind::Method) {
                    names.push(owner);
                }
            }
        }
        names.dedup();
        names.reverse();
        names.join(".")
    }

    /// Whether a scope, or one around it, is test code.
    pub fn in_test(&self, id: ScopeId) -> bool {
        // Modules that are compiled for the tests of other crates are marked by their name alone.
        let named = |scope: &Scope| {
            let name = scope.name.as_deref().unwrap_or_default();
            scope.kind == ScopeKind::Class && (matches!(name, "test" | "tests") || name.starts_with("test_"))
        };
        self.class == FileClass::Test || self.scope(id).is_test || self.scopes_around(id).any(|(_, scope)| named(scope))
    }

    /// Whether a name occurs as a word in a span, comments left out. Interpolated strings count, plain ones do as well:
    /// this question is asked to stay silent, so a doubtful answer is yes.
    pub fn mentions(&self, span: Span, name: &str) -> bool {
        self.occurrences(span, name).next().is_some()
    }

    /// Whether a variable of that name is used in a span: a member (`log.error`) or a macro (`error!`) of the name is not it.
    pub fn uses(&self, span: Span, name: &str) -> bool {
        let source = self.source.as_str();
        self.occurrences(span, name).any(|at| {
            let (before, after) = (&source[..at.start as usize], &source[at.end as usize..]);
            let member = before.ends_with('.') && !before.ends_with("..");
            let invoked = after.starts_with('!') && !after.starts_with("!=");
            !member && !invoked
        })
    }

    /// The first place in a span where a variable of that name is used.
    pub fn first_use(&self, span: Span, name: &str) -> Option<Span> {
        let source = self.source.as_str();
        self.occurrences(span, name).find(|at| {
            let before = &source[..at.start as usize];
            !before.ends_with('.') || before.ends_with("..")
        })
    }

    fn occurrences(&self, span: Span, name: &str) -> impl Iterator<Item = Span> {
        let text = self.text(span);
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        text.match_indices(name).filter_map(move |(at, _)| {
            let before = at.checked_sub(1).map(|index| text.as_bytes()[index]);
            let after = text.as_bytes().get(at + name.len()).copied();
            let here = Span::new(span.start as usize + at, span.start as usize + at + name.len());
            let whole = !before.is_some_and(is_word) && !after.is_some_and(is_word);
            (whole && !self.in_comment(here)).then_some(here)
        })
    }

    pub fn in_comment(&self, span: Span) -> bool {
        let after = self.outline.comments.partition_point(|comment| comment.start <= span.start);
        after > 0 && self.outline.comments[after - 1].contains(span)
    }

    /// The innermost scope that contains a span.
    pub fn scope_around(&self, span: Span) -> ScopeId {
        let scopes = &self.outline.scopes;
        let inside = scopes.iter().enumerate().filter(|(_, scope)| scope.span.contains(span));
        let innermost = inside.min_by_key(|(index, scope)| (scope.span.len(), usize::MAX - index));
        innermost.map_or(ScopeId::FILE, |(index, _)| ScopeId(index as u32))
    }

    /// The innermost block that contains a span.
    pub fn block_around(&self, span: Span) -> Option<Span> {
        let after = self.outline.blocks.partition_point(|block| block.start <= span.start);
        self.outline.blocks[..after].iter().rev().find(|block| block.contains(span) && **block != span).copied()
    }

    pub fn in_any(&self, list: &[Span], span: Span) -> bool {
        list.iter().any(|region| region.contains(span))
    }

    /// Where a span is, on the given side of the diff.
    pub fn location(&self, span: Span, side: Side) -> Location {
        let (line, end_line) = self.source.lines(span);
        let first = self.source.line_span(line);
        let start = self.source.pos(span.start).column;
        let end = self.source.pos(span.end.min(first.end).max(span.start)).column;
        Location { path: self.path.clone(), side, line, end_line, columns: (start, end) }
    }
}

impl Expr {
    /// Every plain name chain in this expression, interpolations and operands included, calls left to the caller.
    pub fn paths(&self) -> Vec<(&[String], Span)> {
        let mut out = Vec::new();
        self.collect_paths(&mut out);
        out
    }

    fn collect_paths<'a>(&'a self, out: &mut Vec<(&'a [String], Span)>) {
        match &self.kind {
            ExprKind::Path(path) => out.push((path, self.span)),
            ExprKind::Str { holes, .. } => holes.iter().for_each(|hole| hole.collect_paths(out)),
            ExprKind::Record(entries) => entries.iter().for_each(|(_, value)| value.collect_paths(out)),
            ExprKind::List(items) | ExprKind::Compound(items) => items.iter().for_each(|item| item.collect_paths(out)),
            ExprKind::Spread(inner) | ExprKind::Member(inner, _) => inner.collect_paths(out),
            ExprKind::Call(_) | ExprKind::Closure(_) | ExprKind::Literal(_) => {}
        }
    }

    /// The text of a plain string literal.
    pub fn literal(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Str { text, holes } if holes.is_empty() => Some(text),
            _ => None,
        }
    }

    pub fn as_path(&self) -> Option<&[String]> {
        match &self.kind {
            ExprKind::Path(path) => Some(path),
            _ => None,
        }
    }
}
