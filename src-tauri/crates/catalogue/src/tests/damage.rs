//! T-04, T-05, T-06: whatever happened to the file, opening it works or says why, and nothing panics.

use std::fs;
use std::path::{Path, PathBuf};

use domain::JobId;
use domain::search::Search;
use proptest::prelude::*;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::{Bed, at, copy, recording, recordings};
use crate::migrate;
use crate::{Catalogue, DeletionOutcome, Error, NewDeletion, NewJob};

/// An index with something in every table, closed. Its files are in the folder.
fn closed_index(cleanly: bool) -> TempDir {
    let bed = Bed::with(&recordings(0..120));
    bed.catalogue.set_setting("theme", &json!("dark")).unwrap();
    bed.catalogue.save_copy(bed.key(1), &copy("1.mp3")).unwrap();
    bed.catalogue.save_copy(bed.key(119), &copy("119.mp3")).unwrap();
    bed.sync(&recordings(0..119), 1);
    let job = NewJob {
        id: JobId::new("job"),
        folder: PathBuf::from("/calls"),
        template: String::new(),
        created_at: at(0),
        label: String::new(),
        priority: crate::Priority::Normal,
        options_json: "{}".to_owned(),
        rule_id: None,
    };
    bed.catalogue.create_job(&job, &[bed.key(5), bed.key(6)]).unwrap();
    let deletion = NewDeletion {
        key: bed.key(7),
        account: bed.account.clone(),
        recording_id: recording(7).id,
        who: "anna".to_owned(),
        reason: String::new(),
        had_copy_sha256: None,
        at: at(1),
    };
    let id = bed.catalogue.begin_deletion(&deletion).unwrap();
    bed.catalogue.settle_deletion(id, DeletionOutcome::Deleted, None, at(2)).unwrap();
    if cleanly {
        bed.catalogue.close_cleanly().unwrap();
    }
    bed.dir
}

fn file(dir: &Path) -> PathBuf {
    dir.join("catalogue.sqlite3")
}

/// Uses every part of the index, closes it, and returns what failed; panics are not allowed. That a job is not there
/// is an answer.
fn use_everything(catalogue: &Catalogue) -> Vec<String> {
    let mut failed = Vec::new();
    let mut note = |what: &str, error: Option<Error>| match error {
        None | Some(Error::NotFound { .. }) => {}
        Some(error) => failed.push(format!("{what}: {error:?}")),
    };
    let found = catalogue.search(&Search::default());
    let keys = found.as_ref().map(|found| found.keys.clone()).unwrap_or_default();
    let text = Search { text: "anna 987".to_owned(), ..Search::default() };
    note("search", found.err());
    note("search for text", catalogue.search(&text).err());
    note("rows", catalogue.rows(&keys).err());
    note("recording", keys.iter().find_map(|key| catalogue.recording(*key).err()));
    note("totals", catalogue.totals(&keys).err());
    note("counts", catalogue.counts(at(0)).err());
    note("jobs", catalogue.jobs().err());
    note("items", catalogue.job_items(&JobId::new("job"), 0, 10).err());
    note("exports", catalogue.exports().err());
    note("deletions", catalogue.deletions().err());
    note("setting", catalogue.setting("theme").err());
    note("recover", catalogue.recover_jobs().err());
    note("set setting", catalogue.set_setting("after", &json!(true)).err());
    let synced = catalogue.accounts().and_then(|accounts| {
        for account in accounts {
            let run = catalogue.begin_sync(&account.account.id, at(50))?;
            catalogue.store_page(&run, &recordings(0..130), at(50))?;
            catalogue.finish_sync(run, true, None, at(50))?;
        }
        Ok(())
    });
    note("sync", synced.err());
    note("close", catalogue.close_cleanly().err());
    failed
}

/// Opens a damaged folder, and uses and opens it until everything works. That is at the start after damage was met, and
/// never later. Mostly the first open or use meets it. But an entry of an index that changed into another valid one
/// is like any other until a statement happens to read it, so a use that met nothing may come before.
fn opens_and_heals(dir: &Path) {
    let (catalogue, _) = Catalogue::open(dir).unwrap();
    let mut before = use_everything(&catalogue);
    drop(catalogue);
    loop {
        let (catalogue, note) = Catalogue::open(dir).unwrap();
        if before.is_empty() {
            assert_eq!(
                note.repaired, None,
                "an index is left alone while nothing is known against it"
            );
        }
        let failed = use_everything(&catalogue);
        if failed.is_empty() {
            return;
        }
        assert!(
            before.is_empty(),
            "not repaired at the next start: {failed:#?}, before: {before:#?}"
        );
        before = failed;
    }
}

