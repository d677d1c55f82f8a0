//! `sightline check --all`: everything that is there, as if all of it were new.

use super::check::config_of;
use super::kept;
use super::progress::Progress;
use crate::check::{Part, part, whole};
use crate::model::{ChangeSet, FilePath};
use crate::policy::{Config, Decision};
use crate::workspace::{FactCache, Fetched, Whole};

pub(super) fn run(
    tree: &Whole,
    config: Option<Config>,
    cache: Option<&FactCache>,
    progress: &Progress,
) -> anyhow::Result<(Decision, Fetched)> {
    let files = tree.files();
    let known = kept::outlines(cache);
    let mut fetched = Fetched {
        config: tree.config.as_deref().map(Into::into),
        compared_with: "the empty tree".to_owned(),
        ..Fetched::default()
    };
    let (config, notes) = match config {
        Some(config) => (config, Vec::new()),
        None => config_of(&fetched),
    };
    progress.say(&format!("analysing {files} files"));
    let told = |done: usize| progress.say(&format!("analysed {done} of {files} files"));
    let purpose = format!("check {}", Part::depends_on(&config));
    let parts: Vec<Part> = tree.each(cache, &purpose, &told, &|change| part(change, &config, known))?;
    // Only these are shown, so only these are held.
    let asked: Vec<FilePath> = parts.iter().flat_map(Part::asks_for).cloned().collect();
    fetched.change = ChangeSet { head: tree.head().cloned(), files: tree.texts(&asked)?, ..ChangeSet::default() };
    let mut decision = whole(&fetched.change, parts, &config, chrono::Utc::now().date_naive());
    decision.notes.extend(notes);
    decision.notes.sort();
    Ok((decision, fetched))
}
