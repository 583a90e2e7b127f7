//! The export: one at a time, and only by the rules.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use tapeshelf_sandbox::SandboxOptions;

use crate::support::{Bench, small};

fn week() -> Value {
    json!({
        "from": "2026-10-10 00:00:00",
        "to": "2026-10-16 23:59:59",
        "recipient": { "customer_account": ["admin@example.com"] },
    })
}

async fn send(bench: &Bench, body: &Value) -> Response {
    bench
        .request(Method::POST, &bench.account_url("export/recording/"))
        .json(body)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn an_accepted_export_keeps_the_next_one_out() {
    let bench = Bench::start(small()).await;
    let accepted = send(&bench, &week()).await;
    assert_eq!(accepted.status(), 202);
    let body: Value = accepted.json().await.unwrap();
    assert_eq!(body["status"], "success");
    assert_eq!(body.as_object().unwrap().len(), 2);

    let busy = send(&bench, &week()).await;
    assert_eq!(busy.status(), 403);
    let refusal: Value = busy.json().await.unwrap();
    assert_eq!(refusal["status"], "failure");
    assert!(refusal["message"].as_str().unwrap().contains("already in process"));

    let exports = bench.sandbox.exports();
    assert_eq!(exports.len(), 1, "a refused export is none");
    assert_eq!(exports[0].api_id, body["api_id"]);
    assert_eq!(exports[0].body, week());
}

#[tokio::test]
async fn the_next_export_is_taken_when_the_first_is_done() {
    let options = SandboxOptions { export_processing: Duration::ZERO, ..small() };
    let bench = Bench::start(options).await;
    for _ in 0..2 {
        assert_eq!(send(&bench, &week()).await.status(), 202);
    }
    assert_eq!(bench.sandbox.exports().len(), 2);
}

#[tokio::test]
async fn a_request_against_the_rules_is_refused_with_a_reason_and_blocks_nothing() {
    let bench = Bench::start(small()).await;
    let mut wrong = week();
    wrong["recording_storage_duration"] = json!("7");
    let refused = send(&bench, &wrong).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(
        refused.json::<Value>().await.unwrap(),
        json!({ "status": "failure", "message": "From/To cannot be used with recording storage duration" })
    );
    let url = bench.account_url("export/recording/");
    let no_json = bench.request(Method::POST, &url).body("{").send().await.unwrap();
    assert_eq!(no_json.status(), 400);
    let untyped = bench.request(Method::POST, &url).body(week().to_string()).send().await.unwrap();
    assert_eq!(untyped.status(), 400, "Content-Type is documented as required");
    assert_eq!(send(&bench, &week()).await.status(), 202);
}

#[tokio::test]
async fn the_address_is_taken_by_the_letter() {
    let bench = Bench::start(small()).await;
    let right = bench.account_url("export/recording/");
    for wrong in [
        right.replace("/Account/", "/account/"),
        right.replace("/recording/", "/recording"),
        right.replace("/recording/", "/Recording/"),
    ] {
        let response = bench.request(Method::POST, &wrong).json(&week()).send().await.unwrap();
        assert_eq!(response.status(), 401, "{wrong}");
    }
    let bare = bench.bare(Method::POST, &right).json(&week()).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    assert!(bench.sandbox.exports().is_empty());
}
