//! Hearing a recording: from the verified copy on disk, else fetched and verified into the cache first.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use audio::{Analysis, OutputKind, Player, PlayerEvent};
use domain::RecordingKey;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Result};
use crate::events::{Event, Hub};
use crate::{Engine, blocking, lock, or_cancelled};

/// The cache is trimmed to this size, the files heard longest ago first.
const CACHE_BYTES: u64 = 500_000_000;
/// Peaks are kept this fine and reduced to what the window asks for.
const FINE_BUCKETS: u32 = 4096;

/// What the player is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayerPhase {
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
    /// Length, once known.
    pub duration_ms: Option<u64>,
    /// 0 to 1.
    pub volume: f32,
    /// Share that has arrived while loading.
    pub loaded: Option<f32>,
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
    play_when_loaded: bool,
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
                silent: false,
                note: None,
            },
            analysis: None,
            loading: CancellationToken::new(),
            play_when_loaded: false,
        }));
        let (heard, events) = (Arc::clone(&shared), events.clone());
        let player = Player::start(output, move |event| {
            let state = {
                let mut shared = lock(&heard);
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
        PlayerEvent::Loaded { duration_ms } => {
            state.duration_ms = Some(duration_ms);
            state.phase = PlayerPhase::Paused;
            state.loaded = None;
        }
        PlayerEvent::NoOutput { reason } => {
            state.silent = true;
            state.note = Some(reason);
        }
        PlayerEvent::Failed { reason } if state.phase != PlayerPhase::Empty => {
            state.phase = PlayerPhase::Failed;
            state.loaded = None;
            state.note = Some(reason);
        }
        _ if matches!(state.phase, PlayerPhase::Empty | PlayerPhase::Loading) => {}
        PlayerEvent::Playing => state.phase = PlayerPhase::Playing,
        PlayerEvent::Paused => state.phase = PlayerPhase::Paused,
        PlayerEvent::Position { position_ms } => state.position_ms = position_ms,
        PlayerEvent::Ended => {
            state.phase = PlayerPhase::Ended;
            state.position_ms = state.duration_ms.unwrap_or(state.position_ms);
        }
        PlayerEvent::Failed { .. } => {}
    }
}

impl Engine {
    /// The player as it is now.
    pub fn playback_state(&self) -> PlaybackState {
        lock(&self.inner.playback.shared).state.clone()
    }

    /// Loads a recording, and plays it as soon as it is ready if `play`. Returns when it is loaded; a later call
    /// replaces this one, which then ends as `Cancelled`.
    pub async fn load(&self, key: RecordingKey, play: bool) -> Result<()> {
        let loading = self.begin_loading(key, play);
        let outcome = self.load_file(key, &loading).await;
        if loading.is_cancelled() {
            return Err(Error::Cancelled);
        }
        if let Err(error) = &outcome {
            let why = error.to_string();
            self.change_playback(|state| {
                state.phase = PlayerPhase::Failed;
                state.loaded = None;
                state.note = Some(why);
            });
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
            shared.loading.cancel();
            shared.analysis = None;
        }
        self.inner.playback.player.close();
        self.change_playback(|state| {
            state.phase = PlayerPhase::Empty;
            state.key = None;
            state.position_ms = 0;
            state.duration_ms = None;
            state.loaded = None;
            state.note = None;
        });
    }

    /// The waveform of what is in the player, or `None` while it loads or when another recording is in it.
    pub fn waveform(&self, key: RecordingKey) -> Option<Arc<Analysis>> {
        let shared = lock(&self.inner.playback.shared);
        (shared.state.key == Some(key)).then(|| shared.analysis.clone()).flatten()
    }

    pub(crate) fn cache_dir(&self) -> PathBuf {
        self.inner.data_dir.join("cache")
    }

    fn begin_loading(&self, key: RecordingKey, play: bool) -> CancellationToken {
        let loading = self.inner.shutdown.child_token();
        {
            let mut shared = lock(&self.inner.playback.shared);
            shared.loading.cancel();
            shared.loading = loading.clone();
            shared.analysis = None;
            shared.play_when_loaded = play;
        }
        self.inner.playback.player.close();
        self.change_playback(|state| {
            state.phase = PlayerPhase::Loading;
            state.key = Some(key);
            state.position_ms = 0;
            state.duration_ms = None;
            state.loaded = Some(0.0);
            state.note = None;
        });
        loading
    }

    async fn load_file(&self, key: RecordingKey, loading: &CancellationToken) -> Result<()> {
        let path = self.audible_file(key, loading).await?;
        let analysed = path.clone();
        let analysis = blocking(move || {
            audio::analyse(&analysed, FINE_BUCKETS)
                .map_err(|error| Error::NotAudio { what: error.to_string() })
        })
        .await?;
        // Under the lock, so that neither another load nor a play or pause can come between.
        let mut shared = lock(&self.inner.playback.shared);
        if loading.is_cancelled() {
            return Err(Error::Cancelled);
        }
        shared.analysis = Some(Arc::new(analysis));
        let player = &self.inner.playback.player;
        player.load(path);
        if shared.play_when_loaded {
            player.play();
        }
        Ok(())
    }

    /// A verified file to play: our copy if it is still there, else the cache, else a fresh download.
    async fn audible_file(
        &self,
        key: RecordingKey,
        loading: &CancellationToken,
    ) -> Result<PathBuf> {
        let stored = self.stored(key).await?;
        if let Some(copy) = &stored.copy
            && copy.place.is_none()
            && copy.path.is_file()
        {
            return Ok(copy.path.clone());
        }
        let cache = self.cache_dir();
        let (looked_in, name) = (cache.clone(), cache_name(key, &stored));
        let wanted = name.clone();
        if let Some(path) = blocking(move || find_cached(&looked_in, &wanted)).await? {
            return Ok(path);
        }
        let part = cache.join(format!("{name}.part"));
        let on_bytes = |received: u64, total: Option<u64>| {
            let share = total.filter(|total| *total > 0).map(|total| share(received, total));
            self.change_playback(|state| {
                if state.key == Some(key) && state.phase == PlayerPhase::Loading {
                    state.loaded = share;
                }
            });
        };
        if let Some(copy) = &stored.copy
            && let Some(place) = &copy.place
        {
            match or_cancelled(loading, self.fetch_object(place, copy, &part)).await {
                Ok(sealed) => {
                    let extension = copy.path.extension().and_then(|e| e.to_str()).unwrap_or("bin");
                    let path = cache.join(format!("{name}.{extension}"));
                    return blocking(move || keep_cached(&cache, &sealed.path, path)).await;
                }
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                Err(error) => {
                    tracing::info!(recording = key.0, %error, "its copy cannot be read; asking the provider");
                }
            }
        }
        // A part that an earlier run left proves nothing about the file there now.
        let mut validator = None;
        let fetched = self.fetch(&stored, &part, &mut validator, &on_bytes, loading).await?;
        blocking(move || {
            let path = cache.join(format!("{name}.{}", fetched.facts.container.extension()));
            keep_cached(&cache, &fetched.sealed.path, path)
        })
        .await
    }

    fn change_playback(&self, change: impl FnOnce(&mut PlaybackState)) {
        let state = {
            let mut shared = lock(&self.inner.playback.shared);
            change(&mut shared.state);
            shared.state.clone()
        };
        self.tell(Event::Player(state));
    }
}

/// Name of a cached file without extension. Keys are unique in an index but used again after a rebuild, so the account
/// and the vendor's id are part of it, as a hash because the id may hold anything.
fn cache_name(key: RecordingKey, stored: &catalogue::StoredRecording) -> String {
    let id = format!("{}\n{}", stored.account, stored.recording.id);
    format!("{}-{}", key.0, uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, id.as_bytes()))
}

