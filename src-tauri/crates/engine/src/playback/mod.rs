//! Hearing a recording: from the verified copy on disk, else while it is fetched into the cache.

mod cache;
mod jump;
mod load;

use std::sync::{Arc, Mutex};

use audio::{Analysis, Inflow, OutputKind, Player, PlayerEvent};
use domain::RecordingKey;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Result};
use crate::events::{Event, Hub};
use crate::{Engine, lock};

/// What the player is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayerPhase {
    /// Nothing in it.
    Empty,
    /// Fetching its beginning, or all of it where that cannot be heard by itself.
    Loading,
    /// Ready or stopped.
    Paused,
    /// Playing.
    Playing,
    /// At the end.
    Ended,
    /// It could not be played.
    Failed,
}

/// The player as a person sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaybackState {
    /// What it is doing.
    pub phase: PlayerPhase,
    /// The recording in it.
    pub key: Option<RecordingKey>,
    /// Position in the recording.
    pub position_ms: u64,
    /// Length, once known: as the recording says itself until all of it has arrived, exact from then on.
    pub duration_ms: Option<u64>,
    /// 0 to 1.
    pub volume: f32,
    /// Share that has arrived, while it is still coming in.
    pub loaded: Option<f32>,
    /// Where a later part begins and ends that came first because somebody jumped there, as shares of the whole.
    pub loaded_ahead: Option<(f32, f32)>,
    /// This machine has no usable sound output.
    pub silent: bool,
    /// Why there is no sound, or why it failed.
    pub note: Option<String>,
}

/// The player's thread and what it plays.
pub(crate) struct Playback {
    player: Player,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    state: PlaybackState,
    analysis: Option<Arc<Analysis>>,
    loading: CancellationToken,
    /// What is coming in.
    inflow: Option<Arc<Inflow>>,
    /// The byte of it that has to come before the player goes on, the latest one that it said.
    wanted: watch::Sender<Option<u64>>,
    play_when_loaded: bool,
}

impl Shared {
    /// Stops what is being loaded, and lets the player's thread go if it waits for more of it.
    fn stop_loading(&mut self) {
        self.loading.cancel();
        if let Some(inflow) = self.inflow.take() {
            inflow.withdraw();
        }
        // Bytes of another recording are nothing to this one.
        self.wanted = watch::Sender::new(None);
    }
}

impl Playback {
    pub(crate) fn start(output: OutputKind, events: &Hub, volume: f32) -> Self {
        let shared = Arc::new(Mutex::new(Shared {
            state: PlaybackState {
                phase: PlayerPhase::Empty,
                key: None,
                position_ms: 0,
                duration_ms: None,
                volume,
                loaded: None,
                loaded_ahead: None,
                silent: false,
                note: None,
            },
            analysis: None,
            loading: CancellationToken::new(),
            inflow: None,
            wanted: watch::Sender::new(None),
            play_when_loaded: false,
        }));
        let (heard, events) = (Arc::clone(&shared), events.clone());
        let player = Player::start(output, move |event| {
            let state = {
                let mut shared = lock(&heard);
                if let PlayerEvent::Waiting { byte } = event {
                    shared.wanted.send_replace(Some(byte));
                }
                apply(&mut shared.state, event);
                shared.state.clone()
            };
            events.tell(Event::Player(state));
        });
        player.set_volume(volume);
        Self { player, shared }
    }
}

