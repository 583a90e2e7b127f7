//! C4: the address of a recording's audio in a list may have expired. Whoever fetches then asks for the recording again
//! and uses the fresh one; so each way in which an old address is refused must be told from a lost sign-in.

use domain::RecordingId;
use serde_json::{Value, json};
use tapeshelf_providers::{Error, MediaRequest, PageRequest};

use crate::contract::bytes_of;
use crate::support::{Answer, Request, Server, Which, me, on_both_vendors, page, row};

on_both_vendors! {
    a_fresh_address_takes_the_place_of_an_expired_one,
    a_strangers_401_is_about_the_address,
}

const AUDIO: &[u8] = b"ID3 of a short call";

/// A vendor whose list is old: the address in it is refused, the one of the recording by itself is good.
fn vendor(request: &Request, refusal: &Answer) -> Answer {
    let address = |name: &str| {
        let host = request.header("host").unwrap();
        let url = format!("http://{host}/audio/{name}");
        let mut row = row("7");
        row["recording_url"] = url.clone().into();
        row["download_url"] = url.into();
        row
    };
    match request.path() {
        "/audio/old.mp3" => refusal.clone(),
        "/audio/new.mp3" => Answer::new(200, AUDIO),
        "/api/v1/auth/me" => me(),
        path if path.contains("/7") => Answer::json(&address("new.mp3")),
        _ => page(&Value::Array(vec![address("old.mp3")])),
    }
}

/// What an address is refused with when it is over. Vobiz also says 401, as for anything that is not where it was.
fn refusals(which: Which) -> Vec<Answer> {
    let mut refusals = vec![
        Answer::new(403, r#"{"error":{"message":"Request has expired"}}"#),
        Answer::new(
            403,
            "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
        ),
        Answer::new(404, r#"{"api_id":"a","error":"not found"}"#),
        Answer::new(404, "<html>no such page</html>"),
        Answer::new(410, ""),
        Answer::new(400, "<Error><Code>ExpiredToken</Code></Error>"),
    ];
    if which == Which::Vobiz {
        refusals.push(Answer::new(401, r#"{"error":"unauthorized"}"#));
    }
    refusals
}

async fn a_fresh_address_takes_the_place_of_an_expired_one(which: Which) {
    for refusal in refusals(which) {
        let said = format!("{refusal:?}");
        let server = Server::start(move |request| vendor(request, &refusal)).await;
        let provider = which.account(&server);
        let lists = match which {
            Which::Vobiz => domain::RecordingList::All,
            Which::Vbc => domain::RecordingList::Company,
        };
        let request = PageRequest { list: lists, ..PageRequest::default() };
        let listed = provider.list(&request).await.unwrap().recordings.remove(0);
        let media = |url| MediaRequest { id: &listed.id, url, offset: 0, if_range: None };
        let error = provider.media(&media(listed.media_url.as_deref())).await.err();
        assert!(
            matches!(
                error,
                Some(
                    Error::NotFound(_)
                        | Error::PermissionDenied(_)
                        | Error::Rejected(_)
                        | Error::BadReply { .. }
                )
            ),
            "{said}: {error:?}"
        );
        let fresh = provider.retrieve(&listed.id).await.unwrap();
        assert_ne!(fresh.media_url, listed.media_url);
        let stream = provider.media(&media(fresh.media_url.as_deref())).await.unwrap();
        assert_eq!(bytes_of(stream).await.unwrap(), AUDIO, "{said}");
    }
}

/// A signed address elsewhere got no credentials and so refused none: nobody has to sign in again for it.
async fn a_strangers_401_is_about_the_address(which: Which) {
    let stranger = Server::start(|_| Answer::new(401, "expired")).await;
    let address = stranger.foreign_url("/signed.mp3");
    let to = address.clone();
    let server = Server::start(move |request| match request.path() {
        "/redirected.mp3" => Answer::redirect(302, &to),
        _ => Answer::json(&json!({})),
    })
    .await;
    let provider = which.account(&server);
    let id = RecordingId::new("7");
    for url in [address, server.url("/redirected.mp3")] {
        let request = MediaRequest { id: &id, url: Some(&url), offset: 0, if_range: None };
        let error = provider.media(&request).await.err();
        assert!(matches!(error, Some(Error::PermissionDenied(_))), "{url}: {error:?}");
    }
    assert!(stranger.seen().iter().all(|request| !which.is_known_by(request)));
    assert!(server.seen().len() <= 1, "nothing was asked about the sign-in: {:?}", server.seen());
}
