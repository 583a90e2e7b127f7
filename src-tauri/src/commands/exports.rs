//! The vendor's export by e-mail.

use domain::AccountId;
use tauri::State;

use crate::App;
use crate::ipc::IpcResult;
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
