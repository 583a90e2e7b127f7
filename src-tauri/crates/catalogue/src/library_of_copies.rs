//! All copies at once: to check them again, to find them where they were moved to, and to find the recording a file
//! that is there already belongs to.

use domain::{PlaceId, RecordingId, RecordingKey};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row};

use crate::catalogue::Catalogue;
use crate::copies::{self, CopyRecord};
use crate::error::{Error, Result};
use crate::recordings::key_of;
use crate::values::{self, Instant, stored_enum};

stored_enum! {
    /// What checking a copy found.
    CheckResult {
        /// The same bytes as when it was verified.
        Ok = "ok",
        /// Other bytes.
        Changed = "changed",
        /// Not there.
        Missing = "missing",
        /// It could not be told.
        CannotCheck = "cannot_check",
    }
}

/// What a file can be recognised by when its name says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Likeness {
    /// The recording.
    pub key: RecordingKey,
    /// Length by the vendor, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Size by the vendor, in bytes.
    pub vendor_bytes: Option<u64>,
    /// Start, else when it was stored.
    pub at: Option<Timestamp>,
    /// Whether there is a copy.
    pub has_copy: bool,
}

impl Catalogue {
    /// Every copy of a recording that is in the index, in the order of their paths, which is close to the order on disk.
    pub fn copies(&self) -> Result<Vec<(RecordingKey, CopyRecord)>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT r.key, {} FROM copies c JOIN recordings r USING (account_no, recording_id) ORDER BY c.path",
                copies::COLUMNS
            ))?;
            let copies = statement.query_map([], keyed_copy)?;
            Ok(copies.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Every copy of a recording that is out of the index, as those of a removed account are, with what that account was
    /// called and the vendor's id: what is on disk stays proven.
    pub fn copies_out_of_index(&self) -> Result<Vec<(String, RecordingId, CopyRecord)>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT a.label, c.recording_id, {} FROM copies c JOIN accounts a ON a.no = c.account_no
                 WHERE NOT EXISTS (SELECT 1 FROM recordings r
                   WHERE r.account_no = c.account_no AND r.recording_id = c.recording_id)
                 ORDER BY c.path",
                copies::COLUMNS
            ))?;
            let found = statement.query_map([], |row| {
                let id = RecordingId::new(row.get::<_, String>(1)?);
                Ok((row.get(0)?, id, copies::copy_at(row, 2)?))
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The copies of these recordings.
    pub fn copies_of(&self, keys: &[RecordingKey]) -> Result<Vec<(RecordingKey, CopyRecord)>> {
        let keys = std::rc::Rc::new(keys.iter().map(|key| Value::from(key.0)).collect::<Vec<_>>());
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT r.key, {} FROM recordings r JOIN copies c USING (account_no, recording_id)
                 WHERE r.key IN rarray(?1) ORDER BY c.path",
                copies::COLUMNS
            ))?;
            let copies = statement.query_map([&keys], keyed_copy)?;
            Ok(copies.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The copies in a bucket, in the order of their keys.
    pub fn copies_in(&self, place: &PlaceId) -> Result<Vec<(RecordingKey, CopyRecord)>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT r.key, {} FROM copies c JOIN recordings r USING (account_no, recording_id)
                 WHERE c.place = ?1 ORDER BY c.path",
                copies::COLUMNS
            ))?;
            let copies = statement.query_map([place.as_str()], keyed_copy)?;
            Ok(copies.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// How many copies are in a bucket.
    pub fn count_copies_in(&self, place: &PlaceId) -> Result<u32> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT count(*) FROM copies WHERE place = ?1")?;
            Ok(statement.query_row([place.as_str()], |row| row.get(0))?)
        })
    }

    /// The recording whose copy has this key in a bucket.
    pub fn copy_at(&self, place: &PlaceId, key: &str) -> Result<Option<RecordingKey>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT r.key FROM copies c JOIN recordings r USING (account_no, recording_id)
                 WHERE c.place = ?1 AND c.path = ?2",
            )?;
            Ok(statement.query_row((place.as_str(), key), key_of).optional()?)
        })
    }

    /// The copies with this hash.
    pub fn copies_with_hash(&self, sha256: &str) -> Result<Vec<(RecordingKey, CopyRecord)>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT r.key, {} FROM copies c JOIN recordings r USING (account_no, recording_id)
                 WHERE c.sha256 = ?1",
                copies::COLUMNS
            ))?;
            let copies = statement.query_map([sha256], keyed_copy)?;
            Ok(copies.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Keeps what checking some copies found. One that is not as it was is verified no longer: its row needs a look. A check
    /// that could not tell leaves what an earlier one found, and when, as it is. Nothing is kept of a copy that another one
    /// took the place of meanwhile.
    pub fn note_checks(
        &self,
        found: &[(RecordingKey, CopyRecord, CheckResult)],
        at: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let mut note = tx.prepare_cached(
                "UPDATE copies SET checked_ms = ?2, check_result = ?3 WHERE (account_no, recording_id) =
                   (SELECT account_no, recording_id FROM recordings WHERE key = ?1) AND place IS ?4 AND path = ?5
                 AND sha256 = ?6 AND verified_ms = ?7
                 AND (?3 <> 'cannot_check' OR coalesce(check_result, 'cannot_check') = 'cannot_check')",
            )?;
            for (key, copy, result) in found {
                let place = copy.place.as_ref().map(PlaceId::as_str);
                let path = values::path_value(&copy.path)?;
                let verified_at = Instant(copy.verified_at);
                note.execute((key.0, Instant(at), result, place, path, &copy.sha256, verified_at))?;
                copies::settle_key(tx, *key)?;
            }
            Ok(())
        })
    }

    /// Forgets the records of all copies that a check has found missing since then, and says how many. Recordings without
    /// another copy count as not saved again.
    pub fn forget_missing(&self, since: Timestamp) -> Result<u32> {
        self.write(|tx| {
            let mut of = tx.prepare_cached(
                "SELECT DISTINCT r.key FROM copies c JOIN recordings r USING (account_no, recording_id)
                 WHERE c.check_result = 'missing' AND c.checked_ms >= ?1",
            )?;
            let since = [Instant(since)];
            let keys: Vec<_> = of.query_map(since, key_of)?.collect::<rusqlite::Result<_>>()?;
            let forgotten = tx.execute(
                "DELETE FROM copies WHERE check_result = 'missing' AND checked_ms >= ?1",
                since,
            )?;
            for key in keys {
                copies::settle_key(tx, key)?;
            }
            Ok(u32::try_from(forgotten).unwrap_or(u32::MAX))
        })
    }

    /// A copy on this computer has been found under another path, with the same bytes. What was known of a copy under that
    /// path is replaced.
    pub fn move_copy(
        &self,
        key: RecordingKey,
        copy: &CopyRecord,
        path: &std::path::Path,
        at: Timestamp,
    ) -> Result<()> {
        let to = values::path_value(path)?;
        let from = values::path_value(&copy.path)?;
        self.write(|tx| {
            if copy.path != path {
                copies::drop_copy(tx, key, &CopyRecord { path: path.to_owned(), ..copy.clone() })?;
            }
            let moved = tx.execute(
                "UPDATE copies SET path = ?2, checked_ms = ?3, check_result = 'ok' WHERE (account_no, recording_id) =
                   (SELECT account_no, recording_id FROM recordings WHERE key = ?1) AND place IS ?4 AND path = ?5",
                (key.0, to, Instant(at), copy.place.as_ref().map(PlaceId::as_str), from),
            )?;
            if moved == 0 {
                return Err(Error::not_found("copy", &key.0));
            }
            copies::settle_key(tx, key)
        })
    }

    /// Recordings with this vendor id, of any account.
    pub fn keys_with_id(&self, recording_id: &str) -> Result<Vec<RecordingKey>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT key FROM recordings WHERE account_no IN (SELECT no FROM accounts WHERE removed = 0)
                   AND recording_id = ?1",
            )?;
            let keys = statement.query_map([recording_id], key_of)?;
            Ok(keys.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// What every recording can be recognised by.
    pub fn likenesses(&self) -> Result<Vec<Likeness>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT key, duration_ms, vendor_bytes, when_ms, state IN ('verified', 'remarked') AS has_copy
                 FROM recordings",
            )?;
            let found = statement.query_map([], |row| {
                Ok(Likeness {
                    key: key_of(row)?,
                    duration_ms: values::optional_count(row, "duration_ms")?,
                    vendor_bytes: values::optional_count(row, "vendor_bytes")?,
                    at: values::instant(row, "when_ms")?,
                    has_copy: row.get("has_copy")?,
                })
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn keyed_copy(row: &Row<'_>) -> rusqlite::Result<(RecordingKey, CopyRecord)> {
    Ok((key_of(row)?, copies::copy_at(row, 1)?))
}
