//! A file as a stream of sample frames: exact length, exact position, exact seek.
//!
//! Positions count sample frames of sound, without an MP3 encoder's delay. Three things are done here that the decoder
//! library does not do, or does wrongly for our files:
//! - MP3 is decoded untrimmed. The delay at the start and the padding at the end are dropped here, and the padding only if
//!   the file really ends where its tag says: nothing is cut on the strength of an estimate.
//! - A seek decodes some packets before the target and drops them, so that the sound is the same as without the seek.
//! - A damaged packet becomes silence of the same length, so that what follows stays in place.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Fault;
use symphonia::core::packet::Packet;

use domain::{AudioFacts, Codec, Container};

use crate::analyse::guarded;
use crate::crew::{self, Crew, Outcome, Shape, Turn};
use crate::demux::{Demux, Next, Pace};
use crate::error::Error;
use crate::inflow::Inflow;
use crate::origin::Origin;

/// Packets decoded before the target of a seek. An MP3 frame may refer back 511 bytes (five frames at the lowest bit
/// rates of each version) and its output overlaps the next one's.
pub(crate) const PREROLL_PACKETS: usize = 12;
/// The most silence one damaged packet is replaced by, in sample frames; real packets hold at most 4608.
const MAX_SILENCE_FRAMES: u64 = 1 << 16;

/// An open file. Not thread-safe, but it can move between threads.
pub struct Decoded {
    origin: Origin,
    demux: Demux,
    decoder: Box<dyn AudioDecoder>,
    /// Decodes in place of `decoder` when the whole file is read in one go.
    crew: Option<Crew>,
    shape: Shape,
    /// It did not come here from the beginning, but went straight to a later part of a file that is coming in.
    has_jumped: bool,
    /// The byte that a jump went to last without finding a frame there, and how far it looked.
    barren: Option<(u64, u64)>,
    /// The length that is known of one that is coming in.
    told_frames: u64,
    /// Packets read ahead by a seek.
    pending: VecDeque<(Packet, Option<u64>)>,
    /// Decoded samples that are not given out yet: at least as long as the padding that may have to be dropped.
    held: Vec<f32>,
    /// Index of the frame behind the last one in `held`, counted from the first frame of the file, delay included.
    next_raw: u64,
    /// Frames before this index are dropped: the delay, or what lies before the target of a seek.
    first_raw: u64,
    has_ended: bool,
    damaged_packets: u64,
    silenced_frames: u64,
    scratch: Vec<f32>,
}

