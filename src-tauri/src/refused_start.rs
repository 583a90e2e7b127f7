//! A start that failed is told in a dialog of the system: who clicked an icon sees no terminal, and there is no page to say it in.

use std::sync::atomic::{AtomicBool, Ordering};

use engine::Error;
use tauri::{AppHandle, Manager as _, Runtime};
use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};

use crate::window;

/// Whether it was told: the window and the profile are opened at the same time, and may both fail of one cause.
#[derive(Default)]
pub(crate) struct Told(AtomicBool);

/// Tells why, in the log, on the terminal and in a dialog. The program ends with the dialog, once its loop runs.
pub(crate) fn tell<R: Runtime>(app: &AppHandle<R>, error: &anyhow::Error) {
    tracing::error!("{error:#}");
    #[expect(clippy::print_stderr, reason = "for whoever started it in a terminal")]
    {
        eprintln!("tapeshelf: {error:#}");
    }
    if app.state::<Told>().0.swap(true, Ordering::Relaxed) {
        return;
    }
    let (hidden, handle) = (app.clone(), app.clone());
    // The main thread may be making the window just now, and does this after it.
    if let Err(error) = app.run_on_main_thread(move || window::hide(&hidden)) {
        tracing::warn!(%error, "the empty window could not be hidden");
    }
    app.dialog()
        .message(message(error))
        .title("Tapeshelf cannot start")
        .kind(MessageDialogKind::Error)
        .show(move |_| handle.exit(1));
}

/// What is the matter, and what a person can do about it.
fn message(error: &anyhow::Error) -> String {
    let what = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(":\n");
    let (first, rest) = what.split_at(what.chars().next().map_or(0, char::len_utf8));
    let what = format!("{}{rest}", first.to_uppercase());
    match error.downcast_ref::<Error>().and_then(advice) {
        Some(advice) => format!("{what}\n\n{advice}"),
        None => what,
    }
}

fn advice(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::Catalogue(index) => match index {
            engine::IndexError::NewerVersion { .. } => {
                "Nothing was changed. Install the latest Tapeshelf to go on with these data."
            }
            engine::IndexError::DiskFull => {
                "Make room on that disk and start again. Your recordings and accounts are still there."
            }
            engine::IndexError::Busy => "Close that program and start again. Nothing was changed.",
            engine::IndexError::NotWritable { .. } | engine::IndexError::Io { .. } => {
                "Make that folder writable for you, or choose another with --data-dir. Nothing was changed."
            }
            _ => return None,
        },
        Error::File { .. } => {
            "Make sure that there is room and that you may write there, or choose another folder with --data-dir. \
             Nothing was changed."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_matter_comes_with_what_to_do() {
        let index = |error| {
            anyhow::Error::new(Error::Catalogue(error)).context("the index in /x cannot be opened")
        };
        let newer = index(engine::IndexError::NewerVersion { found: 99, known: 3 });
        assert_eq!(
            message(&newer),
            "The index in /x cannot be opened:\nthe index was written by a newer version of Tapeshelf (format 99; this one \
             knows 3)\n\nNothing was changed. Install the latest Tapeshelf to go on with these data."
        );
        assert!(message(&index(engine::IndexError::DiskFull)).contains("Make room on that disk"));
        assert!(!message(&anyhow::anyhow!("é")).contains('\n'), "nothing is known to help");
    }
}
