//! The running sandbox: four listeners on 127.0.0.1 and what they share.
//!
//! Vobiz's API and media, VBC and the "foreign" host are separate origins, as at the vendor, so that a client which mixes them
//! up is found out. The foreign one is addressed as `localhost`: another host than `127.0.0.1` to any client that
//! compares hosts, the same loopback interface to the network.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use fastrand::Rng;
use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::audio::{Bank, Encoding, Sound};
use crate::calls;
use crate::delivery::line::{Breaker, Lines};
use crate::error::Error;
use crate::faults::{Fault, Weather};
use crate::options::SandboxOptions;
use crate::request_log::{Logged, Origin, RequestLog};
use crate::shelf::{Row, Shelf};
use crate::state_file::Export;
use crate::vbc::{self, Office, VbcSandbox};
use crate::vobiz::{self, AUTH_ID, AUTH_TOKEN, SUB_AUTH_ID, SUB_AUTH_TOKEN};

/// How long open replies may take to end when the sandbox stops.
const PATIENCE: Duration = Duration::from_secs(2);

/// How much of a request's body the foreign host writes down.
const FOREIGN_BODY_BYTES: usize = 1 << 20;

/// What all handlers share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: SandboxOptions,
    pub(crate) api_origin: String,
    pub(crate) media_origin: String,
    pub(crate) foreign_origin: String,
    pub(crate) vbc_origin: String,
    pub(crate) vbc: Office,
    pub(crate) weather: Weather,
    pub(crate) bank: Arc<Bank>,
    pub(crate) stop: CancellationToken,
    shelf: Mutex<Shelf>,
    log: RequestLog,
    replies: AtomicU64,
}

impl Shared {
    /// The rows, for the time of one short look or change.
    pub(crate) fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The clock the calls' ages are told by.
    pub(crate) fn now(&self) -> Timestamp {
        self.options.now.unwrap_or_else(Timestamp::now)
    }

    /// A new correlation id.
    pub(crate) fn api_id(&self) -> String {
        let reply = self.replies.fetch_add(1, Ordering::Relaxed);
        calls::uuid_from(&mut Rng::with_seed((reply << 16) ^ self.options.seed)).to_string()
    }
}

/// What a test may know about a recording without asking the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingFacts {
    /// What the file really is, whatever its URL ends with.
    pub encoding: Encoding,
    /// Exact length of the audio.
    pub duration_ms: u64,
    /// Exact size of the file.
    pub size_bytes: u64,
    /// The four keypad digits whose tones open the audio.
    pub opening_digits: String,
    /// Where the audio is.
    pub media_url: String,
}

impl RecordingFacts {
    pub(crate) fn new(shared: &Shared, sound: Sound, media_url: String) -> Self {
        Self {
            encoding: sound.encoding,
            duration_ms: sound.duration_ms.into(),
            size_bytes: sound.size_bytes(&shared.bank),
            opening_digits: sound.opening_digits(),
            media_url,
        }
    }
}

