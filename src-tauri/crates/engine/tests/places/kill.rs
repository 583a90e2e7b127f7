//! A process that is killed after the bucket has an object and before the copy is written down.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use domain::{AccountId, Secret};
use tapeshelf_engine::vault::{MemoryVault, Vault as _};
use tapeshelf_engine::{Clock, JobState, TransferOptions};

use crate::server::Fault;
use crate::support::{Bench, open, short_waits};

const FOLDER: &str = "TAPESHELF_PLACES_CHILD_FOLDER";
/// `name=secret` of what the vault holds, a line each.
const SECRETS: &str = "TAPESHELF_PLACES_CHILD_SECRETS";

/// The process that is killed: runs only when the test below starts it.
#[tokio::test(flavor = "multi_thread")]
async fn saves_until_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let vault = Arc::new(MemoryVault::default());
    for line in std::env::var(SECRETS).unwrap().lines() {
        let (name, secret) = line.split_once('=').unwrap();
        vault.store(&AccountId::new(name), Secret::new(secret.to_owned())).await.unwrap();
    }
    let clock: Clock = Arc::new(jiff::Timestamp::now);
    let engine = open(Path::new(&folder), vault, &short_waits(), &clock);
    let mut events = engine.subscribe();
    engine.resume_work().await.unwrap();
    while engine.jobs().await.unwrap().iter().any(|job| job.record.state == JobState::Running) {
        let _ = events.next().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_the_object_and_its_record_nothing_is_lost_or_doubled() {
    const FILES: usize = 6;
    let mut bench = Bench::with(20).await;
    let keys = bench.world.short_keys(FILES).await;
    // Written down, and not begun: the child does the work.
    bench.server.set(Fault::Gone);
    let paused = bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    let id = paused.record.id.clone();
    let account = bench.world.engine.accounts().await.unwrap()[0].account.id.clone();
    let mut secrets = Vec::new();
    for name in [account, AccountId::new(format!("place-{}", bench.place))] {
        let secret = bench.world.vault.load(&name).await.unwrap().unwrap();
        secrets.push(format!("{name}={}", secret.expose()));
    }
    bench.server.set(Fault::HoldNextReply);
    bench.world.engine.resume_job(&id).await.unwrap();
    bench.server.holds_a_reply().await;
    bench.world.engine.shut_down().await;
    for _ in 0..2 {
        bench.server.set(Fault::HoldNextReply);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["kill::saves_until_killed", "--exact", "--nocapture"])
            .env(FOLDER, bench.world.dir.path())
            .env(SECRETS, secrets.join("\n"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        bench.server.holds_a_reply().await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(!bench.server.keys().is_empty(), "some objects are there");
    bench.server.set(Fault::None);
    let world = &mut bench.world;
    world.engine = open(world.dir.path(), world.vault.clone(), &world.waits, &world.clock);
    let mut events = bench.world.engine.subscribe();
    bench.world.engine.resume_work().await.unwrap();
    let done = crate::support::job_end(&mut events, &paused).await;
    assert_eq!(done.record.state, JobState::Finished, "{:?}", done.record.note);
    assert_eq!(done.record.tally.failed, 0, "{:?}", bench.notes(&done).await);
    bench.holds_all(&keys).await;
    assert_eq!(bench.server.keys().len(), FILES, "no twin: {:?}", bench.server.keys());
    assert_eq!(bench.outbox().len(), 0);
}
