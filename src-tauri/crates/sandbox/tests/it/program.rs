//! The program `tapeshelf-sandbox`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use reqwest::Client;

/// A running program that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tapeshelf-sandbox"));
    command.env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

#[tokio::test]
async fn it_tells_how_to_reach_it_and_logs_a_line_for_each_request() {
    let child = program()
        .args(["--recordings", "7", "--seed", "3", "--vbc-recordings", "9"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let mut told = |label: &str| {
        let line = lines.next().unwrap().unwrap();
        line.strip_prefix(label).unwrap_or_else(|| panic!("{line}")).trim().to_owned()
    };
    let (base, id, token) = (told("base URL"), told("auth id"), told("auth token"));
    assert_eq!(told("recordings"), "7");
    assert_eq!(told("VBC"), "");
    let (service, _, token_url) = (told("service"), told("users"), told("token"));
    assert!(told("authorize").ends_with("/authorize"));
    let (key, secret, login) = (told("key"), told("secret"), told("login"));
    let (_, password) = (told("second"), told("password"));
    assert_eq!(told("recordings"), "9");
    let client = Client::builder().no_proxy().build().unwrap();
    let list = format!("{base}/Account/{id}/Recording/?limit=3");
    let request = client.get(&list).header("X-Auth-ID", &id).header("X-Auth-Token", &token);
    let page: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(page["meta"]["total_count"], 7);

    let mut log = BufReader::new(running.0.stderr.take().unwrap()).lines();
    let line = log.next().unwrap().unwrap();
    assert!(line.contains("GET") && line.contains("Recording/?limit=3 200"), "{line}");
    assert!(!line.contains(&token));

    let form = [
        ("grant_type", "password"),
        ("scope", "openid"),
        ("username", &login),
        ("password", &password),
        ("client_id", &key),
        ("client_secret", &secret),
    ];
    let request = client.post(token_url).form(&form);
    let tokens: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    let list = format!("{service}/api/accounts/self/company_call_recordings");
    let request = client.get(list).bearer_auth(tokens["access_token"].as_str().unwrap());
    let page: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(page["total_items"], 9);
}

#[test]
fn nonsense_is_refused_with_a_reason() {
    for (arguments, reason) in [
        (["--faults", "fire"], "there is no fault \"fire\""),
        (["--faults", "cut:7"], "probability"),
        (["--max-page-size", "0"], "max-page-size"),
    ] {
        let output = program().args(arguments).output().unwrap();
        assert!(!output.status.success());
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(reason), "{told}");
    }
}
