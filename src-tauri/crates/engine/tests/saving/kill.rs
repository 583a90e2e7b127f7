//! T-01 at the size of a test: a real process is killed at any moment of a download, again and again, and in the end
//! every file is there once, bit-exact, and none that was finished was asked for again.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use domain::Secret;
use sandbox::SandboxOptions;
use tapeshelf_engine::vault::{MemoryVault, Vault as _};
use tapeshelf_engine::{Event, JobState};

use crate::support::{World, open, sha256_hex};

const FOLDER: &str = "TAPESHELF_KILL_TEST_FOLDER";
const ACCOUNT: &str = "TAPESHELF_KILL_TEST_ACCOUNT";
const TOKEN: &str = "TAPESHELF_KILL_TEST_TOKEN";

/// The process that is killed: runs only when the test below starts it.
#[tokio::test(flavor = "multi_thread")]
async fn downloads_until_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let vault = Arc::new(MemoryVault::default());
    let account = domain::AccountId::new(std::env::var(ACCOUNT).unwrap());
    vault.store(&account, Secret::new(std::env::var(TOKEN).unwrap())).await.unwrap();
    let engine = open(Path::new(&folder), vault);
    let mut events = engine.subscribe();
    println!("\nopened");
    engine.resume_work().await.unwrap();
    loop {
        match events.next().await {
            // Told after each file that was saved, among others.
            Ok(Some(Event::LibraryChanged)) => println!("\nmoved on"),
            Ok(Some(Event::Job(view))) if view.record.state != JobState::Running => {
                println!("\nended");
                return;
            }
            Ok(Some(_)) | Err(_) => {}
            Ok(None) => return,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t01_killed_at_any_moment_no_file_is_lost_doubled_or_fetched_again() {
    const FILES: usize = 60;
    let mut world = World::synced_with(SandboxOptions {
        recordings: 80,
        seed: 7,
        latency: Duration::from_millis(3),
        ..SandboxOptions::default()
    })
    .await;
    let keys = world.short_keys(FILES).await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let account = world.engine.accounts().await.unwrap()[0].account.id.to_string();
    world.start(keys.clone(), &folder.token, "{date}_{id}").await;
    world.engine.shut_down().await;

    let mut rounds = 0_usize;
    let mut known: HashMap<std::path::PathBuf, u64> = HashMap::new();
    loop {
        rounds += 1;
        assert!(rounds < 200, "it does not get done");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["kill::downloads_until_killed", "--exact", "--nocapture"])
            .env(FOLDER, world.dir.path())
            .env(ACCOUNT, &account)
            .env(TOKEN, world.sandbox.auth_token())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Killed while it works on what follows the step it reported, at another step each round.
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut steps = 0;
        let mut ended = false;
        for line in lines {
            steps += usize::from(line == "moved on");
            ended = line == "ended";
            if ended || steps > rounds % 6 {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for path in world.audio() {
            let size = std::fs::metadata(&path).unwrap().len();
            assert_eq!(*known.entry(path).or_insert(size), size, "a finished file was touched");
        }
        if ended {
            break;
        }
    }
    assert!(rounds > 3, "it was killed {rounds} times only");
    world.engine = open(world.dir.path(), world.vault.clone());
    let job = world.engine.jobs().await.unwrap().remove(0);
    assert_eq!(job.record.state, JobState::Finished);
    assert_eq!((job.record.tally.verified + job.record.tally.remarked) as usize, FILES);
    assert_eq!(world.files().len(), FILES, "nothing twice, no part file");
    for key in keys {
        let stored = world.engine.recording(key).await.unwrap().stored;
        let copy = stored.copy.unwrap();
        assert_eq!(transfer_hash(&copy.path), copy.sha256);
        let facts = world.sandbox.facts(stored.recording.id.as_str()).unwrap();
        assert_eq!(copy.size_bytes, facts.size_bytes);
    }
}

fn transfer_hash(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    sha256_hex(&bytes)
}
