//! One recording's audio, from the provider to a verified, still unnamed file. Shared by downloads and playback, so
//! that what is heard went through the same checks as what is saved.
//!
//! Nothing here writes to a disk on an async thread: chunks go through a channel to a thread of their own, and no
//! attempt ends before that thread has, so that two attempts never write into one file.

use std::path::Path;
use std::time::{Duration, Instant};

use audio::Error as AudioError;
use backon::{BackoffBuilder, ExponentialBuilder};
use bytes::Bytes;
use catalogue::StoredRecording;
use domain::{AudioFacts, Remark, Verdict};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use providers::{MediaRequest, MediaStream, Provider};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use transfer::part::{PartFile, SealedPart};
use transfer::verify::{Expected, ProbeProblem, judge};

use crate::error::{Error, Result};
use crate::transfers::Bandwidth;
use crate::{Engine, blocking, or_cancelled};

/// How often one recording is tried before it counts as failed.
const TRIES: usize = 4;
/// A body that does not end is cut off here: a day of uncompressed 16-bit stereo at 8 kHz is 2.8 GB.
const MOST_BYTES: u64 = 4_000_000_000;
/// How much of the start of a file tells what it is.
const HEAD_BYTES: usize = 512;
/// Chunks that may wait for the disk.
const CHUNKS_WAITING: usize = 32;

/// A verified file under its `.part` name.
pub(crate) struct Fetched {
    pub(crate) sealed: SealedPart,
    pub(crate) facts: AudioFacts,
    pub(crate) remarks: Vec<Remark>,
    /// From asking for the audio to its first byte.
    pub(crate) answered_in: Duration,
}

/// How the bytes come along: received so far, and the whole size if known.
pub(crate) type OnBytes<'a> = &'a (dyn Fn(u64, Option<u64>) + Send + Sync);

/// Told once, when the provider has begun to answer: the strong `ETag`, and the whole size if known. An error ends the
/// attempt before the first byte is written.
pub(crate) type OnOpened<'a> =
    &'a (dyn Fn(Option<String>, Option<u64>) -> BoxFuture<'static, Result<()>> + Send + Sync);

/// What one attempt is about.
pub(crate) struct Attempt<'a> {
    pub(crate) stored: &'a StoredRecording,
    /// Where the bytes go.
    pub(crate) part: &'a Path,
    /// The strong `ETag` of the bytes that are there, kept up to date: only with it an attempt goes on where an earlier
    /// one stopped.
    pub(crate) validator: &'a mut Option<String>,
    /// The address in the list may be out of date: ask for a fresh one first.
    pub(crate) address_is_stale: bool,
    pub(crate) on_opened: Option<OnOpened<'a>>,
    pub(crate) on_bytes: OnBytes<'a>,
    /// The cap on all downloads.
    pub(crate) cap: Option<&'a Bandwidth>,
}

