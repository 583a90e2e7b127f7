use std::path::PathBuf;

use domain::{CopyState, JobId, RecordingKey};

use super::{Bed, at, copy, recordings};
use crate::{Error, ItemRecord, ItemState, JobState, NewJob, Priority};

fn job(id: &str) -> NewJob {
    NewJob {
        id: JobId::new(id),
        folder: PathBuf::from("/calls"),
        template: "{date}_{id}".to_owned(),
        created_at: at(100),
        label: String::new(),
        priority: Priority::Normal,
        options_json: "{}".to_owned(),
        rule_id: None,
    }
}

fn bed(count: u32) -> (Bed, Vec<RecordingKey>, JobId) {
    let bed = Bed::with(&recordings(0..count));
    let keys = (0..count).map(|number| bed.key(number)).collect();
    (bed, keys, JobId::new("job"))
}

fn state(bed: &Bed, number: u32) -> CopyState {
    bed.catalogue.rows(&[bed.key(number)]).unwrap()[0].state
}

fn item(bed: &Bed, id: &JobId, position: u32) -> ItemRecord {
    bed.catalogue.job_items(id, position, 1).unwrap().remove(0)
}

fn set(bed: &Bed, id: &JobId, position: u32, state: ItemState) -> crate::Result<()> {
    bed.catalogue.set_item(id, &ItemRecord { state, ..item(bed, id, position) })
}

#[test]
fn a_job_is_written_whole_before_it_begins() {
    let (bed, mut keys, id) = bed(5);
    bed.catalogue.save_copy(keys[0], &copy("0.mp3")).unwrap();
    keys.push(keys[1]);
    keys.push(RecordingKey(9_999));
    bed.catalogue.create_job(&job("job"), &keys).unwrap();
    let bed = bed.reopened();
    let record = bed.catalogue.job(&id).unwrap().unwrap();
    assert_eq!(
        (record.tally.total, record.tally.queued),
        (5, 5),
        "no key twice, none of no recording"
    );
    assert_eq!(
        (record.state, record.created_at, record.ended_at),
        (JobState::Running, at(100), None)
    );
    assert_eq!(
        (record.folder, record.template),
        (PathBuf::from("/calls"), "{date}_{id}".to_owned())
    );
    assert_eq!(record.tally.expected_bytes, None, "no size is known");
    assert_eq!(state(&bed, 0), CopyState::Verified, "a saved one stays saved");
    assert_eq!(state(&bed, 1), CopyState::Moving);
    let items = bed.catalogue.job_items(&id, 1, 2).unwrap();
    assert_eq!(
        items.iter().map(|item| (item.position, item.key)).collect::<Vec<_>>(),
        [(1, keys[1]), (2, keys[2])]
    );
    assert_eq!(bed.catalogue.job_items(&id, 4, 100).unwrap().len(), 1);
}

