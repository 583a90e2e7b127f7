//! One recording's audio, from the provider to a verified, still unnamed file. Shared by downloads and playback, so
//! that what is heard goes through the same checks as what is saved; a player may read along while it comes in.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use audio::Inflow;
use backon::{BackoffBuilder, ExponentialBuilder};
use catalogue::StoredRecording;
use domain::{AudioFacts, Remark};
use futures_util::future::BoxFuture;
use providers::{MediaRequest, MediaStream, Provider};
use tokio_util::sync::CancellationToken;
use transfer::part::SealedPart;
use transfer::verify::Expected;

use crate::error::{Error, Result};
use crate::reception::{OnBytes, Reception, open_part, receive, restarted};
use crate::transfers::Bandwidth;
use crate::verify::verify;
use crate::{Engine, or_cancelled};

/// How often one recording is tried before it counts as failed.
const TRIES: usize = 4;
/// A body that does not end is cut off here: a day of uncompressed 16-bit stereo at 8 kHz is 2.8 GB.
const MOST_BYTES: u64 = 4_000_000_000;

/// A verified file under its `.part` name.
pub(crate) struct Fetched {
    pub(crate) sealed: SealedPart,
    pub(crate) facts: AudioFacts,
    pub(crate) remarks: Vec<Remark>,
    /// From asking for the audio to its first byte.
    pub(crate) answered_in: Duration,
}

/// Told once, when the provider has begun to answer: the strong `ETag`, and the whole size if known. An error ends the
/// attempt before the first byte is written.
pub(crate) type OnOpened<'a> =
    &'a (dyn Fn(Option<String>, Option<u64>) -> BoxFuture<'static, Result<()>> + Send + Sync);

/// A host that audio is asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaHost {
    /// `https://media.example`.
    pub(crate) origin: String,
    /// Its address was given by the provider a moment ago.
    pub(crate) is_fresh: bool,
}

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
    /// Which host was asked for the audio last; told also when the attempt fails, and `None` when it was none's turn.
    pub(crate) media_host: &'a mut Option<MediaHost>,
    /// The cap on all downloads.
    pub(crate) cap: Option<&'a Bandwidth>,
    /// Who reads the part while it comes in.
    pub(crate) inflow: Option<&'a Arc<Inflow>>,
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
        inflow: Option<&Arc<Inflow>>,
        on_bytes: OnBytes<'_>,
        cancel: &CancellationToken,
    ) -> Result<Fetched> {
        let mut pauses = pauses();
        let (mut address_is_stale, mut media_host) = (false, None);
        loop {
            let attempt = Attempt {
                stored,
                part,
                validator,
                address_is_stale,
                on_opened: None,
                on_bytes,
                media_host: &mut media_host,
                cap: None,
                inflow,
            };
            let error = match self.fetch_once(attempt, cancel).await {
                Ok(fetched) => return Ok(fetched),
                Err(Error::NotReady) => Error::NotAudio { what: Error::NotReady.to_string() },
                // The recording itself was retrieved a moment ago, so the network is there. Nobody waits for ever to hear it.
                Err(error) if media_host.as_ref().is_some_and(|host| host.is_fresh) => {
                    of_this_file(error)
                }
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
        let site = self.inner.folders.site(attempt.part.parent().unwrap_or(attempt.part));
        let mut file = open_part(site, attempt.part, attempt.validator.as_deref()).await?;
        let mut source = Source::listed(attempt.stored, attempt.address_is_stale);
        let asked_at = Instant::now();
        let validator = attempt.validator.clone();
        let opening = source.open(provider.as_ref(), file.len(), validator.as_deref());
        let opened = or_cancelled(cancel, opening).await;
        *attempt.media_host = source.asked.take();
        let mut stream = opened?;
        let answered_in = asked_at.elapsed();
        let etag = strong_etag(&stream);
        if file.len() > 0
            && (stream.offset != file.len() || etag.is_none() || etag != *attempt.validator)
        {
            file = restarted(site, file).await?;
            if stream.offset != 0 {
                stream = or_cancelled(cancel, source.open(provider.as_ref(), 0, None)).await?;
            }
        }
        let etag = strong_etag(&stream);
        if let Some(inflow) = attempt.inflow {
            inflow.begin(file.len(), stream.total_bytes, etag.as_deref());
        }
        *attempt.validator = etag;
        if let Some(on_opened) = attempt.on_opened {
            on_opened(attempt.validator.clone(), stream.total_bytes).await?;
        }
        let expected = Expected { announced_bytes: stream.total_bytes, ..source.expected };
        let most = expected.announced_bytes.unwrap_or(MOST_BYTES).min(MOST_BYTES);
        let Attempt { on_bytes, cap, inflow, .. } = attempt;
        let watch = Reception { site, on_bytes, cap, inflow, cancel };
        let file = receive(stream, file, most, watch).await?;
        let (sealed, facts, remarks) = site.work(move || verify(file, &expected)).await?;
        Ok(Fetched { sealed, facts, remarks, answered_in })
    }
}

/// The pauses between the tries of one recording; when there are no more, it has failed.
pub(crate) fn pauses() -> impl Iterator<Item = Duration> + Send {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(20))
        .with_max_times(TRIES - 1)
        .with_jitter()
        .build()
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

/// Where the audio is, and what is known about it.
pub(crate) struct Source<'a> {
    stored: &'a StoredRecording,
    /// The address to ask.
    url: Option<String>,
    /// That address was asked for a moment ago.
    is_fresh: bool,
    /// The host whose turn it is, or was last.
    asked: Option<MediaHost>,
    expected: Expected,
}

