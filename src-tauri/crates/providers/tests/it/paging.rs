//! Pages: what is asked for, what is believed, and when it ends.

use domain::ListFilters;
use serde_json::{Value, json};
use tapeshelf_providers::{Error, PageRequest, Provider, Vobiz};

use crate::support::{Answer, Request, Server, account, page, row};

async fn list_of(
    reply: Value,
    offset: u64,
) -> tapeshelf_providers::Result<tapeshelf_providers::Page> {
    let server = Server::start(move |_| Answer::json(&reply)).await;
    account(&server.base_url()).list(&PageRequest { offset, ..PageRequest::default() }).await
}

#[tokio::test]
async fn the_request_names_what_is_wanted() {
    let server = Server::start(|_| page(&json!([]))).await;
    let provider = account(&server.base_url());
    provider.list(&PageRequest::default()).await.unwrap();
    let request = PageRequest {
        offset: 40,
        limit: 20,
        filters: ListFilters {
            call_id: Some("a&limit=1 +é".into()),
            recording_type: Some("trunk".into()),
            ..ListFilters::default()
        },
        ..PageRequest::default()
    };
    provider.list(&request).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].target, "/api/v1/Account/MA_CANARY01/Recording/?limit=100&offset=0");
    assert_eq!((seen[1].query("limit"), seen[1].query("offset")), (Some("20"), Some("40")));
    assert_eq!(seen[1].query("call_uuid"), Some("a%26limit%3D1+%2B%C3%A9"));
    assert_eq!(seen[1].query("recording_type"), Some("trunk"));
}

#[tokio::test]
async fn the_end_is_where_next_is_null_or_nothing_came() {
    let rows = json!([row("a"), row("b")]);
    let meta = |next: Value| json!({"meta": {"next": next, "total_count": 9}, "objects": rows});
    assert!(
        list_of(meta(json!("/v1/Account/X/Recording/?offset=2")), 0)
            .await
            .unwrap()
            .next_offset
            .is_some()
    );
    for last in [json!(null), json!(""), json!(" "), json!(false)] {
        assert!(list_of(meta(last.clone()), 0).await.unwrap().next_offset.is_none(), "{last}");
    }
    let looping = json!({"meta": {"next": "/again", "total_count": 9}, "objects": []});
    assert!(
        list_of(looping, 0).await.unwrap().next_offset.is_none(),
        "an empty page ends it, whatever it says"
    );
}

#[tokio::test]
async fn without_next_the_total_decides_and_without_both_an_empty_page() {
    let counted = json!({"meta": {"total_count": "3"}, "objects": [row("a"), row("b")]});
    assert!(list_of(counted.clone(), 0).await.unwrap().next_offset.is_some());
    assert!(list_of(counted, 1).await.unwrap().next_offset.is_none());
    assert!(list_of(json!([row("a")]), 0).await.unwrap().next_offset.is_some());
    assert!(list_of(json!([]), 1).await.unwrap().next_offset.is_none());
    let lying = json!({"meta": {"total_count": 1000}, "objects": []});
    assert!(list_of(lying, 1).await.unwrap().next_offset.is_none());
}

#[tokio::test]
async fn the_next_link_is_never_followed() {
    let trap = Server::start(|_| page(&json!([]))).await;
    let next = trap.url("/api/v1/Account/MA_CANARY01/Recording/?offset=1");
    let reply = json!({"meta": {"next": next}, "objects": [row("a")]});
    let server = Server::start(move |_| Answer::json(&reply)).await;
    let provider = account(&server.base_url());
    assert!(provider.list(&PageRequest::default()).await.unwrap().next_offset.is_some());
    provider.list(&PageRequest { offset: 1, ..PageRequest::default() }).await.unwrap();
    assert_eq!(trap.seen().len(), 0);
    assert_eq!(server.seen()[1].query("offset"), Some("1"));
}

