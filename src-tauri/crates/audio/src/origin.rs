//! Where the bytes of a recording are read from: a whole file, or one that is still coming in.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use symphonia::core::io::MediaSource;

use crate::inflow::Inflow;

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
            Self::File(path) => {
                Source { file: File::open(path)?, ahead: None, inflow: None, at: 0 }
            }
            Self::Inflow(inflow) => {
                let file = inflow.open()?;
                Source { file, ahead: None, inflow: Some(Arc::clone(inflow)), at: 0 }
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
    /// The later part of one that comes in, once something was read there.
    ahead: Option<(PathBuf, File)>,
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
        let read = inflow.read(&mut self.file, &mut self.ahead, self.at, buffer)?;
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
            SeekFrom::Current(by) if self.inflow.is_some() => {
                SeekFrom::Start(self.at.saturating_add_signed(by))
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
