//! T-26: everything that any crate logs while both vendors are spoken to, at the finest level there is, holds no secret.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{ListFilters, RecordingId, RecordingList, UserId};
use sandbox::FaultProfile;
use serde_json::json;
use tapeshelf_providers::{PageRequest, Provider, TransportOptions};
use tracing::Level;

use crate::contract::page_of;
use crate::support::{
    Answer, Bench, CLIENT_SECRET, Kept, REFRESH, Server, TOKEN, Which, account, audio_at, fetch,
    limits, quick, renewable, row, signed_in, vbc_config,
};

/// Where the log goes.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    /// Every line so far but those of the sandbox, which runs in this process and knows the secrets by right.
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned();
        text.lines().filter(|line| !line.contains(" sandbox::")).map(str::to_owned).collect()
    }
}

/// A vendor that repeats the secrets in whatever it says, and what becomes of it.
async fn echoes() {
    for status in [200, 302, 401, 429, 500] {
        for body in [
            format!("{{\"message\":\"{TOKEN} {CLIENT_SECRET}\",\"api_id\":\"{REFRESH}\"}}"),
            format!("<html>{TOKEN} {REFRESH} {CLIENT_SECRET}</html>"),
            json!({"objects": [{"recording_id": null, "note": TOKEN}, row(TOKEN)], "_embedded": {
                "recordings": [{"note": TOKEN}, {"id": TOKEN}], "data": [{"note": TOKEN}],
                "jobs": [{"note": TOKEN}]}, "page": 1})
            .to_string(),
        ] {
            let server = Server::start(move |_| {
                Answer::new(status, body.clone())
                    .with("x-request-id", TOKEN)
                    .with("Location", &format!("http://{TOKEN}.invalid/{TOKEN}?{TOKEN}"))
                    .with("Retry-After", "0")
            })
            .await;
            let options = || TransportOptions { max_tries: 2, ..quick() };
            let vobiz = account(&server.base_url());
            let vbc =
                signed_in(vbc_config(&server), renewable(), &Arc::<Kept>::default(), options());
            let id = RecordingId::new("a");
            let url = server.url(&format!("/m.mp3?signature={TOKEN}"));
            for provider in [&vobiz as &dyn Provider, &vbc] {
                let _ = provider.check().await;
                let _ = provider.list(&PageRequest::default()).await;
                let _ = provider.retrieve(&id).await;
                let _ = provider.delete(&id).await;
                let _ = provider.media(&audio_at(&url, 0)).await;
                let _ = provider.users().await;
                let _ = provider.export_jobs(&RecordingList::Company, None).await;
                let _ = provider.create_export_job(&RecordingList::Company, &bounded()).await;
            }
        }
    }
}

fn bounded() -> ListFilters {
    ListFilters {
        start_gte: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        start_lte: Some("2026-02-01T00:00:00Z".parse().unwrap()),
        ..ListFilters::default()
    }
}

/// The contract on a bad day, with tokens that end in between. Returns the secrets that were in use.
async fn bad_day(which: Which) -> Vec<String> {
    let profile: FaultProfile = "bad_day:0.5,token_expiry:0.2".parse().unwrap();
    // What a wait says is the same however long it is.
    let brief = TransportOptions {
        read_timeout: Duration::from_millis(250),
        stall_window: Duration::from_millis(250),
        max_retry_after: Duration::from_millis(20),
        max_quota_wait: Duration::from_millis(20),
        ..limits()
    };
    let bench = Bench::with(which, 20, profile, brief).await;
    let provider = bench.provider.as_ref();
    let _ = provider.check().await;
    let _ = provider.lists().await;
    for offset in [0, 10] {
        let _ = provider.list(&page_of(&bench.list, offset, 10)).await;
    }
    let myself = RecordingList::OnDemand(UserId::myself());
    let _ = provider.list(&page_of(&myself, 0, 10)).await;
    for id in bench.ids().into_iter().take(4).map(RecordingId::new) {
        if let Ok(recording) = provider.retrieve(&id).await {
            let _ = fetch(&bench, &recording).await;
        }
        let _ = provider.delete(&id).await;
    }
    let vbc = bench.sandbox.vbc();
    let mut secrets: Vec<String> =
        [bench.sandbox.auth_token(), vbc.password(), vbc.client_secret()].map(str::to_owned).into();
    secrets.extend(bench.tokens.secrets());
    secrets
}

#[tokio::test]
async fn t26_no_secret_is_in_any_log_at_any_level() {
    let sink = Sink::default();
    let writer = sink.clone();
    // This also takes in what older crates log in their own way.
    tracing_subscriber::fmt()
        .with_max_level(Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    tracing::trace!("the log is taken down");
    echoes().await;
    let mut secrets: Vec<String> = [TOKEN, CLIENT_SECRET, REFRESH].map(str::to_owned).into();
    for which in [Which::Vobiz, Which::Vbc] {
        secrets.extend(bad_day(which).await);
    }
    assert!(secrets.iter().all(|secret| secret.len() > 8), "{secrets:?}");
    let lines = sink.lines();
    for part in ["the log is taken down", "hyper", "reqwest"] {
        assert!(lines.iter().any(|line| line.contains(part)), "{part} was taken down");
    }
    let hits: Vec<&String> =
        lines.iter().filter(|line| secrets.iter().any(|secret| line.contains(secret))).collect();
    assert_eq!(hits.len(), 0, "of {} lines: {:#?}", lines.len(), &hits[..hits.len().min(5)]);
}