#[tokio::test]
async fn a_large_page_that_is_refused_is_asked_for_smaller_from_then_on() {
    let server =
        Server::start(|request| match request.query("limit").unwrap().parse::<u32>().unwrap() {
            0..=20 => page(&json!([row("a")])),
            _ => Answer::new(400, r#"{"status":"failure","message":"limit too large"}"#),
        })
        .await;
    let provider = account(&server.base_url());
    assert_eq!(provider.list(&PageRequest::default()).await.unwrap().received, 1);
    assert_eq!(
        provider.list(&PageRequest { limit: 50, ..PageRequest::default() }).await.unwrap().received,
        1
    );
    let limits: Vec<String> =
        server.seen().iter().map(|request| request.query("limit").unwrap().to_owned()).collect();
    assert_eq!(limits, ["100", "20", "20"]);
}

#[tokio::test]
async fn a_400_that_is_not_about_the_size_is_told_and_nothing_is_remembered() {
    let server = Server::start(|_| Answer::new(400, r#"{"message":"no such filter"}"#)).await;
    let provider = account(&server.base_url());
    for _ in 0..2 {
        let error = provider.list(&PageRequest::default()).await.unwrap_err();
        let Error::Rejected(said) = error else { panic!("{error:?}") };
        assert_eq!(said.message.as_deref(), Some("no such filter"));
    }
    let limits: Vec<String> =
        server.seen().iter().map(|request| request.query("limit").unwrap().to_owned()).collect();
    assert_eq!(limits, ["100", "20", "100", "20"]);
}

/// Three pages of two: nobody but the sub-account on the first two, and one of each on the last.
fn of_two_accounts(request: &Request) -> Answer {
    let owners = ["SA_B", "SA_B", "SA_B", "SA_B", "MA_A", "SA_B"];
    let offset: usize = request.query("offset").unwrap().parse().unwrap();
    let rows: Vec<_> = (offset..owners.len().min(offset + 2))
        .map(|at| {
            let mut row = row(&format!("r{at}"));
            row["resource_uri"] = format!("/v1/Account/{}/Recording/r{at}/", owners[at]).into();
            row
        })
        .collect();
    let next = (offset + 2 < owners.len()).then(|| format!("/v1/?offset={}", offset + 2));
    Answer::json(&json!({"meta": {"limit": 2, "next": next, "total_count": 6}, "objects": rows}))
}

/// C2: what a sub-account lists for itself is left out, and a page of nothing else does not end the list.
#[tokio::test]
async fn c2_a_main_account_leaves_out_what_its_sub_account_lists() {
    let server = Server::start(of_two_accounts).await;
    let provider = account(&server.base_url()).beside(["SA_B".to_owned()].into());
    let asked = |offset| PageRequest { limit: 2, offset, ..PageRequest::default() };
    let page = provider.list(&asked(0)).await.unwrap();
    let elsewhere: Vec<_> =
        page.elsewhere.iter().map(|(of, id)| (of.as_str(), id.as_str())).collect();
    assert_eq!(elsewhere, [("SA_B", "r0"), ("SA_B", "r1")]);
    assert_eq!((page.recordings.len(), page.next_offset, page.total), (0, Some(2), Some(6)));
    let page = provider.list(&asked(4)).await.unwrap();
    let ids: Vec<_> = page.recordings.iter().map(|recording| recording.id.as_str()).collect();
    assert_eq!((ids, page.elsewhere.len(), page.received), (vec!["r4"], 1, 2));
    assert_eq!((page.next_offset, page.total), (None, Some(6)), "the vendor counts both");
    assert_eq!(Vobiz::account_of(&page.recordings[0].raw).as_deref(), Some("MA_A"));

    let alone = account(&server.base_url());
    let page = alone.list(&PageRequest { limit: 2, ..PageRequest::default() }).await.unwrap();
    assert_eq!((page.recordings.len(), page.elsewhere.len(), page.total), (2, 0, Some(6)));
    let by_audio =
        r#"{"recording_url":"https://media.vobiz.ai/api/v1/Account/SA_C/Recording/x.mp3"}"#;
    assert_eq!(Vobiz::account_of(by_audio).as_deref(), Some("SA_C"));
    assert_eq!(Vobiz::account_of(r#"{"recording_url":"https://cdn.test/x.mp3"}"#), None);
}
