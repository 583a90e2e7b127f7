//! What a recording's audio is made from, and its bytes from any position.

use std::sync::Arc;

use bytes::Bytes;

use crate::audio::{Bank, Encoding, Looped, Ring, Take, opening_digits};

/// The audio of one recording.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sound {
    /// Decides who says what when.
    pub(crate) seed: u64,
    /// How it is written.
    pub(crate) encoding: Encoding,
    /// A length that [`Encoding::possible_ms`] gave.
    pub(crate) duration_ms: u32,
    /// How many people speak.
    pub(crate) speakers: usize,
    /// Where the bytes come from.
    pub(crate) source: SoundSource,
}

/// Where the bytes of a file come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SoundSource {
    /// Each call is put together by itself.
    Composed,
    /// The same minute over and over, which costs nothing to make.
    Looped(Ring),
}

impl Sound {
    /// Size of the file.
    pub(crate) fn size_bytes(&self, bank: &Arc<Bank>) -> u64 {
        self.encoding
            .constant_size_bytes(self.duration_ms)
            .unwrap_or_else(|| self.take(bank).size_bytes())
    }

    /// The bytes of `[start, end)`, made as they are asked for.
    pub(crate) fn read(
        &self,
        bank: &Arc<Bank>,
        start: u64,
        end: u64,
    ) -> Box<dyn Iterator<Item = Bytes> + Send> {
        match self.source {
            SoundSource::Composed => Box::new(self.take(bank).read(start, end)),
            SoundSource::Looped(ring) => Box::new(Looped::read(bank, self, ring, start, end)),
        }
    }

    /// The four keypad digits whose tones open it; none for a loop.
    pub(crate) fn opening_digits(&self) -> String {
        if self.source != SoundSource::Composed {
            return String::new();
        }
        opening_digits(self.seed).iter().map(|digit| char::from(b'0' + digit)).collect()
    }

    fn take(&self, bank: &Arc<Bank>) -> Take {
        Take::new(bank, self.seed, self.encoding, self.duration_ms, self.speakers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Codec;

    #[test]
    fn a_size_told_from_the_length_alone_is_that_of_the_file() {
        let bank = Arc::new(Bank::load().unwrap());
        for codec in [Codec::Mp3Cbr32, Codec::Mp3Cbr64, Codec::WavPcm, Codec::WavUlaw] {
            for stereo in [false, true] {
                let encoding = Encoding { codec, stereo };
                for wanted_ms in [5000, 61_234] {
                    let duration_ms = encoding.possible_ms(wanted_ms);
                    let sound = Sound {
                        seed: 3,
                        encoding,
                        duration_ms,
                        speakers: 2,
                        source: SoundSource::Composed,
                    };
                    let bytes: u64 =
                        sound.read(&bank, 0, u64::MAX).map(|chunk| chunk.len() as u64).sum();
                    assert_eq!(encoding.constant_size_bytes(duration_ms), Some(bytes));
                    assert_eq!(sound.take(&bank).size_bytes(), bytes);
                }
            }
        }
    }
}
