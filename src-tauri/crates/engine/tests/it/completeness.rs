//! Proof that nothing is missing, and what happens when something is.

use std::collections::HashSet;

use domain::AccountId;
use sandbox::{Fault, SandboxOptions, VbcRecordings};
use tapeshelf_engine::{Completeness, Error};

use crate::support::World;
use crate::vbc::{added, good_password, no_browser, typed};

#[tokio::test]
async fn every_recording_belongs_to_a_day() {
    let (world, account) = World::synced(120).await;
    let found = world.engine.completeness(&account, None, None).await.unwrap();
    assert_eq!((found.provider_total, found.extent.indexed), (Some(120), 120));
    let indexed: u32 = found.days.iter().map(|(_, tally)| tally.indexed).sum();
    assert_eq!(indexed + found.extent.undated, 120);
    assert!(found.days.windows(2).all(|pair| pair[0].0.tomorrow().unwrap() == pair[1].0));
    let (day, tally) = found.days[0];
    let one = world.engine.completeness(&account, Some(day), Some(day)).await.unwrap();
    assert_eq!(one.days, [(day, tally)]);
}

/// VBC documents the filters that make days; Vobiz does not.
async fn vbc_world() -> (World, AccountId) {
    let world = World::with(SandboxOptions {
        recordings: 0,
        vbc_recordings: 90,
        vbc_users: 1,
        vbc_on_demand: 3,
        ..SandboxOptions::default()
    })
    .await;
    let id = added(&world, typed(&world, good_password(&world)), no_browser()).await;
    (world, id)
}

fn indexed(found: &Completeness) -> u32 {
    found.days.iter().map(|(_, tally)| tally.indexed).sum()
}

#[tokio::test]
async fn a_check_of_a_day_brings_what_the_lists_had_not() {
    let (world, account) = vbc_world().await;
    // More than a page, and no sync sees them.
    let hidden = world.sandbox.vbc().add_calls(VbcRecordings::Company, 130).unwrap();
    let zone = world.engine.completeness(&account, None, None).await.unwrap().zone;
    let today = zone.to_datetime(world.engine.now()).date();
    let (from, to) = (Some(today.yesterday().unwrap()), Some(today));
    let before = world.engine.completeness(&account, from, to).await.unwrap();
    assert!(before.days.iter().all(|(_, tally)| tally.provider.is_none()), "nobody asked yet");

    let after = world.engine.check_days(&account, from, to).await.unwrap();
    assert_eq!(indexed(&after), indexed(&before) + 130);
    for (day, tally) in &after.days {
        let (said, _) = tally.provider.expect("the provider was asked");
        assert_eq!(u64::from(tally.indexed), said, "{day}");
    }
    let known: HashSet<_> =
        world.rows("").await.iter().map(|row| row.recording_id.to_string()).collect();
    assert!(hidden.iter().all(|id| known.contains(&id.to_string())), "{hidden:?}");
    let again = world.engine.check_days(&account, from, to).await.unwrap();
    assert_eq!(indexed(&again), indexed(&after), "a second check changes nothing");
}

#[tokio::test]
async fn a_provider_that_does_not_count_by_day_is_not_believed() {
    // Vobiz has no documented filter by day, and gives everything when it is asked with one.
    let (world, account) = World::synced(40).await;
    let found = world.engine.completeness(&account, None, None).await.unwrap();
    let (day, _) = found.days[0];
    let asked = world.sandbox.request_log().len();
    let refused = world.engine.check_days(&account, Some(day), Some(day)).await;
    let Err(Error::Invalid { field: None, what }) = refused else { panic!("{refused:?}") };
    assert!(what.contains("does not say how many recordings a day has"), "{what}");
    assert_eq!(world.sandbox.request_log().len(), asked + 1, "one probe");
    let still = world.engine.completeness(&account, Some(day), Some(day)).await.unwrap();
    assert_eq!(still.days[0].1.provider, None, "no guess was kept");
}

#[tokio::test]
async fn a_total_that_lies_neither_becomes_a_fact_nor_an_endless_reading() {
    let (world, account) = vbc_world().await;
    let found = world.engine.completeness(&account, None, None).await.unwrap();
    let (day, _) = *found.days.iter().max_by_key(|(_, tally)| tally.indexed).unwrap();
    let honest = world.engine.check_days(&account, Some(day), Some(day)).await.unwrap();
    world.sandbox.break_requests("company_call_recordings", Fault::LyingTotal);
    // Who says that a day of 1970 has recordings cannot be asked for days.
    let refused = world.engine.check_days(&account, Some(day), Some(day)).await;
    assert!(matches!(refused, Err(Error::Invalid { field: None, .. })), "{refused:?}");
    let still = world.engine.completeness(&account, Some(day), Some(day)).await.unwrap();
    assert_eq!(still.days[0].1.provider, honest.days[0].1.provider, "what was true stays");
}

#[tokio::test]
async fn more_days_than_one_check_may_ask_for_are_refused_before_anybody_is_asked() {
    let world = World::with(SandboxOptions { recordings: 400, ..SandboxOptions::default() }).await;
    let account = world.add_account().await;
    let found = world.engine.completeness(&account, None, None).await.unwrap();
    assert!(found.days.len() > 31, "{}", found.days.len());
    let asked = world.sandbox.request_log().len();
    let refused = world.engine.check_days(&account, None, None).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    assert_eq!(world.sandbox.request_log().len(), asked);
}
