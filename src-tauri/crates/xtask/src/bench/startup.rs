//! How long the program takes to show itself, and to show its table, with the sandbox's calls in the index.
//!
//! The clock starts before the process does, because loading the web view's libraries is part of what a person waits for, and
//! stops when the program's log says that the moment came. Every start but the first, which fills the index, is measured; the
//! program is killed between them, so each start also finds out that the last exit was not clean.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::Value;

use super::report::{Bar, Report, Row};
use crate::program::{self, cargo};
use crate::{page, setup, workspace};

/// How many starts are measured. The median is judged.
const STARTS: usize = 10;
/// First frame and usable table, in milliseconds, with the sandbox's 2 000 calls.
const FIRST_FRAME_BAR_MS: f64 = 1000.0;
const TABLE_USABLE_BAR_MS: f64 = 1500.0;
/// After this a start is a failure.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often the log is looked at. It bounds the error of a measurement.
const GLANCE: Duration = Duration::from_millis(2);

/// Builds the program and measures its starts.
pub(super) fn measure() -> anyhow::Result<Report> {
    anyhow::ensure!(
        cfg!(target_os = "linux"),
        "the startup bench needs Linux: it brings its own display"
    );
    setup::to_test()?;
    page::build()?;
    program::run(cargo("build").args(["--package", "tapeshelf", "--release"]))?;

    let target = workspace::target()?;
    let session = Session::open(&target.join("bench/startup"))?;
    let program_path = target.join("release/tapeshelf");
    session.start(&program_path, &["--sandbox"])?.moments_ms([Moment::Message("sync finished")])?;

    let mut first_frames_ms = Vec::new();
    let mut tables_ms = Vec::new();
    for number in 1..=STARTS {
        let both = [Moment::Field("first_frame_ms"), Moment::Field("table_usable_ms")];
        let [first_frame_ms, table_ms] = session.start(&program_path, &[])?.moments_ms(both)?;
        program::say(&format!(
            "start {number} of {STARTS}: first frame {first_frame_ms:.0} ms, table {table_ms:.0} ms"
        ));
        first_frames_ms.push(first_frame_ms);
        tables_ms.push(table_ms);
    }
    let row = |metric, ours, bar| Row { metric, ours, peer: None, unit: "ms", bar };
    Ok(Report {
        bench: "startup",
        rows: vec![
            row(
                "first frame, median",
                median(&mut first_frames_ms),
                Some(Bar::AtMost(FIRST_FRAME_BAR_MS)),
            ),
            row("first frame, slowest", slowest(&first_frames_ms), None),
            row(
                "table usable, median",
                median(&mut tables_ms),
                Some(Bar::AtMost(TABLE_USABLE_BAR_MS)),
            ),
            row("table usable, slowest", slowest(&tables_ms), None),
        ],
    })
}

/// The middle one, or the mean of the two middle ones. Sorts.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let upper = values.len() / 2;
    match (values.get(upper.wrapping_sub(1)), values.get(upper)) {
        (Some(below), Some(above)) if values.len().is_multiple_of(2) => {
            f64::midpoint(*below, *above)
        }
        (_, Some(middle)) => *middle,
        (_, None) => f64::NAN,
    }
}

fn slowest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// Something that the program tells its log.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// A line with this message.
    Message(&'static str),
    /// A line that has this field.
    Field(&'static str),
}

impl Moment {
    fn name(self) -> &'static str {
        match self {
            Self::Message(name) | Self::Field(name) => name,
        }
    }

    fn is_told_by(self, fields: &Value) -> bool {
        match self {
            Self::Message(text) => fields["message"] == text,
            Self::Field(name) => fields.get(name).is_some(),
        }
    }
}

/// A display, a bus and a home that nobody else uses. Without a bus of its own the start would wait for a desktop that is
/// not there.
struct Session {
    folder: PathBuf,
    display: String,
    bus_address: String,
    _display: Running,
    _bus: Running,
}

impl Session {
    fn open(folder: &Path) -> anyhow::Result<Self> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)
                .with_context(|| format!("{} cannot be emptied", folder.display()))?;
        }
        for name in ["home", "runtime", "profile"] {
            std::fs::create_dir_all(folder.join(name))?;
        }
        make_private(&folder.join("runtime"))?;
        // A display that resets itself when its last window goes may refuse the next one meanwhile: -noreset.
        let (display_process, number) = Running::that_says(Command::new("Xvfb").args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1440x900x24",
            "-noreset",
            "-nolisten",
            "tcp",
        ]))?;
        let (bus, bus_address) = Running::that_says(Command::new("dbus-daemon").args([
            "--session",
            "--nofork",
            "--print-address=1",
        ]))?;
        let display = format!(":{number}");
        Ok(Self {
            folder: folder.to_owned(),
            display,
            bus_address,
            _display: display_process,
            _bus: bus,
        })
    }

    fn start(&self, program: &Path, arguments: &[&str]) -> anyhow::Result<Start> {
        let profile = self.folder.join("profile");
        let log = profile.join("logs/tapeshelf.log");
        let logged_before = log.metadata().map_or(0, |facts| facts.len());
        let mut command = Command::new(program);
        command
            .arg("--data-dir")
            .arg(&profile)
            .args(arguments)
            .env("HOME", self.folder.join("home"))
            .env("XDG_RUNTIME_DIR", self.folder.join("runtime"))
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address)
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let began = Instant::now();
        let process = Running::start(&mut command)?;
        Ok(Start { began, process, log, read_to: logged_before, partial: String::new() })
    }
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// One start of the program. It ends when this is dropped.
struct Start {
    began: Instant,
    process: Running,
    log: PathBuf,
    read_to: u64,
    partial: String,
}