impl Engine {
    /// Downloads into `part` and verifies. Goes on where an earlier try stopped if the file at the provider is provably
    /// still the same: `validator` is its strong `ETag` as of the bytes that are in `part`, and is kept up to date. Passing faults are tried again with
    /// growing pauses; the `.part` stays for a later resume unless its bytes were proven wrong.
    pub(crate) async fn fetch(
        &self,
        stored: &StoredRecording,
        part: &Path,
        validator: &mut Option<String>,
        on_bytes: OnBytes<'_>,
        cancel: &CancellationToken,
    ) -> Result<Fetched> {
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(Duration::from_secs(20))
            .with_max_times(TRIES - 1)
            .with_jitter()
            .build();
        let mut address_is_stale = false;
        loop {
            let attempt = Attempt {
                stored,
                part,
                validator,
                address_is_stale,
                on_opened: None,
                on_bytes,
                cap: None,
            };
            let error = match self.fetch_once(attempt, cancel).await {
                Ok(fetched) => return Ok(fetched),
                Err(Error::NotReady) => Error::NotAudio { what: Error::NotReady.to_string() },
                Err(error) => error,
            };
            let Some(pause) = worth_another_try(&error).then(|| pauses.next()).flatten() else {
                return Err(error);
            };
            address_is_stale = true;
            tracing::debug!(recording = ?stored.recording.id, %error, "trying the download again");
            tokio::select! {
                () = cancel.cancelled() => return Err(Error::Cancelled),
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One attempt.
    ///
    /// # Errors
    /// [`Error::NotReady`] when the provider knows the recording but has no file; `NotFound` only when the provider
    /// says that it does not have the recording itself.
    pub(crate) async fn fetch_once(
        &self,
        attempt: Attempt<'_>,
        cancel: &CancellationToken,
    ) -> Result<Fetched> {
        // The keyring may wait for a person.
        let provider = or_cancelled(cancel, self.provider(&attempt.stored.account)).await?;
        let mut file = open_part(attempt.part, attempt.validator.as_deref()).await?;
        let mut source = Source::listed(attempt.stored, attempt.address_is_stale);
        let asked_at = Instant::now();
        let validator = attempt.validator.clone();
        let opening = source.open(provider.as_ref(), file.len(), validator.as_deref());
        let mut stream = or_cancelled(cancel, opening).await?;
        let answered_in = asked_at.elapsed();
        let etag = strong_etag(&stream);
        if file.len() > 0
            && (stream.offset != file.len() || etag.is_none() || etag != *attempt.validator)
        {
            file = restarted(file).await?;
            if stream.offset != 0 {
                stream = or_cancelled(cancel, source.open(provider.as_ref(), 0, None)).await?;
            }
        }
        *attempt.validator = strong_etag(&stream);
        if let Some(on_opened) = attempt.on_opened {
            on_opened(attempt.validator.clone(), stream.total_bytes).await?;
        }
        let expected = Expected { announced_bytes: stream.total_bytes, ..source.expected };
        let most = expected.announced_bytes.unwrap_or(MOST_BYTES).min(MOST_BYTES);
        let file = receive(stream, file, most, attempt.on_bytes, attempt.cap, cancel).await?;
        let (sealed, facts, remarks) = blocking(move || verify(file, &expected)).await?;
        Ok(Fetched { sealed, facts, remarks, answered_in })
    }
}

/// Whether an attempt that failed so may succeed later by itself.
pub(crate) fn worth_another_try(error: &Error) -> bool {
    use providers::Error as Vendor;
    match error {
        // The provider crate has tried again what it may; a broken or odd media reply is ours to repeat.
        Error::Provider(
            Vendor::Interrupted { .. } | Vendor::BadReply { .. } | Vendor::VendorFailed(_),
        )
        | Error::NotAudio { .. } => true,
        _ => false,
    }
}

/// Opens a part file. Without a `validator` nothing proves that its bytes belong to the file there, so it is begun anew.
pub(crate) async fn open_part(part: &Path, validator: Option<&str>) -> Result<PartFile> {
    let (path, may_go_on) = (part.to_owned(), validator.is_some());
    let file = blocking(move || {
        is_beside(&path)?;
        Ok(PartFile::open(&path)?)
    })
    .await?;
    if may_go_on || file.len() == 0 { Ok(file) } else { restarted(file).await }
}

/// That the folder of a file is there. One that is gone may be a disk that was unplugged: it is not made anew, and what
/// could not be read from it says nothing about the recording.
fn is_beside(path: &Path) -> Result<()> {
    match path.parent() {
        Some(folder) if !folder.is_dir() => {
            Err(transfer::Error::Missing { path: folder.to_owned() }.into())
        }
        _ => Ok(()),
    }
}

/// The same file, empty.
pub(crate) async fn restarted(mut file: PartFile) -> Result<PartFile> {
    blocking(move || {
        file.restart()?;
        Ok(file)
    })
    .await
}

/// Where the audio is, and what is known about it.
struct Source<'a> {
    stored: &'a StoredRecording,
    /// The address to ask.
    url: Option<String>,
    /// That address was asked for a moment ago.
    is_fresh: bool,
    expected: Expected,
}

impl<'a> Source<'a> {
    /// As the list said. Its address saves a request for each file, and is as good as a fresh one unless it expired.
    fn listed(stored: &'a StoredRecording, address_is_stale: bool) -> Self {
        let recording = &stored.recording;
        Self {
            stored,
            url: recording.media_url.clone().filter(|_| !address_is_stale),
            is_fresh: false,
            expected: Expected {
                announced_bytes: None,
                vendor_bytes: recording.size_bytes,
                duration_ms: recording.duration_ms,
                format: recording.format.clone(),
            },
        }
    }

    async fn open(
        &mut self,
        provider: &dyn Provider,
        offset: u64,
        if_range: Option<&str>,
    ) -> Result<MediaStream> {
        use providers::Error as Vendor;
        if let Some(url) = &self.url {
            let request =
                MediaRequest { id: &self.stored.recording.id, url: Some(url), offset, if_range };
            match provider.media(&request).await {
                Ok(stream) => return Ok(stream),
                Err(error) if self.is_fresh => return Err(of_a_fresh_address(error)),
                // What an address that has expired, or a recording that is gone, looks like.
                Err(
                    Vendor::NotFound(_)
                    | Vendor::PermissionDenied(_)
                    | Vendor::Rejected(_)
                    | Vendor::BadReply { .. },
                ) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let fresh = provider.retrieve(&self.stored.recording.id).await?;
        let Some(url) = fresh.media_url else { return Err(Error::NotReady) };
        let known = &self.expected;
        self.expected = Expected {
            announced_bytes: None,
            vendor_bytes: fresh.size_bytes.or(known.vendor_bytes),
            duration_ms: fresh.duration_ms.or(known.duration_ms),
            format: fresh.format.or_else(|| known.format.clone()),
        };
        self.is_fresh = true;
        let url = self.url.insert(url);
        let request =
            MediaRequest { id: &self.stored.recording.id, url: Some(url), offset, if_range };
        provider.media(&request).await.map_err(of_a_fresh_address)
    }
}

/// The recording itself was retrieved a moment ago. So a 404 means that its file is not ready, and silence is that of
/// this file and not of the network: it is waited for a few times, not for ever.
fn of_a_fresh_address(error: providers::Error) -> Error {
    use providers::{Error as Vendor, Obstacle};
    match error {
        Vendor::NotFound(_) => Error::NotReady,
        Vendor::Unreachable { reason, obstacle: Obstacle::TimedOut } => {
            Vendor::Interrupted { reason }.into()
        }
        other => other.into(),
    }
}

/// The reply's `ETag`, if it promises the same bytes; a weak one (`W/…`) does not (RFC 9110, 8.8.1).
pub(crate) fn strong_etag(stream: &MediaStream) -> Option<String> {
    stream.etag.clone().filter(|etag| !etag.starts_with("W/"))
}

/// Writes the stream into the file, `most` bytes in all. However it ends, what came is in the file when this returns.
pub(crate) async fn receive(
    mut stream: MediaStream,
    file: PartFile,
    most: u64,
    on_bytes: OnBytes<'_>,
    cap: Option<&Bandwidth>,
    cancel: &CancellationToken,
) -> Result<PartFile> {
    let mut received = file.len();
    if stream.offset != received {
        return Err(Error::NotAudio {
            what: "The provider sent another part of the file than asked for.".into(),
        });
    }
    on_bytes(received, stream.total_bytes);
    let (send, chunks) = mpsc::channel(CHUNKS_WAITING);
    let writer = tokio::task::spawn_blocking(move || write_all(file, chunks));
    let ended = loop {
        let chunk = tokio::select! {
            () = cancel.cancelled() => break Err(Error::Cancelled),
            chunk = stream.bytes.next() => chunk,
        };
        let chunk = match chunk {
            None => break Ok(()),
            Some(Ok(chunk)) => chunk,
            Some(Err(error)) => break Err(error.into()),
        };
        let size = chunk.len();
        received += size as u64;
        let is_endless = received > most;
        // The writer is gone when the disk refused; it says why below.
        if send.send(chunk).await.is_err() {
            break Ok(());
        }
        if is_endless {
            break Err(Error::NotAudio {
                what: "The provider's reply did not end where it should.".into(),
            });
        }
        on_bytes(received, stream.total_bytes);
        if let Some(cap) = cap {
            tokio::select! {
                () = cancel.cancelled() => break Err(Error::Cancelled),
                () = cap.pay(size) => {}
            }
        }
    };
    drop(send);
    let written = match writer.await {
        Ok(written) => written,
        Err(stopped) => Err(Error::Internal { what: stopped.to_string() }),
    };
    let file = written?;
    if let Err(error @ Error::NotAudio { .. }) = ended {
        // Bytes beyond the end prove the others wrong.
        restarted(file).await?;
        return Err(error);
    }
    ended.map(|()| file)
}

fn write_all(mut file: PartFile, mut chunks: mpsc::Receiver<Bytes>) -> Result<PartFile> {
    while let Some(chunk) = chunks.blocking_recv() {
        file.write(&chunk)?;
    }
    Ok(file)
}

/// Seals the file and decides whether it is the recording. A rejected file is removed.
pub(crate) fn verify(
    file: PartFile,
    expected: &Expected,
) -> Result<(SealedPart, AudioFacts, Vec<Remark>)> {
    let sealed = file.seal()?;
    let verdict = judge_file(&sealed.path, sealed.size_bytes, expected)?;
    match verdict {
        Verdict::Verified(facts) => Ok((sealed, facts, Vec::new())),
        Verdict::Remarked(facts, remarks) => Ok((sealed, facts, remarks)),
        Verdict::Rejected(rejection) => {
            sealed.discard()?;
            Err(Error::NotAudio { what: rejection.to_string() })
        }
    }
}

/// Decodes a file to its end and judges it.
pub(crate) fn judge_file(path: &Path, size_bytes: u64, expected: &Expected) -> Result<Verdict> {
    let head = read_head(path)?;
    let probe = match audio::probe(path) {
        Ok(facts) => Ok(facts),
        Err(AudioError::Unsupported { container, codec }) => {
            Err(ProbeProblem::Unsupported { container, codec })
        }
        Err(AudioError::Unreadable { path, reason }) => return Err(unreadable(&path, reason)),
        Err(other) => Err(ProbeProblem::Failed { reason: other.to_string() }),
    };
    Ok(judge(size_bytes, &head, probe, expected))
}

fn read_head(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read as _;

    let mut head = Vec::with_capacity(HEAD_BYTES);
    std::fs::File::open(path)
        .and_then(|file| file.take(HEAD_BYTES as u64).read_to_end(&mut head))
        .map_err(|source| unreadable(path, source.to_string()))?;
    Ok(head)
}

/// Trouble of the disk, which says nothing about the recording.
fn unreadable(path: &Path, reason: String) -> Error {
    match is_beside(path) {
        Err(gone) => gone,
        Ok(()) => transfer::Error::Io { path: path.to_owned(), reason }.into(),
    }
}

/// `mp3 · 8 kHz · mono · 12:08`.
pub(crate) fn evidence(facts: &AudioFacts) -> String {
    let codec = match &facts.codec {
        domain::Codec::Mp3 => "mp3".to_owned(),
        domain::Codec::Pcm => "wav, PCM".to_owned(),
        domain::Codec::MuLaw => "wav, µ-law".to_owned(),
        domain::Codec::ALaw => "wav, A-law".to_owned(),
        domain::Codec::Other(name) => format!("{}, {name}", facts.container.extension()),
    };
    let rate = f64::from(facts.sample_rate_hz) / 1000.0;
    let channels = match facts.channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        n => format!("{n} channels"),
    };
    let seconds = facts.decoded_ms() / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let length = if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    };
    format!("{codec} · {rate} kHz · {channels} · {length}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Codec, Container};

    #[test]
    fn evidence_reads_like_a_label() {
        let mut facts = AudioFacts {
            container: Container::Mp3,
            codec: Codec::Mp3,
            sample_rate_hz: 8000,
            channels: 1,
            decoded_frames: 8000 * 728,
            header_frames: None,
            damaged_packets: 0,
        };
        assert_eq!(evidence(&facts), "mp3 · 8 kHz · mono · 12:08");
        facts.codec = Codec::MuLaw;
        facts.channels = 2;
        facts.sample_rate_hz = 11_025;
        facts.decoded_frames = 11_025 * 3725;
        assert_eq!(evidence(&facts), "wav, µ-law · 11.025 kHz · stereo · 1:02:05");
    }
}
