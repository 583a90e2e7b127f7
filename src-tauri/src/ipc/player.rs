//! Playback.

use engine::{PlaybackState, PlayerPhase};
use serde::Serialize;
use ts_rs::TS;

/// What the player is doing.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "player.ts")]
pub struct PlayerView {
    /// What it is doing.
    pub state: PlayerStateName,
    /// The recording in the player.
    pub key: Option<u32>,
    /// Position in the recording.
    #[ts(type = "number")]
    pub position_ms: u64,
    /// Length, once decoded.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// 0 to 1.
    pub volume: f32,
    /// Share of the file that has arrived while loading, 0 to 1; null when the size is unknown.
    pub loaded: Option<f32>,
    /// Where a later part begins and ends that came first because somebody jumped there, likewise; it grows to the end.
    pub loaded_ahead: Option<(f32, f32)>,
    /// True when this machine has no usable sound output: everything but sound works.
    pub silent: bool,
    /// Why there is no sound, or why loading failed.
    pub note: Option<String>,
}

/// What the player is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "player.ts")]
pub enum PlayerStateName {
    /// Nothing in it.
    Empty,
    /// Fetching and decoding.
    Loading,
    /// Ready or stopped.
    Paused,
    /// Playing.
    Playing,
    /// At the end.
    Ended,
    /// Could not be played; see the note.
    Failed,
}

/// Header of the peaks that `player_peaks` returns as raw bytes: this JSON, a newline, then for each channel in turn
/// `buckets` pairs of signed bytes (minimum, maximum).
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "player.ts")]
pub struct PeaksHeader {
    /// Channels.
    pub channels: u16,
    /// Pairs a channel.
    pub buckets: u32,
    /// Length of the recording.
    #[ts(type = "number")]
    pub duration_ms: u64,
}

impl From<PlaybackState> for PlayerView {
    fn from(playback: PlaybackState) -> Self {
        Self {
            state: match playback.phase {
                PlayerPhase::Empty => PlayerStateName::Empty,
                PlayerPhase::Loading => PlayerStateName::Loading,
                PlayerPhase::Paused => PlayerStateName::Paused,
                PlayerPhase::Playing => PlayerStateName::Playing,
                PlayerPhase::Ended => PlayerStateName::Ended,
                PlayerPhase::Failed => PlayerStateName::Failed,
            },
            key: playback.key.map(|key| key.0),
            position_ms: playback.position_ms,
            duration_ms: playback.duration_ms,
            volume: playback.volume,
            loaded: playback.loaded,
            loaded_ahead: playback.loaded_ahead,
            silent: playback.silent,
            note: playback.note,
        }
    }
}
