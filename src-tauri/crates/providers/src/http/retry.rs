//! When and how long to wait before an idempotent request is sent again.
//!
//! The schedule is backon's, doubling; each wait is drawn from all of `0..d` ("full jitter"), so that many clients do
//! not come back in step. A `Retry-After` of the vendor is obeyed besides, unless it is longer than anybody would wait
//! in front of a window; then the error says how long, and the caller decides. Retries are paid for out of the
//! account's budget (see [`Gate`]), so that a vendor in trouble does not get several times the traffic.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use super::{Failure, Gate, TransportOptions};
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
    gate: &Gate,
    attempt: F,
) -> Result<T, Failure>
where
    F: Fn() -> Attempt + Send,
    Attempt: Future<Output = Result<T, Failure>> + Send,
{
    let mut waits = schedule(options, tries).build();
    let longest = if gate.has_quota() { options.max_quota_wait } else { options.max_retry_after };
    gate.earn();
    loop {
        let failure = match attempt().await {
            Ok(value) => return Ok(value),
            Err(failure) => failure,
        };
        let Some(wait) = waits
            .next()
            .and_then(|most| wait_for(&failure, jittered(most), options.first_backoff, longest))
            .filter(|_| gate.pays_retry())
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
        .with_min_delay(options.first_backoff)
        .with_max_times(usize::try_from(again).unwrap_or(usize::MAX))
}

/// Anything up to the whole wait.
fn jittered(most: Duration) -> Duration {
    most.mul_f64(fastrand::f64())
}

/// How long to wait after this failure, or `None` to give up. After a wish to slow down that is never less than
/// `least`: a wish of zero does not mean a storm.
fn wait_for(
    failure: &Failure,
    scheduled: Duration,
    least: Duration,
    longest: Duration,
) -> Option<Duration> {
    if !failure.may_pass() {
        return None;
    }
    match failure.error {
        Error::RateLimited { retry_after: Some(asked), .. } if asked > longest => None,
        Error::RateLimited { retry_after, .. } => {
            Some(retry_after.unwrap_or_default().max(least) + scheduled)
        }
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

pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
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
        let [jitter, least, longest] = [1, 2, 30].map(Duration::from_secs);
        let after = |failure: &Failure| wait_for(failure, jitter, least, longest);
        let wait = |seconds| after(&limited(Some(Duration::from_secs(seconds))));
        assert_eq!(wait(0), Some(least + jitter), "zero does not mean a storm");
        assert_eq!(wait(9), Some(Duration::from_secs(9) + jitter));
        assert_eq!(wait(31), None);
        assert_eq!(after(&limited(None)), Some(least + jitter));
        assert_eq!(after(&Failure::replied(Error::NotSupported)), None);
        let broken = Failure::replied(Error::VendorFailed(Correlation::default()));
        assert_eq!(after(&broken), Some(jitter), "anything else waits as long as the dice say");
        let forbidden = Failure::refused(Error::Unreachable {
            reason: "certificate".into(),
            obstacle: crate::error::Obstacle::Tls(crate::error::TlsTrouble::Other),
        });
        assert_eq!(after(&forbidden), None);
    }

    #[test]
    fn waits_double_and_are_spread() {
        let options = TransportOptions::default();
        let waits: Vec<f32> =
            schedule(&options, Tries::Several).build().map(|wait| wait.as_secs_f32()).collect();
        assert_eq!(waits, [0.5, 1.0, 2.0]);
        let most = Duration::from_secs(1);
        let drawn: Vec<Duration> = (0..200).map(|_| jittered(most)).collect();
        assert!(drawn.iter().all(|wait| *wait <= most));
        let low = drawn.iter().filter(|wait| **wait < most / 2).count();
        assert!((50..150).contains(&low), "{low} of 200 are in the lower half");
        assert_eq!(schedule(&options, Tries::One).build().count(), 0);
    }
}
