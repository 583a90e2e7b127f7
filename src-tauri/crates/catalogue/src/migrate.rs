//! The schema and its history.
//!
//! `user_version` counts the steps a file has been through. Each step runs in one transaction together with the new
//! count, so a file is always of one version, never between two. `meta.schema_version` repeats the count: only when
//! both agree is a file believed to be newer than the program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Error, Result};
use crate::open::beside;

/// The steps from an empty file to the present schema. Released steps never change.
pub(crate) const STEPS: &[&str] = &[
    include_str!("schema/v1.sql"),
    include_str!("schema/v2.sql"),
    include_str!("schema/v3.sql"),
    include_str!("schema/v4.sql"),
    include_str!("schema/v5.sql"),
    include_str!("schema/v6.sql"),
    include_str!("schema/v7.sql"),
];

/// The version this program writes.
pub(crate) fn known_version() -> i64 {
    version_of(STEPS)
}

fn version_of(steps: &[&str]) -> i64 {
    i64::try_from(steps.len()).unwrap_or(i64::MAX)
}

/// The version of an existing file, between 1 and [`known_version`].
///
/// # Errors
/// `NewerVersion` when both places name a larger one; `Corrupt` when they differ or make no sense.
pub(crate) fn version(connection: &Connection) -> Result<i64> {
    let found = user_version(connection)?;
    let stated: i64 = connection.query_row(
        "SELECT value FROM meta WHERE name = 'schema_version'",
        [],
        |row| row.get(0),
    )?;
    if found != stated || found < 1 {
        return Err(Error::Corrupt {
            what: format!("the schema is of version {found} and {stated}"),
        });
    }
    if found > known_version() {
        return Err(Error::NewerVersion { found, known: known_version() });
    }
    Ok(found)
}

fn user_version(connection: &Connection) -> Result<i64> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Brings the file through the steps it has not seen.
pub(crate) fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<()> {
    let seen = usize::try_from(user_version(connection)?).unwrap_or(0);
    for (step, version) in steps.iter().zip(1_i64..).skip(seen) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        // A picture of the rows as they were before is none of theirs now.
        transaction.execute("DELETE FROM meta WHERE name = 'saved_mirror'", [])?;
        transaction.execute(
            "INSERT INTO meta (name, value) VALUES ('schema_version', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [version],
        )?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Writes `<file>.before-v<n>` before a file of version `found` is migrated; one from an earlier try is replaced.
pub(crate) fn back_up(connection: &Connection, path: &Path, found: i64) -> Result<()> {
    let backup = beside(path, &format!(".before-v{}", found + 1));
    let part = beside(&backup, ".part");
    match fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::from_io(error, &part));
        }
        _ => {}
    }
    let Some(target) = part.to_str() else {
        return Err(Error::UnstorablePath { path: part });
    };
    connection.execute("VACUUM INTO ?1", [target])?;
    fs::rename(&part, &backup).map_err(|source| Error::from_io(source, &backup))
}

/// Whether the file has the tables and indexes of the present schema, word for word. Damage in the schema's own text
/// would otherwise show up as odd errors in the middle of work, and again after every start: to SQLite, a table that
/// refers to another name is as good as any.
pub(crate) fn check_shape(connection: &Connection) -> Result<()> {
    let mut model = Connection::open_in_memory()?;
    migrate(&mut model, STEPS)?;
    // Makes the tables of SQLite's statistics.
    model.execute_batch("ANALYZE")?;
    let (found, known) = (shape(connection)?, shape(&model)?);
    // A file may lack statistics, or have some that only another build of SQLite keeps.
    let is_optional = |name: &str| name.starts_with("sqlite_stat");
    let is_as_made = known.iter().all(|(name, text)| {
        found.get(name).map_or_else(|| is_optional(name), |found| found == text)
    });
    if is_as_made && found.keys().all(|name| known.contains_key(name) || is_optional(name)) {
        Ok(())
    } else {
        Err(Error::Corrupt { what: "its tables are not as they were made".to_owned() })
    }
}

/// What was made, by name.
fn shape(connection: &Connection) -> Result<BTreeMap<String, String>> {
    // The tables inside a full-text index are its own affair and may differ between versions of SQLite.
    let mut statement = connection.prepare(
        "SELECT name, type || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema
         WHERE tbl_name NOT GLOB 'search_index_*'",
    )?;
    let made = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1).map(|text: String| words(&text))?)))?;
    Ok(made.collect::<rusqlite::Result<_>>()?)
}

/// A statement without its comments and line breaks, in which files of different releases may differ.
fn words(sql: &str) -> String {
    let code = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    code.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
