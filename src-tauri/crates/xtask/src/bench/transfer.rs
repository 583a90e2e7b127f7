//! Downloads: many small files, one large one, and memory.
//!
//! Ours are verified, hashed, made durable and recorded; the peers, `aria2c` and `curl` in the same run and into the same disk,
//! only write what they receive.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use serde_json::Value;

use super::Size;
use super::figures::{median, number};
use super::measurement::{self, Measurement};
use super::report::{Bar, Report, Row};
use super::server::Server;
use super::session::empty;
use crate::program::{self, cargo};
use crate::{setup, workspace};

const AT_ONCE: u32 = 16;
const LATENCY_MS: u32 = 50;
const FILE_BYTES: u64 = 120_000;
const LARGE_BYTES: u64 = 1 << 30;
/// The disk has moods: each way is measured so often, in turn, and the medians are compared.
const ROUNDS: usize = 3;

const ARIA2_BAR: f64 = 1.0;
const CURL_BAR: f64 = 0.8;
const MEMORY_BAR_MB: f64 = 50.0;

/// Builds the server and the measurement, and measures.
pub(super) fn measure(size: Size) -> anyhow::Result<Report> {
    setup::to_bench()?;
    program::run(cargo("build").args(["--package", "tapeshelf-sandbox"]).args(size.profile()))?;
    let bench = Bench {
        example: Measurement::build("tapeshelf-engine", "measure_transfer", size)?,
        folder: workspace::target()?.join("bench/transfer"),
        size,
    };
    let scale = match size {
        Size::Full => 1,
        Size::Small => 100,
    };
    let many = Load { files: 2_000 / scale, file_bytes: FILE_BYTES, latency_ms: LATENCY_MS };
    let fewer = Load { files: many.files / 10, ..many };
    let large = Load { files: 1, file_bytes: LARGE_BYTES / u64::from(scale), latency_ms: 0 };
    let many = bench.compare(many)?;
    let fewer = bench.compare(fewer)?;
    let large = bench.compare(large)?;
    let quiet = Load { files: 100, file_bytes: FILE_BYTES, latency_ms: 0 };
    let hundred_mb = bench.memory_mb(quiet)?;
    let all_mb = bench.memory_mb(Load { files: 10_000 / scale, ..quiet })?;
    std::fs::remove_dir_all(&bench.folder)?;

    let row = |metric, ours, peer, unit, bar| Row { metric, ours, peer, unit, bar };
    let beside_aria2 = Some(Bar::TimesPeerAtLeast(ARIA2_BAR));
    let beside_curl = Some(Bar::TimesPeerAtLeast(CURL_BAR));
    Ok(Report {
        bench: "transfer",
        rows: vec![
            row(
                "2 000 × 120 KB, 16 at once, beside aria2c",
                many.ours,
                Some(many.aria2),
                "files/s",
                beside_aria2,
            ),
            row(
                "2 000 × 120 KB, 16 at once, beside curl",
                many.ours,
                Some(many.curl),
                "files/s",
                beside_curl,
            ),
            row(
                "the same with a tenth of the files, beside curl",
                fewer.ours,
                Some(fewer.curl),
                "files/s",
                None,
            ),
            row(
                "one file of 1 GiB, beside curl",
                large.ours_mb,
                Some(large.curl_mb),
                "MB/s",
                beside_curl,
            ),
            row(
                "most memory, 10 000 files beside 100",
                all_mb,
                Some(hundred_mb),
                "MB",
                Some(Bar::AbovePeerAtMost(MEMORY_BAR_MB)),
            ),
        ],
    })
}

/// What is downloaded.
#[derive(Debug, Clone, Copy)]
struct Load {
    files: u32,
    file_bytes: u64,
    latency_ms: u32,
}

/// Speeds, medians of all rounds: files a second, and MB a second.
struct Speeds {
    ours: f64,
    aria2: f64,
    curl: f64,
    ours_mb: f64,
    curl_mb: f64,
}

struct Bench {
    example: Measurement,
    folder: PathBuf,
    size: Size,
}

