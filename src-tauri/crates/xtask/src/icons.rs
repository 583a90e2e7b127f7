//! Renders the icons. The drawing is icons/tapeshelf.svg; Tauri's command line renders every size straight from it, and only
//! the files that src-tauri/tauri.conf.json packages are kept.

use std::path::Path;

use anyhow::Context as _;

use crate::program::{self, tauri};
use crate::{setup, workspace};

/// Renders icons/*.
pub(crate) fn render() -> anyhow::Result<()> {
    setup::packages_of("ui")?;
    let config = workspace::tauri_config()?;
    let named =
        config["bundle"]["icon"].as_array().context("tauri.conf.json lists no bundle.icon")?;

    let rendered = workspace::target()?.join("icons");
    let drawing = workspace::root().join("icons/tapeshelf.svg");
    program::run(tauri("src-tauri").arg("icon").arg(drawing).arg("--output").arg(&rendered))?;
    for path in named {
        let path = Path::new(path.as_str().context("bundle.icon has an entry that is no path")?);
        let name = path.file_name().context("bundle.icon has an entry without a file name")?;
        let kept = workspace::root().join("src-tauri").join(path);
        std::fs::copy(rendered.join(name), &kept)
            .with_context(|| format!("{} was not rendered or cannot be written", kept.display()))?;
    }
    program::say(&format!("Rendered {} icons.", named.len()));
    Ok(())
}
