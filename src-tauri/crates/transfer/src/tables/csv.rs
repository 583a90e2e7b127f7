//! CSV as spreadsheets open it.

use std::borrow::Cow;
use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::{Cell, Column, Kind, Rows, instant_text};

/// Whole numbers of more digits are shown as `9.19E+11`.
const MOST_DIGITS: usize = 11;

pub(super) struct Csv<W: Write> {
    out: csv::Writer<W>,
    kinds: Vec<Kind>,
    zone: TimeZone,
}

/// A writer in RFC 4180's way, after a byte order mark, without which Excel takes UTF-8 for another encoding.
pub(crate) fn spreadsheet_writer<W: Write>(mut out: W) -> io::Result<csv::Writer<W>> {
    out.write_all(b"\xef\xbb\xbf")?;
    Ok(csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out))
}

/// A text so that a spreadsheet shows it as it is. What it would run as a formula (OWASP, "CSV injection"; ASVS 1.2.10)
/// and what it would read as another number or as a date gets an apostrophe before it: `+15551234567` would become
/// 1.5E+10 and `0012` would become 12. A number grouped for reading (`+91 98765 43210`) is a text to all of them and
/// stays as it is. A text that looks as if it had been marked already is marked too, so that what was meant can be told.
pub(crate) fn spreadsheet_text(text: &str) -> Cow<'_, str> {
    let bare = text.trim_start_matches('\'');
    if runs(bare) || becomes_another_number(bare) || becomes_a_date(bare) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn runs(text: &str) -> bool {
    if text.starts_with(['=', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        return true;
    }
    text.strip_prefix(['+', '-']).is_some_and(|rest| {
        !rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-'))
    })
}

/// Whether it looks like a number, but would not be shown like that.
fn becomes_another_number(text: &str) -> bool {
    let number = text.trim();
    let unsigned = number.strip_prefix(['+', '-']).unwrap_or(number);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || number.parse::<f64>().is_err()
    {
        return false;
    }
    let digits = unsigned.bytes().filter(u8::is_ascii_digit).count();
    let has_leading_zero = unsigned.len() > 1
        && unsigned.starts_with('0')
        && unsigned.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    number.starts_with('+')
        || has_leading_zero
        || digits > MOST_DIGITS
        || unsigned.contains(['e', 'E'])
        || unsigned.starts_with('.')
        || unsigned.ends_with('.')
}

/// Two or three short numbers with one of the separators of dates and times between them.
fn becomes_a_date(text: &str) -> bool {
    let text = text.trim();
    ['-', '/', '.', ':'].into_iter().any(|separator| {
        let parts: Vec<&str> = text.split(separator).collect();
        let is_number = text.parse::<f64>().is_ok();
        (2..=3).contains(&parts.len())
            && !is_number
            && parts.iter().all(|part| {
                (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
            })
    })
}

impl<W: Write> Csv<W> {
    pub(super) fn begin(out: W, columns: &[Column], zone: TimeZone) -> io::Result<Self> {
        let mut out = spreadsheet_writer(out)?;
        out.write_record(columns.iter().map(|column| column.name)).map_err(io_error)?;
        Ok(Self { out, kinds: columns.iter().map(|column| column.kind).collect(), zone })
    }

    fn text<'a>(&self, cell: &'a Cell) -> Cow<'a, str> {
        match cell {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) => spreadsheet_text(text),
            Cell::List(texts) => Cow::Owned(spreadsheet_text(&texts.join(", ")).into_owned()),
            Cell::Instant(at) => Cow::Owned(instant_text(*at, &self.zone)),
            Cell::Whole(number) => Cow::Owned(number.to_string()),
            Cell::Real(number) => Cow::Owned(number.to_string()),
            Cell::YesNo(is_so) => Cow::Borrowed(if *is_so { "true" } else { "false" }),
        }
    }
}

impl<W: Write + Send> Rows for Csv<W> {
    fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        debug_assert_eq!(row.len(), self.kinds.len());
        for cell in row {
            let text = self.text(cell);
            self.out.write_field(text.as_bytes()).map_err(io_error)?;
        }
        self.out.write_record(None::<&[u8]>).map_err(io_error)
    }

    fn finish(&mut self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(0)
    }
}

/// The disk's own error where there is one, so that a full disk is told as such.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_and_what_would_change_become_text() {
        for text in [
            "=1+1",
            "=cmd()",
            "@SUM(A1)",
            "-cmd|x",
            "+15551234567",
            "919876543210",
            "0012",
            "0.",
            "12e5",
            "1-2",
            "3/4/2026",
            "10:30",
            "1.2.3",
            "\t=1",
            "＝1",
            "'=1",
            "''0012",
        ] {
            assert_eq!(spreadsheet_text(text), format!("'{text}"), "{text}");
        }
    }

    #[test]
    fn what_stays_the_same_stays_bare() {
        for text in [
            "",
            "+91 98765 43210",
            "+91 98765-43210",
            "1001",
            "-5",
            "0.25",
            "0",
            "98765432",
            "Anna",
            "401, 402",
            "sip:1001@example.test",
            "0198a2b3-1c00-7000-8000-000000000001",
            "a=1",
            "'s-Hertogenbosch",
        ] {
            assert_eq!(spreadsheet_text(text), text);
        }
    }
}
