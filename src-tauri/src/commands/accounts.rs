//! Accounts and their syncs.

use domain::{AccountId, Secret};
use engine::{OpenBrowser, SyncDepth};
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_opener::OpenerExt as _;

use crate::App;
use crate::ipc::accounts::{AccountView, AddVobizAccount, PaceView, SignIn};
use crate::ipc::vbc::{AddVbcAccount, SignInVbc, UserView};
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

/// Signs in, checks what the account may do, keeps it, starts the first sync. May open the system's browser.
#[tauri::command]
pub async fn accounts_add_vbc<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
    account: AddVbcAccount,
) -> IpcResult<AccountView> {
    let added = app.engine.add_vbc(account.into(), browser(handle)).await?;
    view(&app, &added.id).await
}

/// A new sign-in for a VBC account. May open the system's browser.
#[tauri::command]
pub async fn accounts_sign_in_vbc<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
    sign_in: SignInVbc,
) -> IpcResult<AccountView> {
    let id = AccountId::new(sign_in.account_id);
    let client_secret = Secret::new(sign_in.client_secret.trim().to_owned());
    let (grant, session_only) = (sign_in.grant.into(), sign_in.session_only);
    app.engine.sign_in_vbc(&id, client_secret, grant, session_only, browser(handle)).await?;
    view(&app, &id).await
}

/// Gives up waiting for the browser to come back.
#[tauri::command]
pub async fn accounts_cancel_sign_in(app: State<'_, App>) -> IpcResult<()> {
    app.engine.cancel_sign_in();
    Ok(())
}

/// Starts the built-in server and adds its accounts, one of each vendor.
#[tauri::command]
pub async fn accounts_add_sandbox(app: State<'_, App>) -> IpcResult<Vec<AccountView>> {
    let added = app.engine.add_sandbox().await?;
    let mut views = Vec::with_capacity(added.len());
    for account in added {
        views.push(view(&app, &account.id).await?);
    }
    Ok(views)
}

/// Asks the provider again what an account may do.
#[tauri::command]
pub async fn accounts_check(app: State<'_, App>, account_id: String) -> IpcResult<AccountView> {
    let id = AccountId::new(account_id);
    app.engine.check_account(&id).await?;
    view(&app, &id).await
}

/// How fast the requests of each account go now.
#[tauri::command]
pub async fn accounts_paces(app: State<'_, App>) -> IpcResult<Vec<PaceView>> {
    Ok(app.engine.paces().into_iter().map(PaceView::from).collect())
}

/// The people of a VBC account.
#[tauri::command]
pub async fn accounts_users(app: State<'_, App>, account_id: String) -> IpcResult<Vec<UserView>> {
    let users = app.engine.account_users(&AccountId::new(account_id)).await?;
    Ok(users.into_iter().map(UserView::from).collect())
}

/// Sets how many requests a minute a VBC account may send; followed at once.
#[tauri::command]
pub async fn accounts_set_pace(
    app: State<'_, App>,
    account_id: String,
    requests_per_min: u32,
) -> IpcResult<AccountView> {
    let id = AccountId::new(account_id);
    app.engine.set_pace(&id, requests_per_min).await?;
    view(&app, &id).await
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

/// Starts a sync; progress comes as events. `full` reads everything, where else what is new is enough.
#[tauri::command]
pub async fn sync_start(
    app: State<'_, App>,
    account_id: String,
    full: Option<bool>,
) -> IpcResult<()> {
    let depth = if full.unwrap_or(false) { SyncDepth::Full } else { SyncDepth::Quick };
    app.engine.start_sync_of(&AccountId::new(account_id), depth);
    Ok(())
}

/// Stops a sync.
#[tauri::command]
pub async fn sync_cancel(app: State<'_, App>, account_id: String) -> IpcResult<()> {
    app.engine.cancel_sync(&AccountId::new(account_id));
    Ok(())
}

fn browser<R: Runtime>(handle: AppHandle<R>) -> OpenBrowser {
    std::sync::Arc::new(move |address| {
        handle
            .opener()
            .open_url(address.as_str(), None::<&str>)
            .map_err(|error| format!("the browser could not be opened: {error}"))
    })
}

async fn view(app: &App, id: &AccountId) -> IpcResult<AccountView> {
    let all = app.engine.accounts().await?;
    all.into_iter()
        .find(|state| state.account.id == *id)
        .map(AccountView::from)
        .ok_or_else(|| IpcError::Stale { what: "This account was removed.".into() })
}
