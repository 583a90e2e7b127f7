//! One short function per command: convert, one engine call, convert.

pub mod accounts;
pub mod app;
pub mod autosave;
pub mod calls;
pub mod copies;
pub mod exports;
pub mod library;
pub mod metadata;
pub mod places;
pub mod player;
pub mod query;
pub mod transfers;
pub mod views;

use std::path::PathBuf;

use serde::Serialize;
use tauri::ipc::Response;
use tokio::sync::oneshot;

use crate::ipc::{IpcError, IpcResult};

/// Bulk data as raw JSON bytes: it skips a second pass of escaping on its way to the page.
fn raw_json<T: Serialize>(value: &T) -> IpcResult<Response> {
    serde_json::to_vec(value).map(Response::new).map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> IpcError {
    IpcError::Internal { what: error.to_string() }
}

/// Waits for a native dialog, which answers on another thread; `None` when the person cancelled.
async fn picked(
    open: impl FnOnce(Box<dyn FnOnce(Option<tauri_plugin_dialog::FilePath>) + Send>),
) -> IpcResult<Option<PathBuf>> {
    let (tell, told) = oneshot::channel();
    open(Box::new(move |answer| {
        // Nobody waits any more when the page was closed meanwhile.
        let _ = tell.send(answer);
    }));
    told.await.map_err(internal)?.map(|path| path.into_path().map_err(internal)).transpose()
}
