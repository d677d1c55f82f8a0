//! Metric instruments: what a declaration declares, what a use gives.

use std::collections::HashMap;

use super::project::Read;
use super::tables::{LabelForm, LabelPlace};
use super::written::keeps_type;
use crate::facts::code::{Arg, Binding, Call, CallId, CallKind, Expr, ExprKind, ResultUse};
use crate::facts::{MetricDecl, MetricLabels, MetricUse, Tier};
use crate::model::Language;

pub(super) fn declaration(
    read: &Read,
    id: CallId,
    library: &str,
    kind: &str,
    labels: &LabelPlace,
    tier: Tier,
    outer: &HashMap<CallId, CallId>,
) -> MetricDecl {
    let call = &read.outline.calls[id.index()];
    let mut last = id;
    let known = match labels {
        LabelPlace::None => MetricLabels::Known(Vec::new()),
        LabelPlace::Open => MetricLabels::Unknown,
        LabelPlace::Arg(index, keyword) => {
            let named = call.args.iter().find(|arg| arg.name.is_some() && arg.name == *keyword);
            let spread = call.args.iter().any(|arg| matches!(arg.value.kind, ExprKind::Spread(_)));
            match named.or_else(|| positional(&call.args, *index)) {
                Some(arg) => string_list(arg),
                None if spread => MetricLabels::Unknown,
                None => MetricLabels::Known(Vec::new()),
            }
        }
        LabelPlace::Key(key) => match call.args.first().map(|arg| &arg.value.kind) {
            Some(ExprKind::Record(entries)) => match entries.iter().find(|(name, _)| name == key) {
                Some((_, value)) => list_of(value),
                None if entries.iter().any(|(name, _)| name == "..." || name.is_empty()) => MetricLabels::Unknown,
                None => MetricLabels::Known(Vec::new()),
            },
            _ => MetricLabels::Unknown,
        },
        LabelPlace::Chain(labels, end) => {
            let mut found = MetricLabels::Known(Vec::new());
            while let Some(next) = outer.get(&last) {
                let link = &read.outline.calls[next.index()];
                last = *next;
                let name = link.path.last().map_or("", String::as_str);
                if name == labels {
                    found = all_literals(&link.args);
                } else if name == end {
                    break;
                }
            }
            found
        }
    };
    MetricDecl {
        call: id,
        library: library.to_owned(),
        tier,
        name: metric_name(call),
        kind: kind.to_owned(),
        labels: known,
        bound: bound(read, outer, last),
        idempotent: false,
    }
}

/// The name that the instrument made by a call is bound to.
fn bound(read: &Read, outer: &HashMap<CallId, CallId>, made: CallId) -> Option<Vec<String>> {
    let mut last = made;
    // `register_…!(…).unwrap()` is the instrument still.
    while let Some(next) = outer.get(&last) {
        let link = &read.outline.calls[next.index()];
        if !link.path.last().is_some_and(|name| keeps_type(read.language, name)) {
            break;
        }
        last = *next;
    }
    let holder = lazy_holder(read, last).unwrap_or(last);
    read.outline.bindings.iter().find(|one| binds(one, holder)).map(|one| one.path.clone())
}

/// `LazyLock::new(|| …)` whose closure makes the instrument.
fn lazy_holder(read: &Read, made: CallId) -> Option<CallId> {
    let made = &read.outline.calls[made.index()];
    let closure = made.scope;
    (read.language == Language::Rust && made.result == ResultUse::Returned).then_some(())?;
    let holds = |call: &Call| {
        let lazy = matches!(call.path.as_slice(), [.., ty, new] if new == "new" && ty.starts_with("Lazy"));
        lazy && call.args.iter().any(|arg| matches!(arg.value.kind, ExprKind::Closure(scope) if scope == closure))
    };
    read.outline.calls.iter().position(holds).map(|index| CallId(index as u32))
}

fn binds(binding: &Binding, call: CallId) -> bool {
    let mut value = binding.value.as_ref().map(|value| &value.kind);
    while let Some(ExprKind::Compound(parts)) = value {
        value = match parts.as_slice() {
            [one] => Some(&one.kind),
            _ => None,
        };
    }
    matches!(value, Some(ExprKind::Call(id)) if *id == call)
}

fn metric_name(call: &Call) -> Option<String> {
    let first = call.args.first()?;
    match &first.value.kind {
        ExprKind::Record(entries) => {
            let (_, name) = entries.iter().find(|(key, _)| key == "name")?;
            name.literal().map(str::to_owned)
        }
        _ => first.value.literal().map(str::to_owned),
    }
}

fn positional(args: &[Arg], index: u32) -> Option<&Arg> {
    args.iter().filter(|arg| arg.name.is_none()).nth(index as usize)
}

fn string_list(arg: &Arg) -> MetricLabels {
    list_of(&arg.value)
}

