//! Signing in to VBC and staying within its quota, against the sandbox.

use std::sync::Arc;
use std::time::Duration;

use domain::{RecordingId, RecordingList, Secret};
use jiff::Timestamp;
use sandbox::{ClientAuth, Sandbox, SandboxOptions, ThrottleReply, VbcRecordings};
use tapeshelf_providers::{Error, PageRequest, Provider, Transport, Vbc, VbcConfig};

use crate::contract;
use crate::support::{Kept, signed_in};
use crate::vbc_sandboxed::{account, config, options, password_tokens, patient, texts};

#[tokio::test]
async fn a_wrong_password_is_judged_once_and_a_lockout_is_told() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let vbc = sandbox.vbc();
    let name = vbc.username();
    for failures in 1..=3 {
        let error = password_tokens(&sandbox, &name, "not-the-password").await.unwrap_err();
        match error {
            Error::Unauthenticated(said) => {
                assert_eq!(said.code.as_deref(), Some("invalid_grant"));
            }
            Error::LockedOut { .. } => assert_eq!(failures, 3),
            other => panic!("{other:?}"),
        }
        assert_eq!(vbc.failed_logins(&name), failures, "one request, one judgement");
    }
    let error = password_tokens(&sandbox, &name, vbc.password()).await.unwrap_err();
    let Error::LockedOut { wait_hint, .. } = error else { panic!("{error:?}") };
    assert!(wait_hint.is_some());
    vbc.unlock(&name);
    let plain = name.trim_end_matches("@vbc.prod");
    assert!(password_tokens(&sandbox, plain, vbc.password()).await.is_ok(), "the suffix is added");
}

#[tokio::test]
async fn the_applications_secret_goes_where_it_is_wanted() {
    for vbc_client_auth in [ClientAuth::Either, ClientAuth::BasicOnly, ClientAuth::BodyOnly] {
        let sandbox =
            Sandbox::start(SandboxOptions { vbc_client_auth, ..options() }).await.unwrap();
        let vbc = sandbox.vbc();
        let tokens = password_tokens(&sandbox, &vbc.username(), vbc.password()).await.unwrap();
        assert!(tokens.refresh.is_some() && tokens.expires_at.is_some());
        assert_eq!(vbc.failed_logins(&vbc.username()), 0);
        let kept = Arc::new(Kept::default());
        let provider = signed_in(config(&sandbox), tokens, &kept, patient());
        vbc.expire_access_tokens();
        let company = RecordingList::Company;
        assert_eq!(contract::all_recordings(&provider, &company, 0).await.len(), 130);
        assert_eq!(kept.access_tokens().len(), 1, "{vbc_client_auth:?}");
    }
}

#[tokio::test]
async fn a_code_from_the_browser_signs_in() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let config = config(&sandbox);
    let back = "http://127.0.0.1:4711/callback".parse().unwrap();
    let page = Vbc::authorize_url(&config, &back, "state-1").unwrap();
    let browser =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
    let reply = browser.unwrap().get(page).send().await.unwrap();
    let landed: url::Url = reply.headers()["location"].to_str().unwrap().parse().unwrap();
    let found: std::collections::HashMap<_, _> = landed.query_pairs().into_owned().collect();
    assert_eq!(found["state"], "state-1");
    let transport = Transport::new(patient()).unwrap();
    let code = || Secret::new(found["code"].clone());
    let sign_in = |code| Vbc::sign_in_with_code(&config, code, &back, &transport, Timestamp::now());
    let tokens = sign_in(code()).await.unwrap();
    let provider = signed_in(config.clone(), tokens, &Arc::default(), patient());
    provider.check().await.unwrap();
    let again = sign_in(code()).await.unwrap_err();
    assert!(matches!(again, Error::Unauthenticated(_)), "a code is good once: {again:?}");
    let public = "https://example.test/callback".parse().unwrap();
    assert!(matches!(Vbc::authorize_url(&config, &public, "s"), Err(Error::Invalid { .. })));
}