impl Bench {
    fn compare(&self, load: Load) -> anyhow::Result<Speeds> {
        let server = self.serve(load)?;
        let (mut ours_s, mut aria2_s, mut curl_s) = (Vec::new(), Vec::new(), Vec::new());
        let mut megabytes = f64::NAN;
        for round in 1..=ROUNDS {
            program::say(&format!(
                "{} files of {} bytes, round {round} of {ROUNDS} …",
                load.files, load.file_bytes
            ));
            empty(&self.folder)?;
            let report = self.download(&server, load)?;
            ours_s.push(number(&report, "transfer_ms") / 1000.0);
            megabytes = number(&report, "bytes") / 1e6;
            let addresses = std::fs::read_to_string(self.folder.join("addresses.txt"))?;
            let addresses: Vec<&str> = addresses.lines().collect();
            aria2_s.push(
                self.timed("aria2", &report["bytes"], |place| aria2(&server, &addresses, place))?,
            );
            curl_s.push(
                self.timed("curl", &report["bytes"], |place| curl(&server, &addresses, place))?,
            );
        }
        empty(&self.folder)?;
        let (ours_s, aria2_s, curl_s) = (median(&ours_s), median(&aria2_s), median(&curl_s));
        let files = f64::from(load.files);
        Ok(Speeds {
            ours: files / ours_s,
            aria2: files / aria2_s,
            curl: files / curl_s,
            ours_mb: megabytes / ours_s,
            curl_mb: megabytes / curl_s,
        })
    }

    fn memory_mb(&self, load: Load) -> anyhow::Result<f64> {
        program::say(&format!("Memory with {} files …", load.files));
        let server = self.serve(load)?;
        empty(&self.folder)?;
        let report = self.download(&server, load)?;
        empty(&self.folder)?;
        Ok(number(&report, "peak_mb"))
    }

    fn serve(&self, load: Load) -> anyhow::Result<Server> {
        let options = [
            "--recordings".to_owned(),
            load.files.to_string(),
            "--media-bytes".to_owned(),
            load.file_bytes.to_string(),
            "--latency-ms".to_owned(),
            load.latency_ms.to_string(),
        ];
        Server::start(self.size, &options)
    }

    /// Our download of everything, which must have saved everything.
    fn download(&self, server: &Server, load: Load) -> anyhow::Result<Value> {
        let mut command = self.example.command()?;
        command
            .arg(&self.folder)
            .args([&server.base_url, &server.auth_id])
            .arg(AT_ONCE.to_string());
        let report = measurement::read(command.env(Server::TOKEN, &server.auth_token))?;
        anyhow::ensure!(
            ["wanted", "saved", "files"].iter().all(|name| report[name] == load.files),
            "not all of {} files were saved: {report}",
            load.files
        );
        Ok(report)
    }

    /// Seconds that a peer takes into a folder of its own, which must then hold as many bytes as ours.
    fn timed(
        &self,
        name: &str,
        bytes: &Value,
        peer: impl FnOnce(&Path) -> anyhow::Result<Command>,
    ) -> anyhow::Result<f64> {
        let place = self.folder.join(name);
        empty(&place)?;
        let mut command = peer(&place)?;
        let began = Instant::now();
        let status = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .with_context(|| format!("{name} cannot be started"))?;
        let spent_s = began.elapsed().as_secs_f64();
        anyhow::ensure!(status.success(), "{name} failed ({status})");
        let mut written = 0;
        for entry in std::fs::read_dir(&place)? {
            let entry = entry?;
            if entry.path().extension().is_some_and(|extension| extension == "audio") {
                written += entry.metadata()?.len();
            }
        }
        anyhow::ensure!(*bytes == written, "{name} wrote {written} bytes, we wrote {bytes}");
        Ok(spent_s)
    }
}

fn aria2(server: &Server, addresses: &[&str], place: &Path) -> anyhow::Result<Command> {
    let mut list = String::new();
    for (number, address) in addresses.iter().enumerate() {
        writeln!(list, "{address}\n  out={number}.audio")?;
        for header in server.headers() {
            writeln!(list, "  header={header}")?;
        }
    }
    let path = place.join("list.txt");
    std::fs::write(&path, list)?;
    let mut command = Command::new("aria2c");
    command
        .args(["--no-conf", "--quiet", "--file-allocation=none", "-x1", "-s1"])
        .arg(format!("-j{AT_ONCE}"))
        .arg("-i")
        .arg(path)
        .arg("-d")
        .arg(place);
    Ok(command)
}

fn curl(server: &Server, addresses: &[&str], place: &Path) -> anyhow::Result<Command> {
    let mut list = server.sign_in_for_curl();
    for (number, address) in addresses.iter().enumerate() {
        let file = place.join(format!("{number}.audio"));
        writeln!(list, "url = \"{address}\"\noutput = \"{}\"", file.display())?;
    }
    let path = place.join("list.txt");
    std::fs::write(&path, list)?;
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--fail", "--parallel", "--parallel-max"])
        .arg(AT_ONCE.to_string())
        .arg("--config")
        .arg(path);
    Ok(command)
}
