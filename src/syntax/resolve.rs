//! "What library is this logger, really?" Names → canonical names, through imports, declarations, fields, declared return
//! types and other files of the project. A symbol that does not resolve stays unknown: nothing is guessed.

use std::cell::Cell;

use super::project::{Project, Read};
use super::tables::{self, Tables};
use super::written::{bare_type, canonical_module, constructed, constructs, keeps_type};
use crate::facts::Tier;
use crate::facts::code::{Binding, Call, CallId, CallKind, Expr, ExprKind, ScopeId};
use crate::model::Language;

/// Chains and aliases longer than this are not followed.
const MAX_DEPTH: u32 = 16;

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ty {
    /// A module, function or type of a library, by canonical name.
    Lib(String, Tier),
    /// A type declared in a file of the project.
    Local { file: usize, name: String },
}

impl Ty {
    pub(super) fn flow(self) -> Self {
        match self {
            Self::Lib(name, _) => Self::Lib(name, Tier::Flow),
            local @ Self::Local { .. } => local,
        }
    }
}

/// Steps of resolution that one file may take; a file built to make names chase one another stops here.
const MAX_STEPS: u32 = 400_000;

pub(super) struct Resolver<'a> {
    pub(super) project: &'a Project,
    steps: Cell<u32>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(project: &'a Project) -> Self {
        Self { project, steps: Cell::new(0) }
    }

    /// Whether a chain has been followed far enough, or this file has had its share.
    pub(super) fn tired(&self, depth: u32) -> bool {
        self.steps.set(self.steps.get().saturating_add(1));
        depth > MAX_DEPTH || self.steps.get() > MAX_STEPS
    }

    pub(super) fn read(&self, file: usize) -> &'a Read {
        &self.project.files[file]
    }

    pub(super) fn tables(&self, file: usize) -> &'static Tables {
        tables::of(self.read(file).language)
    }

    /// The canonical name of what a call calls.
    pub(super) fn call_name(&self, file: usize, id: CallId) -> Option<(String, Tier)> {
        let call = &self.read(file).outline.calls[id.index()];
        match self.callee(file, call, 0)? {
            Ty::Lib(name, tier) => Some((name, tier)),
            Ty::Local { .. } => None,
        }
    }

    fn callee(&self, file: usize, call: &Call, depth: u32) -> Option<Ty> {
        if self.tired(depth) {
            return None;
        }
        match call.base {
            Some(base) => {
                let receiver = self.call_type(file, base, 0, depth + 1)?;
                self.members(file, receiver, &call.path, depth)
            }
            None => {
                let (first, rest) = call.path.split_first()?;
                if rest.is_empty() {
                    return self.free_function(file, call, first, depth);
                }
                let (last, middle) = rest.split_last()?;
                let named = self.name_type(file, call.scope, first, call.span.start, depth + 1);
                let root = named.or_else(|| self.crate_path(file, call, first))?;
                let (root, middle) = self.own_field(file, call.scope, first, root, middle, depth)?;
                let receiver = self.members(file, root, middle, depth)?;
                self.join(file, receiver, last)
            }
        }
    }

    /// Rust: a path may start at a crate without any `use`: `sqlx::query(…)`, `metrics::counter!(…)`.
    fn crate_path(&self, file: usize, call: &Call, first: &str) -> Option<Ty> {
        let read = self.read(file);
        let path = read.language == Language::Rust
            && first.starts_with(|start: char| start.is_ascii_lowercase())
            && !matches!(first, "crate" | "self" | "super")
            && read.source.slice(call.span).strip_prefix(first).is_some_and(|rest| rest.starts_with("::"));
        path.then(|| Ty::Lib(first.to_owned(), Tier::Imported))
    }

    fn free_function(&self, file: usize, call: &Call, name: &str, depth: u32) -> Option<Ty> {
        let read = self.read(file);
        let local = read.bindings(name).next().is_some() || read.function(name).is_some();
        if let Some(found) = self.imported(file, name, depth) {
            return Some(found);
        }
        if local {
            return match self.name_type(file, call.scope, name, call.span.start, depth + 1)? {
                Ty::Lib(name, tier) => Some(Ty::Lib(name, tier)),
                Ty::Local { .. } => None,
            };
        }
        let builtin = match read.language {
            Language::Python => "builtins",
            Language::Rust if call.kind == CallKind::Macro => return self.glob_macro(file, name),
            language if language.is_script() => "globals",
            _ => return None,
        };
        Some(Ty::Lib(format!("{builtin}.{name}"), Tier::Imported))
    }

    /// A macro without a path: from a glob import, `#[macro_use]`, or the standard library.
    fn glob_macro(&self, file: usize, name: &str) -> Option<Ty> {
        let globs = self.read(file).imports("*").map(|import| import.module.replace("::", "."));
        let known = |module: &String| self.tables(file).role(&format!("{module}.{name}")).is_some();
        let module = globs.into_iter().find(known);
        let std = matches!(name, "println" | "eprintln" | "print" | "eprint" | "dbg").then(|| "std".to_owned());
        Some(Ty::Lib(format!("{}.{name}", module.or(std)?), Tier::Imported))
    }

    /// The type of a name at a place: local binding, parameter, import, package-level name, well-known global.
    pub(super) fn name_type(&self, file: usize, scope: ScopeId, name: &str, at: u32, depth: u32) -> Option<Ty> {
        if self.tired(depth) {
            return None;
        }
        let read = self.read(file);
        if matches!(name, "this" | "self" | "cls" | "Self") {
            return Some(Ty::Local { file, name: self.owner(file, scope)? });
        }
        let mut here = Some(scope);
        while let Some(id) = here {
            let around = &read.outline.scopes[id.index()];
            if let Some(param) = around.params.iter().find(|param| param.name == name) {
                return self.type_text(file, param.type_text.as_deref()?, 0, depth + 1).map(Ty::flow);
            }
            if let Some(binding) = nearest(read, id, name, at) {
                return self.binding_type(file, binding, depth + 1);
            }
            here = around.parent;
        }
        self.imported(file, name, depth).or_else(|| self.package_name(file, name, depth)).or_else(|| {
            let global = matches!(name, "console") && read.language.is_script()
                || name == "System" && read.language == Language::Java;
            let name = if name == "System" { "java.lang.System" } else { name };
            global.then(|| Ty::Lib(name.to_owned(), Tier::Imported))
        })
    }

    pub(super) fn binding_type(&self, file: usize, binding: &Binding, depth: u32) -> Option<Ty> {
        let declared = binding.type_text.as_deref().filter(|text| *text != "var");
        let by_type = declared.and_then(|text| self.type_text(file, text, 0, depth + 1));
        let by_value = || self.expr_type(file, binding.value.as_ref()?, binding.scope, binding.position, depth + 1);
        by_type
            .filter(|ty| matches!(ty, Ty::Lib(..)))
            .or_else(by_value)
            .or_else(|| declared.and_then(|text| self.type_text(file, text, 0, depth + 1)))
            .map(Ty::flow)
    }

    /// A name from an import, followed into the project when the module is one of its files.
    fn imported(&self, file: usize, name: &str, depth: u32) -> Option<Ty> {
        if self.tired(depth) {
            return None;
        }
        let read = self.read(file);
        let import = read.imports(name).next()?;
        let module = canonical_module(read.language, &import.module);
        if depth < MAX_DEPTH {
            for other in self.project.module(file, &import.module) {
                let wanted = import.name.as_deref();
                if let Some(found) = self.exported(other, wanted.unwrap_or(name), depth + 1) {
                    return Some(found.flow());
                }
            }
        }
        if import.module.starts_with('.') || import.module.starts_with("crate") || import.module.starts_with("super") {
            return None;
        }
        let text = match import.name.as_deref() {
            None | Some("default") => module,
            Some(name) => format!("{module}.{name}"),
        };
        Some(Ty::Lib(text, Tier::Imported))
    }

    /// What a file offers under a name: a binding at its top, a type, or something it re-exports.
    fn exported(&self, file: usize, name: &str, depth: u32) -> Option<Ty> {
        if self.tired(depth) {
            return None;
        }
        let read = self.read(file);
        let binding = read.bindings(name).find(|binding| binding.scope == ScopeId::FILE && binding.path.len() == 1);
        if let Some(binding) = binding {
            return self.binding_type(file, binding, depth);
        }
        if read.outline.types.iter().any(|decl| decl.name == name) {
            return Some(Ty::Local { file, name: name.to_owned() });
        }
        let import = read.imports(name).next()?;
        (import.reexport || read.language == Language::Python).then(|| self.imported(file, name, depth + 1)).flatten()
    }

    /// Package-level names of sibling files (Go), and types of this file or package.
    pub(super) fn package_name(&self, file: usize, name: &str, depth: u32) -> Option<Ty> {
        if self.tired(depth) {
            return None;
        }
        for other in self.project.package(file) {
            let read = self.read(other);
            if other != file {
                let binding = read.bindings(name).find(|one| one.scope == ScopeId::FILE && one.path.len() == 1);
                if let Some(found) = binding.and_then(|binding| self.binding_type(other, binding, depth + 1)) {
                    return Some(found);
                }
            }
            if read.outline.types.iter().any(|decl| decl.name == name) {
                return Some(Ty::Local { file: other, name: name.to_owned() });
            }
        }
        // Lombok writes the logger field itself.
        let read = self.read(file);
        let marker = |name: &str| read.outline.types.iter().any(|decl| decl.markers.iter().any(|one| one == name));
        let lombok = match name {
            "log" if marker("Slf4j") || marker("XSlf4j") => Some("org.slf4j.Logger"),
            "log" if marker("Log4j2") => Some("org.apache.logging.log4j.Logger"),
            "log" if marker("Log") => Some("java.util.logging.Logger"),
            _ => None,
        };
        lombok.map(|name| Ty::Lib(name.to_owned(), Tier::Flow))
    }

    /// A type as written in a file, with what wraps it taken off.
    pub(super) fn type_text(&self, file: usize, text: &str, position: u32, depth: u32) -> Option<Ty> {
        if self.tired(depth) {
            return None;
        }
        let name = bare_type(text, position)?;
        let parts: Vec<String> = name.split(['.', ':']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let (first, rest) = parts.split_first()?;
        let root = match self.imported(file, first, depth + 1) {
            Some(found) => found,
            None => match self.package_name(file, first, depth + 1) {
                Some(found) => found,
                // A path that starts at a crate: `tracing::Span`.
                None if self.read(file).language == Language::Rust && !rest.is_empty() => {
                    Ty::Lib(first.clone(), Tier::Imported)
                }
                None => return None,
            },
        };
        rest.iter().try_fold(root, |ty, part| self.join(file, ty, part))
    }

    /// The type of the value that a call returns.
    fn call_type(&self, file: usize, id: CallId, position: u32, depth: u32) -> Option<Ty> {
        if self.tired(depth) {
            return None;
        }
        let call = &self.read(file).outline.calls[id.index()];
        if let Some(kept) = self.kept_type(file, call, depth) {
            return Some(kept);
        }
        if let Some(Ty::Lib(name, tier)) = self.callee(file, call, depth + 1) {
            if let Some(returned) = self.tables(file).returns(&name) {
                return Some(Ty::Lib(returned.to_owned(), tier));
            }
            if call.kind == CallKind::New || constructs(self.read(file).language, call) {
                return Some(Ty::Lib(constructed(self.read(file).language, &name), tier));
            }
            return None;
        }
        if let Some((home, scope)) = self.function_at(file, id, depth + 1) {
            let returns = self.read(home).outline.scopes[scope.index()].returns.as_deref();
            return self.type_text(home, returns?, position, depth + 1).map(Ty::flow);
        }
        let constructor = call.kind == CallKind::New && call.base.is_none();
        constructor.then(|| self.type_text(file, &call.path.join("."), 0, depth + 1)).flatten()
    }

    /// `x.clone()`, `make().unwrap()`: what the receiver is.
    fn kept_type(&self, file: usize, call: &Call, depth: u32) -> Option<Ty> {
        let (last, receiver) = call.path.split_last()?;
        if !keeps_type(self.read(file).language, last) {
            return None;
        }
        match (call.base, receiver.split_first()) {
            (Some(base), None) => self.call_type(file, base, 0, depth + 1),
            (None, Some((first, rest))) => {
                let root = self.name_type(file, call.scope, first, call.span.start, depth + 1)?;
                let (root, rest) = self.own_field(file, call.scope, first, root, rest, depth)?;
                self.members(file, root, rest, depth)
            }
            _ => None,
        }
    }

    pub(super) fn expr_type(&self, file: usize, expr: &Expr, scope: ScopeId, position: u32, depth: u32) -> Option<Ty> {
        if self.tired(depth) {
            return None;
        }
        match &expr.kind {
            ExprKind::Call(id) => self.call_type(file, *id, position, depth + 1),
            ExprKind::Path(path) => {
                let (first, rest) = path.split_first()?;
                let root = self.name_type(file, scope, first, expr.span.start, depth + 1)?;
                let (root, rest) = self.own_field(file, scope, first, root, rest, depth)?;
                self.members(file, root, rest, depth)
            }
            // `&x`, `a ?? b`, `x || y`: the first operand that is known.
            ExprKind::Compound(parts) => {
                parts.iter().find_map(|part| self.expr_type(file, part, scope, position, depth + 1))
            }
            ExprKind::Member(inner, name) => {
                let ty = self.expr_type(file, inner, scope, 0, depth + 1)?;
                self.members(file, ty, std::slice::from_ref(name), depth)
            }
            _ => None,
        }
    }
}

/// The binding of a name in one scope that holds at an offset: the last before it, else the first after it.
fn nearest<'r>(read: &'r Read, scope: ScopeId, name: &str, at: u32) -> Option<&'r Binding> {
    let mut after = None;
    let mut before = None;
    for binding in read.bindings(name).filter(|one| one.scope == scope && one.path.len() == 1) {
        // A binding is not visible inside its own value: `log := log.With(…)`.
        if binding.statement.start <= at && at < binding.statement.end {
            continue;
        }
        if binding.span.start < at {
            before = Some(binding);
        } else if after.is_none() {
            after = Some(binding);
        }
    }
    before.or(after)
}
