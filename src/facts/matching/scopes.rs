//! Which function of the head is which function of the base.

use std::collections::{HashMap, HashSet};

use super::super::code::{ScopeId, ScopeKind};
use super::super::delta::{Delta, FilePair};
use super::super::file::FileFacts;

/// Functions whose calls agree this much are one function under two names.
const SAME_BODY: f64 = 0.7;
/// Bodies with fewer calls say too little to be recognised.
const MIN_CALLS: usize = 3;
/// More new functions in one file are not compared with a lost one.
const MAX_NEW: usize = 64;

/// A function of the head.
pub(super) type HeadScope<'a> = (&'a FileFacts, ScopeId);

/// The pairs of functions of one change, made once per rule.
pub struct Scopes<'a> {
    /// Changed files by their path in the base.
    pairs: HashMap<&'a str, FilePair<'a>>,
    /// Named functions of the changed files of the head, by file and path.
    by_path: HashMap<(&'a str, String), HeadScope<'a>>,
    /// By path alone, for functions that moved; `None` when there are several.
    anywhere: HashMap<String, Option<HeadScope<'a>>>,
    /// Functions that only the head has, by file.
    new: HashMap<&'a str, Vec<ScopeId>>,
}

impl<'a> Scopes<'a> {
    pub fn of(delta: &'a Delta<'a>) -> Self {
        let mut out =
            Self { pairs: HashMap::new(), by_path: HashMap::new(), anywhere: HashMap::new(), new: HashMap::new() };
        for pair in delta.pairs() {
            out.pairs.insert(pair.change.base_path().as_str(), pair);
            let Some(head) = pair.head else { continue };
            let before: HashSet<String> =
                pair.base.into_iter().flat_map(|base| functions(base).map(|id| base.scope_path(id))).collect();
            for id in functions(head) {
                let path = head.scope_path(id);
                if !before.contains(&path) {
                    out.new.entry(head.path.as_str()).or_default().push(id);
                }
                out.anywhere.entry(path.clone()).and_modify(|one| *one = None).or_insert(Some((head, id)));
                out.by_path.entry((head.path.as_str(), path)).or_insert((head, id));
            }
        }
        out
    }

    /// What became of the named function around a scope of the base. File level stays file level.
    pub fn head_of(&self, base: &FileFacts, scope: ScopeId) -> Option<HeadScope<'a>> {
        let function = base.named_function_of(scope);
        let pair = self.pairs.get(base.path.as_str())?;
        if function == ScopeId::FILE {
            return pair.head.map(|head| (head, ScopeId::FILE));
        }
        let path = base.scope_path(function);
        if let Some(head) = pair.head
            && let Some(found) = self.by_path.get(&(head.path.as_str(), path.clone()))
        {
            return Some(*found);
        }
        self.anywhere.get(&path).copied().flatten().or_else(|| self.renamed(base, function, pair.head?))
    }

    /// A new function of the same file that does what the lost one did.
    fn renamed(&self, base: &FileFacts, lost: ScopeId, head: &'a FileFacts) -> Option<HeadScope<'a>> {
        let before = callees(base, lost);
        if before.len() < MIN_CALLS {
            return None;
        }
        let new = self.new.get(head.path.as_str())?.iter().copied().take(MAX_NEW);
        let alike = new.map(|id| (agreement(&before, &callees(head, id)), id)).filter(|(share, _)| *share >= SAME_BODY);
        alike.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, id)| (head, id))
    }
}

fn functions(file: &FileFacts) -> impl Iterator<Item = ScopeId> {
    let function = |kind| !matches!(kind, ScopeKind::File | ScopeKind::Class);
    let named =
        file.outline.scopes.iter().enumerate().filter(move |(_, scope)| scope.name.is_some() && function(scope.kind));
    named.map(|(index, _)| ScopeId(index as u32))
}

/// The names of what a function calls, sorted.
fn callees(file: &FileFacts, scope: ScopeId) -> Vec<&str> {
    let body = file.scope(scope).body;
    let mut names: Vec<&str> =
        file.calls_in(body).filter_map(|(_, call)| call.path.last().map(String::as_str)).collect();
    names.sort_unstable();
    names
}

fn agreement(one: &[&str], other: &[&str]) -> f64 {
    super::text::shared(one, other)
}
