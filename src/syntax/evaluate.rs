//! What a string expression is worth, without running it: constants of this file, its package and its imports, joined and
//! formatted strings. What is not known at this place is a hole; nothing is guessed.

use super::project::{Project, Read};
use crate::facts::code::{Binding, Call, CallKind, Expr, ExprKind, ScopeId};
use crate::model::{Language, Span};

/// Constants that name constants are followed this far.
const MAX_DEPTH: u32 = 6;
/// More pieces are no name.
const MAX_PIECES: usize = 64;

/// A part of a string.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Hole(Expr),
}

/// The pieces of a string expression, neighbouring texts joined.
pub(super) fn pieces(project: &Project, file: usize, scope: ScopeId, expr: &Expr) -> Vec<Piece> {
    let mut out = Vec::new();
    Evaluation { project }.collect(file, scope, expr, 0, &mut out);
    out
}

/// The text of pieces that have no hole.
pub(super) fn whole(pieces: &[Piece]) -> Option<String> {
    match pieces {
        [] => Some(String::new()),
        [Piece::Text(text)] => Some(text.clone()),
        _ => None,
    }
}

fn push(out: &mut Vec<Piece>, piece: Piece) {
    let full = out.len() >= MAX_PIECES;
    match (out.last_mut(), piece) {
        (_, Piece::Text(text)) if text.is_empty() => {}
        (Some(Piece::Text(last)), Piece::Text(text)) => last.push_str(&text),
        (_, piece) if !full => out.push(piece),
        _ => {}
    }
}

struct Evaluation<'a> {
    project: &'a Project,
}

