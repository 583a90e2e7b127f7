//! Reading the list into the index.

use std::collections::HashSet;
use std::time::Duration;

use domain::search::LibraryView;
use sandbox::SandboxOptions;
use tapeshelf_engine::{Error, Event, SearchOrder, SyncDepth, SyncProgress, Waits};

use crate::support::{World, sync_end, wait_for};

/// How often a person would press the same button.
const PRESSES: usize = 6;

#[tokio::test]
async fn the_first_sync_brings_each_recording_once() {
    let (world, _) = World::synced(450).await;
    let rows = world.rows("").await;
    assert_eq!(rows.len(), 450);
    let ids: HashSet<_> = rows.iter().map(|row| &row.recording_id).collect();
    assert_eq!(ids.len(), 450);
    assert!(rows.windows(2).all(|pair| pair[0].at >= pair[1].at), "newest first");
}

#[tokio::test]
async fn a_server_that_gives_20_where_100_are_asked_for_loses_nothing() {
    let world = World::with(SandboxOptions {
        recordings: 130,
        max_page_size: 20,
        ..SandboxOptions::default()
    })
    .await;
    world.add_account().await;
    assert_eq!(world.rows("").await.len(), 130);
}

#[tokio::test]
async fn a_second_sync_finds_new_calls_and_changes_nothing_else() {
    let (world, id) = World::synced(120).await;
    let before: HashSet<_> =
        world.rows("").await.into_iter().map(|row| (row.key, row.recording_id)).collect();
    world.sandbox.add_calls(7).unwrap();
    let mut events = world.engine.subscribe();
    world.engine.start_sync(&id);
    let SyncProgress::Finished(tally) = sync_end(&mut events).await else {
        panic!("the sync failed")
    };
    assert_eq!((tally.new, tally.changed, tally.gone), (7, 0, 0));
    assert_eq!(tally.warning, None);
    let after: HashSet<_> =
        world.rows("").await.into_iter().map(|row| (row.key, row.recording_id)).collect();
    assert_eq!(after.len(), 127);
    assert!(before.is_subset(&after), "keys stay what they were");
}

#[tokio::test]
async fn what_the_provider_does_not_list_any_more_is_marked_and_kept() {
    let (world, id) = World::synced(40).await;
    let victim = world.rows("").await[5].clone();
    let url = format!(
        "{}/Account/{}/Recording/{}/",
        world.sandbox.api_base_url(),
        world.sandbox.auth_id(),
        victim.recording_id
    );
    let deleted = reqwest::Client::new()
        .delete(url)
        .header("X-Auth-ID", world.sandbox.auth_id())
        .header("X-Auth-Token", world.sandbox.auth_token())
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.status(), 204);
    let mut events = world.engine.subscribe();
    world.engine.start_sync(&id);
    let SyncProgress::Finished(tally) = sync_end(&mut events).await else {
        panic!("the sync failed")
    };
    assert_eq!(tally.gone, 1);
    let row = world
        .rows("")
        .await
        .into_iter()
        .find(|row| row.key == victim.key)
        .expect("the row is kept");
    assert!(row.gone);
    let attention = SearchOrder { view: LibraryView::NeedsAttention, ..SearchOrder::default() };
    assert_eq!(world.engine.search(attention).await.unwrap().count, 1);
}

#[tokio::test]
async fn a_row_nobody_can_read_is_counted_aloud_and_stops_no_other() {
    let world = World::empty(20).await;
    world.sandbox.plant(serde_json::json!({ "call_uuid": "no id at all" }));
    world.sandbox.plant(
        serde_json::json!({ "recording_id": "../../x", "recording_url": 7, "add_time": {} }),
    );
    let mut events = world.engine.subscribe();
    world.engine.add_vobiz(world.credentials()).await.unwrap();
    let SyncProgress::Finished(tally) = sync_end(&mut events).await else {
        panic!("the sync failed")
    };
    let warning = tally.warning.expect("the unreadable row is told");
    assert!(warning.starts_with("1 rows could not be read"), "{warning}");
    assert_eq!(world.rows("").await.len(), 21);
    assert_eq!(world.rows("../../x").await.len(), 1, "a hostile id is only text");
}

#[tokio::test]
async fn a_sync_without_an_answer_fails_and_keeps_what_is_here() {
    let (world, id) = World::synced(30).await;
    let World { engine, sandbox, dir, vault, .. } = world;
    sandbox.stop().await;
    let mut events = engine.subscribe();
    engine.start_sync(&id);
    let SyncProgress::Failed(error) = sync_end(&mut events).await else {
        panic!("it cannot have worked")
    };
    assert!(matches!(*error, Error::Provider(_)), "{error:?}");
    assert_eq!(engine.search(SearchOrder::default()).await.unwrap().count, 30);
    drop((dir, vault));
}

