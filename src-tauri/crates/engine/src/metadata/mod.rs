//! Writing the list on screen, or a part of it, into a file: CSV, a workbook, lines of JSON or Parquet.
//!
//! The rows are fixed when it is asked for, in the order on screen, and read one after another while they are written, so
//! that a million of them need no more memory than a hundred. The file appears when it is whole.

mod columns;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;

use domain::search::SortColumn;
use domain::{AccountId, RecordingKey};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;
use transfer::tables::{Cell, TableFile, TableFormat};

use crate::error::{Error, Result};
use crate::library::Selection;
use crate::places::Place;
use crate::{Engine, blocking, lock};
use columns::{Facts, Source, chosen};

/// Rows between two tellings.
const TELL_ROWS: u32 = 500;

/// What a person asks for.
#[derive(Debug, Clone)]
pub struct MetadataOrder {
    /// Which rows.
    pub selection: Selection,
    /// Which columns, in this order; `None` for all there are.
    pub columns: Option<Vec<SortColumn>>,
    /// How.
    pub format: TableFormat,
    /// Hide the middle digits of phone numbers.
    pub masked: bool,
    /// Add the vendor's JSON.
    pub raw: bool,
}

/// A list that waits for its place: its rows are fixed.
pub struct PreparedMetadata {
    keys: Vec<RecordingKey>,
    sources: Vec<Source>,
    format: TableFormat,
    masked: bool,
    accounts: HashMap<AccountId, (String, &'static str)>,
    places: Vec<Place>,
    now: Timestamp,
    zone: TimeZone,
}

/// How far the writing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetadataProgress {
    /// Rows written.
    pub rows: u32,
    /// Rows there are to write.
    pub total_rows: u32,
    /// Bytes on disk so far.
    pub bytes: u64,
}

/// A written list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenMetadata {
    /// Where it is.
    pub path: PathBuf,
    /// Rows in it.
    pub rows: u32,
    /// Rows that left the index before they were read.
    pub missing_rows: u32,
    /// Cells that the format could not hold whole.
    pub shortened_cells: u32,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
}

/// The list that is being written, and the last one.
#[derive(Default)]
pub(crate) struct Lists {
    running: Mutex<Option<CancellationToken>>,
    last: Mutex<Option<PathBuf>>,
}

impl PreparedMetadata {
    /// A name for the file: `recordings-2026-11-22.csv`, with the date of the chosen time zone.
    pub fn suggested_name(&self) -> String {
        let day = self.zone.to_datetime(self.now).date();
        format!("recordings-{day}.{}", self.format.extension())
    }

    /// What a file dialog calls such files, and how their names end.
    pub fn kind_of_file(&self) -> (&'static str, &'static str) {
        let words = match self.format {
            TableFormat::Csv => "CSV tables",
            TableFormat::Xlsx => "Excel workbooks",
            TableFormat::JsonLines => "JSON Lines",
            TableFormat::Parquet => "Parquet files",
        };
        (words, self.format.extension())
    }
}

impl Engine {
    /// Fixes the rows of a list and checks what was asked for.
    ///
    /// # Errors
    /// `Stale` when the rows are those of a search that is not kept any more, `Invalid` without any column.
    pub async fn prepare_metadata(&self, order: MetadataOrder) -> Result<PreparedMetadata> {
        let sources = chosen(order.columns.as_deref(), order.raw);
        if sources.is_empty() {
            return Err(Error::invalid("columns", "Choose at least one column."));
        }
        let accounts = self.with_catalogue(catalogue::Catalogue::accounts).await?;
        let accounts = accounts
            .into_iter()
            .map(|stored| {
                let account = stored.account;
                (account.id, (account.label, account.vendor.as_str()))
            })
            .collect();
        Ok(PreparedMetadata {
            keys: self.selected_keys(&order.selection)?,
            sources,
            format: order.format,
            masked: order.masked,
            accounts,
            places: self.all_places(),
            now: self.now(),
            zone: self.time_zone().await?,
        })
    }

    /// Writes a list to `path`, in place of what is there. `tell` is called on another thread every few hundred rows.
    ///
    /// # Errors
    /// Those of the disk, `Cancelled` after [`Engine::cancel_metadata`], `Invalid` while another list is being written.
    /// Then nothing is left, and a file that was there is as it was.
    pub async fn write_metadata(
        &self,
        list: PreparedMetadata,
        path: PathBuf,
        tell: impl Fn(MetadataProgress) + Send + 'static,
    ) -> Result<WrittenMetadata> {
        let cancel = self.inner.shutdown.child_token();
        {
            let mut running = lock(&self.inner.lists.running);
            if running.is_some() {
                let what = "Another list is being written. Wait for it, or cancel it.".to_owned();
                return Err(Error::Invalid { field: None, what });
            }
            *running = Some(cancel.clone());
        }
        let catalogue = self.inner.catalogue.clone();
        let written = blocking(move || list.write(&catalogue, path, &cancel, &tell)).await;
        *lock(&self.inner.lists.running) = None;
        if let Ok(written) = &written {
            tracing::info!(rows = written.rows, size_bytes = written.size_bytes, "list written");
            *lock(&self.inner.lists.last) = Some(written.path.clone());
        }
        written
    }

    /// Stops the list that is being written.
    pub fn cancel_metadata(&self) {
        if let Some(cancel) = lock(&self.inner.lists.running).as_ref() {
            cancel.cancel();
        }
    }

    /// Where the last list of this run is.
    ///
    /// # Errors
    /// `Stale` when there was none.
    pub fn last_metadata(&self) -> Result<PathBuf> {
        lock(&self.inner.lists.last)
            .clone()
            .ok_or_else(|| Error::stale("No list was written since the program started."))
    }
}

impl PreparedMetadata {
    fn write(
        &self,
        catalogue: &catalogue::Catalogue,
        path: PathBuf,
        cancel: &CancellationToken,
        tell: &dyn Fn(MetadataProgress),
    ) -> Result<WrittenMetadata> {
        let total_rows = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let columns = self.sources.iter().map(|source| source.column).collect();
        let mut table = TableFile::begin(&path, self.format, columns, &self.zone)?;
        let mut rows = 0;
        let mut row: Vec<Cell> = Vec::with_capacity(self.sources.len());
        tell(MetadataProgress { rows, total_rows, bytes: 0 });
        for stored in catalogue.records(&self.keys) {
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let stored = stored?;
            let account = self.accounts.get(&stored.account);
            let facts = Facts {
                stored: &stored,
                account: account.map_or(("", ""), |(label, vendor)| (label.as_str(), *vendor)),
                places: &self.places,
                now: self.now,
                zone: &self.zone,
            };
            row.clear();
            row.extend(self.sources.iter().map(|source| source.cell(&facts, self.masked)));
            table.write(&row)?;
            rows += 1;
            if rows % TELL_ROWS == 0 {
                tell(MetadataProgress { rows, total_rows, bytes: table.bytes() });
            }
        }
        if cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let written = table.finish()?;
        tell(MetadataProgress { rows, total_rows, bytes: written.size_bytes });
        Ok(WrittenMetadata {
            path,
            rows,
            missing_rows: total_rows - rows,
            shortened_cells: u32::try_from(written.shortened_cells).unwrap_or(u32::MAX),
            size_bytes: written.size_bytes,
            sha256: written.sha256,
        })
    }
}
