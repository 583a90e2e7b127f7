//! MPEG-2.5 layer III at 8 kHz, written from independent granules.
//!
//! The layout is that of ISO/IEC 13818-3 for low sampling frequencies: a frame has one granule of 576 samples; after
//! the 4-byte header come 9 bytes of side information (17 in stereo): 8 bits `main_data_begin`, 1 (2) private bits, and
//! 63 bits a channel that begin with the 12-bit length of that channel's main data. What main data does not fill is
//! ancillary data, which decoders skip; zeros there pad a frame to any bit rate. The first frame of a file is silent and
//! holds the `Xing`/`Info` table (frame count, byte count, 100 seek points), which is no part of the length.

use crate::error::Error;

/// Bit rates of MPEG-2.5 layer III in kbit/s, by index from 1.
const BIT_RATES_KBPS: [u32; 8] = [8, 16, 24, 32, 40, 48, 56, 64];
/// Bits of side information of one channel.
const SIDE_BITS: u32 = 63;
const HEADER_BYTES: usize = 4;
/// Where the bank's main data begins: header and the side information of a mono frame.
const MONO_MAIN_DATA: usize = 13;
/// `Xing`, flags, frame count, byte count, 100 seek points, quality.
const XING_BYTES: usize = 4 + 4 + 4 + 4 + 100 + 4;

/// One channel's share of a frame.
#[derive(Debug, Clone)]
pub(crate) struct Granule {
    /// Its 63 bits of side information, right-aligned.
    side: u64,
    /// Its main data, padded to whole bytes.
    data: &'static [u8],
    /// Length of the main data in bits.
    bits: u32,
}

/// What a channel without a clip plays: no main data at all, which decodes to silence.
const SILENCE: Granule = Granule { side: 0, data: &[], bits: 0 };

/// Splits a stream of mono frames without bit reservoir into granules.
///
/// # Errors
/// [`Error::Assets`] when the stream is anything else.
pub(crate) fn parse_bank(mut stream: &'static [u8]) -> Result<Vec<Granule>, Error> {
    let wrong = |what: &str| Error::Assets(format!("speech.mp3: {what}"));
    let mut granules = Vec::new();
    while let [0xFF, 0xE3, rates, 0xC0..=0xCF, ..] = *stream {
        let index = usize::from(rates >> 4);
        let kbps = *index
            .checked_sub(1)
            .and_then(|index| BIT_RATES_KBPS.get(index))
            .ok_or_else(|| wrong("bit rate beyond 64 kbit/s"))?;
        if rates & 0b1110 != 0b1000 {
            return Err(wrong("not 8 kHz without padding"));
        }
        let size = frame_bytes(kbps);
        let frame = stream.get(..size).ok_or_else(|| wrong("cut"))?;
        if frame[HEADER_BYTES] != 0 {
            return Err(wrong("a frame borrows bits from the one before"));
        }
        // One private bit follows main_data_begin; the other 63 bits of these 8 bytes are the granule's.
        let side = frame[HEADER_BYTES + 1..MONO_MAIN_DATA]
            .iter()
            .fold(0_u64, |side, byte| side << 8 | u64::from(*byte))
            & (u64::MAX >> 1);
        let bits = u32::try_from(side >> (SIDE_BITS - 12)).unwrap_or(u32::MAX);
        let data = frame
            .get(MONO_MAIN_DATA..MONO_MAIN_DATA + bits.div_ceil(8) as usize)
            .ok_or_else(|| wrong("main data beyond its frame"))?;
        granules.push(Granule { side, data, bits });
        stream = &stream[size..];
    }
    if stream.is_empty() { Ok(granules) } else { Err(wrong("not a mono MPEG-2.5 layer III frame")) }
}

/// Bytes of a frame: 72 bytes a frame for each 8 kbit/s at 8 kHz.
fn frame_bytes(kbps: u32) -> usize {
    kbps as usize * 9
}

/// Header and side information.
fn overhead_bytes(channels: usize) -> usize {
    HEADER_BYTES + if channels == 1 { 9 } else { 17 }
}

/// The lowest bit rate whose frames hold `payload_bytes` after header and side information.
fn fitting_kbps(channels: usize, payload_bytes: usize) -> u32 {
    let needed = overhead_bytes(channels) + payload_bytes;
    BIT_RATES_KBPS.into_iter().find(|kbps| frame_bytes(*kbps) >= needed).unwrap_or(64)
}

