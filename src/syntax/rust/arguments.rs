//! The arguments of macros and attributes, divided by syn: names, sigils, separators, and where each expression stands.
//! What an expression does is not read here: its place is handed to the grammar (see `syntax/embedded.rs`).

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, Lit, LitStr, Member, Token, token};

use super::super::embedded::{EmbeddedArg, Piece};
use crate::facts::code::ExprKind;
use crate::model::{SourceText, Span};

/// Where a text of tokens stands in its file.
pub(super) struct Place<'a> {
    pub(super) text: &'a str,
    pub(super) offset: u32,
}

impl<'a> Place<'a> {
    /// Between the delimiters of a token tree.
    pub(super) fn inside(source: &'a SourceText, tree: Span) -> Self {
        let inner = Span { start: tree.start + 1, end: tree.end.saturating_sub(1).max(tree.start + 1) };
        Self { text: source.slice(inner), offset: inner.start }
    }

    /// A span of the file for bytes of the text, without the blanks at its end.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let text = self.text.get(start..end).unwrap_or_default();
        Span::new(self.offset as usize + start, self.offset as usize + start + text.trim_end().len())
    }

    pub(super) fn slice(&self, span: Span) -> &'a str {
        let (start, end) = (span.start.wrapping_sub(self.offset), span.end.wrapping_sub(self.offset));
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Like [`Self::span`], with the comments that may follow: a piece of code keeps its own end of line.
    fn code(&self, start: usize, end: usize) -> Span {
        Span::new(self.offset as usize + start, self.offset as usize + end)
    }
}

/// What an argument may look like besides an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// `name = value`, `name: value`, `"key" => value`, `?value`, `%value`; separated by `,` or `;`.
    Fields,
    /// JSON: `{"key": value}` and `[value]` at any depth.
    Json,
    /// `name(…)` holds a list of its own.
    Attribute,
}

/// `None` when the tokens are not arguments in this notation.
pub(super) fn arguments(place: &Place<'_>, tokens: TokenStream, notation: Notation) -> Option<Vec<EmbeddedArg>> {
    let list = |input: ParseStream<'_>| list(input, place, place.text.len(), notation);
    list.parse2(tokens).ok()
}

pub(super) fn at(input: ParseStream<'_>, end: usize) -> usize {
    if input.is_empty() { end } else { input.span().byte_range().start }
}

fn list(input: ParseStream<'_>, place: &Place<'_>, end: usize, notation: Notation) -> syn::Result<Vec<EmbeddedArg>> {
    let mut out = Vec::new();
    while !input.is_empty() {
        match fields_in_braces(input, place, notation) {
            Some(fields) => out.extend(fields),
            None => out.push(argument(input, place, end, notation)?),
        }
        separator(input)?;
    }
    Ok(out)
}

fn separator(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![;]) {
        input.parse::<Token![;]>()?;
    } else if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}

/// `info!({ id = %id, n = 1 }, "loaded")`: the braces group fields and mean nothing else.
fn fields_in_braces(input: ParseStream<'_>, place: &Place<'_>, notation: Notation) -> Option<Vec<EmbeddedArg>> {
    if notation != Notation::Fields || !input.peek(token::Brace) {
        return None;
    }
    let parse = |input: ParseStream<'_>| {
        let content;
        let braces = syn::braced!(content in input);
        let close = braces.span.close().byte_range().start;
        let mut fields = Vec::new();
        // Not `list`: trying braces within braces would double the work with each level.
        while !content.is_empty() {
            fields.push(argument(&content, place, close, notation)?);
            separator(&content)?;
        }
        Ok(fields)
    };
    let ahead = input.fork();
    let fields = parse(&ahead).ok()?;
    let is_fields = fields.iter().any(|field| field.name.is_some()) && (ahead.is_empty() || ahead.peek(Token![,]));
    is_fields.then(|| {
        advance(input, &ahead);
        fields
    })
}

