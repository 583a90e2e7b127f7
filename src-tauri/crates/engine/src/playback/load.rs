//! Putting a recording into the player: from a verified copy on disk at once, else from the provider while it comes in.
//!
//! A recording that comes in sounds before it was verified, if its beginning is sound and its length is known; every byte of it
//! goes the way of a download all the same, and is verified at its end. Nothing else calls it whole: not the waveform, not the
//! cache. When its bytes turn out not to belong together it falls silent, and goes on from there once it is whole. Who jumps far
//! ahead meanwhile is served by `jump`.

use std::path::PathBuf;
use std::sync::Arc;

use audio::{Analysis, Decoded, Inflow, Player};
use catalogue::StoredRecording;
use domain::RecordingKey;
use tempfile::TempPath;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::cache::{cache_name, find_cached, keep_cached};
use super::{PlaybackState, PlayerPhase, Shared};
use crate::error::{Error, Result};
use crate::{Engine, blocking, lock, or_cancelled};

/// Peaks are kept this fine and reduced to what the window asks for.
const FINE_BUCKETS: u32 = 4096;

/// A part file that comes in, and what the player waits for in it. Whoever waits for more of it is let go, and what is left of it is removed, when this is dropped.
pub(super) struct Arriving {
    pub(super) inflow: Arc<Inflow>,
    part: TempPath,
    /// The byte that a jump needs, the latest one.
    pub(super) wanted: watch::Receiver<Option<u64>>,
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.inflow.withdraw();
    }
}

