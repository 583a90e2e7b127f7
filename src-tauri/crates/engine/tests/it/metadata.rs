//! The list on screen in a file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use domain::search::{Sort, SortColumn};
use serde_json::{Value, json};
use tapeshelf_engine::{
    Annotating, Error, FileError, MetadataOrder, MetadataProgress, SearchOrder, Selection,
    TableFormat, WrittenMetadata,
};

use crate::support::World;

fn all_of(snapshot: u32, format: TableFormat) -> MetadataOrder {
    MetadataOrder {
        selection: Selection::Snapshot { id: snapshot, except: Vec::new() },
        columns: None,
        format,
        masked: false,
        raw: false,
    }
}

async fn written(world: &World, order: MetadataOrder, path: &Path) -> WrittenMetadata {
    let list = world.engine.prepare_metadata(order).await.unwrap();
    world.engine.write_metadata(list, path.to_owned(), |_| {}).await.unwrap()
}

fn lines(path: &Path) -> Vec<BTreeMap<String, Value>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn the_file_has_the_rows_on_screen_in_their_order_and_all_that_is_known() {
    let (world, _) = World::synced(120).await;
    let sort = vec![Sort { column: SortColumn::Duration, descending: true }];
    let order = SearchOrder { text: "dur:>30s".into(), sort, ..SearchOrder::default() };
    let found = world.engine.search(order).await.unwrap();
    let rows = world.engine.window(found.id, 0, 500).await.unwrap();
    assert!(rows.len() > 10);
    let path = world.dir.path().join("list.jsonl");
    let order = MetadataOrder { raw: true, ..all_of(found.id, TableFormat::JsonLines) };
    let report = written(&world, order, &path).await;
    assert_eq!((report.rows, report.missing_rows), (found.count, 0));
    assert_eq!(report.size_bytes, std::fs::metadata(&path).unwrap().len());
    assert_eq!(report.sha256, sha256(&path));
    assert_eq!(world.engine.last_metadata().unwrap(), path);
    let read = lines(&path);
    assert_eq!(read.len(), rows.len());
    for (line, row) in read.iter().zip(&rows) {
        assert_eq!(line["recording_id"], json!(row.recording_id.as_str()));
        assert_eq!(line["duration_ms"], json!(row.duration_ms));
        assert_eq!(line["from_as_sent"], json!(row.from.clone().filter(|from| !from.is_empty())));
        assert_eq!(line["account"], "Support");
        assert_eq!(line["vendor"], "vobiz");
        assert_eq!(line["copy"], "not_saved");
        let at: Option<jiff::Timestamp> =
            line["started_at"].as_str().map(|text| text.parse().unwrap());
        assert_eq!(at, row.at);
        let raw = &world.engine.recording(row.key).await.unwrap().stored.recording.raw;
        assert_eq!(line["vendor_json"], serde_json::from_str::<Value>(raw).unwrap());
    }
}

#[tokio::test]
async fn a_csv_has_the_columns_that_were_chosen_and_runs_nothing() {
    let world = World::empty(3).await;
    world.sandbox.plant(json!({
        "recording_id": "planted-1",
        "from_number": "+15551234567",
        "to_number": "",
        "conference_name": "=cmd()",
        "recording_duration_ms": "61000.00000",
        "add_time": "2026-05-07 09:30:15",
    }));
    world.add_account().await;
    let key = world.rows("planted-1").await[0].key;
    let path = world.dir.path().join("list.csv");
    let order = MetadataOrder {
        selection: Selection::Keys(vec![key]),
        columns: Some(vec![
            SortColumn::Id,
            SortColumn::Conference,
            SortColumn::From,
            SortColumn::To,
            SortColumn::Duration,
        ]),
        format: TableFormat::Csv,
        masked: false,
        raw: false,
    };
    written(&world, order.clone(), &path).await;
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        text,
        "\u{feff}recording_id,conference,from,to,duration_ms\r\nplanted-1,'=cmd(),+1 555-123-4567,'=cmd(),61000\r\n"
    );
    let masked = MetadataOrder { masked: true, raw: true, ..order };
    written(&world, masked, &path).await;
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("+1 555-•••-•567") && !text.contains("5551234567"), "{text}");
    assert!(text.contains("planted-1"), "{text}");
}

