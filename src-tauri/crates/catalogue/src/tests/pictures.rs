//! A start with a saved picture of the rows finds what a start without one finds, whatever happened in between.

use std::fs;
use std::path::Path;

use domain::search::Search;
use domain::{AccountId, Recording, RecordingKey};
use proptest::prelude::*;

use super::scan::Scan;
use super::search::{filled, query, row};
use super::{Bed, at, copy, recording, recordings};
use crate::{Annotation, Catalogue, Hold};

fn held() -> Annotation {
    let (name, reason, who) = ("Case".to_owned(), "court".to_owned(), "me".to_owned());
    Annotation::Hold(Some(Hold { name, reason, who, since: at(1) }))
}

/// Opens it again as after a program that was killed, and says whether the picture was believed.
fn killed(bed: Bed) -> (Bed, bool) {
    let Bed { dir, catalogue, account } = bed;
    drop(catalogue);
    let (catalogue, note) = Catalogue::open(dir.path()).unwrap();
    assert_eq!(note.repaired, None);
    catalogue.warm_up().unwrap();
    let believed = catalogue.mirror().is_pictured();
    (Bed { dir, catalogue, account }, believed)
}

fn same_as_a_scan(catalogue: &Catalogue) {
    let scan = Scan::of(catalogue, 400, 0);
    for text in ["", "anna", "has:hold", "has:star", "state:verified", "-conf:weekly", "0001"] {
        let search = Search { text: text.to_owned(), ..Search::default() };
        assert_eq!(catalogue.search(&search).unwrap().keys, scan.find(&search), "{text}");
    }
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_picture_and_what_changed_since_are_the_index(
        rows in proptest::collection::vec(row(), 1..24),
        changes in proptest::collection::vec((row(), 0_usize..24, 0_u8..8), 0..8),
        queries in proptest::collection::vec(query(), 12),
    ) {
        let bed = filled(&rows);
        bed.catalogue.warm_up().unwrap();
        bed.catalogue.take_picture().unwrap();
        let owner = |index: usize| AccountId::new(if index.is_multiple_of(3) { "b" } else { "a" });
        for ((row, _), index, kind) in &changes {
            let key = RecordingKey(u32::try_from(*index).unwrap() + 1);
            // Some of these are about a row that is not there.
            let done = match kind {
                0 => bed.catalogue.store_one(&owner(*index), row, at(5)).map(drop),
                1 => bed.catalogue.save_copy(key, &copy("y")),
                2 => bed.catalogue.forget_copy(key, &copy("y")),
                3 => bed.catalogue.annotate(&[key], &held(), at(5)).map(drop),
                4 => bed.catalogue.annotate(&[key], &Annotation::Hold(None), at(5)).map(drop),
                5 => bed.catalogue.annotate(&[key], &Annotation::Star(*index > 12), at(5)).map(drop),
                6 => bed.catalogue.mark_gone(key, at(5)),
                _ => bed.catalogue.note_failure(key, "Reset."),
            };
            prop_assert!(matches!(done, Ok(()) | Err(crate::Error::NotFound { .. })), "{:?}", done);
        }
        let (bed, believed) = killed(bed);
        prop_assert!(believed);
        let scan = Scan::of(&bed.catalogue, 64, 0);
        for search in &queries {
            prop_assert_eq!(bed.catalogue.search(search).unwrap().keys, scan.find(search), "{:?}", search);
        }
        // What joins afterwards meets the texts that the picture brought.
        bed.catalogue.store_one(&bed.account, &rows[0].0, at(6)).unwrap();
        let scan = Scan::of(&bed.catalogue, 64, 0);
        for search in &queries {
            prop_assert_eq!(bed.catalogue.search(search).unwrap().keys, scan.find(search), "{:?}", search);
        }
    }
}

#[test]
fn every_kind_of_change_is_noted_by_the_index_itself() {
    let bed = Bed::with(&recordings(0..60));
    bed.catalogue.annotate(&[bed.key(9)], &held(), at(1)).unwrap();
    bed.catalogue.warm_up().unwrap();
    bed.catalogue.take_picture().unwrap();
    bed.catalogue.annotate(&[bed.key(9)], &Annotation::Hold(None), at(2)).unwrap();
    let mut page = recordings(30..70);
    page[3].conference_name = Some("Another".to_owned());
    bed.sync(&page, 5_000);
    bed.catalogue.forget_recordings().unwrap();
    bed.sync(&recordings(10..50), 6_000);
    let (bed, believed) = killed(bed);
    assert!(believed);
    same_as_a_scan(&bed.catalogue);
    // Another program's changes, too.
    let path = bed.catalogue.path().to_owned();
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute("UPDATE recordings SET from_party = '+15550001' WHERE key % 7 = 0", []).unwrap();
    other.execute("DELETE FROM recordings WHERE key % 11 = 0", []).unwrap();
    other.close().unwrap();
    let (bed, believed) = killed(bed);
    assert!(believed);
    same_as_a_scan(&bed.catalogue);
}

