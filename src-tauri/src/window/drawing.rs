//! How the web view draws on Linux.
//!
//! `WebKitGTK` draws by OpenGL. On a computer without a graphics processor (a virtual machine, a remote desktop) Mesa does that
//! in software, page by page through a compiler of its own: measured there, the first frame takes twice as long and the page
//! 130 MB more than when WebKit draws on the processor by itself.

use std::path::Path;

use tauri::webview::PlatformWebview;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt as _, WebViewExt as _};

/// Where Linux lists what can draw: `renderD128` and on, one for each graphics processor (drm(7), "Render nodes").
const RENDERERS: &str = "/dev/dri";
const RENDERER: &str = "renderD";

/// Has the web view draw without OpenGL where there is nothing but software to run it.
pub(super) fn suit_the_computer(webview: &PlatformWebview) {
    if has_renderer(Path::new(RENDERERS)) {
        return;
    }
    if let Some(settings) = webview.inner().settings() {
        settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
    }
}

fn has_renderer(folder: &Path) -> bool {
    folder.read_dir().is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with(RENDERER))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_render_node_is_a_graphics_processor() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_renderer(&folder.path().join("none")), "there may be no folder at all");
        assert!(!has_renderer(folder.path()));
        std::fs::write(folder.path().join("card0"), "").unwrap();
        assert!(!has_renderer(folder.path()), "a screen alone does not draw");
        std::fs::write(folder.path().join("renderD128"), "").unwrap();
        assert!(has_renderer(folder.path()));
    }
}
