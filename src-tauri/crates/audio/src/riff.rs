//! RIFF WAVE as telephony systems write it.
//!
//! Strict readers refuse a 16-byte `fmt ` chunk for µ-law, refuse µ-law inside `WAVE_FORMAT_EXTENSIBLE`, and take the
//! length fields of streamed files (0, 0xFFFFFFFF) at their word. This one believes the bytes that are there: it finds
//! format and data, and cuts the data into packets for the decoder library's PCM and G.711 decoders.

use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, well_known as id};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, Timestamp};

use domain::{Codec, Container};

use crate::demux::Pace;
use crate::error::Error;
use crate::origin::Source;

/// Format tags of RFC 2361 and `mmreg.h`.
const TAG_PCM: u16 = 0x0001;
const TAG_MS_ADPCM: u16 = 0x0002;
const TAG_FLOAT: u16 = 0x0003;
const TAG_A_LAW: u16 = 0x0006;
const TAG_MU_LAW: u16 = 0x0007;
const TAG_IMA_ADPCM: u16 = 0x0011;
const TAG_EXTENSIBLE: u16 = 0xfffe;

/// Data lengths from here on are the placeholders of programs that stream (`SoX` writes 0x7FFFF000 and its like, `FFmpeg`
/// 0xFFFFFFFF): a call of 2 GB would last days.
const PLACEHOLDER_BYTES: u32 = 0x7fff_0000;
/// Chunks before the sound; a file with more is not one a recorder made.
const MAX_CHUNKS: usize = 4096;
/// Sample frames in one packet for a listener, whose queue is short.
const PACKET_FRAMES: u64 = 2048;
/// Sample frames in one packet when the whole file is read in one go.
const BULK_FRAMES: u64 = 1 << 14;
/// More channels than any recorder writes; bounds memory for hostile headers.
const MAX_CHANNELS: u16 = 32;
const MAX_RATE_HZ: u32 = 768_000;

/// How the sound of a file is coded.
pub(crate) enum Coding {
    /// Linear or G.711: cut into packets here.
    Raw(Raw),
    /// ADPCM: the library's own WAV reader handles its blocks.
    Adpcm,
}

/// Everything needed to read samples.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    codec_id: AudioCodecId,
    pub(crate) codec: Codec,
    pub(crate) sample_rate_hz: u32,
    pub(crate) channels: u16,
    frame_bytes: u64,
    data_offset: u64,
    /// Whole sample frames that are in the file.
    pub(crate) frames: u64,
    /// Sample frames by the `data` chunk's length, where that is a real one.
    pub(crate) stated_frames: Option<u64>,
}

struct Format {
    tag: u16,
    channels: u16,
    sample_rate_hz: u32,
    bits: u16,
}

/// Finds format and data.
pub(crate) fn read(file: &mut Source) -> Result<Coding, Error> {
    let damaged = |error: io::Error| Error::damaged(format!("WAV header: {error}"));
    let size_bytes = file.size_bytes().map_err(damaged)?;
    let mut offset = 12_u64;
    let mut format = None;
    for _ in 0..MAX_CHUNKS {
        let mut head = [0; 8];
        file.seek(SeekFrom::Start(offset)).map_err(damaged)?;
        file.read_exact(&mut head).map_err(damaged)?;
        let [a, b, c, d, length @ ..] = head;
        let length = u32::from_le_bytes(length);
        offset += 8;
        match &[a, b, c, d] {
            b"fmt " => format = Some(read_format(file, length)?),
            b"data" => {
                let Some(format) = format else {
                    return Err(Error::damaged("the WAV file has sound, but no format"));
                };
                return coding(&format, file, offset, length, size_bytes);
            }
            _ => {}
        }
        // Chunks are padded to even lengths.
        offset += u64::from(length) + u64::from(length & 1);
    }
    Err(Error::damaged("the WAV file has no sound chunk"))
}