impl<'a> Source<'a> {
    /// As the list said. Its address saves a request for each file, and is as good as a fresh one unless it expired.
    pub(crate) fn listed(stored: &'a StoredRecording, address_is_stale: bool) -> Self {
        let recording = &stored.recording;
        Self {
            stored,
            url: recording.media_url.clone().filter(|_| !address_is_stale),
            is_fresh: false,
            asked: None,
            expected: Expected {
                announced_bytes: None,
                vendor_bytes: recording.size_bytes,
                duration_ms: recording.duration_ms,
                format: recording.format.clone(),
            },
        }
    }

    pub(crate) async fn open(
        &mut self,
        provider: &dyn Provider,
        offset: u64,
        if_range: Option<&str>,
    ) -> Result<MediaStream> {
        use providers::Error as Vendor;
        if let Some(url) = &self.url {
            self.asked = media_host(url, self.is_fresh);
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
        self.asked = None;
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
        self.asked = media_host(url, true);
        let request =
            MediaRequest { id: &self.stored.recording.id, url: Some(url), offset, if_range };
        provider.media(&request).await.map_err(of_a_fresh_address)
    }
}

/// The recording itself was retrieved a moment ago. So a 404 means that its file is not ready.
fn of_a_fresh_address(error: providers::Error) -> Error {
    match error {
        providers::Error::NotFound(_) => Error::NotReady,
        other => other.into(),
    }
}

/// Silence of this file alone, which is waited for a few times, and not of the network, which is waited for until it is
/// back.
pub(crate) fn of_this_file(error: Error) -> Error {
    use providers::{Error as Vendor, Obstacle};
    match error {
        Error::Provider(Vendor::Unreachable { reason, obstacle: Obstacle::TimedOut }) => {
            Vendor::Interrupted { reason }.into()
        }
        other => other,
    }
}

/// The host of an address. Of one that is no address nobody is asked.
fn media_host(url: &str, is_fresh: bool) -> Option<MediaHost> {
    let origin = url::Url::parse(url).ok()?.origin().ascii_serialization();
    Some(MediaHost { origin, is_fresh })
}

/// The reply's `ETag`, if it promises the same bytes; a weak one (`W/…`) does not (RFC 9110, 8.8.1).
pub(crate) fn strong_etag(stream: &MediaStream) -> Option<String> {
    stream.etag.clone().filter(|etag| !etag.starts_with("W/"))
}
