//! Bodies as they come: watched for a stall, and read whole only up to a limit.
//!
//! The read timeout of a connection starts anew with each byte, so a server that drips one byte at a time never
//! meets it. Here the time spent waiting for the network is added up; the time a reader takes to ask for more is not
//! counted, so a paused player or a slow disk is no stall.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt, unfold};
use reqwest::Response;
use tokio::time::Instant;

use super::{Failure, TransportOptions, failure};
use crate::error::{Correlation, Error, Result};

/// The body of a reply, ended by an error if it breaks or stalls.
pub(crate) fn watched(
    response: Response,
    host: &str,
    options: &TransportOptions,
) -> BoxStream<'static, Result<Bytes>> {
    let error_host = host.to_owned();
    let error_options = options.clone();
    let chunks = response.bytes_stream().map(move |chunk| {
        chunk.map_err(|error| failure::of_body(&error, &error_host, &error_options))
    });
    watch(chunks.boxed(), Watch::new(host, options)).boxed()
}

/// Adds up what came while we waited.
struct Watch {
    host: String,
    window: Duration,
    min_bytes_per_s: u64,
    waited: Duration,
    bytes: u64,
}

impl Watch {
    fn new(host: &str, options: &TransportOptions) -> Self {
        Self {
            host: host.to_owned(),
            window: options.stall_window,
            min_bytes_per_s: options.stall_min_bytes_per_s,
            waited: Duration::ZERO,
            bytes: 0,
        }
    }

    /// Notes a part that came after a wait.
    ///
    /// # Errors
    /// `Interrupted` when a full window has brought less than the floor.
    fn note(&mut self, waited: Duration, bytes: usize) -> Result<()> {
        self.waited += waited;
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        if self.waited < self.window {
            return Ok(());
        }
        let floor = u128::from(self.min_bytes_per_s) * self.waited.as_millis() / 1000;
        if u128::from(self.bytes) < floor {
            return Err(Error::Interrupted {
                reason: format!(
                    "{} stalled: {} bytes in {} s",
                    self.host,
                    self.bytes,
                    self.waited.as_secs_f32().round()
                ),
            });
        }
        self.waited = Duration::ZERO;
        self.bytes = 0;
        Ok(())
    }
}

fn watch(
    chunks: BoxStream<'static, Result<Bytes>>,
    watch: Watch,
) -> impl Stream<Item = Result<Bytes>> {
    unfold(Some((chunks, watch)), |state| async move {
        let (mut chunks, mut watch) = state?;
        let began = Instant::now();
        match chunks.next().await? {
            Ok(chunk) => match watch.note(began.elapsed(), chunk.len()) {
                Ok(()) => Some((Ok(chunk), Some((chunks, watch)))),
                Err(stalled) => Some((Err(stalled), None)),
            },
            Err(broken) => Some((Err(broken), None)),
        }
    })
}

/// Reads a whole body of at most `limit` bytes.
pub(crate) async fn read_whole(
    response: Response,
    host: &str,
    limit: usize,
    options: &TransportOptions,
) -> Result<Vec<u8>, Failure> {
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    let mut chunks = watched(response, host, options);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(Failure::replied)?;
        if bytes.len() + chunk.len() > limit {
            return Err(Failure::replied(Error::BadReply {
                reason: format!("a reply of more than {limit} bytes"),
                correlation: Correlation { status: Some(status), ..Correlation::default() },
            }));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads the beginning of a body: enough to find a message in it. What breaks off is taken as far as it came.
pub(crate) async fn read_beginning(
    response: Response,
    limit: usize,
    options: &TransportOptions,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunks = watched(response, "", options);
    while let Some(Ok(chunk)) = chunks.next().await {
        let room = limit.saturating_sub(bytes.len());
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if bytes.len() >= limit {
            break;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    fn watch_of(window_s: u64) -> Watch {
        let options = TransportOptions {
            stall_window: Duration::from_secs(window_s),
            ..TransportOptions::default()
        };
        Watch::new("media.vobiz.ai", &options)
    }

    #[test]
    fn a_drip_is_a_stall_and_a_slow_line_is_not() {
        let mut drip = watch_of(60);
        let ended =
            (0..10).map(|_| drip.note(Duration::from_secs(20), 1)).position(|noted| noted.is_err());
        assert_eq!(ended, Some(2), "the third part completes the window");
        let mut slow = watch_of(60);
        assert!((0..1000).all(|_| slow.note(Duration::from_secs(1), 1100).is_ok()));
    }

    #[tokio::test]
    async fn a_reader_that_takes_its_time_is_not_a_stall() {
        let chunks = stream::iter((0..5).map(|_| Ok(Bytes::from_static(b"x")))).boxed();
        let options = TransportOptions {
            stall_window: Duration::from_millis(20),
            ..TransportOptions::default()
        };
        let mut watched = Box::pin(watch(chunks, Watch::new("media.vobiz.ai", &options)));
        let mut seen = 0;
        while let Some(chunk) = watched.next().await {
            assert!(chunk.is_ok(), "the pause was ours: {chunk:?}");
            seen += 1;
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(seen, 5);
    }
}
