//! The fixtures and what is known about their sound.

use std::f32::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};

use tapeshelf_audio::Decoded;

/// Sample frames of every 8 kHz fixture, by construction.
pub(crate) const FRAMES: u64 = 16_000;
/// The tones, each half a second.
pub(crate) const TONES: [f32; 4] = [400.0, 700.0, 1000.0, 1300.0];

/// How many cases a test that damages files at random tries: CI few, a longer run as many as `TAPESHELF_MUTATIONS` says.
pub(crate) fn cases(usual: u32) -> u32 {
    std::env::var("TAPESHELF_MUTATIONS").map_or(usual, |text| text.parse().unwrap())
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Writes bytes to a file of their own; it lasts as long as the folder.
pub(crate) fn file_of(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("sound");
    fs::write(&path, bytes).unwrap();
    path
}

/// All samples of one channel.
pub(crate) fn decode(path: &Path, channel: usize) -> Vec<f32> {
    let mut decoded = Decoded::open(path).unwrap();
    rest(&mut decoded, channel)
}

/// The samples of one channel from where it stands to the end.
pub(crate) fn rest(decoded: &mut Decoded, channel: usize) -> Vec<f32> {
    let mut samples = Vec::new();
    let mut block = Vec::new();
    while decoded.read(&mut block).unwrap() > 0 {
        samples.extend(block.chunks(usize::from(decoded.channels())).map(|frame| frame[channel]));
    }
    samples
}

/// How strong a frequency is in the samples, as an amplitude (Goertzel).
pub(crate) fn strength(samples: &[f32], rate_hz: f32, tone_hz: f32) -> f32 {
    let step = TAU * tone_hz / rate_hz;
    let (mut re, mut im) = (0.0_f32, 0.0_f32);
    let mut angle = 0.0_f32;
    for sample in samples {
        re += sample * angle.cos();
        im += sample * angle.sin();
        angle = (angle + step) % TAU;
    }
    let count = u16::try_from(samples.len()).unwrap();
    2.0 * re.hypot(im) / f32::from(count)
}

/// Which of the tones the samples hold: exactly one, clearly.
pub(crate) fn tone(samples: &[f32], rate_hz: f32) -> f32 {
    let mut found: Vec<(f32, f32)> =
        TONES.iter().map(|tone| (strength(samples, rate_hz, *tone), *tone)).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    assert!(found[0].0 > 0.2 && found[0].0 > 5.0 * found[1].0, "no clear tone: {found:?}");
    found[0].1
}
