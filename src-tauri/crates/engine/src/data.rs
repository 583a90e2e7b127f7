//! The data folder: what is in it, back up, rebuild.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::events::Event;
use crate::{Engine, blocking};

/// The operating system, by the name the window uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Linux and other free desktops.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

impl Platform {
    /// The one this was built for.
    pub const fn current() -> Self {
        if cfg!(target_os = "macos") {
            Self::Macos
        } else if cfg!(windows) {
            Self::Windows
        } else {
            Self::Linux
        }
    }
}

/// Facts about the data folder.
#[derive(Debug, Clone)]
pub struct DataFacts {
    /// The folder.
    pub data_dir: PathBuf,
    /// Size of the index in bytes.
    pub index_bytes: u64,
    /// Size of cached audio in bytes.
    pub cache_bytes: u64,
    /// What was repaired at the start, as a sentence.
    pub start_note: Option<String>,
    /// The operating system.
    pub platform: Platform,
}

impl Engine {
    /// Facts about the data folder.
    pub async fn data_facts(&self) -> Result<DataFacts> {
        let catalogue = self.inner.catalogue.clone();
        let (data_dir, cache) = (self.inner.data_dir.clone(), self.cache_dir());
        let start_note = self.inner.start_note.clone();
        blocking(move || {
            Ok(DataFacts {
                data_dir,
                index_bytes: catalogue.size_bytes(),
                cache_bytes: folder_bytes(&cache),
                start_note,
                platform: Platform::current(),
            })
        })
        .await
    }

    /// Copies the index to `path` while the app goes on. It holds no secrets.
    pub async fn back_up(&self, path: PathBuf) -> Result<()> {
        self.with_catalogue(move |catalogue| catalogue.back_up_to(&path)).await
    }

    /// Drops the index of recordings and reads it anew from the providers. What was saved on disk is kept and joined
    /// again; accounts, jobs, exports and the record of deletions stay.
    ///
    /// # Errors
    /// `Invalid` while downloads run: they know their recordings by the index that would be dropped.
    pub async fn rebuild(&self) -> Result<()> {
        if self.inner.transfers.any_running() {
            let what =
                "Downloads are running. Pause them, or wait for their end, then rebuild.".into();
            return Err(Error::Invalid { field: None, what });
        }
        self.stop_syncs().await;
        self.with_catalogue(catalogue::Catalogue::forget_recordings).await?;
        self.tell(Event::LibraryChanged);
        for state in self.accounts().await? {
            self.start_sync(&state.account.id);
        }
        Ok(())
    }
}

/// Sizes of the files in a folder, not below it; a folder that is not there has none.
fn folder_bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|file| file.len()).sum()
}
