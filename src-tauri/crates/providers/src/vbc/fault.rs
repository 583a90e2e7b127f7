//! Failures of VBC that the shared rules would misread.
//!
//! Between us and the API stands a gateway (WSO2), whose faults come as JSON, XML or plain text, with its own codes and
//! sometimes with a status that says something else: too many requests as 503, a missing subscription as 403 beside a
//! real lack of permission, a wrong path as 404 beside a missing recording (WSO2's error table; api contract B2, C28).
//! The API's own 401 "missing user data" means a user without the right, not a bad token (B9).

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use reqwest::StatusCode;
use reqwest::header::DATE;
use serde_json::Value;

use crate::error::{Correlation, Error};
use crate::http::{FailedReply, reply, retry};

/// How long VBC is said to lock a user out (an integrator's report; each further try makes it longer).
const LOCKOUT: Duration = Duration::from_mins(30);

/// Code of [`Correlation`] for a token that is refused because it has ended.
pub(super) const EXPIRED: &str = "token_expired";

/// What a gateway says about itself.
struct Fault {
    code: u32,
    message: Option<String>,
    next_access: Option<String>,
}

/// Reads a failure of the API or of the gateway before it. See [`crate::http::Dialect`].
pub(super) fn of_api(reply: &FailedReply<'_>) -> Option<Error> {
    let fault = fault(reply.bytes);
    let correlation = correlation(reply, fault.as_ref());
    if let Some(fault) = &fault {
        return of_gateway(reply, fault, correlation);
    }
    let message = correlation.message.as_deref().unwrap_or_default().to_lowercase();
    match reply.status.as_u16() {
        401 if message.contains("missing user data")
            || message.contains("failed to get claims") =>
        {
            Some(Error::PermissionDenied(correlation))
        }
        // What the service answers accounts of another region.
        403 if message.contains("hmac") => Some(Error::WrongRegion(correlation)),
        404 if message.contains("no matching resource") => Some(Error::WrongAddress(correlation)),
        _ => None,
    }
}

fn of_gateway(reply: &FailedReply<'_>, fault: &Fault, said: Correlation) -> Option<Error> {
    let failed = reply.status.is_server_error();
    Some(match fault.code {
        // The gateway's other codes with 5xx are its words for a service that does not answer.
        code if failed && !(900_800..=900_807).contains(&code) => Error::VendorFailed(said),
        900_800..=900_807 => {
            let named = fault.next_access.as_deref().and_then(|text| wait_until(text, reply));
            let retry_after = retry::retry_after(reply.headers).or(named);
            Error::RateLimited { retry_after, correlation: said }
        }
        900_900..=900_905 => Error::Unauthenticated(said),
        // No such API, or no such path in it.
        404 | 900_906 => Error::WrongAddress(said),
        900_907..=900_909 => Error::NotSubscribed(said),
        900_910 => Error::PermissionDenied(said),
        _ => return None,
    })
}

/// Reads a refusal of the token endpoint (RFC 6749, 5.2, and what the identity server adds to it).
pub(super) fn of_token_endpoint(reply: &FailedReply<'_>) -> Option<Error> {
    let mut said = correlation(reply, None);
    let value = serde_json::from_slice::<Value>(reply.bytes).ok();
    let field = |name: &str| value.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let code = field("error");
    if let Some(description) = field("error_description") {
        said.message = reply.redactor.message(&description);
    }
    said.code = code.as_deref().and_then(|code| reply.redactor.message(code));
    let text = format!(
        "{} {}",
        said.message.as_deref().unwrap_or_default(),
        String::from_utf8_lossy(&reply.bytes[..reply.bytes.len().min(4096)])
    );
    if reply.status.is_client_error() && is_lockout(&text) {
        let wait_hint = Some(minutes_in(&text).unwrap_or(LOCKOUT));
        return Some(Error::LockedOut { wait_hint, correlation: said });
    }
    match (reply.status.as_u16(), code.as_deref()) {
        (400 | 401, Some("invalid_grant" | "invalid_client" | "unauthorized_client"))
        | (401, _) => Some(Error::Unauthenticated(said)),
        (404 | 405, _) => Some(Error::WrongAddress(said)),
        _ => None,
    }
}

