//! Somebody jumps far ahead in a recording that is coming in: the provider is asked for the rest from there on, beside the
//! download, and that is heard until the download has got there.
//!
//! Only what is provably of the same file (a strong `ETag`, the size, the byte it begins at) is heard, and nothing of it is kept:
//! the file in the cache is the download's, every byte of it, and is verified as ever. Where the provider cannot do that, or the
//! format does not tell which byte a moment is at, the player waits until the download is there.

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
use crate::fetch::{Source, strong_etag};

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
        let cannot = |what: &str| Err(Error::NotAudio { what: what.to_owned() });
        let (Some(version), Some(total)) = (inflow.version(), inflow.total()) else {
            return cannot("The provider does not say which version of the file it sends.");
        };
        let provider = self.provider(&stored.account).await?;
        let mut source = Source::listed(stored, false);
        let stream = source.open(provider.as_ref(), byte, Some(&version)).await?;
        let is_same = strong_etag(&stream).is_some_and(|etag| etag == version)
            && stream.total_bytes == Some(total);
        if stream.offset != byte || !is_same {
            return cannot("The provider does not send a part of the same file.");
        }
        self.receive_ahead(key, stream, total, arriving, ahead, loading).await
    }

    async fn receive_ahead(
        &self,
        key: RecordingKey,
        mut stream: MediaStream,
        total: u64,
        arriving: &Arriving,
        ahead: &TempPath,
        loading: &CancellationToken,
    ) -> Result<()> {
        let inflow = &arriving.inflow;
        let (from, mut to) = (stream.offset, stream.offset);
        let mut file =
            tokio::fs::File::create(ahead).await.map_err(|source| Error::file(ahead, &source))?;
        inflow.begin_ahead(ahead.to_path_buf(), from);
        while let Some(chunk) = stream.bytes.next().await {
            let chunk = chunk?;
            // More than the file has is no part of it.
            if to.saturating_add(chunk.len() as u64) > total {
                break;
            }
            let written = async {
                file.write_all(&chunk).await?;
                file.flush().await
            };
            written.await.map_err(|source| Error::file(ahead, &source))?;
            to += chunk.len() as u64;
            inflow.reach_ahead(from, to);
            let part = inflow.ahead().map(|(from, to)| (share(from, total), share(to, total)));
            self.note_arrival(key, loading, |state| state.loaded_ahead = part);
            if part.is_none() {
                // The download has overtaken it.
                break;
            }
        }
        Ok(())
    }
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
