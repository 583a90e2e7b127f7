//! Decides whether received bytes are the recording. Pure: the size, the first bytes and what the decoder found go in, a
//! [`Verdict`] comes out.
//!
//! The order matters: an error page is called an error page even when its length is wrong, too, because that is what
//! helps a person. A truncated MP3 is no error for any decoder, so it is found by comparing lengths.

use domain::audio::{AudioFacts, Codec, Container};
use domain::copy::{Rejection, Remark, Verdict};

/// The least difference between the vendor's and the decoded length that is worth a remark. Vendors round to whole
/// seconds, and MP3 pads to whole frames.
pub const DURATION_TOLERANCE_MS: u64 = 1_500;
/// For long calls the tolerance is one part in this many (1 %).
pub const DURATION_TOLERANCE_PART: u64 = 100;

/// How many characters of something that is not audio are kept for the error's details.
const EXCERPT_CHARS: usize = 200;

/// What is known about the file before it is looked at. Every field is optional: vendors often say little.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    /// Length the server announced for this body (`Content-Length`, or the total of `Content-Range`).
    pub announced_bytes: Option<u64>,
    /// Size in the vendor's list.
    pub vendor_bytes: Option<u64>,
    /// Length in the vendor's list, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Format in the vendor's list (`mp3`, `wav`).
    pub format: Option<String>,
}

/// Why there are no facts about the audio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeProblem {
    /// Audio, but of a kind that cannot be decoded here: kept, with a remark.
    Unsupported {
        /// What it is wrapped in.
        container: Container,
        /// Name of the codec.
        codec: String,
    },
    /// Not audio, or damaged beyond decoding.
    Failed {
        /// The decoder's complaint.
        reason: String,
    },
}

/// The verdict about a file of `size_bytes`, beginning with `head` (some hundred bytes are enough).
pub fn judge(
    size_bytes: u64,
    head: &[u8],
    probe: Result<AudioFacts, ProbeProblem>,
    expected: &Expected,
) -> Verdict {
    if let Some(rejection) = judge_bytes(size_bytes, head, probe.is_ok(), expected) {
        return Verdict::Rejected(rejection);
    }
    let mut remarks = size_remark(size_bytes, expected);
    let facts = match probe {
        Ok(facts) => {
            if let Some(rejection) = judge_audio(&facts) {
                return Verdict::Rejected(rejection);
            }
            remarks.extend(audio_remarks(&facts, expected));
            facts
        }
        Err(ProbeProblem::Unsupported { container, codec }) => {
            remarks.extend(container_remark(container, expected));
            remarks.push(Remark::NotDecodable { reason: codec.clone() });
            undecoded(container, codec)
        }
        Err(ProbeProblem::Failed { reason }) => {
            return Verdict::Rejected(Rejection::Undecodable { reason });
        }
    };
    if remarks.is_empty() { Verdict::Verified(facts) } else { Verdict::Remarked(facts, remarks) }
}

/// What can be told without decoding.
fn judge_bytes(
    size_bytes: u64,
    head: &[u8],
    is_decodable: bool,
    expected: &Expected,
) -> Option<Rejection> {
    if size_bytes == 0 {
        return Some(Rejection::Empty);
    }
    if !is_decodable && is_text(head) {
        return Some(Rejection::NotAudio { starts_with: excerpt(head) });
    }
    match (expected.announced_bytes, expected.vendor_bytes) {
        (Some(announced), _) if announced != size_bytes => {
            Some(Rejection::WrongLength { expected_bytes: announced, received_bytes: size_bytes })
        }
        // Without an announced length the vendor's own number is the only sign of a connection that ended early.
        (None, Some(vendor)) if vendor > size_bytes => {
            Some(Rejection::WrongLength { expected_bytes: vendor, received_bytes: size_bytes })
        }
        _ => None,
    }
}

/// What decoding proved wrong.
fn judge_audio(facts: &AudioFacts) -> Option<Rejection> {
    if facts.decoded_frames == 0 {
        return Some(Rejection::Undecodable { reason: String::from("there is no sound in it") });
    }
    // A damaged packet is missing from the decoded count without the file being short.
    let lost = facts.damaged_packets.saturating_mul(frames_per_packet(facts));
    let header = facts.header_frames?;
    (facts.decoded_frames.saturating_add(lost) < header).then(|| Rejection::Truncated {
        header_ms: facts.header_ms(),
        decoded_ms: facts.decoded_ms(),
    })
}

