//! Lists, filters, one recording, deletion, audio.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};
use tapeshelf_sandbox::{LargeLimit, PageBase, SandboxOptions, VbcRecordings};

use crate::files::read;
use crate::support::{extension, header, small, text};
use crate::vbc::{Office, rows};

fn ids(page: &Value) -> Vec<u64> {
    rows(page).iter().map(|row| row["id"].as_u64().unwrap()).collect()
}

async fn with(options: SandboxOptions) -> Office {
    Office::start(SandboxOptions { vbc_recordings: 45, vbc_users: 3, vbc_on_demand: 5, ..options })
        .await
}

#[tokio::test]
async fn pages_follow_each_other_in_either_numbering() {
    for (base, first) in [(PageBase::One, 1), (PageBase::Zero, 0)] {
        let office = with(SandboxOptions { vbc_page_base: base, ..small() }).await;
        let start = office.json(&office.company("")).await;
        assert_eq!((start["page"].as_u64(), &start["page_size"]), (Some(first), &json!(10)));
        assert_eq!(start["total_items"], 45);
        let links = start["_links"].as_object().unwrap();
        assert!(!links.contains_key("prev") && links.contains_key("next"));
        let href = |name: &str| text(&links[name], "href");
        assert!(href("first").ends_with(&format!("?page={first}")), "{links:?}");
        assert!(href("last").ends_with(&format!("?page={}", first + 4)), "{links:?}");
        let mut seen = Vec::new();
        for page in first..first + 5 {
            let page = office.json(&office.company(&format!("?page={page}"))).await;
            seen.extend(ids(&page));
        }
        assert_eq!(seen, office.vbc().recording_ids(VbcRecordings::Company));
        let beyond = office.json(&office.company(&format!("?page={}", first + 5))).await;
        assert!(beyond.get("_embedded").is_none() && beyond["_links"].get("next").is_none());
        assert_eq!(beyond["total_items"], 45);
    }
    let office = with(small()).await;
    assert_eq!(office.status(&office.company("?page=0")).await, 400);
}

#[tokio::test]
async fn links_drop_or_keep_the_rest_of_the_query_as_told() {
    for (bare, keeps) in [(true, false), (false, true)] {
        let office = with(SandboxOptions { vbc_bare_links: bare, ..small() }).await;
        let page = office.json(&office.company("?page_size=5&call_direction=INBOUND")).await;
        let next = text(&page["_links"]["next"], "href");
        assert!(next.starts_with(&office.vbc().service_base()));
        assert_eq!(next.contains("call_direction=INBOUND") && next.contains("page_size=5"), keeps);
        assert_eq!(office.status(next).await, 200);
    }
}

#[tokio::test]
async fn an_empty_page_has_an_empty_list_or_none_at_all() {
    for omits in [true, false] {
        let options = SandboxOptions { vbc_omit_embedded_when_empty: omits, ..small() };
        let office = with(options).await;
        let page = office.json(&office.company("?caller_id=0000")).await;
        assert_eq!(page.get("_embedded").is_none(), omits);
        assert_eq!(page["total_items"], 0);
    }
}

#[tokio::test]
async fn one_row_may_be_told_as_an_object() {
    let office = with(SandboxOptions { vbc_single_as_object: true, ..small() }).await;
    let page = office.json(&office.company("?page_size=1")).await;
    assert!(page["_embedded"]["recordings"]["id"].is_u64(), "{page}");
    assert_eq!(rows(&office.json(&office.company("?page_size=2")).await).len(), 2);
}

#[tokio::test]
async fn the_count_of_pages_is_told_for_some_queries_and_not_for_others() {
    let office = with(small()).await;
    let mut told = HashSet::new();
    for least in 0..40 {
        let page = office.json(&office.company(&format!("?duration:gte={least}"))).await;
        told.insert(page.get("total_pages").is_some());
    }
    assert_eq!(told.len(), 2);
}

#[tokio::test]
async fn a_large_page_is_capped_or_refused_as_told() {
    let capped = with(SandboxOptions { vbc_max_page_size: 20, ..small() }).await;
    let page = capped.json(&capped.company("?page_size=100")).await;
    assert_eq!((rows(&page).len(), &page["page_size"]), (20, &json!(20)));
    let large = LargeLimit::Rejected;
    let refusing =
        with(SandboxOptions { vbc_max_page_size: 20, vbc_large_page: large, ..small() }).await;
    let refused = refusing.get(&refusing.company("?page_size=21")).await;
    assert_eq!(refused.status(), 400);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["invalid_parameters"][0]["name"], "page_size");
    assert_eq!(refusing.status(&refusing.company("?page_size=20")).await, 200);
}

/// Whether a row passes a filter.
type Test<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

