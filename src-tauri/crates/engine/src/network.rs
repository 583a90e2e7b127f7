//! How the network is reached: the proxy and the extra authorities a person set.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::Secret;
use providers::Transport;
use providers::http::{Proxy, TransportOptions, count_authorities};
use url::Url;

use crate::Engine;
use crate::error::{Error, Result};
use crate::settings::{ProxyChoice, Settings};

/// How long is waited for what may pass by itself. The default suits people's networks; tests that go through thousands
/// of faults have shorter ones.
#[derive(Debug, Clone)]
pub struct Waits {
    /// How long nothing at all may come from a provider before a request counts as lost.
    pub silence: Duration,
    /// The longest wait before a request is sent a second time. It doubles from then on.
    pub request_again: Duration,
    /// The shortest wait before a file that failed is begun a second time. It triples from then on.
    pub file_again: Duration,
    /// How often in a row a file may be met by silence, with no other one to compare it with, before it counts as its own
    /// fault. With the pauses in between the usual number is about ten minutes.
    pub silences_alone: u32,
    /// How long a server that answers nothing but trouble is waited for before a download stands still.
    pub server_back: Duration,
    /// How soon an export job of VBC is asked about again (contract B6). It gets longer from then on.
    pub export_job_again: Duration,
    /// How long a folder may take for an answer: longer than a disk needs to spin up, shorter than a person watches a window
    /// that does nothing.
    pub folder_answers: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        let usual = TransportOptions::default();
        Self {
            silence: usual.read_timeout,
            request_again: usual.first_backoff,
            file_again: Duration::from_millis(400),
            silences_alone: 8,
            server_back: Duration::from_hours(24),
            export_job_again: Duration::from_secs(5),
            folder_answers: Duration::from_secs(15),
        }
    }
}

/// The connections that follow from the settings.
///
/// # Errors
/// `Invalid` with the setting to blame, when it cannot be used.
pub(crate) fn transport(settings: &Settings, waits: &Waits) -> Result<Transport> {
    let options = TransportOptions {
        read_timeout: waits.silence,
        first_backoff: waits.request_again,
        proxy: proxy(settings)?,
        extra_authorities_pem: authorities(&settings.ca_file)?.0,
        ..TransportOptions::default()
    };
    Transport::new(options).map_err(of_authorities)
}

fn proxy(settings: &Settings) -> Result<Proxy> {
    match settings.proxy {
        ProxyChoice::System => Ok(Proxy::System),
        ProxyChoice::None => Ok(Proxy::None),
        ProxyChoice::Manual => {
            let invalid = |what: &str| Error::invalid("proxyUrl", what);
            let url = Url::parse(settings.proxy_url.trim()).map_err(|_| {
                invalid("Write the proxy as http://host:port or socks5h://host:port.")
            })?;
            if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") || !url.has_host() {
                return Err(invalid("Write the proxy as http://host:port or socks5h://host:port."));
            }
            if !url.username().is_empty() || url.password().is_some() {
                // Settings are in the index, in the clear.
                return Err(invalid(
                    "A proxy with a password belongs to the system's settings, where the password is safe. Set it up there and choose “System”.",
                ));
            }
            Ok(Proxy::Manual(Secret::new(url.into())))
        }
    }
}

/// A file of certificates that is trusted besides the system's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityFile {
    /// Where it is.
    pub path: String,
    /// How many certificates it holds.
    pub certificates: usize,
}

impl Engine {
    /// Looks at a file before it is set as [`Settings::ca_file`].
    ///
    /// # Errors
    /// `Invalid` for `caFile`, with a sentence that says what the file is instead.
    pub async fn look_at_authorities(&self, path: PathBuf) -> Result<AuthorityFile> {
        let path = path.into_os_string().into_string().map_err(|_| {
            refused("The name of this file cannot be kept. Give it a plain name first.")
        })?;
        crate::blocking(move || {
            let (_, certificates) = authorities(&path)?;
            Ok(AuthorityFile { path, certificates })
        })
        .await
    }

    /// The file that is set, as it is now; `None` when there is none.
    ///
    /// # Errors
    /// `Invalid` when it has gone or changed since it was set.
    pub async fn authorities(&self) -> Result<Option<AuthorityFile>> {
        let ca_file = self.settings().await?.ca_file;
        if ca_file.is_empty() {
            return Ok(None);
        }
        self.look_at_authorities(ca_file.into()).await.map(Some)
    }
}

/// No bundle of certificates is larger: the system's own is a twentieth of it.
const MOST_BYTES: u64 = 4 << 20;

fn refused(what: impl Into<String>) -> Error {
    Error::invalid("caFile", what)
}

fn of_authorities(error: providers::Error) -> Error {
    match error {
        providers::Error::Invalid { reason } => refused(reason),
        other => other.into(),
    }
}

/// What a file of certificates holds, and how many those are; nothing of no file.
fn authorities(ca_file: &str) -> Result<(Vec<u8>, usize)> {
    if ca_file.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let unreadable = |error| refused(format!("The file {ca_file} cannot be read: {error}."));
    // A pipe or a device may never end, or never begin.
    if !Path::new(ca_file).metadata().map_err(unreadable)?.is_file() {
        return Err(refused(format!("{ca_file} is no file.")));
    }
    let mut pem = Vec::new();
    File::open(ca_file)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut pem))
        .map_err(unreadable)?;
    if pem.len() as u64 > MOST_BYTES {
        return Err(refused("The file is too large to hold certificates."));
    }
    // Nothing would be trusted that the system does not trust, without a word.
    let certificates = count_authorities(&pem).map_err(of_authorities)?;
    Ok((pem, certificates))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(proxy_url: &str) -> Result<Proxy> {
        proxy(&Settings {
            proxy: ProxyChoice::Manual,
            proxy_url: proxy_url.into(),
            ..Settings::default()
        })
    }

    #[test]
    fn a_proxy_is_an_address_without_a_password() {
        for good in ["http://proxy.example:8080", " socks5h://10.0.0.1:1080 "] {
            assert!(matches!(through(good), Ok(Proxy::Manual(_))), "{good}");
        }
        for bad in ["", "proxy:8080", "ftp://proxy:21", "http://user:secret@proxy:8080"] {
            let error = through(bad).unwrap_err();
            assert!(matches!(error, Error::Invalid { field: Some("proxyUrl"), .. }), "{bad}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_file_of_authorities_that_cannot_be_used_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(at("empty.pem"), "").unwrap();
        std::fs::write(at("page.pem"), "<html>").unwrap();
        std::fs::write(at("large.pem"), vec![b'x'; 5 << 20]).unwrap();
        for (ca_file, word) in [
            (at("missing.pem"), "cannot be read"),
            (at("."), "is no file"),
            (at("empty.pem"), "is empty"),
            (at("page.pem"), "a web page"),
            (at("large.pem"), "too large"),
        ] {
            let settings = Settings { ca_file, ..Settings::default() };
            let error = transport(&settings, &Waits::default()).unwrap_err();
            assert!(matches!(error, Error::Invalid { field: Some("caFile"), .. }), "{error}");
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}
