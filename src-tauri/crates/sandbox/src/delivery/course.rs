//! How a body goes out: how far, how fast, and how it ends.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream::{self, Stream, StreamExt};

use crate::delivery::line::Breaker;
use crate::faults::{Fault, SLOW_CHUNK_BYTES, SLOW_PAUSE, Struck};
use crate::server::Shared;

/// What happens after the last byte that is sent.
#[derive(Debug, Clone)]
enum Ending {
    /// The reply is over.
    Whole,
    /// The connection ends.
    Cut,
    /// The connection is reset.
    Reset(Breaker),
    /// Nothing more, until the client leaves.
    Silence,
}

/// The way of one body.
#[derive(Debug)]
pub(crate) struct Course {
    bytes: u64,
    ending: Ending,
    /// Size of the pieces, and the pause after each.
    pace: Option<(usize, Duration)>,
}

impl Course {
    /// A body of `length` bytes that nothing happens to.
    pub(crate) fn calm(length: u64) -> Self {
        Self { bytes: length, ending: Ending::Whole, pace: None }
    }

    /// A body of `length` bytes, as the faults say.
    pub(crate) fn of(struck: &mut Struck, length: u64, breaker: &Breaker) -> Self {
        let mut course = Self::calm(length);
        course.pace = struck.find(|fault| match fault {
            Fault::Trickle(ms) => Some((1, Duration::from_millis(ms))),
            Fault::Slow => Some((SLOW_CHUNK_BYTES, SLOW_PAUSE)),
            _ => None,
        });
        let told = struck.find(|fault| match fault {
            Fault::CutAt(bytes) => Some((bytes, Ending::Cut)),
            Fault::ResetAt(bytes) => Some((bytes, Ending::Reset(breaker.clone()))),
            Fault::StallAt(bytes) => Some((bytes, Ending::Silence)),
            _ => None,
        });
        let early = told.or_else(|| {
            let ending = struck.find(|fault| match fault {
                Fault::Reset => Some(Ending::Reset(breaker.clone())),
                Fault::Cut | Fault::ChangedFile => Some(Ending::Cut),
                _ => None,
            })?;
            (length > 0).then(|| (struck.dice.u64(..length), ending))
        });
        // A reply that is over before the fault's place is spared.
        if let Some((bytes, ending)) = early.filter(|(bytes, _)| *bytes < length) {
            (course.bytes, course.ending) = (bytes, ending);
        }
        course
    }

    /// How many bytes go out.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The body of `pieces`, which are [`Course::bytes`] long. It also ends when the sandbox stops.
    pub(crate) fn body(
        self,
        shared: &Shared,
        pieces: impl Iterator<Item = Bytes> + Send + 'static,
    ) -> Body {
        let ending = self.ending;
        let end = stream::once(async move {
            // What was made so far goes out first: a break at once would swallow even the head of the reply.
            tokio::task::yield_now().await;
            match ending {
                Ending::Whole => return None,
                Ending::Silence => std::future::pending::<()>().await,
                Ending::Reset(breaker) => breaker.trip(),
                Ending::Cut => {}
            }
            Some(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "broken on purpose")))
        });
        let whole = stream::iter(pieces).map(Ok).chain(end.filter_map(async |end| end));
        let until = Box::pin(shared.stop.clone().cancelled_owned());
        match self.pace {
            Some((bytes, pause)) => {
                Body::from_stream(slowly(Box::pin(whole), bytes, pause).take_until(until))
            }
            None => Body::from_stream(Box::pin(whole).take_until(until)),
        }
    }
}

/// The same bytes in pieces of `bytes` with a pause after each.
fn slowly(
    pieces: impl Stream<Item = io::Result<Bytes>> + Send,
    bytes: usize,
    pause: Duration,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    pieces
        .flat_map(move |piece| {
            let small: Box<dyn Iterator<Item = io::Result<Bytes>> + Send> = match piece {
                Ok(piece) => Box::new(
                    (0..piece.len())
                        .step_by(bytes)
                        .map(move |at| Ok(piece.slice(at..piece.len().min(at + bytes)))),
                ),
                Err(error) => Box::new(std::iter::once(Err(error))),
            };
            stream::iter(small)
        })
        .then(move |piece| async move {
            tokio::time::sleep(pause).await;
            piece
        })
}
