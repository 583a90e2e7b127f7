//! Searching by the words of the specification: every row, every condition, no index and no memory. Slow, and therefore
//! easy to believe.

use std::cmp::Ordering;

use domain::query::dates::DateSpan;
use domain::query::{self, Condition, Has, Query, SHORTEST_ID_PART, SavedState, Side, Term};
use domain::search::{LibraryView, Search, Sort, SortColumn};
use domain::text::fold;
use domain::{CallUuid, CopyState, RecordingKey, phone};
use jiff::Timestamp;

use crate::{Catalogue, StoredRecording};

/// All rows of an index, as the details pane would show them.
pub(crate) struct Scan {
    rows: Vec<StoredRecording>,
    /// Id, label and vendor's id of each account.
    accounts: Vec<[String; 3]>,
    new_after: u32,
}

impl Scan {
    pub(crate) fn of(catalogue: &Catalogue, last_key: u32, new_after: u32) -> Self {
        let accounts = catalogue.accounts().unwrap().into_iter().map(|stored| {
            let account = stored.account;
            [account.id.to_string(), account.label, account.auth_id]
        });
        Self {
            rows: (1..=last_key)
                .filter_map(|key| catalogue.recording(RecordingKey(key)).unwrap())
                .collect(),
            accounts: accounts.collect(),
            new_after,
        }
    }

    pub(crate) fn find(&self, search: &Search) -> Vec<RecordingKey> {
        let query = query::read(&search.text).query;
        let mut found: Vec<&StoredRecording> = self
            .rows
            .iter()
            .filter(|row| search.account.as_ref().is_none_or(|account| *account == row.account))
            .filter(|row| self.in_view(row, search) && self.holds(&query, row, search))
            .collect();
        found.sort_by(|a, b| self.compare(a, b, search));
        found.iter().map(|row| row.key).collect()
    }

    /// Milliseconds of some rows and how many are of unknown length; how many are on hold and have a verified copy.
    pub(crate) fn lengths_and_held_saved(&self, keys: &[RecordingKey]) -> ((u64, u32), u32) {
        let mut found = ((0, 0), 0);
        for row in self.rows.iter().filter(|row| keys.contains(&row.key)) {
            match row.recording.duration_ms {
                Some(ms) => found.0.0 += ms,
                None => found.0.1 += 1,
            }
            let is_saved = row.state == CopyState::Verified;
            found.1 += u32::from(is_saved && row.annotations.hold.is_some());
        }
        found
    }

    fn in_view(&self, row: &StoredRecording, search: &Search) -> bool {
        let saved = row.copy.is_some();
        let shown = !(row.deleted_by_us && row.gone) || saved;
        let unsaved = !saved && !row.gone;
        let length = row.recording.duration_ms;
        match search.view {
            LibraryView::All => shown,
            LibraryView::New => shown && row.key.0 > self.new_after,
            LibraryView::NotSaved => unsaved,
            LibraryView::NeedsAttention => {
                shown
                    && (matches!(row.state, CopyState::Failed | CopyState::Remarked)
                        || (row.gone && !saved))
            }
            LibraryView::ExpiringSoon => {
                unsaved
                    && row.recording.when().is_some_and(|at| {
                        search.now.duration_since(at) >= jiff::SignedDuration::from_hours(25 * 24)
                    })
            }
            LibraryView::LongCalls => shown && length.is_some_and(|ms| ms >= 1_800_000),
            LibraryView::VeryShort => shown && length.is_some_and(|ms| ms < 10_000),
            LibraryView::OnHold => shown && row.annotations.hold.is_some(),
        }
    }

    fn holds(&self, query: &Query, row: &StoredRecording, search: &Search) -> bool {
        match query {
            Query::All(all) => all.iter().all(|part| self.holds(part, row, search)),
            Query::Any(any) => any.iter().any(|part| self.holds(part, row, search)),
            Query::Not(inner) => !self.holds(inner, row, search),
            Query::Is(condition) => self.is(condition, row, search),
        }
    }

