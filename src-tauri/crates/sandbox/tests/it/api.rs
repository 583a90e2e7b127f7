//! Credentials, list, retrieve, delete.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};
use tapeshelf_sandbox::{LargeLimit, Origin, Sandbox, SandboxOptions};

use crate::support::{Bench, extension, noon, small, text};

async fn status(bench: &Bench, url: &str) -> u16 {
    bench.get(url).await.status().as_u16()
}

#[tokio::test]
async fn credentials_are_checked_and_told_back() {
    let bench = Bench::start(small()).await;
    let me = bench.json(&format!("{}/auth/me", bench.sandbox.api_base_url())).await;
    assert_eq!(me["auth_id"], bench.sandbox.auth_id());
    assert_eq!(me["timezone"], "Asia/Kolkata");
    assert_eq!(me["auth_secret"], bench.sandbox.auth_token(), "as at the vendor");

    let list = bench.account_url("Recording/");
    let (id, token) = (bench.sandbox.auth_id(), bench.sandbox.auth_token());
    for (sent_id, sent_token) in [
        (None, None),
        (Some(id), None),
        (None, Some(token)),
        (Some(id), Some("wrong")),
        (Some("MA_OTHER1"), Some(token)),
    ] {
        let mut request = bench.bare(Method::GET, &list);
        if let Some(id) = sent_id {
            request = request.header("X-Auth-ID", id);
        }
        if let Some(token) = sent_token {
            request = request.header("X-Auth-Token", token);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401, "{sent_id:?} {sent_token:?}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body, json!({ "error": "unauthorized", "message": "invalid credentials" }));
    }
}

#[tokio::test]
async fn the_account_id_has_the_form_the_vendors_app_insists_on() {
    let bench = Bench::start(small()).await;
    let id = bench.sandbox.auth_id().strip_prefix("MA_").unwrap().to_owned();
    assert!(id.len() >= 6 && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
    assert!(bench.sandbox.auth_token().len() >= 16);
}

#[tokio::test]
async fn a_wrong_address_is_a_401_never_a_404() {
    let bench = Bench::start(small()).await;
    let base = bench.sandbox.api_base_url();
    let account = bench.sandbox.auth_id();
    let (id, _) = bench.first();
    assert_eq!(status(&bench, &format!("{base}/Account/{account}/Recording/{id}/")).await, 200);
    for wrong in [
        format!("{base}/Account/{account}/Recording"),
        format!("{base}/Account/{account}/Recording/{id}"),
        format!("{base}/account/{account}/Recording/"),
        format!("{base}/Account/{account}/recording/"),
        format!("{base}/Account/{}/Recording/", account.to_lowercase()),
        format!("{base}/Account/MA_OTHER1/Recording/"),
        format!("{base}/Account/{account}/Recording/../Recording"),
        format!("{base}/auth/me/"),
        format!("{base}/nothing"),
        base.replace("/api", ""),
    ] {
        assert_eq!(status(&bench, &wrong).await, 401, "{wrong}");
    }
}

#[tokio::test]
async fn the_balance_is_there_for_those_who_ask() {
    let bench = Bench::start(small()).await;
    let url = |account: &str| {
        format!(
            "{}/{account}/{}/balance/INR",
            bench.sandbox.api_base_url(),
            bench.sandbox.auth_id()
        )
    };
    assert!(bench.json(&url("account")).await["available_balance"].is_number());
    assert_eq!(status(&bench, &url("Account")).await, 401);
}

#[tokio::test]
async fn pages_follow_each_other_to_the_last_row() {
    let bench = Bench::start(SandboxOptions { recordings: 45, ..small() }).await;
    let first = bench.page("").await;
    let path = format!("/v1/Account/{}/Recording/", bench.sandbox.auth_id());
    assert_eq!(
        first["meta"],
        json!({ "limit": 20, "next": format!("{path}?limit=20&offset=20"), "offset": 0,
                "previous": null, "total_count": 45 })
    );
    let mut seen = HashSet::new();
    let mut offset = 0;
    loop {
        let page = bench.page(&format!("limit=20&offset={offset}")).await;
        let rows = page["objects"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| text(row, "recording_id").to_owned()));
        offset += rows.len();
        if page["meta"]["next"].is_null() {
            assert_eq!(page["meta"]["previous"], format!("{path}?limit=20&offset=20"));
            break;
        }
    }
    assert_eq!((offset, seen.len()), (45, 45));
    let beyond = bench.page("offset=500").await;
    assert_eq!(beyond["objects"], json!([]));
    assert!(beyond["meta"]["next"].is_null());
}

#[tokio::test]
async fn the_newest_row_comes_first() {
    let bench = Bench::start(SandboxOptions { recordings: 300, ..small() }).await;
    let mut times = Vec::new();
    for offset in [0, 100, 200] {
        let page = bench.page(&format!("limit=100&offset={offset}")).await;
        times.extend(page["objects"].as_array().unwrap().iter().map(|row| {
            let iso = text(row, "add_time").replacen(' ', "T", 1);
            iso.parse::<jiff::Timestamp>().unwrap()
        }));
    }
    assert_eq!(times.len(), 300);
    assert!(times.is_sorted_by(|a, b| a >= b));
    assert!(times[0] <= noon());
}

#[tokio::test]
async fn a_large_limit_is_capped_or_refused_as_told() {
    for cap in [20, 100] {
        let options = SandboxOptions { recordings: 150, max_page_size: cap, ..small() };
        let bench = Bench::start(options).await;
        let page = bench.page("limit=1000").await;
        assert_eq!(page["meta"]["limit"], cap);
        assert_eq!(page["objects"].as_array().unwrap().len(), cap as usize);
    }
    let options =
        SandboxOptions { max_page_size: 20, large_limit: LargeLimit::Rejected, ..small() };
    let bench = Bench::start(options).await;
    let url = |limit: u32| bench.account_url(&format!("Recording/?limit={limit}"));
    assert_eq!(status(&bench, &url(21)).await, 400);
    assert_eq!(status(&bench, &url(20)).await, 200);
}

#[tokio::test]
async fn numbers_that_are_none_are_refused() {
    let bench = Bench::start(small()).await;
    for query in ["limit=0", "limit=-1", "limit=ten", "offset=-1", "offset=x"] {
        let url = bench.account_url(&format!("Recording/?{query}"));
        assert_eq!(status(&bench, &url).await, 400, "{query}");
    }
}

#[tokio::test]
async fn the_documented_filters_filter_and_others_are_ignored() {
    let bench = Bench::start(SandboxOptions { recordings: 1500, ..small() }).await;
    let rows = bench.sandbox.recordings();
    for kind in ["call", "conference", "trunk", "stream"] {
        let expected = rows.iter().filter(|row| row["recording_type"] == kind).count();
        let page = bench.page(&format!("recording_type={kind}&limit=3")).await;
        assert!(expected > 3, "{kind}");
        assert_eq!(page["meta"]["total_count"], expected, "{kind}");
        let objects = page["objects"].as_array().unwrap();
        assert!(objects.iter().all(|row| row["recording_type"] == kind));
        assert!(text(&page["meta"], "next").ends_with(&format!("&recording_type={kind}")));
    }
    let shared = rows
        .iter()
        .map(|row| text(row, "call_uuid"))
        .find(|uuid| rows.iter().filter(|row| row["call_uuid"] == *uuid).count() > 1)
        .expect("several recordings of one call");
    let page = bench.page(&format!("call_uuid={shared}")).await;
    assert!(page["meta"]["total_count"].as_u64().unwrap() > 1);
    assert!(page["objects"].as_array().unwrap().iter().all(|row| row["call_uuid"] == shared));

    let none = bench.page("call_uuid=none").await;
    assert_eq!(
        (none["meta"]["total_count"].clone(), none["objects"].clone()),
        (json!(0), json!([]))
    );
    let ignored = bench.page("from_number=1&add_time__gte=2030-01-01").await;
    assert_eq!(ignored["meta"]["total_count"], 1500);
}

#[tokio::test]
async fn rows_have_the_vendors_fields_and_quirks() {
    let bench = Bench::start(SandboxOptions { recordings: 1000, ..small() }).await;
    let rows = bench.sandbox.recordings();
    let is_ms = |value: &Value| {
        let (whole, fraction) = value.as_str().unwrap().split_once('.').unwrap();
        whole.parse::<u64>().is_ok() && fraction == "00000"
    };
    for row in &rows {
        let keys: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        assert!(keys.is_sorted() && keys.len() == 17, "{keys:?}");
        assert!(is_ms(&row["recording_duration_ms"]));
        assert_eq!(row["recording_start_ms"].is_null(), row["recording_end_ms"].is_null());
        if !row["recording_start_ms"].is_null() {
            assert!(is_ms(&row["recording_start_ms"]) && is_ms(&row["recording_end_ms"]));
        }
        let billed = u32::try_from(row["rounded_recording_duration"].as_u64().unwrap()).unwrap();
        assert!(billed >= 60 && billed.is_multiple_of(60));
        let amount = row["monthly_recording_storage_amount"].as_f64().unwrap();
        assert!(
            amount.abs() < 1e-9 || (amount * 12_000.0 - f64::from(billed)).abs() < 1e-6,
            "{row}"
        );
        assert!((0..185).contains(&row["recording_storage_duration"].as_i64().unwrap()));
        assert_eq!(row["recording_storage_rate"], 0.005);
        let time = text(row, "add_time");
        let (_, fraction) = time.split_once('.').unwrap();
        assert!(time.ends_with("+05:30") || time.ends_with("+00:00"), "{time}");
        assert!(matches!(fraction.find('+'), Some(5 | 6)), "{time}");
        let uri = format!(
            "/v1/Account/{}/Recording/{}/",
            bench.sandbox.auth_id(),
            text(row, "recording_id")
        );
        assert_eq!(row["resource_uri"], uri);
    }
    let some = |test: &dyn Fn(&Value) -> bool| rows.iter().any(test);
    let number = |row: &Value| text(row, "from_number").to_owned();
    assert!(some(&|row| row["monthly_recording_storage_amount"] == 0));
    assert!(some(&|row| row["monthly_recording_storage_amount"].is_f64()));
    assert!(some(&|row| number(row).starts_with('+')));
    assert!(some(&|row| number(row).starts_with(|c: char| c.is_ascii_digit())));
    assert!(some(&|row| number(row).starts_with("sip:")));
    assert!(some(&|row| row["conference_name"].is_null()));
    assert!(some(&|row| row["conference_name"] == ""));
    assert!(some(
        &|row| row["recording_type"] == "conference" && !text(row, "conference_name").is_empty()
    ));
    assert!(some(&|row| row["recording_type"] == "trunk" && row["recording_start_ms"].is_null()));
    assert!(some(
        &|row| row["recording_format"] == "wav" && extension(text(row, "recording_url")) == "mp3"
    ));
    assert!(some(&|row| text(row, "add_time").find('+') == Some(25)), "five digits");
    assert!(some(&|row| text(row, "add_time").find('+') == Some(26)), "six digits");
}

#[tokio::test]
async fn a_retrieved_recording_is_flat_and_has_its_own_correlation_id() {
    let bench = Bench::start(small()).await;
    let listed = bench.sandbox.recordings().remove(0);
    let url = bench.account_url(&format!("Recording/{}/", text(&listed, "recording_id")));
    let mut one = bench.json(&url).await;
    let other = bench.json(&url).await;
    assert_ne!(one["api_id"], other["api_id"]);
    let api_id = one.as_object_mut().unwrap().shift_remove("api_id").unwrap();
    assert_eq!(api_id.as_str().unwrap().len(), 36);
    assert_eq!(one, listed);

    for id in
        ["00000000-0000-4000-8000-000000000000", &text(&listed, "recording_id").to_uppercase()]
    {
        let response = bench.get(&bench.account_url(&format!("Recording/{id}/"))).await;
        assert_eq!(response.status(), 404, "{id}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"], "Recording not found");
        assert!(body["api_id"].is_string());
    }
}