/// The same for a renewal, where no person waits to try again: a refusal ends the sign-in also when its words cannot be
/// read, because a refresh token that was refused once is refused for ever (RFC 6749, 5.2 has 400 for everything that is
/// wrong with a request). A page of markup is something else's.
pub(super) fn of_renewal(reply: &FailedReply<'_>) -> Option<Error> {
    let understood = of_token_endpoint(reply);
    let is_markup = reply.bytes.trim_ascii_start().starts_with(b"<");
    match &understood {
        None if reply.status == StatusCode::BAD_REQUEST && !is_markup => {
            Some(Error::Unauthenticated(correlation(reply, None)))
        }
        _ => understood,
    }
}

/// Error 17003 of the identity server, or its words.
fn is_lockout(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("17003")
        || text.contains("account is locked")
        || text.contains("user is locked")
        || (text.contains("locked") && text.contains("attempt"))
}

/// `… for 30 minutes`.
fn minutes_in(text: &str) -> Option<Duration> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let minutes: u64 = pair[0].parse().ok()?;
        pair[1].to_lowercase().starts_with("minute").then(|| Duration::from_secs(minutes * 60))
    })
}

fn correlation(reply: &FailedReply<'_>, fault: Option<&Fault>) -> Correlation {
    let value = serde_json::from_slice::<Value>(reply.bytes).ok();
    let mut said = reply::correlation_of(value.as_ref(), reply.redactor);
    said.status = Some(reply.status.as_u16());
    if let Some(fault) = fault {
        said.code = Some(fault.code.to_string());
        if let Some(message) = &fault.message {
            said.message = reply.redactor.message(message);
        }
    }
    if said.message.is_none() {
        let text = String::from_utf8_lossy(reply.bytes);
        let is_prose = !text.trim_start().starts_with(['<', '{', '[']);
        said.message = is_prose
            .then(|| reply.redactor.message(&text))
            .flatten()
            .or_else(|| reply.status.canonical_reason().map(str::to_owned));
    }
    said
}

/// Finds a gateway's fault in a body of any kind.
fn fault(bytes: &[u8]) -> Option<Fault> {
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        // Newer gateways leave the wrapping out.
        let inner = value.get("fault").unwrap_or(&value);
        let code = inner.get("code")?;
        let code = code.as_u64().or_else(|| code.as_str()?.trim().parse().ok())?;
        let text = |name: &str| inner.get(name).and_then(Value::as_str).map(str::to_owned);
        let message = match (text("message"), text("description")) {
            (Some(message), Some(more)) if more != message => Some(format!("{message}: {more}")),
            (message, more) => message.or(more),
        };
        return gateway_code(code).map(|code| Fault {
            code,
            message,
            next_access: text("nextAccessTime"),
        });
    }
    let text = String::from_utf8_lossy(bytes);
    if text.trim_start().starts_with('<') {
        let code = gateway_code(element(&text, "code")?.parse().ok()?)?;
        let message = element(&text, "description").or_else(|| element(&text, "message"));
        return Some(Fault { code, message, next_access: element(&text, "nextAccessTime") });
    }
    // Plain text names the code somewhere: "900804 Message throttled out …".
    let code = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 6)
        .find_map(|digits| gateway_code(digits.parse().ok()?))?;
    Some(Fault { code, message: Some(text.into_owned()), next_access: None })
}

/// The codes the gateway uses: 404 for its own missing paths, 900… for the rest.
fn gateway_code(code: u64) -> Option<u32> {
    u32::try_from(code).ok().filter(|code| *code == 404 || (900_800..901_000).contains(code))
}

