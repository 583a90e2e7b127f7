//! Use cases: everything a person can do with Tapeshelf, without a window.
//!
//! [`Engine`] is composed once from its [`Options`] and holds no global state: two engines can run in one process. The
//! shell calls it and forwards its [`Event`]s; the tests do the same against the sandbox. Each file below is one area
//! of use cases; what they share (catalogue, vault, provider per account) lives in this file and in `accounts`.

mod accounts;
mod annotations;
mod awake;
mod calls;
mod completeness;
mod copies;
mod data;
mod deletion;
mod error;
mod events;
mod export_jobs;
mod exports;
mod fetch;
mod folders;
mod library;
mod metadata;
mod network;
mod places;
mod playback;
mod reception;
mod rules;
mod settings;
mod sync;
mod transfers;
pub mod vault;
mod verify;
mod views;

use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use catalogue::Catalogue;
use domain::AccountId;
use jiff::Timestamp;
use providers::http::{Transport, TransportOptions};
use tokio::sync::{Notify, OnceCell};
use tokio_util::sync::CancellationToken;

pub use accounts::{
    AccountPace, AccountState, NewVbcAccount, NewVobizAccount, OpenBrowser, SecretPlace, TokenLife,
    VbcGrant, VbcProfile,
};
pub use annotations::Annotating;
pub use audio::{OutputKind, Peaks};
pub use catalogue::{
    Annotation, Annotations, CheckResult, Checked, CopyRecord, Error as IndexError, ExportJobRow,
    ExportOutcome, ExportRow, Hold, ItemFilter, ItemOrder, ItemRecord, ItemState, JobFilter,
    JobState, Priority, RowRecord, Totals,
};
pub use catalogue::{StoredRecording, ViewCounts};
pub use completeness::Completeness;
pub use copies::{
    AdoptOrder, AdoptReport, Adopted, AdoptedFile, CheckReport, CheckScope, CheckedCopy,
    ChosenSource,
};
pub use data::{DataFacts, Platform};
pub use deletion::{DeleteOrder, DeleteReport, Kept};
pub use error::{Error, KeyringFailure, Result};
pub use events::{Event, Subscription};
pub use export_jobs::{ReviewedJob, SavedArchive};
pub use exports::ReviewedExport;
pub use library::{Detail, SearchOrder, Selection, Snapshot};
pub use metadata::{MetadataOrder, MetadataProgress, PreparedMetadata, WrittenMetadata};
pub use network::{AuthorityFile, Waits};
pub use places::{NewPlace, Place, PlaceError, PlaceReport, PlaceState};
pub use playback::{PlaybackState, PlayerPhase};
pub use providers::{Correlation, Error as VendorError, Obstacle, Pace, TlsTrouble, Transcript};
pub use rules::{AutoSaveRule, RuleChange, RuleQuery, RuleTally};
pub use settings::{ColumnOrder, ColumnWidth, Density, ProxyChoice, Settings, Theme};
pub use sync::{SyncDepth, SyncProgress, SyncTally};
pub use transfer::tables::TableFormat;
pub use transfer::{Error as FileError, free_bytes};
pub use transfers::{
    FolderToken, ItemView, JobView, LanePace, NamePreset, NameProblem, NewTransfer, Plan,
    PreviewedNames, QuietHours, TransferOptions, TransferPace, TransferSettings,
};

pub use views::{ImportedViews, SavedView};

use vault::Vault;

/// Tells the time; passed in so that tests can set it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What an engine is made of.
pub struct Options {
    /// Index, settings, audio cache and sandbox state live below this folder.
    pub data_dir: PathBuf,
    /// Where secrets go.
    pub vault: Arc<dyn Vault>,
    /// Where sound goes.
    pub output: OutputKind,
    /// The time.
    pub clock: Clock,
    /// Who acts, for the record of deletions (the OS user).
    pub actor: String,
    /// The sandbox's number of recordings and seed.
    pub sandbox_recordings: u32,
}

/// The program without its window. Cheap to clone. Needs a tokio runtime around it.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    data_dir: PathBuf,
    catalogue: Catalogue,
    vault: Arc<dyn Vault>,
    clock: Clock,
    actor: String,
    start_note: Option<String>,
    transport: Mutex<Transport>,
    waits: Waits,
    sandbox_recordings: u32,
    sandbox: OnceCell<sandbox::Sandbox>,
    providers: Mutex<HashMap<AccountId, accounts::ProviderCell>>,
    session_secrets: Arc<vault::MemoryVault>,
    signing_in: Mutex<Option<CancellationToken>>,
    watched_exports: Mutex<HashSet<AccountId>>,
    archives: Mutex<export_jobs::RunningArchives>,
    missing_secrets: Mutex<HashSet<AccountId>>,
    token_lives: accounts::TokenLives,
    events: events::Hub,
    syncs: Mutex<HashMap<AccountId, sync::RunningSync>>,
    sync_ended: Notify,
    snapshots: Mutex<library::Snapshots>,
    transfers: transfers::Transfers,
    deletions: deletion::Deletions,
    folders: folders::Folders,
    copies: copies::Copies,
    places: places::Places,
    lists: metadata::Lists,
    rules_turn: tokio::sync::Mutex<()>,
    playback: playback::Playback,
    shutdown: CancellationToken,
    profile_lock: File,
}

impl Engine {
    /// Opens the index below `options.data_dir`, and recovers jobs that an earlier run left in the middle (they go on
    /// with [`Engine::resume_work`]).
    ///
    /// # Errors
    /// When the data folder cannot be used, another engine has it open, or the index was written by a newer version.
    pub fn open(options: Options) -> Result<Self> {
        Self::open_with(options, Waits::default())
    }

