//! Properties and behaviour of the whole crate, through its public face.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what goes wrong in a test's own helpers fails the test"
)]

mod disk_full;
mod names;
mod parts;
mod verdicts;
