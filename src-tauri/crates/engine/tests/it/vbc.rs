//! VBC accounts: every way to sign in, what is read and kept, jobs.

use std::collections::HashSet;
use std::sync::Arc;

use domain::{AccountId, Feature, ListFilters, RecordingList, Secret, VendorJobId};
use jiff::Timestamp;
use sandbox::{SandboxOptions, VbcRecordings, VbcRole};
use tapeshelf_engine::vault::Vault as _;
use tapeshelf_engine::{
    Error, Event, NewVbcAccount, OpenBrowser, SecretPlace, SyncProgress, VbcGrant, VendorError,
};

use crate::support::{World, sync_end, wait_for};

fn options() -> SandboxOptions {
    SandboxOptions {
        recordings: 0,
        vbc_recordings: 130,
        vbc_users: 3,
        vbc_on_demand: 4,
        vbc_job_polls: 1,
        ..SandboxOptions::default()
    }
}

/// What a person types to add the sandbox's VBC account as an ordinary one.
pub(crate) fn typed(world: &World, grant: VbcGrant) -> NewVbcAccount {
    NewVbcAccount { label: String::new(), grant, page_size: 50, ..world.vbc_credentials() }
}

fn password(world: &World, text: &str) -> VbcGrant {
    VbcGrant::Password {
        username: world.sandbox.vbc().username(),
        password: Secret::new(text.to_owned()),
    }
}

pub(crate) fn good_password(world: &World) -> VbcGrant {
    password(world, world.sandbox.vbc().password())
}

pub(crate) fn no_browser() -> OpenBrowser {
    Arc::new(|_| Err("no browser is needed".into()))
}

pub(crate) async fn added(world: &World, new: NewVbcAccount, browser: OpenBrowser) -> AccountId {
    let mut events = world.engine.subscribe();
    let account = world.engine.add_vbc(new, browser).await.unwrap();
    assert!(matches!(sync_end(&mut events).await, SyncProgress::Finished(_)));
    account.id
}

#[tokio::test]
async fn a_signed_in_account_brings_each_recording_of_every_list_once() {
    let world = World::with(options()).await;
    let id = added(&world, typed(&world, good_password(&world)), no_browser()).await;
    let vbc = world.sandbox.vbc();
    let on_demand: usize = vbc
        .user_ids()
        .into_iter()
        .map(|user_id| vbc.total(VbcRecordings::OnDemand { user_id }))
        .sum();
    let expected = vbc.total(VbcRecordings::Company) + on_demand;
    let rows = world.rows("").await;
    assert_eq!(rows.len(), expected);
    let ids: HashSet<_> = rows.iter().map(|row| row.recording_id.as_str().to_owned()).collect();
    assert_eq!(ids.len(), expected, "each once");
    assert!(ids.iter().any(|id| id.starts_with("users/")), "on demand ones are among them");

    let state = world.engine.accounts().await.unwrap().remove(0);
    assert_eq!(state.secret, SecretPlace::Keyring);
    assert_eq!(state.vendor_total, Some(expected as u64));
    for feature in [Feature::CompanyRecordings, Feature::OnDemandRecordings] {
        assert!(state.capabilities.get(feature).may_be_offered(), "{feature:?}");
    }
    assert!(!state.capabilities.get(Feature::EmailExport).may_be_offered());

    let (key, before) = (rows[0].key, expected as u64);
    let detail = world.engine.recording(key).await.unwrap();
    assert!(!detail.stored.recording.extensions.is_empty());
    let mut events = world.engine.subscribe();
    vbc.add_calls(VbcRecordings::Company, 3).unwrap();
    world.engine.start_sync(&id);
    let SyncProgress::Finished(tally) = sync_end(&mut events).await else { panic!("failed") };
    assert_eq!((tally.new, tally.gone, tally.warning), (3, 0, None));
    assert_eq!(world.rows("").await.len() as u64, before + 3);
}

