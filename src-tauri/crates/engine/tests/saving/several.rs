//! Several copies of one recording: each place has its own, and one whole copy is proof enough.

use domain::{CopyState, RecordingKey};
use tapeshelf_engine::{
    CopyRecord, DeleteOrder, JobView, MetadataOrder, Selection, TableFormat, TransferOptions,
};

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

#[tokio::test]
async fn a_list_names_every_copy_and_those_that_are_not_what_they_were() {
    let world = World::synced(30).await;
    let key = world.short_keys(1).await[0];
    world.download(vec![key]).await;
    std::fs::create_dir(world.dir.path().join("archive")).unwrap();
    let first = world.copies(key).await.remove(0);
    // Also of a recording whose copy carries a remark, which would be fetched and not copied.
    let backup = world.dir.path().join("archive/a.mp3");
    std::fs::copy(&first.path, &backup).unwrap();
    crate::copies::adopt(&world, &world.dir.path().join("archive"), None).await;
    let order = MetadataOrder {
        selection: Selection::Keys(vec![key]),
        columns: None,
        format: TableFormat::JsonLines,
        masked: false,
        raw: false,
    };
    let listed = || async {
        let list = world.engine.prepare_metadata(order.clone()).await.unwrap();
        let path = world.dir.path().join("list.jsonl");
        world.engine.write_metadata(list, path.clone(), |_| {}).await.unwrap();
        let line: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let paths = |name: &str| -> Vec<String> {
            let mut paths: Vec<String> =
                serde_json::from_value(line[name].clone()).unwrap_or_default();
            paths.sort();
            paths
        };
        (paths("copies"), paths("spoilt_copies"))
    };
    let [one, other] = [&first.path, &backup].map(|path| path.display().to_string());
    let mut both = vec![one.clone(), other.clone()];
    both.sort();
    assert_eq!(listed().await, (both, vec![]));
    spoil(&first);
    crate::copies::check(&world).await;
    assert_eq!(listed().await, (vec![other], vec![one]));
}

#[tokio::test]
async fn a_file_that_changed_without_getting_longer_is_called_saved_nowhere() {
    let world = World::synced(30).await;
    let keys = world.short_keys(3).await;
    let options = TransferOptions { checksums: true, json: true, ..TransferOptions::default() };
    world.download_with(keys.clone(), options.clone()).await;
    let changed = world.copies(keys[2]).await.remove(0);
    spoil(&changed);
    crate::copies::check(&world).await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let wanted = Selection::Keys(keys.clone());
    let plan = world.engine.plan_transfer(&wanted, Some(&folder.token)).await.unwrap();
    assert_eq!((plan.files, plan.already_there), (3, 2));
    world.download_with(keys[..1].to_vec(), options).await;
    let text = std::fs::read_to_string(world.folder().join("recordings.json")).unwrap();
    let entries: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let entry = entries.iter().find(|entry| entry["sha256"] == *changed.sha256).unwrap();
    assert_eq!(entry["status"], "missing", "{entry}");
    let sums = std::fs::read_to_string(world.folder().join("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), 2, "nothing vouches for it");
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_through_a_link_is_the_same_place() {
    let world = World::synced(30).await;
    let keys = world.short_keys(3).await;
    world.download_into("calls", keys.clone()).await;
    let link = world.dir.path().join("link");
    std::os::unix::fs::symlink(world.folder(), &link).unwrap();
    let wanted = Selection::Keys(keys.clone());
    for spelling in ["link", "calls/../link", "calls/../calls/"] {
        let folder = world.engine.take_folder(world.dir.path().join(spelling)).await.unwrap();
        let plan = world.engine.plan_transfer(&wanted, Some(&folder.token)).await.unwrap();
        assert_eq!(plan.already_there, 3, "{spelling}");
        let again = world.download_into(spelling, keys.clone()).await;
        assert_eq!(again.record.tally.skipped, 3, "{spelling}");
    }
    for key in &keys {
        assert_eq!(world.copies(*key).await.len(), 1, "no second copy of one file");
    }
    assert_eq!(world.files().len(), 3);
    // The folder moves to a larger disk, and a link is left where it was.
    let large = world.dir.path().join("large");
    std::fs::rename(world.folder(), &large).unwrap();
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&large, world.folder()).unwrap();
    let again = world.download_into("large", keys).await;
    assert_eq!(again.record.tally.skipped, 3);
}
