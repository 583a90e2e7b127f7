//! Is a ZIP whole? Each file in it is read to its end and compared with its own checksum.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use zip::ZipArchive;

use crate::error::{At as _, Result};

/// What was found in a whole archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveFacts {
    /// Files, folders not counted.
    pub files: u32,
    /// Their sizes when unpacked, in bytes.
    pub unpacked_bytes: u64,
}

/// Why a file is no whole archive, as a sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotWhole(pub String);

/// Reads the whole archive through.
///
/// # Errors
/// When the file cannot be opened. An archive that is damaged is an answer, not an error.
pub fn check_archive(path: &Path) -> Result<std::result::Result<ArchiveFacts, NotWhole>> {
    let file = File::open(path).at(path)?;
    let mut archive = match ZipArchive::new(BufReader::new(file)) {
        Ok(archive) => archive,
        Err(error) => return Ok(Err(NotWhole(format!("This is no ZIP archive: {error}.")))),
    };
    let mut facts = ArchiveFacts { files: 0, unpacked_bytes: 0 };
    for index in 0..archive.len() {
        let read = archive.by_index(index).map_err(|error| (index, error.to_string())).and_then(
            |mut entry| {
                let is_file = entry.is_file();
                // The reader compares the checksum when it comes to the end.
                io::copy(&mut entry, &mut io::sink())
                    .map(|bytes| (is_file, bytes))
                    .map_err(|error| (index, error.to_string()))
            },
        );
        match read {
            Ok((is_file, bytes)) => {
                facts.files += u32::from(is_file);
                facts.unpacked_bytes += bytes;
            }
            Err((index, what)) => {
                let name = match archive.name_for_index(index) {
                    Some(Ok(name)) => name.into_owned(),
                    _ => format!("number {}", index + 1),
                };
                let what = format!("The file “{name}” in the archive is damaged: {what}.");
                return Ok(Err(NotWhole(what)));
            }
        }
    }
    Ok(Ok(facts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn archive() -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["a.mp3", "folder/b.mp3"] {
            let stored =
                SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            writer.start_file(name, stored).unwrap();
            writer.write_all(name.repeat(100).as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn check(bytes: &[u8]) -> std::result::Result<ArchiveFacts, NotWhole> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.zip");
        std::fs::write(&path, bytes).unwrap();
        check_archive(&path).unwrap()
    }

    #[test]
    fn a_whole_archive_is_counted() {
        let facts = check(&archive()).unwrap();
        assert_eq!(facts, ArchiveFacts { files: 2, unpacked_bytes: 1700 });
    }

    #[test]
    fn one_damaged_byte_of_a_file_is_found() {
        let mut bytes = archive();
        let inside = bytes.windows(5).position(|part| part == b"a.mp3").unwrap() + 50;
        bytes[inside] ^= 1;
        let why = check(&bytes).unwrap_err();
        assert!(why.0.contains("a.mp3"), "{why:?}");
    }

    #[test]
    fn what_is_cut_off_or_no_archive_is_told() {
        let bytes = archive();
        for length in [0, 10, bytes.len() / 2, bytes.len() - 1] {
            assert!(check(&bytes[..length]).is_err(), "{length}");
        }
        assert!(check(b"<html>expired</html>").is_err());
    }
}
