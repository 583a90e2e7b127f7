//! The rules of a Vobiz export request (seed document "Export Historical Recordings").
//!
//! Vobiz packs the recordings that match and mails a link; there is no job id and no status endpoint. Only one export
//! runs at a time for an account. The rules below are the document's own; the time zone of `from` and `to` is not
//! stated anywhere, so the request carries the civil times exactly as a person chose them.

use std::fmt;

use jiff::civil::DateTime;

/// The longest date range, in days.
pub const MAX_RANGE_DAYS: i64 = 366;
/// The longest storage-duration range, and the longest range in which the extra filters work, in days.
pub const MAX_FILTERED_DAYS: i64 = 30;

/// Which recordings to export: by date, or by age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportPeriod {
    /// Stored between two civil times. `None` leaves the end to Vobiz: 7 days ago, and now.
    Dates {
        /// First second.
        from: Option<DateTime>,
        /// Last second.
        to: Option<DateTime>,
    },
    /// Exactly this many days old.
    ExactAge(u32),
    /// Between two ages. Both ends are required.
    AgeRange {
        /// The younger end.
        youngest: AgeBound,
        /// The older end.
        oldest: AgeBound,
    },
}

/// One end of an age range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeBound {
    /// Age in days.
    pub days: u32,
    /// Whether that day itself belongs to the range (`__gte`/`__lte` against `__gt`/`__lt`).
    pub inclusive: bool,
}

/// Filters that Vobiz applies only when the period is 30 days or less.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportFilters {
    /// Caller.
    pub from_number: Option<String>,
    /// Destination.
    pub to_number: Option<String>,
    /// Call UUID (also conference or multi-party-call UUID).
    pub call_uuid: Option<String>,
    /// Conference name (also multi-party-call name).
    pub conference_name: Option<String>,
    /// `mp3` or `wav`.
    pub recording_format: Option<String>,
    /// One recording.
    pub recording_id: Option<String>,
}

impl ExportFilters {
    /// The filters that are set, with their field names on the wire.
    pub fn set(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("from_number", &self.from_number),
            ("to_number", &self.to_number),
            ("call_uuid", &self.call_uuid),
            ("conference_name", &self.conference_name),
            ("recording_format", &self.recording_format),
            ("recording_id", &self.recording_id),
        ]
        .into_iter()
        .filter_map(|(name, value)| value.as_deref().map(|value| (name, value)))
    }
}

/// A whole request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRequest {
    /// Which recordings.
    pub period: ExportPeriod,
    /// Narrowed by.
    pub filters: ExportFilters,
    /// Who gets the link.
    pub recipients: Vec<String>,
}

/// A rule the request breaks, with the field to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportProblem {
    /// No recipient.
    NoRecipient,
    /// Not an e-mail address.
    BadRecipient(String),
    /// `to` is not after `from`.
    EmptyRange,
    /// More than 366 days.
    RangeTooLong {
        /// Days asked for.
        days: i64,
    },
    /// An age range of more than 30 days.
    AgeRangeTooLong {
        /// Days asked for.
        days: i64,
    },
    /// Filters with a period of more than 30 days: Vobiz would ignore them.
    FiltersNeedShortRange {
        /// Days asked for.
        days: i64,
    },
    /// A format other than `mp3` and `wav`.
    BadFormat(String),
}

impl fmt::Display for ExportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRecipient => f.write_str("Add at least one e-mail address for the link."),
            Self::BadRecipient(text) => write!(f, "“{text}” is not an e-mail address."),
            Self::EmptyRange => f.write_str("The end lies before the start."),
            Self::RangeTooLong { days } => {
                write!(f, "{days} days: Vobiz exports at most {MAX_RANGE_DAYS} days at a time.")
            }
            Self::AgeRangeTooLong { days } => {
                write!(
                    f,
                    "{days} days of age: Vobiz takes an age range of at most {MAX_FILTERED_DAYS} days."
                )
            }
            Self::FiltersNeedShortRange { days } => write!(
                f,
                "Filters work only for {MAX_FILTERED_DAYS} days or less; this period has {days}. Shorten it or drop the filters."
            ),
            Self::BadFormat(text) => write!(f, "The format must be mp3 or wav, not “{text}”."),
        }
    }
}

impl ExportRequest {
    /// Every rule the request breaks; empty means it can be sent. `now` is the present civil time in the zone the
    /// person works in: it stands in for a missing `to`, and seven days before it for a missing `from`.
    pub fn problems(&self, now: DateTime) -> Vec<ExportProblem> {
        let mut problems = Vec::new();
        if self.recipients.is_empty() {
            problems.push(ExportProblem::NoRecipient);
        }
        problems.extend(
            self.recipients
                .iter()
                .filter(|address| !is_email(address))
                .map(|address| ExportProblem::BadRecipient(address.clone())),
        );
        let days = self.period_days(now);
        match (&self.period, days) {
            (_, None) => problems.push(ExportProblem::EmptyRange),
            (ExportPeriod::Dates { .. }, Some(days)) if days > MAX_RANGE_DAYS => {
                problems.push(ExportProblem::RangeTooLong { days });
            }
            (ExportPeriod::AgeRange { .. }, Some(days)) if days > MAX_FILTERED_DAYS => {
                problems.push(ExportProblem::AgeRangeTooLong { days });
            }
            _ => {}
        }
        if let Some(days) = days
            && days > MAX_FILTERED_DAYS
            && self.filters.set().next().is_some()
        {
            problems.push(ExportProblem::FiltersNeedShortRange { days });
        }
        if let Some(format) = &self.filters.recording_format
            && !matches!(format.as_str(), "mp3" | "wav")
        {
            problems.push(ExportProblem::BadFormat(format.clone()));
        }
        problems
    }

