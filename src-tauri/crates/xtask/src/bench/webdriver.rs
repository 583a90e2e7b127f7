//! The program under `WebKitWebDriver`, spoken to with `curl`: a bench asks it a handful of things, which is no reason for an HTTP
//! client in the developer commands. <https://www.w3.org/TR/webdriver2/>

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::process::{Running, kill_all, wait_for_the_end};
use super::session::{CLOSING, Session};

/// How long anything may take, scripts included.
const PATIENCE: Duration = Duration::from_mins(2);
const GLANCE: Duration = Duration::from_millis(100);

/// A program whose page can be asked. It is killed when this is dropped.
pub(super) struct Page {
    /// Address of the WebDriver session.
    address: String,
    driver: Running,
}

impl Page {
    /// Starts the program on a profile and waits for its window.
    pub(super) fn open(session: &Session, program: &Path, profile: &Path) -> anyhow::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut driver = session.command("WebKitWebDriver");
        // Without the variable the web view does not let itself be driven.
        driver.arg(format!("--port={port}")).env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = Running::start(&mut driver)?;
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            anyhow::ensure!(began.elapsed() < PATIENCE, "WebKitWebDriver does not listen");
            std::thread::sleep(GLANCE);
        }
        // No `browserName`: it would match nothing.
        let options = json!({ "binary": program, "args": ["--data-dir", profile] });
        let wanted = json!({ "webkitgtk:browserOptions": options });
        let sessions = format!("http://127.0.0.1:{port}/session");
        let answer = ask("POST", &sessions, &json!({ "capabilities": { "alwaysMatch": wanted } }))?;
        let id = answer["sessionId"].as_str().context("the program did not open a window")?;
        let page = Self { address: format!("{sessions}/{id}"), driver };
        let patience_ms = u64::try_from(PATIENCE.as_millis())?;
        ask("POST", &format!("{}/timeouts", page.address), &json!({ "script": patience_ms }))?;
        Ok(page)
    }

    /// Runs a script, whose last argument is the function that takes its answer.
    pub(super) fn script(&self, script: &str, arguments: &[Value]) -> anyhow::Result<Value> {
        let address = format!("{}/execute/async", self.address);
        ask("POST", &address, &json!({ "script": script, "args": arguments }))
    }

    /// Asks again until the answer is something.
    pub(super) fn wait_for(&self, what: &str, script: &str) -> anyhow::Result<Value> {
        let began = Instant::now();
        loop {
            let answer = self.script(script, &[])?;
            if !answer.is_null() {
                return Ok(answer);
            }
            anyhow::ensure!(began.elapsed() < PATIENCE, "the page shows no {what}");
            std::thread::sleep(GLANCE);
        }
    }

    /// Closes the window as a person does, and waits until the program has put its profile down: a driver that ends the session
    /// may leave the program running.
    pub(super) fn close(self, session: &Session, title: &str) -> anyhow::Result<()> {
        let started = self.driver.descendants()?;
        session.close_window(title)?;
        wait_for_the_end(&started, CLOSING)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        kill_all(&self.driver.descendants().unwrap_or_default());
    }
}

/// One command of the protocol; returns its `value`.
fn ask(method: &str, address: &str, body: &Value) -> anyhow::Result<Value> {
    let mut curl = Command::new("curl")
        .args(["--silent", "--show-error", "--request", method, "--data-binary", "@-"])
        .args(["--header", "Content-Type: application/json"])
        .args(["--max-time", &(2 * PATIENCE.as_secs()).to_string(), address])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("`curl` cannot be started")?;
    if let Some(mut input) = curl.stdin.take() {
        input.write_all(body.to_string().as_bytes())?;
    }
    let output = curl.wait_with_output()?;
    anyhow::ensure!(output.status.success(), "WebKitWebDriver does not answer ({})", output.status);
    value_of(&output.stdout)
}

/// The `value` of an answer; an error of the protocol is an error.
fn value_of(answer: &[u8]) -> anyhow::Result<Value> {
    let mut answer: Value =
        serde_json::from_slice(answer).context("WebKitWebDriver's answer is not JSON")?;
    let value = answer["value"].take();
    if let Some(error) = value["error"].as_str() {
        anyhow::bail!("{error}: {}", value["message"].as_str().unwrap_or_default());
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_values_or_errors() {
        assert_eq!(value_of(br#"{"value":{"a":1}}"#).unwrap(), json!({ "a": 1 }));
        assert_eq!(value_of(br#"{"value":null}"#).unwrap(), Value::Null);
        let error = value_of(br#"{"value":{"error":"script timeout","message":"too slow"}}"#);
        assert_eq!(error.unwrap_err().to_string(), "script timeout: too slow");
        assert!(value_of(b"<html>").is_err());
    }
}
