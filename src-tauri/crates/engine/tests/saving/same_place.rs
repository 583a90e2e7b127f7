//! One folder under several spellings is one place, and a recording is fetched into it once, whoever asks.

use sandbox::{Origin, SandboxOptions};
use tapeshelf_engine::{JobState, QuietHours, TransferOptions, TransferSettings};

use crate::support::{World, everything_into, settled, short_waits};

/// Nothing begins, all day.
fn quiet() -> TransferSettings {
    let hours =
        QuietHours { from: "00:00".into(), to: "00:00".into(), weekdays: (1..=7).collect() };
    TransferSettings { quiet_hours: Some(hours), ..TransferSettings::default() }
}

#[cfg(unix)]
#[tokio::test]
async fn a_rule_and_jobs_that_spell_one_folder_differently_queue_a_recording_once() {
    let world = World::synced(8).await;
    world.engine.set_transfer_settings(quiet()).await.unwrap();
    let keys = world.short_keys(8).await;
    let calls = world.folder();
    std::fs::create_dir_all(calls.join("2026")).unwrap();
    std::os::unix::fs::symlink(&calls, world.dir.path().join("link")).unwrap();
    let mut jobs = Vec::new();
    for (spelling, two) in
        ["link", "calls/", "calls/2026/..", "link/2026/../."].iter().zip(keys.chunks(2))
    {
        let folder = world.engine.take_folder(world.dir.path().join(spelling)).await.unwrap();
        jobs.push(world.start(two.to_vec(), &folder.token, "{id}").await);
    }
    let folder = world.engine.take_folder(calls).await.unwrap();
    let rule = world.engine.put_save_rule(everything_into(folder.token)).await.unwrap();
    let tally = world.engine.run_save_rule(&rule.id).await.unwrap();
    assert_eq!((tally.matched, tally.moving, tally.queued), (8, 8, 0));
    world.engine.set_transfer_settings(TransferSettings::default()).await.unwrap();
    for job in &jobs {
        assert_eq!(settled(&world, job).await.record.state, JobState::Finished);
    }
    let tally = world.engine.run_save_rule(&rule.id).await.unwrap();
    assert_eq!((tally.saved, tally.queued), (8, 0));
    assert_eq!(world.files().len(), 8);
}

#[tokio::test]
async fn jobs_that_want_one_recording_at_the_same_time_fetch_it_once() {
    // Slow enough that all of them are at it before the first one is done.
    let options = SandboxOptions {
        recordings: 12,
        seed: 7,
        latency: std::time::Duration::from_millis(150),
        ..SandboxOptions::default()
    };
    let world = World::with_waits(options, short_waits()).await;
    world.add_account().await;
    let key = world.short_keys(1).await[0];
    world.engine.set_transfer_settings(quiet()).await.unwrap();
    let mut jobs = Vec::new();
    for folder in ["calls", "calls/", "archive"] {
        let folder = world.engine.take_folder(world.dir.path().join(folder)).await.unwrap();
        jobs.push(world.start(vec![key], &folder.token, "{id}").await);
    }
    let before = world.sandbox.request_log().len();
    world.engine.set_transfer_settings(TransferSettings::default()).await.unwrap();
    let mut skipped = 0;
    for job in &jobs {
        let done = settled(&world, job).await;
        assert_eq!((done.record.state, done.record.tally.failed), (JobState::Finished, 0));
        skipped += done.record.tally.skipped;
    }
    let copies: Vec<_> =
        world.engine.recording(key).await.unwrap().stored.copies().cloned().collect();
    assert_eq!((skipped, copies.len()), (1, 2), "one a folder: {copies:?}");
    assert_eq!(
        (world.files().len(), crate::support::walk(&world.dir.path().join("archive")).len()),
        (1, 1)
    );
    if copies.iter().all(tapeshelf_engine::CopyRecord::is_whole) {
        let asked = world.sandbox.request_log().split_off(before);
        let of_audio = asked.iter().filter(|asked| asked.origin == Origin::Media).count();
        assert_eq!(of_audio, 1, "{asked:?}");
    }
}

#[tokio::test]
async fn a_bag_holds_also_what_lies_beside_it_in_the_same_folder() {
    let world = World::synced(20).await;
    let keys = world.short_keys(3).await;
    let first = world.download_with(keys.clone(), TransferOptions::default()).await;
    assert_eq!(first.record.tally.verified + first.record.tally.remarked, 3);
    let bag = TransferOptions { bag: true, checksums: true, ..TransferOptions::default() };
    let second = world.download_with(keys.clone(), bag.clone()).await;
    assert_eq!((second.record.tally.skipped, second.record.tally.failed), (0, 0));
    let manifest = || std::fs::read_to_string(world.folder().join("manifest-sha256.txt")).unwrap();
    assert_eq!(manifest().lines().count(), 3, "{}", manifest());
    assert_eq!(world.audio().len(), 6);
    // Into a folder that has a bag already, it costs nothing and says the same.
    let before = manifest();
    let third = world.download_with(keys, bag).await;
    assert_eq!((third.record.tally.skipped, manifest()), (3, before));
    let sums = std::fs::read_to_string(world.folder().join("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), 6, "{sums}");
}
