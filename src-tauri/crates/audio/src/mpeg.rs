//! MPEG audio headers (ISO 11172-3, 13818-3, and the unofficial 2.5): frames, and the Xing/Info/VBRI tag that states a
//! file's exact length.
//!
//! The tag is read here, not taken from the decoder library, because the library lets a wrong or estimated count cut off
//! sound that is there. For us the count is evidence about a truncated file, and nothing else.

use std::io::{self, Read, Seek, SeekFrom};

use crate::origin::Source;

/// How far behind the ID3 tag the first frame may begin: some encoders pad.
const SEARCH_BYTES: usize = 16 * 1024;
/// How many `ID3v2` tags may follow each other.
const MAX_ID3_TAGS: usize = 8;
/// Size of the tag that older programs put at the end.
const ID3V1_BYTES: u64 = 128;
/// Samples a decoder puts out before the first one of the encoder's input; LAME's delay field does not count them.
const DECODER_DELAY: u32 = 529;

const BITRATES_V1_L3: [u32; 15] =
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const BITRATES_V1_L2: [u32; 15] =
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
const BITRATES_V2: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// The fields of one frame header that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    is_mpeg1: bool,
    is_layer3: bool,
    is_mono: bool,
    sample_rate_hz: u32,
    kbit_per_s: u32,
    /// Whole frame with its header.
    pub(crate) frame_bytes: usize,
}

impl FrameHeader {
    /// Reads four bytes. Reserved values are refused, so are layer I (nobody records calls in it, and its sync is also a
    /// UTF-16 byte order mark) and free-format bit rates.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let &[sync, b1, b2, b3] = bytes.first_chunk::<4>()?;
        if sync != 0xff || b1 & 0xe0 != 0xe0 || b3 & 0x03 == 0x02 {
            return None;
        }
        let (is_mpeg1, rate_shift) = match b1 >> 3 & 0x03 {
            0b00 => (false, 2),
            0b10 => (false, 1),
            0b11 => (true, 0),
            _ => return None,
        };
        let is_layer3 = match b1 >> 1 & 0x03 {
            0b01 => true,
            0b10 => false,
            _ => return None,
        };
        let table = match (is_mpeg1, is_layer3) {
            (true, true) => BITRATES_V1_L3,
            (true, false) => BITRATES_V1_L2,
            (false, _) => BITRATES_V2,
        };
        let kbit = *table.get(usize::from(b2 >> 4)).filter(|kbit| **kbit > 0)?;
        let sample_rate_hz =
            [44_100_u32, 48_000, 32_000].get(usize::from(b2 >> 2 & 0x03))? >> rate_shift;
        let slots = if is_mpeg1 || !is_layer3 { 144_000 } else { 72_000 };
        let padding = u32::from(b2 >> 1 & 1);
        let frame_bytes = usize::try_from(slots * kbit / sample_rate_hz + padding).ok()?;
        let is_mono = b3 >> 6 == 0b11;
        Some(Self { is_mpeg1, is_layer3, is_mono, sample_rate_hz, kbit_per_s: kbit, frame_bytes })
    }

    /// Sample frames in one MPEG frame.
    pub(crate) fn frames(self) -> u64 {
        if self.is_mpeg1 || !self.is_layer3 { 1152 } else { 576 }
    }

    /// Bytes of side information behind the header.
    fn side_info_bytes(self) -> usize {
        match (self.is_mpeg1, self.is_mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        }
    }

    /// Whether both frames can belong to one stream.
    pub(crate) fn is_like(self, other: Self) -> bool {
        self.is_mpeg1 == other.is_mpeg1
            && self.is_layer3 == other.is_layer3
            && self.sample_rate_hz == other.sample_rate_hz
    }

    /// Likewise, if all frames of the stream have one bit rate.
    pub(crate) fn is_even_with(self, other: Self) -> bool {
        self.is_like(other) && self.kbit_per_s == other.kbit_per_s
    }
}

/// Frames of one bit rate: where each lies follows from its number, give or take the byte that some are padded with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Even {
    /// Where the first one begins that is sound.
    pub(crate) first_byte: u64,
    /// What all are like.
    pub(crate) header: FrameHeader,
}