/// A server that behaves as Vobiz and VBC do, with made-up calls. It stops when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    shared: Arc<Shared>,
    servers: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts on 127.0.0.1. Must be called within a Tokio runtime, which the servers live in.
    ///
    /// # Errors
    /// [`Error::Listen`] when the port is taken, [`Error::State`] when the state file cannot be used.
    pub async fn start(options: SandboxOptions) -> Result<Self, Error> {
        let (api, api_port) = listen(options.port).await?;
        let (media, media_port) = listen(0).await?;
        let (foreign, foreign_port) = listen(0).await?;
        let (vbc_listener, vbc_port) = listen(options.vbc_port).await?;
        let (shelf, anchor, remembered) = Shelf::open(&options)?;
        let office = Office::open(&options, anchor, remembered);
        let shared = Arc::new(Shared {
            api_origin: format!("http://127.0.0.1:{api_port}"),
            media_origin: format!("http://127.0.0.1:{media_port}"),
            foreign_origin: format!("http://localhost:{foreign_port}"),
            vbc_origin: format!("http://127.0.0.1:{vbc_port}"),
            vbc: office,
            weather: Weather::new(options.faults.clone(), options.seed),
            bank: Arc::new(Bank::load()?),
            stop: CancellationToken::new(),
            shelf: Mutex::new(shelf),
            log: RequestLog::default(),
            replies: AtomicU64::new(0),
            options,
        });
        let servers = vec![
            serve(&shared, api, Origin::Api, vobiz::api(&shared)),
            serve(&shared, media, Origin::Media, vobiz::media(&shared)),
            serve(
                &shared,
                foreign,
                Origin::Foreign,
                vobiz::foreign(&shared).merge(vbc::foreign(&shared)),
            ),
            serve(&shared, vbc_listener, Origin::Vbc, vbc::routes(&shared)),
        ];
        Ok(Self { shared, servers })
    }

    /// Base address of the API with its version: `http://127.0.0.1:PORT/api/v1`.
    pub fn api_base_url(&self) -> String {
        format!("{}/api/v1", self.shared.api_origin)
    }

    /// Origin of the audio: `http://127.0.0.1:PORT`, another port than the API's.
    pub fn media_origin(&self) -> &str {
        &self.shared.media_origin
    }

    /// Origin of the host that is none of the vendor's: `http://localhost:PORT`.
    pub fn foreign_origin(&self) -> &str {
        &self.shared.foreign_origin
    }

    /// The account's id.
    pub fn auth_id(&self) -> &str {
        AUTH_ID
    }

    /// The account's token.
    pub fn auth_token(&self) -> &str {
        AUTH_TOKEN
    }

    /// The sub-account's id and token; good for nothing unless the options have one.
    pub fn sub_account(&self) -> (&str, &str) {
        (SUB_AUTH_ID, SUB_AUTH_TOKEN)
    }

    /// The VBC account: another vendor's, on an origin of its own.
    pub fn vbc(&self) -> VbcSandbox<'_> {
        VbcSandbox::new(&self.shared)
    }

    /// The newest 65 536 requests to all origins, oldest first.
    pub fn request_log(&self) -> Vec<Logged> {
        self.shared.log.all()
    }

    /// How many recordings the account holds.
    pub fn total(&self) -> usize {
        self.shared.shelf().len()
    }

    /// The rows as the list would tell them now, newest first.
    pub fn recordings(&self) -> Vec<Value> {
        let shelf = self.shared.shelf();
        shelf.rows().map(|row| vobiz::row_json(&self.shared, row)).collect()
    }

    /// The ids of all rows that have one, newest first.
    pub fn recording_ids(&self) -> Vec<String> {
        self.shared.shelf().rows().filter_map(Row::id).collect()
    }

    /// The truth about a recording's audio; `None` when there is no such recording.
    pub fn facts(&self, recording_id: &str) -> Option<RecordingFacts> {
        let row = self.shared.shelf().find(recording_id)?.clone();
        Some(vobiz::facts(&self.shared, recording_id, &row))
    }

    /// Where the audio of this recording is, or would be for a row yet to plant, whatever the row itself says.
    pub fn media_url(&self, recording_id: &str) -> String {
        self.facts(recording_id).map_or_else(
            || vobiz::media_url(&self.shared.media_origin, recording_id, "mp3"),
            |facts| facts.media_url,
        )
    }

    /// Exports that were accepted, oldest first.
    pub fn exports(&self) -> Vec<Export> {
        self.shared.shelf().exports().to_vec()
    }

    /// Lets `count` new calls come in, on top of the list. Returns their ids, oldest first.
    ///
    /// # Errors
    /// [`Error::State`] when the state file cannot be written.
    pub fn add_calls(&self, count: u32) -> Result<Vec<String>, Error> {
        let now = self.shared.now();
        self.shared.shelf().add(count, now)
    }

    /// Lists any JSON as a row, on top of the list, until the sandbox stops. With a text as `recording_id` it can be
    /// retrieved and deleted, and its audio is served under [`Sandbox::media_url`].
    pub fn plant(&self, recording: Value) {
        self.shared.shelf().plant(recording);
    }

    /// Takes a recording away as if somebody else had deleted it.
    ///
    /// # Errors
    /// [`Error::NoSuchRecording`] when there is none; [`Error::State`] when the state file cannot be written.
    pub fn remove(&self, recording_id: &str) -> Result<(), Error> {
        if self.shared.shelf().delete(recording_id)? {
            Ok(())
        } else {
            Err(Error::NoSuchRecording(recording_id.to_owned()))
        }
    }

    /// Lets every request for this recording's audio meet `fault`, until [`Sandbox::mend_media`].
    /// [`Fault::NotReady`] ends by itself at the third request.
    pub fn break_media(&self, recording_id: &str, fault: Fault) {
        self.shared.weather.plan(recording_id, fault, None);
    }

    /// Lets the next `times` requests for this recording's audio meet `fault`.
    pub fn break_media_times(&self, recording_id: &str, fault: Fault, times: u32) {
        self.shared.weather.plan(recording_id, fault, Some(times));
    }

    /// Lets every request to an API, or for tokens, whose method and address contain `part` meet `fault`, until
    /// [`Sandbox::mend_requests`]: `"DELETE"`, `"offset=100"`, `"POST /token"`. Files are [`Sandbox::break_media`]'s.
    pub fn break_requests(&self, part: &str, fault: Fault) {
        self.shared.weather.plan_requests(part, fault, None);
    }

    /// Lets the next `times` such requests meet `fault`.
    pub fn break_requests_times(&self, part: &str, fault: Fault, times: u32) {
        self.shared.weather.plan_requests(part, fault, Some(times));
    }

    /// Ends what all calls of [`Sandbox::break_requests`] began.
    pub fn mend_requests(&self) {
        self.shared.weather.mend_requests();
    }

    /// Ends what [`Sandbox::break_media`] began.
    pub fn mend_media(&self, recording_id: &str) {
        self.shared.weather.mend(recording_id);
    }

    /// Stops listening, lets open replies end for at most two seconds, and returns when the ports are free.
    pub async fn stop(mut self) {
        self.shared.stop.cancel();
        for mut server in std::mem::take(&mut self.servers) {
            if tokio::time::timeout(PATIENCE, &mut server).await.is_err() {
                server.abort();
            }
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The servers end by themselves; nobody waits for them here.
        self.shared.stop.cancel();
    }
}