impl Decoded {
    /// Opens a file at its beginning.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::begin(Origin::File(path.to_owned()), Pace::Listening)
    }

    /// Opens a file that is still coming in, as soon as enough of its beginning is there.
    ///
    /// # Errors
    /// As [`Decoded::open`]; also when the format needs the end of the file before its beginning can be heard, when the
    /// size is not known, or when nothing comes. The same file may well be fine once it is whole.
    pub fn open_inflow(inflow: &Arc<Inflow>) -> Result<Self, Error> {
        guarded(|| Self::begin(Origin::Inflow(Arc::clone(inflow)), Pace::Listening))
    }

    /// Opens a file whose sound nobody asks for.
    pub(crate) fn open_to_judge(path: &Path) -> Result<Self, Error> {
        Self::begin(Origin::File(path.to_owned()), Pace::Bulk)
    }

    /// Opens a file to be read once from its beginning to its end, without a seek.
    pub(crate) fn open_in_bulk(path: &Path) -> Result<Self, Error> {
        let mut decoded = Self::begin(Origin::File(path.to_owned()), Pace::Bulk)?;
        let size_bytes = path.metadata().map_or(0, |metadata| metadata.len());
        let demux = &decoded.demux;
        let crew = Crew::for_file(demux, decoded.shape, size_bytes, || make_decoder(demux).ok());
        decoded.crew = crew;
        Ok(decoded)
    }

    fn begin(origin: Origin, pace: Pace) -> Result<Self, Error> {
        let demux = Demux::open(&origin, pace)?;
        let decoder = make_decoder(&demux)?;
        let shape = match shape(&demux) {
            Some(shape) => shape,
            None => shape_by_decoding(&origin)?,
        };
        let mut decoded = Self {
            origin,
            demux,
            decoder,
            crew: None,
            shape,
            has_jumped: false,
            barren: None,
            told_frames: 0,
            pending: VecDeque::new(),
            held: Vec::new(),
            next_raw: 0,
            first_raw: 0,
            has_ended: false,
            damaged_packets: 0,
            silenced_frames: 0,
            scratch: Vec::new(),
        };
        decoded.first_raw = decoded.delay();
        Ok(decoded)
    }

    /// Samples a second.
    pub fn sample_rate_hz(&self) -> u32 {
        self.shape.sample_rate_hz
    }

    /// Channels; samples are interleaved.
    pub fn channels(&self) -> u16 {
        self.shape.channels
    }

    /// Index of the next frame [`Decoded::read`] gives out.
    pub fn position(&self) -> u64 {
        let held = (self.held.len() / usize::from(self.shape.channels)) as u64;
        (self.next_raw - held).max(self.first_raw) - self.delay()
    }

    /// Replaces the content of `block` by the next samples, some hundred to some thousand frames, and returns how many
    /// frames they are. 0 is the end.
    pub fn read(&mut self, block: &mut Vec<f32>) -> Result<usize, Error> {
        block.clear();
        let channels = usize::from(self.shape.channels);
        let padding = self.padding() * channels;
        while !self.has_ended && self.held.len() <= padding {
            self.decode_next()?;
        }
        if self.has_ended {
            let is_whole = self.demux.tag.is_some_and(|tag| tag.raw_frames == self.next_raw);
            let dropped = if is_whole { padding.min(self.held.len()) } else { 0 };
            self.held.truncate(self.held.len() - dropped);
            // The padding counts as read, so that the position stays the length.
            self.next_raw -= (dropped / channels) as u64;
            std::mem::swap(block, &mut self.held);
        } else {
            std::mem::swap(block, &mut self.held);
            let given = block.len() - padding;
            self.held.extend_from_slice(&block[given..]);
            block.truncate(given);
        }
        Ok(block.len() / channels)
    }

    /// Reads to the end for the facts alone. In linear sound and G.711 each byte is a sample and none is wrong, so frames are
    /// counted there; all else is decoded.
    pub(crate) fn read_through(&mut self) -> Result<(), Error> {
        if self.demux.raw().is_none() {
            let mut block = Vec::new();
            while self.read(&mut block)? > 0 {}
            return Ok(());
        }
        while let Next::Packet(_, Some(frames)) =
            self.demux.next().map_err(|error| self.unreadable(&error))?
        {
            self.next_raw += frames;
        }
        self.has_ended = true;
        Ok(())
    }

    /// Goes to a frame. Behind the end, the next [`Decoded::read`] gives 0.
    pub fn seek(&mut self, frame: u64) -> Result<(), Error> {
        let target = frame.saturating_add(self.delay());
        self.held.clear();
        self.pending.clear();
        self.has_ended = false;
        if self.demux.seek(frame) {
            self.decoder.reset();
            self.next_raw = self.demux.raw().map_or(frame, |raw| raw.frames.min(frame));
            self.first_raw = self.next_raw;
            return Ok(());
        }
        if self.jump(target)? {
            return Ok(());
        }
        let mut is_cut = target < self.next_raw || self.has_jumped;
        if is_cut {
            self.demux = Demux::open(&self.origin, Pace::Listening)?;
            self.next_raw = 0;
            self.has_jumped = false;
        }
        self.first_raw = target;
        let mut end = self.next_raw;
        while end <= target {
            match self.demux.next().map_err(|error| self.unreadable(&error))? {
                Next::Packet(packet, Some(frames)) => {
                    end += frames;
                    self.pending.push_back((packet, Some(frames)));
                }
                Next::Packet(packet, None) => {
                    // Only decoding tells how long it is, so the rest is decoded and dropped up to the target.
                    self.pending.push_back((packet, None));
                    break;
                }
                Next::End | Next::Broken => break,
            }
            if self.pending.len() > PREROLL_PACKETS + 1 {
                if let Some((_, Some(frames))) = self.pending.pop_front() {
                    self.next_raw += frames;
                }
                is_cut = true;
            }
        }
        if is_cut {
            self.decoder.reset();
        }
        Ok(())
    }

    /// The length in frames, without decoding: packets are counted, not estimated. The same as reading to the end gives,
    /// unless packets are damaged in ways only decoding finds.
    pub fn length_frames(&self) -> Result<u64, Error> {
        if let Some(raw) = self.demux.raw() {
            return Ok(raw.frames);
        }
        let mut demux = Demux::open(&self.origin, Pace::Listening)?;
        let mut raw_frames = 0_u64;
        loop {
            match demux.next().map_err(|error| self.unreadable(&error))? {
                Next::Packet(_, Some(frames)) => raw_frames += frames,
                Next::Packet(_, None) => return self.length_by_decoding(),
                Next::End | Next::Broken => break,
            }
        }
        let whole = self.demux.tag.filter(|tag| tag.raw_frames == raw_frames);
        let padding = whole.map_or(0, |tag| tag.padding);
        Ok(raw_frames.saturating_sub(self.delay() + padding))
    }

    fn length_by_decoding(&self) -> Result<u64, Error> {
        let mut decoded = Self::begin(self.origin.clone(), Pace::Listening)?;
        let mut block = Vec::new();
        while decoded.read(&mut block)? > 0 {}
        Ok(decoded.position())
    }

    /// The length in frames as the beginning of the file states it: exact for a file that is whole, and nothing but a
    /// promise for one that is coming in.
    pub fn stated_frames(&self) -> Option<u64> {
        match (&self.demux.tag, self.demux.raw()) {
            (Some(tag), _) => Some(tag.raw_frames - tag.delay - tag.padding),
            (None, Some(raw)) => Some(raw.frames),
            (None, None) => None,
        }
    }

    fn unreadable(&self, error: &std::io::Error) -> Error {
        Error::unreadable(&self.origin.path(), error)
    }

    /// What the file turned out to be. Complete only after a read from the beginning to the end without a seek.
    pub(crate) fn facts(&self) -> AudioFacts {
        let decoded_frames = self.position();
        let (header_frames, lost_packets) = match (&self.demux.tag, self.demux.raw()) {
            (Some(tag), _) => {
                // What was dropped as padding counts as present.
                let whole = tag.raw_frames - tag.delay - tag.padding;
                let raw_frames = decoded_frames + tag.delay;
                if decoded_frames == whole || raw_frames >= tag.raw_frames {
                    (Some(whole), 0)
                } else {
                    let missing = (tag.raw_frames - raw_frames) / tag.frames_per_packet;
                    match (tag.bytes_are_there, missing) {
                        // Some encoders count the frame that holds the tag itself.
                        (true, 0 | 1) => (Some(decoded_frames), 0),
                        // All bytes are there, but some packets were not recognisable.
                        (true, missing) => (Some(tag.raw_frames - tag.delay), missing),
                        (false, _) => (Some(tag.raw_frames - tag.delay), 0),
                    }
                }
            }
            (None, Some(raw)) => (raw.stated_frames, 0),
            (None, None) => (None, 0),
        };
        AudioFacts {
            container: self.demux.container,
            codec: self.demux.codec.clone(),
            sample_rate_hz: self.shape.sample_rate_hz,
            channels: self.shape.channels,
            decoded_frames: decoded_frames.saturating_sub(self.silenced_frames),
            header_frames,
            damaged_packets: self.damaged_packets + lost_packets,
        }
    }

    fn delay(&self) -> u64 {
        self.demux.tag.map_or(0, |tag| tag.delay)
    }

    /// Frames to hold back, because they are padding if the file ends now.
    fn padding(&self) -> usize {
        self.demux.tag.and_then(|tag| usize::try_from(tag.padding).ok()).unwrap_or(0)
    }

    /// Decodes one packet into `held`.
    fn decode_next(&mut self) -> Result<(), Error> {
        if let Some(crew) = &mut self.crew {
            let turn = crew
                .next(&mut self.demux)
                .map_err(|error| Error::unreadable(&self.origin.path(), &error))?;
            match turn {
                Some(Turn::Packet(outcome, known_frames, samples)) => {
                    // The samples are the crew's until they are copied.
                    self.scratch.clear();
                    self.scratch.extend_from_slice(samples);
                    self.take(outcome, known_frames);
                }
                Some(Turn::End) => self.has_ended = true,
                Some(Turn::Broken) => self.break_off(),
                None => return Err(Error::damaged("the decoder gave up")),
            }
            return Ok(());
        }
        let next = match self.pending.pop_front() {
            Some((packet, frames)) => Next::Packet(packet, frames),
            None => self.demux.next().map_err(|error| self.unreadable(&error))?,
        };
        match next {
            Next::Packet(packet, known_frames) => {
                let decoder = &mut *self.decoder;
                let outcome = crew::decode(decoder, &packet, self.shape, &mut self.scratch);
                self.take(outcome, known_frames);
            }
            Next::End => self.has_ended = true,
            Next::Broken => self.break_off(),
        }
        Ok(())
    }

    /// Nothing behind here can be decoded.
    fn break_off(&mut self) {
        self.damaged_packets += 1;
        self.has_ended = true;
    }

    /// Appends what a packet became, in `scratch` if it is sound, and silence otherwise.
    fn take(&mut self, outcome: Outcome, known_frames: Option<u64>) {
        let channels = usize::from(self.shape.channels);
        let start = self.next_raw;
        match outcome {
            Outcome::Sound => {}
            Outcome::Stop => return self.break_off(),
            Outcome::Damaged => {
                let frames = known_frames.unwrap_or(0).min(MAX_SILENCE_FRAMES);
                let length = usize::try_from(frames).unwrap_or(0) * channels;
                self.scratch.clear();
                self.scratch.resize(length, 0.0);
                if start >= self.first_raw {
                    self.damaged_packets += 1;
                    self.silenced_frames += frames;
                }
            }
        }
        let frames = (self.scratch.len() / channels) as u64;
        self.next_raw += frames;
        let dropped = self.first_raw.saturating_sub(start).min(frames);
        let dropped = usize::try_from(dropped).unwrap_or(usize::MAX).saturating_mul(channels);
        if self.held.is_empty() && dropped == 0 {
            std::mem::swap(&mut self.held, &mut self.scratch);
        } else {
            self.held.extend_from_slice(self.scratch.get(dropped..).unwrap_or(&[]));
        }
    }
}

