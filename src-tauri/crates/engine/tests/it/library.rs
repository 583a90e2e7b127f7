//! Finding, writing on recordings, views, and the proof that nothing is missing.

use domain::query::PartKind;
use domain::search::{LibraryView, Sort, SortColumn};
use tapeshelf_engine::{Annotating, DeleteOrder, Error, SavedView, SearchOrder, Selection};

use crate::support::{World, sync_end};

fn typed(text: &str) -> SearchOrder {
    SearchOrder { text: text.into(), ..SearchOrder::default() }
}

#[tokio::test]
async fn a_search_says_what_it_read_and_what_it_comes_to() {
    let (world, _) = World::synced(200).await;
    let all = world.engine.search(typed("")).await.unwrap();
    let found = world.engine.search(typed("dur:>0s dur:5q -type:call")).await.unwrap();
    assert_eq!(found.query.problems.len(), 1);
    assert!(found.query.parts.iter().all(|part| matches!(part.kind, PartKind::Token(Some(_)))));
    let calls = world.engine.search(typed("dur:>0s type:call")).await.unwrap();
    assert!(found.count > 0 && calls.count > 0, "the wrong token hides nothing");
    assert!(found.count + calls.count <= all.count);
    assert!(all.monthly_cost > 0.0);

    let rows = world.engine.window(calls.id, 0, 500).await.unwrap();
    assert_eq!(rows.len(), calls.count as usize);
    assert!(rows.iter().all(|row| row.kind.as_deref() == Some("call")));
    let keys = vec![rows[3].key, domain::RecordingKey(4_000_000), rows[0].key];
    let positions = world.engine.positions(calls.id, keys).await.unwrap();
    assert_eq!(positions, [Some(3), None, Some(0)]);

    let completion = world.engine.complete_query("type:", 5).await.unwrap();
    assert!(completion.suggestions.iter().any(|one| one.label == "call" && one.count.is_some()));
    let seen = world.engine.seen_values("type").await.unwrap();
    assert!(seen.is_sorted_by(|a, b| a.1 >= b.1) && !seen.is_empty());
}

#[tokio::test]
async fn calls_of_the_same_number_are_beside_a_call() {
    let (world, _) = World::synced(300).await;
    let mut with_others = 0;
    for row in world.rows("").await.iter().take(40) {
        let detail = world.engine.recording(row.key).await.unwrap();
        let Some(query) = &detail.same_number_query else { continue };
        let found = world.engine.search(typed(query)).await.unwrap();
        assert_eq!(detail.same_number_count + 1, found.count, "{query}");
        assert_eq!(detail.same_number.len(), (detail.same_number_count as usize).min(20));
        assert!(detail.same_number.iter().all(|other| other.key != row.key));
        with_others += u32::from(detail.same_number_count > 0);
    }
    assert!(with_others > 0, "the sandbox has people who call twice");
}

#[tokio::test]
async fn a_hold_is_put_on_in_bulk_and_blocks_every_deletion() {
    let (world, _) = World::synced(30).await;
    let keys = world.short_keys(3).await;
    let selection = Selection::Keys(keys[..2].to_vec());
    let hold =
        |name: &str, reason: &str| Annotating::Hold { name: name.into(), reason: reason.into() };
    for (name, reason) in [("", "x"), ("x", " ")] {
        let refused = world.engine.annotate(&selection, hold(name, reason)).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "a hold says what for, and why");
    }
    assert_eq!(world.engine.annotate(&selection, hold("Case 14", "court")).await.unwrap(), 2);
    let totals = world.engine.selection_totals(Selection::Keys(keys.clone())).await.unwrap();
    assert_eq!((totals.count, totals.held_count), (3, 2));

    let order = DeleteOrder {
        confirmed_count: keys.len(),
        selection: Selection::Keys(keys.clone()),
        without_copy: true,
        reason: "test".into(),
    };
    let report = world.engine.delete_recordings(order).await.unwrap();
    assert_eq!((report.deleted, report.kept.len()), (1, 2));
    assert!(report.kept.iter().all(|kept| kept.why.contains("Case 14")), "{:?}", report.kept);
    let held = SearchOrder { view: LibraryView::OnHold, ..typed("hold:14") };
    assert_eq!(world.engine.search(held).await.unwrap().count, 2);
    assert_eq!(world.engine.annotate(&selection, Annotating::Release).await.unwrap(), 2);
    assert_eq!(world.engine.view_counts().await.unwrap().on_hold, 0);
}

