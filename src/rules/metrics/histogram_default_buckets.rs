//! A histogram of bytes, rows or milliseconds with the default buckets, which are made for seconds: everything lands in the
//! last one.

use crate::facts::{Buckets, FileClass, FileFacts, MetricDecl, Naming, Tier, Unit};
use crate::model::Confidence;
use crate::rules::rule::{Change, HeadFile, Report, Rule, rule};
use crate::rules::seen::resolved_as;

pub const RULE: Rule = rule!("metrics/histogram-default-buckets", check);

fn check(change: &Change<'_>, out: &mut Report) {
    // A view or a registry-wide setting may give every histogram its buckets.
    let configured = change.delta.head.files().any(sets_views);
    for file in change.service_files() {
        for decl in &file.facts.telemetry.metrics {
            let views = matches!(decl.naming, Naming::Otel | Naming::Micrometer | Naming::Dotted);
            if !is_candidate(file, decl) || views && configured {
                continue;
            }
            if let Some(what) = misfit(decl) {
                say(out, file.facts, decl, &what);
            }
        }
    }
}

fn sets_views(file: &FileFacts) -> bool {
    let text = file.source.as_str();
    file.class != FileClass::Example
        && ["ExplicitBucketHistogram", "WithView(", "NewView(", "with_view(", "views:", "views=", "registerView"]
            .iter()
            .any(|word| text.contains(word))
}

fn is_candidate(file: HeadFile<'_>, decl: &MetricDecl) -> bool {
    let call = file.facts.call(decl.call);
    decl.tier > Tier::Lexical
        && decl.kind == "histogram"
        && decl.buckets == Buckets::Default
        && !decl.idempotent
        && !matches!(decl.naming, Naming::Micrometer | Naming::Dotted)
        && file.pair.touches(call.span)
        && file.pair.is_new(call.name_span)
        && !file.facts.in_test(call.scope)
}

/// What the histogram measures, when the defaults cannot fit it.
fn misfit(decl: &MetricDecl) -> Option<String> {
    let name = decl.name.exact()?;
    let unit = decl.unit();
    // OpenTelemetry's defaults go from 0 to 10,000: fair for milliseconds and small counts, useless for seconds and bytes.
    if decl.naming == Naming::Otel {
        return match unit {
            Some(Unit::Seconds) if decl.unit.is_some() => Some(
                "seconds, and the SDK's first buckets end at 5 and 10: nearly everything lands in the first".to_owned(),
            ),
            Some(Unit::Bytes) => Some("bytes, and the SDK's buckets end at 10,000".to_owned()),
            _ => None,
        };
    }
    let words: Vec<&str> = name.split('_').collect();
    let has = |word: &str| words.contains(&word);
    match unit {
        Some(Unit::Seconds) => None,
        Some(Unit::Count) => None,
        Some(unit) => Some(format!("{}, and the default buckets end at 10", unit.name())),
        None if has("size") || has("length") => Some("sizes, and the default buckets end at 10".to_owned()),
        None if has("rows") || has("count") || has("items") || has("records") => {
            Some("numbers of things, and the default buckets start at 0.005 and end at 10".to_owned())
        }
        None => None,
    }
}

fn say(out: &mut Report, file: &FileFacts, decl: &MetricDecl, what: &str) {
    let call = file.call(decl.call);
    let name = decl.name.exact().unwrap_or_default();
    out.at(file, call.name_span.cover(decl.name_span))
        .confidence(Confidence::Likely)
        .evidence(resolved_as(file, decl.call, "a histogram", &decl.library), Some(call.name_span))
        .help("give it buckets that cover the values you expect, exponential ones for sizes")
        .say(format!("`{name}` records {what}, so its quantiles will say nothing"));
}
