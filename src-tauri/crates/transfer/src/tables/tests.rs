//! What every format owes its rows, and what is left when it fails.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

pub(super) const COLUMNS: [Column; 7] = [
    Column { name: "started_at", title: "When", kind: Kind::Instant },
    Column { name: "from", title: "From", kind: Kind::Text },
    Column { name: "tags", title: "Tags", kind: Kind::List },
    Column { name: "duration_ms", title: "Length", kind: Kind::Duration },
    Column { name: "monthly_cost", title: "Price a month", kind: Kind::Real },
    Column { name: "starred", title: "Star", kind: Kind::YesNo },
    Column { name: "vendor_json", title: "Provider's JSON", kind: Kind::Json },
];

fn row() -> Vec<Cell> {
    vec![
        Cell::Instant("2026-05-07T09:30:15.25Z".parse().unwrap()),
        Cell::Text("+15551234567".into()),
        Cell::List(vec!["complaint".into(), "=cmd()".into()]),
        Cell::Whole(61_000),
        Cell::Real(0.25),
        Cell::YesNo(true),
        Cell::Text(r#"{"b":1.50,"a":"x"}"#.into()),
    ]
}

fn kolkata() -> TimeZone {
    TimeZone::get("Asia/Kolkata").unwrap()
}

/// Bytes that a test can look at while they are written; refuses to take more than it has room for.
#[derive(Clone)]
struct Shelf {
    bytes: Arc<Mutex<Vec<u8>>>,
    room: usize,
}

impl Shelf {
    fn with_room(room: usize) -> Self {
        Self { bytes: Arc::default(), room }
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shelf {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut taken = self.bytes.lock().unwrap();
        if taken.len() + bytes.len() > self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        taken.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn written(format: TableFormat, table: &[Vec<Cell>]) -> Shelf {
    let shelf = Shelf::with_room(usize::MAX);
    let beside = tempfile::tempdir().unwrap();
    let place = beside.path().join("x");
    let mut rows = rows(shelf.clone(), format, COLUMNS.to_vec(), &kolkata(), &place).unwrap();
    for row in table {
        rows.write(row).unwrap();
    }
    rows.finish().unwrap();
    drop(rows);
    shelf
}

#[test]
fn csv_is_what_spreadsheets_expect() {
    assert_eq!(
        written(TableFormat::Csv, &[row(), vec![Cell::Empty; 7]]).text(),
        "\u{feff}started_at,from,tags,duration_ms,monthly_cost,starred,vendor_json\r\n\
         2026-05-07T15:00:15.25+05:30,'+15551234567,\"complaint, =cmd()\",61000,0.25,true,\"{\"\"b\"\":1.50,\"\"a\"\":\"\"x\"\"}\"\r\n\
         ,,,,,,\r\n"
    );
}

#[test]
fn lines_of_json_keep_the_vendors_words() {
    let lines = written(TableFormat::JsonLines, &[row(), vec![Cell::Empty; 7]]).text();
    assert_eq!(
        lines,
        "{\"started_at\":\"2026-05-07T15:00:15.25+05:30\",\"from\":\"+15551234567\",\"tags\":[\"complaint\",\"=cmd()\"],\
         \"duration_ms\":61000,\"monthly_cost\":0.25,\"starred\":true,\"vendor_json\":{\"b\":1.50,\"a\":\"x\"}}\n\
         {\"started_at\":null,\"from\":null,\"tags\":null,\"duration_ms\":null,\"monthly_cost\":null,\"starred\":null,\
         \"vendor_json\":null}\n"
    );
    let mut broken = row();
    broken[6] = Cell::Text("{\n".into());
    let line = written(TableFormat::JsonLines, &[broken]).text();
    assert!(line.ends_with("\"vendor_json\":\"{\\n\"}\n"), "what is no JSON is a text: {line}");
}

#[test]
fn a_full_disk_is_told_as_such_by_every_format() {
    for format in TableFormat::ALL {
        let beside = tempfile::tempdir().unwrap();
        let place = beside.path().join("x");
        let shelf = Shelf::with_room(700);
        let outcome =
            rows(shelf, format, COLUMNS.to_vec(), &kolkata(), &place).and_then(|mut rows| {
                for _ in 0..20_000 {
                    rows.write(&row())?;
                }
                rows.finish()
            });
        let error = outcome.err().unwrap_or_else(|| panic!("{format:?} noticed nothing"));
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{format:?}: {error:?}");
    }
}

#[test]
fn a_table_that_is_given_up_leaves_the_old_file_and_nothing_else() {
    for format in TableFormat::ALL {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("list");
        std::fs::write(&target, "old").unwrap();
        let mut table = TableFile::begin(&target, format, COLUMNS.to_vec(), &kolkata()).unwrap();
        for _ in 0..3000 {
            table.write(&row()).unwrap();
        }
        drop(table);
        assert_eq!(std::fs::read(&target).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{format:?}");
    }
}

#[test]
fn a_finished_table_takes_the_place_of_the_old_file() {
    for format in TableFormat::ALL {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("list");
        std::fs::write(&target, "old").unwrap();
        let mut table = TableFile::begin(&target, format, COLUMNS.to_vec(), &kolkata()).unwrap();
        for _ in 0..10 {
            table.write(&row()).unwrap();
        }
        let written = table.finish().unwrap();
        let (size_bytes, sha256) = crate::hash_file(&target).unwrap();
        let expected = WrittenTable { rows: 10, shortened_cells: 0, size_bytes, sha256 };
        assert_eq!(written, expected, "{format:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{format:?}");
    }
}

#[test]
fn a_folder_that_is_none_is_refused_before_the_first_row() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for (place, is_missing) in [(folder.path().join("absent"), true), (file, false)] {
        for format in TableFormat::ALL {
            let refused = TableFile::begin(&place.join("x"), format, COLUMNS.to_vec(), &kolkata());
            let error = refused.err().unwrap();
            let is_as_expected = match error {
                crate::Error::Missing { .. } => is_missing,
                crate::Error::NotWritable { .. } => !is_missing,
                _ => false,
            };
            assert!(is_as_expected, "{error:?}");
        }
    }
}

#[test]
fn a_workbook_goes_on_in_a_further_sheet_and_tells_what_it_cut() {
    let shelf = Shelf::with_room(usize::MAX);
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("x");
    let mut book =
        xlsx::Xlsx::with_sheets_of(4, shelf.clone(), COLUMNS.to_vec(), kolkata(), &place).unwrap();
    let mut long = row();
    long[1] = Cell::Text("é".repeat(40_000));
    for row in [row(), row(), row(), long] {
        book.write(&row).unwrap();
    }
    assert_eq!(book.finish().unwrap(), 1);
    let bytes = shelf.bytes.lock().unwrap().clone();
    let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
    let mut sheet = |name: &str| {
        let mut text = String::new();
        let mut entry = archive.by_name(&format!("xl/worksheets/{name}.xml")).unwrap();
        io::Read::read_to_string(&mut entry, &mut text).unwrap();
        text
    };
    let (first, second) = (sheet("sheet1"), sheet("sheet2"));
    assert_eq!(first.matches("<row ").count(), 4, "a header and three rows");
    assert_eq!(second.matches("<row ").count(), 2, "a header of its own and the rest");
    assert!(first.contains("<autoFilter ref=\"A1:G4\""), "{first}");
    assert!(second.contains("state=\"frozen\""));
    assert_eq!(second.matches('é').count(), 32_767);
}

/// Memory does not follow the number of rows: what is held between rows is a row group, or a workbook's last row.
#[test]
fn a_hundred_thousand_rows_go_through() {
    for format in TableFormat::ALL {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("list");
        let mut table = TableFile::begin(&target, format, COLUMNS.to_vec(), &kolkata()).unwrap();
        let mut row = row();
        for number in 0..100_000 {
            row[1] = Cell::Text(format!("+1 555 {number}"));
            table.write(&row).unwrap();
        }
        // A workbook's sheets lie in a file of their own until the end.
        assert!(format == TableFormat::Xlsx || table.bytes() > 500_000, "{format:?} kept it all");
        assert_eq!(table.finish().unwrap().rows, 100_000);
    }
}

fn cell(kind: Kind) -> BoxedStrategy<Cell> {
    let some = match kind {
        Kind::Text | Kind::Json => "\\PC{0,12}|[-+=@0-9./:eE ]{1,16}".prop_map(Cell::Text).boxed(),
        Kind::List => prop::collection::vec("\\PC{1,6}", 1..3).prop_map(Cell::List).boxed(),
        Kind::Instant => (-30_000_000_000_000_i64..250_000_000_000_000)
            .prop_map(|ms| Cell::Instant(Timestamp::from_millisecond(ms).unwrap()))
            .boxed(),
        Kind::Duration | Kind::Whole => any::<i64>().prop_map(Cell::Whole).boxed(),
        Kind::Real => prop::num::f64::NORMAL.prop_map(Cell::Real).boxed(),
        Kind::YesNo => any::<bool>().prop_map(Cell::YesNo).boxed(),
    };
    prop_oneof![1 => Just(Cell::Empty), 4 => some].boxed()
}

fn table() -> impl Strategy<Value = Vec<Vec<Cell>>> {
    let row = COLUMNS.iter().map(|column| cell(column.kind)).collect::<Vec<_>>();
    prop::collection::vec(row, 0..6)
}

/// What stands in a cell of a text format, without the mark that keeps it a text.
fn unmarked(text: &str) -> &str {
    let inner = text.strip_prefix('\'');
    inner.filter(|inner| spreadsheet_text(inner) != *inner).unwrap_or(text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn csv_cells_come_back(table in table()) {
        let shelf = written(TableFormat::Csv, &table);
        let text = shelf.text();
        let bare = text.strip_prefix('\u{feff}').unwrap();
        let mut reader = ::csv::Reader::from_reader(bare.as_bytes());
        let read: Vec<::csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
        prop_assert_eq!(read.len(), table.len());
        for (read, row) in read.iter().zip(&table) {
            for (read, cell) in read.iter().zip(row) {
                match cell {
                    Cell::Empty => prop_assert_eq!(read, ""),
                    Cell::Text(text) => prop_assert_eq!(unmarked(read), text),
                    Cell::List(texts) => prop_assert_eq!(unmarked(read), texts.join(", ")),
                    Cell::Instant(at) => prop_assert_eq!(read.parse::<Timestamp>().unwrap(), *at),
                    Cell::Whole(number) => prop_assert_eq!(read, number.to_string()),
                    Cell::Real(number) => prop_assert_eq!(read.parse::<f64>().unwrap().to_bits(), number.to_bits()),
                    Cell::YesNo(is_so) => prop_assert_eq!(read, is_so.to_string()),
                }
            }
        }
    }

    #[test]
    fn no_cell_of_a_text_column_runs_or_changes(text in "[-+=@\t0-9./:eE ,;a-c]{0,14}") {
        let shown = spreadsheet_text(&text);
        if shown == text {
            let first = text.chars().next();
            prop_assert!(!matches!(first, Some('=' | '@' | '\t')), "{text}");
            if let Ok(number) = text.trim().parse::<f64>() && text.trim().starts_with(|c: char| c != 'i' && c != 'n') {
                prop_assert!(number.abs() < 1e11, "{text}");
                prop_assert!(!text.starts_with('+'));
            }
        }
    }

    #[test]
    fn lines_of_json_come_back(table in table()) {
        let shelf = written(TableFormat::JsonLines, &table);
        let read: Vec<serde_json::Value> =
            shelf.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(read.len(), table.len());
        for (read, row) in read.iter().zip(&table) {
            for (column, cell) in COLUMNS.iter().zip(row) {
                let value = &read[column.name];
                match cell {
                    Cell::Empty => prop_assert!(value.is_null()),
                    Cell::Text(text) if column.kind == Kind::Json => {
                        let is_same = value.as_str() == Some(text)
                            || serde_json::from_str::<serde_json::Value>(text).is_ok_and(|json| json == *value);
                        prop_assert!(is_same, "{text} became {value}");
                    }
                    Cell::Text(text) => prop_assert_eq!(value.as_str(), Some(text.as_str())),
                    Cell::List(texts) => {
                        let read: Vec<_> = value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
                        prop_assert_eq!(&read, texts);
                    }
                    Cell::Instant(at) => {
                        prop_assert_eq!(value.as_str().unwrap().parse::<Timestamp>().unwrap(), *at);
                    }
                    Cell::Whole(number) => prop_assert_eq!(value.as_i64(), Some(*number)),
                    // serde_json reads floats to the last digit but one.
                    Cell::Real(number) => {
                        let off = (value.as_f64().unwrap() - number).abs();
                        prop_assert!(off <= number.abs() * 1e-15, "{number} became {value}");
                    }
                    Cell::YesNo(is_so) => prop_assert_eq!(value.as_bool(), Some(*is_so)),
                }
            }
        }
    }
}
