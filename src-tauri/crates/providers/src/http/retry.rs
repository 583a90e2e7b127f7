//! When and how long to wait before an idempotent request is sent again.
//!
//! The schedule is backon's: waits of `d..2d` at random with `d` doubling, so that many clients do not come back in
//! step. A `Retry-After` of the vendor is obeyed instead, unless it is longer than anybody would wait in front of a
//! window; then the error says how long, and the caller decides.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use super::{Failure, TransportOptions};
use crate::error::Error;

/// How often to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tries {
    /// Once: a person waits for the answer, or the request must not be repeated.
    One,
    /// As often as the options say.
    Several,
}

/// Runs an attempt until it succeeds, fails for good, or the tries are used up. Dropping the future cancels it, also
/// while it waits.
pub(crate) async fn run<T, F, Attempt>(
    options: &TransportOptions,
    tries: Tries,
    attempt: F,
) -> Result<T, Failure>
where
    F: Fn() -> Attempt + Send,
    Attempt: Future<Output = Result<T, Failure>> + Send,
{
    let mut waits = schedule(options, tries).build();
    loop {
        let failure = match attempt().await {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        let Some(wait) =
            waits.next().and_then(|wait| wait_for(&failure, wait, options.max_retry_after))
        else {
            return Err(failure);
        };
        tracing::debug!(error = %failure.error, wait_ms = wait.as_millis(), "trying again");
        tokio::time::sleep(wait).await;
    }
}

fn schedule(options: &TransportOptions, tries: Tries) -> ExponentialBuilder {
    let again = match tries {
        Tries::One => 0,
        Tries::Several => options.max_tries.saturating_sub(1),
    };
    ExponentialBuilder::new()
        .with_jitter()
        .with_min_delay(options.first_backoff)
        .with_max_times(usize::try_from(again).unwrap_or(usize::MAX))
}

/// How long to wait after this failure, or `None` to give up.
fn wait_for(failure: &Failure, scheduled: Duration, longest: Duration) -> Option<Duration> {
    if !failure.may_pass() {
        return None;
    }
    match failure.error {
        Error::RateLimited { retry_after: Some(asked), .. } if asked > longest => None,
        Error::RateLimited { retry_after: Some(asked), .. } => Some(asked.max(scheduled)),
        _ => Some(scheduled),
    }
}

/// Reads `Retry-After`: seconds, or a date, which is measured against the reply's own `Date` so that this computer's
/// clock does not matter. A date in the past is zero; anything else is `None`.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit are a long wait, not nonsense.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let until = http_date(text)?;
    let now = headers
        .get(DATE)
        .and_then(|date| http_date(date.to_str().ok()?))
        .unwrap_or_else(Timestamp::now);
    Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO))
}

fn http_date(text: &str) -> Option<Timestamp> {
    const PARSER: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new();
    PARSER.parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Correlation;
    use reqwest::header::HeaderValue;

    fn headers(retry_after: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(retry_after));
        headers.insert(DATE, HeaderValue::from_static("Sun, 22 Nov 2026 12:00:00 GMT"));
        headers
    }

    #[test]
    fn retry_after_is_read_in_both_notations() {
        for (text, seconds) in [
            ("0", Some(0)),
            ("7", Some(7)),
            (" 86400 ", Some(86_400)),
            ("99999999999999999999999", Some(u64::from(u32::MAX))),
            ("Sun, 22 Nov 2026 12:00:09 GMT", Some(9)),
            ("Sun, 22 Nov 2026 11:00:00 GMT", Some(0)),
            ("soon", None),
            ("", None),
            ("-5", None),
            ("1.5", None),
        ] {
            assert_eq!(retry_after(&headers(text)), seconds.map(Duration::from_secs), "{text:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    fn limited(retry_after: Option<Duration>) -> Failure {
        Failure::replied(Error::RateLimited { retry_after, correlation: Correlation::default() })
    }

    #[test]
    fn the_vendors_wish_is_obeyed_up_to_a_limit() {
        let (scheduled, longest) = (Duration::from_secs(1), Duration::from_secs(30));
        let wait =
            |seconds| wait_for(&limited(Some(Duration::from_secs(seconds))), scheduled, longest);
        assert_eq!(wait(0), Some(scheduled), "zero does not mean a storm");
        assert_eq!(wait(9), Some(Duration::from_secs(9)));
        assert_eq!(wait(31), None);
        assert_eq!(wait_for(&limited(None), scheduled, longest), Some(scheduled));
        assert_eq!(wait_for(&Failure::replied(Error::NotSupported), scheduled, longest), None);
        let forbidden = Failure::refused(Error::Unreachable { reason: "certificate".into() });
        assert_eq!(wait_for(&forbidden, scheduled, longest), None);
    }

    #[test]
    fn waits_double_and_are_spread() {
        let options = TransportOptions::default();
        let waits: Vec<f32> =
            schedule(&options, Tries::Several).build().map(|wait| wait.as_secs_f32()).collect();
        assert_eq!(waits.len(), 3);
        for (wait, least) in waits.iter().zip([0.5, 1.0, 2.0]) {
            assert!((least..=2.0 * least).contains(wait), "{waits:?}");
        }
        assert_eq!(schedule(&options, Tries::One).build().count(), 0);
    }
}
