//! The process that draws the page may end by itself: a fault in the web view, or too little memory. The program goes on
//! without it, so the page is loaded again, and asks for what is going on as it does at a start ([`crate::subscription`]).
//!
//! A page that ends again and again is not loaded for ever: a person is asked in a dialog of the system, which needs no page.
//!
//! `WebKitGTK` and macOS tell when that process ends. `WebView2` tells it only through calls that are `unsafe`, and shows a page
//! of its own from which the person can reload.
#![cfg_attr(
    not(any(target_os = "linux", target_os = "macos")),
    expect(dead_code, reason = "nobody tells there that the process ended")
)]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tauri::{AppHandle, Builder, Manager as _, Runtime};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogButtons, MessageDialogKind};

use crate::window::LABEL;

/// So many endings within [`WITHIN`] are accidents. One more, and loading the page again does not help.
const ACCIDENTS: usize = 3;
/// How long an ending counts.
const WITHIN: Duration = Duration::from_mins(1);

/// When the page's process ended lately.
#[derive(Default)]
struct Endings(Vec<Instant>);

impl Endings {
    /// Takes note of one, and says whether it may be an accident.
    fn is_accident(&mut self, now: Instant) -> bool {
        self.0.retain(|earlier| now.duration_since(*earlier) < WITHIN);
        self.0.push(now);
        self.0.len() <= ACCIDENTS
    }
}

/// Loads the page again from now on when its process ends.
#[cfg(target_os = "linux")]
pub(crate) fn attend<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    use webkit2gtk::WebViewExt as _;

    let endings = Arc::new(Mutex::new(Endings::default()));
    let plugin =
        tauri::plugin::Builder::<R, ()>::new("web-process").on_webview_ready(move |webview| {
            let (app, endings) = (webview.app_handle().clone(), Arc::clone(&endings));
            let attended = webview.with_webview(move |platform| {
                platform.inner().connect_web_process_terminated(move |_, reason| {
                    ended(&app, &endings, &format!("{reason:?}"));
                });
            });
            if let Err(error) = attended {
                tracing::error!(%error, "nobody will notice when the process of the page ends");
            }
        });
    builder.plugin(plugin.build())
}

/// Loads the page again from now on when its process ends.
#[cfg(target_os = "macos")]
pub(crate) fn attend<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    let endings = Arc::new(Mutex::new(Endings::default()));
    builder.on_web_content_process_terminate(move |webview| {
        ended(webview.app_handle(), &endings, "unknown");
    })
}

/// Nothing can be done here; see the beginning of this file.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(crate) fn attend<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    builder
}

/// The page's process ended.
fn ended<R: Runtime>(app: &AppHandle<R>, endings: &Arc<Mutex<Endings>>, reason: &str) {
    let is_accident =
        endings.lock().unwrap_or_else(PoisonError::into_inner).is_accident(Instant::now());
    if is_accident {
        tracing::warn!(reason, "the process of the page ended; loading it again");
        reload(app);
        return;
    }
    tracing::error!(reason, "the process of the page ends again and again; asking what to do");
    let (app, endings) = (app.clone(), Arc::clone(endings));
    let message = "The part of Tapeshelf that draws this window has stopped several times within a minute. Downloads go on \
                   meanwhile, and nothing is lost.\n\nWhen it keeps stopping, close other programs to free memory, or start \
                   Tapeshelf again. The log has the details.";
    app.dialog()
        .message(message)
        .title("The window cannot be drawn")
        .kind(MessageDialogKind::Error)
        .buttons(MessageDialogButtons::OkCancelCustom("Try again".into(), "Quit".into()))
        .show(move |is_to_go_on| {
            if is_to_go_on {
                *endings.lock().unwrap_or_else(PoisonError::into_inner) = Endings::default();
                tracing::info!("loading the page again, as a person asked");
                reload(&app);
            } else {
                // As when the window is closed: jobs keep their place.
                app.exit(0);
            }
        });
}

fn reload<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.reload()
    {
        tracing::error!(%error, "the page could not be loaded again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accidents_are_forgotten_and_an_endless_loop_is_not_one() {
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut endings = Endings::default();
        for seconds in [0, 1, 2] {
            assert!(endings.is_accident(at(seconds)), "{seconds}");
        }
        assert!(!endings.is_accident(at(3)));
        assert!(!endings.is_accident(at(59)), "still the same minute");
        // At 120 s the one at 59 is as good as forgotten.
        assert!(endings.is_accident(at(120)));
        let mut seldom = Endings::default();
        assert!((0..100).all(|minute| seldom.is_accident(at(minute * 61))));
    }
}
