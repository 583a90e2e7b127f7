//! Accounts and their syncs.

use domain::{AccountId, Secret};
use tauri::State;

use crate::App;
use crate::ipc::accounts::{AccountView, AddVobizAccount, SignIn};
use crate::ipc::{IpcError, IpcResult};

/// All accounts.
#[tauri::command]
pub async fn accounts_list(app: State<'_, App>) -> IpcResult<Vec<AccountView>> {
    Ok(app.engine.accounts().await?.into_iter().map(AccountView::from).collect())
}

/// Checks the credentials, keeps the account, starts the first sync.
#[tauri::command]
pub async fn accounts_add_vobiz(
    app: State<'_, App>,
    account: AddVobizAccount,
) -> IpcResult<AccountView> {
    let added = app.engine.add_vobiz(account.into()).await?;
    view(&app, &added.id).await
}

/// Starts the built-in server and adds its account.
#[tauri::command]
pub async fn accounts_add_sandbox(app: State<'_, App>) -> IpcResult<AccountView> {
    let added = app.engine.add_sandbox().await?;
    view(&app, &added.id).await
}

/// A new token for an account.
#[tauri::command]
pub async fn accounts_sign_in(app: State<'_, App>, sign_in: SignIn) -> IpcResult<AccountView> {
    let id = AccountId::new(sign_in.account_id);
    let token = Secret::new(sign_in.auth_token.trim().to_owned());
    app.engine.sign_in(&id, token, sign_in.session_only).await?;
    view(&app, &id).await
}

/// Removes an account from this computer.
#[tauri::command]
pub async fn accounts_remove(app: State<'_, App>, account_id: String) -> IpcResult<()> {
    Ok(app.engine.remove_account(&AccountId::new(account_id)).await?)
}

/// Starts a sync; progress comes as events.
#[tauri::command]
pub async fn sync_start(app: State<'_, App>, account_id: String) -> IpcResult<()> {
    app.engine.start_sync(&AccountId::new(account_id));
    Ok(())
}

/// Stops a sync.
#[tauri::command]
pub async fn sync_cancel(app: State<'_, App>, account_id: String) -> IpcResult<()> {
    app.engine.cancel_sync(&AccountId::new(account_id));
    Ok(())
}

async fn view(app: &App, id: &AccountId) -> IpcResult<AccountView> {
    let all = app.engine.accounts().await?;
    all.into_iter()
        .find(|state| state.account.id == *id)
        .map(AccountView::from)
        .ok_or_else(|| IpcError::Stale { what: "This account was removed.".into() })
}
