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
/// removing one. The folder keeps its time of change: that tells an empty mount point from a folder that was emptied.
pub fn check_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| match error.kind() {
        // Below a virtual or read-only root Linux says "not found" for a folder that cannot be made.
        io::ErrorKind::NotFound => {
            Error::NotWritable { path: path.to_owned(), reason: error.to_string() }
        }
        _ => Error::new(path, &error),
    })?;
    let changed = fs::metadata(path).and_then(|folder| folder.modified());
    let probe = tempfile::Builder::new().prefix(".tapeshelf-probe-").tempfile_in(path).at(path)?;
    probe.close().at(path)?;
    if let Ok(changed) = changed {
        // Where a folder cannot be opened (Windows), or is somebody else's, its time says a little less.
        let _ = File::open(path).and_then(|folder| folder.set_modified(changed));
    }
    Ok(())
}

/// Which disk a folder is on. When this changes for a path, another disk (or an empty mount point) has taken its place.
/// `None` where the system does not tell.
pub fn disk_of(folder: &Path) -> Option<u64> {
    device(folder)
}

#[cfg(unix)]
fn device(folder: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(folder).ok().map(|found| found.dev())
}

#[cfg(not(unix))]
fn device(_folder: &Path) -> Option<u64> {
    None
}

/// The largest file that the file system of a folder takes, where that is known and small enough to matter.
pub fn largest_file_bytes(folder: &Path) -> Option<u64> {
    // Sizes are 32 bits on FAT.
    matches!(file_system(folder)?.as_str(), "vfat" | "msdos").then_some(u64::from(u32::MAX))
}

/// Name of the file system, from the kernel's list of mounts (`man 5 proc_pid_mountinfo`).
#[cfg(target_os = "linux")]
fn file_system(folder: &Path) -> Option<String> {
    let folder = fs::canonicalize(folder).ok()?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let mut best: Option<(usize, String)> = None;
    for line in mounts.lines() {
        let (place, kind) = line.split_once(" - ")?;
        let point = place.split(' ').nth(4)?.replace("\\040", " ");
        let length = point.len();
        if folder.starts_with(&point) && best.as_ref().is_none_or(|(found, _)| length >= *found) {
            best = Some((length, kind.split(' ').next()?.to_owned()));
        }
    }
    best.map(|(_, kind)| kind)
}

#[cfg(not(target_os = "linux"))]
fn file_system(_folder: &Path) -> Option<String> {
    None
}

/// Size and SHA-256 (lower-case hex) of a file as it is now.
pub fn hash_file(path: &Path) -> Result<(u64, String)> {
    let mut file = File::open(path).at(path)?;
    let (size_bytes, hasher) = hash_rest(&mut file).at(path)?;
    Ok((size_bytes, hex(hasher)))
}

/// Likewise, telling the bytes read so far, and stopping with `None` once `go_on` says no.
pub fn hash_file_while(
    path: &Path,
    mut go_on: impl FnMut(u64) -> bool,
) -> Result<Option<(u64, String)>> {
    let mut file = File::open(path).at(path)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK_BYTES];
    let mut size_bytes = 0_u64;
    while go_on(size_bytes) {
        match file.read(&mut block) {
            Ok(0) => return Ok(Some((size_bytes, hex(hasher)))),
            Ok(count) => {
                hasher.update(&block[..count]);
                size_bytes += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::new(path, &error)),
        }
    }
    Ok(None)
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
