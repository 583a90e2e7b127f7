//! Adding, checking, removing accounts.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{AccountId, Secret};
use tapeshelf_engine::vault::Vault;
use tapeshelf_engine::{
    Engine, Error, KeyringFailure, Options, OutputKind, Result, SecretPlace, VendorError,
};

use crate::support::World;

#[tokio::test]
async fn a_checked_account_is_kept_with_its_token_in_the_vault_only() {
    let (world, id) = World::synced(30).await;
    let accounts = world.engine.accounts().await.unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].recordings, 30);
    assert_eq!(accounts[0].secret, SecretPlace::Keyring);
    let kept = world.vault.load(&id).await.unwrap().expect("the vault has the token");
    assert_eq!(kept.expose(), world.sandbox.auth_token());

    world.engine.shut_down().await;
    let token = world.sandbox.auth_token().as_bytes();
    for entry in crate::support::files_below(world.dir.path()) {
        let bytes = std::fs::read(&entry).unwrap();
        assert!(
            !bytes.windows(token.len()).any(|window| window == token),
            "the token is in {}",
            entry.display()
        );
    }
}

#[tokio::test]
async fn wrong_credentials_are_refused_and_leave_nothing() {
    let world = World::empty(5).await;
    let mut wrong = world.credentials();
    wrong.auth_token = Secret::new("not-the-token-at-all".into());
    let error = world.engine.add_vobiz(wrong).await.unwrap_err();
    assert!(matches!(error, Error::Provider(VendorError::Unauthenticated(_))), "{error:?}");
    assert!(world.engine.accounts().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_address_says_so() {
    let world = World::empty(5).await;
    for (address, unreachable) in [
        ("http://127.0.0.1:9/api/v1", true),
        ("http://example.test/api/v1", false),
        ("not an address", false),
        ("ftp://127.0.0.1/api/v1", false),
    ] {
        let mut wrong = world.credentials();
        wrong.base_url = address.into();
        let error = world.engine.add_vobiz(wrong).await.unwrap_err();
        if unreachable {
            assert!(
                matches!(error, Error::Provider(VendorError::Unreachable { .. })),
                "{address}: {error:?}"
            );
        } else {
            assert!(
                matches!(error, Error::Invalid { field: Some("baseUrl"), .. }),
                "{address}: {error:?}"
            );
        }
    }
}

#[tokio::test]
async fn input_that_cannot_be_right_is_refused_before_anything_is_sent() {
    let world = World::empty(5).await;
    for (auth_id, field) in
        [("", "authId"), ("../../etc", "authId"), ("MA_A/../../x", "authId"), ("PLIVO1", "authId")]
    {
        let mut wrong = world.credentials();
        wrong.auth_id = auth_id.into();
        let error = world.engine.add_vobiz(wrong).await.unwrap_err();
        assert!(
            matches!(&error, Error::Invalid { field: Some(at), .. } if *at == field),
            "{auth_id}: {error:?}"
        );
    }
    let mut wrong = world.credentials();
    wrong.auth_token = Secret::new("two words".into());
    let error = world.engine.add_vobiz(wrong).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { field: Some("authToken"), .. }), "{error:?}");
    assert!(world.sandbox.request_log().is_empty(), "nothing may be sent");
}

#[tokio::test]
async fn the_same_account_is_not_added_twice() {
    let (world, _) = World::synced(5).await;
    let error = world.engine.add_vobiz(world.credentials()).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { field: Some("authId"), .. }), "{error:?}");
}

#[tokio::test]
async fn removing_forgets_the_token_and_the_rows_but_deletes_nothing_at_the_vendor() {
    let (world, id) = World::synced(8).await;
    world.engine.remove_account(&id).await.unwrap();
    assert!(world.engine.accounts().await.unwrap().is_empty());
    assert!(world.rows("").await.is_empty());
    assert!(world.vault.load(&id).await.unwrap().is_none());
    assert!(world.sandbox.request_log().iter().all(|logged| logged.method != "DELETE"));
}

/// A keyring that does not work.
struct BrokenVault;

