//! Macros: which notation their tokens are in, by the macro's name. What nobody here understands stays opaque, and harmless.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Block, Expr, Pat, Token, token};
use tree_sitter::Node;

use super::super::embedded::{Embedded, EmbeddedArg, Hole, Piece};
use super::super::query::{Hit, Root};
use super::super::reader::node_span;
use super::arguments::{Notation, Place, arguments, at, skip_token};
use super::literals::placeholders;
use super::tokens::lex;
use crate::facts::code::ExprKind;
use crate::model::{SourceText, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// Fields, then a format string with its arguments; a bare name before the string is a field of that name.
    Event,
    /// The same, after a level: `event!(Level::INFO, …)`, `log!(Level::Info, …)`.
    LevelledEvent,
    /// A name, then fields only.
    Span,
    LevelledSpan,
    /// Arguments of which the first string is a format string.
    Format,
    /// Arguments; strings are just strings.
    Plain,
    Json,
    /// An expression, then a pattern.
    Matches,
    Select,
    /// Statements, with or without the words that macros add to them.
    Body,
    Branches,
    Opaque,
}

fn style(name: &str) -> Style {
    match name {
        "trace" | "debug" | "info" | "warn" | "error" => Style::Event,
        "event" | "log" => Style::LevelledEvent,
        "trace_span" | "debug_span" | "info_span" | "warn_span" | "error_span" => Style::Span,
        "span" => Style::LevelledSpan,
        "json" => Style::Json,
        "matches" | "assert_matches" | "debug_assert_matches" => Style::Matches,
        "select" | "select_biased" => Style::Select,
        "lazy_static" | "thread_local" | "stream" | "try_stream" | "async_stream" => Style::Body,
        "cfg_if" => Style::Branches,
        "quote" | "quote_spanned" | "parse_quote" | "asm" | "html" | "rsx" | "view" => Style::Opaque,
        "vec" | "smallvec" | "concat" | "stringify" | "env" | "option_env" | "include_str" | "include_bytes"
        | "labels" | "opts" | "histogram_opts" | "regex" | "counter" | "gauge" | "histogram" | "dbg" | "join"
        | "try_join" => Style::Plain,
        _ if name.starts_with("query") || name.starts_with("register_") || name.starts_with("describe_") => {
            Style::Plain
        }
        _ => Style::Format,
    }
}

/// The arguments of every macro among the hits.
pub(super) fn read(source: &SourceText, hits: &[Hit<'_, '_>]) -> Vec<Embedded> {
    let macros = hits.iter().filter(|hit| hit.root == Root::Call && hit.kind == Some("macro"));
    let found: Vec<_> = macros
        .filter_map(|hit| {
            let tree = node_span(arguments_of(hit.node)?);
            let callee = source.slice(node_span(hit.node.child_by_field_name("macro")?));
            let name = callee.rsplit("::").next().unwrap_or(callee).trim();
            Some(Embedded { at: tree, args: divide(source, name, tree)? })
        })
        .collect();
    // Positions of this file's tokens would otherwise be kept for as long as the thread lives.
    proc_macro2::extra::invalidate_current_thread_spans();
    found
}

/// What stands between the delimiters, with them.
pub(super) fn arguments_of(call: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = call.walk();
    call.named_children(&mut cursor).filter(|child| child.kind() == "token_tree").last()
}

fn divide(source: &SourceText, name: &str, tree: Span) -> Option<Vec<EmbeddedArg>> {
    let place = Place::inside(source, tree);
    let style = style(name);
    if style == Style::Opaque || place.text.trim().is_empty() {
        return None;
    }
    let tokens = lex(place.text)?;
    match style {
        Style::Json => arguments(&place, tokens, Notation::Json),
        Style::Matches => matches(&place, tokens),
        Style::Select => select(&place, tokens),
        Style::Branches => Some(branches(&place, tokens)),
        Style::Body => Some(vec![body(tree)]),
        _ => match arguments(&place, tokens.clone(), Notation::Fields) {
            Some(args) => Some(finished(&place, style, args)),
            None => Block::parse_within.parse2(tokens).is_ok().then(|| vec![body(tree)]),
        },
    }
}

fn body(tree: Span) -> EmbeddedArg {
    EmbeddedArg { span: tree, name: None, at: tree, value: Piece::Body(tree) }
}

