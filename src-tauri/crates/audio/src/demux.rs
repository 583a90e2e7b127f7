//! Packets out of containers, for all formats alike.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use symphonia::core::codecs::audio::{AudioCodecParameters, well_known as id};
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::packet::Packet;
use symphonia::default::formats::{FlacReader, IsoMp4Reader, MpaReader, OggReader, WavReader};

use domain::{Codec, Container};

use crate::error::Error;
use crate::mpeg::{self, Even, FrameHeader, LengthTag};
use crate::origin::{Origin, Source};
use crate::riff;
use crate::sniff::sniff;

/// How much of the beginning is looked at to tell the container.
const HEAD_BYTES: u64 = 4096;
/// As much is looked through for a frame at a time.
const WINDOW_BYTES: u64 = 1 << 16;

/// What packets are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// To be heard: small packets, from anywhere.
    Listening,
    /// All of a file from its beginning to its end, as fast as this computer can.
    Bulk,
}

/// A source of packets, and what is known before the first is decoded.
pub(crate) struct Demux {
    packets: Packets,
    pub(crate) container: Container,
    pub(crate) codec: Codec,
    pub(crate) parameters: AudioCodecParameters,
    /// MP3: what the file says about its length.
    pub(crate) tag: Option<LengthTag>,
    /// MP3: where each frame lies, if all have one bit rate as far as they were read.
    pub(crate) even: Option<Even>,
}

enum Packets {
    Riff(riff::Packets),
    Library {
        reader: Box<dyn FormatReader>,
        track_id: u32,
        /// Whether a packet's duration counts sample frames, so that packets can be skipped without decoding.
        counts_frames: bool,
        /// MP3: the header of the packet before.
        kind: Option<FrameHeader>,
    },
}

/// The next packet.
pub(crate) enum Next {
    /// A packet, and how many sample frames it decodes to, if that is known without decoding.
    Packet(Packet, Option<u64>),
    /// The regular end.
    End,
    /// The container is damaged from here on.
    Broken,
}

impl Demux {
    /// Opens a file by its content.
    pub(crate) fn open(origin: &Origin, pace: Pace) -> Result<Self, Error> {
        let unreadable = |error: io::Error| Error::unreadable(&origin.path(), &error);
        let mut file = origin.open().map_err(unreadable)?;
        let mut head = Vec::new();
        (&mut file).take(HEAD_BYTES).read_to_end(&mut head).map_err(unreadable)?;
        let container = sniff(&head).ok_or(Error::NotAudio)?;
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let options = FormatOptions::default();
        let (mut tag, mut even) = (None, None);
        let reader: Result<Box<dyn FormatReader>, Fault> = match container {
            Container::Wav => match riff::read(&mut file)? {
                riff::Coding::Raw(raw) => return Ok(Self::riff(file, raw, pace)),
                riff::Coding::Adpcm => {
                    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
                    WavReader::try_new(stream(file), options).map(|reader| Box::new(reader) as _)
                }
            },
            Container::Mp3 => {
                let start = mpeg::read_start(&mut file).map_err(unreadable)?;
                (tag, even) = (start.tag, start.even);
                file.seek(SeekFrom::Start(start.offset)).map_err(unreadable)?;
                MpaReader::try_new(stream(file), options).map(|reader| Box::new(reader) as _)
            }
            Container::Ogg => {
                OggReader::try_new(stream(file), options).map(|reader| Box::new(reader) as _)
            }
            Container::Flac => {
                FlacReader::try_new(stream(file), options).map(|reader| Box::new(reader) as _)
            }
            Container::Mp4 => {
                IsoMp4Reader::try_new(stream(file), options).map(|reader| Box::new(reader) as _)
            }
        };
        let reader = reader.map_err(|fault| match fault {
            Fault::Unsupported(what) => Error::Unsupported { container, codec: what.to_owned() },
            fault => Error::damaged(fault.to_string()),
        })?;
        Self::library(container, reader, tag, even)
    }

