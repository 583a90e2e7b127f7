//! Downloads: verified, well named, resumable, honest about what failed.

use std::collections::HashSet;

use domain::CopyState;
use sandbox::{Fault, SandboxOptions};
use tapeshelf_engine::{Event, ItemState, JobState};

use crate::support::{World, job_as, job_end, sha256_hex, wait_for, walk};

#[tokio::test]
async fn files_are_whole_named_and_hashed() {
    let world = World::synced(80).await;
    let keys = world.short_keys(6).await;
    let job = world.download(keys.clone()).await;
    assert_eq!(job.record.state, JobState::Finished);
    assert_eq!(
        job.record.tally.failed,
        0,
        "{:?}",
        world.engine.job_items(&job.record.id, 0, 10).await
    );
    assert_eq!(job.record.tally.verified + job.record.tally.remarked, 6);
    let mut names = HashSet::new();
    for key in keys {
        let stored = world.engine.recording(key).await.unwrap().stored;
        let copy = stored.copy.expect("a copy is known");
        let bytes = std::fs::read(&copy.path).unwrap();
        assert_eq!(bytes.len() as u64, copy.size_bytes);
        assert_eq!(sha256_hex(&bytes), copy.sha256);
        assert!(copy.path.starts_with(world.folder()));
        assert!(names.insert(copy.path));
    }
    assert_eq!(world.files().len(), 6, "no part file is left");
}

#[tokio::test]
async fn saving_again_what_is_saved_costs_nothing() {
    let world = World::synced(40).await;
    let keys = world.short_keys(3).await;
    world.download(keys.clone()).await;
    let requests = world.sandbox.request_log().len();
    let again = world.download(keys).await;
    assert_eq!(again.record.tally.skipped, 3);
    assert_eq!(world.sandbox.request_log().len(), requests);
    assert_eq!(world.files().len(), 3);
}

#[tokio::test]
async fn a_web_page_or_an_empty_or_cut_reply_is_never_saved() {
    let world = World::synced(40).await;
    let keys = world.short_keys(4).await;
    for (key, fault) in keys.iter().zip([Fault::Html200, Fault::Empty200, Fault::Cut]) {
        let id = world.engine.recording(*key).await.unwrap().stored.recording.id;
        world.sandbox.break_media(id.as_str(), fault);
    }
    let job = world.download(keys.clone()).await;
    assert_eq!(job.record.state, JobState::Finished);
    assert_eq!(
        (job.record.tally.failed, job.record.tally.verified + job.record.tally.remarked),
        (3, 1)
    );
    let items = world.engine.job_items(&job.record.id, 0, 10).await.unwrap();
    for item in items.iter().filter(|item| item.state == ItemState::Failed) {
        assert!(item.note.as_ref().is_some_and(|note| !note.is_empty()), "a reason is given");
        let stored = world.engine.recording(item.key).await.unwrap();
        assert_eq!(stored.row.state, CopyState::Failed);
        assert!(stored.stored.copy.is_none());
    }
    assert_eq!(world.files().len(), 1, "only the whole one has a name");
}

#[tokio::test]
async fn a_hostile_recording_id_stays_inside_the_folder() {
    let world =
        World::with(SandboxOptions { recordings: 3, seed: 7, ..SandboxOptions::default() }).await;
    let rows = {
        world.add_account().await;
        world.rows("").await
    };
    let template = world.engine.recording(rows[0].key).await.unwrap().stored.recording;
    let mut planted: serde_json::Value = serde_json::from_str(&template.raw).unwrap();
    planted["recording_id"] = "../../../escaped".into();
    world.sandbox.plant(planted);
    world.sync().await;
    let row = world.rows("escaped").await.pop().expect("the planted row is listed");
    world.download(vec![row.key]).await;
    let outside: Vec<_> = walk(world.dir.path())
        .into_iter()
        .filter(|path| path.to_string_lossy().contains("escaped"))
        .filter(|path| !path.starts_with(world.folder()))
        .collect();
    assert!(outside.is_empty(), "{outside:?}");
}

#[tokio::test]
async fn a_paused_job_keeps_its_bytes_and_goes_on_after_a_restart() {
    let mut world = World::with(SandboxOptions {
        recordings: 30,
        faults: "slow:1.0".parse().unwrap(),
        ..SandboxOptions::default()
    })
    .await;
    world.add_account().await;
    let keys = world.short_keys(12).await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let job = world.start(keys, &folder.token, "{id}").await;
    wait_for(&mut events, |event| match event {
        Event::Job(view) if view.received_bytes > 0 => Some(()),
        _ => None,
    })
    .await;
    world.engine.pause_job(&job.record.id).await.unwrap();
    let paused = world.engine.jobs().await.unwrap().remove(0);
    assert_eq!(paused.record.state, JobState::Paused);
    assert!(paused.record.tally.queued > 0);
    let resumed = paused.record.id.clone();
    world.engine.resume_job(&resumed).await.unwrap();

    // Closed in the middle: the next run goes on by itself.
    world.reopen().await;
    let mut events = world.engine.subscribe();
    world.engine.resume_work().await.unwrap();
    let done = job_end(&mut events, &paused).await;
    assert_eq!(done.record.state, JobState::Finished);
    assert_eq!(done.record.tally.verified + done.record.tally.remarked, 12);
    assert_eq!(world.files().len(), 12);
}

