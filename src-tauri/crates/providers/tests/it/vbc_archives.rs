//! Export jobs and their archives, whose address has three notations in the vendor's pages.

use std::time::Duration;

use domain::{ExportJob, ExportJobStatus, ListFilters, RecordingList, VendorJobId};
use jiff::Timestamp;
use sandbox::{ArchiveNotation, Sandbox, SandboxOptions};
use serde_json::json;
use tapeshelf_providers::{Error, Provider, VbcConfig};

use crate::contract;
use crate::support::{Answer, Server, page, pasted, quick, row, vbc_config};
use crate::vbc_sandboxed::{account, options};

#[tokio::test]
async fn a_job_runs_completes_is_downloaded_and_expires() {
    let sandbox = Sandbox::start(SandboxOptions { vbc_recordings: 8, ..options() }).await.unwrap();
    let vbc = sandbox.vbc();
    let provider = account(&sandbox).await;
    let list = RecordingList::Company;
    let all = contract::all_recordings(&provider, &list, 0).await;
    let filters = ListFilters {
        start_gte: all.last().unwrap().started_at,
        start_lte: all[0].started_at,
        ..ListFilters::default()
    };
    let preview = provider.export_job_preview(&list, &filters).unwrap();
    assert!(preview.url.ends_with("/company_call_recordings/export"), "{preview:?}");
    assert!(preview.body.contains("start:gte"), "{preview:?}");
    let error = provider.create_export_job(&list, &ListFilters::default()).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "never everything: {error:?}");
    assert_eq!(vbc.job_ids(), Vec::<String>::new());
    let ids = provider.create_export_job(&list, &filters).await.unwrap();
    assert_eq!(texts_of(&ids), vbc.job_ids());
    let mut job = provider.export_job(&list, &ids[0]).await.unwrap();
    let mut polls = 1;
    while job.status.is_open() {
        job = provider.export_job(&list, &ids[0]).await.unwrap();
        polls += 1;
        assert!(polls < 20, "{job:?}");
    }
    assert!(polls > 1 && job.status == ExportJobStatus::Complete, "{job:?}");
    assert_eq!(job.files_completed, job.files_total);
    let listed = provider.export_jobs(&list, None).await.unwrap();
    assert!(listed.iter().any(|other| other.id == job.id), "{listed:?}");
    let whole =
        contract::bytes_of(provider.job_archive(&job, 0, None).await.unwrap()).await.unwrap();
    assert!(whole.starts_with(b"PK"), "a zip archive");
    let rest = provider.job_archive(&job, 5, None).await.unwrap();
    let from = usize::try_from(rest.offset).unwrap();
    assert!(contract::bytes_of(rest).await.unwrap() == whole[from..]);
    let expired = domain::ExportJob {
        valid_until: Some(Timestamp::now() - jiff::SignedDuration::from_secs(1)),
        ..job.clone()
    };
    let requests = || sandbox.request_log().len();
    let before = requests();
    assert!(matches!(provider.job_archive(&expired, 0, None).await, Err(Error::NotFound(_))));
    assert_eq!(requests(), before, "an archive that has expired is not asked for");
    vbc.pass_time(Duration::from_hours(48));
    let before = requests();
    let error = provider.job_archive(&job, 0, None).await.err();
    assert!(matches!(error, Some(Error::NotFound(_))), "{error:?}");
    // The token has ended too: refused, renewed, and then gone.
    assert_eq!(requests(), before + 3, "what is gone is not looked for elsewhere");
    let again = provider.export_job(&list, &ids[0]).await.unwrap();
    assert_eq!(again.status, ExportJobStatus::Failed("expired".into()));
}

