//! The rules of an export request, as the seed page "Export Historical Recordings" lists them.
//!
//! The vendor's own wording is known for one of them only; the others are worded alike.

use jiff::Span;
use jiff::civil::DateTime;
use serde_json::Value;

const DATE_FORMAT: &str = "%Y-%m-%d %H:%M:%S";
const MAX_RANGE_DAYS: i64 = 366;
const MAX_AGE_RANGE_DAYS: i64 = 30;
/// Filters work only for ranges up to this.
const MAX_FILTERED_DAYS: i64 = 30;
const AGE: &str = "recording_storage_duration";
const AGE_RANGE: [&str; 4] = [
    "recording_storage_duration__gte",
    "recording_storage_duration__gt",
    "recording_storage_duration__lte",
    "recording_storage_duration__lt",
];
const FILTERS: [&str; 6] = [
    "from_number",
    "to_number",
    "call_uuid",
    "conference_name",
    "recording_format",
    "recording_id",
];

/// Judges a request body. `now` stands in for a missing `to`, seven days before it for a missing `from`.
///
/// # Errors
/// What the vendor would say with its 400.
pub(super) fn check(body: &Value, now: DateTime) -> Result<(), String> {
    recipients(body)?;
    let days = match (has_any(body, &["from", "to"]), has_any(body, &AGE_RANGE), has(body, AGE)) {
        (_, false, false) => date_range_days(body, now)?,
        (false, false, true) => age(body, AGE).map(|_| 1)?,
        (false, true, _) => age_range_days(body)?,
        (true, _, _) => return Err("From/To cannot be used with recording storage duration".into()),
    };
    filters(body, days)
}

fn has(body: &Value, field: &str) -> bool {
    body.get(field).is_some_and(|value| !value.is_null())
}

fn has_any(body: &Value, fields: &[&str]) -> bool {
    fields.iter().any(|field| has(body, field))
}

fn text<'a>(body: &'a Value, field: &str) -> Result<Option<&'a str>, String> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{field} must be a string")),
    }
}

fn recipients(body: &Value) -> Result<(), String> {
    let Some(addresses) = body.pointer("/recipient/customer_account").and_then(Value::as_array)
    else {
        return Err("recipient.customer_account is required and must be an array".into());
    };
    if addresses.is_empty() {
        return Err("recipient.customer_account must have at least one email address".into());
    }
    match addresses.iter().find(|address| !address.as_str().is_some_and(is_email)) {
        Some(wrong) => Err(format!("{wrong} is not a valid email address")),
        None => Ok(()),
    }
}

fn is_email(text: &str) -> bool {
    let Some((user, domain)) = text.split_once('@') else { return false };
    let is_plain = |c: char| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '@' | ',' | ';' | '<' | '>')
    };
    !user.is_empty()
        && user.chars().all(is_plain)
        && domain.chars().all(is_plain)
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
}

fn date(body: &Value, field: &str) -> Result<Option<DateTime>, String> {
    let Some(text) = text(body, field)? else { return Ok(None) };
    DateTime::strptime(DATE_FORMAT, text)
        .ok()
        // The parser takes "2026-1-5 0:0:0" too; the documents ask for all the digits.
        .filter(|date| date.strftime(DATE_FORMAT).to_string() == text)
        .map(Some)
        .ok_or_else(|| format!("{field} must have the format YYYY-MM-DD HH:MM:SS"))
}

fn date_range_days(body: &Value, now: DateTime) -> Result<i64, String> {
    let to = date(body, "to")?.unwrap_or(now);
    let from = match date(body, "from")? {
        Some(from) => from,
        None => now.saturating_sub(Span::new().days(7)),
    };
    let seconds = to.duration_since(from).as_secs();
    if seconds <= 0 {
        return Err("From must be before To".into());
    }
    let days = (seconds + 86_399) / 86_400;
    if days > MAX_RANGE_DAYS {
        Err("Maximum date range is 1 year (366 days)".into())
    } else {
        Ok(days)
    }
}

fn age(body: &Value, field: &str) -> Result<Option<i64>, String> {
    text(body, field)?
        .map(|text| {
            text.parse::<u32>()
                .map(i64::from)
                .map_err(|_| format!("{field} must be a whole number of days, as a string"))
        })
        .transpose()
}

fn age_range_days(body: &Value) -> Result<i64, String> {
    let [gte, gt, lte, lt] = AGE_RANGE;
    for (one, other) in [(gte, gt), (lte, lt)] {
        if has(body, one) && has(body, other) {
            return Err(format!("{one} and {other} cannot be used together"));
        }
    }
    let first = age(body, gte)?.or(age(body, gt)?.map(|days| days + 1));
    let last = age(body, lte)?.or(age(body, lt)?.map(|days| days - 1));
    let (Some(first), Some(last)) = (first, last) else {
        return Err("Both ends of a recording storage duration range must be provided".into());
    };
    match last - first {
        ..0 => Err("The recording storage duration range is empty".into()),
        days @ 0..=MAX_AGE_RANGE_DAYS => Ok(days),
        _ => Err("Maximum recording storage duration range is 30 days".into()),
    }
}