#[test]
fn opening_twice_changes_nothing() {
    let dir = closed_index(true);
    for _ in 0..2 {
        let before = fs::read(file(dir.path())).unwrap();
        let (catalogue, note) = Catalogue::open(dir.path()).unwrap();
        assert_eq!(note.repaired, None);
        catalogue.close_cleanly().unwrap();
        drop(catalogue);
        assert_eq!(fs::read(file(dir.path())).unwrap(), before);
    }
}

#[test]
fn truncated_anywhere_it_opens_and_says_so() {
    let dir = closed_index(true);
    let whole = fs::read(file(dir.path())).unwrap();
    for step in 0..20 {
        let cut = TempDir::new().unwrap();
        // Page borders, and odd places between them.
        let length = whole.len() * step / 20 + (step % 3) * 7;
        fs::write(file(cut.path()), &whole[..length]).unwrap();
        let (catalogue, note) = Catalogue::open(cut.path()).unwrap();
        let sentence = note.repaired.expect("a note");
        assert!(sentence.contains("catalogue.sqlite3.corrupt-1"), "{sentence}");
        assert_eq!(fs::read(cut.path().join("catalogue.sqlite3.corrupt-1")).unwrap().len(), length);
        drop(catalogue);
        opens_and_heals(cut.path());
    }
}

#[test]
fn any_damaged_header_byte_is_survived() {
    let dir = closed_index(true);
    let whole = fs::read(file(dir.path())).unwrap();
    // Bytes 72 to 91 are reserved and mean nothing yet.
    for offset in (0..72).chain(92..100) {
        let damaged = TempDir::new().unwrap();
        let mut bytes = whole.clone();
        bytes[offset] ^= if offset % 2 == 0 { 0x01 } else { 0x80 };
        fs::write(file(damaged.path()), bytes).unwrap();
        opens_and_heals(damaged.path());
    }
}

#[test]
fn damage_that_no_question_meets_is_found_at_the_start() {
    let dir = closed_index(true);
    let pages: Vec<u32> = Connection::open(file(dir.path()))
        .unwrap()
        .prepare(
            "SELECT (rootpage - 1) * page_size FROM sqlite_schema, pragma_page_size
             WHERE name GLOB 'sqlite_stat*'",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    assert!(!pages.is_empty(), "closing gathers statistics");
    let whole = fs::read(file(dir.path())).unwrap();
    for page in pages {
        // The page's kind, its number of entries, and where they begin.
        for offset in [0, 3, 5] {
            let damaged = TempDir::new().unwrap();
            let mut bytes = whole.clone();
            bytes[page as usize + offset] ^= 0x40;
            fs::write(file(damaged.path()), bytes).unwrap();
            let (_, note) = Catalogue::open(damaged.path()).unwrap();
            assert!(note.repaired.is_some(), "byte {offset} of the page at {page}");
        }
    }
}

#[test]
fn damage_in_the_words_of_the_schema_is_found_at_the_start() {
    let dir = closed_index(true);
    let whole = fs::read(file(dir.path())).unwrap();
    for (words, damaged, is_damage) in [
        ("REFERENCES recordings (key)", "REFERENCES yecordings (key)", true),
        ("CHECK (page_size BETWEEN", "CHECK (page_sizd BETWEEN", true),
        ("value INTEGER NOT NULL", "walue INTEGER NOT NULL", true),
        ("schema_version", "schema_wersion", true),
        ("sqlite_stat1(tbl,", "sqlite_stat1(tbm,", true),
        ("-- Derived from the columns above", "-- Derived from the kolumns above", false),
    ] {
        let mut bytes = whole.clone();
        let is_there = |at: &usize| whole[*at..].starts_with(words.as_bytes());
        // Everywhere: pages also hold what was once written there.
        for at in (0..whole.len()).filter(is_there) {
            bytes[at..at + words.len()].copy_from_slice(damaged.as_bytes());
        }
        assert_ne!(bytes, whole, "{words}");
        let changed = TempDir::new().unwrap();
        fs::write(file(changed.path()), bytes).unwrap();
        let (_, note) = Catalogue::open(changed.path()).unwrap();
        assert_eq!(note.repaired.is_some(), is_damage, "{damaged}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes_are_survived(
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), 1_u8..), 1..12),
        unclean in any::<bool>(),
    ) {
        let dir = closed_index(true);
        let mut bytes = fs::read(file(dir.path())).unwrap();
        for (index, flip) in &flips {
            let offset = index.index(bytes.len());
            bytes[offset] ^= flip;
        }
        fs::write(file(dir.path()), bytes).unwrap();
        if unclean {
            fs::write(dir.path().join("catalogue.open"), "open\n").unwrap();
        }
        opens_and_heals(dir.path());
    }
}

