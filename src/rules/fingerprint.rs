//! Fingerprints that survive moves: rule, scope and the words of the anchor's line, never a path or a line number.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::facts::Delta;
use crate::model::{Finding, Side};

pub(super) fn fingerprint_all(findings: &mut [Finding], delta: &Delta<'_>) {
    fingerprint_by(findings, |finding| {
        let set = if finding.location.side == Side::Left { delta.base } else { delta.head };
        set.file(&finding.location.path).map_or("", |file| file.source.line_text(finding.location.line))
    });
}

/// Fills in fingerprints. Identical ones are told apart by their order, so that two equal lines stay two findings.
pub(super) fn fingerprint_by<'t>(findings: &mut [Finding], line: impl Fn(&Finding) -> &'t str) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for finding in findings {
        let line = line(finding);
        let key = [finding.rule.as_str(), &finding.scope, &normalised(line)].join("\0");
        let ordinal = seen.entry(key.clone()).or_insert(0);
        let hash = Sha256::digest(format!("{key}\0{ordinal}").as_bytes());
        *ordinal += 1;
        finding.fingerprint = hex::encode(&hash[..12]);
    }
}

/// White space does not count, nor does a trailing comma or brace that formatters move about.
fn normalised(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.join(" ").trim_end_matches([',', ';', '{', ' ']).to_owned()
}
