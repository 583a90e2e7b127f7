//! Thousands of downloads from two vendors who have a bad day at once, and not one byte wrong in the end. The number
//! comes from `TAPESHELF_FAULT_DOWNLOADS`; `cargo xtask bench faults` sets it to ten thousand.

use std::time::{Duration, Instant};

use domain::{AccountId, CopyState};
use sandbox::{MediaLength, Origin, SandboxOptions};
use tapeshelf_engine::{JobState, JobView, RowRecord, Settings, Subscription, SyncProgress};

use crate::support::{World, count_from, job_as, sha256_hex, short_waits, sync_end};

/// Size of each file. Small, because the faults are about the number of files and not about their size.
const FILE_BYTES: u64 = 24_000;
/// How many times a person would press the same button on such a day.
const PRESSES: usize = 6;

/// What the run showed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Totals {
    exact: usize,
    false_saved: usize,
    longer_than_the_original: usize,
    failed: usize,
    parts: usize,
    strangers: usize,
}

/// T-11 to T-19 by the thousand, with the `bad_day` of the sandbox: a fifth of all files and of all addresses is struck.
#[tokio::test(flavor = "multi_thread")]
async fn t11_to_t19_a_bad_day_of_both_vendors_ends_with_every_file_bit_exact() {
    let files = count_from("TAPESHELF_FAULT_DOWNLOADS", 200);
    let began = Instant::now();
    let at_vbc = files / 2;
    let world = World::with_waits(
        SandboxOptions {
            recordings: u32::try_from(files - at_vbc).unwrap(),
            vbc_recordings: u32::try_from(at_vbc).unwrap(),
            vbc_users: 0,
            vbc_on_demand: 0,
            seed: 7,
            media_length: MediaLength::Fixed { bytes: FILE_BYTES },
            faults: "bad_day".parse().unwrap(),
            ..SandboxOptions::default()
        },
        short_waits(),
    )
    .await;
    let settings = Settings { parallel_downloads: 16, ..Settings::default() };
    world.engine.set_settings(settings).await.unwrap();
    let vobiz = add_both(&world, files - at_vbc, at_vbc).await;
    let rows = world.rows("").await;
    assert_eq!(rows.len(), files, "the lists are complete in spite of all");

    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let keys = rows.iter().map(|row| row.key).collect();
    let job = world.start(keys, &folder.token, "{account}/{id}").await;
    let done = stands_still(&mut events, &job, files).await;
    assert_eq!(done.record.state, JobState::Finished, "{:?}", done.record.note);
    let requests = world.sandbox.request_log();
    let asked_for_audio = requests
        .iter()
        .filter(|asked| asked.origin == Origin::Media || asked.path.contains("/audio/recording/"))
        .count();

    let totals = totals(&world, &vobiz).await;
    let report = serde_json::json!({
        "downloads": files,
        "exact": totals.exact,
        "falseSaved": totals.false_saved,
        "failed": totals.failed,
        "partsLeft": totals.parts,
        "longerThanTheOriginal": totals.longer_than_the_original,
        "strangers": totals.strangers,
        "audioRequests": asked_for_audio,
        "seconds": began.elapsed().as_secs(),
    });
    println!("\nTOTALS {report}");
    assert_eq!(totals, Totals { exact: files, ..Totals::default() });
    // The day was bad: many a file had to be asked for more than once. (The log is bounded, so only where it holds all.)
    if requests.len() < 60_000 {
        assert!(asked_for_audio > files + files / 20, "{asked_for_audio} requests");
    }
}

/// Adds both accounts and reads them until they are complete, as a person would on such a day. Says which is Vobiz's.
async fn add_both(world: &World, at_vobiz: usize, at_vbc: usize) -> AccountId {
    let mut events = world.engine.subscribe();
    let mut vobiz = world.engine.add_vobiz(world.credentials()).await;
    for _ in 1..PRESSES {
        if vobiz.is_err() {
            vobiz = world.engine.add_vobiz(world.credentials()).await;
        }
    }
    let vobiz = vobiz.unwrap().id;
    complete(world, &vobiz, at_vobiz, sync_end(&mut events).await).await;
    let browser: tapeshelf_engine::OpenBrowser = std::sync::Arc::new(|_| Err("not needed".into()));
    let mut events = world.engine.subscribe();
    let mut vbc = world.engine.add_vbc(world.vbc_credentials(), browser.clone()).await;
    for _ in 1..PRESSES {
        if vbc.is_err() {
            vbc = world.engine.add_vbc(world.vbc_credentials(), browser.clone()).await;
        }
    }
    let vbc = vbc.unwrap().id;
    complete(world, &vbc, at_vbc, sync_end(&mut events).await).await;
    vobiz
}

/// Syncs again until all recordings of the account are listed.
async fn complete(world: &World, id: &AccountId, recordings: usize, first: SyncProgress) {
    let mut ended = first;
    for _ in 0..PRESSES {
        let accounts = world.engine.accounts().await.unwrap();
        let known = accounts.iter().find(|state| state.account.id == *id).unwrap().recordings;
        if matches!(ended, SyncProgress::Finished(_)) && known == recordings as u64 {
            return;
        }
        ended = world.sync_of(id).await;
    }
    panic!("the list did not become complete: {ended:?}");
}

/// Waits for the end, however long so many files take, as long as it moves on.
async fn stands_still(events: &mut Subscription, job: &JobView, files: usize) -> JobView {
    let most = Duration::from_mins(1) + Duration::from_millis(300) * u32::try_from(files).unwrap();
    let waiting = async {
        loop {
            let view = job_as(events, job, |_| true).await;
            if view.record.state != JobState::Running {
                return view;
            }
        }
    };
    tokio::time::timeout(most, waiting).await.expect("the job does not end")
}

/// Compares every file with what the sandbox itself holds.
async fn totals(world: &World, vobiz: &AccountId) -> Totals {
    let mut totals = Totals::default();
    let rows = world.rows("").await;
    for row in &rows {
        let truth = truth(world, row, row.account == *vobiz).await;
        let copy = world.engine.recording(row.key).await.unwrap().stored.copy;
        let Some(copy) = copy else {
            totals.failed += 1;
            continue;
        };
        assert!(matches!(row.state, CopyState::Verified | CopyState::Remarked));
        let bytes = std::fs::read(&copy.path).unwrap();
        totals.longer_than_the_original += usize::from(bytes.len() > truth.len());
        if bytes == truth && copy.sha256 == sha256_hex(&truth) {
            totals.exact += 1;
        } else {
            totals.false_saved += 1;
        }
    }
    let files = world.files();
    totals.parts = files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "part"))
        .count();
    totals.strangers = files.len() - totals.parts - totals.exact - totals.false_saved;
    totals
}

async fn truth(world: &World, row: &RowRecord, is_vobiz: bool) -> Vec<u8> {
    let id = row.recording_id.as_str();
    if is_vobiz { world.vobiz_truth(id).await } else { world.vbc_truth(id).await }
}
