//! What a failed request means, in words for a person, and how far it got.
//!
//! Whether a request may be sent again depends on how far it got, which the public [`Error`] does not say: a refused
//! connection proves that nothing happened, a missing reply proves nothing.

use std::error::Error as StdError;
use std::io;

use reqwest::StatusCode;
use rustls::CertificateError;
use url::Url;

use super::{Redactor, TransportOptions};
use crate::error::{Error, Obstacle, TlsTrouble};

/// How far a failed request got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// It was never sent, and sending it again cannot help (a bad certificate, a forbidden address).
    Nothing,
    /// It was not sent: there was no connection.
    NoConnection,
    /// It may have been sent; no reply came.
    MaybeTheVendor,
    /// The vendor replied.
    TheVendor,
    /// Something replied, with what cannot be read.
    Garbled,
}

/// An error, and how far the request got.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) reached: Reached,
}

impl Failure {
    /// We did not send it.
    pub(crate) fn refused(error: Error) -> Self {
        Self { error, reached: Reached::Nothing }
    }

    /// The vendor replied, and this is what the reply means.
    pub(crate) fn replied(error: Error) -> Self {
        Self { error, reached: Reached::TheVendor }
    }

    /// The same without the secret in its reason. What a vendor said is redacted where it is read.
    pub(crate) fn redacted(mut self, redactor: &Redactor) -> Self {
        if let Error::Unreachable { reason, .. }
        | Error::Interrupted { reason }
        | Error::BadReply { reason, .. }
        | Error::Invalid { reason } = &mut self.error
        {
            *reason = redactor.hide(reason).into_owned();
        }
        self
    }

    /// Whether a request that changes something may have been carried out although it failed.
    pub(crate) fn may_have_happened(&self) -> bool {
        match self.error {
            Error::VendorFailed(_) | Error::Interrupted { .. } => true,
            Error::Unreachable { .. } => self.reached == Reached::MaybeTheVendor,
            _ => false,
        }
    }

