//! A copy on this computer and one in a bucket, side by side.

use domain::RecordingKey;
use tapeshelf_engine::{
    CopyRecord, DeleteOrder, Event, JobState, RuleChange, Selection, TransferOptions,
};

use crate::server::Fault;
use crate::support::{Bench, everything_into, wait_for};

impl Bench {
    /// Saves into the folder of this computer first, then into the bucket; only what has no remark, so that it serves.
    async fn saved_twice(&self, count: usize) -> Vec<RecordingKey> {
        let candidates = self.world.short_keys(20).await;
        self.world.download(candidates.clone()).await;
        let mut keys = Vec::new();
        for key in candidates {
            if self.copies(key).await[0].is_whole() {
                keys.push(key);
            }
        }
        keys.truncate(count);
        assert_eq!(keys.len(), count);
        keys
    }

    async fn copies(&self, key: RecordingKey) -> Vec<CopyRecord> {
        self.world.engine.recording(key).await.unwrap().stored.copies().cloned().collect()
    }

    async fn delete(&self, key: RecordingKey) -> u32 {
        let order = DeleteOrder {
            selection: Selection::Keys(vec![key]),
            confirmed_count: 1,
            without_copy: false,
            reason: "kept twice".into(),
        };
        self.world.engine.delete_recordings(order).await.unwrap().deleted
    }
}

#[tokio::test]
async fn what_is_on_this_computer_goes_into_the_bucket_without_asking_the_provider() {
    let bench = Bench::with(30).await;
    let keys = bench.saved_twice(3).await;
    let asked = bench.world.sandbox.request_log().len();
    let job = bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    assert_eq!((job.record.state, job.record.tally.verified), (JobState::Finished, 3));
    assert_eq!(bench.world.sandbox.request_log().len(), asked);
    for key in &keys {
        let copies = bench.copies(*key).await;
        assert_eq!(copies.len(), 2);
        assert_eq!((&copies[0].place, &copies[1].place), (&None, &Some(bench.place.clone())));
        let object = bench.server.file(copies[1].path.to_str().unwrap());
        assert_eq!(std::fs::read(object).unwrap(), std::fs::read(&copies[0].path).unwrap());
    }
    // Either place knows its own.
    let again = bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    assert_eq!(again.record.tally.skipped, 3);
    assert_eq!(bench.world.download(keys).await.record.tally.skipped, 3);
    assert_eq!(bench.world.sandbox.request_log().len(), asked);
}

#[tokio::test]
async fn a_deletion_reads_what_is_at_hand_and_the_bucket_only_when_that_is_not_whole() {
    let bench = Bench::with(30).await;
    let keys = bench.saved_twice(3).await;
    bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    let before = bench.server.requests().len();
    assert_eq!(bench.delete(keys[0]).await, 1);
    assert_eq!(bench.server.requests().len(), before, "the file here was proof enough");
    std::fs::remove_file(&bench.copies(keys[1]).await[0].path).unwrap();
    assert_eq!(bench.delete(keys[1]).await, 1);
    let asked = bench.server.requests().split_off(before);
    assert!(asked.len() == 1 && asked[0].starts_with("GET "), "{asked:?}");
    let copies = bench.copies(keys[2]).await;
    std::fs::remove_file(&copies[0].path).unwrap();
    std::fs::write(bench.server.file(copies[1].path.to_str().unwrap()), "other").unwrap();
    assert_eq!(bench.delete(keys[2]).await, 0, "neither is whole");
    // Gone at the provider and here, and the bucket away: that file fails and says why, and the job does not stand still.
    bench.server.set(Fault::Gone);
    let job = bench.world.download(vec![keys[1]]).await;
    assert_eq!((job.record.state, job.record.tally.failed), (JobState::Finished, 1));
    let (_, why) = bench.notes(&job).await.remove(0);
    assert!(why.unwrap().contains("does not have this recording any more"));
    bench.server.set(Fault::None);
    // Gone at the provider and here, it comes back from the bucket.
    let job = bench.world.download(vec![keys[1]]).await;
    assert_eq!((job.record.tally.verified, job.record.tally.failed), (1, 0));
    let copies = bench.copies(keys[1]).await;
    assert_eq!(copies.len(), 2, "the record of the lost file is replaced: {copies:?}");
    assert!(copies[0].path.is_file());
}

#[tokio::test]
async fn a_rule_keeps_saving_into_a_bucket_what_is_only_here() {
    let bench = Bench::with(6).await;
    let keys = bench.world.short_keys(2).await;
    bench.world.download(keys).await;
    let chosen = bench.world.engine.choose_place(&bench.place).unwrap();
    let change = everything_into(chosen.token);
    let rule = bench.world.engine.put_save_rule(change.clone()).await.unwrap();
    assert_eq!((rule.place.as_ref(), rule.destination.as_str()), (Some(&bench.place), "Archive"));
    let mut events = bench.world.engine.subscribe();
    let tally = bench.world.engine.run_save_rule(&rule.id).await.unwrap();
    assert_eq!((tally.matched, tally.saved, tally.queued), (6, 0, 6), "a copy here is none there");
    let job = wait_for(&mut events, |event| match event {
        Event::Job(view) if view.record.state == JobState::Finished => Some(view),
        _ => None,
    })
    .await;
    assert_eq!(job.place.as_ref(), Some(&bench.place));
    assert_eq!(bench.server.keys().len(), 6);
    let again = bench.world.engine.run_save_rule(&rule.id).await.unwrap();
    assert_eq!((again.saved, again.queued), (6, 0));
    // A change of something else leaves it where it is.
    let kept = RuleChange { id: Some(rule.id.clone()), folder: None, ..change };
    let kept = bench.world.engine.put_save_rule(kept).await.unwrap();
    assert_eq!(kept.place.as_ref(), Some(&bench.place));
    bench.world.engine.remove_place(&bench.place).await.unwrap();
    let problem = bench.world.engine.run_save_rule(&rule.id).await.unwrap().problem.unwrap();
    assert_eq!(
        problem,
        "“Archive” was removed from the settings. Set it up again, or choose another place."
    );
}