    /// The first frame of MP3 of one bit rate that begins in a span of bytes, all of which can be read. Whether a last one is a
    /// frame cannot be told unless the span is the end of the file.
    pub(crate) fn find_within(
        origin: &Origin,
        span: Range<u64>,
        is_end: bool,
        even: Even,
    ) -> io::Result<Option<u64>> {
        let mut file = origin.open()?;
        let mut window = Vec::new();
        // A frame may be padded by a byte, and the header of the next one has four.
        let frame_and_next = even.header.frame_bytes + 5;
        let mut from = span.start;
        while from < span.end {
            file.seek(SeekFrom::Start(from))?;
            window.clear();
            (&mut file).take(WINDOW_BYTES.min(span.end - from)).read_to_end(&mut window)?;
            let is_frame = |at: &usize| {
                let bytes = &window[*at..];
                mpeg::begins_with_frame(bytes)
                    && FrameHeader::parse(bytes)
                        .is_some_and(|header| header.is_even_with(even.header))
            };
            // What begins so near the edge that the window does not hold the frame behind it is told in the next window.
            let is_last = is_end && from + window.len() as u64 >= span.end;
            let behind = if is_last { 0 } else { frame_and_next };
            let searched = window.len().saturating_sub(behind);
            if let Some(at) = (0..searched).find(is_frame) {
                return Ok(Some(from + at as u64));
            }
            if searched == 0 {
                break;
            }
            from += searched as u64;
        }
        Ok(None)
    }

    /// Opens MP3 of one bit rate in its middle, at a byte where a frame begins. Also returned is the number of that frame.
    pub(crate) fn open_within(
        origin: &Origin,
        begin: u64,
        even: Even,
        tag: Option<LengthTag>,
    ) -> Result<Option<(Self, u64)>, Error> {
        let unreadable = |error: io::Error| Error::unreadable(&origin.path(), &error);
        let mut file = origin.open().map_err(unreadable)?;
        file.seek(SeekFrom::Start(begin)).map_err(unreadable)?;
        let Ok(reader) = MpaReader::try_new(stream(file), FormatOptions::default()) else {
            return Ok(None);
        };
        let demux = Self::library(Container::Mp3, Box::new(reader), tag, Some(even))?;
        Ok(Some((demux, even.number_at(begin))))
    }

    fn riff(file: Source, raw: riff::Raw, pace: Pace) -> Self {
        Self {
            container: Container::Wav,
            codec: raw.codec.clone(),
            parameters: raw.codec_parameters(pace),
            tag: None,
            even: None,
            packets: Packets::Riff(riff::Packets::new(file, raw, pace)),
        }
    }

    fn library(
        container: Container,
        reader: Box<dyn FormatReader>,
        tag: Option<LengthTag>,
        even: Option<Even>,
    ) -> Result<Self, Error> {
        let track = reader
            .default_track(TrackType::Audio)
            .ok_or_else(|| Error::damaged("there is no sound track in it"))?;
        let parameters = track
            .codec_params
            .as_ref()
            .and_then(|parameters| parameters.audio())
            .ok_or_else(|| Error::damaged("the sound track has no codec"))?
            .clone();
        // Vorbis and AAC packets do not decode to the length their container gives them.
        let counts_frames = matches!(container, Container::Flac | Container::Wav);
        let track_id = track.id;
        Ok(Self {
            container,
            codec: codec_of(&parameters),
            parameters,
            tag,
            even,
            packets: Packets::Library { reader, track_id, counts_frames, kind: None },
        })
    }

    /// The layout of a WAV file read here.
    pub(crate) fn raw(&self) -> Option<&riff::Raw> {
        match &self.packets {
            Packets::Riff(packets) => Some(packets.raw()),
            Packets::Library { .. } => None,
        }
    }

    /// Goes straight to a sample frame, where the format allows it; false means that packets have to be skipped instead.
    pub(crate) fn seek(&mut self, frame: u64) -> bool {
        match &mut self.packets {
            Packets::Riff(packets) => {
                packets.seek(frame);
                true
            }
            Packets::Library { .. } => false,
        }
    }

