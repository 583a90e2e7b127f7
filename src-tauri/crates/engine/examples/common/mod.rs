//! What the measurements of the engine share: an engine on a folder, an account to add, the end of its sync.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use domain::{AccountId, Secret};
use tapeshelf_engine::vault::MemoryVault;
use tapeshelf_engine::{
    Engine, Event, NewVobizAccount, Options, OutputKind, Subscription, SyncProgress, SyncTally,
};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// The variable that brings the account's token, which has no place on a command line.
const TOKEN: &str = "TAPESHELF_BENCH_TOKEN";

/// Opens a profile in a folder, without sound.
pub(crate) fn open(folder: &Path) -> Outcome<Engine> {
    Ok(Engine::open(Options {
        data_dir: folder.to_owned(),
        vault: Arc::new(MemoryVault::default()),
        output: OutputKind::Silent,
        clock: Arc::new(jiff::Timestamp::now),
        actor: "bench".to_owned(),
        sandbox_recordings: 0,
    })?)
}

/// An account to add, with the token that this process was given.
pub(crate) fn account_of_environment(base_url: &str, auth_id: &str) -> Outcome<NewVobizAccount> {
    let token = std::env::var(TOKEN).map_err(|_| format!("{TOKEN} is not set"))?;
    Ok(account(base_url, auth_id, token))
}

/// An account to add.
pub(crate) fn account(base_url: &str, auth_id: &str, token: String) -> NewVobizAccount {
    NewVobizAccount {
        label: "Bench".to_owned(),
        auth_id: auth_id.to_owned(),
        auth_token: Secret::new(token),
        base_url: base_url.to_owned(),
        page_size: 100,
        session_only: false,
    }
}

/// Adds the account and waits until its list is in the index.
pub(crate) async fn add(engine: &Engine, new: NewVobizAccount) -> Outcome<(AccountId, SyncTally)> {
    let mut events = engine.subscribe();
    let id = engine.add_vobiz(new).await?.id;
    let tally = end_of_sync(&mut events).await?;
    Ok((id, tally))
}

/// Waits for the end of the sync that runs.
pub(crate) async fn end_of_sync(events: &mut Subscription) -> Outcome<SyncTally> {
    loop {
        match events.next().await {
            Ok(Some(Event::Sync { progress, .. })) => match progress {
                SyncProgress::Running { .. } => {}
                SyncProgress::Finished(tally) => return Ok(tally),
                SyncProgress::Cancelled => return Err("the sync was cancelled".into()),
                SyncProgress::Failed(error) => return Err(error.to_string().into()),
            },
            Ok(None) => return Err("the engine ended".into()),
            // Whoever falls behind loses the oldest events, and the end is the newest.
            Ok(Some(_)) | Err(_) => {}
        }
    }
}
