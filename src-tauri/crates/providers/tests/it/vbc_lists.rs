//! VBC's lists by every filter and in every order: the service honours each, the provider sends each, and the pages of
//! each fit together.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::{ListFilters, Recording, RecordingList, UserId};
use sandbox::Sandbox;
use serde_json::json;
use tapeshelf_providers::{Error, ListOrder, OrderField, Page, PageRequest, Provider, Vbc};

use crate::contract;
use crate::support::{Answer, Server, page, pasted, quick, vbc_config};
use crate::vbc_sandboxed::{account, options};

/// The company's list, and that of a person who has an extension, which the administrator has not.
fn both_lists(sandbox: &Sandbox) -> [RecordingList; 2] {
    let person = UserId::new(sandbox.vbc().user_ids()[1].to_string());
    [RecordingList::Company, RecordingList::OnDemand(person)]
}

fn id(recording: &Recording) -> &str {
    recording.id.as_str()
}

/// What an order compares, as the recording tells it.
fn key(by: OrderField, recording: &Recording) -> (i64, String) {
    let moment = |at: Option<jiff::Timestamp>| (at.unwrap().as_second(), String::new());
    let number = |number: Option<u64>| (i64::try_from(number.unwrap()).unwrap(), String::new());
    let text = |text: &Option<String>| (0, text.clone().unwrap_or_default());
    match by {
        OrderField::Start => moment(recording.started_at),
        OrderField::End => moment(recording.ended_at),
        OrderField::Duration => number(recording.duration_ms),
        OrderField::Size => number(recording.size_bytes),
        OrderField::CallerId => text(&recording.from),
        OrderField::CallerName => text(&recording.caller_name),
        OrderField::Called => text(&recording.to),
        OrderField::Direction => text(&recording.direction),
    }
}

fn orders() -> impl Iterator<Item = ListOrder> {
    let both = |by| [ListOrder::ascending(by), ListOrder::descending(by)];
    OrderField::ALL.into_iter().flat_map(both)
}

async fn walked(provider: &Vbc, request: &PageRequest) -> (Vec<Recording>, Page) {
    let (mut all, mut offset) = (Vec::new(), 0);
    loop {
        let request = PageRequest { offset, ..request.clone() };
        let mut page = provider.list(&request).await.unwrap();
        all.append(&mut page.recordings);
        match page.next_offset {
            Some(next) => offset = next,
            None => return (all, page),
        }
    }
}

#[tokio::test]
async fn each_order_is_sent_and_honoured_and_its_pages_fit_together() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let provider = account(&sandbox).await;
    for list in both_lists(&sandbox) {
        let everything = contract::all_recordings(&provider, &list, 0).await;
        let expected: BTreeSet<&str> = everything.iter().map(id).collect();
        let mut sequences = BTreeSet::new();
        for order in orders() {
            let request =
                PageRequest { list: list.clone(), limit: 7, order, ..PageRequest::default() };
            let (all, last) = walked(&provider, &request).await;
            let total = u64::try_from(expected.len()).unwrap();
            assert_eq!(last.total, Some(total), "{order:?}");
            assert_eq!(all.len(), expected.len(), "{order:?}: none twice");
            assert_eq!(all.iter().map(id).collect::<BTreeSet<_>>(), expected, "{order:?}");
            let keys: Vec<_> = all.iter().map(|recording| key(order.by, recording)).collect();
            let goes_on = |pair: &[(i64, String)]| {
                if order.is_ascending { pair[0] <= pair[1] } else { pair[0] >= pair[1] }
            };
            assert!(keys.windows(2).all(goes_on), "{order:?}: {keys:?}");
            assert_ne!(keys.first(), keys.last(), "{order:?}: there is something to sort");
            // Whoever fetches several pages at once gets the same ones.
            for number in (0..total.div_ceil(7)).rev() {
                let request = PageRequest { offset: number * 7, ..request.clone() };
                let page = provider.list(&request).await.unwrap();
                let from = usize::try_from(number).unwrap() * 7;
                assert_eq!(page.recordings, all[from..all.len().min(from + 7)], "{order:?}");
            }
            sequences
                .insert(all.iter().map(|recording| id(recording).to_owned()).collect::<Vec<_>>());
        }
        assert!(sequences.len() > OrderField::ALL.len(), "the orders differ: {}", sequences.len());
    }
    let log = sandbox.request_log();
    for name in [
        "start",
        "end",
        "duration",
        "caller_id",
        "cnam",
        "dnis",
        "call_direction",
        "file_size_in_bytes",
    ] {
        for direction in ["ASC", "DESC"] {
            let sent = format!("order={name}%3A{direction}");
            assert!(log.iter().any(|logged| logged.query.contains(&sent)), "{sent}");
        }
    }
}

