//! Writing the list on screen into a file: which rows, which columns, which format, and what came of it.

use engine::{MetadataOrder, WrittenMetadata};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::columns::ColumnName;
use super::selection::Selection;

/// Write rows of the table into a file.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "metadata.ts")]
pub struct MetadataRequest {
    /// Which rows; they are written in the order on screen, or as the keys come.
    pub selection: Selection,
    /// Which columns, in this order; null for everything that is known of a recording.
    pub columns: Option<Vec<ColumnName>>,
    /// How.
    pub format: MetadataFormat,
    /// Hide the middle digits of phone numbers, also in the vendor's JSON.
    pub masked: bool,
    /// Add the vendor's own JSON of each recording as the last column.
    pub raw: bool,
}

/// A format of such a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "metadata.ts")]
pub enum MetadataFormat {
    /// A text table that every spreadsheet opens.
    Csv,
    /// An Excel workbook with real dates and lengths.
    Xlsx,
    /// One JSON object a line, for scripts.
    JsonLines,
    /// Typed columns, for data tools.
    Parquet,
}

/// How far the writing is.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "metadata.ts")]
pub struct MetadataProgress {
    /// Rows written.
    pub rows: u32,
    /// Rows there are to write.
    pub total_rows: u32,
    /// Bytes on disk so far; some formats put most of them there at the end.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// A written file.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "metadata.ts")]
pub struct MetadataReport {
    /// Where it is.
    pub path: String,
    /// Rows in it, without the header.
    pub rows: u32,
    /// Rows that left the index before they were written, and are not in it.
    pub missing_rows: u32,
    /// Cells that the format cannot hold whole: Excel takes 32 767 characters at most.
    pub shortened_cells: u32,
    /// Its size.
    #[ts(type = "number")]
    pub size_bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

impl From<MetadataFormat> for engine::TableFormat {
    fn from(format: MetadataFormat) -> Self {
        match format {
            MetadataFormat::Csv => Self::Csv,
            MetadataFormat::Xlsx => Self::Xlsx,
            MetadataFormat::JsonLines => Self::JsonLines,
            MetadataFormat::Parquet => Self::Parquet,
        }
    }
}

impl From<MetadataRequest> for MetadataOrder {
    fn from(request: MetadataRequest) -> Self {
        Self {
            selection: request.selection.into(),
            columns: request
                .columns
                .map(|columns| columns.into_iter().map(domain::search::SortColumn::from).collect()),
            format: request.format.into(),
            masked: request.masked,
            raw: request.raw,
        }
    }
}

impl From<engine::MetadataProgress> for MetadataProgress {
    fn from(progress: engine::MetadataProgress) -> Self {
        Self { rows: progress.rows, total_rows: progress.total_rows, bytes: progress.bytes }
    }
}

impl From<WrittenMetadata> for MetadataReport {
    fn from(written: WrittenMetadata) -> Self {
        Self {
            path: written.path.display().to_string(),
            rows: written.rows,
            missing_rows: written.missing_rows,
            shortened_cells: written.shortened_cells,
            size_bytes: written.size_bytes,
            sha256: written.sha256,
        }
    }
}
