//! Hits of the query → the flat, sorted lists of an [`Outline`], with scopes nested and calls marked.

use std::cmp::Reverse;

use tree_sitter::Node;

use super::dialect::{Implied, opaque_call};
use super::query::{Hit, Mark, Region, Root};
use super::reader::{Reader, node_span};
use crate::facts::code::{
    Binding, Call, CallId, Exit, ExitKind, ExprKind, Outline, ResultUse, Scope, ScopeId, ScopeKind,
};
use crate::model::Span;

pub(super) fn assemble<'t>(reader: &mut Reader<'_, 't>, hits: Vec<Hit<'_, 't>>) -> Outline {
    let mut outline = Outline::default();
    let mut statements = Vec::new();
    let mut implied = Implied::default();
    let (mut marks, mut scopes, mut calls, mut rest) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for hit in hits {
        reader.dialect.hooks.implied(reader, &hit, &mut implied);
        match hit.root {
            Root::Scope => scopes.push(hit),
            Root::Call => calls.push(hit),
            Root::Mark(mark) => marks.push((hit.node.id(), mark)),
            Root::Decorator => reader.decorators.push(hit.node),
            Root::Region(region) => region_list(&mut outline, &mut statements, region).push(node_span(hit.node)),
            _ => rest.push(hit),
        }
    }
    for (region, span) in implied.regions {
        region_list(&mut outline, &mut statements, region).push(span);
    }
    for list in region_lists(&mut outline) {
        sort_spans(list);
    }
    sort_spans(&mut statements);
    reader.decorators.sort_by_key(Node::start_byte);
    reader.decorators.dedup_by_key(|node| node.id());
    marks.extend(implied.marks.iter().map(|(node, mark)| (node.id(), *mark)));
    // What a scope returns has the last word over what a statement drops, and `?` over both.
    marks.extend(implied.tails.iter().map(|node| (node.id(), Mark::Returned)));
    marks.sort_by_key(|(_, mark)| match mark {
        Mark::Discarded => 0,
        Mark::Returned => 1,
        Mark::Awaited | Mark::Propagated => 2,
    });
    read_scopes(reader, &mut outline, scopes);
    read_calls(reader, &mut outline, calls);
    mark_calls(reader, &mut outline, &marks, &statements);
    outline.exits.extend(implied.tails.into_iter().map(|node| tail_exit(reader, node)));
    read_rest(reader, &mut outline, &rest);
    for index in 0..outline.bindings.len() {
        bound_result(&outline.bindings[index], &mut outline.calls);
    }
    collect_errors(reader.root, &mut outline.errors);
    reader.dialect.hooks.finish(reader, &mut outline);
    sort_lists(&mut outline);
    outline
}

fn tail_exit(reader: &Reader<'_, '_>, node: Node<'_>) -> Exit {
    Exit {
        kind: ExitKind::Return,
        span: node_span(node),
        scope: reader.scope_around(node_span(node)),
        values: vec![reader.expr(node)],
    }
}

fn region_list<'a>(outline: &'a mut Outline, statements: &'a mut Vec<Span>, region: Region) -> &'a mut Vec<Span> {
    match region {
        Region::Await => &mut outline.awaits,
        Region::Loop => &mut outline.loops,
        Region::Block => &mut outline.blocks,
        Region::Deferred => &mut outline.deferred,
        Region::Spawned => &mut outline.spawned,
        Region::Branch => &mut outline.branches,
        Region::Comment => &mut outline.comments,
        Region::Str => &mut outline.strings,
        Region::Statement => statements,
    }
}

fn region_lists(outline: &mut Outline) -> [&mut Vec<Span>; 8] {
    [
        &mut outline.awaits,
        &mut outline.loops,
        &mut outline.blocks,
        &mut outline.deferred,
        &mut outline.spawned,
        &mut outline.branches,
        &mut outline.comments,
        &mut outline.strings,
    ]
}

/// By start, the enclosing one first; no doubles (several patterns may capture one node).
fn sort_spans(spans: &mut Vec<Span>) {
    spans.sort_by_key(|span| (span.start, u32::MAX - span.end));
    spans.dedup();
}

/// By place, one hit for each node: of several patterns that matched it the one that said most.
fn in_order(hits: &mut Vec<Hit<'_, '_>>) {
    hits.sort_by_cached_key(|hit| (hit.node.start_byte(), Reverse(hit.node.end_byte()), Reverse(hit.part_count())));
    hits.dedup_by_key(|hit| hit.node.id());
}

fn read_scopes(reader: &mut Reader<'_, '_>, outline: &mut Outline, mut hits: Vec<Hit<'_, '_>>) {
    in_order(&mut hits);
    // The grammar's root may begin after leading blank lines; the file scope covers the whole text.
    let file = Span::new(0, reader.source.as_str().len());
    outline.scopes.push(Scope { exported: true, once: true, ..Scope::bare(ScopeKind::File, file, file) });
    reader.scope_spans = vec![(file, None)];
    // Spans and ids first: reading parameters and decorators may already ask for the scope around them.
    let mut stack = vec![ScopeId::FILE];
    for hit in &hits {
        let span = node_span(hit.node);
        while stack.len() > 1 && !reader.scope_spans[stack[stack.len() - 1].index()].0.contains(span) {
            stack.pop();
        }
        let id = ScopeId(reader.scope_spans.len() as u32);
        reader.scope_spans.push((span, stack.last().copied()));
        reader.scopes.insert(hit.node.id(), id);
        stack.push(id);
    }
    for (index, hit) in hits.iter().enumerate() {
        let parent = reader.scope_spans[index + 1].1;
        let scope = reader.dialect.hooks.scope(reader, hit);
        let around = parent.map(|parent| &outline.scopes[parent.index()]);
        let is_test = scope.is_test || around.is_some_and(|around| around.is_test);
        let owner = scope.owner.clone().or_else(|| {
            let around = around?;
            if around.kind == ScopeKind::Class { around.name.clone() } else { around.owner.clone() }
        });
        outline.scopes.push(Scope { span: node_span(hit.node), parent, owner, is_test, ..scope });
    }
}

