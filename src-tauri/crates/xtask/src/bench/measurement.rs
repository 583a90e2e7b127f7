//! Measurements that run without a window: examples of our crates that print one JSON object.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde_json::Value;

use super::Size;
use crate::program::{self, cargo};
use crate::workspace;

/// An example of a crate, built.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measurement {
    name: &'static str,
    size: Size,
}

impl Measurement {
    /// Builds it.
    pub(super) fn build(
        package: &'static str,
        name: &'static str,
        size: Size,
    ) -> anyhow::Result<Self> {
        let mut command = cargo("build");
        command.args(["--package", package, "--example", name]).args(size.profile());
        program::run(&mut command)?;
        Ok(Self { name, size })
    }

    /// Where it is.
    pub(super) fn path(&self) -> anyhow::Result<PathBuf> {
        Ok(workspace::target()?.join(self.size.folder()).join("examples").join(self.name))
    }

    /// The command that runs it, for what a variable of the environment has to bring.
    pub(super) fn command(&self) -> anyhow::Result<Command> {
        Ok(Command::new(self.path()?))
    }

    /// Runs it to its end.
    pub(super) fn run<I: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = I>,
    ) -> anyhow::Result<Value> {
        let mut command = self.command()?;
        read(command.args(arguments))
    }
}

/// Runs a measurement and reads what it prints.
pub(super) fn read(command: &mut Command) -> anyhow::Result<Value> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{name} cannot be started"))?;
    anyhow::ensure!(output.status.success(), "{name} failed ({})", output.status);
    serde_json::from_slice(&output.stdout).with_context(|| format!("{name} printed no JSON"))
}
