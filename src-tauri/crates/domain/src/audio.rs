//! What an audio file turned out to be.

/// Container by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// MPEG audio, with or without ID3.
    Mp3,
    /// RIFF WAVE.
    Wav,
    /// Ogg.
    Ogg,
    /// FLAC.
    Flac,
    /// ISO media (`ftyp`).
    Mp4,
}

impl Container {
    /// File name extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
            Self::Ogg => "ogg",
            Self::Flac => "flac",
            Self::Mp4 => "m4a",
        }
    }
}

/// Codec inside the container.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Codec {
    /// MPEG layer III.
    Mp3,
    /// Linear PCM.
    Pcm,
    /// G.711 µ-law.
    MuLaw,
    /// G.711 A-law.
    ALaw,
    /// Anything else, by the decoder's name or the RIFF format tag (`0x0031`).
    Other(String),
}

/// What decoding a whole file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioFacts {
    /// Container by content.
    pub container: Container,
    /// Codec.
    pub codec: Codec,
    /// Samples a second.
    pub sample_rate_hz: u32,
    /// Channels: 1 or 2 for calls.
    pub channels: u16,
    /// Sample frames decoded from first to last byte.
    pub decoded_frames: u64,
    /// Sample frames by the file's own header (Xing/Info, `data` length), where it states an exact count.
    pub header_frames: Option<u64>,
    /// Frames the decoder had to skip as damaged.
    pub damaged_packets: u64,
}

impl AudioFacts {
    /// Decoded length in milliseconds.
    pub fn decoded_ms(&self) -> u64 {
        frames_to_ms(self.decoded_frames, self.sample_rate_hz)
    }

    /// Length by the header in milliseconds, if it has one.
    pub fn header_ms(&self) -> Option<u64> {
        self.header_frames.map(|frames| frames_to_ms(frames, self.sample_rate_hz))
    }
}

fn frames_to_ms(frames: u64, rate: u32) -> u64 {
    if rate == 0 { 0 } else { frames.saturating_mul(1000) / u64::from(rate) }
}
