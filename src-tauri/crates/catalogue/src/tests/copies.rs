//! Several copies of one recording.

use domain::{CopyState, PlaceId, RecordingKey};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{Bed, at, copy, recordings};
use crate::{Catalogue, CheckResult, CopyRecord, StoredRecording, migrate};

fn in_bucket(key: &str) -> CopyRecord {
    CopyRecord { path: key.into(), place: Some(PlaceId::new("p")), ..copy("") }
}

fn stored(bed: &Bed, key: RecordingKey) -> StoredRecording {
    bed.catalogue.recording(key).unwrap().unwrap()
}

fn paths(stored: &StoredRecording) -> Vec<&str> {
    stored.copies().map(|copy| copy.path.to_str().unwrap()).collect()
}

#[test]
fn every_place_keeps_its_copy_and_the_best_one_speaks_for_the_row() {
    let bed = Bed::with(&recordings(0..2));
    let key = bed.key(0);
    let row = || bed.catalogue.rows(&[key]).unwrap().remove(0);
    let remarked =
        CopyRecord { remarks: vec!["Shorter.".to_owned()], size_bytes: 1, ..copy("a.mp3") };
    bed.catalogue.save_copy(key, &remarked).unwrap();
    assert_eq!((row().state, row().size_bytes), (CopyState::Remarked, Some(1)));
    let old = CopyRecord { verified_at: at(1), size_bytes: 2, ..in_bucket("calls/0.mp3") };
    bed.catalogue.save_copy(key, &old).unwrap();
    assert_eq!((row().state, row().size_bytes), (CopyState::Verified, Some(2)));
    assert_eq!(row().verified_at, Some(at(1)));
    // One at hand is better than one far away, and a newer one than an older.
    for (name, second) in [("b.mp3", 2), ("c.mp3", 3)] {
        let local = CopyRecord { verified_at: at(second), size_bytes: 3, ..copy(name) };
        bed.catalogue.save_copy(key, &local).unwrap();
    }
    let all = ["/calls/c.mp3", "/calls/b.mp3", "calls/0.mp3", "/calls/a.mp3"];
    assert_eq!(paths(&stored(&bed, key)), all);
    assert_eq!((row().state, row().verified_at), (CopyState::Verified, Some(at(3))));
    assert_eq!(bed.catalogue.copies().unwrap().len(), 4);
    assert_eq!(bed.catalogue.copies_of(&[key, bed.key(1)]).unwrap().len(), 4);
    assert_eq!(bed.catalogue.count_copies_in(&PlaceId::new("p")).unwrap(), 1);
    assert_eq!(bed.catalogue.totals(&[key]).unwrap().saved_count, 1, "one recording");

    // The same name once more replaces that record alone.
    bed.catalogue.save_copy(key, &CopyRecord { verified_at: at(9), ..copy("b.mp3") }).unwrap();
    assert_eq!(paths(&stored(&bed, key))[0], "/calls/b.mp3");
    assert_eq!(bed.catalogue.copies().unwrap().len(), 4);
}

#[test]
fn what_a_check_finds_counts_for_that_copy_alone() {
    let bed = Bed::with(&recordings(0..1));
    let key = bed.key(0);
    let state = || bed.catalogue.rows(&[key]).unwrap()[0].state;
    bed.catalogue.save_copy(key, &copy("a.mp3")).unwrap();
    bed.catalogue.save_copy(key, &in_bucket("a.mp3")).unwrap();
    let check = |copy: &CopyRecord, found| {
        bed.catalogue.note_checks(&[(key, copy.clone(), found)], at(5)).unwrap();
    };
    check(&copy("a.mp3"), CheckResult::Missing);
    assert_eq!(state(), CopyState::Verified, "the one in the bucket is whole");
    let found: Vec<_> = stored(&bed, key).copies().map(CopyRecord::is_spoilt).collect();
    assert_eq!(found, [false, true], "and comes first now");
    check(&in_bucket("a.mp3"), CheckResult::Changed);
    assert_eq!(state(), CopyState::Remarked);
    check(&copy("a.mp3"), CheckResult::Ok);
    assert_eq!(state(), CopyState::Verified);
    assert_eq!(bed.catalogue.forget_missing(at(0)).unwrap(), 0);
    check(&copy("a.mp3"), CheckResult::Missing);
    assert_eq!(bed.catalogue.forget_missing(at(6)).unwrap(), 0, "that was another check");
    assert_eq!(bed.catalogue.forget_missing(at(5)).unwrap(), 1);
    assert_eq!(state(), CopyState::Remarked, "the one that changed is still there");
    assert_eq!(paths(&stored(&bed, key)), ["a.mp3"]);
    bed.catalogue.save_copy(key, &copy("a.mp3")).unwrap();
    bed.catalogue.forget_copy(key, &copy("a.mp3")).unwrap();
    assert_eq!(state(), CopyState::Remarked);
    bed.catalogue.forget_copy(key, &in_bucket("a.mp3")).unwrap();
    assert_eq!(state(), CopyState::NotSaved);
    // What was read of an older file of that name says nothing about the one that took its place.
    bed.catalogue.save_copy(key, &copy("a.mp3")).unwrap();
    let newer = CopyRecord { verified_at: at(9_500), ..copy("a.mp3") };
    bed.catalogue.save_copy(key, &newer).unwrap();
    check(&copy("a.mp3"), CheckResult::Changed);
    assert_eq!(state(), CopyState::Verified);
    check(&newer, CheckResult::Changed);
    assert_eq!(state(), CopyState::Remarked);
}

