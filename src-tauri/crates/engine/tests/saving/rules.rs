//! Rules that keep saving.

use tapeshelf_engine::{Event, JobState, RuleChange};

use crate::support::{World, everything_into, wait_for};

#[tokio::test]
async fn new_calls_are_saved_after_each_sync_and_old_ones_are_not_asked_for_again() {
    let world = World::synced(6).await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let change = everything_into(folder.token);
    let rule = world.engine.put_save_rule(change.clone()).await.unwrap();
    assert_eq!(rule.last, None);
    let mut events = world.engine.subscribe();
    let tally = world.engine.run_save_rule(&rule.id).await.unwrap();
    assert_eq!((tally.matched, tally.queued), (6, 6));
    let finished = |wanted: u32| {
        move |event: Event| match event {
            Event::Job(view)
                if view.record.state == JobState::Finished && view.record.tally.total == wanted =>
            {
                Some(view)
            }
            _ => None,
        }
    };
    let job = wait_for(&mut events, finished(6)).await;
    assert_eq!(
        (job.record.label.as_str(), job.record.rule_id),
        ("Everything", Some(rule.id.clone()))
    );
    let again = world.engine.run_save_rule(&rule.id).await.unwrap();
    assert_eq!((again.matched, again.saved, again.queued), (6, 6, 0));

    world.sandbox.add_calls(2).unwrap();
    world.sync().await;
    wait_for(&mut events, finished(2)).await;
    let last = world.engine.save_rules().await.unwrap().remove(0).last.unwrap();
    assert_eq!((last.matched, last.saved, last.queued), (8, 6, 2));
    assert_eq!(world.audio().len(), 8);

    // What is saved elsewhere is not saved here, and what a check found missing is saved again.
    let elsewhere = world.dir.path().join("elsewhere");
    let chosen = world.engine.take_folder(elsewhere.clone()).await.unwrap();
    let other = RuleChange { label: "Twice".into(), folder: Some(chosen.token), ..change };
    let other = world.engine.put_save_rule(other).await.unwrap();
    let tally = world.engine.run_save_rule(&other.id).await.unwrap();
    assert_eq!((tally.saved, tally.queued), (0, 8));
    wait_for(&mut events, finished(8)).await;
    assert_eq!(crate::support::walk(&elsewhere).len(), 8);
    std::fs::remove_file(&crate::support::walk(&elsewhere)[0]).unwrap();
    assert_eq!(world.engine.run_save_rule(&other.id).await.unwrap().saved, 8, "nobody looked yet");
    assert_eq!(crate::copies::check(&world).await.missing, 1);
    let tally = world.engine.run_save_rule(&other.id).await.unwrap();
    assert_eq!((tally.saved, tally.queued), (7, 1));
    wait_for(&mut events, finished(1)).await;
    assert_eq!(crate::copies::check(&world).await.ok, 16);
    // One that was away when a check looked, and is back with its bytes, is queued once, and then counts again.
    let file = crate::support::walk(&elsewhere).remove(0);
    let away = world.dir.path().join("away");
    std::fs::rename(&file, &away).unwrap();
    assert_eq!(crate::copies::check(&world).await.missing, 1);
    std::fs::rename(&away, &file).unwrap();
    let tally = world.engine.run_save_rule(&other.id).await.unwrap();
    assert_eq!((tally.saved, tally.queued), (7, 1));
    wait_for(&mut events, |event| match event {
        Event::Job(view) if view.record.state == JobState::Finished => {
            (view.record.tally.skipped == 1).then_some(())
        }
        _ => None,
    })
    .await;
    let tally = world.engine.run_save_rule(&other.id).await.unwrap();
    assert_eq!((tally.saved, tally.queued), (8, 0));
    world.engine.remove_save_rule(&other.id).await.unwrap();

    std::fs::remove_dir_all(world.folder()).unwrap();
    world.sandbox.add_calls(1).unwrap();
    let mut events = world.engine.subscribe();
    world.sync().await;
    wait_for(&mut events, |event| matches!(event, Event::RulesChanged).then_some(())).await;
    let last = world.engine.save_rules().await.unwrap().remove(0).last.unwrap();
    assert!(last.problem.unwrap().contains("is not there"));
    assert!(!world.folder().exists(), "an unplugged disk is not made anew");
}
