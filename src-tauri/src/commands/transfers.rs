//! Downloads and their native dialogs.

use domain::{JobId, RecordingKey};
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_dialog::DialogExt as _;
use tauri_plugin_opener::OpenerExt as _;

use super::{internal, picked};
use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::items::{FoundItems, ItemOrderName, ItemSearch, TransferItem};
use crate::ipc::saving::{
    ChosenFolder, NamePreview, NamePreviewRequest, PlanRequest, PriorityName, StartTransfer,
    TransferPlan, TransferSettings,
};
use crate::ipc::transfers::{FoundJobs, JobSearch, PaceView, TransferJob};

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
    let NamePreviewRequest { template, selection, time_zone } = request;
    let preview = app.engine.preview_names(&template, &selection.into(), &time_zone).await?;
    Ok(NamePreview::new(preview, &template))
}

/// What a download would need.
#[tauri::command]
pub async fn transfers_plan(app: State<'_, App>, request: PlanRequest) -> IpcResult<TransferPlan> {
    let PlanRequest { selection, folder_token } = request;
    Ok(app.engine.plan_transfer(&selection.into(), folder_token.as_deref()).await?.into())
}

/// The settings of downloads.
#[tauri::command]
pub async fn transfers_settings(app: State<'_, App>) -> IpcResult<TransferSettings> {
    Ok(app.engine.transfer_settings().await?.into())
}

/// Checks and keeps the settings of downloads.
#[tauri::command]
pub async fn transfers_set_settings(
    app: State<'_, App>,
    settings: TransferSettings,
) -> IpcResult<()> {
    Ok(app.engine.set_transfer_settings(settings.into()).await?)
}

/// Starts a job.
#[tauri::command]
pub async fn transfers_start(
    app: State<'_, App>,
    request: StartTransfer,
) -> IpcResult<TransferJob> {
    Ok(app.engine.start_transfer(request.into()).await?.into())
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

/// Jobs that match a search.
#[tauri::command]
pub async fn transfers_search(app: State<'_, App>, search: JobSearch) -> IpcResult<FoundJobs> {
    let found = app.engine.find_jobs(search.filter(), search.offset, search.limit.min(200)).await?;
    Ok(FoundJobs { total: found.0, jobs: found.1.into_iter().map(TransferJob::from).collect() })
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
    let items = app.engine.with_rows(items).await?;
    Ok(items.into_iter().map(TransferItem::from).collect())
}

/// Files of a job that match a search.
#[tauri::command]
pub async fn transfers_find_items(
    app: State<'_, App>,
    search: ItemSearch,
) -> IpcResult<FoundItems> {
    let id = JobId::new(search.job_id.clone());
    let found = app.engine.find_items(&id, search.filter(), search.offset, search.limit).await?;
    Ok(FoundItems { total: found.0, items: found.1.into_iter().map(TransferItem::from).collect() })
}

/// Does something with single files of a job.
#[tauri::command]
pub async fn transfers_order_items(
    app: State<'_, App>,
    job_id: String,
    positions: Vec<u32>,
    order: ItemOrderName,
) -> IpcResult<()> {
    Ok(app.engine.order_items(&JobId::new(job_id), positions, order.into()).await?)
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

/// Native save dialog, then the list of what a job did not save, and why, as a table. Says where it is; `None` when the person
/// cancelled the dialog.
#[tauri::command]
pub async fn transfers_report<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
    job_id: String,
) -> IpcResult<Option<String>> {
    let id = JobId::new(job_id);
    let name = app.engine.suggested_report_name(&id).await?;
    let dialog = handle
        .dialog()
        .file()
        .set_title("Save the list of what was not saved")
        .set_file_name(name)
        .add_filter("Comma-separated values", &["csv"]);
    let Some(path) = picked(|tell| dialog.save_file(tell)).await? else { return Ok(None) };
    app.engine.write_job_report(&id, path.clone()).await?;
    Ok(Some(path.display().to_string()))
}

/// Puts a job before another one of the queue, or at its end.
#[tauri::command]
pub async fn transfers_move(
    app: State<'_, App>,
    job_id: String,
    before_job_id: Option<String>,
) -> IpcResult<()> {
    let before = before_job_id.map(JobId::new);
    Ok(app.engine.move_job(&JobId::new(job_id), before.as_ref()).await?)
}

/// Changes how urgent a job is.
#[tauri::command]
pub async fn transfers_set_priority(
    app: State<'_, App>,
    job_id: String,
    priority: PriorityName,
) -> IpcResult<()> {
    Ok(app.engine.set_job_priority(&JobId::new(job_id), priority.into()).await?)
}

/// How fast downloads go, and why.
#[tauri::command]
pub async fn transfers_pace(app: State<'_, App>) -> IpcResult<PaceView> {
    Ok(app.engine.transfer_pace().await?.into())
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
