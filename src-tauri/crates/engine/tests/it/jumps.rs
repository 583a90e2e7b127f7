//! Jumping far ahead in a recording that is still coming in.

use std::time::Duration;

use domain::Vendor;
use sandbox::{BadRange, Fault};
use tapeshelf_engine::{Error, PlayerPhase};

use crate::streaming::{BROKEN_AT, asked, begin, is_heard, kept, long_call_of, player_as, truth};
use crate::support::files_below;

/// Longer than any of these tests.
const FOR_EVER: Duration = Duration::from_mins(10);
/// After so much silence of the provider the download goes on.
const SOON: Duration = Duration::from_millis(1500);
/// Likewise, where a jump has to be asked for before.
const LATER: Duration = Duration::from_secs(6);

/// The download stands still for good, so what is heard came by a request of its own.
#[tokio::test]
async fn a_far_jump_is_heard_before_the_download_gets_there() {
    for vendor in [Vendor::Vobiz, Vendor::Vbc] {
        let (world, key, id) = long_call_of(vendor, FOR_EVER).await;
        world.sandbox.break_media_times(&id, Fault::StallAt(BROKEN_AT), 1);
        let mut events = world.engine.subscribe();
        let loading = begin(&world.engine, key);
        let state = player_as(&mut events, is_heard).await;
        let length_ms = state.duration_ms.unwrap();
        let target = length_ms / 10 * 9;
        world.engine.seek(target);
        let state = player_as(&mut events, |state| {
            state.position_ms > target && state.phase == PlayerPhase::Playing
        })
        .await;
        assert!(state.loaded.is_some_and(|share| share < 0.2), "{vendor:?}: {state:?}");
        let (from, to) = state.loaded_ahead.expect("the page can show what is there");
        assert!(from > 0.8 && from < 0.91 && to > from, "{vendor:?}: {from} to {to}");

        // Further on in the same part no request is made; back to where nothing is, one is.
        player_as(&mut events, |state| state.loaded_ahead.is_some_and(|(_, to)| to >= 1.0)).await;
        world.engine.seek(target + length_ms / 20);
        player_as(&mut events, |state| state.position_ms > target + length_ms / 20).await;
        assert_eq!(asked(&world).len(), 2, "{vendor:?}: {:?}", asked(&world));
        world.engine.seek(length_ms / 2);
        player_as(&mut events, |state| {
            state.position_ms > length_ms / 2 && state.position_ms < target
        })
        .await;
        let requests = asked(&world);
        assert_eq!(requests.len(), 3, "{vendor:?}: {requests:?}");
        assert!(requests[1..].iter().all(|request| request.status == 206), "{requests:?}");
        assert!(world.engine.waveform(key).is_none(), "nothing is called whole before it is");
        world.engine.close_player();
        assert!(matches!(loading.await.unwrap(), Err(Error::Cancelled)));
        assert!(files_below(&world.dir.path().join("profile/cache")).is_empty());
    }
}

/// The download stands still for good here too, so what is heard behind the break came by asking once more.
#[tokio::test]
async fn a_later_part_that_breaks_off_is_asked_for_again_from_there() {
    let breaks = [Fault::CutAt(100_000), Fault::ResetAt(100_000)];
    let cases = [Vendor::Vobiz, Vendor::Vbc].into_iter().flat_map(|it| breaks.map(|f| (it, f)));
    futures_util::future::join_all(cases.map(async |(vendor, fault)| {
        let (world, key, id) = long_call_of(vendor, FOR_EVER).await;
        world.sandbox.break_media_times(&id, Fault::StallAt(BROKEN_AT), 1);
        let mut events = world.engine.subscribe();
        let loading = begin(&world.engine, key);
        let state = player_as(&mut events, is_heard).await;
        world.sandbox.break_media_times(&id, fault, 1);
        let target = state.duration_ms.unwrap() / 2;
        world.engine.seek(target);
        let state = player_as(&mut events, |state| {
            state.loaded_ahead.is_some_and(|(_, to)| to >= 1.0) && state.position_ms > target
        })
        .await;
        let from = state.loaded_ahead.map(|(from, _)| from);
        assert!(from.is_some_and(|from| from < 0.51), "{vendor:?} {fault:?}: one part, {state:?}");
        let requests = asked(&world);
        let statuses: Vec<u16> = requests.iter().map(|request| request.status).collect();
        assert_eq!(statuses, [200, 206, 206], "{vendor:?} {fault:?}: {requests:?}");
        world.engine.close_player();
        assert!(matches!(loading.await.unwrap(), Err(Error::Cancelled)));
        assert!(files_below(&world.dir.path().join("profile/cache")).is_empty());
    }))
    .await;
}