#[tokio::test]
async fn no_number_survives_masking_anywhere() {
    let (world, _) = World::synced(80).await;
    let rows = world.rows("").await;
    let number = rows.iter().find_map(|row| {
        let digits = domain::phone::digits(row.from.as_deref()?);
        (digits.len() >= 9).then_some(digits)
    });
    let number = number.expect("some call has a number");
    let change = Annotating::Note(format!("call {number} back"));
    world.engine.annotate(&Selection::Keys(vec![rows[0].key]), change).await.unwrap();
    let found = world.engine.search(SearchOrder::default()).await.unwrap();
    for format in [TableFormat::Csv, TableFormat::JsonLines] {
        let path = world.dir.path().join("masked");
        let order = MetadataOrder { masked: true, raw: true, ..all_of(found.id, format) };
        written(&world, order, &path).await;
        let text = std::fs::read_to_string(&path).unwrap();
        for row in &rows {
            for party in [&row.from, &row.to].into_iter().flatten() {
                let digits = domain::phone::digits(party);
                assert!(
                    digits.len() < 6 || !text.contains(&digits),
                    "{party} is in the {format:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn nothing_selected_is_a_table_without_rows() {
    let (world, _) = World::synced(5).await;
    let found =
        world.engine.search(SearchOrder { text: "nobody".into(), ..SearchOrder::default() });
    let found = found.await.unwrap();
    assert_eq!(found.count, 0);
    for format in TableFormat::ALL {
        let path = world.dir.path().join("list");
        let report = written(&world, all_of(found.id, format), &path).await;
        assert_eq!(report.rows, 0);
        assert_eq!(report.size_bytes, std::fs::metadata(&path).unwrap().len(), "{format:?}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_anybody_is_asked_for_a_place() {
    let (world, account) = World::synced(5).await;
    let stale = world.engine.prepare_metadata(all_of(99, TableFormat::Csv)).await;
    assert!(matches!(stale, Err(Error::Stale { .. })));
    let found = world.engine.search(SearchOrder::default()).await.unwrap();
    let none = MetadataOrder { columns: Some(Vec::new()), ..all_of(found.id, TableFormat::Csv) };
    let refused = world.engine.prepare_metadata(none).await.err();
    assert!(matches!(refused, Some(Error::Invalid { field: Some("columns"), .. })), "{refused:?}");
    assert!(matches!(world.engine.last_metadata(), Err(Error::Stale { .. })));
    // Rows that go while a person looks for a place are told, not made up.
    let list = world.engine.prepare_metadata(all_of(found.id, TableFormat::Csv)).await.unwrap();
    assert!(list.suggested_name().starts_with("recordings-20"), "{}", list.suggested_name());
    assert_eq!(Path::new(&list.suggested_name()).extension(), Some("csv".as_ref()));
    world.engine.remove_account(&account).await.unwrap();
    let path = world.dir.path().join("list.csv");
    let report = world.engine.write_metadata(list, path, |_| {}).await.unwrap();
    assert_eq!((report.rows, report.missing_rows), (0, 5));
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named_and_a_second_try_works() {
    let (world, _) = World::synced(5).await;
    let found = world.engine.search(SearchOrder::default()).await.unwrap();
    let file = world.dir.path().join("a file");
    std::fs::write(&file, "").unwrap();
    let list = world.engine.prepare_metadata(all_of(found.id, TableFormat::Xlsx)).await.unwrap();
    let refused = world.engine.write_metadata(list, file.join("list.xlsx"), |_| {}).await;
    let Err(Error::Transfer(FileError::NotWritable { path, .. })) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(path, file);
    let path = world.dir.path().join("list.xlsx");
    assert_eq!(written(&world, all_of(found.id, TableFormat::Xlsx), &path).await.rows, 5);
}

/// In the middle, and with a file that was there before.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_list_leaves_nothing_and_the_old_file_as_it_was() {
    let (world, _) = World::synced(1600).await;
    let found = world.engine.search(SearchOrder::default()).await.unwrap();
    let folder = world.dir.path().join("lists");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("list");
    for format in TableFormat::ALL {
        std::fs::write(&path, "old").unwrap();
        let list = world.engine.prepare_metadata(all_of(found.id, format)).await.unwrap();
        let engine = world.engine.clone();
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = {
            let told = Arc::clone(&told);
            move |progress: MetadataProgress| {
                told.lock().unwrap().push(progress);
                if progress.rows == 1000 {
                    engine.cancel_metadata();
                }
            }
        };
        let cancelled = world.engine.write_metadata(list, path.clone(), tell).await;
        assert!(matches!(cancelled, Err(Error::Cancelled)), "{format:?}: {cancelled:?}");
        let rows: Vec<_> = told.lock().unwrap().iter().map(|told| told.rows).collect();
        assert_eq!(rows, [0, 500, 1000], "{format:?}");
        assert!(told.lock().unwrap().iter().all(|told| told.total_rows == 1600));
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "{format:?}");
    }
    assert_eq!(written(&world, all_of(found.id, TableFormat::Csv), &path).await.rows, 1600);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_lists_at_once_are_one_too_many() {
    let (world, _) = World::synced(700).await;
    let found = world.engine.search(SearchOrder::default()).await.unwrap();
    let first = world.engine.prepare_metadata(all_of(found.id, TableFormat::Csv)).await.unwrap();
    let second = world.engine.prepare_metadata(all_of(found.id, TableFormat::Csv)).await.unwrap();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
    let may_go_on = Mutex::new(may_go_on);
    let path = world.dir.path().join("first");
    let writing = tokio::spawn({
        let (engine, path) = (world.engine.clone(), path.clone());
        async move {
            let tell = move |progress: MetadataProgress| {
                if progress.rows == 500 {
                    begun.send(()).unwrap();
                    may_go_on.lock().unwrap().recv().unwrap();
                }
            };
            engine.write_metadata(first, path, tell).await
        }
    });
    tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
    let other = world.dir.path().join("second");
    let refused = world.engine.write_metadata(second, other.clone(), |_| {}).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    assert!(!other.exists());
    go_on.send(()).unwrap();
    assert_eq!(writing.await.unwrap().unwrap().rows, 700);
}

fn sha256(path: &Path) -> String {
    transfer::hash_file(path).unwrap().1
}