#[tokio::test]
async fn a_token_that_ends_mid_run_is_renewed_once_for_eight_workers() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let vbc = sandbox.vbc();
    let tokens = password_tokens(&sandbox, &vbc.username(), vbc.password()).await.unwrap();
    let kept = Arc::new(Kept::default());
    let provider = signed_in(config(&sandbox), tokens, &kept, patient());
    let ids = texts(&vbc.recording_ids(VbcRecordings::Company));
    for round in 1..=3 {
        vbc.expire_access_tokens();
        let (provider, ids) = (&provider, ids.iter().take(8));
        let work = ids.map(|id| async move {
            provider.retrieve(&RecordingId::new(id)).await.map(|recording| recording.id)
        });
        for outcome in futures_util::future::join_all(work).await {
            assert!(outcome.is_ok(), "{outcome:?}");
        }
        let renewals = sandbox
            .request_log()
            .iter()
            .filter(|logged| logged.method == "POST" && logged.path == "/token")
            .count();
        assert_eq!(renewals, 1 + round, "the sign-in, and one renewal a round");
        assert_eq!(kept.access_tokens().len(), round);
    }
}

#[tokio::test]
async fn a_refused_renewal_ends_the_sign_in_and_is_not_repeated() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let vbc = sandbox.vbc();
    let provider = account(&sandbox).await;
    vbc.revoke_refresh_tokens();
    vbc.expire_access_tokens();
    let request = PageRequest { list: RecordingList::Company, ..PageRequest::default() };
    let requests = |sandbox: &Sandbox| sandbox.request_log().len();
    let error = provider.list(&request).await.unwrap_err();
    let Error::Unauthenticated(said) = error else { panic!("{error:?}") };
    assert_eq!(
        said.code.as_deref(),
        Some("invalid_grant"),
        "not a refused request: a refused sign-in"
    );
    let before = requests(&sandbox);
    for _ in 0..3 {
        assert!(matches!(provider.list(&request).await, Err(Error::Unauthenticated(_))));
    }
    assert_eq!(requests(&sandbox), before, "nothing is sent until a person acts");
}

#[tokio::test]
async fn the_gateways_quota_is_waited_out_in_every_notation() {
    let notations = [
        ThrottleReply::Json429,
        ThrottleReply::Xml429,
        ThrottleReply::Json503,
        ThrottleReply::Xml503,
    ];
    let waited_out = notations.map(|reply| async move {
        let sandbox = Sandbox::start(SandboxOptions {
            vbc_requests_per_min: Some(4),
            vbc_quota_window: Duration::from_secs(1),
            vbc_throttle_reply: reply,
            vbc_recordings: 60,
            ..options()
        })
        .await
        .unwrap();
        // Our own limiter is told a larger number, as when another program uses the same token.
        let provider = account(&sandbox).await;
        let all = contract::all_recordings(&provider, &RecordingList::Company, 10).await;
        assert_eq!(all.len(), 60, "{reply:?}");
        let throttled = sandbox
            .request_log()
            .iter()
            .filter(|logged| matches!(logged.status, 429 | 503))
            .count();
        assert!((1..=6).contains(&throttled), "{reply:?}: {throttled}");
    });
    futures_util::future::join_all(waited_out).await;
}

#[tokio::test]
async fn our_own_limiter_keeps_below_the_quota_and_says_so() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let vbc = sandbox.vbc();
    let tokens = password_tokens(&sandbox, &vbc.username(), vbc.password()).await.unwrap();
    let slow = VbcConfig { requests_per_min: 2, ..config(&sandbox) };
    let provider = Arc::new(signed_in(slow, tokens, &Arc::default(), patient()));
    assert_eq!(provider.pace().limit_per_min, Some(2));
    let ids = texts(&vbc.recording_ids(VbcRecordings::Company));
    let work: Vec<_> = ids
        .into_iter()
        .take(4)
        .map(|id| {
            let own = Arc::clone(&provider);
            tokio::spawn(async move { own.retrieve(&RecordingId::new(id)).await })
        })
        .collect();
    while provider.pace().waiting < 2 {
        tokio::task::yield_now().await;
    }
    let pace = provider.pace();
    assert_eq!(pace.waiting, 2);
    assert!(pace.next_in.is_some_and(|wait| wait <= Duration::from_mins(1)), "{pace:?}");
    assert!(pace.why.as_deref().is_some_and(|why| why.contains("2 requests a minute")), "{pace:?}");
    for task in work {
        task.abort();
        let _ = task.await;
    }
    assert_eq!(provider.pace().waiting, 0, "whoever gives up waits no longer");
}
