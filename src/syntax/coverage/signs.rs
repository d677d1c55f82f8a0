//! Signs of instrumentation in documents: commands, settings, annotations, dependencies.

use super::dependencies::{Dependency, dependencies};
use super::settings::without_comment;
use super::table::{Off, Row};
use super::version::matched;
use crate::facts::coverage::Place;
use crate::facts::{Document, DocumentKind, Setting};
use crate::model::Span;

/// A row of the tables that matched at a place.
#[derive(Clone)]
pub(super) struct Sign {
    pub(super) row: &'static Row,
    /// What a star of the row stood for.
    pub(super) captured: Option<String>,
    /// Names that a value or an argument lists.
    pub(super) listed: Vec<String>,
    pub(super) place: Place,
}

impl Sign {
    pub(super) fn at(row: &'static Row, place: Place) -> Self {
        Self { row, captured: None, listed: Vec::new(), place }
    }
}

/// What a document says of itself, before anyone asks whose it is.
pub(super) struct Told {
    pub(super) signs: Vec<Sign>,
    pub(super) dependencies: Vec<Dependency>,
}

pub(super) fn told(document: &Document, rows: &[&'static Row]) -> Told {
    let is_manifest = document.kind == DocumentKind::Manifest;
    let dependencies = if is_manifest { dependencies(document.path.file_name(), &document.source) } else { Vec::new() };
    let mut signs = Vec::new();
    if document.shipped {
        let text = commands(document);
        for row in rows {
            if document.kind != DocumentKind::Build || row.signs.build {
                signs.extend(run(document, &text, row));
            }
            if document.kind != DocumentKind::Build {
                signs.extend(document.settings.iter().filter_map(|setting| set(document, setting, row)));
            }
        }
    }
    for row in rows {
        signs.extend(dependencies.iter().filter_map(|one| depends(document, one, row)));
    }
    Told { signs, dependencies }
}

/// The text of a document in which only commands are left; everything else is blank, so that places stay.
fn commands(document: &Document) -> String {
    let name = document.path.file_name();
    let starts = |line: &str| {
        let key = line.trim_start().trim_start_matches('"');
        ["start", "serve", "prod"].iter().any(|script| key.starts_with(script))
    };
    let mut out = String::with_capacity(document.source.as_str().len());
    for line in document.source.as_str().split_inclusive('\n') {
        let kept = match document.kind {
            DocumentKind::Manifest if name == "package.json" && starts(line) => line,
            DocumentKind::Manifest => "",
            _ => without_comment(line),
        };
        out.push_str(kept);
        // As many bytes as before: a line of blanks and its end.
        let missing = line.len() - kept.len();
        let ends = line.ends_with('\n') && !kept.ends_with('\n');
        out.extend(std::iter::repeat_n(' ', missing - usize::from(ends)));
        if ends {
            out.push('\n');
        }
    }
    out
}

fn run(document: &Document, text: &str, row: &'static Row) -> Option<Sign> {
    let found = row.signs.run.iter().find_map(|pattern| {
        pattern.find_iter(text).take(20).find(|found| {
            let line = document.source.line_of(found.start() as u32);
            let whole = document.source.line_text(line);
            !row.signs.except.as_ref().is_some_and(|except| except.is_match(whole))
        })
    })?;
    let span = Span::new(found.start(), found.end());
    let line = document.source.line_of(span.start);
    Some(Sign::at(row, Place { path: document.path.clone(), line, span }))
}

fn set(document: &Document, setting: &Setting, row: &'static Row) -> Option<Sign> {
    let signs = &row.signs;
    let value = setting.value.as_str();
    if !signs.value.as_ref().is_some_and(|wanted| wanted.is_match(value))
        || signs.except.as_ref().is_some_and(|except| except.is_match(value))
    {
        return None;
    }
    let captured = signs.setting.iter().find_map(|wanted| {
        if wanted.contains('*') { setting.captured(wanted).map(Some) } else { setting.is(wanted).then_some(None) }
    })?;
    let beside = |wanted: &str| document.settings.iter().any(|one| one.is(wanted) && one.value != "false");
    if signs.beside.as_deref().is_some_and(|wanted| !beside(wanted)) {
        return None;
    }
    let listed = match row.off {
        Off::Listed | Off::Unlisted => {
            value.split(',').map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect()
        }
        _ => Vec::new(),
    };
    Some(Sign { captured, listed, ..Sign::at(row, setting.place(&document.path)) })
}

fn depends(document: &Document, dependency: &Dependency, row: &'static Row) -> Option<Sign> {
    let rest = row.signs.dependency.iter().find_map(|wanted| matched(wanted, &dependency.name))?;
    if row.signs.feature.as_deref().is_some_and(|feature| !dependency.rest.contains(feature)) {
        return None;
    }
    let place = Place { path: document.path.clone(), line: dependency.line, span: dependency.span };
    Some(Sign { captured: Some(rest.to_owned()).filter(|rest| !rest.is_empty()), ..Sign::at(row, place) })
}
