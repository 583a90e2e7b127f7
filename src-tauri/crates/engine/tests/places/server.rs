//! A server of one bucket on 127.0.0.1: `s3s` reads requests and checks their signatures, `s3s-fs` keeps objects as files of a
//! folder, and this adds what can go wrong between it and us.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub(crate) const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET: &str = "canary/secret+of/the+bucket";
pub(crate) const TOKEN: &str = "canary-session/token+of=the/bucket==";
pub(crate) const BUCKET: &str = "calls";

/// What goes wrong, until told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fault {
    #[default]
    None,
    /// Every connection is broken off without a reply.
    Gone,
    /// Each second request is broken off without a reply.
    Flaky,
    /// Objects are stored, but the reply to the next one never comes.
    HoldNextReply,
    /// Objects are stored, but the reply to each is broken off.
    LoseReplies,
    /// Asks to slow down.
    Busy,
    /// Has no checksums and no `ETag` to show for what it holds.
    Mute,
    /// Takes requests with the session token [`TOKEN`] only, as a server does whose key is a temporary one.
    WantsToken,
    /// Objects break off in the middle when they are read.
    BreaksOff,
    /// The time of the temporary key is over, whichever it is.
    Expired,
}

/// The server; it ends when this is dropped.
pub(crate) struct Server {
    pub url: String,
    root: tempfile::TempDir,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    fault: Mutex<Fault>,
    requests: Mutex<Vec<String>>,
    held: Notify,
}

impl State {
    fn fault(&self) -> MutexGuard<'_, Fault> {
        self.fault.lock().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join(BUCKET)).unwrap();
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (service, state) = (service.clone(), Arc::clone(&shared));
                let answer = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                    let (service, state) = (service.clone(), Arc::clone(&state));
                    async move { state.answer(&service, request).await }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(socket), answer);
                tokio::spawn(async move {
                    let _ = connection.await;
                });
            }
        });
        Self { url, root, state, task }
    }

    pub(crate) fn set(&self, fault: Fault) {
        *self.state.fault() = fault;
    }

    /// Waits until a reply is held back.
    pub(crate) async fn holds_a_reply(&self) {
        tokio::time::timeout(Duration::from_mins(1), self.state.held.notified())
            .await
            .expect("no object came");
    }

    /// `METHOD /path?query` of every request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.requests.lock().unwrap().clone()
    }

    /// The file behind a key.
    pub(crate) fn file(&self, key: &str) -> PathBuf {
        self.root.path().join(BUCKET).join(key)
    }

    /// Keys of all objects, in order.
    pub(crate) fn keys(&self) -> Vec<String> {
        let bucket = self.root.path().join(BUCKET);
        let mut keys = Vec::new();
        collect(&bucket, &bucket, &mut keys);
        keys.sort();
        keys
    }
}

fn collect(bucket: &Path, folder: &Path, keys: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            collect(bucket, &entry.path(), keys);
        } else {
            let path = entry.path();
            keys.push(path.strip_prefix(bucket).unwrap().to_str().unwrap().to_owned());
        }
    }
}

/// The session token of a signed request.
fn token_of(uri: &hyper::Uri) -> Option<String> {
    let url = url::Url::parse(&format!("http://bucket.example{uri}")).ok()?;
    url.query_pairs()
        .find(|(name, _)| name.eq_ignore_ascii_case("x-amz-security-token"))
        .map(|(_, token)| token.into_owned())
}

/// As Amazon refuses tokens; a reply to HEAD has no words.
fn refused(method: &hyper::Method, code: &str) -> s3s::HttpResponse {
    let words = format!("<Error><Code>{code}</Code><Message>refused</Message></Error>");
    let body = if method == hyper::Method::HEAD { String::new() } else { words };
    let mut reply = s3s::HttpResponse::new(s3s::Body::from(body));
    *reply.status_mut() = hyper::StatusCode::BAD_REQUEST;
    reply
}

/// A body of which only so many bytes come.
struct BrokenOff {
    body: s3s::Body,
    left: usize,
    /// What came before the end was handed on.
    rested: bool,
}

impl hyper::body::Body for BrokenOff {
    type Data = bytes::Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        if self.left == 0 {
            if self.rested {
                return Poll::Ready(Some(Err("broken off".into())));
            }
            self.rested = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        let Some(Ok(frame)) = frame else { return Poll::Ready(frame) };
        let Ok(mut bytes) = frame.into_data() else { return Poll::Ready(None) };
        bytes.truncate(self.left);
        self.left -= bytes.len();
        Poll::Ready(Some(Ok(hyper::body::Frame::data(bytes))))
    }
}

/// A reply, or the connection's end.
type Answer = Result<s3s::HttpResponse, std::io::Error>;

impl State {
    async fn answer(
        &self,
        service: &s3s::service::S3Service,
        request: hyper::Request<hyper::body::Incoming>,
    ) -> Answer {
        let number = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(format!("{} {}", request.method(), request.uri()));
            requests.len()
        };
        let fault = *self.fault();
        let broken = || Answer::Err(std::io::Error::other("broken off"));
        let is_put = request.method() == hyper::Method::PUT;
        let is_get = request.method() == hyper::Method::GET;
        match fault {
            Fault::Gone => return broken(),
            Fault::Flaky if number.is_multiple_of(2) => return broken(),
            Fault::Busy => {
                let mut reply = s3s::HttpResponse::new(s3s::Body::from(String::new()));
                *reply.status_mut() = hyper::StatusCode::SERVICE_UNAVAILABLE;
                return Ok(reply);
            }
            Fault::WantsToken if token_of(request.uri()).as_deref() != Some(TOKEN) => {
                return Ok(refused(request.method(), "InvalidToken"));
            }
            Fault::Expired => return Ok(refused(request.method(), "ExpiredToken")),
            _ => {}
        }
        let reply = service.call(request.map(s3s::Body::from)).await;
        match fault {
            Fault::LoseReplies if is_put => return broken(),
            Fault::HoldNextReply if is_put => {
                self.held.notify_one();
                *self.fault() = Fault::None;
                std::future::pending::<Infallible>().await;
            }
            _ => {}
        }
        let mut reply = reply.map_err(|error| std::io::Error::other(format!("{error:?}")))?;
        if fault == Fault::BreaksOff && is_get {
            let left =
                reply.headers()["content-length"].to_str().unwrap().parse::<usize>().unwrap() / 2;
            let body = std::mem::replace(reply.body_mut(), s3s::Body::empty());
            *reply.body_mut() =
                s3s::Body::http_body_unsync(BrokenOff { body, left, rested: false });
        }
        if fault == Fault::Mute {
            reply.headers_mut().remove("etag");
            reply.headers_mut().remove("x-amz-checksum-sha256");
        }
        Ok(reply)
    }
}