#[test]
fn a_large_file_is_checked_while_it_is_used() {
    let wait = std::time::Duration::from_secs(5);
    let large = |dir: &Path| Catalogue::open_waiting(dir, wait, 0).unwrap();
    let mark = |dir: &TempDir| dir.path().join("catalogue.open");
    // After a sound use it is as any other.
    let dir = closed_index(false);
    let (catalogue, _) = large(dir.path());
    catalogue.close_cleanly().unwrap();
    assert!(mark(&dir).exists(), "nobody has looked through it yet");
    drop(catalogue);
    let (catalogue, _) = large(dir.path());
    catalogue.warm_up().unwrap();
    catalogue.close_cleanly().unwrap();
    assert!(!mark(&dir).exists());
    drop(catalogue);

    // An index that names no row of its table: no question asks about it, but the check does.
    let dir = closed_index(true);
    let broken = Connection::open(file(dir.path())).unwrap();
    broken
        .execute_batch(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'copies_by_hash')
               WHERE name = 'job_items_next';",
        )
        .unwrap();
    broken.close().unwrap();
    fs::write(mark(&dir), "open\n").unwrap();
    let (catalogue, note) = large(dir.path());
    assert_eq!(note.repaired, None);
    assert!(matches!(catalogue.warm_up(), Err(Error::Corrupt { .. })));
    catalogue.close_cleanly().unwrap();
    drop(catalogue);
    let (_, note) = large(dir.path());
    assert!(note.repaired.is_some());
}

#[test]
fn a_lost_or_damaged_log_is_survived() {
    let bed = Bed::with(&recordings(0..60));
    bed.catalogue.close_cleanly().unwrap();
    bed.sync(&recordings(0..120), 1);
    let log = fs::read(bed.dir.path().join("catalogue.sqlite3-wal")).unwrap();
    assert!(log.len() > 100_000, "there is something to lose");
    // Copied while open: what a crash leaves behind.
    let crashed = |log: Option<&[u8]>| {
        let dir = TempDir::new().unwrap();
        for name in ["catalogue.sqlite3", "catalogue.open"] {
            fs::copy(bed.dir.path().join(name), dir.path().join(name)).unwrap();
        }
        if let Some(log) = log {
            fs::write(dir.path().join("catalogue.sqlite3-wal"), log).unwrap();
        }
        dir
    };
    let count = |dir: &TempDir| {
        let (catalogue, note) = Catalogue::open(dir.path()).unwrap();
        assert_eq!(note.repaired, None);
        catalogue.counts(at(0)).unwrap().all
    };
    assert_eq!(count(&crashed(Some(&log))), 120, "a crash loses nothing");
    assert_eq!(count(&crashed(None)), 60, "without its log the index is as it was before");
    for damage in 0..12 {
        let mut log = log.clone();
        let offset = log.len() * damage / 12 + damage;
        if damage % 2 == 0 {
            log.truncate(offset);
        } else {
            log[offset] ^= 0xff;
        }
        let dir = crashed(Some(&log));
        let rows = count(&dir);
        assert!(
            (60..=120).contains(&rows) && rows.is_multiple_of(10),
            "{rows}: whole pages up to the damage"
        );
        opens_and_heals(dir.path());
    }
}

#[test]
fn what_nobody_can_tell_us_again_is_carried_over() {
    let dir = closed_index(true);
    fs::write(dir.path().join("catalogue.open"), "damaged\n").unwrap();
    let (catalogue, note) = Catalogue::open(dir.path()).unwrap();
    let sentence = note.repaired.unwrap();
    assert!(sentence.contains("1 account and 2 saved copies"), "{sentence}");
    let accounts = catalogue.accounts().unwrap();
    assert_eq!(accounts[0].account, super::account("a"));
    assert_eq!(catalogue.setting("theme").unwrap(), Some(json!("dark")));
    assert_eq!(catalogue.deletions().unwrap().len(), 1);
    assert_eq!(catalogue.job(&JobId::new("job")).unwrap().unwrap().tally.queued, 2);
    let bed = Bed { dir, catalogue, account: accounts[0].account.id.clone() };
    assert_eq!(bed.find(1), None, "the next sync brings it");
    let gone = bed.catalogue.recording(bed.key(119)).unwrap().unwrap();
    assert_eq!((gone.recording, gone.copy), (recording(119), Some(copy("119.mp3"))));
    let text = Search { text: "rec-000119".to_owned(), ..Search::default() };
    assert_eq!(bed.catalogue.search(&text).unwrap().keys, [bed.key(119)]);

    bed.sync(&recordings(0..119), 3);
    assert_eq!(bed.catalogue.recording(bed.key(1)).unwrap().unwrap().copy, Some(copy("1.mp3")));
    let items = bed.catalogue.job_items(&JobId::new("job"), 0, 2).unwrap();
    assert_eq!(items.iter().map(|item| item.key).collect::<Vec<_>>(), [bed.key(5), bed.key(6)]);
    bed.reopened();
}

