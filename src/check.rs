//! The whole pure pipeline: a change set and a configuration in, a decision out. It cannot fail: trouble becomes a note.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::facts::{Delta, Document, FileFacts, UnitCoverage};
use crate::model::{ChangeSet, FileChange, FilePath, Finding, Note, NoteKind, Operation, SourceText, Span};
use crate::policy::{Config, Decision, FileOutcome, FileState, FileText, Input, decide};
use crate::rules::custom::{self, Fault, Said};
use crate::syntax::{Budget, Forgotten, Outcome, Outlines, Reading, read_with};

/// More faults of a repository's own rules than this help nobody who reads a review.
const FAULTS: usize = 10;

/// What the engine found, before policy.
pub struct Analysis {
    pub findings: Vec<Finding>,
    pub notes: Vec<Note>,
    pub files: Vec<(FilePath, Outcome)>,
    /// What the change adds or rewrites that production should be able to see.
    pub operations: Vec<Operation>,
}

/// Facts, difference, rules: everything below policy.
pub fn analyse(change: &ChangeSet) -> Analysis {
    let reading = read_with(change, &Budget::default(), &Forgotten);
    judge(change, reading).0
}

/// Everything: what is ignored is not even read, and what is said follows the configuration. `today` is the day on
/// which a suppression may have ended.
pub fn check(change: &ChangeSet, config: &Config, today: NaiveDate) -> Decision {
    check_with(change, config, today, &Forgotten)
}

/// The same with outlines that were read before.
pub fn check_with(change: &ChangeSet, config: &Config, today: NaiveDate, known: &dyn Outlines) -> Decision {
    let (ignored, files): (Vec<_>, Vec<_>) = change.files.iter().cloned().partition(|file| config.ignores(&file.path));
    let visible = ChangeSet { files, ..change.clone() };
    let mut reading = read_with(&visible, &Budget::default(), known);
    reading.base.declare_external(&config.external);
    reading.head.declare_external(&config.external);
    let (analysis, texts) = judge(&visible, reading);
    let ignored = ignored.into_iter().map(|file| self::ignored(file.path));
    let files = analysis.files.into_iter().map(outcome).chain(ignored).collect();
    let operations = analysis.operations;
    let input = Input { findings: analysis.findings, notes: analysis.notes, files, texts, operations, whole: false };
    decide(&visible, input, config, today)
}

/// Every operation of a whole repository, and what instruments its units.
pub struct Survey {
    pub operations: Vec<Operation>,
    pub units: Vec<UnitCoverage>,
    pub files: Vec<FileOutcome>,
}

/// What production can see of everything in a change set, whatever is new in it.
pub fn survey(change: &ChangeSet, config: &Config) -> Survey {
    let files = change.files.iter().filter(|file| !config.ignores(&file.path)).cloned().collect();
    let visible = ChangeSet { files, ..change.clone() };
    let mut reading = read_with(&visible, &Budget::default(), &Forgotten);
    reading.head.declare_external(&config.external);
    let delta = Delta { change: &visible, base: &reading.base, head: &reading.head };
    let operations = crate::rules::operation::everything(&delta);
    let units = reading.head.units().to_vec();
    Survey { operations, units, files: reading.files.into_iter().map(outcome).collect() }
}

/// What there is to say about one part of a whole tree, before policy.
#[derive(Debug, Serialize, Deserialize)]
pub struct Part {
    pub findings: Vec<Finding>,
    notes: Vec<Note>,
    files: Vec<(FilePath, Outcome)>,
    operations: Vec<Operation>,
    /// Comments of the files whose text policy and reports ask for: those with findings or suppressions.
    comments: Vec<(FilePath, Vec<Span>)>,
}

/// One part of a whole tree, its files as if they were new. What a rule compares with the base has nothing to say here.
/// Of the configuration only what [`Part::depends_on`] names plays a role.
pub fn part(change: &ChangeSet, config: &Config, known: &dyn Outlines) -> Part {
    let mut reading = read_with(change, &Budget::default(), known);
    reading.head.declare_external(&config.external);
    let (Analysis { findings, notes, files, operations }, texts) = judge(change, reading);
    let found: HashSet<&FilePath> = findings.iter().map(|finding| &finding.location.path).collect();
    let asked = |text: &FileText| found.contains(&text.path) || text.source.as_str().contains("sightline:");
    let comments = texts.into_iter().filter(asked).map(|text| (text.path, text.comments)).collect();
    Part { findings, notes, files, operations, comments }
}

