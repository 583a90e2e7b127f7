//! One call in one encoding: its exact size, and its bytes from any position.

use std::sync::Arc;

use bytes::Bytes;

use crate::audio::bank::Bank;
use crate::audio::mp3::{Granule, Rate};
use crate::audio::score::Score;
use crate::audio::{Codec, Encoding, FRAME_MS, FRAME_SAMPLES, SAMPLES_PER_MS, wav};

/// How much is made at a time.
const CHUNK_BYTES: usize = 32 * 1024;

/// A file that can be read without being anywhere.
#[derive(Debug)]
pub(crate) struct Take {
    bank: Arc<Bank>,
    score: Score,
    encoding: Encoding,
    /// Everything before the first frame of sound.
    header: Vec<u8>,
    size_bytes: u64,
    /// Samples a channel (WAV may end within a frame).
    samples: u32,
}

impl Take {
    /// Composes the call of `seed`. `duration_ms` must be a length that [`Encoding::possible_ms`] gave.
    pub(crate) fn new(
        bank: &Arc<Bank>,
        seed: u64,
        encoding: Encoding,
        duration_ms: u32,
        speakers: usize,
    ) -> Self {
        let frames = duration_ms.div_ceil(FRAME_MS);
        let mut take = Self {
            bank: Arc::clone(bank),
            score: Score::compose(bank, seed, frames, speakers),
            encoding,
            header: Vec::new(),
            size_bytes: 0,
            samples: duration_ms * SAMPLES_PER_MS,
        };
        if let Some(rate) = take.rate() {
            take.add_table(rate);
        } else {
            let is_ulaw = encoding.codec == Codec::WavUlaw;
            take.header = wav::header(is_ulaw, encoding.channels(), take.samples);
            take.size_bytes = take.header.len() as u64
                + u64::from(take.samples) * u64::from(take.wav_block_bytes());
        }
        take
    }

    /// Size of the whole file.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// The bytes of `[start, end)`, made as they are asked for.
    pub(crate) fn read(self, start: u64, end: u64) -> Chunks {
        let end = end.min(self.size_bytes);
        let header_bytes = self.header.len() as u64;
        let (next, skip) = if start < header_bytes {
            (None, start)
        } else {
            let (frame, skip) = self.locate(start - header_bytes);
            (Some(frame), skip)
        };
        Chunks { take: self, next, skip, left: end.saturating_sub(start) }
    }

    /// How MP3 frames are sized; `None` for WAV.
    fn rate(&self) -> Option<Rate> {
        match self.encoding.codec {
            Codec::Mp3Cbr32 => Some(Rate::Constant(32)),
            Codec::Mp3Cbr64 => Some(Rate::Constant(64)),
            Codec::Mp3Vbr => Some(Rate::Variable),
            Codec::WavPcm | Codec::WavUlaw => None,
        }
    }

    fn wav_block_bytes(&self) -> u32 {
        u32::from(self.encoding.channels())
            * wav::sample_bytes(self.encoding.codec == Codec::WavUlaw)
    }

    /// Writes the Xing frame, for which all frame sizes must be known: one pass over the score, no sound is made.
    fn add_table(&mut self, rate: Rate) {
        let channels = usize::from(self.encoding.channels());
        let mut at = rate.table_size(channels) as u64;
        let frames = self.score.frames();
        let mut starts = Vec::with_capacity(100);
        for frame in 0..frames {
            // A short call has fewer frames than seek points: several points share a frame.
            while starts.len() < 100
                && starts.len() as u64 * u64::from(frames) / 100 <= u64::from(frame)
            {
                starts.push(at);
            }
            at += self.frame_bytes(frame) as u64;
        }
        self.size_bytes = at;
        let mut seek = [0; 100];
        for (point, start) in seek.iter_mut().zip(starts) {
            *point = u8::try_from(start * 256 / at).unwrap_or(u8::MAX);
        }
        let bytes = u32::try_from(at).unwrap_or(u32::MAX);
        self.header = rate.table(channels, frames, bytes, &seek);
    }

    /// The frame that byte `offset` behind the header lies in, and how far into it.
    fn locate(&self, offset: u64) -> (u32, u64) {
        let mut left = offset;
        for frame in 0..self.score.frames() {
            let size = self.frame_bytes(frame) as u64;
            if left < size {
                return (frame, left);
            }
            left -= size;
        }
        (self.score.frames(), 0)
    }

    fn frame_bytes(&self, frame: u32) -> usize {
        match self.rate() {
            Some(rate) => self.with_granules(frame, |granules| rate.size(granules)),
            None => (self.frame_samples(frame) * self.wav_block_bytes()) as usize,
        }
    }

    /// Samples of a WAV frame: the last one may be short.
    fn frame_samples(&self, frame: u32) -> u32 {
        FRAME_SAMPLES.min(self.samples - (frame * FRAME_SAMPLES).min(self.samples))
    }

    fn write_frame(&self, frame: u32, out: &mut Vec<u8>) {
        match self.rate() {
            Some(rate) => self.with_granules(frame, |granules| rate.write(granules, out)),
            None => self.write_samples(frame, out),
        }
    }

    fn with_granules<T>(&self, frame: u32, use_them: impl FnOnce(&[Option<&Granule>]) -> T) -> T {
        let heard = self.score.at(frame);
        if self.encoding.stereo {
            let channel = |side: usize| {
                heard
                    .filter(|(channel, _)| *channel == side)
                    .map(|(_, frame)| self.bank.granule(frame))
            };
            use_them(&[channel(0), channel(1)])
        } else {
            use_them(&[heard.map(|(_, frame)| self.bank.granule(frame))])
        }
    }

    fn write_samples(&self, frame: u32, out: &mut Vec<u8>) {
        let heard = self.score.at(frame).map(|(channel, frame)| (channel, Bank::ulaw(frame)));
        let channels = usize::from(self.encoding.channels());
        let is_ulaw = self.encoding.codec == Codec::WavUlaw;
        for sample in 0..self.frame_samples(frame) as usize {
            for channel in 0..channels {
                let byte = match heard {
                    Some((speaker, samples)) if channels == 1 || speaker == channel => {
                        samples[sample]
                    }
                    _ => wav::ULAW_SILENCE,
                };
                if is_ulaw {
                    out.push(byte);
                } else {
                    out.extend_from_slice(&wav::ulaw_to_linear(byte).to_le_bytes());
                }
            }
        }
    }
}

/// The bytes of a range of a [`Take`], some 32 KiB at a time.
#[derive(Debug)]
pub(crate) struct Chunks {
    take: Take,
    /// The frame to write next; `None` is the header.
    next: Option<u32>,
    /// Bytes to drop from the front of that piece.
    skip: u64,
    left: u64,
}

impl Iterator for Chunks {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.left == 0 {
            return None;
        }
        let mut out = Vec::with_capacity(CHUNK_BYTES + 4096);
        while out.len() < CHUNK_BYTES {
            match self.next {
                None => {
                    out.extend_from_slice(&self.take.header);
                    self.next = Some(0);
                }
                Some(frame) if frame < self.take.score.frames() => {
                    self.take.write_frame(frame, &mut out);
                    self.next = Some(frame + 1);
                }
                Some(_) => break,
            }
        }
        let mut chunk = Bytes::from(out);
        let _ = chunk.split_to(usize::try_from(self.skip).unwrap_or(usize::MAX).min(chunk.len()));
        self.skip = 0;
        chunk.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= chunk.len() as u64;
        (!chunk.is_empty()).then_some(chunk)
    }
}