#[test]
fn other_files_of_that_name_are_set_aside_one_after_the_other() {
    let dir = TempDir::new().unwrap();
    for (number, content) in [(1, "not a database at all"), (2, ""), (3, "SQLite format 3\0 or so")]
    {
        fs::write(file(dir.path()), content).unwrap();
        let (catalogue, note) = Catalogue::open(dir.path()).unwrap();
        assert!(note.repaired.unwrap().contains(&format!("corrupt-{number}")));
        catalogue.close_cleanly().unwrap();
        drop(catalogue);
        let aside = dir.path().join(format!("catalogue.sqlite3.corrupt-{number}"));
        assert_eq!(fs::read_to_string(aside).unwrap(), content);
    }
    fs::remove_file(file(dir.path())).unwrap();
    Connection::open(file(dir.path())).unwrap().execute_batch("CREATE TABLE t (x);").unwrap();
    let (_, note) = Catalogue::open(dir.path()).unwrap();
    assert!(note.repaired.is_some(), "a database of another program");
}

#[test]
fn a_lost_file_is_told_of_unless_it_never_was() {
    let dir = closed_index(false);
    fs::remove_file(file(dir.path())).unwrap();
    let (_, note) = Catalogue::open(dir.path()).unwrap();
    assert!(note.repaired.unwrap().starts_with("The index was missing"));
    let (_, note) = Catalogue::open(&dir.path().join("new/folder")).unwrap();
    assert_eq!(note.repaired, None);
}

#[test]
fn a_newer_file_is_refused_and_left_alone() {
    let dir = closed_index(true);
    let newer = migrate::known_version() + 1;
    {
        let connection = Connection::open(file(dir.path())).unwrap();
        connection
            .execute("UPDATE meta SET value = ?1 WHERE name = 'schema_version'", [newer])
            .unwrap();
        connection.pragma_update(None, "user_version", newer).unwrap();
    }
    let before = fs::read(file(dir.path())).unwrap();
    match Catalogue::open(dir.path()).map(|_| ()) {
        Err(Error::NewerVersion { found, known }) => assert_eq!((found, known), (newer, newer - 1)),
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read(file(dir.path())).unwrap(), before);
    assert!(!dir.path().join("catalogue.sqlite3.corrupt-1").exists());
}

#[test]
fn a_step_is_taken_whole_or_not_at_all() {
    let dir = closed_index(true);
    let mut connection = Connection::open(file(dir.path())).unwrap();
    let good = [migrate::STEPS, &["ALTER TABLE jobs ADD COLUMN later TEXT;"]].concat();
    let bad =
        [good.as_slice(), &["CREATE TABLE half (x) STRICT; SELECT no_such_function();"]].concat();
    let version = |connection: &Connection| {
        connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let known = migrate::known_version();
    migrate::back_up(&connection, &file(dir.path()), known).unwrap();
    assert!(migrate::migrate(&mut connection, &bad).is_err());
    assert_eq!(version(&connection), known + 1, "the good step before it is done");
    let half: bool = connection
        .query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'half')", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert!(!half);
    migrate::migrate(&mut connection, &good).unwrap();
    let kept: u32 =
        connection.query_row("SELECT count(*) FROM recordings", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 120);

    let backup = dir.path().join(format!("catalogue.sqlite3.before-v{}", known + 1));
    let before = TempDir::new().unwrap();
    fs::copy(backup, file(before.path())).unwrap();
    let (catalogue, note) = Catalogue::open(before.path()).unwrap();
    assert_eq!((note.repaired, catalogue.counts(at(0)).unwrap().all), (None, 119));
}

#[test]
fn the_mark_says_how_the_last_use_ended() {
    let dir = closed_index(true);
    let mark = dir.path().join("catalogue.open");
    assert!(!mark.exists());
    let (catalogue, _) = Catalogue::open(dir.path()).unwrap();
    assert!(mark.exists());
    catalogue.close_cleanly().unwrap();
    assert!(!mark.exists());
    catalogue.set_setting("x", &json!(1)).unwrap();
    assert!(mark.exists(), "a write after closing is a use");
}
