//! Folders that do not answer while files are adopted: nobody waits for them, and nothing is concluded from their silence.

use std::path::Path;
use std::sync::Arc;

use catalogue::{JobState, Priority};
use domain::Secret;
use sandbox::{Sandbox, SandboxOptions};

use super::{AdoptOrder, AdoptReport, Adopted, ChosenSource};
use crate::library::Selection;
use crate::vault::MemoryVault;
use crate::{Engine, Error, Event, NewTransfer, NewVobizAccount, OutputKind};
use crate::{SearchOrder, SyncProgress, TransferOptions};

/// An engine with one recording of the sandbox, which is saved in the folder.
async fn engine_with_a_copy_in(sandbox: &Sandbox, dir: &Path, folder: &Path) -> Engine {
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
    while !matches!(
        events.next().await,
        Ok(Some(Event::Sync { progress: SyncProgress::Finished(_), .. }))
    ) {}
    let found = engine.search(SearchOrder::default()).await.unwrap();
    let rows = engine.window(found.id, 0, 1).await.unwrap();
    let new = NewTransfer {
        selection: Selection::Keys(rows.iter().map(|row| row.key).collect()),
        folder: engine.take_folder(folder.to_owned()).await.unwrap().token,
        template: "{id}".into(),
        options: TransferOptions::default(),
        priority: Priority::Normal,
    };
    let job = engine.start_transfer(new).await.unwrap().record.id;
    while engine.job_record(&job).await.unwrap().state != JobState::Finished {
        let _ = events.next().await;
    }
    engine
}

async fn adopted(engine: &Engine, source: &ChosenSource) -> AdoptReport {
    let mut events = engine.subscribe();
    let order = AdoptOrder { source: source.token.clone(), folder: None, template: "{id}".into() };
    engine.adopt(order).await.unwrap();
    loop {
        if let Ok(Some(Event::Adoption(report))) = events.next().await
            && report.ended_at.is_some()
        {
            return *report;
        }
    }
}

#[tokio::test]
async fn a_silent_folder_ends_an_adoption_with_its_name_and_what_lies_there_keeps_its_copy() {
    let options = SandboxOptions { recordings: 1, seed: 7, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(options).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (share, backup) = (dir.path().join("share"), dir.path().join("backup"));
    let engine = engine_with_a_copy_in(&sandbox, dir.path(), &share).await;
    let source = engine.take_source(share.clone()).await.unwrap();
    let (key, before) = engine.inner.catalogue.copies().unwrap().remove(0);
    std::fs::create_dir(&backup).unwrap();
    std::fs::copy(&before.path, backup.join("a.mp3")).unwrap();

    let stuck = engine.inner.folders.get_stuck(&share);
    let report = adopted(&engine, &source).await;
    assert_eq!((report.looked_at(), report.count(Adopted::Refused)), (1, 1));
    assert!(report.files[0].what.contains("share does not answer"), "{:?}", report.files);
    let again = engine.take_source(share.clone()).await;
    assert!(matches!(again, Err(Error::Transfer(transfer::Error::Silent { .. }))), "{again:?}");

    // The same bytes elsewhere are one more copy: whether the first is there cannot be told.
    let other = engine.take_source(backup.clone()).await.unwrap();
    let report = adopted(&engine, &other).await;
    assert_eq!(report.count(Adopted::Adopted), 1, "{:?}", report.files);
    let stored = engine.recording(key).await.unwrap().stored;
    let mut paths: Vec<_> = stored.copies().map(|copy| copy.path.clone()).collect();
    paths.sort();
    assert_eq!(paths, [backup.join("a.mp3"), before.path]);

    stuck.send(()).unwrap();
    engine.inner.folders.all_back().await;
    assert_eq!(adopted(&engine, &source).await.count(Adopted::AlreadyKnown), 1);
}
