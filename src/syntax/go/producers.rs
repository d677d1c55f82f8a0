//! What may have failed: the statement that gave the error of an `if err != nil` its value.
//!
//! Lexical, not a data-flow analysis: the nearest earlier statement of a block around the check wins; one in a branch that
//! may have been skipped (`if err == nil { err = g() }`) is added to it. When nobody in this function gives the error its
//! value (a parameter, a named result in a deferred closure), the header stands: nothing is claimed to be protected.

use std::collections::HashMap;

use crate::facts::code::{Binding, ExprKind, Failure, FailureKind, Outline, ScopeId, ScopeKind};
use crate::model::Span;
use crate::syntax::outline::innermost;

/// Earlier bindings looked at for one failure; a function that assigns one name more often is told less exactly.
const MAX_CANDIDATES: usize = 32;
/// Renamings followed: `e := err`.
const MAX_RENAMINGS: usize = 4;

/// Bindings of one name in one scope, by place.
type Index<'a> = HashMap<(ScopeId, &'a str), Vec<&'a Binding>>;

/// Fills the empty `protected` of failures and the declared types of `errors.As` targets.
pub(super) fn resolve(outline: &mut Outline) {
    let open = |failure: &Failure| failure.protected.is_empty() || failure.types.iter().any(|t| t.starts_with('&'));
    if !outline.failures.iter().any(open) {
        return;
    }
    let mut index = Index::new();
    for binding in &outline.bindings {
        if let Some(first) = binding.path.first() {
            index.entry((binding.scope, first)).or_default().push(binding);
        }
    }
    let known = Known { outline, index };
    let mut found = Vec::new();
    for (at, failure) in outline.failures.iter().enumerate().filter(|(_, failure)| open(failure)) {
        let types = failure.types.iter().map(|target| known.target_type(failure, target)).collect();
        let protected = if failure.protected.is_empty() { known.protected(failure) } else { failure.protected };
        found.push((at, protected, types));
    }
    for (at, protected, types) in found {
        outline.failures[at].protected = protected;
        outline.failures[at].types = types;
    }
}

struct Known<'a> {
    outline: &'a Outline,
    index: Index<'a>,
}

impl<'a> Known<'a> {
    fn protected(&self, failure: &Failure) -> Span {
        let Some(error) = &failure.error else { return failure.header };
        let mut path: Vec<String> = error.split('.').map(str::to_owned).collect();
        let mut before = failure.header.start;
        for _ in 0..MAX_RENAMINGS {
            let Some((span, renamed)) = self.produced(failure, &path, before) else { break };
            match renamed {
                Some(original) => (path, before) = (original, span.start),
                None => return span,
            }
        }
        failure.header
    }

    /// The statement that produced a name, and the other name it was taken from.
    fn produced(&self, failure: &Failure, path: &[String], before: u32) -> Option<(Span, Option<Vec<String>>)> {
        let mut skipped: Option<Span> = None;
        for binding in self.earlier(failure.scope, path, before) {
            if binding.value.is_none() && binding.type_text.is_some() {
                break; // `var err error`
            }
            if self.handled_elsewhere(binding, failure) {
                continue;
            }
            if !self.around(binding, failure) {
                skipped = Some(skipped.map_or(binding.statement, |span| span.cover(binding.statement)));
                continue;
            }
            let renamed = match binding.value.as_ref().map(|value| &value.kind) {
                Some(ExprKind::Path(original)) if skipped.is_none() && binding.path == path => Some(original.clone()),
                _ => None,
            };
            return Some((skipped.map_or(binding.statement, |span| span.cover(binding.statement)), renamed));
        }
        skipped.map(|span| (span, None))
    }

    /// Bindings of a name that end before an offset, nearest first: in this scope, else in the one a closure was made in.
    fn earlier(&self, scope: ScopeId, path: &[String], before: u32) -> impl Iterator<Item = &'a Binding> {
        let first = path.first().map_or("", String::as_str);
        let mut list: &[&'a Binding] = &[];
        let mut at = Some(scope);
        while let Some(id) = at {
            list = self.index.get(&(id, first)).map_or(&[], Vec::as_slice);
            let here = &self.outline.scopes[id.index()];
            let is_param = here.params.iter().any(|param| param.name == first);
            if !list.is_empty() || is_param || here.kind != ScopeKind::Closure {
                break;
            }
            // What a closure sees of the outside has been assigned when it runs; a deferred one runs after everything.
            if self.outline.deferred.iter().any(|region| region.contains(here.span)) {
                break;
            }
            at = here.parent;
        }
        let wanted = path.to_vec();
        let until = list.partition_point(|binding| binding.statement.end <= before);
        let nearest: Vec<&'a Binding> = list[..until].iter().rev().take(MAX_CANDIDATES).copied().collect();
        nearest.into_iter().filter(move |binding| wanted.starts_with(&binding.path))
    }

    /// Whether the block that holds a binding also holds the failure: the binding has run when the check runs.
    fn around(&self, binding: &Binding, failure: &Failure) -> bool {
        innermost(&self.outline.blocks, binding.statement).is_none_or(|block| block.contains(failure.span))
    }

    /// Bound while handling another failure (`err = fmt.Errorf("…: %w", err)`), or for the checks of another `if` alone.
    fn handled_elsewhere(&self, binding: &Binding, failure: &Failure) -> bool {
        let failures = &self.outline.failures;
        let after = failures.partition_point(|other| other.span.start <= binding.statement.start);
        failures[..after].iter().rev().take(64).any(|other| {
            other.kind == FailureKind::IfErr
                && other.span.contains(binding.statement)
                && !other.span.contains(failure.span)
                && (other.body.contains(binding.statement) || !self.is_next_arm(other, failure))
        })
    }

    /// `if err := f(); errors.Is(err, X) {…} else if err != nil {…}`: the second check sees what the first one bound.
    fn is_next_arm(&self, other: &Failure, failure: &Failure) -> bool {
        let branches = &self.outline.branches;
        let from = branches.partition_point(|branch| branch.start < other.span.end);
        branches[from..].iter().take(1).any(|branch| branch.contains(failure.span))
            && failure.header.start > other.span.end
    }

    /// `&pgErr` → the type its variable was declared with.
    fn target_type(&self, failure: &Failure, target: &str) -> String {
        let Some(name) = target.strip_prefix('&') else { return target.to_owned() };
        let path = [name.to_owned()];
        let declared = self.earlier(failure.scope, &path, failure.header.start).find_map(|b| b.type_text.as_deref());
        declared.unwrap_or(name).trim_start_matches('*').to_owned()
    }
}
