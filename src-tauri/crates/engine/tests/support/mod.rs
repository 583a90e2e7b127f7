//! What the tests of both suites need: one sandbox, one engine, one temporary folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::{AccountId, RecordingKey, Secret};
use sandbox::{Sandbox, SandboxOptions};
use tapeshelf_engine::vault::{MemoryVault, Vault};
use tapeshelf_engine::{
    Clock, Engine, Event, JobState, JobView, NewTransfer, NewVbcAccount, NewVobizAccount, Options,
    OutputKind, Priority, RowRecord, SearchOrder, Selection, Subscription, SyncProgress,
    TransferOptions, VbcGrant, VbcProfile, Waits,
};

/// Long enough that only a hang reaches it.
const PATIENCE: Duration = Duration::from_mins(2);

/// An engine and what it talks to.
pub(crate) struct World {
    pub engine: Engine,
    pub sandbox: Sandbox,
    pub vault: Arc<MemoryVault>,
    pub dir: tempfile::TempDir,
    /// Of the engine, also of the one that [`World::reopen`] opens.
    pub waits: Waits,
    /// Likewise.
    pub clock: Clock,
}

impl World {
    /// With the sandbox as told, and no account yet.
    pub(crate) async fn with(options: SandboxOptions) -> Self {
        Self::with_waits(options, Waits::default()).await
    }

    /// Likewise, with other waits than a person's.
    pub(crate) async fn with_waits(options: SandboxOptions, waits: Waits) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        let vault = Arc::new(MemoryVault::default());
        let dir = tempfile::tempdir().unwrap();
        let clock: Clock = Arc::new(jiff::Timestamp::now);
        let engine = open(dir.path(), vault.clone(), &waits, &clock);
        Self { engine, sandbox, vault, dir, waits, clock }
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

    /// What a person types to add the sandbox's VBC account.
    pub(crate) fn vbc_credentials(&self) -> NewVbcAccount {
        let vbc = self.sandbox.vbc();
        NewVbcAccount {
            label: "Office".into(),
            profile: VbcProfile::of_sandbox(&vbc, 6000),
            client_secret: Secret::new(vbc.client_secret().to_owned()),
            grant: VbcGrant::Password {
                username: vbc.username(),
                password: Secret::new(vbc.password().to_owned()),
            },
            page_size: 100,
            session_only: false,
        }
    }

    /// Adds the ordinary account and waits for the sync.
    pub(crate) async fn add_account(&self) -> AccountId {
        let mut events = self.engine.subscribe();
        let account = self.engine.add_vobiz(self.credentials()).await.unwrap();
        sync_end(&mut events).await;
        account.id
    }

    /// Closes the engine and opens another one on the same folder and vault.
    pub(crate) async fn reopen(&mut self) {
        self.engine.shut_down().await;
        self.engine = open(self.dir.path(), self.vault.clone(), &self.waits, &self.clock);
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

    /// A folder for downloads.
    pub(crate) fn folder(&self) -> PathBuf {
        self.dir.path().join("calls")
    }

    /// Downloads into [`World::folder`] and waits for the end of the job.
    pub(crate) async fn download(&self, keys: Vec<RecordingKey>) -> JobView {
        let mut events = self.engine.subscribe();
        let folder = self.engine.take_folder(self.folder()).await.unwrap();
        let options = TransferOptions::default();
        let job = self.start_with(keys, &folder.token, "{date}_{id}", options).await;
        job_end(&mut events, &job).await
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
}

/// Opens an engine on a folder.
pub(crate) fn open(dir: &Path, vault: Arc<MemoryVault>, waits: &Waits, clock: &Clock) -> Engine {
    let options = Options {
        data_dir: dir.join("profile"),
        vault: vault as Arc<dyn Vault>,
        output: OutputKind::Silent,
        clock: Arc::clone(clock),
        actor: "tester".into(),
        sandbox_recordings: 60,
    };
    Engine::open_with(options, waits.clone()).unwrap()
}

/// Waits for an event that `wanted` turns into something.
pub(crate) async fn wait_for<T>(
    events: &mut Subscription,
    mut wanted: impl FnMut(Event) -> Option<T>,
) -> T {
    let waiting = async {
        loop {
            match events.next().await {
                Ok(event) => {
                    if let Some(found) = wanted(event.expect("the engine is there")) {
                        return found;
                    }
                }
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

/// Every file below a folder, by path.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files.sort();
    files
}
