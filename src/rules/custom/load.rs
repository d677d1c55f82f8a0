//! Rule files → rules. What cannot be used is a fault with its place and a remedy, and takes nothing else with it.

use std::collections::HashMap;
use std::error::Error;

use ast_grep_config::{Fixer, GlobalRules, RuleConfig, RuleConfigError, SerializableRuleConfig, Severity as Theirs};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde_json::Value;

use super::fault::{Fault, plain};
use super::grammar::Grammar;
use super::limits::{GLOBS, MAX_FILE_BYTES, MAX_FILES, RULES, TEXT_BYTES};
use super::weigh::{TooMuch, bounded, weigh};
use crate::model::{Confidence, FilePath, Language, Neighbour, RuleId, Severity};

/// The family of every rule that a repository brings along.
pub const FAMILY: &str = "custom";
/// Where a repository keeps its rules.
pub const FOLDER: &str = ".github/sightline/rules";
/// Where it keeps their tests.
pub const TESTS: &str = ".github/sightline/rule-tests";

/// Deeper than any rule that a person writes; a stranger's file must not exhaust the stack.
const YAML_DEPTH: usize = 48;

/// One rule of a repository, ready to be matched.
pub struct CustomRule {
    pub id: RuleId,
    pub language: Language,
    pub severity: Severity,
    pub confidence: Confidence,
    pub message: String,
    pub note: String,
    /// Where it is defined.
    pub path: FilePath,
    pub line: u32,
    /// It names the files it is for, so it is asked about tests too.
    pub names_files: bool,
    files: GlobSet,
    ignores: GlobSet,
    pub(super) config: RuleConfig<Grammar>,
}

impl CustomRule {
    /// Whether the rule is for this file, its language aside.
    pub(super) fn concerns(&self, path: &FilePath) -> bool {
        !self.ignores.is_match(path.as_str()) && (!self.names_files || self.files.is_match(path.as_str()))
    }

    pub(super) fn fixer(&self) -> Option<&Fixer> {
        self.config.fixer.first()
    }
}

/// The usable rules of a repository.
#[derive(Default)]
pub struct RuleSet {
    pub rules: Vec<CustomRule>,
    /// Rules that their own file switches off.
    pub off: Vec<RuleId>,
}

/// A YAML file below [`FOLDER`] that is no test.
pub fn is_rule_file(path: &FilePath) -> bool {
    let below = path.as_str().strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'));
    below && is_yaml(path) && !is_test_file(path)
}

/// A file of tests, by the name that ast-grep gives them.
pub fn is_test_file(path: &FilePath) -> bool {
    let stem = path.file_name().rsplit_once('.').map_or("", |(stem, _)| stem);
    is_yaml(path) && stem.ends_with("-test")
}

fn is_yaml(path: &FilePath) -> bool {
    matches!(path.extension(), "yml" | "yaml")
}

/// Whether a text can be the second half of `custom/<id>`.
pub fn is_slug(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.len() <= 80 && text.chars().all(inside)
}

/// All rules of these files that can be used, and what is wrong with the others.
pub fn load(files: &[Neighbour]) -> (RuleSet, Vec<Fault>) {
    let mut set = RuleSet::default();
    let mut faults = Vec::new();
    let mut places: HashMap<RuleId, (FilePath, u32)> = HashMap::new();
    for file in files.iter().take(MAX_FILES) {
        if file.text.len() > MAX_FILE_BYTES {
            let limit = MAX_FILE_BYTES >> 10;
            faults.push(Fault::new(&file.path, 1, format!("the file is larger than {limit} KiB; divide it")));
            continue;
        }
        for (line, text) in documents(&file.text) {
            match one(&file.path, line, text) {
                Err(fault) => faults.push(fault),
                Ok(Loaded::Off(id)) => set.off.push(id),
                Ok(Loaded::On(rule)) => match places.get(&rule.id) {
                    Some((path, first)) => {
                        let message = format!(
                            "`{}` is defined already, at {path}:{first}; give one of them another `id`",
                            rule.id
                        );
                        faults.push(Fault::new(&file.path, rule.line, message));
                    }
                    None if set.rules.len() >= RULES => {
                        let message = format!("a repository may have {RULES} rules; this one is not used");
                        faults.push(Fault::new(&file.path, rule.line, message));
                        return (set, faults);
                    }
                    None => {
                        places.insert(rule.id.clone(), (rule.path.clone(), rule.line));
                        set.rules.push(*rule);
                    }
                },
            }
        }
    }
    (set, faults)
}