#[tokio::test]
async fn every_filter_filters_what_it_says() {
    let options = SandboxOptions { vbc_recordings: 600, vbc_max_page_size: 1000, ..small() };
    let office = Office::start(options).await;
    let all = office.vbc().recordings(VbcRecordings::Company);
    let list = async |name: &str, value: &str| {
        let mut url = url::Url::parse(&office.company("?page_size=1000")).unwrap();
        url.query_pairs_mut().append_pair(name, value);
        rows(&office.json(url.as_str()).await)
    };
    let mut starts: Vec<&str> = all.iter().map(|row| text(row, "start")).collect();
    starts.sort_unstable();
    let (early, late) = (starts[150], starts[450]);
    let some = &all[7];
    let has_extension = |row: &Value, wanted: &str| {
        row["extensions"].as_array().unwrap().iter().any(|extension| match extension {
            Value::String(text) => text == wanted,
            other => other.as_u64() == wanted.parse().ok(),
        })
    };
    let name =
        all.iter().find_map(|row| row["cnam"].as_str().filter(|name| name.len() > 4)).unwrap();
    let tests: Vec<(&str, String, Test)> = vec![
        (
            "call_direction",
            "INTRA_PBX".into(),
            Box::new(|row| row["call_direction"] == "INTRA_PBX"),
        ),
        (
            "call_id",
            text(some, "call_id").into(),
            Box::new(|row| row["call_id"] == some["call_id"]),
        ),
        (
            "caller_id",
            text(some, "caller_id").into(),
            Box::new(|row| row["caller_id"] == some["caller_id"]),
        ),
        ("dnis", text(some, "dnis").into(), Box::new(|row| row["dnis"] == some["dnis"])),
        ("cnam", name.to_lowercase(), Box::new(|row| row["cnam"] == name)),
        ("extension", "1003".into(), Box::new(|row| has_extension(row, "1003"))),
        (
            "duration:gte",
            "200000".into(),
            Box::new(|row| row["duration"].as_u64().unwrap() >= 200_000),
        ),
        (
            "duration:lte",
            "60000".into(),
            Box::new(|row| row["duration"].as_u64().unwrap() <= 60_000),
        ),
        ("start:gte", late.into(), Box::new(|row| text(row, "start") >= late)),
        ("start:lte", early.into(), Box::new(|row| text(row, "start") <= early)),
    ];
    for (name, value, test) in tests {
        let expected: Vec<&Value> = all.iter().filter(|row| test(row)).collect();
        assert!(!expected.is_empty() && expected.len() < 600, "{name} {}", expected.len());
        assert_eq!(list(name, &value).await.iter().collect::<Vec<_>>(), expected, "{name}={value}");
    }
    let raw_plus = office.company("?start:gte=2026-01-01T00:00:00+0000");
    assert_eq!(office.status(&raw_plus).await, 400, "a plus in a query is a space");
    let encoded = office.company("?start%3Agte=2026-01-01T00%3A00%3A00%2B0000");
    assert_eq!(office.status(&encoded).await, 200);
    for bad in [
        "call_direction=UP",
        "duration:gte=long",
        "start:lte=yesterday",
        "order=name:ASC",
        "page=x",
    ] {
        assert_eq!(office.status(&office.company(&format!("?{bad}"))).await, 400, "{bad}");
    }
}

#[tokio::test]
async fn orders_are_kept_over_pages() {
    let office = with(small()).await;
    let newest_first = office.vbc().recording_ids(VbcRecordings::Company);
    let page = async |query: &str| ids(&office.json(&office.company(query)).await);
    let oldest_first: Vec<u64> = newest_first.iter().rev().copied().collect();
    assert_eq!(page("?order=start:DESC").await, newest_first[..10]);
    assert_eq!(page("?order=asc&page=2").await, oldest_first[10..20]);
    let longest = office.json(&office.company("?order=duration:DESC&page_size=45")).await;
    let durations: Vec<u64> =
        rows(&longest).iter().map(|row| row["duration"].as_u64().unwrap()).collect();
    assert!(durations.len() == 45 && durations.is_sorted_by(|a, b| a >= b), "{durations:?}");
}

