//! Which files are monitoring documents, and their queries.

use rayon::prelude::*;

use super::{json, jsonnet, yaml};
use crate::facts::MonitoringFile;
use crate::model::{ChangeSet, FilePath};

/// Dashboards grow large; beyond this nobody maintains them by hand.
const MAX_BYTES: usize = 8 << 20;

/// Words of a path that speak of monitoring.
const WORDS: [&str; 25] = [
    "alert",
    "rules",
    "prometheus",
    "grafana",
    "dashboard",
    "slo",
    "sloth",
    "openslo",
    "pyrra",
    "monitor",
    "mixin",
    "observability",
    "hpa",
    "autoscal",
    "keda",
    "scaledobject",
    "loki",
    "mimir",
    "thanos",
    "telemetry",
    "metrics",
    "recording",
    "victoria",
    "vmalert",
    "servicelevel",
];

/// Folders of other people's files, of tests and of tools.
const ELSEWHERE: [&str; 8] =
    ["node_modules/", "vendor/", "testdata/", ".github/", "fixtures/", "locales/", "i18n/", "__snapshots__/"];

/// Whether a path may hold queries: by its ending and by what it speaks of.
pub(in crate::syntax) fn is_monitoring(path: &FilePath) -> bool {
    let lower = path.as_str().to_ascii_lowercase();
    let ending =
        [".yml", ".yaml", ".json", ".jsonnet", ".libsonnet", ".rules", ".tpl"].iter().any(|end| lower.ends_with(end));
    let tool = ["package.json", "package-lock.json", "tsconfig.json", "docker-compose.yml", "mkdocs.yml"];
    ending
        && WORDS.iter().any(|word| lower.contains(word))
        && !ELSEWHERE.iter().any(|folder| lower.starts_with(folder) || lower.contains(&format!("/{folder}")))
        && !tool.contains(&lower.rsplit('/').next().unwrap_or(&lower))
}

/// What somebody wants to know of the documents. Without it none is read.
pub(in crate::syntax) struct Looked {
    /// Any of these names in a document makes it worth reading.
    pub(in crate::syntax) names: Vec<String>,
    /// Log queries are asked for, too.
    pub(in crate::syntax) messages: bool,
}

impl Looked {
    fn needle(&self) -> Option<regex::Regex> {
        let mut needles: Vec<String> = self.names.iter().take(1_000).map(|name| regex::escape(name)).collect();
        if self.messages {
            needles.extend(["\\|=", "\\|~", "[pP]attern"].map(str::to_owned));
        }
        if needles.is_empty() {
            return None;
        }
        regex::RegexBuilder::new(&needles.join("|")).size_limit(4 << 20).build().ok()
    }
}

/// The documents of the head that may answer, changed ones included, in the order of their paths.
pub(in crate::syntax) fn documents(change: &ChangeSet, looked: &Looked) -> Vec<MonitoringFile> {
    let Some(needle) = looked.needle() else { return Vec::new() };
    let changed = change.files.iter().filter_map(|file| Some((&file.path, file.head.text()?)));
    let near = change.neighbours.iter().map(|one| (&one.path, &one.text));
    let texts: Vec<_> = changed.chain(near).filter(|(path, _)| is_monitoring(path)).collect();
    let mut files: Vec<MonitoringFile> = texts
        .into_par_iter()
        .filter(|(_, text)| text.len() <= MAX_BYTES && needle.is_match(text))
        .map(|(path, text)| MonitoringFile { path: path.clone(), queries: queries(path, text) })
        .filter(|file| !file.queries.is_empty())
        .collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

fn queries(path: &FilePath, text: &str) -> Vec<crate::facts::Query> {
    let name = path.as_str();
    if name.ends_with(".json")
        || text.trim_start().starts_with('{') && !name.ends_with("sonnet") && !text.starts_with("{{")
    {
        json::queries(text, 1)
    } else if name.ends_with("sonnet") {
        jsonnet::queries(text)
    } else {
        yaml::queries(text, 1, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_speak_of_monitoring() {
        let is = |path: &str| is_monitoring(&FilePath::from(path));
        assert!(
            is("deploy/alerts.yml") && is("grafana/board.json") && is("k8s/prod/hpa.yaml") && is("mixin/a.libsonnet")
        );
        assert!(!is("package.json") && !is("src/rules.go") && !is("config/app.yml") && !is("vendor/x/alerts.yml"));
        assert!(!is("a/b/testdata/rules.yaml"));
    }
}
