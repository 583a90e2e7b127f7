//! One recording's audio, from the provider to a verified, still unnamed file. Shared by downloads and playback, so
//! that what is heard went through the same checks as what is saved.

use std::path::Path;
use std::time::Duration;

use audio::Error as AudioError;
use backon::{BackoffBuilder, ExponentialBuilder};
use catalogue::StoredRecording;
use domain::{AudioFacts, Remark, Verdict};
use futures_util::StreamExt;
use providers::{MediaStream, Provider};
use tokio_util::sync::CancellationToken;
use transfer::part::{PartFile, SealedPart};
use transfer::verify::{Expected, ProbeProblem, judge};

use crate::error::{Error, Result};
use crate::{Engine, blocking};

/// How often one recording is tried before it counts as failed.
const TRIES: usize = 4;
/// A body that does not end is cut off here: a day of uncompressed 16-bit stereo at 8 kHz is 2.8 GB.
const MOST_BYTES: u64 = 4_000_000_000;
/// How much of the start of a file tells what it is.
const HEAD_BYTES: usize = 512;

/// A verified file under its `.part` name.
pub(crate) struct Fetched {
    pub(crate) sealed: SealedPart,
    pub(crate) facts: AudioFacts,
    pub(crate) remarks: Vec<Remark>,
}

/// How the bytes come along: received so far, and the whole size if known.
pub(crate) type OnBytes<'a> = &'a (dyn Fn(u64, Option<u64>) + Send + Sync);

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
        // The keyring may wait for a person.
        let provider = tokio::select! {
            () = cancel.cancelled() => return Err(Error::Cancelled),
            provider = self.provider(&stored.account) => provider?,
        };
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(Duration::from_secs(20))
            .with_max_times(TRIES - 1)
            .with_jitter()
            .build();
        loop {
            let outcome = tokio::select! {
                () = cancel.cancelled() => return Err(Error::Cancelled),
                outcome = attempt(provider.as_ref(), stored, part, validator, on_bytes) => outcome,
            };
            let error = match outcome {
                Ok(fetched) => return Ok(fetched),
                Err(error) => error,
            };
            let Some(pause) = worth_another_try(&error).then(|| pauses.next()).flatten() else {
                return Err(error);
            };
            tracing::debug!(recording = ?stored.recording.id, %error, "trying the download again");
            tokio::select! {
                () = cancel.cancelled() => return Err(Error::Cancelled),
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}

fn worth_another_try(error: &Error) -> bool {
    use providers::Error as Vendor;
    match error {
        // The provider crate has tried again what it may; a broken or odd media reply is ours to repeat.
        Error::Provider(Vendor::Interrupted { .. } | Vendor::BadReply { .. })
        | Error::NotAudio { .. } => true,
        _ => false,
    }
}

/// One try.
async fn attempt(
    provider: &dyn Provider,
    stored: &StoredRecording,
    part: &Path,
    validator: &mut Option<String>,
    on_bytes: OnBytes<'_>,
) -> Result<Fetched> {
    // The listed URL may have expired, so it is asked for anew.
    let fresh = provider.retrieve(&stored.recording.id).await?;
    let Some(url) = &fresh.media_url else {
        return Err(not_ready());
    };
    let path = part.to_owned();
    let mut file = blocking(move || Ok(PartFile::open(&path)?)).await?;
    if validator.is_none() {
        // Nothing proves that the bytes here belong to the file there.
        file.restart()?;
    }
    let mut stream = open_media(provider, url, file.len()).await?;
    let etag = strong_etag(&stream);
    if file.len() > 0 && (stream.offset != file.len() || etag.is_none() || etag != *validator) {
        file.restart()?;
        if stream.offset != 0 {
            stream = open_media(provider, url, 0).await?;
        }
    }
    *validator = strong_etag(&stream);
    let expected = Expected {
        announced_bytes: stream.total_bytes,
        vendor_bytes: fresh.size_bytes.or(stored.recording.size_bytes),
        duration_ms: fresh.duration_ms.or(stored.recording.duration_ms),
        format: fresh.format.clone(),
    };
    receive(stream, &mut file, on_bytes).await?;
    blocking(move || verify(file, &expected)).await
}

/// Opens the audio. The recording itself was retrieved a moment ago, so a 404 here means that its file is not ready.
async fn open_media(provider: &dyn Provider, url: &str, offset: u64) -> Result<MediaStream> {
    provider.media(url, offset).await.map_err(|error| match error {
        providers::Error::NotFound(_) => not_ready(),
        other => other.into(),
    })
}

fn not_ready() -> Error {
    Error::NotAudio { what: "The provider has no audio file for this recording yet.".into() }
}

/// The reply's `ETag`, if it promises the same bytes; a weak one (`W/…`) does not (RFC 9110, 8.8.1).
fn strong_etag(stream: &MediaStream) -> Option<String> {
    stream.etag.clone().filter(|etag| !etag.starts_with("W/"))
}

async fn receive(
    mut stream: MediaStream,
    file: &mut PartFile,
    on_bytes: OnBytes<'_>,
) -> Result<()> {
    if stream.offset != file.len() {
        return Err(Error::NotAudio {
            what: "The provider sent another part of the file than asked for.".into(),
        });
    }
    on_bytes(file.len(), stream.total_bytes);
    while let Some(chunk) = stream.bytes.next().await {
        file.write(&chunk?)?;
        if file.len() > MOST_BYTES {
            file.restart()?;
            return Err(Error::NotAudio {
                what: "The provider's reply did not end; no call is that long.".into(),
            });
        }
        on_bytes(file.len(), stream.total_bytes);
    }
    Ok(())
}

/// Seals the file and decides whether it is the recording. A rejected file is removed.
fn verify(file: PartFile, expected: &Expected) -> Result<Fetched> {
    let sealed = file.seal()?;
    let head = read_head(&sealed.path)?;
    let probe = audio::probe(&sealed.path).map_err(|error| match error {
        AudioError::Unsupported { container, codec } => {
            ProbeProblem::Unsupported { container, codec }
        }
        other => ProbeProblem::Failed { reason: other.to_string() },
    });
    match judge(sealed.size_bytes, &head, probe, expected) {
        Verdict::Verified(facts) => Ok(Fetched { sealed, facts, remarks: Vec::new() }),
        Verdict::Remarked(facts, remarks) => Ok(Fetched { sealed, facts, remarks }),
        Verdict::Rejected(rejection) => {
            sealed.discard()?;
            Err(Error::NotAudio { what: rejection.to_string() })
        }
    }
}

fn read_head(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read as _;

    let mut head = Vec::with_capacity(HEAD_BYTES);
    std::fs::File::open(path)
        .and_then(|file| file.take(HEAD_BYTES as u64).read_to_end(&mut head))
        .map_err(|source| Error::file(path, &source))?;
    Ok(head)
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
