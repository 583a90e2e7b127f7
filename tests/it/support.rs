//! The shell on Tauri's mock runtime, with the real context (page,
//! permissions, content security policy) and the real engine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::vault::MemoryVault;
use engine::{Engine, Options, OutputKind};
use serde_json::Value;
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{WebviewWindow, WebviewWindowBuilder};

/// Long enough that only a hang reaches it.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The program without a display.
pub(crate) struct Program {
    /// Its window.
    pub window: WebviewWindow<MockRuntime>,
    /// The engine behind it.
    pub engine: Engine,
    /// Its profile.
    pub dir: tempfile::TempDir,
    _app: tauri::App<MockRuntime>,
}

impl Program {
    /// Starts it with an empty profile and `recordings` calls in the built-in sandbox.
    pub(crate) fn start(recordings: u32) -> Self {
        Self::start_with_label(recordings, "main")
    }

    /// Likewise, with another window label: one that no capability names.
    pub(crate) fn start_with_label(recordings: u32, label: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::open(Options {
            data_dir: dir.path().join("profile"),
            vault: Arc::new(MemoryVault::default()),
            output: OutputKind::Silent,
            clock: Arc::new(jiff::Timestamp::now),
            actor: "tester".into(),
            sandbox_recordings: recordings,
        })
        .unwrap();
        let shell =
            tapeshelf::App::new(engine.clone(), dir.path().join("log"), Instant::now(), false);
        let app =
            tapeshelf::assemble(mock_builder()).manage(shell).build(tapeshelf::context()).unwrap();
        let window =
            WebviewWindowBuilder::new(&app, label, tauri::WebviewUrl::default()).build().unwrap();
        Self { window, engine, dir, _app: app }
    }

    /// Invokes a command as the page does. JSON replies come as they are, raw ones parsed if they are JSON.
    pub(crate) fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        self.invoke_raw(command, arguments).map(|body| match body {
            tauri::ipc::InvokeResponseBody::Json(text) => serde_json::from_str(&text).unwrap(),
            tauri::ipc::InvokeResponseBody::Raw(bytes) => {
                serde_json::from_slice(&bytes).unwrap_or(Value::Null)
            }
        })
    }

    /// Invokes a command and hands back the body as it came.
    pub(crate) fn invoke_raw(
        &self,
        command: &str,
        arguments: Value,
    ) -> Result<tauri::ipc::InvokeResponseBody, Value> {
        tauri::test::get_ipc_response(
            &self.window,
            InvokeRequest {
                cmd: command.into(),
                callback: CallbackFn(0),
                error: CallbackFn(1),
                url: "tauri://localhost".parse().unwrap(),
                body: InvokeBody::Json(arguments),
                headers: tauri::http::HeaderMap::default(),
                invoke_key: INVOKE_KEY.to_string(),
            },
        )
    }

    /// Invokes a command that must work.
    pub(crate) fn ok(&self, command: &str, arguments: Value) -> Value {
        self.invoke(command, arguments).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Invokes a command that must fail, and gives the code of its error.
    pub(crate) fn code(&self, command: &str, arguments: Value) -> String {
        let error =
            self.invoke(command, arguments).err().unwrap_or_else(|| panic!("{command} worked"));
        error["code"].as_str().map_or_else(|| error.to_string(), str::to_owned)
    }

    /// Adds the sandbox and waits until all its calls are in the table.
    pub(crate) fn with_sandbox(&self, recordings: u64) -> Value {
        let account = self.ok("accounts_add_sandbox", serde_json::json!({}))[0].clone();
        let since = Instant::now();
        while self.ok("library_counts", serde_json::json!({}))["all"] != recordings {
            assert!(since.elapsed() < PATIENCE, "the sandbox's calls did not come");
            std::thread::yield_now();
        }
        account
    }
}

/// The options of a download that saves the audio and nothing else.
pub(crate) fn plain_options() -> Value {
    serde_json::json!({
        "timeZone": "",
        "callTime": false,
        "csv": false,
        "json": false,
        "checksums": false,
        "bag": false,
        "rawJson": false,
    })
}
