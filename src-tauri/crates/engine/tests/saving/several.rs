//! Several copies of one recording: each place has its own, and one whole copy is proof enough.

use domain::{CopyState, RecordingKey};
use tapeshelf_engine::{CopyRecord, DeleteOrder, JobView, Selection};

use crate::support::{World, job_end, sha256_hex};

impl World {
    /// Downloads into a folder of this name and waits for the end of the job.
    async fn download_into(&self, folder: &str, keys: Vec<RecordingKey>) -> JobView {
        let folder = self.dir.path().join(folder);
        let mut events = self.engine.subscribe();
        let chosen = self.engine.take_folder(folder).await.unwrap();
        let job = self.start(keys, &chosen.token, "{id}").await;
        job_end(&mut events, &job).await
    }

    async fn copies(&self, key: RecordingKey) -> Vec<CopyRecord> {
        self.engine.recording(key).await.unwrap().stored.copies().cloned().collect()
    }

    async fn delete(&self, key: RecordingKey) -> (u32, Option<String>) {
        let order = DeleteOrder {
            selection: Selection::Keys(vec![key]),
            confirmed_count: 1,
            without_copy: false,
            reason: "kept twice".into(),
        };
        let mut report = self.engine.delete_recordings(order).await.unwrap();
        (report.deleted, report.kept.pop().map(|kept| kept.why))
    }
}

fn spoil(copy: &CopyRecord) {
    let mut bytes = std::fs::read(&copy.path).unwrap();
    bytes[60] ^= 0x40;
    std::fs::write(&copy.path, bytes).unwrap();
}

#[tokio::test]
async fn another_folder_gets_its_own_copy_without_asking_the_provider_and_each_costs_nothing_again()
{
    let world = World::synced(30).await;
    let keys = world.short_keys(3).await;
    world.download(keys.clone()).await;
    let requests = world.sandbox.request_log().len();
    let second = world.download_into("archive", keys.clone()).await;
    let tally = second.record.tally;
    assert_eq!((tally.verified + tally.remarked, tally.skipped), (3, 0));
    for key in &keys {
        let copies = world.copies(*key).await;
        assert_eq!(copies.len(), 2, "{copies:?}");
        for copy in &copies {
            assert_eq!(sha256_hex(&std::fs::read(&copy.path).unwrap()), copy.sha256);
        }
        assert_ne!(copies[0].path, copies[1].path);
    }
    for folder in ["calls", "archive"] {
        let again = world.download_into(folder, keys.clone()).await;
        assert_eq!(again.record.tally.skipped, 3, "{folder}");
    }
    let asked = world.sandbox.request_log().split_off(requests);
    let is_left = |copy: &&CopyRecord| copy.is_whole();
    let mut whole = 0;
    for key in &keys {
        whole += world.copies(*key).await.iter().filter(is_left).count();
    }
    // What carries a remark is asked for again, in the hope of better.
    assert!(whole > 0 && asked.len() <= 6 - whole, "{whole} whole, {asked:?}");
}

#[tokio::test]
async fn a_spoilt_copy_serves_nobody_and_the_provider_is_asked_instead() {
    let world = World::synced(30).await;
    let key = world.short_keys(1).await[0];
    world.download(vec![key]).await;
    let truth = world.vobiz_truth(&world.id_of(key).await).await;
    spoil(&world.copies(key).await[0]);
    let job = world.download_into("archive", vec![key]).await;
    assert_eq!(job.record.tally.failed, 0);
    let theirs = world.dir.path().join("archive");
    let file = crate::support::walk(&theirs).remove(0);
    assert_eq!(std::fs::read(file).unwrap(), truth);
}

#[tokio::test]
async fn one_whole_copy_is_proof_enough_to_delete_and_none_is_not() {
    let world = World::synced(30).await;
    let mut keys = Vec::new();
    // With a remark a copy proves too little, so some that have none are looked for.
    let candidates = world.short_keys(20).await;
    world.download(candidates.clone()).await;
    for key in candidates {
        if keys.len() < 2 && world.copies(key).await[0].is_whole() {
            keys.push(key);
        }
    }
    world.download_into("archive", keys.clone()).await;
    for key in &keys {
        assert_eq!(world.copies(*key).await.len(), 2);
    }
    spoil(&world.copies(keys[0]).await[0]);
    std::fs::remove_file(&world.copies(keys[1]).await[0].path).unwrap();
    spoil(&world.copies(keys[1]).await[1]);
    assert_eq!(world.delete(keys[0]).await, (1, None));
    let (deleted, why) = world.delete(keys[1]).await;
    let why = why.unwrap();
    assert_eq!(deleted, 0);
    assert!(why.contains("cannot be checked") && why.contains("has changed"), "{why}");
    assert!(world.sandbox.recording_ids().contains(&world.id_of(keys[1]).await));
}

#[tokio::test]
async fn what_the_provider_has_no_more_is_still_saved_elsewhere_from_a_copy() {
    let world = World::synced(30).await;
    let mut whole = None;
    let candidates = world.short_keys(10).await;
    world.download(candidates.clone()).await;
    for key in candidates {
        if world.copies(key).await[0].is_whole() {
            whole = Some(key);
        }
    }
    let key = whole.unwrap();
    let truth = world.vobiz_truth(&world.id_of(key).await).await;
    assert_eq!(world.delete(key).await, (1, None));
    let job = world.download_into("archive", vec![key]).await;
    let tally = job.record.tally;
    assert_eq!((tally.verified, tally.failed), (1, 0));
    let file = crate::support::walk(&world.dir.path().join("archive")).remove(0);
    assert_eq!(std::fs::read(file).unwrap(), truth);
    assert_eq!(world.engine.recording(key).await.unwrap().row.state, CopyState::Verified);
}
