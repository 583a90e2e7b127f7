//! The system's own packages. Installed on Debian and its relatives; on other systems what is missing is named exactly, after
//! <https://v2.tauri.app/start/prerequisites>, and a person installs it.

mod debian;
mod elsewhere;
mod needs;

pub(crate) use needs::Purpose;

/// Makes sure that all packages for these purposes are there.
pub(crate) fn install_missing(purposes: &[Purpose]) -> anyhow::Result<()> {
    if cfg!(target_os = "linux") {
        let needs: Vec<_> =
            needs::LINUX.iter().filter(|need| purposes.contains(&need.purpose)).collect();
        let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        return match needs::Family::of(&release) {
            Some(needs::Family::Debian) => {
                debian::install_missing(&needs, needs::id(&release) == "ubuntu")
            }
            family => elsewhere::name_missing_on_linux(&needs, family),
        };
    }
    if cfg!(target_os = "macos") {
        return elsewhere::name_missing_on_macos();
    }
    if cfg!(windows) {
        return elsewhere::name_missing_on_windows();
    }
    anyhow::bail!("{} is not a system that Tauri builds for", std::env::consts::OS)
}