fn filters(body: &Value, days: i64) -> Result<(), String> {
    for field in FILTERS {
        text(body, field)?;
    }
    if let Some(format) = text(body, "recording_format")?
        && !matches!(format, "mp3" | "wav")
    {
        return Err("recording_format must be mp3 or wav".into());
    }
    if days > MAX_FILTERED_DAYS && has_any(body, &FILTERS) {
        return Err("Filters can only be used with a range of 30 days or less".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    /// A valid request with these fields added or, with null, taken out.
    fn check_with(fields: &Value) -> Result<(), String> {
        let mut body = json!({ "recipient": { "customer_account": ["admin@example.com"] } });
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        check(&body, date(2026, 11, 22).at(12, 0, 0, 0))
    }

    #[test]
    fn the_pages_own_examples_are_accepted() {
        for fields in [
            json!({ "from": "2025-01-23 00:00:00", "to": "2025-01-30 23:59:59" }),
            json!({ "recording_storage_duration": "7" }),
            json!({ "recording_storage_duration__gte": "7", "recording_storage_duration__lte": "30" }),
            json!({ "from": "2025-01-01 00:00:00", "to": "2025-01-30 23:59:59",
                    "conference_name": "TeamMeeting", "recording_format": "mp3" }),
            json!({ "from": "2025-01-15 00:00:00", "to": "2025-01-30 23:59:59",
                    "from_number": "+14155550123" }),
            json!({}),
            json!({ "from": "2026-11-20 00:00:00" }),
            json!({ "from": "2025-11-22 00:00:00", "to": "2026-11-22 23:59:59" }),
        ] {
            assert_eq!(check_with(&fields), Ok(()), "{fields}");
        }
    }

    #[test]
    fn every_rule_is_enforced() {
        let age = |end: &str, days: &str| (format!("recording_storage_duration{end}"), json!(days));
        let ages = |ends: &[(&str, &str)]| {
            Value::Object(ends.iter().map(|(end, days)| age(end, days)).collect())
        };
        for (fields, words) in [
            (
                json!({ "from": "2025-01-01 00:00:00", "recording_storage_duration": "7" }),
                "From/To cannot be used",
            ),
            (
                json!({ "to": "2025-01-01 00:00:00", "recording_storage_duration__gte": "7" }),
                "From/To cannot be used",
            ),
            (
                ages(&[("__gte", "1"), ("__gt", "1"), ("__lte", "9")]),
                "__gte and recording_storage_duration__gt",
            ),
            (
                ages(&[("__gte", "1"), ("__lt", "9"), ("__lte", "9")]),
                "__lte and recording_storage_duration__lt",
            ),
            (ages(&[("__gte", "7")]), "Both ends"),
            (ages(&[("__lt", "7")]), "Both ends"),
            (ages(&[("__gte", "7"), ("__lte", "38")]), "Maximum recording storage"),
            (ages(&[("__gt", "9"), ("__lt", "10")]), "is empty"),
            (ages(&[("", "seven")]), "whole number"),
            (json!({ "recording_storage_duration": 7 }), "must be a string"),
            (json!({ "from": "2025-01-01", "to": "2025-01-02" }), "YYYY-MM-DD"),
            (json!({ "from": "2025-1-1 0:0:0" }), "YYYY-MM-DD"),
            (json!({ "from": "2025-01-02 00:00:00", "to": "2025-01-01 00:00:00" }), "before"),
            (json!({ "from": "2025-01-01 00:00:00", "to": "2026-01-03 00:00:00" }), "366 days"),
            (
                json!({ "from": "2025-01-01 00:00:00", "to": "2025-02-01 00:00:00", "to_number": "1" }),
                "30 days or less",
            ),
            (json!({ "recording_format": "ogg" }), "mp3 or wav"),
            (json!({ "recording_id": 5 }), "must be a string"),
            (json!({ "recipient": null }), "is required"),
            (json!({ "recipient": { "customer_account": "a@example.com" } }), "is required"),
            (json!({ "recipient": { "customer_account": [] } }), "at least one"),
            (json!({ "recipient": { "customer_account": ["a@example.com", "nobody"] } }), "nobody"),
            (json!({ "recipient": { "customer_account": ["a b@example.com"] } }), "valid email"),
        ] {
            let refused = check_with(&fields).unwrap_err();
            assert!(refused.contains(words), "{fields}: {refused}");
        }
    }

    #[test]
    fn a_body_that_is_no_object_is_refused() {
        for body in [json!([]), json!("x"), Value::Null] {
            check(&body, date(2026, 11, 22).at(12, 0, 0, 0)).unwrap_err();
        }
    }
}
