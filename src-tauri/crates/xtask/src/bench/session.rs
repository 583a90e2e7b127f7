//! A display, a bus and a home that nobody else uses. Without a bus of its own a start would wait for a desktop that is not
//! there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;

use super::process::Running;
use crate::{program, workspace};

/// How long a window that was asked to close may take.
pub(super) const CLOSING: Duration = Duration::from_mins(1);

/// The session.
pub(super) struct Session {
    folder: PathBuf,
    display: String,
    bus_address: String,
    _display: Running,
    _bus: Running,
}

impl Session {
    /// Empties the folder and starts the session in it.
    pub(super) fn open(folder: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(
            cfg!(target_os = "linux"),
            "this bench needs Linux: it brings its own display"
        );
        empty(folder)?;
        for name in ["home", "runtime"] {
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

    /// The folder of this session, for profiles.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A program of this session. It prints to nobody.
    pub(super) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("HOME", self.folder.join("home"))
            .env("XDG_RUNTIME_DIR", self.folder.join("runtime"))
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address)
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Closes the program's window as a person does, and waits for its end.
    pub(super) fn close(&self, title: &str, process: &mut Running) -> anyhow::Result<()> {
        self.close_window(title)?;
        let status = process.end(CLOSING)?;
        anyhow::ensure!(status.success(), "the program did not end well ({status})");
        Ok(())
    }

    /// Closes a window as a person does.
    pub(super) fn close_window(&self, title: &str) -> anyhow::Result<()> {
        let name = format!("^{title}$");
        let mut search = self.command("xdotool");
        search.args(["search", "--onlyvisible", "--name", &name]).stdout(Stdio::piped());
        let windows = program::read(&mut search).with_context(|| format!("no window {title}"))?;
        let window = windows.lines().next().context("the window is gone")?;
        let mut close = self.command("python3");
        close.arg(workspace::root().join("tests/peers/close_window.py")).arg(window);
        anyhow::ensure!(close.status()?.success(), "the window {title} cannot be closed");
        Ok(())
    }
}

/// Makes a folder that is empty.
pub(super) fn empty(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)
            .with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))
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
