//! Searching a million rows: the recorded searches, windows of their results, and how quickly an index fills.
//!
//! The peer is the `sqlite3` program scanning the same columns with LIKE, in the same run. A tenth of the rows is measured as
//! well, to show how the cost grows.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use serde_json::Value;

use super::report::{Bar, Report, Row};
use crate::program::{self, cargo};
use crate::workspace;

const ROWS: u32 = 1_000_000;
/// The bars of three and more characters, and of any.
const TYPED_BAR_MS: f64 = 50.0;
const ANY_BAR_MS: f64 = 150.0;
const WINDOW_BAR_MS: f64 = 4.0;
/// How many times the scan takes at the median.
const SCAN_BAR: f64 = 10.0;
/// Part of the speed of a plain insert.
const FILL_BAR: f64 = 0.25;
/// Words the peer scans for; each is among the recorded searches.
const SCANNED: [&str; 5] = ["sharma", "98765", "weekly sales", "4f2a1b", "1415555"];

/// Fills two indexes and measures them.
pub(super) fn measure() -> anyhow::Result<Report> {
    let folder = workspace::target()?.join("bench/search");
    let (small, _) = index(&folder, ROWS / 10)?;
    let (large, path) = index(&folder, ROWS)?;
    let scan_ms = scan(&path)?;
    let (typed, any) = (percentile(&typed_ms(&large), 0.95), percentile(&all_ms(&large), 0.95));
    let median_ms = percentile(&all_ms(&large), 0.5);
    let row = |metric, ours, unit| Row { metric, ours, peer: None, unit, bar: None };
    let number = |report: &Value, name: &str| report[name].as_f64().unwrap_or(f64::NAN);
    let windows = percentile(&numbers(&large["windows_ms"]), 0.95);
    let fill = number(&large, "fill_rows_per_s");
    let plain = number(&large, "plain_rows_per_s");
    std::fs::remove_dir_all(&folder)?;
    Ok(Report {
        bench: "search",
        rows: vec![
            Row {
                bar: Some(Bar::AtMost(TYPED_BAR_MS)),
                ..row("search, 3 characters and more, p95", typed, "ms")
            },
            Row { bar: Some(Bar::AtMost(ANY_BAR_MS)), ..row("search, any, p95", any, "ms") },
            row("search, any, median", median_ms, "ms"),
            row("search, any, slowest", percentile(&all_ms(&large), 1.0), "ms"),
            row("search at a tenth of the rows, p95", percentile(&all_ms(&small), 0.95), "ms"),
            Row {
                peer: Some(scan_ms),
                bar: Some(Bar::AtLeast(SCAN_BAR)),
                ..row("sqlite3 LIKE scan, times our median", scan_ms / median_ms, "×")
            },
            Row {
                bar: Some(Bar::AtMost(WINDOW_BAR_MS)),
                ..row("window of 200 rows, p95", windows, "ms")
            },
            Row {
                peer: Some(plain),
                bar: Some(Bar::AtLeast(FILL_BAR * plain)),
                ..row("rows filled in", fill, "rows/s")
            },
            row("first reading into memory", number(&large, "warm_up_ms"), "ms"),
            row("memory of it", number(&large, "memory_mb"), "MB"),
            row("size of the index", number(&large, "index_mb"), "MB"),
        ],
    })
}

/// Fills and measures an index; returns what was measured, and the file.
fn index(folder: &Path, rows: u32) -> anyhow::Result<(Value, std::path::PathBuf)> {
    let folder = folder.join(rows.to_string());
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    std::fs::create_dir_all(&folder)?;
    program::say(&format!("{rows} rows …"));
    let mut command = cargo("run");
    command
        .args([
            "--release",
            "--package",
            "tapeshelf-catalogue",
            "--example",
            "measure_search",
            "--",
        ])
        .arg(&folder)
        .arg(rows.to_string())
        .arg(workspace::root().join("tests/fixtures/queries.tsv"))
        .stderr(Stdio::inherit());
    let output = command.output().context("cargo cannot be started")?;
    anyhow::ensure!(output.status.success(), "the measurement failed ({})", output.status);
    let report = serde_json::from_slice(&output.stdout).context("the measurement is not JSON")?;
    Ok((report, folder.join("catalogue.sqlite3")))
}

/// The median time of `sqlite3` for a scan with the same answer as ours: rows in order, their count and sums.
fn scan(index: &Path) -> anyhow::Result<f64> {
    let mut times_ms = Vec::new();
    for word in SCANNED {
        let columns = [
            "from_party",
            "to_party",
            "conference_name",
            "caller_name",
            "kind",
            "recording_id",
            "call_uuid",
        ];
        let condition: Vec<String> =
            columns.iter().map(|column| format!("{column} LIKE '%{word}%'")).collect();
        let condition = condition.join(" OR ");
        let sql = format!(
            "SELECT key FROM recordings WHERE {condition} ORDER BY when_ms DESC;
             SELECT count(*), total(duration_ms), total(monthly_cost) FROM recordings WHERE {condition};"
        );
        // Once to have the file at hand, once to be measured.
        for measured in [false, true] {
            let began = Instant::now();
            let status = Command::new("sqlite3")
                .arg("-readonly")
                .arg(index)
                .arg(&sql)
                .stdout(Stdio::null())
                .status()
                .context("`sqlite3` cannot be started; it is in the package of that name")?;
            anyhow::ensure!(status.success(), "sqlite3 failed ({status})");
            if measured {
                times_ms.push(began.elapsed().as_secs_f64() * 1000.0);
            }
        }
    }
    Ok(percentile(&times_ms, 0.5))
}

fn all_ms(report: &Value) -> Vec<f64> {
    let searches = report["searches"].as_array().map_or(&[][..], Vec::as_slice);
    searches.iter().filter_map(|search| search["ms"].as_f64()).collect()
}

fn typed_ms(report: &Value) -> Vec<f64> {
    let searches = report["searches"].as_array().map_or(&[][..], Vec::as_slice);
    searches
        .iter()
        .filter(|search| search["characters"].as_u64().is_some_and(|characters| characters >= 3))
        .filter_map(|search| search["ms"].as_f64())
        .collect()
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_f64).collect()
}

/// The value that this part of all does not exceed.
fn percentile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = u32::try_from(sorted.len()).unwrap_or(u32::MAX);
    let place = (1..=count).find(|place| f64::from(*place) >= part * f64::from(count));
    place.and_then(|place| sorted.get(place as usize - 1).copied()).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        for (part, value) in [(0.5, 3.0), (0.95, 5.0), (1.0, 5.0), (0.2, 1.0)] {
            assert!((percentile(&values, part) - value).abs() < f64::EPSILON, "{part}");
        }
        assert!(percentile(&[], 0.5).is_nan());
    }
}
