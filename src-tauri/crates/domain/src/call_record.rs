//! What a vendor's call detail record adds to a recording.

use jiff::Timestamp;

use crate::ids::CallUuid;

/// One call, as billed (Vobiz: `cdr`). Every field but the id may be missing; a record can come minutes after its
/// recording.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallRecord {
    /// The call.
    pub call_uuid: Option<CallUuid>,
    /// `inbound` or `outbound`, lower case.
    pub direction: Option<String>,
    /// Caller name (CNAM).
    pub caller_name: Option<String>,
    /// Calling party as the vendor wrote it.
    pub from: Option<String>,
    /// Called party as the vendor wrote it.
    pub to: Option<String>,
    /// When the call began.
    pub started_at: Option<Timestamp>,
    /// When it was answered; `None` for a call nobody took.
    pub answered_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Length of the call in seconds, ringing included.
    pub duration_s: Option<u64>,
    /// Seconds billed.
    pub billed_s: Option<u64>,
    /// Why it ended, in the vendor's words (`NORMAL_CLEARING`).
    pub hangup_cause: Option<String>,
    /// Who ended it, in the vendor's words.
    pub hangup_source: Option<String>,
    /// What it cost, in [`CallRecord::currency`].
    pub cost: Option<f64>,
    /// ISO 4217 code (`INR`), where the vendor says so.
    pub currency: Option<String>,
    /// The vendor's JSON object, compact.
    pub raw: String,
}
