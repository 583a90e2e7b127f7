//! Whether a received file is the recording: what it is by content, whether it decodes to its end, and what is said about
//! it. Runs on threads that may block.

use std::path::Path;

use audio::Error as AudioError;
use domain::{AudioFacts, Remark, Verdict};
use transfer::part::{PartFile, SealedPart};
use transfer::verify::{Expected, ProbeProblem, judge};

use crate::error::{Error, Result};

/// How much of the start of a file tells what it is.
const HEAD_BYTES: usize = 512;

/// Seals the file and decides whether it is the recording. A rejected file is removed.
pub(crate) fn verify(
    file: PartFile,
    expected: &Expected,
) -> Result<(SealedPart, AudioFacts, Vec<Remark>)> {
    let sealed = file.seal()?;
    let verdict = judge_file(&sealed.path, sealed.size_bytes, expected)?;
    match verdict {
        Verdict::Verified(facts) => Ok((sealed, facts, Vec::new())),
        Verdict::Remarked(facts, remarks) => Ok((sealed, facts, remarks)),
        Verdict::Rejected(rejection) => {
            sealed.discard()?;
            Err(Error::NotAudio { what: rejection.to_string() })
        }
    }
}

/// Decodes a file to its end and judges it.
pub(crate) fn judge_file(path: &Path, size_bytes: u64, expected: &Expected) -> Result<Verdict> {
    let head = read_head(path)?;
    let probe = match audio::probe(path) {
        Ok(facts) => Ok(facts),
        Err(AudioError::Unsupported { container, codec }) => {
            Err(ProbeProblem::Unsupported { container, codec })
        }
        Err(AudioError::Unreadable { path, reason }) => return Err(unreadable(&path, reason)),
        Err(other) => Err(ProbeProblem::Failed { reason: other.to_string() }),
    };
    Ok(judge(size_bytes, &head, probe, expected))
}

fn read_head(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read as _;

    let mut head = Vec::with_capacity(HEAD_BYTES);
    std::fs::File::open(path)
        .and_then(|file| file.take(HEAD_BYTES as u64).read_to_end(&mut head))
        .map_err(|source| unreadable(path, source.to_string()))?;
    Ok(head)
}

/// Trouble of the disk, which says nothing about the recording.
fn unreadable(path: &Path, reason: String) -> Error {
    match is_beside(path) {
        Err(gone) => gone,
        Ok(()) => transfer::Error::Io { path: path.to_owned(), reason }.into(),
    }
}

/// `mp3 · 8 kHz · mono · 12:08`.
pub(crate) fn evidence(facts: &AudioFacts) -> String {
    let codec = match &facts.codec {
        domain::Codec::Mp3 => "mp3".to_owned(),
        domain::Codec::Pcm => "wav, PCM".to_owned(),
        domain::Codec::MuLaw => "wav, µ-law".to_owned(),
        domain::Codec::ALaw => "wav, A-law".to_owned(),
        domain::Codec::Other(name) => format!("{}, {name}", facts.container.extension()),
    };
    let rate = f64::from(facts.sample_rate_hz) / 1000.0;
    let channels = match facts.channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        n => format!("{n} channels"),
    };
    let seconds = facts.decoded_ms() / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let length = if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    };
    format!("{codec} · {rate} kHz · {channels} · {length}")
}

/// That the folder of a file is there. One that is gone may be a disk that was unplugged: it is not made anew, and what
/// could not be read from it says nothing about the recording.
pub(crate) fn is_beside(path: &Path) -> Result<()> {
    match path.parent() {
        Some(folder) if !folder.is_dir() => {
            Err(transfer::Error::Missing { path: folder.to_owned() }.into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Codec, Container};

    #[test]
    fn evidence_reads_like_a_label() {
        let mut facts = AudioFacts {
            container: Container::Mp3,
            codec: Codec::Mp3,
            sample_rate_hz: 8000,
            channels: 1,
            decoded_frames: 8000 * 728,
            header_frames: None,
            damaged_packets: 0,
        };
        assert_eq!(evidence(&facts), "mp3 · 8 kHz · mono · 12:08");
        facts.codec = Codec::MuLaw;
        facts.channels = 2;
        facts.sample_rate_hz = 11_025;
        facts.decoded_frames = 11_025 * 3725;
        assert_eq!(evidence(&facts), "wav, µ-law · 11.025 kHz · stereo · 1:02:05");
    }
}
