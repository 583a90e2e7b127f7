//! Reading a file that is still coming in: what can be heard without waiting, and where to go on when somebody jumps far ahead.

use super::{Decoded, PREROLL_PACKETS};
use crate::demux::Demux;
use crate::error::Error;
use crate::inflow::Inflow;
use crate::mpeg::Even;

/// A file of one bit rate may be this much longer or shorter than its told length, in seconds: vendors round.
const ROUNDED_S: u64 = 2;

impl Decoded {
    /// What is known of the length of one that is coming in.
    pub fn expect_length(&mut self, frames: u64) {
        self.told_frames = frames;
    }

    /// Whether the next samples can be read without waiting for the file to come in.
    pub(crate) fn is_ready(&self) -> bool {
        self.origin.inflow().is_none_or(|inflow| inflow.is_ready())
    }

    /// Whether a seek to a frame hardly has to wait for the file to come in.
    pub(crate) fn reaches(&mut self, frame: u64) -> bool {
        let Some(inflow) = self.origin.inflow() else { return true };
        if let Some(raw) = self.demux.raw() {
            return inflow.has(raw.byte_of(frame));
        }
        frame <= self.position() && !self.has_jumped
            || self.comes_in_order(inflow, frame)
            || self.landing(frame).is_some()
    }

    /// The byte from which on the file has to come before a frame can be heard, where that does not take all before it.
    pub(crate) fn byte_for(&self, frame: u64) -> Option<u64> {
        match self.demux.raw() {
            Some(raw) => Some(raw.byte_of(frame)),
            None => self.jump_byte(frame),
        }
    }

    /// Whether the file was coming in and will not come any more.
    pub(crate) fn is_withdrawn(&self) -> bool {
        self.origin.inflow().is_some_and(|inflow| inflow.is_withdrawn())
    }

    /// Goes straight to a frame, counted with the delay, in a part that came in ahead of the rest, or to the nearest behind it that
    /// is sound. False when there is none.
    pub(super) fn jump(&mut self, target_raw: u64) -> Result<bool, Error> {
        let Some(inflow) = self.origin.inflow() else { return Ok(false) };
        let frame = target_raw.saturating_sub(self.delay());
        if frame <= self.position() && !self.has_jumped || self.comes_in_order(inflow, frame) {
            return Ok(false);
        }
        let Some((even, begin)) = self.even().zip(self.landing(frame)) else { return Ok(false) };
        let within = Demux::open_within(&self.origin, begin, even, self.demux.tag)?;
        // What cannot be read from there comes in order, later.
        let Some((demux, number)) = within else { return Ok(false) };
        self.demux = demux;
        self.decoder.reset();
        self.next_raw = number * even.header.frames();
        self.first_raw = target_raw;
        self.has_jumped = true;
        Ok(true)
    }

    /// The byte at which a jump to a frame begins to read, if it is there: where some packet before it begins, or, when nothing there
    /// is a packet (damage, or a piece of something else), the nearest one behind it that has come.
    fn landing(&mut self, frame: u64) -> Option<u64> {
        let (even, byte) = self.even().zip(self.jump_byte(frame))?;
        let inflow = self.origin.inflow()?;
        if !inflow.has(byte) {
            return None;
        }
        let (to, total) = (inflow.readable_to(byte), inflow.total()?);
        let looked = self.barren.filter(|(at, looked)| *at == byte && *looked <= to);
        let mut from = byte;
        if let Some((_, looked)) = looked {
            // Only when there is more to look at. The last packet may have been cut off.
            if to == looked || to < total && !inflow.has(looked) {
                return None;
            }
            from = looked.saturating_sub(even.header.frame_bytes as u64 + 5).max(byte);
        }
        // What cannot be read is met again by who goes there, and told.
        let found = Demux::find_within(&self.origin, from..to, to >= total, even);
        let found = found.unwrap_or(Some(byte));
        self.barren = if found.is_none() { Some((byte, to)) } else { None };
        found
    }

    /// Whether everything up to a frame is in the file. Only reading tells which byte it begins at, so it is taken to be a
    /// little further on than the average says.
    fn comes_in_order(&self, inflow: &Inflow, frame: u64) -> bool {
        let Some(total) = inflow.total() else { return inflow.has_all_before(u64::MAX) };
        let part = u128::from(total) * u128::from(frame) / u128::from(self.told_frames.max(1));
        inflow.has_all_before(u64::try_from(part + part / 20).unwrap_or(u64::MAX))
    }

    /// The byte from which on a jump to a frame reads: some packets before it, so that the sound is the same as without.
    fn jump_byte(&self, frame: u64) -> Option<u64> {
        let even = self.even()?;
        // A told length that was rounded up has moments behind the end.
        let last = even.number_at(self.origin.inflow()?.total()?).saturating_sub(1);
        let number = ((frame + self.delay()) / even.header.frames()).min(last);
        Some(even.before(number.saturating_sub(PREROLL_PACKETS as u64)))
    }

    /// Where each frame lies, if that is known: all had one bit rate so far, and the size fits the length.
    fn even(&self) -> Option<Even> {
        let even = self.demux.even?;
        let total = self.origin.inflow()?.total()?;
        let frames = even.number_at(total).saturating_mul(even.header.frames());
        let room = u64::from(self.shape.sample_rate_hz) * ROUNDED_S;
        (frames.abs_diff(self.told_frames) <= room).then_some(even)
    }
}
