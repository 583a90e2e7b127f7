//! The cap on traffic and the quiet hours hold for what goes into a bucket as well.

use tapeshelf_engine::{Event, JobState, JobView, QuietHours, TransferOptions, TransferSettings};

use crate::server::Fault;
use crate::support::{Bench, job_end, wait_for};

impl Bench {
    pub(crate) async fn set_limits(
        &self,
        bytes_per_s: Option<u64>,
        quiet_hours: Option<QuietHours>,
    ) {
        let engine = &self.world.engine;
        let before = engine.transfer_settings().await.unwrap();
        let settings = TransferSettings { bytes_per_s, quiet_hours, ..before };
        engine.set_transfer_settings(settings).await.unwrap();
    }

    /// A job with one file that was received and could not go out.
    async fn received(&self) -> (JobView, Vec<domain::RecordingKey>) {
        let keys = self.world.short_keys(1).await;
        self.server.set(Fault::Busy);
        let paused = self.save(keys.clone(), "{id}", TransferOptions::default()).await;
        assert_eq!((paused.record.state, self.outbox().len()), (JobState::Paused, 1));
        self.server.set(Fault::None);
        (paused, keys)
    }

    /// Requests that bring objects.
    fn puts(&self) -> usize {
        self.server.requests().iter().filter(|line| line.starts_with("PUT ")).count()
    }
}

/// The whole day, every day.
pub(crate) fn always() -> QuietHours {
    QuietHours { from: "00:00".into(), to: "00:00".into(), weekdays: (1..=7).collect() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_held_to_the_cap_until_it_is_lifted() {
    // At the least cap there is this takes half an hour.
    let bench = Bench::with_one_of(20_000_000).await;
    let (paused, keys) = bench.received().await;
    bench.set_limits(Some(10_000), None).await;
    let before = bench.puts();
    let mut events = bench.world.engine.subscribe();
    bench.world.engine.resume_job(&paused.record.id).await.unwrap();
    let told = |event: Event| matches!(event, Event::Job(_)).then_some(());
    while bench.puts() == before {
        wait_for(&mut events, told).await;
    }
    // Time enough for all of it if nothing held it.
    for _ in 0..10 {
        wait_for(&mut events, told).await;
    }
    assert_eq!(bench.puts(), before + 1, "still in the first part");
    bench.set_limits(None, None).await;
    let done = job_end(&mut events, &paused).await;
    assert_eq!(done.record.state, JobState::Finished, "{:?}", done.record.note);
    bench.holds_all(&keys).await;
    assert_eq!(bench.puts(), before + 3);
}

#[tokio::test]
async fn what_was_received_does_not_go_out_in_quiet_hours() {
    let bench = Bench::with(10).await;
    let (paused, keys) = bench.received().await;
    bench.set_limits(None, Some(always())).await;
    let before = bench.server.requests().len();
    let mut events = bench.world.engine.subscribe();
    bench.world.engine.resume_job(&paused.record.id).await.unwrap();
    let is_quiet =
        |view: &JobView| view.pace.as_ref().is_some_and(|pace| pace.starts_with("Quiet hours"));
    wait_for(&mut events, |event| match event {
        Event::Job(view) if is_quiet(&view) => Some(()),
        _ => None,
    })
    .await;
    assert_eq!(bench.server.requests().len(), before, "the bucket is not asked for anything");
    bench.set_limits(None, None).await;
    let done = job_end(&mut events, &paused).await;
    assert_eq!(done.record.state, JobState::Finished, "{:?}", done.record.note);
    bench.holds_all(&keys).await;
}

#[tokio::test]
async fn what_is_received_when_quiet_hours_begin_waits_and_is_not_asked_for_again() {
    let bench = Bench::with_one_of(120_000).await;
    let keys = bench.world.short_keys(1).await;
    let id = bench.world.engine.recording(keys[0]).await.unwrap().stored.recording.id;
    bench.world.sandbox.break_media(id.as_str(), sandbox::Fault::Slow);
    let before = bench.puts();
    let mut events = bench.world.engine.subscribe();
    let job = bench.start(keys.clone(), "{id}", TransferOptions::default()).await;
    let view_as = |wanted: fn(&JobView) -> bool| {
        let id = job.record.id.clone();
        move |event| match event {
            Event::Job(view) if view.record.id == id && wanted(&view) => Some(()),
            _ => None,
        }
    };
    wait_for(&mut events, view_as(|view| view.received_bytes > 0)).await;
    bench.set_limits(None, Some(always())).await;
    let is_put_back =
        |view: &JobView| view.record.tally.moving == 0 && view.record.tally.queued == 1;
    wait_for(&mut events, view_as(is_put_back)).await;
    assert_eq!((bench.puts(), bench.outbox().len()), (before, 1), "received, and not sent");
    let asked = bench.world.sandbox.request_log().len();
    bench.set_limits(None, None).await;
    let done = job_end(&mut events, &job).await;
    assert_eq!(done.record.state, JobState::Finished, "{:?}", done.record.note);
    assert_eq!(bench.world.sandbox.request_log().len(), asked, "the provider is not asked again");
    bench.holds_all(&keys).await;
}
