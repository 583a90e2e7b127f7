//! The library of copies: check them again, take in files that are there already.

use engine::{Adopted, CheckResult};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::selection::Selection;

/// Which copies to check.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "scope", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export, export_to = "copies.ts")]
pub enum CheckScope {
    /// Every copy there is.
    All,
    /// Those of these recordings.
    Selected {
        /// Which.
        selection: Selection,
    },
}

/// What checking a copy found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "copies.ts")]
pub enum CheckResultName {
    /// The same bytes as when it was verified.
    Ok,
    /// Other bytes.
    Changed,
    /// Not there.
    Missing,
    /// It cannot be told: no permission, a disk that fails, a place that is not connected.
    CannotCheck,
}

/// One copy that is not as it was.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "copies.ts")]
pub struct CheckedCopy {
    /// The recording.
    pub key: u32,
    /// Where the copy is, or was.
    pub path: String,
    /// What was found; never `ok`.
    pub result: CheckResultName,
    /// As a sentence.
    pub what: String,
}

/// A check of copies, under way or done.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "copies.ts")]
pub struct CheckReport {
    /// When it began.
    #[ts(type = "number")]
    pub began_at_ms: i64,
    /// When it ended; null while it runs.
    #[ts(type = "number | null")]
    pub ended_at_ms: Option<i64>,
    /// True when a person stopped it: the numbers are of what was checked until then.
    pub cancelled: bool,
    /// Copies to check.
    pub total: u32,
    /// As they were.
    pub ok: u32,
    /// Other bytes.
    pub changed: u32,
    /// Not there.
    pub missing: u32,
    /// It cannot be told.
    pub cannot_check: u32,
    /// Bytes read so far.
    #[ts(type = "number")]
    pub read_bytes: u64,
    /// Bytes of all copies to check, without those that turned out not to be readable.
    #[ts(type = "number")]
    pub total_bytes: u64,
    /// The first 1 000 copies that are not as they were.
    pub troubles: Vec<CheckedCopy>,
}

/// A folder or archive to adopt from, as a person picked it.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "copies.ts")]
pub struct ChosenSource {
    /// Names it in `copies_adopt`.
    pub token: String,
    /// To show.
    pub path: String,
    /// An archive: what is in it is unpacked into a folder first.
    pub is_archive: bool,
}

/// Takes in files that are there already.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "copies.ts")]
pub struct AdoptRequest {
    /// A token of `copies_choose_source`.
    pub source_token: String,
    /// Where the contents of archives go, a token of `transfers_choose_folder`; null to leave archives alone.
    pub folder_token: Option<String>,
    /// How files out of archives are named.
    pub template: String,
}

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "copies.ts")]
pub enum AdoptedName {
    /// It is a copy that was not known.
    Adopted,
    /// It is a copy that had been moved; its new place is known now.
    FoundAgain,
    /// It is a copy that is known already; or in an archive, of a recording that has one.
    AlreadyKnown,
    /// It could be several recordings.
    Ambiguous,
    /// It is no recording of these accounts.
    NoMatch,
    /// It is no whole audio, or could not be read.
    Refused,
}

/// One file that was looked at.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "copies.ts")]
pub struct AdoptedFile {
    /// Where it is; inside an archive `archive.zip › name`.
    pub path: String,
    /// What became of it.
    pub outcome: AdoptedName,
    /// The recording.
    pub key: Option<u32>,
    /// How it was recognised, or why not, as a sentence.
    pub what: String,
}

