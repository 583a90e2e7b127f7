//! Hearing a recording before all of it has arrived, on good days and on bad ones.

use std::time::Duration;

use domain::{RecordingKey, Vendor};
use sandbox::{BadRange, Fault, Logged, MediaLength, Origin, SandboxOptions};
use tapeshelf_engine::{Engine, Error, Event, PlaybackState, PlayerPhase, Subscription, Waits};

use crate::support::{World, files_below, wait_for};
use crate::vbc::{added, no_browser};

/// 47 seconds of 8 kHz in 16 bits and stereo, as the sandbox serves a fixed size.
const BYTES: u64 = 1_500_000;
/// Where the first reply breaks off; 6 seconds.
pub(crate) const BROKEN_AT: u64 = 200_000;

/// One long recording, its key and its id. Silence of a server is noticed soon.
async fn long_call() -> (World, RecordingKey, String) {
    long_call_of(Vendor::Vobiz, Duration::from_millis(1500)).await
}

/// Likewise, of a vendor and with another patience for a silent server.
pub(crate) async fn long_call_of(
    vendor: Vendor,
    silence: Duration,
) -> (World, RecordingKey, String) {
    let is_vobiz = vendor == Vendor::Vobiz;
    let options = SandboxOptions {
        recordings: if is_vobiz { 3 } else { 0 },
        vbc_recordings: if is_vobiz { 0 } else { 3 },
        vbc_on_demand: 0,
        seed: 7,
        media_length: MediaLength::Fixed { bytes: BYTES },
        ..SandboxOptions::default()
    };
    let waits = Waits {
        silence,
        request_again: Duration::from_millis(20),
        file_again: Duration::from_millis(20),
        ..Waits::default()
    };
    let world = World::with_waits(options, waits).await;
    if is_vobiz {
        world.add_account().await;
    } else {
        added(&world, world.vbc_credentials(), no_browser()).await;
    }
    let key = world.short_keys(1).await[0];
    let id = world.engine.recording(key).await.unwrap().stored.recording.id.to_string();
    (world, key, id)
}

/// The requests for audio.
pub(crate) fn asked(world: &World) -> Vec<Logged> {
    let is_audio = |request: &Logged| match request.origin {
        Origin::Media => true,
        Origin::Vbc => request.path.contains("/audio/recording/"),
        Origin::Api | Origin::Foreign => false,
    };
    world.sandbox.request_log().into_iter().filter(is_audio).collect()
}

pub(crate) fn begin(
    engine: &Engine,
    key: RecordingKey,
) -> tokio::task::JoinHandle<Result<(), Error>> {
    let engine = engine.clone();
    tokio::spawn(async move { engine.load(key, true).await })
}

pub(crate) async fn player_as(
    events: &mut Subscription,
    wanted: impl Fn(&PlaybackState) -> bool,
) -> PlaybackState {
    wait_for(events, |event| match event {
        Event::Player(state) if wanted(&state) => Some(state),
        _ => None,
    })
    .await
}

pub(crate) fn is_heard(state: &PlaybackState) -> bool {
    state.phase == PlayerPhase::Playing && state.position_ms > 0
}

/// What the player keeps for the next time, which must be exactly one file.
pub(crate) fn kept(world: &World) -> Vec<u8> {
    let files = files_below(&world.dir.path().join("profile/cache"));
    assert_eq!(files.len(), 1, "{files:?}");
    std::fs::read(&files[0]).unwrap()
}

/// As the sandbox sends it when nothing is wrong.
pub(crate) async fn truth(world: &World, key: RecordingKey) -> Vec<u8> {
    let job = world.download(vec![key]).await;
    assert_eq!(job.record.tally.failed, 0);
    let copy = world.engine.recording(key).await.unwrap().stored.copy.unwrap();
    std::fs::read(copy.path).unwrap()
}

