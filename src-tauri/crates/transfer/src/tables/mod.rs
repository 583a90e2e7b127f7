//! Tables of any length in a file: CSV, a workbook, lines of JSON, Parquet.
//!
//! Rows are written one after another and few are in memory at a time. The file lies beside its target until it is whole,
//! so that a stopped or failed table leaves nothing and touches nothing. What a cell is (a text, an instant, a length) is
//! known to all formats, and each writes it in the way its readers take for that: a phone number is never a number.

mod csv;
mod json_lines;
mod parquet;
#[cfg(test)]
mod tests;
mod xlsx;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::{At, Result};
use crate::whole::WholeFile;

pub(crate) use self::csv::{spreadsheet_text, spreadsheet_writer};

/// Bytes gathered before they go to the disk.
const BUFFER_BYTES: usize = 256 * 1024;

/// A format of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// RFC 4180 in UTF-8 with a byte order mark.
    Csv,
    /// An Office Open XML workbook, of several sheets when one cannot hold all rows.
    Xlsx,
    /// A JSON object a line.
    JsonLines,
    /// Apache Parquet, compressed by Snappy.
    Parquet,
}

impl TableFormat {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Xlsx, Self::JsonLines, Self::Parquet];

    /// How names of such files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::JsonLines => "jsonl",
            Self::Parquet => "parquet",
        }
    }
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// For programs: lower case, with the unit if it has one (`duration_ms`).
    pub name: &'static str,
    /// For people, at the head of a workbook's sheet.
    pub title: &'static str,
    /// What is in it.
    pub kind: Kind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, also when it consists of digits.
    Text,
    /// Several texts.
    List,
    /// A moment.
    Instant,
    /// A length in milliseconds.
    Duration,
    /// A whole number.
    Whole,
    /// A number.
    Real,
    /// Yes or no.
    YesNo,
    /// Somebody else's JSON.
    Json,
}

/// What stands in a row and a column. Its kind is the column's, or it is empty.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing is known.
    Empty,
    /// Of a [`Kind::Text`] or [`Kind::Json`].
    Text(String),
    /// Of a [`Kind::List`].
    List(Vec<String>),
    /// Of a [`Kind::Instant`].
    Instant(Timestamp),
    /// Of a [`Kind::Duration`] or [`Kind::Whole`].
    Whole(i64),
    /// Of a [`Kind::Real`].
    Real(f64),
    /// Of a [`Kind::YesNo`].
    YesNo(bool),
}

/// A finished table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenTable {
    /// Rows without the header.
    pub rows: u64,
    /// Cells that were cut, because the format cannot hold them whole.
    pub shortened_cells: u64,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
}

/// A table on its way to disk.
pub struct TableFile {
    rows: Box<dyn Rows>,
    count: u64,
    bytes: Arc<AtomicU64>,
    target: PathBuf,
    // After `rows`, so that what writes to the file goes first.
    whole: WholeFile,
}

/// One format. The header is written before the first row, and also when there is none.
trait Rows: Send {
    /// Writes a row, which has a cell for each column.
    fn write(&mut self, row: &[Cell]) -> io::Result<()>;

    /// Writes what is left. Returns how many cells were cut.
    fn finish(&mut self) -> io::Result<u64>;
}

impl TableFile {
    /// Begins a table that is to be `target`. Moments are written in `zone`, where the format's readers expect local time
    /// (a workbook) or can see the offset (text); Parquet has its own way.
    pub fn begin(
        target: &Path,
        format: TableFormat,
        columns: Vec<Column>,
        zone: &TimeZone,
    ) -> Result<Self> {
        let whole = WholeFile::begin(target)?;
        let bytes = Arc::new(AtomicU64::new(0));
        let file = whole.file().try_clone().at(target)?;
        let out =
            BufWriter::with_capacity(BUFFER_BYTES, Counted { file, bytes: Arc::clone(&bytes) });
        let rows = rows(out, format, columns, zone, whole.path()).at(target)?;
        Ok(Self { rows, count: 0, bytes, target: target.to_owned(), whole })
    }

    /// Writes the next row.
    pub fn write(&mut self, row: &[Cell]) -> Result<()> {
        self.rows.write(row).at(&self.target)?;
        self.count += 1;
        Ok(())
    }

    /// Bytes that have gone to the disk. Formats that need to know everything first put most there at the end.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Writes the rest, hashes the file as it is on disk, and gives it its name in place of what had it.
    pub fn finish(mut self) -> Result<WrittenTable> {
        let shortened_cells = self.rows.finish().at(&self.target)?;
        let (size_bytes, sha256) = crate::hash_file(self.whole.path())?;
        self.whole.publish()?;
        Ok(WrittenTable { rows: self.count, shortened_cells, size_bytes, sha256 })
    }
}

fn rows<W: Write + Send + 'static>(
    out: W,
    format: TableFormat,
    columns: Vec<Column>,
    zone: &TimeZone,
    beside: &Path,
) -> io::Result<Box<dyn Rows>> {
    Ok(match format {
        TableFormat::Csv => Box::new(csv::Csv::begin(out, &columns, zone.clone())?),
        TableFormat::Xlsx => Box::new(xlsx::Xlsx::begin(out, columns, zone.clone(), beside)?),
        TableFormat::JsonLines => {
            Box::new(json_lines::JsonLines::begin(out, &columns, zone.clone())?)
        }
        TableFormat::Parquet => Box::new(parquet::Parquet::begin(out, &columns)?),
    })
}

/// A moment as text: RFC 3339 with the offset of the zone, so that it is both local and exact. Offsets of a century ago
/// have seconds, which RFC 3339 cannot write; such a moment is in UTC.
fn instant_text(at: Timestamp, zone: &TimeZone) -> String {
    let offset = zone.to_offset(at);
    if offset.seconds() % 60 == 0 {
        at.display_with_offset(offset).to_string()
    } else {
        at.to_string()
    }
}

/// A column got a cell of another kind.
fn misplaced(column: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("the column {column} got another kind"))
}

/// A file whose bytes are counted.
struct Counted {
    file: File,
    bytes: Arc<AtomicU64>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes.fetch_add(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
