//! A metric keeps its name and becomes another thing: another type, unit, set of labels or buckets.

use crate::facts::matching::{MetricChange, MetricFate, metrics};
use crate::facts::{Buckets, FileFacts, MetricDecl, MetricLabels};
use crate::model::{Confidence, Severity, Side};
use crate::rules::rule::{Change, Report, Rule, rule};

pub const RULE: Rule = rule!("metrics/metric-shape-changed", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for one in metrics(change.delta) {
        let MetricFate::Kept((head, now)) = one.fate else { continue };
        // The same name twice in one unit: which of them changed would be a guess.
        let twice = |file: &FileFacts| {
            file.telemetry.metrics.iter().filter(|decl| decl.name.exact() == Some(one.name)).count() > 1
        };
        if now.idempotent || twice(one.file) || twice(head) || !edited(change, &one, head, now) {
            continue;
        }
        if let Some(difference) = difference(one.decl, now) {
            say(out, &one, head, now, difference);
        }
    }
}

/// Whether the declaration itself is part of the change.
fn edited(change: &Change<'_>, one: &MetricChange<'_>, head: &FileFacts, now: &MetricDecl) -> bool {
    let (first, last) = one.file.source.lines(one.file.call(one.decl.call).statement);
    let removed = (first..=last).any(|line| one.pair.change.is_removed(line)) || one.pair.head.is_none();
    let statement = head.call(now.call).statement;
    let added = change
        .delta
        .pairs()
        .any(|pair| pair.head.is_some_and(|file| file.path == head.path) && pair.touches(statement));
    removed || added
}

struct Difference {
    text: String,
    /// Nothing that exists today breaks.
    mild: bool,
}

fn difference(was: &MetricDecl, now: &MetricDecl) -> Option<Difference> {
    let hard = |text: String| Some(Difference { text, mild: false });
    let known = |kind: &str| !matches!(kind, "metric" | "timer");
    if was.kind != now.kind && known(&was.kind) && known(&now.kind) {
        return hard(format!("it was a {} and is a {}", was.kind, now.kind));
    }
    if let (Some(before), Some(after)) = (was.unit(), now.unit())
        && before != after
    {
        return hard(format!("it was in {} and is in {}", before.name(), after.name()));
    }
    if let (MetricLabels::Known(before), MetricLabels::Known(after)) = (&was.labels, &now.labels) {
        let gone: Vec<&String> = before.iter().filter(|label| !after.contains(label)).collect();
        let new: Vec<&String> = after.iter().filter(|label| !before.contains(label)).collect();
        match (gone.as_slice(), new.as_slice()) {
            ([], []) => {}
            ([], new) => {
                return Some(Difference { text: format!("it gains {}", listed("label", new)), mild: true });
            }
            (gone, []) => return hard(format!("it loses {}", listed("label", gone))),
            (gone, new) => {
                return hard(format!("it loses {} and gains {}", listed("label", gone), listed("label", new)));
            }
        }
    }
    match (&was.buckets, &now.buckets) {
        (Buckets::Explicit(before), Buckets::Explicit(after))
            if numeric(before) && numeric(after) && before != after =>
        {
            hard("its buckets have other bounds".to_owned())
        }
        (Buckets::Explicit(before), Buckets::Default) if numeric(before) && now.is_histogram() => {
            hard("its buckets fall back to the library's defaults".to_owned())
        }
        _ => None,
    }
}

/// Bounds that are written out; behind a name there may be the same ones.
fn numeric(buckets: &str) -> bool {
    buckets.contains(|one: char| one.is_ascii_digit())
}

fn listed(what: &str, names: &[&String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let plural = if names.len() == 1 { "" } else { "s" };
    format!("the {what}{plural} {}", quoted.join(", "))
}

fn say(out: &mut Report, one: &MetricChange<'_>, head: &FileFacts, now: &MetricDecl, difference: Difference) {
    let Difference { text, mild } = difference;
    let was = one.file.location(one.decl.name_span, Side::Left);
    let draft = out.at(head, head.call(now.call).name_span.cover(now.name_span)).confidence(Confidence::Likely);
    let draft = draft.evidence_in("the base declared it differently", was);
    if mild {
        draft
            .severity(Severity::Notice)
            .help("check queries that join or compare it without an aggregation")
            .say(format!("`{}` changes under its name: {text}, so each series becomes several", one.name));
    } else {
        draft.help("give the new shape a new name, or change its alerts and dashboards in the same release").say(
            format!("`{}` changes under its name: {text}; queries written for the old shape read it wrongly", one.name),
        );
    }
}