/// The download stands still for good here too, and so does every request but the first two: what is heard in the end can only
/// be the part that came first.
#[tokio::test]
async fn a_jump_that_brings_nothing_leaves_the_earlier_part_where_it_is() {
    let (world, key, id) = long_call_of(Vendor::Vobiz, FOR_EVER).await;
    world.sandbox.break_media_times(&id, Fault::StallAt(BROKEN_AT), 1);
    let mut events = world.engine.subscribe();
    let loading = begin(&world.engine, key);
    let state = player_as(&mut events, is_heard).await;
    let length_ms = state.duration_ms.unwrap();
    let target = length_ms / 10 * 7;
    world.engine.seek(target);
    player_as(&mut events, |state| {
        state.loaded_ahead.is_some_and(|(_, to)| to >= 1.0) && state.position_ms > target
    })
    .await;
    world.sandbox.break_media_times(&id, Fault::CutAt(0), 1_000);
    world.engine.seek(length_ms / 10 * 4);
    // The second of them is made when the first has broken.
    while asked(&world).len() < 4 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.engine.seek(target);
    let state = player_as(&mut events, |state| {
        state.position_ms > target && state.phase == PlayerPhase::Playing
    })
    .await;
    assert!(state.loaded.is_some_and(|share| share < 0.2), "{state:?}");
    world.engine.close_player();
    assert!(matches!(loading.await.unwrap(), Err(Error::Cancelled)));
}

/// What is kept is the download alone, byte for byte, and it is verified as ever.
#[tokio::test]
async fn after_a_jump_the_file_is_whole_all_the_same() {
    for vendor in [Vendor::Vobiz, Vendor::Vbc] {
        let (world, key, id) = long_call_of(vendor, SOON).await;
        world.sandbox.break_media_times(&id, Fault::StallAt(BROKEN_AT), 1);
        let mut events = world.engine.subscribe();
        let loading = begin(&world.engine, key);
        let state = player_as(&mut events, is_heard).await;
        let target = state.duration_ms.unwrap() / 10 * 7;
        world.engine.seek(target);
        player_as(&mut events, |state| state.position_ms > target).await;
        loading.await.unwrap().unwrap();
        let state = world.engine.playback_state();
        assert_eq!(
            (state.phase, state.loaded, state.loaded_ahead),
            (PlayerPhase::Playing, None, None)
        );
        assert!(state.position_ms > target, "it plays on where it was: {state:?}");
        assert!(world.engine.waveform(key).is_some());
        let kept = kept(&world);
        world.engine.close_player();
        assert!(kept == truth(&world, key).await, "{vendor:?}: the bytes differ");
    }
}

/// Wrong answers to the request for a later part: none of them is heard, and the player waits for the download.
#[tokio::test]
async fn a_later_part_that_is_not_of_the_same_file_is_not_heard() {
    let wrong = [
        Fault::ChangedFile,
        Fault::Html200,
        Fault::BadRange(BadRange::WrongStart),
        Fault::BadRange(BadRange::Unlabelled),
        Fault::BadRange(BadRange::Refused),
    ];
    futures_util::future::join_all(wrong.map(async |answer| {
        let (world, key, id) = long_call_of(Vendor::Vobiz, LATER).await;
        world.sandbox.break_media_times(&id, Fault::StallAt(BROKEN_AT), 1);
        let mut events = world.engine.subscribe();
        let loading = begin(&world.engine, key);
        let state = player_as(&mut events, is_heard).await;
        world.sandbox.break_media_times(&id, answer, 1);
        let target = state.duration_ms.unwrap() / 10 * 9;
        world.engine.seek(target);
        let state = player_as(&mut events, |state| state.position_ms > target).await;
        let is_there = state.loaded.is_none_or(|share| share > 0.89);
        assert!(state.loaded_ahead.is_none() && is_there, "{answer:?}: {state:?}");
        // The download, the jump, whose wrong answer may be asked about again, and the download again.
        let requests = asked(&world);
        assert!(requests.len() >= 3, "{answer:?}: {requests:?}");
        loading.await.unwrap().unwrap();
        let kept = kept(&world);
        world.engine.close_player();
        assert!(kept == truth(&world, key).await, "{answer:?}: the bytes differ");
    }))
    .await;
}