fn argument(input: ParseStream<'_>, place: &Place<'_>, end: usize, notation: Notation) -> syn::Result<EmbeddedArg> {
    let start = at(input, end);
    let mut name = field_name(input)?;
    let sigil = input.peek(Token![?]) || input.peek(Token![%]);
    if sigil {
        // The way a field is rendered says nothing about what is passed.
        skip_token(input)?;
    }
    let mut value_start = at(input, end);
    let mut value = self::value(input, place, end, notation, name.is_some())?;
    if input.peek(Token![=>]) {
        name = Some(key_text(&value, place, value_start, at(input, end)));
        input.parse::<Token![=>]>()?;
        if input.peek(Token![?]) || input.peek(Token![%]) {
            skip_token(input)?;
        }
        value_start = at(input, end);
        value = self::value(input, place, end, notation, true)?;
    }
    let stop = at(input, end);
    if let (true, None, Piece::Known(ExprKind::Path(path))) = (sigil, &name, &value) {
        name = Some(path.join("."));
    }
    if notation == Notation::Attribute && name.is_none() && input.peek(token::Paren) {
        return nested(input, place, end, start);
    }
    Ok(EmbeddedArg { span: place.span(start, stop), name, at: place.span(value_start, stop), value })
}

fn key_text(key: &Piece, place: &Place<'_>, start: usize, end: usize) -> String {
    match key {
        Piece::Known(ExprKind::Str { text, .. }) => text.clone(),
        Piece::Known(ExprKind::Path(path)) => path.last().cloned().unwrap_or_default(),
        _ => place.text.get(start..end).unwrap_or_default().trim().to_owned(),
    }
}

/// `name =`, `user.id =`, `name:`, `name:? =`, `"key" =`: consumed when it is there.
fn field_name(input: ParseStream<'_>) -> syn::Result<Option<String>> {
    let ahead = input.fork();
    let name = if let Ok(text) = ahead.parse::<LitStr>() {
        text.value()
    } else if let Ok(first) = ahead.call(Ident::parse_any) {
        let mut name = first.unraw().to_string();
        while ahead.peek(Token![.]) && ahead.peek2(Ident::peek_any) {
            ahead.parse::<Token![.]>()?;
            name.push('.');
            name.push_str(&ahead.call(Ident::parse_any)?.unraw().to_string());
        }
        name
    } else {
        return Ok(None);
    };
    let assigns = |input: ParseStream<'_>| input.peek(Token![=]) && !input.peek(Token![==]) && !input.peek(Token![=>]);
    if ahead.peek(Token![:]) && !ahead.peek(Token![::]) {
        ahead.parse::<Token![:]>()?;
        // The log crate's `key:? = value`, `key:err = value`.
        let captured = ahead.fork();
        skip_token(&captured)?;
        if assigns(&captured) {
            captured.parse::<Token![=]>()?;
            advance(input, &captured);
        } else {
            advance(input, &ahead);
        }
        return Ok(Some(name));
    }
    if !assigns(&ahead) {
        return Ok(None);
    }
    ahead.parse::<Token![=]>()?;
    advance(input, &ahead);
    Ok(Some(name))
}

fn advance(input: ParseStream<'_>, to: ParseStream<'_>) {
    use syn::parse::discouraged::Speculative;
    input.advance_to(to);
}

fn value(
    input: ParseStream<'_>,
    place: &Place<'_>,
    end: usize,
    notation: Notation,
    is_named: bool,
) -> syn::Result<Piece> {
    let start = at(input, end);
    if notation == Notation::Json && input.peek(token::Brace) {
        return object(input, place);
    }
    if notation == Notation::Json && input.peek(token::Bracket) {
        let content;
        let brackets = syn::bracketed!(content in input);
        let close = brackets.span.close().byte_range().start;
        return Ok(Piece::List(list(&content, place, close, notation)?));
    }
    if notation == Notation::Attribute && input.peek(Ident::peek_any) {
        // `skip(db)` must not become a call, and `fields(a = %b)` is not even an expression.
        let ahead = input.fork();
        if let Ok(path) = ahead.call(syn::Path::parse_mod_style)
            && (ahead.is_empty() || ahead.peek(Token![,]) || ahead.peek(token::Paren) && !is_named)
        {
            advance(input, &ahead);
            let segments = path.segments.iter().map(|part| part.ident.to_string());
            return Ok(Piece::Known(ExprKind::Path(segments.collect())));
        }
    }
    let expr: Expr = input.parse()?;
    if matches!(expr, Expr::Let(_) | Expr::Verbatim(_)) {
        return Err(input.error("not an argument"));
    }
    Ok(known(&expr).map_or_else(|| Piece::Code(place.code(start, at(input, end))), Piece::Known))
}