fn texts_of(ids: &[domain::VendorJobId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// C20: wherever the named address leads nowhere, the other notations are tried, and the one that works is remembered.
#[tokio::test]
async fn an_archive_is_found_by_each_notation() {
    for (notation, query) in
        [(ArchiveNotation::LoginName, "job_id="), (ArchiveNotation::UserName, "userName=")]
    {
        let sandbox = Sandbox::start(SandboxOptions {
            vbc_recordings: 5,
            vbc_job_polls: 1,
            vbc_archive_notation: notation,
            ..options()
        })
        .await
        .unwrap();
        let provider = account(&sandbox).await;
        let list = RecordingList::Company;
        let filters = ListFilters {
            start_gte: Some("2020-01-01T00:00:00Z".parse().unwrap()),
            start_lte: Some(Timestamp::now()),
            ..ListFilters::default()
        };
        let ids = provider.create_export_job(&list, &filters).await.unwrap();
        let job = provider.export_job(&list, &ids[0]).await.unwrap();
        assert!(job.download_url.as_ref().is_some_and(|url| url.contains("?jobId=")), "{job:?}");
        let whole =
            contract::bytes_of(provider.job_archive(&job, 0, None).await.unwrap()).await.unwrap();
        assert!(whole.starts_with(b"PK"), "{notation:?}");
        let unnamed = ExportJob { download_url: None, ..job };
        let before = sandbox.request_log().len();
        let rest = provider.job_archive(&unnamed, 0, None).await.unwrap();
        assert!(contract::bytes_of(rest).await.unwrap() == whole);
        let asked = sandbox.request_log().split_off(before);
        assert_eq!(asked.len(), 1, "{notation:?}: what worked is asked first: {asked:?}");
        assert!(asked[0].query.contains(query), "{asked:?}");
    }
}

/// Without Provisioning there is no login name to write, and the refusal is the answer.
#[tokio::test]
async fn without_a_login_name_only_the_first_notation_is_written() {
    let server = Server::start(|_| Answer::new(404, r#"{"msg":"Not Found","status":404}"#)).await;
    let job = ExportJob {
        id: VendorJobId::new("7a-1"),
        status: ExportJobStatus::Complete,
        files_completed: None,
        files_total: None,
        download_url: Some(server.url("/t/vbc.prod/call_recording/api/elsewhere?jobId=7a-1")),
        valid_until: None,
    };
    let config = VbcConfig { provisioning_base: None, ..vbc_config(&server) };
    let error = pasted(config, quick()).job_archive(&job, 0, None).await.err();
    assert!(matches!(error, Some(Error::NotFound(_))), "{error:?}");
    let seen = server.seen();
    assert!(seen.iter().all(|request| !request.target.contains("ame=")), "{seen:?}");
    // With it the two other notations are tried, each under both prefixes.
    let server = Server::start(|request| match request.path() {
        path if path.ends_with("/users/self") => {
            Answer::json(&json!({"_embedded": {"data": {"id": 7, "login_name": "asha.r"}}}))
        }
        _ => Answer::new(400, r#"{"title":"Invalid parameters"}"#),
    })
    .await;
    let job = ExportJob { download_url: None, ..job };
    let error = pasted(vbc_config(&server), quick()).job_archive(&job, 0, None).await.err();
    assert!(matches!(error, Some(Error::Rejected(_))), "{error:?}");
    let queries: Vec<String> = server
        .seen()
        .iter()
        .filter_map(|request| Some(request.target.split_once('?')?.1.to_owned()))
        .collect();
    let expected = ["jobId=7a-1", "job_id=7a-1&login_name=asha.r", "jobId=7a-1&userName=asha.r"];
    assert_eq!(queries, expected);
}

fn january() -> ListFilters {
    ListFilters {
        start_gte: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        start_lte: Some("2026-01-31T00:00:00Z".parse().unwrap()),
        ..ListFilters::default()
    }
}

/// C22 for what creates something: a refusal proves that nothing was created, so the other notation is tried once.
#[tokio::test]
async fn times_of_an_export_are_written_the_other_way_when_they_are_refused() {
    let server = Server::start(|request| {
        if request.body.contains("+0000") {
            return Answer::new(400, r#"{"title":"Invalid parameters"}"#);
        }
        Answer::new(202, r#"{"job_ids":["7a"]}"#)
    })
    .await;
    let provider = pasted(vbc_config(&server), quick());
    let list = RecordingList::Company;
    for requests in [2, 3] {
        let ids = provider.create_export_job(&list, &january()).await.unwrap();
        assert_eq!(texts_of(&ids), ["7a"]);
        assert_eq!(server.seen().len(), requests, "what worked is written at once the next time");
    }
    let preview = provider.export_job_preview(&list, &january()).unwrap();
    assert!(preview.body.contains("2026-01-01T00:00:00Z"), "and shown: {preview:?}");

    let server = Server::start(|_| Answer::new(400, r#"{"title":"No such extension"}"#)).await;
    let provider = pasted(vbc_config(&server), quick());
    let error = provider.create_export_job(&list, &january()).await.unwrap_err();
    assert!(matches!(error, Error::Rejected(_)), "{error:?}");
    assert_eq!(server.seen().len(), 2);
    let preview = provider.export_job_preview(&list, &january()).unwrap();
    assert!(preview.body.contains("+0000"), "nothing was learned: {preview:?}");
}

/// A creation is sent once, and whoever answers in the service's place does not say that nothing was created.
#[tokio::test]
async fn a_creation_that_may_have_happened_says_so() {
    for answer in [
        Answer::new(502, "<html>Bad Gateway</html>"),
        Answer::new(200, "<html>Sign in</html>"),
        Answer::hang_up(),
    ] {
        let told = answer.clone();
        let server = Server::start(move |_| told.clone()).await;
        let provider = pasted(vbc_config(&server), quick());
        let error =
            provider.create_export_job(&RecordingList::Company, &january()).await.unwrap_err();
        let said = error.correlation().and_then(|said| said.message.clone()).unwrap_or_default();
        let shown = format!("{error} {said}");
        assert!(shown.contains("may have been created all the same"), "{shown}");
        assert_eq!(server.seen().len(), 1, "{shown}");
    }
}

/// Five jobs in pages of two, which tell their count and, if asked to, a link to the next one.
async fn paged_jobs(linked: bool) -> Server {
    Server::start(move |request| {
        if !request.path().ends_with("/jobs") {
            return page(&json!([row("1")]));
        }
        let number: usize = request.query("page").map_or(1, |number| number.parse().unwrap());
        let jobs: Vec<_> = (1..=5)
            .skip((number - 1) * 2)
            .take(2)
            .map(|id| json!({"id": id.to_string(), "status": "complete"}))
            .collect();
        let mut body = json!({
            "_embedded": {"jobs": jobs}, "page": number, "page_size": 2, "total_items": 5,
        });
        if linked && number < 3 {
            body["_links"] = json!({"next": {"href": format!("/jobs?page={}", number + 1)}});
        }
        Answer::json(&body)
    })
    .await
}

#[tokio::test]
async fn jobs_are_listed_to_the_last_and_the_check_reads_one_page_of_them() {
    for linked in [true, false] {
        let server = paged_jobs(linked).await;
        let provider = pasted(vbc_config(&server), quick());
        let jobs = provider.export_jobs(&RecordingList::Company, None).await.unwrap();
        let ids: Vec<_> = jobs.iter().map(|job| job.id.as_str()).collect();
        assert_eq!(ids, ["1", "2", "3", "4", "5"], "with links: {linked}");
        let before = server.seen().len();
        provider.check().await.unwrap();
        let seen = server.seen().split_off(before);
        let pages = seen.iter().filter(|request| request.path().ends_with("/jobs")).count();
        assert_eq!(pages, 1, "the quota is small, and a person waits");
    }
}
