//! Somebody jumps far ahead in a recording that is coming in: the provider is asked for the rest from there on, beside the
//! download, and that is heard until the download has got there.
//!
//! Only what is provably of the same file (a strong `ETag`, the size, the byte it begins at) is heard, and nothing of it is kept:
//! the file in the cache is the download's, every byte of it, and is verified as ever. Where the provider cannot do that, or the
//! format does not tell which byte a moment is at, the player waits until the download is there. A part that breaks off is asked
//! for again from where it stopped, as often as a download is.

use std::convert::Infallible;
use std::time::Duration;

use catalogue::StoredRecording;
use domain::RecordingKey;
use futures_util::StreamExt as _;
use providers::MediaStream;
use tempfile::TempPath;
use tokio::io::AsyncWriteExt as _;
use tokio_util::sync::CancellationToken;

use super::load::{Arriving, share};
use crate::Engine;
use crate::error::{Error, Result};
use crate::fetch::{Source, pauses, strong_etag, worth_another_try};

/// Another jump within this time counts alone: somebody may hold an arrow key.
const SETTLES: Duration = Duration::from_millis(250);
/// What is so near behind what has arrived comes by itself before a request would be answered.
const NEAR_BYTES: u64 = 64 * 1024;

impl Engine {
    /// Asks for what jumps need, one after the other, as long as this is polled.
    pub(super) async fn serve_jumps(
        &self,
        key: RecordingKey,
        stored: &StoredRecording,
        arriving: &Arriving,
        name: &str,
        loading: &CancellationToken,
    ) -> Infallible {
        let mut wanted = arriving.wanted.clone();
        // The file that is heard from, until another takes its place.
        let mut heard: Option<TempPath> = None;
        let mut is_left = false;
        loop {
            if !is_left && wanted.changed().await.is_err() {
                return std::future::pending().await;
            }
            is_left = false;
            let byte = loop {
                let byte = *wanted.borrow_and_update();
                let settled = tokio::time::timeout(SETTLES, wanted.changed()).await;
                if !matches!(settled, Ok(Ok(()))) {
                    break byte;
                }
            };
            let Some(byte) = byte else { continue };
            let path = self.cache_dir().join(format!("{name}-{}.ahead", uuid::Uuid::new_v4()));
            let Ok(ahead) = TempPath::try_from_path(&path) else { continue };
            tokio::select! {
                asked = self.ask_ahead(key, stored, arriving, byte, &ahead, loading) => {
                    if let Err(error) = asked {
                        let id = &stored.recording.id;
                        tracing::info!(recording = ?id, %error, byte, "a jump has to wait for the download");
                    }
                }
                () = has_left(&mut wanted, arriving, byte) => is_left = true,
            }
            // A jump for which nothing came leaves the earlier part where it is.
            if arriving.inflow.is_ahead_in(&ahead) {
                drop(heard.replace(ahead));
            }
        }
    }

    /// Asks for the file from a byte on, and lets it be heard as it comes, until the download has got as far.
    async fn ask_ahead(
        &self,
        key: RecordingKey,
        stored: &StoredRecording,
        arriving: &Arriving,
        byte: u64,
        ahead: &TempPath,
        loading: &CancellationToken,
    ) -> Result<()> {
        let inflow = &arriving.inflow;
        if inflow.readable_to(byte) > byte
            || inflow.readable_to(0).saturating_add(NEAR_BYTES) >= byte
        {
            return Ok(());
        }
        let (Some(version), Some(total)) = (inflow.version(), inflow.total()) else {
            return cannot("The provider does not say which version of the file it sends.");
        };
        let provider = self.provider(&stored.account).await?;
        let mut part = AheadPart {
            key,
            version,
            total,
            from: byte,
            to: byte,
            path: ahead,
            file: tokio::fs::File::create(ahead)
                .await
                .map_err(|source| Error::file(ahead, &source))?,
        };
        let (mut pauses, mut address_is_stale) = (pauses(), false);
        loop {
            let mut source = Source::listed(stored, address_is_stale);
            let received = async {
                let stream = source.open(provider.as_ref(), part.to, Some(&part.version)).await?;
                self.receive_ahead(&mut part, stream, arriving, loading).await
            };
            let error = match received.await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            // What is no part of this file stays none.
            let is_passing = matches!(error, Error::Provider(_)) && worth_another_try(&error);
            let Some(pause) = is_passing.then(|| pauses.next()).flatten() else {
                return Err(error);
            };
            address_is_stale = true;
            tracing::debug!(recording = ?stored.recording.id, %error, byte = part.to, "asking for the rest of a part again");
            tokio::time::sleep(pause).await;
            if inflow.readable_to(0) >= part.to {
                return Ok(());
            }
        }
    }