#[tokio::test]
async fn sound_begins_before_the_rest_is_there_and_a_silent_server_is_asked_for_the_rest() {
    for (vendor, fault) in [
        (Vendor::Vobiz, Fault::StallAt(BROKEN_AT)),
        (Vendor::Vobiz, Fault::ResetAt(BROKEN_AT)),
        (Vendor::Vobiz, Fault::CutAt(BROKEN_AT)),
        (Vendor::Vbc, Fault::StallAt(BROKEN_AT)),
        (Vendor::Vbc, Fault::CutAt(BROKEN_AT)),
    ] {
        let (world, key, id) = long_call_of(vendor, Duration::from_millis(1500)).await;
        world.sandbox.break_media_times(&id, fault, 1);
        let mut events = world.engine.subscribe();
        let loading = begin(&world.engine, key);
        let state = player_as(&mut events, is_heard).await;
        assert!(state.duration_ms.is_some_and(|ms| ms > 40_000), "{fault:?}: {state:?}");
        if fault == Fault::StallAt(BROKEN_AT) {
            assert!(state.loaded.is_some_and(|share| share < 1.0), "{state:?}");
            assert!(world.engine.waveform(key).is_none(), "nothing is called whole before it is");
            assert!(!loading.is_finished());
        }
        loading.await.unwrap().unwrap();
        let state = world.engine.playback_state();
        assert_eq!((state.phase, state.loaded), (PlayerPhase::Playing, None), "{fault:?}");
        let analysis = world.engine.waveform(key).expect("the waveform is there");
        assert_eq!(state.duration_ms, Some(analysis.facts.decoded_ms()));
        let requests = asked(&world);
        assert_eq!(requests.len(), 2, "{fault:?}: {requests:?}");
        assert_eq!((requests[0].status, requests[1].status), (200, 206), "{fault:?}");
        let kept = kept(&world);
        world.engine.close_player();
        assert!(kept == truth(&world, key).await, "{fault:?}: the bytes differ");
    }
}

/// The quota of some vendors counts requests.
#[tokio::test]
async fn straight_playing_is_one_request() {
    let (world, key, _) = long_call().await;
    let before = world.sandbox.request_log().len();
    world.engine.load(key, true).await.unwrap();
    let log = world.sandbox.request_log();
    assert_eq!(log.len(), before + 1, "{:?}", &log[before..]);
}

#[tokio::test]
async fn a_place_that_has_not_arrived_is_waited_for() {
    let (world, key, id) = long_call().await;
    world.sandbox.break_media_times(&id, Fault::StallAt(BROKEN_AT), 1);
    let mut events = world.engine.subscribe();
    let loading = begin(&world.engine, key);
    let state = player_as(&mut events, is_heard).await;
    let target = state.duration_ms.unwrap() / 10 * 9;
    world.engine.seek(target);
    let state = player_as(&mut events, |state| state.position_ms >= target).await;
    assert_eq!((state.position_ms, state.phase), (target, PlayerPhase::Playing));
    loading.await.unwrap().unwrap();
    player_as(&mut events, |state| is_heard(state) && state.position_ms > target).await;
}

/// What sounded was of another file: it falls silent, and the present one is heard when all of it is there.
#[tokio::test]
async fn a_file_that_changed_meanwhile_is_no_noise() {
    let (world, key, id) = long_call().await;
    world.sandbox.break_media_times(&id, Fault::ChangedFile, 1);
    world.sandbox.break_media_times(&id, Fault::CutAt(BROKEN_AT), 1);
    let mut events = world.engine.subscribe();
    let loading = begin(&world.engine, key);
    player_as(&mut events, is_heard).await;
    loading.await.unwrap().unwrap();
    player_as(&mut events, is_heard).await;
    let analysis = world.engine.waveform(key).expect("the waveform is there");
    assert_eq!(world.engine.playback_state().duration_ms, Some(analysis.facts.decoded_ms()));
    assert_eq!(asked(&world).len(), 2);
    let kept = kept(&world);
    world.engine.close_player();
    assert!(kept == truth(&world, key).await, "the bytes are of the present file");
}