    /// Whether the same request may succeed a little later.
    pub(crate) fn may_pass(&self) -> bool {
        match self.reached {
            Reached::Nothing => false,
            Reached::Garbled => true,
            _ => self.error.is_transient(),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// Names the failure of a request that got no reply.
pub(crate) fn of_request(error: &reqwest::Error, url: &Url, options: &TransportOptions) -> Failure {
    let host = url.host_str().unwrap_or_default();
    let unreachable = |reason: String, obstacle, reached| Failure {
        error: Error::Unreachable { reason, obstacle },
        reached,
    };
    if let Some((words, obstacle)) = tls_words(error, host) {
        return unreachable(words, obstacle, Reached::Nothing);
    }
    if error.is_builder() {
        let reason = format!("the request cannot be written: {}", root_cause(error));
        return Failure::refused(Error::Invalid { reason });
    }
    if chain(error).any(|cause| cause.to_string().ends_with("proxy authorization required")) {
        let reason = "the proxy asks for a user name and password".to_owned();
        return unreachable(reason, Obstacle::Proxy, Reached::Nothing);
    }
    if error.is_dns() {
        let reason = format!("there is no host named {host}, or this computer is offline");
        return unreachable(reason, Obstacle::Offline, Reached::NoConnection);
    }
    if error.is_connect() {
        if url.scheme() == "https" && breaks_handshake(error) {
            let reason =
                format!("{host} broke the connection off while a secure one was being set up");
            return unreachable(reason, Obstacle::Tls(TlsTrouble::Cut), Reached::NoConnection);
        }
        let (reason, obstacle) = match io_kind(error) {
            Some(io::ErrorKind::ConnectionRefused) => {
                (format!("{host} refused the connection"), Obstacle::Refused)
            }
            Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => (
                format!("there is no way to {host}; this computer may be offline"),
                Obstacle::Offline,
            ),
            _ if error.is_timeout() => (
                format!("{host} did not answer within {} s", options.connect_timeout.as_secs_f32()),
                Obstacle::TimedOut,
            ),
            _ => (format!("no connection to {host}: {}", root_cause(error)), Obstacle::Other),
        };
        return unreachable(reason, obstacle, Reached::NoConnection);
    }
    if error.is_timeout() {
        let reason =
            format!("{host} did not reply within {} s", options.read_timeout.as_secs_f32());
        return unreachable(reason, Obstacle::TimedOut, Reached::MaybeTheVendor);
    }
    let reason = format!("{host} broke the connection off without a reply");
    Failure { error: Error::Interrupted { reason }, reached: Reached::MaybeTheVendor }
}

/// Names the failure of a body that began to come.
pub(crate) fn of_body(error: &reqwest::Error, host: &str, options: &TransportOptions) -> Error {
    let reason = if error.is_timeout() {
        format!("nothing more came from {host} for {} s", options.read_timeout.as_secs_f32())
    } else if io_kind(error) == Some(io::ErrorKind::InvalidData) {
        format!("the compressed reply of {host} is damaged")
    } else {
        format!("{host} broke the connection off in the middle of a reply")
    };
    Error::Interrupted { reason }
}

/// The innermost cause, which names the trouble and holds no URL.
pub(crate) fn root_cause(error: &reqwest::Error) -> String {
    chain(error).last().map_or_else(|| "unknown cause".to_owned(), ToString::to_string)
}

/// The causes below an error, outermost first. The error itself is left out: its text holds the URL.
fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |cause| {
        let error: &(dyn StdError + 'static) = *cause;
        // `io::Error` shows what it wraps only through `get_ref`.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    chain(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last().map(io::Error::kind)
}

/// Whether the other side hung up in the middle of the TLS handshake. The end of the stream in it has no kind of its own,
/// but words of the TLS layer's.
fn breaks_handshake(error: &reqwest::Error) -> bool {
    chain(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|cause| {
        match cause.kind() {
            io::ErrorKind::UnexpectedEof => cause.to_string().contains("handshake"),
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => true,
            _ => false,
        }
    })
}

fn tls_words(error: &reqwest::Error, host: &str) -> Option<(String, Obstacle)> {
    chain(error)
        .find_map(|cause| cause.downcast_ref::<rustls::Error>())
        .map(|cause| (words_for_tls(cause, host), tls_obstacle(cause)))
}

/// Which kind of trouble it is. A certificate that is too old or too young is more often a wrong clock than a wrong vendor.
fn tls_obstacle(error: &rustls::Error) -> Obstacle {
    Obstacle::Tls(match error {
        rustls::Error::InvalidCertificate(problem) => match problem {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => return Obstacle::Clock,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsTrouble::Name
            }
            CertificateError::UnknownIssuer => TlsTrouble::Authority,
            _ => TlsTrouble::Other,
        },
        rustls::Error::InvalidMessage(_) => TlsTrouble::Plain,
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(rustls::AlertDescription::ProtocolVersion) => {
            TlsTrouble::Outdated
        }
        rustls::Error::AlertReceived(_) => TlsTrouble::Refused,
        _ => TlsTrouble::Other,
    })
}

fn words_for_tls(error: &rustls::Error, host: &str) -> String {
    match error {
        rustls::Error::InvalidCertificate(problem) => match problem {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                format!("the certificate of {host} has expired; check this computer’s clock too")
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                format!("the certificate of {host} is not valid yet; check this computer’s clock")
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!("the certificate is not for {host}; somebody else answered")
            }
            CertificateError::UnknownIssuer => {
                format!(
                    "the certificate of {host} comes from an authority this computer does not trust"
                )
            }
            CertificateError::Revoked => format!("the certificate of {host} has been revoked"),
            other => format!("the certificate of {host} is not acceptable ({other:?})"),
        },
        rustls::Error::InvalidMessage(_) => format!("{host} does not speak TLS on this port"),
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(rustls::AlertDescription::ProtocolVersion) => {
            format!("{host} offers only secure connections of a kind that is no longer secure")
        }
        rustls::Error::AlertReceived(alert) => {
            format!("{host} refused a secure connection ({alert:?})")
        }
        other => format!("no secure connection to {host} ({other})"),
    }
}

/// Whether a status says that the trouble is on the way, not at the vendor: a proxy that wants a password.
pub(crate) fn is_proxy_refusal(status: StatusCode) -> bool {
    status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// A resolver that knows nobody, so that no test asks a real one.
    struct NobodyKnown;

    impl reqwest::dns::Resolve for NobodyKnown {
        fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
            Box::pin(async { Err("no such name".into()) })
        }
    }

    #[tokio::test]
    async fn a_name_nobody_has_is_named() {
        let client = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(Arc::new(NobodyKnown))
            .build()
            .unwrap();
        let url: Url = "https://api.vobiz.invalid/api/v1?token=1".parse().unwrap();
        let error = client.get(url.clone()).send().await.unwrap_err();
        let failure = of_request(&error, &url, &TransportOptions::default());
        assert_eq!(failure.reached, Reached::NoConnection);
        let shown = format!("{} {:?}", failure.error, failure.error);
        assert!(shown.contains("no host named api.vobiz.invalid"), "{shown}");
        assert!(!shown.contains("token"), "{shown}");
    }

    #[test]
    fn every_certificate_trouble_has_its_own_words() {
        let troubles = [
            CertificateError::Expired,
            CertificateError::NotValidYet,
            CertificateError::NotValidForName,
            CertificateError::UnknownIssuer,
            CertificateError::Revoked,
            CertificateError::BadSignature,
        ];
        let words: Vec<String> = troubles
            .into_iter()
            .map(|trouble| {
                words_for_tls(&rustls::Error::InvalidCertificate(trouble), "api.vobiz.ai")
            })
            .collect();
        for (position, text) in words.iter().enumerate() {
            assert!(text.contains("api.vobiz.ai"), "{text}");
            assert!(!words[..position].contains(text), "said twice: {text}");
        }
    }
}
