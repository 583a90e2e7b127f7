//! A server that speaks the vendors' APIs with made-up calls: the demo account of the program, and the bench of its
//! tests.
//!
//! It speaks for two vendors at once, each on origins of its own: Vobiz, and Vonage Business Communications (VBC, see
//! [`Sandbox::vbc`]). It is as strict as they are (letter case, trailing slashes, both headers, scopes, lockouts, the
//! rules of an export) and as odd (numbers as text, WAV behind `.mp3`, links that lack what a request needs), after
//! design/api-contract.md. [`FaultProfile`] adds trouble on top. Calls follow from a seed, belong to nobody (every number
//! is from a range that is reserved for fiction or cannot be assigned), and their sound is put together on request.

mod audio;
mod calls;
mod delivery;
mod error;
mod faults;
mod options;
mod request_log;
mod server;
mod shelf;
mod state_file;
mod vbc;
mod vobiz;

pub use audio::{Codec, Encoding, SAMPLE_RATE_HZ};
pub use error::Error;
pub use faults::{
    BadRange, Fault, FaultProfile, NOT_READY_TRIES, ProfileError, RETRY_AFTER_S, RetryAfter,
    STRUCK_TRIES, Target,
};
pub use options::{
    ArchiveNotation, ClientAuth, LargeLimit, MediaLength, PageBase, SandboxOptions, SubAccount,
    ThrottleReply, VbcRole,
};
pub use request_log::{Logged, Origin};
pub use server::{RecordingFacts, Sandbox};
pub use state_file::Export;
pub use vbc::{VbcRecordings, VbcSandbox};
