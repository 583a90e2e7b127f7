//! What the engine tells by itself. A subscription starts empty; the shell asks for the present state first.

use domain::AccountId;
use tokio::sync::broadcast;

use crate::copies::{AdoptReport, CheckReport};
use crate::playback::PlaybackState;
use crate::sync::SyncProgress;
use crate::transfers::JobView;

/// How many events a slow listener may fall behind before it loses the oldest and is told so.
const BACKLOG: usize = 1024;

/// One event.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "most events are of jobs, and all are short-lived")]
pub enum Event {
    /// Accounts were added, removed or changed.
    AccountsChanged,
    /// A sync moved on.
    Sync {
        /// Account.
        account: AccountId,
        /// How far.
        progress: SyncProgress,
    },
    /// Rows were added or changed.
    LibraryChanged,
    /// A job moved on.
    Job(JobView),
    /// An export was asked for or answered.
    ExportsChanged,
    /// A check of copies moved on.
    Check(Box<CheckReport>),
    /// Taking in files moved on.
    Adoption(Box<AdoptReport>),
    /// Rules that keep saving were changed or ran.
    RulesChanged,
    /// The player moved on.
    Player(PlaybackState),
}

/// A stream of events.
pub struct Subscription(broadcast::Receiver<Event>);

impl Subscription {
    /// The next event; `Ok(None)` when the engine is gone.
    ///
    /// # Errors
    /// `Lagged` with the number of events lost: ask for the present state again.
    pub async fn next(&mut self) -> std::result::Result<Option<Event>, Lagged> {
        match self.0.recv().await {
            Ok(event) => Ok(Some(event)),
            Err(broadcast::error::RecvError::Closed) => Ok(None),
            Err(broadcast::error::RecvError::Lagged(lost)) => Err(Lagged(lost)),
        }
    }
}

/// Events were lost because nobody took them in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lagged(pub u64);

#[derive(Clone)]
pub(crate) struct Hub(broadcast::Sender<Event>);

impl Hub {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }

    /// Tells whoever listens; nobody listening is fine.
    pub(crate) fn tell(&self, event: Event) {
        let _ = self.0.send(event);
    }
}

impl crate::Engine {
    /// Begins a stream of events.
    pub fn subscribe(&self) -> Subscription {
        Subscription(self.inner.events.0.subscribe())
    }

    pub(crate) fn tell(&self, event: Event) {
        self.inner.events.tell(event);
    }
}
