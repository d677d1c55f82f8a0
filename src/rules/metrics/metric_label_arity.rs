//! Label values do not fit the declaration: the call panics or throws, and takes the request with it.

use crate::facts::{FileClass, FileFacts, MetricDecl, MetricLabels, MetricUse, Tier};
use crate::model::{Confidence, Language, Span};
use crate::rules::rule::{Change, Report, Rule, rule};
use crate::rules::seen::{may_be_list, resolved_as};

pub const RULE: Rule = rule!("metrics/metric-label-arity", check);

fn check(change: &Change<'_>, out: &mut Report) {
    // Every file that was read: the change may be the declaration, and the use an old line of a file it does not touch.
    let mut files: Vec<&FileFacts> = change.delta.head.files().collect();
    files.sort_by_key(|file| file.path.clone());
    for file in files {
        for used in &file.telemetry.metric_uses {
            let scope = file.call(used.call).scope;
            let readable = used.tier > Tier::Lexical && !used.opaque && !used.labels.is_empty();
            if readable && file.class != FileClass::Example && !file.in_test(scope) {
                compare(change, file, used, out);
            }
        }
    }
}

fn compare(change: &Change<'_>, file: &FileFacts, used: &MetricUse, out: &mut Report) {
    let Some((home, declared)) = declaration(change, file, used) else { return };
    let MetricLabels::Known(labels) = &declared.labels else { return };
    let (call, maker) = (file.call(used.call), home.call(declared.call));
    let use_changed = new_line(change, file, call.span).is_some();
    let declaration = new_line(change, home, maker.span);
    if !use_changed && declaration.is_none() {
        return;
    }
    let Some(problem) = problem(file, labels, used) else { return };
    let names = if labels.is_empty() { "no labels".to_owned() } else { format!("`{}`", labels.join("`, `")) };
    let consequence = consequence(file.language);
    let at = |file: &FileFacts, span: Span| format!("{}:{}", file.path, file.source.line_of(span.start));
    let resolved = resolved_as(file, used.call, "a metric", &used.library);
    let same_file = home.path == file.path;
    if use_changed {
        out.at(file, call.name_span.cover(call.span))
            .confidence(Confidence::Certain)
            .evidence(resolved, Some(call.name_span))
            .evidence(format!("declared with {names} at {}", at(home, maker.span)), same_file.then_some(maker.span))
            .help("give exactly the declared labels")
            .say(format!("{problem}: this call {consequence} when it runs"));
    } else if let Some(line) = declaration {
        out.at(home, line)
            .confidence(Confidence::Certain)
            .evidence(
                format!("the call at {} still has the old labels", at(file, call.span)),
                same_file.then_some(call.span),
            )
            .evidence(resolved, None)
            .help("change the calls together with the declaration")
            .say(format!("a call does not fit this declaration any more ({problem}): it {consequence} when it runs"));
    }
}

/// The first new line of a span of a file of the head.
fn new_line(change: &Change<'_>, file: &FileFacts, span: Span) -> Option<Span> {
    let pair = change.delta.pairs().find(|pair| pair.head.is_some_and(|head| head.path == file.path))?;
    let (first, last) = file.source.lines(span);
    let line = (first..=last).find(|line| pair.change.is_added(*line))?;
    Some(file.source.line_span(line))
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
    // Where types are checked, what has no labels cannot be asked for a series: this is another field of the same name.
    let typed = matches!(file.language, Language::Go | Language::Rust);
    let bound = |decl: &&MetricDecl| {
        let vector = !typed || !decl.is_single;
        decl.bound.as_ref().and_then(|path| path.last()) == Some(name) && decl.tier > Tier::Lexical && vector
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
