//! Downloads: jobs, their pace, their history. Their files are in `items`, the dialog that begins one in `saving`.

use engine::{JobFilter, JobState, JobView, Priority, TransferPace};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::saving::{PriorityName, TransferOptions};

/// State of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub enum JobStateName {
    /// Waiting or moving bytes.
    Running,
    /// Stopped by a person or by a full disk, an unreachable folder or a missing sign-in; goes on when told to.
    Paused,
    /// Every item ended.
    Finished,
    /// Stopped for good by a person.
    Cancelled,
}

/// One download job.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct TransferJob {
    /// Job id.
    pub id: String,
    /// State.
    pub state: JobStateName,
    /// Where the files go: a folder, or what a bucket is called.
    pub folder: String,
    /// The bucket, if it is one and no folder.
    pub place_id: Option<String>,
    /// When it was asked for.
    #[ts(type = "number")]
    pub created_at_ms: i64,
    /// When it ended.
    #[ts(type = "number | null")]
    pub ended_at_ms: Option<i64>,
    /// Items.
    pub total: u32,
    /// Ended as verified or remarked.
    pub saved: u32,
    /// Of those, with a remark.
    pub remarked: u32,
    /// Were there already.
    pub skipped: u32,
    /// Ended as failed.
    pub failed: u32,
    /// Bytes received so far.
    #[ts(type = "number")]
    pub received_bytes: u64,
    /// Known bytes of the whole job; null when unknown.
    #[ts(type = "number | null")]
    pub expected_bytes: Option<u64>,
    /// Bytes a second over the last few seconds, while running.
    #[ts(type = "number | null")]
    pub bytes_per_s: Option<u64>,
    /// One sentence why it is slow or stands still, if it does.
    pub note: Option<String>,
    /// What a person or a rule calls it; may be empty.
    pub label: String,
    /// The rule that asked for it.
    pub rule_id: Option<String>,
    /// How urgent it is.
    pub priority: PriorityName,
    /// Its place in the queue: the smaller is worked on first. Null when it has ended.
    #[ts(type = "number | null")]
    pub queue_rank: Option<i64>,
    /// How files are named.
    pub template: String,
    /// What comes along.
    pub options: TransferOptions,
    /// Files under way.
    pub moving: u32,
    /// Files not begun, with those that are paused or wait.
    pub queued: u32,
    /// Of those, paused by a person one by one.
    pub held: u32,
    /// Of those, put off until a time because the provider was not ready.
    pub waiting: u32,
    /// Given up.
    pub cancelled: u32,
    /// The soonest time at which a file that was put off is tried again.
    #[ts(type = "number | null")]
    pub next_try_at_ms: Option<i64>,
    /// An estimate of the time left, while it runs.
    #[ts(type = "number | null")]
    pub left_ms: Option<u64>,
    /// One sentence that explains the present pace, while it runs.
    pub pace: Option<String>,
}

/// Jobs that match a search, with the number of all that do.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct FoundJobs {
    /// All that match.
    pub total: u32,
    /// The ones asked for, newest first.
    pub jobs: Vec<TransferJob>,
}

/// Which jobs.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct JobSearch {
    /// Stands in the label, the folder, a note, a file name, an id or a party; empty for any.
    pub text: String,
    /// In one of these states; empty for any.
    pub states: Vec<JobStateName>,
    /// How many to leave out at the beginning.
    pub offset: u32,
    /// At most so many, 200 at most.
    pub limit: u32,
}

/// How fast downloads go, and why.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct PaceView {
    /// One sentence about all of them; null when none runs.
    pub sentence: Option<String>,
    /// Bytes a second, all together.
    #[ts(type = "number")]
    pub bytes_per_s: u64,
    /// The computer is kept awake.
    pub keeps_awake: bool,
    /// Each account that has downloads.
    pub accounts: Vec<LanePace>,
}

/// How fast the downloads of one account go.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct LanePace {
    /// Account.
    pub account_id: String,
    /// Files under way.
    pub moving: u32,
    /// How many at once it bears, as far as we know now.
    pub at_once: u32,
    /// Why, as a sentence.
    pub sentence: String,
}

impl From<JobView> for TransferJob {
    fn from(job: JobView) -> Self {
        let record = job.record;
        let tally = record.tally;
        Self {
            id: record.id.to_string(),
            queue_rank: (!record.state.is_ended()).then_some(record.rank),
            state: record.state.into(),
            folder: job.destination,
            place_id: job.place.map(|place| place.to_string()),
            created_at_ms: record.created_at.as_millisecond(),
            ended_at_ms: record.ended_at.map(jiff::Timestamp::as_millisecond),
            total: tally.total,
            saved: tally.verified + tally.remarked,
            remarked: tally.remarked,
            skipped: tally.skipped,
            failed: tally.failed,
            received_bytes: job.received_bytes,
            expected_bytes: tally.expected_bytes,
            bytes_per_s: job.bytes_per_s,
            note: record.note,
            label: record.label,
            rule_id: record.rule_id,
            priority: record.priority.into(),
            template: record.template,
            options: job.options.into(),
            moving: tally.moving,
            queued: tally.queued,
            held: tally.held,
            waiting: tally.waiting,
            cancelled: tally.cancelled,
            next_try_at_ms: tally.next_at.map(jiff::Timestamp::as_millisecond),
            left_ms: job.left_ms,
            pace: job.pace,
        }
    }
}

impl From<JobState> for JobStateName {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Running => Self::Running,
            JobState::Paused => Self::Paused,
            JobState::Finished => Self::Finished,
            JobState::Cancelled => Self::Cancelled,
        }
    }
}

impl From<Priority> for PriorityName {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::High => Self::High,
            Priority::Normal => Self::Normal,
            Priority::Low => Self::Low,
        }
    }
}

impl From<TransferPace> for PaceView {
    fn from(pace: TransferPace) -> Self {
        Self {
            sentence: pace.sentence,
            bytes_per_s: pace.bytes_per_s,
            keeps_awake: pace.keeps_awake,
            accounts: pace
                .lanes
                .into_iter()
                .map(|lane| LanePace {
                    account_id: lane.account.to_string(),
                    moving: lane.moving,
                    at_once: lane.at_once,
                    sentence: lane.sentence,
                })
                .collect(),
        }
    }
}

impl JobSearch {
    /// Without place and length.
    pub fn filter(&self) -> JobFilter {
        JobFilter {
            text: self.text.clone(),
            states: self.states.iter().copied().map(JobState::from).collect(),
        }
    }
}

impl From<JobStateName> for JobState {
    fn from(state: JobStateName) -> Self {
        match state {
            JobStateName::Running => Self::Running,
            JobStateName::Paused => Self::Paused,
            JobStateName::Finished => Self::Finished,
            JobStateName::Cancelled => Self::Cancelled,
        }
    }
}
