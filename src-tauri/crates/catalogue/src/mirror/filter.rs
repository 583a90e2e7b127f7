//! Which rows a query is true of.
//!
//! A condition on something that rows share is decided once for each text or class and looked up for the rows. Nothing is
//! guessed: the answer is the one that a look at every row would give.

mod of_file;

use domain::query::values::{Comparison, Cost};
use domain::query::{Condition, Has, Query, SHORTEST_ID_PART, SavedState, Side, Term};
use domain::text::fold;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::bits::Bits;
use super::clock::LocalClock;
use super::countries::Countries;
use super::numbers::{Numbers, flags, index, moment, there};
use super::packed::{NONE, Packed};
use super::rows::{DEAD, DELETED, GONE, HELD, NEVER, Rows, STARRED};

pub(super) use of_file::{KeptAnswers, OfFile};

/// What a query is resolved against.
pub(super) struct Context<'a> {
    pub(super) now: Timestamp,
    pub(super) zone: &'a TimeZone,
    pub(super) accounts: &'a [AccountNames],
    pub(super) countries: &'a Countries,
}

/// How an account can be named, folded.
#[derive(Debug, Clone)]
pub(super) struct AccountNames {
    pub(super) no: i64,
    pub(super) label: String,
    pub(super) ids: [String; 2],
}

impl Rows {
    /// The rows that are there.
    pub(super) fn alive(&self) -> Bits {
        self.where_flags(|flags| flags & DEAD == 0)
    }

    /// The rows a query is true of, with what was read from the file for it. Dead rows may be among them.
    pub(super) fn rows_of(&self, query: &Query, context: &Context<'_>, of_file: &OfFile) -> Bits {
        match query {
            Query::All(all) => {
                let mut rows = Bits::all(self.len());
                for part in all {
                    rows.and(&self.rows_of(part, context, of_file));
                    if rows.is_empty() {
                        break;
                    }
                }
                rows
            }
            Query::Any(any) => {
                let mut rows = Bits::none(self.len());
                for part in any {
                    rows.or(&self.rows_of(part, context, of_file));
                }
                rows
            }
            Query::Not(inner) => {
                let mut rows = self.rows_of(inner, context, of_file);
                rows.not();
                rows
            }
            Query::Is(condition) => self.rows_with(condition, context, of_file),
        }
    }

    fn rows_with(&self, condition: &Condition, context: &Context<'_>, of_file: &OfFile) -> Bits {
        match condition {
            Condition::Word(term) => self.with_word(term, of_file),
            Condition::Party(side, term) => self.with_party_or_name(*side, term),
            Condition::Duration(is) => within(is.bounds(), &self.columns.duration_ms),
            Condition::Size(is) => within(is.bounds(), &self.columns.bytes),
            Condition::Date(span) => self.between(span.bounds(context.now, context.zone)),
            Condition::Last(recent) => {
                let first = recent.since_ms(context.now);
                self.between((first, context.now.as_millisecond().saturating_add(1)))
            }
            Condition::Age(is) => self.between(is.moments(context.now)),
            Condition::Kind(list) => self.with_class_word(list, |class| class.kind),
            Condition::Format(list) => self.with_class_word(list, |class| class.format),
            Condition::Direction(list) => {
                let wanted: Vec<String> = list.iter().map(|text| fold(text)).collect();
                let words = self.words.matching(|word| {
                    wanted.iter().any(|begun| !word.is_empty() && word.starts_with(begun))
                });
                self.where_class(|class| words.has(class.direction as usize))
            }
            Condition::Extension(list) => {
                let words = self.whole_words(list);
                self.where_class(|class| {
                    class.extensions.iter().any(|word| words.has(*word as usize))
                })
            }
            Condition::Name(text) => {
                let words = self.words.containing(&fold(text));
                self.where_name(|(caller, _)| words.has(caller as usize))
            }
            Condition::Conference(text) => {
                let words = self.words.containing(&fold(text));
                self.where_name(|(_, conference)| words.has(conference as usize))
            }
            Condition::Account(list) => self.with_account(list, context),
            Condition::State(list) => {
                self.where_flags(|flags| list.iter().any(|state| has_state(flags, *state)))
            }
            Condition::Cost(is) => self.with_cost(*is),
            Condition::Tag(list) => {
                let wanted: Vec<String> = list.iter().map(|text| fold(text)).collect();
                self.where_marks(|marks| marks.tags.iter().any(|tag| wanted.contains(tag)))
            }
            Condition::Note(text) => {
                let text = fold(text);
                self.where_marks(|marks| marks.note.contains(&text))
            }
            Condition::Hold(text) => {
                let text = fold(text);
                let mut rows = self.where_marks(|marks| {
                    marks.hold.as_ref().is_some_and(|hold| hold.contains(&text))
                });
                of_file.add_held_because(&text, &mut rows);
                rows
            }
            Condition::Has(list) => self.with_any(list, of_file),
            Condition::Id(text) => {
                let mut rows = Bits::none(self.len());
                self.ids.add_containing(&fold(text), &mut rows);
                rows
            }
            Condition::Call(text) => {
                let mut rows = Bits::none(self.len());
                self.calls.add_containing(&fold(text), &mut rows);
                rows
            }
            Condition::Hour(range) => {
                let clock = self.clock(context.zone);
                self.where_time(|at| range.contains(clock.hour(at)))
            }
            Condition::Weekday(days) => {
                let clock = self.clock(context.zone);
                self.where_time(|at| days.contains(clock.weekday(at)))
            }
            Condition::Added(span) => self.added_between(span.bounds(context.now, context.zone)),
            Condition::Billed(_)
            | Condition::Storage(_)
            | Condition::Rate(_)
            | Condition::Ended(_)
            | Condition::Seen(_)
            | Condition::Verified(_)
            | Condition::Rule(_)
            | Condition::File(_)
            | Condition::Address(_) => {
                let found = of_file.rows_with(condition, context).cloned();
                found.unwrap_or_else(|| Bits::none(self.len()))
            }
            Condition::Country(side, list) => {
                let countries = context.countries.of(&self.parties);
                let wanted = Bits::of(countries.len(), |number| {
                    countries
                        .of(number)
                        .is_some_and(|country| list.iter().any(|code| code.as_bytes() == country))
                });
                self.with_party(*side, &wanted)
            }
        }
    }

