//! From text to a [`Config`]: first everything is checked against the table of keys, then, if nothing is wrong, read.

use super::node::{Node, Value, parse};
use super::schema::{Key, Kind, ROOT, SEVERITIES};
use super::types::{Comments, Config, ConfigError, Gate, Level, Override, Pattern, SeverityMap, Voice, glob, glob_set};
use crate::facts::Bit;
use crate::model::{Confidence, Severity};
use crate::rules::RULES;
use crate::rules::custom::{FAMILY, is_slug};

pub(super) fn read(text: &str) -> Result<Config, Vec<ConfigError>> {
    let root = parse(text).map_err(|error| vec![error])?;
    let mut errors = Vec::new();
    section(&root, ROOT, "", &mut errors);
    if errors.is_empty() {
        return Ok(config(&root));
    }
    errors.sort_by_key(|error| (error.line, error.column));
    Err(errors)
}

fn section(node: &Node, keys: &[Key], path: &str, errors: &mut Vec<ConfigError>) {
    let entries = match &node.value {
        Value::Map(entries) => entries,
        // `paths:` with everything below it commented out.
        Value::Null => return,
        _ => return errors.push(wrong(node, path, "a mapping")),
    };
    for (name, value) in entries {
        let Some(text) = name.text() else {
            errors.push(name.error("a key must be text"));
            continue;
        };
        match keys.iter().find(|key| key.name == text) {
            Some(key) => check(value, &key.kind, &join(path, text), errors),
            None => {
                let whole = quoted(&join(path, text));
                let hint = suggestion(text, keys.iter().map(|key| key.name));
                let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
                let hint = hint.unwrap_or_else(|| format!("; known here: {}", names.join(", ")));
                errors.push(name.error(format!("unknown key {whole}{hint}")));
            }
        }
    }
}

fn check(node: &Node, kind: &Kind, path: &str, errors: &mut Vec<ConfigError>) {
    match kind {
        Kind::Version => match node.value {
            Value::Number(1.0) => {}
            _ => errors.push(node.error("`version` must be 1, the only format there is")),
        },
        Kind::Choice(choices) => choice(node, choices, path, errors),
        Kind::Count { min, max } => match node.value {
            Value::Number(number) if number.fract() == 0.0 && (f64::from(*min)..=f64::from(*max)).contains(&number) => {
            }
            _ => errors.push(wrong(node, path, &format!("a whole number from {min} to {max}"))),
        },
        Kind::Globs => {
            texts(node, path, errors, |item| glob(item).err().map(|why| format!("not a path pattern: {why}")))
        }
        Kind::Names => texts(node, path, errors, |_| None),
        Kind::Section(keys) => section(node, keys, path, errors),
        Kind::Severities => severities(node, path, errors),
        Kind::Sections(keys) => match &node.value {
            Value::List(items) => items.iter().for_each(|item| section(item, keys, path, errors)),
            _ => errors.push(wrong(node, path, "a list of mappings")),
        },
    }
}

fn choice(node: &Node, choices: &[&str], path: &str, errors: &mut Vec<ConfigError>) {
    let Some(text) = node.text() else {
        return errors.push(wrong(node, path, &format!("one of {}", choices.join(", "))));
    };
    if !choices.contains(&text) {
        let hint = suggestion(text, choices.iter().copied()).unwrap_or_default();
        let message = format!("`{path}` cannot be {}; it is one of {}{hint}", quoted(text), choices.join(", "));
        errors.push(node.error(message));
    }
}

fn texts(node: &Node, path: &str, errors: &mut Vec<ConfigError>, fault: impl Fn(&str) -> Option<String>) {
    let Value::List(items) = &node.value else {
        return errors.push(wrong(node, path, "a list of texts"));
    };
    for item in items {
        match item.text() {
            None => errors.push(wrong(item, path, "a list of texts")),
            Some(text) => {
                errors.extend(fault(text).map(|why| item.error(format!("`{path}`: {} is {why}", quoted(text)))))
            }
        }
    }
}

fn severities(node: &Node, path: &str, errors: &mut Vec<ConfigError>) {
    let Value::Map(entries) = &node.value else {
        return errors.push(wrong(node, path, "a mapping of rules to severities"));
    };
    for (name, value) in entries {
        match name.text() {
            None => errors.push(name.error("a rule must be text")),
            Some(text) => errors.extend(unknown_rule(text).map(|message| name.error(message))),
        }
        choice(value, SEVERITIES, &join(path, name.text().unwrap_or("?")), errors);
    }
}

/// What is wrong with the name of a rule or family, if anything.
fn unknown_rule(text: &str) -> Option<String> {
    let known = || RULES.iter().map(|rule| rule.id);
    let families = || known().filter_map(|id| id.split_once('/').map(|(family, _)| family));
    match Pattern::parse(text) {
        Pattern::All => None,
        // Rules of the repository itself: which there are is not known here.
        Pattern::Family(family) if family == FAMILY => None,
        Pattern::One(id) if id.split_once('/').is_some_and(|(family, slug)| family == FAMILY && is_slug(slug)) => None,
        Pattern::One(id) if known().any(|rule| rule == id) => None,
        Pattern::Family(family) if families().any(|known| known == family) => None,
        Pattern::Family(family) => {
            let hint = suggestion(&family, families()).map(|hint| hint.replace("`?", "/*`?"));
            Some(format!("no family of rules is called {}{}", quoted(&family), hint.unwrap_or_default()))
        }
        Pattern::One(id) => {
            Some(format!("no rule is called {}{}", quoted(&id), suggestion(&id, known()).unwrap_or_default()))
        }
    }
}

