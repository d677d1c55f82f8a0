//! Whose context a function works in, and which calls get one made from nothing instead.

use std::collections::{HashMap, HashSet};

use super::project::Read;
use crate::facts::code::{BindingKind, Call, CallId, Expr, ExprKind, ScopeId, ScopeKind};
use crate::facts::{ContextOrigin, FreshContext, GivenContext, Telemetry};
use crate::model::Language;

/// Variables that hold a fresh context, followed this far.
const ROUNDS: usize = 4;

/// The contexts that functions are given, as their code names them.
pub(super) fn given(read: &Read, out: &mut Telemetry) {
    if read.language != Language::Go {
        return;
    }
    for (index, scope) in read.outline.scopes.iter().enumerate() {
        if matches!(scope.kind, ScopeKind::File | ScopeKind::Class) {
            continue;
        }
        let found = scope.params.iter().filter(|param| param.name != "_").find_map(|param| {
            let ty = param.type_text.as_deref()?.trim_start_matches(['*', ' ']);
            let name = &param.name;
            Some(match ty {
                "context.Context" => (ContextOrigin::Parameter, name.clone()),
                "http.Request" => (ContextOrigin::Request, format!("{name}.Context()")),
                "gin.Context" => (ContextOrigin::Request, format!("{name}.Request.Context()")),
                "echo.Context" => (ContextOrigin::Request, format!("{name}.Request().Context()")),
                "fiber.Ctx" => (ContextOrigin::Request, format!("{name}.UserContext()")),
                _ => return None,
            })
        });
        if let Some((origin, name)) = found {
            out.given_contexts.push(GivenContext { scope: ScopeId(index as u32), origin, name });
        }
    }
}

/// How a context came to be: made from nothing by this call, perhaps with something added.
#[derive(Clone, Copy)]
struct Fresh {
    made: CallId,
    derived: bool,
    named: bool,
}

/// Per function and name the values it was given, in order: where the statement ends, and the call that made the value.
type Bound<'r> = HashMap<(ScopeId, &'r str), Vec<(u32, Option<CallId>)>>;

/// One file's calls that make contexts from nothing, and what their values are bound to.
struct Trail<'r> {
    read: &'r Read,
    known: HashMap<CallId, Fresh>,
    bound: Bound<'r>,
}

/// Follows contexts made from nothing into the calls that receive them.
pub(super) fn fresh(read: &Read, made: &[CallId], deriving: &[CallId], out: &mut Telemetry) {
    if made.is_empty() {
        return;
    }
    let known = made.iter().map(|id| (*id, Fresh { made: *id, derived: false, named: false })).collect();
    let mut trail = Trail { read, known, bound: bound(read) };
    let mut open: Vec<CallId> = deriving.to_vec();
    for _ in 0..ROUNDS {
        let before = open.len();
        open.retain(|id| {
            let call = &read.outline.calls[id.index()];
            let Some(fresh) = call.args.first().and_then(|arg| trail.origin(call, &arg.value.kind)) else {
                return true;
            };
            trail.known.insert(*id, Fresh { derived: true, ..fresh });
            false
        });
        if open.len() == before {
            break;
        }
    }
    let deriving: HashSet<CallId> = deriving.iter().copied().collect();
    for (index, call) in read.outline.calls.iter().enumerate() {
        let id = CallId(index as u32);
        if deriving.contains(&id) {
            continue;
        }
        for (arg, value) in call.args.iter().enumerate() {
            if let Some(Fresh { made, derived, named }) = trail.origin(call, &value.value.kind) {
                out.fresh_contexts.push(FreshContext { made, call: id, arg: arg as u32, derived, named });
            }
        }
    }
}

fn bound(read: &Read) -> Bound<'_> {
    let mut out: Bound<'_> = HashMap::new();
    for binding in &read.outline.bindings {
        if let [name] = binding.path.as_slice() {
            // What is assigned to later may hold either value.
            let declared = binding.kind == BindingKind::Declared && binding.position == 0;
            let value = binding.value.as_ref().filter(|_| declared).and_then(call_of);
            let key = (function_of(read, binding.scope), name.as_str());
            out.entry(key).or_default().push((binding.statement.end, value));
        }
    }
    out
}

fn call_of(value: &Expr) -> Option<CallId> {
    match &value.kind {
        ExprKind::Call(call) => Some(*call),
        ExprKind::Compound(parts) if parts.len() == 1 => call_of(&parts[0]),
        _ => None,
    }
}

impl Trail<'_> {
    /// What a value is made from, when that is a fresh context and its name was given nothing else before.
    fn origin(&self, call: &Call, value: &ExprKind) -> Option<Fresh> {
        match value {
            ExprKind::Call(id) => self.known.get(id).copied(),
            ExprKind::Path(path) => {
                let [name] = path.as_slice() else { return None };
                if hides(self.read, call.scope, name) {
                    return None;
                }
                let values = self.bound.get(&(function_of(self.read, call.scope), name.as_str()))?;
                let (end, made) = values.first()?;
                let only = *end <= call.span.start && values.get(1).is_none_or(|(end, _)| *end > call.span.start);
                let fresh = self.known.get(&(*made)?).filter(|_| only)?;
                Some(Fresh { named: true, ..*fresh })
            }
            _ => None,
        }
    }
}

/// Whether a parameter of a closure stands for the name at a place.
fn hides(read: &Read, scope: ScopeId, name: &str) -> bool {
    let mut at = scope;
    loop {
        let here = &read.outline.scopes[at.index()];
        if here.params.iter().any(|param| param.name == name) {
            return true;
        }
        match here.parent {
            Some(parent) if here.name.is_none() || here.kind == ScopeKind::Class => at = parent,
            _ => return false,
        }
    }
}

/// The nearest function with a name; the file itself when there is none.
fn function_of(read: &Read, scope: ScopeId) -> ScopeId {
    let mut at = scope;
    loop {
        let here = &read.outline.scopes[at.index()];
        match here.parent {
            Some(parent) if here.name.is_none() || here.kind == ScopeKind::Class => at = parent,
            _ => return at,
        }
    }
}
