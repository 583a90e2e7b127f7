//! How long the program takes to show itself and its table, how much memory it then uses, and how large its package is.
//!
//! The peer is an empty window of the same Tauri, built the same way (`src-tauri/examples/empty_window.rs`): what it takes is
//! the system's part. Its starts and ours take turns. Between starts the window is closed as a person closes it; what a
//! start after a kill takes is shown besides.

use std::path::Path;
use std::time::Duration;

use super::figures::{largest, median};
use super::measurement::Measurement;
use super::process::memory_of_tree_mb;
use super::report::{Bar, Report, Row};
use super::session::Session;
use super::start::{Moment, Start};
use super::{Size, filled};
use crate::program::{self, cargo};
use crate::{page, setup, workspace};

/// How many starts are measured. The median is judged.
const STARTS: usize = 10;
/// First frame and usable table, in milliseconds, with the sandbox's 2 000 calls.
const FIRST_FRAME_BAR_MS: f64 = 1000.0;
const TABLE_USABLE_BAR_MS: f64 = 1500.0;
/// What may come on top of an empty window, with a million rows.
const FRAME_ABOVE_EMPTY_MS: f64 = 150.0;
const TABLE_ABOVE_EMPTY_MS: f64 = 600.0;
const MEMORY_ABOVE_EMPTY_MB: f64 = 120.0;
const PACKAGE_BAR_MB: f64 = 12.0;

const FRAME: Moment = Moment::Field("first_frame_ms");
const TABLE: Moment = Moment::Field("table_usable_ms");
/// Titles of the windows.
const OURS: &str = "Tapeshelf";
const EMPTY: &str = "Empty window";

/// Memory is settled when it changed by less than this share between two looks.
const SETTLED: f64 = 0.01;
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// After so many looks it is taken as it is.
const MOST_LOOKS: usize = 15;

