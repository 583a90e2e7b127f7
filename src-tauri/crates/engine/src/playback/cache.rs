//! What was heard once is kept, up to a size.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use domain::RecordingKey;

use crate::Engine;
use crate::error::{Error, Result};

/// The cache is trimmed to this size, the files heard longest ago first.
const CACHE_BYTES: u64 = 500_000_000;

impl Engine {
    pub(crate) fn cache_dir(&self) -> PathBuf {
        self.inner.data_dir.join("cache")
    }
}

/// Name of a cached file without extension. Keys are unique in an index but used again after a rebuild, so the account
/// and the vendor's id are part of it, as a hash because the id may hold anything.
pub(super) fn cache_name(key: RecordingKey, stored: &catalogue::StoredRecording) -> String {
    let id = format!("{}\n{}", stored.account, stored.recording.id);
    format!("{}-{}", key.0, uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, id.as_bytes()))
}

pub(super) fn find_cached(cache: &Path, name: &str) -> Result<Option<PathBuf>> {
    std::fs::create_dir_all(cache).map_err(|source| Error::file(cache, &source))?;
    for extension in ["mp3", "wav", "ogg", "flac", "m4a"] {
        let path = cache.join(format!("{name}.{extension}"));
        if path.is_file() {
            // Its time tells when it was last heard; a file system without times only makes the trimming less fair.
            if let Ok(file) = std::fs::File::options().append(true).open(&path) {
                let _ = file.set_modified(SystemTime::now());
            }
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Gives a verified file its name in the cache.
pub(super) fn keep_cached(cache: &Path, verified: &Path, path: PathBuf) -> Result<PathBuf> {
    std::fs::rename(verified, &path).map_err(|source| Error::file(&path, &source))?;
    trim_cache(cache, &path);
    Ok(path)
}

/// Removes the files heard longest ago until the rest fits; `newest` stays in any case.
fn trim_cache(cache: &Path, newest: &Path) {
    let Ok(entries) = std::fs::read_dir(cache) else { return };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let file = entry.metadata().ok()?;
            Some((file.modified().ok()?, file.len(), entry.path()))
        })
        .collect();
    files.sort();
    let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in files {
        if total <= CACHE_BYTES {
            break;
        }
        if path != newest && std::fs::remove_file(&path).is_ok() {
            total -= size;
        }
    }
}