/// Nothing else would keep the recording from being deleted: its copy is verified, and the person agreed.
#[tokio::test]
async fn a_hold_blocks_a_deletion_whichever_way_it_is_asked_for() {
    let (mut world, account) = World::synced(12).await;
    let key = world.short_keys(1).await[0];
    let id = world.engine.recording(key).await.unwrap().stored.recording.id;
    world.download(vec![key]).await;
    let hold = Annotating::Hold { name: "Case 14".into(), reason: "court".into() };
    world.engine.annotate(&Selection::Keys(vec![key]), hold).await.unwrap();

    // Alone, and among all that match.
    stays(&world, &id, false).await;
    let all = world.engine.search(typed("")).await.unwrap();
    let order = DeleteOrder {
        selection: Selection::Snapshot { id: all.id, except: Vec::new() },
        confirmed_count: 12,
        without_copy: true,
        reason: String::new(),
    };
    let report = world.engine.delete_recordings(order).await.unwrap();
    assert_eq!((report.deleted, report.kept.len()), (11, 1));
    assert_eq!(report.kept[0].key, key);

    // After the program was closed, after another sync, after the index was read anew, after the account was removed.
    world.reopen().await;
    stays(&world, &id, true).await;
    let mut events = world.engine.subscribe();
    world.engine.start_sync(&account);
    sync_end(&mut events).await;
    stays(&world, &id, true).await;
    world.engine.rebuild().await.unwrap();
    sync_end(&mut events).await;
    stays(&world, &id, true).await;
    world.engine.remove_account(&account).await.unwrap();
    world.add_account().await;
    stays(&world, &id, true).await;

    let asked =
        |logged: &sandbox::Logged| logged.method == "DELETE" && logged.path.contains(id.as_str());
    assert!(!world.sandbox.request_log().iter().any(asked), "the provider was never asked to");
    let selection = Selection::Keys(vec![world.rows(&format!("id:{id}")).await[0].key]);
    world.engine.annotate(&selection, Annotating::Release).await.unwrap();
    let order =
        DeleteOrder { selection, confirmed_count: 1, without_copy: false, reason: String::new() };
    assert_eq!(world.engine.delete_recordings(order).await.unwrap().deleted, 1);
}

/// Asks for the deletion of one recording, which is kept because of its hold.
async fn stays(world: &World, id: &domain::RecordingId, without_copy: bool) {
    let rows = world.rows(&format!("id:{id}")).await;
    assert_eq!(rows.len(), 1);
    assert!(rows[0].annotations.hold.is_some() && !rows[0].gone);
    let order = DeleteOrder {
        selection: Selection::Keys(vec![rows[0].key]),
        confirmed_count: 1,
        without_copy,
        reason: String::new(),
    };
    let report = world.engine.delete_recordings(order).await.unwrap();
    assert_eq!((report.deleted, report.already_gone, report.kept.len()), (0, 0, 1));
    assert!(report.kept[0].why.contains("Case 14"), "{:?}", report.kept);
}

#[tokio::test]
async fn views_are_saved_counted_and_carried_to_another_installation() {
    let (world, account) = World::synced(50).await;
    let view = SavedView {
        id: String::new(),
        name: " Long ones ".into(),
        order: SearchOrder {
            text: "dur:>1m".into(),
            account: Some(account.clone()),
            view: LibraryView::NotSaved,
            sort: vec![Sort { column: SortColumn::Duration, descending: true }],
        },
        columns: Vec::new(),
    };
    let saved = world.engine.save_view(view.clone()).await.unwrap();
    assert_eq!((saved.name.as_str(), saved.id.is_empty()), ("Long ones", false));
    let nameless = SavedView { name: "  ".into(), ..view.clone() };
    assert!(matches!(world.engine.save_view(nameless).await, Err(Error::Invalid { .. })));
    assert_eq!(world.engine.saved_views().await.unwrap(), std::slice::from_ref(&saved));
    let counts = world.engine.saved_view_counts().await.unwrap();
    let found = world.engine.search(saved.order.clone()).await.unwrap();
    assert_eq!(counts, [(saved.id.clone(), found.count)]);

    let file = world.engine.data_dir().join("views.json");
    world.engine.export_views(file.clone()).await.unwrap();
    let (other, _) = World::synced(5).await;
    let imported = other.engine.import_views(file.clone()).await.unwrap();
    assert_eq!(imported.problems.len(), 1, "the account is not there");
    assert_eq!(imported.added[0].order, SearchOrder { account: None, ..saved.order.clone() });
    assert_ne!(imported.added[0].id, saved.id);
    std::fs::write(&file, "{}").unwrap();
    assert!(matches!(other.engine.import_views(file).await, Err(Error::Invalid { .. })));

    world.engine.delete_view(&saved.id).await.unwrap();
    assert!(matches!(world.engine.delete_view(&saved.id).await, Err(Error::Stale { .. })));
    let back = world.engine.save_view(saved.clone()).await.unwrap();
    assert_eq!(back, saved, "a deletion is undone by saving it again");
}
