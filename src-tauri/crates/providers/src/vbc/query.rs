//! Filters as VBC takes them, in the query of a list and in the body of an export job.
//!
//! The names hold a colon (`start:gte`), numbers are digits without a plus, lengths are milliseconds, and times are
//! written with an offset without a colon, in which the plus must be encoded (api contract B5, C21, C22).

use domain::phone::digits;
use domain::{ListFilters, Recording};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::order::{ListOrder, OrderField};

/// How times are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeStyle {
    /// `2019-01-01T00:00:00+0000`, as documented.
    Offset,
    /// `2019-01-01T00:00:00Z`, which some integrators had to send.
    Zulu,
}

/// The filters the service knows, by their names on the wire.
pub(super) fn pairs(filters: &ListFilters, style: TimeStyle) -> Vec<(&'static str, String)> {
    let number = |text: &String| {
        let digits = digits(text);
        if digits.is_empty() { text.trim().to_owned() } else { digits }
    };
    let plain = |text: &String| text.trim().to_owned();
    let caller = filters.caller_id.as_ref().or(filters.from_number.as_ref());
    let called = filters.dnis.as_ref().or(filters.to_number.as_ref());
    [
        ("call_id", filters.call_id.as_ref().map(plain)),
        ("call_direction", filters.direction.as_ref().map(|text| text.trim().to_uppercase())),
        ("caller_id", caller.map(number)),
        ("dnis", called.map(number)),
        ("cnam", filters.cnam.as_ref().map(plain)),
        ("extension", filters.extension.as_ref().map(plain)),
        ("duration:gte", filters.duration_gte_ms.map(|ms| ms.to_string())),
        ("duration:lte", filters.duration_lte_ms.map(|ms| ms.to_string())),
        ("start:gte", filters.start_gte.map(|at| written(at, style))),
        ("start:lte", filters.start_lte.map(|at| written(at, style))),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name, value)))
    .collect()
}

/// The value of `order`: `start:DESC`.
pub(super) fn order(order: ListOrder) -> String {
    let field = match order.by {
        OrderField::Start => "start",
        OrderField::End => "end",
        OrderField::Duration => "duration",
        OrderField::CallerId => "caller_id",
        OrderField::CallerName => "cnam",
        OrderField::Called => "dnis",
        OrderField::Direction => "call_direction",
        OrderField::Size => "file_size_in_bytes",
    };
    format!("{field}:{}", if order.is_ascending { "ASC" } else { "DESC" })
}

/// Whether a time is among the filters.
pub(super) fn has_time(filters: &ListFilters) -> bool {
    filters.start_gte.is_some() || filters.start_lte.is_some()
}

/// Whole seconds: what lies within the first one stays in.
fn written(at: Timestamp, style: TimeStyle) -> String {
    let format = match style {
        TimeStyle::Offset => "%Y-%m-%dT%H:%M:%S+0000",
        TimeStyle::Zulu => "%Y-%m-%dT%H:%M:%SZ",
    };
    at.strftime(format).to_string()
}

/// What the service does not filter by, to be checked here. `None` if it knows all that is set.
pub(super) fn unknown_part(filters: &ListFilters) -> Option<ListFilters> {
    let unknown = ListFilters {
        added_gte: filters.added_gte,
        added_lte: filters.added_lte,
        recording_type: filters.recording_type.clone(),
        conference_name: filters.conference_name.clone(),
        // The service takes one number a side; a second one is left to us.
        from_number: filters.caller_id.as_ref().and(filters.from_number.clone()),
        to_number: filters.dnis.as_ref().and(filters.to_number.clone()),
        ..ListFilters::default()
    };
    (!unknown.is_empty()).then_some(unknown)
}

/// Whether a recording passes what the service does not check.
pub(super) fn admits(unknown: Option<&ListFilters>, recording: &Recording) -> bool {
    unknown.is_none_or(|unknown| unknown.admits(recording))
}

