//! A file that is still coming in: one side writes it and says how far it has got, the other side reads it as if it were
//! whole, and waits where it has to.
//!
//! Nothing is read that was not said to be there, and nothing any more once the bytes turned out not to belong together:
//! silence is better than noise. The file may be given another name when it is whole; who opens it later finds it there.
//!
//! Who jumps far ahead need not wait for all before: a later part can come in beside the file, in one of its own, and is read
//! until the file itself has got there.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

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
    /// What tells this file from an earlier or later one of the same name: a strong `ETag`.
    version: Option<String>,
    /// How far the reader has got.
    read_to: u64,
    ahead: Option<Ahead>,
    end: Option<End>,
}

/// A later part of the file.
#[derive(Debug)]
struct Ahead {
    /// The file that holds nothing else.
    path: PathBuf,
    /// Its first byte, counted in the whole file.
    from: u64,
    /// The byte behind its last one that can be read, counted likewise.
    to: u64,
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
        let state = State {
            path,
            there: 0,
            were_there: 0,
            total: None,
            version: None,
            read_to: 0,
            ahead: None,
            end: None,
        };
        Arc::new(Self { state: Mutex::new(state), changed: Condvar::new() })
    }

    /// The bytes from `from` on are about to be written, of `total` in all. When these do not continue what is there, and
    /// `version`, a strong `ETag`, does not prove that they belong to the same file, everything before is withdrawn.
    pub fn begin(&self, from: u64, total: Option<u64>, version: Option<&str>) {
        self.change(|state| {
            let is_same_file = version.is_some() && version == state.version.as_deref();
            let is_other_size = state.total.is_some_and(|known| total != Some(known));
            if is_other_size || from != state.were_there && !is_same_file {
                state.end.get_or_insert(End::Withdrawn);
            }
            if !is_same_file {
                state.ahead = None;
            }
            state.there = from;
            state.total = total;
            state.version = version.map(str::to_owned);
        });
    }

    /// The first `there` bytes are in the file.
    pub fn reach(&self, there: u64) {
        self.change(|state| {
            state.there = there;
            state.were_there = state.were_there.max(there);
        });
    }

    /// A later part comes in beside the file, into one of its own at `path`, from the byte `from` of the whole file on. It takes
    /// the place of an earlier one. The caller knows that it is of the same version.
    pub fn begin_ahead(&self, path: PathBuf, from: u64) {
        self.change(|state| state.ahead = Some(Ahead { path, from, to: from }));
    }

    /// The part that began at `from` can be read up to the byte `to` of the whole file. Without effect on another part.
    pub fn reach_ahead(&self, from: u64, to: u64) {
        self.change(|state| {
            if let Some(ahead) = state.ahead.as_mut().filter(|ahead| ahead.from == from) {
                ahead.to = to;
            }
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

    /// What proves that other bytes are of the same file: its strong `ETag`, if it has one.
    pub fn version(&self) -> Option<String> {
        self.lock().version.clone()
    }

    /// Up to which byte everything can be read from `from` on; `from` itself if nothing can.
    pub fn readable_to(&self, from: u64) -> u64 {
        self.lock().readable_to(from)
    }

    /// Whether the later part is the one in this file.
    pub fn is_ahead_in(&self, path: &Path) -> bool {
        self.lock().ahead.as_ref().is_some_and(|ahead| ahead.path == path)
    }

    /// The later part that is there beside the file and not in it yet: its first byte, and the one behind its last.
    pub fn ahead(&self) -> Option<(u64, u64)> {
        let state = self.lock();
        state
            .ahead
            .as_ref()
            .map(|ahead| (ahead.from.max(state.there), ahead.to))
            .filter(|(from, to)| from < to)
    }

    /// Size of the whole file, if it was told.
    pub fn total(&self) -> Option<u64> {
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

    /// Whether everything up to a byte, and some packets behind it, is in the file itself.
    pub(crate) fn has_all_before(&self, byte: u64) -> bool {
        let state = self.lock();
        state.end.is_some() || state.there >= state.with_lead(byte)
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

    /// Reads at the position `at`, when something is there, from `file` or from the part that lies ahead of it, which is kept
    /// open in `ahead`. 0 is the end of the whole file.
    pub(crate) fn read(
        &self,
        file: &mut File,
        ahead: &mut Option<(PathBuf, File)>,
        at: u64,
        buffer: &mut [u8],
    ) -> io::Result<usize> {
        let mut state = self.lock();
        // Under the lock, so that nothing is read that was written after a withdrawal.
        loop {
            match state.end {
                Some(End::Whole) => {
                    drop(state);
                    return read_at(file, at, buffer);
                }
                Some(End::Withdrawn) => return Err(withdrawn()),
                None if at < state.there => {
                    let ready = usize::try_from(state.there - at).unwrap_or(usize::MAX);
                    let ready = ready.min(buffer.len());
                    let read = read_at(file, at, &mut buffer[..ready])?;
                    if read > 0 || ready == 0 {
                        state.read_to = at + read as u64;
                        return Ok(read);
                    }
                    // The file was emptied, to be written anew.
                    state.there = at;
                }
                None if state.total.is_some_and(|total| at >= total) => return Ok(0),
                None => match state.read_ahead(ahead, at, buffer)? {
                    0 => state = self.wait(state),
                    read => return Ok(read),
                },
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
    /// The byte that must be there before a reader at `byte` gets on without waiting.
    fn with_lead(&self, byte: u64) -> u64 {
        let wanted = byte.saturating_add(LEAD_BYTES);
        self.total.map_or(wanted, |total| wanted.min(total))
    }

    fn has(&self, byte: u64) -> bool {
        self.end.is_some() || self.readable_to(byte) >= self.with_lead(byte)
    }

    fn readable_to(&self, from: u64) -> u64 {
        let to = self.there.max(from);
        match &self.ahead {
            Some(ahead) if ahead.from <= to && to < ahead.to => ahead.to,
            _ => to,
        }
    }

    /// Reads in the part that lies ahead, which is opened if it is not in `open`. 0 when it has nothing for this place.
    fn read_ahead(
        &mut self,
        open: &mut Option<(PathBuf, File)>,
        at: u64,
        buffer: &mut [u8],
    ) -> io::Result<usize> {
        let covers = |ahead: &&Ahead| (ahead.from..ahead.to).contains(&at);
        let Some(ahead) = self.ahead.as_ref().filter(covers) else { return Ok(0) };
        if open.as_ref().is_none_or(|(path, _)| *path != ahead.path) {
            *open = File::open(&ahead.path).ok().map(|file| (ahead.path.clone(), file));
        }
        let ready = usize::try_from(ahead.to - at).unwrap_or(usize::MAX).min(buffer.len());
        let read = match open {
            Some((_, file)) => read_at(file, at - ahead.from, &mut buffer[..ready])?,
            None => 0,
        };
        if read == 0 && ready > 0 {
            // It was removed or emptied. What was in it comes in the file itself.
            self.ahead = None;
        }
        self.read_to = at + read as u64;
        Ok(read)
    }
}

/// Positions are kept by who reads, because the next bytes may be in another file.
fn read_at(file: &mut File, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    file.read(buffer)
}

/// A kind that no container's reader takes for the end of a file or for damage.
fn withdrawn() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the rest of the recording did not come")
}
