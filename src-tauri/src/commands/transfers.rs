//! Downloads and their native dialogs.

use domain::{JobId, RecordingKey};
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_dialog::DialogExt as _;
use tauri_plugin_opener::OpenerExt as _;

use super::{internal, picked};
use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::transfers::{
    ChosenFolder, NamePreview, NamePreviewRequest, StartTransfer, TransferItem, TransferJob,
};

/// Native folder dialog.
#[tauri::command]
pub async fn transfers_choose_folder<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
) -> IpcResult<Option<ChosenFolder>> {
    let dialog = handle.dialog().file().set_title("Choose a folder for the downloads");
    match picked(|tell| dialog.pick_folder(tell)).await? {
        Some(path) => Ok(Some(app.engine.take_folder(path).await?.into())),
        None => Ok(None),
    }
}

/// The folder used last.
#[tauri::command]
pub async fn transfers_last_folder(app: State<'_, App>) -> IpcResult<Option<ChosenFolder>> {
    Ok(app.engine.last_folder().await?.map(ChosenFolder::from))
}

/// How files would be named.
#[tauri::command]
pub async fn transfers_preview_names(
    app: State<'_, App>,
    request: NamePreviewRequest,
) -> IpcResult<NamePreview> {
    Ok(app.engine.preview_names(&request.template, &request.selection.into()).await?.into())
}

/// Starts a job.
#[tauri::command]
pub async fn transfers_start(
    app: State<'_, App>,
    request: StartTransfer,
) -> IpcResult<TransferJob> {
    let selection = request.selection.into();
    Ok(app
        .engine
        .start_transfer(&selection, &request.folder_token, &request.template)
        .await?
        .into())
}

/// Native save dialog for one recording, then a job of one.
#[tauri::command]
pub async fn transfers_save_one<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
    key: u32,
) -> IpcResult<Option<TransferJob>> {
    let key = RecordingKey(key);
    let dialog = handle
        .dialog()
        .file()
        .set_title("Save the recording")
        .set_file_name(app.engine.suggested_name(key).await?);
    match picked(|tell| dialog.save_file(tell)).await? {
        Some(path) => Ok(Some(app.engine.save_one(key, &path).await?.into())),
        None => Ok(None),
    }
}

/// All jobs, newest first.
#[tauri::command]
pub async fn transfers_list(app: State<'_, App>) -> IpcResult<Vec<TransferJob>> {
    Ok(app.engine.jobs().await?.into_iter().map(TransferJob::from).collect())
}

/// Files of a job by position.
#[tauri::command]
pub async fn transfers_items(
    app: State<'_, App>,
    job_id: String,
    offset: u32,
    limit: u32,
) -> IpcResult<Vec<TransferItem>> {
    let items = app.engine.job_items(&JobId::new(job_id), offset, limit).await?;
    Ok(items.into_iter().map(TransferItem::from).collect())
}

/// Stops a job for now.
#[tauri::command]
pub async fn transfers_pause(app: State<'_, App>, job_id: String) -> IpcResult<()> {
    Ok(app.engine.pause_job(&JobId::new(job_id)).await?)
}

/// Goes on with a job.
#[tauri::command]
pub async fn transfers_resume(app: State<'_, App>, job_id: String) -> IpcResult<()> {
    Ok(app.engine.resume_job(&JobId::new(job_id)).await?)
}

/// Stops a job for good.
#[tauri::command]
pub async fn transfers_cancel(app: State<'_, App>, job_id: String) -> IpcResult<()> {
    Ok(app.engine.cancel_job(&JobId::new(job_id)).await?)
}

/// Queues the failed files of a job again.
#[tauri::command]
pub async fn transfers_retry_failed(app: State<'_, App>, job_id: String) -> IpcResult<()> {
    Ok(app.engine.retry_failed(&JobId::new(job_id)).await?)
}

/// Shows a job's folder in the file manager.
#[tauri::command]
pub async fn transfers_reveal<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
    job_id: String,
) -> IpcResult<()> {
    let folder = app.engine.job_folder(&JobId::new(job_id)).await?;
    handle.opener().open_path(folder.display().to_string(), None::<&str>).map_err(internal)
}
