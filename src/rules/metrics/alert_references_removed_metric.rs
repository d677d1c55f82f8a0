//! An alert, dashboard, objective or autoscaler of the repository still asks for a metric or label that this change removes.

use std::collections::{HashMap, HashSet};

use crate::facts::matching::{MetricChange, MetricFate, metrics};
use crate::facts::{ConsumerKind, FileFacts, MetricDecl, MetricLabels, MonitoringFile, Query, SeriesUse};
use crate::model::Confidence;
use crate::rules::rule::{Change, Draft, Report, Rule, rule};

pub const RULE: Rule = rule!("metrics/alert-references-removed-metric", check);

/// Places named in one finding.
const MAX_PLACES: usize = 4;

fn check(change: &Change<'_>, out: &mut Report) {
    let monitoring = &change.delta.head.monitoring;
    if monitoring.is_empty() {
        return;
    }
    let asked = Asked::of(monitoring);
    let declared = change.delta.head.files().flat_map(|file| &file.telemetry.metrics);
    let answered: HashSet<String> = declared.flat_map(MetricDecl::series).collect();
    for one in metrics(change.delta) {
        match one.fate {
            MetricFate::Gone => gone(out, &one, &asked, &answered, None),
            MetricFate::Renamed((_, now)) => gone(out, &one, &asked, &answered, now.name.exact()),
            MetricFate::Kept((head, now)) => relabelled(change, out, &one, &asked, head, now),
            MetricFate::Said => {}
        }
    }
}

/// A query that is left without an answer.
#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a MonitoringFile,
    query: &'a Query,
    used: &'a SeriesUse,
}

/// Every query, by the series it asks for.
struct Asked<'a> {
    by_series: HashMap<&'a str, Vec<Place<'a>>>,
}

impl<'a> Asked<'a> {
    fn of(monitoring: &'a [MonitoringFile]) -> Self {
        let mut by_series: HashMap<&str, Vec<Place<'a>>> = HashMap::new();
        for file in monitoring {
            for query in &file.queries {
                for used in &query.metrics {
                    by_series.entry(&used.name).or_default().push(Place { file, query, used });
                }
            }
        }
        Self { by_series }
    }

    /// Who asks for an instrument; who is paged by it comes first.
    fn places(&self, decl: &MetricDecl, wanted: impl Fn(&SeriesUse) -> bool) -> Vec<Place<'a>> {
        let names = decl.series();
        let all = names.iter().filter_map(|name| self.by_series.get(name.as_str())).flatten();
        let mut out: Vec<Place<'a>> = all.filter(|place| wanted(place.used)).copied().collect();
        out.sort_by_key(|place| (place.query.kind, place.file.path.clone(), place.used.line));
        // One expression may ask twice.
        out.dedup_by_key(|place| (place.file.path.clone(), place.query.line));
        out
    }
}

fn gone(out: &mut Report, one: &MetricChange<'_>, asked: &Asked<'_>, answered: &HashSet<String>, new: Option<&str>) {
    let found = asked.places(one.decl, |used| !answered.contains(&used.name));
    let Some(first) = found.first() else { return };
    let what = consequence(first);
    let message = match new {
        Some(new) => format!("`{}` is now `{new}`, but {what}", one.name),
        None => format!("`{}` is gone, but {what}", one.name),
    };
    let help = match new {
        Some(_) => "change the queries together with the name, or export both names for a while",
        None => "change or remove the queries in the same pull request",
    };
    let certain = found.iter().any(|place| place.query.parsed);
    let confidence = if certain { Confidence::Certain } else { Confidence::Likely };
    let draft = match one.fate {
        MetricFate::Renamed((head, now)) => out.at(head, now.name_span),
        _ => out.at_base(one.file, one.decl.name_span),
    };
    listed(draft.confidence(confidence), &found).help(help).say(message);
}

fn relabelled(
    change: &Change<'_>,
    out: &mut Report,
    one: &MetricChange<'_>,
    asked: &Asked<'_>,
    head: &FileFacts,
    now: &MetricDecl,
) {
    let (MetricLabels::Known(before), MetricLabels::Known(after)) = (&one.decl.labels, &now.labels) else { return };
    let lost: Vec<&String> = before.iter().filter(|label| !after.contains(label)).collect();
    if lost.is_empty() {
        return;
    }
    // Other declarations of the name may keep the label.
    let others = change.delta.head.files().flat_map(|file| &file.telemetry.metrics);
    let all: Vec<&MetricDecl> = others.filter(|decl| decl.name.exact() == Some(one.name)).collect();
    let has = |label: &String| {
        all.iter().any(|decl| match &decl.labels {
            MetricLabels::Known(labels) => labels.contains(label),
            MetricLabels::Unknown => true,
        })
    };
    for label in lost.into_iter().filter(|label| !has(label)) {
        let found = asked.places(now, |used| used.labels.contains(label));
        let Some(first) = found.first() else { continue };
        let what = consequence(first);
        let draft = out.at(head, head.call(now.call).name_span.cover(now.name_span)).confidence(Confidence::Certain);
        listed(draft, &found)
            .help("change the queries together with the labels")
            .say(format!("`{}` loses its label `{label}`, but {what}", one.name));
    }
}

/// What happens to those who ask.
fn consequence(place: &Place<'_>) -> String {
    let title = place.query.title();
    let path = &place.file.path;
    match place.query.kind {
        ConsumerKind::Alert => format!("{title} in {path} still asks for it: it can never fire again"),
        ConsumerKind::Autoscaler => format!("an {title} in {path} still asks for it: it stops scaling"),
        ConsumerKind::Objective => format!("an {title} in {path} still asks for it: it reports no errors from now on"),
        _ => format!("{title} in {path} still asks for it: it shows nothing"),
    }
}

fn listed<'r>(mut draft: Draft<'r>, found: &[Place<'_>]) -> Draft<'r> {
    for place in found.iter().take(MAX_PLACES) {
        let text = format!("{} asks for `{}`", place.query.title(), place.used.name);
        draft = draft.evidence_in(text, place.file.location(place.used.line));
    }
    if found.len() > MAX_PLACES {
        draft = draft.evidence(format!("and {} further queries", found.len() - MAX_PLACES), None);
    }
    draft
}
