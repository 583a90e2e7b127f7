//! Notes, tags, stars and holds; saved views; the step from the first schema.

use domain::RecordingKey;
use domain::search::{LibraryView, Search};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{Bed, account, at, copy, recording, recordings};
use crate::{Annotation, Catalogue, Error, Hold, NewDeletion, ViewRecord, migrate};

fn hold(name: &str) -> Hold {
    let text = |text: &str| text.to_owned();
    Hold { name: text(name), reason: text("court"), who: text("me"), since: at(3) }
}

fn tags(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

fn find(catalogue: &Catalogue, text: &str) -> Vec<RecordingKey> {
    catalogue.search(&Search { text: text.to_owned(), ..Search::default() }).unwrap().keys
}

#[test]
fn what_is_written_on_a_recording_outlives_its_row() {
    let bed = Bed::with(&recordings(0..6));
    let key = bed.key(2);
    let changes = [
        Annotation::Note(Some("call back".into())),
        Annotation::AddTags(tags(&["Urgent", " to do ", "URGENT", ""])),
        Annotation::Star(true),
        Annotation::Hold(Some(hold("Case 14"))),
    ];
    for change in &changes {
        assert_eq!(bed.catalogue.annotate(&[key, RecordingKey(999)], change, at(4)).unwrap(), 1);
        assert_eq!(bed.catalogue.annotate(&[key], change, at(5)).unwrap(), 0, "said already");
    }
    let written = || {
        let key = bed.catalogue.find(&bed.account, &recording(2).id).unwrap().unwrap();
        bed.catalogue.recording(key).unwrap().unwrap().annotations
    };
    let before = written();
    assert_eq!((before.note.as_deref(), before.starred), (Some("call back"), true));
    assert_eq!(before.tags, ["to do", "Urgent"]);
    assert_eq!(before.hold, Some(hold("Case 14")));
    let everything = "note:back tag:urgent has:star hold:14 call";
    // A sync that changes the recording, one that does not find it, a rebuild, and the account removed and added.
    let mut page = recordings(0..6);
    page[2].kind = Some("other call".into());
    bed.sync(&page, 10);
    assert_eq!((written(), find(&bed.catalogue, everything).len()), (before.clone(), 1));
    bed.sync(&recordings(3..6), 20);
    assert_eq!((written(), find(&bed.catalogue, everything).len()), (before.clone(), 1));
    bed.sync(&recordings(0..6), 30);
    bed.catalogue.forget_recordings().unwrap();
    assert_eq!(find(&bed.catalogue, "has:note").len(), 0);
    bed.sync(&recordings(0..6), 40);
    assert_eq!((written(), find(&bed.catalogue, everything).len()), (before.clone(), 1));
    bed.catalogue.remove_account(&bed.account).unwrap();
    bed.catalogue.save_account(&account("a")).unwrap();
    bed.sync(&recordings(0..6), 50);
    assert_eq!((written(), find(&bed.catalogue, everything).len()), (before, 1));

    let key = bed.catalogue.find(&bed.account, &recording(2).id).unwrap().unwrap();
    for change in [
        Annotation::Note(None),
        Annotation::RemoveTags(tags(&["urgent", "TO DO"])),
        Annotation::Star(false),
        Annotation::Hold(None),
    ] {
        assert_eq!(bed.catalogue.annotate(&[key], &change, at(6)).unwrap(), 1);
    }
    assert_eq!(written(), crate::Annotations::default());
    assert_eq!(find(&bed.catalogue, "has:note,tag,star,hold"), []);
}

#[test]
fn a_hold_blocks_the_record_of_a_deletion() {
    let bed = Bed::with(&recordings(0..2));
    let key = bed.key(1);
    let deletion = NewDeletion {
        key,
        account: bed.account.clone(),
        recording_id: recording(1).id,
        who: "me".into(),
        reason: String::new(),
        had_copy_sha256: None,
        at: at(9),
    };
    bed.catalogue.annotate(&[key], &Annotation::Hold(Some(hold("Case 14"))), at(4)).unwrap();
    assert_eq!(bed.catalogue.counts(at(9)).unwrap().on_hold, 1);
    let refused = bed.catalogue.begin_deletion(&deletion);
    assert!(matches!(&refused, Err(Error::Held { name }) if name == "Case 14"), "{refused:?}");
    assert_eq!(bed.catalogue.deletions().unwrap(), []);
    // Also while the row itself is not there, as during a rebuild.
    bed.catalogue.forget_recordings().unwrap();
    assert!(matches!(bed.catalogue.begin_deletion(&deletion), Err(Error::Held { .. })));
    bed.sync(&recordings(0..2), 10);
    // And through another account that leads to the same recording: at another address, or as a parent's.
    let mut others = [account("a"), account("b")];
    others[0].base_url = "https://proxy.example.test/api/v1".into();
    for (number, other) in others.iter_mut().enumerate() {
        other.id = domain::AccountId::new(format!("other-{number}"));
        bed.catalogue.save_account(other).unwrap();
        let theirs = NewDeletion { account: other.id.clone(), ..deletion.clone() };
        let refused = bed.catalogue.begin_deletion(&theirs);
        assert!(matches!(&refused, Err(Error::Held { name }) if name == "Case 14"), "{refused:?}");
    }
    // VBC counts the recordings of each account from one: another account's hold says nothing.
    for (id, vendor_id) in [("v", "1"), ("w", "2")] {
        let office = domain::Account {
            vendor: domain::Vendor::Vbc,
            auth_id: vendor_id.into(),
            ..account(id)
        };
        bed.catalogue.save_account(&office).unwrap();
        let of = |id: &str| domain::AccountId::new(id);
        bed.catalogue.store_one(&of(id), &recording(1), at(1)).unwrap();
        let key = bed.catalogue.find(&of("v"), &recording(1).id).unwrap().unwrap();
        bed.catalogue.annotate(&[key], &Annotation::Hold(Some(hold("Case 15"))), at(4)).unwrap();
        let theirs = NewDeletion { account: of(id), ..deletion.clone() };
        assert_eq!(bed.catalogue.begin_deletion(&theirs).is_ok(), id == "w");
    }
    let key = bed.catalogue.find(&bed.account, &recording(1).id).unwrap().unwrap();
    bed.catalogue.annotate(&[key], &Annotation::Hold(None), at(5)).unwrap();
    bed.catalogue.begin_deletion(&deletion).unwrap();
}

#[test]
fn views_keep_their_order() {
    let bed = Bed::new();
    let view = |id: &str, name: &str| ViewRecord {
        id: id.to_owned(),
        name: name.to_owned(),
        json: "{}".to_owned(),
    };
    let names = || -> Vec<String> {
        bed.catalogue.saved_views().unwrap().into_iter().map(|view| view.name).collect()
    };
    bed.catalogue.save_views(&[view("1", "a"), view("2", "b"), view("3", "c")]).unwrap();
    bed.catalogue.reorder_views(&["3".to_owned(), "no such".to_owned(), "1".to_owned()]).unwrap();
    assert_eq!(names(), ["c", "a", "b"]);
    bed.catalogue.save_views(&[view("1", "a2"), view("4", "d")]).unwrap();
    assert_eq!(names(), ["c", "a2", "b", "d"]);
    bed.catalogue.delete_view("3").unwrap();
    assert!(matches!(bed.catalogue.delete_view("3"), Err(Error::NotFound { .. })));
    assert_eq!(names(), ["a2", "b", "d"]);
}

#[test]
fn spans_are_tallied_beside_what_the_provider_says() {
    let bed = Bed::with(&recordings(0..10));
    bed.catalogue.save_copy(bed.key(1), &copy("x")).unwrap();
    bed.catalogue.mark_gone(bed.key(1), at(1)).unwrap();
    bed.catalogue.mark_gone(bed.key(2), at(1)).unwrap();
    let undated = domain::Recording { added_at: None, started_at: None, ..recording(50) };
    bed.catalogue.store_one(&bed.account, &undated, at(1)).unwrap();
    // Recording n was stored at n minutes and a half.
    let ms = |second: i64| at(second).as_millisecond();
    let spans = [(ms(0), ms(180)), (ms(180), ms(240)), (ms(300), ms(301))];
    bed.catalogue.note_span_total(&bed.account, spans[0], 7, at(5)).unwrap();
    bed.catalogue.note_span_total(&bed.account, spans[0], 4, at(6)).unwrap();
    let tallies = bed.catalogue.span_tallies(&bed.account, &spans).unwrap();
    let first = tallies[0];
    assert_eq!(
        (first.indexed, first.saved, first.gone, first.lost, first.deleted),
        (1, 1, 2, 1, 0)
    );
    assert_eq!(first.provider, Some((4, at(6))));
    assert_eq!((tallies[1].indexed, tallies[1].provider), (1, None));
    assert_eq!(tallies[2], crate::SpanTally::default());
    let extent = bed.catalogue.extent(&bed.account).unwrap();
    assert_eq!((extent.ends, extent.undated, extent.indexed), (Some((at(30), at(570))), 1, 9));
}

#[test]
fn an_index_of_the_first_schema_is_searched_after_the_step() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("catalogue.sqlite3");
    let mut old = Connection::open(&path).unwrap();
    old.pragma_update(None, "application_id", crate::open::APPLICATION_ID).unwrap();
    migrate::migrate(&mut old, &migrate::STEPS[..1]).unwrap();
    old.execute_batch(
        "INSERT INTO accounts (id, vendor, label, label_sort, auth_id, base_url, page_size, is_sandbox)
           VALUES ('a', 'vobiz', 'Office', 'office', 'MA_a', 'https://api.example.test', 20, 0);
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500)
         INSERT INTO recordings (account_no, recording_id, start_is_estimated, extensions, from_party, from_sort,
             conference_name, conference_sort, when_ms, duration_ms, state, first_seen_ms, seen_run)
           SELECT 1, 'rec-' || n, 0, '[\"1001\"]', '+9198765' || (10000 + n), '9198765' || (10000 + n),
             iif(n % 5, NULL, 'Weekly'), iif(n % 5, NULL, 'weekly'), n * 1000, n, 'not_saved', 0, 1 FROM n;
         INSERT INTO raw_replies (key, json) SELECT key, '{}' FROM recordings;
         INSERT INTO search_texts (key, numbers, words) SELECT key, from_sort, recording_id FROM recordings;
         INSERT INTO search_index (rowid, body) SELECT key, numbers || words FROM search_texts;
         INSERT INTO copies (account_no, recording_id, path, size_bytes, sha256, verified_ms, evidence, remarks)
           VALUES (1, 'rec-7', '/calls/7', 9, 'ab', 0, 'mp3', '[]');
         UPDATE recordings SET state = 'verified', shown_bytes = 9 WHERE recording_id = 'rec-7';",
    )
    .unwrap();
    old.close().unwrap();

    let (catalogue, note) = Catalogue::open(dir.path()).unwrap();
    assert_eq!(note.repaired, None);
    assert!(dir.path().join("catalogue.sqlite3.before-v2").exists(), "kept as it was");
    assert_eq!(find(&catalogue, "").len(), 500);
    assert_eq!(find(&catalogue, "98765-10042"), [RecordingKey(42)]);
    assert_eq!(find(&catalogue, "conf:weekly ext:1001").len(), 100);
    assert_eq!(find(&catalogue, "state:saved"), [RecordingKey(7)]);
    assert_eq!(find(&catalogue, "id:rec-499"), [RecordingKey(499)]);
    let unsaved = Search { view: LibraryView::NotSaved, ..Search::default() };
    assert_eq!(catalogue.count(&unsaved).unwrap(), 499);
    let stored = &catalogue.accounts().unwrap()[0];
    assert_eq!((stored.recordings, &stored.profile_json), (500, &None));
    catalogue.set_account_profile(&stored.account.id, "{\"region\":\"india\"}").unwrap();
    let kept = catalogue.accounts().unwrap()[0].profile_json.clone();
    assert_eq!(kept.as_deref(), Some("{\"region\":\"india\"}"));
    catalogue.annotate(&[RecordingKey(3)], &Annotation::Star(true), at(1)).unwrap();
    assert_eq!(find(&catalogue, "has:star"), [RecordingKey(3)]);
}
