//! One call recording as a vendor describes it, in neutral terms.

use jiff::Timestamp;

use crate::ids::{CallUuid, RecordingId};

/// Everything a vendor says about a recording, normalised: empty text is `None`, numbers are numbers, times are
/// instants. The vendor's own words stay in [`Recording::raw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The vendor's id. Never empty.
    pub id: RecordingId,
    /// The call it belongs to.
    pub call_uuid: Option<CallUuid>,
    /// Where the audio is, or was when this was read: may be temporary, may need credentials, may be absent while the
    /// file is not ready.
    pub media_url: Option<String>,
    /// The format the vendor claims (`mp3`, `wav`), lower case. The bytes decide, not this.
    pub format: Option<String>,
    /// Vobiz `recording_type` (`call`, `conference`, `trunk`, …): free text, lower case.
    pub kind: Option<String>,
    /// When the file was stored.
    pub added_at: Option<Timestamp>,
    /// When the recording began. See [`Recording::start_is_estimated`].
    pub started_at: Option<Timestamp>,
    /// True when the vendor gave no start and [`Recording::started_at`] is `added_at - duration_ms`.
    pub start_is_estimated: bool,
    /// When the recording ended.
    pub ended_at: Option<Timestamp>,
    /// Length in milliseconds.
    pub duration_ms: Option<u64>,
    /// Length in whole seconds as billed (Vobiz: rounded up to 60 s). Not the length.
    pub billed_s: Option<u64>,
    /// Calling party as the vendor wrote it: a number with or without `+`, a SIP address, anything.
    pub from: Option<String>,
    /// Called party (VBC: DNIS), likewise.
    pub to: Option<String>,
    /// `inbound`, `outbound` or `intra_pbx`, where the vendor says so.
    pub direction: Option<String>,
    /// Caller name (CNAM).
    pub caller_name: Option<String>,
    /// Conference name.
    pub conference_name: Option<String>,
    /// Extensions that took part.
    pub extensions: Vec<String>,
    /// Age in storage, in days, on the day this was read. Changes daily, so it is no sign of a change.
    pub storage_days: Option<i64>,
    /// Storage price a month, in the account's currency (Vobiz does not say which).
    pub storage_rate: Option<f64>,
    /// What this recording costs a month now.
    pub monthly_cost: Option<f64>,
    /// Size in bytes, where the vendor says so.
    pub size_bytes: Option<u64>,
    /// The vendor's JSON object of this recording, compact, keys in the vendor's order.
    pub raw: String,
}

impl Recording {
    /// The instant to show and sort by: the start, else when it was stored.
    pub fn when(&self) -> Option<Timestamp> {
        self.started_at.or(self.added_at)
    }
}