async fn listen(port: u16) -> Result<(TcpListener, u16), Error> {
    let open = async {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let port = listener.local_addr()?.port();
        Ok((listener, port))
    };
    open.await.map_err(|source| Error::Listen { port, source })
}

fn serve(
    shared: &Arc<Shared>,
    listener: TcpListener,
    origin: Origin,
    router: Router,
) -> JoinHandle<()> {
    let router = router.layer(middleware::from_fn_with_state((Arc::clone(shared), origin), attend));
    let stop = shared.stop.clone();
    tokio::spawn(async move {
        let service = router.into_make_service_with_connect_info::<Breaker>();
        let served = axum::serve(Lines(listener), service)
            .with_graceful_shutdown(stop.cancelled_owned())
            .await;
        if let Err(error) = served {
            tracing::warn!(?origin, %error, "the sandbox stopped listening");
        }
    })
}

/// Around every request: waits as long as the network would, and writes the request down.
async fn attend(
    State((shared, origin)): State<(Arc<Shared>, Origin)>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let mut entry = Logged {
        origin,
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        status: 0,
        had_credentials: ["x-auth-id", "x-auth-token", "authorization"]
            .iter()
            .any(|name| headers.contains_key(*name)),
        range: headers.get("range").and_then(|range| range.to_str().ok()).map(str::to_owned),
        headers: Vec::new(),
        body: Vec::new(),
    };
    if !shared.options.latency.is_zero() {
        tokio::time::sleep(shared.options.latency).await;
    }
    let request = if origin == Origin::Foreign { read(request, &mut entry).await } else { request };
    let response = next.run(request).await;
    entry.status = response.status().as_u16();
    let question = if entry.query.is_empty() { "" } else { "?" };
    tracing::debug!(
        target: "sandbox::request",
        "{origin:?} {} {}{question}{} {}",
        entry.method,
        entry.path,
        entry.query,
        entry.status
    );
    shared.log.push(entry);
    response
}

/// Writes down all that a stranger gets to know.
async fn read(request: Request, entry: &mut Logged) -> Request {
    let (head, body) = request.into_parts();
    entry.headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let body = to_bytes(body, FOREIGN_BODY_BYTES).await.unwrap_or_default();
    entry.body = body.to_vec();
    Request::from_parts(head, Body::from(body))
}
