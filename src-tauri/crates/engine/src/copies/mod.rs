//! The library of copies: check again that every copy is what it was, and take in files that are there already.

mod adopt;
mod archive;
mod check;
mod files;
mod recognise;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;

use tokio_util::sync::CancellationToken;

pub(crate) use files::could_be_mounted_on;

pub use adopt::{AdoptOrder, AdoptReport, Adopted, AdoptedFile, ChosenSource};
pub use check::{CheckReport, CheckScope, CheckedCopy};

/// The most single findings a report holds.
const MOST_LISTED: usize = 1_000;

/// The check and the adoption that run, or ran last.
#[derive(Default)]
pub(crate) struct Copies {
    check: Mutex<Option<CheckReport>>,
    check_stop: Mutex<Option<CancellationToken>>,
    adoption: Mutex<Option<AdoptReport>>,
    adoption_stop: Mutex<Option<CancellationToken>>,
    sources: Mutex<HashMap<String, PathBuf>>,
}
