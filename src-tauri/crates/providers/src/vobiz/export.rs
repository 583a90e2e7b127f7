//! Asking for an export, with a body as the vendor's page "Export Historical Recordings" shows it.
//!
//! One function makes the text, so that what a person reviews is what is sent, byte for byte.

use domain::export::{AgeBound, ExportPeriod, ExportRequest};
use jiff::civil::DateTime;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Map, Value, json};
use url::Url;

use super::client::{Client, call_of, says_failure};
use crate::error::{Correlation, Error, Result};
use crate::http::Failure;
use crate::http::failure::Reached;
use crate::http::reply::correlation_of;
use crate::provider::{ExportAccepted, Preview};

impl Client {
    pub(super) async fn request_export(&self, request: &ExportRequest) -> Result<ExportAccepted> {
        let mut call = call_of(Method::POST, self.export_url());
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        call.body = Some(body(request)?);
        let reply = match self.transport.ask_once(&call, &self.credentials).await {
            Ok(reply) => reply,
            Err(failure) => return Err(self.explain_export_failure(failure).await),
        };
        if reply.bytes.is_empty() {
            return Ok(ExportAccepted { correlation: None, status: None });
        }
        let body = reply.json(&self.credentials.redactor)?;
        let mut correlation = correlation_of(Some(&body), &self.credentials.redactor);
        let status = body.get("status").and_then(Value::as_str).map(str::to_owned);
        if says_failure(&body) {
            correlation.status = Some(reply.status.as_u16());
            return Err(Error::Rejected(correlation));
        }
        Ok(ExportAccepted { correlation: correlation.id, status })
    }

    pub(super) fn export_preview(&self, request: &ExportRequest) -> Result<Preview> {
        Ok(Preview { url: self.export_url().into(), body: body(request)? })
    }

    fn export_url(&self) -> Url {
        self.below_account("export/recording/")
    }

    async fn explain_export_failure(&self, failure: Failure) -> Error {
        match failure.error {
            Error::Unauthenticated(refused) => self.explain_401(refused).await,
            Error::PermissionDenied(refused) if is_export_running(&refused) => Error::Busy(refused),
            Error::Interrupted { reason } if failure.reached != Reached::NoConnection => {
                Error::Interrupted {
                    reason: format!("{reason}; Vobiz may have taken the export all the same"),
                }
            }
            Error::Unreachable { reason, obstacle }
                if failure.reached == Reached::MaybeTheVendor =>
            {
                Error::Unreachable {
                    obstacle,
                    reason: format!("{reason}; Vobiz may have taken the export all the same"),
                }
            }
            error => error,
        }
    }
}

/// The pretty JSON of a request. Numbers of days are strings on the wire.
///
/// # Errors
/// `Invalid` without a recipient. The other rules depend on the present time and are checked before, by
/// `ExportRequest::problems`.
fn body(request: &ExportRequest) -> Result<String> {
    if request.recipients.is_empty() {
        return Err(Error::Invalid { reason: "the export has no recipient".into() });
    }
    let mut fields = Map::new();
    let mut set = |name: &str, value: String| fields.insert(name.to_owned(), Value::String(value));
    match &request.period {
        ExportPeriod::Dates { from, to } => {
            if let Some(from) = from {
                set("from", civil(*from));
            }
            if let Some(to) = to {
                set("to", civil(*to));
            }
        }
        ExportPeriod::ExactAge(days) => {
            set("recording_storage_duration", days.to_string());
        }
        ExportPeriod::AgeRange { youngest, oldest } => {
            set(bound_name(*youngest, "gte", "gt").as_str(), youngest.days.to_string());
            set(bound_name(*oldest, "lte", "lt").as_str(), oldest.days.to_string());
        }
    }
    for (name, value) in request.filters.set() {
        set(name, value.to_owned());
    }
    fields.insert("recipient".into(), json!({ "customer_account": request.recipients }));
    serde_json::to_string_pretty(&fields).map_err(|error| Error::Invalid {
        reason: format!("the export cannot be written: {error}"),
    })
}

fn bound_name(bound: AgeBound, inclusive: &str, exclusive: &str) -> String {
    format!("recording_storage_duration__{}", if bound.inclusive { inclusive } else { exclusive })
}

/// `2025-01-23 00:00:00`; fractions of a second are dropped, the vendor takes none.
fn civil(time: DateTime) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The document's 403 of an export: "An Export Historic Recording request is already in process."
fn is_export_running(correlation: &Correlation) -> bool {
    correlation.message.as_deref().map(str::to_lowercase).is_some_and(|message| {
        message.contains("already") && (message.contains("process") || message.contains("progress"))
    })
}
