//! Who we are to Vobiz: two headers, and the rules for the address they go to.
//!
//! `X-Auth-ID` and `X-Auth-Token` accompany every request, media included (api contract A1, A7). Sub-accounts (`SA_…`)
//! are as good as main accounts (`MA_…`), so the id's form is not judged, only whether it can be sent.

use std::sync::Arc;

use domain::Secret;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::error::{Error, Result};
use crate::http::redirect::is_loopback;
use crate::http::{Audience, Credentials, Redactor};

/// The vendor's domain: it and every host below it may see a Vobiz account's credentials.
const DOMAIN: &str = "vobiz.ai";
const EXAMPLE: &str = "https://api.vobiz.ai/api/v1";

/// The headers of an account, for an API at `base` (already checked by [`api_base`]).
pub(super) fn credentials(
    auth_id: &str,
    token: &Secret<String>,
    base: &Url,
) -> Result<Credentials> {
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-auth-id"), header(auth_id, "auth ID")?);
    headers.insert(HeaderName::from_static("x-auth-token"), header(token.expose(), "auth token")?);
    Ok(Credentials {
        headers,
        audience: Audience::new(base.clone(), DOMAIN),
        redactor: Redactor::new(token.clone()),
        gate: Arc::default(),
        dialect: |_| None,
    })
}

/// A sensitive header. The reason of an error names the field and never its value.
fn header(text: &str, field: &str) -> Result<HeaderValue> {
    let invalid = |what: &str| Error::Invalid { reason: format!("the {field} {what}") };
    if text.is_empty() {
        return Err(invalid("is empty"));
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(invalid("holds a space or another character that no Vobiz credential has"));
    }
    let mut value = HeaderValue::from_str(text).map_err(|_| invalid("cannot be sent"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Checks the address of an API, which ends with its version, and takes a trailing slash off.
///
/// # Errors
/// `Invalid` with what is wrong and what it should look like.
pub(super) fn api_base(given: &Url) -> Result<Url> {
    let invalid = |what: String| Err(Error::Invalid { reason: format!("{what}, as in {EXAMPLE}") });
    let host = given.host_str().unwrap_or_default();
    match given.scheme() {
        "https" => {}
        "http" if is_loopback(given) => {}
        "http" => return invalid(format!("the API at {host} must be reached with https")),
        other => return invalid(format!("the API's address must begin with https, not {other}")),
    }
    if !given.username().is_empty() || given.password().is_some() {
        return invalid("the API's address must not hold a user name or password".into());
    }
    if given.query().is_some() || given.fragment().is_some() {
        return invalid("the API's address must end with its version, without ? or #".into());
    }
    let path = given.path().trim_end_matches('/');
    if path.is_empty() {
        return invalid("the API's address lacks its path: add /api/v1".into());
    }
    if !ends_with_version(path) {
        return invalid(format!("the API's address ends with {path}, but must end with /api/v1"));
    }
    let mut base = given.clone();
    base.set_path(path);
    Ok(base)
}

/// Whether a path ends with `/api/v` and a number. `/v1` alone is what the vendor prints in `resource_uri`; requests to
/// it are answered with 401, as if the credentials were wrong.
fn ends_with_version(path: &str) -> bool {
    let Some((before, version)) = path.rsplit_once('/') else { return false };
    let number = version.strip_prefix('v').unwrap_or_default();
    !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
        && (before == "/api" || before.ends_with("/api"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Result<String, String> {
        api_base(&Url::parse(text).unwrap()).map(Into::into).map_err(|error| error.to_string())
    }

    #[test]
    fn good_addresses_are_taken_with_and_without_a_slash() {
        for (given, taken) in [
            ("https://api.vobiz.ai/api/v1", "https://api.vobiz.ai/api/v1"),
            ("https://API.vobiz.ai/api/v1/", "https://api.vobiz.ai/api/v1"),
            ("http://127.0.0.1:4010/api/v1//", "http://127.0.0.1:4010/api/v1"),
            ("http://localhost:4010/api/v1", "http://localhost:4010/api/v1"),
            (
                "https://voice.example.test:8443/vobiz/api/v2",
                "https://voice.example.test:8443/vobiz/api/v2",
            ),
        ] {
            assert_eq!(base(given).as_deref(), Ok(taken));
        }
    }

    #[test]
    fn bad_addresses_are_explained() {
        for (given, word) in [
            ("https://api.vobiz.ai", "add /api/v1"),
            ("https://api.vobiz.ai/", "add /api/v1"),
            ("https://api.vobiz.ai/v1", "ends with /v1"),
            ("https://api.vobiz.ai/api", "ends with /api"),
            ("https://api.vobiz.ai/api/v1/Account/MA_X/Recording/", "ends with /api/v1/Account"),
            ("https://api.vobiz.ai/api/v1?limit=1", "without ?"),
            ("https://me:secret@api.vobiz.ai/api/v1", "user name"),
            ("http://api.vobiz.ai/api/v1", "https"),
            ("ftp://api.vobiz.ai/api/v1", "not ftp"),
        ] {
            let reason = base(given).unwrap_err();
            assert!(reason.contains(word), "{given}: {reason}");
            assert!(reason.contains(EXAMPLE) && !reason.contains("secret"), "{reason}");
        }
    }

    #[test]
    fn credentials_that_cannot_be_sent_are_refused_without_being_quoted() {
        let url = Url::parse(EXAMPLE).unwrap();
        for token in ["", "with space", "line\nbreak", "schlüssel-geheim", "tab\t"] {
            let error = credentials("MA_X", &Secret::new(token.into()), &url).unwrap_err();
            let shown = format!("{error:?} {error}");
            assert!(shown.contains("auth token"), "{shown}");
            assert!(token.is_empty() || !shown.contains(token), "{shown}");
        }
        assert!(credentials("", &Secret::new("t".into()), &url).is_err());
        assert!(credentials("MA_A\r\nX-Evil: 1", &Secret::new("t".into()), &url).is_err());
    }
}
