//! The rows of `rules/coverage/`: which sign means which instrumentation. What they say is data; how signs are looked for
//! is in the siblings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::version::Condition;
use crate::facts::coverage::Cover;
use crate::facts::{Bit, Reach};

/// What may stand between the words of a command, in a shell, a JSON array or a YAML list.
const BETWEEN: &str = r#"[\s"'=,\\\[\]-]+"#;

pub(super) struct Row {
    /// `node/auto-register`.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) vendor: String,
    /// The languages it is about.
    pub(super) languages: Vec<String>,
    pub(super) signs: Signs,
    pub(super) version: Option<Condition>,
    /// One of these must be there as well.
    pub(super) needs: Vec<String>,
    pub(super) reach: Reach,
    pub(super) covers: Covers,
    pub(super) never: Vec<Cover>,
    pub(super) off: Off,
    pub(super) leaves: String,
}

/// Where a row is looked for; any of them is enough.
#[derive(Default)]
pub(super) struct Signs {
    pub(super) run: Vec<Regex>,
    /// Counts in workflows that build, too.
    pub(super) build: bool,
    pub(super) setting: Vec<String>,
    pub(super) value: Option<Regex>,
    /// Another setting that the same document must have.
    pub(super) beside: Option<String>,
    pub(super) dependency: Vec<String>,
    pub(super) feature: Option<String>,
    pub(super) calls: Vec<String>,
    /// A method that is enough beside an import of `with`; without it, how the last word of a starred call begins.
    pub(super) method: Option<String>,
    /// A module that a file with `method` imports.
    pub(super) with: Option<String>,
    pub(super) imports: Vec<String>,
    pub(super) argument: Option<Regex>,
    pub(super) text: Vec<Regex>,
    /// Stems of the code files that `text` is looked for in.
    pub(super) files: Vec<String>,
    pub(super) except: Option<Regex>,
}

#[derive(Clone, Debug)]
pub(super) enum Covers {
    These(Vec<Cover>),
    /// What the package covers whose name the sign captured.
    Captured,
    /// Everything in the table of packages.
    Packages,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Off {
    Nothing,
    Everything,
    /// The packages that the value lists.
    Listed,
    /// All others.
    Unlisted,
    Captured,
    /// The keys of the first argument whose value says so.
    Keys,
    /// What the row itself lists in `off`.
    These,
}

/// A way to make a client, or to call without one, that no instrumentation reaches.
pub(super) struct RawRow {
    pub(super) library: String,
    pub(super) bit: Bit,
    pub(super) calls: Vec<String>,
    /// Only as a construction of the type.
    pub(super) made: bool,
    /// The receiver of a call, as written.
    pub(super) path: Vec<String>,
    pub(super) unless: Option<Regex>,
    pub(super) only: Option<Regex>,
    /// Names whose assignment in the unit makes it something else.
    pub(super) unless_bound: Vec<String>,
    pub(super) unless_imports: Option<String>,
    /// Calls that take it as an argument, or take the name it is given.
    pub(super) unless_given: Vec<String>,
    pub(super) instead: String,
}

/// One table: the rows of a language or of platforms, and what packages and frameworks are called.
#[derive(Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    pub(super) raw: Vec<RawRow>,
    pub(super) packages: BTreeMap<String, Vec<Cover>>,
    pub(super) needs: BTreeMap<String, String>,
    pub(super) frameworks: BTreeMap<String, String>,
    pub(super) consumers: BTreeMap<String, String>,
}