#[test]
fn a_picture_of_another_state_is_not_believed() {
    let bed = Bed::with(&recordings(0..50));
    bed.catalogue.warm_up().unwrap();
    bed.catalogue.take_picture().unwrap();
    let path = bed.catalogue.picture_path();
    let first = fs::read(&path).unwrap();
    bed.catalogue.store_one(&bed.account, &recording(80), at(1)).unwrap();
    bed.catalogue.take_picture().unwrap();
    let second = fs::read(&path).unwrap();
    assert_ne!(first, second);
    // An older one, none, cut off, with more behind, and one in which any byte is another.
    let cut = second[..second.len() - 1].to_vec();
    let longer = [&second[..], b"x"].concat();
    let mut bed = bed;
    for bytes in [Some(first), None, Some(cut), Some(longer), Some(Vec::new())] {
        match bytes {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        (bed, _) = killed(bed);
        // What is wrong with the ids shows when a search needs them.
        same_as_a_scan(&bed.catalogue);
        assert!(!bed.catalogue.mirror().is_pictured());
    }
    for byte in (0..second.len()).step_by(97) {
        fs::write(&path, &second).unwrap();
        flip(&path, byte);
        (bed, _) = killed(bed);
        same_as_a_scan(&bed.catalogue);
        assert!(!bed.catalogue.mirror().is_pictured(), "byte {byte}");
    }
    fs::write(&path, &second).unwrap();
    let (bed, believed) = killed(bed);
    assert!(believed);
    same_as_a_scan(&bed.catalogue);
}

#[test]
fn ids_stay_in_the_file_until_a_search_needs_them() {
    let bed = Bed::with(&recordings(0..50));
    bed.catalogue.warm_up().unwrap();
    bed.catalogue.take_picture().unwrap();
    let (bed, _) = killed(bed);
    let all = bed.catalogue.search(&Search::default()).unwrap();
    assert_eq!(all.keys.len(), 50);
    assert!(bed.catalogue.mirror().has_ids_in_file());
    // What comes meanwhile has one at once, and keeps it when the others arrive.
    let came = Recording { call_uuid: recording(3).call_uuid, ..recording(70) };
    let key = bed.catalogue.store_one(&bed.account, &came, at(1)).unwrap();
    assert!(bed.catalogue.mirror().has_ids_in_file());
    let text = format!("id:{}", came.id);
    let found = bed.catalogue.search(&Search { text, ..Search::default() }).unwrap();
    assert_eq!(found.keys, [key]);
    assert!(!bed.catalogue.mirror().has_ids_in_file());
    same_as_a_scan(&bed.catalogue);
    // So do those a picture is taken of before they were needed.
    bed.catalogue.take_picture().unwrap();
    let (bed, _) = killed(bed);
    bed.catalogue.take_picture().unwrap();
    let (bed, believed) = killed(bed);
    assert!(believed);
    assert_eq!(bed.catalogue.same_call(key).unwrap(), [bed.key(2), bed.key(3)]);
}

#[test]
fn a_change_that_was_undone_changes_nothing() {
    let bed = Bed::with(&recordings(0..20));
    bed.catalogue.warm_up().unwrap();
    bed.catalogue.take_picture().unwrap();
    let undone: crate::Result<()> = bed.catalogue.write(|tx| {
        tx.execute("UPDATE recordings SET from_party = 'x'", [])?;
        Err(crate::Error::Busy)
    });
    assert!(undone.is_err());
    assert!(bed.catalogue.read(crate::pictures::changed).unwrap().is_empty());
    let (bed, believed) = killed(bed);
    assert!(believed);
    same_as_a_scan(&bed.catalogue);
}

#[test]
fn a_picture_is_given_up_when_too_much_changed() {
    let bed = Bed::with(&recordings(0..20));
    bed.catalogue.warm_up().unwrap();
    bed.catalogue.take_picture().unwrap();
    let note = |keys: u32| {
        let add =
            "WITH RECURSIVE n (key) AS (VALUES (1) UNION ALL SELECT key + 1 FROM n WHERE key < ?1)
                   INSERT OR IGNORE INTO changed_rows SELECT key FROM n";
        let noted = bed.catalogue.write(|tx| {
            tx.execute(add, [keys])?;
            bed.catalogue.bound_changes(tx, 5_001)
        });
        noted.unwrap()
    };
    assert!(!note(20_000));
    assert!(note(20_001));
    assert!(bed.catalogue.read(crate::pictures::changed).unwrap().is_empty());
    bed.catalogue
        .store_one(&bed.account, &Recording { from: None, ..recording(3) }, at(1))
        .unwrap();
    assert!(bed.catalogue.read(crate::pictures::changed).unwrap().is_empty(), "nothing is noted");
    let (bed, believed) = killed(bed);
    assert!(!believed);
    same_as_a_scan(&bed.catalogue);
}

#[test]
fn a_full_sync_that_finds_nothing_new_leaves_the_picture_as_it_is() {
    let bed = Bed::with(&recordings(0..50));
    bed.catalogue.warm_up().unwrap();
    bed.catalogue.take_picture().unwrap();
    bed.sync(&recordings(0..50), 5_000);
    assert!(bed.catalogue.read(crate::pictures::changed).unwrap().is_empty());
}

#[test]
fn few_rows_need_no_picture() {
    let bed = Bed::with(&recordings(0..50));
    bed.catalogue.warm_up().unwrap();
    bed.catalogue.close_cleanly().unwrap();
    assert!(!bed.catalogue.picture_path().exists());
}