#[tokio::test]
async fn part_of_a_number_finds_the_calls_in_any_notation() {
    let (world, _) = World::synced(300).await;
    let row = world
        .rows("")
        .await
        .into_iter()
        .find(|row| row.from.as_ref().is_some_and(|from| from.len() > 9))
        .unwrap();
    let digits: String = row.from.unwrap().chars().filter(char::is_ascii_digit).collect();
    let middle = &digits[2..8];
    let found = world.rows(middle).await;
    assert!(found.iter().any(|hit| hit.key == row.key));
    let spaced = format!("{} {}-{}", &middle[..2], &middle[2..4], &middle[4..]);
    assert_eq!(world.rows(&spaced).await.len(), found.len());
    for hit in &found {
        let both: String = [&hit.from, &hit.to]
            .into_iter()
            .flatten()
            .flat_map(|number| number.chars().filter(char::is_ascii_digit).chain(['|']))
            .collect();
        assert!(
            both.contains(middle) || hit.recording_id.as_str().contains(middle),
            "{both} does not hold {middle}"
        );
    }
}

#[tokio::test]
async fn rows_that_move_up_while_the_list_is_read_are_not_lost() {
    let world = World::with(SandboxOptions {
        recordings: 200,
        max_page_size: 20,
        latency: Duration::from_millis(20),
        ..SandboxOptions::default()
    })
    .await;
    let mut events = world.engine.subscribe();
    world.engine.add_vobiz(world.credentials()).await.unwrap();
    wait_for(&mut events, |event| match event {
        Event::Sync { progress: SyncProgress::Running { received, .. }, .. } if received >= 40 => {
            Some(())
        }
        _ => None,
    })
    .await;
    let deleted: Vec<String> = world.sandbox.recording_ids().into_iter().take(15).collect();
    for id in &deleted {
        world.sandbox.remove(id).unwrap();
    }
    let SyncProgress::Finished(tally) = sync_end(&mut events).await else {
        panic!("the sync failed")
    };
    assert_eq!(tally.warning, None, "the second reading found them all");
    let rows = world.rows("").await;
    let there: HashSet<_> = rows
        .iter()
        .filter(|row| !row.gone)
        .map(|row| row.recording_id.as_str().to_owned())
        .collect();
    for id in world.sandbox.recording_ids() {
        assert!(there.contains(&id), "{id} slipped through");
    }
}

/// How often the list was asked for since the log had `before` entries.
fn list_requests(world: &World, before: usize) -> usize {
    let log = world.sandbox.request_log();
    log[before..].iter().filter(|logged| logged.path.ends_with("/Recording/")).count()
}

#[tokio::test]
async fn a_second_sync_asks_for_no_more_than_what_is_new() {
    let world = World::with(SandboxOptions {
        recordings: 900,
        max_page_size: 20,
        ..SandboxOptions::default()
    })
    .await;
    let id = world.add_account().await;
    assert!(list_requests(&world, 0) >= 45, "the first sync reads everything");
    world.sandbox.add_calls(25).unwrap();
    let before = world.sandbox.request_log().len();
    let mut events = world.engine.subscribe();
    world.engine.start_sync(&id);
    let SyncProgress::Finished(tally) = sync_end(&mut events).await else {
        panic!("the sync failed")
    };
    assert_eq!((tally.new, tally.warning), (25, None));
    let asked = list_requests(&world, before);
    assert!(asked <= 4, "two pages of news and two of overlap, not {asked}");

    let before = world.sandbox.request_log().len();
    world.engine.start_sync_of(&id, SyncDepth::Full);
    let SyncProgress::Finished(tally) = sync_end(&mut events).await else {
        panic!("the sync failed")
    };
    assert_eq!((tally.received, tally.new, tally.gone), (925, 0, 0));
    assert!(list_requests(&world, before) >= 46);
}

#[tokio::test]
async fn new_calls_are_counted_also_when_the_counts_differ() {
    let world = World::with(SandboxOptions { recordings: 200, ..SandboxOptions::default() }).await;
    let id = world.add_account().await;
    world.sandbox.add_calls(3).unwrap();
    let oldest = world.sandbox.recording_ids().pop().unwrap();
    world.sandbox.remove(&oldest).unwrap();
    let mut events = world.engine.subscribe();
    world.engine.start_sync(&id);
    let SyncProgress::Finished(tally) = sync_end(&mut events).await else {
        panic!("the sync failed")
    };
    assert_eq!((tally.received, tally.new, tally.gone), (202, 3, 1));
}

