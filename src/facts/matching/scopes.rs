//! Which function of the head is which function of the base.

use std::collections::HashMap;

use super::super::code::ScopeId;
use super::super::delta::Delta;
use super::super::file::FileFacts;

/// Functions whose calls agree this much are one function under two names.
const SAME_BODY: f64 = 0.7;
/// Bodies with fewer calls say too little to be recognised.
const MIN_CALLS: usize = 3;

/// A function of the head.
pub type HeadScope<'a> = (&'a FileFacts, ScopeId);

/// The pairs of functions of one change, made once per rule.
pub struct Scopes<'a> {
    delta: &'a Delta<'a>,
    /// Named functions of the changed files of the head, by file and path.
    by_path: HashMap<(&'a str, String), HeadScope<'a>>,
    /// By path alone, for functions that moved; `None` when there are several.
    anywhere: HashMap<String, Option<HeadScope<'a>>>,
}

impl<'a> Scopes<'a> {
    pub fn of(delta: &'a Delta<'a>) -> Self {
        let mut by_path = HashMap::new();
        let mut anywhere: HashMap<String, Option<HeadScope<'a>>> = HashMap::new();
        for head in delta.pairs().filter_map(|pair| pair.head) {
            for id in functions(head) {
                let path = head.scope_path(id);
                anywhere.entry(path.clone()).and_modify(|one| *one = None).or_insert(Some((head, id)));
                by_path.entry((head.path.as_str(), path)).or_insert((head, id));
            }
        }
        Self { delta, by_path, anywhere }
    }

    /// What became of the named function around a scope of the base. File level stays file level.
    pub fn head_of(&self, base: &FileFacts, scope: ScopeId) -> Option<HeadScope<'a>> {
        let function = base.named_function_of(scope);
        let pair = self.delta.pairs().find(|pair| *pair.change.base_path() == base.path)?;
        if function == ScopeId::FILE {
            return pair.head.map(|head| (head, ScopeId::FILE));
        }
        let path = base.scope_path(function);
        if let Some(head) = pair.head
            && let Some(found) = self.by_path.get(&(head.path.as_str(), path.clone()))
        {
            return Some(*found);
        }
        self.anywhere.get(&path).copied().flatten().or_else(|| self.renamed(base, function))
    }

    /// A new function of the same file that does what the lost one did.
    fn renamed(&self, base: &FileFacts, lost: ScopeId) -> Option<HeadScope<'a>> {
        let pair = self.delta.pairs().find(|pair| *pair.change.base_path() == base.path)?;
        let head = pair.head?;
        let before = callees(base, lost);
        if before.len() < MIN_CALLS {
            return None;
        }
        let known: Vec<String> = functions(base).map(|id| base.scope_path(id)).collect();
        let new = functions(head).filter(|id| !known.contains(&head.scope_path(*id))).take(64);
        let alike = new.map(|id| (agreement(&before, &callees(head, id)), id)).filter(|(share, _)| *share >= SAME_BODY);
        alike.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, id)| (head, id))
    }
}

fn functions(file: &FileFacts) -> impl Iterator<Item = ScopeId> {
    use super::super::code::ScopeKind::{Constructor, Function, Method};
    let named = file.outline.scopes.iter().enumerate().filter(|(_, scope)| {
        scope.name.is_some()
            && (matches!(scope.kind, Function | Method | Constructor)
                || scope.kind == super::super::code::ScopeKind::Closure)
    });
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
    let (mut a, mut b, mut shared) = (0, 0, 0_u32);
    while a < one.len() && b < other.len() {
        match one[a].cmp(other[b]) {
            std::cmp::Ordering::Equal => {
                shared += 1;
                a += 1;
                b += 1;
            }
            std::cmp::Ordering::Less => a += 1,
            std::cmp::Ordering::Greater => b += 1,
        }
    }
    2.0 * f64::from(shared) / (one.len() + other.len()).max(1) as f64
}
