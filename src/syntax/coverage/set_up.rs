//! Signs of instrumentation in code: what is constructed, wrapped, imported for its effect.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::signs::Sign;
use super::table::{Covers, Off, Row, TABLES};
use crate::facts::code::{Call, CallId, ExprKind};
use crate::facts::coverage::Place;
use crate::facts::{FileClass, FileFacts};
use crate::model::{Language, Span};

/// The rows of one language that code can match, found by name.
#[derive(Default)]
struct Index {
    calls: HashMap<&'static str, Vec<&'static Row>>,
    /// Calls whose name begins so; what follows is captured.
    starts: Vec<(&'static str, &'static Row)>,
    imports: HashMap<&'static str, Vec<&'static Row>>,
    methods: Vec<(&'static str, &'static Row)>,
    texts: Vec<&'static Row>,
}

static INDEXES: LazyLock<HashMap<&'static str, Index>> =
    LazyLock::new(|| TABLES.languages.iter().map(|(language, table)| (*language, index(&table.rows))).collect());

fn index(rows: &'static [Row]) -> Index {
    let mut index = Index::default();
    for row in rows {
        for name in &row.signs.calls {
            match name.strip_suffix('*') {
                Some(start) => index.starts.push((start, row)),
                None => index.calls.entry(name).or_default().push(row),
            }
        }
        for module in &row.signs.imports {
            index.imports.entry(module).or_default().push(row);
        }
        if row.signs.with.is_some() {
            index.methods.extend(row.signs.method.as_deref().map(|method| (method, row)));
        }
        if !row.signs.text.is_empty() {
            index.texts.push(row);
        }
    }
    index
}

pub(super) fn table_of(language: Language) -> &'static str {
    match language {
        Language::Go => "go",
        Language::Python => "python",
        Language::JavaScript | Language::TypeScript | Language::Tsx => "node",
        Language::Java => "java",
        Language::Rust => "rust",
    }
}

pub(super) fn signs(file: &FileFacts) -> Vec<Sign> {
    let Some(index) = INDEXES.get(table_of(file.language)) else { return Vec::new() };
    let mut out = Vec::new();
    // The configuration of a framework may count as a script of the build.
    if matches!(file.class, FileClass::Production | FileClass::Script) {
        by_text(file, index, &mut out);
    }
    if file.class != FileClass::Production {
        return out;
    }
    for import in &file.outline.imports {
        // `import a.b` binds `a`, and its text tells the rest.
        let written = file.text(import.span);
        let whole = |module: &str| import.module == module || module.contains('.') && last_word(written) == module;
        let rows = index.imports.iter().filter(|(module, _)| whole(module)).flat_map(|(_, rows)| rows);
        out.extend(rows.map(|row| Sign::at(row, place(file, import.span))));
    }
    for (number, call) in file.outline.calls.iter().enumerate() {
        let id = CallId(number as u32);
        by_method(file, call, index, &mut out);
        if let Some(module) = required(file, call) {
            let rows = index.imports.get(module).into_iter().flatten();
            out.extend(rows.map(|row| Sign::at(row, place(file, call.span))));
        }
        match name(file, id, call) {
            Some(name) => by_name(file, call, &name, index, &mut out),
            None => continue,
        }
    }
    out
}

fn last_word(text: &str) -> &str {
    text.split_whitespace().next_back().unwrap_or_default()
}

pub(super) fn place(file: &FileFacts, span: Span) -> Place {
    Place { path: file.path.clone(), line: file.source.line_of(span.start), span }
}

/// `require("x")` that nobody keeps.
fn required<'a>(file: &FileFacts, call: &'a Call) -> Option<&'a str> {
    let required = file.language.is_script() && call.path.len() == 1 && call.path[0] == "require";
    call.args.first().filter(|_| required).and_then(|arg| arg.value.literal())
}

/// The canonical name of a call; a module that is used where it is required counts as imported.
fn name(file: &FileFacts, id: CallId, call: &Call) -> Option<String> {
    if let Some(known) = file.canonical(id) {
        return Some(known.to_owned());
    }
    let module = required(file, file.call(call.base?))?;
    Some(format!("{module}.{}", call.path.join(".")))
}

fn by_name(file: &FileFacts, call: &Call, name: &str, index: &Index, out: &mut Vec<Sign>) {
    let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
    for end in ends {
        let rows = index.calls.get(&name[..end]).into_iter().flatten();
        out.extend(rows.filter_map(|row| matched(file, call, row, None)));
    }
    for (start, row) in &index.starts {
        let Some(rest) = name.strip_prefix(start) else { continue };
        let captured = rest.split('.').next().unwrap_or(rest).replace('_', "-").to_lowercase();
        let last = name.rsplit('.').next().unwrap_or(name);
        let excepted = row.signs.except.as_ref().is_some_and(|except| except.is_match(name))
            || row.signs.method.as_deref().is_some_and(|method| !last.starts_with(method));
        if !captured.is_empty() && !excepted {
            out.extend(matched(file, call, row, Some(captured)));
        }
    }
}

fn matched(file: &FileFacts, call: &Call, row: &'static Row, captured: Option<String>) -> Option<Sign> {
    let listed = if row.off == Off::Keys { keys(file, call, row) } else { Vec::new() };
    let text = || call.args.iter().any(|arg| argument(row, file.text(call.span.cover(arg.span))));
    let wanted = match row.off {
        Off::Keys => !listed.is_empty(),
        _ => row.signs.argument.is_none() || text(),
    };
    let captured = if matches!(row.covers, Covers::Captured) { captured } else { None };
    wanted.then(|| Sign { captured, listed, ..Sign::at(row, place(file, call.name_span)) })
}

fn argument(row: &Row, text: &str) -> bool {
    row.signs.argument.as_ref().is_some_and(|wanted| wanted.is_match(text))
}

/// The packages that the first argument switches off: `{"@opentelemetry/instrumentation-fs": {enabled: false}}`.
fn keys(file: &FileFacts, call: &Call, row: &Row) -> Vec<String> {
    let Some(ExprKind::Record(entries)) = call.args.first().map(|arg| &arg.value.kind) else { return Vec::new() };
    let off = entries.iter().filter(|(_, value)| argument(row, file.text(value.span)));
    off.filter_map(|(key, _)| Some(key.trim_matches(['"', '\'']).rsplit_once("instrumentation-")?.1.to_owned()))
        .collect()
}

/// A method that gives an instrumentation away wherever its module is imported.
fn by_method(file: &FileFacts, call: &Call, index: &Index, out: &mut Vec<Sign>) {
    for (method, row) in &index.methods {
        let with = |module: &str| file.outline.imports.iter().any(|import| import.module.starts_with(module));
        if call.path.last().is_some_and(|last| last == method) && row.signs.with.as_deref().is_none_or(with) {
            out.push(Sign::at(row, place(file, call.name_span)));
        }
    }
}

fn by_text(file: &FileFacts, index: &Index, out: &mut Vec<Sign>) {
    let stem = file.path.file_name().split('.').next().unwrap_or_default();
    for row in index.texts.iter().filter(|row| row.signs.files.iter().any(|name| name == stem)) {
        let found = row.signs.text.iter().find_map(|pattern| pattern.find(file.source.as_str()));
        if let Some(found) = found {
            let span = Span::new(found.start(), found.end());
            if !file.in_comment(span) {
                out.push(Sign::at(row, place(file, span)));
            }
        }
    }
}
