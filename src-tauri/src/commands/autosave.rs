//! Rules that keep saving.

use tauri::State;

use crate::App;
use crate::ipc::IpcResult;
use crate::ipc::autosave::{AutoSaveRule, RuleTally, SaveRule};

/// All rules, oldest first.
#[tauri::command]
pub async fn autosave_list(app: State<'_, App>) -> IpcResult<Vec<AutoSaveRule>> {
    Ok(app.engine.save_rules().await?.into_iter().map(AutoSaveRule::from).collect())
}

/// Makes a rule or changes one.
#[tauri::command]
pub async fn autosave_save(app: State<'_, App>, rule: SaveRule) -> IpcResult<AutoSaveRule> {
    Ok(app.engine.put_save_rule(rule.into()).await?.into())
}

/// Removes a rule; what it saved stays.
#[tauri::command]
pub async fn autosave_remove(app: State<'_, App>, id: String) -> IpcResult<()> {
    Ok(app.engine.remove_save_rule(&id).await?)
}

/// Runs a rule now.
#[tauri::command]
pub async fn autosave_run(app: State<'_, App>, id: String) -> IpcResult<RuleTally> {
    Ok(app.engine.run_save_rule(&id).await?.into())
}
