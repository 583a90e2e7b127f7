//! The local index of recordings: the only place with SQL.
//!
//! One SQLite file holds what the vendors said, which copies are on this computer, what jobs are under way, and the
//! records of exports and deletions. Everything is synchronous: callers that must not block run it on a thread of
//! their own. The index can always be begun anew from the vendors and the files, so damage is never fatal: see
//! [`Catalogue::open`].
//!
//! Three rules hold everywhere. What depends on order uses ids that only grow, never the clock, which a person may
//! turn back. The state of a recording's copy is derived from facts (a copy, a live job item, a failure) by one
//! statement, never written by hand. And a search is a list of keys: rows do not move while a sync runs.

mod accounts;
mod annotations;
mod catalogue;
mod completeness;
mod copies;
mod deletions;
mod error;
mod export_jobs;
mod exports;
mod hand_over;
mod history;
mod job_rows;
mod job_state;
mod jobs;
mod library_of_copies;
mod migrate;
mod mirror;
mod open;
mod open_mark;
mod pictures;
mod queue;
mod recordings;
mod records;
mod rows;
mod salvage;
mod save_rules;
mod saved_views;
mod search;
mod settings;
mod sync;
mod text_ranks;
mod values;
mod views;

pub use accounts::StoredAccount;
pub use annotations::{Annotation, Annotations, Hold};
pub use catalogue::Catalogue;
pub use completeness::{Extent, Span, SpanTally};
pub use copies::{Checked, CopyRecord};
pub use deletions::{DeletionOutcome, DeletionRow, NewDeletion};
pub use error::{Error, Result};
pub use export_jobs::ExportJobRow;
pub use exports::{ExportOutcome, ExportRow, NewExport};
pub use history::{ItemFilter, JobFilter};
pub use job_state::{ItemState, JobState, Priority};
pub use jobs::{ItemRecord, JobRecord, JobTally, NewJob};
pub use library_of_copies::{CheckResult, Likeness};
pub use open::OpenNote;
pub use queue::{ItemOrder, TakenItem};
pub use records::StoredRecording;
pub use rows::{RowRecord, Totals};
pub use save_rules::SaveRule;
pub use saved_views::ViewRecord;
pub use search::Found;
pub use sync::{InterruptedRun, PageTally, SyncRun};
pub use views::ViewCounts;

#[cfg(test)]
mod tests;
