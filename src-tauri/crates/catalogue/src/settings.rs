//! Settings: named JSON values whose meaning is the caller's.

use rusqlite::OptionalExtension;

use crate::catalogue::Catalogue;
use crate::error::Result;

impl Catalogue {
    /// The value of that name.
    pub fn setting(&self, name: &str) -> Result<Option<serde_json::Value>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT json FROM settings WHERE name = ?1")?;
            Ok(statement.query_row([name], |row| row.get(0)).optional()?.map(|Json(value)| value))
        })
    }

    /// Keeps a value under that name.
    pub fn set_setting(&self, name: &str, value: &serde_json::Value) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO settings (name, json) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET json = excluded.json",
                (name, value.to_string()),
            )?;
            Ok(())
        })
    }
}

/// A value as it stands in the column.
struct Json(serde_json::Value);

impl rusqlite::types::FromSql for Json {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?)
            .map(Self)
            .map_err(rusqlite::types::FromSqlError::other)
    }
}