impl Start {
    /// Waits until the log has told all of these, in whatever order, and returns when it told each of them: milliseconds
    /// since the start.
    fn moments_ms<const N: usize>(&mut self, awaited: [Moment; N]) -> anyhow::Result<[f64; N]> {
        let mut moments_ms = [None; N];
        loop {
            self.read_log()?;
            let now_ms = self.began.elapsed().as_secs_f64() * 1000.0;
            while let Some(end) = self.partial.find('\n') {
                let line: String = self.partial.drain(..=end).collect();
                let line: Value =
                    serde_json::from_str(&line).context("a line of the log is not JSON")?;
                for (moment, at_ms) in awaited.iter().zip(&mut moments_ms) {
                    if at_ms.is_none() && moment.is_told_by(&line["fields"]) {
                        *at_ms = Some(now_ms);
                    }
                }
            }
            let Some(at) = moments_ms.iter().position(Option::is_none) else {
                return Ok(moments_ms.map(Option::unwrap_or_default));
            };
            let (missing, log) = (awaited[at].name(), self.log.display());
            if let Some(status) = self.process.0.try_wait()? {
                anyhow::bail!(
                    "the program ended before its log told `{missing}` ({status}); see {log}"
                );
            }
            let seconds = PATIENCE.as_secs();
            anyhow::ensure!(
                self.began.elapsed() < PATIENCE,
                "the log did not tell `{missing}` within {seconds} s; see {log}"
            );
            std::thread::sleep(GLANCE);
        }
    }

    fn read_log(&mut self) -> anyhow::Result<()> {
        // The program makes the file a moment after it starts.
        let Ok(mut file) = File::open(&self.log) else { return Ok(()) };
        file.seek(SeekFrom::Start(self.read_to))?;
        let mut bytes = Vec::new();
        self.read_to += file.read_to_end(&mut bytes)? as u64;
        self.partial.push_str(&String::from_utf8_lossy(&bytes));
        Ok(())
    }
}

/// A process that ends with us.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> anyhow::Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        Ok(Self(command.spawn().with_context(|| format!("`{program}` cannot be started"))?))
    }

    /// Starts a server that prints a line when it is ready, and returns that line.
    fn that_says(command: &mut Command) -> anyhow::Result<(Self, String)> {
        let mut running = Self::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let mut line = String::new();
        if let Some(stdout) = running.0.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let line = line.trim().to_owned();
        anyhow::ensure!(
            !line.is_empty(),
            "`{}` did not start",
            command.get_program().to_string_lossy()
        );
        Ok((running, line))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median(&mut [3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(&mut [4.0, 1.0, 3.0, 2.0]) - 2.5).abs() < f64::EPSILON);
        assert!((median(&mut [7.0]) - 7.0).abs() < f64::EPSILON);
        assert!(median(&mut []).is_nan());
        assert!((slowest(&[1.0, 9.0, 3.0]) - 9.0).abs() < f64::EPSILON);
    }

    #[cfg(unix)]
    #[test]
    fn the_log_is_followed_from_where_it_was_and_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("tapeshelf.log");
        // The table may be first, and what an earlier start told does not count.
        let old = "{\"fields\":{\"message\":\"sync finished\"}}\n";
        let new =
            "{\"fields\":{\"table_usable_ms\":9}}\n{\"fields\":{\"first_frame_ms\":250}}\n{\"fie";
        std::fs::write(&log, format!("{old}{new}")).unwrap();
        let process = Running::start(Command::new("sleep").arg("60")).unwrap();
        let began = Instant::now();
        let mut start =
            Start { began, process, log, read_to: old.len() as u64, partial: String::new() };
        let [frame_ms, table_ms] = start
            .moments_ms([Moment::Field("first_frame_ms"), Moment::Field("table_usable_ms")])
            .unwrap();
        assert!(frame_ms > 0.0 && table_ms > 0.0);
        assert_eq!(start.partial, "{\"fie");
        start.process.0.kill().unwrap();
        let error = start.moments_ms([Moment::Message("sync finished")]).unwrap_err().to_string();
        assert!(error.contains("ended before its log told `sync finished`"), "{error}");
    }
}