#[tokio::test]
async fn a_deleted_recording_is_gone_everywhere() {
    let bench = Bench::start(small()).await;
    let (id, media) = bench.first();
    let url = bench.account_url(&format!("Recording/{id}/"));
    assert_eq!(status(&bench, &media).await, 200);
    let deleted = bench.request(Method::DELETE, &url).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    assert_eq!(deleted.bytes().await.unwrap().len(), 0);
    let again = bench.request(Method::DELETE, &url).send().await.unwrap();
    assert_eq!(again.status(), 404);
    assert_eq!(status(&bench, &url).await, 404);
    assert_eq!(status(&bench, &media).await, 404);
    let page = bench.page("limit=100").await;
    assert_eq!(page["meta"]["total_count"], 49);
    assert!(page["objects"].as_array().unwrap().iter().all(|row| row["recording_id"] != id));
    assert!(bench.sandbox.remove(&id).is_err());
}

#[tokio::test]
async fn new_calls_come_in_on_top_when_asked() {
    let bench = Bench::start(small()).await;
    let before = bench.sandbox.recording_ids();
    let mut expected = Vec::new();
    for count in [3, 2] {
        let mut added = bench.sandbox.add_calls(count).unwrap();
        assert_eq!(added.len(), count as usize);
        added.reverse();
        added.extend(expected);
        expected = added;
    }
    expected.extend(before);
    assert_eq!(bench.sandbox.recording_ids(), expected);
    let distinct: HashSet<&String> = expected.iter().collect();
    assert_eq!(distinct.len(), 55);
}

