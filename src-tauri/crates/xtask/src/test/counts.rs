//! How many tests passed and failed, read from what each runner says.

use std::fmt;
use std::iter::Sum;

use serde_json::Value;

use crate::program;

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Counts {
    /// One failure and nothing else.
    pub(super) const FAILURE: Self = Self { passed: 0, failed: 1 };

    /// Takes the runner's exit into account: a suite that ran nothing proves nothing, and an error that no test explains
    /// (a crash, a file that does not load) is a failure too.
    pub(super) fn settled(mut self, suite: &str, success: bool) -> Self {
        if !success && self.failed == 0 {
            program::complain(&format!("{suite}: the runner failed although no test did"));
            self.failed = 1;
        } else if self == Self::default() {
            program::complain(&format!("{suite}: no test ran"));
            self.failed = 1;
        }
        self
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, counts| Self {
            passed: sum.passed + counts.passed,
            failed: sum.failed + counts.failed,
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The summary of cargo-nextest: `Summary [   0.1s] 5 tests run: 3 passed (1 slow), 1 failed, 1 timed out, 0 skipped`.
pub(super) fn of_nextest(text: &str) -> Counts {
    let summary = text.lines().rev().find(|line| line.trim_start().starts_with("Summary ["));
    let results = summary
        .and_then(|line| line.split_once("run: "))
        .map(|(_, results)| results)
        .unwrap_or_default();
    let mut counts = Counts::default();
    for result in without_remarks(results).split(',') {
        match counted(result) {
            Some((number, "passed")) => counts.passed += number,
            Some((_, "skipped")) | None => {}
            // Failed, timed out, could not be started: whatever else it says is no success.
            Some((number, _)) => counts.failed += number,
        }
    }
    counts
}

/// The results of libtest, one line a binary: `test result: ok. 3 passed; 0 failed; 0 ignored; …`.
pub(super) fn of_libtest(text: &str) -> Counts {
    text.lines()
        .filter_map(|line| line.trim_start().strip_prefix("test result: "))
        .map(|line| {
            let results = line.split_once(". ").map(|(_, results)| results).unwrap_or_default();
            let number = |what: &str| {
                let of_it = |(number, kind)| (kind == what).then_some(number);
                results.split(';').filter_map(counted).find_map(of_it).unwrap_or(0)
            };
            Counts { passed: number("passed"), failed: number("failed") }
        })
        .sum()
}

/// The JSON report of vitest. A file that does not load has no tests, so it counts as one that failed.
pub(super) fn of_vitest(report: &Value) -> Counts {
    let number = |key: &str| report[key].as_u64().unwrap_or(0);
    let not_loaded = report["testResults"].as_array().into_iter().flatten().filter(|file| {
        file["status"] == "failed" && file["assertionResults"].as_array().is_none_or(Vec::is_empty)
    });
    Counts {
        passed: number("numPassedTests"),
        failed: number("numFailedTests") + not_loaded.count() as u64,
    }
}

/// `12 timed out` is 12 and `timed out`.
fn counted(result: &str) -> Option<(u64, &str)> {
    let (number, what) = result.trim().split_once(' ')?;
    Some((number.parse().ok()?, what.trim()))
}

/// Without what is in parentheses, where there are commas too.
fn without_remarks(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|character| {
            match character {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => return depth == 0,
            }
            false
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn counts(passed: u64, failed: u64) -> Counts {
        Counts { passed, failed }
    }

    #[test]
    fn nextest() {
        let of = |summary: &str| {
            of_nextest(&format!("   PASS x\n────\n     Summary [   0.781s] {summary}\n  FAIL y\n"))
        };
        assert_eq!(of("17 tests run: 17 passed, 0 skipped"), counts(17, 0));
        assert_eq!(of("1 test run: 1 passed, 3 skipped"), counts(1, 0));
        assert_eq!(
            of(
                "9/12 tests run: 5 passed (1 slow, 2 leaky), 2 failed, 1 timed out, 1 exec failed, 0 skipped"
            ),
            counts(5, 4)
        );
        assert_eq!(of("2 tests run: 0 passed, 2 failed, 0 skipped"), counts(0, 2));
        assert_eq!(of_nextest("error: could not compile"), counts(0, 0));
    }

    #[test]
    fn libtest() {
        let text = "running 2 tests\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
            noise: 7 passed; 7 failed\n\
            test result: FAILED. 1 passed; 3 failed; 0 ignored\n";
        assert_eq!(of_libtest(text), counts(3, 3));
        assert_eq!(of_libtest(""), counts(0, 0));
    }

    #[test]
    fn vitest() {
        let loaded = json!({ "status": "failed", "assertionResults": [{ "status": "failed" }, { "status": "passed" }] });
        let broken = json!({ "status": "failed", "assertionResults": [] });
        let report =
            json!({ "numPassedTests": 1, "numFailedTests": 1, "testResults": [loaded, broken] });
        assert_eq!(of_vitest(&report), counts(1, 2));
        assert_eq!(of_vitest(&json!({})), counts(0, 0));
    }

    #[test]
    fn nothing_and_unexplained_errors_are_failures() {
        assert_eq!(counts(0, 0).settled("x", true), counts(0, 1));
        assert_eq!(counts(4, 0).settled("x", false), counts(4, 1));
        assert_eq!(counts(4, 2).settled("x", false), counts(4, 2));
        assert_eq!(counts(4, 0).settled("x", true), counts(4, 0));
    }

    #[test]
    fn the_last_line() {
        let total: Counts = [counts(2, 0), counts(3, 1)].into_iter().sum();
        assert_eq!(total.to_string(), "5 passed, 1 failed");
    }
}
