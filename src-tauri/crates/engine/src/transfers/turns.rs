//! One file of a recording at a time, over all jobs: who comes second finds what the first one saved, instead of asking the
//! provider for it once more and putting a second file beside the first.

use std::collections::HashSet;
use std::sync::Mutex;

use domain::RecordingKey;
use tokio::sync::Notify;

use crate::lock;

/// The recordings whose turn it is.
#[derive(Default)]
pub(super) struct Turns {
    taken: Mutex<HashSet<RecordingKey>>,
    ended: Notify,
}

/// Lasts until it is dropped.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    key: RecordingKey,
}

impl Turns {
    /// Waits until nobody else saves this recording.
    pub(super) async fn take(&self, key: RecordingKey) -> Turn<'_> {
        loop {
            // Before it is looked for: what ends in between is not missed.
            let ended = self.ended.notified();
            if lock(&self.taken).insert(key) {
                return Turn { turns: self, key };
            }
            ended.await;
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        lock(&self.turns.taken).remove(&self.key);
        self.turns.ended.notify_waiters();
    }
}