    /// Length of the period in days, rounded up; `None` when it ends before it begins.
    fn period_days(&self, now: DateTime) -> Option<i64> {
        match &self.period {
            ExportPeriod::Dates { from, to } => {
                let to = to.unwrap_or(now);
                let from = match from {
                    Some(from) => *from,
                    None => now.checked_sub(jiff::Span::new().days(7)).ok()?,
                };
                let seconds = to.duration_since(from).as_secs();
                // 00:00:00 to 23:59:59 seven days later reads as seven days and is meant so.
                (seconds > 0).then(|| (seconds + 86_399) / 86_400)
            }
            ExportPeriod::ExactAge(_) => Some(1),
            ExportPeriod::AgeRange { youngest, oldest } => {
                let first = i64::from(youngest.days) + i64::from(!youngest.inclusive);
                let last = i64::from(oldest.days) - i64::from(!oldest.inclusive);
                (last >= first).then_some(last - first)
            }
        }
    }
}

/// A plain check: one `@`, something on both sides, a dot in the domain, no spaces. The vendor judges the rest.
fn is_email(text: &str) -> bool {
    let Some((user, domain)) = text.split_once('@') else { return false };
    !user.is_empty()
        && !domain.contains('@')
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn now() -> DateTime {
        date(2026, 11, 22).at(12, 0, 0, 0)
    }

    fn dates(from: DateTime, to: DateTime) -> ExportRequest {
        ExportRequest {
            period: ExportPeriod::Dates { from: Some(from), to: Some(to) },
            filters: ExportFilters::default(),
            recipients: vec!["admin@example.com".into()],
        }
    }

    #[test]
    fn the_documents_own_examples_pass() {
        let week = dates(date(2025, 1, 23).at(0, 0, 0, 0), date(2025, 1, 30).at(23, 59, 59, 0));
        assert_eq!(week.problems(now()), []);
        let mut ages = week.clone();
        ages.period = ExportPeriod::AgeRange {
            youngest: AgeBound { days: 7, inclusive: true },
            oldest: AgeBound { days: 30, inclusive: true },
        };
        assert_eq!(ages.problems(now()), []);
        let mut conference =
            dates(date(2025, 1, 1).at(0, 0, 0, 0), date(2025, 1, 30).at(23, 59, 59, 0));
        conference.filters.conference_name = Some("TeamMeeting".into());
        conference.filters.recording_format = Some("mp3".into());
        assert_eq!(conference.problems(now()), []);
        let mut bare = week;
        bare.period = ExportPeriod::Dates { from: None, to: None };
        assert_eq!(bare.problems(now()), []);
    }

    #[test]
    fn each_broken_rule_is_named() {
        let mut request = dates(date(2025, 1, 1).at(0, 0, 0, 0), date(2026, 1, 3).at(0, 0, 0, 0));
        request.filters.from_number = Some("+14155551234".into());
        request.filters.recording_format = Some("ogg".into());
        request.recipients = vec!["nobody".into(), "a@b".into()];
        assert_eq!(
            request.problems(now()),
            [
                ExportProblem::BadRecipient("nobody".into()),
                ExportProblem::BadRecipient("a@b".into()),
                ExportProblem::RangeTooLong { days: 367 },
                ExportProblem::FiltersNeedShortRange { days: 367 },
                ExportProblem::BadFormat("ogg".into()),
            ]
        );
        request = dates(date(2025, 2, 1).at(0, 0, 0, 0), date(2025, 1, 1).at(0, 0, 0, 0));
        request.recipients.clear();
        assert_eq!(
            request.problems(now()),
            [ExportProblem::NoRecipient, ExportProblem::EmptyRange]
        );
    }

    #[test]
    fn an_exclusive_bound_shortens_an_age_range() {
        let mut request = dates(now(), now());
        request.period = ExportPeriod::AgeRange {
            youngest: AgeBound { days: 7, inclusive: false },
            oldest: AgeBound { days: 39, inclusive: false },
        };
        assert_eq!(request.problems(now()), []);
        request.period = ExportPeriod::AgeRange {
            youngest: AgeBound { days: 7, inclusive: true },
            oldest: AgeBound { days: 39, inclusive: true },
        };
        assert_eq!(request.problems(now()), [ExportProblem::AgeRangeTooLong { days: 32 }]);
    }
}
