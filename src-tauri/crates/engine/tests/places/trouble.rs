//! A bucket that goes away, and one that loses its replies.

use tapeshelf_engine::{JobState, TransferOptions};

use crate::server::Fault;
use crate::support::Bench;

#[tokio::test]
async fn a_bucket_that_vanishes_pauses_the_job_and_nothing_is_lost() {
    let bench = Bench::with(20).await;
    let keys = bench.world.short_keys(6).await;
    bench.server.set(Fault::Gone);
    let paused = bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    assert_eq!(paused.record.state, JobState::Paused);
    let note = paused.record.note.clone().unwrap();
    assert!(note.starts_with("Paused: “Archive” cannot be used: it cannot be reached"), "{note}");
    assert_eq!(paused.record.tally.queued, 6, "nothing is lost");
    assert_eq!(bench.server.keys(), [""; 0]);

    bench.server.set(Fault::None);
    let done = bench.go_on(&paused).await;
    assert_eq!(done.record.state, JobState::Finished, "{:?}", done.record.note);
    bench.holds_all(&keys).await;
}

#[tokio::test]
async fn what_was_received_is_not_asked_for_again_when_the_bucket_comes_back() {
    let bench = Bench::with(20).await;
    let keys = bench.world.short_keys(1).await;
    // The look at what is there goes through; the object itself does not.
    bench.server.set(Fault::Busy);
    let paused = bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    assert_eq!(paused.record.state, JobState::Paused);
    let asked = bench.world.sandbox.request_log().len();
    assert_eq!(bench.outbox().len(), 1, "the received file waits");

    bench.server.set(Fault::None);
    let done = bench.go_on(&paused).await;
    assert_eq!(done.record.state, JobState::Finished, "{:?}", done.record.note);
    assert_eq!(bench.world.sandbox.request_log().len(), asked, "the provider was not asked again");
    bench.holds_all(&keys).await;
    assert_eq!(bench.outbox().len(), 0);
}

#[tokio::test]
async fn a_lost_reply_makes_no_twin() {
    let bench = Bench::with(20).await;
    let keys = bench.world.short_keys(4).await;
    bench.server.set(Fault::LoseReplies);
    let job = bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    bench.server.set(Fault::None);
    let done = if job.record.state == JobState::Finished { job } else { bench.go_on(&job).await };
    assert_eq!(done.record.state, JobState::Finished, "{:?}", done.record.note);
    bench.holds_all(&keys).await;
    assert_eq!(bench.server.keys().len(), 4, "{:?}", bench.server.keys());
}

#[tokio::test]
async fn a_removed_bucket_cannot_be_chosen_and_one_in_use_not_removed() {
    let bench = Bench::with(20).await;
    let keys = bench.world.short_keys(2).await;
    bench.server.set(Fault::Gone);
    let paused = bench.save(keys, "{id}", TransferOptions::default()).await;
    let refused = bench.world.engine.remove_place(&bench.place).await.unwrap_err();
    assert!(refused.to_string().starts_with("A download into this bucket"), "{refused}");
    bench.world.engine.cancel_job(&paused.record.id).await.unwrap();
    assert_eq!(bench.outbox().len(), 0, "a cancelled job leaves nothing");
    bench.world.engine.remove_place(&bench.place).await.unwrap();
    assert!(bench.world.engine.choose_place(&bench.place).is_err());
}
