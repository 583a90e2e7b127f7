//! Scrolling a million rows in the real window: ten seconds of wheel and scrollbar jumps, while the page watches its own frames.
//!
//! Windows of rows at random places are then asked for by the page itself, as its table does.
//!
//! The peer is the same page with a hundred rows, in turn in the same run: what is slow in both is the machine's. The wheel is
//! turned through the X server, so it takes the way that a person's wheel takes.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::figures::{largest, median, number, numbers, percentile};
use super::process::Running;
use super::report::{Bar, Report, Row};
use super::session::Session;
use super::webdriver::Page;
use super::{Size, filled};
use crate::program::{self, cargo};
use crate::{page, setup, workspace};

/// Watches the frames.
const WATCH: &str = include_str!("scroll.js");
/// Asks for windows of rows.
const WINDOWS: &str = include_str!("windows.js");
/// The table's number of rows, once it has some and they are drawn.
const TABLE: &str = "const grid = document.querySelector('[role=grid]');
    const row = grid?.querySelector('[role=row][data-index]');
    arguments[0](row && row.textContent.trim() !== '' ? Number(grid.getAttribute('aria-rowcount')) - 1 : null);";
/// The middle of the table, on the screen.
const MIDDLE: &str = "const box = document.querySelector('[role=grid]').getBoundingClientRect();
    arguments[0]([Math.round(window.screenX + box.left + box.width / 2), Math.round(window.screenY + box.top + box.height / 2)]);";

/// Title of the window.
const WINDOW: &str = "Tapeshelf";

const FEW_ROWS: u32 = 100;
/// Each page is scrolled so often, in turn.
const ROUNDS: usize = 3;
const WATCHED: Duration = Duration::from_secs(10);
/// Between two clicks of the wheel.
const CLICK_MS: u32 = 20;
/// Clicks before the wheel turns the other way; a hundred rows have an end.
const CLICKS: u32 = 25;

const FRAME_BAR: f64 = 1.5;
const BLANK_BAR_MS: f64 = 100.0;
/// Until 200 rows from anywhere are in the page.
const WINDOW_BAR_MS: f64 = 16.0;

/// Builds the program and scrolls.
pub(super) fn measure(size: Size) -> anyhow::Result<Report> {
    setup::to_bench()?;
    page::build()?;
    program::run(cargo("build").args(["--package", "tapeshelf", "--bins"]).args(size.profile()))?;
    let (rows, rounds) = match size {
        Size::Full => (1_000_000, ROUNDS),
        Size::Small => (10_000, 1),
    };
    let target = workspace::target()?;
    let session = Session::open(&target.join("bench/scroll"))?;
    let program = target.join(size.folder()).join("tapeshelf");
    let [many, tenth, few] = ["many", "tenth", "few"].map(|name| session.folder().join(name));
    filled::profile(&many, rows, size)?;
    filled::profile(&tenth, rows / 10, size)?;
    filled::profile(&few, FEW_ROWS, size)?;
    let (mut ours, mut less, mut peer) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=rounds {
        program::say(&format!("Scrolling, round {round} of {rounds} …"));
        peer.push(scroll(&session, &program, &few, FEW_ROWS)?);
        less.push(scroll(&session, &program, &tenth, rows / 10)?);
        ours.push(scroll(&session, &program, &many, rows)?);
    }
    std::fs::remove_dir_all(session.folder())?;

    let each =
        |of: fn(&Watched) -> f64, pages: &[Watched]| -> Vec<f64> { pages.iter().map(of).collect() };
    let beside = |metric, pages: &[Watched], of: fn(&Watched) -> f64, bar| Row {
        metric,
        ours: median(&each(of, pages)),
        peer: Some(median(&each(of, &peer))),
        unit: "ms",
        bar,
    };
    Ok(Report {
        bench: "scroll",
        rows: vec![
            beside("frame, p95", &ours, Watched::p95_ms, Some(Bar::TimesPeerAtMost(FRAME_BAR))),
            beside(
                "the same with a tenth of the rows",
                &less,
                Watched::p95_ms,
                Some(Bar::TimesPeerAtMost(FRAME_BAR)),
            ),
            beside("frame, median", &ours, Watched::median_ms, None),
            beside("frame, slowest", &ours, Watched::slowest_ms, None),
            Row {
                metric: "longest time that a row in view was blank",
                ours: largest(&each(|page| page.blank, &ours)),
                peer: Some(largest(&each(|page| page.blank, &peer))),
                unit: "ms",
                bar: Some(Bar::AtMost(BLANK_BAR_MS)),
            },
            Row {
                metric: "window of 200 rows until the page has it, p95",
                ours: median(&each(Watched::window_p95_ms, &ours)),
                peer: None,
                unit: "ms",
                bar: Some(Bar::AtMost(WINDOW_BAR_MS)),
            },
        ],
    })
}

