//! The program itself: facts, settings, data.

use engine::{
    ColumnOrder, ColumnWidth, DataFacts, Density, Platform, ProxyChoice, Settings, Theme,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Facts about this run.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "app.ts")]
pub struct AppInfo {
    /// Version.
    pub version: String,
    /// Where index, settings and cache are.
    pub data_dir: String,
    /// The log file.
    pub log_path: String,
    /// Size of the index.
    #[ts(type = "number")]
    pub index_bytes: u64,
    /// Size of cached audio.
    #[ts(type = "number")]
    pub cache_bytes: u64,
    /// Operating system: `linux`, `macos` or `windows`.
    pub platform: String,
    /// A sentence about something that was repaired at start (an index rebuilt), or null.
    pub start_note: Option<String>,
}

impl AppInfo {
    /// Puts together what the engine and the shell know.
    pub fn new(facts: DataFacts, log_path: &std::path::Path) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            data_dir: facts.data_dir.display().to_string(),
            log_path: log_path.display().to_string(),
            index_bytes: facts.index_bytes,
            cache_bytes: facts.cache_bytes,
            platform: match facts.platform {
                Platform::Linux => "linux",
                Platform::Macos => "macos",
                Platform::Windows => "windows",
            }
            .into(),
            start_note: facts.start_note,
        }
    }
}

/// Settings a person changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "app.ts")]
pub struct SettingsView {
    /// `system`, `light` or `dark`.
    pub theme: ThemeName,
    /// IANA name, or empty for this computer's zone.
    pub time_zone: String,
    /// Table density.
    pub density: DensityName,
    /// How downloads are named.
    pub name_template: String,
    /// Downloads at once, 1 to 16.
    pub parallel_downloads: u32,
    /// Player volume, 0 to 1.
    pub volume: f32,
    /// Columns of the table, in order; empty means the default.
    pub columns: Vec<ColumnLayout>,
    /// Whether the details pane is open.
    pub details_open: bool,
    /// Width of the details pane, in pixels.
    pub details_px: u32,
    /// Whether the sidebar is open.
    pub sidebar_open: bool,
    /// What the table is sorted by, first the one that counts most; empty means newest first.
    pub sort: Vec<SortedColumn>,
    /// Whether the middle digits of numbers are hidden on screen.
    pub mask_numbers: bool,
    /// How the network is reached.
    pub proxy: ProxyName,
    /// Address of the manual proxy: `http://host:port` or `socks5h://host:port`, without a password.
    pub proxy_url: String,
    /// A file of certificates (PEM) to trust besides the system's; empty for none.
    pub ca_file: String,
    /// Minutes between syncs while the app is open; 0 for never by itself.
    pub sync_every_min: u32,
}

/// A file of certificates to trust besides the system's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "app.ts")]
pub struct AuthorityFile {
    /// Where it is.
    pub path: String,
    /// How many certificates it holds.
    #[ts(type = "number")]
    pub certificates: usize,
}

impl From<engine::AuthorityFile> for AuthorityFile {
    fn from(file: engine::AuthorityFile) -> Self {
        Self { path: file.path, certificates: file.certificates }
    }
}

/// How the network is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "app.ts")]
pub enum ProxyName {
    /// As the system is set up.
    System,
    /// Directly.
    None,
    /// Through `proxyUrl`.
    Manual,
}

/// Colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "app.ts")]
pub enum ThemeName {
    /// As the system has it.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Row height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "app.ts")]
pub enum DensityName {
    /// 32 px.
    Comfortable,
    /// 26 px.
    Compact,
}

/// One column of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "app.ts")]
pub struct ColumnLayout {
    /// Which.
    pub column: String,
    /// Width in CSS pixels.
    pub width_px: u32,
    /// Shown.
    pub visible: bool,
    /// Stays at the left edge while the others scroll sideways.
    pub pinned: bool,
}

/// A column the table is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "app.ts")]
pub struct SortedColumn {
    /// Which.
    pub column: String,
    /// Largest or newest first.
    pub descending: bool,
}

impl From<Settings> for SettingsView {
    fn from(settings: Settings) -> Self {
        Self {
            theme: match settings.theme {
                Theme::System => ThemeName::System,
                Theme::Light => ThemeName::Light,
                Theme::Dark => ThemeName::Dark,
            },
            time_zone: settings.time_zone,
            density: match settings.density {
                Density::Comfortable => DensityName::Comfortable,
                Density::Compact => DensityName::Compact,
            },
            name_template: settings.name_template,
            parallel_downloads: settings.parallel_downloads,
            volume: settings.volume,
            columns: settings
                .columns
                .into_iter()
                .map(|ColumnWidth { column, width_px, visible, pinned }| ColumnLayout {
                    column,
                    width_px,
                    visible,
                    pinned,
                })
                .collect(),
            details_open: settings.details_open,
            details_px: settings.details_px,
            sidebar_open: settings.sidebar_open,
            sort: settings
                .sort
                .into_iter()
                .map(|ColumnOrder { column, descending }| SortedColumn { column, descending })
                .collect(),
            mask_numbers: settings.mask_numbers,
            proxy: match settings.proxy {
                ProxyChoice::System => ProxyName::System,
                ProxyChoice::None => ProxyName::None,
                ProxyChoice::Manual => ProxyName::Manual,
            },
            proxy_url: settings.proxy_url,
            ca_file: settings.ca_file,
            sync_every_min: settings.sync_every_min,
        }
    }
}

impl From<SettingsView> for Settings {
    fn from(view: SettingsView) -> Self {
        Self {
            theme: match view.theme {
                ThemeName::System => Theme::System,
                ThemeName::Light => Theme::Light,
                ThemeName::Dark => Theme::Dark,
            },
            time_zone: view.time_zone,
            density: match view.density {
                DensityName::Comfortable => Density::Comfortable,
                DensityName::Compact => Density::Compact,
            },
            name_template: view.name_template,
            parallel_downloads: view.parallel_downloads,
            volume: view.volume,
            columns: view
                .columns
                .into_iter()
                .map(|ColumnLayout { column, width_px, visible, pinned }| ColumnWidth {
                    column,
                    width_px,
                    visible,
                    pinned,
                })
                .collect(),
            details_open: view.details_open,
            details_px: view.details_px,
            sidebar_open: view.sidebar_open,
            sort: view
                .sort
                .into_iter()
                .map(|SortedColumn { column, descending }| ColumnOrder { column, descending })
                .collect(),
            mask_numbers: view.mask_numbers,
            proxy: match view.proxy {
                ProxyName::System => ProxyChoice::System,
                ProxyName::None => ProxyChoice::None,
                ProxyName::Manual => ProxyChoice::Manual,
            },
            proxy_url: view.proxy_url.trim().to_owned(),
            ca_file: view.ca_file.trim().to_owned(),
            sync_every_min: view.sync_every_min,
        }
    }
}

/// A stage of starting up, told by the window once it is on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "app.ts")]
pub enum StartupStage {
    /// The frame of the window is painted.
    FirstFrame,
    /// The first rows of the table are painted, or the welcome screen when there is no account.
    TableUsable,
}

impl From<ColumnWidth> for ColumnLayout {
    fn from(width: ColumnWidth) -> Self {
        let ColumnWidth { column, width_px, visible, pinned } = width;
        Self { column, width_px, visible, pinned }
    }
}

impl From<ColumnLayout> for ColumnWidth {
    fn from(layout: ColumnLayout) -> Self {
        let ColumnLayout { column, width_px, visible, pinned } = layout;
        Self { column, width_px, visible, pinned }
    }
}
