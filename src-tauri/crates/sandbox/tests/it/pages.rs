//! Lists that are damaged, move, repeat themselves or lie, of both vendors.

use serde_json::Value;
use tapeshelf_sandbox::{Fault, SandboxOptions, VbcRecordings};

use crate::support::{Bench, small, text};
use crate::vbc::{Office, rows};

async fn bytes(bench: &Bench, fault: Fault) -> Vec<u8> {
    bench.sandbox.break_requests_times("Recording/?", fault, 1);
    bench.get(&bench.account_url("Recording/?limit=10")).await.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn json_is_malformed_deep_huge_or_mutated() {
    let bench = Bench::start(small()).await;
    let good: Value = serde_json::from_slice(&bytes(&bench, Fault::Slow).await).unwrap();
    let malformed = bytes(&bench, Fault::MalformedJson).await;
    assert!(serde_json::from_slice::<Value>(&malformed).is_err());
    let deep = bytes(&bench, Fault::DeepJson).await;
    assert!(deep.len() == 200_000 && deep.starts_with(b"[[[[") && deep.ends_with(b"]]]]"));
    let huge = bytes(&bench, Fault::HugeJson(3_000_000)).await;
    let mut page: Value = serde_json::from_slice(&huge).unwrap();
    let padding = page.as_object_mut().unwrap().shift_remove("padding").unwrap();
    assert_eq!(padding.as_str().unwrap().len(), 3_000_000);
    assert_eq!(page["objects"], good["objects"]);
    let mut others = 0;
    for offset in 0..20 {
        bench.sandbox.break_requests_times("Recording/?", Fault::MutatedJson, 1);
        let url = bench.account_url(&format!("Recording/?offset={offset}"));
        let mutated: Value = bench.get(&url).await.json().await.unwrap();
        others += u32::from(mutated["objects"] != bench.json(&url).await["objects"]);
    }
    assert!(others > 10, "{others}");
}

#[tokio::test]
async fn a_reply_of_the_api_breaks_off_has_a_wrong_length_or_is_in_gzip() {
    let bench = Bench::start(small()).await;
    let url = bench.account_url("Recording/?limit=10");
    let whole = bench.get(&url).await.content_length().unwrap();
    bench.sandbox.break_requests_times("limit=10", Fault::CutAt(20), 1);
    assert!(bench.get(&url).await.bytes().await.is_err());
    bench.sandbox.break_requests_times("limit=10", Fault::WrongLength(-1), 1);
    let short = bench.get(&url).await.bytes().await.unwrap();
    assert!(serde_json::from_slice::<Value>(&short).is_err());
    assert_eq!(short.len() as u64 + 1, whole);
    bench.sandbox.break_requests_times("limit=10", Fault::Gzip, 1);
    let unpacked: Value = bench.get(&url).await.json().await.unwrap();
    assert_eq!(unpacked["objects"].as_array().unwrap().len(), 10);
    bench.sandbox.break_requests_times("limit=10", Fault::GzipUnlabelled, 1);
    assert!(bench.get(&url).await.json::<Value>().await.is_err());
}

#[tokio::test]
async fn a_page_repeats_the_one_before() {
    let bench = Bench::start(small()).await;
    let first = bench.page("limit=10").await;
    bench.sandbox.break_requests("Recording/?", Fault::RepeatedPage);
    assert_eq!(bench.page("limit=10").await["objects"], first["objects"]);
    let again = bench.page("limit=10&offset=10").await;
    assert_eq!(again["objects"], first["objects"]);
    assert_eq!(again["meta"]["offset"], 10, "and says that it does not");

    let office = Office::small().await;
    let first = office.json(&office.company("")).await;
    office.sandbox.break_requests("page=2", Fault::RepeatedPage);
    let again = office.json(&office.company("?page=2")).await;
    assert_eq!((rows(&again), &again["page"]), (rows(&first), &2.into()));
}

#[tokio::test]
async fn lists_grow_and_shrink_between_pages() {
    let bench = Bench::start(small()).await;
    let ids = bench.sandbox.recording_ids();
    let page = async |query: &str| -> Vec<String> {
        let page = bench.page(query).await;
        let rows = page["objects"].as_array().unwrap();
        rows.iter().map(|row| text(row, "recording_id").to_owned()).collect()
    };
    bench.sandbox.break_requests("Recording/?", Fault::ShiftingPages(3));
    assert_eq!(page("limit=10").await, ids[..10], "not before the first page");
    assert_eq!(page("limit=10&offset=10").await, ids[7..17]);
    assert_eq!(bench.sandbox.total(), 53);
    bench.sandbox.mend_requests();
    bench.sandbox.break_requests_times("Recording/?", Fault::ShrinkingPages(5), 1);
    assert_eq!(page("limit=10&offset=10").await, ids[12..22]);
    assert_eq!(bench.sandbox.total(), 48);

    let office = Office::small().await;
    let user_id = office.vbc().user_ids()[1];
    for (list, url) in [
        (VbcRecordings::Company, office.company("?page_size=2&page=2")),
        (
            VbcRecordings::OnDemand { user_id },
            office.own(&user_id.to_string(), "?page_size=2&page=2"),
        ),
    ] {
        let ids = office.vbc().recording_ids(list);
        let page = async || -> Vec<u64> {
            rows(&office.json(&url).await).iter().map(|row| row["id"].as_u64().unwrap()).collect()
        };
        office.sandbox.break_requests_times("call_recordings", Fault::ShiftingPages(1), 1);
        assert_eq!(page().await, ids[1..3]);
        office.sandbox.break_requests_times("call_recordings", Fault::ShrinkingPages(2), 1);
        assert_eq!(page().await, ids[3..5]);
    }
}

#[tokio::test]
async fn totals_lie_and_links_lead_in_circles() {
    let bench = Bench::start(small()).await;
    let page = async |fault: Fault, query: &str| {
        bench.sandbox.break_requests_times("Recording/?", fault, 1);
        bench.page(query).await
    };
    for offset in 0..8 {
        let lie = page(Fault::LyingTotal, &format!("offset={offset}")).await;
        assert_ne!(lie["meta"]["total_count"], 50);
    }
    let last = page(Fault::LoopLink, "limit=10&offset=40").await;
    assert!(text(&last["meta"], "next").ends_with("/Recording/?limit=10&offset=40"));

    let office = Office::small().await;
    office.sandbox.break_requests_times("page=4", Fault::LyingTotal, 1);
    assert_ne!(office.json(&office.company("?page=4")).await["total_items"], 40);
    office.sandbox.break_requests_times("page=4", Fault::LoopLink, 1);
    let last = office.json(&office.company("?page=4")).await;
    assert!(text(&last["_links"]["next"], "href").ends_with("?page=4"));
}

#[tokio::test]
async fn who_tries_again_reads_the_whole_list_on_a_bad_day() {
    let bench = Bench::start(SandboxOptions {
        // Silence would take as long as a client is patient, which is not what this is about.
        faults: "bad_day:0.6,media.stall:0,api.stall:0".parse().unwrap(),
        recordings: 300,
        max_page_size: 10,
        ..small()
    })
    .await;
    let mut seen = std::collections::HashSet::new();
    let mut failures = 0;
    for offset in (0..300).step_by(10) {
        let url = bench.account_url(&format!("Recording/?limit=10&offset={offset}"));
        let page = loop {
            assert!(failures < 200, "nobody gets through");
            if let Ok(response) = bench.request(reqwest::Method::GET, &url).send().await
                && response.status() == 200
                && let Ok(page) = response.json::<Value>().await
            {
                break page;
            }
            failures += 1;
        };
        let rows = page["objects"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| text(row, "recording_id").to_owned()));
    }
    assert!(failures > 10, "{failures}");
    assert_eq!(seen.len(), 300);
}
