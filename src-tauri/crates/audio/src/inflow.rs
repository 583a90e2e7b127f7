//! A file that is still coming in: one side writes it and says how far it has got, the other side reads it as if it were
//! whole, and waits where it has to.
//!
//! Nothing is read that was not said to be there, and nothing any more once the bytes turned out not to belong together:
//! silence is better than noise. The file may be given another name when it is whole; who opens it later finds it there.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use symphonia::core::io::MediaSource;

/// How far ahead of a reader the bytes should be before it goes on: about a second of uncompressed telephone sound, and
/// more than almost any packet. With less, reading waits in the middle of a packet.
const LEAD_BYTES: u64 = 16 * 1024;

/// What both sides know about the file.
#[derive(Debug)]
pub struct Inflow {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    path: PathBuf,
    /// Bytes from the beginning of the file that can be read.
    there: u64,
    /// The most there ever were.
    were_there: u64,
    /// Size of the whole file, if it was told.
    total: Option<u64>,
    /// How far the reader has got.
    read_to: u64,
    end: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Every byte is there.
    Whole,
    /// No more will come, or what came does not belong together.
    Withdrawn,
}

impl Inflow {
    /// A file at `path` that need not exist before the first byte is said to be there.
    pub fn new(path: PathBuf) -> Arc<Self> {
        let state = State { path, there: 0, were_there: 0, total: None, read_to: 0, end: None };
        Arc::new(Self { state: Mutex::new(state), changed: Condvar::new() })
    }

    /// The bytes from `from` on are about to be written, of `total` in all. When these do not continue what is there, and nothing
    /// proves that they belong to the same file, everything before is withdrawn.
    pub fn begin(&self, from: u64, total: Option<u64>, is_same_file: bool) {
        self.change(|state| {
            let is_other_size = state.total.is_some_and(|known| total != Some(known));
            if is_other_size || from != state.were_there && !is_same_file {
                state.end.get_or_insert(End::Withdrawn);
            }
            state.there = from;
            state.total = total;
        });
    }

    /// The first `there` bytes are in the file.
    pub fn reach(&self, there: u64) {
        self.change(|state| {
            state.there = there;
            state.were_there = state.were_there.max(there);
        });
    }

    /// No more will come: whoever reads gets an error, also for what is there. Without effect on a whole file.
    pub fn withdraw(&self) {
        self.change(|state| {
            state.end.get_or_insert(End::Withdrawn);
        });
    }

    /// The file is whole. `rename` gives it the name `to`, while nobody opens it.
    pub fn settle<T, E>(&self, to: &Path, rename: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut state = self.lock();
        let done = rename()?;
        to.clone_into(&mut state.path);
        state.end.get_or_insert(End::Whole);
        drop(state);
        self.changed.notify_all();
        Ok(done)
    }

    /// Whether reading ends in an error.
    pub fn is_withdrawn(&self) -> bool {
        self.lock().end == Some(End::Withdrawn)
    }

    /// Size of the whole file, if it was told.
    pub(crate) fn total(&self) -> Option<u64> {
        self.lock().total
    }

    /// Whether some packets can be read without waiting.
    pub(crate) fn is_ready(&self) -> bool {
        let state = self.lock();
        state.has(state.read_to)
    }

    /// Whether a byte, and some packets behind it, can be read without waiting.
    pub(crate) fn has(&self, byte: u64) -> bool {
        self.lock().has(byte)
    }

    /// Where the file is now.
    pub(crate) fn path(&self) -> PathBuf {
        self.lock().path.clone()
    }

    /// Opens the file, as soon as there is something in it.
    pub(crate) fn open(&self) -> io::Result<File> {
        let mut state = self.lock();
        while state.there == 0 && state.end.is_none() {
            state = self.wait(state);
        }
        match state.end {
            Some(End::Withdrawn) => Err(withdrawn()),
            _ => File::open(&state.path),
        }
    }

    /// Reads at the position `at` of `file`, when something is there. 0 is the end of the whole file.
    fn read(&self, file: &mut File, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.lock();
        // Under the lock, so that nothing is read that was written after a withdrawal.
        loop {
            match state.end {
                Some(End::Whole) => {
                    drop(state);
                    return file.read(buffer);
                }
                Some(End::Withdrawn) => return Err(withdrawn()),
                None if at < state.there => {
                    let ready = usize::try_from(state.there - at).unwrap_or(usize::MAX);
                    let ready = ready.min(buffer.len());
                    let read = file.read(&mut buffer[..ready])?;
                    if read > 0 || ready == 0 {
                        state.read_to = at + read as u64;
                        return Ok(read);
                    }
                    // The file was emptied, to be written anew.
                    state.there = at;
                }
                None if state.total.is_some_and(|total| at >= total) => return Ok(0),
                None => state = self.wait(state),
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Nothing that runs under the lock can panic but the caller's renaming, which changes nothing here.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has(&self, byte: u64) -> bool {
        let wanted = byte.saturating_add(LEAD_BYTES);
        self.end.is_some() || self.there >= self.total.map_or(wanted, |total| wanted.min(total))
    }
}

/// A kind that no container's reader takes for the end of a file or for damage.
fn withdrawn() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the rest of the recording did not come")
}

/// Where the bytes of a recording are.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// In a whole file.
    File(PathBuf),
    /// In one that is coming in.
    Inflow(Arc<Inflow>),
}

impl Origin {
    pub(crate) fn open(&self) -> io::Result<Source> {
        Ok(match self {
            Self::File(path) => Source { file: File::open(path)?, inflow: None, at: 0 },
            Self::Inflow(inflow) => {
                Source { file: inflow.open()?, inflow: Some(Arc::clone(inflow)), at: 0 }
            }
        })
    }

    /// Its name, for a message.
    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Inflow(inflow) => inflow.path(),
        }
    }

    pub(crate) fn inflow(&self) -> Option<&Arc<Inflow>> {
        match self {
            Self::File(_) => None,
            Self::Inflow(inflow) => Some(inflow),
        }
    }
}

/// An open recording.
#[derive(Debug)]
pub(crate) struct Source {
    file: File,
    inflow: Option<Arc<Inflow>>,
    /// Position in a file that comes in.
    at: u64,
}

impl Source {
    /// Size of the whole file, also of one that is coming in.
    pub(crate) fn size_bytes(&self) -> io::Result<u64> {
        match &self.inflow {
            None => self.file.metadata().map(|metadata| metadata.len()),
            Some(inflow) => inflow.total().ok_or_else(|| {
                io::Error::new(io::ErrorKind::Unsupported, "its size is not known yet")
            }),
        }
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(inflow) = &self.inflow else { return self.file.read(buffer) };
        let read = inflow.read(&mut self.file, self.at, buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // The end of what is there is not the end of the file.
        let to = match to {
            SeekFrom::End(by) if self.inflow.is_some() => {
                SeekFrom::Start(self.size_bytes()?.saturating_add_signed(by))
            }
            to => to,
        };
        self.at = self.file.seek(to)?;
        Ok(self.at)
    }
}

impl MediaSource for Source {
    /// A reader that knows that it could jump to the end looks there for the length, and would wait for it.
    fn is_seekable(&self) -> bool {
        self.inflow.is_none() && self.file.is_seekable()
    }

    fn byte_len(&self) -> Option<u64> {
        self.size_bytes().ok()
    }
}
