//! What `LibreOffice` makes of our tables when it opens them and writes them out again.

use std::path::Path;
use std::process::Command;

use tapeshelf_transfer::tables::{Cell, TableFormat};

use super::write;

/// Text of a CSV file: comma, double quote, UTF-8, from the first line, cells as they are shown.
const AS_CSV: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true";

fn rows() -> Vec<Vec<Cell>> {
    let row = |from: &str, length_ms: i64, size: i64, cost: f64, conference: &str| {
        vec![
            Cell::Instant("2026-05-07T09:30:15Z".parse().unwrap()),
            Cell::Text(from.into()),
            Cell::Empty,
            Cell::Whole(length_ms),
            Cell::Whole(size),
            Cell::Real(cost),
            Cell::YesNo(true),
            Cell::Text(conference.into()),
        ]
    };
    vec![
        row("+91 98765 43210", 3_723_000, 8_765_432, 0.125, "=cmd()"),
        row("+15551234567", 61_000, 12, 1.5, "=1+1"),
        row("0012", 0, 0, 0.0, "+SUM(A1:A9)"),
        row("919876543210", 90_061_000, 1, 2.25, "-2+3"),
    ]
}

#[test]
fn libreoffice_shows_a_workbook_with_numbers_intact_and_runs_nothing() {
    let (folder, path, _) = write(TableFormat::Xlsx, &rows());
    let read = through_office(folder.path(), &path);
    let column = |at: usize| -> Vec<&str> { read.iter().skip(1).map(|row| &row[at]).collect() };
    assert_eq!(column(0), ["2026-05-07 15:00:15"; 4], "local time in Kolkata");
    assert_eq!(column(1), ["+91 98765 43210", "+15551234567", "0012", "919876543210"]);
    assert_eq!(column(3), ["1:02:03", "0:01:01", "0:00:00", "25:01:01"]);
    assert_eq!(column(4), ["8765432", "12", "0", "1"]);
    assert_eq!(column(5), ["0.125", "1.5", "0", "2.25"]);
    assert_eq!(column(6), ["TRUE"; 4]);
    assert_eq!(column(7), ["=cmd()", "=1+1", "+SUM(A1:A9)", "-2+3"]);
}

#[test]
fn libreoffice_shows_a_csv_with_numbers_intact_and_runs_nothing() {
    let (folder, path, _) = write(TableFormat::Csv, &rows());
    let read = through_office(folder.path(), &path);
    let column = |at: usize| -> Vec<&str> { read.iter().skip(1).map(|row| &row[at]).collect() };
    assert_eq!(column(0), ["2026-05-07T15:00:15+05:30"; 4]);
    assert_eq!(column(1), ["+91 98765 43210", "'+15551234567", "'0012", "'919876543210"]);
    assert_eq!(column(3), ["3723000", "61000", "0", "90061000"]);
    assert_eq!(column(4), ["8765432", "12", "0", "1"]);
    assert_eq!(column(5), ["0.125", "1.5", "0", "2.25"]);
    assert_eq!(column(7), ["'=cmd()", "'=1+1", "'+SUM(A1:A9)", "'-2+3"]);
}

/// Opens a file with `LibreOffice`, with a profile of its own, and returns the cells of the first sheet as shown.
fn through_office(folder: &Path, path: &Path) -> Vec<csv::StringRecord> {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let out = folder.join("out");
    let output = Command::new("soffice")
        .args(["--headless", "--norestore", &profile, "--convert-to", AS_CSV, "--outdir"])
        .arg(&out)
        .arg(path)
        .output();
    let Ok(output) = output else { panic!("LibreOffice is not there: run cargo xtask setup") };
    let shown = std::fs::read(out.join("list.csv"));
    let Ok(shown) = shown else { panic!("{}", String::from_utf8_lossy(&output.stderr)) };
    let text = String::from_utf8(shown).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes())
        .records()
        .map(Result::unwrap)
        .collect()
}