/// How frames are sized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rate {
    /// All alike, in kbit/s. The bank's loudest frame fits in 32 kbit/s, alone or beside silence.
    Constant(u32),
    /// Each as small as its main data allows.
    Variable,
}

impl Rate {
    /// Size in bytes of a frame with these channels (`None` is silence).
    pub(crate) fn size(self, channels: &[Option<&Granule>]) -> usize {
        frame_bytes(self.kbps(channels))
    }

    fn kbps(self, channels: &[Option<&Granule>]) -> u32 {
        match self {
            Self::Constant(kbps) => kbps,
            Self::Variable => {
                let bits: u32 = channels.iter().flatten().map(|granule| granule.bits).sum();
                fitting_kbps(channels.len(), bits.div_ceil(8) as usize)
            }
        }
    }

    /// Appends one frame.
    pub(crate) fn write(self, channels: &[Option<&Granule>], out: &mut Vec<u8>) {
        let kbps = self.kbps(channels);
        let end = out.len() + frame_bytes(kbps);
        write_header(kbps, channels.len(), out);
        let mut bits = BitWriter { out, pending: 0, pending_bits: 0 };
        // main_data_begin is 0 and the private bits are 0: 9 bits in mono, 10 in stereo.
        bits.push(0, 8 + if channels.len() == 1 { 1 } else { 2 });
        for channel in channels {
            bits.push(channel.unwrap_or(&SILENCE).side, SIDE_BITS);
        }
        for granule in channels.iter().flatten() {
            bits.push_all(granule.data, granule.bits);
        }
        bits.finish();
        out.resize(end, 0);
    }

    /// Size in bytes of the table frame.
    pub(crate) fn table_size(self, channels: usize) -> usize {
        match self {
            Self::Constant(kbps) => frame_bytes(kbps),
            Self::Variable => frame_bytes(fitting_kbps(channels, XING_BYTES)),
        }
    }

    /// The table frame of a file: `frames` frames, `bytes` bytes with this one, and for each percent of the time the
    /// position in 256ths of the bytes.
    pub(crate) fn table(
        self,
        channels: usize,
        frames: u32,
        bytes: u32,
        seek: &[u8; 100],
    ) -> Vec<u8> {
        let size = self.table_size(channels);
        let mut out = Vec::with_capacity(size);
        write_header(u32::try_from(size / 9).unwrap_or(64), channels, &mut out);
        out.resize(overhead_bytes(channels), 0);
        out.extend_from_slice(if self == Self::Variable { b"Xing" } else { b"Info" });
        // All four fields are present.
        out.extend_from_slice(&0b1111_u32.to_be_bytes());
        out.extend_from_slice(&frames.to_be_bytes());
        out.extend_from_slice(&bytes.to_be_bytes());
        out.extend_from_slice(seek);
        // The quality LAME was asked for (-V 6 is 40 of 100).
        out.extend_from_slice(&40_u32.to_be_bytes());
        out.resize(size, 0);
        out
    }
}

fn write_header(kbps: u32, channels: usize, out: &mut Vec<u8>) {
    let index = BIT_RATES_KBPS.iter().position(|rate| *rate == kbps).map_or(8, |index| index + 1);
    let rates = u8::try_from(index << 4).unwrap_or(0x80) | 0b1000;
    // Mode 11 is mono, 00 is two independent channels; 0x04 says "original".
    let mode = if channels == 1 { 0xC4 } else { 0x04 };
    out.extend_from_slice(&[0xFF, 0xE3, rates, mode]);
}

/// Appends bits, most significant first.
struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    pending: u8,
    pending_bits: u32,
}

impl BitWriter<'_> {
    fn push(&mut self, value: u64, count: u32) {
        for bit in (0..count).rev() {
            self.pending = self.pending << 1 | u8::from(value >> bit & 1 == 1);
            self.pending_bits += 1;
            if self.pending_bits == 8 {
                self.out.push(self.pending);
                (self.pending, self.pending_bits) = (0, 0);
            }
        }
    }

    fn push_all(&mut self, data: &[u8], bits: u32) {
        let whole = (bits / 8) as usize;
        if self.pending_bits == 0 {
            self.out.extend_from_slice(&data[..whole]);
        } else {
            for byte in &data[..whole] {
                self.push(u64::from(*byte), 8);
            }
        }
        if let (rest @ 1.., Some(last)) = (bits % 8, data.get(whole)) {
            self.push(u64::from(*last) >> (8 - rest), rest);
        }
    }

    fn finish(&mut self) {
        if self.pending_bits > 0 {
            self.push(0, 8 - self.pending_bits);
        }
    }
}
