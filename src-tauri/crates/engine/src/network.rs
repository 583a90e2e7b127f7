//! How the network is reached: the proxy and the extra authorities a person set.

use std::path::Path;
use std::time::Duration;

use domain::Secret;
use providers::Transport;
use providers::http::{Proxy, TransportOptions};
use url::Url;

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
    /// How soon an export job of VBC is asked about again (contract B6). It gets longer from then on.
    pub export_job_again: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        let usual = TransportOptions::default();
        Self {
            silence: usual.read_timeout,
            request_again: usual.first_backoff,
            file_again: Duration::from_millis(400),
            export_job_again: Duration::from_secs(5),
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
        extra_authorities_pem: authorities(&settings.ca_file)?,
        ..TransportOptions::default()
    };
    Transport::new(options).map_err(|error| match error {
        providers::Error::Invalid { reason } => Error::invalid("caFile", reason),
        other => other.into(),
    })
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

fn authorities(ca_file: &str) -> Result<Vec<u8>> {
    if ca_file.is_empty() {
        return Ok(Vec::new());
    }
    std::fs::read(Path::new(ca_file)).map_err(|error| {
        Error::invalid("caFile", format!("The file {ca_file} cannot be read: {error}."))
    })
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
    fn a_missing_authority_file_is_told() {
        let settings = Settings { ca_file: "/nowhere/ca.pem".into(), ..Settings::default() };
        let error = transport(&settings, &Waits::default()).unwrap_err();
        assert!(matches!(error, Error::Invalid { field: Some("caFile"), .. }), "{error}");
    }
}
