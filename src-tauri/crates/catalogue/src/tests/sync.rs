use domain::search::{LibraryView, Search};
use domain::{AccountId, CopyState, Recording};

use super::{Bed, account, at, copy, recording, recordings};
use crate::{DeletionOutcome, Error, NewDeletion, PageTally};

fn shown(bed: &Bed, view: LibraryView) -> usize {
    let found = bed.catalogue.search(&Search { view, ..Search::default() }).unwrap();
    let mut counts = bed.catalogue.counts(at(0)).unwrap();
    let count = *counts.of_mut(view);
    assert_eq!(found.keys.len(), count as usize, "the sidebar counts what the view shows");
    found.keys.len()
}

#[test]
fn a_recording_comes_back_as_the_vendor_described_it() {
    let mut all = recordings(0..7);
    all[1] = Recording {
        from: Some("sip:ann\u{0}a@host".to_owned()),
        duration_ms: None,
        extensions: vec!["a\"b".to_owned(), String::new()],
        size_bytes: Some(12),
        storage_rate: Some(f64::INFINITY),
        ..recording(1)
    };
    let bed = Bed::with(&all).reopened();
    for (number, expected) in (0..7).zip(&all) {
        let stored = bed.catalogue.recording(bed.key(number)).unwrap().unwrap();
        assert_eq!(&stored.recording, expected);
        assert_eq!(stored.account, bed.account);
        assert_eq!(stored.first_seen, at(0));
        assert!(!stored.gone && !stored.deleted_by_us);
    }
}

#[test]
fn absurd_numbers_are_kept_within_bounds_and_add_up() {
    let absurd: Vec<Recording> = recordings(0..4)
        .into_iter()
        .map(|recording| Recording {
            duration_ms: Some(u64::MAX),
            size_bytes: Some(u64::MAX),
            monthly_cost: Some(f64::NAN),
            ..recording
        })
        .collect();
    let bed = Bed::with(&absurd);
    let keys: Vec<_> = (0..4).map(|number| bed.key(number)).collect();
    assert!(bed.catalogue.totals(&keys).unwrap().known_bytes > 1 << 62);
    assert!(bed.catalogue.search(&Search::default()).unwrap().known_bytes > 1 << 62);
    let run = bed.catalogue.begin_sync(&bed.account, at(1)).unwrap();
    let again = bed.catalogue.store_page(&run, &absurd, at(1)).unwrap();
    assert_eq!(again, PageTally { unchanged: 4, ..PageTally::default() }, "bounds are no change");
}

#[test]
fn pages_that_shift_bring_each_recording_once() {
    let bed = Bed::new();
    let run = bed.catalogue.begin_sync(&bed.account, at(0)).unwrap();
    let page = |numbers| bed.catalogue.store_page(&run, &recordings(numbers), at(0)).unwrap();
    assert_eq!(page(10..20), PageTally { new: 10, ..PageTally::default() });
    // Two calls came in meanwhile, so the next page begins with two we have.
    assert_eq!(page(18..28), PageTally { new: 8, repeated: 2, ..PageTally::default() });
    assert_eq!(bed.catalogue.finish_sync(run, true, Some(18), at(5)).unwrap(), 0);
    let stored = &bed.catalogue.accounts().unwrap()[0];
    assert_eq!(
        (stored.recordings, stored.vendor_total, stored.synced_at),
        (18, Some(18), Some(at(5)))
    );
}

#[test]
fn one_page_that_names_a_recording_twice_stores_it_once() {
    let bed = Bed::new();
    let run = bed.catalogue.begin_sync(&bed.account, at(0)).unwrap();
    let tally = bed.catalogue.store_page(&run, &recordings([1, 1, 2]), at(0)).unwrap();
    assert_eq!(tally, PageTally { new: 2, repeated: 1, ..PageTally::default() });
}

#[test]
fn a_day_in_storage_is_no_change_and_other_words_are() {
    let bed = Bed::with(&recordings(0..3));
    let run = bed.catalogue.begin_sync(&bed.account, at(86_400)).unwrap();
    let page = [
        Recording { storage_days: Some(4), raw: "{\"d\":4}".to_owned(), ..recording(0) },
        Recording { conference_name: Some("Board".to_owned()), ..recording(1) },
        recording(2),
    ];
    let tally = bed.catalogue.store_page(&run, &page, at(86_400)).unwrap();
    assert_eq!(tally, PageTally { changed: 1, unchanged: 2, ..PageTally::default() });
    let stored = bed.catalogue.recording(bed.key(0)).unwrap().unwrap();
    assert_eq!(
        (stored.recording.storage_days, stored.recording.raw.as_str()),
        (Some(4), "{\"d\":4}")
    );
    let search = |text: &str| {
        bed.catalogue.search(&Search { text: text.to_owned(), ..Search::default() }).unwrap().keys
    };
    assert_eq!(search("board"), [bed.key(1)], "the new name is found");
    assert_eq!(search("rec-000001"), [bed.key(1)], "what did not change still is");
}

