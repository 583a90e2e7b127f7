//! Keeps the computer awake while work goes on. Best effort: where the system offers no way (no session bus, a bare
//! window manager), the work goes on all the same, and this is said once in the log.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::lock;

/// Holds the computer awake while it is set.
#[derive(Default)]
pub(crate) struct Awake {
    held: Mutex<Option<keepawake::KeepAwake>>,
    failed: AtomicBool,
}

impl Awake {
    /// Holds or lets go, as `is_wanted` says. It is asked when nobody else holds or lets go, so that of two who come at once
    /// the later one knows what is so now. Talks to the system, so it belongs on a thread that may block.
    pub(crate) fn hold_while(&self, is_wanted: impl FnOnce() -> bool) {
        let mut held = lock(&self.held);
        let hold = is_wanted();
        if hold == held.is_some() || (hold && self.failed.load(Ordering::Relaxed)) {
            return;
        }
        *held = None;
        if !hold {
            return;
        }
        let asked = keepawake::Builder::default()
            .idle(true)
            .sleep(true)
            .reason("Downloads are running")
            .app_name("Tapeshelf")
            .app_reverse_domain("io.tapeshelf")
            .create();
        match asked {
            Ok(awake) => *held = Some(awake),
            Err(error) => {
                self.failed.store(true, Ordering::Relaxed);
                tracing::info!(%error, "this system cannot be kept awake while downloads run");
            }
        }
    }

    /// Whether the system agreed.
    pub(crate) fn is_held(&self) -> bool {
        lock(&self.held).is_some()
    }
}