/// The body of an export job, pretty-printed: what a person reviews is what is sent, byte for byte.
///
/// # Errors
/// `Invalid` without a beginning and an end (an empty body would mean everything there is), or with a filter the service
/// does not know.
pub(super) fn export_body(filters: &ListFilters, style: TimeStyle) -> Result<String> {
    let invalid = |reason: &str| Err(Error::Invalid { reason: reason.into() });
    let (Some(from), Some(to)) = (filters.start_gte, filters.start_lte) else {
        return invalid("an export job needs a first and a last day");
    };
    if to < from {
        return invalid("the end lies before the start");
    }
    if unknown_part(filters).is_some() {
        return invalid("the export cannot be narrowed by all of these filters");
    }
    let mut fields = Map::new();
    for (name, value) in pairs(filters, style) {
        let value = match name {
            "duration:gte" | "duration:lte" => {
                value.parse::<u64>().map_or(Value::String(value), Value::from)
            }
            _ => Value::String(value),
        };
        fields.insert(name.to_owned(), value);
    }
    serde_json::to_string_pretty(&fields).map_err(|error| Error::Invalid {
        reason: format!("the export cannot be written: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> ListFilters {
        ListFilters {
            call_id: Some("c91150a6".into()),
            direction: Some("inbound".into()),
            caller_id: Some("+1 (732) 555-0100".into()),
            dnis: Some("17325550101".into()),
            cnam: Some("JOHN SMITH".into()),
            extension: Some("304".into()),
            duration_gte_ms: Some(1000),
            duration_lte_ms: Some(60_000),
            start_gte: Some("2019-01-01T00:00:00.5Z".parse().unwrap()),
            start_lte: Some("2019-02-01T00:00:00Z".parse().unwrap()),
            ..ListFilters::default()
        }
    }

    #[test]
    fn filters_are_written_as_the_service_wants_them() {
        assert_eq!(
            pairs(&all(), TimeStyle::Offset),
            [
                ("call_id", "c91150a6".to_owned()),
                ("call_direction", "INBOUND".to_owned()),
                ("caller_id", "17325550100".to_owned()),
                ("dnis", "17325550101".to_owned()),
                ("cnam", "JOHN SMITH".to_owned()),
                ("extension", "304".to_owned()),
                ("duration:gte", "1000".to_owned()),
                ("duration:lte", "60000".to_owned()),
                ("start:gte", "2019-01-01T00:00:00+0000".to_owned()),
                ("start:lte", "2019-02-01T00:00:00+0000".to_owned()),
            ]
        );
        let zulu = pairs(&all(), TimeStyle::Zulu);
        assert!(zulu.contains(&("start:gte", "2019-01-01T00:00:00Z".to_owned())), "{zulu:?}");
    }

    #[test]
    fn an_order_is_a_field_and_a_direction() {
        assert_eq!(order(ListOrder::default()), "start:DESC", "the documents' default");
        assert_eq!(order(ListOrder::ascending(OrderField::Duration)), "duration:ASC");
        let names: std::collections::BTreeSet<String> =
            OrderField::ALL.map(|by| order(ListOrder::descending(by))).into();
        assert_eq!(names.len(), OrderField::ALL.len(), "each field has a name of its own");
    }

    #[test]
    fn an_export_without_bounds_is_not_written() {
        let body = export_body(&all(), TimeStyle::Offset).unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["start:gte"], "2019-01-01T00:00:00+0000");
        assert_eq!(body["duration:lte"], 60_000);
        for broken in [
            ListFilters::default(),
            ListFilters { start_lte: None, ..all() },
            ListFilters { start_gte: all().start_lte, start_lte: all().start_gte, ..all() },
            ListFilters { recording_type: Some("call".into()), ..all() },
        ] {
            let error = export_body(&broken, TimeStyle::Offset).unwrap_err();
            assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
        }
    }

    #[test]
    fn what_the_service_does_not_know_is_left_to_us() {
        assert_eq!(unknown_part(&all()), None);
        let from = ListFilters { from_number: Some("1732".into()), ..ListFilters::default() };
        assert_eq!(unknown_part(&from), None, "it goes as the caller's id");
        let both = ListFilters { from_number: Some("1732".into()), ..all() };
        assert_eq!(unknown_part(&both).unwrap().from_number.as_deref(), Some("1732"));
    }
}
