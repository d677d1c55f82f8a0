//! SARIF 2.1.0, for code scanning and for editors.

use serde_json::{Value, json};

use super::markdown_text::sentence;
use crate::model::{Confidence, Evidence, Finding, Fix, Location, Severity, Side};
use crate::policy::{Decision, Judged, Suppressed};
use crate::rules::{RULES, RuleMeta, meta};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub fn render(decision: &Decision) -> String {
    let results: Vec<Value> = decision
        .findings
        .iter()
        .flat_map(|judged| {
            std::iter::once(result(judged)).chain(judged.repeats.iter().map(|place| repeat(judged, place)))
        })
        .chain(decision.suppressed.iter().map(suppressed))
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Sightline",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(|rule| descriptor(rule.id, meta(rule.id))).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": decision.notes.iter().map(notification).collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn descriptor(id: &str, meta: &RuleMeta) -> Value {
    let family = id.split_once('/').map_or(id, |(family, _)| family);
    json!({
        "id": id,
        "name": id.split(['/', '-']).map(capitalised).collect::<String>(),
        "shortDescription": { "text": sentence(&meta.title) },
        "fullDescription": { "text": sentence(&meta.title) },
        "help": { "text": meta.body, "markdown": meta.body },
        "defaultConfiguration": { "level": level(meta.severity) },
        "properties": { "tags": ["observability", family], "precision": precision(meta.confidence) },
    })
}

fn result(judged: &Judged) -> Value {
    let finding = &judged.finding;
    let mut result = bare(finding, &finding.location);
    result["partialFingerprints"] = json!({ "sightline/v1": finding.fingerprint });
    let related: Vec<Value> = finding.evidence.iter().filter_map(related).enumerate().map(numbered).collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([change(fix, finding)]);
    }
    result
}

fn repeat(judged: &Judged, place: &Location) -> Value {
    let mut result = bare(&judged.finding, place);
    result["properties"]["foldedInto"] = judged.finding.fingerprint.as_str().into();
    result
}

fn suppressed(one: &Suppressed) -> Value {
    let mut result = bare(&one.finding, &one.finding.location);
    result["partialFingerprints"] = json!({ "sightline/v1": one.finding.fingerprint });
    // What the configuration says lies outside of the code that is reported on.
    let kind = if one.by.starts_with("line ") { "inSource" } else { "external" };
    result["suppressions"] = json!([{ "kind": kind, "justification": one.by }]);
    result
}

fn bare(finding: &Finding, place: &Location) -> Value {
    let mut text = sentence(&finding.message);
    if !finding.help.is_empty() {
        text = format!("{text} {}", sentence(&finding.help));
    }
    json!({
        "ruleId": finding.rule.as_str(),
        "ruleIndex": RULES.iter().position(|rule| rule.id == finding.rule.as_str()).map_or(-1, |index| index as i64),
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [location(place)],
        "properties": { "confidence": finding.confidence, "mode": finding.mode, "scope": finding.scope, "side": place.side },
    })
}

/// Lines of the base mean nothing in the file as it is now, so a finding about removed code names the file alone.
fn location(place: &Location) -> Value {
    let mut physical = json!({ "artifactLocation": { "uri": uri(place.path.as_str()), "uriBaseId": "%SRCROOT%" } });
    if place.side == Side::Right {
        let mut region = json!({ "startLine": place.line, "endLine": place.end_line });
        if place.columns.0 < place.columns.1 && place.line == place.end_line {
            region["startColumn"] = place.columns.0.into();
            region["endColumn"] = place.columns.1.into();
        }
        physical["region"] = region;
    }
    json!({ "physicalLocation": physical })
}

fn related(link: &Evidence) -> Option<Value> {
    let mut value = location(link.location.as_ref()?);
    value["message"] = json!({ "text": sentence(&link.text) });
    Some(value)
}

fn numbered((index, mut value): (usize, Value)) -> Value {
    value["id"] = index.into();
    value
}

fn change(fix: &Fix, finding: &Finding) -> Value {
    json!({
        "description": { "text": sentence(&fix.title) },
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(finding.location.path.as_str()), "uriBaseId": "%SRCROOT%" },
            "replacements": [{
                // Without an end column a region reaches to the end of its last line.
                "deletedRegion": { "startLine": fix.line, "startColumn": 1, "endLine": fix.end_line },
                "insertedContent": { "text": fix.replacement },
            }],
        }],
    })
}

fn notification(note: &crate::model::Note) -> Value {
    let mut value = json!({
        "level": "note",
        "descriptor": { "id": note.kind },
        "message": { "text": sentence(&note.text) },
    });
    if let Some(path) = &note.path {
        value["locations"] = json!([{ "physicalLocation": { "artifactLocation": { "uri": uri(path.as_str()), "uriBaseId": "%SRCROOT%" } } }]);
    }
    value
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "note",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "very-high",
        Confidence::Likely => "high",
        Confidence::Possible => "medium",
    }
}

/// A relative reference: everything but unreserved characters and slashes is escaped.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
