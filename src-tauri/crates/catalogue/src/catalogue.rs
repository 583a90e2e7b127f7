//! The open index: its connections, and how everything else reads and writes through them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{Error, Result};
use crate::mirror::{Mirror, Touched};
use crate::open::{self, OpenNote, beside};
use crate::open_mark::{Mark, Use};
use crate::pictures;
use crate::salvage;

/// Readers kept open for the next question. More may exist for a moment when many ask at once.
const KEPT_READERS: usize = 3;

/// Pages a backup copies before it looks whether a writer waits: 4 MB.
const BACKUP_STEP_PAGES: i32 = 1024;

/// The open index. Clones share it; every method may be called from any thread.
#[derive(Clone)]
pub struct Catalogue {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    busy_timeout: Duration,
    /// The one connection that writes. WAL lets readers go on beside it.
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    /// All rows in memory, for searching, and the rows that a change under way touched.
    mirror: Mirror,
    touched: Touched,
    mark: Mark,
    /// The file says "in use" on disk.
    marked: AtomicBool,
    /// Something unreadable was met; the mark says so until the next start.
    damaged: AtomicBool,
    /// Something odd was met; the next start looks closely.
    suspect: AtomicBool,
    /// The exit before this use was not clean, and the whole file is still to be checked.
    unchecked: AtomicBool,
    picturing: Mutex<()>,
    touched_since_counted: AtomicUsize,
}

impl Catalogue {
    /// Opens the index in `dir`, or begins one. Makes `dir` if need be.
    ///
    /// A file that is damaged, or no database at all, is renamed (`catalogue.sqlite3.corrupt-1`) and a new index is
    /// begun; accounts, settings, copies, jobs and records are carried over as far as they can be read, and the note
    /// says so. After an unclean exit the file is checked first, a large one by [`Catalogue::warm_up`]. An older file is
    /// backed up and migrated.
    ///
    /// # Errors
    /// [`Error::NewerVersion`] for the file of a newer program, which is left untouched; [`Error::Busy`],
    /// [`Error::DiskFull`] and [`Error::NotWritable`] as they say.
    pub fn open(dir: &Path) -> Result<(Self, OpenNote)> {
        Self::open_waiting(dir, Duration::from_secs(5), open::CHECKED_AT_ONCE_BYTES)
    }

    /// [`Catalogue::open`] with the time to wait for another program's lock, and the size up to which a file is checked at once.
    pub(crate) fn open_waiting(
        dir: &Path,
        busy_timeout: Duration,
        checked_at_once_bytes: u64,
    ) -> Result<(Self, OpenNote)> {
        salvage::resume(dir)?;
        let mut opened = open::open_in(dir, busy_timeout, checked_at_once_bytes)?;
        if opened.note.repaired.is_some() {
            pictures::remove(&pictures::path_in(dir));
        }
        let touched = Touched::default();
        touched.watch(&mut opened.writer)?;
        let inner = Inner {
            path: opened.path,
            busy_timeout,
            writer: Mutex::new(opened.writer),
            readers: Mutex::new(Vec::new()),
            mirror: Mirror::default(),
            touched,
            mark: opened.mark,
            marked: AtomicBool::new(true),
            damaged: AtomicBool::new(false),
            suspect: AtomicBool::new(false),
            unchecked: AtomicBool::new(opened.is_unchecked),
            picturing: Mutex::default(),
            touched_since_counted: AtomicUsize::new(0),
        };
        Ok((Self { inner: Arc::new(inner) }, opened.note))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Size on disk, with what is not yet merged into the main file.
    pub fn size_bytes(&self) -> u64 {
        [self.inner.path.clone(), beside(&self.inner.path, "-wal")]
            .iter()
            .filter_map(|path| std::fs::metadata(path).ok())
            .map(|metadata| metadata.len())
            .sum()
    }

    /// Writes a copy of the whole index to `path`, replacing a file there only when the copy is complete. Others may
    /// read and write meanwhile.
    pub fn back_up_to(&self, path: &Path) -> Result<()> {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let part = tempfile::Builder::new()
            .prefix(".tapeshelf-backup-")
            .tempfile_in(folder)
            .map_err(|source| Error::from_io(source, folder))?;
        let reader = self.take_reader()?;
        let copied = copy_database(&reader, part.path()).map_err(|error| error.classified(path));
        self.put_reader_back(reader);
        copied?;
        part.as_file().sync_all().map_err(|source| Error::from_io(source, path))?;
        part.persist(path).map_err(|error| Error::from_io(error.error, path))?;
        Ok(())
    }

    /// Merges everything into the main file and notes that the program ended well, so that the next start need not
    /// check the file; of many rows in memory a picture is kept, so that it need not read them either. The index stays usable; the next write takes the note back.
    pub fn close_cleanly(&self) -> Result<()> {
        self.keep_picture();
        let writer = self.writer();
        self.readers().clear();
        // First the statistics, which are written too. Without them the merge is still worth having.
        let optimized = writer.execute_batch("PRAGMA optimize");
        let merged = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        self.examined(optimized.and(merged).map_err(Error::from))?;
        let sound = [&self.inner.damaged, &self.inner.suspect, &self.inner.unchecked]
            .iter()
            .all(|flag| !flag.load(Ordering::SeqCst));
        if sound {
            self.inner.mark.clear()?;
            self.inner.marked.store(false, Ordering::SeqCst);
        }
        Ok(())
    }

    /// Checks the whole file if that is still to be done since the last exit was not clean. Damage is noted, for the next start.
    pub(crate) fn check_if_due(&self) -> Result<()> {
        if self.inner.unchecked.load(Ordering::SeqCst) {
            self.examined(open::check_in_use(&self.inner.path, self.inner.busy_timeout))?;
            self.inner.unchecked.store(false, Ordering::SeqCst);
        }
        Ok(())
    }

    /// Runs `work` on one unchanging view of the index.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut reader = self.take_reader()?;
        let result = match reader.transaction() {
            Ok(transaction) => work(&transaction),
            Err(error) => Err(error.into()),
        };
        self.put_reader_back(reader);
        self.examined(result)
    }