impl<'a> Evaluation<'a> {
    fn read(&self, file: usize) -> &'a Read {
        &self.project.files[file]
    }

    fn collect(&self, file: usize, scope: ScopeId, expr: &Expr, depth: u32, out: &mut Vec<Piece>) {
        if depth > MAX_DEPTH {
            push(out, Piece::Hole(expr.clone()));
            return;
        }
        match &expr.kind {
            ExprKind::Str { text, holes } => self.interpolated(file, scope, text, holes, depth, out),
            ExprKind::Compound(parts) => self.compound(file, scope, expr, parts, depth, out),
            ExprKind::Path(path) => match self.constant(file, scope, path, expr.span) {
                Some((home, scope, value)) => self.collect(home, scope, value, depth + 1, out),
                None => push(out, Piece::Hole(expr.clone())),
            },
            ExprKind::Call(id) => {
                let call = &self.read(file).outline.calls[id.index()];
                if !self.call(file, call, depth, out) {
                    push(out, Piece::Hole(expr.clone()));
                }
            }
            _ => push(out, Piece::Hole(expr.clone())),
        }
    }

    /// The text of a literal; each `{}` in it stands for one hole.
    fn interpolated(&self, file: usize, scope: ScopeId, text: &str, holes: &[Expr], depth: u32, out: &mut Vec<Piece>) {
        let mut rest = text;
        for hole in holes {
            let Some((before, after)) = rest.split_once("{}") else { break };
            push(out, Piece::Text(before.to_owned()));
            self.collect(file, scope, hole, depth + 1, out);
            rest = after;
        }
        push(out, Piece::Text(rest.to_owned()));
    }

    /// `a + b`; anything else that has operands (conditions, indexes) is a hole.
    fn compound(&self, file: usize, scope: ScopeId, expr: &Expr, parts: &[Expr], depth: u32, out: &mut Vec<Piece>) {
        let source = &self.read(file).source;
        let joined = parts.windows(2).all(|pair| {
            let between = Span { start: pair[0].span.end, end: pair[1].span.start.max(pair[0].span.end) };
            source.slice(between).trim_matches(|one: char| one.is_whitespace() || matches!(one, '(' | ')')) == "+"
        });
        let plain = parts.len() > 1 || is_wrapping(source.slice(expr.span), parts.first());
        if !joined || parts.is_empty() || !plain {
            push(out, Piece::Hole(expr.clone()));
            return;
        }
        parts.iter().for_each(|part| self.collect(file, scope, part, depth, out));
    }

    /// Calls that join, format or convert strings.
    fn call(&self, file: usize, call: &Call, depth: u32, out: &mut Vec<Piece>) -> bool {
        let name = call.path.last().map_or("", String::as_str);
        let args: Vec<&Expr> = call.args.iter().map(|arg| &arg.value).collect();
        let scope = call.scope;
        match (name, args.as_slice()) {
            ("Sprintf" | "Sprint" | "format" | "formatted", [template, values @ ..]) => {
                let said = pieces(self.project, file, scope, template);
                // A format macro has its arguments in the holes of its string already.
                let Some(text) = whole(&said) else {
                    said.into_iter().for_each(|piece| push(out, piece));
                    return true;
                };
                self.formatted(file, scope, &text, values, template, depth, out);
                true
            }
            ("BuildFQName", parts) => {
                let mut names: Vec<Vec<Piece>> = Vec::new();
                for part in parts {
                    let mut one = Vec::new();
                    self.collect(file, scope, part, depth + 1, &mut one);
                    names.push(one);
                }
                join(names).into_iter().for_each(|piece| push(out, piece));
                true
            }
            ("concat", parts) if call.kind == CallKind::Macro && !parts.is_empty() => {
                parts.iter().for_each(|part| self.collect(file, scope, part, depth + 1, out));
                true
            }
            ("from" | "String" | "str" | "new", [one]) if one.literal().is_some() => {
                self.collect(file, scope, one, depth + 1, out);
                true
            }
            _ => false,
        }
    }

    /// `%s` and `{}` take the next value.
    #[allow(clippy::too_many_arguments, reason = "one step of a recursion that carries its place")]
    fn formatted(
        &self,
        file: usize,
        scope: ScopeId,
        text: &str,
        values: &[&Expr],
        template: &Expr,
        depth: u32,
        out: &mut Vec<Piece>,
    ) {
        let mut values = values.iter();
        let mut rest = text;
        let percent = matches!(self.read(file).language, Language::Go | Language::Java);
        let opens = if percent { '%' } else { '{' };
        while let Some(at) = rest.find(opens) {
            push(out, Piece::Text(rest[..at].to_owned()));
            let tail = &rest[at..];
            let length = if percent {
                tail[1..].find(|one: char| one.is_ascii_alphabetic() || one == '%').map(|end| end + 2)
            } else {
                tail.find('}').map(|end| end + 1)
            };
            let Some(length) = length else {
                push(out, Piece::Text(tail.to_owned()));
                return;
            };
            let verb = &tail[..length];
            let labels = verb.starts_with('{') && verb.contains(['=', '"']);
            if verb == "%%" {
                push(out, Piece::Text("%".to_owned()));
            } else if labels {
                // A label set, not a placeholder.
                push(out, Piece::Text("{".to_owned()));
                rest = &tail[1..];
                continue;
            } else {
                match values.next() {
                    Some(value) => self.collect(file, scope, value, depth + 1, out),
                    None => push(out, Piece::Hole(template.clone())),
                }
            }
            rest = &tail[length..];
        }
        push(out, Piece::Text(rest.to_owned()));
    }

    /// The value of a name that has exactly one: a constant, or a variable that is bound once.
    fn constant(&self, file: usize, scope: ScopeId, path: &[String], at: Span) -> Option<(usize, ScopeId, &'a Expr)> {
        let read = self.read(file);
        let (last, owner) = path.split_last()?;
        let Some(first) = owner.first() else {
            return self.plain_name(file, scope, last, at);
        };
        if owner.len() > 2 {
            return None;
        }
        if matches!(first.as_str(), "this" | "self" | "Self" | "cls") {
            return member(read, last).map(|value| (file, ScopeId::FILE, value));
        }
        // A type or an object of this file, its package or an import.
        let mut homes: Vec<usize> = self.project.package(file);
        homes.extend(read.imports(first).flat_map(|import| self.project.module(file, &import.module)));
        let mut module =
            read.imports(first).filter(|import| import.name.is_none() || import.name.as_deref() == Some("default"));
        let imported = module.next().is_some();
        homes.into_iter().find_map(|home| {
            let other = self.read(home);
            let named = if imported && home != file { top(other, last) } else { None };
            named.or_else(|| entry(other, first, last)).map(|value| (home, ScopeId::FILE, value))
        })
    }

    fn plain_name(&self, file: usize, scope: ScopeId, name: &str, at: Span) -> Option<(usize, ScopeId, &'a Expr)> {
        let read = self.read(file);
        let mut here = Some(scope);
        while let Some(id) = here {
            let around = &read.outline.scopes[id.index()];
            if around.params.iter().any(|param| param.name == name) {
                return None;
            }
            let mut own = read.bindings(name).filter(|one| one.scope == id && one.path.len() == 1);
            if let Some(binding) = own.next() {
                let once = own.next().is_none() || binding.constant;
                let itself = binding.statement.contains(at);
                return only_value(binding).filter(|_| once && !itself).map(|value| (file, id, value));
            }
            here = around.parent;
        }
        let mut package = self.project.package(file).into_iter().filter(|home| *home != file);
        if let Some(found) = package.find_map(|home| Some((home, ScopeId::FILE, top(self.read(home), name)?))) {
            return Some(found);
        }
        let import = read.imports(name).next()?;
        let wanted = import.name.as_deref().unwrap_or(name);
        let mut homes = self.project.module(file, &import.module).into_iter();
        homes.find_map(|home| {
            let other = self.read(home);
            // Java: `import static a.B.C`.
            let value = top(other, wanted).or_else(|| member(other, wanted))?;
            Some((home, ScopeId::FILE, value))
        })
    }
}

