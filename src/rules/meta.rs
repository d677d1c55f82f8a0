//! What a rule's page says about it: front matter and prose, parsed once.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::list::RULES;
use crate::model::{Confidence, Mode, Severity};

/// Front matter of a page. Nothing derivable is written there: the id is the path, "fixable" is in the code.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleMeta {
    /// What is wrong, in a few words.
    pub title: String,
    pub severity: Severity,
    /// The most that the evidence can support.
    pub confidence: Confidence,
    pub mode: Mode,
    /// `go`, `python`, `javascript` (with TypeScript), `java`, `rust`.
    pub languages: Vec<String>,
    /// The version that brought it.
    pub since: String,
    /// Collects silently: shown in reports, never on a pull request.
    #[serde(default)]
    pub monitor: bool,
    /// What `--pedantic` is for.
    #[serde(skip)]
    pub body: String,
}

static METAS: LazyLock<HashMap<&'static str, RuleMeta>> = LazyLock::new(|| {
    let parse = |rule: &super::rule::Rule| {
        let meta = parse_page(rule.page).unwrap_or_else(|error| panic!("rules/{}.md: {error}", rule.id));
        (rule.id, meta)
    };
    RULES.iter().map(parse).collect()
});

/// # Panics
/// For an id that is not in [`RULES`], or a page that does not parse: defects of this build that every test meets.
pub fn meta(id: &str) -> &'static RuleMeta {
    METAS.get(id).unwrap_or_else(|| panic!("no rule {id}"))
}

fn parse_page(page: &str) -> Result<RuleMeta, String> {
    let rest = page.strip_prefix("---\n").ok_or("the page does not start with front matter")?;
    let (front, body) = rest.split_once("\n---\n").ok_or("the front matter does not end")?;
    let mut meta: RuleMeta = serde_saphyr::from_str(front).map_err(|error| error.to_string())?;
    meta.body = body.trim_start().to_owned();
    Ok(meta)
}