#[tokio::test]
async fn rows_have_the_vendors_fields_and_quirks() {
    let office = Office::start(SandboxOptions { vbc_recordings: 500, ..small() }).await;
    let all = office.vbc().recordings(VbcRecordings::Company);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    for row in &all {
        let keys: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
        assert!(keys.is_sorted() && keys.len() == 15, "{keys:?}");
        assert!(digits(text(row, "caller_id")) && digits(text(row, "dnis")));
        assert!(text(row, "start").ends_with("+0000") && text(row, "start").len() == 24);
        assert!(row["id"].is_u64() && row["duration"].is_u64());
        assert_eq!(extension(text(row, "file_name")), "mp3");
    }
    let some = |test: &dyn Fn(&Value) -> bool| all.iter().any(test);
    assert!(
        some(&|row| row["extensions"][0].is_u64()) && some(&|row| row["extensions"][0].is_string())
    );
    assert!(some(&|row| row["cnam"].is_null()) && some(&|row| row["cnam"] == ""));
    for direction in ["INBOUND", "OUTBOUND", "INTRA_PBX"] {
        assert!(some(&|row| row["call_direction"] == direction), "{direction}");
    }
    let again = Office::start(SandboxOptions { vbc_recordings: 500, ..small() }).await;
    assert_eq!(
        again.vbc().recording_ids(VbcRecordings::Company),
        office.vbc().recording_ids(VbcRecordings::Company)
    );
}

#[tokio::test]
async fn one_recording_is_told_deleted_and_gone_in_each_list() {
    let office = with(small()).await;
    let user_id = office.vbc().user_ids()[1];
    let user = user_id.to_string();
    for (list, url) in [
        (VbcRecordings::Company, office.company("")),
        (VbcRecordings::OnDemand { user_id }, office.own(&user, "")),
    ] {
        let row = office.vbc().recordings(list).remove(0);
        let id = row["id"].as_u64().unwrap();
        let (one, audio) = (format!("{url}/{id}"), text(&row, "download_url").to_owned());
        assert_eq!(office.json(&one).await, row);
        assert_eq!(office.status(text(&row["_links"]["self"], "href")).await, 200);
        assert_eq!(office.status(&audio).await, 200);
        let before = office.vbc().total(list);
        let deleted = office.request(Method::DELETE, &one).send().await.unwrap();
        assert_eq!((deleted.status().as_u16(), deleted.bytes().await.unwrap().len()), (204, 0));
        assert_eq!(office.request(Method::DELETE, &one).send().await.unwrap().status(), 404);
        assert_eq!(office.status(&one).await, 404);
        assert_eq!(office.status(&audio).await, 404);
        assert_eq!(office.vbc().total(list), before - 1);
        assert_eq!(office.json(&url).await["total_items"], before - 1);
        assert!(office.vbc().remove(id).is_err());
        assert_eq!(office.vbc().add_calls(list, 2).unwrap().len(), 2);
        assert_eq!(ids(&office.json(&url).await)[0], office.vbc().recording_ids(list)[0]);
    }
    let company = office.vbc().recording_ids(VbcRecordings::Company)[0];
    assert_eq!(office.status(&office.own(&user, &format!("/{company}"))).await, 404);
    assert_eq!(office.status(&office.company(&format!("/0{company}"))).await, 404);
}

#[tokio::test]
async fn audio_is_mp3_of_the_told_size_and_length_under_both_addresses() {
    let office = with(small()).await;
    let row = office
        .vbc()
        .recordings(VbcRecordings::Company)
        .into_iter()
        .min_by_key(|row| row["duration"].as_u64())
        .unwrap();
    let url = text(&row, "download_url").to_owned();
    let response = office.get(&url).await;
    assert_eq!(header(&response, "content-type").unwrap(), "audio/mpeg");
    let file = response.bytes().await.unwrap();
    assert_eq!(file.len() as u64, row["file_size_in_bytes"].as_u64().unwrap());
    assert_eq!(read(&file).duration_ms, row["duration"].as_u64().unwrap());
    let facts = office.vbc().facts(row["id"].as_u64().unwrap()).unwrap();
    assert_eq!((facts.media_url.as_str(), facts.size_bytes), (url.as_str(), file.len() as u64));
    let other = url.replace("/api/", "/v1/api/");
    assert_eq!(office.get(&other).await.bytes().await.unwrap(), file);
    let part =
        office.request(Method::GET, &url).header("Range", "bytes=100-").send().await.unwrap();
    assert_eq!((part.status().as_u16(), part.bytes().await.unwrap()), (206, file.slice(100..)));
    assert_eq!(office.client.get(&url).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn deletions_and_new_calls_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let options = SandboxOptions {
        state_file: Some(folder.path().join("sandbox.json")),
        vbc_recordings: 30,
        now: None,
        ..SandboxOptions::default()
    };
    let office = Office::start(options.clone()).await;
    let user_id = office.vbc().user_ids()[1];
    let lists = [VbcRecordings::Company, VbcRecordings::OnDemand { user_id }];
    for list in lists {
        office.vbc().add_calls(list, 3).unwrap();
        office.vbc().remove(office.vbc().recording_ids(list)[1]).unwrap();
    }
    let told = |office: &Office| lists.map(|list| office.vbc().recording_ids(list));
    let before = told(&office);
    office.sandbox.stop().await;
    assert_eq!(told(&Office::start(options).await), before);
}