#[tokio::test]
async fn a_cancelled_job_leaves_no_half_files() {
    let world = World::with(SandboxOptions {
        recordings: 30,
        faults: "slow:1.0".parse().unwrap(),
        ..SandboxOptions::default()
    })
    .await;
    world.add_account().await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let keys = world.short_keys(20).await;
    let job = world.start(keys, &folder.token, "{id}").await;
    wait_for(&mut events, |event| match event {
        Event::Job(view) if view.received_bytes > 0 => Some(()),
        _ => None,
    })
    .await;
    world.engine.cancel_job(&job.record.id).await.unwrap();
    let ended = world.engine.jobs().await.unwrap().remove(0);
    assert_eq!(ended.record.state, JobState::Cancelled);
    let tally = &ended.record.tally;
    assert_eq!(world.files().len(), (tally.verified + tally.remarked) as usize);
    assert!(
        walk(&world.folder())
            .iter()
            .all(|path| path.extension().is_none_or(|extension| extension != "part"))
    );
    assert!(world.rows("").await.iter().all(|row| row.state != CopyState::Moving));
}

#[tokio::test]
async fn failed_files_can_be_tried_again() {
    let world = World::synced(20).await;
    let keys = world.short_keys(2).await;
    let id = world.engine.recording(keys[0]).await.unwrap().stored.recording.id;
    world.sandbox.break_media(id.as_str(), Fault::Html200);
    let job = world.download(keys).await;
    assert_eq!(job.record.tally.failed, 1);
    world.sandbox.mend_media(id.as_str());
    let mut events = world.engine.subscribe();
    world.engine.retry_failed(&job.record.id).await.unwrap();
    let done = wait_for(&mut events, |event| match event {
        Event::Job(view)
            if view.record.state == JobState::Finished && view.record.tally.failed == 0 =>
        {
            Some(view)
        }
        _ => None,
    })
    .await;
    assert_eq!(done.record.tally.verified + done.record.tally.remarked, 2);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_refused_at_once() {
    let world = World::synced(5).await;
    let file = world.dir.path().join("a file");
    std::fs::write(&file, "in the way").unwrap();
    let error = world.engine.take_folder(file.join("below")).await.unwrap_err();
    assert!(matches!(error, tapeshelf_engine::Error::Transfer(_)), "{error:?}");
}

#[tokio::test]
async fn a_folder_that_goes_away_pauses_the_job() {
    let world = World::with(SandboxOptions {
        recordings: 20,
        faults: "slow:1.0".parse().unwrap(),
        ..SandboxOptions::default()
    })
    .await;
    world.add_account().await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    std::fs::remove_dir_all(world.folder()).unwrap();
    std::fs::write(world.folder(), "a file where the folder was").unwrap();
    let mut events = world.engine.subscribe();
    let keys = world.short_keys(3).await;
    let job = world.start(keys, &folder.token, "{id}").await;
    let paused = job_end(&mut events, &job).await;
    assert_eq!(paused.record.state, JobState::Paused);
    assert!(paused.record.note.is_some_and(|note| note.starts_with("Paused")));
    assert_eq!(paused.record.tally.queued, 3, "nothing is lost");
}

#[tokio::test]
async fn a_recording_without_a_file_is_waited_for_and_not_failed() {
    let world = World::synced(30).await;
    let keys = world.short_keys(2).await;
    world.sandbox.break_media(&world.id_of(keys[0]).await, Fault::NotReady);
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let job = world.start(keys.clone(), &folder.token, "{id}").await;
    let waiting = job_as(&mut events, &job, |view| {
        view.record.tally.waiting == 1 && view.record.tally.moving == 0
    })
    .await;
    assert_eq!(waiting.record.state, JobState::Running);
    assert!(waiting.record.tally.next_at.is_some());
    let items = world.engine.job_items(&job.record.id, 0, 2).await.unwrap();
    assert!(items[0].note.as_ref().unwrap().contains("no audio file"), "{:?}", items[0]);
    world.sandbox.mend_media(&world.id_of(keys[0]).await);
    let done = job_as(&mut events, &job, |view| view.record.state != JobState::Running).await;
    assert_eq!(done.record.tally.verified + done.record.tally.remarked, 2);
}