/// Whether the only operand of an expression is all there is of it: `(x)`, `&x`, `x as string`.
fn is_wrapping(text: &str, part: Option<&Expr>) -> bool {
    part.is_some() && !text.starts_with(['!', '-'])
}

fn only_value(binding: &Binding) -> Option<&Expr> {
    binding.value.as_ref().filter(|_| binding.arity == 1)
}

/// A binding at the top of a file.
fn top<'r>(read: &'r Read, name: &str) -> Option<&'r Expr> {
    let mut found = read.bindings(name).filter(|one| one.scope == ScopeId::FILE && one.path.len() == 1);
    let first = found.next()?;
    only_value(first).filter(|_| found.next().is_none() || first.constant)
}

/// A field or constant of a type in this file.
fn member<'r>(read: &'r Read, name: &str) -> Option<&'r Expr> {
    let fields = read.outline.types.iter().flat_map(|ty| &ty.fields);
    let field = fields.filter(|field| field.name == name).find_map(|field| field.value.as_ref());
    field.or_else(|| read.bindings(name).find(|one| one.constant).and_then(only_value))
}

/// `Names.REQUESTS`: a field of a type, or a key of an object at the top.
fn entry<'r>(read: &'r Read, owner: &str, name: &str) -> Option<&'r Expr> {
    let ty = read.outline.types.iter().find(|ty| ty.name == owner);
    if let Some(value) = ty.and_then(|ty| ty.fields.iter().find(|field| field.name == name)?.value.as_ref()) {
        return Some(value);
    }
    if ty.is_some() {
        return read.bindings(name).find(|one| one.constant).and_then(only_value);
    }
    match &unwrapped(top(read, owner)?).kind {
        ExprKind::Record(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
        _ => None,
    }
}

/// `{…} as const`, `(x)`.
fn unwrapped(mut expr: &Expr) -> &Expr {
    while let ExprKind::Compound(parts) = &expr.kind {
        match parts.as_slice() {
            [one] => expr = one,
            _ => break,
        }
    }
    expr
}

/// Parts of a name joined by underscores; empty ones do not count.
pub(super) fn join(parts: Vec<Vec<Piece>>) -> Vec<Piece> {
    let mut out = Vec::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            push(&mut out, Piece::Text("_".to_owned()));
        }
        part.into_iter().for_each(|piece| push(&mut out, piece));
    }
    out
}
