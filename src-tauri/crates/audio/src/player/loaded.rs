//! What is in the player: where it stands, how it moves, and how the queue of samples is kept full.

use std::sync::Arc;
use std::time::Instant;

use super::feed::Feed;
use crate::analyse::guarded;
use crate::decoded::Decoded;
use crate::error::Error;

/// The recording in the player.
pub(super) struct Loaded {
    pub(super) decoded: Decoded,
    pub(super) feed: Arc<Feed>,
    pub(super) length_frames: u64,
    pub(super) motion: Motion,
    /// The opening of the device that takes from `feed`; 0 is none.
    pub(super) attached: u64,
    /// Whether `decoded` and `feed` stand where the motion says. Silent playback moves without them.
    pub(super) is_in_step: bool,
    /// It is still coming in, as far as this thread was told.
    pub(super) is_arriving: bool,
    pub(super) reported: Instant,
    pub(super) block: Vec<f32>,
}

/// Where the recording stands, or how it moves.
#[derive(Clone, Copy)]
pub(super) enum Motion {
    Still { frame: u64 },
    Silent { from_frame: u64, since: Instant },
    Sounding { seen_frame: u64, moved: Instant },
}

impl Loaded {
    pub(super) fn new(decoded: Decoded, length_frames: u64, gain: f32, is_arriving: bool) -> Self {
        let feed = Arc::new(Feed::new(decoded.sample_rate_hz(), decoded.channels()));
        feed.set_gain(gain);
        Self {
            decoded,
            feed,
            length_frames,
            motion: Motion::Still { frame: 0 },
            attached: 0,
            is_in_step: true,
            is_arriving,
            reported: Instant::now(),
            block: Vec::new(),
        }
    }

    pub(super) fn is_moving(&self) -> bool {
        !matches!(self.motion, Motion::Still { .. })
    }

    /// The frame that is heard next, and whether all was heard.
    pub(super) fn position(&self) -> (u64, bool) {
        match self.motion {
            Motion::Still { frame } => (frame, false),
            Motion::Silent { from_frame, since } => {
                let elapsed_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
                let frame = from_frame.saturating_add(self.frame_at(elapsed_ms));
                let is_over = if self.is_arriving {
                    // Its length is only a promise.
                    self.feed.position().1
                } else {
                    frame >= self.length_frames
                };
                (frame.min(self.length_frames), is_over)
            }
            Motion::Sounding { .. } => self.feed.position(),
        }
    }

    /// Lets the device take from this frame on.
    pub(super) fn begin_sounding(&mut self, frame: u64) -> Result<(), Error> {
        if !self.is_in_step {
            self.feed.restart_at(frame);
        }
        self.fill()?;
        self.feed.set_playing(true);
        self.motion = Motion::Sounding { seen_frame: frame, moved: Instant::now() };
        Ok(())
    }

    /// Lets the clock run from this frame on.
    pub(super) fn begin_in_silence(&mut self, frame: u64) {
        self.motion = Motion::Silent { from_frame: frame, since: Instant::now() };
        self.is_in_step = false;
        self.feed.restart_at(frame);
    }

    /// Tops the feed up while it plays. The clock of a silent playback does not run ahead of what has arrived.
    pub(super) fn keep_up(&mut self) -> Result<(), Error> {
        match self.motion {
            Motion::Sounding { .. } => self.fill(),
            Motion::Silent { .. } if self.is_arriving => {
                let (wanted, _) = self.position();
                loop {
                    self.fill()?;
                    self.feed.skip_to(wanted);
                    if self.feed.position().0 >= wanted || !self.feed.wants_more() {
                        return Ok(());
                    }
                    if !self.can_fill() {
                        let from_frame = self.feed.position().0;
                        self.motion = Motion::Silent { from_frame, since: Instant::now() };
                        return Ok(());
                    }
                }
            }
            Motion::Still { .. } | Motion::Silent { .. } => Ok(()),
        }
    }

    /// Stands still where it is.
    pub(super) fn stop(&mut self) {
        self.feed.set_playing(false);
        self.motion = Motion::Still { frame: self.position().0 };
    }

    /// Whether [`Loaded::fill`] gets on without waiting.
    fn can_fill(&mut self) -> bool {
        if self.is_in_step {
            self.decoded.is_ready()
        } else {
            self.decoded.reaches(self.feed.position().0)
        }
    }

    /// The byte of the file that has to come before anything is heard from here on, if it is one that can be asked for.
    pub(super) fn missing_byte(&mut self) -> Option<u64> {
        let (frame, _) = self.position();
        let is_missing = self.is_arriving && !self.is_in_step && !self.decoded.reaches(frame);
        is_missing.then(|| self.decoded.byte_for(frame)).flatten()
    }

    /// Tops the feed up, with what has arrived.
    pub(super) fn fill(&mut self) -> Result<(), Error> {
        while self.feed.wants_more() && self.can_fill() {
            if !self.is_in_step {
                let frame = self.feed.position().0;
                guarded(|| self.decoded.seek(frame))?;
                self.is_in_step = true;
                self.follow(frame);
                continue;
            }
            let Self { decoded, block, .. } = self;
            match guarded(|| decoded.read(block))? {
                0 => self.feed.end(),
                _ => self.feed.push(&self.block),
            }
        }
        Ok(())
    }

    /// Goes where a seek to a frame has led, if that is further on: nothing before could be heard.
    fn follow(&mut self, frame: u64) {
        let landed = self.decoded.position();
        if landed > frame {
            self.feed.restart_at(landed);
            if let Motion::Silent { .. } = self.motion {
                self.motion = Motion::Silent { from_frame: landed, since: Instant::now() };
            }
        }
    }

    /// The first frame at or behind a position.
    pub(super) fn frame_at(&self, position_ms: u64) -> u64 {
        let rate = u64::from(self.decoded.sample_rate_hz());
        position_ms.saturating_mul(rate).div_ceil(1000)
    }

    pub(super) fn ms_at(&self, frame: u64) -> u64 {
        frame.saturating_mul(1000) / u64::from(self.decoded.sample_rate_hz())
    }
}