fn read_format(file: &mut Source, length: u32) -> Result<Format, Error> {
    let mut bytes = Vec::new();
    file.take(u64::from(length.min(64)))
        .read_to_end(&mut bytes)
        .map_err(|error| Error::damaged(format!("WAV header: {error}")))?;
    let u16_at = |at: usize| Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk::<2>()?));
    let u32_at = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk::<4>()?));
    let fields = || {
        let tag = match u16_at(0)? {
            // The real tag is the beginning of the sub-format's GUID.
            TAG_EXTENSIBLE => u16_at(24)?,
            tag => tag,
        };
        Some(Format { tag, channels: u16_at(2)?, sample_rate_hz: u32_at(4)?, bits: u16_at(14)? })
    };
    fields().ok_or_else(|| Error::damaged("the WAV format chunk is too short"))
}

fn coding(
    format: &Format,
    file: &mut Source,
    data_offset: u64,
    stated_bytes: u32,
    size_bytes: u64,
) -> Result<Coding, Error> {
    let pcm_bits = u32::from(format.bits).div_ceil(8) * 8;
    let (codec_id, codec, sample_bytes) = match (format.tag, pcm_bits) {
        (TAG_PCM, 8) => (id::CODEC_ID_PCM_U8, Codec::Pcm, 1_u64),
        (TAG_PCM, 16) => (id::CODEC_ID_PCM_S16LE, Codec::Pcm, 2),
        (TAG_PCM, 24) => (id::CODEC_ID_PCM_S24LE, Codec::Pcm, 3),
        (TAG_PCM, 32) => (id::CODEC_ID_PCM_S32LE, Codec::Pcm, 4),
        (TAG_FLOAT, 32) => (id::CODEC_ID_PCM_F32LE, Codec::Pcm, 4),
        (TAG_FLOAT, 64) => (id::CODEC_ID_PCM_F64LE, Codec::Pcm, 8),
        // The bits field of G.711 is often 0 or 16; the code has 8 either way.
        (TAG_A_LAW, _) => (id::CODEC_ID_PCM_ALAW, Codec::ALaw, 1),
        (TAG_MU_LAW, _) => (id::CODEC_ID_PCM_MULAW, Codec::MuLaw, 1),
        (TAG_MS_ADPCM | TAG_IMA_ADPCM, _) => return Ok(Coding::Adpcm),
        (tag, _) => {
            return Err(Error::Unsupported { container: Container::Wav, codec: tag_name(tag) });
        }
    };
    if format.channels == 0 || format.channels > MAX_CHANNELS {
        return Err(Error::damaged(format!("a WAV file with {} channels", format.channels)));
    }
    if format.sample_rate_hz == 0 || format.sample_rate_hz > MAX_RATE_HZ {
        return Err(Error::damaged(format!("a WAV file with {} Hz", format.sample_rate_hz)));
    }
    let frame_bytes = sample_bytes * u64::from(format.channels);
    let rest_bytes = size_bytes.saturating_sub(data_offset);
    let is_placeholder = stated_bytes >= PLACEHOLDER_BYTES && u64::from(stated_bytes) > rest_bytes
        || stated_bytes == 0 && !only_chunks_follow(file, data_offset, size_bytes);
    let data_bytes =
        if is_placeholder { rest_bytes } else { rest_bytes.min(u64::from(stated_bytes)) };
    Ok(Coding::Raw(Raw {
        codec_id,
        codec,
        sample_rate_hz: format.sample_rate_hz,
        channels: format.channels,
        frame_bytes,
        data_offset,
        frames: data_bytes / frame_bytes,
        stated_frames: (!is_placeholder).then(|| u64::from(stated_bytes) / frame_bytes),
    }))
}

