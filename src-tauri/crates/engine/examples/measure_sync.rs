//! Measures reading an account's list into the index, for `cargo xtask bench sync`. Prints one JSON object.
//!
//! `measure_sync first FOLDER BASE_URL AUTH_ID`: the first sync of a server in another process, whose token is in the environment.
//! `measure_sync again FOLDER RECORDINGS NEW`: the requests of a first sync and of a second one with NEW calls on top, counted by
//! a server in this process.

mod common;

use std::collections::HashSet;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use domain::RecordingId;
use sandbox::{Sandbox, SandboxOptions};
use serde_json::{Value, json};
use tapeshelf_engine::{Engine, NewVobizAccount, SearchOrder};

use common::Outcome;

/// Rows asked of the index at once.
const WINDOW: usize = 500;

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let report = match arguments.as_slice() {
        ["first", folder, base_url, auth_id] => {
            first(Path::new(folder), common::account_of_environment(base_url, auth_id)?).await?
        }
        ["again", folder, recordings, new] => {
            again(Path::new(folder), recordings.parse()?, new.parse()?).await?
        }
        _ => {
            return Err(
                "measure_sync first FOLDER BASE_URL AUTH_ID | again FOLDER RECORDINGS NEW".into()
            );
        }
    };
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

async fn first(folder: &Path, account: NewVobizAccount) -> Outcome<Value> {
    let engine = common::open(folder)?;
    let began = Instant::now();
    let (_, tally) = common::add(&engine, account).await?;
    let sync_ms = began.elapsed().as_secs_f64() * 1000.0;
    let (rows, distinct) = kept(&engine).await?;
    engine.shut_down().await;
    Ok(json!({
        "sync_ms": sync_ms,
        "received": tally.received,
        "rows": rows,
        "distinct": distinct,
        "warning": tally.warning,
    }))
}

async fn again(folder: &Path, recordings: u32, new: u32) -> Outcome<Value> {
    let options = SandboxOptions { recordings, vbc_recordings: 0, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(options).await?;
    let token = sandbox.auth_token().to_owned();
    let engine = common::open(folder)?;
    let account = common::account(&sandbox.api_base_url(), sandbox.auth_id(), token);
    let (id, _) = common::add(&engine, account).await?;
    let first_requests = sandbox.request_log().len();
    sandbox.add_calls(new)?;
    let mut events = engine.subscribe();
    engine.start_sync(&id);
    let tally = common::end_of_sync(&mut events).await?;
    let second_requests = sandbox.request_log().len() - first_requests;
    let (rows, distinct) = kept(&engine).await?;
    engine.shut_down().await;
    let total = sandbox.total();
    sandbox.stop().await;
    Ok(json!({
        "first_requests": first_requests,
        "second_requests": second_requests,
        "new": tally.new,
        "rows": rows,
        "distinct": distinct,
        "total": total,
    }))
}

/// How many rows the index has, and of how many recordings.
async fn kept(engine: &Engine) -> Outcome<(usize, usize)> {
    let found = engine.search(SearchOrder::default()).await?;
    let mut ids: HashSet<RecordingId> = HashSet::new();
    let mut rows = 0;
    while rows < found.count as usize {
        let window = engine.window(found.id, rows, WINDOW).await?;
        if window.is_empty() {
            return Err(format!("the window at row {rows} is empty").into());
        }
        rows += window.len();
        ids.extend(window.into_iter().map(|row| row.recording_id));
    }
    Ok((rows, ids.len()))
}
