//! A metric is gone or has another name: every query, alert and dashboard that asks for the old one goes silent.

use crate::facts::matching::{MetricChange, MetricFate, Scopes, metrics};
use crate::facts::{FileFacts, MetricDecl};
use crate::model::{Confidence, Severity};
use crate::rules::rule::{Change, Report, Rule, rule};

pub const RULE: Rule = rule!("metrics/metric-removed-or-renamed", check);

fn check(change: &Change<'_>, out: &mut Report) {
    let mut scopes = None;
    for one in metrics(change.delta) {
        match one.fate {
            MetricFate::Renamed((head, now)) => renamed(out, &one, head, now),
            MetricFate::Gone => {
                let scopes = scopes.get_or_insert_with(|| Scopes::of(change.delta));
                removed(change, out, &one, scopes);
            }
            MetricFate::Kept(_) | MetricFate::Said => {}
        }
    }
}

fn renamed(out: &mut Report, one: &MetricChange<'_>, head: &FileFacts, now: &MetricDecl) {
    let Some(new) = now.name.exact() else { return };
    out.at(head, now.name_span)
        .confidence(Confidence::Likely)
        .evidence_in(
            format!("the base called it `{}`", one.name),
            one.file.location(one.decl.name_span, crate::model::Side::Left),
        )
        .help("keep the old name for one release beside the new one, or change what asks for it first")
        .say(format!("`{}` is now `{new}`: whatever still asks for the old name gets no data, and no error", one.name));
}

fn removed(change: &Change<'_>, out: &mut Report, one: &MetricChange<'_>, scopes: &Scopes<'_>) {
    let whole = went_with_its_feature(change, one, scopes);
    let draft = out
        .at_base(one.file, one.decl.name_span)
        .confidence(Confidence::Likely)
        .help("look for alerts and dashboards that ask for it before this is deployed");
    let draft = if whole {
        draft.severity(Severity::Notice).evidence("the code that recorded it is removed as well", None)
    } else {
        draft
    };
    draft.say(format!("`{}` is no longer exported: alerts on it fall silent instead of failing", one.name));
}

/// Whether the file is gone, or every function that recorded the metric.
fn went_with_its_feature(change: &Change<'_>, one: &MetricChange<'_>, scopes: &Scopes<'_>) -> bool {
    if one.pair.head.is_none() {
        return true;
    }
    let Some(bound) = one.decl.bound.as_ref().and_then(|path| path.last()) else { return false };
    let mut used = false;
    for base in change.delta.pairs().filter_map(|pair| pair.base) {
        for metric_use in base.telemetry.metric_uses.iter().filter(|used| used.receiver.last() == Some(bound)) {
            used = true;
            if scopes.head_of(base, base.call(metric_use.call).scope).is_some() {
                return false;
            }
        }
    }
    used
}
