//! Everything known about recordings: one for the details pane, or a whole result to be written into a file.

use domain::{AccountId, CopyState, Recording, RecordingKey};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use crate::accounts;
use crate::annotations::{self, Annotations};
use crate::catalogue::Catalogue;
use crate::copies::{self, CopyRecord, StoredState};
use crate::error::Result;
use crate::recordings::{self, COLUMN_COUNT, key_at};
use crate::values::Instant;

/// Records read in one view of the index. So few keep memory small, and let the log of changes be merged in between.
const AT_ONCE: usize = 500;

/// Everything known about one recording.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecording {
    /// Key.
    pub key: RecordingKey,
    /// Account.
    pub account: AccountId,
    /// As the vendor last described it; instants to the millisecond.
    pub recording: Recording,
    /// When the index first saw it.
    pub first_seen: Timestamp,
    /// True when the provider does not have it any more.
    pub gone: bool,
    /// Since when that is known.
    pub gone_at: Option<Timestamp>,
    /// True when it is gone because we deleted it.
    pub deleted_by_us: bool,
    /// State of our copy.
    pub state: CopyState,
    /// Our best copy: a whole one before others, one at hand before one in a bucket, the newest of those.
    pub copy: Option<CopyRecord>,
    /// The others, best first.
    pub other_copies: Vec<CopyRecord>,
    /// What a person wrote on it.
    pub annotations: Annotations,
    /// Why the last attempt to save it failed.
    pub last_failure: Option<String>,
}

impl StoredRecording {
    /// All copies, best first.
    pub fn copies(&self) -> impl Iterator<Item = &CopyRecord> {
        self.copy.iter().chain(&self.other_copies)
    }

    /// Size of our best copy, else as the vendor says.
    pub fn size_bytes(&self) -> Option<u64> {
        self.copy.as_ref().map(|copy| copy.size_bytes).or(self.recording.size_bytes)
    }
}

impl Catalogue {
    /// Everything known about one recording.
    pub fn recording(&self, key: RecordingKey) -> Result<Option<StoredRecording>> {
        Ok(self.some_records(&[key])?.pop())
    }

    /// Everything known about many recordings, in the order of `keys`; keys of no row are left out. A few hundred are in
    /// memory at a time, however many are asked for, and each is as it is when it is read. What comes after an error
    /// has a gap.
    pub fn records<'a>(
        &'a self,
        keys: &'a [RecordingKey],
    ) -> impl Iterator<Item = Result<StoredRecording>> + use<'a> {
        keys.chunks(AT_ONCE).flat_map(|keys| match self.some_records(keys) {
            Ok(records) => records.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        })
    }

    fn some_records(&self, keys: &[RecordingKey]) -> Result<Vec<StoredRecording>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT {}, r.key, a.id, r.first_seen_ms, r.gone_ms, r.deleted_by_us, r.state, r.last_failure, {}
                 FROM recordings r JOIN raw_replies w USING (key) JOIN accounts a ON a.no = r.account_no
                 LEFT JOIN annotations n ON n.account_no = r.account_no AND n.recording_id = r.recording_id
                 WHERE r.key = ?1",
                recordings::COLUMNS,
                annotations::COLUMNS,
            ))?;
            let mut of_copies = tx.prepare_cached(&format!(
                "SELECT {} FROM recordings r JOIN copies c USING (account_no, recording_id)
                 WHERE r.key = ?1 ORDER BY {}",
                copies::COLUMNS,
                copies::BEST_FIRST,
            ))?;
            let mut records = Vec::with_capacity(keys.len());
            for key in keys {
                let found = statement.query_row([key.0], stored_recording).optional()?;
                let Some(mut record) = found else { continue };
                if matches!(record.state, CopyState::Verified | CopyState::Remarked) {
                    let copies = of_copies.query_map([key.0], |row| copies::copy_at(row, 0))?;
                    let mut copies = copies.collect::<rusqlite::Result<Vec<_>>>()?.into_iter();
                    record.copy = copies.next();
                    record.other_copies = copies.collect();
                }
                records.push(record);
            }
            Ok(records)
        })
    }

    /// How many recordings of an account that the provider, as far as is known, still has satisfy `holds`, and their
    /// known length in milliseconds. Reads each once; `holds` sees them without the vendor's raw words.
    pub fn tally_recordings(
        &self,
        account: &AccountId,
        mut holds: impl FnMut(&Recording) -> bool,
    ) -> Result<(u32, u64)> {
        self.read(|tx| {
            let Some(account_no) = accounts::find_number(tx, account)? else { return Ok((0, 0)) };
            let mut statement = tx.prepare_cached(&format!(
                "SELECT {} FROM recordings r WHERE r.account_no = ?1 AND r.gone_ms IS NULL",
                recordings::COLUMNS.replace("w.json", "''")
            ))?;
            let mut rows = statement.query([account_no])?;
            let (mut count, mut duration_ms) = (0, 0_u64);
            while let Some(row) = rows.next()? {
                let recording = recordings::recording(row)?;
                if holds(&recording) {
                    count += 1;
                    duration_ms =
                        duration_ms.saturating_add(recording.duration_ms.unwrap_or_default());
                }
            }
            Ok((count, duration_ms))
        })
    }
}

/// Everything but the copies.
fn stored_recording(row: &Row<'_>) -> rusqlite::Result<StoredRecording> {
    const ANNOTATIONS: usize = COLUMN_COUNT + 7;
    let gone_at: Option<Instant> = row.get(COLUMN_COUNT + 3)?;
    Ok(StoredRecording {
        key: key_at(row, COLUMN_COUNT)?,
        account: AccountId::new(row.get::<_, String>(COLUMN_COUNT + 1)?),
        recording: recordings::recording(row)?,
        first_seen: row.get::<_, Instant>(COLUMN_COUNT + 2)?.0,
        gone: gone_at.is_some(),
        gone_at: gone_at.map(|at| at.0),
        deleted_by_us: row.get(COLUMN_COUNT + 4)?,
        state: row.get::<_, StoredState>(COLUMN_COUNT + 5)?.0,
        copy: None,
        other_copies: Vec::new(),
        annotations: annotations::annotations_at(row, ANNOTATIONS)?,
        last_failure: row.get(COLUMN_COUNT + 6)?,
    })
}
