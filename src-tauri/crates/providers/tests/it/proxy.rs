//! T-25: proxies. Those of the tests stand on this computer and lead to servers on it, whatever host they are asked for.

use std::sync::{Arc, Mutex};

use domain::Secret;
use serde_json::json;
use tapeshelf_providers::{
    Error, Obstacle, PageRequest, Provider, Proxy, TlsTrouble, TransportOptions,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::support::{Server, TOKEN, Tls, account_with, page, quick, row, tls_file};

/// What the API is called; nobody on the network is.
const API: &str = "https://api.vobiz.invalid/api/v1";
const PASSWORD: &str = "canary-proxy-password";

fn through(proxy: &str) -> TransportOptions {
    TransportOptions {
        proxy: Proxy::Manual(Secret::new(proxy.to_owned())),
        extra_authorities_pem: tls_file("authority.pem"),
        max_tries: 1,
        ..quick()
    }
}

async fn list_error(options: TransportOptions) -> (Error, Option<Obstacle>) {
    let error = account_with(API, options).list(&PageRequest::default()).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(PASSWORD) && !shown.contains(TOKEN), "{shown}");
    let obstacle = match &error {
        Error::Unreachable { obstacle, .. } => Some(*obstacle),
        _ => None,
    };
    (error, obstacle)
}

/// A proxy that notes the beginning of each conversation and then does with it what the test says.
struct Stand {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stand {
    fn heard(&self) -> String {
        self.heard.lock().unwrap().join("\n")
    }

    /// Answers `CONNECT`, and leads to `inside` if there is one.
    async fn http(answer: &'static str, inside: Option<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            loop {
                let Ok((mut client, _)) = listener.accept().await else { continue };
                let mut head = vec![0; 4096];
                let count = client.read(&mut head).await.unwrap_or_default();
                noted.lock().unwrap().push(String::from_utf8_lossy(&head[..count]).into_owned());
                let _ = client.write_all(answer.as_bytes()).await;
                if let Some(port) = inside {
                    tokio::spawn(async move {
                        let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    });
                }
            }
        });
        Self { port, heard, task }
    }

    /// SOCKS5 with a user name and password (RFC 1928, RFC 1929).
    async fn socks(inside: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else { continue };
                let noted = Arc::clone(&noted);
                tokio::spawn(async move {
                    let _ = serve_socks(client, inside, &noted).await;
                });
            }
        });
        Self { port, heard, task }
    }
}

async fn serve_socks(
    mut client: TcpStream,
    inside: u16,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut two = [0; 2];
    client.read_exact(&mut two).await?;
    let mut methods = vec![0; usize::from(two[1])];
    client.read_exact(&mut methods).await?;
    client.write_all(&[5, 2]).await?;
    client.read_exact(&mut two).await?;
    let mut name = vec![0; usize::from(two[1])];
    client.read_exact(&mut name).await?;
    let mut password = vec![0; usize::from(client.read_u8().await?)];
    client.read_exact(&mut password).await?;
    client.write_all(&[1, 0]).await?;
    let mut head = [0; 4];
    client.read_exact(&mut head).await?;
    assert_eq!(head[3], 3, "the name is left to the proxy to look up");
    let mut host = vec![0; usize::from(client.read_u8().await?)];
    client.read_exact(&mut host).await?;
    let port = client.read_u16().await?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    heard.lock().unwrap().push(format!(
        "{}:{}@{}:{port}",
        text(&name),
        text(&password),
        text(&host)
    ));
    client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await?;
    let mut server = TcpStream::connect(("127.0.0.1", inside)).await?;
    copy_bidirectional(&mut client, &mut server).await.map(|_| ())
}

fn port_of(server: &Server) -> u16 {
    server.url("/").parse::<url::Url>().unwrap().port().unwrap()
}

#[tokio::test]
async fn a_manual_proxy_is_asked_with_its_own_password_and_sees_no_token() {
    // The tunnel leads to a server whose certificate is for another name: TLS ends at the vendor, not at the proxy.
    let inside = Server::start_with(Tls::Yes("good"), |_| page(&json!([row("a")]))).await;
    let proxy = Stand::http("HTTP/1.1 200 Connected\r\n\r\n", Some(port_of(&inside))).await;
    let address = format!("http://user:{PASSWORD}@127.0.0.1:{}", proxy.port);
    let (error, obstacle) = list_error(through(&address)).await;
    assert_eq!(obstacle, Some(Obstacle::Tls(TlsTrouble::Name)), "{error:?}");
    let heard = proxy.heard();
    assert!(heard.starts_with("CONNECT api.vobiz.invalid:443"), "{heard}");
    assert!(heard.to_lowercase().contains("proxy-authorization: basic"), "{heard}");
    assert!(!heard.contains(TOKEN), "{heard}");
    assert_eq!(inside.seen().len(), 0, "nothing was said to whoever else answered");
}

#[tokio::test]
async fn socks_passes_the_name_and_its_own_password() {
    let inside = Server::start_with(Tls::Yes("good"), |_| page(&json!([row("a")]))).await;
    let proxy = Stand::socks(port_of(&inside)).await;
    let address = format!("socks5h://user:{PASSWORD}@127.0.0.1:{}", proxy.port);
    let (error, obstacle) = list_error(through(&address)).await;
    assert_eq!(obstacle, Some(Obstacle::Tls(TlsTrouble::Name)), "{error:?}");
    assert_eq!(proxy.heard(), format!("user:{PASSWORD}@api.vobiz.invalid:443"));
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_refuses_or_dies_has_its_own_words() {
    let refusing = Stand::http("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", None).await;
    let address = format!("http://127.0.0.1:{}", refusing.port);
    let (error, obstacle) = list_error(through(&address)).await;
    assert_eq!(obstacle, Some(Obstacle::Proxy), "{error:?}");
    assert!(error.to_string().contains("proxy asks for a user name"), "{error}");

    let dying = Stand::http("", None).await;
    let (error, obstacle) = list_error(through(&format!("http://127.0.0.1:{}", dying.port))).await;
    assert!(obstacle.is_some(), "{error:?}");

    let (error, obstacle) = list_error(through("http://127.0.0.1:1")).await;
    assert_eq!(obstacle, Some(Obstacle::Refused), "{error:?}");
}

#[tokio::test]
async fn this_computer_is_never_reached_through_a_proxy() {
    let server = Server::start(|_| page(&json!([row("a")]))).await;
    let provider = account_with(&server.base_url(), through("http://127.0.0.1:1"));
    assert_eq!(provider.list(&PageRequest::default()).await.unwrap().received, 1);
}

#[test]
fn an_address_that_is_none_is_refused_without_being_quoted() {
    let broken = format!("nonsense://user:{PASSWORD}@:::");
    let options = TransportOptions { ..through(&broken) };
    assert!(!format!("{options:?}").contains(PASSWORD));
    let error = tapeshelf_providers::Transport::new(options).err().unwrap();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("proxy") && !shown.contains(PASSWORD), "{shown}");
}