    fn is(&self, condition: &Condition, row: &StoredRecording, search: &Search) -> bool {
        let recording = &row.recording;
        let at = recording.when();
        let ms = at.map(Timestamp::as_millisecond);
        let between = |(first, past): (i64, i64)| ms.is_some_and(|ms| ms >= first && ms < past);
        let whole = |list: &[String], value: &Option<String>| {
            value.as_ref().is_some_and(|value| list.iter().any(|one| fold(one) == fold(value)))
        };
        let part = |text: &str, value: &Option<String>| {
            value.as_ref().is_some_and(|value| fold(value).contains(&fold(text)))
        };
        let counted = |(first, past): (u64, Option<u64>), value: Option<u64>| {
            value.is_some_and(|value| value >= first && past.is_none_or(|past| value < past))
        };
        let in_days = |span: &DateSpan, at: Option<Timestamp>| {
            let (first, past) = span.bounds(search.now, &search.zone);
            at.is_some_and(|at| (first..past).contains(&at.as_millisecond()))
        };
        let local = || at.map(|at| search.zone.to_datetime(at));
        let notes = &row.annotations;
        match condition {
            Condition::Word(term) => is_word(term, row),
            Condition::Party(side, term) => has_party(*side, term, row),
            Condition::Duration(is) => counted(is.bounds(), recording.duration_ms),
            Condition::Size(is) => counted(is.bounds(), size(row)),
            Condition::Date(span) => between(span.bounds(search.now, &search.zone)),
            Condition::Last(recent) => {
                between((recent.since_ms(search.now), search.now.as_millisecond() + 1))
            }
            Condition::Age(is) => between(is.moments(search.now)),
            Condition::Kind(list) => whole(list, &recording.kind),
            Condition::Format(list) => whole(list, &recording.format),
            Condition::Direction(list) => recording.direction.as_ref().is_some_and(|direction| {
                list.iter().any(|begun| fold(direction).starts_with(&fold(begun)))
            }),
            Condition::Extension(list) => {
                recording.extensions.iter().any(|one| whole(list, &Some(one.clone())))
            }
            Condition::Name(text) => part(text, &recording.caller_name),
            Condition::Conference(text) => part(text, &recording.conference_name),
            Condition::Account(list) => self.accounts.iter().any(|[id, label, auth_id]| {
                *id == row.account.to_string()
                    && list.iter().map(|text| fold(text)).any(|text| {
                        fold(label).contains(&text) || fold(id) == text || fold(auth_id) == text
                    })
            }),
            Condition::State(list) => list.iter().any(|state| has_state(*state, row)),
            Condition::Cost(is) => recording.monthly_cost.is_some_and(|cost| is.holds(cost)),
            Condition::Tag(list) => notes.tags.iter().any(|tag| whole(list, &Some(tag.clone()))),
            Condition::Note(text) => part(text, &notes.note),
            Condition::Hold(text) => notes.hold.as_ref().is_some_and(|hold| {
                [&hold.name, &hold.reason].iter().any(|one| fold(one).contains(&fold(text)))
            }),
            Condition::Has(list) => list.iter().any(|has| has_some(*has, row)),
            Condition::Id(text) => fold(recording.id.as_str()).contains(&fold(text)),
            Condition::Call(text) => {
                part(text, &recording.call_uuid.as_ref().map(ToString::to_string))
            }
            Condition::Hour(range) => {
                local().is_some_and(|local| range.contains(u8::try_from(local.hour()).unwrap()))
            }
            Condition::Weekday(days) => local().is_some_and(|local| days.has(local.weekday())),
            Condition::Country(side, list) => {
                let parties = match side {
                    Side::From => vec![&recording.from],
                    Side::To => vec![&recording.to],
                    Side::Either => vec![&recording.from, &recording.to],
                };
                parties.into_iter().any(|party| {
                    let country = party.as_deref().and_then(phone::country);
                    country.is_some_and(|country| list.iter().any(|code| code == country))
                })
            }
            Condition::Billed(is) => {
                counted(is.bounds(), recording.billed_s.map(|seconds| seconds * 1000))
            }
            Condition::Storage(is) => counted(
                is.bounds(),
                recording.storage_days.map(|days| u64::try_from(days).unwrap()),
            ),
            Condition::Rate(is) => recording.storage_rate.is_some_and(|rate| is.holds(rate)),
            Condition::Added(span) => in_days(span, recording.added_at),
            Condition::Ended(span) => in_days(span, recording.ended_at),
            Condition::Seen(span) => in_days(span, Some(row.first_seen)),
            Condition::Verified(span) => {
                in_days(span, row.copy.as_ref().map(|copy| copy.verified_at))
            }
            Condition::Rule(list) => {
                recording.rule_ids.iter().any(|rule| whole(list, &Some(rule.clone())))
            }
            Condition::File(text) => part(text, &recording.file_name),
            Condition::Address(text) => part(text, &recording.media_url),
        }
    }

