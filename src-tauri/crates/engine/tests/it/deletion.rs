//! Deletion at the provider.

use tapeshelf_engine::{DeleteOrder, Error, Selection};

use crate::support::World;

fn order(keys: Vec<domain::RecordingKey>, without_copy: bool) -> DeleteOrder {
    DeleteOrder {
        confirmed_count: keys.len(),
        selection: Selection::Keys(keys),
        without_copy,
        reason: "test".into(),
    }
}

#[tokio::test]
async fn a_recording_without_a_copy_is_kept_unless_the_person_chose_otherwise() {
    let (world, _) = World::synced(10).await;
    let keys = world.short_keys(2).await;
    let report = world.engine.delete_recordings(order(keys.clone(), false)).await.unwrap();
    assert_eq!((report.deleted, report.kept.len()), (0, 2));
    assert!(!asked_to_delete(&world));
    let report = world.engine.delete_recordings(order(keys, true)).await.unwrap();
    assert_eq!((report.deleted, report.kept.len()), (2, 0));
    assert_eq!(world.rows("").await.len(), 8);
}

#[tokio::test]
async fn a_verified_copy_is_hashed_again_before_the_recording_goes() {
    let (world, _) = World::synced(20).await;
    let keys = world.short_keys(2).await;
    world.download(keys.clone()).await;
    let spoiled = world.engine.recording(keys[0]).await.unwrap().stored.copy.unwrap().path;
    let mut bytes = std::fs::read(&spoiled).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&spoiled, bytes).unwrap();
    let report = world.engine.delete_recordings(order(keys.clone(), true)).await.unwrap();
    assert_eq!(report.deleted, 1);
    assert_eq!(report.kept.len(), 1);
    assert_eq!(report.kept[0].key, keys[0]);
    assert!(report.kept[0].why.contains("has changed"), "{}", report.kept[0].why);
    let kept = world.engine.recording(keys[1]).await.unwrap();
    assert!(kept.row.gone, "the row with its copy stays, marked as gone");
    assert!(kept.stored.copy.is_some());
}

#[tokio::test]
async fn another_count_than_the_person_saw_deletes_nothing() {
    let (world, _) = World::synced(10).await;
    let mut wrong = order(world.short_keys(3).await, true);
    wrong.confirmed_count = 2;
    let error = world.engine.delete_recordings(wrong).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { field: Some("confirmedCount"), .. }), "{error:?}");
    assert!(!asked_to_delete(&world));
}

fn asked_to_delete(world: &World) -> bool {
    world.sandbox.request_log().iter().any(|logged| logged.method == "DELETE")
}
