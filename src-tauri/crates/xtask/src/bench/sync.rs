//! Reading an account's list: the first time, with a network between, and again when a few calls came on top.
//!
//! Peers in the same run: `curl` asking for one page after another over one connection, as the vendor documents it, and the
//! `sqlite3` program inserting the same rows, a page a transaction, into a table with nothing but its unique index.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use serde_json::Value;

use super::Size;
use super::figures::number;
use super::measurement::{self, Measurement};
use super::report::{Bar, Report, Row};
use super::server::Server;
use super::session::empty;
use crate::program::{self, cargo};
use crate::{setup, workspace};

/// What a page of the vendor's list holds at most.
const PAGE: u32 = 100;
/// How long each reply waits.
const LATENCY_MS: u32 = 30;
/// Pages that curl asks for; its time for the whole list follows.
const CURL_PAGES: u32 = 50;
/// Calls that come in before the second sync.
const NEW_CALLS: u32 = 25;

/// How many times as fast as one request after another.
const CURL_BAR: f64 = 8.0;
/// Part of the speed of a plain insert.
const INSERT_BAR: f64 = 0.25;
/// Part of the first sync's requests that the second one may need.
const AGAIN_BAR: f64 = 0.01;

/// Builds the server and the measurement, and measures.
pub(super) fn measure(size: Size) -> anyhow::Result<Report> {
    setup::to_bench()?;
    program::run(cargo("build").args(["--package", "tapeshelf-sandbox"]).args(size.profile()))?;
    let bench =
        Bench { example: Measurement::build("tapeshelf-engine", "measure_sync", size)?, size };
    let folder = workspace::target()?.join("bench/sync");
    let recordings = match size {
        Size::Full => 100_000,
        Size::Small => 1_000,
    };
    let slow = bench.first(&folder.join("slow"), recordings, LATENCY_MS)?;
    let slow_small = bench.first(&folder.join("slow-tenth"), recordings / 10, LATENCY_MS)?;
    let quick = bench.first(&folder.join("quick"), recordings, 0)?;
    let quick_small = bench.first(&folder.join("quick-tenth"), recordings / 10, 0)?;
    let slow_large = bench.first(&folder.join("slow-tenfold"), recordings * 10, LATENCY_MS)?;
    let quick_large = bench.first(&folder.join("quick-tenfold"), recordings * 10, 0)?;
    program::say(&format!("{NEW_CALLS} new calls on top of {recordings} …"));
    let again_folder = folder.join("again");
    empty(&again_folder)?;
    let again = bench.example.run([
        "again".as_ref(),
        again_folder.as_os_str(),
        recordings.to_string().as_ref(),
        NEW_CALLS.to_string().as_ref(),
    ])?;
    anyhow::ensure!(again["new"] == NEW_CALLS, "the second sync brought {}", again["new"]);
    anyhow::ensure!(
        again["distinct"] == again["total"],
        "the second sync left something out: {again}"
    );
    std::fs::remove_dir_all(&folder)?;

    let (first_requests, second_requests) =
        (number(&again, "first_requests"), number(&again, "second_requests"));
    let wrong = |of: fn(&First) -> f64| {
        [&slow, &slow_small, &slow_large, &quick, &quick_small, &quick_large]
            .into_iter()
            .map(of)
            .sum::<f64>()
    };
    let row = |metric, ours, unit| Row { metric, ours, peer: None, unit, bar: None };
    Ok(Report {
        bench: "sync",
        rows: vec![
            Row {
                peer: Some(slow.curl_rows_per_s),
                bar: Some(Bar::TimesPeerAtLeast(CURL_BAR)),
                ..row("first sync, 30 ms a reply, beside curl", slow.rows_per_s, "rows/s")
            },
            Row {
                peer: Some(slow_small.curl_rows_per_s),
                ..row("the same with a tenth of the rows", slow_small.rows_per_s, "rows/s")
            },
            Row {
                peer: Some(slow_large.curl_rows_per_s),
                bar: Some(Bar::TimesPeerAtLeast(CURL_BAR)),
                ..row("the same with ten times the rows", slow_large.rows_per_s, "rows/s")
            },
            Row {
                peer: Some(quick.insert_rows_per_s),
                bar: Some(Bar::TimesPeerAtLeast(INSERT_BAR)),
                ..row("first sync, no latency, beside inserting", quick.rows_per_s, "rows/s")
            },
            Row {
                peer: Some(quick_small.insert_rows_per_s),
                ..row("the same with a tenth of the rows", quick_small.rows_per_s, "rows/s")
            },
            Row {
                peer: Some(quick_large.insert_rows_per_s),
                bar: Some(Bar::TimesPeerAtLeast(INSERT_BAR)),
                ..row("the same with ten times the rows", quick_large.rows_per_s, "rows/s")
            },
            Row {
                bar: Some(Bar::AtMost(0.0)),
                ..row("recordings missing in the index", wrong(|first| first.missing), "")
            },
            Row {
                bar: Some(Bar::AtMost(0.0)),
                ..row("recordings twice in the index", wrong(|first| first.twice), "")
            },
            Row {
                peer: Some(first_requests),
                bar: Some(Bar::TimesPeerAtMost(AGAIN_BAR)),
                ..row("second sync, beside the first", second_requests, "requests")
            },
        ],
    })
}