#[test]
fn only_a_complete_run_finds_rows_gone_and_keeps_them() {
    let bed = Bed::with(&recordings(0..10));
    let run = bed.catalogue.begin_sync(&bed.account, at(10)).unwrap();
    bed.catalogue.store_page(&run, &recordings(5..10), at(10)).unwrap();
    assert_eq!(bed.catalogue.finish_sync(run, false, Some(5), at(11)).unwrap(), 0);
    assert_eq!(bed.catalogue.accounts().unwrap()[0].synced_at, Some(at(0)), "not a complete sync");

    bed.catalogue.save_copy(bed.key(0), &copy("0.mp3")).unwrap();
    assert_eq!(bed.sync(&recordings(5..10), 20), 5);
    assert_eq!(bed.sync(&recordings(5..10), 30), 0, "gone once");
    let stored = bed.catalogue.recording(bed.key(1)).unwrap().unwrap();
    assert_eq!((stored.gone, stored.gone_at, stored.deleted_by_us), (true, Some(at(20)), false));
    assert_eq!(shown(&bed, LibraryView::All), 10);
    assert_eq!(shown(&bed, LibraryView::NotSaved), 5, "what is gone cannot be saved");
    assert_eq!(shown(&bed, LibraryView::NeedsAttention), 4, "gone without a copy");

    assert_eq!(bed.sync(&recordings(0..10), 40), 0);
    assert!(!bed.catalogue.recording(bed.key(1)).unwrap().unwrap().gone, "back again");
    assert_eq!(shown(&bed, LibraryView::NeedsAttention), 0);
}

#[test]
fn the_clock_may_go_back() {
    let bed = Bed::with(&recordings(0..4));
    assert_eq!(bed.sync(&recordings(0..2), -86_400), 2);
    assert_eq!(bed.sync(&recordings(0..4), -172_800), 0);
    assert_eq!(shown(&bed, LibraryView::NotSaved), 4);
}

#[test]
fn a_recording_asked_for_by_id_counts_as_seen_by_the_run_under_way() {
    let bed = Bed::with(&recordings(0..3));
    let run = bed.catalogue.begin_sync(&bed.account, at(1)).unwrap();
    let key = bed.catalogue.store_one(&bed.account, &recording(2), at(2)).unwrap();
    bed.catalogue.store_page(&run, &recordings(0..2), at(3)).unwrap();
    assert_eq!(bed.catalogue.finish_sync(run, true, None, at(4)).unwrap(), 0);
    assert_eq!(key, bed.key(2));
    bed.catalogue.mark_gone(key, at(5)).unwrap();
    assert!(bed.catalogue.recording(key).unwrap().unwrap().gone);
    bed.catalogue.store_one(&bed.account, &recording(2), at(6)).unwrap();
    assert!(!bed.catalogue.recording(key).unwrap().unwrap().gone, "the vendor has it after all");
}

#[test]
fn a_deletion_holds_against_older_pages_but_not_against_a_later_run() {
    let bed = Bed::with(&recordings(0..3));
    bed.catalogue.save_copy(bed.key(1), &copy("1.mp3")).unwrap();
    let delete = |number: u32| {
        let deletion = NewDeletion {
            key: bed.key(number),
            account: bed.account.clone(),
            recording_id: recording(number).id,
            who: "anna".to_owned(),
            reason: String::new(),
            had_copy_sha256: None,
            at: at(10),
        };
        let id = bed.catalogue.begin_deletion(&deletion).unwrap();
        bed.catalogue.settle_deletion(id, DeletionOutcome::Deleted, None, at(11)).unwrap();
    };
    let run = bed.catalogue.begin_sync(&bed.account, at(9)).unwrap();
    let fetched_before = recordings(0..3);
    delete(0);
    delete(1);
    let tally = bed.catalogue.store_page(&run, &fetched_before, at(12)).unwrap();
    assert_eq!(tally, PageTally { unchanged: 3, ..PageTally::default() });
    bed.catalogue.finish_sync(run, true, None, at(13)).unwrap();
    assert_eq!(
        shown(&bed, LibraryView::All),
        2,
        "deleted without a copy is out of sight, with one it stays"
    );
    assert_eq!(shown(&bed, LibraryView::NeedsAttention), 0, "we meant it");
    assert!(bed.catalogue.recording(bed.key(0)).unwrap().unwrap().deleted_by_us);

    bed.sync(&recordings(0..3), 20);
    let stored = bed.catalogue.recording(bed.key(0)).unwrap().unwrap();
    assert!(!stored.gone && !stored.deleted_by_us, "the vendor still lists it");
    assert_eq!(shown(&bed, LibraryView::All), 3);
}