#[test]
fn items_move_through_their_states() {
    let (bed, keys, id) = bed(4);
    bed.catalogue.create_job(&job("job"), &keys).unwrap();
    let receiving = ItemRecord {
        state: ItemState::Receiving,
        name: Some("a/b.mp3".to_owned()),
        part: Some(".part".to_owned()),
        received_bytes: 10,
        total_bytes: Some(20),
        etag: Some("\"e\"".to_owned()),
        note: None,
        reply_json: Some("{}".to_owned()),
        ..item(&bed, &id, 0)
    };
    bed.catalogue.set_item(&id, &receiving).unwrap();
    assert_eq!(item(&bed, &id, 0), receiving);
    assert_eq!(bed.catalogue.next_queued(&id, 10).unwrap().len(), 3);
    assert_eq!(bed.catalogue.next_queued(&id, 2).unwrap()[0].position, 1);

    set(&bed, &id, 0, ItemState::Verifying).unwrap();
    bed.catalogue.save_copy(keys[0], &copy("b.mp3")).unwrap();
    set(&bed, &id, 0, ItemState::Verified).unwrap();
    let failed = ItemRecord {
        state: ItemState::Failed,
        note: Some("The server sent a web page.".to_owned()),
        ..item(&bed, &id, 1)
    };
    bed.catalogue.set_item(&id, &failed).unwrap();
    set(&bed, &id, 2, ItemState::Skipped).unwrap();

    let tally = bed.catalogue.job(&id).unwrap().unwrap().tally;
    assert_eq!((tally.verified, tally.failed, tally.skipped, tally.queued), (1, 1, 1, 1));
    assert_eq!((tally.received_bytes, tally.expected_bytes), (10, None));
    bed.catalogue
        .set_item(&id, &ItemRecord { total_bytes: Some(5), ..item(&bed, &id, 3) })
        .unwrap();
    let tally = bed.catalogue.job(&id).unwrap().unwrap().tally;
    assert_eq!(tally.expected_bytes, Some(25), "failed and skipped ones are not expected");

    assert_eq!(
        [0, 1, 2, 3].map(|number| state(&bed, number)),
        [CopyState::Verified, CopyState::Failed, CopyState::NotSaved, CopyState::Moving]
    );
    let stored = bed.catalogue.recording(keys[1]).unwrap().unwrap();
    assert_eq!(stored.last_failure.as_deref(), Some("The server sent a web page."));
    assert!(matches!(set(&bed, &id, 0, ItemState::Queued), Err(Error::WrongState { .. })));
    assert!(matches!(
        bed.catalogue.set_item(&id, &ItemRecord { position: 99, ..receiving }),
        Err(Error::NotFound { what: "item", .. })
    ));
}

#[test]
fn a_row_in_two_jobs_moves_until_both_let_go() {
    let (bed, keys, first) = bed(1);
    bed.catalogue.create_job(&job("job"), &keys).unwrap();
    bed.catalogue.create_job(&job("second"), &keys).unwrap();
    set(&bed, &first, 0, ItemState::Failed).unwrap();
    assert_eq!(state(&bed, 0), CopyState::Moving);
    bed.catalogue.set_job_state(&JobId::new("second"), JobState::Cancelled, None, at(1)).unwrap();
    assert_eq!(state(&bed, 0), CopyState::Failed);
    let newest_first: Vec<_> =
        bed.catalogue.jobs().unwrap().into_iter().map(|job| job.id).collect();
    assert_eq!(newest_first, [JobId::new("second"), first]);
}

#[test]
fn cancelling_lets_rows_fall_back_and_is_final() {
    let (bed, keys, id) = bed(3);
    bed.catalogue.note_failure(keys[1], "Earlier trouble.").unwrap();
    bed.catalogue.create_job(&job("job"), &keys).unwrap();
    set(&bed, &id, 0, ItemState::Receiving).unwrap();
    bed.catalogue.set_job_state(&id, JobState::Paused, Some("Paused by you."), at(1)).unwrap();
    let paused = bed.catalogue.job(&id).unwrap().unwrap();
    assert_eq!((paused.note.as_deref(), paused.ended_at), (Some("Paused by you."), None));
    assert_eq!(state(&bed, 1), CopyState::Moving, "a paused job still holds its rows");
    bed.catalogue.set_job_state(&id, JobState::Cancelled, None, at(2)).unwrap();
    let record = bed.catalogue.job(&id).unwrap().unwrap();
    assert_eq!(
        (record.state, record.ended_at, record.tally.cancelled),
        (JobState::Cancelled, Some(at(2)), 3)
    );
    assert_eq!(
        [0, 1, 2].map(|number| state(&bed, number)),
        [CopyState::NotSaved, CopyState::Failed, CopyState::NotSaved]
    );
    assert!(matches!(
        bed.catalogue.set_job_state(&id, JobState::Running, None, at(3)),
        Err(Error::WrongState { what: "job", .. })
    ));
    assert!(set(&bed, &id, 0, ItemState::Receiving).is_err(), "too late");
    set(&bed, &id, 0, ItemState::Verified).unwrap();
    assert!(matches!(
        bed.catalogue.set_job_state(&JobId::new("none"), JobState::Paused, None, at(3)),
        Err(Error::NotFound { what: "job", .. })
    ));
}

