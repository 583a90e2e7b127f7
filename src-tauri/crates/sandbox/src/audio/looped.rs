//! Files of any size, for benches of transfers: a minute of sound over and over, which costs nothing to make.

use std::sync::Arc;

use bytes::Bytes;

use crate::audio::mp3::Rate;
use crate::audio::{Bank, Codec, Encoding, FRAME_MS, Sound, SoundSource, wav};

/// Length of what is repeated.
const RING_MS: u32 = 60_000;
/// Largest piece at a time.
const PIECE_BYTES: usize = 256 * 1024;
/// The largest file: RIFF counts its bytes in 32 bits.
const MAX_BYTES: u64 = 4_000_000_000;

/// A kind of file whose bytes can be repeated: each of its blocks stands for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ring {
    /// 16-bit stereo: as many bytes for as little sound as there are.
    Wav,
    /// MPEG-2.5 layer III at 64 kbit/s.
    Mp3,
}

impl Ring {
    /// How it is written.
    pub(crate) fn encoding(self) -> Encoding {
        match self {
            Self::Wav => Encoding { codec: Codec::WavPcm, stereo: true },
            Self::Mp3 => Encoding { codec: Codec::Mp3Cbr64, stereo: false },
        }
    }

    /// The length whose file is the smallest of at least `bytes` bytes.
    pub(crate) fn duration_ms(self, bytes: u64) -> u32 {
        let (bytes, encoding) = (bytes.min(MAX_BYTES), self.encoding());
        let step_ms = encoding.possible_ms(1);
        let size = |steps: u32| encoding.constant_size_bytes(steps * step_ms).unwrap_or(u64::MAX);
        let step_bytes = size(2) - size(1);
        let rest = bytes.saturating_sub(size(1)).div_ceil(step_bytes);
        (u32::try_from(rest).unwrap_or(u32::MAX).saturating_add(1)).saturating_mul(step_ms)
    }

    /// Bytes of a block.
    fn block(self) -> usize {
        match self {
            Self::Wav => 4,
            Self::Mp3 => Rate::Constant(64).table_size(1),
        }
    }

    /// First byte of the sound.
    fn sound_starts(self) -> usize {
        match self {
            Self::Wav => wav::header(false, 2, 0).len(),
            Self::Mp3 => self.block(),
        }
    }

    /// A minute of sound without its header.
    pub(super) fn record(self, bank: &Arc<Bank>) -> Bytes {
        let encoding = self.encoding();
        let duration_ms = encoding.possible_ms(RING_MS);
        let sound =
            Sound { seed: 0, encoding, duration_ms, speakers: 2, source: SoundSource::Composed };
        let whole: Vec<u8> = sound.read(bank, 0, u64::MAX).flatten().collect();
        Bytes::from(whole).slice(self.sound_starts()..)
    }

    /// Everything before the sound, and the mark: the seed, so that no two files are alike. In MP3 it lies where
    /// decoders do not look, in WAV it is a quarter of a millisecond of noise.
    fn header(self, seed: u64, duration_ms: u32) -> Vec<u8> {
        let mark = seed.to_le_bytes();
        match self {
            Self::Wav => {
                let mut header = wav::header(false, 2, duration_ms * 8);
                header.extend_from_slice(&mark);
                header
            }
            Self::Mp3 => {
                let frames = duration_ms / FRAME_MS;
                let bytes = self.encoding().constant_size_bytes(duration_ms).unwrap_or(0);
                // The rate is constant: a hundredth of the time is a hundredth of the bytes.
                let seek = std::array::from_fn(|percent| {
                    u8::try_from(percent * 256 / 100).unwrap_or(u8::MAX)
                });
                let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
                let mut header = Rate::Constant(64).table(1, frames, bytes, &seek);
                let at = header.len() - mark.len();
                header[at..].copy_from_slice(&mark);
                header
            }
        }
    }
}

/// The bytes of a range of a repeated file.
#[derive(Debug)]
pub(crate) struct Looped {
    header: Bytes,
    ring: Bytes,
    /// Where in the ring byte 0 of the file would lie.
    turn: u64,
    next: u64,
    end: u64,
}

impl Looped {
    /// The bytes of `[start, end)`.
    pub(super) fn read(bank: &Arc<Bank>, sound: &Sound, ring: Ring, start: u64, end: u64) -> Self {
        let recorded = bank.ring(ring);
        let header = Bytes::from(ring.header(sound.seed, sound.duration_ms));
        let blocks = (recorded.len() / ring.block()).max(1) as u64;
        // Block boundaries of file and ring coincide where the sound begins, whichever block that is.
        let shift = (sound.seed % blocks) * ring.block() as u64;
        let length = recorded.len() as u64;
        let turn = (shift + length - ring.sound_starts() as u64 % length) % length;
        let size = sound.size_bytes(bank);
        Self { header, ring: recorded, turn, next: start, end: end.min(size) }
    }
}

impl Iterator for Looped {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let left = usize::try_from(self.end.checked_sub(self.next).filter(|left| *left > 0)?)
            .unwrap_or(usize::MAX);
        let at = usize::try_from(self.next).unwrap_or(usize::MAX);
        let piece = if at < self.header.len() {
            self.header.slice(at..self.header.len().min(at.saturating_add(left)))
        } else {
            let length = self.ring.len() as u64;
            let from = usize::try_from((self.next + self.turn) % length).unwrap_or(0);
            let to = self.ring.len().min(from + left.min(PIECE_BYTES));
            self.ring.slice(from..to)
        };
        self.next += piece.len() as u64;
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(ring: Ring, seed: u64, bytes: u64) -> Sound {
        let duration_ms = ring.duration_ms(bytes);
        let source = SoundSource::Looped(ring);
        Sound { seed, encoding: ring.encoding(), duration_ms, speakers: 2, source }
    }

    fn whole(bank: &Arc<Bank>, sound: &Sound) -> Vec<u8> {
        sound.read(bank, 0, u64::MAX).flatten().collect()
    }

    #[test]
    fn a_file_has_the_size_that_was_asked_for_or_one_step_more() {
        let bank = Arc::new(Bank::load().unwrap());
        for (ring, step) in [(Ring::Wav, 640), (Ring::Mp3, 576)] {
            for bytes in [1, 3000, 120_000, 5_000_000, 1 << 30] {
                let size = sound(ring, 1, bytes).size_bytes(&bank);
                let least = bytes.max(step);
                assert!((least..least + 2 * step).contains(&size), "{ring:?} {bytes} {size}");
            }
        }
    }

    #[test]
    fn files_are_whole_and_each_is_another() {
        let bank = Arc::new(Bank::load().unwrap());
        for ring in [Ring::Wav, Ring::Mp3] {
            let (a, b) = (sound(ring, 7, 3_000_000), sound(ring, 8, 3_000_000));
            let (first, second) = (whole(&bank, &a), whole(&bank, &b));
            assert_eq!(first.len() as u64, a.size_bytes(&bank));
            assert_ne!(first, second);
            for (start, end) in [(0, 10), (40, 60), (570, 590), (2_000_000, 2_500_000)] {
                let part: Vec<u8> = a.read(&bank, start as u64, end as u64).flatten().collect();
                assert_eq!(part, first[start..end]);
            }
        }
        let mp3 = whole(&bank, &sound(Ring::Mp3, 9, 1_000_000));
        assert!(
            mp3.chunks(576).all(|frame| frame.len() == 576 && frame.starts_with(&[0xFF, 0xE3]))
        );
    }
}
