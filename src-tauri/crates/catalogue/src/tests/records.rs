use std::path::PathBuf;

use domain::search::{LibraryView, Search};
use domain::{CopyState, RecordingKey};
use serde_json::json;

use super::{Bed, account, at, copy, recording, recordings};
use crate::{
    Annotation, Catalogue, CopyRecord, DeletionOutcome, Error, ExportOutcome, NewDeletion,
    NewExport, Totals,
};

#[test]
fn a_copy_decides_the_state_and_size_of_its_row() {
    let bed = Bed::with(&recordings(0..3));
    let key = bed.key(0);
    let row = |key| bed.catalogue.rows(&[key]).unwrap().remove(0);
    bed.catalogue.note_failure(key, "Reset.").unwrap();
    assert_eq!(row(key).state, CopyState::Failed);
    bed.catalogue.save_copy(key, &copy("0.mp3")).unwrap();
    assert_eq!((row(key).state, row(key).size_bytes), (CopyState::Verified, Some(4321)));
    assert_eq!(bed.catalogue.recording(key).unwrap().unwrap().last_failure, None);

    let remarked = CopyRecord { remarks: vec!["Shorter.".to_owned()], ..copy("0.mp3") };
    bed.catalogue.save_copy(key, &remarked).unwrap();
    assert_eq!(row(key).state, CopyState::Remarked);
    assert_eq!(bed.catalogue.recording(key).unwrap().unwrap().copy, Some(remarked.clone()));
    bed.catalogue.note_failure(key, "A second try failed.").unwrap();
    assert_eq!(row(key).state, CopyState::Remarked, "the copy is still there");
    assert_eq!(bed.catalogue.counts(at(0)).unwrap().needs_attention, 1);

    bed.catalogue.forget_copy(key, &remarked).unwrap();
    assert_eq!((row(key).state, row(key).size_bytes), (CopyState::Failed, None));
    assert!(matches!(
        bed.catalogue.save_copy(RecordingKey(777), &copy("x")),
        Err(Error::NotFound { what: "recording", .. })
    ));
}

#[cfg(unix)]
#[test]
fn a_path_need_not_be_unicode() {
    use std::os::unix::ffi::OsStringExt;
    let bed = Bed::with(&recordings(0..1));
    let path = PathBuf::from(std::ffi::OsString::from_vec(b"/calls/\xff.mp3".to_vec()));
    bed.catalogue.save_copy(bed.key(0), &CopyRecord { path: path.clone(), ..copy("") }).unwrap();
    let bed = bed.reopened();
    assert_eq!(bed.catalogue.recording(bed.key(0)).unwrap().unwrap().copy.unwrap().path, path);
}

#[test]
fn rows_keep_the_order_asked_for_and_totals_count_each_once() {
    let bed = Bed::with(&recordings(0..4));
    bed.catalogue.save_copy(bed.key(2), &copy("2.mp3")).unwrap();
    bed.catalogue.mark_gone(bed.key(3), at(1)).unwrap();
    let keys = [bed.key(3), RecordingKey(555), bed.key(0), bed.key(2)];
    let rows = bed.catalogue.rows(&keys).unwrap();
    assert_eq!(rows.iter().map(|row| row.key).collect::<Vec<_>>(), [keys[0], keys[2], keys[3]]);
    assert_eq!(rows[0].recording_id, recording(3).id);
    assert_eq!(rows[0].at, recording(3).started_at);
    assert_eq!((rows[0].gone, rows[1].gone), (true, false));
    let twice: Vec<_> = keys.iter().chain(&keys).copied().collect();
    assert_eq!(
        bed.catalogue.totals(&twice).unwrap(),
        Totals {
            count: 3,
            duration_ms: 500 * 3 + 5_000,
            unknown_duration_count: 0,
            known_bytes: 4321,
            unknown_size_count: 2,
            saved_count: 1,
            unsaved_count: 2,
            gone_count: 1,
            monthly_cost: 0.01 + 0.01 + 0.01,
            unknown_cost_count: 0,
            held_count: 0,
            held_saved_count: 0,
        }
    );
    assert_eq!(bed.catalogue.totals(&[]).unwrap(), Totals::default());
}

#[test]
fn exports_stay_on_record() {
    let bed = Bed::new();
    let export = NewExport {
        account: bed.account.clone(),
        account_label: "Office".to_owned(),
        requested_at: at(1),
        body_json: "{\"notify_emails\":[]}".to_owned(),
        recipients: vec!["a@example.test".to_owned(), "\"b\"@example.test".to_owned()],
    };
    let first = bed.catalogue.record_export(&export).unwrap();
    let second = bed.catalogue.record_export(&export).unwrap();
    bed.catalogue
        .settle_export(first, ExportOutcome::Accepted, Some(202), Some("success"), Some("api-1"))
        .unwrap();
    bed.catalogue.remove_account(&bed.account).unwrap();
    let rows = bed.reopened().catalogue.exports().unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [second, first]);
    assert_eq!((rows[0].outcome, rows[0].status), (ExportOutcome::Sent, None));
    assert_eq!(rows[1].export, export);
    assert_eq!((rows[1].status, rows[1].message.as_deref()), (Some(202), Some("success")));
    assert_eq!(rows[1].correlation.as_deref(), Some("api-1"));
}

