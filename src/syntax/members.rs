//! Members: fields of the project's own types, and of what the tables know.

use super::resolve::{Resolver, Ty};
use crate::facts::code::{Binding, Scope, ScopeId, ScopeKind};

impl Resolver<'_> {
    /// `this.x` and `self.x`: the field of the enclosing type.
    pub(super) fn own_field<'p>(
        &self,
        file: usize,
        scope: ScopeId,
        first: &str,
        root: Ty,
        middle: &'p [String],
        depth: u32,
    ) -> Option<(Ty, &'p [String])> {
        if !matches!(first, "this" | "self" | "cls") || middle.is_empty() {
            return Some((root, middle));
        }
        let owner = self.owner(file, scope)?;
        let field = self.field_type(file, &owner, &middle[0], depth + 1)?;
        Some((field, &middle[1..]))
    }

    pub(super) fn owner(&self, file: usize, scope: ScopeId) -> Option<String> {
        let outline = &self.read(file).outline;
        let mut at = Some(scope);
        while let Some(id) = at {
            let scope: &Scope = &outline.scopes[id.index()];
            let class = (scope.kind == ScopeKind::Class).then(|| scope.name.clone()).flatten();
            if let Some(owner) = scope.owner.clone().or(class) {
                return Some(owner);
            }
            at = scope.parent;
        }
        None
    }

    /// The type of a field of a project type.
    pub(super) fn field_type(&self, file: usize, owner: &str, field: &str, depth: u32) -> Option<Ty> {
        if self.tired(depth) {
            return None;
        }
        for other in self.project.package(file) {
            let read = self.read(other);
            let decl = read.outline.types.iter().filter(|decl| decl.name == owner);
            let mut embedded = Vec::new();
            for decl in decl {
                embedded.extend(decl.bases.iter());
                let Some(found) = decl.fields.iter().find(|one| one.name == field) else { continue };
                let by_type = found.type_text.as_deref().and_then(|text| self.type_text(other, text, 0, depth + 1));
                let by_value = || self.expr_type(other, found.value.as_ref()?, ScopeId::FILE, 0, depth + 1);
                if let Some(ty) = by_type.or_else(by_value) {
                    return Some(ty.flow());
                }
            }
            let own = |binding: &&Binding| {
                let [root, _] = binding.path.as_slice() else { return false };
                matches!(root.as_str(), "this" | "self") && self.owner(other, binding.scope).as_deref() == Some(owner)
            };
            if let Some(ty) = read.bindings(field).filter(own).find_map(|one| self.binding_type(other, one, depth + 1))
            {
                return Some(ty);
            }
            for base in embedded {
                let Some(Ty::Local { file, name }) = self.type_text(other, base, 0, depth + 1) else { continue };
                if let Some(ty) = self.field_type(file, &name, field, depth + 2) {
                    return Some(ty);
                }
            }
        }
        None
    }

    pub(super) fn members(&self, file: usize, root: Ty, path: &[String], depth: u32) -> Option<Ty> {
        if self.tired(depth) {
            return None;
        }
        path.iter().try_fold(root, |ty, name| match ty {
            Ty::Local { file: home, name: owner } => self.field_type(home, &owner, name, depth + 1),
            lib => self.join(file, lib, name),
        })
    }

    pub(super) fn join(&self, file: usize, ty: Ty, member: &str) -> Option<Ty> {
        let Ty::Lib(name, tier) = ty else { return None };
        let joined = format!("{name}.{member}");
        Some(match self.tables(file).field(&joined) {
            Some(field) => Ty::Lib(field.to_owned(), tier),
            None => Ty::Lib(joined, tier),
        })
    }
}
