//! A sound server with one output whose monitor records what the program really played.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context as _, Result};

use super::Rig;
use super::spawn::wait_until;

/// Samples a second of a capture.
pub(crate) const CAPTURE_RATE_HZ: u32 = 8000;

/// A running capture of everything that is played.
pub(crate) struct Capture {
    process: Child,
    path: PathBuf,
}

impl Rig {
    pub(super) fn start_sound(&mut self) -> Result<()> {
        std::fs::write(
            self.home().join(".asoundrc"),
            "pcm.!default { type pulse }\nctl.!default { type pulse }\n",
        )?;
        self.spawn(
            "pulseaudio",
            &[
                "--daemonize=no",
                "--exit-idle-time=-1",
                "--disallow-exit",
                "-n",
                "-L",
                "module-native-protocol-unix",
                "-L",
                "module-null-sink sink_name=test rate=48000",
            ],
            Stdio::null(),
        )?;
        wait_until("pulseaudio", || self.output("pactl", &["info"]).is_ok())
    }

    /// Begins to record what is played, as raw 16-bit mono.
    pub(crate) fn capture(&self, name: &str) -> Result<Capture> {
        let path = self.home().join(format!("{name}.raw"));
        let file = std::fs::File::create(&path)?;
        let rate = format!("--rate={CAPTURE_RATE_HZ}");
        let process = self
            .command(
                "parec",
                &[
                    "-d",
                    "test.monitor",
                    "--format=s16le",
                    "--channels=1",
                    &rate,
                    "--latency-msec=50",
                ],
            )
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(Stdio::null())
            .spawn()
            .context("parec")?;
        wait_until("the capture", || std::fs::metadata(&path).is_ok_and(|file| file.len() > 0))?;
        Ok(Capture { process, path })
    }
}

impl Capture {
    /// What has been recorded so far.
    pub(crate) fn so_far(&self) -> Result<Vec<i16>> {
        Ok(samples(&std::fs::read(&self.path)?))
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Decodes a file with ffmpeg, an independent decoder, to the shape of a capture.
pub(crate) fn decoded(rig: &Rig, path: &Path) -> Result<Vec<i16>> {
    let raw = rig.home().join("decoded.raw");
    let (from, to) = (path.display().to_string(), raw.display().to_string());
    let rate = CAPTURE_RATE_HZ.to_string();
    rig.output(
        "ffmpeg",
        &["-v", "error", "-y", "-i", &from, "-ac", "1", "-ar", &rate, "-f", "s16le", &to],
    )?;
    Ok(samples(&std::fs::read(raw)?))
}

fn samples(bytes: &[u8]) -> Vec<i16> {
    bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// Loudness of each 20 ms.
pub(crate) fn envelope(samples: &[i16]) -> Vec<f64> {
    let window = CAPTURE_RATE_HZ as usize / 50;
    samples
        .chunks_exact(window)
        .map(|chunk| {
            (chunk.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / count(window))
                .sqrt()
        })
        .collect()
}

/// How well the beginning of a recording is found in a capture: the best correlation of the two envelopes over all
/// shifts, 1 for the same, about 0 for something else.
pub(crate) fn likeness(captured: &[i16], recording: &[i16], seconds: usize) -> f64 {
    let (captured, recording) = (envelope(captured), envelope(recording));
    let wanted = &recording[..recording.len().min(seconds * 50)];
    if wanted.is_empty() || captured.len() < wanted.len() {
        return 0.0;
    }
    (0..=captured.len() - wanted.len())
        .map(|shift| correlation(&captured[shift..shift + wanted.len()], wanted))
        .fold(0.0, f64::max)
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / count(values.len());
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut cross, mut square_a, mut square_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        cross += (a - mean_a) * (b - mean_b);
        square_a += (a - mean_a).powi(2);
        square_b += (b - mean_b).powi(2);
    }
    let scale = (square_a * square_b).sqrt();
    if scale == 0.0 { 0.0 } else { cross / scale }
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 samples")]
fn count(n: usize) -> f64 {
    n as f64
}
