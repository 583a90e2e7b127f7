//! Stands for the sound device in builds without the feature `device`: there never is one.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use super::Command;
use super::feed::Feed;

/// Cannot exist.
pub(super) enum Device {}

impl Device {
    /// Says why not.
    pub(super) fn open(_opening: u64, _lost: &Sender<Command>) -> Result<Self, String> {
        Err(String::from("this build has no sound output"))
    }

    /// Never called.
    pub(super) fn attach(&self, _feed: Arc<Feed>) -> Result<(), String> {
        match *self {}
    }
}