pub(super) struct Tables {
    pub(super) languages: BTreeMap<&'static str, Table>,
    pub(super) platform: Table,
    pub(super) hints: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    hints: Vec<String>,
    row: Vec<Written>,
    #[serde(default)]
    raw: Vec<WrittenRaw>,
    #[serde(default)]
    packages: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    needs: BTreeMap<String, String>,
    #[serde(default)]
    frameworks: BTreeMap<String, String>,
    #[serde(default)]
    consumers: BTreeMap<String, String>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    name: String,
    vendor: String,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    run: Vec<String>,
    #[serde(default)]
    build: bool,
    #[serde(default)]
    setting: Vec<String>,
    value: Option<String>,
    beside: Option<String>,
    #[serde(default)]
    dependency: Vec<String>,
    feature: Option<String>,
    #[serde(default)]
    calls: Vec<String>,
    method: Option<String>,
    with: Option<String>,
    #[serde(default)]
    imports: Vec<String>,
    argument: Option<String>,
    #[serde(default)]
    text: Vec<String>,
    files: Option<String>,
    except: Option<String>,
    version: Option<String>,
    #[serde(default)]
    needs: Vec<String>,
    reach: Option<Reach>,
    like: Option<String>,
    #[serde(default)]
    covers: Vec<String>,
    #[serde(default)]
    never: Vec<String>,
    #[serde(default)]
    off: Vec<String>,
    #[serde(default)]
    leaves: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRaw {
    library: String,
    bit: Bit,
    #[serde(default)]
    calls: Vec<String>,
    #[serde(default)]
    made: bool,
    path: Option<String>,
    unless: Option<String>,
    only: Option<String>,
    unless_bound: Option<String>,
    unless_imports: Option<String>,
    unless_given: Option<String>,
    instead: String,
}

const SOURCES: [(&str, &str); 5] = [
    ("go", include_str!("../../../rules/coverage/go.toml")),
    ("python", include_str!("../../../rules/coverage/python.toml")),
    ("node", include_str!("../../../rules/coverage/node.toml")),
    ("java", include_str!("../../../rules/coverage/java.toml")),
    ("rust", include_str!("../../../rules/coverage/rust.toml")),
];
const PLATFORM: &str = include_str!("../../../rules/coverage/platform.toml");

/// # Panics
/// When a table is not valid: a defect of this build, found by the first test that reads code.
pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(|| load().expect("the tables of coverage are valid"));

impl Tables {
    /// Every row that may concern a language.
    pub(super) fn rows(&self, language: &str) -> impl Iterator<Item = &Row> {
        let own = self.languages.get(language).into_iter().flat_map(|table| &table.rows);
        own.chain(self.platform.rows.iter().filter(move |row| row.is_about(language)))
    }
}

impl Row {
    fn is_about(&self, language: &str) -> bool {
        self.languages.is_empty() || self.languages.iter().any(|one| one == language)
    }
}

fn load() -> Result<Tables, String> {
    let files: Vec<(&str, File)> = SOURCES
        .into_iter()
        .chain([("platform", PLATFORM)])
        .map(|(name, text)| Ok((name, toml::from_str(text).map_err(|error| format!("{name}: {error}"))?)))
        .collect::<Result<_, String>>()?;
    let all: BTreeMap<String, Written> = files
        .iter()
        .flat_map(|(name, file)| file.row.iter().map(move |row| (full(name, &row.id), row.clone())))
        .collect();
    let mut tables = Tables { languages: BTreeMap::new(), platform: Table::default(), hints: Vec::new() };
    for (name, file) in files {
        let rows = file.row.into_iter().map(|row| {
            let id = full(name, &row.id);
            read(name, row, &all).map_err(|why| format!("{id}: {why}"))
        });
        let rows = rows.collect::<Result<_, String>>()?;
        let packages = file.packages.into_iter().map(|(package, covers)| Ok((package, covers_of(&covers)?)));
        let packages = packages.collect::<Result<_, String>>()?;
        let raw = file.raw.into_iter().map(read_raw).collect::<Result<_, String>>()?;
        let table =
            Table { rows, raw, packages, needs: file.needs, frameworks: file.frameworks, consumers: file.consumers };
        tables.hints.extend(file.hints);
        if name == "platform" {
            tables.platform = table;
        } else {
            tables.languages.insert(name, table);
        }
    }
    let known: BTreeSet<&String> = all.keys().collect();
    let missing = |row: &Row| row.needs.iter().find(|id| !known.contains(id)).cloned();
    let rows = tables.languages.values().flat_map(|table| &table.rows).chain(&tables.platform.rows);
    rows.filter_map(missing).next().map_or(Ok(()), |id| Err(format!("no row is called {id}")))?;
    Ok(tables)
}

fn full(table: &str, id: &str) -> String {
    format!("{table}/{id}")
}

fn read(table: &str, mut row: Written, all: &BTreeMap<String, Written>) -> Result<Row, String> {
    if let Some(like) = &row.like {
        let model = all.get(like).ok_or_else(|| format!("no row is called {like}"))?;
        row.covers.clone_from(&model.covers);
        row.never.clone_from(&model.never);
        if row.leaves.is_empty() {
            row.leaves.clone_from(&model.leaves);
        }
    }
    let off = off_of(&row.off)?;
    let (covers, never) = if off == Off::These {
        (Covers::These(covers_of(&row.off)?), Vec::new())
    } else {
        (covers_kind(&row.covers)?, covers_of(&row.never)?)
    };
    let languages = if table == "platform" { row.languages } else { vec![table.to_owned()] };
    let value = row.value.map(|value| format!("(?i)^(?:{value})$"));
    let signs = Signs {
        run: regexes(&row.run)?,
        build: row.build,
        setting: row.setting,
        value: value.as_deref().map(regex).transpose()?,
        beside: row.beside,
        dependency: row.dependency,
        feature: row.feature,
        calls: row.calls,
        method: row.method,
        with: row.with,
        imports: row.imports,
        argument: row.argument.as_deref().map(regex).transpose()?,
        text: regexes(&row.text)?,
        files: row.files.iter().flat_map(|files| files.split_whitespace()).map(str::to_owned).collect(),
        except: row.except.as_deref().map(regex).transpose()?,
    };
    Ok(Row {
        id: full(table, &row.id),
        name: row.name,
        vendor: row.vendor,
        languages,
        signs,
        version: row.version.as_deref().map(Condition::parse).transpose()?,
        needs: row.needs,
        reach: row.reach.unwrap_or(Reach::Unit),
        covers,
        never,
        off,
        leaves: row.leaves,
    })
}

fn read_raw(row: WrittenRaw) -> Result<RawRow, String> {
    let words = |text: Option<String>| {
        text.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect::<Vec<_>>()
    };
    Ok(RawRow {
        library: row.library.to_lowercase(),
        bit: row.bit,
        calls: row.calls,
        made: row.made,
        path: row.path.iter().flat_map(|path| path.split('.')).map(str::to_owned).collect(),
        unless: row.unless.as_deref().map(regex).transpose()?,
        only: row.only.as_deref().map(regex).transpose()?,
        unless_bound: words(row.unless_bound),
        unless_imports: row.unless_imports,
        unless_given: words(row.unless_given),
        instead: row.instead,
    })
}

fn regexes(patterns: &[String]) -> Result<Vec<Regex>, String> {
    patterns.iter().map(|pattern| regex(&pattern.replace('~', BETWEEN))).collect()
}

fn regex(pattern: &str) -> Result<Regex, String> {
    Regex::new(pattern).map_err(|error| error.to_string())
}

fn covers_kind(written: &[String]) -> Result<Covers, String> {
    Ok(match written {
        [one] if one == "captured" => Covers::Captured,
        [one] if one == "packages" => Covers::Packages,
        all => Covers::These(covers_of(all)?),
    })
}

/// `db: pg, mysql`; a bit alone covers whatever there is.
fn covers_of(written: &[String]) -> Result<Vec<Cover>, String> {
    let cover = |text: &String| {
        let (bit, libraries) = text.split_once(':').unwrap_or((text, ""));
        let bit = Bit::of_name(bit.trim()).ok_or_else(|| format!("no bit is called {bit}"))?;
        let libraries = libraries.split(',').map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty());
        Ok(Cover { bit, libraries: libraries.collect() })
    };
    written.iter().map(cover).collect()
}

fn off_of(written: &[String]) -> Result<Off, String> {
    Ok(match written {
        [] => Off::Nothing,
        [one] => match one.as_str() {
            "*" => Off::Everything,
            "listed" => Off::Listed,
            "unlisted" => Off::Unlisted,
            "captured" => Off::Captured,
            "keys" => Off::Keys,
            _ => Off::These,
        },
        _ => Off::These,
    })
}
