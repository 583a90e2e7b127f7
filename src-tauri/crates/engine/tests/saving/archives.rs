//! Archives of VBC's export jobs: fetched whole or not at all, and taken in as copies.

use std::time::Duration;

use domain::{AccountId, ListFilters, RecordingList, VendorJobId};
use jiff::Timestamp;
use sandbox::{MediaLength, SandboxOptions};
use tapeshelf_engine::{AdoptOrder, Adopted, Error, Event, Waits};

use crate::support::{World, short_waits, wait_for};

/// A VBC account with an export job of all its calls that is complete.
async fn exported(recordings: u32, media_length: MediaLength) -> (World, AccountId, VendorJobId) {
    let options = SandboxOptions {
        recordings: 0,
        vbc_recordings: recordings,
        vbc_users: 0,
        vbc_on_demand: 0,
        vbc_job_polls: 1,
        seed: 7,
        media_length,
        ..SandboxOptions::default()
    };
    let waits = Waits { export_job_again: Duration::from_millis(20), ..short_waits() };
    let world = World::with_waits(options, waits).await;
    let account = world.add_vbc().await;
    let filters = ListFilters {
        start_gte: Some(Timestamp::UNIX_EPOCH),
        start_lte: Some(Timestamp::now()),
        ..ListFilters::default()
    };
    let mut events = world.engine.subscribe();
    let list = RecordingList::Company;
    let jobs = world.engine.create_export_job(&account, &list, &filters).await.unwrap();
    let job = jobs[0].job.id.clone();
    while world.engine.known_export_jobs(&account).await.unwrap()[0].job.status.is_open() {
        wait_for(&mut events, |event| matches!(event, Event::ExportsChanged).then_some(())).await;
    }
    (world, account, job)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_archive_leaves_nothing_behind() {
    let length = MediaLength::Fixed { bytes: 400_000 };
    let (world, account, job) = exported(60, length).await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let on_bytes = |received: u64, _: Option<u64>| {
        if received > 0 {
            world.engine.cancel_archive(&account, &job);
        }
    };
    let outcome = world.engine.download_archive(&account, &job, &folder.token, &on_bytes).await;
    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    assert!(world.files().is_empty(), "{:?}", world.files());
    // The next one begins anew, and comes whole.
    let saved =
        world.engine.download_archive(&account, &job, &folder.token, &|_, _| ()).await.unwrap();
    assert_eq!((saved.files, world.files().len()), (60, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_archive_of_an_export_job_is_taken_in_as_copies_of_its_recordings() {
    let (world, account, job) = exported(12, MediaLength::OfTheCall).await;
    let place = world.engine.take_folder(world.dir.path().join("archives")).await.unwrap();
    let saved =
        world.engine.download_archive(&account, &job, &place.token, &|_, _| ()).await.unwrap();
    let source = world.engine.take_source(saved.path.clone()).await.unwrap();
    assert!(source.is_archive);
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let requests = world.sandbox.request_log().len();
    let mut events = world.engine.subscribe();
    let order =
        AdoptOrder { source: source.token, folder: Some(folder.token), template: "{id}".into() };
    world.engine.adopt(order).await.unwrap();
    let report = wait_for(&mut events, |event| match event {
        Event::Adoption(report) if report.ended_at.is_some() => Some(*report),
        _ => None,
    })
    .await;
    assert_eq!(
        (report.looked_at(), report.count(Adopted::Adopted)),
        (12, 12),
        "{:?}",
        report.files
    );
    assert_eq!(world.sandbox.request_log().len(), requests, "nothing was asked of the provider");
    assert_eq!(world.files().len(), 12, "no unfinished file is left");
    for row in world.rows("").await {
        let copy = world.engine.recording(row.key).await.unwrap().stored.copy.unwrap();
        let truth = world.vbc_truth(row.recording_id.as_str()).await;
        assert!(std::fs::read(&copy.path).unwrap() == truth, "{} is its own", copy.path.display());
    }
}
