//! One machine for one journey: everything that a desktop session has, started here and stopped by process id.

mod dialog;
mod plain;
pub(crate) mod sound;
mod spawn;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use thirtyfour::{Capabilities, WebDriver};

use spawn::{first_line, free_port, wait_until};

/// Long enough that only a hang reaches it, also on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A session bus that starts no service by itself: a machine has a keyring only if [`Parts`] says so, and no half-dead
/// desktop portal delays the start.
const BUS_CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// What the machine has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts {
    /// A keyring that is unlocked.
    pub keyring: bool,
    /// A sound server with one output that can be listened to.
    pub sound: bool,
    /// Size of the screen.
    pub screen: (u32, u32),
}

impl Default for Parts {
    fn default() -> Self {
        Self { keyring: true, sound: true, screen: (1280, 800) }
    }
}

/// A running machine. Dropping it stops all its processes.
pub(crate) struct Rig {
    home: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
    children: Vec<Child>,
    driver_port: u16,
}

impl Rig {
    /// Starts the parts.
    pub(crate) fn start(parts: Parts) -> Result<Self> {
        let home = tempfile::tempdir()?;
        let runtime = home.path().join("run");
        fs::create_dir(&runtime)?;
        fs::set_permissions(&runtime, Permissions::from_mode(0o700))?;
        let mut rig = Self {
            variables: vec![
                ("HOME", home.path().display().to_string()),
                ("XDG_RUNTIME_DIR", runtime.display().to_string()),
                ("NO_AT_BRIDGE", "1".into()),
                ("GDK_BACKEND", "x11".into()),
                ("LC_ALL", "C.UTF-8".into()),
                ("TZ", "Europe/Berlin".into()),
                // The accelerated path needs a GPU; without one it only costs a second process its start.
                ("LIBGL_ALWAYS_SOFTWARE", "1".into()),
                ("TAURI_WEBVIEW_AUTOMATION", "true".into()),
            ],
            home,
            children: Vec::new(),
            driver_port: free_port()?,
        };
        let (width, height) = parts.screen;
        let screen = format!("{width}x{height}x24");
        let number = rig.announced(
            "Xvfb",
            &["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset"],
        )?;
        rig.variables.push(("DISPLAY", format!(":{number}")));
        let config = rig.home().join("bus.conf");
        fs::write(&config, BUS_CONFIG)?;
        let config = format!("--config-file={}", config.display());
        let bus = rig.announced("dbus-daemon", &[&config, "--nofork", "--print-address=1"])?;
        rig.variables.push(("DBUS_SESSION_BUS_ADDRESS", bus));
        if parts.keyring {
            rig.start_keyring()?;
        }
        if parts.sound {
            rig.start_sound()?;
        }
        let port = format!("--port={}", rig.driver_port);
        rig.spawn("WebKitWebDriver", &[&port], Stdio::null())?;
        let address = ("127.0.0.1", rig.driver_port);
        wait_until("WebKitWebDriver", || std::net::TcpStream::connect(address).is_ok())?;
        Ok(rig)
    }

    /// The home folder, in which profiles and download folders are made.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Opens the program with a profile and waits for its window.
    pub(crate) async fn open(&self, profile: &Path, arguments: &[&str]) -> Result<WebDriver> {
        let mut all = vec!["--data-dir".to_owned(), profile.display().to_string()];
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let mut capabilities = Capabilities::new();
        // No `browserName` and no `webSocketUrl`: WebKitWebDriver then matches nothing.
        let options = serde_json::json!({ "binary": program()?, "args": all });
        capabilities.set("webkitgtk:browserOptions", options)?;
        WebDriver::new(format!("http://127.0.0.1:{}", self.driver_port), capabilities)
            .await
            .context("the program did not open a window")
    }

    /// Runs a command of this machine to its end and returns what it printed.
    pub(crate) fn output(&self, command: &str, arguments: &[&str]) -> Result<String> {
        let output =
            self.command(command, arguments).output().with_context(|| command.to_owned())?;
        ensure!(
            output.status.success(),
            "{command} {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn variable(&self, wanted: &str) -> String {
        let found = self.variables.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn command(&self, command: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(command);
        command.args(arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    fn spawn(&mut self, command: &str, arguments: &[&str], input: Stdio) -> Result<&mut Child> {
        let child = self
            .command(command, arguments)
            .stdin(input)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{command} does not start; cargo xtask setup installs it"))?;
        self.children.push(child);
        self.children.last_mut().context("just pushed")
    }

    /// Starts a server that prints where it is as its first line.
    fn announced(&mut self, command: &str, arguments: &[&str]) -> Result<String> {
        let mut child = self
            .command(command, arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{command} does not start; cargo xtask setup installs it"))?;
        let line = first_line(&mut child);
        self.children.push(child);
        line.with_context(|| format!("{command} did not say where it is"))
    }

    fn start_keyring(&mut self) -> Result<()> {
        use std::io::Write as _;

        let child = self.spawn(
            "gnome-keyring-daemon",
            &["--foreground", "--unlock", "--components=secrets"],
            Stdio::piped(),
        )?;
        // The end of the input is the end of the password.
        child.stdin.take().context("no input")?.write_all(b"a password for this test")?;
        wait_until("gnome-keyring-daemon", || {
            let names = [
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/",
                "org.freedesktop.DBus.ListNames",
            ];
            self.output("dbus-send", &names)
                .is_ok_and(|names| names.contains("org.freedesktop.secrets"))
        })
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The program under test: beside this test's own file, or where `TAPESHELF_BIN` says.
fn program() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("TAPESHELF_BIN") {
        return Ok(path.into());
    }
    let here = std::env::current_exe()?;
    let path = here.ancestors().nth(2).context("no target folder")?.join("tapeshelf");
    ensure!(path.is_file(), "{} is not built; run cargo xtask test desktop", path.display());
    Ok(path)
}

/// The folder for screenshots.
pub(crate) fn screenshots() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Polls until `done` or until patience ends; for what has no event to wait for.
pub(crate) async fn eventually<T>(
    what: &str,
    mut done: impl AsyncFnMut() -> Option<T>,
) -> Result<T> {
    let since = Instant::now();
    loop {
        if let Some(found) = done().await {
            return Ok(found);
        }
        ensure!(since.elapsed() < PATIENCE, "waited {} s for {what}", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
