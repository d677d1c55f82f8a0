//! The table of sensitive words, and the questions that are asked of a name.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::Language;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    credential: Credential,
    personal: Personal,
    about: About,
    passes: Passes,
    headers: Headers,
    raw: HashMap<String, Raw>,
    handler: Handler,
    types: Types,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Credential {
    sure: Vec<String>,
    probable: Vec<String>,
    bare: Vec<String>,
    not_after: HashSet<String>,
    not_first: HashSet<String>,
    file: Files,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    talks: Vec<String>,
    parses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Personal {
    names: Vec<String>,
    not_with: HashSet<String>,
    not_in: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    ends: HashSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Passes {
    calls: HashSet<String>,
    reads: HashSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Headers {
    harmless: HashSet<String>,
    credentials: Vec<String>,
}

/// Lines of the form `pattern = what it is`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) paths: Vec<String>,
    pub(super) calls: Vec<String>,
    pub(super) types: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Handler {
    pub(super) payloads: Vec<String>,
    pub(super) reading: Vec<String>,
    pub(super) java_writes: HashSet<String>,
    pub(super) java_bodies: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Types {
    hiding: Vec<String>,
}

/// # Panics
/// When the table is not valid: a defect of this build that the first test meets.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../rules/libraries/sensitive.toml")).expect("sensitive.toml is valid")
});

/// How sure a name makes us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum Strength {
    /// It often is one.
    Probable,
    /// The name says that it is one.
    Sure,
}

/// Whether a name ends in the name of a credential.
pub(super) fn credential(name: &str) -> Option<Strength> {
    let words = words_of(name);
    let (_, before) = words.split_last()?;
    let table = &TABLE.credential;
    let object = before.last().is_some_and(|word| table.not_after.contains(word));
    if object || words.first().is_some_and(|first| table.not_first.contains(first)) {
        return None;
    }
    if ends_in(&words, &table.sure) {
        return Some(Strength::Sure);
    }
    ends_in(&words, &table.probable).then_some(Strength::Probable)
}

/// A bare `token` is a credential where code talks to others, and a lexeme where it parses.
pub(super) fn bare_credential(name: &str, path: &str) -> bool {
    let table = &TABLE.credential;
    let lower = path.to_ascii_lowercase();
    let any = |words: &[String]| words.iter().any(|word| lower.contains(word.as_str()));
    table.bare.iter().any(|bare| bare == name) && any(&table.file.talks) && !any(&table.file.parses)
}

/// Whether a name ends in the name of something about a person.
pub(super) fn personal(name: &str) -> bool {
    let words = words_of(name);
    let table = &TABLE.personal;
    ends_in(&words, &table.names) && !words.iter().any(|word| table.not_with.contains(word))
}

/// Whether what is personal elsewhere is public in this file: authors of commits, contacts of maintainers.
pub(super) fn is_public_in(path: &str) -> bool {
    words_of(path).iter().any(|word| TABLE.personal.not_in.contains(word))
}

/// Names that speak about something, not of it: `password_expiry`, `emailCount`.
pub(super) fn neutral(name: &str) -> bool {
    words_of(name).last().is_some_and(|last| TABLE.about.ends.contains(last))
}

pub(super) fn passes(call: &str) -> bool {
    TABLE.passes.calls.contains(call)
}

pub(super) fn reads(call: &str) -> bool {
    TABLE.passes.reads.contains(call)
}

/// What the value of a request header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    Harmless,
    Credential,
    /// One that only this service and its callers know.
    Unknown,
}

pub(super) fn header(name: &str) -> Header {
    let lower = name.to_ascii_lowercase().replace('_', "-");
    if TABLE.headers.harmless.contains(&lower) {
        Header::Harmless
    } else if ends_in(&words_of(name), &TABLE.headers.credentials) {
        Header::Credential
    } else if lower.starts_with("x-") && !neutral(name) && !lower.ends_with("uuid") {
        Header::Unknown
    } else {
        Header::Harmless
    }
}

pub(super) fn raw(language: Language) -> &'static Raw {
    let name = match language {
        Language::Go => "go",
        Language::Python => "python",
        Language::JavaScript | Language::TypeScript | Language::Tsx => "javascript",
        Language::Java => "java",
        Language::Rust => "rust",
    };
    &TABLE.raw[name]
}

pub(super) fn handler() -> &'static Handler {
    &TABLE.handler
}

/// Whether a type hides its value when it is printed.
pub(super) fn hides(type_text: &str) -> bool {
    let mut parts = type_text.split(|character: char| !character.is_alphanumeric() && character != '_');
    parts.any(|part| TABLE.types.hiding.iter().any(|hiding| part == hiding))
}

/// Whether a name says that it is (part of) what a client sent.
pub(super) fn payload(name: &str) -> bool {
    ends_in(&words_of(name), &TABLE.handler.payloads)
}

/// An encoded certificate, request or key, pages of it.
pub(super) fn is_pem(name: &str) -> bool {
    words_of(name).last().is_some_and(|last| last == "pem")
}

/// A call of this name makes or changes something; what it returns is not what its name ends in.
pub(super) fn is_deed(name: &str) -> bool {
    const VERBS: [&str; 26] = [
        "generate",
        "create",
        "make",
        "new",
        "random",
        "reset",
        "change",
        "update",
        "set",
        "check",
        "verify",
        "validate",
        "delete",
        "remove",
        "rotate",
        "forgot",
        "prompt",
        "ask",
        "revoke",
        "refresh",
        "invalidate",
        "show",
        "copy",
        "send",
        "confirm",
        "count",
    ];
    words_of(name).first().is_some_and(|first| VERBS.contains(&first.as_str()))
}

fn ends_in(words: &[String], entries: &[String]) -> bool {
    entries.iter().any(|entry| {
        let count = entry.split(' ').count();
        words.len() >= count && words[words.len() - count..].iter().map(String::as_str).eq(entry.split(' '))
    })
}

pub(super) fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous_lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            words.push(String::new());
        } else {
            if words.is_empty() || character.is_uppercase() && previous_lower {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        previous_lower = character.is_lowercase() || character.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials_and_names_about_them() {
        let sure = ["password", "userPassword", "api_key", "accessToken", "card_number", "CardNumber", "stripeApiKey"];
        for name in sure {
            assert!(credential(name).is_some(), "{name}");
        }
        let about = [
            "password_reset_url",
            "secretName",
            "tokenCount",
            "hasPassword",
            "nextPageToken",
            "secretWaitMs",
            "pin",
            "public_key",
            "imagePullSecret",
            "retrievedNonSecret",
        ];
        for name in about {
            assert!(credential(name).is_none(), "{name}");
        }
    }

    #[test]
    fn names_of_personal_data_and_of_what_is_public() {
        for name in ["email", "customerEmail", "emailAddress", "phone_number", "firstName", "user.email"] {
            assert!(personal(name), "{name}");
        }
        for name in ["address", "serviceAccountEmail", "committer_email", "email_template", "sendEmail", "ip"] {
            assert!(!personal(name), "{name}");
        }
    }

    #[test]
    fn headers_are_told_apart() {
        assert_eq!(header("Content-Type"), Header::Harmless);
        assert_eq!(header("X-Api-Key"), Header::Credential);
        assert_eq!(header("authorization"), Header::Credential);
        assert_eq!(header("X-Custom-Forwarder"), Header::Unknown);
    }
}