/// Whether a `data` length of 0 is the truth: the rest of the file is nothing, or one more chunk that ends where the file
/// does. Otherwise the writer never came back to fill the length in.
fn only_chunks_follow(file: &mut Source, offset: u64, size_bytes: u64) -> bool {
    if offset >= size_bytes {
        return true;
    }
    let mut head = [0; 8];
    if file.seek(SeekFrom::Start(offset)).is_err() || file.read_exact(&mut head).is_err() {
        return false;
    }
    let [a, b, c, d, length @ ..] = head;
    let length = u64::from(u32::from_le_bytes(length));
    let is_name = [a, b, c, d].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ');
    is_name && (offset + 8 + length).abs_diff(size_bytes) <= 1
}

/// Names for the codecs telephony systems use and this program cannot decode.
fn tag_name(tag: u16) -> String {
    let name = match tag {
        0x0014 => "G.723 ADPCM",
        0x0022 => "TrueSpeech",
        0x0031 => "GSM 06.10",
        0x0042 => "MSG723",
        0x0045 | 0x0064 | 0x0140 => "G.726 ADPCM",
        0x0050 => "MPEG audio in WAV",
        0x0055 => "MP3 in WAV",
        0x0065 | 0x028f => "G.722 ADPCM",
        0x0083 => "G.729",
        0x00ff | 0x1610 => "AAC in WAV",
        _ => return format!("{tag:#06x}"),
    };
    format!("{name} ({tag:#06x})")
}

fn packet_frames(pace: Pace) -> u64 {
    match pace {
        Pace::Listening => PACKET_FRAMES,
        Pace::Bulk => BULK_FRAMES,
    }
}

impl Raw {
    /// The byte a sample frame begins at.
    pub(crate) fn byte_of(&self, frame: u64) -> u64 {
        self.data_offset.saturating_add(frame.saturating_mul(self.frame_bytes))
    }

    /// What the library's PCM decoder wants to know.
    pub(crate) fn codec_parameters(&self, pace: Pace) -> AudioCodecParameters {
        let mut parameters = AudioCodecParameters::new();
        parameters
            .for_codec(self.codec_id)
            .with_sample_rate(self.sample_rate_hz)
            .with_channels(Channels::Discrete(self.channels))
            .with_max_frames_per_packet(packet_frames(pace));
        parameters
    }
}

/// The sound of one file, packet by packet.
#[derive(Debug)]
pub(crate) struct Packets {
    file: Source,
    raw: Raw,
    packet_frames: u64,
    next_frame: u64,
}

impl Packets {
    pub(crate) fn new(file: Source, raw: Raw, pace: Pace) -> Self {
        Self { file, raw, packet_frames: packet_frames(pace), next_frame: 0 }
    }

    pub(crate) fn raw(&self) -> &Raw {
        &self.raw
    }

    /// Goes to a sample frame; behind the end there are no more packets.
    pub(crate) fn seek(&mut self, frame: u64) {
        self.next_frame = frame.min(self.raw.frames);
    }

    /// The next packet and how many sample frames it holds. A file that has become shorter ends early.
    pub(crate) fn next(&mut self) -> io::Result<Option<(Packet, u64)>> {
        let wanted = self.packet_frames.min(self.raw.frames - self.next_frame);
        let offset = self.raw.data_offset + self.next_frame * self.raw.frame_bytes;
        self.file.seek(SeekFrom::Start(offset))?;
        let wanted_bytes = wanted * self.raw.frame_bytes;
        // A packet is small whatever a header says: 32 channels of 8 bytes at most.
        let mut bytes = Vec::with_capacity(usize::try_from(wanted_bytes).unwrap_or(0));
        (&mut self.file).take(wanted_bytes).read_to_end(&mut bytes)?;
        let frames = bytes.len() as u64 / self.raw.frame_bytes;
        if frames == 0 {
            return Ok(None);
        }
        let at = Timestamp::new(i64::try_from(self.next_frame).unwrap_or(i64::MAX));
        self.next_frame += frames;
        Ok(Some((Packet::new(0, at, Duration::new(frames), bytes), frames)))
    }
}
