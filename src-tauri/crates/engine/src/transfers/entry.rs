//! A recording as the lists of a download name it: what it is, where its file is and what proves it, or why there is none.

use catalogue::{CopyRecord, StoredRecording};
use domain::{RecordingId, phone};
use jiff::tz::TimeZone;
use serde::Serialize;

/// One recording in the lists. The names of the fields are the columns of the table.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) struct Entry {
    pub(super) file: Option<String>,
    status: &'static str,
    why: Option<String>,
    provider_status: Option<u64>,
    provider_message: Option<String>,
    correlation_id: Option<String>,
    size_bytes: Option<u64>,
    sha256: Option<String>,
    verified_at: Option<String>,
    evidence: Option<String>,
    account: String,
    recording_id: String,
    call_uuid: Option<String>,
    started_at: Option<String>,
    started_at_local: Option<String>,
    start_is_estimated: bool,
    duration_ms: Option<u64>,
    direction: Option<String>,
    from: Option<String>,
    to: Option<String>,
    caller_name: Option<String>,
    conference: Option<String>,
    extensions: String,
    kind: Option<String>,
    format: Option<String>,
    added_at: Option<String>,
}

/// The first row of the table.
pub(super) const HEADER: [&str; 26] = [
    "file",
    "status",
    "why",
    "provider_status",
    "provider_message",
    "correlation_id",
    "size_bytes",
    "sha256",
    "verified_at",
    "evidence",
    "account",
    "recording_id",
    "call_uuid",
    "started_at",
    "started_at_local",
    "start_is_estimated",
    "duration_ms",
    "direction",
    "from",
    "to",
    "caller_name",
    "conference",
    "extensions",
    "kind",
    "format",
    "added_at",
];

/// Why a recording is not saved.
pub(super) struct Failure {
    /// How the lists call it.
    pub(super) status: &'static str,
    /// A sentence.
    pub(super) why: String,
    /// The provider's words, as they are kept with the item.
    pub(super) reply_json: Option<String>,
}

impl Entry {
    pub(super) fn new(
        stored: &StoredRecording,
        account: String,
        zone: &TimeZone,
        status: &'static str,
        why: Option<String>,
    ) -> Self {
        let recording = &stored.recording;
        let at = recording.when();
        Self {
            status,
            why,
            account,
            recording_id: recording.id.to_string(),
            call_uuid: recording.call_uuid.as_ref().map(ToString::to_string),
            started_at: at.map(|at| at.to_string()),
            started_at_local: at
                .map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()),
            start_is_estimated: recording.start_is_estimated,
            duration_ms: recording.duration_ms,
            direction: recording.direction.clone(),
            from: recording.from.clone(),
            to: recording.to.clone(),
            caller_name: recording.caller_name.clone(),
            conference: recording.conference_name.clone(),
            extensions: recording.extensions.join(" "),
            kind: recording.kind.clone(),
            format: recording.format.clone(),
            added_at: recording.added_at.map(|at| at.to_string()),
            ..Self::default()
        }
    }

    pub(super) fn saved(
        stored: &StoredRecording,
        copy: &CopyRecord,
        file: String,
        account: String,
        zone: &TimeZone,
    ) -> Self {
        Self::new(stored, account, zone, "verified", None).with_copy(copy, file)
    }

    /// A file whose recording is out of the index: nothing else is known of it any more.
    pub(super) fn out_of_index(
        id: &RecordingId,
        copy: &CopyRecord,
        file: String,
        account: String,
    ) -> Self {
        Self { account, recording_id: id.to_string(), ..Self::default() }.with_copy(copy, file)
    }

    fn with_copy(self, copy: &CopyRecord, file: String) -> Self {
        let (status, why) = if copy.remarks.is_empty() {
            ("verified", None)
        } else {
            ("saved with a remark", Some(copy.remarks.join(" ")))
        };
        Self {
            file: Some(file),
            status,
            why,
            size_bytes: Some(copy.size_bytes),
            sha256: Some(copy.sha256.clone()),
            verified_at: Some(copy.verified_at.to_string()),
            evidence: Some(copy.evidence.clone()),
            ..self
        }
    }

    /// The same of a file that was taken away, or is not what it was.
    pub(super) fn missing(self) -> Self {
        let why = "It was saved here, and is not there any more as it was.".to_owned();
        Self { status: "missing", why: Some(why), ..self }
    }

    /// One that could not be saved, with the provider's own words, which its support asks for.
    pub(super) fn not_saved(
        stored: &StoredRecording,
        account: String,
        zone: &TimeZone,
        failure: Failure,
    ) -> Self {
        Self::new(stored, account, zone, failure.status, None).with_failure(failure)
    }

    /// Likewise of a recording that is out of the index.
    pub(super) fn not_saved_out_of_index(
        id: &RecordingId,
        account: String,
        failure: Failure,
    ) -> Self {
        Self { account, recording_id: id.to_string(), ..Self::default() }.with_failure(failure)
    }

    fn with_failure(self, failure: Failure) -> Self {
        let reply = failure.reply_json.as_deref().and_then(|json| serde_json::from_str(json).ok());
        let reply: serde_json::Value = reply.unwrap_or_default();
        let text = |name: &str| reply[name].as_str().map(str::to_owned);
        Self {
            provider_status: reply["status"].as_u64(),
            provider_message: text("message"),
            correlation_id: text("correlationId"),
            status: failure.status,
            why: Some(failure.why),
            ..self
        }
    }

    /// As a spreadsheet shows them. Telephone numbers are grouped for reading, so that none takes them for sums; as they
    /// came they are in the JSON.
    pub(super) fn cells(&self) -> Vec<String> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let number_to_read =
            |value: &Option<String>| value.as_deref().map(phone::display).unwrap_or_default();
        let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        vec![
            text(&self.file),
            self.status.to_owned(),
            text(&self.why),
            number(self.provider_status),
            text(&self.provider_message),
            text(&self.correlation_id),
            number(self.size_bytes),
            text(&self.sha256),
            text(&self.verified_at),
            text(&self.evidence),
            self.account.clone(),
            self.recording_id.clone(),
            text(&self.call_uuid),
            text(&self.started_at),
            text(&self.started_at_local),
            self.start_is_estimated.to_string(),
            number(self.duration_ms),
            text(&self.direction),
            number_to_read(&self.from),
            number_to_read(&self.to),
            text(&self.caller_name),
            text(&self.conference),
            self.extensions.clone(),
            text(&self.kind),
            text(&self.format),
            text(&self.added_at),
        ]
    }
}
