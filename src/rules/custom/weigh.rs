//! Weighs a rule before it is built: how many parts it has, how deep they nest, what its patterns and expressions hold.
//! ast-grep checks that a rule makes sense; this checks that it cannot ask for work without end.

use std::collections::HashMap;

use ast_grep_core::tree_sitter::LanguageExt;
use regex::RegexBuilder;
use serde_json::{Map, Value};

use super::document::shape;
use super::fault::plain;
use super::grammar::Grammar;
use super::limits::{
    EXPRESSION_BYTES, EXPRESSIONS, FIX_BYTES, NAME_BYTES, NESTING, PARTS, PATTERN_BYTES, PATTERN_DEPTH, VARIABLES,
};

/// What is wrong, and under which key of the rule it stands.
#[derive(Debug)]
pub(super) struct TooMuch {
    pub(super) key: &'static str,
    pub(super) message: String,
}

#[derive(Clone, Copy, Default)]
struct Weight {
    parts: usize,
    nesting: usize,
}

pub(super) struct Scale<'r> {
    grammar: Grammar,
    utilities: Option<&'r Map<String, Value>>,
    /// What is known of utility rules; nothing while one is being weighed.
    known: HashMap<&'r str, Option<Weight>>,
    expressions: usize,
}

/// `core` and `fix` are the rule's own parts as plain values.
pub(super) fn weigh(grammar: Grammar, core: &Value, fix: &Value) -> Result<(), TooMuch> {
    let part = |key: &str| core.get(key).filter(|value| !value.is_null());
    let utilities = part("utils").and_then(Value::as_object);
    let mut scale = Scale { grammar, utilities, known: HashMap::new(), expressions: 0 };
    let under = |key: &'static str| move |message: String| TooMuch { key, message };
    for name in utilities.into_iter().flat_map(Map::keys) {
        scale.utility(name).map_err(under("utils"))?;
    }
    let mut total = 0;
    if let Some(rule) = part("rule") {
        total += scale.rule(rule).map_err(under("rule"))?.parts;
    }
    for rule in part("constraints").and_then(Value::as_object).into_iter().flat_map(Map::values) {
        total += scale.rule(rule).map_err(under("constraints"))?.parts;
    }
    total += scale.fix(fix).map_err(under("fix"))?.parts;
    if total > PARTS {
        return Err(under("rule")(too_many_parts()));
    }
    Ok(())
}

fn too_many_parts() -> String {
    format!("the rule has more than {PARTS} parts, uses of utility rules included; make it smaller")
}

impl<'r> Scale<'r> {
    fn utility(&mut self, name: &'r str) -> Result<Weight, String> {
        match self.known.get(name) {
            Some(Some(weight)) => return Ok(*weight),
            Some(None) => {
                let name = plain(name, 40);
                return Err(format!("the utility rule `{name}` leads back to itself; take that reference out"));
            }
            None => {}
        }
        // ast-grep says it better when there is no such rule.
        let Some(rule) = self.utilities.and_then(|all| all.get(name)) else { return Ok(Weight::default()) };
        self.known.insert(name, None);
        let weight = self.rule(rule)?;
        self.known.insert(name, Some(weight));
        Ok(weight)
    }

    fn rule(&mut self, rule: &'r Value) -> Result<Weight, String> {
        let mut whole = Weight { parts: 1, nesting: 1 };
        let mut add = |part: Weight| {
            whole.parts = whole.parts.saturating_add(part.parts);
            whole.nesting = whole.nesting.max(part.nesting + 1);
            match whole {
                Weight { parts, .. } if parts > PARTS => Err(too_many_parts()),
                Weight { nesting, .. } if nesting > NESTING => {
                    Err(format!("the rule nests deeper than {NESTING} levels; make it flatter"))
                }
                _ => Ok(()),
            }
        };
        for (key, value) in rule.as_object().into_iter().flatten() {
            match key.as_str() {
                "pattern" => self.pattern(value)?,
                "regex" => self.expression(text(value))?,
                "kind" | "field" => name(key, text(value))?,
                "inside" | "has" | "precedes" | "follows" | "not" | "stopBy" | "ofRule" if value.is_object() => {
                    add(self.rule(value)?)?;
                }
                "nthChild" if value.is_object() => add(self.rule(value)?)?,
                "all" | "any" => {
                    for one in value.as_array().into_iter().flatten() {
                        add(self.rule(one)?)?;
                    }
                }
                "matches" => match value.as_str() {
                    Some(name) => add(self.utility(name)?)?,
                    None => return Err("utility rules with arguments are not supported; write them out".to_owned()),
                },
                _ => {}
            }
        }
        Ok(whole)
    }

    fn pattern(&mut self, value: &Value) -> Result<(), String> {
        let code = value.as_str().or_else(|| value.get("context").and_then(Value::as_str)).unwrap_or_default();
        if let Some(selector) = value.get("selector").and_then(Value::as_str) {
            name("selector", selector)?;
        }
        if code.len() > PATTERN_BYTES {
            return Err(format!("a pattern is longer than {PATTERN_BYTES} bytes; a part of it will do"));
        }
        let mut parser = tree_sitter::Parser::new();
        let ready = parser.set_language(&self.grammar.get_ts_language()).is_ok();
        let tree = if ready { parser.parse(self.grammar.readable(code), None) } else { None };
        match tree {
            Some(tree) if shape(&tree).depth > PATTERN_DEPTH => {
                Err(format!("a pattern nests deeper than {PATTERN_DEPTH} levels; a part of it will do"))
            }
            _ => Ok(()),
        }
    }

    fn expression(&mut self, text: &str) -> Result<(), String> {
        self.expressions += 1;
        if self.expressions > EXPRESSIONS {
            return Err(format!("the rule has more than {EXPRESSIONS} regular expressions; join them with `|`"));
        }
        match RegexBuilder::new(text).size_limit(EXPRESSION_BYTES).nest_limit(50).build() {
            Ok(_) => Ok(()),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err(format!("the regular expression `{}` is too large; repeat less", plain(text, 60)))
            }
            Err(error) => {
                // The last line of the message says what, the ones before it draw where.
                let what = error.to_string();
                let what = what.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                Err(format!("`{}` is no regular expression: {}", plain(text, 60), plain(&what, 120)))
            }
        }
    }

    /// A template, or objects with a template and rules for what else to replace.
    fn fix(&mut self, fix: &'r Value) -> Result<Weight, String> {
        let mut whole = Weight::default();
        match fix {
            Value::String(template) => bounded(template, "a fix", FIX_BYTES)?,
            Value::Array(list) => {
                for one in list.iter().take(PARTS) {
                    whole.parts += self.fix(one)?.parts;
                }
            }
            Value::Object(parts) => {
                for (key, value) in parts {
                    match key.as_str() {
                        "template" => bounded(text(value), "a fix", FIX_BYTES)?,
                        "expandStart" | "expandEnd" => whole.parts += self.rule(value)?.parts,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Ok(whole)
    }
}

/// Not longer than allowed, and without more metavariables than anyone needs.
pub(super) fn bounded(text: &str, what: &str, bytes: usize) -> Result<(), String> {
    if text.len() > bytes {
        return Err(format!("{what} is longer than {bytes} bytes; make it shorter"));
    }
    if text.matches('$').count() > VARIABLES * 3 {
        return Err(format!("{what} has more than {VARIABLES} metavariables; use fewer"));
    }
    Ok(())
}

fn name(key: &str, text: &str) -> Result<(), String> {
    if text.len() > NAME_BYTES {
        return Err(format!("`{key}` is longer than {NAME_BYTES} bytes; it is a name from the grammar"));
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
