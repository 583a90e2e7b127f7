//! What a person sets. Kept as one JSON object in the index, so that it is backed up with it; fields of a newer
//! version survive an older one.

use catalogue::Catalogue;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Engine;
use crate::error::{Error, Result};

const NAME: &str = "settings";

/// Colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system has it.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Row height of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Density {
    /// Room to breathe.
    Comfortable,
    /// More rows.
    Compact,
}

/// How the network is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProxyChoice {
    /// As the system is set up.
    System,
    /// Directly.
    None,
    /// Through [`Settings::proxy_url`].
    Manual,
}

/// One column of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnWidth {
    /// Which.
    pub column: String,
    /// Width in CSS pixels.
    pub width_px: u32,
    /// Shown.
    pub visible: bool,
    /// Stays at the left edge while the others scroll sideways.
    #[serde(default)]
    pub pinned: bool,
}

/// A column the table is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnOrder {
    /// Which.
    pub column: String,
    /// Largest or newest first.
    pub descending: bool,
}

/// All settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Colours.
    pub theme: Theme,
    /// IANA name, or empty for this computer's zone.
    pub time_zone: String,
    /// Row height.
    pub density: Density,
    /// How downloads are named; see `transfer::naming`.
    pub name_template: String,
    /// Downloads at once, 1 to 16.
    pub parallel_downloads: u32,
    /// Player volume, 0 to 1.
    pub volume: f32,
    /// Columns in order; empty means the default.
    pub columns: Vec<ColumnWidth>,
    /// Whether the details pane is open.
    pub details_open: bool,
    /// Width of the details pane, in the window's pixels.
    pub details_px: u32,
    /// Whether the sidebar is open.
    pub sidebar_open: bool,
    /// What the table is sorted by, first the one that counts most; empty means newest first.
    pub sort: Vec<ColumnOrder>,
    /// Whether the middle digits of numbers are hidden on screen.
    pub mask_numbers: bool,
    /// How the network is reached.
    pub proxy: ProxyChoice,
    /// Address of the manual proxy, without a password.
    pub proxy_url: String,
    /// A file of certificates (PEM) to trust besides the system's; empty for none.
    pub ca_file: String,
    /// Minutes between syncs while the app is open; 0 for never by itself.
    pub sync_every_min: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            time_zone: String::new(),
            density: Density::Comfortable,
            name_template: String::from("{date}_{time}_{from}_{to}_{id}"),
            parallel_downloads: 4,
            volume: 0.8,
            columns: Vec::new(),
            details_open: true,
            details_px: 320,
            sidebar_open: true,
            sort: Vec::new(),
            mask_numbers: false,
            proxy: ProxyChoice::System,
            proxy_url: String::new(),
            ca_file: String::new(),
            sync_every_min: 15,
        }
    }
}

impl Settings {
    /// The zone to show and name in.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        if self.time_zone.is_empty() {
            return jiff::tz::TimeZone::system();
        }
        jiff::tz::TimeZone::get(&self.time_zone).unwrap_or_else(|_| jiff::tz::TimeZone::system())
    }

    fn check(&self) -> Result<()> {
        if !self.time_zone.is_empty() && jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            return Err(Error::invalid(
                "timeZone",
                format!("“{}” is no time zone.", self.time_zone),
            ));
        }
        if !(1..=16).contains(&self.parallel_downloads) {
            return Err(Error::invalid("parallelDownloads", "Between 1 and 16 downloads at once."));
        }
        if !(0.0..=1.0).contains(&self.volume) {
            return Err(Error::invalid("volume", "The volume lies between 0 and 1."));
        }
        if !(100..=2000).contains(&self.details_px) {
            return Err(Error::invalid("detailsPx", "The details are 100 to 2000 pixels wide."));
        }
        transfer::naming::Template::parse(&self.name_template)
            .map_err(|problem| Error::invalid("nameTemplate", problem.to_string()))?;
        Ok(())
    }
}

/// Reads the settings. A damaged or outdated value falls back field by field to the default, so that no setting can
/// keep the app from starting.
pub(crate) fn read(catalogue: &Catalogue) -> catalogue::Result<Settings> {
    let Some(stored) = catalogue.setting(NAME)? else { return Ok(Settings::default()) };
    if let Ok(settings) = serde_json::from_value(stored.clone()) {
        return Ok(settings);
    }
    let mut merged = serde_json::to_value(Settings::default()).unwrap_or_default();
    if let (Value::Object(fields), Value::Object(stored)) = (&mut merged, stored) {
        for (name, value) in stored {
            let before = fields.insert(name.clone(), value);
            let readable =
                serde_json::from_value::<Settings>(Value::Object(fields.clone())).is_ok();
            if !readable {
                tracing::warn!(
                    setting = name,
                    "a stored setting cannot be read; using the default"
                );
                match before {
                    Some(default) => fields.insert(name, default),
                    None => fields.remove(&name),
                };
            }
        }
    }
    Ok(serde_json::from_value(merged).unwrap_or_default())
}

impl Engine {
    /// The settings.
    pub async fn settings(&self) -> Result<Settings> {
        self.with_catalogue(read).await
    }

    /// Checks and keeps the settings. A change of how the network is reached holds from the next request on.
    pub async fn set_settings(&self, settings: Settings) -> Result<()> {
        settings.check()?;
        let before = self.settings().await?;
        let network = |of: &Settings| (of.proxy, of.proxy_url.clone(), of.ca_file.clone());
        if network(&before) != network(&settings) {
            let (wanted, waits) = (settings.clone(), self.inner.waits.clone());
            self.replace_transport(
                crate::blocking(move || crate::network::transport(&wanted, &waits)).await?,
            );
        }
        self.with_catalogue(move |catalogue| {
            let mut stored = catalogue.setting(NAME)?.unwrap_or_default();
            let new = serde_json::to_value(&settings).unwrap_or_default();
            match (&mut stored, new) {
                (Value::Object(stored), Value::Object(new)) => stored.extend(new),
                (stored, new) => *stored = new,
            }
            catalogue.set_setting(NAME, &stored)
        })
        .await
    }
}
