//! Measures downloads, for `cargo xtask bench transfer`. Prints one JSON object.
//!
//! `measure_transfer FOLDER BASE_URL AUTH_ID AT_ONCE`: reads the list of a server in another process, whose token is in the
//! environment, downloads all of it into FOLDER/calls, so many files at once, and writes the addresses of the audio to
//! FOLDER/addresses.txt, one a line, for other programs to do the same.

mod common;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use serde_json::json;
use tapeshelf_engine::{
    Engine, Event, JobState, JobView, NewTransfer, Priority, SearchOrder, Selection, Settings,
    Subscription, TransferOptions,
};

use common::Outcome;

/// Rows asked of the index at once.
const WINDOW: usize = 500;

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, base_url, auth_id, at_once] = arguments.as_slice() else {
        return Err("measure_transfer FOLDER BASE_URL AUTH_ID AT_ONCE".into());
    };
    let folder = Path::new(folder);
    let engine = common::open(&folder.join("profile"))?;
    let account = common::account_of_environment(base_url, auth_id)?;
    common::add(&engine, account).await?;
    let settings = Settings { parallel_downloads: at_once.parse()?, ..engine.settings().await? };
    engine.set_settings(settings).await?;
    write_addresses(&engine, &folder.join("addresses.txt")).await?;

    let calls = folder.join("calls");
    std::fs::create_dir_all(&calls)?;
    let found = engine.search(SearchOrder::default()).await?;
    let place = engine.take_folder(calls.clone()).await?;
    forget_peak();
    let before_mb = peak_mb();
    let mut events = engine.subscribe();
    let began = Instant::now();
    let job = engine
        .start_transfer(NewTransfer {
            selection: Selection::Snapshot { id: found.id, except: Vec::new() },
            folder: place.token,
            template: "{id}".to_owned(),
            options: TransferOptions::default(),
            priority: Priority::Normal,
        })
        .await?;
    let done = end_of_job(&mut events, &job).await?;
    let transfer_ms = began.elapsed().as_secs_f64() * 1000.0;
    engine.shut_down().await;
    let (files, bytes) = written(&calls)?;
    let tally = done.record.tally;
    let report = json!({
        "transfer_ms": transfer_ms,
        "wanted": found.count,
        "saved": tally.verified + tally.remarked,
        "failed": tally.failed,
        "files": files,
        "bytes": bytes,
        "before_mb": before_mb,
        "peak_mb": peak_mb(),
    });
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

/// Waits until the job stands still.
async fn end_of_job(events: &mut Subscription, job: &JobView) -> Outcome<JobView> {
    loop {
        match events.next().await {
            Ok(Some(Event::Job(view)))
                if view.record.id == job.record.id && view.record.state != JobState::Running =>
            {
                return Ok(view);
            }
            Ok(None) => return Err("the engine ended".into()),
            // Whoever falls behind loses the oldest events, and the end is the newest.
            Ok(Some(_)) | Err(_) => {}
        }
    }
}

async fn write_addresses(engine: &Engine, path: &Path) -> Outcome<()> {
    let found = engine.search(SearchOrder::default()).await?;
    let mut text = String::new();
    let mut rows = 0;
    while rows < found.count as usize {
        let window = engine.window(found.id, rows, WINDOW).await?;
        if window.is_empty() {
            return Err(format!("the window at row {rows} is empty").into());
        }
        rows += window.len();
        for row in window {
            let stored = engine.recording(row.key).await?.stored;
            let address = stored.recording.media_url.ok_or("a recording without an address")?;
            writeln!(text, "{address}")?;
        }
    }
    std::fs::write(path, text)?;
    Ok(())
}

/// The files of a folder and their bytes.
fn written(folder: &Path) -> Outcome<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for entry in std::fs::read_dir(folder)? {
        let facts = entry?.metadata()?;
        files += u64::from(facts.is_file());
        bytes += facts.len();
    }
    Ok((files, bytes))
}

/// Makes the most memory what is used now: how the list was read is not what is measured. `clear_refs` of proc(5); elsewhere
/// the most memory so far stands.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory that this process has used so far, in MB; 0 where the system does not say.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    let kb = line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok());
    kb.unwrap_or(0.0) / 1024.0
}