fn make_decoder(demux: &Demux) -> Result<Box<dyn AudioDecoder>, Error> {
    let options = AudioDecoderOptions::default().gapless(demux.container != Container::Mp3);
    symphonia::default::get_codecs().make_audio_decoder(&demux.parameters, &options).map_err(
        |fault| match fault {
            Fault::Unsupported(_) => {
                let codec = match &demux.codec {
                    Codec::Other(name) => name.clone(),
                    known => format!("{known:?}"),
                };
                Error::Unsupported { container: demux.container, codec }
            }
            fault => Error::damaged(fault.to_string()),
        },
    )
}

/// Rate and channels as the container states them.
fn shape(demux: &Demux) -> Option<Shape> {
    let sample_rate_hz = demux.parameters.sample_rate.filter(|rate| *rate > 0)?;
    let channels = demux.parameters.channels.as_ref()?.count();
    let channels = u16::try_from(channels).ok().filter(|channels| *channels > 0)?;
    Some(Shape { sample_rate_hz, channels })
}

/// Some containers (MPEG-4) leave rate or channels to the codec: the first packet that decodes tells.
fn shape_by_decoding(origin: &Origin) -> Result<Shape, Error> {
    let mut demux = Demux::open(origin, Pace::Listening)?;
    let mut decoder = make_decoder(&demux)?;
    while let Next::Packet(packet, _) =
        demux.next().map_err(|error| Error::unreadable(&origin.path(), &error))?
    {
        if let Ok(buffer) = decoder.decode(&packet) {
            let channels = u16::try_from(buffer.spec().channels().count()).unwrap_or(0);
            if channels > 0 && buffer.spec().rate() > 0 {
                return Ok(Shape { sample_rate_hz: buffer.spec().rate(), channels });
            }
        }
    }
    Err(Error::damaged("not one packet could be decoded"))
}

mod arriving;
#[cfg(test)]
mod tests;
