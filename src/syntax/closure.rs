//! Closures that have a name after all.

use crate::facts::code::{ExprKind, Outline, ScopeKind};

/// A closure bound to a name (`load := func() {…}`) goes by that name.
pub(super) fn name_closures(outline: &mut Outline) {
    for binding in &outline.bindings {
        let Some(ExprKind::Closure(id)) = binding.value.as_ref().map(|value| &value.kind) else { continue };
        let scope = &mut outline.scopes[id.index()];
        if scope.kind == ScopeKind::Closure && binding.path != ["_"] {
            scope.name = binding.path.last().cloned();
        }
    }
}
