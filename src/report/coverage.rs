//! Patch instrumentation coverage in words: one honest line, and each operation nobody will see with its reason.

use std::fmt::Write as _;

use super::links::Links;
use super::markdown_text::{code, prose, sentence, shortened};
use super::plain::visible;
use crate::model::{Operation, Sight, Sights};
use crate::policy::Decision;

const MAX_LISTED: usize = 30;

/// "Instrumentation of this patch: 5 of 6 operations observable, 1 unknown"; nothing when no operation is touched.
pub fn line(sights: Sights) -> Option<String> {
    Some(format!("Instrumentation of this patch: {}", sights.line()?))
}

/// The line and, folded away, the operations out of sight, for comments and check runs.
pub(super) fn markdown(decision: &Decision, links: &Links) -> String {
    let Some(line) = line(decision.sights()) else { return String::new() };
    let mut out = format!("{line}.\n\n");
    let count = decision.out_of_sight().count();
    if count == 0 {
        return out;
    }
    let noun = if count == 1 { "operation" } else { "operations" };
    let _ = write!(out, "<details><summary>{count} {noun} that may go unseen</summary>\n\n");
    for operation in decision.out_of_sight().take(MAX_LISTED) {
        let at = &operation.location;
        let place = code(&shortened(&format!("{}:{}", at.path, at.line), 160));
        let reason = prose(&sentence(&shortened(&operation.reason, 240)));
        let name = code(&shortened(&operation.name, 80));
        let marker = marker(operation, links);
        let _ = writeln!(out, "- [{place}]({}) {name}, {}: {reason}{marker}", links.line(at), sight(operation.sight));
    }
    if count > MAX_LISTED {
        let _ = writeln!(out, "- and {} more", count - MAX_LISTED);
    }
    out.push_str("\nWhere an operation needs no eyes, say so: `sightline: allow(coverage/operation) reason=…`.\n\n</details>\n\n");
    out
}

fn marker(operation: &Operation, links: &Links) -> String {
    match &operation.marker {
        Some(at) => {
            let place = code(&shortened(&format!("{}:{}", at.path, at.line), 160));
            format!(" ([{place}]({}))", links.line(at))
        }
        None => String::new(),
    }
}

/// The same for a terminal, one operation a line.
pub(super) fn plain(decision: &Decision) -> Option<(String, Vec<String>)> {
    let line = line(decision.sights())?;
    let rows = decision.out_of_sight().map(|operation| {
        let at = &operation.location;
        let (path, name) = (visible(at.path.as_str()), visible(&operation.name));
        format!("{path}:{} `{name}`, {}: {}", at.line, sight(operation.sight), visible(&operation.reason))
    });
    Some((line, rows.collect()))
}

pub(super) fn sight(sight: Sight) -> &'static str {
    match sight {
        Sight::Seen => "observable",
        Sight::Unseen => "not observable",
        Sight::Unknown => "unknown",
    }
}
