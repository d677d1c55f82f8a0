//! The rules of a repository against the changed lines of a change.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use ast_grep_core::matcher::MatcherExt;
use ast_grep_core::{AstGrep, Matcher, Node};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::document::{Document, shape};
use super::finding::finding;
use super::grammar::Grammar;
use super::limits::{MATCHES, STACK_BYTES, STEPS_PER_CHANGE, STEPS_PER_FILE, TREE_DEPTH};
use super::load::{CustomRule, RuleSet};
use crate::facts::{Delta, FileClass};
use crate::model::{FileChange, FilePath, FileStatus, Finding, Language, Note, NoteKind, SourceText, Span};
use crate::rules::fingerprint::fingerprint_by;
use crate::syntax::{self, Budget};

/// Longer lines are data.
const LONGEST_LINE: usize = 20_000;

/// What a repository's own rules said.
#[derive(Default)]
pub struct Said {
    pub findings: Vec<Finding>,
    pub notes: Vec<Note>,
    /// Files that nobody else has read, with their comments: a suppression counts there too.
    pub read: Vec<(FilePath, SourceText, Vec<Span>)>,
}

/// Some of ast-grep's matching recurses along the tree, so it gets threads with room for that.
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let name = |index| format!("custom-rules-{index}");
    ThreadPoolBuilder::new().stack_size(STACK_BYTES).thread_name(name).build().ok()
});

/// Matches the rules against every changed file they concern.
pub fn scan(delta: &Delta<'_>, set: &RuleSet) -> Said {
    let tasks: Vec<Task<'_>> = delta.change.files.iter().filter_map(|file| task(delta, file, set)).collect();
    if tasks.is_empty() {
        return Said::default();
    }
    let Some(pool) = POOL.as_ref() else {
        let note =
            Note::general(NoteKind::RuleFailed, "the rules of this repository were not run: no threads are left");
        return Said { notes: vec![note], ..Said::default() };
    };
    let steps = STEPS_PER_FILE.min(STEPS_PER_CHANGE / tasks.len() as u64);
    let done: Vec<Done> = pool.install(|| tasks.par_iter().map(|task| task.run(steps)).collect());
    let mut said = Said::default();
    for (task, done) in tasks.iter().zip(done) {
        let mut findings = done.findings;
        if let Some(facts) = delta.head.file(&task.file.path) {
            for (finding, span) in &mut findings {
                finding.scope = facts.scope_path(facts.scope_around(*span));
            }
        } else {
            said.read.push((task.file.path.clone(), task.source.clone(), done.comments));
        }
        said.findings.extend(findings.into_iter().map(|(finding, _)| finding));
        said.notes.extend(done.note);
    }
    let sources: HashMap<&FilePath, &SourceText> = tasks.iter().map(|task| (&task.file.path, &task.source)).collect();
    fingerprint_by(&mut said.findings, |finding| {
        sources.get(&finding.location.path).map_or("", |source| source.line_text(finding.location.line))
    });
    said
}

/// One file and the rules that concern it.
struct Task<'a> {
    file: &'a FileChange,
    language: Language,
    source: SourceText,
    rules: Vec<&'a CustomRule>,
    /// Lines of the head that are new, in order.
    added: Vec<u32>,
    /// Nobody else reads this file.
    alone: bool,
}

#[derive(Default)]
struct Done {
    findings: Vec<(Finding, Span)>,
    note: Option<Note>,
    comments: Vec<Span>,
}

fn task<'a>(delta: &Delta<'a>, file: &'a FileChange, set: &'a RuleSet) -> Option<Task<'a>> {
    let language = Language::of_path(&file.path).filter(|_| file.status != FileStatus::Removed)?;
    let text = file.head.text()?;
    let facts = delta.head.file(&file.path);
    // Tests are the business of those rules that ask for them by name.
    let is_test = facts.is_none();
    if is_test {
        let small = text.len() <= Budget::default().max_bytes && text.lines().all(|line| line.len() <= LONGEST_LINE);
        if !small || syntax::class_of(&file.path, text, file.linguist) != FileClass::Test {
            return None;
        }
    }
    let concerned =
        |rule: &&CustomRule| rule.language == language && (!is_test || rule.names_files) && rule.concerns(&file.path);
    let rules: Vec<&CustomRule> = set.rules.iter().filter(concerned).collect();
    let mut added: Vec<u32> = file.hunks.iter().flat_map(|hunk| hunk.added.iter().copied()).collect();
    added.sort_unstable();
    if rules.is_empty() || added.is_empty() {
        return None;
    }
    let source = facts.map_or_else(|| SourceText::new(text.clone()), |facts| facts.source.clone());
    Some(Task { file, language, source, rules, added, alone: is_test })
}

