//! Signs of one unit → markers: versions and companions are asked for, captured names become libraries, and what is
//! switched off is worked out.

use std::collections::{BTreeMap, BTreeSet};

use super::dependencies::Dependency;
use super::signs::Sign;
use super::table::{Covers, Off as Switch, Row, TABLES, Table};
use super::version::matched;
use crate::facts::Bit;
use crate::facts::coverage::{Cover, Marker, Off};

/// What is known around the signs of a unit.
pub(super) struct Context<'a> {
    pub(super) language: &'static str,
    pub(super) dependencies: Vec<&'a Dependency>,
    /// Rows with a sign in the unit.
    pub(super) rows: BTreeSet<&'a str>,
    /// Packages that signs of the unit name.
    pub(super) captured: BTreeSet<&'a str>,
}

impl<'a> Context<'a> {
    pub(super) fn of(language: &'static str, dependencies: Vec<&'a Dependency>, signs: &[&'a Sign]) -> Self {
        let mut context = Self { language, dependencies, rows: BTreeSet::new(), captured: BTreeSet::new() };
        let about: Vec<&&Sign> = signs.iter().filter(|sign| context.applies(sign.row)).collect();
        context.rows = about.iter().map(|sign| sign.row.id.as_str()).collect();
        context.captured = about.iter().filter_map(|sign| sign.captured.as_deref()).collect();
        context
    }

    fn table(&self) -> Option<&'static Table> {
        TABLES.languages.get(self.language)
    }

    /// Whether a row is about this unit: its language, and the versions it has.
    pub(super) fn applies(&self, row: &Row) -> bool {
        let about = row.languages.is_empty() || row.languages.iter().any(|one| one == self.language);
        about
            && row.version.as_ref().is_none_or(|condition| {
                let mut named = self.dependencies.iter().filter(|one| matched(&condition.package, &one.name).is_some());
                named.any(|one| condition.holds(&one.version))
            })
    }

    pub(super) fn marker(&self, sign: &Sign) -> Option<Marker> {
        let row = sign.row;
        if row.off != Switch::Nothing || !self.applies(row) {
            return None;
        }
        let packages = self.table().map(|table| &table.packages);
        let covers = match &row.covers {
            Covers::These(covers) => covers.clone(),
            Covers::Captured => packages?.get(sign.captured.as_deref()?)?.clone(),
            Covers::Packages => packages?.values().flatten().cloned().collect(),
        };
        let name = match &sign.captured {
            Some(captured) if matches!(row.covers, Covers::Captured) => format!("{} for {captured}", row.name),
            _ => row.name.clone(),
        };
        Some(Marker {
            row: row.id.clone(),
            name,
            vendor: row.vendor.clone(),
            reach: row.reach,
            covers,
            never: row.never.clone(),
            leaves: row.leaves.clone(),
            place: sign.place.clone(),
            half: self.lacks(sign),
        })
    }

    /// Whether a companion is missing that it takes.
    fn lacks(&self, sign: &Sign) -> bool {
        let row = sign.row;
        let companion = row.needs.is_empty() || row.needs.iter().any(|id| self.rows.contains(id.as_str()));
        let package = sign.captured.as_deref().and_then(|name| self.table()?.needs.get(name));
        let whole = self.rows.iter().any(|id| id.starts_with("node/auto-"));
        !companion || package.is_some_and(|needed| !whole && !self.captured.contains(needed.as_str()))
    }

    pub(super) fn off(&self, sign: &Sign) -> Option<Off> {
        let row = sign.row;
        if row.off == Switch::Nothing || !self.applies(row) {
            return None;
        }
        let packages = self.table().map(|table| &table.packages);
        let named = |names: &[String]| -> BTreeSet<String> { names.iter().cloned().collect() };
        let covers = match row.off {
            Switch::Nothing => return None,
            Switch::Everything => Vec::new(),
            Switch::These => match &row.covers {
                Covers::These(covers) => covers.clone(),
                Covers::Captured | Covers::Packages => return None,
            },
            Switch::Captured => packages?.get(sign.captured.as_deref()?)?.clone(),
            Switch::Listed if sign.listed.iter().any(|name| name == "*") => Vec::new(),
            Switch::Listed | Switch::Keys => without(self.table()?, &named(&sign.listed)),
            Switch::Unlisted => {
                let on = named(&sign.listed);
                without(self.table()?, &packages?.keys().filter(|name| !on.contains(*name)).cloned().collect())
            }
        };
        // An empty list would mean everything.
        if covers.is_empty() && !matches!(row.off, Switch::Everything | Switch::Listed) {
            return None;
        }
        if covers.is_empty() && row.off == Switch::Listed && !sign.listed.iter().any(|name| name == "*") {
            return None;
        }
        let (name, vendor) = (row.name.clone(), row.vendor.clone());
        Some(Off { row: row.id.clone(), name, vendor, covers, place: sign.place.clone() })
    }
}

/// What is no longer covered when some packages are off: their libraries, without those another package still covers.
fn without(table: &Table, off: &BTreeSet<String>) -> Vec<Cover> {
    let is_on = |name: &String| !off.contains(name) && table.needs.get(name).is_none_or(|needed| !off.contains(needed));
    let pairs = |wanted: &dyn Fn(&String) -> bool| -> BTreeSet<(Bit, String)> {
        let covers = table.packages.iter().filter(|(name, _)| wanted(name)).flat_map(|(_, covers)| covers);
        covers
            .flat_map(|cover| {
                let all = if cover.libraries.is_empty() { vec!["*".to_owned()] } else { cover.libraries.clone() };
                all.into_iter().map(move |library| (cover.bit, library))
            })
            .collect()
    };
    let (kept, lost) = (pairs(&is_on), pairs(&|name| !is_on(name)));
    let mut covers: BTreeMap<Bit, Vec<String>> = BTreeMap::new();
    for (bit, library) in lost.difference(&kept) {
        covers.entry(*bit).or_default().push(library.clone());
    }
    covers.into_iter().map(|(bit, libraries)| Cover { bit, libraries }).collect()
}
