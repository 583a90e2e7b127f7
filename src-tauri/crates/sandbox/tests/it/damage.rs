//! Files and connections that are damaged on purpose.

use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use reqwest::{Client, Method, Response};
use tapeshelf_sandbox::{
    BadRange, Fault, Origin, RetryAfter, STRUCK_TRIES, SandboxOptions, VbcRecordings,
};

use crate::support::{Bench, header, small};
use crate::vbc::Office;

/// The shortest recording of a small account.
async fn shortest() -> (Bench, String, String, Vec<u8>) {
    let bench = Bench::start(small()).await;
    let ids = bench.sandbox.recording_ids();
    let facts = |id: &String| bench.sandbox.facts(id).unwrap();
    let id = ids.into_iter().min_by_key(|id| facts(id).size_bytes).unwrap();
    let url = facts(&id).media_url;
    let file = bench.get(&url).await.bytes().await.unwrap().to_vec();
    (bench, id, url, file)
}

/// What arrives until the reply ends or breaks.
async fn received(mut response: Response) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return (bytes, true),
            Err(_) => return (bytes, false),
        }
    }
}

#[tokio::test]
async fn a_file_ends_at_the_byte_that_was_named() {
    let (bench, id, url, file) = shortest().await;
    for (at, fault) in [
        (0, Fault::CutAt(0)),
        (1, Fault::CutAt(1)),
        (1000, Fault::CutAt(1000)),
        (file.len() - 1, Fault::CutAt(file.len() as u64 - 1)),
    ] {
        bench.sandbox.break_media_times(&id, fault, 1);
        let (bytes, is_whole) = received(bench.get(&url).await).await;
        assert!(!is_whole && bytes == file[..at], "{at}: {}", bytes.len());
    }
    bench.sandbox.break_media_times(&id, Fault::CutAt(file.len() as u64), 1);
    assert_eq!(received(bench.get(&url).await).await, (file, true), "beyond the end is no cut");
}

#[tokio::test]
async fn a_reset_is_a_reset_and_no_close() {
    let (bench, id, url, file) = shortest().await;
    let is_reset = |error: &reqwest::Error| {
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = cause {
            if error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset)
            {
                return true;
            }
            cause = error.source();
        }
        false
    };
    bench.sandbox.break_requests("auth/me", Fault::Reset);
    let me = format!("{}/auth/me", bench.sandbox.api_base_url());
    let error = bench.request(Method::GET, &me).send().await.unwrap_err();
    assert!(is_reset(&error), "{error:?}");
    bench.sandbox.break_media_times(&id, Fault::ResetAt(500), 1);
    let (bytes, is_whole) = match bench.request(Method::GET, &url).send().await {
        Ok(response) => received(response).await,
        // A reset may also overtake what was sent before it.
        Err(error) => (assert!(is_reset(&error)), (Vec::new(), false)).1,
    };
    assert!(!is_whole && file.starts_with(&bytes) && bytes.len() <= 500);
}

#[tokio::test]
async fn a_lost_reply_is_of_something_that_was_done() {
    let (bench, id, ..) = shortest().await;
    bench.sandbox.break_requests_times("DELETE", Fault::LostReply, 1);
    let url = bench.account_url(&format!("Recording/{id}/"));
    assert!(bench.request(Method::DELETE, &url).send().await.is_err());
    assert_eq!(bench.sandbox.total(), 49);
    assert_eq!(bench.request(Method::DELETE, &url).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn silence_lasts_until_the_client_leaves_or_the_sandbox_stops() {
    let (bench, id, url, file) = shortest().await;
    bench.sandbox.break_media(&id, Fault::Stall);
    let impatient =
        Client::builder().no_proxy().timeout(Duration::from_millis(200)).build().unwrap();
    let request = impatient
        .get(&url)
        .header("X-Auth-ID", bench.sandbox.auth_id())
        .header("X-Auth-Token", bench.sandbox.auth_token());
    assert!(request.try_clone().unwrap().send().await.unwrap_err().is_timeout());
    bench.sandbox.mend_media(&id);
    bench.sandbox.break_media(&id, Fault::StallAt(100));
    let mut response = request.send().await.unwrap();
    let mut bytes = Vec::new();
    let error = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => panic!("the file ended"),
            Err(error) => break error,
        }
    };
    assert!(error.is_timeout() && bytes == file[..100]);
    let response = bench.get(&url).await;
    bench.sandbox.stop().await;
    assert!(!received(response).await.1);
}

#[tokio::test]
async fn a_trickle_comes_byte_by_byte() {
    let (bench, id, url, file) = shortest().await;
    bench.sandbox.break_media(&id, Fault::Trickle(0));
    bench.sandbox.break_media(&id, Fault::CutAt(50));
    let (bytes, _) = received(bench.get(&url).await).await;
    assert_eq!(bytes, file[..50]);
}

