//! What a change takes away, as far as monitoring may miss it. Most changes take nothing, and no document is opened.

use std::collections::HashMap;

use super::document::Looked;
use crate::facts::{FactSet, MetricDecl, sanitise};
use crate::model::ChangeSet;

/// Names of instruments that are gone or have another shape, and whether log messages went.
pub(in crate::syntax) fn looked(change: &ChangeSet, base: &FactSet, head: &FactSet) -> Looked {
    let mut now: HashMap<&str, Vec<&MetricDecl>> = HashMap::new();
    for decl in head.files().flat_map(|file| &file.telemetry.metrics) {
        if let Some(name) = decl.name.exact() {
            now.entry(name).or_default().push(decl);
        }
    }
    let mut looked = Looked { names: Vec::new(), messages: false };
    for (file, facts) in change.files.iter().filter_map(|file| Some((file, base.file(file.base_path())?))) {
        for decl in &facts.telemetry.metrics {
            let Some(name) = decl.name.exact() else { continue };
            let kept = now.get(name).is_some_and(|all| all.iter().any(|one| one.labels == decl.labels));
            if !kept {
                looked.names.push(sanitise(name));
            }
        }
        let gone = |line| file.is_removed(line) || file.head.text().is_none();
        looked.messages |= facts.telemetry.logs.iter().any(|log| {
            let (first, last) = facts.source.lines(log.span);
            (first..=last).any(gone)
        });
    }
    looked.names.sort();
    looked.names.dedup();
    looked
}
