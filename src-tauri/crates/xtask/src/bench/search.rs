//! Searching a million rows: the recorded searches, windows of their results, and how quickly an index fills.
//!
//! The peer is the `sqlite3` program scanning the same columns with LIKE, in the same run. A tenth of the rows is measured as
//! well, to show how the cost grows.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use serde_json::Value;

use super::Size;
use super::figures::{number, numbers, percentile};
use super::measurement::Measurement;
use super::report::{Bar, Report, Row};
use crate::{program, workspace};

const ROWS: u32 = 1_000_000;
/// A small size: enough for windows, and for the tenth to have some.
const SMALL_ROWS: u32 = 20_000;
/// The bars of three and more characters, and of any.
const TYPED_BAR_MS: f64 = 50.0;
const ANY_BAR_MS: f64 = 150.0;
const WINDOW_BAR_MS: f64 = 4.0;
/// What a person does not wait for.
const DAYS_BAR_MS: f64 = 300.0;
/// Part of the time of the scan, at the median.
const SCAN_BAR: f64 = 0.1;
/// Part of the speed of a plain insert.
const FILL_BAR: f64 = 0.25;
/// Words the peer scans for; each is among the recorded searches.
const SCANNED: [&str; 5] = ["sharma", "98765", "weekly sales", "4f2a1b", "1415555"];

/// Fills two indexes and measures them.
pub(super) fn measure(size: Size) -> anyhow::Result<Report> {
    let folder = workspace::target()?.join("bench/search");
    let rows = if size == Size::Full { ROWS } else { SMALL_ROWS };
    let example = Measurement::build("tapeshelf-catalogue", "measure_search", size)?;
    let (small, _) = index(&example, &folder, rows / 10)?;
    let (large, path) = index(&example, &folder, rows)?;
    let scan_ms = scan(&path)?;
    let (typed, any) = (percentile(&typed_ms(&large), 0.95), percentile(&all_ms(&large), 0.95));
    let median_ms = percentile(&all_ms(&large), 0.5);
    let row = |metric, ours, unit| Row { metric, ours, peer: None, unit, bar: None };
    let windows = percentile(&numbers(&large["windows_ms"]), 0.95);
    let small_windows = percentile(&numbers(&small["windows_ms"]), 0.95);
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
            Row {
                peer: Some(scan_ms),
                bar: Some(Bar::TimesPeerAtMost(SCAN_BAR)),
                ..row("search, any, median; beside a LIKE scan", median_ms, "ms")
            },
            row("search, any, slowest", percentile(&all_ms(&large), 1.0), "ms"),
            row("search at a tenth of the rows, p95", percentile(&all_ms(&small), 0.95), "ms"),
            row("search at a tenth of the rows, median", percentile(&all_ms(&small), 0.5), "ms"),
            Row {
                bar: Some(Bar::AtMost(WINDOW_BAR_MS)),
                ..row("window of 200 rows, p95", windows, "ms")
            },
            Row {
                peer: Some(plain),
                bar: Some(Bar::TimesPeerAtLeast(FILL_BAR)),
                ..row("rows filled in", fill, "rows/s")
            },
            row(
                "rows filled in at a tenth of the rows",
                number(&small, "fill_rows_per_s"),
                "rows/s",
            ),
            row("newest rows on screen: first start", number(&large, "first_start_ms"), "ms"),
            row("newest rows on screen: later", number(&large, "start_ms"), "ms"),
            row("newest rows on screen: after a kill", number(&large, "start_after_kill_ms"), "ms"),
            row("newest rows at a tenth of the rows", number(&small, "start_ms"), "ms"),
            row("counts of the sidebar", number(&large, "counts_ms"), "ms"),
            Row {
                bar: Some(Bar::AtMost(DAYS_BAR_MS)),
                ..row("tallies of all days", number(&large, "completeness_ms"), "ms")
            },
            row("memory after a start", number(&large, "memory_mb"), "MB"),
            row("window at a tenth of the rows, p95", small_windows, "ms"),
            row("size of the index", number(&large, "index_mb"), "MB"),
        ],
    })
}

/// Fills and measures an index; returns what was measured, and the file.
fn index(example: &Measurement, folder: &Path, rows: u32) -> anyhow::Result<(Value, PathBuf)> {
    let folder = folder.join(rows.to_string());
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    std::fs::create_dir_all(&folder)?;
    program::say(&format!("{rows} rows …"));
    let queries = workspace::root().join("tests/fixtures/queries.tsv");
    let report = example.run([folder.as_os_str(), rows.to_string().as_ref(), queries.as_ref()])?;
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