#[test]
fn failed_items_are_tried_again() {
    let (bed, keys, id) = bed(3);
    bed.catalogue.create_job(&job("job"), &keys).unwrap();
    assert_eq!(bed.catalogue.retry_failed(&id).unwrap(), 0);
    for position in 0..2 {
        let item = ItemRecord {
            state: ItemState::Failed,
            received_bytes: 7,
            part: Some(".part".to_owned()),
            note: Some("Reset.".to_owned()),
            ..item(&bed, &id, position)
        };
        bed.catalogue.set_item(&id, &item).unwrap();
    }
    set(&bed, &id, 2, ItemState::Verified).unwrap();
    bed.catalogue.set_job_state(&id, JobState::Finished, None, at(5)).unwrap();
    assert_eq!(bed.catalogue.job(&id).unwrap().unwrap().ended_at, Some(at(5)));
    assert_eq!(bed.catalogue.retry_failed(&id).unwrap(), 2);
    let record = bed.catalogue.job(&id).unwrap().unwrap();
    assert_eq!((record.state, record.ended_at, record.tally.queued), (JobState::Running, None, 2));
    let again = item(&bed, &id, 0);
    assert_eq!((again.received_bytes, again.part.as_deref(), again.note), (7, Some(".part"), None));
    assert_eq!(state(&bed, 0), CopyState::Moving);
}

#[test]
fn what_was_under_way_at_the_end_is_queued_again() {
    let (bed, keys, id) = bed(4);
    bed.catalogue.create_job(&job("job"), &keys).unwrap();
    bed.catalogue.create_job(&job("paused"), &keys).unwrap();
    bed.catalogue.set_job_state(&JobId::new("paused"), JobState::Paused, None, at(1)).unwrap();
    let receiving =
        ItemRecord { state: ItemState::Receiving, received_bytes: 5, ..item(&bed, &id, 0) };
    bed.catalogue.set_item(&id, &receiving).unwrap();
    set(&bed, &id, 1, ItemState::Verifying).unwrap();
    set(&bed, &id, 2, ItemState::Failed).unwrap();
    set(&bed, &JobId::new("paused"), 3, ItemState::Receiving).unwrap();
    let bed = bed.reopened();
    assert_eq!(bed.catalogue.recover_jobs().unwrap(), std::slice::from_ref(&id));
    let queued = bed.catalogue.next_queued(&id, 10).unwrap();
    assert_eq!(queued.iter().map(|item| item.position).collect::<Vec<_>>(), [0, 1, 3]);
    assert_eq!(queued[0].received_bytes, 5, "the part is kept");
    assert_eq!(bed.catalogue.job(&JobId::new("paused")).unwrap().unwrap().tally.queued, 4);
    assert_eq!(bed.catalogue.recover_jobs().unwrap(), [id], "again is the same");
}

#[test]
fn items_find_their_recordings_after_a_rebuild_and_never_others() {
    let (bed, keys, id) = bed(3);
    bed.catalogue.create_job(&job("job"), &keys).unwrap();
    bed.catalogue.forget_recordings().unwrap();
    let key = item(&bed, &id, 1).key;
    assert_eq!(bed.catalogue.rows(&[key]).unwrap(), [], "not read again yet");
    bed.sync(&recordings(0..3), 1);
    assert_eq!(item(&bed, &id, 1).key, bed.key(1));
    assert_eq!(state(&bed, 1), CopyState::Moving);
    set(&bed, &id, 1, ItemState::Failed).unwrap();
    assert_eq!(state(&bed, 1), CopyState::Failed);

    bed.catalogue.remove_account(&bed.account).unwrap();
    let record = bed.catalogue.job(&id).unwrap().unwrap();
    assert_eq!((record.tally.cancelled, record.tally.failed), (2, 1), "history stays");
}
