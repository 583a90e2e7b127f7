//! Developer commands: `cargo xtask …`. Everything that the README promises to a person with a fresh clone is here, so
//! that nobody has to know which of cargo, npm and the system's package manager does what. `.ci/run` calls the same.
//!
//! Every command says what it runs before it runs it, installs only what is missing, and fails with a sentence.

mod bench;
mod bindings;
mod icons;
mod package;
mod page;
mod peers;
mod program;
mod setup;
mod system;
mod test;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use program::cargo;

#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", about = "Developer commands of Tapeshelf.")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Install what is missing to build and test, and build the page
    Setup,
    /// Set up, build and open the program
    Run {
        /// Build with optimisation: a slower first build, a faster program
        #[arg(long)]
        release: bool,
        /// Arguments of the program, for example `-- --sandbox`
        #[arg(last = true)]
        arguments: Vec<OsString>,
    },
    /// Set up, build and test: all, or one suite
    Test {
        /// Which suite; all without one
        suite: Option<test::Suite>,
    },
    /// Run the server with made-up calls by itself (its own options follow; try --help)
    #[command(disable_help_flag = true)]
    Sandbox {
        /// Options of the sandbox, for example `--port 8080 --recordings 500`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<OsString>,
    },
    /// Measure a release build against its bars
    Bench {
        /// Which bench; all without one
        name: Option<bench::Name>,
        /// A little of everything and no optimisation, to see that it runs; its figures are not held against the bars
        #[arg(long, hide = true)]
        small: bool,
    },
    /// Build the packages of this system
    Package,
    /// Write the types of the wire for the page (ui/src/ipc), from the Rust types
    Bindings,
    /// Render the icons from icons/tapeshelf.svg
    Icons,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Setup => setup::everything().map(|()| true),
        Task::Run { release, arguments } => run(release, &arguments).map(|()| true),
        Task::Test { suite } => test::run(suite),
        Task::Sandbox { options } => sandbox(&options).map(|()| true),
        Task::Bench { name, small } => bench::run(name, bench::Size::of(small)),
        Task::Package => package::build().map(|()| true),
        Task::Bindings => bindings::write().map(|()| true),
        Task::Icons => icons::render().map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            program::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(release: bool, arguments: &[OsString]) -> anyhow::Result<()> {
    if cfg!(target_os = "linux") {
        let has_display =
            ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
        anyhow::ensure!(
            has_display,
            "there is no display to open the window on: neither DISPLAY nor WAYLAND_DISPLAY is set. \
             Run this in a desktop session"
        );
    }
    setup::to_build()?;
    page::build()?;
    let mut command = cargo("run");
    command.args(["--package", "tapeshelf"]);
    if release {
        command.arg("--release");
    } else {
        program::say(
            "Development build: it starts sooner after a change; --release makes a faster program.",
        );
    }
    program::run(command.arg("--").args(arguments))
}

fn sandbox(options: &[OsString]) -> anyhow::Result<()> {
    program::run(cargo("run").args(["--package", "tapeshelf-sandbox", "--"]).args(options))
}
