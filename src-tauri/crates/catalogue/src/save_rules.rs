//! Rules that keep saving what a query finds. What a query is, and what comes along, is the caller's affair.

use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::named_params;

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::values::{self, Instant, StoredPath};

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveRule {
    /// Id.
    pub id: String,
    /// What a person calls it.
    pub label: String,
    /// Which recordings, as JSON.
    pub query_json: String,
    /// Where they go.
    pub folder: PathBuf,
    /// How files are named.
    pub template: String,
    /// What else is to be done, as JSON.
    pub options_json: String,
    /// Runs after each sync.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// What it did the last time, as JSON.
    pub last_json: Option<String>,
}

impl Catalogue {
    /// All rules, oldest first.
    pub fn save_rules(&self) -> Result<Vec<SaveRule>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT * FROM save_rules ORDER BY created_ms, id")?;
            let rules = statement.query_map([], |row| {
                Ok(SaveRule {
                    id: row.get("id")?,
                    label: row.get("label")?,
                    query_json: row.get("query_json")?,
                    folder: row.get::<_, StoredPath>("folder")?.0,
                    template: row.get("template")?,
                    options_json: row.get("options_json")?,
                    enabled: row.get("enabled")?,
                    created_at: row.get::<_, Instant>("created_ms")?.0,
                    last_json: row.get("last_json")?,
                })
            })?;
            Ok(rules.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Makes a rule, or changes the one with this id. What it did the last time, and when it was made, stay.
    pub fn put_save_rule(&self, rule: &SaveRule) -> Result<()> {
        let folder = values::path_value(&rule.folder)?;
        self.write(|tx| {
            tx.execute(
                "INSERT INTO save_rules (id, label, query_json, folder, template, options_json, enabled, created_ms)
                 VALUES (:id, :label, :query, :folder, :template, :options, :enabled, :created)
                 ON CONFLICT (id) DO UPDATE SET label = excluded.label, query_json = excluded.query_json,
                   folder = excluded.folder, template = excluded.template, options_json = excluded.options_json,
                   enabled = excluded.enabled",
                named_params! {
                    ":id": rule.id,
                    ":label": rule.label,
                    ":query": rule.query_json,
                    ":folder": folder,
                    ":template": rule.template,
                    ":options": rule.options_json,
                    ":enabled": rule.enabled,
                    ":created": Instant(rule.created_at),
                },
            )?;
            Ok(())
        })
    }

    /// Keeps what a rule did.
    pub fn note_rule_run(&self, id: &str, last_json: &str) -> Result<()> {
        self.write(|tx| {
            let noted =
                tx.execute("UPDATE save_rules SET last_json = ?2 WHERE id = ?1", (id, last_json))?;
            if noted == 0 { Err(Error::not_found("rule", &id)) } else { Ok(()) }
        })
    }

    /// Removes a rule. What it saved stays.
    pub fn remove_save_rule(&self, id: &str) -> Result<()> {
        self.write(|tx| {
            tx.execute("DELETE FROM save_rules WHERE id = ?1", [id])?;
            Ok(())
        })
    }
}
