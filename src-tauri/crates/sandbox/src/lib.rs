//! A server that speaks the vendors' APIs with made-up calls: the demo account of the program, and the bench of its
//! tests.
//!
//! It is as strict as the vendor where the vendor is (letter case, trailing slashes, both headers, the rules of an
//! export) and as odd (numbers as text, WAV behind `.mp3`, relative links without `/api`), after design/api-contract.md.
//! [`FaultProfile`] adds trouble on top. Calls follow from a seed, belong to nobody (every number is from a range that
//! is reserved for fiction or cannot be assigned), and their sound is put together on request.

mod audio;
mod calls;
mod error;
mod faults;
mod options;
mod request_log;
mod server;
mod shelf;
mod state_file;
mod vobiz;

pub use audio::{Codec, Encoding, SAMPLE_RATE_HZ};
pub use error::Error;
pub use faults::{Fault, FaultProfile, NOT_READY_TRIES, ProfileError, RETRY_AFTER_S};
pub use options::{LargeLimit, SandboxOptions};
pub use request_log::{Logged, Origin};
pub use server::{RecordingFacts, Sandbox};
pub use state_file::Export;
