//! `cargo xtask test`: builds everything once, runs every suite to its end, and counts.
//!
//! All of Rust is built by one `cargo build` with the packages, profile and features of the tests, so that the runners and the
//! desktop journeys find the same artefacts and nothing is compiled twice. A suite that fails does not keep the others from
//! running; a suite that ran no test, or ended with an error that no test explains, counts as one failure.

mod counts;

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::program::{self, cargo, node_program};
use crate::{bindings, page, setup, workspace};
use counts::Counts;

/// A part of the tests that can be run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// Rules, vendors, use cases and commands, in Rust
    Unit,
    /// The page: its modules, and every view in Chromium
    Ui,
    /// Journeys on the real program, in a window of its own
    Desktop,
}

/// The test target with the journeys. It needs a session of its own, so the other runners leave it out.
const DESKTOP_TARGET: &str = "desktop";

/// Runs one suite, or all, and ends with the count. `true` when nothing failed.
pub(crate) fn run(only: Option<Suite>) -> anyhow::Result<bool> {
    if cfg!(not(target_os = "linux")) && only == Some(Suite::Desktop) {
        anyhow::bail!(
            "the desktop journeys need Linux: the web view of {} has no WebDriver",
            std::env::consts::OS
        );
    }
    let wants = |suite| only.is_none_or(|only| only == suite);
    setup::to_test()?;
    page::build()?;

    let mut results = Vec::new();
    if wants(Suite::Unit) || wants(Suite::Desktop) {
        match program::run(cargo("build").args(SCOPE).args(["--bins", "--tests"])) {
            Ok(()) => {
                if wants(Suite::Unit) {
                    results.push(("Rust", rust()?));
                    results.push(("types of the wire", types_of_the_wire()?));
                    results.push(("Rust examples in the documentation", documentation()?));
                }
                if wants(Suite::Desktop) && cfg!(target_os = "linux") {
                    results.push(("journeys on the real program", journeys()?));
                }
            }
            Err(error) => {
                program::complain(&error.to_string());
                results.push(("building the tests", Counts::FAILURE));
            }
        }
    }
    if wants(Suite::Ui) {
        results.push(("modules of the page", vitest("ui", "ui-modules")?));
        results.push(("the page in Chromium", vitest("tests/ui", "ui-chromium")?));
    }
    if only.is_none() && cfg!(not(target_os = "linux")) {
        program::say("The desktop journeys were left out: they need Linux.");
    }

    program::say("");
    for (name, counts) in &results {
        program::say(&format!("{name}: {counts}"));
    }
    let total: Counts = results.iter().map(|(_, counts)| *counts).sum();
    program::say(&total.to_string());
    Ok(total.failed == 0)
}

/// Windows does not let a program that runs be replaced, and this one runs.
const SCOPE: &[&str] =
    if cfg!(windows) { &["--workspace", "--exclude", "xtask"] } else { &["--workspace"] };

/// Everything in Rust but the journeys and the types of the wire, which `.config/nextest.toml` leaves out too.
fn rust() -> anyhow::Result<Counts> {
    if program::succeeds(cargo("nextest").arg("--version")) {
        let mut command = cargo("nextest");
        command.arg("run").args(SCOPE).args([
            "--bins",
            "--tests",
            "--no-fail-fast",
            "--color",
            "never",
        ]);
        let (status, text) = program::record(&mut command)?;
        return Ok(counts::of_nextest(&text).settled("Rust", status.success()));
    }
    program::say(
        "cargo-nextest is not installed; cargo test does the same, one binary after the other.",
    );
    let mut command = cargo("test");
    command.args(SCOPE).args(["--lib", "--bins", "--no-fail-fast"]);
    for target in test_targets()?.iter().filter(|name| *name != DESKTOP_TARGET) {
        command.args(["--test", target]);
    }
    let (status, text) = program::record(command.args(["--", "--skip", bindings::TESTS]))?;
    Ok(counts::of_libtest(&text).settled("Rust", status.success()))
}

/// Writes the types of the wire into an empty folder and holds them against the ones that the page has.
fn types_of_the_wire() -> anyhow::Result<Counts> {
    let fresh = bindings::fresh_folder()?;
    let (status, text) = program::record(&mut bindings::export(SCOPE, &fresh))?;
    let mut counts = counts::of_libtest(&text).settled("types of the wire", status.success());
    let differences = bindings::differences(&fresh, &workspace::root().join("ui/src/ipc"))?;
    for difference in &differences {
        program::complain(&format!(
            "ui/src/ipc: {difference}; `cargo xtask bindings` writes it anew"
        ));
    }
    counts.failed += differences.len() as u64;
    Ok(counts)
}

/// The names of all integration tests of the workspace.
fn test_targets() -> anyhow::Result<Vec<String>> {
    let metadata = workspace::metadata()?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let mut names: Vec<String> = packages
        .iter()
        .filter_map(|package| package["targets"].as_array())
        .flatten()
        .filter(|target| target["kind"][0] == "test")
        .filter_map(|target| target["name"].as_str().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Examples in doc comments. There may be none.
fn documentation() -> anyhow::Result<Counts> {
    let (status, text) =
        program::record(cargo("test").args(SCOPE).args(["--doc", "--no-fail-fast"]))?;
    let counts = counts::of_libtest(&text);
    let may_be_empty = status.success() && counts == Counts::default();
    Ok(if may_be_empty { counts } else { counts.settled("documentation", status.success()) })
}

/// The journeys bring their own display, bus, keyring and sound.
fn journeys() -> anyhow::Result<Counts> {
    let (status, text) =
        program::record(cargo("test").args(SCOPE).args(["--test", DESKTOP_TARGET]))?;
    Ok(counts::of_libtest(&text).settled("journeys", status.success()))
}

/// The tests of a folder with vitest in it. Its report is a file, so that the terminal stays a person's.
fn vitest(folder: &str, report: &str) -> anyhow::Result<Counts> {
    setup::packages_of(folder)?;
    let report: PathBuf = workspace::target()?.join("test-results").join(format!("{report}.json"));
    if report.exists() {
        std::fs::remove_file(&report)?;
    }
    let mut command: Command = node_program("npx", folder);
    command.args(["vitest", "run", "--reporter=default", "--reporter=json"]);
    command.arg(format!("--outputFile.json={}", report.display()));
    // The tests take Debian's Chromium when nobody names another; elsewhere it is where the path says.
    if std::env::var_os("CHROMIUM").is_none()
        && let Some(chromium) =
            ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(program::find)
    {
        command.env("CHROMIUM", chromium);
    }
    let status = program::run(&mut command);
    let counts = match workspace::read_json(&report) {
        Ok(report) => counts::of_vitest(&report),
        Err(_) => Counts::default(),
    };
    Ok(counts.settled(folder, status.is_ok()))
}
