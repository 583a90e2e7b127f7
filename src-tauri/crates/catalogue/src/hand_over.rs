//! Recordings that turn out to be another account's.
//!
//! A main account may list what its sub-accounts recorded. Once a sub-account has a profile of its own, those rows are its
//! own, and keep what a person has done with them.

use domain::{AccountId, RecordingKey};

use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::{accounts, copies};

impl Catalogue {
    /// Gives recordings of one account to another, with their keys, copies, notes and items of jobs, and returns how many.
    /// `belongs` picks them by the vendor's own words; only words that hold `mark` are shown to it. What the other account
    /// has already stays where it is.
    pub fn hand_over(
        &self,
        from: &AccountId,
        to: &AccountId,
        mark: &str,
        belongs: impl Fn(&str) -> bool,
    ) -> Result<u64> {
        self.write(|tx| {
            let (from, to) = (accounts::number(tx, from)?, accounts::number(tx, to)?);
            let mut found: Vec<(u32, String)> = Vec::new();
            {
                let mut statement = tx.prepare(
                    "SELECT r.key, r.recording_id, w.json FROM recordings r JOIN raw_replies w USING (key)
                     WHERE r.account_no = ?1 AND instr(w.json, ?2) > 0
                       AND NOT EXISTS (SELECT 1 FROM recordings o
                                       WHERE o.account_no = ?3 AND o.recording_id = r.recording_id)",
                )?;
                let mut rows = statement.query((from, mark, to))?;
                while let Some(row) = rows.next()? {
                    if belongs(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?) {
                        found.push((row.get(0)?, row.get(1)?));
                    }
                }
            }
            for (key, id) in &found {
                tx.prepare_cached("UPDATE recordings SET account_no = ?2 WHERE key = ?1")?
                    .execute((key, to))?;
                // A copy or a note that the other account has of an earlier time is its own, and stays.
                for table in ["copies", "annotations", "job_items"] {
                    tx.prepare_cached(&format!(
                        "UPDATE OR IGNORE {table} SET account_no = ?2
                         WHERE account_no = ?1 AND recording_id = ?3"
                    ))?
                    .execute((from, to, id))?;
                }
                copies::settle_key(tx, RecordingKey(*key))?;
            }
            if !found.is_empty() {
                // It was counted with what is somebody else's now.
                tx.execute("UPDATE accounts SET vendor_total = NULL WHERE no = ?1", [from])?;
            }
            Ok(u64::try_from(found.len()).unwrap_or(u64::MAX))
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::search::Search;
    use domain::{AccountId, Recording};

    use crate::tests::{Bed, account, at, copy, recording};

    /// Recordings of which every third is the sub-account's, by the vendor's words.
    fn mixed() -> Vec<Recording> {
        (1..=9)
            .map(|number| {
                let owner = if number % 3 == 0 { "SA_b" } else { "MA_a" };
                let raw =
                    format!("{{\"resource_uri\":\"/v1/Account/{owner}/Recording/{number}/\"}}");
                Recording { raw, ..recording(number) }
            })
            .collect()
    }

    #[test]
    fn what_is_handed_over_keeps_its_key_its_copy_and_its_note() {
        let bed = Bed::with(&mixed());
        let sub = AccountId::new("b");
        bed.catalogue.save_account(&account("b")).unwrap();
        let (kept, moved) = (bed.key(1), bed.key(3));
        for key in [kept, moved] {
            bed.catalogue.save_copy(key, &copy(&format!("{}.mp3", key.0))).unwrap();
        }
        // The rows are in memory from here on, so that they have to be kept in step.
        let of = |id: &AccountId| {
            let search = Search { account: Some(id.clone()), ..Search::default() };
            bed.catalogue.search(&search).unwrap().keys
        };
        assert_eq!((of(&bed.account).len(), of(&sub).len()), (9, 0));
        let belongs = |raw: &str| raw.contains("/SA_b/");
        let count = bed.catalogue.hand_over(&bed.account, &sub, "/Account/SA_b/", belongs).unwrap();
        assert_eq!(count, 3);
        assert_eq!((of(&bed.account).len(), of(&sub).len()), (6, 3));
        assert!(of(&sub).contains(&moved));
        let rows = bed.catalogue.rows(&[kept, moved]).unwrap();
        assert_eq!(rows[0].state, rows[1].state, "both are saved still");
        assert_eq!(
            bed.catalogue.hand_over(&bed.account, &sub, "/Account/SA_b/", belongs).unwrap(),
            0,
            "there is nothing more to give"
        );
        // What the main account lists again is a row of its own, and not given twice.
        bed.sync(&mixed(), 10);
        assert_eq!(
            bed.catalogue.hand_over(&bed.account, &sub, "/Account/SA_b/", belongs).unwrap(),
            0
        );
        let run = bed.catalogue.begin_sync(&sub, at(20)).unwrap();
        let tally = bed.catalogue.store_page(&run, &[mixed().remove(2)], at(20)).unwrap();
        assert_eq!((tally.new, tally.unchanged), (0, 1), "it is known");
    }
}
