//! The program in a process of its own, so that it can be killed, suspended, measured, or refused by its kernel: the
//! engine on the folder of a [`World`], whose sandbox goes on in the test's own process.

use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use domain::{CopyState, RecordingKey, Secret};
use tapeshelf_engine::vault::{MemoryVault, Vault as _};
use tapeshelf_engine::{
    Clock, DeleteOrder, Engine, Event, JobState, NewTransfer, Priority, SearchOrder, Selection,
    SyncProgress, TransferOptions, Waits,
};

use crate::support::{World, open, short_waits};

const FOLDER: &str = "TAPESHELF_CHILD_FOLDER";
const ACCOUNT: &str = "TAPESHELF_CHILD_ACCOUNT";
const TOKEN: &str = "TAPESHELF_CHILD_TOKEN";
/// What it does besides going on with what was left: `save` what is new, `delete` every second one that is saved,
/// `mend` jobs that stand still; or `again 3`, what is whole once more into the folder of this name.
const ORDERS: &str = "TAPESHELF_CHILD_ORDERS";

/// Whether a recording is one of those that are deleted once they are saved.
pub(crate) fn is_to_be_deleted(key: RecordingKey) -> bool {
    key.0.is_multiple_of(2)
}

/// The process itself: does nothing unless one of the tests started it.
#[tokio::test(flavor = "multi_thread")]
async fn works_until_nothing_is_left() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let orders = std::env::var(ORDERS).unwrap();
    let vault = Arc::new(MemoryVault::default());
    let account = domain::AccountId::new(std::env::var(ACCOUNT).unwrap());
    vault.store(&account, Secret::new(std::env::var(TOKEN).unwrap())).await.unwrap();
    let clock: Clock = Arc::new(jiff::Timestamp::now);
    let waits = Waits { silence: Duration::from_secs(1), ..short_waits() };
    let engine = open(folder, vault, &waits, &clock);
    let mut events = engine.subscribe();
    say("opened");
    engine.resume_work().await.unwrap();
    if orders.contains("mend") {
        for job in engine.jobs().await.unwrap() {
            engine.resume_job(&job.record.id).await.unwrap();
            engine.retry_failed(&job.record.id).await.unwrap();
        }
    }
    let mut is_synced = false;
    if orders.starts_with("again ") {
        save_again(&engine, folder.join(&orders)).await;
        is_synced = true;
    }
    loop {
        let event = tokio::time::timeout(Duration::from_secs(1), events.next()).await;
        match event {
            Ok(Ok(Some(Event::Sync { progress, .. }))) => {
                say("synced on");
                is_synced = !matches!(progress, SyncProgress::Running { .. });
                if is_synced && orders.contains("save") {
                    save_new(&engine, folder).await;
                }
            }
            Ok(Ok(Some(Event::LibraryChanged))) => say(&format!("moved on {}", facts())),
            Ok(Ok(None)) => return,
            _ => {}
        }
        let is_deleting = orders.contains("delete") && delete_saved(&engine).await;
        if is_synced && !is_deleting && jobs_stand_still(&engine).await {
            say("ended");
            return;
        }
    }
}

/// A line of its own, whatever the harness writes.
fn say(what: &str) {
    println!("\n{what}");
}

/// Memory in KB, and open files.
fn facts() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let rss =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next());
    let open = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    format!("{} {open}", rss.unwrap_or("0"))
}

async fn rows(engine: &Engine) -> Vec<tapeshelf_engine::RowRecord> {
    let found = engine.search(SearchOrder::default()).await.unwrap();
    let mut rows = Vec::new();
    while rows.len() < found.count as usize {
        rows.extend(engine.window(found.id, rows.len(), 500).await.unwrap());
    }
    rows
}

async fn save_new(engine: &Engine, folder: &Path) {
    let keys: Vec<_> = rows(engine)
        .await
        .iter()
        .filter(|row| row.state == CopyState::NotSaved && !row.gone)
        .map(|row| row.key)
        .collect();
    if keys.is_empty() {
        return;
    }
    save(engine, keys, folder.join("calls")).await;
}

async fn save(engine: &Engine, keys: Vec<RecordingKey>, folder: PathBuf) {
    let folder = engine.take_folder(folder).await.unwrap();
    let new = NewTransfer {
        selection: Selection::Keys(keys),
        folder: folder.token,
        template: "{id}".into(),
        options: TransferOptions::default(),
        priority: Priority::Normal,
    };
    engine.start_transfer(new).await.unwrap();
}

/// Saves what has a whole copy into another folder, unless a job does already.
async fn save_again(engine: &Engine, into: PathBuf) {
    if engine.jobs().await.unwrap().iter().any(|job| job.record.folder == into) {
        return;
    }
    let rows = rows(engine).await.into_iter();
    let is_whole = |row: &tapeshelf_engine::RowRecord| row.state == CopyState::Verified;
    let keys = rows.filter(is_whole).map(|row| row.key).collect();
    save(engine, keys, into).await;
}

/// Deletes what is saved and to be deleted; whether there was any.
async fn delete_saved(engine: &Engine) -> bool {
    let keys: Vec<_> = rows(engine)
        .await
        .iter()
        .filter(|row| row.state == CopyState::Verified && !row.gone && is_to_be_deleted(row.key))
        .map(|row| row.key)
        .collect();
    if keys.is_empty() {
        return false;
    }
    let order = DeleteOrder {
        confirmed_count: keys.len(),
        selection: Selection::Keys(keys),
        without_copy: false,
        reason: "saved".into(),
    };
    let report = engine.delete_recordings(order).await.unwrap();
    assert!(report.kept.is_empty(), "{:?}", report.kept);
    say("deleted");
    true
}

async fn jobs_stand_still(engine: &Engine) -> bool {
    engine.jobs().await.unwrap().iter().all(|job| job.record.state != JobState::Running)
}

/// One that was started, and what it says.
pub(crate) struct Started {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// Starts one on the folder of a world whose own engine was shut down. `wrapper` is a program that starts it.
pub(crate) fn start(world: &World, account: &str, orders: &str, wrapper: &[String]) -> Started {
    let this = std::env::current_exe().unwrap();
    let mut command = match wrapper {
        [] => Command::new(this),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(this);
            command
        }
    };
    let mut child = command
        .args(["child::works_until_nothing_is_left", "--exact", "--nocapture"])
        .env(FOLDER, world.dir.path())
        .env(ACCOUNT, account)
        .env(TOKEN, world.sandbox.auth_token())
        .env(ORDERS, orders)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts; strace comes with “cargo xtask setup”");
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    Started { child, lines }
}

impl Started {
    /// The next thing it says; `None` when it is gone.
    pub(crate) fn next(&mut self) -> Option<String> {
        let is_said = |line: &String| {
            ["opened", "synced on", "moved on", "deleted", "ended"]
                .iter()
                .any(|word| line.starts_with(word))
        };
        self.lines.by_ref().map_while(Result::ok).find(is_said)
    }

    /// Waits until it has ended by itself with nothing left to do.
    pub(crate) fn ended(mut self) {
        let mut has_ended = false;
        while let Some(line) = self.next() {
            has_ended |= line == "ended";
        }
        self.child.wait().unwrap();
        assert!(has_ended, "it stopped before the end");
    }

    /// Whether it is gone.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Ends it in the middle of whatever it does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(name).arg(self.child.id().to_string()).status();
        assert!(sent.unwrap().success());
    }
}