/// One of each filter, each by its name in the documents, with a value that some recordings have.
fn each_filter(sample: &Recording) -> [(&'static str, ListFilters); 10] {
    let none = ListFilters::default;
    [
        ("call_direction", ListFilters { direction: sample.direction.clone(), ..none() }),
        (
            "call_id",
            ListFilters { call_id: sample.call_uuid.as_ref().map(ToString::to_string), ..none() },
        ),
        ("caller_id", ListFilters { caller_id: sample.from.clone(), ..none() }),
        ("cnam", ListFilters { cnam: sample.caller_name.clone(), ..none() }),
        ("dnis", ListFilters { dnis: sample.to.clone(), ..none() }),
        ("duration%3Agte", ListFilters { duration_gte_ms: sample.duration_ms, ..none() }),
        ("duration%3Alte", ListFilters { duration_lte_ms: sample.duration_ms, ..none() }),
        ("extension", ListFilters { extension: sample.extensions.first().cloned(), ..none() }),
        ("start%3Agte", ListFilters { start_gte: sample.started_at, ..none() }),
        ("start%3Alte", ListFilters { start_lte: sample.started_at, ..none() }),
    ]
}

#[tokio::test]
async fn each_filter_is_sent_and_honoured_on_both_lists_in_any_order() {
    let sandbox = Sandbox::start(options()).await.unwrap();
    let provider = account(&sandbox).await;
    for list in both_lists(&sandbox) {
        let all = contract::all_recordings(&provider, &list, 0).await;
        let has_all = |recording: &&Recording| {
            recording.caller_name.is_some() && !recording.extensions.is_empty()
        };
        let sample = all.iter().skip(all.len() / 3).find(has_all).unwrap();
        for (name, filters) in each_filter(sample) {
            // Here a recording without a name passes, because it may have the one asked for; there it does not.
            let passes = |recording: &&Recording| {
                filters.admits(recording)
                    && (filters.cnam.is_none() || recording.caller_name.is_some())
            };
            let expected: BTreeSet<&str> = all.iter().filter(passes).map(id).collect();
            assert!(!expected.is_empty(), "{name}");
            for order in [ListOrder::default(), ListOrder::ascending(OrderField::Duration)] {
                let before = sandbox.request_log().len();
                let request = PageRequest {
                    list: list.clone(),
                    limit: 4,
                    filters: filters.clone(),
                    order,
                    ..PageRequest::default()
                };
                let (found, last) = walked(&provider, &request).await;
                assert_eq!(found.iter().map(id).collect::<BTreeSet<_>>(), expected, "{name}");
                assert_eq!(found.len(), expected.len(), "{name}: none twice");
                let total = u64::try_from(expected.len()).unwrap();
                assert_eq!(last.total, Some(total), "{name}: the service counted what passed");
                let asked = sandbox.request_log().split_off(before);
                let is_sent = |query: &str| {
                    query.split('&').any(|pair| pair.starts_with(&format!("{name}=")))
                };
                assert!(asked.iter().all(|logged| is_sent(&logged.query)), "{name}: {asked:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_order_that_is_refused_is_told_and_not_replaced() {
    let server = Server::start(|request| match request.query("order") {
        Some("start%3ADESC") => Answer::new(200, r#"{"page":1,"total_items":0}"#),
        _ => Answer::new(400, r#"{"title":"Invalid parameters"}"#),
    })
    .await;
    let provider = pasted(vbc_config(&server), quick());
    let usual = PageRequest { list: RecordingList::Company, ..PageRequest::default() };
    assert_eq!(provider.list(&usual).await.unwrap().received, 0);
    let other = PageRequest { order: ListOrder::ascending(OrderField::Start), ..usual };
    let error = provider.list(&other).await.unwrap_err();
    assert!(matches!(error, Error::Rejected(_)), "{error:?}");
}

/// A vendor with two users, 7 and 8, of whom 7 is signed in and made one recording, once it is there. Whether the list of
/// users knows `self` is up to the test.
async fn two_users(knows_self: bool, is_recorded: Arc<AtomicBool>) -> Server {
    Server::start(move |request| {
        let own = json!([{"id": 31, "_links": {"self": {"href": "/users/7/call_recordings/31"}}}]);
        match request.path().trim_start_matches("/t/vbc.prod/") {
            "provisioning/api/accounts/self/users/self" if knows_self => {
                Answer::json(&json!({"_embedded": {"data": {"id": 7, "login_name": "asha"}}}))
            }
            "provisioning/api/accounts/self/users" => {
                Answer::json(&json!({"_embedded": {"data": [{"id": 7}, {"id": 8}]}, "page": 1}))
            }
            "call_recording/api/accounts/self/users/self/call_recordings"
            | "call_recording/api/accounts/self/users/7/call_recordings"
                if is_recorded.load(Ordering::Relaxed) =>
            {
                page(&own)
            }
            path if path.ends_with("recordings") => page(&json!([])),
            _ => Answer::new(404, r#"{"msg":"Not Found","status":404}"#),
        }
    })
    .await
}

/// One's own list does not tell whose it is while it is empty; what comes onto it later must not come twice.
#[tokio::test]
async fn ones_own_recordings_are_on_one_list_though_nobody_told_whose_they_are() {
    let user = |name: &str| RecordingList::OnDemand(UserId::new(name));
    for knows_self in [true, false] {
        let is_recorded = Arc::new(AtomicBool::new(false));
        let server = two_users(knows_self, Arc::clone(&is_recorded)).await;
        let provider = pasted(vbc_config(&server), quick());
        let at_first = provider.lists().await.unwrap();
        assert_eq!(at_first.contains(&user("7")), !knows_self, "{at_first:?}");
        is_recorded.store(true, Ordering::Relaxed);
        let (mut found, mut totals) = (Vec::new(), 0);
        for list in &at_first {
            let page = provider.list(&contract::page_of(list, 0, 10)).await.unwrap();
            assert_eq!(page.next_offset, None, "{list}");
            totals += page.total.unwrap();
            found.extend(page.recordings.iter().map(|recording| recording.id.to_string()));
        }
        assert_eq!((found, totals), (vec!["users/self/31".to_owned()], 1), "{knows_self}");
        let later = provider.lists().await.unwrap();
        assert_eq!(later, [RecordingList::Company, user("self"), user("8")]);
    }
}