/// What an event of the audio thread means for the state. Loading is driven by the engine, so a late event of the
/// recording before must not end it.
fn apply(state: &mut PlaybackState, event: PlayerEvent) {
    match event {
        PlayerEvent::Loaded { duration_ms }
            if !matches!(state.phase, PlayerPhase::Empty | PlayerPhase::Failed) =>
        {
            state.duration_ms = Some(duration_ms);
            state.phase = PlayerPhase::Paused;
        }
        PlayerEvent::NoOutput { reason } => {
            state.silent = true;
            state.note = Some(reason);
        }
        PlayerEvent::Failed { reason } if state.phase != PlayerPhase::Empty => {
            state.phase = PlayerPhase::Failed;
            state.loaded = None;
            state.loaded_ahead = None;
            state.note = Some(reason);
        }
        _ if matches!(
            state.phase,
            PlayerPhase::Empty | PlayerPhase::Loading | PlayerPhase::Failed
        ) => {}
        // It comes once more, and is played from here when it is whole.
        PlayerEvent::Withdrawn => state.phase = PlayerPhase::Loading,
        PlayerEvent::Playing => state.phase = PlayerPhase::Playing,
        PlayerEvent::Paused => state.phase = PlayerPhase::Paused,
        PlayerEvent::Position { position_ms } => state.position_ms = position_ms,
        PlayerEvent::Ended => {
            state.phase = PlayerPhase::Ended;
            state.position_ms = state.duration_ms.unwrap_or(state.position_ms);
        }
        PlayerEvent::Loaded { .. } | PlayerEvent::Failed { .. } | PlayerEvent::Waiting { .. } => {}
    }
}

impl Engine {
    /// The player as it is now.
    pub fn playback_state(&self) -> PlaybackState {
        lock(&self.inner.playback.shared).state.clone()
    }

    /// Loads a recording, and plays it as soon as its beginning can be heard if `play`. Returns when all of it was fetched and
    /// verified and there is a waveform; a later call replaces this one, which then ends as `Cancelled`.
    pub async fn load(&self, key: RecordingKey, play: bool) -> Result<()> {
        let loading = self.begin_loading(key, play);
        let outcome = self.load_file(key, &loading).await;
        let failed = {
            let playback = &self.inner.playback;
            let mut shared = lock(&playback.shared);
            if loading.is_cancelled() {
                return Err(Error::Cancelled);
            }
            outcome.as_ref().err().map(|error| {
                // What sounded until now is not what was asked for, or not all of it.
                playback.player.close();
                shared.inflow = None;
                shared.state.phase = PlayerPhase::Failed;
                shared.state.loaded = None;
                shared.state.loaded_ahead = None;
                shared.state.note = Some(error.to_string());
                shared.state.clone()
            })
        };
        if let Some(state) = failed {
            self.tell(Event::Player(state));
        }
        outcome
    }

    /// Plays; the player itself begins anew when it stands at the end.
    pub fn play(&self) {
        let playback = &self.inner.playback;
        let phase = {
            let mut shared = lock(&playback.shared);
            shared.play_when_loaded = true;
            shared.state.phase
        };
        if !matches!(phase, PlayerPhase::Empty | PlayerPhase::Loading | PlayerPhase::Failed) {
            playback.player.play();
        }
    }

    /// Pauses.
    pub fn pause(&self) {
        lock(&self.inner.playback.shared).play_when_loaded = false;
        self.inner.playback.player.pause();
    }

    /// Jumps to a position.
    pub fn seek(&self, position_ms: u64) {
        self.inner.playback.player.seek(position_ms);
    }

    /// Sets the volume, 0 to 1.
    pub fn set_volume(&self, volume: f32) {
        let volume = volume.clamp(0.0, 1.0);
        self.inner.playback.player.set_volume(volume);
        self.change_playback(|state| state.volume = volume);
    }

    /// Empties the player.
    pub fn close_player(&self) {
        {
            let mut shared = lock(&self.inner.playback.shared);
            shared.stop_loading();
            shared.analysis = None;
        }
        self.inner.playback.player.close();
        self.change_playback(|state| {
            state.phase = PlayerPhase::Empty;
            state.key = None;
            state.position_ms = 0;
            state.duration_ms = None;
            state.loaded = None;
            state.loaded_ahead = None;
            state.note = None;
        });
    }

    /// The waveform of what is in the player, or `None` while it loads or when another recording is in it.
    pub fn waveform(&self, key: RecordingKey) -> Option<Arc<Analysis>> {
        let shared = lock(&self.inner.playback.shared);
        (shared.state.key == Some(key)).then(|| shared.analysis.clone()).flatten()
    }

    pub(super) fn change_playback(&self, change: impl FnOnce(&mut PlaybackState)) {
        let state = {
            let mut shared = lock(&self.inner.playback.shared);
            change(&mut shared.state);
            shared.state.clone()
        };
        self.tell(Event::Player(state));
    }
}
