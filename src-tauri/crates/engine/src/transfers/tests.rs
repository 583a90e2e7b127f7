//! A folder that stops answering while downloads run: a person is told, and can pause, cancel and go on.

use std::path::Path;
use std::sync::Arc;

use catalogue::{JobState, Priority};
use domain::{JobId, RecordingKey, Secret};
use sandbox::{Sandbox, SandboxOptions};

use super::{NewTransfer, QuietHours, TransferOptions, TransferSettings};
use crate::library::Selection;
use crate::vault::MemoryVault;
use crate::{Engine, Error, Event, NewVobizAccount, OutputKind, SearchOrder, SyncProgress};

/// An engine with the sandbox's account, read once.
async fn engine_with(sandbox: &Sandbox, dir: &Path) -> Engine {
    let options = crate::Options {
        data_dir: dir.join("profile"),
        vault: Arc::new(MemoryVault::default()),
        output: OutputKind::Silent,
        clock: Arc::new(jiff::Timestamp::now),
        actor: "tester".into(),
        sandbox_recordings: 1,
    };
    let engine = Engine::open(options).unwrap();
    let mut events = engine.subscribe();
    let account = NewVobizAccount {
        label: "Support".into(),
        auth_id: sandbox.auth_id().to_owned(),
        auth_token: Secret::new(sandbox.auth_token().to_owned()),
        base_url: sandbox.api_base_url(),
        page_size: 100,
        session_only: false,
    };
    engine.add_vobiz(account).await.unwrap();
    loop {
        if let Ok(Some(Event::Sync { progress: SyncProgress::Finished(_), .. })) =
            events.next().await
        {
            return engine;
        }
    }
}

async fn keys(engine: &Engine) -> Vec<RecordingKey> {
    let found = engine.search(SearchOrder::default()).await.unwrap();
    let rows = engine.window(found.id, 0, 100).await.unwrap();
    rows.into_iter().map(|row| row.key).collect()
}

async fn start(engine: &Engine, keys: &[RecordingKey], folder: &Path) -> JobId {
    let folder = engine.take_folder(folder.to_owned()).await.unwrap();
    let new = NewTransfer {
        selection: Selection::Keys(keys.to_vec()),
        folder: folder.token,
        template: "{id}".into(),
        options: TransferOptions::default(),
        priority: Priority::Normal,
    };
    engine.start_transfer(new).await.unwrap().record.id
}

/// Nothing begins while it is set.
async fn set_quiet(engine: &Engine, is_quiet: bool) {
    let hours =
        QuietHours { from: "00:00".into(), to: "00:00".into(), weekdays: (1..=7).collect() };
    let settings =
        TransferSettings { quiet_hours: is_quiet.then_some(hours), ..TransferSettings::default() };
    engine.set_transfer_settings(settings).await.unwrap();
}

/// State and note of a job once it does not run any more.
async fn settled(engine: &Engine, id: &JobId) -> (JobState, String) {
    let mut events = engine.subscribe();
    loop {
        let record = engine.job_record(id).await.unwrap();
        if record.state != JobState::Running {
            return (record.state, record.note.unwrap_or_default());
        }
        let _ = events.next().await;
    }
}

fn is_silent<T>(answer: &crate::Result<T>) -> bool {
    matches!(answer, Err(Error::Transfer(transfer::Error::Silent { .. })))
}

#[tokio::test]
async fn a_folder_that_does_not_answer_holds_up_its_own_job_only_and_nobody_who_gives_orders() {
    let options = SandboxOptions { recordings: 3, seed: 7, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(options).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_with(&sandbox, dir.path()).await;
    let keys = keys(&engine).await;
    let (share, disk) = (dir.path().join("share"), dir.path().join("disk"));
    set_quiet(&engine, true).await;
    let there = start(&engine, &keys[..2], &share).await;
    let here = start(&engine, &keys[2..], &disk).await;
    let stuck = engine.inner.folders.get_stuck(&share);
    set_quiet(&engine, false).await;
    let (state, note) = settled(&engine, &there).await;
    assert_eq!(state, JobState::Paused);
    assert!(note.contains("share does not answer. If it is a network folder"), "{note}");
    assert_eq!(settled(&engine, &here).await.0, JobState::Finished);
    assert_eq!(engine.job_record(&there).await.unwrap().tally.queued, 2, "nothing is lost");

    // Whatever is asked for is answered.
    assert!(is_silent(&engine.resume_job(&there).await));
    assert!(is_silent(&engine.take_folder(share.join("2026")).await));
    assert!(engine.last_folder().await.unwrap().is_some(), "the other one was used last");
    engine.pause_job(&there).await.unwrap();
    stuck.send(()).unwrap();
    engine.inner.folders.all_back().await;
    engine.resume_job(&there).await.unwrap();
    assert_eq!(settled(&engine, &there).await.0, JobState::Finished);

    // A job that is cancelled then is cancelled, though what it received cannot be removed.
    set_quiet(&engine, true).await;
    let again = start(&engine, &keys[2..], &share).await;
    let stuck = engine.inner.folders.get_stuck(&share);
    engine.cancel_job(&again).await.unwrap();
    assert_eq!(settled(&engine, &again).await.0, JobState::Cancelled);
    // One that begins then stands still from the first.
    let new = super::JobOptions::new(TransferOptions::default(), None);
    let job = engine.new_job(share.clone(), "{id}".into(), Priority::Normal, &new);
    let view = engine.begin_job(job, keys[2..].to_vec()).await.unwrap();
    assert_eq!(view.record.state, JobState::Paused);
    stuck.send(()).unwrap();
    engine.shut_down().await;
}