/// `name(…)` of an attribute: a list, or a record when its entries have names.
fn nested(input: ParseStream<'_>, place: &Place<'_>, end: usize, start: usize) -> syn::Result<EmbeddedArg> {
    let head = at(input, end);
    let name = place.text.get(start..head).unwrap_or_default().trim().to_owned();
    let content;
    let parens = syn::parenthesized!(content in input);
    let close = parens.span.close().byte_range().start;
    let items = list(&content, place, close, Notation::Attribute)?;
    let value = if items.iter().any(|item| item.name.is_some()) {
        Piece::Record(items.into_iter().map(|item| (item.name.clone().unwrap_or_default(), item)).collect())
    } else {
        Piece::List(items)
    };
    let span = place.span(start, at(input, end));
    Ok(EmbeddedArg { span, name: Some(name), at: place.span(head, at(input, end)), value })
}

fn object(input: ParseStream<'_>, place: &Place<'_>) -> syn::Result<Piece> {
    let content;
    let braces = syn::braced!(content in input);
    let close = braces.span.close().byte_range().start;
    let mut entries = Vec::new();
    while !content.is_empty() {
        let start = at(&content, close);
        let key = match content.parse::<Lit>() {
            Ok(Lit::Str(text)) => text.value(),
            Ok(_) => String::new(),
            Err(_) => {
                // A computed key: `(name): value` or a constant.
                skip_token(&content)?;
                String::new()
            }
        };
        content.parse::<Token![:]>()?;
        let value_start = at(&content, close);
        let value = value(&content, place, close, Notation::Json, true)?;
        let stop = at(&content, close);
        let (span, at) = (place.span(start, stop), place.span(value_start, stop));
        entries.push((key, EmbeddedArg { span, name: None, at, value }));
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(Piece::Record(entries))
}

/// Names and literals need no second parse.
pub(super) fn known(expr: &Expr) -> Option<ExprKind> {
    match expr {
        Expr::Lit(literal) => Some(match &literal.lit {
            Lit::Str(text) => ExprKind::Str { text: text.value(), holes: Vec::new() },
            Lit::ByteStr(bytes) => {
                ExprKind::Str { text: String::from_utf8_lossy(&bytes.value()).into_owned(), holes: Vec::new() }
            }
            Lit::Int(number) => ExprKind::Literal(number.to_string()),
            Lit::Float(number) => ExprKind::Literal(number.to_string()),
            Lit::Bool(value) => ExprKind::Literal(value.value.to_string()),
            Lit::Char(value) => ExprKind::Literal(format!("{:?}", value.value())),
            _ => return None,
        }),
        Expr::Path(path) if path.qself.is_none() => {
            let plain = path.path.segments.iter().all(|part| part.arguments.is_none());
            plain.then(|| ExprKind::Path(path.path.segments.iter().map(|part| part.ident.to_string()).collect()))
        }
        Expr::Field(field) => match (known(&field.base)?, &field.member) {
            (ExprKind::Path(mut path), Member::Named(name)) => {
                path.push(name.to_string());
                Some(ExprKind::Path(path))
            }
            (ExprKind::Path(mut path), Member::Unnamed(index)) => {
                path.push(index.index.to_string());
                Some(ExprKind::Path(path))
            }
            _ => None,
        },
        Expr::Reference(reference) => known(&reference.expr),
        Expr::Paren(inner) => known(&inner.expr),
        _ => None,
    }
}

pub(super) fn skip_token(input: ParseStream<'_>) -> syn::Result<()> {
    input.step(|cursor| match cursor.token_tree() {
        Some((_, rest)) => Ok(((), rest)),
        None => Err(cursor.error("expected a token")),
    })
}