/// Names for shorthand fields, holes for the format string.
fn finished(place: &Place<'_>, style: Style, mut args: Vec<EmbeddedArg>) -> Vec<EmbeddedArg> {
    let is_text = |arg: &EmbeddedArg| arg.name.is_none() && matches!(arg.value, Piece::Known(ExprKind::Str { .. }));
    let message = args.iter().position(is_text);
    let levels = usize::from(matches!(style, Style::LevelledEvent | Style::LevelledSpan));
    let fields = match style {
        Style::Event | Style::LevelledEvent => 0..message.unwrap_or(args.len()),
        Style::Span | Style::LevelledSpan => 0..args.len(),
        _ => 0..0,
    };
    let positional: Vec<usize> = (0..args.len()).filter(|at| args[*at].name.is_none()).collect();
    for at in positional.into_iter().skip(levels).filter(|at| fields.contains(at)) {
        let arg = &mut args[at];
        if let Piece::Known(ExprKind::Path(path)) = &arg.value
            && !place.slice(arg.at).contains("::")
        {
            arg.name = Some(path.join("."));
        }
    }
    if matches!(style, Style::Event | Style::LevelledEvent | Style::Format)
        && let Some(message) = message
        && let Some(format) = format(place, message, &args)
    {
        args[message].value = format;
    }
    args
}

fn format(place: &Place<'_>, message: usize, args: &[EmbeddedArg]) -> Option<Piece> {
    let Piece::Known(ExprKind::Str { text, .. }) = &args[message].value else { return None };
    let (text, found) = placeholders(text)?;
    let literal = args[message].at;
    // Escapes shift positions: the literal as written is scanned for its own.
    let spots = placeholders(place.slice(literal)).map(|(_, spots)| spots).filter(|spots| spots.len() == found.len());
    let positional: Vec<usize> = (message + 1..args.len()).filter(|at| args[*at].name.is_none()).collect();
    let mut next = 0;
    let mut holes = Vec::new();
    for (index, placeholder) in found.iter().enumerate() {
        let spot = spots.as_ref().map_or(literal, |spots| {
            let start = literal.start as usize + spots[index].start;
            Span::new(start, start + placeholder.name.len())
        });
        let name = placeholder.name.as_str();
        let arg = if name.is_empty() {
            next += 1;
            positional.get(next - 1).copied()
        } else if let Ok(at) = name.parse::<usize>() {
            positional.get(at).copied()
        } else {
            args.iter().position(|arg| arg.name.as_deref() == Some(name))
        };
        // A hole without an argument does not compile; it names nothing.
        holes.push(arg.map_or_else(|| Hole::Name(spot, name.to_owned()), Hole::Arg));
    }
    Some(Piece::Format { text, holes })
}

fn code(place: &Place<'_>, start: usize, end: usize) -> EmbeddedArg {
    let span = place.span(start, end);
    EmbeddedArg { span, name: None, at: span, value: Piece::Code(span) }
}

/// `expression, pattern if guard`.
fn matches(place: &Place<'_>, tokens: TokenStream) -> Option<Vec<EmbeddedArg>> {
    let parser = |input: ParseStream<'_>| {
        let start = at(input, place.text.len());
        input.parse::<Expr>()?;
        let end = at(input, place.text.len());
        input.step(|cursor| {
            let mut rest = *cursor;
            while let Some((_, next)) = rest.token_tree() {
                rest = next;
            }
            Ok(((), rest))
        })?;
        Ok(vec![code(place, start, end)])
    };
    parser.parse2(tokens).ok()
}

/// `pattern = future, if guard => handler`, in tokio's and in futures' dialect.
fn select(place: &Place<'_>, tokens: TokenStream) -> Option<Vec<EmbeddedArg>> {
    let end = place.text.len();
    let parser = |input: ParseStream<'_>| {
        let mut args = Vec::new();
        if input.peek(syn::Ident) && input.peek2(Token![;]) {
            input.parse::<syn::Ident>()?;
            input.parse::<Token![;]>()?;
        }
        while !input.is_empty() {
            let is_fallback = input.peek(Token![else]) || (input.peek(syn::Ident) && input.peek2(Token![=>]));
            if is_fallback {
                skip_token(input)?;
            } else {
                Pat::parse_multi_with_leading_vert(input)?;
                input.parse::<Token![=]>()?;
                args.push(expression(input, place, end)?);
                if input.peek(Token![,]) {
                    input.parse::<Token![,]>()?;
                    input.parse::<Token![if]>()?;
                    args.push(expression(input, place, end)?);
                }
            }
            input.parse::<Token![=>]>()?;
            if input.peek(token::Brace) {
                let start = at(input, end);
                input.parse::<Block>()?;
                args.push(code(place, start, at(input, end)));
            } else {
                args.push(expression(input, place, end)?);
            }
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(args)
    };
    parser.parse2(tokens).ok()
}

fn expression(input: ParseStream<'_>, place: &Place<'_>, end: usize) -> syn::Result<EmbeddedArg> {
    let start = at(input, end);
    input.parse::<Expr>()?;
    Ok(code(place, start, at(input, end)))
}

/// `if #[cfg(…)] { items } else { items }`.
fn branches(place: &Place<'_>, tokens: TokenStream) -> Vec<EmbeddedArg> {
    let groups = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    });
    let spans = groups.map(|group| group.span().byte_range());
    spans.map(|range| body(place.span(range.start, range.end))).collect()
}
