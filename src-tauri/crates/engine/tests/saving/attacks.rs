//! What people, clocks and other programs do to a download while it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use sandbox::Fault;
use tapeshelf_engine::{CheckScope, Event, JobState, TransferOptions};

use crate::support::{World, job_as, job_done, settled, wait_for};

/// Makes a pipe that nobody writes into: to open it is to wait for ever.
#[cfg(target_os = "linux")]
fn pipe_at(path: &std::path::Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

/// Lets go of who waits for a pipe.
#[cfg(target_os = "linux")]
fn release(pipe: &std::path::Path) {
    drop(std::fs::File::options().read(true).write(true).open(pipe).unwrap());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_copy_that_nobody_can_read_from_holds_up_neither_a_check_nor_its_end() {
    let mut world = World::synced(20).await;
    let keys = world.short_keys(2).await;
    world.download(keys.clone()).await;
    let file = world.files().remove(0);
    std::fs::remove_file(&file).unwrap();
    pipe_at(&file);
    // Another folder is served all the same.
    let archive = world.dir.path().join("archive");
    let folder = world.engine.take_folder(archive.clone()).await.unwrap();
    let mut events = world.engine.subscribe();
    let job = world.start(keys, &folder.token, "{id}").await;
    assert_eq!(job_done(&mut events, &job).await.record.tally.failed, 0);
    // A person stops the check while nothing comes.
    let mut events = world.engine.subscribe();
    world.engine.check_copies(CheckScope::All).await.unwrap();
    world.engine.cancel_check();
    let ended = |event| match event {
        Event::Check(report) if report.ended_at.is_some() => Some(*report),
        _ => None,
    };
    assert!(wait_for(&mut events, ended).await.cancelled);
    release(&file);
    // Or nobody does.
    world.waits.folder_answers = std::time::Duration::from_secs(4);
    world.reopen().await;
    let report = crate::copies::check(&world).await;
    assert_eq!((report.ok, report.missing, report.cannot_check), (3, 0, 1), "{report:?}");
    assert!(report.troubles[0].what.contains("does not answer"), "{report:?}");
    release(&file);
}

#[tokio::test]
async fn a_clock_that_was_ahead_and_is_set_right_holds_no_file_back() {
    let mut world = World::synced(20).await;
    let ahead_s = Arc::new(AtomicI64::new(300 * 24 * 60 * 60));
    let offset_s = Arc::clone(&ahead_s);
    world.clock = Arc::new(move || {
        Timestamp::now() + SignedDuration::from_secs(offset_s.load(Ordering::SeqCst))
    });
    world.reopen().await;
    let keys = world.short_keys(2).await;
    let id = world.id_of(keys[0]).await;
    world.sandbox.break_media(&id, Fault::NotReady);
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let job = world.start(keys, &folder.token, "{id}").await;
    job_as(&mut events, &job, |view| view.record.tally.waiting == 1).await;
    world.sandbox.mend_media(&id);
    ahead_s.store(0, Ordering::SeqCst);
    let done = job_done(&mut events, &job).await;
    assert_eq!(done.record.tally.failed, 0);
}

#[tokio::test]
async fn lists_that_cannot_be_written_pause_the_job_and_are_written_later() {
    let world = World::synced(20).await;
    let keys = world.short_keys(2).await;
    let in_the_way = world.folder().join("recordings.csv");
    std::fs::create_dir_all(in_the_way.join("a folder")).unwrap();
    let options = TransferOptions {
        csv: true,
        checksums: true,
        raw_json: true,
        ..TransferOptions::default()
    };
    let job = world.download_with(keys, options).await;
    assert_eq!(job.record.state, JobState::Paused);
    let tally = job.record.tally;
    assert_eq!((tally.verified + tally.remarked, tally.queued), (2, 0), "the audio is there");
    let note = job.record.note.as_ref().unwrap();
    assert!(note.contains("recordings.csv"), "{note}");
    std::fs::remove_dir_all(&in_the_way).unwrap();
    let mut events = world.engine.subscribe();
    world.engine.resume_job(&job.record.id).await.unwrap();
    job_done(&mut events, &job).await;
    assert_eq!(std::fs::read_to_string(in_the_way).unwrap().lines().count(), 3);
    assert_eq!(world.files().len(), 2 + 2 + 2);
}

#[tokio::test]
async fn what_could_not_be_had_is_listed_with_the_providers_own_words() {
    let world = World::synced(20).await;
    let keys = world.short_keys(3).await;
    let options = TransferOptions { csv: true, json: true, ..TransferOptions::default() };
    // The provider deletes one after it was listed, and has it no more when it is tried again.
    let id = world.id_of(keys[0]).await;
    world.sandbox.remove(&id).unwrap();
    let job = world.download_with(keys.clone(), options).await;
    assert_eq!((job.record.state, job.record.tally.failed), (JobState::Finished, 1));
    world.engine.retry_failed(&job.record.id).await.unwrap();
    assert_eq!(settled(&world, &job).await.record.tally.failed, 1);
    let text = std::fs::read_to_string(world.folder().join("recordings.json")).unwrap();
    let entries: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let lost = entries.iter().find(|entry| entry["status"] == "not saved").unwrap();
    assert_eq!(lost["why"], "The provider does not have this recording any more.");
    assert_eq!(lost["provider_status"], 404, "{lost}");
    assert_eq!(lost["provider_message"], "Recording not found", "{lost}");
    assert!(!lost["correlation_id"].as_str().unwrap().is_empty(), "{lost}");
    let table = std::fs::read_to_string(world.folder().join("recordings.csv")).unwrap();
    assert!(table.contains("Recording not found"), "{table}");
    // Also on its own, and of a job that was told to write no list.
    let report = world.dir.path().join("report.csv");
    let rows = world.engine.write_job_report(&job.record.id, report.clone()).await.unwrap();
    let report = std::fs::read_to_string(report).unwrap();
    assert_eq!((rows, report.lines().count()), (1, 2));
    for word in [id.as_str(), "404", "Recording not found", "does not have this recording any more"]
    {
        assert!(report.contains(word), "{word} in {report}");
    }
}

#[tokio::test]
async fn what_a_cancelled_job_did_not_come_to_is_listed_too() {
    let world = World::synced(20).await;
    let keys = world.short_keys(3).await;
    world.sandbox.break_media(&world.id_of(keys[0]).await, Fault::NotReady);
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let job = world.start(keys, &folder.token, "{id}").await;
    job_as(&mut events, &job, |view| {
        view.record.tally.waiting == 1 && view.record.tally.moving == 0
    })
    .await;
    let id = &job.record.id;
    let report = world.dir.path().join("report.csv");
    assert_eq!(world.engine.write_job_report(id, report.clone()).await.unwrap(), 1);
    let text = std::fs::read_to_string(&report).unwrap();
    assert!(text.contains("not saved yet") && text.contains("no audio file"), "{text}");
    world.engine.cancel_job(id).await.unwrap();
    assert_eq!(world.engine.write_job_report(id, report.clone()).await.unwrap(), 1);
    let text = std::fs::read_to_string(&report).unwrap();
    assert!(text.contains(",cancelled,"), "{text}");
}

#[tokio::test]
async fn what_was_deleted_during_a_pause_is_told_when_the_job_ends() {
    let world = World::synced(20).await;
    let keys = world.short_keys(4).await;
    let id = world.id_of(keys[3]).await;
    world.sandbox.break_media(&id, Fault::NotReady);
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let options = TransferOptions { checksums: true, ..TransferOptions::default() };
    let job = world.start_with(keys.clone(), &folder.token, "{id}", options).await;
    job_as(&mut events, &job, |view| {
        view.record.tally.waiting == 1 && view.record.tally.moving == 0
    })
    .await;
    world.engine.pause_job(&job.record.id).await.unwrap();
    std::fs::remove_dir_all(world.folder()).unwrap();
    assert!(world.engine.resume_job(&job.record.id).await.is_err());
    std::fs::create_dir(world.folder()).unwrap();
    world.sandbox.mend_media(&id);
    world.engine.resume_job(&job.record.id).await.unwrap();
    let done = settled(&world, &job).await;
    assert_eq!(done.record.state, JobState::Finished);
    assert_eq!(
        done.record.note.unwrap(),
        "3 of its files were moved or deleted after they were saved."
    );
    assert_eq!(world.audio().len(), 1);
    let sums = std::fs::read_to_string(world.folder().join("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), 1, "nobody vouches for what is gone: {sums}");
    // Asked for again, they are fetched again.
    let again = world.download(keys).await;
    assert_eq!((again.record.tally.skipped, again.record.note), (1, None));
    assert_eq!(world.audio().len(), 4);
}

#[tokio::test]
async fn lists_of_others_are_moved_aside_and_a_bag_of_others_is_left_alone() {
    let world = World::synced(20).await;
    let keys = world.short_keys(2).await;
    let folder = world.folder();
    std::fs::create_dir(&folder).unwrap();
    let theirs = [
        ("recordings.csv", "artist,title\r\nSomebody,Something\r\n"),
        ("recordings.json", "{\"music\": [1, 2]}"),
        ("SHA256SUMS", "0000  image.iso\n"),
    ];
    for (name, text) in theirs {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let options =
        TransferOptions { csv: true, json: true, checksums: true, ..TransferOptions::default() };
    for _ in 0..2 {
        world.download_with(keys.clone(), options.clone()).await;
    }
    let moved = ["recordings (2).csv", "recordings (2).json", "SHA256SUMS (2)"];
    for (name, (_, text)) in moved.iter().zip(theirs) {
        assert_eq!(std::fs::read_to_string(folder.join(name)).unwrap(), text);
    }
    assert_eq!(world.files().len(), 2 + 3 + 3, "ours are written over: {:?}", world.files());

    // Likewise what lies beside a single file.
    let id = world.id_of(keys[0]).await;
    let copy = world.engine.recording(keys[0]).await.unwrap().stored.copy.unwrap().path;
    let beside = copy.file_name().unwrap().to_str().unwrap();
    let notes = format!("{{\"recording_id\": \"{id}\", \"graded by\": \"Ana\"}}");
    std::fs::write(folder.join(format!("{beside}.json")), &notes).unwrap();
    for _ in 0..2 {
        world
            .download_with(keys.clone(), TransferOptions { raw_json: true, ..options.clone() })
            .await;
    }
    let aside = folder.join(format!("{beside} (2).json"));
    assert_eq!(std::fs::read_to_string(aside).unwrap(), notes);
    assert_eq!(world.files().len(), 2 + 3 + 3 + 2 + 1, "{:?}", world.files());

    std::fs::write(folder.join("bagit.txt"), "BagIt-Version: 1.0\n").unwrap();
    std::fs::write(folder.join("manifest-sha512.txt"), "").unwrap();
    let chosen = world.engine.take_folder(folder.clone()).await.unwrap();
    let new = tapeshelf_engine::NewTransfer {
        selection: tapeshelf_engine::Selection::Keys(keys),
        folder: chosen.token,
        template: "{id}".into(),
        options: TransferOptions { bag: true, ..options },
        priority: tapeshelf_engine::Priority::Normal,
    };
    let refused = world.engine.start_transfer(new).await.unwrap_err();
    assert!(refused.to_string().contains("a bag of another program"), "{refused}");
    assert!(!folder.join("data").exists());
}

#[tokio::test]
async fn an_account_that_is_removed_in_the_middle_takes_its_files_out_of_the_job() {
    let world = World::synced(20).await;
    let keys = world.short_keys(3).await;
    world.sandbox.break_media(&world.id_of(keys[0]).await, Fault::NotReady);
    let account = world.engine.accounts().await.unwrap().remove(0).account.id;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let options = TransferOptions { json: true, checksums: true, ..TransferOptions::default() };
    let job = world.start_with(keys, &folder.token, "{id}", options).await;
    job_as(&mut events, &job, |view| {
        view.record.tally.waiting == 1 && view.record.tally.moving == 0
    })
    .await;
    world.engine.remove_account(&account).await.unwrap();
    let done = settled(&world, &job).await;
    let tally = done.record.tally;
    assert_eq!(done.record.state, JobState::Finished, "{:?}", done.record.note);
    assert_eq!((tally.cancelled, tally.verified + tally.remarked), (1, 2));
    let sums = std::fs::read_to_string(world.folder().join("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), 2, "what was saved stays proven: {sums}");
    let text = std::fs::read_to_string(world.folder().join("recordings.json")).unwrap();
    let entries: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert!(entries.iter().all(|entry| entry["account"] == "Support"), "{text}");
    assert_eq!(world.files().len(), 2 + 2, "no unfinished file is left: {:?}", world.files());
    assert_eq!(done.record.note, None);
}

#[tokio::test]
async fn an_account_that_is_removed_while_files_arrive_leaves_no_job_standing() {
    let options = sandbox::SandboxOptions {
        recordings: 12,
        seed: 7,
        latency: std::time::Duration::from_millis(60),
        ..sandbox::SandboxOptions::default()
    };
    let world = World::synced_with(options).await;
    let keys = world.short_keys(12).await;
    let account = world.engine.accounts().await.unwrap().remove(0).account.id;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let job = world.start(keys, &folder.token, "{id}").await;
    job_as(&mut events, &job, |view| view.record.tally.verified + view.record.tally.remarked > 0)
        .await;
    world.engine.remove_account(&account).await.unwrap();
    let done = settled(&world, &job).await;
    assert_eq!(done.record.state, JobState::Finished, "{:?}", done.record.note);
    let tally = done.record.tally;
    assert_eq!(tally.cancelled + tally.verified + tally.remarked + tally.failed, 12);
    assert!(world.files().iter().all(|file| file.extension().is_none_or(|e| e != "part")));
}
