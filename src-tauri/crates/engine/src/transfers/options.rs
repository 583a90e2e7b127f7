//! What a download is told to do, and the settings of all downloads.

use domain::PlaceId;
use serde::{Deserialize, Serialize};

use super::quiet::QuietHours;
use crate::Engine;
use crate::error::{Error, Result};
use crate::lock;

/// Where the settings are kept in the index.
const NAME: &str = "transfers";
/// The least a bandwidth limit may be: below it no file would ever end.
const LEAST_BYTES_PER_S: u64 = 10_000;
/// The most templates that are kept.
const MOST_PRESETS: usize = 50;

/// What a download does besides saving the audio.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a tick box of the dialog")]
pub struct TransferOptions {
    /// IANA name of the zone names are written in; empty for the zone of the settings.
    pub time_zone: String,
    /// Files get the time of the call as their time of change.
    pub call_time: bool,
    /// `recordings.csv`.
    pub csv: bool,
    /// `recordings.json`.
    pub json: bool,
    /// `SHA256SUMS`.
    pub checksums: bool,
    /// A `BagIt` bag around the audio, which lies in `data/`.
    pub bag: bool,
    /// Beside each file its `.json` with the vendor's own record.
    pub raw_json: bool,
}

impl TransferOptions {
    /// Refuses what cannot be done.
    pub(crate) fn check(&self) -> Result<()> {
        if !self.time_zone.is_empty() && jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            let what = format!("“{}” is no time zone.", self.time_zone);
            return Err(Error::invalid("options", what));
        }
        Ok(())
    }

    /// Whether anything is to be written when a job ends.
    pub(crate) fn has_besides(&self) -> bool {
        self.csv || self.json || self.checksums || self.bag || self.raw_json
    }
}

/// All that a job keeps in the index about what it was told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct JobOptions {
    #[serde(flatten)]
    pub(crate) options: TransferOptions,
    /// The name of the one file of a job, which a person typed.
    pub(crate) fixed_stem: Option<String>,
    /// The bucket it saves into, instead of a folder.
    pub(crate) place: Option<String>,
}

impl JobOptions {
    /// Of a job whose files are named by its template.
    pub(crate) fn new(options: TransferOptions, place: Option<&PlaceId>) -> Self {
        Self { options, place: place.map(ToString::to_string), fixed_stem: None }
    }

    /// What was kept. Options of a newer version that cannot be read are as good as none.
    pub(crate) fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// A name template kept under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamePreset {
    /// What a person calls it.
    pub label: String,
    /// The template.
    pub template: String,
}

/// Settings of all downloads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransferSettings {
    /// The most bytes a second, all downloads together, and the same for all uploads into buckets.
    pub bytes_per_s: Option<u64>,
    /// When nothing is begun: neither a download nor an upload into a bucket.
    pub quiet_hours: Option<QuietHours>,
    /// The computer stays awake while downloads run.
    pub keep_awake: bool,
    /// Name templates to choose from.
    pub presets: Vec<NamePreset>,
    /// What the last download was told.
    pub options: TransferOptions,
}

impl Default for TransferSettings {
    fn default() -> Self {
        let preset = |label: &str, template: &str| NamePreset {
            label: label.to_owned(),
            template: template.to_owned(),
        };
        Self {
            bytes_per_s: None,
            quiet_hours: None,
            keep_awake: true,
            presets: vec![
                preset("Date, parties, id", "{date}_{time}_{from}_{to}_{id}"),
                preset("A folder a month", "{start:%Y}/{start:%m}/{date}_{time}_{from}_{to}_{id}"),
                preset(
                    "A folder a caller",
                    "{from_digits}/{start:%Y-%m-%d_%H-%M-%S}_{to_digits}_{id}",
                ),
                preset("Numbered", "{position:06}_{date}_{id}"),
                preset("Recording id", "{id}"),
            ],
            options: TransferOptions { call_time: true, ..TransferOptions::default() },
        }
    }
}

impl TransferSettings {
    fn check(&self) -> Result<()> {
        if self.bytes_per_s.is_some_and(|limit| limit < LEAST_BYTES_PER_S) {
            let what = format!("At least {LEAST_BYTES_PER_S} bytes a second, or no limit.");
            return Err(Error::invalid("bytesPerS", what));
        }
        if let Some(hours) = &self.quiet_hours {
            hours.check().map_err(|what| Error::invalid("quietHours", what))?;
        }
        if self.presets.len() > MOST_PRESETS {
            let what = format!("At most {MOST_PRESETS} templates are kept.");
            return Err(Error::invalid("presets", what));
        }
        for preset in &self.presets {
            transfer::naming::Template::parse(&preset.template).map_err(|problem| {
                Error::invalid("presets", format!("“{}”: {problem}", preset.label))
            })?;
        }
        self.options.check()
    }
}

pub(crate) fn read(catalogue: &catalogue::Catalogue) -> catalogue::Result<TransferSettings> {
    let stored = catalogue.setting(NAME)?;
    Ok(stored.and_then(|stored| serde_json::from_value(stored).ok()).unwrap_or_default())
}

impl Engine {
    /// The settings of downloads.
    pub async fn transfer_settings(&self) -> Result<TransferSettings> {
        self.with_catalogue(read).await
    }

    /// Checks and keeps them; downloads under way follow at once.
    pub async fn set_transfer_settings(&self, settings: TransferSettings) -> Result<()> {
        settings.check()?;
        self.inner.transfers.caps.set(settings.bytes_per_s);
        self.with_catalogue(move |catalogue| {
            let value = serde_json::to_value(&settings).unwrap_or_default();
            catalogue.set_setting(NAME, &value)
        })
        .await?;
        *lock(&self.inner.transfers.rules_at) = None;
        self.inner.transfers.wake.notify_one();
        Ok(())
    }

    /// Keeps what the dialog should begin with the next time.
    pub(crate) async fn remember_options(&self, options: TransferOptions) -> Result<()> {
        self.with_catalogue(move |catalogue| {
            let settings = TransferSettings { options, ..read(catalogue)? };
            catalogue.set_setting(NAME, &serde_json::to_value(&settings).unwrap_or_default())
        })
        .await
    }
}
