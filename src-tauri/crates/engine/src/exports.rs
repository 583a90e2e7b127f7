//! The vendor's own export by e-mail: review, request, and the record of what was asked and answered.
//!
//! Vobiz gives no job id and no status, so the record here, with the correlation id, is the only trace there is. It is
//! written before the request is sent; one that stays `Sent` may or may not have arrived.

use catalogue::{ExportOutcome, ExportRow, NewExport, RowRecord};
use domain::AccountId;
use domain::export::{ExportPeriod, ExportProblem, ExportRequest};
use domain::search::Search;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::Engine;
use crate::error::{Error, Result};
use crate::events::Event;

/// Rows read from the index at a time while counting.
const CHUNK: usize = 1000;
/// The credentials of a request as curl takes them from the environment.
const CURL_HEADERS: &[&str] = &["X-Auth-ID: $VOBIZ_AUTH_ID", "X-Auth-Token: $VOBIZ_AUTH_TOKEN"];

/// What a person sees before sending.
#[derive(Debug, Clone)]
pub struct ReviewedExport {
    /// Rules the request breaks.
    pub problems: Vec<ExportProblem>,
    /// The exact body.
    pub body_json: String,
    /// The same as a curl command, without the token.
    pub curl: String,
    /// Recordings of the index that match, by what it knows.
    pub matching_count: u32,
    /// Their length in milliseconds.
    pub matching_duration_ms: u64,
}

impl Engine {
    /// Checks a request and shows it as it would be sent.
    pub async fn review_export(
        &self,
        account: &AccountId,
        request: &ExportRequest,
    ) -> Result<ReviewedExport> {
        let provider = self.provider(account).await?;
        let zone = self.export_zone(account).await?;
        let problems = request.problems(self.now().to_zoned(zone.clone()).datetime());
        let preview = provider.export_preview(request)?;
        let (body_json, curl) =
            (preview.body.clone(), curl_command(&preview.url, CURL_HEADERS, &preview.body));
        let (matching_count, matching_duration_ms) =
            self.count_matching(account, request, &zone).await?;
        Ok(ReviewedExport { problems, body_json, curl, matching_count, matching_duration_ms })
    }

    /// Sends a request and records the answer. A refusal by the vendor is a recorded answer too, not an error.
    ///
    /// # Errors
    /// `Invalid` when the request breaks a rule: nothing is sent then.
    pub async fn request_export(
        &self,
        account: &AccountId,
        request: &ExportRequest,
    ) -> Result<ExportRow> {
        let provider = self.provider(account).await?;
        let zone = self.export_zone(account).await?;
        if let Some(problem) = request.problems(self.now().to_zoned(zone).datetime()).first() {
            return Err(Error::Invalid { field: None, what: problem.to_string() });
        }
        let export = NewExport {
            account: account.clone(),
            account_label: self.account(account).await?.label,
            requested_at: self.now(),
            body_json: provider.export_preview(request)?.body,
            recipients: request.recipients.clone(),
        };
        let id = self.with_catalogue(move |catalogue| catalogue.record_export(&export)).await?;
        self.tell(Event::ExportsChanged);
        let answer = provider.request_export(request).await;
        let (outcome, status, message, correlation) = settle(&answer);
        self.with_catalogue(move |catalogue| {
            catalogue.settle_export(id, outcome, status, message.as_deref(), correlation.as_deref())
        })
        .await?;
        self.tell(Event::ExportsChanged);
        self.exports()
            .await?
            .into_iter()
            .find(|row| row.id == id)
            .ok_or_else(|| Error::Internal { what: "the export's record is gone".into() })
    }

    /// Past requests, newest first.
    pub async fn exports(&self) -> Result<Vec<ExportRow>> {
        self.with_catalogue(catalogue::Catalogue::exports).await
    }

    /// The zone in which Vobiz probably reads `from` and `to`: the account's own, else UTC (not documented).
    async fn export_zone(&self, account: &AccountId) -> Result<TimeZone> {
        let name = self.account(account).await?.time_zone;
        Ok(name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC))
    }

    async fn count_matching(
        &self,
        account: &AccountId,
        request: &ExportRequest,
        zone: &TimeZone,
    ) -> Result<(u32, u64)> {
        let now = self.now();
        let Some((from, to)) = period(&request.period, now, zone) else { return Ok((0, 0)) };
        let text: Vec<String> = request
            .filters
            .set()
            .filter(|(name, _)| *name != "recording_format")
            .map(|(_, value)| format!("\"{}\"", value.replace('"', " ")))
            .collect();
        let search =
            Search { text: text.join(" "), account: Some(account.clone()), ..Search::default() };
        let format = request.filters.recording_format.clone();
        self.with_catalogue(move |catalogue| {
            let matches = |row: &RowRecord| {
                !row.gone
                    && row.at.is_some_and(|at| at >= from && at <= to)
                    && format.as_ref().is_none_or(|format| row.format.as_ref() == Some(format))
            };
            let (mut count, mut duration_ms) = (0, 0);
            for keys in catalogue.search(&search)?.keys.chunks(CHUNK) {
                for row in catalogue.rows(keys)?.iter().filter(|row| matches(row)) {
                    count += 1;
                    duration_ms += row.duration_ms.unwrap_or_default();
                }
            }
            Ok((count, duration_ms))
        })
        .await
    }
}

