//! One sandbox, one engine, one temporary folder.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::{AccountId, RecordingKey, Secret};
use sandbox::{Sandbox, SandboxOptions};
use tapeshelf_engine as engine;
use tapeshelf_engine::vault::{MemoryVault, Vault};
use tapeshelf_engine::{
    Engine, Event, JobState, JobView, NewVobizAccount, Options, OutputKind, RowRecord, SearchOrder,
    Subscription, SyncProgress,
};

/// Long enough that only a hang reaches it.
const PATIENCE: Duration = Duration::from_mins(1);

/// An engine and what it talks to.
pub(crate) struct World {
    pub engine: Engine,
    pub sandbox: Sandbox,
    pub vault: Arc<MemoryVault>,
    pub dir: tempfile::TempDir,
}

impl World {
    /// A sandbox with `recordings` calls and an engine with no account.
    pub(crate) async fn empty(recordings: u32) -> Self {
        Self::with(SandboxOptions { recordings, seed: 7, ..SandboxOptions::default() }).await
    }

    /// Likewise, with the sandbox as told.
    pub(crate) async fn with(options: SandboxOptions) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        let vault = Arc::new(MemoryVault::default());
        let dir = tempfile::tempdir().unwrap();
        let engine = open(&dir, vault.clone());
        Self { engine, sandbox, vault, dir }
    }

    /// With the sandbox's account added and its first sync done.
    pub(crate) async fn synced(recordings: u32) -> (Self, AccountId) {
        let world = Self::empty(recordings).await;
        let id = world.add_account().await;
        (world, id)
    }

    /// What a person types to add the sandbox as an ordinary account.
    pub(crate) fn credentials(&self) -> NewVobizAccount {
        NewVobizAccount {
            label: "Support".into(),
            auth_id: self.sandbox.auth_id().to_owned(),
            auth_token: Secret::new(self.sandbox.auth_token().to_owned()),
            base_url: self.sandbox.api_base_url(),
            page_size: 100,
            session_only: false,
        }
    }

    /// Adds it and waits for the sync.
    pub(crate) async fn add_account(&self) -> AccountId {
        let mut events = self.engine.subscribe();
        let account = self.engine.add_vobiz(self.credentials()).await.unwrap();
        sync_end(&mut events).await;
        account.id
    }

    /// Closes the engine and opens another one on the same folder and vault.
    pub(crate) async fn reopen(&mut self) {
        self.engine.shut_down().await;
        self.engine = open(&self.dir, self.vault.clone());
    }

    /// All rows of a search, newest first.
    pub(crate) async fn rows(&self, text: &str) -> Vec<RowRecord> {
        let found = self
            .engine
            .search(SearchOrder { text: text.into(), ..SearchOrder::default() })
            .await
            .unwrap();
        let mut rows = Vec::new();
        while rows.len() < found.count as usize {
            let window = self.engine.window(found.id, rows.len(), 500).await.unwrap();
            assert!(!window.is_empty(), "a window in the middle of a snapshot is empty");
            rows.extend(window);
        }
        rows
    }

    /// Keys of the shortest recordings, to keep tests quick.
    pub(crate) async fn short_keys(&self, count: usize) -> Vec<RecordingKey> {
        let mut rows = self.rows("").await;
        rows.sort_by_key(|row| row.duration_ms);
        rows.iter().take(count).map(|row| row.key).collect()
    }

    /// A folder for downloads.
    pub(crate) fn folder(&self) -> PathBuf {
        self.dir.path().join("calls")
    }

    /// Downloads into [`World::folder`] and waits for the end of the job.
    pub(crate) async fn download(&self, keys: Vec<RecordingKey>) -> JobView {
        let mut events = self.engine.subscribe();
        let folder = self.engine.take_folder(self.folder()).await.unwrap();
        let new = engine::NewTransfer {
            selection: engine::Selection::Keys(keys),
            folder: folder.token,
            template: "{date}_{id}".to_owned(),
            options: engine::TransferOptions::default(),
            priority: engine::Priority::Normal,
        };
        let job = self.engine.start_transfer(new).await.unwrap();
        job_end(&mut events, &job).await
    }
}

fn open(dir: &tempfile::TempDir, vault: Arc<MemoryVault>) -> Engine {
    Engine::open(Options {
        data_dir: dir.path().join("profile"),
        vault: vault as Arc<dyn Vault>,
        output: OutputKind::Silent,
        clock: Arc::new(jiff::Timestamp::now),
        actor: "tester".into(),
        sandbox_recordings: 60,
    })
    .unwrap()
}

/// Waits for an event that `wanted` turns into something.
pub(crate) async fn wait_for<T>(
    events: &mut Subscription,
    mut wanted: impl FnMut(Event) -> Option<T>,
) -> T {
    let waiting = async {
        loop {
            if let Some(found) = events.next().await.unwrap().and_then(&mut wanted) {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the event did not come")
}

/// Waits until a sync is over.
pub(crate) async fn sync_end(events: &mut Subscription) -> SyncProgress {
    wait_for(events, |event| match event {
        Event::Sync { progress: SyncProgress::Running { .. }, .. } => None,
        Event::Sync { progress, .. } => Some(progress),
        _ => None,
    })
    .await
}

/// Waits until a job stands still in a state other than running.
pub(crate) async fn job_end(events: &mut Subscription, job: &JobView) -> JobView {
    wait_for(events, |event| match event {
        Event::Job(view)
            if view.record.id == job.record.id && view.record.state != JobState::Running =>
        {
            Some(view)
        }
        _ => None,
    })
    .await
}

/// Every file below a folder.
pub(crate) fn files_below(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}