enum Loaded {
    On(Box<CustomRule>),
    Off(RuleId),
}

/// The documents of a file with the line where each begins. A line that starts with `---` divides them, whatever
/// stands around it. Documents that hold nothing are left out.
pub(super) fn documents(text: &str) -> Vec<(u32, &str)> {
    let mut documents = Vec::new();
    let (mut start, mut first, mut at) = (0, 1, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let rest = line.strip_prefix("---");
        if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_whitespace())) {
            documents.push((first, &text[start..at]));
            (start, first) = (at + line.len() - rest.len(), index as u32 + 1);
        }
        at += line.len();
    }
    documents.push((first, &text[start..]));
    let says = |text: &str| text.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with('#'));
    documents.retain(|(_, text)| says(text));
    documents
}

/// One document as what it should be, or where and why it is not.
pub(super) fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, (u32, String)> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_depth: YAML_DEPTH,
            max_nodes: 10_000,
            max_events: 30_000,
            max_aliases: 100,
            max_anchors: 100,
            max_documents: 1,
        },
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |place| place.line() as u32);
        let said = error.to_string();
        if said.contains("budget") {
            return (line.max(1), "it is larger or nests deeper than any rule needs; divide it".to_owned());
        }
        let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it is no valid YAML");
        let first = first.trim().trim_start_matches("error: ");
        let first = first.rsplit_once(" at line ").map_or(first, |(text, _)| text);
        (line.max(1), plain(first, 300))
    })
}

fn one(path: &FilePath, first: u32, text: &str) -> Result<Loaded, Fault> {
    let fault = |line: u32, message: String| Fault::new(path, first + line - 1, message);
    let parsed: SerializableRuleConfig<Grammar> = parse(text).map_err(|(line, message)| fault(line, message))?;
    let at = |key: &str| line_of(text, key);
    if !is_slug(&parsed.id) {
        let message = match parsed.id.as_str() {
            "" => "the rule has no `id`; give it one like `no-print-in-handlers`".to_owned(),
            id => format!("`{}` cannot be an `id`; use letters, digits, `-`, `_` and `.`", plain(id, 40)),
        };
        return Err(fault(at("id"), message));
    }
    let id = RuleId::new(format!("{FAMILY}/{}", parsed.id));
    for (is_there, key) in [(parsed.transform.is_some(), "transform"), (parsed.rewriters.is_some(), "rewriters")] {
        if is_there {
            return Err(fault(at(key), format!("`{key}` is not supported here; write the rule without it")));
        }
    }
    let value = |value: Result<Value, serde_json::Error>| value.unwrap_or(Value::Null);
    let (core, fix) = (value(serde_json::to_value(&parsed.core)), value(serde_json::to_value(&parsed.fix)));
    weigh(parsed.language, &core, &fix).map_err(|TooMuch { key, message }| fault(at(key), message))?;
    for (words, key) in [(Some(&parsed.message), "message"), (parsed.note.as_ref(), "note")] {
        let words = words.map_or("", String::as_str);
        bounded(words, &format!("`{key}`"), TEXT_BYTES).map_err(|message| fault(at(key), message))?;
    }
    let metadata = value(serde_json::to_value(&parsed.metadata));
    let monitor = metadata.get("monitor").and_then(Value::as_bool) == Some(true);
    let Some((severity, confidence)) = loudness(&parsed.severity, monitor) else { return Ok(Loaded::Off(id)) };
    let globs = |key: &str, given: bool| -> Result<GlobSet, Fault> {
        if !given {
            return Ok(GlobSet::empty());
        }
        let given = match key {
            "files" => value(serde_json::to_value(&parsed.files)),
            _ => value(serde_json::to_value(&parsed.ignores)),
        };
        glob_set(&given).map_err(|message| fault(at(key), message))
    };
    let (files, ignores) = (globs("files", parsed.files.is_some())?, globs("ignores", parsed.ignores.is_some())?);
    let config = RuleConfig::try_from(parsed, &GlobalRules::default()).map_err(|error| {
        let (key, message) = explained(&error);
        fault(at(key), message)
    })?;
    Ok(Loaded::On(Box::new(CustomRule {
        language: config.language.0,
        severity,
        confidence,
        message: config.message.trim().to_owned(),
        note: config.note.as_deref().unwrap_or_default().trim().to_owned(),
        path: path.clone(),
        line: first + at("id") - 1,
        names_files: config.files.is_some(),
        files,
        ignores,
        config,
        id,
    })))
}

