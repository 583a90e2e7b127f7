//! Our tables as other programs read them: openpyxl, Apache Arrow, `LibreOffice`. `cargo xtask setup` installs all three.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what goes wrong in a test's own helpers fails the test"
)]

mod office;
mod rows;

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::tz::TimeZone;
use serde_json::Value;
use tapeshelf_transfer::tables::{Cell, Kind, TableFile, TableFormat, WrittenTable};

use rows::{COLUMNS, drawn};

/// Where moments of a workbook are local.
const ZONE: &str = "Asia/Kolkata";
/// Rows of a Parquet file: more than one of its row groups holds.
const ROWS: usize = 9000;
/// Rows of a workbook, which takes others long to read.
const SHEET_ROWS: usize = 1500;
/// Excel's epoch has no time zone and 64-bit floats; a tenth of a millisecond is lost on the way.
const MOST_OFF_MS: f64 = 0.6;

#[test]
fn a_workbook_reads_the_same_with_openpyxl() {
    let table = drawn(SHEET_ROWS);
    let (_folder, path, written) = write(TableFormat::Xlsx, &table);
    assert_eq!((written.rows, written.shortened_cells), (SHEET_ROWS as u64, 0));
    let read = read_with_python("xlsx", &path);
    let titles: Vec<_> = read[0].iter().map(|cell| cell[1].as_str().unwrap()).collect();
    assert_eq!(titles[..3], ["When (Asia/Kolkata)", "From", "Tags"]);
    compare(&table, &read, &|row, at, cell, read| {
        let kind = read[0].as_str();
        match (cell, kind) {
            (Cell::Instant(moment), Some("moment")) => {
                let local = zone().to_datetime(*moment).to_zoned(TimeZone::UTC).unwrap();
                let expected = local.timestamp().as_millisecond();
                let off = (number(&read[1]) - float(expected)).abs();
                assert!(off <= MOST_OFF_MS, "row {row}: {moment} became {read}");
            }
            // Before March 1900 a workbook has no moments.
            (Cell::Instant(moment), Some("text")) => {
                assert!(*moment < "1900-03-01T00:00:00Z".parse().unwrap(), "{moment}");
                let text = read[1].as_str().unwrap();
                assert_eq!(text.parse::<jiff::Timestamp>().unwrap(), *moment);
            }
            (Cell::Whole(length), Some("length")) if COLUMNS[at].kind == Kind::Duration => {
                assert!((number(&read[1]) - float(*length)).abs() <= MOST_OFF_MS, "row {row}");
            }
            (Cell::Text(text), Some("text")) => assert_eq!(read[1].as_str(), Some(text.as_str())),
            (Cell::List(texts), Some("text")) => {
                assert_eq!(read[1].as_str(), Some(texts.join(", ").as_str()));
            }
            (Cell::Whole(number), Some("number")) => {
                assert_eq!(read[1].as_f64(), Some(float(*number)));
            }
            (Cell::Real(number), Some("number")) => assert_near(&read[1], *number),
            (Cell::YesNo(is_so), Some("yes")) => assert_eq!(read[1].as_bool(), Some(*is_so)),
            _ => panic!("row {row}: {cell:?} became {read}"),
        }
    });
}

#[test]
fn a_parquet_file_reads_the_same_with_arrow() {
    let table = drawn(ROWS);
    let (_folder, path, written) = write(TableFormat::Parquet, &table);
    assert_eq!(written.rows, ROWS as u64);
    let read = read_with_python("parquet", &path);
    let names: Vec<_> = read[0].iter().map(|cell| cell[1].as_str().unwrap()).collect();
    assert_eq!(names, COLUMNS.map(|column| column.name));
    compare(&table, &read, &|row, _, cell, read| match (cell, read[0].as_str()) {
        (Cell::Instant(moment), Some("moment")) => {
            assert_eq!(read[1].as_i64(), Some(moment.as_millisecond()), "row {row}");
        }
        (Cell::Text(text), Some("text")) => assert_eq!(read[1].as_str(), Some(text.as_str())),
        (Cell::List(texts), Some("text")) => {
            assert_eq!(read[1].as_str(), Some(texts.join(", ").as_str()));
        }
        (Cell::Whole(number), Some("number")) => assert_eq!(read[1].as_i64(), Some(*number)),
        (Cell::Real(number), Some("number")) => assert_near(&read[1], *number),
        (Cell::YesNo(is_so), Some("yes")) => assert_eq!(read[1].as_bool(), Some(*is_so)),
        _ => panic!("row {row}: {cell:?} became {read}"),
    });
}

#[test]
fn tables_without_a_row_have_their_columns() {
    for (format, name) in [(TableFormat::Xlsx, "xlsx"), (TableFormat::Parquet, "parquet")] {
        let (_folder, path, _) = write(format, &[]);
        let read = read_with_python(name, &path);
        assert_eq!((read.len(), read[0].len()), (1, COLUMNS.len()), "{name}");
    }
}

/// Writes a table; the folder lives as long as the first part.
fn write(format: TableFormat, table: &[Vec<Cell>]) -> (tempfile::TempDir, PathBuf, WrittenTable) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list").with_extension(format.extension());
    let mut file = TableFile::begin(&path, format, COLUMNS.to_vec(), &zone()).unwrap();
    for row in table {
        file.write(row).unwrap();
    }
    let written = file.finish().unwrap();
    (folder, path, written)
}

fn zone() -> TimeZone {
    TimeZone::get(ZONE).unwrap()
}

/// Compares cell by cell; the header is left out.
fn compare(table: &[Vec<Cell>], read: &[Vec<Value>], same: &dyn Fn(usize, usize, &Cell, &Value)) {
    assert_eq!(read.len(), table.len() + 1);
    for (row, (cells, read)) in table.iter().zip(&read[1..]).enumerate() {
        for (at, cell) in cells.iter().enumerate() {
            // A reader of workbooks leaves out the empty cells at the end of a row.
            let read = read.get(at).unwrap_or(&Value::Null);
            match cell {
                Cell::Empty => assert!(read.is_null(), "row {row}: {read}"),
                _ => same(row, at, cell, read),
            }
        }
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[expect(clippy::cast_precision_loss, reason = "the drawn numbers are exact")]
fn float(value: i64) -> f64 {
    value as f64
}

/// Equal but for the last digit, which JSON on its way to us may cost.
fn assert_near(read: &Value, number: f64) {
    let read = read.as_f64().unwrap();
    assert!((read - number).abs() <= number.abs() * 1e-15, "{number} became {read}");
}

fn read_with_python(format: &str, path: &Path) -> Vec<Vec<Value>> {
    let script = workspace().join("tests/peers/read_table.py");
    let output = Command::new(python()).arg(script).arg(format).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The Python with the readers of others.
fn python() -> PathBuf {
    let environment = std::env::var_os("TAPESHELF_PEERS")
        .map_or_else(|| workspace().join("target/peers/venv"), PathBuf::from);
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    assert!(python.exists(), "{} is not there: run cargo xtask setup", python.display());
    python
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap().to_owned()
}
