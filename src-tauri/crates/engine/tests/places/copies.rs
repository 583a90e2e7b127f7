//! Copies in a bucket, long after: checked, deleted by, heard.

use tapeshelf_engine::{
    CheckResult, CheckScope, DeleteOrder, Event, PlayerPhase, Selection, TransferOptions,
};

use crate::server::Fault;
use crate::support::Bench;

impl Bench {
    /// *Verify now*, to its end: what was found, by key.
    async fn check(&self) -> tapeshelf_engine::CheckReport {
        let mut events = self.world.engine.subscribe();
        self.world.engine.check_copies(CheckScope::All).await.unwrap();
        let ended = async {
            loop {
                if let Ok(Some(Event::Check(report))) = events.next().await
                    && report.ended_at.is_some()
                {
                    return *report;
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_mins(1), ended).await.unwrap()
    }

    async fn object_of(&self, key: domain::RecordingKey) -> std::path::PathBuf {
        let stored = self.world.engine.recording(key).await.unwrap().stored;
        self.server.file(stored.copy.unwrap().path.to_str().unwrap())
    }
}

#[tokio::test]
async fn verify_now_finds_what_changed_and_what_is_missing() {
    let bench = Bench::with(20).await;
    let keys = bench.world.short_keys(4).await;
    bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    let report = bench.check().await;
    assert_eq!((report.ok, report.troubles.len()), (4, 0));

    let changed = bench.object_of(keys[0]).await;
    let mut bytes = std::fs::read(&changed).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&changed, bytes).unwrap();
    std::fs::remove_file(bench.object_of(keys[1]).await).unwrap();
    let report = bench.check().await;
    assert_eq!((report.ok, report.changed, report.missing), (2, 1, 1), "{:?}", report.troubles);

    // Saved once more, both are whole again, and the changed object is left as it is.
    let job = bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    assert_eq!(
        (job.record.tally.skipped, job.record.tally.failed),
        (2, 0),
        "{:?}",
        bench.notes(&job).await
    );
    bench.holds_all(&keys).await;

    // In quiet hours nothing is asked of it, and what was found before stands.
    let before = bench.server.requests().len();
    bench.set_limits(None, Some(crate::limits::always())).await;
    let report = bench.check().await;
    assert_eq!((report.cannot_check, bench.server.requests().len()), (4, before));
    assert!(report.troubles[0].what.contains("quiet hours"), "{:?}", report.troubles);
    assert_eq!(bench.check().await.cannot_check, 4);
    bench.set_limits(None, None).await;
    assert_eq!(bench.check().await.ok, 4);

    bench.server.set(Fault::Gone);
    let report = bench.check().await;
    assert_eq!(report.cannot_check, 4);
    assert!(report.troubles.iter().all(|copy| copy.result == CheckResult::CannotCheck));
}

#[tokio::test]
async fn a_deletion_reads_the_object_again_first() {
    let bench = Bench::with(20).await;
    let keys = bench.world.short_keys(3).await;
    bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    std::fs::write(bench.object_of(keys[0]).await, "something else").unwrap();
    std::fs::remove_file(bench.object_of(keys[1]).await).unwrap();
    let order = DeleteOrder {
        selection: Selection::Keys(keys.clone()),
        confirmed_count: 3,
        without_copy: false,
        reason: "kept in the archive".into(),
    };
    let report = bench.world.engine.delete_recordings(order).await.unwrap();
    assert_eq!(report.deleted, 1);
    let mut kept: Vec<_> = report.kept.iter().map(|kept| kept.key).collect();
    kept.sort();
    let mut expected = vec![keys[0], keys[1]];
    expected.sort();
    assert_eq!(kept, expected);
    for key in &keys[..2] {
        let id = bench.world.engine.recording(*key).await.unwrap().stored.recording.id;
        assert!(bench.world.sandbox.facts(id.as_str()).is_some(), "the provider still has it");
    }
}

#[tokio::test]
async fn a_recording_that_the_provider_has_no_more_is_heard_from_the_bucket() {
    let bench = Bench::with(20).await;
    let keys = bench.world.short_keys(1).await;
    bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    let order = DeleteOrder {
        selection: Selection::Keys(keys.clone()),
        confirmed_count: 1,
        without_copy: false,
        reason: String::new(),
    };
    assert_eq!(bench.world.engine.delete_recordings(order).await.unwrap().deleted, 1);
    let mut events = bench.world.engine.subscribe();
    bench.world.engine.load(keys[0], false).await.unwrap();
    let phase = crate::support::wait_for(&mut events, |event| match event {
        Event::Player(state) if state.phase != PlayerPhase::Loading => Some(state.phase),
        _ => None,
    })
    .await;
    assert_eq!(phase, PlayerPhase::Paused);
}
