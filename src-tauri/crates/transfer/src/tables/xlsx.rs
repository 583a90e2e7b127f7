//! A workbook: numbers, moments and lengths that can be calculated with, and texts that stay texts.

use std::borrow::Cow;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::{Cell, Column, Kind, Rows};

/// Rows of a sheet with its header ("Excel specifications and limits", Microsoft).
const SHEET_ROWS: u32 = 1_048_576;
/// UTF-16 units of a cell, by the same list.
const CELL_UNITS: usize = 32_767;
/// Beyond this a workbook's numbers, which are 64-bit floats, are not exact any more.
const EXACT: i64 = 1 << 53;
const DAY_MS: f64 = 86_400_000.0;
/// Less than this left on a disk is a full one.
const FULL_BYTES: u64 = 1 << 20;

pub(super) struct Xlsx<W> {
    out: W,
    book: Workbook,
    columns: Vec<Column>,
    zone: TimeZone,
    formats: Formats,
    /// The file beside which the sheets lie until the end.
    beside: PathBuf,
    /// Rows a sheet takes.
    sheet_rows: u32,
    /// The last row written in each sheet; 0 is the header.
    last_rows: Vec<u32>,
    shortened_cells: u64,
}

struct Formats {
    header: Format,
    instant: Format,
    duration: Format,
}

impl<W: Write + Send> Xlsx<W> {
    pub(super) fn begin(
        out: W,
        columns: Vec<Column>,
        zone: TimeZone,
        beside: &Path,
    ) -> io::Result<Self> {
        Self::with_sheets_of(SHEET_ROWS, out, columns, zone, beside)
    }

    pub(super) fn with_sheets_of(
        sheet_rows: u32,
        out: W,
        columns: Vec<Column>,
        zone: TimeZone,
        beside: &Path,
    ) -> io::Result<Self> {
        let mut book = Workbook::new();
        if let Some(folder) = beside.parent().filter(|folder| folder.is_dir()) {
            // Where the workbook goes there must be room for it anyway; `/tmp` may be small.
            book.set_tempdir(folder).map_err(io_error)?;
        }
        let mut xlsx = Self {
            out,
            book,
            columns,
            zone,
            formats: Formats {
                header: Format::new().set_bold(),
                instant: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
                duration: Format::new().set_num_format("[h]:mm:ss"),
            },
            beside: beside.to_owned(),
            sheet_rows,
            last_rows: Vec::new(),
            shortened_cells: 0,
        };
        xlsx.guarded(Self::begin_sheet)?;
        Ok(xlsx)
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        let number = self.last_rows.len() + 1;
        let name = if number == 1 { "Recordings".into() } else { format!("Recordings {number}") };
        let zone = self.zone.iana_name().unwrap_or("local time");
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (at, column) in (0..).zip(&self.columns) {
            sheet.set_column_width(at, width(column.kind))?;
            let title = match column.kind {
                Kind::Instant => format!("{} ({zone})", column.title),
                _ => column.title.to_owned(),
            };
            sheet.write_string_with_format(0, at, title, &self.formats.header)?;
        }
        self.last_rows.push(0);
        Ok(())
    }

    fn write_row(&mut self, row: &[Cell]) -> Result<(), XlsxError> {
        if self.last_rows.last().is_some_and(|last| last + 1 >= self.sheet_rows) {
            self.begin_sheet()?;
        }
        let Some(last) = self.last_rows.last_mut() else { return Ok(()) };
        *last += 1;
        let number = *last;
        let sheet = self.book.worksheet_from_index(self.last_rows.len() - 1)?;
        for (at, (column, cell)) in (0..).zip(self.columns.iter().zip(row)) {
            let formats = &self.formats;
            let text = match cell {
                Cell::Empty => continue,
                Cell::Text(text) => Cow::Borrowed(text.as_str()),
                Cell::List(texts) => Cow::Owned(texts.join(", ")),
                Cell::Instant(moment) => match serial(*moment, &self.zone) {
                    Some(serial) => {
                        sheet.write_number_with_format(number, at, serial, &formats.instant)?;
                        continue;
                    }
                    None => Cow::Owned(super::instant_text(*moment, &self.zone)),
                },
                Cell::Whole(value) if (-EXACT..=EXACT).contains(value) => {
                    write_whole_number(sheet, (number, at), *value, column.kind, formats)?;
                    continue;
                }
                Cell::Whole(value) => Cow::Owned(value.to_string()),
                Cell::Real(value) if value.is_finite() => {
                    sheet.write_number(number, at, *value)?;
                    continue;
                }
                Cell::Real(value) => Cow::Owned(value.to_string()),
                Cell::YesNo(is_so) => {
                    sheet.write_boolean(number, at, *is_so)?;
                    continue;
                }
            };
            let (text, is_cut) = shortened(&text);
            self.shortened_cells += u64::from(is_cut);
            sheet.write_string(number, at, text)?;
        }
        Ok(())
    }

