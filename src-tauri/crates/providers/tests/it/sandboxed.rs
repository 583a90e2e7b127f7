//! Vobiz against the sandbox: the contract, and the faults a real network has.

use std::time::Duration;

use domain::export::{ExportFilters, ExportPeriod, ExportRequest};
use domain::{ListFilters, RecordingId, RecordingList, Secret};
use sandbox::{Fault, LargeLimit, Origin, Sandbox, SandboxOptions};
use serde_json::json;
use tapeshelf_providers::{
    Error, PageRequest, Provider, Transport, TransportOptions, Vobiz, VobizConfig,
};

use crate::contract;
use crate::support::{audio_at, quick};

const ALL: RecordingList = RecordingList::All;

fn options(recordings: u32) -> SandboxOptions {
    SandboxOptions {
        recordings,
        seed: 7,
        now: Some("2026-11-22T10:00:00Z".parse().unwrap()),
        ..SandboxOptions::default()
    }
}

fn patient() -> TransportOptions {
    TransportOptions {
        read_timeout: Duration::from_secs(10),
        max_retry_after: Duration::from_secs(5),
        ..quick()
    }
}

fn account_with_token(sandbox: &Sandbox, token: &str) -> Vobiz {
    let config = VobizConfig {
        auth_id: sandbox.auth_id().into(),
        auth_token: Secret::new(token.into()),
        base_url: sandbox.api_base_url().parse().unwrap(),
        page_size: 0,
    };
    Vobiz::new(config, Transport::new(patient()).unwrap()).unwrap()
}

fn account(sandbox: &Sandbox) -> Vobiz {
    account_with_token(sandbox, sandbox.auth_token())
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let sandbox = Sandbox::start(options(130)).await.unwrap();
    let provider = account(&sandbox);
    contract::paging_is_complete(&provider, &ALL, &sandbox.recording_ids()).await;
    contract::retrieve_agrees_with_the_list(&provider, &ALL).await;
    contract::unknown_and_hostile_ids_are_harmless(&provider).await;
    let recordings = contract::all_recordings(&provider, &ALL, 0).await;
    let with_audio = recordings.iter().filter(|recording| recording.media_url.is_some()).take(5);
    for recording in with_audio {
        let facts = sandbox.facts(recording.id.as_str()).unwrap();
        assert_eq!(recording.duration_ms, Some(facts.duration_ms), "{}", recording.raw);
        contract::media_resumes_at_any_byte(&provider, recording, facts.size_bytes).await;
    }
    contract::pages_may_come_in_any_order(&provider, &ALL, &sandbox.recording_ids()).await;
    let requests = || sandbox.request_log().len();
    contract::what_is_not_supported_says_so(&provider, &ALL, requests).await;
    contract::deletion_is_final_and_idempotent(&provider, &ALL).await;
    let call_comes_in = || sandbox.add_calls(1).unwrap().remove(0);
    let expected = sandbox.recording_ids();
    contract::a_list_that_grows_is_read_whole(&provider, &ALL, &expected, call_comes_in).await;
}

#[tokio::test]
async fn pages_are_walked_whatever_the_server_makes_of_the_limit() {
    for large_limit in [LargeLimit::Capped, LargeLimit::Rejected] {
        let small = SandboxOptions { max_page_size: 20, large_limit, ..options(90) };
        let sandbox = Sandbox::start(small).await.unwrap();
        contract::paging_is_complete(&account(&sandbox), &ALL, &sandbox.recording_ids()).await;
    }
}

#[tokio::test]
async fn the_credentials_are_checked_and_a_wrong_token_is_told() {
    let sandbox = Sandbox::start(options(3)).await.unwrap();
    let facts = account(&sandbox).check().await.unwrap();
    assert_eq!(facts.recordings_total, Some(3));
    assert!(
        facts.name.is_some() && facts.time_zone.is_some() && facts.currency.is_some(),
        "{facts:?}"
    );
    let wrong = account_with_token(&sandbox, "not-the-token-at-all");
    for error in [
        wrong.check().await.unwrap_err(),
        wrong.list(&PageRequest::default()).await.unwrap_err(),
        wrong.retrieve(&RecordingId::new("a")).await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::Unauthenticated(_)), "{error:?}");
    }
}

fn filtered(filters: ListFilters) -> PageRequest {
    PageRequest { filters, ..PageRequest::default() }
}

#[tokio::test]
async fn filters_reach_the_server() {
    let sandbox = Sandbox::start(options(200)).await.unwrap();
    let provider = account(&sandbox);
    let all = contract::all_recordings(&provider, &ALL, 0).await;
    let call_uuid = all[0].call_uuid.clone().unwrap();
    let expected =
        all.iter().filter(|recording| recording.call_uuid.as_ref() == Some(&call_uuid)).count();
    let request = filtered(ListFilters {
        call_id: Some(call_uuid.as_str().into()),
        ..ListFilters::default()
    });
    let page = provider.list(&request).await.unwrap();
    assert_eq!(page.recordings.len(), expected);
    let request =
        filtered(ListFilters { recording_type: Some("trunk".into()), ..ListFilters::default() });
    let page = provider.list(&request).await.unwrap();
    assert!(!page.recordings.is_empty());
    assert!(page.recordings.iter().all(|recording| recording.kind.as_deref() == Some("trunk")));
}