    /// Likewise, with other waits than a person's.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_with(options: Options, waits: Waits) -> Result<Self> {
        std::fs::create_dir_all(&options.data_dir)
            .map_err(|source| Error::file(&options.data_dir, &source))?;
        let profile_lock = lock_profile(&options.data_dir)?;
        let (catalogue, note) = Catalogue::open(&options.data_dir)?;
        let now = (options.clock)();
        catalogue.begin_visit(now)?;
        // While the window is being built, so that the first search need not wait.
        let warming = catalogue.clone();
        std::thread::spawn(move || {
            if let Err(error) = warming.warm_up() {
                tracing::warn!(%error, "the rows could not be read into memory");
            }
        });
        let settings = settings::read(&catalogue)?;
        let volume = settings.volume;
        let places = places::Places::read(&catalogue)?;
        // A file that is gone or a proxy that makes no sense must not keep the app from starting.
        let transport = match network::transport(&settings, &waits) {
            Ok(transport) => transport,
            Err(error) => {
                tracing::warn!(%error, "the network settings cannot be used; going on without");
                Transport::new(TransportOptions::default())?
            }
        };
        let events = events::Hub::new();
        let playback = playback::Playback::start(options.output, &events, volume);
        Ok(Self {
            inner: Arc::new(Inner {
                data_dir: options.data_dir,
                catalogue,
                vault: options.vault,
                clock: options.clock,
                actor: options.actor,
                start_note: note.repaired,
                transport: Mutex::new(transport),
                folders: folders::Folders::new(waits.folder_answers),
                waits,
                sandbox_recordings: options.sandbox_recordings,
                sandbox: OnceCell::new(),
                providers: Mutex::default(),
                session_secrets: Arc::default(),
                signing_in: Mutex::default(),
                watched_exports: Mutex::default(),
                archives: Mutex::default(),
                missing_secrets: Mutex::default(),
                token_lives: accounts::TokenLives::default(),
                events,
                syncs: Mutex::default(),
                sync_ended: Notify::new(),
                snapshots: Mutex::default(),
                transfers: transfers::Transfers::default(),
                deletions: deletion::Deletions::default(),
                copies: copies::Copies::default(),
                places,
                lists: metadata::Lists::default(),
                rules_turn: tokio::sync::Mutex::default(),
                playback,
                shutdown: CancellationToken::new(),
                profile_lock,
            }),
        })
    }

    /// Goes on with what an earlier run left: downloads first, then a sync of every account.
    /// Called once the window is up, because it may touch the keyring.
    pub async fn resume_work(&self) -> Result<()> {
        self.recover_transfers().await?;
        let engine = self.clone();
        // The provider may take its time; nothing waits for this.
        tokio::spawn(async move {
            if let Err(error) = engine.reconcile_deletions().await {
                tracing::warn!(%error, "open deletions could not be looked at");
            }
        });
        for state in self.accounts().await? {
            // One without a secret fails at once and so shows that it needs a sign-in.
            self.start_sync(&state.account.id);
            if state.account.vendor == domain::Vendor::Vbc {
                self.watch_export_jobs(&state.account.id);
            }
        }
        self.keep_in_step();
        Ok(())
    }

    /// Stops all work and closes the index. Jobs keep their place and go on at the next start.
    pub async fn shut_down(&self) {
        self.inner.shutdown.cancel();
        self.inner.transfers.stopped().await;
        self.inner.deletions.stopped().await;
        let catalogue = self.inner.catalogue.clone();
        let closed = tokio::task::spawn_blocking(move || catalogue.close_cleanly()).await;
        if let Ok(Err(error)) = closed {
            tracing::warn!(%error, "the index could not be closed cleanly");
        }
        // The next engine may open the profile while clones of this one are still being dropped.
        if let Err(error) = self.inner.profile_lock.unlock() {
            tracing::warn!(%error, "the profile could not be unlocked");
        }
    }

    /// The folder everything is kept in.
    pub fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    /// The time, by this engine's clock.
    pub fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    /// Runs a piece of work on the catalogue off the async threads.
    async fn with_catalogue<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Catalogue) -> catalogue::Result<T> + Send + 'static,
    {
        let catalogue = self.inner.catalogue.clone();
        blocking(move || work(&catalogue).map_err(Error::from)).await
    }
}

/// Makes this engine the only one on the profile. Two would run the same jobs into the same files.
fn lock_profile(data_dir: &Path) -> Result<File> {
    let path = data_dir.join("profile.lock");
    let file = File::create(&path).map_err(|source| Error::file(&path, &source))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let what =
                format!("Tapeshelf is open already with the data in {}.", data_dir.display());
            return Err(Error::Invalid { field: None, what });
        }
        // Some network file systems have no locks. One engine is the usual case, so this is no reason to refuse.
        Err(TryLockError::Error(error)) => tracing::warn!(%error, "the profile cannot be locked"),
    }
    Ok(file)
}

/// Waits for work, unless it is cancelled first.
async fn or_cancelled<T>(
    cancel: &CancellationToken,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    tokio::select! {
        () = cancel.cancelled() => Err(Error::Cancelled),
        done = work => done,
    }
}

/// Runs blocking work on its own thread and hands the result back.
async fn blocking<T, F>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(stopped) if stopped.is_cancelled() => Err(Error::Cancelled),
        Err(panicked) => Err(Error::Internal { what: panicked.to_string() }),
    }
}

/// Locks a mutex. A thread that panicked while holding it left plain data behind, which is still good to read.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
