//! Measures filling and searching an index of made-up recordings, for `cargo xtask bench search`.
//!
//! `measure_search FOLDER ROWS QUERIES`: fills an index in FOLDER, unless one is there, starts with it in all ways, runs the
//! recorded searches of the file QUERIES three times over it, and prints one JSON object. All times are in milliseconds.
//!
//! `measure_search FOLDER`: only starts with the index there, and prints how long that took and how much memory it uses.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use domain::search::{LibraryView, Search, Sort, SortColumn};
use domain::{Account, AccountId, CallUuid, Recording, RecordingId, Vendor};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, params};
use serde_json::json;
use tapeshelf_catalogue::Catalogue;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Rows a page of a vendor brings.
const PAGE: u32 = 100;
/// Rows of a window.
const WINDOW: usize = 200;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, rows, queries) = match arguments.as_slice() {
        [folder] => return start_alone(Path::new(folder)),
        [folder, rows, queries] => (folder, rows, queries),
        _ => return Err("measure_search FOLDER [ROWS QUERIES]".into()),
    };
    let (folder, rows) = (Path::new(folder), rows.parse::<u32>()?);
    let filled = if folder.join("catalogue.sqlite3").exists() {
        None
    } else {
        let plain_rows_per_s = plain_insert(folder, rows)?;
        let (catalogue, _) = Catalogue::open(folder)?;
        let fill_rows_per_s = fill(&catalogue, rows)?;
        catalogue.close_cleanly()?;
        Some((fill_rows_per_s, plain_rows_per_s))
    };

    // The first start after a first sync reads every row. It keeps a picture of them in the background, which the next ones
    // read, also after a program that was killed.
    let (catalogue, first_start_ms) = start(folder)?;
    let began = Instant::now();
    catalogue.warm_up()?;
    let picture_ms = ms_since(began);
    drop(catalogue);
    let after_kill = started_alone(folder)?;
    let (catalogue, _) = start(folder)?;
    catalogue.warm_up()?;
    catalogue.close_cleanly()?;
    drop(catalogue);
    let after_exit = started_alone(folder)?;
    let (catalogue, _) = start(folder)?;

    let account = AccountId::new("bench");
    let began = Instant::now();
    catalogue.counts(Timestamp::from_second(1_760_000_000)?)?;
    let counts_ms = ms_since(began);
    let began = Instant::now();
    let days = days(catalogue.extent(&account)?.ends);
    let tallies = catalogue.span_tallies(&account, &days)?;
    let completeness_ms = ms_since(began);
    assert_eq!(tallies.iter().map(|day| day.indexed).sum::<u32>(), rows, "every row has its day");

    let mut searches_ms = Vec::new();
    let mut windows_ms = Vec::new();
    let mut seed = 7_u64;
    for (number, search) in recorded(&std::fs::read_to_string(queries)?)?.iter().enumerate() {
        for round in 0..3 {
            let began = Instant::now();
            let found = catalogue.search(search)?;
            searches_ms.push(json!({
                "number": number,
                "round": round,
                "characters": search.text.chars().count(),
                "ms": ms_since(began),
                "count": found.keys.len(),
                "text": search.text,
            }));
            if found.keys.len() > WINDOW {
                seed = next(seed);
                let first = usize::try_from(seed)? % (found.keys.len() - WINDOW);
                let began = Instant::now();
                let window = catalogue.rows(&found.keys[first..first + WINDOW])?;
                windows_ms.push(ms_since(began));
                assert_eq!(window.len(), WINDOW, "a window is whole");
            }
        }
    }
    let report = json!({
        "rows": rows,
        "fill_rows_per_s": filled.map(|(ours, _)| ours),
        "plain_rows_per_s": filled.map(|(_, plain)| plain),
        "first_start_ms": first_start_ms,
        "picture_ms": picture_ms,
        "start_after_kill_ms": after_kill["start_ms"],
        "start_ms": after_exit["start_ms"],
        "memory_mb": after_exit["memory_mb"],
        "counts_ms": counts_ms,
        "completeness_ms": completeness_ms,
        "index_mb": catalogue.size_bytes() / 1_000_000,
        "searches": searches_ms,
        "windows_ms": windows_ms,
    });
    catalogue.close_cleanly()?;
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

/// Starts, and prints what that takes.
fn start_alone(folder: &Path) -> Outcome<()> {
    let before_kb = resident_kb();
    let (catalogue, start_ms) = start(folder)?;
    let memory_mb = (resident_kb() - before_kb) / 1024.0;
    writeln!(std::io::stdout(), "{}", json!({ "start_ms": start_ms, "memory_mb": memory_mb }))?;
    drop(catalogue);
    Ok(())
}