#[tokio::test]
async fn planted_rows_are_told_as_they_are_and_can_be_reached() {
    let bench = Bench::start(small()).await;
    let id = "../../x";
    let url = bench.sandbox.media_url(id);
    let row =
        json!({ "recording_id": id, "recording_url": url, "recording_duration_ms": "2500.0" });
    for odd in [json!({ "recording_type": 7 }), json!("no object"), Value::Null, row.clone()] {
        bench.sandbox.plant(odd);
    }
    let page = bench.page("limit=5").await;
    let objects = page["objects"].as_array().unwrap();
    assert_eq!(
        objects[..4],
        [row, Value::Null, json!("no object"), json!({ "recording_type": 7 })]
    );
    assert_eq!(page["meta"]["total_count"], 54);

    let path = bench.account_url("Recording/..%2F..%2Fx/");
    assert_eq!(bench.json(&path).await["recording_id"], id);
    let audio = bench.get(&url).await;
    assert_eq!(audio.status(), 200);
    assert_eq!(
        audio.bytes().await.unwrap().len() as u64,
        bench.sandbox.facts(id).unwrap().size_bytes
    );
    assert_eq!(bench.request(Method::DELETE, &path).send().await.unwrap().status(), 204);
    assert_eq!(status(&bench, &path).await, 404);
    assert_eq!(status(&bench, &url).await, 404);
}

