//! Rows and fixtures walk together: no row without a fixture that it matches at the right place, no fixture without a row.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::super::extract::Budget;
use super::super::read::read;
use super::table::{Off, Row, TABLES};
use crate::facts::{Bit, FactSet, Known, UnitCoverage};
use crate::model::{ChangeSet, Content, FileChange, FilePath, FileStatus};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// `path:line` of the row's marker.
    at: String,
    language: Option<String>,
    unit: Option<String>,
    #[serde(default)]
    proven: Vec<String>,
    #[serde(default)]
    likely: Vec<String>,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default)]
    unknown: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/coverage")
}

fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.languages.values().flat_map(|table| &table.rows).chain(&TABLES.platform.rows)
}

/// Every file of a folder, as a change that adds it.
fn change(folder: &Path) -> ChangeSet {
    let mut files = Vec::new();
    collect(folder, "", &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let tree = files.iter().map(|file| file.path.clone()).collect();
    ChangeSet { files, tree, ..ChangeSet::default() }
}

fn collect(folder: &Path, prefix: &str, out: &mut Vec<FileChange>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), out);
        } else if name != "expect.toml" {
            let text = fs::read_to_string(entry.path()).unwrap();
            out.push(FileChange {
                path: FilePath::from(format!("{prefix}{name}").as_str()),
                old_path: None,
                status: FileStatus::Added,
                base: Content::Absent,
                head: Content::Text(text.into()),
                hunks: Vec::new(),
                linguist: crate::model::Linguist::default(),
            });
        }
    }
}

fn places(row: &str, unit: &UnitCoverage) -> Vec<String> {
    let own = unit.own.iter().filter(|marker| marker.row == row).map(|marker| &marker.place);
    let off = unit.off.iter().filter(|off| off.row == row).map(|off| &off.place);
    own.chain(off).map(|place| format!("{}:{}", place.path, place.line)).collect()
}

fn wrong(row: &Row, expected: &Expected, head: &FactSet) -> String {
    let mut out = String::new();
    let table = row.id.split('/').next().unwrap();
    let language = expected.language.as_deref().unwrap_or(table);
    let root = expected.unit.as_deref().unwrap_or_default();
    let Some(unit) = head.units().iter().find(|unit| unit.root == root && unit.language == language) else {
        return format!("{}: no unit {root:?} of {language}", row.id);
    };
    let found = places(&row.id, unit);
    if !found.contains(&expected.at) {
        let _ = writeln!(out, "{}: expected at {}, found {found:?}", row.id, expected.at);
    }
    let states = [
        (Known::Proven, &expected.proven),
        (Known::Likely, &expected.likely),
        (Known::Absent, &expected.absent),
        (Known::Unknown, &expected.unknown),
    ];
    for (known, text) in states.into_iter().flat_map(|(known, all)| all.iter().map(move |text| (known, text))) {
        let (bit, library) = text.split_once(": ").unwrap_or((text, ""));
        let bit = Bit::of_name(bit).unwrap_or_else(|| panic!("{}: no bit {bit}", row.id));
        let answer = unit.answer(bit, library);
        if answer.known != known {
            let _ = writeln!(out, "{}: {text} is {:?}, not {known:?} ({answer:?})", row.id, answer.known);
        }
    }
    if expected.proven.len() + expected.likely.len() + expected.absent.len() + expected.unknown.len() == 0 {
        let _ = writeln!(out, "{}: the fixture expects nothing of any bit", row.id);
    }
    out
}

#[test]
fn every_row_has_a_fixture_that_it_matches() {
    let mut trouble = String::new();
    for row in rows() {
        let folder = root().join(&row.id);
        let Ok(text) = fs::read_to_string(folder.join("expect.toml")) else {
            let _ = writeln!(trouble, "{}: no fixture with an expect.toml", row.id);
            continue;
        };
        let expected: Expected = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", row.id));
        let reading = read(&change(&folder), &Budget::default());
        trouble.push_str(&wrong(row, &expected, &reading.head));
    }
    assert!(trouble.is_empty(), "\n{trouble}");
}

#[test]
fn every_fixture_has_a_row() {
    let known: BTreeSet<&str> = rows().map(|row| row.id.as_str()).collect();
    for table in fs::read_dir(root()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let table_name = table.file_name().into_string().unwrap();
        for row in fs::read_dir(table.path()).unwrap().map(Result::unwrap) {
            let id = format!("{table_name}/{}", row.file_name().into_string().unwrap());
            assert!(known.contains(id.as_str()), "no row is called {id}");
        }
    }
}

#[test]
fn every_row_says_what_it_is_and_what_it_leaves() {
    let mut ids = BTreeSet::new();
    for row in rows() {
        assert!(ids.insert(row.id.as_str()), "two rows are called {}", row.id);
        assert!(!row.name.is_empty() && !row.vendor.is_empty(), "{}", row.id);
        assert!(row.off != Off::Nothing || !row.leaves.is_empty(), "{}: what does it leave?", row.id);
    }
}