#[tokio::test]
async fn an_interrupted_first_sync_goes_on_where_it_stopped() {
    let mut world = World::with(SandboxOptions {
        recordings: 1200,
        max_page_size: 20,
        latency: Duration::from_millis(20),
        ..SandboxOptions::default()
    })
    .await;
    let mut events = world.engine.subscribe();
    let account = world.engine.add_vobiz(world.credentials()).await.unwrap();
    wait_for(&mut events, |event| match event {
        Event::Sync { progress: SyncProgress::Running { received, .. }, .. } if received >= 700 => {
            Some(())
        }
        _ => None,
    })
    .await;
    world.reopen().await;
    let before = world.sandbox.request_log().len();
    world.sandbox.add_calls(30).unwrap();
    let mut events = world.engine.subscribe();
    world.engine.start_sync(&account.id);
    let SyncProgress::Finished(tally) = sync_end(&mut events).await else {
        panic!("the sync failed")
    };
    assert_eq!(tally.warning, None);
    assert_eq!(world.rows("").await.len(), 1230, "each recording once, new ones too");
    let asked = list_requests(&world, before);
    assert!(asked < 60, "of 62 pages {asked} were read again");
}

#[tokio::test]
async fn calls_that_arrive_while_pages_are_read_in_parallel_are_not_lost() {
    let world = World::with(SandboxOptions {
        recordings: 600,
        max_page_size: 20,
        latency: Duration::from_millis(20),
        ..SandboxOptions::default()
    })
    .await;
    let mut events = world.engine.subscribe();
    let account = world.engine.add_vobiz(world.credentials()).await.unwrap();
    let mut added = 0;
    loop {
        let progress = wait_for(&mut events, |event| match event {
            Event::Sync { progress, .. } => Some(progress),
            _ => None,
        })
        .await;
        match progress {
            SyncProgress::Running { .. } if added < 40 => {
                world.sandbox.add_calls(4).unwrap();
                added += 4;
            }
            SyncProgress::Running { .. } => {}
            SyncProgress::Finished(tally) => {
                assert_eq!(tally.warning, None);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    world.engine.start_sync(&account.id);
    sync_end(&mut events).await;
    let known: HashSet<String> =
        world.rows("").await.iter().map(|row| row.recording_id.as_str().to_owned()).collect();
    for id in world.sandbox.recording_ids() {
        assert!(known.contains(&id), "{id} slipped through");
    }
}

/// T-11 to T-19 for lists: a fifth of all replies is struck. A person presses *Sync now* again until it worked.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_bad_day_each_recording_comes_once_and_none_is_called_gone() {
    let world = World::with_waits(
        SandboxOptions {
            recordings: 1000,
            seed: 7,
            max_page_size: 20,
            faults: "bad_day".parse().unwrap(),
            ..SandboxOptions::default()
        },
        Waits {
            silence: Duration::from_millis(1500),
            request_again: Duration::from_millis(20),
            ..Waits::default()
        },
    )
    .await;
    let mut events = world.engine.subscribe();
    let mut added = world.engine.add_vobiz(world.credentials()).await;
    for _ in 1..PRESSES {
        if added.is_err() {
            added = world.engine.add_vobiz(world.credentials()).await;
        }
    }
    let id = added.unwrap().id;
    let mut ended = sync_end(&mut events).await;
    for _ in 1..PRESSES {
        if matches!(ended, SyncProgress::Finished(_)) {
            break;
        }
        let mut events = world.engine.subscribe();
        world.engine.start_sync_of(&id, SyncDepth::Full);
        ended = sync_end(&mut events).await;
    }
    let SyncProgress::Finished(tally) = ended else { panic!("{ended:?}") };
    assert_eq!((tally.gone, tally.warning), (0, None));
    let rows = world.rows("").await;
    let ids: HashSet<_> = rows.iter().map(|row| row.recording_id.to_string()).collect();
    assert_eq!((rows.len(), ids.len()), (1000, 1000), "each once");
    assert!(rows.iter().all(|row| !row.gone));
    assert!(list_requests(&world, 0) > 55, "many a page had to be asked for again");
}

#[tokio::test]
async fn a_sync_tells_its_speed_and_the_time_left_once_it_knows() {
    let world = World::with(SandboxOptions {
        recordings: 1600,
        max_page_size: 20,
        latency: Duration::from_millis(150),
        ..SandboxOptions::default()
    })
    .await;
    let mut events = world.engine.subscribe();
    world.engine.add_vobiz(world.credentials()).await.unwrap();
    let mut told = Vec::new();
    loop {
        let progress = wait_for(&mut events, |event| match event {
            Event::Sync { progress, .. } => Some(progress),
            _ => None,
        })
        .await;
        match progress {
            SyncProgress::Running { received, recordings_per_s, left_ms, .. } => {
                told.push((received, recordings_per_s, left_ms));
            }
            SyncProgress::Finished(_) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told[0], (0, None, None), "nothing is known at first");
    let (_, per_s, left_ms) = *told.last().unwrap();
    assert!(per_s.is_some_and(|per_s| per_s > 0.0), "{told:?}");
    assert_eq!(left_ms, Some(0), "everything was there: {told:?}");
    assert!(
        told.iter()
            .any(|(received, _, left)| *received < 1600 && left.is_some_and(|left| left > 0))
    );
}
