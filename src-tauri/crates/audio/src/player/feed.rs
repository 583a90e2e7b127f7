//! The short queue of samples between the player thread and the device's own thread.
//!
//! It is kept short (a fifth of a second) and can be emptied, so that a seek is heard at once; and it knows which frame of
//! the recording is at its front, so that the position shown is the one heard.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How much sound the queue holds when full.
const FULL_MS: u64 = 200;

/// Samples on their way to the device.
#[derive(Debug)]
pub(crate) struct Feed {
    sample_rate_hz: u32,
    channels: u16,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    samples: VecDeque<f32>,
    /// Frame of the recording at the front of `samples`.
    front_frame: u64,
    /// Nothing comes behind what is queued.
    has_ended: bool,
    is_playing: bool,
    /// The device is to let go of this feed.
    is_closed: bool,
    gain: f32,
}

impl Feed {
    pub(crate) fn new(sample_rate_hz: u32, channels: u16) -> Self {
        Self { sample_rate_hz, channels, queue: Mutex::new(Queue::default()) }
    }

    #[cfg(feature = "device")]
    pub(crate) fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    #[cfg(feature = "device")]
    pub(crate) fn channels(&self) -> u16 {
        self.channels
    }

    /// Whether more should be decoded now.
    pub(crate) fn wants_more(&self) -> bool {
        let queue = self.lock();
        let full = u64::from(self.sample_rate_hz) * u64::from(self.channels) * FULL_MS / 1000;
        !queue.has_ended && (queue.samples.len() as u64) < full
    }

    pub(crate) fn push(&self, samples: &[f32]) {
        self.lock().samples.extend(samples);
    }

    /// Nothing comes behind what is queued.
    pub(crate) fn end(&self) {
        self.lock().has_ended = true;
    }

    /// Drops what is queued; the next sample pushed is of this frame.
    pub(crate) fn restart_at(&self, frame: u64) {
        let mut queue = self.lock();
        queue.samples.clear();
        queue.front_frame = frame;
        queue.has_ended = false;
    }

    /// Whether there is nothing to take, although more comes.
    pub(crate) fn is_starved(&self) -> bool {
        let queue = self.lock();
        queue.samples.is_empty() && !queue.has_ended
    }

    /// Drops what lies before a frame, as far as it is queued.
    pub(crate) fn skip_to(&self, frame: u64) {
        let channels = usize::from(self.channels);
        let mut queue = self.lock();
        let queued = queue.samples.len() / channels;
        let ahead = usize::try_from(frame.saturating_sub(queue.front_frame)).unwrap_or(usize::MAX);
        let skipped = ahead.min(queued);
        queue.samples.drain(..skipped * channels);
        queue.front_frame += skipped as u64;
    }

    pub(crate) fn set_playing(&self, is_playing: bool) {
        self.lock().is_playing = is_playing;
    }

    pub(crate) fn set_gain(&self, gain: f32) {
        self.lock().gain = gain;
    }

    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
    }

    /// The frame that is heard next, and whether everything was heard.
    pub(crate) fn position(&self) -> (u64, bool) {
        let queue = self.lock();
        (queue.front_frame, queue.has_ended && queue.samples.is_empty())
    }

    /// Fills `block` with the next samples (silence while paused or waiting); false means that the feed was closed.
    /// Called by the device's thread, so it never waits for more than the short locks above.
    #[cfg(any(feature = "device", test))]
    pub(crate) fn take(&self, block: &mut [f32]) -> bool {
        let mut queue = self.lock();
        if queue.is_closed {
            return false;
        }
        let channels = usize::from(self.channels);
        let ready = if queue.is_playing { queue.samples.len().min(block.len()) } else { 0 };
        let ready = ready - ready % channels;
        let gain = queue.gain;
        let (sounding, silent) = block.split_at_mut(ready);
        for (slot, sample) in sounding.iter_mut().zip(queue.samples.drain(..ready)) {
            *slot = sample * gain;
        }
        silent.fill(0.0);
        queue.front_frame += (ready / channels) as u64;
        true
    }

    /// A panic while the lock is held is impossible (nothing there can panic), so a poisoned queue is as good as any.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(feed: &Feed, length: usize) -> Vec<f32> {
        let mut block = vec![9.0; length];
        assert!(feed.take(&mut block));
        block
    }

    #[test]
    fn only_what_is_heard_moves_the_position() {
        let feed = Feed::new(8000, 2);
        feed.set_gain(0.5);
        feed.restart_at(100);
        feed.push(&[0.2, 0.4, 0.6, 0.8]);
        assert_eq!(taken(&feed, 4), [0.0; 4], "silence before it plays");
        assert_eq!(feed.position(), (100, false));
        feed.set_playing(true);
        assert_eq!(taken(&feed, 2), [0.1, 0.2]);
        assert_eq!(feed.position(), (101, false));
        // Less than was asked for: silence fills the block and counts for nothing.
        assert_eq!(taken(&feed, 4), [0.3, 0.4, 0.0, 0.0]);
        assert_eq!(feed.position(), (102, false), "waiting is not the end");
        feed.end();
        assert_eq!(feed.position(), (102, true));
    }

    #[test]
    fn half_a_frame_is_never_given() {
        let feed = Feed::new(8000, 2);
        feed.set_gain(1.0);
        feed.set_playing(true);
        feed.push(&[0.1, 0.2, 0.3]);
        assert_eq!(taken(&feed, 4), [0.1, 0.2, 0.0, 0.0]);
        feed.push(&[0.4]);
        assert_eq!(taken(&feed, 2), [0.3, 0.4]);
    }

    #[test]
    fn a_restart_drops_what_was_queued() {
        let feed = Feed::new(8000, 1);
        feed.set_gain(1.0);
        feed.set_playing(true);
        feed.push(&[0.1; 50]);
        feed.end();
        feed.restart_at(7);
        assert_eq!(feed.position(), (7, false));
        feed.push(&[0.2]);
        assert_eq!(taken(&feed, 2), [0.2, 0.0]);
        assert_eq!(feed.position(), (8, false));
    }

    #[test]
    fn what_is_skipped_is_only_what_is_queued() {
        let feed = Feed::new(8000, 2);
        feed.restart_at(10);
        assert!(feed.is_starved());
        feed.push(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
        assert!(!feed.is_starved());
        feed.skip_to(12);
        assert_eq!(feed.position(), (12, false));
        feed.skip_to(9);
        assert_eq!(feed.position(), (12, false), "never backwards");
        feed.skip_to(99);
        assert_eq!(feed.position(), (13, false));
        assert!(feed.is_starved());
        feed.end();
        assert!(!feed.is_starved(), "nothing more comes");
    }

    #[test]
    fn it_is_full_after_a_fifth_of_a_second_and_closes_for_good() {
        let feed = Feed::new(8000, 2);
        assert!(feed.wants_more());
        feed.push(&vec![0.0; 3199]);
        assert!(feed.wants_more());
        feed.push(&[0.0]);
        assert!(!feed.wants_more());
        feed.close();
        assert!(!feed.take(&mut [0.0; 2]));
    }
}
