//! What a sandbox remembers over a restart: when its calls are anchored, and what was done to them since.
//!
//! The file has one JSON object a line and is only ever appended to, so a crash costs at most the last line, and a
//! deletion costs the same whether it is the first or the ten thousandth.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    /// The first start; all calls lie before it.
    Born(Timestamp),
    /// A recording was deleted.
    Deleted(String),
    /// New calls came in.
    Added { count: u32, at: Timestamp },
    /// An export was accepted.
    Exported(Export),
    /// A recording of the VBC account was deleted.
    VbcDeleted(u64),
    /// New calls came in at the VBC account: the company's, or with a number those of that person.
    VbcAdded { person: Option<usize>, count: u32, at: Timestamp },
}

/// An export that was accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// Correlation id of the reply.
    pub api_id: String,
    /// When it was accepted, by the computer's clock.
    pub accepted_at: Timestamp,
    /// The request as it came.
    pub body: serde_json::Value,
}

/// The open file.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    file: File,
}

impl StateFile {
    /// Opens or creates the file and reads what it remembers. Lines that cannot be read, such as a torn last one,
    /// are left out.
    pub(crate) fn open(path: &Path) -> Result<(Self, Vec<Event>), Error> {
        let open = || -> io::Result<(File, String)> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            if bytes.last().is_some_and(|last| *last != b'\n') {
                // The next line must not be glued to a torn one.
                file.write_all(b"\n")?;
            }
            Ok((file, String::from_utf8_lossy(&bytes).into_owned()))
        };
        let (file, text) =
            open().map_err(|source| Error::State { path: path.to_owned(), source })?;
        let events = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Ok((Self { path: path.to_owned(), file }, events))
    }

    /// Appends one event. Once this returns, a restart of the sandbox knows it.
    pub(crate) fn append(&mut self, event: &Event) -> Result<(), Error> {
        let mut write = || -> io::Result<()> {
            let mut line = serde_json::to_vec(event)?;
            line.push(b'\n');
            self.file.write_all(&line)
        };
        write().map_err(|source| Error::State { path: self.path.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_back_and_a_torn_line_costs_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/state.jsonl");
        let (mut state, events) = StateFile::open(&path).unwrap();
        assert!(events.is_empty());
        state.append(&Event::Born(Timestamp::UNIX_EPOCH)).unwrap();
        state.append(&Event::Deleted("a\nb".into())).unwrap();
        drop(state);
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend_from_slice(b"{\"deleted\":\"x");
        std::fs::write(&path, torn).unwrap();

        let (mut state, events) = StateFile::open(&path).unwrap();
        assert_eq!(events.len(), 2);
        state.append(&Event::Deleted("c".into())).unwrap();
        let (_, events) = StateFile::open(&path).unwrap();
        assert!(matches!(&events[1], Event::Deleted(id) if id == "a\nb"));
        assert!(matches!(&events[2], Event::Deleted(id) if id == "c"));
    }
}
