//! A server that has trouble for longer than a file is tried: what is everybody's trouble is waited for, and what is one
//! file's alone ends with a reason.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox::Fault;
use tapeshelf_engine::{ItemState, JobState, JobView, Waits};

use crate::hostile::{Asked, Reply, Trap};
use crate::support::{World, job_as, short_waits};

const SMALL: u64 = 24_000;

fn named(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn down() -> Reply {
    Reply::new("503 Service Unavailable", b"down").promising(4)
}

/// Looks after a job until `enough`, and lets nobody wait as long as a person's computer would.
async fn hurried(
    world: &World,
    job: &JobView,
    mut enough: impl FnMut(&JobView) -> bool,
) -> JobView {
    let mut events = world.engine.subscribe();
    loop {
        let jobs = world.engine.jobs().await.unwrap();
        let view = jobs.into_iter().find(|view| view.record.id == job.record.id).unwrap();
        if enough(&view) {
            return view;
        }
        assert_eq!(view.record.state, JobState::Running, "{:?}", view.record.note);
        world.engine.resume_job(&job.record.id).await.unwrap();
        job_as(&mut events, job, |_| true).await;
    }
}

#[tokio::test]
async fn a_media_host_that_fails_for_every_file_is_waited_for_and_no_file_fails() {
    let is_back = Arc::new(AtomicBool::new(false));
    let back = Arc::clone(&is_back);
    let names = named(&["one", "two"]);
    let broken = Mutex::new(HashSet::new());
    let trap = Trap::set(&names, SMALL, short_waits(), move |file, name, asked| {
        if !back.load(Ordering::SeqCst) {
            return down();
        }
        // When all is well again, each breaks once more: a file has lost none of its tries by the outage.
        if broken.lock().unwrap().insert(name.to_owned()) {
            return Reply::whole(file).cut_at(file.len() / 2);
        }
        Reply::good(file, asked)
    })
    .await;
    let engine = &trap.world.engine;
    let folder = engine.take_folder(trap.world.folder()).await.unwrap();
    let job = trap.world.start(trap.keys().await, &folder.token, "{id}").await;
    let mut said = None;
    hurried(&trap.world, &job, |view| {
        let pace = view.pace.clone().filter(|pace| pace.contains("errors of its own"));
        said = pace.or(said.take());
        // A file that is to blame fails at its fourth try, of which each asks at most four times.
        names.iter().all(|name| trap.media.asked(name).len() > 4 * 4) && said.is_some()
    })
    .await;
    let said = said.unwrap();
    assert!(said.starts_with("The server that has the audio answers with errors"), "{said}");
    let items = engine.job_items(&job.record.id, 0, 10).await.unwrap();
    assert!(items.iter().all(|item| item.state != ItemState::Failed), "{items:?}");
    is_back.store(true, Ordering::SeqCst);
    let done = hurried(&trap.world, &job, |view| view.record.state == JobState::Finished).await;
    assert_eq!(done.record.tally.failed, 0);
    trap.assert_all_exact();
}

#[tokio::test]
async fn a_file_the_server_fails_for_while_others_come_fails_with_its_reason() {
    let trap =
        Trap::set(&named(&["bad", "fine"]), SMALL, short_waits(), |file, name, asked: &Asked| {
            if name == "bad" { down() } else { Reply::good(file, asked) }
        })
        .await;
    let (job, items) = trap.spring().await;
    assert_eq!((job.record.state, job.record.tally.failed), (JobState::Finished, 1), "{items:?}");
    let note = items[0].note.as_deref().unwrap();
    assert!(
        note.starts_with("The provider had an error of its own. Try it again later."),
        "{note}"
    );
}

#[tokio::test]
async fn a_file_that_is_alone_with_a_host_that_never_answers_ends_with_a_reason() {
    let waits = Waits { silence: Duration::from_millis(300), silences_alone: 2, ..short_waits() };
    let trap = Trap::set(&named(&["mute"]), SMALL, waits, |_, _, _| Reply::silence()).await;
    let engine = &trap.world.engine;
    let folder = engine.take_folder(trap.world.folder()).await.unwrap();
    let job = trap.world.start(trap.keys().await, &folder.token, "{id}").await;
    let done = hurried(&trap.world, &job, |view| view.record.state == JobState::Finished).await;
    assert_eq!(done.record.tally.failed, 1);
    let items = engine.job_items(&job.record.id, 0, 10).await.unwrap();
    assert!(items[0].note.as_ref().unwrap().contains("did not reply"), "{items:?}");
    assert!(trap.world.files().is_empty(), "no part is left");
}

#[tokio::test]
async fn a_host_that_does_not_come_back_stands_the_job_still_with_all_that_is_left() {
    // The day that it is waited for is over at once.
    let waits = Waits { server_back: Duration::ZERO, ..short_waits() };
    let is_back = Arc::new(AtomicBool::new(false));
    let back = Arc::clone(&is_back);
    let names = named(&["one", "two", "fine"]);
    let trap = Trap::set(&names, SMALL, waits, move |file, name, asked| {
        if name == "fine" || back.load(Ordering::SeqCst) {
            Reply::good(file, asked)
        } else {
            down()
        }
    })
    .await;
    let keys = trap.keys().await;
    trap.world.download(vec![keys[2]]).await;
    let (paused, items) = trap.spring().await;
    assert_eq!(
        (paused.record.state, paused.record.tally.failed),
        (JobState::Paused, 0),
        "{items:?}"
    );
    let note = paused.record.note.clone().unwrap();
    assert!(note.contains("for too long") && note.contains("resume to try again"), "{note}");
    is_back.store(true, Ordering::SeqCst);
    trap.world.engine.resume_job(&paused.record.id).await.unwrap();
    let done = hurried(&trap.world, &paused, |view| view.record.state == JobState::Finished).await;
    assert_eq!(done.record.tally.failed, 0);
    trap.assert_all_exact();
}

/// Of the provider itself, when fresh addresses are asked for.
#[tokio::test]
async fn a_provider_that_fails_for_every_recording_is_waited_for() {
    let options =
        sandbox::SandboxOptions { recordings: 10, seed: 7, ..sandbox::SandboxOptions::default() };
    let world = World::with_waits(options, short_waits()).await;
    world.add_account().await;
    let keys = world.short_keys(2).await;
    for key in &keys {
        // The listed address is refused once, as one that expired is.
        world.sandbox.break_media_times(&world.id_of(*key).await, Fault::NotReady, 1);
    }
    let recordings = format!("GET /api/v1/Account/{}/Recording/", world.sandbox.auth_id());
    world.sandbox.break_requests(&recordings, Fault::Server5xx);
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let before = world.sandbox.request_log().len();
    let job = world.start(keys, &folder.token, "{id}").await;
    let mut said = None;
    hurried(&world, &job, |view| {
        let pace = view.pace.clone().filter(|pace| pace.contains("errors of its own"));
        said = pace.or(said.take());
        world.sandbox.request_log().len() > before + 2 * 4 * 4 + 4 && said.is_some()
    })
    .await;
    let said = said.unwrap();
    assert!(said.starts_with("The provider answers with errors of its own"), "{said}");
    let items = world.engine.job_items(&job.record.id, 0, 10).await.unwrap();
    assert!(items.iter().all(|item| item.state != ItemState::Failed), "{items:?}");
    world.sandbox.mend_requests();
    let done = hurried(&world, &job, |view| view.record.state == JobState::Finished).await;
    assert_eq!(done.record.tally.failed, 0);
}
