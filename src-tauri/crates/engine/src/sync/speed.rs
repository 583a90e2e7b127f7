//! How fast a reading goes, and how long it may still take.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// What is older says little about now.
const WINDOW: Duration = Duration::from_secs(10);
/// Before that a speed would be a guess.
const LEAST: Duration = Duration::from_secs(1);

/// The last seconds of a reading.
#[derive(Debug, Default)]
pub(super) struct Speed {
    /// When how many recordings had been received, oldest first.
    noted: VecDeque<(Instant, u64)>,
}

impl Speed {
    /// Notes how many recordings have been received by now.
    pub(super) fn note(&mut self, now: Instant, received: u64) {
        self.noted.push_back((now, received));
        // One that is older than the window stays as its beginning: a slow vendor's pages are further apart than that.
        while self.noted.get(1).is_some_and(|(then, _)| *then + WINDOW <= now) {
            self.noted.pop_front();
        }
    }

    /// Recordings a second, once enough time has passed.
    pub(super) fn per_s(&self) -> Option<f64> {
        let (first, last) = (self.noted.front()?, self.noted.back()?);
        let passed = last.0.duration_since(first.0);
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 recordings")]
        let received = last.1.saturating_sub(first.1) as f64;
        (passed >= LEAST).then(|| received / passed.as_secs_f64())
    }

    /// How long `left` recordings take at this speed; unknown while nothing comes.
    pub(super) fn left_ms(&self, left: u64) -> Option<u64> {
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 recordings")]
        let seconds = left as f64 / self.per_s().filter(|speed| *speed > 0.0)?;
        let left = Duration::try_from_secs_f64(seconds).ok()?;
        u64::try_from(left.as_millis()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_known_after_a_second_and_follows_the_last_ones() {
        let began = Instant::now();
        let at = |seconds: f64| began + Duration::from_secs_f64(seconds);
        let mut speed = Speed::default();
        assert_eq!((speed.per_s(), speed.left_ms(100)), (None, None));
        speed.note(at(0.0), 0);
        speed.note(at(0.5), 50);
        assert_eq!(speed.per_s(), None, "too soon to tell");
        speed.note(at(2.0), 200);
        assert_eq!(speed.per_s(), Some(100.0));
        assert_eq!(speed.left_ms(1000), Some(10_000));
        for second in 3..=40 {
            speed.note(at(f64::from(second)), 200);
        }
        assert_eq!(speed.per_s(), Some(0.0));
        assert_eq!(speed.left_ms(1000), None, "nothing comes any more");
        assert!(speed.noted.len() <= 12, "{}", speed.noted.len());
    }

    #[test]
    fn pages_further_apart_than_the_window_have_a_speed_too() {
        let began = Instant::now();
        let mut speed = Speed::default();
        speed.note(began, 0);
        speed.note(began + Duration::from_mins(1), 600);
        assert_eq!(speed.per_s(), Some(10.0));
    }
}
