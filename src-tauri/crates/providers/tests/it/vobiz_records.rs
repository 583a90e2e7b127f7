//! Call records, the balance, and filters that Vobiz may or may not apply.

use domain::{Availability, CallUuid, Feature, ListFilters};
use serde_json::json;
use tapeshelf_providers::{Error, PageRequest, Provider};

use crate::support::{Answer, Request, Server, account, me, page, row};

const CALL: &str = "0c5e5f6e-3b51-4ad8-8f1d-1f3f0f9a7b11";

fn record() -> serde_json::Value {
    json!({
        "id": 4711, "uuid": CALL, "call_direction": "Outbound", "caller_id_name": "Asha",
        "caller_id_number": "+919876543210", "destination_number": "14155550100",
        "start_time": "2026-05-07T04:15:35Z", "answer_time": null, "end_time": "2026-05-07T04:17:00Z",
        "duration": "85", "billsec": 60, "hangup_cause": "16", "hangup_cause_name": "NORMAL_CLEARING",
        "hangup_source": "callee", "total_cost": "0.42", "currency": "INR",
    })
}

#[tokio::test]
async fn a_call_record_is_read_in_each_of_its_wrappings() {
    for body in [json!({"data": record(), "success": true}), json!({"data": [record()]}), record()]
    {
        let server = Server::start(move |_| Answer::json(&body)).await;
        let read = account(&server.base_url()).call_record(&CallUuid::new(CALL)).await.unwrap();
        assert_eq!(server.seen()[0].target, format!("/api/v1/Account/MA_CANARY01/cdr/{CALL}"));
        assert_eq!(read.direction.as_deref(), Some("outbound"));
        assert_eq!((read.duration_s, read.billed_s, read.cost), (Some(85), Some(60), Some(0.42)));
        assert_eq!(read.hangup_cause.as_deref(), Some("NORMAL_CLEARING"));
        assert_eq!(read.answered_at, None);
        assert_eq!(read.started_at.unwrap().to_string(), "2026-05-07T04:15:35Z");
    }
    let other = Server::start(|_| {
        let mut other = record();
        other["uuid"] = json!("another");
        Answer::json(&json!({"data": other}))
    })
    .await;
    let error = account(&other.base_url()).call_record(&CallUuid::new(CALL)).await.unwrap_err();
    assert!(matches!(error, Error::BadReply { .. }), "{error:?}");
}