impl Even {
    /// A byte a little before the frame of a number, counted from 0, and behind the beginning of the one before.
    pub(crate) fn before(self, number: u64) -> u64 {
        let (bytes, frames) = self.mean_bytes();
        let begin = self.first_byte.saturating_add(number.saturating_mul(bytes) / frames);
        begin.saturating_sub(2).max(self.first_byte)
    }

    /// The number of the frame that begins at a byte.
    pub(crate) fn number_at(self, byte: u64) -> u64 {
        let (bytes, frames) = self.mean_bytes();
        byte.saturating_sub(self.first_byte).saturating_mul(frames).saturating_add(bytes / 2)
            / bytes
    }

    /// The mean length of a frame, as a fraction: so many bytes for so many frames. Neither is 0.
    fn mean_bytes(self) -> (u64, u64) {
        let bytes = self.header.frames() / 8 * u64::from(self.header.kbit_per_s) * 1000;
        (bytes, u64::from(self.header.sample_rate_hz))
    }
}

/// Whether the bytes begin with a frame: a valid header, and another one where it says, if the bytes reach that far.
pub(crate) fn begins_with_frame(bytes: &[u8]) -> bool {
    let Some(header) = FrameHeader::parse(bytes) else { return false };
    match bytes.get(header.frame_bytes..) {
        Some(next) if next.len() >= 4 => {
            FrameHeader::parse(next).is_some_and(|next| next.is_like(header))
        }
        _ => true,
    }
}

/// The length a file states about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LengthTag {
    /// Sample frames of all MPEG frames, with the encoder's delay and padding.
    pub(crate) raw_frames: u64,
    /// Sample frames in one MPEG frame.
    pub(crate) frames_per_packet: u64,
    /// Sample frames to drop at the start.
    pub(crate) delay: u64,
    /// Sample frames to drop at the end.
    pub(crate) padding: u64,
    /// Whether the file holds at least as many bytes as the tag says; false also when it does not say.
    pub(crate) bytes_are_there: bool,
}

/// Where the first frame is, and what its tag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Start {
    /// Byte offset of the first frame; where the ID3 tags end, if no frame was found near.
    pub(crate) offset: u64,
    /// The tag, if the first frame is one with a count.
    pub(crate) tag: Option<LengthTag>,
    /// Where each frame lies, if all have one bit rate as far as the beginning tells.
    pub(crate) even: Option<Even>,
}

/// Looks at the beginning of a file.
pub(crate) fn read_start(file: &mut Source) -> io::Result<Start> {
    let size_bytes = file.size_bytes()?;
    let after_id3 = skip_id3(file)?;
    file.seek(SeekFrom::Start(after_id3))?;
    let mut window = Vec::new();
    file.take(SEARCH_BYTES as u64).read_to_end(&mut window)?;
    let found = (0..window.len()).find(|at| begins_with_frame(&window[*at..]));
    let Some(at) = found else {
        return Ok(Start { offset: after_id3, tag: None, even: None });
    };
    let offset = after_id3 + at as u64;
    let tag = read_tag(&window[at..], size_bytes.saturating_sub(offset));
    let even = read_even(&window, at, after_id3, tag.as_ref(), size_bytes);
    Ok(Start { offset, tag, even })
}

/// The layout of a file of one bit rate, whose first frame is in the window at `at`. `None` where its size does not fit the
/// count of its tag: then the bit rate changes, or something else is in the file.
fn read_even(
    window: &[u8],
    at: usize,
    window_byte: u64,
    tag: Option<&LengthTag>,
    size_bytes: u64,
) -> Option<Even> {
    let first = FrameHeader::parse(&window[at..])?;
    let at = if holds_tag(&window[at..], first) { at + first.frame_bytes } else { at };
    // The frame with the tag may have another bit rate than the sound.
    let header = FrameHeader::parse(window.get(at..)?).filter(|header| header.is_like(first))?;
    let even = Even { first_byte: window_byte + at as u64, header };
    let room = 2 + ID3V1_BYTES / header.frame_bytes.max(1) as u64;
    let fits = |tag: &LengthTag| {
        let count = tag.raw_frames / tag.frames_per_packet;
        even.number_at(size_bytes).abs_diff(count) <= room
    };
    tag.is_none_or(fits).then_some(even)
}

