//! The one window.

use std::path::Path;

use tauri::{App, AppHandle, Manager as _, Runtime, WebviewUrl, WebviewWindowBuilder};

/// Its label; `capabilities/main.json` names it.
pub(crate) const LABEL: &str = "main";

/// Opens the window. With an isolated profile the web view keeps its own data there too.
pub(crate) fn open<R: Runtime>(app: &App<R>, profile: Option<&Path>) -> tauri::Result<()> {
    let mut window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Tapeshelf")
        .inner_size(1280.0, 800.0)
        .min_inner_size(720.0, 480.0)
        .on_navigation(|url| {
            matches!(url.scheme(), "tauri") || url.host_str() == Some("tauri.localhost")
        });
    if let Some(profile) = profile {
        window = window.data_directory(profile.join("webview"));
    }
    window.build()?;
    Ok(())
}

/// Takes the window from the screen, where there is nothing to show in it.
pub(crate) fn hide<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.hide()
    {
        tracing::warn!(%error, "the empty window could not be hidden");
    }
}

/// Brings the window to the front when the program is started a second time.
pub(crate) fn to_front<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let shown = window.unminimize().and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window could not be brought to the front");
        }
    }
}
