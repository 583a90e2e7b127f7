//! VBC against a server that we did not write: Vonage's published description of the API (Call Recording API 1.0.1, as
//! it stands in `tests/fixtures/vbc-call-recording.yml`), run as a mock server by Prism.
//!
//! Prism checks every request against the description (paths, parameters and their types, bodies, the bearer token) and
//! answers with the description's own examples. What it refuses, or writes down as a violation, we got wrong.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the steps all tests share are no test functions, and a failed step must end its test"
)]

mod prism;

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    ExportJobStatus, ListFilters, RecordingId, RecordingList, Secret, UserId, VendorJobId,
};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use tapeshelf_providers::{
    Deleted, Error, ListOrder, MediaRequest, MediaStream, OrderField, PageRequest, Provider,
    TokenSet, TokenStore, Transport, TransportOptions, Vbc, VbcConfig,
};

use prism::{AUDIO, Answers, Prism};

/// The recording and the job of the description's examples.
const RECORDING: &str = "193228";
const JOB: &str = "afa725fb-d418-4eaf-b3f9-0e66396fafdc";

/// A pasted token is not renewed, so nothing is ever kept.
struct Nowhere;

#[async_trait]
impl TokenStore for Nowhere {
    async fn save(&self, _: &TokenSet) -> Result<(), String> {
        Ok(())
    }
}

fn account(prism: &Prism) -> Vbc {
    let config = VbcConfig {
        service_base: prism.service_base().parse().unwrap(),
        provisioning_base: None,
        token_url: prism.url("/token").parse().unwrap(),
        authorize_url: prism.url("/authorize").parse().unwrap(),
        account: "self".into(),
        client_id: "client-key".into(),
        client_secret: Secret::new("client-secret".into()),
        page_size: 0,
        requests_per_min: 1_000_000,
        company_only: false,
    };
    let tokens =
        TokenSet { access: Secret::new("a-token".into()), refresh: None, expires_at: None };
    let transport = Transport::new(TransportOptions::default()).unwrap();
    Vbc::new(config, tokens, Arc::new(Nowhere), Arc::new(Timestamp::now), transport).unwrap()
}

fn lists() -> [RecordingList; 3] {
    let on_demand = |user: &str| RecordingList::OnDemand(UserId::new(user));
    [RecordingList::Company, on_demand("self"), on_demand("745249")]
}

/// Every filter of the description.
fn every_filter() -> ListFilters {
    ListFilters {
        call_id: Some("c91150a6-8cc4-4e73-9fef-17fd925c6448".into()),
        direction: Some("inbound".into()),
        caller_id: Some("17325550100".into()),
        dnis: Some("+1 732 555 0100".into()),
        cnam: Some("JOHN SMITH".into()),
        extension: Some("999".into()),
        duration_gte_ms: Some(1_000),
        duration_lte_ms: Some(60_000),
        start_gte: Some("2018-12-31T00:00:00Z".parse().unwrap()),
        start_lte: Some("2019-01-02T00:00:00Z".parse().unwrap()),
        ..ListFilters::default()
    }
}

async fn bytes_of(stream: MediaStream) -> Vec<u8> {
    let chunks: Vec<_> = stream.bytes.try_collect().await.unwrap();
    chunks.concat()
}

#[tokio::test]
async fn lists_and_recordings_are_as_described() {
    let prism = Prism::start(Answers::Examples);
    let provider = account(&prism);
    for list in lists() {
        for filters in [ListFilters::default(), every_filter()] {
            for order in [ListOrder::default(), ListOrder::ascending(OrderField::Duration)] {
                let filters = filters.clone();
                let request =
                    PageRequest { list: list.clone(), filters, order, ..PageRequest::default() };
                let page = provider.list(&request).await.unwrap();
                assert_eq!((page.received, page.recordings.len()), (1, 1), "{list:?}: {page:?}");
                let recording = &page.recordings[0];
                assert_eq!(recording.id.vbc_parts().1, RECORDING);
                assert_eq!(recording.duration_ms, Some(60_000));
                assert_eq!(recording.caller_name.as_deref(), Some("JOHN SMITH"));
                assert_eq!(recording.extensions, ["999"]);
                assert_eq!(recording.started_at.unwrap().to_string(), "2019-01-01T00:00:00Z");
                let retrieved = provider.retrieve(&recording.id).await.unwrap();
                assert_eq!(
                    (&retrieved.id, retrieved.from),
                    (&recording.id, recording.from.clone())
                );
            }
        }
    }
    for id in [RECORDING, "users/self/193228", "users/745249/193228"].map(RecordingId::new) {
        assert_eq!(provider.delete(&id).await.unwrap(), Deleted::Now, "{id}");
    }
    prism.has_no_complaints();
}