fn list_of(value: &Expr) -> MetricLabels {
    let mut value = value;
    while let ExprKind::Compound(parts) = &value.kind {
        match parts.as_slice() {
            [one] => value = one,
            _ => return MetricLabels::Unknown,
        }
    }
    let ExprKind::List(items) = &value.kind else { return MetricLabels::Unknown };
    let names: Option<Vec<String>> = items.iter().map(|item| item.literal().map(str::to_owned)).collect();
    names.map_or(MetricLabels::Unknown, MetricLabels::Known)
}

fn all_literals(args: &[Arg]) -> MetricLabels {
    let names: Option<Vec<String>> = args.iter().map(|arg| arg.value.literal().map(str::to_owned)).collect();
    names.map_or(MetricLabels::Unknown, MetricLabels::Known)
}

pub(super) fn metric_use(read: &Read, id: CallId, library: &str, form: LabelForm, tier: Tier) -> MetricUse {
    let call = &read.outline.calls[id.index()];
    let mut labels = Vec::new();
    let mut opaque = false;
    let mut positional = false;
    let record_at = |index: u32| call.args.get(index as usize).map(|arg| &arg.value);
    match form {
        LabelForm::Plain => {}
        LabelForm::Positional => {
            positional = true;
            labels.extend(call.args.iter().map(|arg| (String::new(), arg.value.clone())));
        }
        LabelForm::Record(index) => match record_at(index).map(|value| &value.kind) {
            Some(ExprKind::Record(entries)) => labels.extend(entries.iter().cloned()),
            // A composite literal (`prometheus.Labels{…}`) reads as a constructor call with named arguments.
            Some(ExprKind::Call(inner)) => {
                let inner = &read.outline.calls[inner.index()];
                opaque = inner.kind != CallKind::New;
                labels.extend(inner.args.iter().map(|arg| (arg.name.clone().unwrap_or_default(), arg.value.clone())));
            }
            Some(ExprKind::Literal(_)) | None => {}
            Some(_) => opaque = true,
        },
        LabelForm::List(index) => {
            positional = true;
            let mut value = record_at(index);
            while let Some(ExprKind::Compound(parts)) = value.map(|value| &value.kind) {
                value = if parts.len() == 1 { parts.first() } else { None };
            }
            match value.map(|value| &value.kind) {
                Some(ExprKind::List(items)) => labels.extend(items.iter().map(|item| (String::new(), item.clone()))),
                _ => opaque = true,
            }
        }
        LabelForm::Labels => match call.args.first().map(|arg| &arg.value.kind) {
            Some(ExprKind::Record(entries)) => labels.extend(entries.iter().cloned()),
            _ => {
                positional = call.args.iter().all(|arg| arg.name.is_none());
                let pairs = call.args.iter().map(|arg| (arg.name.clone().unwrap_or_default(), arg.value.clone()));
                labels.extend(pairs);
            }
        },
        LabelForm::Pairs(from) => {
            for pair in call.args.get(from as usize..).unwrap_or_default().chunks(2) {
                let [key, value] = pair else { continue };
                labels.push((key.value.literal().unwrap_or_default().to_owned(), value.value.clone()));
            }
        }
        LabelForm::Attributes(from) => {
            call.args.iter().skip(from as usize).for_each(|arg| attributes(read, &arg.value, &mut labels));
        }
        LabelForm::Macro => {
            let named = call.args.iter().filter_map(|arg| Some((arg.name.clone()?, arg.value.clone())));
            labels.extend(named);
        }
    }
    opaque |= labels.iter().any(|(key, value)| key == "..." || matches!(value.kind, ExprKind::Spread(_)));
    let receiver = call.path.len().checked_sub(1).map_or(Vec::new(), |end| call.path[..end].to_vec());
    MetricUse { call: id, library: library.to_owned(), tier, labels, opaque, positional, receiver }
}

/// `metric.WithAttributes(attribute.String("k", v))`, `&[KeyValue::new("k", v)]`, `Attributes.of(stringKey("k"), v)`.
fn attributes(read: &Read, value: &Expr, labels: &mut Vec<(String, Expr)>) {
    match &value.kind {
        ExprKind::List(items) | ExprKind::Compound(items) => {
            items.iter().for_each(|item| attributes(read, item, labels));
        }
        ExprKind::Call(id) => {
            let call = &read.outline.calls[id.index()];
            if call.path.last().is_some_and(|last| last == "of") {
                for pair in call.args.chunks(2) {
                    let [key, value] = pair else { continue };
                    labels.push((key_name(read, &key.value).unwrap_or_default(), value.value.clone()));
                }
                return;
            }
            match call.args.as_slice() {
                [key, value] if key.value.literal().is_some() => {
                    labels.push((key_name(read, &key.value).unwrap_or_default(), value.value.clone()));
                }
                args => args.iter().for_each(|arg| attributes(read, &arg.value, labels)),
            }
        }
        _ => {}
    }
}

/// `"k"` or `AttributeKey.stringKey("k")`.
fn key_name(read: &Read, key: &Expr) -> Option<String> {
    match &key.kind {
        ExprKind::Call(id) => read.outline.calls[id.index()].args.first()?.value.literal().map(str::to_owned),
        _ => key.literal().map(str::to_owned),
    }
}
