//! The labels of metric instruments, declared and given, and what a use records.

use super::declaring::Site;
use super::project::Read;
use super::tables::{LabelForm, LabelPlace};
use crate::facts::code::{Arg, Call, CallId, CallKind, Expr, ExprKind};
use crate::facts::{MetricLabels, MetricUse, Tier};

/// The labels that a declaration declares.
pub(super) fn labels_of(site: &Site<'_>, id: CallId, labels: &LabelPlace) -> MetricLabels {
    let call = site.call(id);
    match labels {
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
            let until_end = site.links(id).take_while(|(_, link)| link.path.last() != Some(end));
            let named = until_end.filter(|(_, link)| link.path.last() == Some(labels)).last();
            named.map_or(MetricLabels::Known(Vec::new()), |(_, link)| all_literals(&link.args))
        }
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

pub(super) fn metric_use(site: &Site<'_>, id: CallId, library: &str, form: LabelForm, tier: Tier) -> MetricUse {
    let call = site.call(id);
    let Given { labels, opaque, positional } = given(site, call, form);
    let unread = labels.iter().any(|(key, value)| key == "..." || matches!(value.kind, ExprKind::Spread(_)));
    let receiver = receiver(site, call);
    let value = recorded(call, form).cloned();
    MetricUse {
        call: id,
        library: library.to_owned(),
        tier,
        labels,
        opaque: opaque || unread,
        positional,
        receiver,
        value,
    }
}

/// Label values as a call gives them.
#[derive(Default)]
struct Given {
    labels: Vec<(String, Expr)>,
    opaque: bool,
    positional: bool,
}

fn given(site: &Site<'_>, call: &Call, form: LabelForm) -> Given {
    let read = site.read;
    let Given { mut labels, mut opaque, mut positional } = Given::default();
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
    Given { labels, opaque, positional }
}

/// What a use is called on; through `x.labels(a)` that is `x`.
fn receiver(site: &Site<'_>, call: &Call) -> Vec<String> {
    let mut call = call;
    for _ in 0..4 {
        match (call.path.len(), call.base) {
            (1, Some(base)) => call = site.call(base),
            (length, _) => return call.path[..length.saturating_sub(1)].to_vec(),
        }
    }
    Vec::new()
}

/// The argument that is the recorded value.
fn recorded(call: &Call, form: LabelForm) -> Option<&Expr> {
    let index = match form {
        LabelForm::Plain => 0,
        // prom-client: labels may come first.
        LabelForm::Record(0) => usize::from(call.args.len() > 1),
        LabelForm::Record(labels) | LabelForm::Attributes(labels) => (labels as usize).checked_sub(1)?,
        _ => return None,
    };
    call.args.get(index).map(|arg| &arg.value).filter(|value| !matches!(value.kind, ExprKind::Record(_)))
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
