//! The body of an export request, as the vendor's page "Export Historical Recordings" shows it.
//!
//! One function makes the text, so that what a person reviews is what is sent, byte for byte.

use domain::export::{AgeBound, ExportPeriod, ExportRequest};
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};

/// The pretty JSON of a request. Numbers of days are strings on the wire.
///
/// # Errors
/// `Invalid` without a recipient. The other rules depend on the present time and are checked before, by
/// `ExportRequest::problems`.
pub(super) fn body(request: &ExportRequest) -> Result<String> {
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