/// The text of the first element of this name, whatever its prefix. Faults are flat, so no parser is needed; nothing
/// is done with the text but to read a number or a time out of it, or to show it.
fn element(xml: &str, name: &str) -> Option<String> {
    let mut rest = xml;
    loop {
        let open = rest.find('<')?;
        let tag = &rest[open + 1..];
        let end = tag.find('>')?;
        let head = tag[..end].split_whitespace().next().unwrap_or_default();
        let local = head.rsplit(':').next().unwrap_or_default();
        let content = &tag[end + 1..];
        if local == name {
            let text = content.split('<').next().unwrap_or_default().trim();
            return (!text.is_empty()).then(|| text.to_owned());
        }
        rest = content;
    }
}

/// How long until `2026-Nov-22 12:01:00+0000 UTC`, measured against the reply's own date, so that this computer's
/// clock does not matter. Epoch milliseconds are read too.
fn wait_until(text: &str, reply: &FailedReply<'_>) -> Option<Duration> {
    let then = access_time(text)?;
    let now = reply
        .headers
        .get(DATE)
        .and_then(|date| retry::http_date(date.to_str().ok()?))
        .unwrap_or_else(Timestamp::now);
    // Both are whole seconds, cut off: the wait may be almost a second longer than their difference.
    let wait = Duration::try_from(then.duration_since(now)).unwrap_or(Duration::ZERO);
    Some(wait + Duration::from_secs(1))
}

