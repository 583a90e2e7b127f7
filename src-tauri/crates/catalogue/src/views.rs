//! Visits: what is new is what joined the index since the present one began; and the counts of the library's parts.

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
    /// Expiring soon.
    pub expiring_soon: u32,
    /// Long calls.
    pub long_calls: u32,
    /// Very short.
    pub very_short: u32,
    /// On hold.
    pub on_hold: u32,
}

impl ViewCounts {
    pub(crate) fn of_mut(&mut self, view: LibraryView) -> &mut u32 {
        match view {
            LibraryView::All => &mut self.all,
            LibraryView::New => &mut self.new,
            LibraryView::NotSaved => &mut self.not_saved,
            LibraryView::NeedsAttention => &mut self.needs_attention,
            LibraryView::ExpiringSoon => &mut self.expiring_soon,
            LibraryView::LongCalls => &mut self.long_calls,
            LibraryView::VeryShort => &mut self.very_short,
            LibraryView::OnHold => &mut self.on_hold,
        }
    }
}

/// The largest key when the visit began: keys only grow, so what came since is found without a clock. 0 when no visit
/// ever did.
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
}