/// The same in a process of its own, so that the memory is that of a start and of nothing before it.
fn started_alone(folder: &Path) -> Outcome<serde_json::Value> {
    let output = Command::new(std::env::current_exe()?).arg(folder).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Opens the index and reads what a window shows first: the newest rows, their count and sums.
fn start(folder: &Path) -> Outcome<(Catalogue, f64)> {
    let began = Instant::now();
    let (catalogue, note) = Catalogue::open(folder)?;
    assert_eq!(note.repaired, None, "the index is sound");
    let found = catalogue.search(&Search::default())?;
    let shown = &found.keys[..WINDOW.min(found.keys.len())];
    let window = catalogue.rows(shown)?;
    assert_eq!(window.len(), shown.len(), "a window is whole");
    Ok((catalogue, ms_since(began)))
}

/// The days between two moments, in UTC.
fn days(ends: Option<(Timestamp, Timestamp)>) -> Vec<(i64, i64)> {
    const DAY_MS: i64 = 86_400_000;
    let Some((first, last)) = ends else { return Vec::new() };
    let number = |at: Timestamp| at.as_millisecond().div_euclid(DAY_MS);
    (number(first)..=number(last)).map(|day| (day * DAY_MS, (day + 1) * DAY_MS)).collect()
}

fn ms_since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}

/// Memory of this process that is in use; 0 where the system does not say.
fn resident_kb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0.0)
}

/// A dice that rolls the same everywhere.
fn next(seed: u64) -> u64 {
    seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 1
}

/// A call as two vendors might describe it: a third of the numbers call often, names and conferences are few.
fn recording(number: u32) -> Recording {
    const NAMES: [&str; 8] = [
        "Anna Sharma",
        "Bob Gupta",
        "Sharmila O'Hara",
        "María López",
        "Support desk",
        "Chen Wei",
        "Olu Adeyemi",
        "Priya Nair",
    ];
    const CONFERENCES: [&str; 4] = ["Weekly sales", "Board call", "Support weekly", "Hiring"];
    const PREFIXES: [&str; 6] = ["+9198765", "9198860", "+141555", "+4420794", "+9180", "00919845"];
    let first = next(u64::from(number) + 1);
    let second = next(first);
    let third = next(second);
    let pick = |list: &[&str], dice: u64| -> String {
        list[usize::try_from(dice % 1000).unwrap_or(0) % list.len()].to_owned()
    };
    let party = |dice: u64| {
        let line = if dice.is_multiple_of(3) { dice / 7 % 900 } else { dice / 7 % 100_000 };
        format!("{}{line:05}", pick(&PREFIXES, dice / 11))
    };
    let uuid = |high: u64, low: u64| {
        let (high, low) = (next(high), next(low));
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            high & 0xffff_ffff,
            high >> 32 & 0xffff,
            high >> 48 & 0xfff,
            low & 0xfff,
            low >> 12 & 0xffff_ffff_ffff
        )
    };
    // Newest first, as vendors list them: one call about every 40 seconds.
    let start_ms =
        1_760_000_000_000 - i64::from(number) * 40_000 - i64::try_from(first % 39_000).unwrap_or(0);
    let instant = |ms| Timestamp::from_millisecond(ms).ok();
    let duration_ms = if first.is_multiple_of(5) { second % 9_000 } else { second % 2_400_000 };
    let length = i64::try_from(duration_ms).unwrap_or(0);
    let id = uuid(first, second);
    Recording {
        call_uuid: Some(CallUuid::new(uuid(u64::from(number / 2), 5))),
        media_url: Some(format!(
            "https://media.example.test/v1/Account/MA_0000/Recording/{id}.mp3"
        )),
        format: Some(pick(&["mp3", "mp3", "wav"], third)),
        kind: Some(pick(&["call", "call", "conference", "trunk"], second / 3)),
        added_at: instant(start_ms + length + 1000),
        started_at: instant(start_ms),
        ended_at: instant(start_ms + length),
        duration_ms: Some(duration_ms),
        billed_s: Some(duration_ms.div_ceil(60_000) * 60),
        from: Some(party(second)),
        to: Some(party(third)),
        direction: Some(pick(&["inbound", "outbound"], third / 5)),
        caller_name: first.is_multiple_of(3).then(|| pick(&NAMES, third / 3)),
        conference_name: second.is_multiple_of(5).then(|| pick(&CONFERENCES, first / 3)),
        extensions: vec![format!("10{:02}", third % 20)],
        storage_days: Some(i64::from(number / 2160)),
        storage_rate: Some(0.005),
        monthly_cost: Some(f64::from(u32::try_from(duration_ms / 60_000).unwrap_or(0)) * 0.0005),
        raw: format!(
            "{{\"recording_id\":\"{id}\",\"recording_duration_ms\":\"{duration_ms}.00000\",\"recording_format\":\"mp3\"}}"
        ),
        ..Recording::new(RecordingId::new(id))
    }
}

