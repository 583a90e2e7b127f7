//! The vendors' exports: by e-mail (Vobiz), by jobs (VBC).

use domain::{AccountId, VendorJobId};
use tauri::State;
use tauri::ipc::Channel;

use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::export_jobs::{
    ArchiveProgress, ExportJobDraft, ExportJobReview, ExportJobView, SavedArchive,
};
use crate::ipc::exports::{ExportDraft, ExportRecord, ExportReview};

/// Checks a draft and shows it as it would be sent.
#[tauri::command]
pub async fn exports_review(app: State<'_, App>, draft: ExportDraft) -> IpcResult<ExportReview> {
    let account = AccountId::new(draft.account_id.clone());
    Ok(app.engine.review_export(&account, &draft.try_into()?).await?.into())
}

/// Sends a request and records the answer.
#[tauri::command]
pub async fn exports_request(app: State<'_, App>, draft: ExportDraft) -> IpcResult<ExportRecord> {
    let account = AccountId::new(draft.account_id.clone());
    Ok(app.engine.request_export(&account, &draft.try_into()?).await?.into())
}

/// Past requests, newest first.
#[tauri::command]
pub async fn exports_list(app: State<'_, App>) -> IpcResult<Vec<ExportRecord>> {
    Ok(app.engine.exports().await?.into_iter().map(ExportRecord::from).collect())
}

/// Checks a draft of a job and shows it as it would be sent.
#[tauri::command]
pub async fn exports_review_job(
    app: State<'_, App>,
    draft: ExportJobDraft,
) -> IpcResult<ExportJobReview> {
    let (list, filters) = draft.read()?;
    let account = AccountId::new(draft.account_id);
    Ok(app.engine.review_export_job(&account, &list, &filters).await?.into())
}

/// Asks the vendor for a job; returns the account's jobs.
#[tauri::command]
pub async fn exports_create_job(
    app: State<'_, App>,
    draft: ExportJobDraft,
) -> IpcResult<Vec<ExportJobView>> {
    let (list, filters) = draft.read()?;
    let account = AccountId::new(draft.account_id);
    let jobs = app.engine.create_export_job(&account, &list, &filters).await?;
    Ok(views(&app, jobs))
}

/// The jobs of an account, as the vendor lists them now.
#[tauri::command]
pub async fn exports_jobs(
    app: State<'_, App>,
    account_id: String,
) -> IpcResult<Vec<ExportJobView>> {
    let jobs = app.engine.export_jobs(&AccountId::new(account_id)).await?;
    Ok(views(&app, jobs))
}

/// The jobs of an account that are on record, without asking the vendor.
#[tauri::command]
pub async fn exports_known_jobs(
    app: State<'_, App>,
    account_id: String,
) -> IpcResult<Vec<ExportJobView>> {
    let jobs = app.engine.known_export_jobs(&AccountId::new(account_id)).await?;
    Ok(views(&app, jobs))
}

/// Downloads the archive of a finished job into a chosen folder; progress comes over the channel.
#[tauri::command]
pub async fn exports_download_archive(
    app: State<'_, App>,
    account_id: String,
    job_id: String,
    folder: String,
    progress: Channel<ArchiveProgress>,
) -> IpcResult<SavedArchive> {
    let (account, job) = (AccountId::new(account_id), VendorJobId::new(job_id));
    let pace = crate::ipc::export_jobs::Pace::default();
    let on_bytes = |received_bytes, total_bytes| {
        if pace.may_tell() {
            // A page that was closed meanwhile has no use for it.
            let _ = progress.send(ArchiveProgress { received_bytes, total_bytes });
        }
    };
    let saved = app.engine.download_archive(&account, &job, &folder, &on_bytes).await?;
    Ok(saved.into())
}

/// Stops the download of an archive.
#[tauri::command]
pub async fn exports_cancel_archive(
    app: State<'_, App>,
    account_id: String,
    job_id: String,
) -> IpcResult<()> {
    app.engine.cancel_archive(&AccountId::new(account_id), &VendorJobId::new(job_id));
    Ok(())
}

fn views(app: &App, jobs: Vec<engine::ExportJobRow>) -> Vec<ExportJobView> {
    let now = app.engine.now();
    jobs.into_iter().map(|row| ExportJobView::at(now, row)).collect()
}
