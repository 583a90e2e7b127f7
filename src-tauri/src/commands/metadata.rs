//! Writing the list on screen into a file.

use engine::PreparedMetadata;
use tauri::ipc::Channel;
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_dialog::DialogExt as _;
use tauri_plugin_opener::OpenerExt as _;

use super::{internal, picked};
use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::export_jobs::Pace;
use crate::ipc::metadata::{MetadataProgress, MetadataReport, MetadataRequest};

/// Native save dialog, then the file; progress comes over the channel. `None` when the person cancelled the dialog.
#[tauri::command]
pub async fn metadata_export<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
    request: MetadataRequest,
    progress: Channel<MetadataProgress>,
) -> IpcResult<Option<MetadataReport>> {
    let list = app.engine.prepare_metadata(request.into()).await?;
    let Some(path) = ask_place(handle, &list).await? else { return Ok(None) };
    let pace = Pace::default();
    let tell = move |now: engine::MetadataProgress| {
        if pace.may_tell() {
            // A page that was closed meanwhile has no use for it.
            let _ = progress.send(now.into());
        }
    };
    Ok(Some(app.engine.write_metadata(list, path, tell).await?.into()))
}

async fn ask_place<R: Runtime>(
    handle: AppHandle<R>,
    list: &PreparedMetadata,
) -> IpcResult<Option<std::path::PathBuf>> {
    let (words, extension) = list.kind_of_file();
    let dialog = handle
        .dialog()
        .file()
        .set_title("Export the list")
        .set_file_name(list.suggested_name())
        .add_filter(words, &[extension]);
    picked(|tell| dialog.save_file(tell)).await
}

/// Stops the writing; nothing is left of it.
#[tauri::command]
pub async fn metadata_cancel_export(app: State<'_, App>) -> IpcResult<()> {
    app.engine.cancel_metadata();
    Ok(())
}

/// Shows the file that was written last in the file manager.
#[tauri::command]
pub async fn metadata_reveal<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
) -> IpcResult<()> {
    let path = app.engine.last_metadata()?;
    handle.opener().reveal_item_in_dir(path).map_err(internal)
}