/// What a first sync came to, and what its peers did.
struct First {
    rows_per_s: f64,
    curl_rows_per_s: f64,
    insert_rows_per_s: f64,
    missing: f64,
    twice: f64,
}

struct Bench {
    example: Measurement,
    size: Size,
}

impl Bench {
    fn first(&self, folder: &Path, recordings: u32, latency_ms: u32) -> anyhow::Result<First> {
        program::say(&format!("{recordings} recordings, {latency_ms} ms a reply …"));
        empty(folder)?;
        let options = [
            "--recordings".to_owned(),
            recordings.to_string(),
            "--latency-ms".to_owned(),
            latency_ms.to_string(),
        ];
        let server = Server::start(self.size, &options)?;
        let profile = folder.join("profile");
        let mut command = self.example.command()?;
        command.arg("first").arg(&profile).args([&server.base_url, &server.auth_id]);
        let report = measurement::read(command.env(Server::TOKEN, &server.auth_token))?;
        anyhow::ensure!(report["warning"].is_null(), "the sync warns: {}", report["warning"]);
        let pages = recordings.div_ceil(PAGE);
        let curl_ms_per_page = ask_one_after_another(&server, folder, pages.min(CURL_PAGES))?;
        let wanted = f64::from(recordings);
        let per_s = |ms: f64| wanted / ms * 1000.0;
        let first = First {
            rows_per_s: per_s(number(&report, "sync_ms")),
            curl_rows_per_s: per_s(curl_ms_per_page * f64::from(pages)),
            insert_rows_per_s: per_s(insert_ms(&profile, folder, recordings)?),
            missing: wanted - number(&report, "distinct"),
            twice: number(&report, "rows") - number(&report, "distinct"),
        };
        empty(folder)?;
        Ok(first)
    }
}

/// The time in milliseconds that curl takes for a page.
fn ask_one_after_another(server: &Server, folder: &Path, pages: u32) -> anyhow::Result<f64> {
    let path = folder.join("curl.conf");
    let mut list = server.sign_in_for_curl();
    for page in 0..pages {
        let offset = page * PAGE;
        writeln!(
            list,
            "url = \"{}/Account/{}/Recording/?limit={PAGE}&offset={offset}\"",
            server.base_url, server.auth_id
        )?;
        writeln!(list, "output = \"{}\"", folder.join(format!("page-{page}.json")).display())?;
    }
    std::fs::write(&path, list)?;
    let began = Instant::now();
    let status = Command::new("curl")
        .args(["--silent", "--fail", "--config"])
        .arg(&path)
        .stdin(Stdio::null())
        .status()
        .context("`curl` cannot be started")?;
    let spent_ms = began.elapsed().as_secs_f64() * 1000.0;
    anyhow::ensure!(status.success(), "curl failed ({status})");
    // A peer that was served something else would prove nothing.
    let last = workspace::read_json(&folder.join(format!("page-{}.json", pages - 1)))?;
    let objects = last["objects"].as_array().map_or(0, Vec::len);
    anyhow::ensure!(objects > 0, "curl's last page has no recordings: {}", short(&last));
    Ok(spent_ms / f64::from(pages))
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(200).collect()
}

/// The time in milliseconds that sqlite3 takes to insert the rows of a profile's index into a plain table, a page a
/// transaction, each as durable as ours.
fn insert_ms(profile: &Path, folder: &Path, recordings: u32) -> anyhow::Result<f64> {
    const ROWS: &str = "SELECT recordings.*, raw_replies.json FROM kept.recordings JOIN kept.raw_replies USING (key)";
    let plain = folder.join("plain.sqlite3");
    let attach = format!(
        "ATTACH '{}' AS kept; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
        profile.join("catalogue.sqlite3").display()
    );
    // Reading all of it once brings it to hand.
    let make = format!(
        "{attach} SELECT count(*), total(length(json)) FROM kept.raw_replies;
         CREATE TABLE plain AS {ROWS} LIMIT 0;
         CREATE UNIQUE INDEX once ON plain (account_no, recording_id);"
    );
    sqlite3(&plain, &make)?;
    let mut insert = attach;
    for first in (1..=recordings).step_by(PAGE as usize) {
        let last = first + PAGE - 1;
        write!(insert, "INSERT INTO plain {ROWS} WHERE key BETWEEN {first} AND {last};")?;
    }
    let began = Instant::now();
    sqlite3(&plain, &insert)?;
    let spent_ms = began.elapsed().as_secs_f64() * 1000.0;
    let count = sqlite3(&plain, "SELECT count(*) FROM plain")?;
    let count = count.lines().last().unwrap_or_default();
    anyhow::ensure!(count == recordings.to_string(), "sqlite3 inserted {count} rows");
    Ok(spent_ms)
}

/// Runs statements, which may be too many for a command line.
fn sqlite3(database: &Path, sql: &str) -> anyhow::Result<String> {
    let script = database.with_extension("sql");
    std::fs::write(&script, sql)?;
    let mut command = Command::new("sqlite3");
    command.args(["-bail", "-batch"]).arg(database).stdin(std::fs::File::open(&script)?);
    program::read(&mut command)
}
