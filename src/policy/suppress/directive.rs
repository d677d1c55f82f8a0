//! `sightline: allow(rule, rule) until=2027-01-31 reason="…"`, on the line or the line above, or `allow-file(…)` at the
//! top of a file.

use chrono::NaiveDate;

use crate::model::RuleId;
use crate::rules::RULES;
use crate::rules::custom::{FAMILY, is_slug};

/// Takes an operation out of the patch instrumentation coverage: `sightline: allow(coverage/operation) reason=…`.
pub(in crate::policy) const OPERATION: &str = "coverage/operation";

/// `allow-file` further down would be overlooked by the next reader.
const TOP: u32 = 30;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directive {
    pub(super) rules: Vec<String>,
    pub(super) whole_file: bool,
    pub(super) until: Option<NaiveDate>,
    pub(super) reason: String,
}

impl Directive {
    pub(super) fn covers(&self, rule: &RuleId) -> bool {
        self.rules.iter().any(|known| match known.strip_suffix("/*") {
            Some(family) => rule.family() == family,
            None => known == rule.as_str(),
        })
    }
}

/// Nothing when the comment is none of ours; otherwise the directive, or what is wrong with it.
pub(super) fn parse(comment: &str, line: u32) -> Option<Result<Directive, String>> {
    let text = comment.trim().trim_start_matches(['/', '#', '*', '!', '-', '<']).trim_start();
    let rest = text.strip_prefix("sightline:")?.trim_start();
    Some(read(rest.trim_end_matches("*/").trim_end_matches("-->").trim_end(), line))
}

fn read(text: &str, line: u32) -> Result<Directive, String> {
    let (whole_file, rest) = match (text.strip_prefix("allow-file("), text.strip_prefix("allow(")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return Err("only `allow(rule)` and `allow-file(rule)` are known".to_owned()),
    };
    if whole_file && line > TOP {
        return Err(format!("`allow-file` must stand in the first {TOP} lines"));
    }
    let (list, rest) = rest.split_once(')').ok_or("the parenthesis is not closed")?;
    let rules: Vec<String> =
        list.split(',').map(str::trim).filter(|rule| !rule.is_empty()).map(str::to_owned).collect();
    if rules.is_empty() {
        return Err("it names no rule".to_owned());
    }
    if let Some(unknown) = rules.iter().find(|rule| !is_known(rule)) {
        return Err(format!("no rule is called `{}`", clean(unknown)));
    }
    let (mut until, mut reason) = (None, String::new());
    let mut rest = rest.trim_start();
    while !rest.is_empty() {
        let (name, value, after) = option(rest)?;
        match name {
            "until" => until = Some(date(value)?),
            "reason" => reason = value.trim().to_owned(),
            other => return Err(format!("unknown option `{}`; there are `until` and `reason`", clean(other))),
        }
        rest = after.trim_start();
    }
    if reason.is_empty() {
        return Err("it needs a reason: reason=\"…\"".to_owned());
    }
    Ok(Directive { rules, whole_file, until, reason })
}

/// `name=value` or `name="a longer value"`.
fn option(text: &str) -> Result<(&str, &str, &str), String> {
    let (name, rest) = text.split_once('=').ok_or_else(|| format!("`{}` is not an option", clean(text)))?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => {
            let (value, after) = rest[1..].split_once(quote).ok_or("a quote is not closed")?;
            Ok((name.trim(), value, after))
        }
        None => {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            Ok((name.trim(), &rest[..end], &rest[end..]))
        }
    }
}

fn date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| format!("`{}` is no date like 2027-01-31", clean(text)))
}

fn is_known(name: &str) -> bool {
    // Rules of the repository itself: which there are is not known here.
    if let Some((FAMILY, slug)) = name.split_once('/') {
        return slug == "*" || is_slug(slug);
    }
    name == OPERATION
        || RULES.iter().any(|rule| match name.strip_suffix("/*") {
            Some(family) => rule.id.split_once('/').is_some_and(|(known, _)| known == family),
            None => rule.id == name,
        })
}

fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && *c != '`').take(60).collect()
}
