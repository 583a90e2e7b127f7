//! Running other programs, and speaking to the person who waits.
//!
//! Three ways: [`run`] lets a program use the terminal, [`read`] takes its answer, [`record`] does both.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::Context as _;

use crate::workspace;

/// Tells the person something.
#[expect(clippy::print_stdout, reason = "telling is what a developer command does")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Tells the person why a command ends here.
#[expect(clippy::print_stderr, reason = "telling is what a developer command does")]
pub(crate) fn complain(line: &str) {
    eprintln!("error: {line}");
}

/// A cargo subcommand in the root of the workspace, by the cargo that started us.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg(subcommand).current_dir(workspace::root());
    command
}

/// A program of Node.js (`npm`, `npx`) in a folder of the workspace. On Windows these are batch files, which have to be
/// named in full.
pub(crate) fn node_program(name: &str, folder: &str) -> Command {
    let mut command =
        Command::new(if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() });
    command.current_dir(workspace::root().join(folder));
    command
}

/// Tauri's own command line, which is a package of the page's, in a folder of the workspace.
pub(crate) fn tauri(folder: &str) -> Command {
    let name = if cfg!(windows) { "tauri.cmd" } else { "tauri" };
    let mut command = Command::new(workspace::root().join("ui/node_modules/.bin").join(name));
    command.current_dir(workspace::root().join(folder));
    command
}

/// Shows the command, runs it with the terminal, and makes a sentence of its failure.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    announce(command);
    let status = command.status().with_context(|| not_started(command))?;
    anyhow::ensure!(status.success(), "`{}` failed ({status})", shown(command));
    Ok(())
}

/// Runs the command quietly and returns what it printed.
pub(crate) fn read(command: &mut Command) -> anyhow::Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| not_started(command))?;
    anyhow::ensure!(output.status.success(), "`{}` failed ({})", shown(command), output.status);
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed no text", shown(command)))
}

/// Whether the command exists and succeeds; it stays silent.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Where a program is on the path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(&name)).find(|file| file.is_file())
}

/// Shows the command, runs it, shows what it prints while it runs, and returns that too.
pub(crate) fn record(command: &mut Command) -> anyhow::Result<(ExitStatus, String)> {
    announce(command);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| not_started(command))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = std::thread::scope(|scope| {
        let stdout = scope.spawn(|| copy_and_keep(stdout, io::stdout()));
        let stderr = scope.spawn(|| copy_and_keep(stderr, io::stderr()));
        (stdout.join(), stderr.join())
    });
    let status = child.wait()?;
    let mut text = String::new();
    for copied in [stdout, stderr] {
        let kept = copied
            .map_err(|_| anyhow::anyhow!("what `{}` prints cannot be copied", shown(command)))??;
        text.push_str(&String::from_utf8_lossy(&kept));
        text.push('\n');
    }
    Ok((status, text))
}

fn copy_and_keep(source: Option<impl Read>, mut terminal: impl Write) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let Some(mut source) = source else { return Ok(kept) };
    let mut piece = [0; 8192];
    loop {
        let length = source.read(&mut piece)?;
        if length == 0 {
            return Ok(kept);
        }
        kept.extend_from_slice(&piece[..length]);
        terminal.write_all(&piece[..length])?;
        terminal.flush()?;
    }
}

fn announce(command: &Command) {
    let folder = command
        .get_current_dir()
        .and_then(|folder| folder.strip_prefix(workspace::root()).ok())
        .filter(|folder| !folder.as_os_str().is_empty())
        .map(|folder| format!("{}", folder.display()))
        .unwrap_or_default();
    say(&format!("{folder}$ {}", shown(command)));
}

/// The command as one would type it, without the folders of the programs.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    std::iter::once(program.file_stem().unwrap_or(OsStr::new("?")))
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .map(|word| if word.contains(' ') { format!("'{word}'") } else { word.into_owned() })
        .collect::<Vec<_>>()
        .join(" ")
}

fn not_started(command: &Command) -> String {
    format!("`{}` cannot be started", command.get_program().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        assert_eq!(shown(Command::new("/usr/bin/npm").args(["run", "a b"])), "npm run 'a b'");
    }

    #[test]
    fn a_program_that_is_not_there_is_a_sentence() {
        let error = run(&mut Command::new("no-such-program-anywhere")).unwrap_err();
        assert_eq!(error.to_string(), "`no-such-program-anywhere` cannot be started");
        assert!(!succeeds(&mut Command::new("no-such-program-anywhere")));
    }

    #[test]
    fn what_is_recorded_is_what_was_printed() {
        let (status, text) = record(cargo("--version").arg("--locked")).unwrap();
        assert!(status.success());
        assert!(text.starts_with("cargo "), "{text}");
        let (status, text) = record(&mut cargo("no-such-subcommand")).unwrap();
        assert!(!status.success());
        assert!(text.contains("no-such-subcommand"), "{text}");
    }
}