impl Task<'_> {
    fn run(&self, steps: u64) -> Done {
        // Nothing outlives the closure, so nothing is left half-written when a matcher unwinds.
        catch_unwind(AssertUnwindSafe(|| self.search(steps))).unwrap_or_else(|_| {
            let text = "matching the rules of this repository failed inside; its other files were looked at";
            self.noted(NoteKind::RuleFailed, text.to_owned())
        })
    }

    fn noted(&self, kind: NoteKind, text: String) -> Done {
        Done { note: Some(Note::on(kind, &self.file.path, text)), ..Done::default() }
    }

    fn search(&self, steps: u64) -> Done {
        let Some(tree) = syntax::tree(self.language, self.source.as_str(), &Budget::default()) else {
            let text = "the rules of this repository were not run: parsing took too many steps";
            return self.noted(NoteKind::LimitReached, text.to_owned());
        };
        if shape(&tree).depth > TREE_DEPTH {
            let text = format!("the rules of this repository were not run: it nests deeper than {TREE_DEPTH} levels");
            return self.noted(NoteKind::LimitReached, text);
        }
        let comments = if self.alone { comments(&tree) } else { Vec::new() };
        let text = self.source.as_str().to_owned();
        let root = AstGrep::doc(Document::new(text, tree, Grammar(self.language), steps));
        let (matches, note) = find(&self.rules, &root, |first, last| self.touches(first, last));
        let findings = matches.into_iter().filter_map(|(rule, found)| {
            let finding = finding(self.rules[rule], &self.file.path, &self.source, &found);
            let place = &finding.location;
            let range = found.range();
            self.file.is_changed(place.line, place.end_line).then(|| (finding, Span::new(range.start, range.end)))
        });
        let findings = findings.collect();
        Done { findings, note: note.map(|(kind, text)| Note::on(kind, &self.file.path, text)), comments }
    }

    fn touches(&self, first: u32, last: u32) -> bool {
        let at = self.added.partition_point(|line| *line < first);
        self.added.get(at).is_some_and(|line| *line <= last)
    }
}

pub(super) type Found<'t> = (usize, ast_grep_core::NodeMatch<'t, Document>);

/// Every match of every rule below the root, where `wanted` says that lines are of interest, and why the search broke
/// off, if it did.
pub(super) fn find<'t>(
    rules: &[&CustomRule],
    root: &'t AstGrep<Document>,
    wanted: impl Fn(u32, u32) -> bool,
) -> (Vec<Found<'t>>, Option<(NoteKind, String)>) {
    let by_kind = by_kind(rules);
    let mut matches = Vec::new();
    let mut counts = vec![0_usize; rules.len()];
    let mut spent = vec![0_u64; rules.len()];
    let mut note = None;
    let mut stack: Vec<Node<'t, Document>> = vec![root.root()];
    while let Some(node) = stack.pop() {
        if !wanted(node.start_pos().line() as u32 + 1, node.end_pos().line() as u32 + 1) {
            continue;
        }
        for &index in by_kind.get(&node.kind_id()).into_iter().flatten() {
            let before = node.get_doc().left();
            let found = rules[index].config.matcher.match_node(node.clone());
            let left = node.get_doc().left();
            spent[index] += before - left;
            if left == 0 {
                // What a search says that was cut short is not to be believed.
                return (matches, Some(exhausted(rules, &spent)));
            }
            let Some(found) = found else { continue };
            counts[index] += 1;
            if counts[index] <= MATCHES {
                matches.push((index, found));
            } else {
                let text = format!("{} matches more than {MATCHES} times here; the rest is left out", rules[index].id);
                note.get_or_insert((NoteKind::LimitReached, text));
            }
        }
        let at = stack.len();
        stack.extend(node.children());
        stack[at..].reverse();
    }
    (matches, note)
}

fn by_kind(rules: &[&CustomRule]) -> HashMap<u16, Vec<usize>> {
    let mut by_kind: HashMap<u16, Vec<usize>> = HashMap::new();
    for (index, rule) in rules.iter().enumerate() {
        for kind in rule.config.matcher.potential_kinds().iter().flatten() {
            by_kind.entry(kind as u16).or_default().push(index);
        }
    }
    by_kind
}

fn exhausted(rules: &[&CustomRule], spent: &[u64]) -> (NoteKind, String) {
    let dearest = spent.iter().enumerate().max_by_key(|(_, spent)| **spent).map_or(0, |(index, _)| index);
    let text = format!(
        "the rules of this repository were only matched against a part of this file: they take too many steps, most of \
         them {}; a `kind`, or a `stopBy` that is not `end`, makes it cheaper",
        rules[dearest].id
    );
    (NoteKind::LimitReached, text)
}

fn comments(tree: &tree_sitter::Tree) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.kind().contains("comment") {
            spans.push(Span::new(node.start_byte(), node.end_byte()));
        } else if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return spans;
            }
        }
    }
}
