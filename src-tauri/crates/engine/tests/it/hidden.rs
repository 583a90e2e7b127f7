//! C6: a list that, like that of the API which Vobiz's is like, tells only the last seven days unless it is asked for a span.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sandbox::SandboxOptions;
use tapeshelf_engine::SyncDepth;

use crate::support::{World, read_again};

/// A moment on a working day, so that seven days before it there were calls.
const NOON: &str = "2026-10-14T12:00:00Z";

async fn world(hidden_after_days: Option<u32>) -> World {
    let noon: Timestamp = NOON.parse().unwrap();
    let mut world = World::with(SandboxOptions {
        recordings: 1500,
        now: Some(noon),
        hidden_after_days,
        ..SandboxOptions::default()
    })
    .await;
    world.clock = Arc::new(move || noon);
    world.reopen().await;
    world
}

/// How many requests asked for a span of dates.
fn asked_for_spans(world: &World) -> usize {
    let log = world.sandbox.request_log();
    log.iter().filter(|logged| logged.query.contains("add_time__gte")).count()
}

#[tokio::test]
async fn c6_what_a_list_hides_behind_seven_days_is_read_span_by_span() {
    let world = world(Some(7)).await;
    let id = world.add_account().await;
    let rows = world.rows("").await;
    let ids: HashSet<String> = rows.iter().map(|row| row.recording_id.to_string()).collect();
    assert_eq!(ids.len(), rows.len(), "none twice");
    assert_eq!(ids, world.sandbox.recording_ids().into_iter().collect(), "none missing");
    let noon: Timestamp = NOON.parse().unwrap();
    let edge = noon - SignedDuration::from_hours(8 * 24);
    assert!(rows.iter().filter(|row| row.at.is_some_and(|at| at < edge)).count() > 1000);
    assert!(asked_for_spans(&world) > 3, "half a year is several spans of 30 days");
    let tally = read_again(&world, &id, SyncDepth::Full).await;
    assert_eq!((tally.new, tally.gone), (0, 0), "and none is called gone the next time");
}

/// A list that ends elsewhere hides nothing, and nobody is asked for spans.
#[tokio::test]
async fn c6_a_list_that_hides_nothing_is_read_once() {
    let world = world(None).await;
    world.add_account().await;
    assert_eq!(world.rows("").await.len(), 1500);
    assert_eq!(asked_for_spans(&world), 0);
}
