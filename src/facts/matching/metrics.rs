//! What became of each metric of the base.

use std::cell::OnceCell;
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
pub(super) type Declared<'a> = (&'a FileFacts, &'a MetricDecl);

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
            let fate = head.fate(pair, base, decl, name);
            out.push(MetricChange { pair, file: base, decl, name, fate });
        }
    }
    out
}

struct Head<'a> {
    delta: &'a Delta<'a>,
    /// Words of the strings of production code, made when somebody asks.
    said: OnceCell<HashSet<&'a str>>,
    by_name: HashMap<&'a str, Vec<Declared<'a>>>,
    computed: Vec<&'a [String]>,
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
        Self { delta, said: OnceCell::new(), by_name, computed, new }
    }

    fn fate(&self, pair: FilePair<'a>, base: &FileFacts, decl: &MetricDecl, name: &str) -> MetricFate<'a> {
        if let Some(kept) = self.by_name.get(name) {
            let near = kept.iter().find(|(file, _)| file.path == base.path).or(kept.first());
            return near.map_or(MetricFate::Gone, |one| MetricFate::Kept(*one));
        }
        if self.said(name) || self.computed.iter().any(|literals| self.may_be(literals, name)) {
            return MetricFate::Said;
        }
        self.renamed(pair, base, decl, name).map_or(MetricFate::Gone, MetricFate::Renamed)
    }

    /// The same variable under another name, or a similar name in the place of the old one.
    fn renamed(&self, pair: FilePair<'a>, base: &FileFacts, decl: &MetricDecl, name: &str) -> Option<Declared<'a>> {
        let bound = decl.bound.as_ref().and_then(|path| path.last());
        let alike: Vec<&Declared<'a>> =
            self.new.iter().filter(|(file, one)| file.language == base.language && one.kind == decl.kind).collect();
        let same =
            |(_, one): &&&Declared<'a>| bound.is_some() && one.bound.as_ref().and_then(|path| path.last()) == bound;
        if let Some(found) = alike.iter().find(same) {
            return Some(**found);
        }
        let line = base.source.line_of(decl.name_span.start);
        let hunk = pair.change.hunks.iter().find(|hunk| hunk.removed.binary_search(&line).is_ok())?;
        let in_place = |(file, one): &&&Declared<'a>| {
            let here = pair.head.is_some_and(|head| head.path == file.path);
            here && hunk.added.binary_search(&file.source.line_of(one.name_span.start)).is_ok()
        };
        let labels = |one: &MetricDecl| matches!((&one.labels, &decl.labels), (MetricLabels::Known(a), MetricLabels::Known(b)) if a == b);
        let best = alike.iter().filter(in_place).filter(|(_, one)| labels(one)).take(64);
        let best = best.map(|one| (similarity(one.1.name.exact().unwrap_or_default(), name), **one));
        best.filter(|(share, _)| *share >= RENAMED).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, one)| one)
    }

    /// Whether a computed name may be this one: its literal parts stand in it in their order, and are long enough, or what
    /// they leave open is a text of the head.
    fn may_be(&self, literals: &[String], name: &str) -> bool {
        let [first, middle @ .., last] = literals else { return false };
        let inner = name.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()));
        let Some(inner) = inner else { return false };
        let mut rest = inner;
        for part in middle {
            let Some(at) = rest.find(part.as_str()) else { return false };
            rest = &rest[at + part.len()..];
        }
        let length: usize = literals.iter().map(String::len).sum();
        length >= MIN_LITERAL || middle.is_empty() && length > 2 && self.said(inner)
    }

    /// Whether a string of the head's code is this name, or has it as a whole word.
    fn said(&self, name: &str) -> bool {
        let words = self.said.get_or_init(|| {
            let files = self.delta.head.files().filter(|file| file.class == FileClass::Production);
            let texts = files.flat_map(|file| file.outline.strings.iter().map(move |span| file.text(*span)));
            texts.flat_map(|text| text.split(|one: char| !is_part(one))).map(|word| word.trim_matches('.')).collect()
        });
        words.contains(name)
    }
}

/// Characters of names, dots of OpenTelemetry and statsd included.
fn is_part(one: char) -> bool {
    one.is_ascii_alphanumeric() || matches!(one, '_' | '.' | ':' | '-')
}
