//! Buckets that copies are saved in.

use domain::PlaceId;
use tauri::State;

use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::places::{PlaceReport, PlaceView, SavePlace, SavedPlace};
use crate::ipc::saving::ChosenFolder;

/// All buckets, in the order they were added.
#[tauri::command]
pub async fn places_list(app: State<'_, App>) -> IpcResult<Vec<PlaceView>> {
    Ok(app.engine.places().await?.into_iter().map(PlaceView::from).collect())
}

/// Checks a bucket, and keeps it when all went well.
#[tauri::command]
pub async fn places_save(app: State<'_, App>, request: SavePlace) -> IpcResult<SavedPlace> {
    let (state, report) = app.engine.save_place(request.into()).await?;
    Ok(SavedPlace { place: state.into(), remarks: report.remarks })
}

/// Writes a tiny object, reads it back and removes it.
#[tauri::command]
pub async fn places_check(app: State<'_, App>, place_id: String) -> IpcResult<PlaceReport> {
    Ok(app.engine.check_place(&PlaceId::new(place_id)).await?.into())
}

/// Removes a bucket from the settings, with its key; what is in it stays.
#[tauri::command]
pub async fn places_remove(app: State<'_, App>, place_id: String) -> IpcResult<()> {
    Ok(app.engine.remove_place(&PlaceId::new(place_id)).await?)
}

/// Makes a bucket the destination of a download: its token goes where that of a folder goes.
#[tauri::command]
pub async fn places_choose(app: State<'_, App>, place_id: String) -> IpcResult<ChosenFolder> {
    Ok(app.engine.choose_place(&PlaceId::new(place_id))?.into())
}
