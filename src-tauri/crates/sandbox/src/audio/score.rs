//! What is heard in a call: who says which clip when.
//!
//! A score follows from a seed alone. It opens with four keypad tones by the caller, which differ from call to call and
//! so tell by ear, or by a tone detector, which recording is playing; then the people take turns.

use fastrand::Rng;

use crate::audio::bank::{Bank, Clip};

/// How many keypad tones open a call.
const OPENING_KEYS: usize = 4;

/// One clip at its place.
#[derive(Debug, Clone, Copy)]
struct Turn {
    start: u32,
    speaker: usize,
    clip: Clip,
}

/// A whole call.
#[derive(Debug)]
pub(crate) struct Score {
    turns: Vec<Turn>,
    frames: u32,
}

/// The digits whose tones open the call of this seed.
pub(crate) fn opening_digits(seed: u64) -> [u8; OPENING_KEYS] {
    let mut dice = Rng::with_seed(seed);
    std::array::from_fn(|_| dice.u8(0..10))
}

impl Score {
    /// Composes a call of `frames` frames between `speakers` people. Clips that would not fit before the end are left
    /// out, so a very short call may be silent.
    pub(crate) fn compose(bank: &Bank, seed: u64, frames: u32, speakers: usize) -> Self {
        let mut dice = Rng::with_seed(seed ^ 0x5C07E);
        let mut cast: Vec<&Vec<Clip>> = bank.voices().iter().collect();
        dice.shuffle(&mut cast);
        cast.truncate(speakers.max(1));

        let mut turns = Vec::new();
        let mut at = dice.u32(1..4);
        let mut place = |at: &mut u32, speaker: usize, clip: Clip| {
            let fits = *at + clip.frames <= frames;
            if fits {
                turns.push(Turn { start: *at, speaker, clip });
                *at += clip.frames;
            }
            fits
        };
        for digit in opening_digits(seed) {
            place(&mut at, 0, bank.key(digit));
        }
        at += dice.u32(2..8);
        let mut speaker = 1;
        loop {
            let voice = cast[speaker % cast.len()];
            for _ in 0..dice.u32(1..4) {
                if !place(&mut at, speaker, voice[dice.usize(..voice.len())]) {
                    return Self { turns, frames };
                }
                at += dice.u32(1..4);
            }
            // Mostly a breath between two turns, now and then somebody looks something up.
            at += if dice.u32(..25) == 0 { dice.u32(40..140) } else { dice.u32(2..12) };
            let others = cast.len().saturating_sub(1).max(1);
            speaker = (speaker + 1 + dice.usize(..others)) % cast.len();
        }
    }

    /// Length in frames.
    pub(crate) fn frames(&self) -> u32 {
        self.frames
    }

    /// The frame of the bank to hear at `frame`, and in stereo in which channel; `None` is silence.
    pub(crate) fn at(&self, frame: u32) -> Option<(usize, u32)> {
        let next = self.turns.partition_point(|turn| turn.start <= frame);
        let turn = self.turns.get(next.checked_sub(1)?)?;
        let within = frame - turn.start;
        (within < turn.clip.frames).then_some((turn.speaker % 2, turn.clip.first + within))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_channels_speak_and_calls_differ() {
        let bank = Bank::load().unwrap();
        let heard = |seed: u64| {
            let score = Score::compose(&bank, seed, 800, 2);
            (0..800).map(|frame| score.at(frame)).collect::<Vec<_>>()
        };
        for channel in 0..2 {
            assert!(
                heard(1).iter().flatten().filter(|(speaker, _)| *speaker == channel).count() > 80
            );
        }
        assert_eq!(heard(1), heard(1));
        assert_ne!(heard(1), heard(2));
    }

    #[test]
    fn a_call_too_short_for_any_clip_is_silent() {
        let bank = Bank::load().unwrap();
        let score = Score::compose(&bank, 7, 3, 2);
        assert!((0..3).all(|frame| score.at(frame).is_none()));
    }
}