/// Wrong answers to the request for the rest: none of them is heard, and the recording is whole in the end.
#[tokio::test]
async fn a_wrong_rest_is_not_heard() {
    for then in [
        Fault::Html200,
        Fault::BadRange(BadRange::WrongStart),
        Fault::BadRange(BadRange::Unlabelled),
        Fault::BadRange(BadRange::Labelled200),
        Fault::BadRange(BadRange::Refused),
    ] {
        let (world, key, id) = long_call().await;
        world.sandbox.break_media_times(&id, Fault::StallAt(BROKEN_AT), 1);
        let mut events = world.engine.subscribe();
        let loading = begin(&world.engine, key);
        player_as(&mut events, is_heard).await;
        world.sandbox.break_media_times(&id, then, 1);
        loading.await.unwrap().unwrap();
        player_as(&mut events, is_heard).await;
        let kept = kept(&world);
        world.engine.close_player();
        assert!(kept == truth(&world, key).await, "{then:?}: the bytes differ");
    }
}

/// A page in place of the rest, for good: it is told, and what was heard so far is not kept.
#[tokio::test]
async fn a_rest_that_never_comes_is_told_and_nothing_is_kept() {
    let (world, key, id) = long_call().await;
    world.sandbox.break_media_times(&id, Fault::StallAt(BROKEN_AT), 1);
    let mut events = world.engine.subscribe();
    let loading = begin(&world.engine, key);
    player_as(&mut events, is_heard).await;
    world.sandbox.break_media(&id, Fault::Html200);
    let error = loading.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::NotAudio { .. }), "{error:?}");
    let state = world.engine.playback_state();
    assert_eq!(state.phase, PlayerPhase::Failed);
    assert!(state.note.is_some_and(|note| note.contains("instead of sound")));
    assert!(files_below(&world.dir.path().join("profile/cache")).is_empty());
}

#[tokio::test]
async fn closing_or_another_recording_stops_what_comes_in() {
    let (world, key, id) = long_call().await;
    let other = world.short_keys(2).await[1];
    // Far slower than the test is patient.
    world.sandbox.break_media(&id, Fault::StallAt(BROKEN_AT));
    let mut events = world.engine.subscribe();
    let loading = begin(&world.engine, key);
    player_as(&mut events, is_heard).await;
    world.engine.close_player();
    assert!(matches!(loading.await.unwrap(), Err(Error::Cancelled)));
    assert_eq!(world.engine.playback_state().phase, PlayerPhase::Empty);
    assert!(files_below(&world.dir.path().join("profile/cache")).is_empty());

    let loading = begin(&world.engine, key);
    player_as(&mut events, is_heard).await;
    world.engine.load(other, true).await.unwrap();
    assert!(matches!(loading.await.unwrap(), Err(Error::Cancelled)));
    let state = world.engine.playback_state();
    assert_eq!(state.key, Some(other));
    player_as(&mut events, |state| state.key == Some(other) && is_heard(state)).await;
    kept(&world);
}

/// A line that is slower than a fast one, and faster than the sound: it begins at once, and plays without a gap.
#[tokio::test]
async fn a_slow_line_is_no_reason_to_wait_for_all_of_it() {
    let (world, key, id) = long_call().await;
    world.sandbox.break_media(&id, Fault::Slow);
    let mut events = world.engine.subscribe();
    let loading = begin(&world.engine, key);
    let state = player_as(&mut events, is_heard).await;
    assert!(state.loaded.is_some_and(|share| share < 0.9), "{state:?}");
    assert!(!loading.is_finished());
    world.engine.pause();
    player_as(&mut events, |state| state.phase == PlayerPhase::Paused).await;
    world.engine.close_player();
    assert!(matches!(loading.await.unwrap(), Err(Error::Cancelled)));
}