    fn with_cost(&self, is: Comparison<Cost>) -> Bits {
        let costs = Bits::of(self.costs.all().len(), |number| {
            is.holds(f64::from_bits(self.costs.all()[number]))
        });
        self.columns.cost.rows_where(|cost| there(cost).is_some_and(|cost| costs.has(index(cost))))
    }

    fn added_between(&self, (first, past): (i64, i64)) -> Bits {
        Bits::of(self.len(), |row| self.added_ms(row).is_some_and(|at| (first..past).contains(&at)))
    }

    /// A name is often all that is known of a party: text is looked for in the caller's and the conference's too.
    fn with_party_or_name(&self, side: Side, term: &Term) -> Bits {
        let mut rows = self.with_party(side, &self.parties_with(term));
        if let Term::Text(text) = term {
            let words = self.words.containing(&fold(text));
            rows.or(&self.where_name(|(caller, conference)| {
                (side != Side::To && words.has(caller as usize))
                    || (side != Side::From && words.has(conference as usize))
            }));
        }
        rows
    }

    fn with_account(&self, list: &[String], context: &Context<'_>) -> Bits {
        let wanted: Vec<String> = list.iter().map(|text| fold(text)).collect();
        let is_meant = |account: &AccountNames| {
            wanted.iter().any(|text| account.label.contains(text) || account.ids.contains(text))
        };
        let numbers: Vec<i64> =
            context.accounts.iter().filter(|one| is_meant(one)).map(|one| one.no).collect();
        self.where_class(|class| numbers.contains(&class.account_no))
    }

    /// How the clock of a zone reads over all rows.
    pub(super) fn clock(&self, zone: &TimeZone) -> LocalClock {
        let times = || self.columns.when.iter().map(moment).filter(|at| *at != NEVER);
        LocalClock::new(zone, times().min().unwrap_or(0), times().max().unwrap_or(0))
    }

    fn with_word(&self, term: &Term, of_file: &OfFile) -> Bits {
        let text = fold(term.typed());
        let parties = self.parties_with(term);
        let mut rows = self.with_party(Side::Either, &parties);
        let words = self.words.containing(&text);
        if !words.is_empty() {
            let classes = Bits::of(self.classes.all().len(), |number| {
                let class = &self.classes.all()[number];
                words.has(class.kind as usize)
                    || class.extensions.iter().any(|word| words.has(*word as usize))
            });
            if !classes.is_empty() {
                rows.or(&self.columns.class.rows_where(|class| classes.has(index(class))));
            }
            rows.or(&self.where_name(|(caller, conference)| {
                words.has(caller as usize) || words.has(conference as usize)
            }));
        }
        rows.or(&self.where_marks(|marks| {
            marks.note.contains(&text)
                || marks.tags.iter().any(|tag| tag.contains(&text))
                || marks.hold.as_ref().is_some_and(|hold| hold.contains(&text))
        }));
        of_file.add_held_because(&text, &mut rows);
        if text.chars().count() >= SHORTEST_ID_PART {
            self.ids.add_containing(&text, &mut rows);
            self.calls.add_containing(&text, &mut rows);
        }
        rows
    }

    /// The parties that a term is part of.
    fn parties_with(&self, term: &Term) -> Bits {
        let text = fold(term.typed());
        match term {
            Term::Digits { digits, .. } => self.parties.with_digits(&text, digits),
            Term::Text(_) => self.parties.containing(&text),
        }
    }

    fn with_party(&self, side: Side, parties: &Bits) -> Bits {
        if parties.is_empty() {
            return Bits::none(self.len());
        }
        let is_meant = |party| parties.has(index(party));
        let Numbers { from, to, .. } = &self.columns;
        match side {
            Side::From => from.rows_where(is_meant),
            Side::To => to.rows_where(is_meant),
            Side::Either => {
                let mut rows = from.rows_where(is_meant);
                rows.or(&to.rows_where(is_meant));
                rows
            }
        }
    }