/// Theirs in our words; nothing for `off`. A hint is for the summary, everything else may stand in the diff; a rule on
/// trial is for reports.
fn loudness(theirs: &Theirs, monitor: bool) -> Option<(Severity, Confidence)> {
    let (severity, confidence) = match theirs {
        Theirs::Off => return None,
        Theirs::Hint => (Severity::Notice, Confidence::Likely),
        Theirs::Info => (Severity::Notice, Confidence::Certain),
        Theirs::Warning => (Severity::Warning, Confidence::Certain),
        Theirs::Error => (Severity::Error, Confidence::Certain),
    };
    Some((severity, if monitor { Confidence::Possible } else { confidence }))
}

/// The line of a key at the left margin; the first line that says something when it stands nowhere.
pub(super) fn line_of(text: &str, key: &str) -> u32 {
    let starts = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'));
    let first = text.lines().position(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    text.lines().position(starts).or(first).unwrap_or(0) as u32 + 1
}

/// ast-grep's own patterns: `*` crosses folders, as in its configuration.
fn glob_set(given: &Value) -> Result<GlobSet, String> {
    let given = given.as_array().map_or(&[][..], Vec::as_slice);
    if given.len() > GLOBS {
        return Err(format!("there are more than {GLOBS} path patterns; join some"));
    }
    let mut set = GlobSetBuilder::new();
    for one in given {
        let text = one.as_str().or_else(|| one.get("glob").and_then(Value::as_str)).unwrap_or_default();
        let either_case = one.get("caseInsensitive").and_then(Value::as_bool) == Some(true);
        let text = text.strip_prefix("./").unwrap_or(text);
        let wrong = |why: String| format!("`{}` is no path pattern: {}", plain(text, 60), plain(&why, 120));
        if text.len() > 300 {
            return Err(wrong("it is too long".to_owned()));
        }
        let glob = GlobBuilder::new(text).case_insensitive(either_case).build();
        set.add(glob.map_err(|error| wrong(error.kind().to_string()))?);
    }
    set.build().map_err(|error| plain(&error.to_string(), 120))
}

/// The whole chain of causes as one sentence, with the key it is about and what to do.
fn explained(error: &RuleConfigError) -> (&'static str, String) {
    let mut causes = vec![error.to_string()];
    let mut at: &dyn Error = error;
    while let Some(cause) = at.source() {
        causes.push(cause.to_string());
        at = cause;
    }
    causes.dedup();
    // Their outermost layer only says that there is an inner one.
    if causes.len() > 1 && matches!(error, RuleConfigError::Core(_)) {
        causes.remove(0);
    }
    let causes: Vec<String> = causes.iter().map(|cause| plain(cause.trim_end_matches('.'), 160)).collect();
    let told = causes.join(": ");
    let mut keys = ["constraints", "utils", "fix", "labels"].into_iter();
    let key = keys.find(|key| told.contains(&format!("`{key}`"))).unwrap_or("rule");
    let remedy = match error {
        RuleConfigError::MissingPotentialKinds => "",
        RuleConfigError::Fixer(_) => "; use only metavariables that the rule defines",
        _ => "; try the rule in the playground of ast-grep",
    };
    (key, format!("{told}{remedy}"))
}
