//! Behaviour of the whole crate on real files, through its public face.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what goes wrong in a test's own helpers fails the test"
)]

mod headers;
mod hostile;
mod inflow;
mod lengths;
mod player;
mod seeks;
mod sound;
