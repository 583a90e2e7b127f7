//! Saved views as rows. What is in one is the caller's affair; here it is JSON under an id and a name, in an order.

use rusqlite::params;

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewRecord {
    /// Its id.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// What is in it.
    pub json: String,
}

impl Catalogue {
    /// All saved views, in order.
    pub fn saved_views(&self) -> Result<Vec<ViewRecord>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT id, name, json FROM views ORDER BY position, id")?;
            let views = statement.query_map([], |row| {
                Ok(ViewRecord { id: row.get(0)?, name: row.get(1)?, json: row.get(2)? })
            })?;
            Ok(views.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Saves views, all or none. One of a known id is replaced where it stands; new ones go to the end.
    pub fn save_views(&self, views: &[ViewRecord]) -> Result<()> {
        self.write(|tx| {
            let mut statement = tx.prepare_cached(
                "INSERT INTO views (id, position, name, json)
                 VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM views), ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, json = excluded.json",
            )?;
            for view in views {
                statement.execute(params![view.id, view.name, view.json])?;
            }
            Ok(())
        })
    }

    /// Deletes a saved view.
    pub fn delete_view(&self, id: &str) -> Result<()> {
        self.write(|tx| match tx.execute("DELETE FROM views WHERE id = ?1", [id])? {
            0 => Err(Error::not_found("view", &id)),
            _ => Ok(()),
        })
    }

    /// Puts the views in this order; those not named stay behind the others as they were.
    pub fn reorder_views(&self, ids: &[String]) -> Result<()> {
        self.write(|tx| {
            let known: Vec<String> = tx
                .prepare_cached("SELECT id FROM views ORDER BY position, id")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let rest = known.iter().filter(|id| !ids.contains(id));
            let mut statement =
                tx.prepare_cached("UPDATE views SET position = ?2 WHERE id = ?1")?;
            for (id, position) in ids.iter().chain(rest).zip(0_i64..) {
                statement.execute(params![id, position])?;
            }
            Ok(())
        })
    }
}