impl Part {
    /// What a part depends on beside the code.
    pub fn depends_on(config: &Config) -> String {
        format!("{:?}", config.external)
    }

    /// The files whose texts [`whole`] wants.
    pub fn asks_for(&self) -> impl Iterator<Item = &FilePath> {
        self.comments.iter().map(|(path, _)| path)
    }
}

/// All parts of a tree together; `change` holds the files that they ask for.
pub fn whole(change: &ChangeSet, parts: Vec<Part>, config: &Config, today: NaiveDate) -> Decision {
    let mut input = Input { whole: true, ..Input::default() };
    let heads: HashMap<&FilePath, &FileChange> = change.files.iter().map(|file| (&file.path, file)).collect();
    for part in parts {
        input.findings.extend(part.findings);
        input.notes.extend(part.notes);
        input.operations.extend(part.operations);
        input.files.extend(
            part.files.into_iter().map(|file| if config.ignores(&file.0) { ignored(file.0) } else { outcome(file) }),
        );
        let texts = part.comments.into_iter().filter_map(|(path, comments)| {
            let source = SourceText::new(heads.get(&path)?.head.text()?.clone());
            Some(FileText { path, source, comments })
        });
        input.texts.extend(texts);
    }
    decide(change, input, config, today)
}

fn ignored(path: FilePath) -> FileOutcome {
    FileOutcome { path, state: FileState::Skipped("ignored by .github/sightline.yml".to_owned()) }
}

fn judge(change: &ChangeSet, reading: Reading) -> (Analysis, Vec<FileText>) {
    let delta = Delta { change, base: &reading.base, head: &reading.head };
    let (mut findings, mut notes) = crate::rules::run(&delta);
    let (operations, failed) = crate::rules::operations(&delta);
    notes.extend(failed);
    let code = change.files.iter().filter_map(|file| reading.head.file(&file.path)).map(text);
    let documents = change.files.iter().filter_map(|file| reading.head.document(&file.path)).map(document_text);
    let mut texts: Vec<FileText> = code.chain(documents).collect();
    let said = own_rules(&delta);
    findings.extend(said.findings);
    notes.extend(said.notes);
    texts.extend(said.read.into_iter().map(|(path, source, comments)| FileText { path, source, comments }));
    (Analysis { findings, notes, files: reading.files, operations }, texts)
}

/// What the rules of the repository say, and what is wrong with them. They are those of the base.
fn own_rules(delta: &Delta<'_>) -> Said {
    let mut notes = Vec::new();
    let mut files = delta.change.files.iter();
    // Without a base there is nothing that the rules could wait for.
    if delta.change.base.is_some()
        && files.any(|file| custom::is_rule_file(&file.path) || custom::is_rule_file(file.base_path()))
    {
        let text = "this change edits rules of this repository; they take effect once they are in the base branch";
        notes.push(Note::general(NoteKind::Configuration, text));
    }
    if delta.change.rules.is_empty() {
        return Said { notes, ..Said::default() };
    }
    let (set, faults) = custom::load(&delta.change.rules);
    let more = faults.len().saturating_sub(FAULTS);
    notes.extend(faults.into_iter().take(FAULTS).map(Fault::into_note));
    if more > 0 {
        let text = format!("{more} more rules of this repository cannot be used; `sightline rules test` lists them");
        notes.push(Note::general(NoteKind::Configuration, text));
    }
    let mut said = custom::scan(delta, &set);
    said.notes.extend(notes);
    said
}

fn text(file: &FileFacts) -> FileText {
    FileText { path: file.path.clone(), source: file.source.clone(), comments: file.outline.comments.clone() }
}

/// Comments of a document are its lines that begin with a number sign.
fn document_text(document: &Document) -> FileText {
    let source = document.source.clone();
    let lines = (1..=source.line_count()).map(|line| source.line_span(line));
    let comments = lines.filter(|span| source.slice(*span).trim_start().starts_with('#')).collect();
    FileText { path: document.path.clone(), source, comments }
}

fn outcome((path, outcome): (FilePath, Outcome)) -> FileOutcome {
    let state = match outcome {
        Outcome::Whole => FileState::Analysed,
        Outcome::Partly(reason) => FileState::Partial(reason),
        Outcome::Skipped(reason) => FileState::Skipped(reason),
    };
    FileOutcome { path, state }
}
