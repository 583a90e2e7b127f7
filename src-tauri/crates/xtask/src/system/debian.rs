//! Debian, Ubuntu and what is made of them: asks dpkg what is missing and lets apt install just that.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::Context as _;

use super::elsewhere;
use super::needs::{Need, Probe};
use crate::program;

/// The one package that Ubuntu does not have: its Chromium is a snap.
const CHROMIUM: &str = "chromium";

/// Installs what is missing, as root or through sudo.
pub(super) fn install_missing(needs: &[&Need], is_ubuntu: bool) -> anyhow::Result<()> {
    // What is on the path may come from elsewhere; it is there, and that is enough.
    let is_wanted = |need: &&&Need| match need.probe {
        Probe::Program(name) => program::find(name).is_none(),
        Probe::PythonModule(name) => !elsewhere::python_has(name),
        Probe::Module(_) | Probe::AlsaPlugin(_) => true,
    };
    let wanted: Vec<&str> = needs.iter().filter(is_wanted).map(|need| need.debian).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    anyhow::ensure!(
        !(is_ubuntu && wanted.contains(&CHROMIUM)),
        "Chromium is missing, which Ubuntu has as a snap only: sudo snap install chromium"
    );
    // With an unknown package among them, dpkg-query still lists the others and then fails; that is no failure here.
    let output = Command::new("dpkg-query")
        .args(["--show", "--showformat", "${Package} ${db:Status-Status}\\n"])
        .args(&wanted)
        .output()
        .context("dpkg-query cannot be started, which every Debian has")?;
    let missing = missing(&wanted, &String::from_utf8_lossy(&output.stdout));
    if missing.is_empty() {
        return Ok(());
    }

    let by_hand = format!("apt-get install --no-install-recommends {}", missing.join(" "));
    program::say(&format!("Missing system packages: {}", missing.join(" ")));
    let root = is_root()?;
    anyhow::ensure!(
        root || program::succeeds(Command::new("sudo").arg("--version")),
        "only root can install them, and there is no sudo. As root: {by_hand}"
    );
    let install = || {
        let mut command = apt_get(root, "install");
        program::run(command.args(["--yes", "--no-install-recommends"]).args(&missing))
    };
    // A fresh image has no lists of packages, and old lists name versions that are gone.
    if has_package_lists() && install().is_ok() {
        return Ok(());
    }
    program::run(&mut apt_get(root, "update"))?;
    install().with_context(|| {
        format!("the system packages were not installed. By hand, as root: {by_hand}")
    })
}

/// Those of the wanted packages that dpkg does not call installed, in their order.
fn missing<'a>(wanted: &[&'a str], dpkg: &str) -> Vec<&'a str> {
    let installed: BTreeSet<&str> =
        dpkg.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    wanted.iter().copied().filter(|name| !installed.contains(name)).collect()
}

fn apt_get(is_root: bool, action: &str) -> Command {
    // sudo drops the environment, so the variable is set behind it.
    let mut command = Command::new(if is_root { "env" } else { "sudo" });
    if !is_root {
        command.arg("env");
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", action]);
    command
}

fn is_root() -> anyhow::Result<bool> {
    Ok(program::read(Command::new("id").arg("-u"))?.trim() == "0")
}

fn has_package_lists() -> bool {
    let Ok(entries) = std::fs::read_dir("/var/lib/apt/lists") else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().ends_with("_Packages"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_installed_now_counts() {
        let dpkg = "xvfb installed\nsox config-files\ngit installed\n";
        assert_eq!(missing(&["git", "sox", "xdotool", "xvfb"], dpkg), ["sox", "xdotool"]);
        assert_eq!(missing(&["git"], dpkg), [""; 0]);
        assert_eq!(missing(&["git"], ""), ["git"]);
    }
}
