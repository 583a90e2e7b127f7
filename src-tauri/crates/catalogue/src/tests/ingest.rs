//! Much that comes at once: what is kept with it, what is found meanwhile, and what it costs.

use std::collections::HashSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::search::Search;
use domain::{AccountId, Recording, RecordingKey};
use rusqlite::StatementStatus;
use rusqlite::config::DbConfig;

use super::scan::Scan;
use super::{Bed, account, at, recordings};
use crate::Catalogue;

#[test]
fn a_page_and_how_far_the_run_is_are_one_change() {
    let bed = Bed::new();
    let run = bed.catalogue.begin_sync(&bed.account, at(0)).unwrap();
    let store = |page: Vec<Recording>, progress| {
        bed.catalogue.store_page_up_to(&run, &page, progress, at(0))
    };
    let progress = || bed.catalogue.interrupted_sync(&bed.account).unwrap().unwrap().progress_json;
    assert_eq!(store(recordings(0..10), r#"{"offset":10}"#).unwrap().new, 10);
    assert_eq!(progress(), r#"{"offset":10}"#);
    // What cannot be written down undoes the page too.
    assert!(store(recordings(10..20), "no JSON").is_err());
    assert_eq!(bed.find(10), None);
    assert_eq!(progress(), r#"{"offset":10}"#);
    assert_eq!(store(recordings(5..20), r#"{"offset":20}"#).unwrap().repeated, 5);
    assert_eq!(progress(), r#"{"offset":20}"#);
}

#[test]
fn a_statement_is_planned_once_and_not_for_every_value() {
    let bed = Bed::with(&recordings(0..5));
    let planned_again = |is_stable: Option<bool>| {
        bed.catalogue.read(|tx| {
            if let Some(is_stable) = is_stable {
                tx.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, is_stable)?;
            }
            let mut statement = tx.prepare(
                "SELECT r.seen_run FROM recordings r JOIN raw_replies w USING (key)
                 WHERE r.account_no = ?1 AND r.recording_id = ?2",
            )?;
            for id in ["rec-000001", "rec-000002", "rec-000003"] {
                statement.query_row((1, id), |row| row.get::<_, i64>(0))?;
            }
            Ok(statement.get_status(StatementStatus::RePrepare))
        })
    };
    assert_eq!(planned_again(None).unwrap(), 0);
    assert!(planned_again(Some(false)).unwrap() > 0, "what is tested here can be told");
}

#[test]
fn what_is_found_while_pages_come_in_is_whole() {
    const PAGE: u32 = 20;
    const PAGES: u32 = 60;
    let bed = Bed::with(&recordings(0..PAGE));
    let run = bed.catalogue.begin_sync(&bed.account, at(1)).unwrap();
    let ended = AtomicBool::new(false);
    let begin = Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                begin.wait();
                let mut last = 0;
                loop {
                    let is_last = ended.load(Ordering::SeqCst);
                    let found = bed.catalogue.search(&Search::default()).unwrap();
                    let count = found.keys.len();
                    assert_eq!(count % PAGE as usize, 0, "a page is there whole or not");
                    assert!(count >= last, "nothing that was found goes: {last}, then {count}");
                    last = count;
                    let distinct: HashSet<RecordingKey> = found.keys.iter().copied().collect();
                    assert_eq!(distinct.len(), count);
                    let rows = bed.catalogue.rows(&found.keys).unwrap();
                    assert_eq!(rows.len(), count, "what is found is in the file");
                    let duration_ms = rows.iter().filter_map(|row| row.duration_ms).sum::<u64>();
                    assert_eq!(found.duration_ms, duration_ms);
                    if is_last {
                        assert_eq!(count, (PAGES * PAGE) as usize);
                        return;
                    }
                }
            });
        }
        begin.wait();
        for page in 1..PAGES {
            let page = recordings(page * PAGE..(page + 1) * PAGE);
            assert_eq!(bed.catalogue.store_page(&run, &page, at(1)).unwrap().new, PAGE);
        }
        ended.store(true, Ordering::SeqCst);
    });
    let scan = Scan::of(&bed.catalogue, PAGE * PAGES, 0);
    let all = Search::default();
    assert_eq!(bed.catalogue.search(&all).unwrap().keys, scan.find(&all));
}

#[test]
fn a_start_after_much_came_reads_the_picture_even_when_the_program_was_killed() {
    // As many as make a picture worth it.
    let bed = Bed::with(&[]);
    bed.catalogue.warm_up().unwrap();
    let run = bed.catalogue.begin_sync(&bed.account, at(1)).unwrap();
    bed.catalogue.store_page(&run, &recordings(0..20_000), at(1)).unwrap();
    assert!(!bed.catalogue.mirror().is_pictured());
    bed.catalogue.keep_rows().unwrap();
    let Bed { dir, catalogue, account: owner } = bed;
    drop(catalogue);
    let (catalogue, _) = Catalogue::open(dir.path()).unwrap();
    catalogue.warm_up().unwrap();
    assert!(catalogue.mirror().is_pictured());
    assert_eq!(catalogue.search(&Search::default()).unwrap().keys.len(), 20_000);

    // An account that is removed is in no picture, and none is taken of what is still known of it.
    catalogue.save_account(&account("b")).unwrap();
    let other = catalogue.begin_sync(&AccountId::new("b"), at(2)).unwrap();
    catalogue.store_page(&other, &recordings(0..10), at(2)).unwrap();
    catalogue.remove_account(&AccountId::new("b")).unwrap();
    assert!(!catalogue.picture_path().exists());
    assert!(!catalogue.mirror().is_pictured());
    catalogue.close_cleanly().unwrap();
    assert!(!catalogue.picture_path().exists());
    drop(catalogue);
    let (catalogue, _) = Catalogue::open(dir.path()).unwrap();
    catalogue.warm_up().unwrap();
    assert!(catalogue.mirror().is_pictured(), "rows that were read anew make a new one");
    assert_eq!(catalogue.search(&Search::default()).unwrap().keys.len(), 20_000);
    assert_eq!(catalogue.accounts().unwrap()[0].account.id, owner);
}