#[tokio::test]
async fn a_wrong_length_is_one_byte_off() {
    let (bench, id, url, file) = shortest().await;
    bench.sandbox.break_media_times(&id, Fault::WrongLength(1), 1);
    let long = bench.get(&url).await;
    assert_eq!(long.content_length(), Some(file.len() as u64 + 1));
    assert_eq!(received(long).await, (file.clone(), false));
    bench.sandbox.break_media_times(&id, Fault::WrongLength(-1), 1);
    let short = bench.get(&url).await;
    assert_eq!(short.content_length(), Some(file.len() as u64 - 1));
    assert_eq!(received(short).await, (file[..file.len() - 1].to_vec(), true));
}

#[tokio::test]
async fn gzip_comes_with_and_without_its_label() {
    let (bench, id, url, file) = shortest().await;
    for (fault, label) in [(Fault::Gzip, Some("gzip")), (Fault::GzipUnlabelled, None)] {
        bench.sandbox.break_media_times(&id, fault, 1);
        let plain = Client::builder().no_proxy().no_gzip().build().unwrap();
        let request = plain.get(&url).header("Accept-Encoding", "identity");
        let response = request
            .header("X-Auth-ID", bench.sandbox.auth_id())
            .header("X-Auth-Token", bench.sandbox.auth_token())
            .send()
            .await
            .unwrap();
        assert_eq!(header(&response, "content-encoding").as_deref(), label);
        let packed = response.bytes().await.unwrap();
        let mut unpacked = Vec::new();
        GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, file);
    }
}

#[tokio::test]
async fn a_changed_file_breaks_off_and_cannot_be_gone_on_with() {
    let (bench, id, url, file) = shortest().await;
    bench.sandbox.break_media_times(&id, Fault::ChangedFile, 1);
    let old = bench.get(&url).await;
    let old_etag = header(&old, "etag").unwrap();
    let (bytes, is_whole) = received(old).await;
    assert!(!is_whole);
    let part = |validator: Option<String>| {
        let request = bench.request(Method::GET, &url).header("Range", "bytes=10-");
        match validator {
            Some(validator) => request.header("If-Range", validator),
            None => request,
        }
    };
    let blind = part(None).send().await.unwrap();
    assert_eq!(blind.status(), 206);
    let etag = header(&blind, "etag").unwrap();
    assert_ne!(etag, old_etag);
    assert_eq!(blind.bytes().await.unwrap(), file[10..]);
    assert_eq!(part(Some(old_etag)).send().await.unwrap().status(), 200);
    assert_eq!(part(Some(format!("W/{etag}"))).send().await.unwrap().status(), 200, "weak");
    assert_eq!(part(Some(etag)).send().await.unwrap().status(), 206);
    assert!(bytes.len() < 200 || !file.starts_with(&bytes), "the bytes were others");
}

#[tokio::test]
async fn a_part_comes_back_wrong_in_every_way() {
    let (bench, id, url, file) = shortest().await;
    let size = file.len();
    let ask = async |how: BadRange| {
        bench.sandbox.break_media_times(&id, Fault::BadRange(how), 1);
        let request = bench.request(Method::GET, &url).header("Range", "bytes=1000-");
        request.send().await.unwrap()
    };
    let wrong = ask(BadRange::WrongStart).await;
    assert_eq!(
        (wrong.status().as_u16(), header(&wrong, "content-range").unwrap()),
        (206, format!("bytes 500-{}/{size}", size - 1))
    );
    assert_eq!(wrong.bytes().await.unwrap(), file[500..]);
    let bare = ask(BadRange::Unlabelled).await;
    assert_eq!((bare.status().as_u16(), header(&bare, "content-range")), (206, None));
    assert_eq!(bare.bytes().await.unwrap(), file[1000..]);
    let whole = ask(BadRange::Labelled200).await;
    assert_eq!(
        (whole.status().as_u16(), header(&whole, "content-range").unwrap()),
        (200, format!("bytes 1000-{}/{size}", size - 1))
    );
    assert_eq!(whole.bytes().await.unwrap(), file);
    let refused = ask(BadRange::Refused).await;
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "content-range").unwrap()),
        (416, format!("bytes */{size}"))
    );
    bench.sandbox.break_media_times(&id, Fault::BadRange(BadRange::Refused), 1);
    assert_eq!(bench.get(&url).await.status(), 200, "only parts are spoilt");
}

#[tokio::test]
async fn too_many_requests_tell_when_to_come_back_in_every_way() {
    let (bench, id, url, _) = shortest().await;
    for (says, is_told) in [
        (RetryAfter::Date, Some("GMT")),
        (RetryAfter::Zero, Some("0")),
        (RetryAfter::Garbage, Some("soon")),
        (RetryAfter::Far, Some("86400")),
        (RetryAfter::Absent, None),
    ] {
        bench.sandbox.break_media_times(&id, Fault::Rate429With(says), 1);
        let response = bench.get(&url).await;
        assert_eq!(response.status(), 429);
        let told = header(&response, "retry-after");
        assert_eq!(told.is_some(), is_told.is_some());
        assert!(told.is_none_or(|told| told.ends_with(is_told.unwrap())));
    }
}

