//! The tables, as numbered files embedded in the program. A file that was released is never edited: the database keeps
//! its checksum and refuses to start on a different one.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

type Files = &'static [(i64, &'static str, &'static str)];

macro_rules! files {
    ($folder:literal: $($version:literal $name:literal),+) => {
        &[$(($version, $name, include_str!(concat!("migrations/", $folder, "/", $name, ".sql")))),+]
    };
}

pub(super) const SQLITE: Files = files!("sqlite": 1 "0001_inbox_and_jobs");
pub(super) const POSTGRES: Files = files!("postgres": 1 "0001_inbox_and_jobs");

pub(super) fn migrator(files: Files) -> Migrator {
    let migration = |(version, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, (*sql).into_sql_str(), false)
    };
    Migrator::with_migrations(files.iter().map(migration).collect())
}
