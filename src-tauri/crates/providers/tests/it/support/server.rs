//! One request a connection, answered by a closure. Everything that came is kept.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::tls_file;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    /// A header by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The path without the query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    /// A query parameter as it is written.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// Everything that came, for a search.
    pub(crate) fn text(&self) -> String {
        format!("{self:?}")
    }
}

/// A reply.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// `None` leaves `Content-Length` out.
    length: Option<usize>,
    silent: bool,
    drip: bool,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self {
            status,
            headers: Vec::new(),
            length: Some(body.len()),
            body,
            silent: false,
            drip: false,
        }
    }

    pub(crate) fn json(value: &Value) -> Self {
        Self::new(200, value.to_string()).with("Content-Type", "application/json")
    }

    pub(crate) fn redirect(status: u16, to: &str) -> Self {
        Self::new(status, "").with("Location", to)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Promises more or fewer bytes than it sends, or says nothing about them.
    pub(crate) fn promising(mut self, length: Option<usize>) -> Self {
        self.length = length;
        self
    }

    /// Sends nothing at all and closes the connection.
    pub(crate) fn hang_up() -> Self {
        Self { silent: true, ..Self::new(0, "").promising(None) }
    }

    /// Sends the head, and then one byte each 20 ms without end.
    pub(crate) fn dripping() -> Self {
        Self { drip: true, ..Self::new(200, "").promising(None) }
    }
}

/// Which certificate an https server shows.
pub(crate) enum Tls {
    No,
    /// `good`, `expired` or `other-name` of the fixtures.
    Yes(&'static str),
}

/// The server; it ends with the value.
pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    seen: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_with(Tls::No, answer).await
    }

    pub(crate) async fn start_with(
        tls: Tls,
        answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (acceptor, scheme) = match tls {
            Tls::No => (None, "http"),
            Tls::Yes(certificate) => (Some(acceptor(certificate)), "https"),
        };
        let answer = Arc::new(answer);
        let log = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            loop {
                let Ok((socket, _)) = listener.accept().await else { continue };
                let (answer, log, acceptor) =
                    (Arc::clone(&answer), Arc::clone(&log), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(socket, &*answer, &log).await,
                        Some(acceptor) => {
                            if let Ok(socket) = acceptor.accept(socket).await {
                                serve(socket, &*answer, &log).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, scheme, seen, task }
    }

    /// `http://127.0.0.1:PORT/api/v1`.
    pub(crate) fn base_url(&self) -> String {
        self.url("/api/v1")
    }

    /// An address on this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://127.0.0.1:{}{path}", self.scheme, self.address.port())
    }

    /// The same address by another name of the same computer, which makes it another host.
    pub(crate) fn foreign_url(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.address.port())
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

fn acceptor(certificate: &str) -> TlsAcceptor {
    let chain = CertificateDer::pem_slice_iter(&tls_file(&format!("{certificate}.pem")))
        .map(Result::unwrap)
        .collect();
    let key = PrivateKeyDer::from_pem_slice(&tls_file("leaf.key")).unwrap();
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut socket: S,
    answer: &(impl Fn(&Request) -> Answer + Send + Sync),
    seen: &Mutex<Vec<Request>>,
) {
    let Some(request) = read_request(&mut socket).await else { return };
    seen.lock().unwrap().push(request.clone());
    let answer = answer(&request);
    if answer.silent {
        return;
    }
    let mut head = format!("HTTP/1.1 {} Status\r\nConnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head = head + name + ": " + value + "\r\n";
    }
    if let Some(length) = answer.length {
        head = head + "Content-Length: " + &length.to_string() + "\r\n";
    }
    head.push_str("\r\n");
    // The client may hang up first; that is its right.
    let _ = socket.write_all(head.as_bytes()).await;
    let _ = socket.write_all(&answer.body).await;
    let _ = socket.flush().await;
    if answer.drip {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if socket.write_all(b"x").await.is_err() || socket.flush().await.is_err() {
                return;
            }
        }
    }
    let _ = socket.shutdown().await;
}

async fn read_request<S: AsyncRead + Unpin>(socket: &mut S) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let head_end = loop {
        if let Some(position) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break position;
        }
        match socket.read(&mut chunk).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&chunk[..count]),
            _ => return None,
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ').map(str::to_owned);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let mut request =
        Request { method: first.next()?, target: first.next()?, headers, body: String::new() };
    let length: usize =
        request.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = bytes[head_end + 4..].to_vec();
    while body.len() < length {
        match socket.read(&mut chunk).await {
            Ok(count) if count > 0 => body.extend_from_slice(&chunk[..count]),
            _ => return None,
        }
    }
    request.body = String::from_utf8(body).unwrap();
    Some(request)
}
