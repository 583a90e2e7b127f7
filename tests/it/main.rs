//! Every command over Tauri's mock runtime: what it answers, what it refuses, who may call it.

mod commands;
mod journey;
mod permissions;
mod support;
