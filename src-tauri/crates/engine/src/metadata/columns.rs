//! The columns of a written list: those of the table on screen under the names of programs, and what the table has no
//! room for.

use catalogue::{CopyRecord, StoredRecording};
use domain::search::SortColumn;
use domain::{CopyState, mask, phone};
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use transfer::tables::{Cell, Column, Kind};

use crate::places::Place;

/// What the cells of a row are made of.
pub(super) struct Facts<'a> {
    pub(super) stored: &'a StoredRecording,
    /// The account's label and the vendor's name.
    pub(super) account: (&'a str, &'static str),
    /// Where objects can be, also removed places.
    pub(super) places: &'a [Place],
    /// The moment that ages are counted from.
    pub(super) now: Timestamp,
    /// Where hours and weekdays are counted.
    pub(super) zone: &'a TimeZone,
}

/// A column and how its cells come about.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) column: Column,
    cell: fn(&Facts<'_>) -> Cell,
    /// Phone numbers can stand in it.
    holds_numbers: bool,
}

impl Source {
    /// The cell of this column; with the middle of numbers hidden where it can hold some.
    pub(super) fn cell(&self, facts: &Facts<'_>, masked: bool) -> Cell {
        let cell = (self.cell)(facts);
        if !masked || !self.holds_numbers {
            return cell;
        }
        match cell {
            Cell::Text(text) if self.column.kind == Kind::Json => {
                let recording = &facts.stored.recording;
                let parties = [&recording.from, &recording.to].into_iter().flatten();
                let known: Vec<&str> = parties.map(String::as_str).collect();
                Cell::Text(mask::mask_json(&text, &known))
            }
            Cell::Text(text) => Cell::Text(mask::mask_text(&text)),
            Cell::List(texts) => {
                Cell::List(texts.iter().map(|text| mask::mask_text(text)).collect())
            }
            other => other,
        }
    }
}

/// The columns in this order, each once; all there are for `None`. With `raw` the vendor's JSON comes last.
pub(super) fn chosen(columns: Option<&[SortColumn]>, raw: bool) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for column in columns.unwrap_or(&SortColumn::ALL) {
        let source = shown(*column);
        if !sources.iter().any(|other| other.column == source.column) {
            sources.push(source);
        }
    }
    if columns.is_none() {
        sources.extend(MORE);
    }
    if raw {
        sources.push(RAW);
    }
    sources
}

