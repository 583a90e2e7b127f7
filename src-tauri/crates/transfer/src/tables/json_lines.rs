//! Lines of JSON, for scripts.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use serde::de::IgnoredAny;

use super::{Cell, Column, Kind, Rows, instant_text};

pub(super) struct JsonLines<W> {
    out: W,
    /// The columns with their names as JSON.
    columns: Vec<(String, Kind)>,
    zone: TimeZone,
}

impl<W: Write> JsonLines<W> {
    pub(super) fn begin(out: W, columns: &[Column], zone: TimeZone) -> io::Result<Self> {
        let columns = columns
            .iter()
            .map(|column| Ok((serde_json::to_string(column.name)?, column.kind)))
            .collect::<io::Result<_>>()?;
        Ok(Self { out, columns, zone })
    }
}

impl<W: Write + Send> Rows for JsonLines<W> {
    fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        let out = &mut self.out;
        for (at, ((name, kind), cell)) in self.columns.iter().zip(row).enumerate() {
            out.write_all(if at == 0 { b"{" } else { b"," })?;
            out.write_all(name.as_bytes())?;
            out.write_all(b":")?;
            match cell {
                Cell::Text(json) if *kind == Kind::Json && is_one_line_of_json(json) => {
                    out.write_all(json.as_bytes())?;
                }
                Cell::Empty => out.write_all(b"null")?,
                Cell::Text(text) => serde_json::to_writer(&mut *out, text)?,
                Cell::List(texts) => serde_json::to_writer(&mut *out, texts)?,
                Cell::Instant(at) => {
                    serde_json::to_writer(&mut *out, &instant_text(*at, &self.zone))?;
                }
                Cell::Whole(number) => serde_json::to_writer(&mut *out, number)?,
                Cell::Real(number) => serde_json::to_writer(&mut *out, number)?,
                Cell::YesNo(is_so) => serde_json::to_writer(&mut *out, is_so)?,
            }
        }
        out.write_all(b"}\n")
    }

    fn finish(&mut self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(0)
    }
}

/// Whether it can stand in a line as it is, with the digits of its numbers and the order of its keys; else it becomes a
/// text.
fn is_one_line_of_json(text: &str) -> bool {
    !text.contains(['\n', '\r']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}
