//! The log: a file in the data folder, rolled by size. `tracing-appender` rolls by day only, which bounds nothing.
//!
//! No secret can get here: credentials are `Secret<T>`, which has no text, and vendor addresses are stripped from
//! network errors before they become messages.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// A file is rolled at this size.
const FILE_BYTES: u64 = 5_000_000;
/// How many old files are kept: `tapeshelf.log.1` is the youngest.
const KEPT: u32 = 4;

/// Begins to log to `<data_dir>/logs/tapeshelf.log`, JSON lines, and returns that path. `TAPESHELF_LOG` sets the level
/// (`debug`, or `tapeshelf_engine=trace`).
pub(crate) fn open(data_dir: &Path) -> io::Result<PathBuf> {
    let folder = data_dir.join("logs");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("tapeshelf.log");
    let writer = Rolling(Arc::new(Mutex::new(Open::at(path.clone())?)));
    let filter =
        EnvFilter::try_from_env("TAPESHELF_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let logging = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(writer);
    // A second engine in the same process (tests) goes on with the first one's log.
    if logging.try_init().is_err() {
        tracing::debug!("the log was open already");
    }
    std::panic::set_hook(Box::new(|panic| tracing::error!("panic: {panic}")));
    Ok(path)
}

#[derive(Clone)]
struct Rolling(Arc<Mutex<Open>>);

struct Open {
    path: PathBuf,
    file: File,
    size: u64,
}

impl Open {
    fn at(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let size = file.metadata()?.len();
        Ok(Self { path, file, size })
    }

    fn numbered(&self, number: u32) -> PathBuf {
        self.path.with_extension(format!("log.{number}"))
    }

    fn roll(&mut self) -> io::Result<()> {
        for number in (1..KEPT).rev() {
            let younger = self.numbered(number);
            if younger.exists() {
                std::fs::rename(younger, self.numbered(number + 1))?;
            }
        }
        std::fs::rename(&self.path, self.numbered(1))?;
        *self = Self::at(self.path.clone())?;
        Ok(())
    }
}

impl Write for &Rolling {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.size + line.len() as u64 > FILE_BYTES && open.size > 0 {
            open.roll()?;
        }
        let written = open.file.write(line)?;
        open.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).file.flush()
    }
}

impl<'a> MakeWriter<'a> for Rolling {
    type Writer = &'a Rolling;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_never_grows_beyond_its_bound() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tapeshelf.log");
        let rolling = Rolling(Arc::new(Mutex::new(Open::at(path.clone()).unwrap())));
        let line = vec![b'x'; 1_000_000];
        for _ in 0..40 {
            (&rolling).write_all(&line).unwrap();
        }
        let sizes: Vec<u64> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .collect();
        assert_eq!(sizes.len(), 1 + KEPT as usize);
        assert!(sizes.iter().all(|size| *size <= FILE_BYTES), "{sizes:?}");
    }
}
