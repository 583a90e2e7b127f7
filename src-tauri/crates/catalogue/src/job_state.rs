//! The states of jobs and their items, and which may follow which.

use crate::error::{Error, Result};
use crate::values::stored_enum;

stored_enum! {
    /// State of a job.
    JobState {
        /// Waiting or moving bytes.
        Running = "running",
        /// Stands still until it is told to go on.
        Paused = "paused",
        /// Every item ended.
        Finished = "finished",
        /// Stopped for good.
        Cancelled = "cancelled",
    }
}

stored_enum! {
    /// State of one item of a job.
    ItemState {
        /// Not begun, or to go on after a stop.
        Queued = "queued",
        /// Bytes are coming.
        Receiving = "receiving",
        /// All bytes are here and are being checked.
        Verifying = "verifying",
        /// Saved, and every check passed.
        Verified = "verified",
        /// Saved, with a remark.
        Remarked = "remarked",
        /// A verified copy was there already.
        Skipped = "skipped",
        /// Could not be saved.
        Failed = "failed",
        /// Not saved because the job was cancelled or the account removed.
        Cancelled = "cancelled",
    }
}

stored_enum! {
    /// How urgent a job is.
    Priority {
        /// Before all others.
        High = "high",
        /// As usual.
        Normal = "normal",
        /// When nothing else is to be done.
        Low = "low",
    }
}

impl JobState {
    /// Whether a job in this state may get that one. Ended jobs begin again only by `retry_failed`.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Running | Self::Paused => true,
            Self::Finished | Self::Cancelled => next == self,
        }
    }

    /// Whether the job has ended.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Finished | Self::Cancelled)
    }

    pub(crate) fn check_next(self, next: Self) -> Result<()> {
        if self.may_become(next) {
            Ok(())
        } else {
            Err(Error::WrongState { what: "job", from: self.as_str(), to: next.as_str() })
        }
    }
}

impl ItemState {
    /// Whether the item is still to be saved: its recording is shown as moving.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Receiving | Self::Verifying)
    }

    /// Whether an item in this state may get that one. An ended item keeps its end, with one exception: a file that
    /// was finished in the moment of the cancellation is there, so a cancelled item may still turn out saved. Failed
    /// items begin again only by `retry_failed` and `order_items`.
    pub fn may_become(self, next: Self) -> bool {
        self.is_live()
            || self == next
            || (self == Self::Cancelled && matches!(next, Self::Verified | Self::Remarked))
    }

    pub(crate) fn check_next(self, next: Self) -> Result<()> {
        if self.may_become(next) {
            Ok(())
        } else {
            Err(Error::WrongState { what: "item", from: self.as_str(), to: next.as_str() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for state in [JobState::Running, JobState::Paused, JobState::Finished, JobState::Cancelled]
        {
            assert_eq!(JobState::parse(state.as_str()), Some(state));
        }
        assert_eq!(ItemState::parse("queued"), Some(ItemState::Queued));
        assert_eq!(ItemState::parse("Queued"), None);
    }

    #[test]
    fn what_ended_stays_ended() {
        assert!(JobState::Paused.may_become(JobState::Running));
        assert!(!JobState::Cancelled.may_become(JobState::Running));
        assert!(!JobState::Finished.may_become(JobState::Cancelled));
        assert!(ItemState::Receiving.may_become(ItemState::Queued));
        assert!(!ItemState::Cancelled.may_become(ItemState::Receiving));
        assert!(ItemState::Cancelled.may_become(ItemState::Verified));
        assert!(!ItemState::Verified.may_become(ItemState::Failed));
        assert!(!ItemState::Failed.may_become(ItemState::Queued));
    }
}