    fn save(&mut self) -> Result<(), XlsxError> {
        let last_column = u16::try_from(self.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        for (at, last_row) in self.last_rows.iter().enumerate() {
            let sheet = self.book.worksheet_from_index(at)?;
            sheet.autofilter(0, 0, *last_row, last_column)?;
        }
        self.book.save_to_writer(&mut self.out)?;
        self.out.flush()?;
        Ok(())
    }

    /// Does a step. The library panics when the sheets, which it keeps in unnamed files until the end, cannot be
    /// written; that is a disk's error like any other.
    fn guarded(&mut self, step: impl FnOnce(&mut Self) -> Result<(), XlsxError>) -> io::Result<()> {
        match catch_unwind(AssertUnwindSafe(|| step(self))) {
            Ok(done) => done.map_err(io_error),
            Err(_) if crate::free_bytes(&self.beside).is_ok_and(|left| left < FULL_BYTES) => {
                Err(io::ErrorKind::StorageFull.into())
            }
            Err(_) => Err(io::Error::other("the sheets could not be written")),
        }
    }
}

impl<W: Write + Send> Rows for Xlsx<W> {
    fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        self.guarded(|xlsx| xlsx.write_row(row))
    }

    fn finish(&mut self) -> io::Result<u64> {
        self.guarded(Self::save)?;
        Ok(self.shortened_cells)
    }
}

#[expect(clippy::cast_precision_loss, reason = "the caller keeps to numbers that are exact")]
fn write_whole_number(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    value: i64,
    kind: Kind,
    formats: &Formats,
) -> Result<(), XlsxError> {
    if kind == Kind::Duration {
        sheet.write_number_with_format(row, at, value as f64 / DAY_MS, &formats.duration)?;
    } else {
        sheet.write_number(row, at, value as f64)?;
    }
    Ok(())
}

/// The moment as days since the last day of 1899, local and to the millisecond. `None` before March 1900, where Excel
/// counts a day that never was, and after 9999, where it does not count.
fn serial(at: Timestamp, zone: &TimeZone) -> Option<f64> {
    let local = zone.to_datetime(at);
    let (first, epoch) = (date(1900, 3, 1).at(0, 0, 0, 0), date(1899, 12, 30).at(0, 0, 0, 0));
    if local < first || local > DateTime::MAX {
        return None;
    }
    let ms = local.since((Unit::Millisecond, epoch)).ok()?.get_milliseconds();
    #[expect(clippy::cast_precision_loss, reason = "eight thousand years are 2.5e14 ms")]
    let days = ms as f64 / DAY_MS;
    Some(days)
}

/// A text as long as a cell takes, and whether it was longer.
fn shortened(text: &str) -> (&str, bool) {
    let mut units = 0;
    for (at, character) in text.char_indices() {
        units += character.len_utf16();
        if units > CELL_UNITS {
            return (&text[..at], true);
        }
    }
    (text, false)
}

fn width(kind: Kind) -> f64 {
    match kind {
        Kind::Instant => 19.0,
        Kind::Text | Kind::List => 18.0,
        Kind::Json => 40.0,
        Kind::Duration | Kind::Whole | Kind::Real | Kind::YesNo => 11.0,
    }
}

/// The disk's own error where there is one.
fn io_error(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error)
        | XlsxError::TempFileError(_, error)
        | XlsxError::ZipError(zip::result::ZipError::Io(error)) => error,
        error => io::Error::other(error),
    }
}
