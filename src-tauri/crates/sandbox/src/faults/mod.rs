//! Trouble on request: what the server does wrong, how often, and to which recording.
//!
//! A fault of a profile strikes a thing (a recording's audio, one address of an API) or it does not, and it strikes the
//! first tries only, [`STRUCK_TRIES`] of them, so a client that tries again gets through in the end. Who is struck is
//! seeded and depends on what is asked for, not on the order in which requests of different clients arrive: a run with
//! 16 downloads at once meets the same faults each time.

mod names;
mod profile;
mod weather;

use std::time::Duration;

pub use profile::{FaultProfile, ProfileError};
pub(crate) use weather::{Struck, Weather};

/// How many tries for the same thing a fault of a profile strikes.
pub const STRUCK_TRIES: u32 = 2;
/// How often media that is [`Fault::NotReady`] is asked for until it is there: the third try succeeds.
pub const NOT_READY_TRIES: u32 = STRUCK_TRIES + 1;
/// What `Retry-After` says under [`Fault::Rate429`], in seconds.
pub const RETRY_AFTER_S: u32 = 1;
/// How much longer a reply's head takes under [`Fault::Slow`].
pub(crate) const SLOW_HEAD: Duration = Duration::from_millis(400);
/// How long a slow body pauses after each [`SLOW_CHUNK_BYTES`].
pub(crate) const SLOW_PAUSE: Duration = Duration::from_millis(50);
/// Size of a slow body's pieces: 80 KB a second in all.
pub(crate) const SLOW_CHUNK_BYTES: usize = 4096;

/// What `Retry-After` says when it does not name seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RetryAfter {
    /// A date of HTTP, [`RETRY_AFTER_S`] from now.
    Date,
    /// `0`.
    Zero,
    /// A word.
    Garbage,
    /// A day: longer than anybody waits.
    Far,
    /// Nothing, because the header is missing.
    Absent,
}

/// What is wrong with the answer to a request for a part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BadRange {
    /// 206 that begins, and says so, at another byte than the one that was asked for.
    WrongStart,
    /// 206 without `Content-Range`.
    Unlabelled,
    /// 200 with the whole file and the `Content-Range` of the part.
    Labelled200,
    /// 416 for a part that is there.
    Refused,
}

/// Which kind of address is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Everything that answers in JSON, but for tokens.
    Api,
    /// Files of audio.
    Media,
    /// VBC's endpoint for tokens.
    Token,
}

impl Target {
    const ALL: [Self; 3] = [Self::Api, Self::Media, Self::Token];

    fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Media => "media",
            Self::Token => "token",
        }
    }
}

/// One kind of trouble. In a profile it is written in `snake_case`, some with a value: `cut_at=1000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Every reply takes longer, and audio trickles at about 80 KB a second. Strikes every try: it does no harm.
    Slow,
    /// The request is taken and never answered, until the client leaves.
    Stall,
    /// The connection is reset (RST): before the reply, or at a random byte of a file.
    Reset,
    /// What was asked for is done, and the connection is reset in place of the answer.
    LostReply,
    /// Status 429 with `Retry-After` in seconds.
    Rate429,
    /// Status 429 with another `Retry-After`: `rate429=date`, `zero`, `garbage`, `far`, `absent`.
    Rate429With(RetryAfter),
    /// Status 500, 502 (a web page) or 503.
    Server5xx,
    /// VBC's access token expires with this request.
    TokenExpiry,
    /// 302 to another host, which must not get the credentials. Audio is there, and needs none.
    RedirectForeign,
    /// The same with this status: 301, 302, 303, 307 or 308.
    Redirect(u16),
    /// 302 to where the request came to.
    RedirectLoop,
    /// A file is 404 until it was asked for [`NOT_READY_TRIES`] times.
    NotReady,
    /// A web page with status 200.
    Html200,
    /// An error in JSON with status 200, in place of a file.
    Json200,
    /// Status 200 and no bytes.
    Empty200,
    /// The connection ends at a random byte of the body.
    Cut,
    /// The connection ends after this many bytes of the body.
    CutAt(u64),
    /// The connection is reset after this many bytes of the body.
    ResetAt(u64),
    /// Silence after this many bytes of the body, until the client leaves.
    StallAt(u64),
    /// One byte each so many milliseconds.
    Trickle(u64),
    /// `Content-Length` is wrong by this much: 1 or -1.
    WrongLength(i8),
    /// A body in gzip, and labelled so, though nobody asked for it.
    Gzip,
    /// A body in gzip that is not labelled.
    GzipUnlabelled,
    /// The file is an older one, with other bytes and another `ETag`, and breaks off. From the next try on it is the
    /// present one: what was received before is of no use.
    ChangedFile,
    /// A wrong answer to a request for a part: `bad_range=wrong_start`, `unlabelled`, `labelled200`, `refused`.
    BadRange(BadRange),
    /// JSON that is none.
    MalformedJson,
    /// A good page with some values of other types, missing, null, huge or hostile.
    MutatedJson,
    /// Lists within lists, a hundred thousand deep.
    DeepJson,
    /// A page with so many bytes of padding.
    HugeJson(u64),
    /// A page other than the first repeats the one before.
    RepeatedPage,
    /// Before a page other than the first is told, so many recordings come in on top.
    ShiftingPages(u32),
    /// Before a page other than the first is told, so many recordings on top are deleted.
    ShrinkingPages(u32),
    /// The total is wrong.
    LyingTotal,
    /// The link to the next page leads to the page itself, also from the last.
    LoopLink,
}

