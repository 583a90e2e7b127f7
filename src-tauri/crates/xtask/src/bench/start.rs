//! One start of a program, and the moments that its log tells.
//!
//! The clock starts before the process does, because loading the web view's libraries is part of what a person waits for, and
//! stops when the program's log says that the moment came, or when it says that it had come.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use serde_json::Value;

use super::process::Running;
use super::session::Session;

/// After this a start is a failure.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often the log is looked at. It bounds the error of a measurement.
const GLANCE: Duration = Duration::from_millis(2);

/// Something that the program tells its log.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
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

/// One start of the program. It ends when this is dropped.
pub(super) struct Start {
    began: Instant,
    /// The same, as the program's clock has it.
    began_at: SystemTime,
    pub(super) process: Running,
    log: PathBuf,
    read_to: u64,
    partial: String,
}

impl Start {
    /// Starts a program on a profile.
    pub(super) fn of(
        session: &Session,
        program: &Path,
        profile: &Path,
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        let log = profile.join("logs/tapeshelf.log");
        let logged_before = log.metadata().map_or(0, |facts| facts.len());
        let mut command = session.command(program);
        command.arg("--data-dir").arg(profile).args(arguments);
        let (began, began_at) = (Instant::now(), SystemTime::now());
        let process = Running::start(&mut command)?;
        Ok(Self { began, began_at, process, log, read_to: logged_before, partial: String::new() })
    }

    /// Waits until the log has told all of these, in whatever order, and returns when it told each of them: milliseconds
    /// since the start.
    pub(super) fn moments_ms<const N: usize>(
        &mut self,
        awaited: [Moment; N],
    ) -> anyhow::Result<[f64; N]> {
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
                        *at_ms = Some(self.told_ms(&line["fields"]).unwrap_or(now_ms));
                    }
                }
            }
            let Some(at) = moments_ms.iter().position(Option::is_none) else {
                return Ok(moments_ms.map(Option::unwrap_or_default));
            };
            let (missing, log) = (awaited[at].name(), self.log.display());
            if let Some(status) = self.process.ended()? {
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

    /// The moment that a line gives itself, as of the start: the news of a frame comes later than the frame.
    fn told_ms(&self, fields: &Value) -> Option<f64> {
        let at = UNIX_EPOCH + Duration::from_millis(fields.get("at_ms")?.as_u64()?);
        Some(at.duration_since(self.began_at).ok()?.as_secs_f64() * 1000.0)
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

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_log_is_followed_from_where_it_was_and_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("tapeshelf.log");
        // The table may be first, and what an earlier start told does not count.
        let old = "{\"fields\":{\"message\":\"sync finished\"}}\n";
        let new = "{\"fields\":{\"table_usable_ms\":9,\"at_ms\":1000009}}\n{\"fields\":{\"first_frame_ms\":250}}\n{\"fie";
        std::fs::write(&log, format!("{old}{new}")).unwrap();
        let process = Running::start(Command::new("sleep").arg("60")).unwrap();
        let (began, began_at) = (Instant::now(), UNIX_EPOCH + Duration::from_secs(1_000));
        let mut start = Start {
            began,
            began_at,
            process,
            log,
            read_to: old.len() as u64,
            partial: String::new(),
        };
        let [frame_ms, table_ms] = start
            .moments_ms([Moment::Field("first_frame_ms"), Moment::Field("table_usable_ms")])
            .unwrap();
        assert!(frame_ms > 0.0);
        assert!((table_ms - 9.0).abs() < f64::EPSILON);
        assert_eq!(start.partial, "{\"fie");
        start.process = Running::start(&mut Command::new("true")).unwrap();
        let error = start.moments_ms([Moment::Message("sync finished")]).unwrap_err().to_string();
        assert!(error.contains("ended before its log told `sync finished`"), "{error}");
    }
}
