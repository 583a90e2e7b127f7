//! The download dialog: where, how named, what comes along, what it needs, and the settings that last.

use engine::{FolderToken, Plan, PreviewedNames, Priority};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::selection::Selection;

/// Where a person wants downloads: a folder from the native dialog, or a bucket that is set up. The window gets a token, never a path to hand
/// back.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct ChosenFolder {
    /// Names the place in `transfers_start`.
    pub token: String,
    /// To show.
    pub path: String,
    /// Free space there; null where the system does not say.
    #[ts(type = "number | null")]
    pub free_bytes: Option<u64>,
    /// The bucket, if it is one and no folder.
    pub place_id: Option<String>,
}

/// Asks how files would be named.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct NamePreviewRequest {
    /// The template.
    pub template: String,
    /// The first few rows of this selection are named.
    pub selection: Selection,
    /// IANA name of the zone that dates and times are written in; empty for the zone of the settings.
    pub time_zone: String,
}

/// How files would be named.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct NamePreview {
    /// Relative paths of at most five rows; the extension is a guess until the bytes are here.
    pub names: Vec<String>,
    /// What is wrong with the template, if anything.
    pub problem: Option<NameProblem>,
    /// The fields a template may use, with what they are for.
    pub fields: Vec<TemplateField>,
}

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "saving.ts")]
pub struct NameProblem {
    /// A sentence.
    pub what: String,
    /// Where it begins, in UTF-16 units of the template.
    pub start: u32,
    /// Where it ends; the same as `start` where something is missing.
    pub end: u32,
}

/// One `{field}` of a name template.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct TemplateField {
    /// Name, without braces.
    pub name: String,
    /// What it stands for.
    pub meaning: String,
    /// How it can be written, each a whole `{field:format}` to insert; empty when it has one form only.
    pub forms: Vec<String>,
}

/// What a download does besides saving the audio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "saving.ts")]
#[expect(clippy::struct_excessive_bools, reason = "each is a tick box of the dialog")]
pub struct TransferOptions {
    /// IANA name of the zone that names are written in; empty for the zone of the settings.
    pub time_zone: String,
    /// Files get the time of the call as their time of change.
    pub call_time: bool,
    /// `recordings.csv` with one row a file.
    pub csv: bool,
    /// `recordings.json`, the same as JSON.
    pub json: bool,
    /// `SHA256SUMS`, to check with `sha256sum -c`.
    pub checksums: bool,
    /// A `BagIt` bag (RFC 8493): the audio lies in `data/`, with manifests around it.
    pub bag: bool,
    /// Beside each file its `.json` with the vendor's own record.
    pub raw_json: bool,
}

/// Asks what a download would need.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "saving.ts")]
pub struct PlanRequest {
    /// Which recordings.
    pub selection: Selection,
    /// Where; null when nothing is chosen yet.
    pub folder_token: Option<String>,
}

/// What a download would need.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "saving.ts")]
pub struct TransferPlan {
    /// Files in the selection.
    pub files: u32,
    /// Of them in this very place already: they cost nothing.
    pub already_there: u32,
    /// Bytes still to fetch, of the files whose size is known.
    #[ts(type = "number")]
    pub known_bytes: u64,
    /// An estimate for all files still to fetch; null when nothing is known to estimate from.
    #[ts(type = "number | null")]
    pub estimated_bytes: Option<u64>,
    /// Files still to fetch of unknown size.
    pub unknown_size: u32,
    /// Free space; null when nothing is chosen, and where the system does not say.
    #[ts(type = "number | null")]
    pub free_bytes: Option<u64>,
    /// The largest file that this place can hold, where it is known and matters.
    #[ts(type = "number | null")]
    pub largest_file_bytes: Option<u64>,
    /// What stands in the way or should be known first, as a sentence.
    pub warning: Option<String>,
}

/// How urgent a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "saving.ts")]
pub enum PriorityName {
    /// Before all others.
    High,
    /// As usual.
    Normal,
    /// When nothing else is to be done.
    Low,
}

/// Starts a download job.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct StartTransfer {
    /// Which recordings.
    pub selection: Selection,
    /// Where: a token of `transfers_choose_folder`, `transfers_last_folder` or `places_choose`.
    pub folder_token: String,
    /// How files are named.
    pub template: String,
    /// What comes along.
    pub options: TransferOptions,
    /// How urgent it is.
    pub priority: PriorityName,
}

/// A name template that was kept under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "saving.ts")]
pub struct NamePreset {
    /// What a person calls it.
    pub label: String,
    /// The template.
    pub template: String,
}

