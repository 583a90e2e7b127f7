//! What every test here needs: a sandbox, an engine on a folder of its own, an account that was read.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::{RecordingKey, Secret};
use sandbox::{Sandbox, SandboxOptions};
use tapeshelf_engine::vault::{MemoryVault, Vault};
use tapeshelf_engine::{
    Engine, Event, JobState, JobView, NewTransfer, NewVobizAccount, Options, OutputKind, Priority,
    RowRecord, SearchOrder, Selection, Subscription, SyncProgress, TransferOptions,
};

/// Long enough that only a hang reaches it.
const PATIENCE: Duration = Duration::from_mins(2);

/// An engine and what it talks to.
pub(crate) struct World {
    pub engine: Engine,
    pub sandbox: Sandbox,
    pub vault: Arc<MemoryVault>,
    pub dir: tempfile::TempDir,
}

impl World {
    /// With the sandbox as told, and no account yet.
    pub(crate) async fn with(options: SandboxOptions) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        let vault = Arc::new(MemoryVault::default());
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path(), vault.clone());
        Self { engine, sandbox, vault, dir }
    }

    /// With the sandbox's account added and its first sync done.
    pub(crate) async fn synced(recordings: u32) -> Self {
        Self::synced_with(SandboxOptions { recordings, seed: 7, ..SandboxOptions::default() }).await
    }

    /// Likewise, with the sandbox as told.
    pub(crate) async fn synced_with(options: SandboxOptions) -> Self {
        let world = Self::with(options).await;
        world.add_account().await;
        world
    }

    /// Adds the sandbox as an ordinary account and waits for the sync.
    pub(crate) async fn add_account(&self) {
        let mut events = self.engine.subscribe();
        let new = NewVobizAccount {
            label: "Support".into(),
            auth_id: self.sandbox.auth_id().to_owned(),
            auth_token: Secret::new(self.sandbox.auth_token().to_owned()),
            base_url: self.sandbox.api_base_url(),
            page_size: 100,
            session_only: false,
        };
        self.engine.add_vobiz(new).await.unwrap();
        sync_end(&mut events).await;
    }

    /// Reads the account again.
    pub(crate) async fn sync(&self) {
        let id = self.engine.accounts().await.unwrap()[0].account.id.clone();
        let mut events = self.engine.subscribe();
        self.engine.start_sync(&id);
        sync_end(&mut events).await;
    }

    /// Closes the engine and opens another one on the same folder and vault.
    pub(crate) async fn reopen(&mut self) {
        self.engine.shut_down().await;
        self.engine = open(self.dir.path(), self.vault.clone());
    }

    /// All rows of a search, newest first.
    pub(crate) async fn rows(&self, text: &str) -> Vec<RowRecord> {
        let order = SearchOrder { text: text.into(), ..SearchOrder::default() };
        let found = self.engine.search(order).await.unwrap();
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

    /// The vendor's id of a recording.
    pub(crate) async fn id_of(&self, key: RecordingKey) -> String {
        self.engine.recording(key).await.unwrap().stored.recording.id.to_string()
    }

    /// A folder for downloads.
    pub(crate) fn folder(&self) -> PathBuf {
        self.dir.path().join("calls")
    }

    /// Downloads into [`World::folder`] and waits for the end of the job.
    pub(crate) async fn download(&self, keys: Vec<RecordingKey>) -> JobView {
        self.download_with(keys, TransferOptions::default()).await
    }

    /// Likewise, with what comes along.
    pub(crate) async fn download_with(
        &self,
        keys: Vec<RecordingKey>,
        options: TransferOptions,
    ) -> JobView {
        let mut events = self.engine.subscribe();
        let folder = self.engine.take_folder(self.folder()).await.unwrap();
        let job = self.start_with(keys, &folder.token, "{date}_{id}", options).await;
        job_end(&mut events, &job).await
    }

    /// Starts a download with nothing besides.
    pub(crate) async fn start(
        &self,
        keys: Vec<RecordingKey>,
        folder: &str,
        template: &str,
    ) -> JobView {
        self.start_with(keys, folder, template, TransferOptions::default()).await
    }

    /// Starts a download.
    pub(crate) async fn start_with(
        &self,
        keys: Vec<RecordingKey>,
        folder: &str,
        template: &str,
        options: TransferOptions,
    ) -> JobView {
        let new = NewTransfer {
            selection: Selection::Keys(keys),
            folder: folder.to_owned(),
            template: template.to_owned(),
            options,
            priority: Priority::Normal,
        };
        self.engine.start_transfer(new).await.unwrap()
    }

    /// Every file below [`World::folder`].
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        walk(&self.folder())
    }

    /// The audio files below [`World::folder`].
    pub(crate) fn audio(&self) -> Vec<PathBuf> {
        let is_audio = |path: &PathBuf| path.extension().is_some_and(|e| e == "mp3" || e == "wav");
        self.files().into_iter().filter(is_audio).collect()
    }
}

/// Opens an engine on a folder.
pub(crate) fn open(dir: &Path, vault: Arc<MemoryVault>) -> Engine {
    Engine::open(Options {
        data_dir: dir.join("profile"),
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
            match events.next().await {
                Ok(Some(event)) => {
                    if let Some(found) = wanted(event) {
                        return found;
                    }
                }
                Ok(None) => panic!("the engine is gone"),
                // A later event says the same.
                Err(_lagged) => {}
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
    job_as(events, job, |view| view.record.state != JobState::Running).await
}

/// Waits until a job is as wanted.
pub(crate) async fn job_as(
    events: &mut Subscription,
    job: &JobView,
    wanted: impl Fn(&JobView) -> bool,
) -> JobView {
    wait_for(events, |event| match event {
        Event::Job(view) if view.record.id == job.record.id && wanted(&view) => Some(view),
        _ => None,
    })
    .await
}

/// Every file below a folder.
pub(crate) fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files.extend(walk(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    files
}

/// SHA-256 in lower-case hex, by another way than the program's.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    use sha2::Digest as _;
    let mut hex = String::new();
    for byte in sha2::Sha256::digest(bytes) {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}
