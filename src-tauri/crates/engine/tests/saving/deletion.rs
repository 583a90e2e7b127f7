//! Deletions whose answer is lost: what may have happened is on record until the provider says whether it did.

use catalogue::{Catalogue, DeletionOutcome};
use domain::RecordingKey;
use sandbox::Fault;
use tapeshelf_engine::{DeleteOrder, Event, Selection};

use crate::support::{World, short_waits, wait_for};

fn order(key: RecordingKey) -> DeleteOrder {
    DeleteOrder {
        selection: Selection::Keys(vec![key]),
        confirmed_count: 1,
        without_copy: true,
        reason: "test".into(),
    }
}

async fn world() -> World {
    let options =
        sandbox::SandboxOptions { recordings: 10, seed: 7, ..sandbox::SandboxOptions::default() };
    let world = World::with_waits(options, short_waits()).await;
    world.add_account().await;
    world
}

/// How the deletions on record ended. The engine must be closed.
fn outcomes(world: &World) -> Vec<Option<DeletionOutcome>> {
    let (catalogue, _) = Catalogue::open(&world.dir.path().join("profile")).unwrap();
    catalogue.deletions().unwrap().into_iter().map(|row| row.outcome).collect()
}

#[tokio::test]
async fn a_lost_answer_is_asked_about_at_once_and_the_recording_is_gone() {
    let world = world().await;
    let key = world.rows("").await[0].key;
    let id = world.id_of(key).await;
    world.sandbox.break_requests_times("DELETE", Fault::LostReply, 1);
    let report = world.engine.delete_recordings(order(key)).await.unwrap();
    assert_eq!((report.deleted, report.kept.len(), report.unknown.len()), (1, 0, 0), "{report:?}");
    assert!(!world.sandbox.recording_ids().contains(&id));
    world.engine.shut_down().await;
    assert_eq!(outcomes(&world), [Some(DeletionOutcome::Deleted)]);
}

#[tokio::test]
async fn a_lost_answer_that_nobody_can_ask_about_stays_open_and_is_settled_at_the_next_start() {
    let mut world = world().await;
    let key = world.rows("").await[0].key;
    let id = world.id_of(key).await;
    world.sandbox.break_requests("DELETE", Fault::LostReply);
    world.sandbox.break_requests(
        &format!("GET /api/v1/Account/{}/Recording/{id}", world.sandbox.auth_id()),
        Fault::Reset,
    );
    let report = world.engine.delete_recordings(order(key)).await.unwrap();
    assert_eq!((report.deleted, report.kept.len(), report.unknown.len()), (0, 0, 1), "{report:?}");
    assert!(report.unknown[0].why.contains("its answer was lost"), "{report:?}");
    assert!(!world.sandbox.recording_ids().contains(&id), "it did happen");
    let row = world.engine.recording(key).await.unwrap().row;
    assert!(!row.deleted_by_us, "nobody knows yet");

    world.sandbox.mend_requests();
    world.reopen().await;
    let mut events = world.engine.subscribe();
    world.engine.resume_work().await.unwrap();
    let engine = world.engine.clone();
    loop {
        let rows = world.rows("").await;
        if rows.iter().all(|row| row.key != key || row.gone) {
            break;
        }
        wait_for(&mut events, |event| matches!(event, Event::LibraryChanged).then_some(())).await;
    }
    engine.shut_down().await;
    assert_eq!(outcomes(&world), [Some(DeletionOutcome::Deleted)]);
}

#[tokio::test]
async fn a_request_that_never_arrived_leaves_the_recording_and_says_so() {
    let world = world().await;
    let key = world.rows("").await[0].key;
    let id = world.id_of(key).await;
    // Broken before anything is done, each time; asking for the recording works.
    world.sandbox.break_requests("DELETE", Fault::Reset);
    let report = world.engine.delete_recordings(order(key)).await.unwrap();
    assert_eq!((report.deleted, report.kept.len(), report.unknown.len()), (0, 1, 0), "{report:?}");
    assert!(report.kept[0].why.contains("still has it"), "{report:?}");
    assert!(world.sandbox.recording_ids().contains(&id));
    world.engine.shut_down().await;
    assert_eq!(outcomes(&world), [Some(DeletionOutcome::Failed)]);
}

#[tokio::test]
async fn one_that_is_under_way_is_left_to_its_own_answer() {
    let world = world().await;
    let key = world.rows("").await[0].key;
    let id = world.id_of(key).await;
    world.sandbox.break_requests_times("DELETE", Fault::Slow, 1);
    let deleting = tokio::spawn({
        let engine = world.engine.clone();
        async move { engine.delete_recordings(order(key)).await.unwrap() }
    });
    let asked = |method: &str| {
        let log = world.sandbox.request_log();
        log.iter()
            .filter(|asked| asked.method == method && asked.path.contains(id.as_str()))
            .count()
    };
    while asked("DELETE") == 0 {
        tokio::task::yield_now().await;
    }
    // What a start does: it asks about deletions of which nobody knows how they ended.
    let mut events = world.engine.subscribe();
    world.engine.resume_work().await.unwrap();
    wait_for(&mut events, |event| matches!(event, Event::Sync { .. }).then_some(())).await;
    let report = deleting.await.unwrap();
    assert_eq!((report.deleted, report.kept.len(), report.unknown.len()), (1, 0, 0), "{report:?}");
    assert_eq!(asked("GET"), 0, "it was asked about although its answer was to come");
    world.engine.shut_down().await;
    assert_eq!(outcomes(&world), [Some(DeletionOutcome::Deleted)]);
}
