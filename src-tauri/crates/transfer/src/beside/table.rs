//! The metadata as a table for spreadsheets.

use crate::tables::{spreadsheet_text, spreadsheet_writer};

/// A CSV file as spreadsheets open it (see [`crate::tables`]), for a table that fits into memory.
pub fn csv_table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    // Writing into memory cannot fail, and every row has the header's length or is left out.
    let Ok(mut writer) = spreadsheet_writer(Vec::new()) else { return Vec::new() };
    let mut is_whole = writer.write_record(header).is_ok();
    for row in rows {
        let cells = row.iter().map(|cell| spreadsheet_text(cell).into_owned());
        is_whole &= writer.write_record(cells).is_ok();
    }
    debug_assert!(is_whole, "a row of the table has another length than its header");
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        let rows = [
            vec!["=1+1".to_owned(), "+91 98765-43210".to_owned()],
            vec!["-cmd|x".to_owned(), "a \"b\", c".to_owned()],
        ];
        let text = String::from_utf8(csv_table(&["one", "two"], rows)).unwrap();
        assert_eq!(
            text,
            "\u{feff}one,two\r\n'=1+1,+91 98765-43210\r\n'-cmd|x,\"a \"\"b\"\", c\"\r\n"
        );
    }
}
