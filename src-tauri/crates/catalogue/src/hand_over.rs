//! Recordings that turn out to be another account's.
//!
//! A main account may list what its sub-accounts recorded. Once a sub-account has a profile of its own, those rows are its
//! own, and keep what a person has done with them.

use std::rc::Rc;

use domain::{AccountId, RecordingId, RecordingKey};
use rusqlite::Transaction;
use rusqlite::types::Value;

use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::{accounts, copies};

impl Catalogue {
    /// Gives recordings of one account to another: their keys, copies, notes, items of jobs, and deletions that nobody knows the
    /// end of. What the other account has already becomes one with it. Returns how many rows went.
    pub fn hand_over(&self, from: &AccountId, to: &AccountId, ids: &[RecordingId]) -> Result<u64> {
        let ids = ids.iter().map(|id| Value::from(id.as_str().to_owned())).collect::<Vec<_>>();
        self.write(|tx| {
            let (from, to) = (accounts::number(tx, from)?, accounts::number(tx, to)?);
            let ids = Rc::new(ids);
            let met = met(tx, from, to, &ids)?;
            // Usually all of them went long ago.
            if met.is_empty() {
                return Ok(0);
            }
            for Met { key, twin } in &met {
                let seen_run = match twin {
                    // Of two rows the older one stays: it is the one that downloads and open lists know.
                    Some((twin, _)) if twin < key => {
                        forget(tx, *key)?;
                        continue;
                    }
                    Some((twin, seen_run)) => {
                        forget(tx, *twin)?;
                        *seen_run
                    }
                    None => 0,
                };
                tx.prepare_cached(
                    "UPDATE recordings SET account_no = ?2, seen_run = ?3, gone_run = 0 WHERE key = ?1",
                )?
                .execute((key, to, seen_run))?;
            }
            join_annotations(tx, from, to, &ids)?;
            for change in [
                "copies SET account_no = ?2 WHERE",
                "annotations SET account_no = ?2 WHERE",
                "job_items SET account_no = ?2 WHERE",
                "deletions SET account_no = ?2 WHERE outcome IS NULL AND",
            ] {
                tx.execute(
                    &format!("UPDATE OR IGNORE {change} account_no = ?1 AND recording_id IN rarray(?3)"),
                    (from, to, &ids),
                )?;
            }
            // What is left is the same file, or is one with the other account's note.
            for table in ["copies", "annotations"] {
                tx.execute(
                    &format!("DELETE FROM {table} WHERE account_no = ?1 AND recording_id IN rarray(?2)"),
                    (from, &ids),
                )?;
            }
            let mut statement = tx.prepare_cached(
                "SELECT key FROM recordings WHERE account_no = ?1 AND recording_id IN rarray(?2)",
            )?;
            let keys: Vec<u32> =
                statement.query_map((to, &ids), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            for key in keys {
                copies::settle_key(tx, RecordingKey(key))?;
            }
            // It was counted with what is somebody else's now.
            tx.execute("UPDATE accounts SET vendor_total = NULL WHERE no = ?1", [from])?;
            Ok(met.len() as u64)
        })
    }
}

/// A row of the one account.
struct Met {
    key: u32,
    /// The other account's row of the same recording, and the run that brought it last.
    twin: Option<(u32, i64)>,
}

fn met(tx: &Transaction<'_>, from: i64, to: i64, ids: &Rc<Vec<Value>>) -> Result<Vec<Met>> {
    let mut statement = tx.prepare_cached(
        "SELECT f.key, t.key, t.seen_run FROM recordings f
         LEFT JOIN recordings t ON t.account_no = ?2 AND t.recording_id = f.recording_id
         WHERE f.account_no = ?1 AND f.recording_id IN rarray(?3)",
    )?;
    let rows = statement.query_map((from, to, ids), |row| {
        let twin: Option<u32> = row.get(1)?;
        let twin = twin.map(|twin| Ok::<_, rusqlite::Error>((twin, row.get(2)?))).transpose()?;
        Ok(Met { key: row.get(0)?, twin })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn forget(tx: &Transaction<'_>, key: u32) -> Result<()> {
    tx.prepare_cached("DELETE FROM recordings WHERE key = ?1")?.execute([key])?;
    Ok(())
}

/// Adds what a person wrote under the one account to what stands under the other.
fn join_annotations(tx: &Transaction<'_>, from: i64, to: i64, ids: &Rc<Vec<Value>>) -> Result<()> {
    tx.execute(
        "UPDATE annotations SET
           starred = max(annotations.starred, o.starred),
           note = CASE WHEN annotations.note IS NULL OR annotations.note = o.note THEN o.note
                       WHEN o.note IS NULL THEN annotations.note
                       ELSE annotations.note || char(10) || o.note END,
           tags = (SELECT json_group_array(value) FROM (
                     SELECT value FROM json_each(annotations.tags) UNION SELECT value FROM json_each(o.tags))),
           hold_reason = CASE WHEN annotations.hold_name IS NULL THEN o.hold_reason ELSE annotations.hold_reason END,
           hold_who = CASE WHEN annotations.hold_name IS NULL THEN o.hold_who ELSE annotations.hold_who END,
           hold_ms = coalesce(annotations.hold_ms, o.hold_ms),
           hold_name = coalesce(annotations.hold_name, o.hold_name),
           changed_ms = max(annotations.changed_ms, o.changed_ms)
         FROM annotations o
         WHERE annotations.account_no = ?2 AND o.account_no = ?1 AND o.recording_id = annotations.recording_id
           AND annotations.recording_id IN rarray(?3)",
        (from, to, ids),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::search::Search;
    use domain::{AccountId, Recording};

    use crate::Annotation;
    use crate::tests::{Bed, account, at, copy, recording};

    fn of(bed: &Bed, id: &AccountId) -> Vec<domain::RecordingKey> {
        let search = Search { account: Some(id.clone()), ..Search::default() };
        bed.catalogue.search(&search).unwrap().keys
    }

    #[test]
    fn what_is_handed_over_keeps_its_key_its_copy_and_its_note() {
        let all: Vec<Recording> = (1..=9).map(recording).collect();
        let bed = Bed::with(&all);
        let sub = AccountId::new("b");
        bed.catalogue.save_account(&account("b")).unwrap();
        let (kept, moved) = (bed.key(1), bed.key(3));
        for key in [kept, moved] {
            bed.catalogue.save_copy(key, &copy(&format!("{}.mp3", key.0))).unwrap();
        }
        // The rows are in memory from here on, so that they have to be kept in step.
        assert_eq!((of(&bed, &bed.account).len(), of(&bed, &sub).len()), (9, 0));
        // The sub-account has listed one of them already, and something was written on both rows.
        let run = bed.catalogue.begin_sync(&sub, at(9)).unwrap();
        bed.catalogue.store_page(&run, &all[2..3], at(9)).unwrap();
        let twin = of(&bed, &sub)[0];
        for (key, tag) in [(moved, "main"), (twin, "branch")] {
            for change in
                [Annotation::AddTags(vec![tag.into()]), Annotation::Note(Some(tag.into()))]
            {
                bed.catalogue.annotate(&[key], &change, at(9)).unwrap();
            }
        }

        let ids: Vec<_> = [3, 6, 9].map(|number| recording(number).id).into();
        let hand_over = || bed.catalogue.hand_over(&bed.account, &sub, &ids).unwrap();
        assert_eq!((hand_over(), hand_over()), (3, 0), "the second time there is nothing left");
        assert_eq!((of(&bed, &bed.account).len(), of(&bed, &sub).len()), (6, 3));
        assert!(of(&bed, &sub).contains(&moved), "the older row stays");
        let rows = bed.catalogue.rows(&[kept, moved]).unwrap();
        assert_eq!(rows[0].state, rows[1].state, "both are saved still");
        assert_eq!(rows[1].annotations.tags, ["branch", "main"]);
        assert_eq!(rows[1].annotations.note.as_deref(), Some("branch\nmain"));

        // What the sub-account brought itself is not gone; what it does not list is.
        assert_eq!(bed.catalogue.finish_sync(run, true, Some(1), at(10)).unwrap(), 2);
        let run = bed.catalogue.begin_sync(&sub, at(20)).unwrap();
        let tally = bed.catalogue.store_page(&run, &all[5..6], at(20)).unwrap();
        assert_eq!((tally.new, tally.changed), (0, 1), "it is known, and there again");
    }
}
