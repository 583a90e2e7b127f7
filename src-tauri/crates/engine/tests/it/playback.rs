//! Hearing: fetched, verified, decoded, and the position moves.

use sandbox::Fault;
use tapeshelf_engine::{Error, Event, PlayerPhase};

use crate::support::{World, wait_for};

#[tokio::test]
async fn a_recording_plays_pauses_and_seeks() {
    let (world, _) = World::synced(60).await;
    let key = world.short_keys(1).await[0];
    let mut events = world.engine.subscribe();
    world.engine.load(key, true).await.unwrap();
    let playing = wait_for(&mut events, |event| match event {
        Event::Player(state) if state.phase == PlayerPhase::Playing && state.position_ms > 0 => {
            Some(state)
        }
        _ => None,
    })
    .await;
    let duration_ms = playing.duration_ms.expect("the length is known");
    assert_eq!(playing.key, Some(key));

    world.engine.pause();
    wait_for(&mut events, |event| match event {
        Event::Player(state) if state.phase == PlayerPhase::Paused => Some(()),
        _ => None,
    })
    .await;
    world.engine.seek(duration_ms / 2);
    wait_for(&mut events, |event| match event {
        Event::Player(state) if state.position_ms.abs_diff(duration_ms / 2) < 60 => Some(()),
        _ => None,
    })
    .await;

    let analysis = world.engine.waveform(key).expect("the waveform is there");
    assert_eq!(analysis.peaks.channels, analysis.facts.channels);
    let loud = analysis.peaks.pairs[0].iter().any(|(low, high)| *low < -10 && *high > 10);
    assert!(loud, "there is speech in it");
}

#[tokio::test]
async fn what_was_heard_once_is_not_fetched_again() {
    let (world, _) = World::synced(30).await;
    let keys = world.short_keys(2).await;
    world.engine.load(keys[0], false).await.unwrap();
    world.engine.load(keys[1], false).await.unwrap();
    let requests = world.sandbox.request_log().len();
    world.engine.load(keys[0], false).await.unwrap();
    assert_eq!(world.sandbox.request_log().len(), requests);
}

#[tokio::test]
async fn a_web_page_instead_of_audio_is_told_and_not_played() {
    let (world, _) = World::synced(30).await;
    let key = world.short_keys(1).await[0];
    let id = world.engine.recording(key).await.unwrap().stored.recording.id;
    world.sandbox.break_media(id.as_str(), Fault::Html200);
    let error = world.engine.load(key, true).await.unwrap_err();
    assert!(matches!(error, Error::NotAudio { .. }), "{error:?}");
    let state = world.engine.playback_state();
    assert_eq!(state.phase, PlayerPhase::Failed);
    assert!(state.note.is_some());
}
