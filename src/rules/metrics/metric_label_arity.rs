//! Label values do not fit the declaration: the call panics or throws, and takes the request with it.

use crate::facts::{FileFacts, MetricDecl, MetricLabels, MetricUse, Tier};
use crate::model::{Confidence, Language};
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::{may_be_list, resolved_as};

pub const RULE: Rule = rule!("metrics/metric-label-arity", check);

fn check(change: &Change<'_>, out: &mut Report) {
    for file in change.code_files() {
        for used in &file.facts.telemetry.metric_uses {
            let call = file.facts.call(used.call);
            if used.tier == Tier::Lexical || used.opaque || file.facts.in_test(call.scope) || used.labels.is_empty() {
                continue;
            }
            let Some((home, declared)) = declaration(change, file.facts, used) else { continue };
            let MetricLabels::Known(labels) = &declared.labels else { continue };
            // Either side may be the change: the use, or the declaration in another file.
            let declaration_changed = change.delta.pairs().any(|pair| {
                pair.head.is_some_and(|head| head.path == home.path && pair.touches(home.call(declared.call).span))
            });
            if !file.pair.touches(call.span) && !declaration_changed {
                continue;
            }
            let Some(problem) = problem(file.facts, labels, used) else { continue };
            let names = if labels.is_empty() { "no labels".to_owned() } else { format!("`{}`", labels.join("`, `")) };
            let line = home.source.line_of(home.call(declared.call).span.start);
            let same_file = home.path == file.facts.path;
            let place = same_file.then(|| home.call(declared.call).span);
            out.at(file.facts, call.name_span.cover(call.span))
                .confidence(Confidence::Certain)
                .evidence(resolved_as(file.facts, used.call, "a metric", &used.library), Some(call.name_span))
                .evidence(format!("declared with {names} at {}:{line}", home.path), place)
                .help("give exactly the declared labels")
                .say(format!("{problem}: this call {} when it runs", consequence(file.facts.language)));
        }
    }
}

fn consequence(language: Language) -> &'static str {
    match language {
        Language::Go | Language::Rust => "panics",
        _ => "throws",
    }
}

/// The one declaration that this use can mean; `None` when there is none or several that differ.
fn declaration<'a>(
    change: &Change<'a>,
    file: &'a FileFacts,
    used: &MetricUse,
) -> Option<(&'a FileFacts, &'a MetricDecl)> {
    let name = used.receiver.last()?;
    let bound = |decl: &&MetricDecl| {
        decl.bound.as_ref().and_then(|path| path.last()) == Some(name) && decl.tier > Tier::Lexical
    };
    let here: Vec<_> = file.telemetry.metrics.iter().filter(bound).map(|decl| (file, decl)).collect();
    let mut all = here;
    if all.is_empty() {
        let others =
            change.delta.head.files().filter(|other| other.path != file.path && other.language == file.language);
        all = others
            .flat_map(|other| other.telemetry.metrics.iter().filter(bound).map(move |decl| (other, decl)))
            .collect();
    }
    let first = *all.first()?;
    all.iter().all(|(_, decl)| decl.labels == first.1.labels).then_some(first)
}

fn problem(file: &FileFacts, labels: &[String], used: &MetricUse) -> Option<String> {
    let language = file.language;
    if used.positional {
        // A list in one variable may hold any number.
        let lists = language.is_script() || language == Language::Java;
        let scope = file.call(used.call).scope;
        let listed = lists && used.labels.len() == 1 && may_be_list(file, scope, &used.labels[0].1);
        let counts = used.labels.len() != labels.len() && !listed;
        return counts.then(|| format!("{} given, {} declared", count(used.labels.len()), labels.len()));
    }
    if used.labels.iter().any(|(key, _)| key.is_empty()) {
        return None;
    }
    if let Some((unknown, _)) = used.labels.iter().find(|(key, _)| !labels.contains(key)) {
        return Some(format!("label `{unknown}` is not declared"));
    }
    // prom-client fills in what is left out; the others insist.
    let missing = labels.iter().find(|label| !used.labels.iter().any(|(key, _)| key == *label));
    missing.filter(|_| !language.is_script()).map(|missing| format!("label `{missing}` is missing"))
}

fn count(values: usize) -> String {
    if values == 1 { "1 label value".to_owned() } else { format!("{values} label values") }
}
