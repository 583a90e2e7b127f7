//! The table, the details pane, deletion at the provider.

use domain::{AccountId, RecordingKey};
use tauri::State;
use tauri::ipc::Response;

use super::raw_json;
use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::annotations::{AnnotateRequest, Annotated};
use crate::ipc::completeness::{Completeness, CompletenessRequest};
use crate::ipc::library::{SearchRequest, SearchResult, ViewCounts};
use crate::ipc::recordings::{RecordingDetail, Row};
use crate::ipc::selection::{DeleteOutcome, DeleteRequest, Selection, SelectionTotals};

/// Searches; the rows are fetched by position with `library_window`.
#[tauri::command]
pub async fn library_search(
    app: State<'_, App>,
    request: SearchRequest,
) -> IpcResult<SearchResult> {
    Ok(app.engine.search(request.into()).await?.into())
}

/// Rows of a snapshot, as the raw bytes of a JSON array of `Row`.
#[tauri::command]
pub async fn library_window(
    app: State<'_, App>,
    snapshot: u32,
    offset: u32,
    limit: u32,
) -> IpcResult<Response> {
    let rows = app.engine.window(snapshot, offset as usize, limit as usize).await?;
    raw_json(&rows.into_iter().map(Row::from).collect::<Vec<_>>())
}

/// Where rows stand in a snapshot.
#[tauri::command]
pub async fn library_positions(
    app: State<'_, App>,
    snapshot: u32,
    keys: Vec<u32>,
) -> IpcResult<Vec<Option<u32>>> {
    let keys = keys.into_iter().map(RecordingKey).collect();
    Ok(app.engine.positions(snapshot, keys).await?)
}

/// Counts for the sidebar.
#[tauri::command]
pub async fn library_counts(app: State<'_, App>) -> IpcResult<ViewCounts> {
    Ok(app.engine.view_counts().await?.into())
}

/// Everything about one recording.
#[tauri::command]
pub async fn library_recording(app: State<'_, App>, key: u32) -> IpcResult<RecordingDetail> {
    Ok(app.engine.recording(RecordingKey(key)).await?.into())
}

/// Asks the provider for one recording.
#[tauri::command]
pub async fn library_refresh_recording(
    app: State<'_, App>,
    key: u32,
) -> IpcResult<RecordingDetail> {
    Ok(app.engine.refresh_recording(RecordingKey(key)).await?.into())
}

/// What a selection amounts to.
#[tauri::command]
pub async fn library_selection_totals(
    app: State<'_, App>,
    selection: Selection,
) -> IpcResult<SelectionTotals> {
    Ok(app.engine.selection_totals(selection.into()).await?.into())
}

/// Deletes recordings at the provider.
#[tauri::command]
pub async fn recordings_delete(
    app: State<'_, App>,
    request: DeleteRequest,
) -> IpcResult<DeleteOutcome> {
    Ok(app.engine.delete_recordings(request.into()).await?.into())
}

/// Writes on recordings: notes, tags, stars, holds.
#[tauri::command]
pub async fn recordings_annotate(
    app: State<'_, App>,
    request: AnnotateRequest,
) -> IpcResult<Annotated> {
    let selection = request.selection.into();
    Ok(Annotated { changed: app.engine.annotate(&selection, request.annotation.into()).await? })
}

/// What is here of an account, day by day.
#[tauri::command]
pub async fn library_completeness(
    app: State<'_, App>,
    request: CompletenessRequest,
) -> IpcResult<Completeness> {
    let (from, to) = request.days()?;
    Ok(app.engine.completeness(&AccountId::new(request.account_id), from, to).await?.into())
}

/// Asks the provider day by day, then answers the same.
#[tauri::command]
pub async fn library_check_days(
    app: State<'_, App>,
    request: CompletenessRequest,
) -> IpcResult<Completeness> {
    let (from, to) = request.days()?;
    Ok(app.engine.check_days(&AccountId::new(request.account_id), from, to).await?.into())
}