impl Fault {
    /// One of each kind, in the order in which they are judged.
    pub const ALL: [Self; 34] = [
        Self::Stall,
        Self::Reset,
        Self::LostReply,
        Self::Rate429,
        Self::Rate429With(RetryAfter::Date),
        Self::Server5xx,
        Self::TokenExpiry,
        Self::RedirectForeign,
        Self::Redirect(302),
        Self::RedirectLoop,
        Self::NotReady,
        Self::Html200,
        Self::Json200,
        Self::Empty200,
        Self::Cut,
        Self::CutAt(1000),
        Self::ResetAt(1000),
        Self::StallAt(1000),
        Self::Trickle(100),
        Self::WrongLength(1),
        Self::Gzip,
        Self::GzipUnlabelled,
        Self::ChangedFile,
        Self::BadRange(BadRange::WrongStart),
        Self::MalformedJson,
        Self::MutatedJson,
        Self::DeepJson,
        Self::HugeJson(64 << 20),
        Self::RepeatedPage,
        Self::ShiftingPages(1),
        Self::ShrinkingPages(1),
        Self::LyingTotal,
        Self::LoopLink,
        Self::Slow,
    ];

    /// What it strikes when nothing else is said, then what else it can strike.
    fn targets(self) -> (&'static [Target], &'static [Target]) {
        use Target::{Api, Media, Token};
        match self {
            Self::Slow
            | Self::Stall
            | Self::Reset
            | Self::Rate429
            | Self::Rate429With(_)
            | Self::Server5xx => (&[Api, Media], &[Token]),
            Self::TokenExpiry => (&[Api, Media], &[]),
            Self::RedirectForeign
            | Self::Redirect(_)
            | Self::RedirectLoop
            | Self::Html200
            | Self::Empty200
            | Self::Cut
            | Self::CutAt(_)
            | Self::ResetAt(_)
            | Self::StallAt(_)
            | Self::Trickle(_)
            | Self::WrongLength(_)
            | Self::Gzip
            | Self::GzipUnlabelled => (&[Media], &[Api, Token]),
            Self::NotReady | Self::Json200 | Self::ChangedFile | Self::BadRange(_) => {
                (&[Media], &[])
            }
            Self::LostReply
            | Self::MalformedJson
            | Self::MutatedJson
            | Self::DeepJson
            | Self::HugeJson(_) => (&[Api], &[Token]),
            Self::RepeatedPage
            | Self::ShiftingPages(_)
            | Self::ShrinkingPages(_)
            | Self::LyingTotal
            | Self::LoopLink => (&[Api], &[]),
        }
    }

    /// Whether it strikes `target`, which was named or, with `false`, was not.
    fn strikes(self, target: Target, is_named: bool) -> bool {
        let (usual, possible) = self.targets();
        usual.contains(&target) || is_named && possible.contains(&target)
    }
}
