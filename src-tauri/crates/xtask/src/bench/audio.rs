//! Waveforms and seeks of calls of an hour, and how long a click takes to become sound.
//!
//! Peers in the same run: `ffmpeg` decoding the same files on one thread to nowhere, and `curl` fetching a whole file before a
//! player could begin.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;

use super::Size;
use super::figures::{largest, median, number, numbers, percentile};
use super::measurement::{self, Measurement};
use super::report::{Bar, Report, Row};
use super::server::Server;
use super::session::empty;
use crate::program::{self, cargo};
use crate::{setup, workspace};

/// Ours and ffmpeg take turns, so often.
const ROUNDS: usize = 3;
const SEEKS: u32 = 100;
const LATENCY_MS: u32 = 100;
/// Bytes of a minute of what the sandbox serves at a fixed size: 16-bit samples, 8 000 a second.
const MINUTE_BYTES: u32 = 60 * 8_000 * 2;
/// Files that are clicked on.
const CLICKS: u32 = 5;

const SEEK_BAR_MS: f64 = 50.0;
const LANDING_BAR_MS: f64 = 50.0;
const CLICK_BAR_MS: f64 = 350.0;
/// "Not growing with the length": what an hour may take beside a minute.
const GROWTH_BAR: f64 = 1.5;

/// One file, made by ffmpeg from the sandbox's speech.
struct Recipe {
    name: &'static str,
    waveform: &'static str,
    seek: &'static str,
    landing: &'static str,
    options: &'static [&'static str],
}

const RECIPES: [Recipe; 4] = [
    Recipe {
        name: "mono.mp3",
        waveform: "waveform, MP3 8 kHz mono, beside ffmpeg",
        seek: "seek, MP3 8 kHz mono, p95",
        landing: "landing, MP3 8 kHz mono, furthest",
        options: &["-ar", "8000", "-ac", "1", "-b:a", "32k"],
    },
    Recipe {
        name: "stereo.mp3",
        waveform: "waveform, MP3 44.1 kHz stereo, beside ffmpeg",
        seek: "seek, MP3 44.1 kHz stereo, p95",
        landing: "landing, MP3 44.1 kHz stereo, furthest",
        options: &["-ar", "44100", "-ac", "2", "-b:a", "128k"],
    },
    Recipe {
        name: "stereo.wav",
        waveform: "waveform, WAV µ-law stereo, beside ffmpeg",
        seek: "seek, WAV µ-law stereo, p95",
        landing: "landing, WAV µ-law stereo, furthest",
        options: &["-ar", "8000", "-ac", "2", "-c:a", "pcm_mulaw"],
    },
    Recipe {
        name: "variable.mp3",
        waveform: "waveform, MP3 VBR without index, beside ffmpeg",
        seek: "seek, MP3 VBR without index, p95",
        landing: "landing, MP3 VBR without index, furthest",
        options: &["-ar", "22050", "-ac", "1", "-q:a", "4", "-write_xing", "0"],
    },
];

/// Makes the files and measures.
pub(super) fn measure(size: Size) -> anyhow::Result<Report> {
    setup::to_bench()?;
    let seconds = match size {
        Size::Full => 3600,
        Size::Small => 60,
    };
    let example = Measurement::build("tapeshelf-audio", "measure_audio", size)?;
    let folder = workspace::target()?.join("bench/audio");
    empty(&folder)?;
    let mut rows = Vec::new();
    for recipe in &RECIPES {
        program::say(&format!("{} …", recipe.name));
        let path = make(recipe, &folder, seconds)?;
        rows.extend(waveform_and_seeks(&example, recipe, &path, seconds)?);
    }
    rows.extend(clicks(&folder, size)?);
    std::fs::remove_dir_all(&folder)?;
    Ok(Report { bench: "audio", rows })
}

fn make(recipe: &Recipe, folder: &Path, seconds: u32) -> anyhow::Result<PathBuf> {
    let path = folder.join(recipe.name);
    let speech = workspace::root().join("src-tauri/crates/sandbox/assets/speech.ulaw");
    let mut command = ffmpeg();
    command
        .args(["-stream_loop", "-1", "-f", "mulaw", "-ar", "8000", "-ac", "1", "-i"])
        .arg(speech)
        .args(["-t", &seconds.to_string()])
        .args(recipe.options)
        .arg(&path);
    anyhow::ensure!(command.status()?.success(), "ffmpeg did not make {}", recipe.name);
    Ok(path)
}

fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]).stdin(Stdio::null());
    command
}

