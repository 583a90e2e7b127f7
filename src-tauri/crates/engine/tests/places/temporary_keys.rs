//! Temporary credentials: an access key with a session token, good for a while.

use domain::Secret;
use tapeshelf_engine::{JobState, NewPlace, SecretPlace, TransferOptions};

use crate::server::{Fault, TOKEN};
use crate::support::{Bench, blamed, files_below, typed};

/// What a person types who has a temporary key.
fn with_token(bench: &Bench, token: &str) -> NewPlace {
    NewPlace {
        id: Some(bench.place.clone()),
        session_token: Secret::new(token.into()),
        ..typed(&bench.server)
    }
}

#[tokio::test]
async fn a_session_token_goes_with_every_request_and_is_kept_in_the_vault_alone() {
    let mut bench = Bench::with(10).await;
    bench.server.set(Fault::WantsToken);
    let engine = &bench.world.engine;
    let (field, what) = blamed(engine.save_place(with_token(&bench, "another")).await);
    assert_eq!(
        (field, what.as_str()),
        ("sessionToken", "The server does not accept this session token.")
    );
    let (state, _) = engine.save_place(with_token(&bench, TOKEN)).await.unwrap();
    assert_eq!(state.secret, SecretPlace::Keyring);

    let keys = bench.world.short_keys(3).await;
    let job = bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    assert_eq!(job.record.tally.failed, 0, "{:?}", bench.notes(&job).await);
    bench.holds_all(&keys).await;

    // The next run finds it, and nothing but the vault has it.
    bench.world.reopen().await;
    let report = bench.world.engine.check_place(&bench.place).await.unwrap();
    assert_eq!(report.problem, None);
    bench.world.engine.shut_down().await;
    for path in files_below(bench.world.dir.path()) {
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
        assert!(!found, "{} holds the token", path.display());
    }
}

#[tokio::test]
async fn a_key_that_expires_pauses_the_job_in_words_and_a_new_one_lets_it_go_on() {
    let bench = Bench::with(10).await;
    let engine = &bench.world.engine;
    engine.save_place(with_token(&bench, TOKEN)).await.unwrap();
    let keys = bench.world.short_keys(3).await;
    bench.save(keys[..1].to_vec(), "{id}", TransferOptions::default()).await;
    bench.server.set(Fault::Expired);
    // The first question about a file that is there has an answer without words.
    let paused = bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    assert_eq!(paused.record.state, JobState::Paused);
    assert_eq!(
        paused.record.note.as_deref(),
        Some(
            "Paused: “Archive”: the temporary access key has expired; enter a new one in the settings, then resume."
        )
    );
    assert_eq!(paused.record.tally.failed, 0);
    let report = engine.check_place(&bench.place).await.unwrap();
    assert_eq!(report.problem.unwrap(), "The temporary access key has expired; enter a new one.");

    bench.server.set(Fault::WantsToken);
    engine.save_place(with_token(&bench, TOKEN)).await.unwrap();
    let done = bench.go_on(&paused).await;
    assert_eq!(done.record.state, JobState::Finished, "{:?}", done.record.note);
    bench.holds_all(&keys).await;
}

#[tokio::test]
async fn a_temporary_key_of_amazon_without_its_token_is_told_before_anybody_is_asked() {
    let bench = Bench::with(1).await;
    let without = NewPlace {
        endpoint: String::new(),
        region: "eu-central-1".into(),
        access_key_id: "ASIAIOSFODNN7EXAMPLE".into(),
        ..typed(&bench.server)
    };
    let (field, what) = blamed(bench.world.engine.save_place(without).await);
    assert_eq!(field, "sessionToken");
    assert!(what.contains("session token"), "{what}");
}
