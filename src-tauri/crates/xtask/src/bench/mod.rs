//! `cargo xtask bench`: measures a release build against its bars. Benches are not tests: they run one at a time on a machine
//! that is otherwise idle, and they exit with success only if every bar holds.

mod audio;
mod faults;
mod figures;
mod filled;
mod measurement;
mod process;
mod report;
mod scroll;
mod search;
mod server;
mod session;
mod start;
mod startup;
mod sync;
mod transfer;
mod webdriver;

use clap::ValueEnum;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// From the start of the process to the first frame, and to a table that can be used; memory; size of the package
    Startup,
    /// Recorded searches over a million rows, windows of them, and filling the index
    Search,
    /// Reading the list of an account, beside curl and sqlite3
    Sync,
    /// Downloads, beside aria2 and curl
    Transfer,
    /// Waveforms and seeks, beside ffmpeg; from a click to sound
    Audio,
    /// Frames while a million rows are scrolled in the real window
    Scroll,
    /// Ten thousand downloads through faults, and two hundred kills: not how fast, but whether
    Faults,
}

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// What the bars are about, built with optimisation.
    Full,
    /// A little of everything, as the tests are built: shows that a bench runs, and proves nothing.
    Small,
}

impl Size {
    /// What was asked for.
    pub(crate) fn of(small: bool) -> Self {
        if small { Self::Small } else { Self::Full }
    }

    /// What cargo is told.
    fn profile(self) -> &'static [&'static str] {
        match self {
            Self::Full => &["--release"],
            Self::Small => &[],
        }
    }

    /// Where cargo puts it, in the target folder.
    fn folder(self) -> &'static str {
        match self {
            Self::Full => "release",
            Self::Small => "debug",
        }
    }
}

/// Runs one bench, or all. `true` when every bar holds.
pub(crate) fn run(only: Option<Name>, size: Size) -> anyhow::Result<bool> {
    let mut all_hold = true;
    for name in Name::value_variants() {
        if only.is_none_or(|only| only == *name) {
            let report = match name {
                Name::Startup => startup::measure(size)?,
                Name::Search => search::measure(size)?,
                Name::Sync => sync::measure(size)?,
                Name::Transfer => transfer::measure(size)?,
                Name::Audio => audio::measure(size)?,
                Name::Scroll => scroll::measure(size)?,
                Name::Faults => faults::measure(size)?,
            };
            all_hold &= report.publish(size)?;
        }
    }
    Ok(all_hold)
}