    fn whole_words(&self, list: &[String]) -> Bits {
        let wanted: Vec<String> = list.iter().map(|text| fold(text)).collect();
        self.words.matching(|word| wanted.iter().any(|wanted| wanted == word))
    }

    fn with_class_word(&self, list: &[String], word: impl Fn(&super::rows::Class) -> u32) -> Bits {
        let words = self.whole_words(list);
        self.where_class(|class| words.has(word(class) as usize))
    }

    pub(super) fn where_class(&self, holds: impl Fn(&super::rows::Class) -> bool) -> Bits {
        let all = self.classes.all();
        let classes = Bits::of(all.len(), |number| holds(&all[number]));
        if classes.is_empty() {
            return Bits::none(self.len());
        }
        self.columns.class.rows_where(|class| classes.has(index(class)))
    }

    fn where_name(&self, holds: impl Fn((u32, u32)) -> bool) -> Bits {
        let all = self.names.all();
        let names = Bits::of(all.len(), |number| holds(all[number]));
        if names.is_empty() {
            return Bits::none(self.len());
        }
        self.columns.name.rows_where(|name| names.has(index(name)))
    }

    pub(super) fn where_flags(&self, holds: impl Fn(u16) -> bool) -> Bits {
        self.columns.flags.rows_where(|it| holds(flags(it)))
    }

    pub(super) fn where_duration(&self, holds: impl Fn(u64) -> bool) -> Bits {
        self.columns.duration_ms.rows_where(|length_ms| there(length_ms).is_some_and(&holds))
    }

    fn where_marks(&self, holds: impl Fn(&super::rows::Marks) -> bool) -> Bits {
        let mut rows = Bits::none(self.len());
        for (row, marks) in &self.marks {
            if holds(marks) {
                rows.add(*row as usize);
            }
        }
        rows
    }

    fn where_time(&self, holds: impl Fn(i64) -> bool) -> Bits {
        self.columns.when.rows_where(|at| at != NONE && holds(moment(at)))
    }

    /// Rows whose moment lies from the first to before the second.
    pub(super) fn between(&self, (first, past): (i64, i64)) -> Bits {
        self.where_time(|at| at >= first && at < past)
    }

    fn with_any(&self, list: &[Has], of_file: &OfFile) -> Bits {
        let mut rows = Bits::none(self.len());
        for has in list {
            rows.or(&self.with_some(*has, of_file));
        }
        rows
    }

    fn with_some(&self, has: Has, of_file: &OfFile) -> Bits {
        match has {
            Has::Note => self.where_marks(|marks| !marks.note.is_empty()),
            Has::Tag => self.where_marks(|marks| !marks.tags.is_empty()),
            Has::Star => self.where_flags(|flags| flags & STARRED != 0),
            Has::Hold => self.where_flags(|flags| flags & HELD != 0),
            Has::Copy => self.where_flags(|flags| has_state(flags, SavedState::Saved)),
            Has::From => self.columns.from.rows_where(|party| party > 0),
            Has::To => self.columns.to.rows_where(|party| party > 0),
            Has::Name => self.where_name(|(caller, _)| caller > 0),
            Has::Conference => self.where_name(|(_, conference)| conference > 0),
            Has::Extension => self.where_class(|class| !class.extensions.is_empty()),
            Has::Date => self.where_time(|_| true),
            Has::Duration => self.columns.duration_ms.rows_where(|length| length != NONE),
            Has::Size => self.columns.bytes.rows_where(|bytes| bytes != NONE),
            Has::Cost => self.columns.cost.rows_where(|cost| cost != NONE),
            Has::Call => Bits::of(self.len(), |row| self.calls.is_there(row)),
            Has::Added => self.columns.added.rows_where(|added| added != NONE),
            Has::Billed
            | Has::Storage
            | Has::Rate
            | Has::Ended
            | Has::Verified
            | Has::Rule
            | Has::File
            | Has::Address => {
                of_file.rows_with_some(has).cloned().unwrap_or_else(|| Bits::none(self.len()))
            }
        }
    }
}

/// Whether a row with these flags is in a state.
pub(super) fn has_state(flags: u16, state: SavedState) -> bool {
    let number = flags & 7;
    let (gone, deleted) = (flags & GONE != 0, flags & DELETED != 0);
    match state {
        SavedState::Saved => number >= 3,
        SavedState::Unsaved => number < 3,
        SavedState::Failed => number == 1,
        SavedState::Moving => number == 2,
        SavedState::Remarked => number == 3,
        SavedState::Verified => number == 4,
        SavedState::Gone => gone,
        SavedState::Lost => gone && number < 3,
        SavedState::Deleted => gone && deleted,
    }
}

/// The rows whose number in a column is at least the first and below the second.
fn within((first, past): (u64, Option<u64>), column: &Packed) -> Bits {
    column
        .rows_where(|value| value != NONE && value >= first && past.is_none_or(|past| value < past))
}
