//! What the library tables say about a call besides its role: where its limit of time would stand, and which variant of it
//! takes a context.

use super::project::Read;
use crate::facts::code::{Call, CallId, ExprKind};
use crate::facts::{ContextLess, Limit, Telemetry, Wait};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Aspect {
    /// It waits, or it makes a client whose calls do.
    Wait {
        library: String,
        place: LimitPlace,
        client: bool,
    },
    ContextLess {
        library: String,
        variant: Option<String>,
    },
}

/// Where the limit of a call that waits stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum LimitPlace {
    Nowhere,
    /// A keyword or field of one of these names, or any positional argument from this one on.
    Named(Vec<String>, Option<u32>),
    /// A key of the record at this argument.
    Key(Vec<String>, u32),
    /// An earlier link of the chain that this call ends.
    Chain(Vec<String>),
}

/// The aspect of a row, or `None` when the row gives a role.
///
/// # Panics
/// For a form that the tables' README does not have: a defect of this build.
pub(super) fn aspect(role: &str, library: &str, kind: Option<&str>, value: &str) -> Option<Aspect> {
    let library = library.to_owned();
    let words = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    match role {
        "context-less" => {
            let variant = (!value.is_empty()).then(|| value.to_owned());
            Some(Aspect::ContextLess { library, variant })
        }
        "wait" | "wait-client" => {
            let parts: Vec<&str> = kind.unwrap_or_default().split(':').collect();
            let index = |text: &str| text.parse().expect("the place of a limit is a number");
            let place = match parts[..] {
                ["nowhere"] => LimitPlace::Nowhere,
                ["named", names] => LimitPlace::Named(words(names), None),
                ["named", names, from] => LimitPlace::Named(words(names), Some(index(from))),
                ["key", names, at] => LimitPlace::Key(words(names), index(at)),
                ["chain", names] => LimitPlace::Chain(words(names)),
                _ => panic!("library table: {library}: no such place of a limit"),
            };
            Some(Aspect::Wait { library, place, client: role == "wait-client" })
        }
        _ => None,
    }
}

/// Records what is known about one call besides its role.
pub(super) fn record(out: &mut Telemetry, read: &Read, id: CallId, aspect: &Aspect) {
    match aspect {
        Aspect::ContextLess { library, variant } => {
            out.context_less.push(ContextLess { call: id, library: library.clone(), variant: variant.clone() });
        }
        Aspect::Wait { library, place, client } => {
            let call = &read.outline.calls[id.index()];
            let word = match place {
                LimitPlace::Nowhere => None,
                LimitPlace::Named(names, _) | LimitPlace::Key(names, _) | LimitPlace::Chain(names) => {
                    names.first().cloned()
                }
            };
            let limit = limit(read, call, place);
            out.waits.push(Wait { call: id, library: library.clone(), limit, word, client: *client });
        }
    }
}

fn limit(read: &Read, call: &Call, place: &LimitPlace) -> Limit {
    match place {
        LimitPlace::Nowhere => Limit::Missing,
        LimitPlace::Named(names, from) => named(call, names, *from),
        LimitPlace::Key(names, at) => key(call, names, *at),
        LimitPlace::Chain(names) => chain(read, call, names),
    }
}

fn named(call: &Call, names: &[String], from: Option<u32>) -> Limit {
    let says = |arg: &crate::facts::code::Arg| arg.name.as_ref().is_some_and(|name| names.contains(name));
    let positional = call.args.iter().filter(|arg| arg.name.is_none()).count();
    if call.args.iter().any(says) || from.is_some_and(|from| positional > from as usize) {
        Limit::Set
    } else if call.args.iter().any(|arg| matches!(arg.value.kind, ExprKind::Spread(_))) {
        Limit::Unknown
    } else {
        Limit::Missing
    }
}

fn key(call: &Call, names: &[String], at: u32) -> Limit {
    if call.args.iter().any(|arg| matches!(arg.value.kind, ExprKind::Spread(_))) {
        return Limit::Unknown;
    }
    let Some(arg) = call.args.get(at as usize) else { return Limit::Missing };
    match &arg.value.kind {
        ExprKind::Record(entries) if entries.iter().any(|(name, _)| names.contains(name)) => Limit::Set,
        ExprKind::Record(entries) if entries.iter().all(|(name, _)| name != "..." && !name.is_empty()) => {
            Limit::Missing
        }
        _ => Limit::Unknown,
    }
}

/// The links before a call; a chain that goes on behind a variable was begun elsewhere.
fn chain(read: &Read, call: &Call, names: &[String]) -> Limit {
    let mut at = call.base;
    let mut first = call;
    while let Some(id) = at {
        first = &read.outline.calls[id.index()];
        if first.path.last().is_some_and(|name| names.contains(name)) {
            return Limit::Set;
        }
        at = first.base;
    }
    // `builder.build()`, `our_builder().build()`: what it went through before is not seen. A type or a path begins a chain.
    let typed = first.path.first().is_some_and(|root| root.starts_with(char::is_uppercase));
    let begins = typed || first.path.len() >= 2 && !std::ptr::eq(first, call);
    if !begins {
        return Limit::Unknown;
    }
    Limit::Missing
}
