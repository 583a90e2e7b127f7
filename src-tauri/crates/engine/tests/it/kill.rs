//! A sync of many pages whose process is killed at any moment, again and again, while calls come and go. `TAPESHELF_KILLS`
//! says how often.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use catalogue::Catalogue;
use domain::{AccountId, Secret};
use sandbox::SandboxOptions;
use tapeshelf_engine::vault::{MemoryVault, Vault as _};
use tapeshelf_engine::{Clock, Event, SyncDepth, SyncProgress, Waits};

use crate::support::{World, open};

const FOLDER: &str = "TAPESHELF_SYNC_FOLDER";
const ACCOUNT: &str = "TAPESHELF_SYNC_ACCOUNT";
const TOKEN: &str = "TAPESHELF_SYNC_TOKEN";
/// Recordings of the account, of which a page holds [`PAGE`].
const RECORDINGS: u32 = 1200;
const PAGE: u32 = 20;
/// The most things that a process gets to say before it is killed: it says one for every few pages.
const MOST_STEPS: usize = 8;

/// The process itself: reads everything once. Does nothing unless the test below started it.
#[tokio::test(flavor = "multi_thread")]
async fn reads_everything_and_ends() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let account = AccountId::new(std::env::var(ACCOUNT).unwrap());
    let vault = Arc::new(MemoryVault::default());
    vault.store(&account, Secret::new(std::env::var(TOKEN).unwrap())).await.unwrap();
    let clock: Clock = Arc::new(jiff::Timestamp::now);
    let engine = open(Path::new(&folder), vault, &Waits::default(), &clock);
    let mut events = engine.subscribe();
    engine.start_sync_of(&account, SyncDepth::Full);
    loop {
        match events.next().await {
            Ok(Some(Event::Sync { progress: SyncProgress::Running { .. }, .. })) => {
                println!("\nsynced on");
            }
            Ok(Some(Event::Sync { progress: SyncProgress::Finished(tally), .. })) => {
                assert_eq!(tally.warning, None);
                println!("\nended");
                return;
            }
            Ok(Some(Event::Sync { progress, .. })) => panic!("{progress:?}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_at_any_moment_brings_each_recording_once() {
    let kills = std::env::var("TAPESHELF_KILLS").map_or(6, |text| text.parse().unwrap());
    let mut world = World::with(SandboxOptions {
        recordings: RECORDINGS,
        seed: 7,
        max_page_size: PAGE,
        latency: Duration::from_millis(3),
        ..SandboxOptions::default()
    })
    .await;
    // Not waited for: the first sync is to be interrupted too.
    let account = world.engine.add_vobiz(world.credentials()).await.unwrap().id;
    world.engine.shut_down().await;
    let mut dice = fastrand::Rng::with_seed(23);
    let mut in_the_middle = 0;
    for _ in 0..kills {
        world.sandbox.add_calls(3).unwrap();
        let oldest = world.sandbox.recording_ids().pop().unwrap();
        world.sandbox.remove(&oldest).unwrap();
        if !run(&world, &account, Some((dice.usize(0..MOST_STEPS), dice.u64(0..8_000)))) {
            in_the_middle += 1;
        }
        each_once(&world);
    }
    assert!(run(&world, &account, None), "it ends when it is left alone");
    each_once(&world);

    world.engine = open(world.dir.path(), world.vault.clone(), &world.waits, &world.clock);
    let rows = world.rows("").await;
    let known: HashSet<_> = rows.iter().map(|row| row.recording_id.to_string()).collect();
    assert_eq!(known.len(), rows.len(), "no recording is there twice");
    let there: HashSet<_> =
        rows.iter().filter(|row| !row.gone).map(|row| row.recording_id.to_string()).collect();
    let truth: HashSet<String> = world.sandbox.recording_ids().into_iter().collect();
    assert_eq!(there.len(), truth.len());
    assert!(there == truth, "what is listed is there, and what is not is marked as gone");
    println!(
        "\nTOTALS {}",
        serde_json::json!({ "kills": kills, "damaged_databases": 0, "missing": 0, "twice": 0 })
    );
    assert!(in_the_middle * 2 > kills, "most were killed while there was work: {in_the_middle}");
}

/// Starts the process, and kills it after it said so much and so many microseconds went by. Whether it ended by itself
/// before that.
fn run(world: &World, account: &AccountId, kill_after: Option<(usize, u64)>) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kill::reads_everything_and_ends", "--exact", "--nocapture"])
        .env(FOLDER, world.dir.path())
        .env(ACCOUNT, account.as_str())
        .env(TOKEN, world.sandbox.auth_token())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (most, pause_us) = kill_after.unwrap_or((usize::MAX, 0));
    let mut said = 0;
    let mut has_ended = false;
    for line in lines.map_while(Result::ok) {
        has_ended |= line == "ended";
        said += usize::from(line == "synced on");
        if said > most && !has_ended {
            // Not at the moment of a step, but at any between two.
            std::thread::sleep(Duration::from_micros(pause_us));
            child.kill().unwrap();
            break;
        }
    }
    child.wait().unwrap();
    has_ended
}

/// Opening the index after a kill has SQLite check all of it; one that did not pass would have been repaired, and says so.
fn each_once(world: &World) {
    let (catalogue, note) = Catalogue::open(&world.dir.path().join("profile")).unwrap();
    assert_eq!(note.repaired, None, "the index is sound");
    let found = catalogue.search(&domain::search::Search::default()).unwrap();
    let rows = catalogue.rows(&found.keys).unwrap();
    let ids: HashSet<_> = rows.iter().map(|row| &row.recording_id).collect();
    assert_eq!(ids.len(), rows.len(), "no recording is there twice");
}
