//! Saving with proof: downloads against the sandbox and its faults, what comes along, copies, rules.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

mod archives;
mod attacks;
#[cfg(target_os = "linux")]
mod awake;
mod bad_day;
mod besides;
mod child;
mod clock;
mod copies;
mod deletion;
mod disk;
#[cfg(target_os = "linux")]
mod dying;
mod hostile;
mod jobs;
mod kill;
mod outage;
mod process;
mod queue;
mod rules;
mod same_place;
mod several;
mod sign_in;
mod support;
mod traps;
mod unplugged;
