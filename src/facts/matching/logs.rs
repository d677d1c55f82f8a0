//! What became of each log call of the base.

use std::collections::HashMap;

use super::super::code::ScopeId;
use super::super::delta::Delta;
use super::super::file::FileFacts;
use super::super::telemetry::LogCall;
use super::scopes::{HeadScope, Scopes};
use super::text::{message, similarity};

/// Two messages of one function that agree this much are one message, reworded.
const REWORDED: f64 = 0.55;
/// Of more candidates than this none is compared: such code was written by a machine.
const MAX_CANDIDATES: usize = 64;

/// Where a log call of the base is at the head.
#[derive(Clone, Copy)]
pub enum LogFate<'a> {
    /// The same message in the same function.
    Same(&'a FileFacts, &'a LogCall),
    /// Another wording in the same function.
    Reworded(&'a FileFacts, &'a LogCall),
    /// The same message in another function of the change.
    Moved(&'a FileFacts, &'a LogCall),
    Gone,
}

/// A log call with its message and the named function around it.
struct Known<'a> {
    file: &'a FileFacts,
    log: &'a LogCall,
    function: ScopeId,
    text: String,
}

fn known(file: &FileFacts) -> Vec<Known<'_>> {
    let of = |log| {
        let text = message(file, log)?;
        Some(Known { file, log, function: file.named_function_of(log.scope), text })
    };
    file.telemetry.logs.iter().filter_map(of).collect()
}

/// The log calls of the head, to be taken once each.
struct Heads<'a> {
    all: Vec<Known<'a>>,
    taken: Vec<bool>,
    by_scope: HashMap<(&'a str, ScopeId), Vec<usize>>,
}

impl<'a> Heads<'a> {
    fn take(&mut self, at: usize) -> (&'a FileFacts, &'a LogCall) {
        self.taken[at] = true;
        (self.all[at].file, self.all[at].log)
    }

    fn in_scope(&self, scope: Option<HeadScope<'a>>) -> impl Iterator<Item = usize> {
        let here = scope.and_then(|(file, id)| self.by_scope.get(&(file.path.as_str(), id)));
        let few = here.filter(|all| all.len() <= MAX_CANDIDATES);
        few.into_iter().flatten().copied().filter(|at| !self.taken[*at])
    }
}

/// The fate of every log call of the base that has a message, in changed files.
pub fn logs<'a>(delta: &'a Delta<'a>, scopes: &Scopes<'a>) -> Vec<(&'a FileFacts, &'a LogCall, LogFate<'a>)> {
    let all: Vec<Known<'a>> = delta.pairs().filter_map(|pair| pair.head).flat_map(known).collect();
    let mut by_scope: HashMap<(&str, ScopeId), Vec<usize>> = HashMap::new();
    for (index, one) in all.iter().enumerate() {
        by_scope.entry((one.file.path.as_str(), one.function)).or_default().push(index);
    }
    let mut heads = Heads { taken: vec![false; all.len()], all, by_scope };
    let mut out: Vec<(&'a FileFacts, &'a LogCall, LogFate<'a>)> = Vec::new();
    let mut left: Vec<(Known<'a>, Option<HeadScope<'a>>)> = Vec::new();
    for base in delta.pairs().filter_map(|pair| pair.base).flat_map(known) {
        let scope = scopes.head_of(base.file, base.function);
        let same = heads.in_scope(scope).filter(|at| heads.all[*at].text == base.text);
        // Of several with one text, the one at the same level first: two levels are two calls.
        match same.min_by_key(|at| heads.all[*at].log.level != base.log.level) {
            Some(at) => {
                let (file, log) = heads.take(at);
                out.push((base.file, base.log, LogFate::Same(file, log)));
            }
            None => left.push((base, scope)),
        }
    }
    let mut by_text: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, one) in heads.all.iter().enumerate().filter(|(index, _)| !heads.taken[*index]) {
        by_text.entry(one.text.clone()).or_default().push(index);
    }
    for (base, scope) in left {
        let alike = heads.in_scope(scope).map(|at| (similarity(&base.text, &heads.all[at].text), at));
        let best = alike.filter(|(share, _)| *share >= REWORDED).max_by(|one, other| one.0.total_cmp(&other.0));
        let fate = if let Some((_, at)) = best {
            let (file, log) = heads.take(at);
            LogFate::Reworded(file, log)
        } else {
            let mut moved = None;
            if let Some(same) = by_text.get_mut(&base.text) {
                while let Some(at) = same.pop().filter(|_| moved.is_none()) {
                    moved = (!heads.taken[at]).then_some(at);
                }
            }
            match moved {
                Some(at) => {
                    let (file, log) = heads.take(at);
                    LogFate::Moved(file, log)
                }
                None => LogFate::Gone,
            }
        };
        out.push((base.file, base.log, fate));
    }
    out
}
