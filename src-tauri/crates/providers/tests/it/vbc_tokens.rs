//! Tokens of VBC: renewed in time, kept before they are used, never lost, and in no text of ours.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use domain::{RecordingId, RecordingList, Secret};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tapeshelf_providers::vbc::Clock;
use tapeshelf_providers::{
    Error, PageRequest, Provider, TokenSet, TokenStore, Transport, Vbc, VbcConfig,
};

use crate::support::{
    Answer, CLIENT_SECRET, Kept, REFRESH, Request, Server, TOKEN, page, pasted, quick, renewable,
    row, signed_in, vbc_config,
};

const RENEWED: &str = "canary-renewed-access-31f0";

fn company() -> PageRequest {
    PageRequest { list: RecordingList::Company, ..PageRequest::default() }
}

fn renewed() -> Answer {
    Answer::json(&json!({
        "access_token": RENEWED, "refresh_token": "canary-renewed-refresh-5c", "expires_in": "82566",
        "scope": "openid", "token_type": "Bearer",
    }))
}

/// A vendor that takes only the renewed token, and renews.
async fn renewing() -> Server {
    Server::start(|request| match (request.path(), request.header("authorization")) {
        ("/token", _) => renewed(),
        (_, Some(bearer)) if bearer.ends_with(RENEWED) => page(&json!([row("1")])),
        _ => Answer::new(401, r#"{"fault":{"code":900901,"message":"Invalid Credentials"}}"#),
    })
    .await
}

fn paths(server: &Server) -> Vec<String> {
    server.seen().iter().map(|request| request.path().rsplit('/').next().unwrap().into()).collect()
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_request_repeated_once() {
    let server = renewing().await;
    let kept = Arc::new(Kept::default());
    let provider = signed_in(vbc_config(&server), renewable(), &kept, quick());
    assert_eq!(provider.list(&company()).await.unwrap().received, 1);
    assert_eq!(paths(&server), ["company_call_recordings", "token", "company_call_recordings"]);
    let sent = &server.seen()[1];
    for part in ["grant_type=refresh_token", REFRESH, CLIENT_SECRET, "client_id=client-key"] {
        assert!(sent.body.contains(part), "{part}: {}", sent.body);
    }
    assert_eq!(sent.header("authorization"), None, "the old token is no business of the endpoint");
    assert_eq!(kept.access_tokens(), [RENEWED]);
    let newest = kept.newest().unwrap();
    assert_eq!(newest.refresh.unwrap().expose(), "canary-renewed-refresh-5c");
    let life = newest.expires_at.unwrap().duration_since(Timestamp::now());
    assert!(life > SignedDuration::from_hours(22), "{life}");
}

#[tokio::test]
async fn what_stays_refused_with_a_new_token_is_not_renewed_for_ever() {
    let server = Server::start(|request| match request.path() {
        "/token" => renewed(),
        _ => Answer::new(401, ""),
    })
    .await;
    let provider = signed_in(vbc_config(&server), renewable(), &Arc::default(), quick());
    for _ in 0..3 {
        let error = provider.list(&company()).await.unwrap_err();
        assert!(matches!(error, Error::Unauthenticated(_)), "{error:?}");
    }
    let renewals = paths(&server).iter().filter(|path| *path == "token").count();
    assert_eq!(renewals, 1, "{:?}", paths(&server));
}

#[tokio::test]
async fn a_renewed_token_is_kept_before_it_is_used() {
    let server = renewing().await;
    let kept = Arc::new(Kept::default());
    kept.refuse(true);
    let provider = signed_in(vbc_config(&server), renewable(), &kept, quick());
    let error = provider.list(&company()).await.unwrap_err();
    assert!(matches!(&error, Error::NotKept { reason } if reason.contains("locked")), "{error:?}");
    assert!(
        !server.seen().iter().any(|request| request.text().contains(RENEWED)),
        "what is not kept is not used"
    );
    kept.refuse(false);
    assert_eq!(provider.list(&company()).await.unwrap().received, 1);
    let renewals = paths(&server).iter().filter(|path| *path == "token").count();
    assert_eq!(renewals, 1, "and not lost either: the old one is worth nothing any more");
}

#[tokio::test]
async fn a_renewal_outlives_the_request_that_asked_for_it() {
    let reached = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&reached);
    let server =
        Server::start(move |request| match (request.path(), request.header("authorization")) {
            ("/token", _) => {
                told.store(true, Ordering::SeqCst);
                renewed()
            }
            (_, Some(bearer)) if bearer.ends_with(RENEWED) => page(&json!([row("1")])),
            _ => Answer::new(401, ""),
        })
        .await;
    let kept = Arc::new(Kept::default());
    let provider = signed_in(vbc_config(&server), renewable(), &kept, quick());
    let request = company();
    {
        let asked = async {
            while !reached.load(Ordering::SeqCst) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = asked => {}
            ended = provider.list(&request) => panic!("{ended:?}"),
        }
    }
    assert_eq!(provider.list(&request).await.unwrap().received, 1);
    assert_eq!(kept.access_tokens(), [RENEWED]);
    let renewals = paths(&server).iter().filter(|path| *path == "token").count();
    assert_eq!(renewals, 1, "the one that was under way was not thrown away");
}

#[tokio::test]
async fn a_token_is_renewed_five_minutes_before_its_end() {
    let end: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    for (now, renewals) in [("2026-11-22T11:54:59Z", 0), ("2026-11-22T11:55:01Z", 1)] {
        let server = Server::start(|request| match request.path() {
            "/token" => renewed(),
            _ => page(&json!([row("1")])),
        })
        .await;
        let now: Timestamp = now.parse().unwrap();
        let clock: Clock = Arc::new(move || now);
        let tokens = TokenSet { expires_at: Some(end), ..renewable() };
        let store: Arc<dyn TokenStore> = Arc::new(Kept::default());
        let transport = Transport::new(quick()).unwrap();
        let provider = Vbc::new(vbc_config(&server), tokens, store, clock, transport).unwrap();
        for _ in 0..3 {
            provider.list(&company()).await.unwrap();
        }
        let seen = paths(&server).iter().filter(|path| *path == "token").count();
        assert_eq!(seen, renewals, "{now}");
    }
}

#[tokio::test]
async fn a_network_failure_is_no_refusal_and_a_pasted_token_ends_by_itself() {
    let fails = Arc::new(AtomicU32::new(1));
    let left = Arc::clone(&fails);
    let server =
        Server::start(move |request| match (request.path(), request.header("authorization")) {
            ("/token", _)
                if left
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                    .is_ok() =>
            {
                Answer::hang_up()
            }
            ("/token", _) => renewed(),
            (_, Some(bearer)) if bearer.ends_with(RENEWED) => page(&json!([row("1")])),
            _ => Answer::new(401, ""),
        })
        .await;
    let provider = signed_in(vbc_config(&server), renewable(), &Arc::default(), quick());
    let error = provider.list(&company()).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
    assert_eq!(provider.list(&company()).await.unwrap().received, 1, "the sign-in is not over");

    let before = server.seen().len();
    let ended = TokenSet {
        access: Secret::new(TOKEN.into()),
        refresh: None,
        expires_at: Some(Timestamp::now() - SignedDuration::from_secs(1)),
    };
    let provider = signed_in(vbc_config(&server), ended, &Arc::default(), quick());
    let error = provider.list(&company()).await.unwrap_err();
    let Error::Unauthenticated(said) = error else { panic!("{error:?}") };
    assert_eq!(said.code.as_deref(), Some("token_expired"));
    assert_eq!(server.seen().len(), before, "an ended token is not shown to anybody");
}

#[tokio::test]
async fn the_password_goes_once_to_the_token_endpoint_and_nowhere_else() {
    const PASSWORD: &str = "canary-password-e71c";
    let answers: [fn() -> Answer; 5] = [
        || Answer::new(400, r#"{"error":"invalid_grant","error_description":"17002"}"#),
        || Answer::new(500, ""),
        || Answer::new(429, "").with("Retry-After", "0"),
        Answer::hang_up,
        || Answer::redirect(307, "http://localhost:1/token"),
    ];
    for answer in answers {
        let server = Server::start(move |_| answer()).await;
        let transport = Transport::new(quick()).unwrap();
        let error = Vbc::sign_in_with_password(
            &vbc_config(&server),
            " asha ",
            Secret::new(PASSWORD.into()),
            &transport,
            Timestamp::now(),
        )
        .await
        .unwrap_err();
        let seen = server.seen();
        assert_eq!(seen.len(), 1, "never by itself a second time: {error:?}");
        let body = &seen[0].body;
        for part in ["grant_type=password", "scope=openid", "username=asha%40vbc.prod", PASSWORD] {
            assert!(body.contains(part), "{part}: {body}");
        }
        assert!(!seen[0].target.contains(PASSWORD), "no secret in an address");
        assert!(!format!("{error:?} {error}").contains(PASSWORD));
    }
}

#[tokio::test]
async fn a_renewal_that_fails_has_failed_for_all_who_waited_for_it() {
    let is_broken = Arc::new(AtomicBool::new(true));
    let broken = Arc::clone(&is_broken);
    let server = Server::start(move |request| match request.path() {
        "/token" if broken.load(Ordering::SeqCst) => Answer::new(503, ""),
        "/token" => renewed(),
        _ => Answer::json(&row("1")),
    })
    .await;
    // So near its end that it is renewed before anything is sent with it.
    let ending = TokenSet {
        expires_at: Some(Timestamp::now() + SignedDuration::from_mins(1)),
        ..renewable()
    };
    let provider = signed_in(vbc_config(&server), ending, &Arc::default(), quick());
    let id = RecordingId::new("1");
    let ask_eight =
        async || futures_util::future::join_all((0..8).map(|_| provider.retrieve(&id))).await;
    for outcome in ask_eight().await {
        assert!(matches!(outcome, Err(Error::VendorFailed(_))), "{outcome:?}");
    }
    assert_eq!(paths(&server), ["token"], "asked once for all eight");
    is_broken.store(false, Ordering::SeqCst);
    assert!(ask_eight().await.iter().all(Result::is_ok), "and the next try is a new one");
    assert_eq!(paths(&server).iter().filter(|path| *path == "token").count(), 2);
}

/// T-26: whatever the vendor echoes, no token, secret or password is in a word of ours.
#[tokio::test]
async fn no_error_repeats_a_secret_though_the_vendor_does() {
    let secrets = [TOKEN, REFRESH, CLIENT_SECRET];
    let echo = secrets.join(" ");
    for status in [200, 302, 400, 401, 403, 404, 422, 429, 500, 503] {
        for body in [
            format!(r#"{{"msg":"bad {echo}","error":"{TOKEN}","error_description":"{echo}"}}"#),
            format!(r#"{{"fault":{{"code":900901,"message":"{echo}","description":"{echo}"}}}}"#),
            format!("<f:fault><f:code>900901</f:code><f:message>{echo}</f:message></f:fault>"),
            format!("900908 {echo}"),
        ] {
            let server = Server::start(move |_| {
                Answer::new(status, body.clone())
                    .with("x-request-id", TOKEN)
                    .with("Location", &format!("http://{TOKEN}.test/{REFRESH}"))
                    .with("Retry-After", "0")
            })
            .await;
            let provider = signed_in(vbc_config(&server), renewable(), &Arc::default(), quick());
            let id = RecordingId::new("1");
            let errors = [
                provider.check().await.err(),
                provider.list(&company()).await.err(),
                provider.retrieve(&id).await.err(),
                provider.delete(&id).await.err(),
                provider.users().await.err(),
            ];
            let shown = format!(
                "{errors:?} {} {provider:?}",
                errors.iter().flatten().map(ToString::to_string).collect::<String>()
            );
            for secret in secrets {
                assert!(!shown.contains(secret), "{status}: {shown}");
            }
        }
    }
}

/// T-23 for what is not sent in a header: secrets in forms are never sent on.
#[tokio::test]
async fn the_token_endpoint_is_not_left_for_another() {
    for status in [301, 302, 303, 307, 308] {
        let stranger = Server::start(|_| renewed()).await;
        let target = stranger.foreign_url("/token");
        let server = Server::start(move |request| match request.path() {
            "/token" => Answer::redirect(status, &target),
            _ => Answer::new(401, ""),
        })
        .await;
        let provider = signed_in(vbc_config(&server), renewable(), &Arc::default(), quick());
        assert!(provider.list(&company()).await.is_err());
        assert_eq!(stranger.seen().len(), 0, "{status}");
    }
}

#[tokio::test]
async fn audio_elsewhere_is_fetched_without_the_token_and_its_401_renews_nothing() {
    let stranger = Server::start(|_| Answer::new(401, "")).await;
    let server = Server::start(|_| renewed()).await;
    let provider = signed_in(vbc_config(&server), renewable(), &Arc::default(), quick());
    let url = stranger.foreign_url("/bucket/1.mp3");
    let error = provider.media(&crate::support::audio_at(&url, 0)).await.err().unwrap();
    assert!(matches!(error, Error::PermissionDenied(_)), "{error:?}");
    let seen: Vec<Request> = stranger.seen();
    assert!(seen.iter().all(|request| request.header("authorization").is_none()));
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_404_under_an_unproven_prefix_does_not_count_as_deleted() {
    // A service under /v1/api whose gateway says plainly "404" for everything else.
    let server = Server::start(|request| {
        match (request.method.as_str(), request.path().contains("/v1/api/")) {
            (_, false) => Answer::new(404, ""),
            ("DELETE", true) => Answer::new(204, ""),
            (_, true) => Answer::json(&json!({"id": 7})),
        }
    })
    .await;
    let provider = pasted(vbc_config(&server), quick());
    let deleted = provider.delete(&RecordingId::new("7")).await.unwrap();
    assert_eq!(deleted, tapeshelf_providers::Deleted::Now);
    let last = server.seen().pop().unwrap();
    assert!(last.method == "DELETE" && last.path().contains("/v1/api/"), "{last:?}");
}

#[test]
fn no_type_shows_a_secret() {
    let config =
        VbcConfig::in_region(domain::Region::Default, "key", Secret::new(CLIENT_SECRET.to_owned()))
            .unwrap();
    let shown = format!("{config:?} {:?} {:?}", renewable(), pasted(config.clone(), quick()));
    for secret in [CLIENT_SECRET, TOKEN, REFRESH] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
