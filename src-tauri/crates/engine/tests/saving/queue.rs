//! Order in the queue, single files, settings of the pace.

use tapeshelf_engine::{
    ItemOrder, JobState, NewTransfer, Priority, QuietHours, Selection, TransferOptions,
    TransferSettings,
};

use crate::support::{World, job_as, job_end};

#[tokio::test]
async fn quiet_hours_hold_everything_and_say_so() {
    let world = World::synced(20).await;
    let quiet =
        QuietHours { from: "00:00".into(), to: "00:00".into(), weekdays: (1..=7).collect() };
    let settings = TransferSettings { quiet_hours: Some(quiet), ..TransferSettings::default() };
    world.engine.set_transfer_settings(settings).await.unwrap();
    let keys = world.short_keys(2).await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let job = world.start(keys, &folder.token, "{id}").await;
    let held = job_as(&mut events, &job, |view| view.pace.is_some()).await;
    assert!(held.pace.unwrap().starts_with("Quiet hours until 00:00"));
    assert_eq!((held.record.tally.queued, held.record.state), (2, JobState::Running));
    world.engine.set_transfer_settings(TransferSettings::default()).await.unwrap();
    let done = job_end(&mut events, &job).await;
    assert_eq!(done.record.state, JobState::Finished);
}

#[tokio::test]
async fn single_files_can_be_held_and_cancelled() {
    let world = World::synced(20).await;
    let keys = world.short_keys(4).await;
    let quiet =
        QuietHours { from: "00:00".into(), to: "00:00".into(), weekdays: (1..=7).collect() };
    let settings = TransferSettings { quiet_hours: Some(quiet), ..TransferSettings::default() };
    world.engine.set_transfer_settings(settings).await.unwrap();
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let job = world.start(keys, &folder.token, "{id}").await;
    let id = job.record.id.clone();
    world.engine.order_items(&id, vec![0], ItemOrder::Hold).await.unwrap();
    world.engine.order_items(&id, vec![1], ItemOrder::Cancel).await.unwrap();
    world.engine.set_transfer_settings(TransferSettings::default()).await.unwrap();
    let stopped = job_end(&mut events, &job).await;
    let tally = stopped.record.tally;
    assert_eq!(stopped.record.state, JobState::Paused, "what is left was paused by hand");
    assert_eq!((tally.held, tally.cancelled, tally.verified + tally.remarked), (1, 1, 2));
    world.engine.resume_job(&id).await.unwrap();
    let done = job_as(&mut events, &job, |view| view.record.state == JobState::Finished).await;
    assert_eq!(done.record.tally.verified + done.record.tally.remarked, 3);
}

#[tokio::test]
async fn a_plan_says_what_is_there_and_what_it_would_take() {
    let world = World::synced(20).await;
    let keys = world.short_keys(5).await;
    world.download(keys[..2].to_vec()).await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let plan =
        world.engine.plan_transfer(&Selection::Keys(keys), Some(&folder.token)).await.unwrap();
    assert_eq!((plan.files, plan.already_there), (5, 2));
    assert!(plan.estimated_bytes.is_some_and(|bytes| bytes > 0));
    assert!(plan.free_bytes.is_some());
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_the_field_to_blame() {
    let world = World::synced(5).await;
    let keys = world.short_keys(1).await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let new = |template: &str, zone: &str| NewTransfer {
        selection: Selection::Keys(keys.clone()),
        folder: folder.token.clone(),
        template: template.into(),
        options: TransferOptions { time_zone: zone.into(), ..TransferOptions::default() },
        priority: Priority::Normal,
    };
    for (wrong, words) in [
        (new("{start:%Y/%m}", ""), "outside the braces"),
        (new("{from:%Y}", ""), "cannot be written as"),
        (new("{id}", "Mars/Olympus"), "no time zone"),
    ] {
        let error = world.engine.start_transfer(wrong).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let slow = TransferSettings { bytes_per_s: Some(1), ..TransferSettings::default() };
    assert!(world.engine.set_transfer_settings(slow).await.is_err());
}
