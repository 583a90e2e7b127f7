//! The bandwidth cap: one account of bytes for all downloads together. Whoever received bytes waits until they are paid
//! for, so the rate holds over any second or two whatever the sizes of the chunks.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::lock;

/// How much may be saved up while nothing comes.
const BURST: Duration = Duration::from_millis(250);

/// The cap.
#[derive(Debug, Default)]
pub(crate) struct Bandwidth {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    bytes_per_s: Option<u64>,
    /// Until when everything received so far is paid for.
    paid_at: Option<Instant>,
}

impl Bandwidth {
    /// Sets the cap; `None` for none.
    pub(super) fn set(&self, bytes_per_s: Option<u64>) {
        let mut state = lock(&self.state);
        if state.bytes_per_s != bytes_per_s {
            *state = State { bytes_per_s, paid_at: None };
        }
    }

    /// The cap.
    pub(super) fn limit(&self) -> Option<u64> {
        lock(&self.state).bytes_per_s
    }

    /// Waits until these bytes fit under the cap.
    pub(crate) async fn pay(&self, bytes: usize) {
        if let Some(due) = self.due(bytes, Instant::now()) {
            tokio::time::sleep_until(due).await;
        }
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