/// Whether a frame says something about the file and is no sound.
fn holds_tag(frame: &[u8], header: FrameHeader) -> bool {
    let begins = |at: usize, name: &[u8]| frame.get(at..).is_some_and(|tag| tag.starts_with(name));
    let at = 4 + header.side_info_bytes();
    begins(at, b"Xing") || begins(at, b"Info") || begins(36, b"VBRI")
}

/// The offset behind all `ID3v2` tags at the start (<https://id3.org/id3v2.4.0-structure>).
fn skip_id3(file: &mut Source) -> io::Result<u64> {
    let mut offset = 0_u64;
    for _ in 0..MAX_ID3_TAGS {
        file.seek(SeekFrom::Start(offset))?;
        let mut head = Vec::with_capacity(10);
        file.by_ref().take(10).read_to_end(&mut head)?;
        let [b'I', b'D', b'3', _, _, flags, a, b, c, d] = head[..] else { break };
        let size = [a, b, c, d].iter().fold(0_u64, |size, byte| size << 7 | u64::from(byte & 0x7f));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        offset += 10 + size + footer;
    }
    Ok(offset)
}

/// Reads the tag in a frame: Xing/Info (with LAME's extension) or VBRI.
fn read_tag(frame: &[u8], available_bytes: u64) -> Option<LengthTag> {
    let header = FrameHeader::parse(frame).filter(|header| header.is_layer3)?;
    let tag = frame.get(4 + header.side_info_bytes()..)?;
    if tag.starts_with(b"Xing") || tag.starts_with(b"Info") {
        read_xing(header, tag, available_bytes)
    } else {
        // Fraunhofer's tag always lies 32 bytes behind the header.
        let tag = frame.get(36..).filter(|tag| tag.starts_with(b"VBRI"))?;
        let bytes = be_u32(tag, 10)?;
        let count = be_u32(tag, 14).filter(|count| *count > 0)?;
        Some(length_tag(header, count, Some(bytes), (0, 0), available_bytes))
    }
}

fn read_xing(header: FrameHeader, tag: &[u8], available_bytes: u64) -> Option<LengthTag> {
    let flags = be_u32(tag, 4)?;
    let count = if flags & 1 == 0 { None } else { be_u32(tag, 8) }.filter(|count| *count > 0)?;
    let mut at = 12;
    let mut bytes = None;
    if flags & 2 != 0 {
        bytes = be_u32(tag, at);
        at += 4;
    }
    at += if flags & 4 == 0 { 0 } else { 100 };
    at += if flags & 8 == 0 { 0 } else { 4 };
    Some(length_tag(header, count, bytes, lame_trim(tag.get(at..).unwrap_or(&[])), available_bytes))
}

/// Delay and padding of the LAME extension (<http://gabriel.mp3-tech.org/mp3infotag.html>), as written by LAME and
/// `FFmpeg`.
fn lame_trim(extension: &[u8]) -> (u32, u32) {
    let known = [b"LAME", b"Lavf", b"Lavc"].iter().any(|name| extension.starts_with(*name));
    match extension.get(21..24) {
        Some(&[a, b, c]) if known => {
            let delay = u32::from(a) << 4 | u32::from(b) >> 4;
            let padding = u32::from(b & 0x0f) << 8 | u32::from(c);
            (delay + DECODER_DELAY, padding.saturating_sub(DECODER_DELAY))
        }
        _ => (0, 0),
    }
}

fn length_tag(
    header: FrameHeader,
    count: u32,
    bytes: Option<u32>,
    (delay, padding): (u32, u32),
    available_bytes: u64,
) -> LengthTag {
    let raw_frames = u64::from(count) * header.frames();
    let (delay, padding) = (u64::from(delay), u64::from(padding));
    let fits = delay + padding < raw_frames;
    LengthTag {
        raw_frames,
        frames_per_packet: header.frames(),
        delay: if fits { delay } else { 0 },
        padding: if fits { padding } else { 0 },
        bytes_are_there: bytes
            .is_some_and(|bytes| bytes > 0 && u64::from(bytes) <= available_bytes),
    }
}

fn be_u32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|four| u32::from_be_bytes(*four))
}