/// Builds the program and its peer, and measures their starts.
pub(super) fn measure(size: Size) -> anyhow::Result<Report> {
    setup::to_bench()?;
    page::build()?;
    program::run(cargo("build").args(["--package", "tapeshelf", "--bins"]).args(size.profile()))?;
    let empty = Measurement::build("tapeshelf", "empty_window", size)?.path()?;
    let (starts, rows) = match size {
        Size::Full => (STARTS, 1_000_000),
        Size::Small => (2, 10_000),
    };
    let target = workspace::target()?;
    let session = Session::open(&target.join("bench/startup"))?;
    let ours = target.join(size.folder()).join("tapeshelf");

    let usual = session.folder().join("usual");
    let mut first = Start::of(&session, &ours, &usual, &["--sandbox"])?;
    first.moments_ms([Moment::Message("sync finished"), TABLE])?;
    session.close(OURS, &mut first.process)?;
    let usual = Times::of(starts, "2 000 calls", || {
        let mut start = Start::of(&session, &ours, &usual, &[])?;
        let [frame_ms, table_ms] = start.moments_ms([FRAME, TABLE])?;
        session.close(OURS, &mut start.process)?;
        Ok([frame_ms, table_ms])
    })?;

    let large = session.folder().join("large");
    filled::profile(&large, rows, size)?;
    // The first start of a profile may have something to make up for.
    let mut first = Start::of(&session, &ours, &large, &[])?;
    first.moments_ms([TABLE])?;
    session.close(OURS, &mut first.process)?;
    let blank = session.folder().join("blank");
    let (mut memory_mb, mut empty_memory_mb) = (Vec::new(), Vec::new());
    let mut empty_frames_ms = Vec::new();
    let large_times = Times::of(starts, "a million rows", || {
        let mut peer = Start::of(&session, &empty, &blank, &[])?;
        let [empty_ms] = peer.moments_ms([FRAME])?;
        empty_frames_ms.push(empty_ms);
        if empty_memory_mb.is_empty() {
            empty_memory_mb.push(settled_memory_mb(peer.process.id())?);
        }
        session.close(EMPTY, &mut peer.process)?;
        let mut start = Start::of(&session, &ours, &large, &[])?;
        let [frame_ms, table_ms] = start.moments_ms([FRAME, TABLE])?;
        if memory_mb.is_empty() {
            memory_mb.push(settled_memory_mb(start.process.id())?);
        }
        session.close(OURS, &mut start.process)?;
        Ok([frame_ms, table_ms])
    })?;
    // Dropping a start kills the program.
    Start::of(&session, &ours, &large, &[])?.moments_ms([TABLE])?;
    let [after_kill_ms] = Start::of(&session, &ours, &large, &[])?.moments_ms([TABLE])?;
    std::fs::remove_dir_all(&large)?;

    let empty_ms = median(&empty_frames_ms);
    let row = |metric, ours, bar| Row { metric, ours, peer: None, unit: "ms", bar };
    let above = |metric, ours, more| Row {
        metric,
        ours,
        peer: Some(empty_ms),
        unit: "ms",
        bar: Some(Bar::AbovePeerAtMost(more)),
    };
    let mut rows = vec![
        row(
            "first frame, 2 000 calls, median",
            median(&usual.frames_ms),
            Some(Bar::AtMost(FIRST_FRAME_BAR_MS)),
        ),
        row("first frame, 2 000 calls, slowest", largest(&usual.frames_ms), None),
        row(
            "table usable, 2 000 calls, median",
            median(&usual.tables_ms),
            Some(Bar::AtMost(TABLE_USABLE_BAR_MS)),
        ),
        row("table usable, 2 000 calls, slowest", largest(&usual.tables_ms), None),
        above(
            "first frame, a million rows, beside an empty window's",
            median(&large_times.frames_ms),
            FRAME_ABOVE_EMPTY_MS,
        ),
        above(
            "table usable, a million rows, beside an empty window's frame",
            median(&large_times.tables_ms),
            TABLE_ABOVE_EMPTY_MS,
        ),
        row("table usable, a million rows, after a kill", after_kill_ms, None),
        Row {
            metric: "memory, idle, a million rows, beside an empty window's",
            ours: median(&memory_mb),
            peer: Some(median(&empty_memory_mb)),
            unit: "MB",
            bar: Some(Bar::AbovePeerAtMost(MEMORY_ABOVE_EMPTY_MB)),
        },
    ];
    match package_mb(&target.join("release/bundle/deb"))? {
        Some(ours) => rows.push(Row {
            metric: "size of the .deb",
            ours,
            peer: None,
            unit: "MB",
            bar: Some(Bar::AtMost(PACKAGE_BAR_MB)),
        }),
        None => program::say("There is no .deb to weigh; `cargo xtask package` builds it."),
    }
    Ok(Report { bench: "startup", rows })
}

/// When the starts of one kind showed their first frame and their table.
struct Times {
    frames_ms: Vec<f64>,
    tables_ms: Vec<f64>,
}

impl Times {
    fn of(
        starts: usize,
        what: &str,
        mut start: impl FnMut() -> anyhow::Result<[f64; 2]>,
    ) -> anyhow::Result<Self> {
        let mut times = Self { frames_ms: Vec::new(), tables_ms: Vec::new() };
        for number in 1..=starts {
            let [frame_ms, table_ms] = start()?;
            program::say(&format!(
                "{what}, start {number} of {starts}: first frame {frame_ms:.0} ms, table {table_ms:.0} ms"
            ));
            times.frames_ms.push(frame_ms);
            times.tables_ms.push(table_ms);
        }
        Ok(times)
    }
}

/// The memory of a program and its web view in MB, once it stays as it is.
fn settled_memory_mb(process: u32) -> anyhow::Result<f64> {
    let mut before_mb = memory_of_tree_mb(process)?;
    for _ in 0..MOST_LOOKS {
        std::thread::sleep(BETWEEN_LOOKS);
        let now_mb = memory_of_tree_mb(process)?;
        if (now_mb - before_mb).abs() <= SETTLED * before_mb {
            return Ok(now_mb);
        }
        before_mb = now_mb;
    }
    Ok(before_mb)
}

/// The size of the newest package in MB, if there is one.
fn package_mb(folder: &Path) -> anyhow::Result<Option<f64>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(None) };
    let mut newest = None;
    for entry in entries {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "deb") {
            let facts = entry.metadata()?;
            newest = newest.max(Some((facts.modified()?, facts.len())));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 bytes")]
    Ok(newest.map(|(_, bytes)| bytes as f64 / 1e6))
}