#[tokio::test]
async fn slow_down_is_obeyed() {
    let sandbox = Sandbox::start(options(5)).await.unwrap();
    let provider = account(&sandbox);
    let id = sandbox.recording_ids().remove(0);
    let recording = provider.retrieve(&RecordingId::new(&id)).await.unwrap();
    sandbox.break_media_times(&id, Fault::Rate429, 1);
    let stream =
        provider.media(&audio_at(recording.media_url.as_deref().unwrap(), 0)).await.unwrap();
    let facts = sandbox.facts(&id).unwrap();
    assert_eq!(
        contract::bytes_of(stream).await.unwrap().len(),
        usize::try_from(facts.size_bytes).unwrap()
    );
    let statuses: Vec<u16> = sandbox
        .request_log()
        .iter()
        .filter(|logged| logged.origin == Origin::Media)
        .map(|logged| logged.status)
        .collect();
    assert_eq!(statuses, [429, 200]);
}

#[tokio::test]
async fn faults_of_the_audio_have_their_meaning() {
    let sandbox = Sandbox::start(options(20)).await.unwrap();
    let provider = account(&sandbox);
    let ids = sandbox.recording_ids();
    let url_of = |id: &str| sandbox.media_url(id);

    sandbox.break_media(&ids[0], Fault::Cut);
    let stream = provider.media(&audio_at(&url_of(&ids[0]), 0)).await.unwrap();
    let error = contract::bytes_of(stream).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");

    sandbox.break_media(&ids[1], Fault::NotReady);
    let error = provider.media(&audio_at(&url_of(&ids[1]), 0)).await.err().unwrap();
    assert!(matches!(error, Error::NotFound(_)), "{error:?}");

    sandbox.break_media(&ids[2], Fault::Html200);
    let stream = provider.media(&audio_at(&url_of(&ids[2]), 0)).await.unwrap();
    assert!(stream.content_type.as_deref().is_some_and(|kind| kind.starts_with("text/html")));

    sandbox.break_media(&ids[3], Fault::Empty200);
    let stream = provider.media(&audio_at(&url_of(&ids[3]), 0)).await.unwrap();
    assert_eq!(stream.total_bytes, Some(0));

    sandbox.break_media(&ids[4], Fault::RedirectForeign);
    let stream = provider.media(&audio_at(&url_of(&ids[4]), 0)).await.unwrap();
    let facts = sandbox.facts(&ids[4]).unwrap();
    assert_eq!(
        contract::bytes_of(stream).await.unwrap().len(),
        usize::try_from(facts.size_bytes).unwrap()
    );
    let foreign: Vec<_> = sandbox
        .request_log()
        .into_iter()
        .filter(|logged| logged.origin == Origin::Foreign)
        .collect();
    assert_eq!(foreign.len(), 1);
    assert!(foreign.iter().all(|logged| !logged.had_credentials), "{foreign:?}");
}

#[tokio::test]
async fn planted_rows_are_read_or_counted() {
    let sandbox = Sandbox::start(options(2)).await.unwrap();
    sandbox.plant(json!({"recording_id": "../../x", "recording_duration_ms": "soon"}));
    sandbox.plant(json!({"note": "no id"}));
    sandbox.plant(json!(null));
    let provider = account(&sandbox);
    let page = provider.list(&PageRequest::default()).await.unwrap();
    assert_eq!((page.received, page.recordings.len(), page.unreadable.len()), (5, 3, 2));
    let hostile =
        page.recordings.iter().find(|recording| recording.id.as_str() == "../../x").unwrap();
    assert_eq!(hostile.duration_ms, None);
    let retrieved = provider.retrieve(&hostile.id).await.unwrap();
    assert_eq!(retrieved.id, hostile.id, "one segment of the path, whatever it holds");
    assert!(matches!(provider.delete(&hostile.id).await, Err(Error::Invalid { .. })));
    assert_eq!(sandbox.total(), 5, "and nothing was deleted");
}

#[tokio::test]
async fn one_export_at_a_time() {
    let sandbox = Sandbox::start(options(2)).await.unwrap();
    let provider = account(&sandbox);
    let request = ExportRequest {
        period: ExportPeriod::ExactAge(7),
        filters: ExportFilters::default(),
        recipients: vec!["admin@example.com".into()],
    };
    let accepted = provider.request_export(&request).await.unwrap();
    assert_eq!(accepted.status.as_deref(), Some("success"));
    assert!(accepted.correlation.is_some());
    let error = provider.request_export(&request).await.unwrap_err();
    assert!(matches!(error, Error::Busy(_)), "{error:?}");
    assert_eq!(sandbox.exports().len(), 1);
    let mut odd = request;
    odd.recipients = vec!["nobody".into()];
    let other = Sandbox::start(options(2)).await.unwrap();
    let error = account(&other).request_export(&odd).await.unwrap_err();
    let Error::Rejected(said) = error else { panic!("{error:?}") };
    assert_eq!(said.status, Some(400));
    assert!(said.message.is_some());
}
