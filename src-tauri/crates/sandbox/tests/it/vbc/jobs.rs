//! Export jobs, their archives, and transcripts.

use std::io::{Cursor, Read};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tapeshelf_sandbox::{SandboxOptions, VbcRecordings, VbcRole};
use zip::ZipArchive;

use crate::support::{header, small, text};
use crate::vbc::Office;

impl Office {
    /// Orders an archive and returns the id of the only job.
    async fn order(&self, list: &str, filters: &Value) -> String {
        let url = format!("{list}/export");
        let reply = self.request(Method::POST, &url).json(filters).send().await.unwrap();
        assert_eq!(reply.status(), 202);
        let reply: Value = reply.json().await.unwrap();
        assert_eq!(reply["job_ids"].as_array().unwrap().len(), 1);
        reply["job_ids"][0].as_str().unwrap().to_owned()
    }

    async fn job(&self, id: &str) -> Value {
        self.json(&self.own("self", &format!("/jobs/{id}"))).await
    }
}

#[tokio::test]
async fn a_job_runs_completes_and_expires_with_its_archive() {
    let office = Office::start(SandboxOptions { vbc_recordings: 60, ..small() }).await;
    let id = office.order(&office.company(""), &json!({ "duration:lte": 30_000 })).await;
    let first = office.job(&id).await;
    assert_eq!((text(&first, "status"), first.get("download_url")), ("pending", None));
    assert_eq!(text(&office.job(&id).await, "status"), "running");
    let done = office.job(&id).await;
    assert_eq!(text(&done, "status"), "complete");
    assert_eq!(done["files_completed"], done["files_total"]);
    assert_eq!(text(&done, "valid_until"), "2026-10-18T12:00:00+0000");
    assert_ne!(text(&done["_links"]["self"], "href").rsplit('/').next().unwrap(), id);

    let url = text(&done, "download_url").to_owned();
    let archive = office.get(&url).await;
    assert_eq!(header(&archive, "content-type").unwrap(), "application/zip");
    assert_eq!(header(&archive, "content-length"), None);
    let bytes = archive.bytes().await.unwrap();
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let short: Vec<Value> = office
        .vbc()
        .recordings(VbcRecordings::Company)
        .into_iter()
        .filter(|row| row["duration"].as_u64().unwrap() <= 30_000)
        .collect();
    assert!(!short.is_empty() && short.len() < 60);
    assert_eq!((zip.len(), done["files_total"].as_u64()), (short.len(), Some(short.len() as u64)));
    for row in &short {
        let mut inside = Vec::new();
        zip.by_name(text(row, "file_name")).unwrap().read_to_end(&mut inside).unwrap();
        assert_eq!(office.get(text(row, "download_url")).await.bytes().await.unwrap(), inside);
    }

    office.vbc().pass_time(Duration::from_hours(23));
    let mut signed_in = office;
    signed_in.token = signed_in.vbc().access_token();
    assert_eq!(signed_in.status(&url).await, 200);
    signed_in.vbc().pass_time(Duration::from_hours(2));
    assert_eq!(text(&signed_in.job(&id).await, "status"), "expired");
    assert_eq!(signed_in.status(&url).await, 410);
}

#[tokio::test]
async fn the_archive_is_found_under_every_address_the_documents_name() {
    let office = Office::small().await;
    let user = office.vbc().user_ids()[1].to_string();
    let id = office.order(&office.own(&user, ""), &json!({})).await;
    let job = office.own(&user, &format!("/jobs/{id}"));
    let retrieve = |rest: &str| office.url(&format!("{rest}{id}"));
    assert_eq!(office.status(&retrieve("api/bulkDownload/retrieve?jobId=")).await, 404, "not yet");
    for _ in 0..3 {
        office.json(&job).await;
    }
    let login = office.vbc().second_user();
    let login = login.strip_suffix("@vbc.prod").unwrap();
    for (address, status) in [
        (retrieve("api/bulkDownload/retrieve?jobId="), 200),
        (retrieve(&format!("v1/api/bulkDownload/retrieve?login_name={login}&job_id=")), 200),
        (retrieve(&format!("api/bulkDownload/retrieve?userName={login}&jobId=")), 200),
        (retrieve("v1/api/bulkDownload/retrieve?login_name=somebody&job_id="), 404),
        (office.url("api/bulkDownload/retrieve?jobId=none"), 404),
        (office.url("api/bulkDownload/retrieve"), 400),
    ] {
        assert_eq!(office.status(&address).await, status, "{address}");
    }
}

#[tokio::test]
async fn jobs_are_listed_for_their_person_by_status() {
    let office = Office::small().await;
    for _ in 0..3 {
        office.order(&office.company(""), &json!({ "call_direction": "INBOUND" })).await;
    }
    let ids = office.vbc().job_ids();
    for _ in 0..3 {
        office.job(&ids[1]).await;
    }
    office.vbc().fail_job(&ids[0]);
    let list = async |query: &str| office.json(&office.own("self", &format!("/jobs{query}"))).await;
    let all = list("").await;
    let told: Vec<&str> = all["_embedded"]["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| text(job, "status"))
        .collect();
    assert_eq!(told, ["pending", "complete", "failed"], "newest first");
    let complete = list("?status=complete").await;
    assert_eq!(
        (complete["total_items"].as_u64(), complete["_embedded"]["jobs"][0]["id"] == ids[1]),
        (Some(1), true)
    );
    let user = office.vbc().user_ids()[1].to_string();
    assert_eq!(office.json(&office.own(&user, "/jobs")).await["total_items"], 0);
    assert_eq!(office.status(&office.own(&user, &format!("/jobs/{}", ids[1]))).await, 404);
}

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused() {
    let office = Office::small().await;
    let url = office.company("/export");
    for body in [
        "",
        "[]",
        "{\"order\":\"start:ASC\"}",
        "{\"duration:gte\":[1]}",
        "{\"start:gte\":\"soon\"}",
    ] {
        let reply = office.request(Method::POST, &url).body(body).send().await.unwrap();
        assert_eq!(reply.status(), 400, "{body}");
    }
    assert!(office.vbc().job_ids().is_empty());
}

#[tokio::test]
async fn transcripts_are_there_for_those_who_are_licensed() {
    let office = Office::small().await;
    assert_eq!(office.status(&office.company("/transcriptions")).await, 403);
    let office = Office::start(SandboxOptions { vbc_transcripts: true, ..small() }).await;
    let page = office.json(&office.company("/transcriptions?page_size=50")).await;
    let some = page["_embedded"]["transcriptions"].as_array().unwrap();
    assert!(some.len() == 50 && page["total_items"].as_u64().unwrap() < 600);
    let one = office.json(text(&some[0], "download_url")).await;
    assert_eq!(one["recording_id"], some[0]["recording_id"]);
    assert!(one["segments"].as_array().unwrap().len() > 2);
    assert_eq!(office.status(&office.url("v1/api/transcription/1")).await, 404);
    let india = Office::start(SandboxOptions {
        vbc_transcripts: true,
        vbc_role: VbcRole::India,
        ..small()
    })
    .await;
    assert_eq!(india.status(&india.company("/transcriptions")).await, 404);
}
