//! Ten thousand downloads through faults and two hundred kills: the tests of the engine at the size that a release must show.
//!
//! The tests themselves fail when anything is wrong. What they count they print, one JSON object a line behind `TOTALS`, and
//! that is held against the bars here, so that a run that tested nothing does not pass.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::Value;

use super::Size;
use super::report::{Bar, Report, Row};
use crate::program::{self, cargo};
use crate::setup;

/// Before the JSON of a line.
const MARK: &str = "TOTALS ";

/// The tests: a target, and how the names of those begin that are run.
const TESTS: [(&str, &[&str]); 2] =
    [("saving", &["bad_day::", "kill::", "disk::t02"]), ("it", &["kill::"])];

/// What the tests count, what it is, and how it is judged.
const COUNTED: [(&str, &str, Judged); 16] = [
    ("downloads", "downloads through faults", Judged::Downloads),
    ("exact", "of them bit-exact", Judged::LikeDownloads),
    ("falseSaved", "of them called saved and wrong", Judged::Zero),
    ("failed", "of them given up", Judged::Zero),
    ("partsLeft", "parts left behind", Judged::Zero),
    ("longerThanTheOriginal", "files with bytes twice", Judged::Zero),
    ("strangers", "files of no recording", Judged::Zero),
    ("kills", "kills", Judged::Kills),
    ("inTheMiddleOfWork", "of them in the middle of saving and deleting", Judged::Shown),
    ("damagedIndexes", "indexes that do not check out", Judged::Zero),
    ("wrongFiles", "files with wrong bytes under a final name", Judged::Zero),
    ("fetchedAgain", "finished files fetched again", Judged::Zero),
    ("unrecordedDeletions", "deletions without a record", Judged::Zero),
    ("missing", "recordings missing in the index", Judged::Zero),
    ("twice", "recordings twice in the index", Judged::Zero),
    ("failingCalls", "calls on files that failed", Judged::Shown),
];

/// How a count is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judged {
    /// As many as were asked for.
    Downloads,
    /// As many as were asked for.
    Kills,
    /// All of the downloads.
    LikeDownloads,
    /// Not one.
    Zero,
    /// Not at all.
    Shown,
}

/// Runs the tests at their full size.
pub(super) fn measure(size: Size) -> anyhow::Result<Report> {
    setup::to_test()?;
    // The last is more than there are combinations.
    let (downloads, kills, io_faults) = match size {
        Size::Full => (10_000_u32, 200_u32, 1000_u32),
        Size::Small => (50, 4, 4),
    };
    let mut totals = Totals::default();
    for (target, filters) in TESTS {
        let mut command = cargo("test");
        command
            .args(["--package", "tapeshelf-engine", "--test", target, "--"])
            .args(filters)
            .args(["--nocapture", "--test-threads", "1"])
            .env("TAPESHELF_FAULT_DOWNLOADS", downloads.to_string())
            .env("TAPESHELF_KILLS", kills.to_string())
            .env("TAPESHELF_IO_FAULTS", io_faults.to_string());
        let (status, text) = program::record(&mut command)?;
        anyhow::ensure!(status.success(), "the tests failed ({status})");
        totals.read(&text)?;
    }
    Ok(Report { bench: "faults", rows: totals.rows(downloads, kills) })
}

/// What all tests counted.
#[derive(Debug, Default)]
struct Totals(BTreeMap<String, f64>);

impl Totals {
    /// Adds what a run printed. A test also counts what no bar is about.
    fn read(&mut self, text: &str) -> anyhow::Result<()> {
        for line in text.lines() {
            // libtest may have begun the line.
            let Some((_, json)) = line.split_once(MARK) else { continue };
            let counts: BTreeMap<String, Value> = serde_json::from_str(json)
                .with_context(|| format!("these totals are no JSON object: {json}"))?;
            for (name, count) in counts {
                let Some(count) = count.as_f64() else { continue };
                *self.0.entry(name).or_default() += count;
            }
        }
        Ok(())
    }

    /// The counts beside their bars. What nobody counted fails.
    fn rows(&self, downloads: u32, kills: u32) -> Vec<Row> {
        let all = self.0.get("downloads").copied();
        let row = |(name, metric, judged): (&str, &'static str, Judged)| {
            let bar = match judged {
                Judged::Downloads => Some(Bar::AtLeast(downloads.into())),
                Judged::Kills => Some(Bar::AtLeast(kills.into())),
                Judged::LikeDownloads => Some(Bar::TimesPeerAtLeast(1.0)),
                Judged::Zero => Some(Bar::AtMost(0.0)),
                Judged::Shown => None,
            };
            Row {
                metric,
                ours: self.0.get(name).copied().unwrap_or(f64::NAN),
                peer: (judged == Judged::LikeDownloads).then_some(all).flatten(),
                unit: "",
                bar,
            }
        };
        COUNTED.into_iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_of_several_tests_are_added_up_and_what_nobody_counted_fails() {
        let mut totals = Totals::default();
        let first =
            "running 2 tests\ntest bad_day::a ... TOTALS {\"downloads\":3,\"exact\":3}\nok\n";
        let second = "TOTALS {\"downloads\":2,\"exact\":2,\"seconds\":9,\"vendor\":\"vbc\"}\n";
        totals.read(&format!("{first}{second}")).unwrap();
        let rows = totals.rows(5, 1);
        let row = |metric: &str| rows.iter().find(|row| row.metric == metric).unwrap();
        assert!(row("of them bit-exact").holds() && row("downloads through faults").holds());
        assert!(!row("kills").holds() && !row("parts left behind").holds());
        assert_eq!(rows.len(), COUNTED.len());
        totals.read("TOTALS {\"downloads\":1}").unwrap();
        let rows = totals.rows(5, 1);
        assert!(!rows[1].holds(), "one of them is not exact");
        assert!(totals.read("TOTALS nonsense").is_err());
    }
}