#[tokio::test]
async fn no_secret_of_a_vbc_account_is_in_any_file() {
    let world = World::with(options()).await;
    let id = added(&world, typed(&world, good_password(&world)), no_browser()).await;
    let kept = world.vault.load(&id).await.unwrap().expect("the vault has the tokens");
    let vbc = world.sandbox.vbc();
    assert!(kept.expose().contains(vbc.client_secret()));
    assert!(!kept.expose().contains(vbc.password()), "the password is not kept");
    let stored: serde_json::Value = serde_json::from_str(kept.expose()).unwrap();
    world.engine.shut_down().await;
    let secrets = [
        vbc.client_secret(),
        vbc.password(),
        stored["accessToken"].as_str().unwrap(),
        stored["refreshToken"].as_str().unwrap(),
    ];
    for file in crate::support::files_below(world.dir.path()) {
        let bytes = std::fs::read(&file).unwrap();
        for secret in secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is in {}", file.display());
        }
    }
}

#[tokio::test]
async fn a_refused_password_is_sent_once_and_a_lockout_is_told() {
    let world = World::with(options()).await;
    let vbc = world.sandbox.vbc();
    for tries in 1..=3 {
        let new = typed(&world, password(&world, "wrong"));
        let error = world.engine.add_vbc(new, no_browser()).await.unwrap_err();
        let Error::Provider(error) = error else { panic!("{error:?}") };
        assert_eq!(vbc.failed_logins(&vbc.username()), tries, "each attempt is one a person made");
        assert!(
            matches!(error, VendorError::Unauthenticated(_) | VendorError::LockedOut { .. }),
            "{error:?}"
        );
    }
    let new = typed(&world, good_password(&world));
    let error = world.engine.add_vbc(new, no_browser()).await.unwrap_err();
    assert!(matches!(error, Error::Provider(VendorError::LockedOut { .. })), "{error:?}");
    assert!(world.engine.accounts().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_browser_signs_in_and_comes_back_with_a_code() {
    let world = World::with(options()).await;
    let port = free_port();
    let redirect_uri = format!("http://localhost:{port}/callback");
    let browser: OpenBrowser = Arc::new(|page| {
        let page = page.clone();
        // As a browser does: the vendor's page first, then wherever that sends it.
        tokio::spawn(async move { reqwest::get(page).await.unwrap().text().await.unwrap() });
        Ok(())
    });
    let grant = VbcGrant::Code { redirect_uri };
    added(&world, typed(&world, grant), browser).await;
    assert_eq!(world.engine.accounts().await.unwrap()[0].secret, SecretPlace::Keyring);
}

#[tokio::test]
async fn a_refused_browser_sign_in_and_a_cancelled_one_leave_nothing() {
    let world = World::with(options()).await;
    world.sandbox.vbc().deny_next_authorization();
    let grant = || VbcGrant::Code { redirect_uri: format!("http://localhost:{}/cb", free_port()) };
    let browser: OpenBrowser = Arc::new(|page| {
        let page = page.clone();
        tokio::spawn(async move { reqwest::get(page).await });
        Ok(())
    });
    let error = world.engine.add_vbc(typed(&world, grant()), browser).await.unwrap_err();
    assert!(error.to_string().contains("access_denied"), "{error}");

    let engine = world.engine.clone();
    // The person closes the dialog instead of signing in.
    let browser: OpenBrowser = Arc::new(move |_| {
        engine.cancel_sign_in();
        Ok(())
    });
    let error = world.engine.add_vbc(typed(&world, grant()), browser).await.unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error:?}");
    assert!(world.engine.accounts().await.unwrap().is_empty());

    for bad in ["https://localhost:8484/cb", "http://example.test:8484/cb", "http://localhost/cb"] {
        let grant = VbcGrant::Code { redirect_uri: bad.into() };
        let error = world.engine.add_vbc(typed(&world, grant), no_browser()).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { field: Some("redirectUri"), .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_renewed_token_is_kept_and_works_after_a_restart() {
    let mut world = World::with(options()).await;
    let id = added(&world, typed(&world, good_password(&world)), no_browser()).await;
    let before = world.vault.load(&id).await.unwrap().unwrap();
    world.sandbox.vbc().expire_access_tokens();
    let mut events = world.engine.subscribe();
    world.engine.start_sync(&id);
    assert!(matches!(sync_end(&mut events).await, SyncProgress::Finished(_)));
    let after = world.vault.load(&id).await.unwrap().unwrap();
    assert_ne!(before.expose(), after.expose(), "the renewed tokens are in the vault");

    world.reopen().await;
    world.sandbox.vbc().expire_access_tokens();
    let mut events = world.engine.subscribe();
    world.engine.start_sync(&id);
    assert!(matches!(sync_end(&mut events).await, SyncProgress::Finished(_)));
}

#[tokio::test]
async fn when_nothing_renews_a_person_signs_in_again() {
    let world = World::with(options()).await;
    let id = added(&world, typed(&world, good_password(&world)), no_browser()).await;
    let vbc = world.sandbox.vbc();
    vbc.revoke_refresh_tokens();
    vbc.expire_access_tokens();
    let mut events = world.engine.subscribe();
    world.engine.start_sync(&id);
    let SyncProgress::Failed(error) = sync_end(&mut events).await else { panic!("it went on") };
    assert!(matches!(&*error, Error::Provider(VendorError::Unauthenticated(_))), "{error:?}");

    // The application's secret is known still.
    let (grant, none) = (good_password(&world), Secret::new(String::new()));
    world.engine.sign_in_vbc(&id, none, grant, false, no_browser()).await.unwrap();
    assert!(matches!(sync_end(&mut events).await, SyncProgress::Finished(_)));
}

#[tokio::test]
async fn a_user_who_is_no_administrator_sees_their_own_recordings() {
    let world = World::with(SandboxOptions { vbc_role: VbcRole::User, ..options() }).await;
    added(&world, typed(&world, good_password(&world)), no_browser()).await;
    let rows = world.rows("").await;
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row.recording_id.as_str().starts_with("users/")));
    let state = world.engine.accounts().await.unwrap().remove(0);
    assert!(!state.capabilities.get(Feature::CompanyRecordings).may_be_offered());
    let accounts = world.engine.accounts().await.unwrap();
    assert_eq!(accounts[0].recordings, rows.len() as u64);
}

#[tokio::test]
async fn recordings_of_both_kinds_are_saved_and_deleted() {
    let world = World::with(options()).await;
    added(&world, typed(&world, good_password(&world)), no_browser()).await;
    let rows = world.rows("").await;
    let own = rows.iter().find(|row| row.recording_id.as_str().starts_with("users/")).unwrap();
    let company = rows.iter().find(|row| !row.recording_id.as_str().contains('/')).unwrap();
    let keys = vec![own.key, company.key];
    let job = world.download(keys.clone()).await;
    assert_eq!((job.record.tally.verified, job.record.tally.failed), (2, 0), "{job:?}");
}

#[tokio::test]
async fn an_export_job_runs_and_its_archive_is_whole() {
    let world = World::with(options()).await;
    let id = added(&world, typed(&world, good_password(&world)), no_browser()).await;
    let filters = ListFilters {
        start_gte: Some(Timestamp::UNIX_EPOCH),
        start_lte: Some(Timestamp::now()),
        duration_lte_ms: Some(60_000),
        ..ListFilters::default()
    };
    let list = RecordingList::Company;
    let unbounded = ListFilters { start_gte: None, ..filters.clone() };
    let error = world.engine.create_export_job(&id, &list, &unbounded).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");

    let review = world.engine.review_export_job(&id, &list, &filters).await.unwrap();
    assert!(review.problems.is_empty(), "{review:?}");
    assert!(review.matching_count > 0, "{review:?}");
    assert!(review.body_json.contains("duration:lte"), "{}", review.body_json);
    assert!(!review.curl.contains(&world.sandbox.vbc().access_token()), "{}", review.curl);

    let mut events = world.engine.subscribe();
    let jobs = world.engine.create_export_job(&id, &list, &filters).await.unwrap();
    assert_eq!(jobs.len(), 1);
    let job: VendorJobId = jobs[0].job.id.clone();
    let engine = world.engine.clone();
    loop {
        wait_for(&mut events, |event| matches!(event, Event::ExportsChanged).then_some(())).await;
        let known = engine.known_export_jobs(&id).await.unwrap();
        if !known[0].job.status.is_open() {
            break;
        }
    }
    let folder = engine.take_folder(world.folder()).await.unwrap();
    let saved = engine.download_archive(&id, &job, &folder.token, &|_, _| ()).await.unwrap();
    assert_eq!(saved.files, review.matching_count);
    assert!(saved.path.starts_with(world.folder()));
    let (size_bytes, sha256) = transfer::hash_file(&saved.path).unwrap();
    assert_eq!((sha256, size_bytes), (saved.sha256, saved.size_bytes));
    let known = engine.known_export_jobs(&id).await.unwrap();
    assert_eq!(known[0].archive.as_deref(), Some(saved.path.as_path()));
    let left: Vec<_> = crate::support::files_below(&world.folder());
    assert_eq!(left, [saved.path], "no part file is left");
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn the_end_of_a_sign_in_is_known_and_whether_it_renews_itself() {
    let world = World::with(options()).await;
    let before = Timestamp::now();
    let id = added(&world, typed(&world, good_password(&world)), no_browser()).await;
    let life = world.engine.accounts().await.unwrap().remove(0).token.unwrap();
    let ends = life.ends_at.expect("VBC tells how long a token lasts");
    assert!(life.renews_itself);
    let lasts_h = ends.duration_since(before).as_hours();
    assert!((23..=24).contains(&lasts_h), "{lasts_h}");
    world.engine.remove_account(&id).await.unwrap();

    let kept: Option<Secret<String>> = world.vault.load(&id).await.unwrap();
    assert!(kept.is_none());
    let token = fresh_token(&world).await;
    let mut pasted = typed(
        &world,
        VbcGrant::Token { access_token: Secret::new(token), expires_in_s: Some(3600) },
    );
    // The application is somebody else's: neither its key nor its secret is known.
    pasted.profile.client_id = String::new();
    pasted.client_secret = Secret::new(String::new());
    added(&world, pasted, no_browser()).await;
    let life = world.engine.accounts().await.unwrap().remove(0).token.unwrap();
    assert!(!life.renews_itself, "it ends for good");
    assert_eq!(life.ends_at.unwrap().duration_since(Timestamp::now()).as_mins(), 59);
    let again = VbcGrant::Token {
        access_token: Secret::new(fresh_token(&world).await),
        expires_in_s: None,
    };
    let id = world.engine.accounts().await.unwrap().remove(0).account.id;
    let secret = Secret::new(String::new());
    world.engine.sign_in_vbc(&id, secret, again, false, no_browser()).await.unwrap();
    let life = world.engine.accounts().await.unwrap().remove(0).token.unwrap();
    assert_eq!((life.ends_at, life.renews_itself), (None, false));
}

/// An access token as another program would get it.
async fn fresh_token(world: &World) -> String {
    let vbc = world.sandbox.vbc();
    let answer = reqwest::Client::new()
        .post(vbc.token_url())
        .form(&[
            ("grant_type", "password"),
            ("client_id", vbc.client_id()),
            ("client_secret", vbc.client_secret()),
            ("username", &vbc.username()),
            ("password", vbc.password()),
            ("scope", "openid"),
        ])
        .send()
        .await
        .unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_pace_of_an_account_can_be_changed_and_is_followed_at_once() {
    let world = World::with(SandboxOptions { vbc_recordings: 600, ..options() }).await;
    let mut new = typed(&world, good_password(&world));
    new.profile.requests_per_min = 8;
    let mut events = world.engine.subscribe();
    let id = world.engine.add_vbc(new, no_browser()).await.unwrap().id;
    // The check takes a few requests and the list has twelve pages: the sync waits for a minute to go by.
    while world.engine.paces().iter().all(|pace| pace.pace.waiting == 0) {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.engine.paces()[0].pace.limit_per_min, Some(8));
    world.engine.set_pace(&id, 6000).await.unwrap();
    let SyncProgress::Finished(_) = sync_end(&mut events).await else { panic!("failed") };
    assert_eq!(world.engine.paces()[0].pace.limit_per_min, Some(6000));
    let profile = world.engine.accounts().await.unwrap().remove(0).vbc.unwrap();
    assert_eq!(profile.requests_per_min, 6000, "it is kept");
    for wrong in [0, 6001] {
        let refused = world.engine.set_pace(&id, wrong).await;
        assert!(matches!(refused, Err(Error::Invalid { field: Some("requestsPerMin"), .. })));
    }
    let (vobiz, account) = World::synced(3).await;
    let refused = vobiz.engine.set_pace(&account, 60).await;
    assert!(matches!(refused, Err(Error::Invalid { .. })), "Vobiz has no such quota");
}
