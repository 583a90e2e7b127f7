//! The sound of made-up calls, assembled on request.
//!
//! A call is a [`score::Score`]: which clip of the bank plays at which frame, and who speaks. An [`Encoding`] turns the
//! score into a file whose size and length are known before a byte of it is made, so the server can answer with an exact
//! `Content-Length`, serve any range, and stream an hour of sound in constant memory.

mod bank;
mod looped;
mod mp3;
mod score;
mod sound;
mod take;
mod wav;

pub(crate) use bank::Bank;
use looped::Looped;
pub(crate) use looped::Ring;
pub(crate) use score::opening_digits;
pub(crate) use sound::{Sound, SoundSource};
use take::Take;

use std::fmt;

/// Samples a second of everything in the bank, and so of every call.
pub const SAMPLE_RATE_HZ: u32 = 8000;
/// Samples of one MPEG-2.5 layer III frame, the unit in which clips are placed.
pub(crate) const FRAME_SAMPLES: u32 = 576;
/// Milliseconds of one such frame at 8 kHz.
pub(crate) const FRAME_MS: u32 = 72;
/// Samples a millisecond.
pub(crate) const SAMPLES_PER_MS: u32 = SAMPLE_RATE_HZ / 1000;

/// How the samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// MPEG-2.5 layer III at a constant 32 kbit/s, with an `Info` frame.
    Mp3Cbr32,
    /// MPEG-2.5 layer III at a constant 64 kbit/s, with an `Info` frame.
    Mp3Cbr64,
    /// MPEG-2.5 layer III at a variable bit rate, with a `Xing` frame.
    Mp3Vbr,
    /// RIFF WAVE, 16-bit linear samples.
    WavPcm,
    /// RIFF WAVE, G.711 µ-law.
    WavUlaw,
}

impl Codec {
    /// Whether the container is RIFF WAVE.
    pub fn is_wav(self) -> bool {
        matches!(self, Self::WavPcm | Self::WavUlaw)
    }
}

/// A codec and how many people have a channel of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Encoding {
    /// How the samples are written.
    pub codec: Codec,
    /// Two channels (caller left, agent right) instead of one mixed one.
    pub stereo: bool,
}

impl Encoding {
    /// The `recording_format` the vendor would claim, and the honest file extension: `mp3` or `wav`.
    pub fn format(self) -> &'static str {
        if self.codec.is_wav() { "wav" } else { "mp3" }
    }

    /// The nearest length of at least `wanted_ms` that a file of this encoding can have: MP3 comes in whole frames,
    /// WAV calls in packets of 20 ms.
    pub(crate) fn possible_ms(self, wanted_ms: u32) -> u32 {
        let step_ms = if self.codec.is_wav() { 20 } else { FRAME_MS };
        wanted_ms.max(1).div_ceil(step_ms) * step_ms
    }

    /// Size of a file of `duration_ms`, which follows from the length alone unless the bit rate varies. `duration_ms`
    /// must be a length that [`Encoding::possible_ms`] gave.
    pub(crate) fn constant_size_bytes(self, duration_ms: u32) -> Option<u64> {
        let mp3 = |rate: mp3::Rate| {
            // The table frame is as large as any other.
            let frame_bytes = rate.table_size(usize::from(self.channels())) as u64;
            frame_bytes * (u64::from(duration_ms.div_ceil(FRAME_MS)) + 1)
        };
        let wav = |is_ulaw: bool| {
            let samples = duration_ms * SAMPLES_PER_MS;
            let header_bytes = wav::header(is_ulaw, self.channels(), samples).len() as u64;
            let block_bytes = u64::from(self.channels()) * u64::from(wav::sample_bytes(is_ulaw));
            header_bytes + u64::from(samples) * block_bytes
        };
        match self.codec {
            Codec::Mp3Cbr32 => Some(mp3(mp3::Rate::Constant(32))),
            Codec::Mp3Cbr64 => Some(mp3(mp3::Rate::Constant(64))),
            Codec::Mp3Vbr => None,
            Codec::WavPcm => Some(wav(false)),
            Codec::WavUlaw => Some(wav(true)),
        }
    }

    /// How many channels there are.
    pub(crate) fn channels(self) -> u16 {
        1 + u16::from(self.stereo)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codec = match self.codec {
            Codec::Mp3Cbr32 => "mp3 32 kbit/s",
            Codec::Mp3Cbr64 => "mp3 64 kbit/s",
            Codec::Mp3Vbr => "mp3 vbr",
            Codec::WavPcm => "wav pcm 16 bit",
            Codec::WavUlaw => "wav µ-law",
        };
        write!(f, "{codec} {}", if self.stereo { "stereo" } else { "mono" })
    }
}
