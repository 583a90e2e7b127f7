//! One pass over a whole file: what it is, how long it really is, and its waveform.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use domain::AudioFacts;

use crate::decoded::Decoded;
use crate::error::Error;
use crate::peaks::{PeakMeter, Peaks};

/// What one pass found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analysis {
    /// What the file is.
    pub facts: AudioFacts,
    /// From its beginning to its end, with the silence in place of what is damaged.
    pub length_frames: u64,
    /// Its waveform.
    pub peaks: Peaks,
}

/// Reads a file to its end, and decodes what a decoder can find damage in. A file that ends too early is no error here: it shows as
/// `decoded_frames < header_frames`.
pub fn probe(path: &Path) -> Result<AudioFacts, Error> {
    guarded(|| {
        let mut decoded = Decoded::open_to_judge(path)?;
        decoded.read_through()?;
        Ok(decoded.facts())
    })
}

/// Decodes a file to its end, and measures its waveform in `buckets` (1 to 65,536) on the way.
pub fn analyse(path: &Path, buckets: u32) -> Result<Analysis, Error> {
    guarded(|| {
        let mut decoded = Decoded::open_in_bulk(path)?;
        let mut meter = PeakMeter::new(decoded.channels(), buckets);
        let mut block = Vec::new();
        while decoded.read(&mut block)? > 0 {
            meter.add(&block);
        }
        Ok(Analysis {
            facts: decoded.facts(),
            length_frames: decoded.position(),
            peaks: meter.finish(),
        })
    })
}

/// A decoder that panics on a damaged file must not take the program along. None is known to, but downloaded bytes can be
/// anything, and the decoders are not ours.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        tracing::error!("a decoder panicked on a damaged file");
        Err(Error::damaged("the decoder gave up"))
    })
}
