//! What building and testing need on Linux, how to see whether it is there, and what it is called where.

/// What something is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To build the program.
    Build,
    /// To test it in a real window, with sound and a keyring, on a machine that may have no display.
    Test,
    /// To measure it beside other programs.
    Bench,
}

/// How to see whether it is there, on systems whose package manager we do not ask.
#[derive(Debug)]
pub(super) enum Probe {
    /// A module of pkg-config.
    Module(&'static str),
    /// A program on the path.
    Program(&'static str),
    /// A module of Python, which some distributions split off.
    PythonModule(&'static str),
    /// A file in one of the folders where distributions keep plugins of ALSA.
    AlsaPlugin(&'static str),
}

/// Families of Linux distributions with one set of package names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Debian,
    Fedora,
    Arch,
    Suse,
}

/// One thing that is needed.
#[derive(Debug)]
pub(super) struct Need {
    pub(super) purpose: Purpose,
    pub(super) probe: Probe,
    /// The package of Debian and its relatives.
    pub(super) debian: &'static str,
    /// Packages of Fedora, Arch and openSUSE, where they are known.
    pub(super) elsewhere: Option<[&'static str; 3]>,
}

impl Need {
    /// The package in a family, or `None` when only the probe can be named.
    pub(super) fn package(&self, family: Family) -> Option<&'static str> {
        match family {
            Family::Debian => Some(self.debian),
            Family::Fedora => self.elsewhere.map(|names| names[0]),
            Family::Arch => self.elsewhere.map(|names| names[1]),
            Family::Suse => self.elsewhere.map(|names| names[2]),
        }
    }
}

const fn build(probe: Probe, debian: &'static str, elsewhere: [&'static str; 3]) -> Need {
    Need { purpose: Purpose::Build, probe, debian, elsewhere: Some(elsewhere) }
}

const fn test(probe: Probe, debian: &'static str) -> Need {
    Need { purpose: Purpose::Test, probe, debian, elsewhere: None }
}

const fn bench(probe: Probe, debian: &'static str) -> Need {
    Need { purpose: Purpose::Bench, probe, debian, elsewhere: None }
}

use Probe::{AlsaPlugin, Module, Program, PythonModule};

/// All of it. Tauri without a tray icon needs neither libxdo nor appindicator, and TLS is ours, so OpenSSL is not here.
pub(super) const LINUX: [Need; 23] = [
    build(Program("c++"), "build-essential", ["gcc-c++", "base-devel", "gcc-c++"]),
    build(Program("pkg-config"), "pkg-config", ["pkgconf-pkg-config", "pkgconf", "pkg-config"]),
    build(
        Module("webkit2gtk-4.1"),
        "libwebkit2gtk-4.1-dev",
        ["webkit2gtk4.1-devel", "webkit2gtk-4.1", "webkit2gtk3-devel"],
    ),
    build(Module("librsvg-2.0"), "librsvg2-dev", ["librsvg2-devel", "librsvg", "librsvg-devel"]),
    build(Module("alsa"), "libasound2-dev", ["alsa-lib-devel", "alsa-lib", "alsa-devel"]),
    // The window without a display, and what drives it.
    test(Program("Xvfb"), "xvfb"),
    test(Program("WebKitWebDriver"), "webkit2gtk-driver"),
    test(Program("xdotool"), "xdotool"),
    // Without a font, text has no width and nothing can be clicked.
    test(Program("fc-match"), "fonts-dejavu-core"),
    // A session of its own: bus, keyring, sound that is recorded and judged.
    test(Program("dbus-run-session"), "dbus-x11"),
    test(Program("gnome-keyring-daemon"), "gnome-keyring"),
    test(Program("pulseaudio"), "pulseaudio"),
    test(Program("parec"), "pulseaudio-utils"),
    test(AlsaPlugin("libasound_module_pcm_pulse.so"), "libasound2-plugins"),
    test(Program("ffmpeg"), "ffmpeg"),
    // Calls on files that fail as a broken disk's do.
    test(Program("strace"), "strace"),
    // The page in a browser.
    test(Program("chromium"), "chromium"),
    // Readers and validators of others, for the files that we write.
    test(Program("python3"), "python3"),
    test(PythonModule("ensurepip"), "python3-venv"),
    test(Program("soffice"), "libreoffice-calc-nogui"),
    // Programs that ours is measured against.
    bench(Program("curl"), "curl"),
    bench(Program("aria2c"), "aria2"),
    bench(Program("sqlite3"), "sqlite3"),
];

/// The distribution's own name in /etc/os-release, or nothing.
pub(super) fn id(os_release: &str) -> &str {
    value(os_release, "ID")
}

fn value<'a>(os_release: &'a str, key: &str) -> &'a str {
    let line = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    line.unwrap_or_default().trim_matches(['"', '\''])
}

impl Family {
    /// Reads /etc/os-release: the distribution itself, or the one it says it is like.
    pub(super) fn of(os_release: &str) -> Option<Self> {
        let like = value(os_release, "ID_LIKE").split_whitespace();
        std::iter::once(id(os_release)).chain(like).find_map(|name| match name {
            "debian" | "ubuntu" => Some(Self::Debian),
            "fedora" | "rhel" => Some(Self::Fedora),
            "arch" => Some(Self::Arch),
            "suse" | "opensuse" => Some(Self::Suse),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_are_known_by_themselves_or_by_their_parents() {
        let family = |text: &str| Family::of(text);
        assert_eq!(
            family("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n"),
            Some(Family::Debian)
        );
        assert_eq!(family("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), Some(Family::Debian));
        assert_eq!(family("ID=fedora\n"), Some(Family::Fedora));
        assert_eq!(
            family("ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n"),
            Some(Family::Suse)
        );
        assert_eq!(family("ID=endeavouros\nID_LIKE='arch'\n"), Some(Family::Arch));
        assert_eq!(family("ID=nixos\n"), None);
        assert_eq!(family(""), None);
        assert_eq!(id("NAME=x\nID_LIKE=debian\nID=ubuntu\n"), "ubuntu");
    }

    #[test]
    fn no_package_is_listed_twice() {
        let mut names: Vec<_> = LINUX.iter().map(|need| need.debian).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), LINUX.len());
    }
}