    fn compare(&self, a: &StoredRecording, b: &StoredRecording, search: &Search) -> Ordering {
        let newest = [Sort::default()];
        let sort = if search.sort.is_empty() { &newest[..] } else { &search.sort };
        let directed =
            |order: Ordering, descending| if descending { order.reverse() } else { order };
        for step in sort {
            let order = match (self.value(a, *step, search), self.value(b, *step, search)) {
                (Some(a), Some(b)) => directed(a.partial_cmp(&b).unwrap(), step.descending),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            };
            if order.is_ne() {
                return order;
            }
        }
        let descending = sort.last().unwrap().descending;
        directed(a.recording.when().cmp(&b.recording.when()).then(a.key.cmp(&b.key)), descending)
    }

    fn value(&self, row: &StoredRecording, sort: Sort, search: &Search) -> Option<Value> {
        let recording = &row.recording;
        let at = |at: Option<Timestamp>| at.map(|at| Value::Whole(i128::from(at.as_millisecond())));
        let whole = |value: Option<u64>| value.map(|value| Value::Whole(i128::from(value)));
        let text = |value: &Option<String>| {
            value.as_deref().map(fold).filter(|text| !text.is_empty()).map(Value::Text)
        };
        let list = |list: &[String]| {
            let list: Vec<String> =
                list.iter().map(|one| fold(one)).filter(|one| !one.is_empty()).collect();
            (!list.is_empty()).then_some(Value::List(list))
        };
        let party = |party: &Option<String>| {
            let party = party.as_deref()?;
            let digits = phone::digits(party);
            let value = if digits.is_empty() { fold(party) } else { digits };
            (!value.is_empty()).then_some(Value::Text(value))
        };
        let country = |party: &Option<String>| {
            party.as_deref().and_then(phone::country).map(|code| Value::Text(code.to_owned()))
        };
        let local = recording.when().map(|at| search.zone.to_datetime(at));
        match sort.column {
            SortColumn::When => at(recording.when()),
            SortColumn::Age => {
                recording.when().map(|at| Value::Whole(-i128::from(at.as_millisecond())))
            }
            SortColumn::From => party(&recording.from),
            SortColumn::To => party(&recording.to),
            SortColumn::Duration => whole(recording.duration_ms),
            SortColumn::Kind => text(&recording.kind),
            SortColumn::Format => text(&recording.format),
            SortColumn::Size => whole(size(row)),
            SortColumn::Conference => text(&recording.conference_name),
            SortColumn::Account => {
                let account = self.accounts.iter().find(|one| one[0] == row.account.to_string());
                account.map(|account| Value::Text(fold(&account[1])))
            }
            SortColumn::State => Some(Value::Whole(match row.state {
                CopyState::NotSaved => 0,
                CopyState::Failed => 1,
                CopyState::Moving => 2,
                CopyState::Remarked => 3,
                CopyState::Verified => 4,
            })),
            SortColumn::Direction => text(&recording.direction),
            SortColumn::Caller => text(&recording.caller_name),
            SortColumn::Extensions => list(&recording.extensions),
            SortColumn::Cost => recording.monthly_cost.map(Value::Real),
            SortColumn::Hour => local.map(|local| Value::Whole(i128::from(local.hour()))),
            SortColumn::Weekday => {
                local.map(|local| Value::Whole(i128::from(local.weekday().to_monday_zero_offset())))
            }
            SortColumn::FromCountry => country(&recording.from),
            SortColumn::ToCountry => country(&recording.to),
            SortColumn::Added => at(recording.added_at),
            SortColumn::Ended => at(recording.ended_at),
            SortColumn::Billed => whole(recording.billed_s),
            SortColumn::StorageDays => {
                recording.storage_days.map(|days| Value::Whole(i128::from(days)))
            }
            SortColumn::StorageRate => recording.storage_rate.map(Value::Real),
            SortColumn::FirstSeen => at(Some(row.first_seen)),
            SortColumn::VerifiedAt => at(row.copy.as_ref().map(|copy| copy.verified_at)),
            SortColumn::Id => text(&Some(recording.id.to_string())),
            SortColumn::Call => text(&recording.call_uuid.as_ref().map(ToString::to_string)),
            SortColumn::Star => Some(Value::Whole(i128::from(row.annotations.starred))),
            SortColumn::Tags => list(&row.annotations.tags),
            SortColumn::Note => text(&row.annotations.note),
            SortColumn::Hold => text(&row.annotations.hold.as_ref().map(|hold| hold.name.clone())),
            SortColumn::Rules => (!recording.rule_ids.is_empty())
                .then(|| Value::Text(serde_json::to_string(&recording.rule_ids).unwrap())),
            SortColumn::FileName => as_written(recording.file_name.as_ref()),
            SortColumn::Address => as_written(recording.media_url.as_ref()),
        }
    }
}

