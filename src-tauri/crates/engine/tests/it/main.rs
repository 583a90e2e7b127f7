//! The use cases on real parts: the sandbox over HTTP, SQLite, files, the decoder. Only the keyring (memory) and the
//! sound device (silent, paced by the clock) are stand-ins; the desktop journeys have the real ones.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod accounts;
mod calls;
mod completeness;
mod deletion;
mod exports;
mod hidden;
mod jumps;
mod kill;
mod library;
mod metadata;
mod playback;
mod streaming;
mod sub_accounts;
mod support;
mod sync;
mod vbc;
