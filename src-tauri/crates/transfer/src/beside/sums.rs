//! `SHA256SUMS`, as GNU coreutils write and check it.

use super::Listed;

/// One line a file, `<hash>  <path>`. A path with a line break or a backslash is escaped and its line begins with a
/// backslash, as `sha256sum` does (GNU coreutils manual, "cksum general options").
pub fn checksum_lines(files: &[Listed]) -> String {
    let mut text = String::with_capacity(files.len() * 120);
    for file in files {
        if file.path.contains(['\\', '\n', '\r']) {
            let escaped = file.path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
            text.push('\\');
            line(&mut text, &file.sha256, &escaped);
        } else {
            line(&mut text, &file.sha256, &file.path);
        }
    }
    text
}

fn line(text: &mut String, sha256: &str, path: &str) {
    text.push_str(sha256);
    text.push_str("  ");
    text.push_str(path);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_escaped_as_sha256sum_does() {
        let file =
            |path: &str| Listed { path: path.into(), size_bytes: 1, sha256: "ab".repeat(32) };
        let hash = "ab".repeat(32);
        assert_eq!(
            checksum_lines(&[file("a b.mp3"), file("x\\y\n.mp3")]),
            format!("{hash}  a b.mp3\n\\{hash}  x\\\\y\\n.mp3\n")
        );
    }
}
