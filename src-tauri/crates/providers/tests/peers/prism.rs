//! Prism, started on a port of its own and ended with the value.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

/// Where the service is on Vonage's host, and on Prism.
const SERVICE: &str = "/t/vbc.prod/call_recording";
/// The host of the description's examples, which no test may ask.
const VONAGE: &str = "https://api.vonage.com";
/// What the files hold.
pub(crate) const AUDIO: &[u8] = b"ID3 stands for a file";
/// Far longer than Prism takes to start.
const PATIENCE: Duration = Duration::from_mins(1);

/// What Prism answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// The examples of the description.
    Examples,
    /// Values that it makes up after the description's types.
    MadeUp,
}

/// The server.
pub(crate) struct Prism {
    origin: String,
    log: Arc<Mutex<Vec<String>>>,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Prism {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The folder of the whole project.
fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap().to_owned()
}

/// The description as Prism is to serve it. The base of its addresses stands in its list of servers, which Prism leaves
/// out, so it is put before the paths. The files, which the description names in examples alone, become paths too.
fn description(port: u16) -> String {
    let file = project().join("tests/fixtures/vbc-call-recording.yml");
    let text = std::fs::read_to_string(&file).unwrap();
    let path = "  \"/api/accounts";
    assert!(text.matches(path).count() > 5, "{}: the paths are as they were", file.display());
    let text = text.replace(path, &format!("  \"{SERVICE}/api/accounts"));
    let here = format!("http://127.0.0.1:{port}");
    let text = text.replace(VONAGE, &here);
    let files = format!(
        r##"paths:
  "{SERVICE}/api/audio/recording/{{recording_id}}":
    get:
      security:
        - bearerAuth: []
      parameters:
        - $ref: "#/components/parameters/RecordingID"
      responses: &file
        "200":
          description: A file
          content:
            audio/mpeg:
              schema:
                type: string
              example: {AUDIO:?}
  "{SERVICE}/api/bulkDownload/retrieve":
    get:
      security:
        - bearerAuth: []
      parameters:
        - name: jobId
          in: query
          required: true
          schema:
            type: string
      responses: *file
"##,
        AUDIO = String::from_utf8_lossy(AUDIO)
    );
    text.replacen("paths:\n", &files, 1)
}

impl Prism {
    /// Starts Prism and waits until it listens.
    pub(crate) fn start(answers: Answers) -> Self {
        let peers = project().join("tests/peers");
        let program = peers.join("node_modules/@stoplight/prism-cli/dist/index.js");
        assert!(
            program.is_file(),
            "Prism is not installed in tests/peers: `cargo xtask setup` installs it"
        );
        let port = free_port();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("description.yml");
        std::fs::write(&file, description(port)).unwrap();
        let mut process = Command::new("node");
        process
            .arg(program)
            .args(["mock", "--host", "127.0.0.1", "--port", &port.to_string()])
            .args((answers == Answers::MadeUp).then_some("--dynamic"))
            .arg(&file)
            .current_dir(&peers)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = process.spawn().unwrap_or_else(|error| {
            panic!("node cannot be started ({error}): `cargo xtask setup` says what is needed")
        });
        let log = Arc::<Mutex<Vec<String>>>::default();
        let (up, is_up) = mpsc::channel();
        follow(process.stdout.take().unwrap(), &log, up.clone());
        follow(process.stderr.take().unwrap(), &log, up);
        // Made before the wait, so that it is ended also when that fails.
        let origin = format!("http://127.0.0.1:{port}");
        let prism = Self { origin, log, process, _folder: folder };
        let listens = is_up.recv_timeout(PATIENCE).is_ok();
        assert!(listens, "Prism did not start: {:#?}", prism.log.lock().unwrap());
        prism
    }

    /// An address on the server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Where the call recording service is.
    pub(crate) fn service_base(&self) -> String {
        self.url(SERVICE)
    }

    /// Whether Prism found fault with a request. Its own examples break their types here and there, which it says too.
    pub(crate) fn has_no_complaints(&self) {
        let log = self.log.lock().unwrap();
        assert!(
            log.iter().any(|line| line.contains("HTTP SERVER")),
            "requests are logged: {log:#?}"
        );
        let complaints: Vec<&String> =
            log.iter().filter(|line| line.contains("Violation: request")).collect();
        assert!(complaints.is_empty(), "{complaints:#?}");
    }
}

/// A port that nobody had a moment ago. The description needs it before Prism takes it.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Keeps what a stream says, and tells when it says that Prism listens.
fn follow(stream: impl Read + Send + 'static, log: &Arc<Mutex<Vec<String>>>, up: mpsc::Sender<()>) {
    let log = Arc::clone(log);
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let listens = line.contains("is listening on");
            log.lock().unwrap().push(line);
            if listens {
                // Nobody waits any more once the other stream has said it.
                let _ = up.send(());
            }
        }
    });
}