/// Taking in files, under way or done.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "copies.ts")]
pub struct AdoptReport {
    /// Where from.
    pub source: String,
    /// When it began.
    #[ts(type = "number")]
    pub began_at_ms: i64,
    /// When it ended; null while it runs.
    #[ts(type = "number | null")]
    pub ended_at_ms: Option<i64>,
    /// True when a person stopped it; what was adopted until then stays.
    pub cancelled: bool,
    /// Files found.
    pub total: u32,
    /// Looked at.
    pub looked_at: u32,
    /// Copies that were not known.
    pub adopted: u32,
    /// Copies that had been moved.
    pub found_again: u32,
    /// Copies that are known already.
    pub already_known: u32,
    /// Could be several recordings.
    pub ambiguous: u32,
    /// No recordings of these accounts.
    pub no_match: u32,
    /// No whole audio, or unreadable.
    pub refused: u32,
    /// The first 1 000 files, those in need of a look first.
    pub files: Vec<AdoptedFile>,
}

impl From<CheckScope> for engine::CheckScope {
    fn from(scope: CheckScope) -> Self {
        match scope {
            CheckScope::All => Self::All,
            CheckScope::Selected { selection } => Self::Selected(selection.into()),
        }
    }
}

impl From<CheckResult> for CheckResultName {
    fn from(result: CheckResult) -> Self {
        match result {
            CheckResult::Ok => Self::Ok,
            CheckResult::Changed => Self::Changed,
            CheckResult::Missing => Self::Missing,
            CheckResult::CannotCheck => Self::CannotCheck,
        }
    }
}

impl From<engine::CheckReport> for CheckReport {
    fn from(report: engine::CheckReport) -> Self {
        Self {
            began_at_ms: report.began_at.as_millisecond(),
            ended_at_ms: report.ended_at.map(jiff::Timestamp::as_millisecond),
            cancelled: report.cancelled,
            total: report.total,
            ok: report.ok,
            changed: report.changed,
            missing: report.missing,
            cannot_check: report.cannot_check,
            read_bytes: report.read_bytes,
            total_bytes: report.total_bytes,
            troubles: report
                .troubles
                .into_iter()
                .map(|copy| CheckedCopy {
                    key: copy.key.0,
                    path: copy.path.display().to_string(),
                    result: copy.result.into(),
                    what: copy.what,
                })
                .collect(),
        }
    }
}

impl From<engine::ChosenSource> for ChosenSource {
    fn from(source: engine::ChosenSource) -> Self {
        Self {
            token: source.token,
            path: source.path.display().to_string(),
            is_archive: source.is_archive,
        }
    }
}

impl From<AdoptRequest> for engine::AdoptOrder {
    fn from(request: AdoptRequest) -> Self {
        Self {
            source: request.source_token,
            folder: request.folder_token,
            template: request.template,
        }
    }
}

impl From<Adopted> for AdoptedName {
    fn from(outcome: Adopted) -> Self {
        match outcome {
            Adopted::Refused => Self::Refused,
            Adopted::Ambiguous => Self::Ambiguous,
            Adopted::NoMatch => Self::NoMatch,
            Adopted::FoundAgain => Self::FoundAgain,
            Adopted::Adopted => Self::Adopted,
            Adopted::AlreadyKnown => Self::AlreadyKnown,
        }
    }
}

impl From<engine::AdoptReport> for AdoptReport {
    fn from(report: engine::AdoptReport) -> Self {
        Self {
            source: report.source.display().to_string(),
            began_at_ms: report.began_at.as_millisecond(),
            ended_at_ms: report.ended_at.map(jiff::Timestamp::as_millisecond),
            cancelled: report.cancelled,
            total: report.total,
            looked_at: report.looked_at(),
            adopted: report.count(Adopted::Adopted),
            found_again: report.count(Adopted::FoundAgain),
            already_known: report.count(Adopted::AlreadyKnown),
            ambiguous: report.count(Adopted::Ambiguous),
            no_match: report.count(Adopted::NoMatch),
            refused: report.count(Adopted::Refused),
            files: report
                .files
                .into_iter()
                .take(1_000)
                .map(|file| AdoptedFile {
                    path: file.path,
                    outcome: file.outcome.into(),
                    key: file.key.map(|key| key.0),
                    what: file.what,
                })
                .collect(),
        }
    }
}