#[tokio::test]
async fn two_sandboxes_with_one_seed_tell_the_same() {
    let told = async |seed| {
        let bench = Bench::start(SandboxOptions { seed, ..small() }).await;
        let mut rows = bench.sandbox.recordings();
        for row in &mut rows {
            // The port differs.
            row["recording_url"] = Value::Null;
        }
        rows
    };
    assert_eq!(told(4).await, told(4).await);
    assert_ne!(told(4).await, told(5).await);
}

#[tokio::test]
async fn requests_are_written_down_with_their_answer() {
    let bench = Bench::start(small()).await;
    bench.page("limit=5&offset=10").await;
    bench.bare(Method::GET, &bench.first().1).header("Range", "bytes=5-").send().await.unwrap();
    let log = bench.sandbox.request_log();
    let path = format!("/api/v1/Account/{}/Recording/", bench.sandbox.auth_id());
    assert_eq!(
        (log[0].origin, log[0].method.as_str(), &log[0].path, log[0].query.as_str(), log[0].status),
        (Origin::Api, "GET", &path, "limit=5&offset=10", 200)
    );
    assert!(log[0].had_credentials && !log[1].had_credentials);
    assert_eq!((log[1].origin, log[1].status), (Origin::Media, 401));
    assert_eq!(log[1].range.as_deref(), Some("bytes=5-"));
}

#[tokio::test]
async fn a_stopped_or_dropped_sandbox_frees_its_port_and_a_taken_one_is_an_error() {
    let bench = Bench::start(small()).await;
    let url = bench.sandbox.api_base_url();
    let port: u16 = url.split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap();
    let taken = Sandbox::start(SandboxOptions { port, ..small() }).await.unwrap_err();
    assert!(taken.to_string().contains(&port.to_string()), "{taken}");
    bench.sandbox.stop().await;
    let again = Sandbox::start(SandboxOptions { port, ..small() }).await.unwrap();
    assert_eq!(again.api_base_url(), url);
}