#[test]
fn deletions_stay_on_record() {
    let bed = Bed::with(&recordings(0..3));
    let deletion = |number| NewDeletion {
        key: bed.key(number),
        account: bed.account.clone(),
        recording_id: recording(number).id,
        who: "anna".to_owned(),
        reason: "GDPR request 7".to_owned(),
        had_copy_sha256: Some("cd".repeat(32)),
        at: at(5),
    };
    let deletions = [deletion(0), deletion(1), deletion(2)];
    let ids: Vec<i64> =
        deletions.iter().map(|deletion| bed.catalogue.begin_deletion(deletion).unwrap()).collect();
    assert!(!bed.catalogue.recording(bed.key(0)).unwrap().unwrap().gone, "only asked for");
    bed.catalogue.settle_deletion(ids[0], DeletionOutcome::AlreadyGone, None, at(6)).unwrap();
    bed.catalogue.settle_deletion(ids[1], DeletionOutcome::Failed, Some("403"), at(6)).unwrap();
    assert_eq!(bed.catalogue.search(&Search::default()).unwrap().keys.len(), 2);
    let not_saved = Search { view: LibraryView::NotSaved, ..Search::default() };
    assert_eq!(bed.catalogue.search(&not_saved).unwrap().keys.len(), 2);
    assert!(matches!(
        bed.catalogue.settle_deletion(99, DeletionOutcome::Deleted, None, at(6)),
        Err(Error::NotFound { what: "deletion", .. })
    ));

    bed.catalogue.forget_recordings().unwrap();
    bed.catalogue.remove_account(&bed.account).unwrap();
    let rows = bed.reopened().catalogue.deletions().unwrap();
    let outcomes: Vec<_> = rows.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [None, Some(DeletionOutcome::Failed), Some(DeletionOutcome::AlreadyGone)]);
    assert_eq!(rows[1].detail.as_deref(), Some("403"));
    assert_eq!(rows[2].deletion, deletions[0]);
    assert_eq!(rows[2].account_label, account("a").label);
    assert_eq!(rows[2].settled_at, Some(at(6)));
}

#[test]
fn settings_are_kept_as_they_are() {
    let bed = Bed::new();
    assert_eq!(bed.catalogue.setting("view").unwrap(), None);
    let value = json!({ "theme": "dark", "later": [1, null, "é"] });
    bed.catalogue.set_setting("view", &json!(1)).unwrap();
    bed.catalogue.set_setting("view", &value).unwrap();
    assert_eq!(bed.reopened().catalogue.setting("view").unwrap(), Some(value));
}

#[test]
fn a_backup_is_a_whole_index() {
    let bed = Bed::with(&recordings(0..50));
    let elsewhere = tempfile::TempDir::new().unwrap();
    let target = elsewhere.path().join("catalogue.sqlite3");
    std::fs::write(&target, b"an older backup").unwrap();
    bed.catalogue.back_up_to(&target).unwrap();
    assert!(bed.catalogue.size_bytes() > 0);
    let names: Vec<_> = std::fs::read_dir(elsewhere.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["catalogue.sqlite3"], "nothing is left beside it");
    let (copy, note) = Catalogue::open(elsewhere.path()).unwrap();
    assert_eq!(note.repaired, None);
    assert_eq!(
        copy.search(&Search::default()).unwrap(),
        bed.catalogue.search(&Search::default()).unwrap()
    );

    let nowhere = elsewhere.path().join("no/such/folder/b.sqlite3");
    assert!(bed.catalogue.back_up_to(&nowhere).is_err());
    let under_a_file = bed.catalogue.path().join("b.sqlite3");
    assert!(matches!(bed.catalogue.back_up_to(&under_a_file), Err(Error::NotWritable { .. })));
}

#[test]
fn a_long_list_of_records_is_read_in_its_order() {
    let bed = Bed::with(&recordings(0..1_200));
    bed.catalogue.save_copy(bed.key(3), &copy("3.mp3")).unwrap();
    bed.catalogue.annotate(&[bed.key(3)], &Annotation::Star(true), at(1)).unwrap();
    let newest_first = bed.catalogue.search(&Search::default()).unwrap().keys;
    let asked: Vec<_> =
        newest_first.iter().flat_map(|key| [*key, RecordingKey(70_000 + key.0)]).collect();
    let records: Vec<_> = bed.catalogue.records(&asked).map(Result::unwrap).collect();
    assert_eq!(records.iter().map(|record| record.key).collect::<Vec<_>>(), newest_first);
    assert_eq!(records[0].recording, recording(1_199), "the vendor's own words too");
    let saved = records.iter().find(|record| record.key == bed.key(3)).unwrap();
    assert_eq!((saved.copy.as_ref(), saved.annotations.starred), (Some(&copy("3.mp3")), true));
    assert_eq!(saved.size_bytes(), Some(4321));
    assert_eq!(bed.catalogue.records(&[]).count(), 0);
}

#[test]
fn recordings_still_at_the_provider_are_tallied() {
    let bed = Bed::with(&recordings(0..6));
    bed.catalogue.mark_gone(bed.key(5), at(1)).unwrap();
    let named = |recording: &domain::Recording| recording.conference_name.is_some();
    assert_eq!(bed.catalogue.tally_recordings(&bed.account, named).unwrap(), (2, 500 + 3_500));
    let all = |_: &domain::Recording| true;
    assert_eq!(bed.catalogue.tally_recordings(&bed.account, all).unwrap().0, 5);
    let nobody = domain::AccountId::new("nobody");
    assert_eq!(bed.catalogue.tally_recordings(&nobody, all).unwrap(), (0, 0));
}
