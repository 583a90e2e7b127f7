//! What the system around the index refuses is told by its meaning, and nothing half is kept.

use std::fs;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::{Bed, at, recordings};
use crate::{Catalogue, Error};

#[test]
fn another_programs_lock_is_waited_for_and_then_told() {
    let bed = Bed::new();
    bed.catalogue.close_cleanly().unwrap();
    drop(bed.catalogue);
    let (catalogue, _) =
        Catalogue::open_waiting(bed.dir.path(), Duration::from_millis(20), u64::MAX).unwrap();
    let other = Connection::open(catalogue.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(catalogue.set_setting("x", &json!(1)), Err(Error::Busy)));
    assert_eq!(catalogue.accounts().unwrap().len(), 1, "reading goes on");
    other.execute_batch("COMMIT").unwrap();
    catalogue.set_setting("x", &json!(1)).unwrap();
}

#[test]
fn a_folder_that_cannot_be_one_is_told() {
    let dir = TempDir::new().unwrap();
    let blocked = dir.path().join("file");
    fs::write(&blocked, "x").unwrap();
    assert!(matches!(Catalogue::open(&blocked).map(|_| ()), Err(Error::NotWritable { .. })));
    assert!(matches!(
        Catalogue::open(&blocked.join("in")).map(|_| ()),
        Err(Error::NotWritable { .. })
    ));
    fs::create_dir(dir.path().join("catalogue.sqlite3")).unwrap();
    assert!(Catalogue::open(dir.path()).is_err(), "a folder in the file's place");
}

#[test]
fn a_full_disk_is_told_and_nothing_half_is_kept() {
    let bed = Bed::with(&recordings(0..20));
    let limit = |pages: u32| {
        let set = |tx: &rusqlite::Transaction<'_>| {
            let sql = format!("PRAGMA max_page_count = {pages}");
            Ok(tx.query_row(&sql, [], |row| row.get::<_, u32>(0))?)
        };
        bed.catalogue.write(set).unwrap()
    };
    // SQLite answers with the pages there are: the file cannot grow from here on.
    limit(1);
    let run = bed.catalogue.begin_sync(&bed.account, at(1)).unwrap();
    let stored = bed.catalogue.store_page(&run, &recordings(0..2_000), at(1));
    assert!(matches!(stored, Err(Error::DiskFull)), "{stored:?}");
    assert_eq!(bed.catalogue.counts(at(0)).unwrap().all, 20);
    limit(1_000_000);
    assert_eq!(bed.catalogue.store_page(&run, &recordings(0..2_000), at(1)).unwrap().new, 1_980);
    bed.reopened();
}

/// The repair of a damaged file is all or nothing: what stops it in the middle does not lose what it was to carry over.
#[test]
fn a_repair_that_cannot_be_finished_loses_nothing() {
    let bed = Bed::with(&recordings(0..20));
    bed.catalogue.close_cleanly().unwrap();
    let path = bed.catalogue.path().to_owned();
    drop(bed.catalogue);
    let mut bytes = fs::read(&path).unwrap();
    // The application's id: for us it is another file, and SQLite reads it all the same.
    bytes[68..72].fill(0);
    fs::write(&path, &bytes).unwrap();
    // Nothing can be written where the mark is.
    let mark = bed.dir.path().join("catalogue.open");
    fs::create_dir(&mark).unwrap();
    assert!(Catalogue::open(bed.dir.path()).is_err());
    fs::remove_dir(&mark).unwrap();
    let (catalogue, _) = Catalogue::open(bed.dir.path()).unwrap();
    assert_eq!(catalogue.accounts().unwrap().len(), 1, "the account was carried over");
}