#[tokio::test]
async fn every_redirect_leads_to_the_host_that_writes_down_what_it_gets() {
    let (bench, id, url, file) = shortest().await;
    let list = bench.account_url("Recording/?limit=3");
    for status in [301, 302, 303, 307, 308] {
        bench.sandbox.break_media_times(&id, Fault::Redirect(status), 1);
        let away = bench.get(&url).await;
        assert_eq!(away.status(), status);
        let target = header(&away, "location").unwrap();
        assert_eq!(
            bench.bare(Method::GET, &target).send().await.unwrap().bytes().await.unwrap(),
            file
        );
        bench.sandbox.break_requests_times("Recording/?", Fault::Redirect(status), 1);
        let away = bench.get(&list).await;
        assert_eq!(away.status(), status);
        let target = header(&away, "location").unwrap();
        assert!(target.starts_with(bench.sandbox.foreign_origin()) && target.ends_with("?limit=3"));
    }
    bench.sandbox.break_media_times(&id, Fault::RedirectLoop, 1);
    let round = header(&bench.get(&url).await, "location").unwrap();
    assert!(url.ends_with(&round), "{round}");

    let office = Office::small().await;
    office.sandbox.break_requests("POST /token", Fault::Redirect(307));
    let form = [("client_secret", office.vbc().client_secret())];
    let careless = Client::builder().no_proxy().build().unwrap();
    careless.post(office.vbc().token_url()).form(&form).header("X-Mark", "7").send().await.unwrap();
    let log = office.sandbox.request_log();
    let leak = log.iter().find(|entry| entry.origin == Origin::Foreign).unwrap();
    assert!(leak.headers.contains(&("x-mark".into(), "7".into())), "{leak:?}");
    assert!(String::from_utf8_lossy(&leak.body).contains(office.vbc().client_secret()));
}

#[tokio::test]
async fn pages_and_errors_come_with_status_200_to_the_api_too_and_nothing_was_done() {
    let bench =
        Bench::start(SandboxOptions { faults: "api.html200".parse().unwrap(), ..small() }).await;
    let (id, media) = bench.first();
    let url = bench.account_url(&format!("Recording/{id}/"));
    for _ in 0..STRUCK_TRIES {
        let reply = bench.request(Method::DELETE, &url).send().await.unwrap();
        assert_eq!(reply.status(), 200);
        assert!(reply.text().await.unwrap().starts_with("<!DOCTYPE"));
    }
    assert_eq!(bench.sandbox.total(), 50);
    assert_eq!(bench.get(&media).await.status(), 200, "media is spared");
    assert_eq!(bench.request(Method::DELETE, &url).send().await.unwrap().status(), 204);
    bench.sandbox.break_media(&bench.first().0, Fault::Json200);
    let error = bench.get(&bench.first().1).await;
    assert_eq!(error.status(), 200);
    assert!(error.json::<serde_json::Value>().await.unwrap()["error"].is_string());
}

#[tokio::test]
async fn vbc_meets_the_same_faults_in_its_own_words() {
    let office = Office::start(SandboxOptions {
        faults: "rate429:1".parse().unwrap(),
        vbc_recordings: 20,
        ..small()
    })
    .await;
    let throttled = office.get(&office.company("")).await;
    assert_eq!(throttled.status(), 429);
    assert!(throttled.text().await.unwrap().contains("900800"));
    let id = office.vbc().recording_ids(VbcRecordings::Company)[0];
    let facts = office.vbc().facts(id).unwrap();
    assert_eq!(office.status(&facts.media_url).await, 429);
    assert_eq!(office.status(&facts.media_url).await, 429);
    assert_eq!(office.status(&facts.media_url).await, 200, "the third try gets through");
    office.sandbox.break_media(&id.to_string(), Fault::RedirectForeign);
    let target = header(&office.get(&facts.media_url).await, "location").unwrap();
    let file = office.client.get(&target).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(file.len() as u64, facts.size_bytes);
}

#[tokio::test]
async fn a_token_expires_in_the_middle_of_a_run() {
    let office = Office::small().await;
    assert_eq!(office.status(&office.company("?page=1")).await, 200);
    office.sandbox.break_requests_times("page=2", Fault::TokenExpiry, 1);
    assert_eq!(office.status(&office.company("?page=2")).await, 401);
    assert_eq!(office.status(&office.company("?page=1")).await, 401, "for good");
    let mut office = office;
    office.token = office.vbc().access_token();
    assert_eq!(office.status(&office.company("?page=2")).await, 200);
}
