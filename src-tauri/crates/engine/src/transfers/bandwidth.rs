//! The bandwidth cap: one account of bytes for all that comes, and one for all that goes out. Whoever moved bytes waits
//! until they are paid for, so the rate holds over any second or two whatever the sizes of the chunks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{MutexGuard, Notify};
use tokio::time::Instant;

use crate::lock;

/// How much may be saved up while nothing comes.
const BURST: Duration = Duration::from_millis(250);

/// The same cap for either direction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caps {
    /// What comes.
    pub(crate) down: Arc<Bandwidth>,
    /// What goes out, into buckets.
    pub(crate) up: Arc<Bandwidth>,
}

impl Caps {
    /// Sets both; `None` for none.
    pub(super) fn set(&self, bytes_per_s: Option<u64>) {
        self.down.set(bytes_per_s);
        self.up.set(bytes_per_s);
    }
}

/// The cap of one direction.
#[derive(Debug, Default)]
pub(crate) struct Bandwidth {
    state: Mutex<State>,
    changed: Notify,
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    bytes_per_s: Option<u64>,
    /// Until when everything received so far is paid for.
    paid_at: Option<Instant>,
}

impl Bandwidth {
    /// Sets the cap; `None` for none.
    pub(crate) fn set(&self, bytes_per_s: Option<u64>) {
        let mut state = lock(&self.state);
        if state.bytes_per_s != bytes_per_s {
            *state = State { bytes_per_s, paid_at: None };
            self.changed.notify_waiters();
        }
    }

    /// The cap.
    pub(super) fn limit(&self) -> Option<u64> {
        lock(&self.state).bytes_per_s
    }

    /// Waits until these bytes fit under the cap, or until there is another one.
    pub(crate) async fn pay(&self, bytes: usize) {
        let mut changed = std::pin::pin!(self.changed.notified());
        changed.as_mut().enable();
        if let Some(due) = self.due(bytes, Instant::now()) {
            tokio::select! {
                () = tokio::time::sleep_until(due) => {}
                () = changed => {}
            }
        }
    }

    /// Under a cap bodies go out one after another: side by side each would take longer than servers wait for.
    pub(crate) async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        if self.limit().is_some() { Some(self.turn.lock().await) } else { None }
    }

    fn due(&self, bytes: usize, now: Instant) -> Option<Instant> {
        let mut state = lock(&self.state);
        let per_s = state.bytes_per_s?;
        let nanos = (bytes as u128) * 1_000_000_000 / u128::from(per_s.max(1));
        let cost = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let earliest = now.checked_sub(BURST).unwrap_or(now);
        let due = state.paid_at.map_or(earliest, |paid| paid.max(earliest)) + cost;
        state.paid_at = Some(due);
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_downloads_share_one_cap() {
        let cap = Bandwidth::default();
        cap.set(Some(1_000_000));
        let now = Instant::now();
        // Two hundred chunks that arrive at once are ten seconds' worth, less what was saved up before.
        let last = (0..200).filter_map(|_| cap.due(50_000, now)).max().unwrap();
        assert_eq!(last.duration_since(now), Duration::from_millis(9_750));
        let later = last + Duration::from_mins(1);
        let due = cap.due(500_000, later).unwrap();
        assert_eq!(
            due.duration_since(later),
            Duration::from_millis(250),
            "a pause earns one burst"
        );
    }

    #[test]
    fn without_a_cap_nothing_waits() {
        let cap = Bandwidth::default();
        assert_eq!(cap.due(usize::MAX, Instant::now()), None);
        cap.set(Some(10_000));
        cap.set(None);
        assert_eq!(cap.due(usize::MAX, Instant::now()), None);
    }
}
