//! What survives a restart.

use reqwest::Method;
use serde_json::json;
use tapeshelf_sandbox::{Error, Sandbox, SandboxOptions};

use crate::support::Bench;

#[tokio::test]
async fn calls_deletions_and_exports_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let options = SandboxOptions {
        recordings: 30,
        state_file: Some(folder.path().join("sandbox.json")),
        // The computer's clock, so that the anchor has to be remembered.
        now: None,
        ..SandboxOptions::default()
    };
    let bench = Bench::start(options.clone()).await;
    let added = bench.sandbox.add_calls(2).unwrap();
    let (newest, _) = bench.first();
    assert_eq!(newest, added[1]);
    let url = bench.account_url(&format!("Recording/{newest}/"));
    assert_eq!(bench.request(Method::DELETE, &url).send().await.unwrap().status(), 204);
    let body = json!({ "recipient": { "customer_account": ["a@example.com"] } });
    let export = bench.account_url("export/recording/");
    assert_eq!(
        bench.request(Method::POST, &export).json(&body).send().await.unwrap().status(),
        202
    );
    let times = |sandbox: &Sandbox| -> Vec<String> {
        sandbox
            .recordings()
            .iter()
            .map(|row| format!("{} {}", row["recording_id"], row["add_time"]))
            .collect()
    };
    let (rows, exports) = (times(&bench.sandbox), bench.sandbox.exports());
    assert_eq!(rows.len(), 31);
    bench.sandbox.stop().await;

    let bench = Bench::start(options.clone()).await;
    assert_eq!(times(&bench.sandbox), rows);
    assert_eq!(bench.sandbox.exports(), exports);
    let export = bench.account_url("export/recording/");
    let busy = bench.request(Method::POST, &export).json(&body).send().await.unwrap();
    assert_eq!(busy.status(), 403, "an export outlives a restart");
    bench.sandbox.stop().await;

    let again = Bench::start(options).await;
    assert_eq!(times(&again.sandbox), rows, "repeating the file does not write it again");
}

#[tokio::test]
async fn a_state_file_that_cannot_be_used_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), b"").unwrap();
    let options = SandboxOptions {
        state_file: Some(folder.path().join("file/below.json")),
        ..SandboxOptions::default()
    };
    assert!(matches!(Sandbox::start(options).await, Err(Error::State { .. })));
}