/// `; did you mean …?` for the nearest name, when one is near enough to be meant.
fn suggestion<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let near = known.map(|name| (strsim::jaro_winkler(text, name), name)).max_by(|one, two| one.0.total_cmp(&two.0));
    near.filter(|(likeness, _)| *likeness > 0.75).map(|(_, name)| format!("; did you mean `{name}`?"))
}

fn wrong(node: &Node, path: &str, wanted: &str) -> ConfigError {
    let subject = if path.is_empty() { "the file".to_owned() } else { format!("`{path}`") };
    node.error(format!("{subject} must be {wanted}, not {}", node.kind()))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Text of the file inside a message: short, and without anything that moves a cursor.
fn quoted(text: &str) -> String {
    format!("`{}`", text.chars().filter(|c| !c.is_control()).take(80).collect::<String>())
}

// ---- reading: the tree is known to be right from here on

fn config(root: &Node) -> Config {
    let (paths, rules) = (root.get("paths"), root.get("rules"));
    let mut config = Config::default();
    config.level = root.get("level").and_then(Node::text).map_or(config.level, level);
    config.paths.include = globs(paths.and_then(|paths| paths.get("include")));
    config.paths.ignore = globs(paths.and_then(|paths| paths.get("ignore")));
    if let Some(rules) = rules {
        config.rules.on_by_default = rules.get("default").and_then(Node::text) != Some("none");
        config.rules.severity = severity_map(rules.get("severity"));
        config.rules.overrides = rules.get("overrides").map_or(&[][..], Node::items).iter().map(override_of).collect();
    }
    if let Some(node) = root.get("comments") {
        comments(node, &mut config.comments);
    }
    if let Some(Value::Map(entries)) = root.get("coverage").map(|node| &node.value) {
        config.external = entries.iter().filter_map(|(name, _)| Bit::of_name(name.text()?)).collect();
    }
    if let Some(Value::Number(least)) =
        root.get("gate").and_then(|gate| gate.get("min_observable")).map(|node| &node.value)
    {
        config.gate.min_observable = Some(*least as u32);
    }
    if let Some(fail_on) = root.get("gate").and_then(|gate| gate.get("fail_on")) {
        gate(fail_on, &mut config.gate);
    }
    config
}

fn override_of(node: &Node) -> Override {
    Override { paths: globs(node.get("paths")), severity: severity_map(node.get("severity")) }
}

fn comments(node: &Node, comments: &mut Comments) {
    if let Some(Value::Number(most)) = node.get("inline_max").map(|node| &node.value) {
        comments.inline_max = *most as usize;
    }
    if let Some(authors) = node.get("quiet_authors") {
        comments.quiet_authors = authors.items().iter().filter_map(Node::text).map(str::to_owned).collect();
    }
    comments.draft_prs = match node.get("draft_prs").and_then(Node::text) {
        Some("full") => Voice::Full,
        Some("summary_only") => Voice::SummaryOnly,
        Some(_) => Voice::CheckOnly,
        None => comments.draft_prs,
    };
}

fn gate(node: &Node, gate: &mut Gate) {
    if let Some(text) = node.get("severity").and_then(Node::text) {
        gate.severity = severity(text).unwrap_or(gate.severity);
    }
    gate.confidence = match node.get("confidence").and_then(Node::text) {
        Some("possible") => Confidence::Possible,
        Some("likely") => Confidence::Likely,
        Some(_) => Confidence::Certain,
        None => gate.confidence,
    };
}

fn level(text: &str) -> Level {
    match text {
        "observe" => Level::Observe,
        "guard" => Level::Guard,
        "gate" => Level::Gate,
        _ => Level::Advise,
    }
}

fn severity(text: &str) -> Option<Severity> {
    match text {
        "notice" => Some(Severity::Notice),
        "warning" => Some(Severity::Warning),
        "error" => Some(Severity::Error),
        _ => None,
    }
}

fn severity_map(node: Option<&Node>) -> SeverityMap {
    let Some(Value::Map(entries)) = node.map(|node| &node.value) else { return SeverityMap::default() };
    let settings =
        entries.iter().filter_map(|(name, value)| Some((Pattern::parse(name.text()?), severity(value.text()?))));
    SeverityMap(settings.collect())
}

fn globs(node: Option<&Node>) -> globset::GlobSet {
    let patterns = node.map_or(&[][..], Node::items).iter().filter_map(Node::text);
    glob_set(patterns).unwrap_or_else(|_| globset::GlobSet::empty())
}

impl Node {
    fn get(&self, name: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|(key, _)| key.text() == Some(name)).map(|(_, value)| value),
            _ => None,
        }
    }

    fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }
}
