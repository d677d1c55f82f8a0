//! A struct printed whole: its declared type says which of its fields nobody may read.

use super::words::{Strength, credential, hides, neutral, personal};
use crate::facts::code::{FieldDecl, TypeDecl};
use crate::facts::{FactSet, FileFacts};
use crate::model::Language;

/// A field that is printed with the value that holds it.
pub(super) struct Field {
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) credential: bool,
    pub(super) strength: Strength,
}

/// The worst field of a type, as it is written at a place of a file; `None` when the type is not known, hides what it holds,
/// or holds nothing of the kind.
pub(super) fn worst_field(set: &FactSet, file: &FileFacts, type_text: &str) -> Option<Field> {
    let name = bare_name(type_text)?;
    let (home, decl) = declaration(set, file, name)?;
    if !prints_fields(home, decl) {
        return None;
    }
    let mut fields: Vec<Field> = decl.fields.iter().filter_map(|field| sensitive(home, decl, field)).collect();
    fields.sort_by_key(|field| (!field.credential, std::cmp::Reverse(field.strength)));
    fields.into_iter().next()
}

fn sensitive(home: &FileFacts, decl: &TypeDecl, field: &FieldDecl) -> Option<Field> {
    let type_text = field.type_text.as_deref().unwrap_or("");
    if hides(type_text) || !is_text(type_text) || neutral(&field.name) || hidden_by_tag(home, field) {
        return None;
    }
    let strength = credential(&field.name);
    let strength = strength.or_else(|| personal(&field.name).then_some(Strength::Probable))?;
    Some(Field {
        owner: decl.name.clone(),
        name: field.name.clone(),
        credential: credential(&field.name).is_some(),
        strength,
    })
}

/// `json:"-"`, `repr=False`, `#[derivative(Debug = "ignore")]`: left out on purpose.
fn hidden_by_tag(home: &FileFacts, field: &FieldDecl) -> bool {
    let line = home.source.line_of(field.span.start);
    let from = home.source.line_span(line.saturating_sub(2).max(1));
    let text = home.text(from.cover(home.source.line_span(line)));
    ["repr=False", "Debug", "ToString.Exclude", "JsonIgnore", "exclude=True", "Exclude()"]
        .iter()
        .any(|word| text.contains(word))
}

/// Values that could be the thing itself: text, bytes, or a type nobody wrote down.
fn is_text(type_text: &str) -> bool {
    let lower = type_text.to_ascii_lowercase();
    lower.is_empty() || ["str", "byte", "vec<u8>", "url", "any"].iter().any(|word| lower.contains(word))
}

fn bare_name(type_text: &str) -> Option<&str> {
    let text = type_text.trim().trim_start_matches([':', '&', '*', ' ', '"']).trim_start_matches("mut ");
    let text = text.split(['<', '[', '|', ' ', '"']).next()?;
    let name = text.rsplit(['.', ':']).next()?;
    (!name.is_empty()).then_some(name)
}

/// The declaration of a type: in this file, in its folder, or the only one of that name that was read.
fn declaration<'s>(set: &'s FactSet, file: &'s FileFacts, name: &str) -> Option<(&'s FileFacts, &'s TypeDecl)> {
    let in_file = |home: &'s FileFacts| {
        let decl = home.outline.types.iter().find(|decl| decl.name == name)?;
        Some((home, decl))
    };
    if let Some(found) = in_file(file) {
        return Some(found);
    }
    let mut found = set.files().filter(|home| home.language == file.language).filter_map(in_file);
    let first = found.next()?;
    let ambiguous = found.next().is_some();
    if !ambiguous {
        return Some(first);
    }
    let near = |home: &&FileFacts| home.path.folder() == file.path.folder() && home.language == file.language;
    set.files().filter(near).find_map(in_file)
}

/// Whether printing a value of the type prints its fields, and nobody has taken care of it.
fn prints_fields(home: &FileFacts, decl: &TypeDecl) -> bool {
    let marked = |names: &[&str]| decl.markers.iter().any(|marker| names.iter().any(|name| marker.contains(name)));
    let own = |names: &[&str]| {
        let named = |scope: &crate::facts::code::Scope| {
            scope.owner.as_deref().is_some_and(|owner| owner.trim_start_matches('*') == decl.name)
                && scope.name.as_deref().is_some_and(|name| names.contains(&name))
        };
        home.outline.scopes.iter().any(named)
    };
    match home.language {
        Language::Go => {
            !own(&["String", "MarshalJSON", "Format", "LogValue", "GoString", "MarshalText", "MarshalLogObject"])
        }
        Language::Rust => marked(&["Debug"]),
        Language::Python => {
            let whole = marked(&["dataclass", "define", "attrs"])
                || decl.bases.iter().any(|base| {
                    base.contains("BaseModel") || base.contains("NamedTuple") || base.contains("TypedDict")
                });
            whole && !own(&["__repr__", "__str__"])
        }
        Language::Java => marked(&["Data", "ToString", "Value", "record"]) && !own(&["toString"]),
        Language::JavaScript | Language::TypeScript | Language::Tsx => !own(&["toJSON", "toString"]),
    }
}
