//! The state of our copy of a recording, and what verification found.

use std::fmt;

use crate::audio::{AudioFacts, Container};

/// What the last column of the table shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CopyState {
    /// No copy here.
    NotSaved,
    /// A job that holds this recording is queued or running.
    Moving,
    /// Saved, and every check passed.
    Verified,
    /// Saved, and something about it deserves a look; see [`Remark`].
    Remarked,
    /// The last attempt to save it failed.
    Failed,
}

impl CopyState {
    /// The name used in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSaved => "not_saved",
            Self::Moving => "moving",
            Self::Verified => "verified",
            Self::Remarked => "remarked",
            Self::Failed => "failed",
        }
    }

    /// Reads [`CopyState::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::NotSaved, Self::Moving, Self::Verified, Self::Remarked, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// What verification decided about a downloaded file, before it gets its final name.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Everything that could be checked agrees.
    Verified(AudioFacts),
    /// The file is whole audio, but something differs from what the vendor said.
    Remarked(AudioFacts, Vec<Remark>),
    /// Not the recording: keeps its `.part` name or is removed, and is never called saved.
    Rejected(Rejection),
}

/// A difference worth telling; the file is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// The audio is longer or shorter than the vendor's metadata says, beyond the tolerance.
    DurationDiffers {
        /// Vendor's length in milliseconds.
        expected_ms: u64,
        /// Decoded length in milliseconds.
        decoded_ms: u64,
    },
    /// The bytes are another container than the vendor's `recording_format`. The file is named by its bytes.
    ContainerDiffers {
        /// What the vendor said.
        expected: String,
        /// What the bytes are.
        found: Container,
    },
    /// The file is whole, but not as large as the vendor's list says.
    SizeDiffers {
        /// Vendor's size.
        expected_bytes: u64,
        /// Size of the file.
        received_bytes: u64,
    },
    /// Some packets inside the file are damaged and play as silence or a click.
    Damaged {
        /// How many.
        packets: u64,
    },
    /// The codec could not be decoded here, so the length is unproven.
    NotDecodable {
        /// The codec or the decoder's complaint.
        reason: String,
    },
}

/// Why a downloaded file is not the recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// Zero bytes.
    Empty,
    /// A web page, JSON or XML instead of audio; the first characters are kept for the error's details.
    NotAudio {
        /// Start of the body, at most 200 characters, control characters removed.
        starts_with: String,
    },
    /// Fewer or more bytes than announced.
    WrongLength {
        /// Announced bytes.
        expected_bytes: u64,
        /// Received bytes.
        received_bytes: u64,
    },
    /// The decoder stopped before the end, or the file holds less audio than its own header says.
    Truncated {
        /// Milliseconds by the file's own header, if it has one.
        header_ms: Option<u64>,
        /// Milliseconds decoded.
        decoded_ms: u64,
    },
    /// Audio by its first bytes, but not one sample could be decoded.
    Undecodable {
        /// The decoder's complaint.
        reason: String,
    },
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DurationDiffers { expected_ms, decoded_ms } => write!(
                f,
                "The sound lasts {}, the vendor says {}.",
                Length(*decoded_ms),
                Length(*expected_ms)
            ),
            Self::ContainerDiffers { expected, found } => {
                let found = match found {
                    Container::Mp3 => "MP3",
                    Container::Wav => "WAV",
                    Container::Ogg => "Ogg",
                    Container::Flac => "FLAC",
                    Container::Mp4 => "MPEG-4",
                };
                write!(
                    f,
                    "The vendor says “{expected}”, the file is {found}. It is named by its content."
                )
            }
            Self::SizeDiffers { expected_bytes, received_bytes } => write!(
                f,
                "The file has {received_bytes} bytes, the vendor's list says {expected_bytes}."
            ),
            Self::Damaged { packets: 1 } => f.write_str("One piece of the sound is damaged."),
            Self::Damaged { packets } => write!(f, "{packets} pieces of the sound are damaged."),
            Self::NotDecodable { reason } => {
                write!(
                    f,
                    "The sound could not be checked here ({reason}), so its length is unproven."
                )
            }
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("The vendor sent an empty file."),
            Self::NotAudio { .. } => f.write_str("The vendor sent a message instead of sound."),
            Self::WrongLength { expected_bytes, received_bytes } => {
                write!(f, "{received_bytes} bytes arrived, but {expected_bytes} were announced.")
            }
            Self::Truncated { header_ms: Some(header_ms), decoded_ms } => write!(
                f,
                "The file is cut off: it holds {} of {}.",
                Length(*decoded_ms),
                Length(*header_ms)
            ),
            Self::Truncated { header_ms: None, decoded_ms } => {
                write!(f, "The file is cut off after {}.", Length(*decoded_ms))
            }
            Self::Undecodable { reason } => write!(f, "The file cannot be played: {reason}."),
        }
    }
}

/// A length to read in a sentence: `3.2 s`, `4 min 24.6 s`, `1 h 02 min 03.0 s`.
struct Length(u64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.0 / 100;
        let (hours, minutes) = (tenths / 36_000, tenths / 600 % 60);
        let (seconds, tenth) = (tenths / 10 % 60, tenths % 10);
        match (hours, minutes) {
            (0, 0) => write!(f, "{seconds}.{tenth} s"),
            (0, _) => write!(f, "{minutes} min {seconds:02}.{tenth} s"),
            _ => write!(f, "{hours} h {minutes:02} min {seconds:02}.{tenth} s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_read_back() {
        for state in [
            CopyState::NotSaved,
            CopyState::Moving,
            CopyState::Verified,
            CopyState::Remarked,
            CopyState::Failed,
        ] {
            assert_eq!(CopyState::parse(state.as_str()), Some(state));
        }
        assert_eq!(CopyState::parse("saved"), None);
    }

    #[test]
    fn differences_are_told_in_sentences() {
        let duration = Remark::DurationDiffers { expected_ms: 264_600, decoded_ms: 3_723_049 };
        assert_eq!(
            duration.to_string(),
            "The sound lasts 1 h 02 min 03.0 s, the vendor says 4 min 24.6 s."
        );
        let container = Remark::ContainerDiffers { expected: "wav".into(), found: Container::Mp3 };
        assert_eq!(
            container.to_string(),
            "The vendor says “wav”, the file is MP3. It is named by its content."
        );
        assert_eq!(
            Remark::Damaged { packets: 1 }.to_string(),
            "One piece of the sound is damaged."
        );
        let codec = Remark::NotDecodable { reason: "GSM 06.10".into() };
        assert_eq!(
            codec.to_string(),
            "The sound could not be checked here (GSM 06.10), so its length is unproven."
        );
    }

    #[test]
    fn rejections_are_told_in_sentences_without_the_servers_text() {
        let page = Rejection::NotAudio { starts_with: "<html>token=abc".into() };
        assert_eq!(page.to_string(), "The vendor sent a message instead of sound.");
        let cut = Rejection::Truncated { header_ms: Some(9_870), decoded_ms: 3_210 };
        assert_eq!(cut.to_string(), "The file is cut off: it holds 3.2 s of 9.8 s.");
        let short = Rejection::WrongLength { expected_bytes: 100, received_bytes: 60 };
        assert_eq!(short.to_string(), "60 bytes arrived, but 100 were announced.");
    }
}