fn read_calls(reader: &mut Reader<'_, '_>, outline: &mut Outline, mut hits: Vec<Hit<'_, '_>>) {
    // In `a().b()` both calls start at the same byte: the outer one comes first.
    in_order(&mut hits);
    hits.retain(|hit| reader.dialect.hooks.is_call(reader, hit));
    for (index, hit) in hits.iter().enumerate() {
        reader.calls.insert(hit.node.id(), CallId(index as u32));
    }
    for hit in &hits {
        let call: Call = reader.dialect.hooks.call(reader, hit).unwrap_or_else(|| opaque_call(reader, hit.node));
        outline.calls.push(call);
    }
}

fn mark_calls(reader: &Reader<'_, '_>, outline: &mut Outline, marks: &[(usize, Mark)], statements: &[Span]) {
    let bases: Vec<CallId> = outline.calls.iter().filter_map(|call| call.base).collect();
    for base in bases {
        outline.calls[base.index()].result = ResultUse::Chained;
    }
    for (node, mark) in marks {
        let Some(id) = reader.calls.get(node) else { continue };
        let call = &mut outline.calls[id.index()];
        match mark {
            // A pattern that knows a use of the statement's value knows better, whichever matched first.
            Mark::Discarded if call.result != ResultUse::Used => {}
            Mark::Discarded => call.result = ResultUse::Discarded,
            Mark::Returned => call.result = ResultUse::Returned,
            Mark::Propagated => call.result = ResultUse::Propagated,
            Mark::Awaited => call.awaited = true,
        }
    }
    for call in &mut outline.calls {
        call.statement = innermost(statements, call.span).unwrap_or(call.span);
        let scope = outline.scopes[call.scope.index()].span;
        let around = innermost(&outline.loops, call.span);
        call.in_loop = around.is_some_and(|body| scope.contains(body) && scope != body);
    }
}

/// The smallest of `spans` (sorted by start, enclosing first) that contains `inner`.
pub(super) fn innermost(spans: &[Span], inner: Span) -> Option<Span> {
    let after = spans.partition_point(|span| span.start <= inner.start);
    // Regions nest, so the nearest earlier one that contains it is the innermost; the walk back is short in practice and
    // bounded for files that were built to make it long.
    spans[..after].iter().rev().take(512).find(|span| span.contains(inner)).copied()
}

fn read_rest(reader: &Reader<'_, '_>, outline: &mut Outline, hits: &[Hit<'_, '_>]) {
    let hooks = reader.dialect.hooks;
    for hit in hits {
        match hit.root {
            Root::Binding => hooks.binding(reader, hit, &mut outline.bindings),
            Root::Failure => hooks.failure(reader, hit, &mut outline.failures),
            Root::Exit => outline.exits.extend(hooks.exit(reader, hit)),
            Root::Import => hooks.import(reader, hit, &mut outline.imports),
            Root::Type => outline.types.extend(hooks.type_decl(reader, hit)),
            _ => {}
        }
    }
    sort_lists(outline);
}

fn sort_lists(outline: &mut Outline) {
    outline.bindings.sort_by_key(|binding| binding.span.start);
    outline.bindings.dedup_by_key(|binding| binding.span);
    outline.failures.sort_by_key(|failure| (failure.span.start, u32::MAX - failure.span.end));
    outline.failures.dedup_by(|later, earlier| later.span == earlier.span && later.kind == earlier.kind);
    outline.imports.sort_by_key(|import| import.span.start);
    outline.types.sort_by_key(|decl| decl.span.start);
    outline.exits.sort_by_key(|exit| exit.span.start);
    outline.exits.dedup_by_key(|exit| exit.span);
}

/// A binding knows more about a call's result than the call's own node does.
fn bound_result(binding: &Binding, calls: &mut [Call]) {
    let Some(ExprKind::Call(id)) = binding.value.as_ref().map(|value| &value.kind) else { return };
    let call = &mut calls[id.index()];
    // The last position is the error in Go; any other name still receives the result.
    if binding.path == ["_"] && binding.position + 1 == binding.arity {
        call.result = ResultUse::Blank;
    } else if !matches!(call.result, ResultUse::Blank | ResultUse::Propagated) {
        call.result = ResultUse::Bound;
    }
}

/// ERROR and MISSING regions, outermost only, without recursion.
fn collect_errors(root: Node<'_>, out: &mut Vec<Span>) {
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        if node.is_error() || node.is_missing() {
            out.push(node_span(node));
        } else if node.has_error() {
            let mut cursor = node.walk();
            stack.extend(node.children(&mut cursor).filter(Node::has_error));
        }
    }
    out.sort();
}
