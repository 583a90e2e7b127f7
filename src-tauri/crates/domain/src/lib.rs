//! Pure types and rules of telephony recordings: no input, no output.
//!
//! Everything here can be computed from its arguments: no clock, no network, no files, no randomness. What a vendor's
//! JSON looks like lives in `providers`, what a row looks like in `catalogue`, what crosses to the window in the shell;
//! all three convert to and from these types.

pub mod account;
pub mod audio;
pub mod copy;
pub mod export;
pub mod ids;
pub mod phone;
pub mod recording;
pub mod search;
pub mod secret;
pub mod time;

pub use account::{Account, AccountFacts, Vendor};
pub use audio::{AudioFacts, Codec, Container};
pub use copy::{CopyState, Remark, Verdict};
pub use ids::{AccountId, CallUuid, JobId, RecordingId, RecordingKey};
pub use recording::Recording;
pub use secret::Secret;
