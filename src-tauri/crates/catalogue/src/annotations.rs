//! What a person writes on recordings: notes, tags, stars, holds.
//!
//! They belong to the vendor's recording (account and id), not to our row of it, so they are still there when a sync
//! lost it for a while, when the index was rebuilt, and when its account was removed and added again.

use domain::{RecordingKey, text};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, named_params};

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::values::{self, Instant, StoredList};

/// What stands on one recording.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Annotations {
    /// A note; never empty.
    pub note: Option<String>,
    /// Starred.
    pub starred: bool,
    /// Tags, sorted by their folded text, none twice.
    pub tags: Vec<String>,
    /// A hold.
    pub hold: Option<Hold>,
}

/// A hold: as long as it is there, the recording is not deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What it is for.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Who put it on.
    pub who: String,
    /// When.
    pub since: Timestamp,
}

/// One change to what stands on a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Annotation {
    /// Sets the note, or removes it.
    Note(Option<String>),
    /// Adds tags. One that differs from a tag there only in capitals is the same tag.
    AddTags(Vec<String>),
    /// Removes tags, likewise.
    RemoveTags(Vec<String>),
    /// Sets or removes the star.
    Star(bool),
    /// Puts a hold on, in place of one that is there, or takes it off.
    Hold(Option<Hold>),
}

impl Annotations {
    /// What they are after a change.
    #[must_use]
    pub fn with(mut self, change: &Annotation) -> Self {
        match change {
            Annotation::Note(note) => {
                self.note = note.clone().filter(|note| !note.trim().is_empty());
            }
            Annotation::AddTags(tags) => {
                for tag in tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
                    if !self.tags.iter().any(|there| text::fold(there) == text::fold(tag)) {
                        self.tags.push(tag.to_owned());
                    }
                }
                self.tags.sort_by_key(|tag| text::fold(tag));
            }
            Annotation::RemoveTags(tags) => {
                let unwanted: Vec<String> = tags.iter().map(|tag| text::fold(tag.trim())).collect();
                self.tags.retain(|tag| !unwanted.contains(&text::fold(tag)));
            }
            Annotation::Star(on) => self.starred = *on,
            Annotation::Hold(hold) => self.hold.clone_from(hold),
        }
        self
    }
}

impl Catalogue {
    /// Makes one change to many recordings, all or none. Returns how many are different now. Keys of no row are passed
    /// over.
    pub fn annotate(
        &self,
        keys: &[RecordingKey],
        change: &Annotation,
        now: Timestamp,
    ) -> Result<u32> {
        self.write(|tx| {
            let mut changed = 0;
            for key in keys {
                let before = annotations_of(tx, *key)?;
                let after = before.clone().with(change);
                if after != before && put(tx, *key, &after, now)? {
                    changed += 1;
                }
            }
            Ok(changed)
        })
    }
}

/// Writes what stands on a recording. `false` when there is no such row.
fn put(tx: &Transaction<'_>, key: RecordingKey, all: &Annotations, now: Timestamp) -> Result<bool> {
    let hold = all.hold.as_ref();
    let written = tx
        .prepare_cached(
            "INSERT INTO annotations (account_no, recording_id, note, starred, tags, hold_name, hold_reason,
               hold_who, hold_ms, changed_ms)
             SELECT account_no, recording_id, :note, :starred, :tags, :hold_name, :hold_reason, :hold_who, :hold_ms, :now
             FROM recordings WHERE key = :key
             ON CONFLICT (account_no, recording_id) DO UPDATE SET
               note = excluded.note, starred = excluded.starred, tags = excluded.tags, hold_name = excluded.hold_name,
               hold_reason = excluded.hold_reason, hold_who = excluded.hold_who, hold_ms = excluded.hold_ms,
               changed_ms = excluded.changed_ms",
        )?
        .execute(named_params! {
            ":key": key.0,
            ":note": all.note,
            ":starred": all.starred,
            ":tags": values::list_value(&all.tags),
            ":hold_name": hold.map(|hold| &hold.name),
            ":hold_reason": hold.map(|hold| &hold.reason),
            ":hold_who": hold.map(|hold| &hold.who),
            ":hold_ms": hold.map(|hold| Instant(hold.since)),
            ":now": Instant(now),
        })?;
    if written == 0 {
        return Ok(false);
    }
    // The row says the same as before; writing it tells the mirror to read it again.
    tx.prepare_cached("UPDATE recordings SET state = state WHERE key = ?1")?.execute([key.0])?;
    Ok(true)
}

/// What stands on a recording.
pub(crate) fn annotations_of(tx: &Transaction<'_>, key: RecordingKey) -> Result<Annotations> {
    let mut statement = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM recordings r JOIN annotations n USING (account_no, recording_id) WHERE r.key = ?1"
    ))?;
    let found = statement.query_row([key.0], |row| annotations_at(row, 0)).optional()?;
    Ok(found.unwrap_or_default())
}

/// Refuses when a recording is on hold. A hold protects the vendor's recording, not our row of it: it counts also when it was
/// put on through another account of ours that leads to the same one, at another address or as the parent of a sub-account
/// (Vobiz's ids are unique among all accounts; those of VBC only within one).
pub(crate) fn refuse_held(tx: &Transaction<'_>, account_no: i64, recording_id: &str) -> Result<()> {
    let mut statement = tx.prepare_cached(
        "SELECT n.hold_name FROM accounts mine
         JOIN accounts a ON a.vendor = mine.vendor AND (a.auth_id = mine.auth_id OR a.vendor = 'vobiz')
         JOIN annotations n ON n.account_no = a.no AND n.recording_id = ?2
         WHERE mine.no = ?1 AND n.hold_name IS NOT NULL ORDER BY a.no = ?1 DESC LIMIT 1",
    )?;
    match statement.query_row((account_no, recording_id), |row| row.get(0)).optional()? {
        Some(name) => Err(Error::Held { name }),
        None => Ok(()),
    }
}

/// The columns [`annotations_at`] reads, over `annotations n`.
pub(crate) const COLUMNS: &str =
    "n.note, n.starred, n.tags, n.hold_name, n.hold_reason, n.hold_who, n.hold_ms";

/// From [`COLUMNS`], of which the first is at `first`; all empty where an outer join found none.
pub(crate) fn annotations_at(row: &Row<'_>, first: usize) -> rusqlite::Result<Annotations> {
    let hold_name: Option<String> = row.get(first + 3)?;
    let hold = match hold_name {
        Some(name) => Some(Hold {
            name,
            reason: row.get::<_, Option<String>>(first + 4)?.unwrap_or_default(),
            who: row.get::<_, Option<String>>(first + 5)?.unwrap_or_default(),
            since: row.get::<_, Instant>(first + 6)?.0,
        }),
        None => None,
    };
    Ok(Annotations {
        note: row.get(first)?,
        starred: row.get::<_, Option<bool>>(first + 1)?.unwrap_or(false),
        tags: row.get::<_, Option<StoredList>>(first + 2)?.map(|list| list.0).unwrap_or_default(),
        hold,
    })
}