const fn plain(
    name: &'static str,
    title: &'static str,
    kind: Kind,
    cell: fn(&Facts<'_>) -> Cell,
) -> Source {
    Source { column: Column { name, title, kind }, cell, holds_numbers: false }
}

const fn with_numbers(
    name: &'static str,
    title: &'static str,
    kind: Kind,
    cell: fn(&Facts<'_>) -> Cell,
) -> Source {
    Source { column: Column { name, title, kind }, cell, holds_numbers: true }
}

/// A column of the table on screen.
#[expect(clippy::too_many_lines, reason = "one line for each column, and nothing else")]
fn shown(column: SortColumn) -> Source {
    use Kind::{Duration, Instant, List, Real, Text, Whole, YesNo};
    match column {
        SortColumn::When => {
            plain("started_at", "When", Instant, |facts| instant(facts.stored.recording.when()))
        }
        SortColumn::From => with_numbers("from", "From", Text, |facts| {
            text(facts.stored.recording.from.as_deref().map(phone::display))
        }),
        // As on screen: a conference has no called number, but a name.
        SortColumn::To => with_numbers("to", "To", Text, |facts| {
            let recording = &facts.stored.recording;
            let to = recording.to.as_deref().map(phone::display).filter(|to| !to.is_empty());
            text(to.or_else(|| recording.conference_name.clone()))
        }),
        SortColumn::Duration => plain("duration_ms", "Length", Duration, |facts| {
            count(facts.stored.recording.duration_ms)
        }),
        SortColumn::Kind => {
            plain("kind", "Type", Text, |facts| text(facts.stored.recording.kind.clone()))
        }
        SortColumn::Format => {
            plain("format", "Format", Text, |facts| text(facts.stored.recording.format.clone()))
        }
        SortColumn::Size => {
            plain("size_bytes", "Size in bytes", Whole, |facts| count(facts.stored.size_bytes()))
        }
        SortColumn::Conference => with_numbers("conference", "Conference", Text, |facts| {
            text(facts.stored.recording.conference_name.clone())
        }),
        SortColumn::Account => {
            plain("account", "Account", Text, |facts| Cell::Text(facts.account.0.to_owned()))
        }
        SortColumn::State => plain("copy", "Copy", Text, |facts| Cell::Text(state(facts.stored))),
        SortColumn::Direction => plain("direction", "Direction", Text, |facts| {
            text(facts.stored.recording.direction.clone())
        }),
        SortColumn::Caller => with_numbers("caller_name", "Caller name", Text, |facts| {
            text(facts.stored.recording.caller_name.clone())
        }),
        SortColumn::Extensions => with_numbers("extensions", "Extensions", List, |facts| {
            list(&facts.stored.recording.extensions)
        }),
        SortColumn::Cost => plain("monthly_cost", "Price a month", Real, |facts| {
            real(facts.stored.recording.monthly_cost)
        }),
        SortColumn::Age => plain("age_days", "Age in days", Whole, |facts| {
            let at = facts.stored.recording.when();
            at.map_or(Cell::Empty, |at| {
                Cell::Whole((facts.now.duration_since(at).as_hours() / 24).max(0))
            })
        }),
        SortColumn::Hour => plain("hour", "Hour", Whole, |facts| {
            let at = facts.stored.recording.when();
            at.map_or(Cell::Empty, |at| Cell::Whole(facts.zone.to_datetime(at).hour().into()))
        }),
        SortColumn::Weekday => plain("weekday", "Weekday", Text, |facts| {
            let at = facts.stored.recording.when();
            text(at.map(|at| weekday(facts.zone.to_datetime(at).weekday()).to_owned()))
        }),
        SortColumn::FromCountry => plain("from_country", "From country", Text, |facts| {
            country(facts.stored.recording.from.as_deref())
        }),
        SortColumn::ToCountry => plain("to_country", "To country", Text, |facts| {
            country(facts.stored.recording.to.as_deref())
        }),
        SortColumn::Added => {
            plain("added_at", "Stored", Instant, |facts| instant(facts.stored.recording.added_at))
        }
        SortColumn::Ended => {
            plain("ended_at", "Ended", Instant, |facts| instant(facts.stored.recording.ended_at))
        }
        SortColumn::Billed => plain("billed_s", "Billed seconds", Whole, |facts| {
            count(facts.stored.recording.billed_s)
        }),
        SortColumn::StorageDays => plain("storage_days", "Days in storage", Whole, |facts| {
            facts.stored.recording.storage_days.map_or(Cell::Empty, Cell::Whole)
        }),
        SortColumn::StorageRate => plain("storage_rate", "Storage rate", Real, |facts| {
            real(facts.stored.recording.storage_rate)
        }),
        SortColumn::FirstSeen => plain("first_seen_at", "First seen", Instant, |facts| {
            Cell::Instant(facts.stored.first_seen)
        }),
        SortColumn::VerifiedAt => plain("verified_at", "Verified", Instant, |facts| {
            instant(facts.stored.copy.as_ref().map(|copy| copy.verified_at))
        }),
        SortColumn::Id => plain("recording_id", "Recording id", Text, |facts| {
            Cell::Text(facts.stored.recording.id.to_string())
        }),
        SortColumn::Call => plain("call_uuid", "Call id", Text, |facts| {
            text(facts.stored.recording.call_uuid.as_ref().map(ToString::to_string))
        }),
        SortColumn::Star => {
            plain("starred", "Star", YesNo, |facts| Cell::YesNo(facts.stored.annotations.starred))
        }
        SortColumn::Tags => {
            with_numbers("tags", "Tags", List, |facts| list(&facts.stored.annotations.tags))
        }
        SortColumn::Note => {
            with_numbers("note", "Note", Text, |facts| text(facts.stored.annotations.note.clone()))
        }
        SortColumn::Hold => with_numbers("hold", "On hold", Text, |facts| {
            text(facts.stored.annotations.hold.as_ref().map(|hold| hold.name.clone()))
        }),
        SortColumn::Rules => {
            plain("rule_ids", "Rules", List, |facts| list(&facts.stored.recording.rule_ids))
        }
        SortColumn::FileName => {
            with_numbers("vendor_file_name", "Provider's file name", Text, |facts| {
                text(facts.stored.recording.file_name.clone())
            })
        }
        SortColumn::Address => with_numbers("audio_url", "Address of the audio", Text, |facts| {
            text(facts.stored.recording.media_url.clone())
        }),
    }
}

/// What is known beyond the table.
const MORE: [Source; 16] = [
    plain("vendor", "Provider", Kind::Text, |facts| Cell::Text(facts.account.1.to_owned())),
    plain("start_is_estimated", "Start is estimated", Kind::YesNo, |facts| {
        Cell::YesNo(facts.stored.recording.start_is_estimated)
    }),
    with_numbers("from_as_sent", "From, as sent", Kind::Text, |facts| {
        text(facts.stored.recording.from.clone())
    }),
    with_numbers("to_as_sent", "To, as sent", Kind::Text, |facts| {
        text(facts.stored.recording.to.clone())
    }),
    plain("is_gone", "Gone at the provider", Kind::YesNo, |facts| Cell::YesNo(facts.stored.gone)),
    plain("gone_at", "Gone since", Kind::Instant, |facts| instant(facts.stored.gone_at)),
    plain("is_deleted_by_us", "Deleted by us", Kind::YesNo, |facts| {
        Cell::YesNo(facts.stored.deleted_by_us)
    }),
    with_numbers("hold_reason", "Reason of the hold", Kind::Text, |facts| {
        text(facts.stored.annotations.hold.as_ref().map(|hold| hold.reason.clone()))
    }),
    plain("held_since", "Held since", Kind::Instant, |facts| {
        instant(facts.stored.annotations.hold.as_ref().map(|hold| hold.since))
    }),
    with_numbers("copy_path", "Copy", Kind::Text, |facts| {
        text(facts.stored.copy.as_ref().map(|copy| copy.path.display().to_string()))
    }),
    plain("copy_sha256", "SHA-256 of the copy", Kind::Text, |facts| {
        text(facts.stored.copy.as_ref().map(|copy| copy.sha256.clone()))
    }),
    plain("copy_evidence", "What the copy is", Kind::Text, |facts| {
        text(facts.stored.copy.as_ref().map(|copy| copy.evidence.clone()))
    }),
    with_numbers("copy_remarks", "Remarks", Kind::List, |facts| {
        facts.stored.copy.as_ref().map_or(Cell::Empty, |copy| list(&copy.remarks))
    }),
    with_numbers("copies", "All copies", Kind::List, |facts| {
        list(&whereabouts(facts, |copy| !copy.is_spoilt()))
    }),
    with_numbers("spoilt_copies", "Copies found changed or missing", Kind::List, |facts| {
        list(&whereabouts(facts, CopyRecord::is_spoilt))
    }),
    with_numbers("last_failure", "Why it could not be saved", Kind::Text, |facts| {
        text(facts.stored.last_failure.clone())
    }),
];

const RAW: Source = with_numbers("vendor_json", "Provider's JSON", Kind::Json, |facts| {
    text(Some(facts.stored.recording.raw.clone()))
});

fn text(value: Option<String>) -> Cell {
    value.filter(|text| !text.is_empty()).map_or(Cell::Empty, Cell::Text)
}

fn list(values: &[String]) -> Cell {
    if values.is_empty() { Cell::Empty } else { Cell::List(values.to_vec()) }
}

fn instant(value: Option<Timestamp>) -> Cell {
    value.map_or(Cell::Empty, Cell::Instant)
}

fn count(value: Option<u64>) -> Cell {
    value.and_then(|value| i64::try_from(value).ok()).map_or(Cell::Empty, Cell::Whole)
}

fn real(value: Option<f64>) -> Cell {
    value.filter(|value| value.is_finite()).map_or(Cell::Empty, Cell::Real)
}

fn country(party: Option<&str>) -> Cell {
    text(party.and_then(phone::country).map(str::to_owned))
}

/// Where copies are, best first: paths, and `s3://bucket/key` with the host where it is not Amazon's.
fn whereabouts(facts: &Facts<'_>, is_meant: fn(&CopyRecord) -> bool) -> Vec<String> {
    let written = |copy: &CopyRecord| {
        let path = copy.path.display().to_string();
        let place = facts.places.iter().find(|place| copy.place.as_ref() == Some(&place.id));
        place.map_or_else(|| path.clone(), |place| place.address_of(&path))
    };
    facts.stored.copies().filter(|copy| is_meant(copy)).map(written).collect()
}

/// As the table shows it: our copy, or that the provider's is gone.
fn state(stored: &StoredRecording) -> String {
    let is_saved = matches!(stored.state, CopyState::Verified | CopyState::Remarked);
    match (stored.deleted_by_us, stored.gone, is_saved) {
        (true, _, _) => "deleted_by_us",
        (false, true, true) => "gone_saved",
        (false, true, false) => "gone",
        (false, false, _) => stored.state.as_str(),
    }
    .to_owned()
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_keep_their_order_and_come_once() {
        let names = |columns: Option<&[SortColumn]>, raw| -> Vec<_> {
            chosen(columns, raw).iter().map(|source| source.column.name).collect()
        };
        let columns = [SortColumn::To, SortColumn::When, SortColumn::To];
        assert_eq!(names(Some(&columns), true), ["to", "started_at", "vendor_json"]);
        let all = names(None, true);
        assert_eq!(all.len(), SortColumn::ALL.len() + MORE.len() + 1);
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{all:?}");
    }
}