#[test]
fn new_is_what_joined_since_the_visit_began() {
    let bed = Bed::with(&recordings(0..5));
    assert_eq!(shown(&bed, LibraryView::New), 5, "before the first visit everything is new");
    bed.catalogue.begin_visit(at(1)).unwrap();
    assert_eq!(shown(&bed, LibraryView::New), 0);
    bed.sync(&recordings(0..8), 2);
    assert_eq!(shown(&bed, LibraryView::New), 3);
    let bed = bed.reopened();
    assert_eq!(shown(&bed, LibraryView::New), 3, "until the next visit begins");
    bed.catalogue.begin_visit(at(-1)).unwrap();
    assert_eq!(shown(&bed, LibraryView::New), 0);
}

#[test]
fn accounts_do_not_mix() {
    let bed = Bed::with(&recordings(0..5));
    bed.catalogue.save_account(&account("b")).unwrap();
    let other = AccountId::new("b");
    let run = bed.catalogue.begin_sync(&other, at(1)).unwrap();
    let tally = bed.catalogue.store_page(&run, &recordings(0..2), at(1)).unwrap();
    assert_eq!(tally.new, 2, "the same ids, another account");
    bed.catalogue.finish_sync(run, true, None, at(1)).unwrap();
    assert_eq!(shown(&bed, LibraryView::All), 7);
    let mine = Search { account: Some(other.clone()), ..Search::default() };
    assert_eq!(bed.catalogue.search(&mine).unwrap().keys.len(), 2);
    assert_eq!(
        bed.catalogue.same_call(bed.key(0)).unwrap(),
        [bed.key(1)],
        "same call, same account"
    );

    bed.catalogue.remove_account(&other).unwrap();
    assert_eq!(bed.catalogue.accounts().unwrap().len(), 1);
    assert_eq!(bed.catalogue.search(&mine).unwrap().keys, []);
    assert_eq!(shown(&bed, LibraryView::All), 5);
    assert!(matches!(
        bed.catalogue.begin_sync(&other, at(2)),
        Err(Error::NotFound { what: "account", .. })
    ));
}

#[test]
fn a_run_of_a_removed_account_stores_nothing() {
    let bed = Bed::new();
    let run = bed.catalogue.begin_sync(&bed.account, at(0)).unwrap();
    bed.catalogue.remove_account(&bed.account).unwrap();
    assert!(bed.catalogue.store_page(&run, &recordings(0..2), at(1)).is_err());
    assert!(bed.catalogue.finish_sync(run, true, None, at(1)).is_err());
    assert_eq!(shown(&bed, LibraryView::All), 0);
}

#[test]
fn copies_outlive_a_rebuild_and_a_removed_account() {
    let bed = Bed::with(&recordings(0..6));
    bed.catalogue.save_copy(bed.key(2), &copy("2.mp3")).unwrap();
    bed.catalogue.save_copy(bed.key(5), &copy("5.mp3")).unwrap();
    bed.sync(&recordings(0..5), 1);
    let old_key = bed.key(2);

    bed.catalogue.forget_recordings().unwrap();
    assert_eq!(shown(&bed, LibraryView::All), 1, "only what no sync could bring back");
    let text = Search { text: "rec-000005".to_owned(), ..Search::default() };
    assert_eq!(bed.catalogue.search(&text).unwrap().keys, [bed.key(5)]);
    bed.sync(&recordings(0..5), 2);
    assert_eq!(shown(&bed, LibraryView::All), 6);
    let stored = bed.catalogue.recording(bed.key(2)).unwrap().unwrap();
    assert_eq!((stored.state, stored.copy), (CopyState::Verified, Some(copy("2.mp3"))));
    assert!(bed.key(2) > old_key, "keys are never used twice");

    bed.catalogue.remove_account(&bed.account).unwrap();
    let mut again = account("a");
    again.id = AccountId::new("a-again");
    bed.catalogue.save_account(&again).unwrap();
    let bed = Bed { account: again.id, ..bed };
    bed.sync(&recordings(0..5), 3);
    let stored = bed.catalogue.recording(bed.key(2)).unwrap().unwrap();
    assert_eq!((stored.state, stored.account.as_str()), (CopyState::Verified, "a-again"));
}

#[test]
fn an_account_is_updated_in_place() {
    let bed = Bed::with(&recordings(0..2));
    let mut changed = account("a");
    changed.base_url = "http://127.0.0.1:1/api/v1".to_owned();
    changed.time_zone = None;
    bed.catalogue.save_account(&changed).unwrap();
    let stored = bed.catalogue.accounts().unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].account, changed);
    assert_eq!((stored[0].recordings, stored[0].synced_at), (2, Some(at(0))));
}
