//! Saved views.

use tauri::{AppHandle, Runtime, State};
use tauri_plugin_dialog::DialogExt as _;

use super::picked;
use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::views::{ImportedViews, SavedView, SavedViewCount, SavedViewDraft};

/// All views, in the person's order.
#[tauri::command]
pub async fn views_list(app: State<'_, App>) -> IpcResult<Vec<SavedView>> {
    Ok(app.engine.saved_views().await?.into_iter().map(SavedView::from).collect())
}

/// Saves a view.
#[tauri::command]
pub async fn views_save(app: State<'_, App>, view: SavedViewDraft) -> IpcResult<SavedView> {
    Ok(app.engine.save_view(view.into()).await?.into())
}

/// Deletes a view; saving it again under its id brings it back.
#[tauri::command]
pub async fn views_delete(app: State<'_, App>, id: String) -> IpcResult<()> {
    Ok(app.engine.delete_view(&id).await?)
}

/// Puts the views in this order.
#[tauri::command]
pub async fn views_reorder(app: State<'_, App>, ids: Vec<String>) -> IpcResult<()> {
    Ok(app.engine.reorder_views(ids).await?)
}

/// Counts the rows of every view.
#[tauri::command]
pub async fn views_counts(app: State<'_, App>) -> IpcResult<Vec<SavedViewCount>> {
    let counts = app.engine.saved_view_counts().await?;
    Ok(counts.into_iter().map(|(id, count)| SavedViewCount { id, count }).collect())
}

/// Writes all views to a file the person picks. `None` when cancelled.
#[tauri::command]
pub async fn views_export<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
) -> IpcResult<Option<String>> {
    let dialog = handle
        .dialog()
        .file()
        .set_title("Export the views")
        .set_file_name("tapeshelf-views.json")
        .add_filter("JSON", &["json"]);
    let Some(path) = picked(|answer| dialog.save_file(answer)).await? else { return Ok(None) };
    app.engine.export_views(path.clone()).await?;
    Ok(Some(path.display().to_string()))
}

/// Adds the views of a file the person picks. `None` when cancelled.
#[tauri::command]
pub async fn views_import<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
) -> IpcResult<Option<ImportedViews>> {
    let dialog = handle.dialog().file().set_title("Import views").add_filter("JSON", &["json"]);
    let Some(path) = picked(|answer| dialog.pick_file(answer)).await? else { return Ok(None) };
    Ok(Some(app.engine.import_views(path).await?.into()))
}
