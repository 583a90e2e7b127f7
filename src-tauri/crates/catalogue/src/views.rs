//! Which rows belong to which part of the library.

use domain::RecordingKey;
use domain::search::LibraryView;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction};

use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::values::Instant;

/// How many rows each part of the library shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ViewCounts {
    /// All.
    pub all: u32,
    /// New.
    pub new: u32,
    /// Not saved.
    pub not_saved: u32,
    /// Needs attention.
    pub needs_attention: u32,
}

/// Rows of *All*: everything but what we deleted ourselves and have no copy of.
const SHOWN: &str = "NOT (r.deleted_by_us = 1 AND r.gone_ms IS NOT NULL AND r.state NOT IN ('verified', 'remarked'))";

/// The condition for a view, over `recordings r`. Every view is a part of *All*.
///
/// `new_after` is the largest key there was when the visit began: keys only grow, so what came since is found without
/// a clock.
pub(crate) fn condition(view: LibraryView, new_after: RecordingKey) -> String {
    match view {
        LibraryView::All => SHOWN.to_owned(),
        LibraryView::New => format!("r.key > {} AND {SHOWN}", new_after.0),
        // What is gone cannot be saved any more; it is in *Needs attention*.
        LibraryView::NotSaved => {
            "r.state IN ('not_saved', 'moving', 'failed') AND r.gone_ms IS NULL".to_owned()
        }
        LibraryView::NeedsAttention => format!(
            "(r.state IN ('failed', 'remarked') OR (r.gone_ms IS NOT NULL AND r.state IN ('not_saved', 'moving')))
             AND {SHOWN}"
        ),
    }
}

/// The largest key when the visit began; 0 when no visit ever did.
pub(crate) fn new_after(tx: &Transaction<'_>) -> Result<RecordingKey> {
    let mut statement = tx.prepare_cached("SELECT value FROM meta WHERE name = 'new_after_key'")?;
    let key = statement.query_row([], |row| row.get(0)).optional()?;
    Ok(RecordingKey(key.unwrap_or(0)))
}

impl Catalogue {
    /// Begins a visit: from now on the *New* view shows the recordings that join the index after this moment. Before
    /// the first visit everything is new.
    pub fn begin_visit(&self, now: Timestamp) -> Result<()> {
        self.write(|tx| {
            // The sequence, not the largest key present: keys of forgotten rows are behind us too.
            tx.execute(
                "INSERT INTO meta (name, value)
                 SELECT 'new_after_key', coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'recordings'
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [],
            )?;
            tx.execute(
                "INSERT INTO meta (name, value) VALUES ('visit_began_ms', ?1)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [Instant(now)],
            )?;
            Ok(())
        })
    }

    /// Counts for the sidebar.
    pub fn counts(&self) -> Result<ViewCounts> {
        self.read(|tx| {
            let new_after = new_after(tx)?;
            let count = |view| -> Result<u32> {
                let sql = format!(
                    "SELECT count(*) FROM recordings r WHERE {}",
                    condition(view, new_after)
                );
                Ok(tx.query_row(&sql, [], |row| row.get(0))?)
            };
            Ok(ViewCounts {
                all: count(LibraryView::All)?,
                new: count(LibraryView::New)?,
                not_saved: count(LibraryView::NotSaved)?,
                needs_attention: count(LibraryView::NeedsAttention)?,
            })
        })
    }
}
