//! Which recordings of a list are wanted.
//!
//! Vendors document different filters, apply some they do not document, and ignore others in silence. So a filter is
//! both: what a provider may ask the vendor for, and a rule by which each recording that came can be checked here.

use jiff::Timestamp;

use crate::Recording;
use crate::phone::digits;

/// Digits that two notations of one number share at the end: Indian numbers come with and without `91` or `0`.
const COMPARED_DIGITS: usize = 10;

/// Every filter of every vendor; what is `None` does not narrow. All that are set must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListFilters {
    /// The call a recording belongs to (Vobiz `call_uuid`, VBC `call_id`).
    pub call_id: Option<String>,
    /// `inbound`, `outbound` or `intra_pbx`, in any case.
    pub direction: Option<String>,
    /// VBC `caller_id`: the calling number.
    pub caller_id: Option<String>,
    /// VBC `dnis`: the number that was called.
    pub dnis: Option<String>,
    /// VBC `cnam`: the caller's name. How the vendor matches is not documented.
    pub cnam: Option<String>,
    /// An extension that took part.
    pub extension: Option<String>,
    /// The shortest length, in milliseconds.
    pub duration_gte_ms: Option<u64>,
    /// The longest length, in milliseconds.
    pub duration_lte_ms: Option<u64>,
    /// The earliest start.
    pub start_gte: Option<Timestamp>,
    /// The latest start.
    pub start_lte: Option<Timestamp>,
    /// The earliest moment of storage (Vobiz `add_time__gte`, not documented).
    pub added_gte: Option<Timestamp>,
    /// The latest moment of storage (Vobiz `add_time__lte`, not documented).
    pub added_lte: Option<Timestamp>,
    /// Vobiz `recording_type`.
    pub recording_type: Option<String>,
    /// Vobiz `from_number` (not documented for lists).
    pub from_number: Option<String>,
    /// Vobiz `to_number` (not documented for lists).
    pub to_number: Option<String>,
    /// Vobiz `conference_name` (not documented for lists).
    pub conference_name: Option<String>,
}

impl ListFilters {
    /// Whether nothing is narrowed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a recording passes. What the vendor did not say about a recording does not exclude it: an unknown
    /// length is not a short one.
    pub fn admits(&self, recording: &Recording) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| match (wanted, found) {
            (Some(wanted), Some(found)) => wanted.trim().eq_ignore_ascii_case(found.trim()),
            _ => true,
        };
        let number = |wanted: &Option<String>, found: &Option<String>| match (wanted, found) {
            (Some(wanted), Some(found)) => same_number(wanted, found),
            _ => true,
        };
        let extension = |wanted: &Option<String>| match wanted {
            Some(wanted) if !recording.extensions.is_empty() => {
                recording.extensions.iter().any(|found| found == wanted.trim())
            }
            _ => true,
        };
        let name = |wanted: &Option<String>, found: &Option<String>| match (wanted, found) {
            (Some(wanted), Some(found)) => {
                found.to_lowercase().contains(&wanted.trim().to_lowercase())
            }
            _ => true,
        };
        same(&self.call_id, recording.call_uuid.as_ref().map(crate::CallUuid::as_str))
            && same(&self.direction, recording.direction.as_deref())
            && same(&self.recording_type, recording.kind.as_deref())
            && number(&self.caller_id, &recording.from)
            && number(&self.from_number, &recording.from)
            && number(&self.dnis, &recording.to)
            && number(&self.to_number, &recording.to)
            && name(&self.cnam, &recording.caller_name)
            && name(&self.conference_name, &recording.conference_name)
            && extension(&self.extension)
            && within(recording.duration_ms, self.duration_gte_ms, self.duration_lte_ms)
            && within(recording.when(), self.start_gte, self.start_lte)
            && within(recording.added_at, self.added_gte, self.added_lte)
    }
}

fn within<T: PartialOrd>(found: Option<T>, least: Option<T>, most: Option<T>) -> bool {
    let Some(found) = found else { return true };
    least.is_none_or(|least| found >= least) && most.is_none_or(|most| found <= most)
}

/// Whether two texts mean one number. Without digits they are compared as they are (SIP addresses); with them by the
/// last ten, and a shorter one (an extension) by all of them.
pub fn same_number(a: &str, b: &str) -> bool {
    let (left, right) = (digits(a), digits(b));
    if left.is_empty() || right.is_empty() {
        return a.trim().eq_ignore_ascii_case(b.trim());
    }
    if left.len() < COMPARED_DIGITS || right.len() < COMPARED_DIGITS {
        return left == right;
    }
    left[left.len() - COMPARED_DIGITS..] == right[right.len() - COMPARED_DIGITS..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RecordingId;

    fn recording() -> Recording {
        Recording {
            from: Some("919876543210".into()),
            to: Some("sip:anna@example.test".into()),
            direction: Some("inbound".into()),
            caller_name: Some("JOHN SMITH".into()),
            extensions: vec!["304".into()],
            duration_ms: Some(7880),
            started_at: Some("2026-05-07T04:15:35Z".parse().unwrap()),
            ..Recording::new(RecordingId::new("r"))
        }
    }

    #[test]
    fn each_filter_lets_the_right_ones_through() {
        type Set = fn(&mut ListFilters);
        let cases: [(Set, bool); 14] = [
            (|_| {}, true),
            (|f| f.direction = Some("INBOUND".into()), true),
            (|f| f.direction = Some("OUTBOUND".into()), false),
            (|f| f.caller_id = Some("+91 98765 43210".into()), true),
            (|f| f.from_number = Some("09876543210".into()), true),
            (|f| f.from_number = Some("9876543211".into()), false),
            (|f| f.to_number = Some("SIP:anna@example.test".into()), true),
            (|f| f.cnam = Some("smith".into()), true),
            (|f| f.extension = Some("30".into()), false),
            (|f| f.duration_gte_ms = Some(7880), true),
            (|f| f.duration_lte_ms = Some(7879), false),
            (|f| f.start_gte = Some("2026-05-07T04:15:36Z".parse().unwrap()), false),
            (|f| f.added_gte = Some("2030-01-01T00:00:00Z".parse().unwrap()), true),
            (|f| f.call_id = Some("another".into()), true),
        ];
        for (position, (set, passes)) in cases.into_iter().enumerate() {
            let mut filters = ListFilters::default();
            set(&mut filters);
            assert_eq!(filters.admits(&recording()), passes, "case {position}");
            assert_eq!(filters.is_empty(), position == 0);
        }
    }

    #[test]
    fn short_numbers_are_compared_whole() {
        assert!(same_number("304", "304"));
        assert!(!same_number("304", "919876540304"));
        assert!(same_number("14155550100", "+1 415 555 0100"));
    }
}
