//! What became of each metric of the base.

use std::collections::{HashMap, HashSet};

use super::super::delta::{Delta, FilePair};
use super::super::file::FileFacts;
use super::super::metric::{MetricDecl, MetricLabels, MetricName};
use super::super::place::FileClass;
use super::super::telemetry::Tier;
use super::text::similarity;

/// Names of metrics that agree this much may be one metric, renamed.
const RENAMED: f64 = 0.6;
/// A computed name with fewer literal characters could be anything.
const MIN_LITERAL: usize = 8;

/// A declaration and the file it is in.
pub type Declared<'a> = (&'a FileFacts, &'a MetricDecl);

#[derive(Clone, Copy)]
pub enum MetricFate<'a> {
    /// Declared under the same name.
    Kept(Declared<'a>),
    Renamed(Declared<'a>),
    /// No declaration is seen, but the head writes the name, or makes names that it may be.
    Said,
    Gone,
}

/// One metric of a changed file of the base.
pub struct MetricChange<'a> {
    pub pair: FilePair<'a>,
    pub file: &'a FileFacts,
    pub decl: &'a MetricDecl,
    pub name: &'a str,
    pub fate: MetricFate<'a>,
}

/// The fate of every metric with a known name that a changed file of the base declares in production code.
pub fn metrics<'a>(delta: &'a Delta<'a>) -> Vec<MetricChange<'a>> {
    let head = Head::of(delta);
    let mut out = Vec::new();
    let mut seen = HashSet::new();
    for pair in delta.pairs() {
        let Some(base) = pair.base.filter(|base| base.class == FileClass::Production) else { continue };
        for decl in &base.telemetry.metrics {
            let Some(name) = decl.name.exact() else { continue };
            let test = base.in_test(base.call(decl.call).scope);
            if test || decl.tier == Tier::Lexical || !seen.insert((base.path.as_str(), name, decl.call)) {
                continue;
            }
            let fate = head.fate(delta, base, decl, name);
            out.push(MetricChange { pair, file: base, decl, name, fate });
        }
    }
    out
}

struct Head<'a> {
    by_name: HashMap<&'a str, Vec<Declared<'a>>>,
    computed: Vec<&'a [String]>,
    /// Names that the base had: what is among them is not new.
    before: HashSet<&'a str>,
    /// Declarations that only the head has, in changed files.
    new: Vec<Declared<'a>>,
}

impl<'a> Head<'a> {
    fn of(delta: &'a Delta<'a>) -> Self {
        let all = |file: &'a FileFacts| file.telemetry.metrics.iter().map(move |decl| (file, decl));
        let mut by_name: HashMap<&str, Vec<Declared<'a>>> = HashMap::new();
        let mut computed = Vec::new();
        for (file, decl) in delta.head.files().flat_map(all) {
            match &decl.name {
                MetricName::Exact(name) => by_name.entry(name).or_default().push((file, decl)),
                MetricName::Computed { literals, .. } => computed.push(literals.as_slice()),
                MetricName::Unknown => {}
            }
        }
        let before: HashSet<&str> =
            delta.base.files().flat_map(all).filter_map(|(_, decl)| decl.name.exact()).collect();
        let changed = delta.pairs().filter_map(|pair| pair.head).flat_map(all);
        let new = changed.filter(|(_, decl)| decl.name.exact().is_some_and(|name| !before.contains(name))).collect();
        Self { by_name, computed, before, new }
    }

    fn fate(&self, delta: &Delta<'a>, base: &FileFacts, decl: &MetricDecl, name: &str) -> MetricFate<'a> {
        if let Some(kept) = self.by_name.get(name) {
            let near = kept.iter().find(|(file, _)| file.path == base.path).or(kept.first());
            return near.map_or(MetricFate::Gone, |one| MetricFate::Kept(*one));
        }
        if self.computed.iter().any(|literals| may_be(literals, name, delta)) || said(delta, name) {
            return MetricFate::Said;
        }
        self.renamed(base, decl, name).map_or(MetricFate::Gone, MetricFate::Renamed)
    }

    /// The same variable under another name, or a similar name for the same kind of thing.
    fn renamed(&self, base: &FileFacts, decl: &MetricDecl, name: &str) -> Option<Declared<'a>> {
        debug_assert!(self.before.contains(name), "the base declares it");
        let bound = decl.bound.as_ref().and_then(|path| path.last());
        let same = |(file, one): &&Declared<'a>| {
            let variable = bound.is_some() && one.bound.as_ref().and_then(|path| path.last()) == bound;
            variable && file.language == base.language
        };
        if let Some(found) = self.new.iter().find(same) {
            return Some(*found);
        }
        let alike = |(file, one): &&Declared<'a>| file.language == base.language && one.kind == decl.kind;
        let score = |(_, one): &Declared<'a>| {
            let labels = matches!((&one.labels, &decl.labels), (MetricLabels::Known(a), MetricLabels::Known(b)) if a == b && !a.is_empty());
            similarity(one.name.exact().unwrap_or_default(), name) + if labels { 0.1 } else { 0.0 }
        };
        let best = self.new.iter().filter(alike).take(200).map(|one| (score(one), *one));
        best.filter(|(share, _)| *share >= RENAMED).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, one)| one)
    }
}

/// Whether a computed name may be this one: its literal parts stand in it in their order, and are long enough, or what they
/// leave open is a text of the head.
fn may_be(literals: &[String], name: &str, delta: &Delta<'_>) -> bool {
    let (Some(first), Some(last)) = (literals.first(), literals.last()) else { return false };
    let inner = name.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()));
    let Some(inner) = inner else { return false };
    let mut rest = inner;
    for part in &literals[1..literals.len() - 1] {
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = &rest[at + part.len()..];
    }
    let length: usize = literals.iter().map(String::len).sum();
    length >= MIN_LITERAL || literals.len() == 2 && length > 2 && said(delta, inner)
}

/// Whether a string of the head's code is this name, or has it as a whole word.
fn said(delta: &Delta<'_>, name: &str) -> bool {
    delta.head.files().filter(|file| file.class == FileClass::Production).any(|file| {
        let text = file.source.as_str();
        // One search over the text decides for nearly every file.
        text.contains(name) && file.outline.strings.iter().any(|span| is_said(file.text(*span), name))
    })
}

fn is_said(text: &str, name: &str) -> bool {
    let part = |one: char| one.is_ascii_alphanumeric() || one == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}