/// C15: the other letter case is tried once, and the one that worked is remembered.
#[tokio::test]
async fn the_letter_case_is_learned_for_these_two_paths_alone() {
    let server = Server::start(|request| match request.path() {
        path if path.starts_with("/api/v1/account/MA_CANARY01/cdr/") => Answer::json(&record()),
        "/api/v1/Account/MA_CANARY01/balance/INR" => {
            Answer::json(&json!({"available_balance": "12.50", "balance": 99, "currency": "INR"}))
        }
        "/api/v1/auth/me" => me(),
        _ => Answer::new(401, r#"{"error":"unauthorized"}"#),
    })
    .await;
    let provider = account(&server.base_url());
    for _ in 0..2 {
        provider.call_record(&CallUuid::new(CALL)).await.unwrap();
        let balance = provider.balance().await.unwrap();
        assert!((balance.available - 12.5).abs() < 1e-9 && balance.currency == "INR");
    }
    let targets: Vec<String> =
        server.seen().iter().map(|request| request.path().replace("/api/v1/", "")).collect();
    let cdr = format!("MA_CANARY01/cdr/{CALL}");
    assert_eq!(
        targets,
        [
            format!("Account/{cdr}"),
            format!("account/{cdr}"),
            "auth/me".to_owned(),
            "account/MA_CANARY01/balance/INR".to_owned(),
            "Account/MA_CANARY01/balance/INR".to_owned(),
            format!("account/{cdr}"),
            "Account/MA_CANARY01/balance/INR".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_missing_record_is_not_found_and_a_refused_one_a_matter_of_rights() {
    type Expected = fn(&Error) -> bool;
    let cases: [(u16, Expected); 2] = [
        (404, |error| matches!(error, Error::NotFound(_))),
        (401, |error| matches!(error, Error::PermissionDenied(_))),
    ];
    for (status, expected) in cases {
        let server = Server::start(move |request| match request.path() {
            "/api/v1/auth/me" => me(),
            _ => Answer::new(status, "{}"),
        })
        .await;
        let error =
            account(&server.base_url()).call_record(&CallUuid::new(CALL)).await.unwrap_err();
        assert!(expected(&error), "{status}: {error:?}");
    }
}

#[tokio::test]
async fn the_check_tells_what_the_account_may_do() {
    for (status, expected) in [
        (200, Availability::Yes),
        (403, Availability::no("The account may not read its call records.")),
        (500, Availability::Unknown),
    ] {
        let server = Server::start(move |request| match request.path() {
            "/api/v1/auth/me" => me(),
            path if path.contains("/balance/") => Answer::json(&json!({"balance": 3})),
            path if path.contains("/cdr") => Answer::new(status, "{}"),
            _ => page(&json!([row("a")])),
        })
        .await;
        let facts = account(&server.base_url()).check().await.unwrap();
        assert_eq!(*facts.capabilities.get(Feature::CallRecords), expected, "{status}");
        assert_eq!(*facts.capabilities.get(Feature::Recordings), Availability::Yes);
        assert!(!facts.capabilities.get(Feature::ExportJobs).may_be_offered());
        assert_eq!(facts.balance.unwrap().currency, "INR");
    }
}

fn dated(filters: ListFilters) -> PageRequest {
    PageRequest { filters, ..PageRequest::default() }
}

/// C3: what is not documented is sent as a short cut, and what comes is checked.
#[tokio::test]
async fn a_filter_that_is_ignored_is_applied_here_and_no_total_is_believed() {
    let at = |day: u32| format!("2026-05-{day:02} 09:45:35.79276+05:30");
    let rows = json!([
        {"recording_id": "a", "add_time": at(9), "from_number": "919876543210"},
        {"recording_id": "b", "add_time": at(8), "from_number": "14155550100"},
        {"recording_id": "c", "add_time": at(2), "from_number": "919876543210"},
    ]);
    let server = Server::start(move |_| page(&rows)).await;
    let filters = ListFilters {
        added_gte: Some("2026-05-05T00:00:00Z".parse().unwrap()),
        from_number: Some("+91 98765 43210".into()),
        ..ListFilters::default()
    };
    let page = account(&server.base_url()).list(&dated(filters)).await.unwrap();
    let ids: Vec<_> = page.recordings.iter().map(|recording| recording.id.as_str()).collect();
    assert_eq!((ids, page.received, page.total), (vec!["a"], 3, None));
    let asked: &Request = &server.seen()[0];
    assert_eq!(asked.query("add_time__gte"), Some("2026-05-05+00%3A00%3A00"));
    assert_eq!(asked.query("from_number"), Some("%2B91+98765+43210"));
}

#[tokio::test]
async fn a_filter_that_is_refused_is_left_out() {
    let server = Server::start(|request| match request.query("add_time__lte") {
        Some(_) => Answer::new(400, r#"{"message":"unknown parameter"}"#),
        None => page(&json!([row("a"), {"recording_id": "b", "add_time": "2027-01-01 00:00:00Z"}])),
    })
    .await;
    let filters = ListFilters {
        added_lte: Some("2026-12-31T00:00:00Z".parse().unwrap()),
        ..ListFilters::default()
    };
    let page = account(&server.base_url()).list(&dated(filters)).await.unwrap();
    assert_eq!((page.recordings.len(), page.received), (1, 2));
    assert_eq!(
        server.seen().last().unwrap().query("limit"),
        Some("100"),
        "the size was not to blame"
    );
}

/// A reply of the API that Vobiz descends from: SIP addresses, missing keys, a repeated id, and a total that is less
/// than what came.
#[tokio::test]
async fn a_page_in_plivos_format_is_read() {
    let body = json!({
        "api_id": "ff25223a-1c9f-11e4-80aa-12313f048015",
        "meta": {"limit": 20, "next": null, "offset": 0, "previous": null, "total_count": 2},
        "objects": [
            {"add_time": "2026-08-05 16:15:15.852059+05:30", "call_uuid": "c2186400-1c8c-11e4-a664-0026b945b52x",
             "conference_name": null, "from_number": "sip:anna@phone.example.test", "to_number": "",
             "recording_duration_ms": "345100.00000", "recording_end_ms": "1407235509007.00000",
             "recording_format": "mp3", "recording_id": "c7b69074-58be-11e1-86da-adf28403fe48",
             "recording_start_ms": "1407235163907.00000", "recording_type": "conference",
             "recording_url": "https://media.example.test/v1/Account/MA/Recording/c7b69074.mp3",
             "resource_uri": "/v1/Account/MA/Recording/c7b69074-58be-11e1-86da-adf28403fe48/"},
            {"recording_id": "c2186400-1c8c-11e4-a664-0026b945b522"},
            {"recording_id": "c7b69074-58be-11e1-86da-adf28403fe48", "recording_duration_ms": "-1"},
        ],
    });
    let server = Server::start(move |_| Answer::json(&body)).await;
    let page = account(&server.base_url()).list(&PageRequest::default()).await.unwrap();
    assert_eq!((page.received, page.total, page.next_offset), (3, Some(2), None));
    assert_eq!(page.recordings.len(), 3, "repeated ids are for whoever stores them: {page:?}");
    let first = &page.recordings[0];
    assert_eq!(first.from.as_deref(), Some("sip:anna@phone.example.test"));
    assert_eq!((first.to.as_deref(), first.duration_ms), (None, Some(345_100)));
    assert_eq!(page.recordings[2].duration_ms, None);
}
