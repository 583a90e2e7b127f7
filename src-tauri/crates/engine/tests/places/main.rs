//! Saving into a bucket: against a server that speaks S3 and checks signatures, with its faults, kills and strangers.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod copies;
mod kill;
mod limits;
mod one_source;
mod saving;
#[cfg(target_os = "linux")]
mod second_server;
mod server;
mod setting_up;
mod several;
mod support;
mod temporary_keys;
mod trouble;