impl Engine {
    pub(super) fn begin_loading(&self, key: RecordingKey, play: bool) -> CancellationToken {
        let loading = self.inner.shutdown.child_token();
        {
            let mut shared = lock(&self.inner.playback.shared);
            shared.stop_loading();
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
            state.loaded_ahead = None;
            state.note = None;
        });
        loading
    }

    pub(super) async fn load_file(
        &self,
        key: RecordingKey,
        loading: &CancellationToken,
    ) -> Result<()> {
        let stored = self.stored(key).await?;
        let cache = self.cache_dir();
        let name = cache_name(key, &stored);
        let at_hand = if let Some(path) = own_copy(&stored) {
            Some(path)
        } else {
            let (cache, name) = (cache.clone(), name.clone());
            blocking(move || find_cached(&cache, &name)).await?
        };
        let at_hand = match at_hand {
            Some(path) => Some(path),
            None => self.bring_from_bucket(&stored, &cache, &name, loading).await?,
        };
        match at_hand {
            Some(path) => {
                self.put_in(loading, |player| player.load(path.clone()))?;
                let analysis = analyse(path).await?;
                self.conclude(loading, analysis, |_, _| {})
            }
            // Large, as it holds a download and what jumps need beside it.
            None => Box::pin(self.bring_from_provider(key, &stored, &name, loading)).await,
        }
    }

    /// Brings its copy in a bucket into the cache. `None` when there is none, or none that can be read.
    async fn bring_from_bucket(
        &self,
        stored: &StoredRecording,
        cache: &std::path::Path,
        name: &str,
        loading: &CancellationToken,
    ) -> Result<Option<PathBuf>> {
        let Some((copy, place)) =
            stored.copies().find_map(|copy| Some((copy, copy.place.as_ref()?)))
        else {
            return Ok(None);
        };
        let part = cache.join(format!("{name}.part"));
        match or_cancelled(loading, self.fetch_object(place, copy, &part, None)).await {
            Ok(sealed) => {
                let extension = copy.path.extension().and_then(|e| e.to_str()).unwrap_or("bin");
                let (cache, path) = (cache.to_owned(), cache.join(format!("{name}.{extension}")));
                blocking(move || keep_cached(&cache, &sealed.path, path)).await.map(Some)
            }
            Err(Error::Cancelled) => Err(Error::Cancelled),
            Err(error) => {
                let id = &stored.recording.id;
                tracing::info!(recording = ?id, %error, "its copy cannot be read; asking the provider");
                Ok(None)
            }
        }
    }

    /// Fetches and verifies it, and lets it sound meanwhile.
    async fn bring_from_provider(
        &self,
        key: RecordingKey,
        stored: &StoredRecording,
        name: &str,
        loading: &CancellationToken,
    ) -> Result<()> {
        let arriving = self.expect_arrival(name, loading)?;
        let fetching = async {
            let fetched = self.fetch_arriving(key, stored, &arriving, name, loading).await;
            if fetched.is_err() {
                arriving.inflow.withdraw();
            }
            fetched
        };
        let listening = self.hear_early(stored.recording.duration_ms, &arriving.inflow, loading);
        let (path, is_heard) = tokio::select! {
            both = async { tokio::join!(fetching, listening) } => both,
            never = self.serve_jumps(key, stored, &arriving, name, loading) => match never {},
        };
        let path = path?;
        let is_heard = is_heard? && !arriving.inflow.is_withdrawn();
        let analysis = analyse(path.clone()).await?;
        let length_frames = analysis.length_frames;
        self.conclude(loading, analysis, |shared, player| {
            if is_heard {
                player.settle(length_frames);
                return;
            }
            player.load(path);
            // Where it fell silent, if it sounded before.
            if shared.state.position_ms > 0 {
                player.seek(shared.state.position_ms);
            }
            if shared.play_when_loaded {
                player.play();
            }
        })
    }

    /// A part file of its own: an earlier load of the same recording may still be letting go of its own.
    fn expect_arrival(&self, name: &str, loading: &CancellationToken) -> Result<Arriving> {
        let path = self.cache_dir().join(format!("{name}-{}.part", uuid::Uuid::new_v4()));
        let part = TempPath::try_from_path(&path).map_err(|source| Error::file(&path, &source))?;
        let inflow = Inflow::new(part.to_path_buf());
        let mut shared = lock(&self.inner.playback.shared);
        if loading.is_cancelled() {
            return Err(Error::Cancelled);
        }
        shared.inflow = Some(Arc::clone(&inflow));
        let wanted = shared.wanted.subscribe();
        Ok(Arriving { inflow, part, wanted })
    }

    /// The way of a download, into the cache.
    async fn fetch_arriving(
        &self,
        key: RecordingKey,
        stored: &StoredRecording,
        arriving: &Arriving,
        name: &str,
        loading: &CancellationToken,
    ) -> Result<PathBuf> {
        let on_bytes = |received: u64, total: Option<u64>| {
            let share = total.filter(|total| *total > 0).map(|total| share(received, total));
            self.note_loaded(key, share, loading);
        };
        let inflow = &arriving.inflow;
        // A part that an earlier run left proves nothing about the file there now.
        let mut validator = None;
        let fetched = self
            .fetch(stored, &arriving.part, &mut validator, Some(inflow), &on_bytes, loading)
            .await?;
        let (cache, inflow) = (self.cache_dir(), Arc::clone(inflow));
        let path = cache.join(format!("{name}.{}", fetched.facts.container.extension()));
        blocking(move || {
            inflow.settle(&path.clone(), || keep_cached(&cache, &fetched.sealed.path, path))
        })
        .await
    }

    /// Puts it into the player as soon as its beginning can be decoded. False when that has to wait for the whole file.
    async fn hear_early(
        &self,
        duration_ms: Option<u64>,
        inflow: &Arc<Inflow>,
        loading: &CancellationToken,
    ) -> Result<bool> {
        let coming = Arc::clone(inflow);
        // Why not is the matter of the verification, which says it better.
        let opened = blocking(move || Ok(Decoded::open_inflow(&coming).ok())).await?;
        let Some(decoded) = opened else { return Ok(false) };
        let rate = u64::from(decoded.sample_rate_hz());
        let told_frames = duration_ms.map(|duration_ms| duration_ms.saturating_mul(rate) / 1000);
        let length_frames = decoded.stated_frames().or(told_frames).filter(|frames| *frames > 0);
        let Some(length_frames) = length_frames else { return Ok(false) };
        self.put_in(loading, |player| player.load_inflow(decoded, length_frames))?;
        Ok(true)
    }

    /// Gives the player something, and lets it play if that is wanted. Under the lock, so that neither another load nor a
    /// play or pause can come between.
    fn put_in(&self, loading: &CancellationToken, put: impl FnOnce(&Player)) -> Result<()> {
        let shared = lock(&self.inner.playback.shared);
        if loading.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let player = &self.inner.playback.player;
        put(player);
        if shared.play_when_loaded {
            player.play();
        }
        Ok(())
    }

    /// It is whole: now there is a waveform.
    fn conclude(
        &self,
        loading: &CancellationToken,
        analysis: Analysis,
        tell: impl FnOnce(&Shared, &Player),
    ) -> Result<()> {
        let duration_ms = analysis.length_frames.saturating_mul(1000)
            / u64::from(analysis.facts.sample_rate_hz.max(1));
        {
            let mut shared = lock(&self.inner.playback.shared);
            if loading.is_cancelled() {
                return Err(Error::Cancelled);
            }
            shared.analysis = Some(Arc::new(analysis));
            shared.inflow = None;
            tell(&shared, &self.inner.playback.player);
        }
        self.change_playback(|state| {
            if !loading.is_cancelled() && state.phase != PlayerPhase::Failed {
                state.duration_ms = Some(duration_ms);
                state.loaded = None;
                state.loaded_ahead = None;
            }
        });
        Ok(())
    }

    /// How much of it has arrived. While it plays its position is told often enough.
    fn note_loaded(&self, key: RecordingKey, loaded: Option<f32>, loading: &CancellationToken) {
        self.note_arrival(key, loading, |state| state.loaded = loaded);
    }

    /// Notes something about what comes in. While it plays its position is told often enough.
    pub(super) fn note_arrival(
        &self,
        key: RecordingKey,
        loading: &CancellationToken,
        note: impl FnOnce(&mut PlaybackState),
    ) {
        let is_told = {
            let mut shared = lock(&self.inner.playback.shared);
            if loading.is_cancelled() || shared.state.key != Some(key) {
                return;
            }
            note(&mut shared.state);
            shared.state.phase != PlayerPhase::Playing
        };
        if is_told {
            self.change_playback(|_| {});
        }
    }
}

/// The best verified copy on this computer that is still there.
fn own_copy(stored: &StoredRecording) -> Option<PathBuf> {
    let here = stored.copies().filter(|copy| copy.place.is_none());
    here.map(|copy| &copy.path).find(|path| path.is_file()).cloned()
}

async fn analyse(path: PathBuf) -> Result<Analysis> {
    blocking(move || {
        audio::analyse(&path, FINE_BUCKETS)
            .map_err(|error| Error::NotAudio { what: error.to_string() })
    })
    .await
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a share for a progress bar"
)]
pub(super) fn share(received: u64, total: u64) -> f32 {
    (received as f64 / total as f64).clamp(0.0, 1.0) as f32
}
