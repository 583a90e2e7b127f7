//! Downloads through faults: every file bit-exact in the end or named with a reason, and never a false "saved".
//! T-11 to T-19 at the size of a test; `cargo xtask bench faults` runs them by the thousand.

use std::collections::HashMap;

use domain::RecordingKey;
use sandbox::{Fault, SandboxOptions};
use tapeshelf_engine::{ItemState, JobState};

use crate::support::{World, job_as, sha256_hex};

/// Hashes of the same recordings from a server without faults, by the vendor's id.
async fn truth(recordings: u32, keys: &[RecordingKey], world: &World) -> HashMap<String, String> {
    let calm = World::synced(recordings).await;
    let mut ids = Vec::new();
    for key in keys {
        ids.push(world.id_of(*key).await);
    }
    let rows = calm.rows("").await;
    let wanted: Vec<_> = rows
        .iter()
        .filter(|row| ids.contains(&row.recording_id.to_string()))
        .map(|row| row.key)
        .collect();
    assert_eq!(wanted.len(), keys.len());
    calm.download(wanted.clone()).await;
    let mut hashes = HashMap::new();
    for key in wanted {
        let stored = calm.engine.recording(key).await.unwrap().stored;
        hashes.insert(stored.recording.id.to_string(), stored.copy.unwrap().sha256);
    }
    hashes
}

#[tokio::test]
async fn a_bad_day_ends_with_every_file_bit_exact() {
    let world = World::synced(60).await;
    let keys = world.short_keys(40).await;
    let truth = truth(60, &keys, &world).await;
    let bad = World::synced_with(SandboxOptions {
        recordings: 60,
        seed: 7,
        // A bad day without silence, which lasts as long as the patience of the network code.
        faults: "media.reset:0.04,media.cut:0.04,media.rate429:0.04,media.server5xx:0.04,media.html200:0.04,media.json200:0.04,media.empty200:0.04,media.wrong_length:0.04"
            .parse()
            .unwrap(),
        ..SandboxOptions::default()
    })
    .await;
    let rows = bad.rows("").await;
    let keys: Vec<_> = rows
        .iter()
        .filter(|row| truth.contains_key(&row.recording_id.to_string()))
        .map(|row| row.key)
        .collect();
    let mut events = bad.engine.subscribe();
    let folder = bad.engine.take_folder(bad.folder()).await.unwrap();
    let job = bad.start(keys.clone(), &folder.token, "{id}").await;
    let done = job_as(&mut events, &job, |view| view.record.state != JobState::Running).await;
    let items = bad.engine.job_items(&job.record.id, 0, 100).await.unwrap();
    let failed: Vec<_> = items.iter().filter(|item| item.state == ItemState::Failed).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(done.record.tally.total as usize, keys.len());
    for key in keys {
        let stored = bad.engine.recording(key).await.unwrap().stored;
        let copy = stored.copy.unwrap();
        let bytes = std::fs::read(&copy.path).unwrap();
        let hash: String = sha256_hex(&bytes);
        assert_eq!(Some(&hash), truth.get(stored.recording.id.as_str()));
        assert_eq!(hash, copy.sha256);
    }
    assert_eq!(bad.files().len(), truth.len(), "no part file is left, and nothing twice");
}

#[tokio::test]
async fn t16_a_body_that_is_cut_is_gone_on_with_and_ends_bit_exact() {
    let world = World::synced(30).await;
    let key = world.short_keys(1).await[0];
    let truth = truth(30, &[key], &world).await;
    let id = world.id_of(key).await;
    world.sandbox.break_media_times(&id, Fault::Cut, 1);
    let job = world.download(vec![key]).await;
    assert_eq!(job.record.tally.failed, 0);
    let copy = world.engine.recording(key).await.unwrap().stored.copy.unwrap();
    assert_eq!(Some(&copy.sha256), truth.get(&id));
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
