//! Adding, checking, changing and removing a bucket; where its secret goes and where not.

use std::sync::Arc;

use domain::Secret;
use tapeshelf_engine::{Error, NewPlace, SecretPlace, TransferOptions};

use crate::server::{Fault, SECRET, Server};
use crate::support::{Bench, blamed, files_below, typed};

#[tokio::test]
async fn a_bucket_is_tried_out_and_kept() {
    let bench = Bench::with(3).await;
    let places = bench.world.engine.places().await.unwrap();
    assert_eq!(places.len(), 1);
    assert_eq!(places[0].secret, SecretPlace::Keyring);
    assert_eq!(places[0].place.address(), "s3://calls/2026/kept calls at 127.0.0.1");
    assert!(places[0].place.refuses_twins, "this server does, and was asked");
    assert_eq!(bench.server.keys(), [""; 0], "what it was tried with is gone again");
    let report = bench.world.engine.check_place(&bench.place).await.unwrap();
    assert_eq!((report.problem, report.remarks), (None, vec![]));
}

#[tokio::test]
async fn each_mistake_is_told_by_its_field_and_nothing_is_kept() {
    let bench = Bench::with(1).await;
    let engine = &bench.world.engine;
    engine.remove_place(&bench.place).await.unwrap();
    let server = &bench.server;
    let saved = |new: NewPlace| async move { blamed(engine.save_place(new).await) };

    let wrong = NewPlace { secret: Secret::new("another".into()), ..typed(server) };
    assert_eq!(
        saved(wrong).await,
        ("secret", "The server does not accept this access key and secret.".into())
    );
    let wrong = NewPlace { access_key_id: "AKIANOBODY".into(), ..typed(server) };
    assert_eq!(saved(wrong).await.0, "secret");
    let none = NewPlace { bucket: "no-such-bucket".into(), ..typed(server) };
    assert_eq!(saved(none).await, ("bucket", "There is no bucket of this name.".into()));
    let plain = NewPlace { endpoint: "http://192.0.2.1:9000".into(), ..typed(server) };
    assert_eq!(saved(plain).await.0, "endpoint");
    let nobody = NewPlace { endpoint: "http://127.0.0.1:9".into(), ..typed(server) };
    let (field, what) = saved(nobody).await;
    assert_eq!(field, "endpoint");
    assert!(what.starts_with("It cannot be reached: 127.0.0.1 refused"), "{what}");
    // Port and protocol do not fit: nobody speaks TLS there.
    let tls = NewPlace { endpoint: server.url.replace("http:", "https:"), ..typed(server) };
    let (field, what) = saved(tls).await;
    assert_eq!(field, "endpoint");
    assert!(what.contains("127.0.0.1"), "{what}");
    let no_key = NewPlace {
        access_key_id: String::new(),
        secret: Secret::new(String::new()),
        ..typed(server)
    };
    assert_eq!(saved(no_key).await.0, "accessKeyId");
    server.set(Fault::Busy);
    assert!(matches!(engine.save_place(typed(server)).await, Err(Error::Place { .. })));
    assert_eq!(engine.places().await.unwrap(), []);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told() {
    let mut bench = Bench::with(1).await;
    bench.world.clock = Arc::new(|| jiff::Timestamp::now() - jiff::Span::new().hours(3));
    bench.world.reopen().await;
    let report = bench.world.engine.check_place(&bench.place).await.unwrap();
    let problem = report.problem.unwrap();
    assert!(problem.contains("clock differs from the server's by 1"), "{problem}");
}

#[tokio::test]
async fn the_secret_is_in_the_vault_and_nowhere_else() {
    let mut bench = Bench::with(4).await;
    let keys = bench.world.short_keys(2).await;
    bench.save(keys, "{id}", TransferOptions { csv: true, ..Default::default() }).await;
    bench.server.set(Fault::Gone);
    let _ = bench.world.engine.check_place(&bench.place).await.unwrap();
    bench.world.engine.shut_down().await;
    for path in files_below(bench.world.dir.path()) {
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!found, "{} holds the secret", path.display());
    }
    bench.server.set(Fault::None);
    bench.world.reopen().await;
    let report = bench.world.engine.check_place(&bench.place).await.unwrap();
    assert_eq!(report.problem, None, "the next run finds it in the vault");
}

#[tokio::test]
async fn a_key_for_this_session_only_is_gone_after_it() {
    let mut bench = Bench::with(1).await;
    bench.world.engine.remove_place(&bench.place).await.unwrap();
    let new = NewPlace { session_only: true, ..typed(&bench.server) };
    let (state, _) = bench.world.engine.save_place(new).await.unwrap();
    assert_eq!(state.secret, SecretPlace::Session);
    assert_eq!(state.place.id, bench.place, "the same bucket is the same place again");
    bench.world.reopen().await;
    let report = bench.world.engine.check_place(&bench.place).await.unwrap();
    assert_eq!(report.problem.unwrap(), "Its access key is not at hand; enter it again.");
    assert_eq!(bench.world.engine.places().await.unwrap()[0].secret, SecretPlace::Missing);
    let again = NewPlace { id: Some(bench.place.clone()), ..typed(&bench.server) };
    let (state, _) = bench.world.engine.save_place(again).await.unwrap();
    assert_eq!(state.secret, SecretPlace::Keyring);
}

#[tokio::test]
async fn a_bucket_with_copies_keeps_its_identity_and_its_key() {
    let bench = Bench::with(3).await;
    let keys = bench.world.short_keys(1).await;
    bench.save(keys, "{id}", TransferOptions::default()).await;
    let other = Server::start().await;
    let moved = NewPlace { id: Some(bench.place.clone()), ..typed(&other) };
    assert_eq!(blamed(bench.world.engine.save_place(moved).await).0, "bucket");
    let renamed = NewPlace {
        id: Some(bench.place.clone()),
        label: "Cold archive".into(),
        access_key_id: String::new(),
        secret: Secret::new(String::new()),
        ..typed(&bench.server)
    };
    let (state, _) = bench.world.engine.save_place(renamed).await.unwrap();
    assert_eq!((state.place.label.as_str(), state.copies), ("Cold archive", 1));
    let twin = blamed(bench.world.engine.save_place(typed(&bench.server)).await);
    assert_eq!(twin, ("bucket", "This bucket is here already, as “Cold archive”.".into()));
}
