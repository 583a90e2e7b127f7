//! Filters as Vobiz takes them.
//!
//! Two are documented for lists (`call_uuid`, `recording_type`). The vendor's Go SDK, its page on bulk deletion and the
//! API it descends from know more. Those are sent as a short cut, and every row that comes is checked here, because a
//! server ignores what it does not know in silence (api contract A3, C3, C6).

use domain::ListFilters;
use jiff::Timestamp;

/// Which filters to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Narrowing {
    /// Also those that are not documented.
    Everything,
    /// Only those that are.
    Documented,
}

/// The filters, by their names on the wire.
pub(super) fn pairs(filters: &ListFilters, narrowing: Narrowing) -> Vec<(&'static str, String)> {
    let mut pairs = vec![
        ("call_uuid", filters.call_id.clone()),
        ("recording_type", filters.recording_type.clone()),
    ];
    if narrowing == Narrowing::Everything {
        pairs.extend([
            ("add_time__gte", filters.added_gte.map(written)),
            ("add_time__lte", filters.added_lte.map(written)),
            ("from_number", filters.from_number.clone()),
            ("to_number", filters.to_number.clone()),
            ("conference_name", filters.conference_name.clone()),
        ]);
    }
    pairs.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
}

/// Whether a filter is set that is sent without being documented.
pub(super) fn has_undocumented(filters: &ListFilters) -> bool {
    pairs(filters, Narrowing::Everything).len() > pairs(filters, Narrowing::Documented).len()
}

/// Whether a filter is set that the vendor does not promise to apply.
pub(super) fn needs_checking(filters: &ListFilters) -> bool {
    let documented = ListFilters {
        call_id: filters.call_id.clone(),
        recording_type: filters.recording_type.clone(),
        ..ListFilters::default()
    };
    *filters != documented
}

/// `2026-05-07 04:15:35`, in UTC as the API it descends from wants it.
fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