/// The most sample frames one damaged packet can cost. Only MP3 has a small fixed number; the other decoders stop at
/// damage.
fn frames_per_packet(facts: &AudioFacts) -> u64 {
    // MPEG-1 layer III holds 1152, MPEG-2 and 2.5 (24 kHz and below) 576.
    match facts.codec {
        Codec::Mp3 if facts.sample_rate_hz <= 24_000 => 576,
        Codec::Mp3 => 1152,
        _ => 0,
    }
}

fn size_remark(size_bytes: u64, expected: &Expected) -> Vec<Remark> {
    expected
        .vendor_bytes
        .filter(|vendor| *vendor != size_bytes)
        .map(|expected_bytes| Remark::SizeDiffers { expected_bytes, received_bytes: size_bytes })
        .into_iter()
        .collect()
}

fn audio_remarks(facts: &AudioFacts, expected: &Expected) -> Vec<Remark> {
    let mut remarks: Vec<Remark> =
        container_remark(facts.container, expected).into_iter().collect();
    let decoded_ms = facts.decoded_ms();
    if let Some(expected_ms) = expected.duration_ms
        && decoded_ms.abs_diff(expected_ms) > tolerance_ms(expected_ms)
    {
        remarks.push(Remark::DurationDiffers { expected_ms, decoded_ms });
    }
    if facts.damaged_packets > 0 {
        remarks.push(Remark::Damaged { packets: facts.damaged_packets });
    }
    remarks
}

/// How far a decoded length may be from the vendor's without a remark.
pub fn tolerance_ms(expected_ms: u64) -> u64 {
    DURATION_TOLERANCE_MS.max(expected_ms / DURATION_TOLERANCE_PART)
}

fn container_remark(found: Container, expected: &Expected) -> Option<Remark> {
    let format = expected.format.as_deref().map(str::trim).filter(|format| !format.is_empty())?;
    (container_of(format) != Some(found))
        .then(|| Remark::ContainerDiffers { expected: format.to_owned(), found })
}

/// The container a vendor's word for a format means. Vobiz says `mp3` or `wav`; the media types are accepted as well.
fn container_of(format: &str) -> Option<Container> {
    let lower = format.to_ascii_lowercase();
    let name = lower.strip_prefix("audio/").unwrap_or(&lower);
    match name.strip_prefix("x-").unwrap_or(name) {
        "mp3" | "mpeg" | "mpga" | "mpeg3" => Some(Container::Mp3),
        "wav" | "wave" | "vnd.wave" => Some(Container::Wav),
        "ogg" | "opus" | "oga" => Some(Container::Ogg),
        "flac" => Some(Container::Flac),
        "m4a" | "mp4" | "aac" => Some(Container::Mp4),
        _ => None,
    }
}

/// What can be said about audio nobody decoded.
fn undecoded(container: Container, codec: String) -> AudioFacts {
    AudioFacts {
        container,
        codec: Codec::Other(codec),
        sample_rate_hz: 0,
        channels: 0,
        decoded_frames: 0,
        header_frames: None,
        damaged_packets: 0,
    }
}

/// Whether the file is a page, a JSON or XML reply, or a plain message instead of sound.
fn is_text(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if start.starts_with(['<', '{', '[', '"']) {
        return true;
    }
    // Anything readable: some servers answer "Not found" with 200. Audio has control bytes within its first few dozen.
    // A replacement at the very end is a character that `head` cut in two.
    let body = start.trim_end_matches('\u{fffd}');
    !body.is_empty()
        && !is_audio_magic(head)
        && body
            .chars()
            .all(|c| c != '\u{fffd}' && (!c.is_control() || matches!(c, '\t' | '\r' | '\n')))
}

/// A few audio formats begin with readable letters, and `head` could be shorter than the first byte that is not.
fn is_audio_magic(head: &[u8]) -> bool {
    [b"ID3".as_slice(), b"RIFF", b"RIFX", b"RF64", b"OggS", b"fLaC", b".snd", b"FORM", b"#!AMR"]
        .iter()
        .any(|magic| head.starts_with(magic))
        || head.get(4..8).is_some_and(|brand| brand == b"ftyp")
}

fn excerpt(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(head);
    let visible = text.chars().filter(|c| !c.is_control() && *c != '\u{feff}' && *c != '\u{fffd}');
    visible.take(EXCERPT_CHARS).collect::<String>().trim().to_owned()
}