/// Fills the index as a first sync does. Rows a second.
fn fill(catalogue: &Catalogue, rows: u32) -> Outcome<f64> {
    let account = Account {
        id: AccountId::new("bench"),
        vendor: Vendor::Vobiz,
        label: "Office".to_owned(),
        auth_id: "MA_BENCH".to_owned(),
        base_url: "https://api.example.test/api/v1".to_owned(),
        page_size: PAGE,
        is_sandbox: false,
        time_zone: None,
    };
    catalogue.save_account(&account)?;
    let now = Timestamp::from_second(1_760_000_000)?;
    let mut spent = std::time::Duration::ZERO;
    let run = catalogue.begin_sync(&account.id, now)?;
    for first in (0..rows).step_by(PAGE as usize) {
        let page: Vec<Recording> = (first..rows.min(first + PAGE)).map(recording).collect();
        let began = Instant::now();
        catalogue.store_page(&run, &page, now)?;
        spent += began.elapsed();
    }
    catalogue.finish_sync(run, true, Some(u64::from(rows)), now)?;
    Ok(f64::from(rows) / spent.as_secs_f64())
}

/// The same rows into a plain table with nothing but its unique index, a page a transaction. Rows a second.
fn plain_insert(folder: &Path, rows: u32) -> Outcome<f64> {
    let path = folder.join("plain.sqlite3");
    let mut connection = Connection::open(&path)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536;
         CREATE TABLE recordings (
           key INTEGER PRIMARY KEY, account INTEGER, id TEXT, call TEXT, url TEXT, format TEXT, kind TEXT,
           added INTEGER, started INTEGER, ended INTEGER, duration INTEGER, billed INTEGER, sender TEXT, receiver TEXT,
           direction TEXT, caller TEXT, conference TEXT, extensions TEXT, days INTEGER, rate REAL, cost REAL, raw TEXT,
           UNIQUE (account, id));",
    )?;
    let mut spent = std::time::Duration::ZERO;
    for first in (0..rows).step_by(PAGE as usize) {
        let page: Vec<Recording> = (first..rows.min(first + PAGE)).map(recording).collect();
        let began = Instant::now();
        let tx = connection.transaction()?;
        {
            let mut insert = tx.prepare_cached(
                "INSERT INTO recordings VALUES (NULL, 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
                   ?16, ?17, ?18, ?19, ?20)",
            )?;
            for row in &page {
                let ms = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
                let whole = |value: Option<u64>| value.and_then(|value| i64::try_from(value).ok());
                insert.execute(params![
                    row.id.as_str(),
                    row.call_uuid.as_ref().map(CallUuid::as_str),
                    row.media_url,
                    row.format,
                    row.kind,
                    ms(row.added_at),
                    ms(row.started_at),
                    ms(row.ended_at),
                    whole(row.duration_ms),
                    whole(row.billed_s),
                    row.from,
                    row.to,
                    row.direction,
                    row.caller_name,
                    row.conference_name,
                    row.extensions.join(","),
                    row.storage_days,
                    row.storage_rate,
                    row.monthly_cost,
                    row.raw,
                ])?;
            }
        }
        tx.commit()?;
        spent += began.elapsed();
    }
    connection.close().map_err(|(_, error)| error)?;
    std::fs::remove_file(&path)?;
    Ok(f64::from(rows) / spent.as_secs_f64())
}

fn recorded(text: &str) -> Outcome<Vec<Search>> {
    let names: BTreeMap<&str, SortColumn> =
        SortColumn::ALL.into_iter().map(|column| (column.name(), column)).collect();
    let mut searches = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split('\t');
        let mut part = || parts.next().ok_or_else(|| format!("too short: {line}"));
        let (view, sort, text) = (part()?, part()?, part()?);
        let sort = sort.split(',').map(|step| {
            let (name, descending) =
                step.strip_prefix('-').map_or((step, false), |name| (name, true));
            let column = *names.get(name).ok_or_else(|| format!("no column {name}"))?;
            Ok::<Sort, String>(Sort { column, descending })
        });
        searches.push(Search {
            text: text.to_owned(),
            account: None,
            view: LibraryView::named(view).ok_or_else(|| format!("no view {view}"))?,
            sort: sort.collect::<Result<_, _>>()?,
            now: Timestamp::from_second(1_760_000_000)?,
            zone: TimeZone::get("Asia/Kolkata")?,
        });
    }
    Ok(searches)
}