    /// Lets what comes be heard. An error when it is not of the same file, or breaks off.
    async fn receive_ahead(
        &self,
        part: &mut AheadPart<'_>,
        mut stream: MediaStream,
        arriving: &Arriving,
        loading: &CancellationToken,
    ) -> Result<()> {
        let is_same = strong_etag(&stream).is_some_and(|etag| etag == part.version)
            && stream.total_bytes == Some(part.total);
        if stream.offset != part.to || !is_same {
            return cannot("The provider does not send a part of the same file.");
        }
        let inflow = &arriving.inflow;
        let has_begun = part.from < part.to;
        if has_begun && !inflow.is_ahead_in(part.path) {
            // Meanwhile the download turned out to be of another file.
            return Ok(());
        }
        let total = part.total;
        while let Some(chunk) = stream.bytes.next().await {
            let chunk = chunk?;
            if chunk.is_empty() {
                continue;
            }
            // More than the file has is no part of it.
            if part.to.saturating_add(chunk.len() as u64) > total {
                return Ok(());
            }
            let written = async {
                part.file.write_all(&chunk).await?;
                part.file.flush().await
            };
            written.await.map_err(|source| Error::file(part.path, &source))?;
            // Only now, because an earlier part is let go for it.
            if part.from == part.to {
                if inflow.version().as_ref() != Some(&part.version) {
                    return Ok(());
                }
                inflow.begin_ahead(part.path.to_path_buf(), part.from);
            }
            part.to += chunk.len() as u64;
            inflow.reach_ahead(part.from, part.to);
            let there = inflow.ahead().map(|(from, to)| (share(from, total), share(to, total)));
            self.note_arrival(part.key, loading, |state| state.loaded_ahead = there);
            if there.is_none() {
                // The download has overtaken it.
                return Ok(());
            }
        }
        if part.to < total {
            let reason = "the reply ended before the file did".to_owned();
            return Err(providers::Error::Interrupted { reason }.into());
        }
        Ok(())
    }
}

/// A later part of a recording, which comes in beside the download.
struct AheadPart<'a> {
    key: RecordingKey,
    /// The strong `ETag` of the file that it is of, and its size.
    version: String,
    total: u64,
    /// Its first byte, and the one behind its last that is there.
    from: u64,
    to: u64,
    path: &'a TempPath,
    file: tokio::fs::File,
}

fn cannot<T>(what: &str) -> Result<T> {
    Err(Error::NotAudio { what: what.to_owned() })
}

/// Waits until a later jump needs a byte that neither came from `asked` on nor comes next.
async fn has_left(
    wanted: &mut tokio::sync::watch::Receiver<Option<u64>>,
    arriving: &Arriving,
    asked: u64,
) {
    let is_elsewhere = |byte: &Option<u64>| {
        byte.is_some_and(|byte| {
            byte < asked || byte > arriving.inflow.readable_to(asked).saturating_add(NEAR_BYTES)
        })
    };
    if wanted.wait_for(is_elsewhere).await.is_err() {
        std::future::pending::<()>().await;
    }
}
