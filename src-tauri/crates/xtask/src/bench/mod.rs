//! `cargo xtask bench`: measures a release build against its bars. Benches are not tests: they run one at a time on a machine
//! that is otherwise idle, and they exit with success only if every bar holds.

mod report;
mod search;
mod startup;

use clap::ValueEnum;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// From the start of the process to the first frame, and to a table that can be used
    Startup,
    /// Recorded searches over a million rows, windows of them, and filling the index
    Search,
}

/// Runs one bench, or all. `true` when every bar holds.
pub(crate) fn run(only: Option<Name>) -> anyhow::Result<bool> {
    let mut all_hold = true;
    for name in Name::value_variants() {
        if only.is_none_or(|only| only == *name) {
            let report = match name {
                Name::Startup => startup::measure()?,
                Name::Search => search::measure()?,
            };
            all_hold &= report.publish()?;
        }
    }
    Ok(all_hold)
}
