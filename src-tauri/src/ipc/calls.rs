//! What a vendor knows of a call besides its recording.

use domain::CallRecord;
use engine::Transcript;
use jiff::Timestamp;
use serde::Serialize;
use ts_rs::TS;

/// The record of a call, as billed.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "calls.ts")]
pub struct CallRecordView {
    /// `inbound` or `outbound`.
    pub direction: Option<String>,
    /// Caller name (CNAM).
    pub caller_name: Option<String>,
    /// When the call began.
    #[ts(type = "number | null")]
    pub started_at_ms: Option<i64>,
    /// When it was answered.
    #[ts(type = "number | null")]
    pub answered_at_ms: Option<i64>,
    /// When it ended.
    #[ts(type = "number | null")]
    pub ended_at_ms: Option<i64>,
    /// Length in seconds, ringing included.
    #[ts(type = "number | null")]
    pub duration_s: Option<u64>,
    /// Seconds billed.
    #[ts(type = "number | null")]
    pub billed_s: Option<u64>,
    /// Why it ended, in the vendor's words.
    pub hangup_cause: Option<String>,
    /// Who ended it, in the vendor's words.
    pub hangup_source: Option<String>,
    /// What it cost.
    pub cost: Option<f64>,
    /// ISO 4217 code of the cost.
    pub currency: Option<String>,
    /// The vendor's JSON. Untrusted text.
    pub raw_json: String,
}

/// What was said in a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "calls.ts")]
pub struct TranscriptView {
    /// The words. Untrusted text.
    pub text: String,
    /// BCP 47 tag of the language.
    pub language: Option<String>,
}

impl From<CallRecord> for CallRecordView {
    fn from(record: CallRecord) -> Self {
        Self {
            direction: record.direction,
            caller_name: record.caller_name,
            started_at_ms: record.started_at.map(Timestamp::as_millisecond),
            answered_at_ms: record.answered_at.map(Timestamp::as_millisecond),
            ended_at_ms: record.ended_at.map(Timestamp::as_millisecond),
            duration_s: record.duration_s,
            billed_s: record.billed_s,
            hangup_cause: record.hangup_cause,
            hangup_source: record.hangup_source,
            cost: record.cost,
            currency: record.currency,
            raw_json: record.raw,
        }
    }
}

impl From<Transcript> for TranscriptView {
    fn from(transcript: Transcript) -> Self {
        Self { text: transcript.text, language: transcript.language }
    }
}
