//! Systems on which nothing is installed from here: what is missing is found out and named, so that one look and one command
//! are enough.

use std::path::Path;
use std::process::Command;

use super::needs::{Family, Need, Probe};
use crate::program;

/// Other distributions of Linux.
pub(super) fn name_missing_on_linux(needs: &[&Need], family: Option<Family>) -> anyhow::Result<()> {
    let missing: Vec<&Need> = needs.iter().copied().filter(|need| !is_there(&need.probe)).collect();
    if missing.is_empty() { Ok(()) } else { anyhow::bail!("{}", advice(&missing, family)) }
}

fn advice(missing: &[&Need], family: Option<Family>) -> String {
    let package = |need: &&&Need| family.and_then(|family| need.package(family));
    let packages: Vec<&str> = missing.iter().filter_map(|need| package(&need)).collect();
    let others: Vec<String> =
        missing.iter().filter(|need| package(need).is_none()).map(|need| called(need)).collect();
    let install = match family {
        Some(Family::Fedora) => "sudo dnf install",
        Some(Family::Arch) => "sudo pacman -S --needed",
        Some(Family::Suse) => "sudo zypper in",
        Some(Family::Debian) => "sudo apt-get install",
        None => "",
    };
    let mut sentences = Vec::new();
    if !packages.is_empty() {
        sentences.push(format!("System packages are missing: {install} {}", packages.join(" ")));
    }
    if !others.is_empty() {
        sentences.push(format!("Also missing: {}", others.join(", ")));
    }
    sentences.push("See https://v2.tauri.app/start/prerequisites".to_owned());
    sentences.join("\n")
}

/// What is missing, for a system whose package names are not known here.
fn called(need: &Need) -> String {
    let what = match need.probe {
        Probe::Module(name) => format!("the headers of {name}"),
        Probe::Program(name) => format!("the program {name}"),
        Probe::PythonModule(name) => format!("Python's module {name}"),
        Probe::AlsaPlugin(name) => format!("the ALSA plugin {name}"),
    };
    format!("{what} (Debian: {})", need.debian)
}

fn is_there(probe: &Probe) -> bool {
    match probe {
        Probe::Module(name) => {
            program::succeeds(Command::new("pkg-config").args(["--exists", name]))
        }
        Probe::Program(name) => program::find(name).is_some(),
        Probe::PythonModule(name) => python_has(name),
        Probe::AlsaPlugin(name) => {
            ["/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]
                .iter()
                .any(|folder| Path::new(folder).join("alsa-lib").join(name).exists())
        }
    }
}

/// Whether the Python on the path, whoever installed it, has a module.
pub(super) fn python_has(module: &str) -> bool {
    program::succeeds(Command::new("python3").args(["-c", &format!("import {module}")]))
}

/// macOS needs Apple's command line tools; the web view is part of the system.
pub(super) fn name_missing_on_macos() -> anyhow::Result<()> {
    anyhow::ensure!(
        program::succeeds(Command::new("xcode-select").arg("--print-path")),
        "Apple's command line tools are missing: xcode-select --install"
    );
    Ok(())
}

/// Where the installer of `WebView2` writes its version, for all users and for one.
/// <https://learn.microsoft.com/microsoft-edge/webview2/concepts/distribution>
const WEBVIEW2_KEYS: [&str; 2] = [
    r"HKLM\SOFTWARE\WOW6432Node\Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}",
    r"HKCU\Software\Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}",
];

/// Windows needs the web view, which Windows 11 has; the C++ build tools are there, or this program would not have been
/// linked; TLS is assembled by NASM.
pub(super) fn name_missing_on_windows() -> anyhow::Result<()> {
    let mut missing = Vec::new();
    if !WEBVIEW2_KEYS
        .iter()
        .any(|key| program::succeeds(Command::new("reg").args(["query", key, "/v", "pv"])))
    {
        missing.push("Microsoft Edge WebView2: winget install Microsoft.EdgeWebView2Runtime");
    }
    if program::find("cmake").is_none() {
        missing.push("CMake, which builds the TLS library: winget install Kitware.CMake");
    }
    if program::find("nasm").is_none() {
        missing.push("NASM, which assembles the TLS library: winget install NASM.NASM");
    }
    anyhow::ensure!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::needs::LINUX;
    use super::*;

    #[test]
    fn known_packages_come_as_a_command_and_the_rest_by_what_is_missing() {
        let webkit = LINUX.iter().find(|need| need.debian == "libwebkit2gtk-4.1-dev").unwrap();
        let driver = LINUX.iter().find(|need| need.debian == "webkit2gtk-driver").unwrap();
        let fedora = advice(&[webkit, driver], Some(Family::Fedora));
        assert!(fedora.contains("sudo dnf install webkit2gtk4.1-devel\n"), "{fedora}");
        assert!(
            fedora.contains("the program WebKitWebDriver (Debian: webkit2gtk-driver)"),
            "{fedora}"
        );
        let unknown = advice(&[webkit], None);
        assert!(unknown.starts_with("Also missing: the headers of webkit2gtk-4.1"), "{unknown}");
    }

    #[test]
    fn probes_tell_what_is_there_from_what_is_not() {
        assert!(is_there(&Probe::Program("cargo")));
        assert!(!is_there(&Probe::Program("no-such-program-anywhere")));
        assert!(!is_there(&Probe::Module("no-such-module")));
        assert!(!is_there(&Probe::AlsaPlugin("no-such-plugin.so")));
    }
}
