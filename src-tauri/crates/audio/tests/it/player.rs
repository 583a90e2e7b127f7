//! The player on the silent output: what it tells, and in which order.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tapeshelf_audio::{OutputKind, Player, PlayerEvent};

use crate::sound::fixture;

/// Longer than any event takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn player(kind: OutputKind) -> (Player, Receiver<PlayerEvent>) {
    let (events, received) = channel();
    let player = Player::start(kind, move |event| {
        let _ = events.send(event);
    });
    (player, received)
}

pub(crate) fn next(events: &Receiver<PlayerEvent>) -> PlayerEvent {
    events.recv_timeout(PATIENCE).unwrap()
}

/// Positions up to the first other event, and that event.
pub(crate) fn positions(events: &Receiver<PlayerEvent>) -> (Vec<u64>, PlayerEvent) {
    let mut seen = Vec::new();
    loop {
        match next(events) {
            PlayerEvent::Position { position_ms } => seen.push(position_ms),
            other => return (seen, other),
        }
    }
}

#[test]
fn plays_to_the_end_and_again() {
    let (player, events) = player(OutputKind::Silent);
    player.load(fixture("cbr.mp3"));
    player.play();
    assert_eq!(next(&events), PlayerEvent::Loaded { duration_ms: 2000 });
    for _ in 0..2 {
        assert_eq!(next(&events), PlayerEvent::Playing);
        let (seen, end) = positions(&events);
        assert_eq!(end, PlayerEvent::Ended);
        assert!(seen.is_sorted(), "{seen:?}");
        assert!(seen.len() > 2 && seen.len() <= 21, "at most ten a second: {seen:?}");
        assert_eq!(seen.last(), Some(&2000));
        player.play();
    }
}

#[test]
fn a_pause_stands_and_a_seek_is_told_at_once() {
    let (player, events) = player(OutputKind::Silent);
    player.load(fixture("vbr.mp3"));
    assert_eq!(next(&events), PlayerEvent::Loaded { duration_ms: 2000 });
    // Paused: the position moves only by seeks, and exactly to where they say.
    for position_ms in [1234, 0, 777] {
        player.seek(position_ms);
        assert_eq!(next(&events), PlayerEvent::Position { position_ms });
    }
    player.play();
    assert_eq!(next(&events), PlayerEvent::Playing);
    let PlayerEvent::Position { position_ms } = next(&events) else { panic!("no position") };
    assert!((777..1900).contains(&position_ms), "{position_ms}");
    player.pause();
    let (seen, paused) = positions(&events);
    assert_eq!(paused, PlayerEvent::Paused);
    let stands_at = *seen.last().unwrap();
    // A second pause says nothing; what comes next is the answer to the seek behind it.
    player.pause();
    player.seek(1990);
    assert_eq!(next(&events), PlayerEvent::Position { position_ms: 1990 });
    assert!(stands_at <= 2000);
    player.play();
    assert_eq!(next(&events), PlayerEvent::Playing);
    assert_eq!(positions(&events).1, PlayerEvent::Ended);
}

#[test]
fn a_seek_while_playing_goes_on_from_there() {
    let (player, events) = player(OutputKind::Silent);
    player.load(fixture("mulaw.wav"));
    player.play();
    assert_eq!(next(&events), PlayerEvent::Loaded { duration_ms: 2000 });
    assert_eq!(next(&events), PlayerEvent::Playing);
    player.seek(1800);
    let (seen, end) = positions(&events);
    assert_eq!(end, PlayerEvent::Ended);
    assert!(seen.contains(&1800), "{seen:?}");
    // Behind the end is the end.
    player.seek(99_999);
    assert_eq!(next(&events), PlayerEvent::Position { position_ms: 2000 });
}

#[test]
fn what_cannot_be_played_fails_with_a_reason_and_does_no_harm() {
    let (player, events) = player(OutputKind::Silent);
    player.play();
    player.seek(5);
    player.load(fixture("gsm.wav"));
    assert_eq!(
        next(&events),
        PlayerEvent::Failed { reason: "GSM 06.10 (0x0031) cannot be played here".into() }
    );
    player.play();
    player.load(fixture("absent.mp3"));
    let PlayerEvent::Failed { reason } = next(&events) else { panic!("loaded nothing") };
    assert!(reason.contains("absent.mp3"), "{reason}");
    player.load(fixture("alaw.wav"));
    assert_eq!(next(&events), PlayerEvent::Loaded { duration_ms: 2000 });
    // A new file replaces the one that plays, and stands still.
    player.play();
    assert_eq!(next(&events), PlayerEvent::Playing);
    player.load(fixture("pcm8.wav"));
    assert_eq!(positions(&events).1, PlayerEvent::Loaded { duration_ms: 2000 });
    player.set_volume(f32::NAN);
    player.close();
    player.play();
    player.load(fixture("pcm8.wav"));
    assert_eq!(
        next(&events),
        PlayerEvent::Loaded { duration_ms: 2000 },
        "a closed player plays nothing"
    );
}

#[test]
fn dropping_the_player_ends_its_thread() {
    let (player, events) = player(OutputKind::Silent);
    player.load(fixture("cbr.mp3"));
    player.play();
    drop(player);
    // The thread owns the other end; when it is gone, the channel is closed.
    while events.recv_timeout(PATIENCE).is_ok() {}
    assert!(events.try_recv().is_err());
}

#[cfg(not(feature = "device"))]
#[test]
fn without_a_device_it_says_so_and_plays_in_silence() {
    let (player, events) = player(OutputKind::Device);
    player.load(fixture("cbr.mp3"));
    player.seek(1500);
    player.play();
    assert_eq!(next(&events), PlayerEvent::Loaded { duration_ms: 2000 });
    assert_eq!(next(&events), PlayerEvent::Position { position_ms: 1500 });
    assert_eq!(
        next(&events),
        PlayerEvent::NoOutput { reason: "this build has no sound output".into() }
    );
    assert_eq!(next(&events), PlayerEvent::Playing);
    assert_eq!(positions(&events).1, PlayerEvent::Ended);
}