fn access_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(ms) = text.parse::<i64>() {
        return Timestamp::from_millisecond(ms).ok();
    }
    if let Some(read) = domain::time::read_time(text) {
        return Some(read.at);
    }
    let text = text.strip_suffix("UTC").unwrap_or(text).trim();
    if let Ok(read) = strtime::parse("%Y-%b-%d %H:%M:%S%z", text) {
        return read.to_timestamp().ok();
    }
    let civil = DateTime::strptime("%Y-%b-%d %H:%M:%S", text).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::{HeaderMap, HeaderValue};

    use super::*;
    use crate::http::Redactor;

    fn read(
        status: u16,
        body: &str,
        reader: fn(&FailedReply<'_>) -> Option<Error>,
    ) -> Option<Error> {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, HeaderValue::from_static("Sun, 22 Nov 2026 12:00:00 GMT"));
        reader(&FailedReply {
            status: StatusCode::from_u16(status).unwrap(),
            headers: &headers,
            bytes: body.as_bytes(),
            redactor: &Redactor::of([]),
        })
    }

    #[test]
    fn a_throttled_request_is_one_in_every_notation() {
        let bodies = [
            r#"{"fault":{"code":900804,"message":"Message throttled out","description":"You have exceeded your quota","nextAccessTime":"2026-Nov-22 12:00:40+0000 UTC"}}"#,
            r#"{"code":"900800","message":"Message throttled out","nextAccessTime":"2026-Nov-22 12:00:40+0000 UTC"}"#,
            r#"<amt:fault xmlns:amt="http://wso2.org/apimanager/throttling"><amt:code>900800</amt:code><amt:message>Message Throttled Out</amt:message><amt:description>You have exceeded your quota</amt:description><amt:nextAccessTime>2026-Nov-22 12:00:40+0000 UTC</amt:nextAccessTime></amt:fault>"#,
        ];
        for status in [429, 503] {
            for body in bodies {
                let error = read(status, body, of_api);
                let Some(Error::RateLimited { retry_after, correlation }) = error else {
                    panic!("{status} {body}: {error:?}")
                };
                assert_eq!(retry_after, Some(Duration::from_secs(41)), "{body}");
                assert!(correlation.code.is_some_and(|code| code.starts_with("9008")), "{body}");
            }
        }
        let error = read(503, "900802 Message throttled out", of_api);
        assert!(matches!(error, Some(Error::RateLimited { retry_after: None, .. })), "{error:?}");
    }

    #[test]
    fn the_gateways_other_faults_have_their_meaning() {
        type Expected = fn(&Error) -> bool;
        let fault = |code: u32| format!(r#"{{"fault":{{"code":{code},"message":"m"}}}}"#);
        let cases: [(u16, u32, Expected); 6] = [
            (401, 900_901, |error| matches!(error, Error::Unauthenticated(_))),
            (401, 900_903, |error| matches!(error, Error::Unauthenticated(_))),
            (403, 900_908, |error| matches!(error, Error::NotSubscribed(_))),
            (403, 900_910, |error| matches!(error, Error::PermissionDenied(_))),
            (404, 404, |error| matches!(error, Error::WrongAddress(_))),
            (404, 900_906, |error| matches!(error, Error::WrongAddress(_))),
        ];
        for (status, code, expected) in cases {
            let error = read(status, &fault(code), of_api).unwrap();
            assert!(expected(&error), "{code}: {error:?}");
        }
        let error = read(401, r#"{"message":"missing user data"}"#, of_api);
        assert!(matches!(error, Some(Error::PermissionDenied(_))), "{error:?}");
        let error = read(403, r#"{"msg":"Missing HMAC token","status":403}"#, of_api);
        assert!(matches!(error, Some(Error::WrongRegion(_))), "{error:?}");
        for (status, body) in
            [(404, "{}"), (404, ""), (401, ""), (500, "<html></html>"), (403, "x")]
        {
            assert!(
                read(status, body, of_api).is_none(),
                "{status} {body} is left to the shared rules"
            );
        }
    }

    #[test]
    fn a_lockout_is_told_from_a_wrong_password() {
        let refused = r#"{"error":"invalid_grant","error_description":"Authentication failed"}"#;
        let error = read(400, refused, of_token_endpoint);
        let Some(Error::Unauthenticated(said)) = error else { panic!("{error:?}") };
        assert_eq!(
            (said.code.as_deref(), said.message.as_deref()),
            (Some("invalid_grant"), Some("Authentication failed"))
        );
        for (body, minutes) in [
            (r#"{"error":"invalid_grant","error_description":"17003 User is locked"}"#, 30),
            (
                r#"{"error":"invalid_grant","error_description":"account is locked for 45 minutes"}"#,
                45,
            ),
        ] {
            let error = read(400, body, of_token_endpoint);
            let Some(Error::LockedOut { wait_hint, .. }) = error else { panic!("{error:?}") };
            assert_eq!(wait_hint, Some(Duration::from_secs(minutes * 60)));
        }
        assert!(read(503, "locked after 3 attempts", of_token_endpoint).is_none());
    }

    #[test]
    fn a_refused_renewal_is_final_also_in_words_nobody_can_read() {
        for body in [
            r#"{"error":"invalid_request"}"#,
            r#"{"error":"unsupported_grant_type"}"#,
            r#"{"error":"invalid_gr"#,
            "\u{1f}\u{8b}\u{8}",
            "",
        ] {
            let error = read(400, body, of_renewal);
            assert!(matches!(error, Some(Error::Unauthenticated(_))), "{body}: {error:?}");
        }
        for (status, body) in [(400, "<html>Bad Request</html>"), (403, ""), (429, ""), (502, "")] {
            let error = read(status, body, of_renewal);
            assert!(error.is_none(), "{status} {body}: {error:?}");
        }
    }

    #[test]
    fn a_gateway_without_its_service_has_failed_whatever_its_code() {
        let body = r#"{"fault":{"code":900900,"message":"Runtime Error"}}"#;
        let error = read(500, body, of_api);
        assert!(matches!(error, Some(Error::VendorFailed(_))), "{error:?}");
    }

    proptest! {
        /// T-28 for faults: whatever a gateway sends, reading it does not panic.
        #[test]
        fn faults_never_panic(body in "(?s)(<|\\{|9008)?.{0,200}", status in 400_u16..600) {
            let _ = read(status, &body, of_api);
            let _ = read(status, &body, of_token_endpoint);
        }
    }
}