#[tokio::test]
async fn jobs_are_as_described() {
    let prism = Prism::start(Answers::Examples);
    let provider = account(&prism);
    for list in lists() {
        let ids = provider.create_export_job(&list, &every_filter()).await.unwrap();
        assert_eq!(ids, [VendorJobId::new(JOB)], "{list:?}");
        for status in [None, Some("complete")] {
            let jobs = provider.export_jobs(&list, status).await.unwrap();
            assert_eq!(jobs.len(), 1, "{list:?}: {jobs:?}");
        }
        let job = provider.export_job(&list, &ids[0]).await.unwrap();
        assert_eq!(job.status, ExportJobStatus::Complete, "{job:?}");
        let error = provider.job_archive(&job, 0, None).await.err();
        assert!(
            matches!(error, Some(Error::NotFound(_))),
            "the example expired in 2019: {error:?}"
        );
        let valid = domain::ExportJob { valid_until: None, ..job };
        let archive = provider.job_archive(&valid, 0, None).await.unwrap();
        assert_eq!(bytes_of(archive).await, AUDIO);
    }
    prism.has_no_complaints();
}

#[tokio::test]
async fn audio_is_where_the_examples_say() {
    let prism = Prism::start(Answers::Examples);
    let provider = account(&prism);
    let recording = provider.retrieve(&RecordingId::new(RECORDING)).await.unwrap();
    let url = recording.media_url.as_deref();
    assert!(url.is_some_and(|url| url.starts_with(&prism.service_base())), "{url:?}");
    for url in [url, None] {
        let request = MediaRequest { id: &recording.id, url, offset: 0, if_range: None };
        let stream = provider.media(&request).await.unwrap();
        assert_eq!(stream.content_type.as_deref(), Some("audio/mpeg"));
        assert_eq!(bytes_of(stream).await, AUDIO);
    }
    prism.has_no_complaints();
}

/// The description has no transcripts, so a server built after it takes their address for that of a recording: what it
/// answers is no list of transcripts.
#[tokio::test]
async fn the_check_finds_what_the_description_has() {
    use domain::{Availability, Feature};
    let prism = Prism::start(Answers::Examples);
    let facts = account(&prism).check().await.unwrap();
    for feature in [Feature::CompanyRecordings, Feature::OnDemandRecordings, Feature::ExportJobs] {
        assert_eq!(*facts.capabilities.get(feature), Availability::Yes, "{feature:?}");
    }
    assert!(!facts.capabilities.get(Feature::Transcripts).may_be_offered());
}

/// Replies that Prism makes up after the description's types are read, row for row.
#[tokio::test]
async fn made_up_replies_are_read() {
    let prism = Prism::start(Answers::MadeUp);
    let mut read = 0;
    for list in lists() {
        for _ in 0..20 {
            // Each time a new one: what was made up before teaches nothing.
            let provider = account(&prism);
            let request = PageRequest { list: list.clone(), ..PageRequest::default() };
            match provider.list(&request).await {
                Ok(page) => {
                    let accounted = (page.recordings.len() + page.unreadable.len()) as u64;
                    assert_eq!(page.received, accounted, "{page:?}");
                    read += 1;
                }
                // No field is required by the description, so a reply may hold none.
                Err(error) => assert!(matches!(error, Error::BadReply { .. }), "{error:?}"),
            }
            let jobs = provider.export_jobs(&list, None).await;
            assert!(matches!(jobs, Ok(_) | Err(Error::BadReply { .. })), "{jobs:?}");
        }
    }
    assert!(read > 30, "most are read: {read} of 60");
}