fn waveform_and_seeks(
    example: &Measurement,
    recipe: &Recipe,
    path: &Path,
    seconds: u32,
) -> anyhow::Result<[Row; 3]> {
    let (mut ours_ms, mut peer_ms) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours_ms.push(number(&example.run(["waveform".as_ref(), path.as_os_str()])?, "waveform_ms"));
        let began = Instant::now();
        let mut command = ffmpeg();
        command.args(["-threads", "1", "-i"]).arg(path).args(["-f", "null", "-"]);
        anyhow::ensure!(command.status()?.success(), "ffmpeg did not decode {}", recipe.name);
        peer_ms.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    let seeks = SEEKS.to_string();
    let report = example.run(["seeks".as_ref(), path.as_os_str(), seeks.as_ref()])?;
    let off_ms = numbers(&report["off_ms"]);
    // Where it is silent nothing tells where a seek landed; most places have a voice.
    anyhow::ensure!(
        off_ms.len() * 2 > SEEKS as usize,
        "only {} landings can be judged",
        off_ms.len()
    );
    let minutes = f64::from(seconds) / 60.0;
    let per_s = |ms: &[f64]| minutes / median(ms) * 1000.0;
    Ok([
        Row {
            metric: recipe.waveform,
            ours: per_s(&ours_ms),
            peer: Some(per_s(&peer_ms)),
            unit: "min/s",
            bar: Some(Bar::TimesPeerAtLeast(1.0)),
        },
        Row {
            metric: recipe.seek,
            ours: percentile(&numbers(&report["seek_ms"]), 0.95),
            peer: None,
            unit: "ms",
            bar: Some(Bar::AtMost(SEEK_BAR_MS)),
        },
        Row {
            metric: recipe.landing,
            ours: largest(&off_ms),
            peer: None,
            unit: "ms",
            bar: Some(Bar::AtMost(LANDING_BAR_MS)),
        },
    ])
}

/// From a click on a remote file to sound: a minute long, and an hour.
fn clicks(folder: &Path, size: Size) -> anyhow::Result<[Row; 3]> {
    program::run(cargo("build").args(["--package", "tapeshelf-sandbox"]).args(size.profile()))?;
    let example = Measurement::build("tapeshelf-engine", "measure_playback", size)?;
    let minute = click(&example, folder, 1, size)?;
    let hour = click(&example, folder, if size == Size::Full { 60 } else { 5 }, size)?;
    let row = |metric, clicked: &Clicked| Row {
        metric,
        ours: clicked.sound_ms,
        peer: Some(clicked.whole_ms),
        unit: "ms",
        bar: Some(Bar::AtMost(CLICK_BAR_MS)),
    };
    Ok([
        row("click to sound, a minute, beside fetching it whole", &minute),
        row("click to sound, an hour, beside fetching it whole", &hour),
        Row {
            metric: "click to sound, an hour beside a minute",
            ours: hour.sound_ms,
            peer: Some(minute.sound_ms),
            unit: "ms",
            bar: Some(Bar::TimesPeerAtMost(GROWTH_BAR)),
        },
    ])
}

/// Medians in milliseconds.
struct Clicked {
    sound_ms: f64,
    whole_ms: f64,
}

fn click(
    example: &Measurement,
    folder: &Path,
    minutes: u32,
    size: Size,
) -> anyhow::Result<Clicked> {
    program::say(&format!("Clicking on calls of {minutes} min …"));
    let options = [
        "--recordings".to_owned(),
        CLICKS.to_string(),
        "--media-bytes".to_owned(),
        (minutes * MINUTE_BYTES).to_string(),
        "--latency-ms".to_owned(),
        LATENCY_MS.to_string(),
    ];
    let server = Server::start(size, &options)?;
    let profile = folder.join("clicks");
    empty(&profile)?;
    let mut command = example.command()?;
    command.arg(&profile).args([&server.base_url, &server.auth_id]);
    let report = measurement::read(command.env(Server::TOKEN, &server.auth_token))?;
    let mut whole_ms = Vec::new();
    let addresses = report["addresses"].as_array().map_or(&[][..], Vec::as_slice);
    let sign_in = profile.join("curl.conf");
    std::fs::write(&sign_in, server.sign_in_for_curl())?;
    for address in addresses {
        let began = Instant::now();
        let status = Command::new("curl")
            .args(["--silent", "--fail", "--config"])
            .arg(&sign_in)
            .arg("--output")
            .arg(profile.join("whole"))
            .arg(address.as_str().context("an address that is no text")?)
            .status()
            .context("`curl` cannot be started")?;
        anyhow::ensure!(status.success(), "curl failed ({status})");
        whole_ms.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(Clicked { sound_ms: median(&numbers(&report["sound_ms"])), whole_ms: median(&whole_ms) })
}
