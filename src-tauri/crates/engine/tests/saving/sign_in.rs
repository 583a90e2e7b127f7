//! Downloads of two accounts, one of which needs its person in the middle.

use std::sync::Arc;

use domain::{AccountId, RecordingKey, Secret};
use sandbox::{Fault, MediaLength, SandboxOptions};
use tapeshelf_engine::{JobState, JobView};

use crate::support::{World, job_as, settled};

/// A Vobiz and a VBC account with three recordings each, and their keys.
async fn two_accounts() -> (World, AccountId, [Vec<RecordingKey>; 2]) {
    let options = SandboxOptions {
        recordings: 3,
        vbc_recordings: 3,
        vbc_users: 0,
        vbc_on_demand: 0,
        seed: 7,
        media_length: MediaLength::Fixed { bytes: 24_000 },
        ..SandboxOptions::default()
    };
    let world = World::synced_with(options).await;
    let vobiz: Vec<_> = world.rows("").await.iter().map(|row| row.key).collect();
    let office = world.add_vbc().await;
    let all = world.rows("").await;
    let vbc = all.iter().map(|row| row.key).filter(|key| !vobiz.contains(key)).collect();
    (world, office, [vobiz, vbc])
}

/// Nothing renews the tokens of the VBC account.
fn sign_out(world: &World) {
    world.sandbox.vbc().revoke_refresh_tokens();
    world.sandbox.vbc().expire_access_tokens();
}

async fn sign_in(world: &World, id: &AccountId) {
    let (grant, none) = (world.vbc_credentials().grant, Secret::new(String::new()));
    let browser: tapeshelf_engine::OpenBrowser = Arc::new(|_| Err("not needed".into()));
    world.engine.sign_in_vbc(id, none, grant, false, browser).await.unwrap();
}

async fn start(world: &World, keys: Vec<RecordingKey>) -> JobView {
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    world.start(keys, &folder.token, "{account}_{id}").await
}

#[tokio::test]
async fn files_of_the_other_account_are_all_saved_before_the_job_stands_still() {
    let (world, office, [vobiz, vbc]) = two_accounts().await;
    sign_out(&world);
    // Those that cannot be had come first.
    let job = start(&world, [vbc, vobiz].concat()).await;
    let still = settled(&world, &job).await;
    assert_eq!(still.record.state, JobState::Paused);
    let tally = still.record.tally;
    assert_eq!((tally.verified, tally.queued, tally.failed), (3, 3, 0), "{tally:?}");
    let note = still.record.note.unwrap();
    assert!(note.contains("refused the credentials. Sign in again"), "{note}");

    sign_in(&world, &office).await;
    world.engine.resume_job(&job.record.id).await.unwrap();
    let done = settled(&world, &job).await;
    assert_eq!((done.record.state, done.record.tally.verified), (JobState::Finished, 6));
}

#[tokio::test]
async fn files_that_wait_for_a_sign_in_go_on_by_themselves_after_it() {
    let (world, office, [vobiz, vbc]) = two_accounts().await;
    // One of the other account is still to come, so the job runs.
    let late = world.id_of(vobiz[0]).await;
    world.sandbox.break_media(&late, Fault::NotReady);
    sign_out(&world);
    let mut events = world.engine.subscribe();
    let job = start(&world, [vbc, vobiz].concat()).await;
    let waits = job_as(&mut events, &job, |view| {
        let is_said =
            view.pace.as_ref().is_some_and(|pace| pace.starts_with("Files of “Office” wait"));
        is_said && view.record.tally.verified == 2 && view.record.tally.moving == 0
    });
    assert_eq!(waits.await.record.state, JobState::Running);
    sign_in(&world, &office).await;
    let saved = job_as(&mut events, &job, |view| view.record.tally.verified == 5).await;
    let pace = saved.pace.unwrap_or_default();
    assert!(!pace.contains("wait"), "{pace}");
    world.engine.shut_down().await;
}
