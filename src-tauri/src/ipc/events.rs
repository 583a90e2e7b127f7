//! Everything the shell tells the window by itself: one tagged enum over one channel (`app_subscribe`). A subscription
//! begins with a snapshot (accounts, running syncs, jobs, player) and goes on with changes, at most ten a second for each
//! thing that moves.

use engine::Event;
use serde::Serialize;
use ts_rs::TS;

use super::copies::{AdoptReport, CheckReport};
use super::error::IpcError;
use super::player::PlayerView;
use super::transfers::TransferJob;

/// One event.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export, export_to = "events.ts")]
pub enum AppEvent {
    /// Accounts were added, removed or changed: ask again.
    AccountsChanged,
    /// A sync moved on.
    Sync {
        /// Account.
        account_id: String,
        /// How far.
        progress: SyncProgress,
    },
    /// Rows were added or changed: the window may offer or do a refresh.
    LibraryChanged,
    /// A job moved on.
    Transfer {
        /// The job.
        job: Box<TransferJob>,
    },
    /// Exports were asked for: ask again.
    ExportsChanged,
    /// A check of copies moved on.
    CopiesCheck {
        /// How far, and what was found.
        report: CheckReport,
    },
    /// Taking in files moved on.
    Adoption {
        /// How far, and what was found.
        report: AdoptReport,
    },
    /// Rules that keep saving were changed or ran: ask again.
    RulesChanged,
    /// The player moved on.
    Player {
        /// Its state.
        player: PlayerView,
    },
}

/// How far a sync is.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export, export_to = "events.ts")]
pub enum SyncProgress {
    /// Running.
    Running {
        /// Recordings received.
        #[ts(type = "number")]
        received: u64,
        /// The vendor's total, if known.
        #[ts(type = "number | null")]
        total: Option<u64>,
        /// Of them new.
        #[ts(type = "number")]
        new: u64,
        /// Recordings a second over the last few seconds, once known.
        recordings_per_s: Option<f64>,
        /// An estimate of the time left, once known.
        #[ts(type = "number | null")]
        left_ms: Option<u64>,
    },
    /// Done.
    Finished {
        /// Recordings received.
        #[ts(type = "number")]
        received: u64,
        /// Of them new.
        #[ts(type = "number")]
        new: u64,
        /// Of them changed.
        #[ts(type = "number")]
        changed: u64,
        /// Not listed any more: marked as gone, kept in the index.
        #[ts(type = "number")]
        gone: u64,
        /// A sentence with numbers when the vendor's total and ours differ or rows could not be read.
        warning: Option<String>,
    },
    /// Stopped by a person; what was received is kept.
    Cancelled,
    /// Failed; what was received is kept.
    Failed {
        /// Why.
        error: IpcError,
    },
}

impl From<Event> for AppEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::AccountsChanged => Self::AccountsChanged,
            Event::Sync { account, progress } => {
                Self::Sync { account_id: account.to_string(), progress: progress.into() }
            }
            Event::LibraryChanged => Self::LibraryChanged,
            Event::Job(job) => Self::Transfer { job: Box::new(job.into()) },
            Event::ExportsChanged => Self::ExportsChanged,
            Event::Check(report) => Self::CopiesCheck { report: (*report).into() },
            Event::Adoption(report) => Self::Adoption { report: (*report).into() },
            Event::RulesChanged => Self::RulesChanged,
            Event::Player(player) => Self::Player { player: player.into() },
        }
    }
}

impl From<engine::SyncProgress> for SyncProgress {
    fn from(progress: engine::SyncProgress) -> Self {
        match progress {
            engine::SyncProgress::Running { received, total, new, recordings_per_s, left_ms } => {
                Self::Running { received, total, new, recordings_per_s, left_ms }
            }
            engine::SyncProgress::Finished(tally) => Self::Finished {
                received: tally.received,
                new: tally.new,
                changed: tally.changed,
                gone: tally.gone,
                warning: tally.warning,
            },
            engine::SyncProgress::Cancelled => Self::Cancelled,
            engine::SyncProgress::Failed(error) => {
                Self::Failed { error: IpcError::from(error.as_ref()) }
            }
        }
    }
}
