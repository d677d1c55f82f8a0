//! Which function of the project does a call call? The counterpart of resolution for the project's own names.

use super::resolve::{Resolver, Ty};
use crate::facts::code::{CallId, ScopeId};
use crate::model::Language;

impl Resolver<'_> {
    /// The project's own function that a call calls.
    pub(super) fn function(&self, file: usize, id: CallId) -> Option<(usize, ScopeId)> {
        self.function_at(file, id, 0)
    }

    pub(super) fn function_at(&self, file: usize, id: CallId, depth: u32) -> Option<(usize, ScopeId)> {
        let read = self.read(file);
        let call = &read.outline.calls[id.index()];
        if call.base.is_some() || self.tired(depth) {
            return None;
        }
        match call.path.as_slice() {
            [name] => {
                // Java calls the methods of its own class without `this`.
                if read.language == Language::Java {
                    let name_of_class = self.owner(file, call.scope)?;
                    return self.method(Ty::Local { file, name: name_of_class }, name);
                }
                let here = self.project.package(file).into_iter();
                let local = here.filter_map(|other| Some((other, self.read(other).function(name)?))).next();
                local.or_else(|| {
                    let import = read.imports(name).next()?;
                    let wanted = import.name.as_deref().filter(|name| *name != "default").unwrap_or(name);
                    let homes = self.project.module(file, &import.module).into_iter();
                    homes.filter_map(|other| Some((other, self.read(other).function(wanted)?))).next()
                })
            }
            [receiver, name] => {
                // A module of the project: `telemetry.LogError(…)`.
                if let Some(import) = read.imports(receiver).next() {
                    let mut homes = self.project.module(file, &import.module);
                    if let Some(name) = &import.name {
                        let inner = format!("{}.{name}", import.module.trim_end_matches('.'));
                        homes.extend(self.project.module(file, &inner));
                    }
                    let found = homes.into_iter().find_map(|other| Some((other, self.read(other).function(name)?)));
                    if found.is_some() {
                        return found;
                    }
                }
                let ty = self.name_type(file, call.scope, receiver, call.span.start, depth + 1)?;
                self.method(ty, name)
            }
            [first, middle @ .., name] => {
                let root = self.name_type(file, call.scope, first, call.span.start, depth + 1)?;
                let (root, middle) = self.own_field(file, call.scope, first, root, middle, depth + 1)?;
                self.method(self.members(file, root, middle, depth + 1)?, name)
            }
            [] => None,
        }
    }

    fn method(&self, ty: Ty, name: &str) -> Option<(usize, ScopeId)> {
        let Ty::Local { file, name: owner } = ty else { return None };
        let mut package = self.project.package(file).into_iter();
        package.find_map(|other| Some((other, self.read(other).method(&owner, name)?)))
    }
}