#[test]
fn a_copy_that_moved_takes_its_record_along_and_leaves_the_others() {
    let bed = Bed::with(&recordings(0..1));
    let key = bed.key(0);
    bed.catalogue.save_copy(key, &copy("a.mp3")).unwrap();
    bed.catalogue.save_copy(key, &copy("b.mp3")).unwrap();
    bed.catalogue.move_copy(key, &copy("a.mp3"), "/elsewhere/a.mp3".as_ref(), at(3)).unwrap();
    let mut found: Vec<_> =
        stored(&bed, key).copies().map(|copy| copy.path.display().to_string()).collect();
    found.sort();
    assert_eq!(found, ["/calls/b.mp3", "/elsewhere/a.mp3"]);
    // Onto the path of another one: the two become one.
    let moved = CopyRecord { path: "/elsewhere/a.mp3".into(), ..copy("") };
    bed.catalogue.move_copy(key, &moved, "/calls/b.mp3".as_ref(), at(4)).unwrap();
    assert_eq!(paths(&stored(&bed, key)), ["/calls/b.mp3"]);
    assert!(bed.catalogue.move_copy(key, &moved, "/x".as_ref(), at(5)).is_err(), "it is no more");
}

#[test]
fn the_records_of_copies_of_an_older_index_are_carried_over() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("catalogue.sqlite3");
    let mut old = Connection::open(&path).unwrap();
    old.pragma_update(None, "application_id", crate::open::APPLICATION_ID).unwrap();
    migrate::migrate(&mut old, &migrate::STEPS[..6]).unwrap();
    old.execute_batch(
        "INSERT INTO accounts (id, vendor, label, label_sort, auth_id, base_url, page_size, is_sandbox)
           VALUES ('a', 'vobiz', 'Office', 'office', 'MA_a', 'https://api.example.test', 20, 0);
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 3)
         INSERT INTO recordings (account_no, recording_id, start_is_estimated, extensions, state, shown_bytes,
             first_seen_ms, seen_run)
           SELECT 1, 'rec-' || n, 0, '[]', iif(n = 3, 'remarked', 'verified'), 9, 0, 1 FROM n;
         INSERT INTO raw_replies (key, json) SELECT key, '{}' FROM recordings;
         INSERT INTO copies (account_no, recording_id, path, place, size_bytes, sha256, verified_ms, evidence, remarks,
             checked_ms, check_result)
           VALUES (1, 'rec-1', '/calls/1', NULL, 9, 'ab', 5, 'mp3', '[]', 7, 'ok'),
                  (1, 'rec-2', 'calls/2', 'p', 9, 'cd', 5, 'mp3', '[]', NULL, NULL),
                  (1, 'rec-3', x'2F63616C6C732FFF', NULL, 9, 'ef', 5, 'mp3', '[\"Shorter.\"]', 7, 'missing');",
    )
    .unwrap();
    let all = "SELECT account_no, recording_id, place, path, size_bytes, sha256, verified_ms, evidence, remarks,
               checked_ms, check_result FROM copies ORDER BY recording_id";
    let rows = |connection: &Connection| -> Vec<String> {
        let mut statement = connection.prepare(all).unwrap();
        let row = |row: &rusqlite::Row<'_>| {
            (0..11).map(|at| Ok(format!("{:?}", row.get_ref(at)?))).collect::<Result<_, _>>()
        };
        statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let before = rows(&old);
    old.close().unwrap();

    let (catalogue, note) = Catalogue::open(dir.path()).unwrap();
    assert_eq!(note.repaired, None);
    assert!(dir.path().join("catalogue.sqlite3.before-v7").exists(), "kept as it was");
    let one = catalogue.recording(RecordingKey(1)).unwrap().unwrap().copy.unwrap();
    assert_eq!(one.checked.map(|check| check.found), Some(CheckResult::Ok));
    // A second copy of each finds room beside it.
    for key in 1..=3 {
        catalogue.save_copy(RecordingKey(key), &copy("new.mp3")).unwrap();
        let stored = catalogue.recording(RecordingKey(key)).unwrap().unwrap();
        assert_eq!(stored.copies().count(), 2);
        let kept = stored.copies().find(|copy| copy.size_bytes == 9).unwrap().clone();
        catalogue.forget_copy(RecordingKey(key), &copy("new.mp3")).unwrap();
        assert_eq!(catalogue.recording(RecordingKey(key)).unwrap().unwrap().copy, Some(kept));
    }
    catalogue.close_cleanly().unwrap();
    drop(catalogue);
    assert_eq!(rows(&Connection::open(&path).unwrap()), before);
}