    /// The next packet of the sound track.
    pub(crate) fn next(&mut self) -> io::Result<Next> {
        let is_mpeg = self.container == Container::Mp3;
        match &mut self.packets {
            Packets::Riff(packets) => Ok(match packets.next()? {
                Some((packet, frames)) => Next::Packet(packet, Some(frames)),
                None => Next::End,
            }),
            Packets::Library { reader, track_id, counts_frames, kind } => loop {
                match reader.next_packet() {
                    Ok(Some(packet)) if packet.track_id == *track_id => {
                        if !is_mpeg {
                            let frames = counts_frames.then(|| packet.dur.get());
                            return Ok(Next::Packet(packet, frames));
                        }
                        // Behind damage the library can take a few bytes of sound for a packet of another kind. The
                        // length is taken from the header, because the library counts trimmed frames twice.
                        let header = FrameHeader::parse(&packet.data);
                        if let Some(header) =
                            header.filter(|header| kind.is_none_or(|kind| header.is_like(kind)))
                        {
                            *kind = Some(header);
                            self.even = self.even.filter(|even| header.is_even_with(even.header));
                            return Ok(Next::Packet(packet, Some(header.frames())));
                        }
                    }
                    Ok(Some(_)) => {}
                    Ok(None) => return Ok(Next::End),
                    Err(Fault::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                        return Ok(Next::End);
                    }
                    // The library wraps its own complaints in these kinds; the rest is the disk's.
                    Err(Fault::IoError(error))
                        if !matches!(
                            error.kind(),
                            io::ErrorKind::Other
                                | io::ErrorKind::InvalidData
                                | io::ErrorKind::InvalidInput
                        ) =>
                    {
                        return Err(error);
                    }
                    Err(_) => return Ok(Next::Broken),
                }
            },
        }
    }
}

fn stream(file: Source) -> MediaSourceStream<'static> {
    MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default())
}

fn codec_of(parameters: &AudioCodecParameters) -> Codec {
    let name = match parameters.codec {
        id::CODEC_ID_MP3 => return Codec::Mp3,
        id::CODEC_ID_PCM_ALAW => return Codec::ALaw,
        id::CODEC_ID_PCM_MULAW => return Codec::MuLaw,
        id::CODEC_ID_MP1 => "MPEG layer I",
        id::CODEC_ID_MP2 => "MPEG layer II",
        id::CODEC_ID_OPUS => "Opus",
        id::CODEC_ID_SPEEX => "Speex",
        id::CODEC_ID_ALAC => "Apple Lossless",
        id::CODEC_ID_AC3 | id::CODEC_ID_EAC3 => "AC-3",
        other => {
            let known = symphonia::default::get_codecs().get_audio_decoder(other);
            return match known.map(|decoder| decoder.codec.info.long_name) {
                Some(name) if name.starts_with("PCM") => Codec::Pcm,
                Some(name) => Codec::Other(name.to_owned()),
                None => Codec::Other(other.to_string()),
            };
        }
    };
    Codec::Other(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MPEG-1 layer III, 32 kbit/s, 32 kHz, mono: frames of 144 bytes without padding.
    const HEADER: [u8; 4] = [0xff, 0xfb, 0x18, 0xc0];

    /// So many bytes without a frame, then so many frames.
    fn frames_behind(before: usize, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; before];
        for _ in 0..count {
            bytes.extend(HEADER);
            bytes.resize(bytes.len() + 140, 0x55);
        }
        bytes
    }

    fn found_in(bytes: &[u8], is_end: bool) -> Option<u64> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.mp3");
        std::fs::write(&path, bytes).unwrap();
        let header = FrameHeader::parse(&HEADER).unwrap();
        assert_eq!(header.frame_bytes, 144);
        let even = Even { first_byte: 0, header };
        let span = 0..bytes.len() as u64;
        Demux::find_within(&Origin::File(path), span, is_end, even).unwrap()
    }

    #[test]
    fn a_frame_at_the_edge_of_a_window_is_found_and_nothing_is_taken_for_one() {
        let window = usize::try_from(WINDOW_BYTES).unwrap();
        for before in [window - 200, window - 144, window - 3, window - 1, window, window + 1] {
            for is_end in [false, true] {
                let found = found_in(&frames_behind(before, 4), is_end);
                assert_eq!(found, Some(before as u64), "{before} {is_end}");
            }
            // Bytes that look like a header, with sound of another kind where the next one would be.
            let mut bytes = frames_behind(before, 1);
            bytes.resize(window + 1000, 0);
            assert_eq!(found_in(&bytes, true), None, "{before}");
        }
        let last = frames_behind(100, 1);
        assert_eq!(
            found_in(&last, true),
            Some(100),
            "the end of the file needs no frame behind it"
        );
        assert_eq!(found_in(&last, false), None, "here another one would have to follow");
    }
}