#[async_trait]
impl Vault for BrokenVault {
    async fn store(&self, _: &AccountId, _: Secret<String>) -> Result<()> {
        Err(Error::Keyring { reason: KeyringFailure::None, what: "no bus".into() })
    }
    async fn load(&self, _: &AccountId) -> Result<Option<Secret<String>>> {
        Err(Error::Keyring { reason: KeyringFailure::None, what: "no bus".into() })
    }
    async fn forget(&self, _: &AccountId) -> Result<()> {
        Err(Error::Keyring { reason: KeyringFailure::None, what: "no bus".into() })
    }
}

#[tokio::test]
async fn without_a_keyring_the_token_is_kept_for_the_session_only_if_the_person_agrees() {
    let world = World::empty(5).await;
    let options = |dir: &tempfile::TempDir| Options {
        data_dir: dir.path().join("profile"),
        vault: Arc::new(BrokenVault),
        output: OutputKind::Silent,
        clock: Arc::new(jiff::Timestamp::now),
        actor: "tester".into(),
        sandbox_recordings: 5,
    };
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(options(&dir)).unwrap();
    let error = engine.add_vobiz(world.credentials()).await.unwrap_err();
    assert!(matches!(error, Error::Keyring { reason: KeyringFailure::None, .. }), "{error:?}");
    assert!(engine.accounts().await.unwrap().is_empty(), "nothing is kept by half");

    let mut agreed = world.credentials();
    agreed.session_only = true;
    let mut events = engine.subscribe();
    let account = engine.add_vobiz(agreed).await.unwrap();
    crate::support::sync_end(&mut events).await;
    assert_eq!(engine.accounts().await.unwrap()[0].secret, SecretPlace::Session);

    engine.shut_down().await;
    let engine = Engine::open(options(&dir)).unwrap();
    let mut events = engine.subscribe();
    engine.resume_work().await.unwrap();
    crate::support::sync_end(&mut events).await;
    assert_eq!(engine.accounts().await.unwrap()[0].secret, SecretPlace::Missing);
    let token = Secret::new(world.sandbox.auth_token().to_owned());
    engine.sign_in(&account.id, token, true).await.unwrap();
    assert_eq!(engine.accounts().await.unwrap()[0].secret, SecretPlace::Session);
    engine.remove_account(&account.id).await.unwrap();
    assert!(engine.accounts().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_built_in_sandbox_comes_back_with_what_was_deleted_still_deleted() {
    let mut world = World::empty(1).await;
    let mut events = world.engine.subscribe();
    let accounts = world.engine.add_sandbox().await.unwrap();
    assert_eq!(accounts.len(), 2, "one of each vendor");
    assert!(accounts.iter().all(|account| account.is_sandbox));
    crate::support::sync_end(&mut events).await;
    crate::support::sync_end(&mut events).await;
    let before = world.rows("").await;
    let of_vobiz = before.iter().filter(|row| row.account == accounts[0].id).count();
    assert_eq!((before.len(), of_vobiz), (60, 54), "both accounts have calls");

    let again = world.engine.add_sandbox().await.unwrap();
    assert_eq!(again, accounts, "there are only two sandbox accounts");

    let order = tapeshelf_engine::DeleteOrder {
        selection: tapeshelf_engine::Selection::Keys(vec![before[3].key]),
        confirmed_count: 1,
        without_copy: true,
        reason: String::new(),
    };
    let report = world.engine.delete_recordings(order).await.unwrap();
    assert_eq!((report.deleted, report.kept.len()), (1, 0));

    world.reopen().await;
    let mut events = world.engine.subscribe();
    world.engine.resume_work().await.unwrap();
    crate::support::sync_end(&mut events).await;
    let after = world.rows("").await;
    assert_eq!(after.len(), 59);
    assert!(after.iter().all(|row| row.recording_id != before[3].recording_id));
}

#[tokio::test]
async fn a_profile_is_open_once() {
    let mut world = World::empty(1).await;
    let second = Engine::open(Options {
        data_dir: world.engine.data_dir().to_owned(),
        vault: world.vault.clone(),
        output: OutputKind::Silent,
        clock: Arc::new(jiff::Timestamp::now),
        actor: "tester".into(),
        sandbox_recordings: 1,
    });
    let Err(Error::Invalid { what, .. }) = second else { panic!("two engines on one profile") };
    assert!(what.contains("open already"), "{what}");
    world.reopen().await;
}
