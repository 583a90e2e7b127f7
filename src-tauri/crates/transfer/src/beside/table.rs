//! The metadata as a table for spreadsheets.

/// A CSV file (RFC 4180) in UTF-8 with a byte order mark, without which Excel takes it for another encoding. A cell
/// that a spreadsheet would run as a formula gets an apostrophe before it: what a caller's name holds is not ours to
/// run (OWASP, "CSV injection").
pub fn csv_table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(b"\xef\xbb\xbf".to_vec());
    // Writing into memory cannot fail, and every row has the header's length or is left out.
    let mut is_whole = writer.write_record(header).is_ok();
    for row in rows {
        is_whole &= writer.write_record(row.iter().map(|cell| harmless(cell))).is_ok();
    }
    debug_assert!(is_whole, "a row of the table has another length than its header");
    writer.into_inner().unwrap_or_default()
}

/// A number may begin with a sign: `+91 98765 43210` stays as it is, because a spreadsheet would otherwise show it with
/// the apostrophe, and it runs nothing.
fn harmless(cell: &str) -> String {
    let runs = cell.starts_with(['=', '@', '\t', '\r'])
        || (cell.starts_with(['+', '-'])
            && !cell[1..].chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-')));
    if runs { format!("'{cell}") } else { cell.to_owned() }
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
