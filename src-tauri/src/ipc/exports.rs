//! The export wizard (Vobiz e-mail export).

use domain::export::{AgeBound, ExportFilters, ExportPeriod, ExportProblem, ExportRequest};
use engine::{ExportRow, ReviewedExport};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::error::{IpcError, VendorReply};

/// What to export, as the wizard has it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "exports.ts")]
pub struct ExportDraft {
    /// Which account.
    pub account_id: String,
    /// Which recordings.
    pub period: ExportPeriodDraft,
    /// Caller, or empty.
    pub from_number: String,
    /// Destination, or empty.
    pub to_number: String,
    /// Call UUID, or empty.
    pub call_uuid: String,
    /// Conference name, or empty.
    pub conference_name: String,
    /// `mp3`, `wav` or empty.
    pub recording_format: String,
    /// Recording id, or empty.
    pub recording_id: String,
    /// E-mail addresses.
    pub recipients: Vec<String>,
}

/// Which recordings to export.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export, export_to = "exports.ts")]
pub enum ExportPeriodDraft {
    /// Civil times `YYYY-MM-DD HH:MM:SS`, or empty for Vobiz's own default.
    Dates {
        /// First second.
        from: String,
        /// Last second.
        to: String,
    },
    /// Exactly this old.
    ExactAge {
        /// Days.
        days: u32,
    },
    /// Between two ages.
    AgeRange {
        /// Younger end in days.
        youngest_days: u32,
        /// Whether that day belongs to it.
        youngest_inclusive: bool,
        /// Older end in days.
        oldest_days: u32,
        /// Whether that day belongs to it.
        oldest_inclusive: bool,
    },
}

/// What the review step shows.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "exports.ts")]
pub struct ExportReview {
    /// Rules the draft breaks, each a sentence with the input to blame; empty means it can be sent.
    pub problems: Vec<ExportProblemView>,
    /// The exact body.
    pub body_json: String,
    /// The same as a curl command, with the token left out.
    pub curl: String,
    /// How many recordings of the index match, by what the index knows.
    pub matching_count: u32,
    /// Their total length.
    #[ts(type = "number")]
    pub matching_duration_ms: u64,
}

/// One broken rule.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "exports.ts")]
pub struct ExportProblemView {
    /// `period`, `recipients`, `filters` or `recordingFormat`.
    pub field: String,
    /// The rule.
    pub what: String,
}

/// A past request.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "exports.ts")]
pub struct ExportRecord {
    /// Our id.
    #[ts(type = "number")]
    pub id: i64,
    /// Account id.
    pub account_id: String,
    /// Account label at that time.
    pub account_label: String,
    /// When it was sent.
    #[ts(type = "number")]
    pub requested_at_ms: i64,
    /// What was asked.
    pub body_json: String,
    /// Who gets the link.
    pub recipients: Vec<String>,
    /// What came of it.
    pub outcome: ExportOutcome,
    /// The vendor's reply.
    pub reply: VendorReply,
}

/// What came of an export request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "exports.ts")]
pub enum ExportOutcome {
    /// Written down, no answer yet: if it stays so, the request may or may not have arrived.
    Sent,
    /// Accepted: the link comes by e-mail.
    Accepted,
    /// Another export is still running.
    Busy,
    /// Refused.
    Refused,
    /// No answer.
    Unanswered,
}

impl TryFrom<ExportDraft> for ExportRequest {
    type Error = IpcError;

    fn try_from(draft: ExportDraft) -> Result<Self, IpcError> {
        let filters = ExportFilters {
            from_number: filled(&draft.from_number),
            to_number: filled(&draft.to_number),
            call_uuid: filled(&draft.call_uuid),
            conference_name: filled(&draft.conference_name),
            recording_format: filled(&draft.recording_format),
            recording_id: filled(&draft.recording_id),
        };
        let recipients = draft.recipients.iter().filter_map(|address| filled(address)).collect();
        Ok(Self { period: draft.period.try_into()?, filters, recipients })
    }
}

impl TryFrom<ExportPeriodDraft> for ExportPeriod {
    type Error = IpcError;

    fn try_from(draft: ExportPeriodDraft) -> Result<Self, IpcError> {
        Ok(match draft {
            ExportPeriodDraft::Dates { from, to } => {
                Self::Dates { from: civil(&from)?, to: civil(&to)? }
            }
            ExportPeriodDraft::ExactAge { days } => Self::ExactAge(days),
            ExportPeriodDraft::AgeRange {
                youngest_days,
                youngest_inclusive,
                oldest_days,
                oldest_inclusive,
            } => Self::AgeRange {
                youngest: AgeBound { days: youngest_days, inclusive: youngest_inclusive },
                oldest: AgeBound { days: oldest_days, inclusive: oldest_inclusive },
            },
        })
    }
}

/// `YYYY-MM-DD HH:MM:SS`, or nothing.
fn civil(text: &str) -> Result<Option<DateTime>, IpcError> {
    let Some(text) = filled(text) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| IpcError::Invalid {
        field: Some("period".into()),
        what: format!("“{text}” is no date and time; write 2026-05-07 09:45:00."),
    })
}

pub(crate) fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

impl From<&ExportProblem> for ExportProblemView {
    fn from(problem: &ExportProblem) -> Self {
        let field = match problem {
            ExportProblem::NoRecipient | ExportProblem::BadRecipient(_) => "recipients",
            ExportProblem::EmptyRange
            | ExportProblem::RangeTooLong { .. }
            | ExportProblem::AgeRangeTooLong { .. } => "period",
            ExportProblem::FiltersNeedShortRange { .. } => "filters",
            ExportProblem::BadFormat(_) => "recordingFormat",
        };
        Self { field: field.into(), what: problem.to_string() }
    }
}

impl From<ReviewedExport> for ExportReview {
    fn from(review: ReviewedExport) -> Self {
        Self {
            problems: review.problems.iter().map(ExportProblemView::from).collect(),
            body_json: review.body_json,
            curl: review.curl,
            matching_count: review.matching_count,
            matching_duration_ms: review.matching_duration_ms,
        }
    }
}

impl From<ExportRow> for ExportRecord {
    fn from(row: ExportRow) -> Self {
        Self {
            id: row.id,
            account_id: row.export.account.to_string(),
            account_label: row.export.account_label,
            requested_at_ms: row.export.requested_at.as_millisecond(),
            body_json: row.export.body_json,
            recipients: row.export.recipients,
            outcome: match row.outcome {
                engine::ExportOutcome::Sent => ExportOutcome::Sent,
                engine::ExportOutcome::Accepted => ExportOutcome::Accepted,
                engine::ExportOutcome::Busy => ExportOutcome::Busy,
                engine::ExportOutcome::Refused => ExportOutcome::Refused,
                engine::ExportOutcome::Unanswered => ExportOutcome::Unanswered,
            },
            reply: VendorReply {
                status: row.status,
                message: row.message,
                correlation_id: row.correlation,
                error_code: None,
            },
        }
    }
}
