//! Questions about folders and files as they are on disk.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{At, Error, Result};

/// How much is read at once when hashing.
const BLOCK_BYTES: usize = 128 * 1024;

/// Bytes an ordinary user can still write on the disk that holds `path`, or would hold it once it is made: the nearest
/// folder that exists is asked.
pub fn free_bytes(path: &Path) -> Result<u64> {
    let existing =
        path.ancestors().filter(|folder| !folder.as_os_str().is_empty()).find(|p| p.exists());
    // A relative path whose first component does not exist yet lies in the current folder.
    let place = existing.unwrap_or(Path::new("."));
    fs4::available_space(place).at(path)
}

/// Makes the folder, with its parents, if it is not there, and proves that files can be made in it by making and
/// removing one.
pub fn check_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| match error.kind() {
        // Below a virtual or read-only root Linux says "not found" for a folder that cannot be made.
        io::ErrorKind::NotFound => {
            Error::NotWritable { path: path.to_owned(), reason: error.to_string() }
        }
        _ => Error::new(path, &error),
    })?;
    let probe = tempfile::Builder::new().prefix(".tapeshelf-probe-").tempfile_in(path).at(path)?;
    probe.close().at(path)
}

/// Size and SHA-256 (lower-case hex) of a file as it is now.
pub fn hash_file(path: &Path) -> Result<(u64, String)> {
    let mut file = File::open(path).at(path)?;
    let (size_bytes, hasher) = hash_rest(&mut file).at(path)?;
    Ok((size_bytes, hex(hasher)))
}

/// Hashes from the present position to the end.
pub(crate) fn hash_rest(file: &mut File) -> io::Result<(u64, Sha256)> {
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK_BYTES];
    let mut size_bytes = 0_u64;
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok((size_bytes, hasher)),
            Ok(count) => {
                hasher.update(&block[..count]);
                size_bytes += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The digest as auditors and `sha256sum` write it.
pub(crate) fn hex(hasher: Sha256) -> String {
    use std::fmt::Write as _;
    hasher.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
