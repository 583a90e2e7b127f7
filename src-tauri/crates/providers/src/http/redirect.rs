//! Where a request may go, and who may see the credentials.
//!
//! The rules, all by parsed origin and never by text: credentials go to the API's own origin; where that is a host of
//! the vendor, also to the vendor's other https hosts; and where the API is a sandbox on this computer, also to media
//! on the same loopback host at another port. Everything else gets none. No hop leads from https to http, plain http
//! exists only on loopback, and a public API cannot send us to a server on this computer.

use reqwest::StatusCode;
use reqwest::header::HeaderValue;
use url::{Host, Url};

/// How many redirects are followed.
pub(crate) const MAX_REDIRECTS: usize = 5;

/// Who may see one account's credentials.
#[derive(Debug, Clone)]
pub(crate) struct Audience {
    /// The addresses a person configured; at least one.
    apis: Vec<Url>,
    /// The vendor's domain, if the API is one of its hosts.
    family: Option<&'static str>,
}

impl Audience {
    /// The audience of an API at `api`. `vendor_domain` (`vobiz.ai`) and the hosts below it are trusted too, but only
    /// when the API itself is there: the credentials of another, compatible server are not the vendor's business.
    pub(crate) fn new(api: Url, vendor_domain: &'static str) -> Self {
        let family = belongs_to(&api, vendor_domain).then_some(vendor_domain);
        Self { apis: vec![api], family }
    }

    /// An audience of these origins and no others.
    pub(crate) fn only(apis: Vec<Url>) -> Self {
        Self { apis, family: None }
    }

    /// Whether a request to this URL may carry the credentials.
    pub(crate) fn admits(&self, url: &Url) -> bool {
        if self.apis.iter().any(|api| url.origin() == api.origin()) {
            return true;
        }
        if self.family.is_some_and(|domain| belongs_to(url, domain)) {
            return true;
        }
        matches!(url.scheme(), "http" | "https")
            && self.apis.iter().any(|api| is_loopback(api) && url.host() == api.host())
    }

    /// Whether one of the addresses is on this computer.
    fn is_local(&self) -> bool {
        self.apis.iter().any(is_loopback)
    }
}

/// An https host equal to the domain or below it.
fn belongs_to(url: &Url, domain: &str) -> bool {
    url.scheme() == "https"
        && url.domain().is_some_and(|host| {
            host == domain || host.strip_suffix(domain).is_some_and(|below| below.ends_with('.'))
        })
}

/// Whether the URL's host is this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback()
                || address.to_ipv4_mapped().is_some_and(|mapped| mapped.is_loopback())
        }
        // Names below `localhost` should be too, but not every resolver knows.
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Checks that a request may be sent to this URL at all, with or without credentials.
///
/// # Errors
/// What kind of address it is, for a person. It names hosts, never a whole URL.
pub(crate) fn permit(url: &Url, audience: &Audience) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default();
    if !matches!(url.scheme(), "http" | "https") || host.is_empty() {
        return Err(format!("an address that is no web address ({}:)", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("an address at {host} with a user name or password in it"));
    }
    let local = is_loopback(url);
    if local && !audience.is_local() {
        return Err(format!("an address on this computer ({host})"));
    }
    if url.scheme() == "http" && !local {
        return Err(format!("an address at {host} without encryption (http)"));
    }
    Ok(())
}

/// Whether the status sends the request somewhere else.
pub(crate) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Where a redirect leads.
///
/// # Errors
/// The reason, for a person.
pub(crate) fn next_url(current: &Url, location: Option<&HeaderValue>) -> Result<Url, String> {
    let location = location.ok_or("a redirect without a target")?;
    let location = std::str::from_utf8(location.as_bytes())
        .map_err(|_| "a redirect whose target is no text")?;
    let mut next = current.join(location).map_err(|_| "a redirect whose target is no address")?;
    next.set_fragment(None);
    if current.scheme() == "https" && next.scheme() != "https" {
        return Err(format!("a redirect from https to {}", next.scheme()));
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn admitted(api: &str, target: &str) -> bool {
        Audience::new(url(api), "vobiz.ai").admits(&url(target))
    }

    #[test]
    fn only_the_vendors_https_hosts_see_the_vendors_credentials() {
        let api = "https://api.vobiz.ai/api/v1";
        for target in [
            "https://api.vobiz.ai/x",
            "https://media.vobiz.ai/x",
            "https://vobiz.ai/",
            "https://A.B.Vobiz.AI/",
        ] {
            assert!(admitted(api, target), "{target}");
        }
        for target in [
            "http://api.vobiz.ai/x",
            "https://evilvobiz.ai/",
            "https://vobiz.ai.evil.test/",
            "https://media.vobiz.ai@evil.test/",
            "https://vobiz.ai./",
            "https://bucket.s3.test/x",
            "https://127.0.0.1/",
            "http://localhost/",
            "ftp://media.vobiz.ai/x",
        ] {
            assert!(!admitted(api, target), "{target}");
        }
    }

    #[test]
    fn a_compatible_server_keeps_its_credentials_to_itself() {
        let api = "https://voice.example.test:8443/api/v1";
        assert!(admitted(api, "https://voice.example.test:8443/media/1"));
        for target in [
            "https://voice.example.test/media/1",
            "https://media.vobiz.ai/1",
            "https://example.test:8443/1",
        ] {
            assert!(!admitted(api, target), "{target}");
        }
    }

    #[test]
    fn a_sandbox_admits_its_own_loopback_host_alone() {
        let api = "http://127.0.0.1:4010/api/v1";
        assert!(admitted(api, "http://127.0.0.1:4011/media/1"));
        for target in [
            "http://localhost:4010/",
            "http://127.0.0.2:4010/",
            "http://[::1]:4010/",
            "https://api.vobiz.ai/",
        ] {
            assert!(!admitted(api, target), "{target}");
        }
    }

    #[test]
    fn requests_stay_encrypted_and_off_this_computer() {
        let public = Audience::new(url("https://api.vobiz.ai/api/v1"), "vobiz.ai");
        let sandbox = Audience::new(url("http://127.0.0.1:4010/api/v1"), "vobiz.ai");
        assert!(permit(&url("https://bucket.s3.test/x?signature=1"), &public).is_ok());
        assert!(permit(&url("http://127.0.0.1:9/x"), &sandbox).is_ok());
        assert!(permit(&url("https://bucket.s3.test/x"), &sandbox).is_ok());
        for target in [
            "http://media.vobiz.ai/x",
            "https://127.0.0.1/x",
            "https://[::ffff:127.0.0.1]/x",
            "https://localhost/x",
            "https://user:pass@media.vobiz.ai/x",
            "file:///etc/passwd",
            "data:,x",
        ] {
            assert!(permit(&url(target), &public).is_err(), "{target}");
        }
        assert!(permit(&url("http://bucket.s3.test/x"), &sandbox).is_err());
    }

    #[test]
    fn a_redirect_must_lead_somewhere_and_never_down() {
        let here = url("https://media.vobiz.ai/a/b");
        let next = |text: &'static str| next_url(&here, Some(&HeaderValue::from_static(text)));
        assert_eq!(next("../c#part").unwrap().as_str(), "https://media.vobiz.ai/c");
        assert_eq!(next("//cdn.test/c").unwrap().as_str(), "https://cdn.test/c");
        assert!(next("http://media.vobiz.ai/c").is_err());
        assert!(next("https://").is_err());
        assert!(next_url(&here, None).is_err());
        assert!(next_url(&here, Some(&HeaderValue::from_bytes(b"\xff").unwrap())).is_err());
    }
}