/// Times of day at which nothing is downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "saving.ts")]
pub struct QuietHours {
    /// `09:00`, in the zone of the settings.
    pub from: String,
    /// `17:30`. Before `from` it means the next day.
    pub to: String,
    /// Days on which they begin, 1 (Monday) to 7 (Sunday).
    pub weekdays: Vec<u8>,
}

/// Settings of downloads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "saving.ts")]
pub struct TransferSettings {
    /// The most bytes a second, all downloads together; null for no limit. At least 10 000.
    #[ts(type = "number | null")]
    pub bytes_per_s: Option<u64>,
    /// When nothing is downloaded.
    pub quiet_hours: Option<QuietHours>,
    /// The computer stays awake while downloads run.
    pub keep_awake: bool,
    /// Name templates to choose from.
    pub presets: Vec<NamePreset>,
    /// What the dialog begins with; the last download's choice.
    pub options: TransferOptions,
}

impl From<FolderToken> for ChosenFolder {
    fn from(folder: FolderToken) -> Self {
        Self {
            token: folder.token,
            path: folder.path.display().to_string(),
            free_bytes: folder.free_bytes,
            place_id: folder.place.map(|place| place.to_string()),
        }
    }
}

impl NamePreview {
    /// Places in the template are told in the units of the page.
    pub fn new(preview: PreviewedNames, template: &str) -> Self {
        let units = |bytes: usize| {
            let before = template.get(..bytes).unwrap_or(template);
            u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
        };
        Self {
            names: preview.names,
            problem: preview.problem.map(|problem| NameProblem {
                start: units(problem.span.start),
                end: units(problem.span.end),
                what: problem.what,
            }),
            fields: preview
                .fields
                .iter()
                .map(|field| TemplateField {
                    name: field.name.into(),
                    meaning: field.meaning.into(),
                    forms: field
                        .kind
                        .forms()
                        .iter()
                        .map(|form| format!("{{{}:{form}}}", field.name))
                        .collect(),
                })
                .collect(),
        }
    }
}

impl From<Plan> for TransferPlan {
    fn from(plan: Plan) -> Self {
        Self {
            files: plan.files,
            already_there: plan.already_there,
            known_bytes: plan.known_bytes,
            estimated_bytes: plan.estimated_bytes,
            unknown_size: plan.unknown_size,
            free_bytes: plan.free_bytes,
            largest_file_bytes: plan.largest_file_bytes,
            warning: plan.warning,
        }
    }
}

impl From<PriorityName> for Priority {
    fn from(priority: PriorityName) -> Self {
        match priority {
            PriorityName::High => Self::High,
            PriorityName::Normal => Self::Normal,
            PriorityName::Low => Self::Low,
        }
    }
}

impl From<engine::TransferOptions> for TransferOptions {
    fn from(options: engine::TransferOptions) -> Self {
        let engine::TransferOptions { time_zone, call_time, csv, json, checksums, bag, raw_json } =
            options;
        Self { time_zone, call_time, csv, json, checksums, bag, raw_json }
    }
}

impl From<TransferOptions> for engine::TransferOptions {
    fn from(options: TransferOptions) -> Self {
        let TransferOptions { time_zone, call_time, csv, json, checksums, bag, raw_json } = options;
        Self { time_zone, call_time, csv, json, checksums, bag, raw_json }
    }
}

impl From<StartTransfer> for engine::NewTransfer {
    fn from(start: StartTransfer) -> Self {
        Self {
            selection: start.selection.into(),
            folder: start.folder_token,
            template: start.template,
            options: start.options.into(),
            priority: start.priority.into(),
        }
    }
}

impl From<engine::TransferSettings> for TransferSettings {
    fn from(settings: engine::TransferSettings) -> Self {
        Self {
            bytes_per_s: settings.bytes_per_s,
            quiet_hours: settings.quiet_hours.map(|hours| QuietHours {
                from: hours.from,
                to: hours.to,
                weekdays: hours.weekdays,
            }),
            keep_awake: settings.keep_awake,
            presets: settings
                .presets
                .into_iter()
                .map(|preset| NamePreset { label: preset.label, template: preset.template })
                .collect(),
            options: settings.options.into(),
        }
    }
}

impl From<TransferSettings> for engine::TransferSettings {
    fn from(settings: TransferSettings) -> Self {
        Self {
            bytes_per_s: settings.bytes_per_s,
            quiet_hours: settings.quiet_hours.map(|hours| engine::QuietHours {
                from: hours.from,
                to: hours.to,
                weekdays: hours.weekdays,
            }),
            keep_awake: settings.keep_awake,
            presets: settings
                .presets
                .into_iter()
                .map(|preset| engine::NamePreset { label: preset.label, template: preset.template })
                .collect(),
            options: settings.options.into(),
        }
    }
}
