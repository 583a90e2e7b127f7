//! Where a download goes: a folder, or a bucket. The window knows either by a token only.

use std::path::{Path, PathBuf};

use catalogue::CopyRecord;
use domain::PlaceId;
use uuid::Uuid;

use super::same_folder::SameFolder;
use super::{FolderToken, Transfers};
use crate::error::{Error, Result};
use crate::folders::Folders;
use crate::lock;
use crate::places::Place;

/// What a token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    Folder(PathBuf),
    Place(PlaceId),
}

impl Destination {
    /// The folder; `None` for a bucket.
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Place(_) => None,
        }
    }

    /// Tells of each copy whether it is here and was not found changed, as far as can be told without asking anybody on the
    /// network.
    pub(super) fn has(&self, folders: &Folders) -> Box<dyn Fn(&CopyRecord) -> bool + '_> {
        match self {
            Self::Folder(folder) => {
                let folder = SameFolder::new(folder, folders);
                Box::new(move |copy| {
                    folder.below(&copy.path).is_some()
                        && super::found::is_there(copy)
                        && !copy.is_spoilt()
                })
            }
            Self::Place(place) => {
                Box::new(move |copy| copy.place.as_ref() == Some(place) && !copy.is_spoilt())
            }
        }
    }
}

impl Transfers {
    /// Takes in a folder.
    pub(super) fn take(&self, folder: &Path) -> String {
        self.keep(Destination::Folder(folder.to_owned()))
    }

    /// Takes in a bucket.
    pub(crate) fn take_place(&self, place: &Place) -> FolderToken {
        let token = self.keep(Destination::Place(place.id.clone()));
        let path = format!("{} ({})", place.label, place.address()).into();
        FolderToken { token, path, free_bytes: None, place: Some(place.id.clone()) }
    }

    fn keep(&self, destination: Destination) -> String {
        let token = Uuid::new_v4().to_string();
        lock(&self.folders).insert(token.clone(), destination);
        token
    }

    /// What a token stands for.
    pub(crate) fn destination(&self, token: &str) -> Result<Destination> {
        let destination = lock(&self.folders).get(token).cloned();
        destination.ok_or_else(|| Error::stale("Choose the folder again."))
    }

    /// The folder behind a token.
    ///
    /// # Errors
    /// `Invalid` for a bucket: what asks for this needs a folder on this computer.
    pub(crate) fn folder(&self, token: &str) -> Result<PathBuf> {
        match self.destination(token)? {
            Destination::Folder(folder) => Ok(folder),
            Destination::Place(_) => {
                Err(Error::invalid("folderToken", "This needs a folder on this computer."))
            }
        }
    }
}
