//! Tests of a repository's rules, in ast-grep's own format: code that a rule must not match, and code that it must.

use ast_grep_core::AstGrep;
use serde::Deserialize;

use super::document::{Document, shape};
use super::fault::{Fault, plain};
use super::grammar::Grammar;
use super::limits::{CASES, MAX_FILE_BYTES, STEPS_PER_FILE, TREE_DEPTH};
use super::load::{CustomRule, RuleSet, documents, is_slug, line_of, parse};
use super::scan::find;
use crate::model::{FilePath, Neighbour, RuleId};
use crate::syntax::{self, Budget};

/// The tests of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    pub rule: RuleId,
    pub path: FilePath,
    /// Where the tests begin.
    pub line: u32,
    /// In the order of the file, `valid` first.
    pub outcomes: Vec<Outcome>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    /// Valid code that the rule matches, and what it matches of it.
    Noisy {
        code: String,
        matched: String,
    },
    /// Invalid code that the rule does not match.
    Missed {
        code: String,
    },
    /// The rule could not be tried on this code.
    Unclear {
        code: String,
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tests {
    id: String,
    #[serde(default)]
    valid: Vec<String>,
    #[serde(default)]
    invalid: Vec<String>,
}

/// Runs every test; what cannot be run is a fault.
pub fn trial(set: &RuleSet, tests: &[Neighbour]) -> (Vec<Trial>, Vec<Fault>) {
    let mut trials = Vec::new();
    let mut faults = Vec::new();
    for file in tests {
        if file.text.len() > MAX_FILE_BYTES * 4 {
            faults.push(Fault::new(&file.path, 1, format!("the file is larger than {} KiB", MAX_FILE_BYTES >> 8)));
            continue;
        }
        for (line, text) in documents(&file.text) {
            match one(set, text) {
                Ok((rule, outcomes)) => {
                    let line = line + line_of(text, "id") - 1;
                    trials.push(Trial { rule, path: file.path.clone(), line, outcomes });
                }
                Err((at, message)) => faults.push(Fault::new(&file.path, line + at - 1, message)),
            }
        }
    }
    (trials, faults)
}

fn one(set: &RuleSet, text: &str) -> Result<(RuleId, Vec<Outcome>), (u32, String)> {
    let tests: Tests = parse(text)?;
    let named = |id: &RuleId| id.slug() == tests.id;
    let Some(rule) = set.rules.iter().find(|rule| named(&rule.id)) else {
        let id = if is_slug(&tests.id) { tests.id.clone() } else { plain(&tests.id, 40) };
        let why = if set.off.iter().any(named) { "is off" } else { "is not among the rules that can be used" };
        return Err((line_of(text, "id"), format!("the rule `{id}` {why}, so its tests cannot run")));
    };
    if tests.valid.len() + tests.invalid.len() > CASES {
        return Err((line_of(text, "id"), format!("a rule may have {CASES} tests; there are more")));
    }
    let valid = tests.valid.into_iter().map(|code| match first_match(rule, &code) {
        Ok(None) => Outcome::Passed,
        Ok(Some(matched)) => Outcome::Noisy { code, matched },
        Err(why) => Outcome::Unclear { code, why },
    });
    let mut outcomes: Vec<Outcome> = valid.collect();
    outcomes.extend(tests.invalid.into_iter().map(|code| match first_match(rule, &code) {
        Ok(Some(_)) => Outcome::Passed,
        Ok(None) => Outcome::Missed { code },
        Err(why) => Outcome::Unclear { code, why },
    }));
    Ok((rule.id.clone(), outcomes))
}

/// What the rule matches first in a piece of code.
fn first_match(rule: &CustomRule, code: &str) -> Result<Option<String>, String> {
    let tree = syntax::tree(rule.language, code, &Budget::default()).ok_or("the code could not be parsed")?;
    if shape(&tree).depth > TREE_DEPTH {
        return Err(format!("the code nests deeper than {TREE_DEPTH} levels"));
    }
    let root = AstGrep::doc(Document::new(code.to_owned(), tree, Grammar(rule.language), STEPS_PER_FILE));
    let (matches, note) = find(&[rule], &root, |_, _| true);
    match (matches.first(), note) {
        (Some((_, found)), _) => Ok(Some(found.text().into_owned())),
        (None, Some((_, why))) => Err(why),
        (None, None) => Ok(None),
    }
}
