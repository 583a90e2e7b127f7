//! The library of copies: check again, adopt.

use tauri::{AppHandle, Runtime, State};
use tauri_plugin_dialog::DialogExt as _;

use super::picked;
use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::copies::{AdoptReport, AdoptRequest, CheckReport, CheckScope, ChosenSource};

/// Hashes copies again and compares; progress comes as events.
#[tauri::command]
pub async fn copies_check(app: State<'_, App>, scope: CheckScope) -> IpcResult<CheckReport> {
    Ok(app.engine.check_copies(scope.into()).await?.into())
}

/// Stops the check.
#[tauri::command]
pub async fn copies_cancel_check(app: State<'_, App>) -> IpcResult<()> {
    app.engine.cancel_check();
    Ok(())
}

/// Forgets the copies that the last check found missing, and says how many; the report changes with it.
#[tauri::command]
pub async fn copies_forget_missing(app: State<'_, App>) -> IpcResult<u32> {
    Ok(app.engine.forget_missing_copies().await?)
}

/// The check that runs, or ran last.
#[tauri::command]
pub async fn copies_check_report(app: State<'_, App>) -> IpcResult<Option<CheckReport>> {
    Ok(app.engine.check_report().map(CheckReport::from))
}

/// Native dialog for a folder, or for one archive.
#[tauri::command]
pub async fn copies_choose_source<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
    archive: bool,
) -> IpcResult<Option<ChosenSource>> {
    let dialog = handle.dialog().file();
    let path = if archive {
        let dialog = dialog.set_title("Choose an archive").add_filter("ZIP archives", &["zip"]);
        picked(|tell| dialog.pick_file(tell)).await?
    } else {
        let dialog = dialog.set_title("Choose a folder with recordings");
        picked(|tell| dialog.pick_folder(tell)).await?
    };
    match path {
        Some(path) => Ok(Some(app.engine.take_source(path).await?.into())),
        None => Ok(None),
    }
}

/// Takes in files that are there already; progress comes as events.
#[tauri::command]
pub async fn copies_adopt(app: State<'_, App>, request: AdoptRequest) -> IpcResult<AdoptReport> {
    Ok(app.engine.adopt(request.into()).await?.into())
}

/// Stops taking in files.
#[tauri::command]
pub async fn copies_cancel_adoption(app: State<'_, App>) -> IpcResult<()> {
    app.engine.cancel_adoption();
    Ok(())
}

/// The adoption that runs, or ran last.
#[tauri::command]
pub async fn copies_adoption_report(app: State<'_, App>) -> IpcResult<Option<AdoptReport>> {
    Ok(app.engine.adoption_report().map(AdoptReport::from))
}
