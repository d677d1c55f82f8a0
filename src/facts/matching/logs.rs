//! What became of each log call of the base.

use std::collections::{HashMap, HashSet};

use super::super::code::{CallId, ScopeId};
use super::super::delta::Delta;
use super::super::file::FileFacts;
use super::super::telemetry::LogCall;
use super::scopes::Scopes;
use super::text::{message, similarity};

/// Two messages of one function that agree this much are one message, reworded.
const REWORDED: f64 = 0.55;

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
        Some(Known {
            file,
            log,
            function: file.named_function_of(file.call(call_of(log)).scope),
            text: message(file, log)?,
        })
    };
    file.telemetry.logs.iter().filter_map(of).collect()
}

fn call_of(log: &LogCall) -> CallId {
    log.call
}

/// The fate of every log call of the base that has a message, in changed files.
pub fn logs<'a>(delta: &'a Delta<'a>, scopes: &Scopes<'a>) -> Vec<(&'a FileFacts, &'a LogCall, LogFate<'a>)> {
    let heads: Vec<Known<'a>> = delta.pairs().filter_map(|pair| pair.head).flat_map(known).collect();
    let mut by_text: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_scope: HashMap<(&str, ScopeId), Vec<usize>> = HashMap::new();
    for (index, one) in heads.iter().enumerate() {
        by_text.entry(one.text.as_str()).or_default().push(index);
        by_scope.entry((one.file.path.as_str(), one.function)).or_default().push(index);
    }
    let mut taken: HashSet<usize> = HashSet::new();
    let mut out: Vec<(&'a FileFacts, &'a LogCall, LogFate<'a>)> = Vec::new();
    let mut left: Vec<(Known<'a>, Option<(&'a FileFacts, ScopeId)>)> = Vec::new();
    for base in delta.pairs().filter_map(|pair| pair.base).flat_map(known) {
        let scope = scopes.head_of(base.file, base.function);
        let here = scope.and_then(|(file, id)| by_scope.get(&(file.path.as_str(), id)));
        let same = here.into_iter().flatten().copied().filter(|at| !taken.contains(at) && heads[*at].text == base.text);
        // Of several with one text, the one at the same level first: two levels are two calls.
        match same.min_by_key(|at| heads[*at].log.level != base.log.level) {
            Some(at) => {
                taken.insert(at);
                out.push((base.file, base.log, LogFate::Same(heads[at].file, heads[at].log)));
            }
            None => left.push((base, scope)),
        }
    }
    for (base, scope) in left {
        let here = scope.and_then(|(file, id)| by_scope.get(&(file.path.as_str(), id)));
        let alike = here.into_iter().flatten().copied().filter(|at| !taken.contains(at)).take(64);
        let best = alike
            .map(|at| (similarity(&base.text, &heads[at].text), at))
            .filter(|(share, _)| *share >= REWORDED)
            .max_by(|one, other| one.0.total_cmp(&other.0));
        let moved = || by_text.get(base.text.as_str()).into_iter().flatten().copied().find(|at| !taken.contains(at));
        let fate = match best {
            Some((_, at)) => {
                taken.insert(at);
                LogFate::Reworded(heads[at].file, heads[at].log)
            }
            None => match moved() {
                Some(at) => {
                    taken.insert(at);
                    LogFate::Moved(heads[at].file, heads[at].log)
                }
                None => LogFate::Gone,
            },
        };
        out.push((base.file, base.log, fate));
    }
    out
}