    /// Runs `work` as one change: all of it is kept, durably, or nothing.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.write_then(work, |value| value)
    }

    /// The same, and then does something else before the next change is let in.
    pub(crate) fn write_then<T, U>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
        then: impl FnOnce(T) -> U,
    ) -> Result<U> {
        let mut writer = self.writer();
        if !self.inner.marked.load(Ordering::SeqCst) {
            self.inner.mark.set(Use::Open)?;
            self.inner.marked.store(true, Ordering::SeqCst);
        }
        // What an earlier change touched before it was undone.
        drop(self.inner.touched.take());
        let result = (|| {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            let given_up = self.bound_changes(&transaction, self.inner.touched.count())?;
            transaction.commit()?;
            if given_up {
                self.inner.mirror.set_pictured(false);
                pictures::remove(&self.picture_path());
            }
            Ok(value)
        })();
        if result.is_ok() {
            // The change is made, whatever becomes of the picture of it.
            if let Err(error) = self.inner.mirror.apply(&writer, &self.inner.touched.take()) {
                tracing::warn!(%error, "the rows in memory could not follow a change; they will be read anew");
                self.inner.mirror.reset();
            }
        }
        self.examined(result.map(then))
    }

    /// Runs `work` on the rows in memory, which are read first if need be. `work` answers `None` when they are not there.
    pub(crate) fn with_mirror<T>(
        &self,
        work: impl Fn(&Mirror, &Transaction<'_>) -> Result<Option<T>>,
    ) -> Result<T> {
        loop {
            if !self.inner.mirror.is_loaded() {
                let connect = || open::connect_reader(&self.inner.path, self.inner.busy_timeout);
                self.examined(self.inner.mirror.load(&connect, &self.picture_path()))?;
            }
            // A large change may have dropped them again.
            if let Some(answer) = self.read(|tx| work(&self.inner.mirror, tx))? {
                return Ok(answer);
            }
        }
    }

    /// Where the saved picture of the rows is.
    pub(crate) fn picture_path(&self) -> PathBuf {
        pictures::path_in(self.inner.path.parent().unwrap_or(Path::new(".")))
    }

    /// Held while a picture of the rows is taken.
    pub(crate) fn picturing(&self) -> &Mutex<()> {
        &self.inner.picturing
    }

    /// Rows touched since the changes after the last picture were counted.
    pub(crate) fn touched_since_counted(&self) -> &AtomicUsize {
        &self.inner.touched_since_counted
    }

    /// The rows in memory, if they are there.
    pub(crate) fn mirror(&self) -> &Mirror {
        &self.inner.mirror
    }

    /// Gives errors their meaning, and leaves word of possible damage for the next start.
    fn examined<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| {
            let error = error.classified(&self.inner.path);
            let noted = match &error {
                Error::Corrupt { what } => {
                    tracing::error!(what, "the index is damaged");
                    self.inner.damaged.store(true, Ordering::SeqCst);
                    self.inner.mark.set(Use::Damaged)
                }
                // Our statements do not break rules of a sound file, so this may be damage that shows itself late.
                Error::Sqlite(source) if !self.inner.damaged.load(Ordering::SeqCst) => {
                    tracing::error!(%source, "the index behaves oddly");
                    self.inner.suspect.store(true, Ordering::SeqCst);
                    self.inner.mark.set(Use::Suspect)
                }
                _ => Ok(()),
            };
            if let Err(error) = noted {
                tracing::warn!(%error, "that could not be noted");
            }
            error
        })
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic while it was held rolled its transaction back, so the connection is sound.
        self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_reader(&self) -> Result<Connection> {
        let kept = self.readers().pop();
        match kept {
            Some(reader) => Ok(reader),
            None => self.examined(open::connect_reader(&self.inner.path, self.inner.busy_timeout)),
        }
    }

    fn put_reader_back(&self, reader: Connection) {
        let mut readers = self.readers();
        if readers.len() < KEPT_READERS {
            readers.push(reader);
        }
    }
}

fn copy_database(from: &Connection, to: &Path) -> Result<()> {
    let mut target = Connection::open(to)?;
    let backup = Backup::new(from, &mut target)?;
    loop {
        match backup.step(BACKUP_STEP_PAGES)? {
            StepResult::Done => return Ok(()),
            // Another connection is in the way for a moment; SQLite says when it has waited long enough.
            StepResult::Busy | StepResult::Locked => return Err(Error::Busy),
            _ => {}
        }
    }
}
