//! Wire types: what crosses between the window and the shell, and nothing else.
//!
//! Each area has its own file and mirrors `ui/src/ipc/*.ts`, which `cargo test -p tapeshelf` writes (ts-rs). Field names
//! are camelCase; times are milliseconds since 1970 in UTC; lengths are milliseconds; sizes are bytes. All of these
//! numbers stay below 2^53, so a JavaScript number holds them exactly.

pub mod accounts;
pub mod annotations;
pub mod app;
pub mod autosave;
pub mod calls;
pub mod columns;
pub mod completeness;
pub mod copies;
pub mod error;
pub mod events;
pub mod export_jobs;
pub mod exports;
pub mod items;
pub mod library;
pub mod metadata;
pub mod places;
pub mod player;
pub mod query;
pub mod recordings;
pub mod saving;
pub mod selection;
pub mod transfers;
pub mod vbc;
pub mod views;

pub use error::{IpcError, IpcResult};
