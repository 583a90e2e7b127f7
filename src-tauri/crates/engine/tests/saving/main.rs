//! Saving with proof: downloads against the sandbox and its faults, what comes along, copies, rules.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod besides;
mod copies;
mod faults;
mod jobs;
mod kill;
mod queue;
mod rules;
mod support;
