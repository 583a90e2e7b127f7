//! The program itself: facts, settings, data.

use std::time::Duration;

use tauri::ipc::Channel;
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_dialog::DialogExt as _;
use tauri_plugin_opener::OpenerExt as _;

use super::{internal, picked};
use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::app::{AppInfo, AuthorityFile, SettingsView, StartupStage};
use crate::ipc::events::AppEvent;

/// Facts about this run.
#[tauri::command]
pub async fn app_info(app: State<'_, App>) -> IpcResult<AppInfo> {
    Ok(AppInfo::new(app.engine.data_facts().await?, &app.log_path))
}

/// Begins the stream of events. The first time, work that an earlier run left goes on.
#[tauri::command]
pub async fn app_subscribe(app: State<'_, App>, channel: Channel<AppEvent>) -> IpcResult<()> {
    let first = app.subscription.replace(app.engine.clone(), channel);
    if first {
        app.engine.resume_work().await?;
        if app.with_sandbox {
            app.engine.add_sandbox().await?;
        }
    }
    Ok(())
}

/// Logs how long the start took. `at_ms` says when the page saw the moment, in milliseconds of the Unix epoch: the news of
/// a frame comes later than the frame.
#[tauri::command]
pub async fn app_mark_startup(
    app: State<'_, App>,
    stage: StartupStage,
    at_ms: i64,
) -> IpcResult<()> {
    let since_ms = jiff::Timestamp::now().as_millisecond().saturating_sub(at_ms);
    let since = Duration::from_millis(u64::try_from(since_ms).unwrap_or_default());
    let elapsed_ms = app.started.elapsed().saturating_sub(since).as_millis();
    match stage {
        StartupStage::FirstFrame => {
            tracing::info!(target: "tapeshelf::startup", first_frame_ms = elapsed_ms, at_ms);
        }
        StartupStage::TableUsable => {
            tracing::info!(target: "tapeshelf::startup", table_usable_ms = elapsed_ms, at_ms);
        }
    }
    Ok(())
}

/// The settings.
#[tauri::command]
pub async fn settings_get(app: State<'_, App>) -> IpcResult<SettingsView> {
    Ok(app.engine.settings().await?.into())
}

/// Keeps the settings.
#[tauri::command]
pub async fn settings_set(app: State<'_, App>, settings: SettingsView) -> IpcResult<()> {
    Ok(app.engine.set_settings(settings.into()).await?)
}

/// Native dialog for a file of certificates, and a look at what was chosen. Nothing is set by it.
#[tauri::command]
pub async fn settings_choose_ca_file<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
) -> IpcResult<Option<AuthorityFile>> {
    let dialog = handle
        .dialog()
        .file()
        .set_title("Choose a file of certificates")
        .add_filter("Certificates (PEM)", &["pem", "crt", "cer"])
        .add_filter("All files", &["*"]);
    match picked(|tell| dialog.pick_file(tell)).await? {
        Some(path) => Ok(Some(app.engine.look_at_authorities(path).await?.into())),
        None => Ok(None),
    }
}

/// The file of certificates that is set, as it is now.
#[tauri::command]
pub async fn settings_ca_file(app: State<'_, App>) -> IpcResult<Option<AuthorityFile>> {
    Ok(app.engine.authorities().await?.map(AuthorityFile::from))
}

/// Shows the data folder in the file manager.
#[tauri::command]
pub async fn data_reveal<R: Runtime>(handle: AppHandle<R>, app: State<'_, App>) -> IpcResult<()> {
    let folder = app.engine.data_dir().display().to_string();
    handle.opener().open_path(folder, None::<&str>).map_err(internal)
}

/// Native save dialog, then a copy of the index there.
#[tauri::command]
pub async fn data_back_up<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
) -> IpcResult<Option<String>> {
    let dialog = handle
        .dialog()
        .file()
        .set_title("Back up the index")
        .set_file_name("tapeshelf-index.sqlite3")
        .add_filter("SQLite database", &["sqlite3"]);
    let Some(path) = picked(|tell| dialog.save_file(tell)).await? else { return Ok(None) };
    app.engine.back_up(path.clone()).await?;
    Ok(Some(path.display().to_string()))
}

/// Drops the index of recordings and reads it anew.
#[tauri::command]
pub async fn data_rebuild(app: State<'_, App>) -> IpcResult<()> {
    Ok(app.engine.rebuild().await?)
}
