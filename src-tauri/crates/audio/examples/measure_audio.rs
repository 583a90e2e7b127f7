//! Measures waveforms and seeks, for `cargo xtask bench audio`. Prints one JSON object.
//!
//! `measure_audio waveform FILE`: milliseconds to decode the file to its end and measure its waveform.
//! `measure_audio seeks FILE COUNT`: seeks to places all over the file. For each, milliseconds until new samples are there, and
//! how far from the place they really are, found by comparing them with a reading from the beginning.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use tapeshelf_audio::{Decoded, analyse};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// As fine as the program keeps them.
const BUCKETS: u32 = 4096;
/// How far around a place its samples are looked for, in milliseconds.
const AROUND_MS: u64 = 100;
/// How much is compared, in milliseconds.
const COMPARED_MS: u64 = 60;
/// Below this mean amplitude it is too quiet to tell one place from another.
const AUDIBLE: f32 = 0.01;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let report = match arguments.as_slice() {
        ["waveform", file] => waveform(Path::new(file))?,
        ["seeks", file, count] => seeks(Path::new(file), count.parse()?)?,
        _ => return Err("measure_audio waveform FILE | seeks FILE COUNT".into()),
    };
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

fn waveform(file: &Path) -> Outcome<Value> {
    let began = Instant::now();
    let analysis = analyse(file, BUCKETS)?;
    let waveform_ms = ms_since(began);
    Ok(json!({ "waveform_ms": waveform_ms, "decoded_ms": analysis.facts.decoded_ms() }))
}

fn ms_since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}

/// A place that was sought.
struct Place {
    frame: u64,
    /// What was heard there, one channel.
    heard: Vec<f32>,
    /// What is there and around, one channel, from `first` on.
    around: Vec<f32>,
    first: u64,
}

fn seeks(file: &Path, count: u32) -> Outcome<Value> {
    let mut decoded = Decoded::open(file)?;
    let length = decoded.length_frames()?;
    let frames_of = |ms: u64| ms * u64::from(decoded.sample_rate_hz()) / 1000;
    let (around, compared) = (frames_of(AROUND_MS), frames_of(COMPARED_MS));
    let end = length.saturating_sub(2 * around + compared);
    let mut dice = 7_u64;
    let (mut seek_ms, mut places) = (Vec::new(), Vec::new());
    for _ in 0..count {
        // A dice that rolls the same everywhere.
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let frame = around + (dice >> 11) % end.max(1);
        let mut block = Vec::new();
        let began = Instant::now();
        decoded.seek(frame)?;
        decoded.read(&mut block)?;
        seek_ms.push(ms_since(began));
        let mut heard = one_channel(&block, decoded.channels());
        while (heard.len() as u64) < compared && decoded.read(&mut block)? > 0 {
            heard.extend(one_channel(&block, decoded.channels()));
        }
        heard.truncate(usize::try_from(compared)?);
        places.push(Place { frame, heard, around: Vec::new(), first: frame - around });
    }
    read_around(file, &mut places, 2 * around + compared)?;
    let rate = f64::from(decoded.sample_rate_hz());
    let off_ms: Vec<f64> =
        places.iter().filter_map(landed).map(|frames| f64::from(frames) / rate * 1000.0).collect();
    Ok(json!({ "seek_ms": seek_ms, "off_ms": off_ms }))
}

fn one_channel(block: &[f32], channels: u16) -> Vec<f32> {
    block.iter().step_by(usize::from(channels)).copied().collect()
}

/// Reads the file from its beginning and keeps what lies around each place.
fn read_around(file: &Path, places: &mut [Place], frames: u64) -> Outcome<()> {
    let mut decoded = Decoded::open(file)?;
    let mut block = Vec::new();
    let mut at = 0_u64;
    while decoded.read(&mut block)? > 0 {
        let samples = one_channel(&block, decoded.channels());
        let behind = at + samples.len() as u64;
        for place in places.iter_mut() {
            let (from, to) = (place.first.max(at), (place.first + frames).min(behind));
            if from < to {
                let (from, to) = (usize::try_from(from - at)?, usize::try_from(to - at)?);
                place.around.extend_from_slice(&samples[from..to]);
            }
        }
        at = behind;
    }
    Ok(())
}

/// How many frames beside its place a seek landed; `None` where it is too quiet to tell.
fn landed(place: &Place) -> Option<u32> {
    let length = place.heard.len();
    let loudness = place.heard.iter().map(|sample| f64::from(sample.abs())).sum::<f64>();
    let quiet = f64::from(AUDIBLE) * f64::from(u32::try_from(length).ok()?);
    if length == 0 || loudness < quiet {
        return None;
    }
    let difference = |shift: usize| -> f64 {
        let there = place.around[shift..].iter();
        place.heard.iter().zip(there).map(|(a, b)| f64::from((a - b).abs())).sum()
    };
    let last = place.around.len().checked_sub(length)?;
    let differences = (0..=last).map(|shift| (difference(shift), shift));
    let (_, best) = differences.min_by(|(a, _), (b, _)| a.total_cmp(b))?;
    let wanted = usize::try_from(place.frame - place.first).ok()?;
    u32::try_from(best.abs_diff(wanted)).ok()
}