fn find_cached(cache: &Path, name: &str) -> Result<Option<PathBuf>> {
    std::fs::create_dir_all(cache).map_err(|source| Error::file(cache, &source))?;
    for extension in ["mp3", "wav", "ogg", "flac", "m4a"] {
        let path = cache.join(format!("{name}.{extension}"));
        if path.is_file() {
            // Its time tells when it was last heard; a file system without times only makes the trimming less fair.
            if let Ok(file) = std::fs::File::options().append(true).open(&path) {
                let _ = file.set_modified(SystemTime::now());
            }
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Gives a verified file its name in the cache.
fn keep_cached(cache: &Path, verified: &Path, path: PathBuf) -> Result<PathBuf> {
    std::fs::rename(verified, &path).map_err(|source| Error::file(&path, &source))?;
    trim_cache(cache, &path);
    Ok(path)
}

/// Removes the files heard longest ago until the rest fits; `newest` stays in any case.
fn trim_cache(cache: &Path, newest: &Path) {
    let Ok(entries) = std::fs::read_dir(cache) else { return };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let file = entry.metadata().ok()?;
            Some((file.modified().ok()?, file.len(), entry.path()))
        })
        .collect();
    files.sort();
    let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in files {
        if total <= CACHE_BYTES {
            break;
        }
        if path != newest && std::fs::remove_file(&path).is_ok() {
            total -= size;
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a share for a progress bar"
)]
fn share(received: u64, total: u64) -> f32 {
    (received as f64 / total as f64).clamp(0.0, 1.0) as f32
}
