//! What moves right now: bytes per file under way, and the rate over the last seconds. Lost at a stop, and that is fine:
//! the `.part` files know how far they are.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use catalogue::{ItemRecord, ItemState};

use crate::lock;

/// The rate is taken over this long.
const WINDOW: Duration = Duration::from_secs(4);

/// Progress of the files under way.
pub(super) struct Live {
    state: Mutex<State>,
    began: Instant,
}

impl Default for Live {
    fn default() -> Self {
        Self { state: Mutex::default(), began: Instant::now() }
    }
}

#[derive(Default)]
struct State {
    /// Files that left in this run.
    settled: u32,
    /// Position of the item → received and whole size.
    files: HashMap<u32, (u64, Option<u64>)>,
    /// Bytes that came in this run.
    arrived: u64,
    /// When how many bytes had come.
    marks: VecDeque<(Instant, u64)>,
}

impl Live {
    /// A file has `received` bytes now. The first call for a position counts what was there before as not arrived.
    pub(super) fn note(&self, position: u32, received: u64, total: Option<u64>, now: Instant) {
        let mut state = lock(&self.state);
        let before =
            state.files.insert(position, (received, total)).map_or(received, |(before, _)| before);
        state.arrived += received.saturating_sub(before);
        let arrived = state.arrived;
        // A mark every tenth of the window is enough.
        if state.marks.back().is_none_or(|(at, _)| now.duration_since(*at) >= WINDOW / 10) {
            state.marks.push_back((now, arrived));
        }
        while state.marks.len() > 2
            && state.marks.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW)
        {
            state.marks.pop_front();
        }
    }

    /// A file left: its bytes are in the catalogue now, or it goes back to the queue.
    pub(super) fn settle(&self, position: u32) {
        let mut state = lock(&self.state);
        state.files.remove(&position);
        state.settled += 1;
    }

    /// Received and whole size of one file under way.
    pub(super) fn of(&self, position: u32) -> Option<(u64, Option<u64>)> {
        lock(&self.state).files.get(&position).copied()
    }

    /// How long so many bytes, or else so many files, take at the rate of this run.
    pub(super) fn left_ms(&self, bytes: Option<u64>, files: u32, now: Instant) -> Option<u64> {
        let rate = self.bytes_per_s();
        if let Some(bytes) = bytes
            && rate > 0
        {
            return Some(bytes.saturating_mul(1000) / rate);
        }
        let settled = lock(&self.state).settled;
        let elapsed = now.duration_since(self.began).as_millis();
        let left =
            u128::from(files) * elapsed / u128::from(std::num::NonZeroU32::new(settled)?.get());
        u64::try_from(left).ok()
    }

    /// Bytes of the files under way.
    pub(super) fn unsettled_bytes(&self) -> u64 {
        lock(&self.state).files.values().map(|(received, _)| received).sum()
    }

    /// Bytes a second over the window.
    pub(super) fn bytes_per_s(&self) -> u64 {
        let state = lock(&self.state);
        let (Some((first_at, first)), Some((last_at, last))) =
            (state.marks.front(), state.marks.back())
        else {
            return 0;
        };
        let millis = last_at.duration_since(*first_at).as_millis();
        let per_s = (u128::from(last - first) * 1000).checked_div(millis).unwrap_or(0);
        u64::try_from(per_s).unwrap_or(u64::MAX)
    }

    /// Puts the present progress into a record read from the catalogue.
    pub(super) fn apply_to(&self, item: &mut ItemRecord) {
        if let Some((received, total)) = lock(&self.state).files.get(&item.position) {
            item.received_bytes = *received;
            item.total_bytes = total.or(item.total_bytes);
            if item.state == ItemState::Receiving && total.is_some_and(|total| *received >= total) {
                item.state = ItemState::Verifying;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_counts_only_what_arrived_in_this_run() {
        let live = Live::default();
        let start = Instant::now();
        live.note(0, 5_000, Some(10_000), start);
        assert_eq!(live.bytes_per_s(), 0);
        live.note(0, 7_000, Some(10_000), start + Duration::from_secs(1));
        assert_eq!(live.bytes_per_s(), 2_000);
        assert_eq!(live.unsettled_bytes(), 7_000);
        live.settle(0);
        assert_eq!(live.unsettled_bytes(), 0);
    }
}