/// First and last instant of a period.
fn period(
    period: &ExportPeriod,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<(Timestamp, Timestamp)> {
    let ago = |days: i64| now.checked_sub(jiff::SignedDuration::from_hours(days * 24)).ok();
    match period {
        ExportPeriod::Dates { from, to } => {
            let to = match to {
                Some(to) => zone.to_timestamp(*to).ok()?,
                None => now,
            };
            let from = match from {
                Some(from) => zone.to_timestamp(*from).ok()?,
                None => ago(7)?,
            };
            Some((from, to))
        }
        ExportPeriod::ExactAge(days) => Some((ago(i64::from(*days) + 1)?, ago(i64::from(*days))?)),
        ExportPeriod::AgeRange { youngest, oldest } => {
            let first = i64::from(youngest.days) + i64::from(!youngest.inclusive);
            let last = i64::from(oldest.days) - i64::from(!oldest.inclusive);
            Some((ago(last + 1)?, ago(first)?))
        }
    }
}

pub(crate) type Settled = (ExportOutcome, Option<u16>, Option<String>, Option<String>);

fn settle(answer: &providers::Result<providers::ExportAccepted>) -> Settled {
    match answer {
        Ok(accepted) => (
            ExportOutcome::Accepted,
            Some(202),
            accepted.status.clone(),
            accepted.correlation.clone(),
        ),
        Err(error) => settle_refusal(error),
    }
}

/// What to write down when a request was not accepted.
pub(crate) fn settle_refusal(error: &providers::Error) -> Settled {
    let outcome = match error {
        providers::Error::Busy(_) => ExportOutcome::Busy,
        // A gateway's error and a reply that cannot be read do not say whether the vendor took it.
        providers::Error::Unreachable { .. }
        | providers::Error::Interrupted { .. }
        | providers::Error::VendorFailed(_)
        | providers::Error::BadReply { .. } => ExportOutcome::Unanswered,
        _ => ExportOutcome::Refused,
    };
    let said = error.correlation().cloned().unwrap_or_default();
    (outcome, said.status, said.message.or_else(|| Some(error.to_string())), said.id)
}

/// The request as a command to paste, with the credentials left to the environment.
pub(crate) fn curl_command(url: &str, credentials: &[&str], body: &str) -> String {
    let headers: Vec<String> =
        credentials.iter().map(|header| format!("  -H \"{header}\" \\\n")).collect();
    let headers = headers.concat();
    let body = body.replace('\'', r"'\''");
    format!(
        "curl -X POST '{url}' \\\n{headers}  -H 'Content-Type: application/json' \\\n  -d '{body}'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curl_command_survives_quotes() {
        let command = curl_command(
            "https://api.vobiz.ai/x/",
            CURL_HEADERS,
            "{\"conference_name\":\"Anna's\"}",
        );
        assert!(command.contains(r"Anna'\''s"), "{command}");
        assert!(!command.contains("Token: MA"), "{command}");
    }

    #[test]
    fn nothing_is_called_refused_that_may_have_been_taken() {
        use providers::{Correlation, Error};
        let said = || Correlation { status: Some(502), ..Correlation::default() };
        for (error, outcome) in [
            (Error::VendorFailed(said()), ExportOutcome::Unanswered),
            (
                Error::BadReply { reason: "a web page".into(), correlation: said() },
                ExportOutcome::Unanswered,
            ),
            (Error::Interrupted { reason: "it broke".into() }, ExportOutcome::Unanswered),
            (Error::Busy(said()), ExportOutcome::Busy),
            (Error::Rejected(said()), ExportOutcome::Refused),
            (Error::PermissionDenied(said()), ExportOutcome::Refused),
            (Error::RateLimited { retry_after: None, correlation: said() }, ExportOutcome::Refused),
        ] {
            assert_eq!(settle_refusal(&error).0, outcome, "{error:?}");
        }
    }

    #[test]
    fn age_seven_to_thirty_ends_seven_days_ago() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let ages = ExportPeriod::AgeRange {
            youngest: domain::export::AgeBound { days: 7, inclusive: true },
            oldest: domain::export::AgeBound { days: 30, inclusive: true },
        };
        let (from, to) = period(&ages, now, &TimeZone::UTC).unwrap();
        assert_eq!(to.to_string(), "2026-11-15T12:00:00Z");
        assert_eq!(from.to_string(), "2026-10-22T12:00:00Z");
    }
}
