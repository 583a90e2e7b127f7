//! The bank of clips that every call is put together from: speech of six voices, and the ten keypad tones.
//!
//! The assets hold each clip twice, as MP3 frames and as raw µ-law, with equal lengths (`assets/README.md`). The MP3
//! frames were encoded without a bit reservoir, so each carries all of its own data. That allows what no encoder is
//! needed for here: any sequence of frames is a valid stream, a frame can be rewritten to any higher bit rate by
//! padding, and the channel of one mono frame can be put beside that of another in a stereo frame.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::audio::{FRAME_SAMPLES, Ring, mp3};
use crate::error::Error;

/// The ten keypad tones, then the spoken lines, as bare MP3 frames.
const SPEECH_MP3: &[u8] = include_bytes!("../../assets/speech.mp3");
/// The same clips as G.711 µ-law, 576 samples for each MP3 frame.
const SPEECH_ULAW: &[u8] = include_bytes!("../../assets/speech.ulaw");
/// One line a clip: its voice (or `key:DIGIT`) and its length in frames.
const INDEX: &str = include_str!("../../assets/bank.tsv");

/// A stretch of consecutive frames of the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clip {
    /// Number of its first frame in the bank.
    pub(crate) first: u32,
    /// Its length in frames.
    pub(crate) frames: u32,
}

/// All clips, parsed.
#[derive(Debug)]
pub(crate) struct Bank {
    frames: Vec<mp3::Granule>,
    keys: Vec<Clip>,
    voices: Vec<Vec<Clip>>,
    rings: [OnceLock<Bytes>; 2],
}

impl Bank {
    /// Parses the assets.
    ///
    /// # Errors
    /// [`Error::Assets`] when the three files do not fit each other, which a rebuild of the bank could cause.
    pub(crate) fn load() -> Result<Self, Error> {
        let frames = mp3::parse_bank(SPEECH_MP3)?;
        let mut keys = Vec::new();
        let mut voices: Vec<(&str, Vec<Clip>)> = Vec::new();
        let mut first = 0;
        for line in INDEX.lines() {
            let (name, length) = line
                .split_once('\t')
                .and_then(|(name, frames)| Some((name, frames.parse::<u32>().ok()?)))
                .ok_or_else(|| Error::Assets(format!("unreadable line in bank.tsv: {line:?}")))?;
            let clip = Clip { first, frames: length };
            first += length;
            if name.starts_with("key:") {
                keys.push(clip);
            } else if let Some((_, clips)) = voices.iter_mut().find(|(voice, _)| *voice == name) {
                clips.push(clip);
            } else {
                voices.push((name, vec![clip]));
            }
        }
        let samples = u64::from(first) * u64::from(FRAME_SAMPLES);
        if frames.len() as u64 != u64::from(first) || SPEECH_ULAW.len() as u64 != samples {
            return Err(Error::Assets(format!(
                "bank.tsv counts {first} frames, speech.mp3 has {}, speech.ulaw {} samples",
                frames.len(),
                SPEECH_ULAW.len()
            )));
        }
        if keys.len() != 10 || voices.len() < 4 {
            return Err(Error::Assets("the bank needs ten keys and at least four voices".into()));
        }
        let voices = voices.into_iter().map(|(_, clips)| clips).collect();
        Ok(Self { frames, keys, voices, rings: Default::default() })
    }

    /// The clips of each voice.
    pub(crate) fn voices(&self) -> &[Vec<Clip>] {
        &self.voices
    }

    /// The minute of sound that a kind of loop repeats, made when it is first asked for.
    pub(crate) fn ring(self: &Arc<Self>, ring: Ring) -> Bytes {
        let kept = match ring {
            Ring::Wav => &self.rings[0],
            Ring::Mp3 => &self.rings[1],
        };
        kept.get_or_init(|| ring.record(self)).clone()
    }

    /// The tone of a keypad digit (modulo ten).
    pub(crate) fn key(&self, digit: u8) -> Clip {
        self.keys[usize::from(digit % 10)]
    }

    /// The MP3 data of one frame.
    pub(crate) fn granule(&self, frame: u32) -> &mp3::Granule {
        &self.frames[frame as usize]
    }

    /// The µ-law samples of one frame.
    pub(crate) fn ulaw(frame: u32) -> &'static [u8] {
        let size = FRAME_SAMPLES as usize;
        &SPEECH_ULAW[frame as usize * size..][..size]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_assets_fit_each_other_and_ship_small() {
        let bank = Bank::load().unwrap();
        assert!(bank.voices().iter().all(|clips| clips.len() >= 4));
        assert!(SPEECH_MP3.len() + SPEECH_ULAW.len() <= 600_000);
    }

    #[test]
    fn every_keypad_tone_has_its_two_frequencies_in_the_ulaw_twin() {
        let bank = Bank::load().unwrap();
        let lows = [941, 697, 697, 697, 770, 770, 770, 852, 852, 852];
        let highs = [1336, 1209, 1336, 1477, 1209, 1336, 1477, 1209, 1336, 1477];
        for digit in 0..10_u8 {
            let samples: Vec<f64> = (0..bank.key(digit).frames)
                .flat_map(|frame| Bank::ulaw(bank.key(digit).first + frame))
                .map(|byte| f64::from(crate::audio::wav::ulaw_to_linear(*byte)))
                .collect();
            let power = |hz: i32| {
                let step = std::f64::consts::TAU * f64::from(hz) / 8000.0;
                let (re, im) =
                    samples.iter().zip(0_u32..).fold((0.0, 0.0), |(re, im), (sample, n)| {
                        let angle = step * f64::from(n);
                        (re + sample * angle.cos(), im + sample * angle.sin())
                    });
                re * re + im * im
            };
            let loudest =
                |of: &[i32]| *of.iter().max_by(|a, b| power(**a).total_cmp(&power(**b))).unwrap();
            assert_eq!(loudest(&[697, 770, 852, 941]), lows[usize::from(digit)]);
            assert_eq!(loudest(&[1209, 1336, 1477, 1633]), highs[usize::from(digit)]);
        }
    }
}