#[derive(PartialEq, PartialOrd)]
enum Value {
    Whole(i128),
    Real(f64),
    Text(String),
    List(Vec<String>),
}

fn as_written(text: Option<&String>) -> Option<Value> {
    text.filter(|text| !text.is_empty()).cloned().map(Value::Text)
}

fn is_there(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.is_empty())
}

fn size(row: &StoredRecording) -> Option<u64> {
    row.copy.as_ref().map(|copy| copy.size_bytes).or(row.recording.size_bytes)
}

fn in_party(term: &Term, party: &str) -> bool {
    let by_digits = match term {
        Term::Digits { digits, .. } => phone::digits(party).contains(digits.as_str()),
        Term::Text(_) => false,
    };
    by_digits || fold(party).contains(&fold(term.typed()))
}

fn is_word(term: &Term, row: &StoredRecording) -> bool {
    let typed = fold(term.typed());
    let recording = &row.recording;
    let parties = [&recording.from, &recording.to];
    let texts = [
        recording.conference_name.as_deref(),
        recording.caller_name.as_deref(),
        recording.kind.as_deref(),
        row.annotations.note.as_deref(),
        row.annotations.hold.as_ref().map(|hold| hold.name.as_str()),
        row.annotations.hold.as_ref().map(|hold| hold.reason.as_str()),
    ];
    let ids = [Some(recording.id.as_str()), recording.call_uuid.as_ref().map(CallUuid::as_str)];
    let long_enough = typed.chars().count() >= SHORTEST_ID_PART;
    parties.into_iter().flatten().any(|party| in_party(term, party))
        || texts
            .into_iter()
            .flatten()
            .chain(recording.extensions.iter().map(String::as_str))
            .chain(row.annotations.tags.iter().map(String::as_str))
            .chain(ids.into_iter().flatten().filter(|_| long_enough))
            .any(|text| fold(text).contains(&typed))
}

fn has_state(state: SavedState, row: &StoredRecording) -> bool {
    match state {
        SavedState::Saved => row.copy.is_some(),
        SavedState::Unsaved => row.copy.is_none(),
        SavedState::Moving => row.state == CopyState::Moving,
        SavedState::Verified => row.state == CopyState::Verified,
        SavedState::Remarked => row.state == CopyState::Remarked,
        SavedState::Failed => row.state == CopyState::Failed,
        SavedState::Gone => row.gone,
        SavedState::Lost => row.gone && row.copy.is_none(),
        SavedState::Deleted => row.gone && row.deleted_by_us,
    }
}

fn has_some(has: Has, row: &StoredRecording) -> bool {
    let recording = &row.recording;
    match has {
        Has::Note => row.annotations.note.is_some(),
        Has::Tag => !row.annotations.tags.is_empty(),
        Has::Star => row.annotations.starred,
        Has::Hold => row.annotations.hold.is_some(),
        Has::Copy | Has::Verified => row.copy.is_some(),
        Has::From => is_there(recording.from.as_ref()),
        Has::To => is_there(recording.to.as_ref()),
        Has::Name => is_there(recording.caller_name.as_ref()),
        Has::Conference => is_there(recording.conference_name.as_ref()),
        Has::Extension => recording.extensions.iter().any(|one| !one.is_empty()),
        Has::Date => recording.when().is_some(),
        Has::Duration => recording.duration_ms.is_some(),
        Has::Size => size(row).is_some(),
        Has::Cost => recording.monthly_cost.is_some(),
        Has::Call => recording.call_uuid.is_some(),
        Has::Billed => recording.billed_s.is_some(),
        Has::Storage => recording.storage_days.is_some(),
        Has::Rate => recording.storage_rate.is_some(),
        Has::Added => recording.added_at.is_some(),
        Has::Ended => recording.ended_at.is_some(),
        Has::Rule => !recording.rule_ids.is_empty(),
        Has::File => is_there(recording.file_name.as_ref()),
        Has::Address => is_there(recording.media_url.as_ref()),
    }
}

fn has_party(side: Side, term: &Term, row: &StoredRecording) -> bool {
    let recording = &row.recording;
    let named = |name: &Option<String>| match term {
        Term::Text(text) => name.as_ref().is_some_and(|name| fold(name).contains(&fold(text))),
        Term::Digits { .. } => false,
    };
    let from = recording.from.as_deref().is_some_and(|party| in_party(term, party))
        || named(&recording.caller_name);
    let to = recording.to.as_deref().is_some_and(|party| in_party(term, party))
        || named(&recording.conference_name);
    match side {
        Side::From => from,
        Side::To => to,
        Side::Either => from || to,
    }
}