/// What the page saw of itself, in milliseconds.
struct Watched {
    /// Times between frames.
    frames: Vec<f64>,
    /// The longest time that a row in view was blank.
    blank: f64,
    /// Times until windows of rows were there; none where there are too few rows.
    windows: Vec<f64>,
}

impl Watched {
    fn window_p95_ms(&self) -> f64 {
        percentile(&self.windows, 0.95)
    }

    fn p95_ms(&self) -> f64 {
        percentile(&self.frames, 0.95)
    }

    fn median_ms(&self) -> f64 {
        median(&self.frames)
    }

    fn slowest_ms(&self) -> f64 {
        largest(&self.frames)
    }
}

fn scroll(session: &Session, program: &Path, profile: &Path, rows: u32) -> anyhow::Result<Watched> {
    let page = Page::open(session, program, profile)?;
    let shown = page.wait_for("table", TABLE)?;
    anyhow::ensure!(shown == rows, "the table has {shown} rows and not {rows}");
    let middle = page.wait_for("table", MIDDLE)?;
    let wheel = Running::start(&mut wheel(session, &middle)?)?;
    let report = page.script(WATCH, &[json!(u64::try_from(WATCHED.as_millis())?)])?;
    drop(wheel);
    let frames = numbers(&report["frames_ms"]);
    // A page that did not move was not measured: both halves have to have done something.
    let moves = number(&report, "moves");
    anyhow::ensure!(
        moves > 2.0 * number(&report, "jumps") && !frames.is_empty(),
        "the table moved in {moves} of {} frames only",
        frames.len()
    );
    // A hundred rows have no window of 200.
    let windows =
        if rows == FEW_ROWS { json!({ "times_ms": [] }) } else { page.script(WINDOWS, &[])? };
    anyhow::ensure!(windows["error"].is_null(), "a window did not come: {}", windows["error"]);
    page.close(session, WINDOW)?;
    Ok(Watched {
        frames,
        blank: number(&report, "longest_blank_ms"),
        windows: numbers(&windows["times_ms"]),
    })
}

/// A wheel that turns down and up again for the first half of the time.
fn wheel(session: &Session, middle: &Value) -> anyhow::Result<Command> {
    let place: Vec<String> = numbers(middle).iter().map(|pixels| format!("{pixels:.0}")).collect();
    anyhow::ensure!(place.len() == 2, "the middle of the table is not known: {middle}");
    let mut command = session.command("xdotool");
    command.arg("mousemove").args(place);
    let half_ms = u32::try_from(WATCHED.as_millis() / 2)?;
    // Buttons 5 and 4 are the wheel's, down and up.
    for turn in 0..half_ms / (CLICKS * CLICK_MS) {
        let button = if turn % 2 == 0 { "5" } else { "4" };
        let (clicks, delay) = (CLICKS.to_string(), CLICK_MS.to_string());
        command.args(["click", "--repeat", &clicks, "--delay", &delay, button]);
    }
    Ok(command)
}
