//! Every command over Tauri's mock runtime: what it answers, what it refuses, who may call it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod commands;
mod journey;
mod permissions;
mod support;
