//! What rows are sorted by: for each column a number of each row that sorts like its value.
//!
//! Texts are ranked once and looked up. Columns that only the file has, and ids, are ranked for all rows together when a
//! large result is first sorted by them, and the ranks are kept until rows change.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use domain::search::SortColumn;

use super::filter::Context;
use super::ids::Ids;
use super::lock;
use super::numbers::{index, there};
use super::packed::Packed;
use super::radix;
use super::rows::{Class, HELD, NEVER, Rows, STARRED};
use crate::error::Result;

/// So few rows are read from the file one by one.
const MOST_READ_ALONE: usize = 2000;

/// How many columns of the file are kept: twenty bits a row each, when there are a million.
const KEPT_COLUMNS: usize = 8;

/// A number for each row that has a value, sorting like it.
pub(super) type Values<'a> = Box<dyn Fn(usize) -> Option<u64> + 'a>;

/// Reads a column that only the file has, for some keys or for all: for each with a value, in the order of keys, a number
/// that sorts like it.
pub(super) type ReadColumn<'a> = &'a dyn Fn(SortColumn, Option<&[u32]>) -> Result<Vec<(u32, u64)>>;

/// Ranks that are kept.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Ranks of parties and of words, for as many of them as there were.
    parties: Mutex<Arc<Vec<u32>>>,
    words: Mutex<Arc<Vec<u32>>>,
    dear: Mutex<Vec<Dear>>,
}

/// Ranks of all rows by a column that takes a look at every one of them: the place of each value from 1; 0 is none.
#[derive(Debug)]
struct Dear {
    column: SortColumn,
    /// Of the rows.
    version: u64,
    ranks: Arc<Packed>,
}

impl Columns {
    /// Forgets everything, for other rows.
    pub(super) fn clear(&self) {
        *lock(&self.parties) = Arc::default();
        *lock(&self.words) = Arc::default();
        lock(&self.dear).clear();
    }

    /// The values of a column, for these rows at least.
    pub(super) fn values<'a>(
        &self,
        rows: &'a Rows,
        list: &[u32],
        column: SortColumn,
        context: &Context<'a>,
        read: ReadColumn<'_>,
    ) -> Result<Values<'a>> {
        let when = move |row: usize| there(rows.columns.when.get(row));
        Ok(match column {
            SortColumn::When => Box::new(when),
            SortColumn::Added => Box::new(move |row| rows.added_ms(row).map(signed)),
            SortColumn::Age => Box::new(move |row| when(row).map(|at| u64::MAX - at)),
            SortColumn::From | SortColumn::To => {
                let ranks = self.party_ranks(rows);
                let columns = &rows.columns;
                let parties = if column == SortColumn::From { &columns.from } else { &columns.to };
                Box::new(move |row| rank(&ranks, index(parties.get(row))))
            }
            SortColumn::Duration => Box::new(move |row| rows.duration_ms(row)),
            SortColumn::Size => Box::new(move |row| rows.bytes(row)),
            SortColumn::Cost => Box::new(move |row| rows.cost(row).map(real)),
            SortColumn::Kind | SortColumn::Format | SortColumn::Direction => {
                let ranks = self.word_ranks(rows);
                of_class(rows, |class| {
                    let word = match column {
                        SortColumn::Kind => class.kind,
                        SortColumn::Format => class.format,
                        _ => class.direction,
                    };
                    rank(&ranks, word as usize)
                })
            }
            SortColumn::Caller | SortColumn::Conference => {
                let ranks = self.word_ranks(rows);
                let of_name: Vec<Option<u64>> = rows
                    .names
                    .all()
                    .iter()
                    .map(|(caller, conference)| {
                        let is_caller = column == SortColumn::Caller;
                        rank(&ranks, if is_caller { *caller } else { *conference } as usize)
                    })
                    .collect();
                Box::new(move |row| of_name[rows.name(row)])
            }
            SortColumn::Extensions => {
                let places = text_places(rows.classes.all().iter().map(|class| {
                    let words: Vec<&str> =
                        class.extensions.iter().map(|word| rows.words.text(*word)).collect();
                    (!words.is_empty()).then(|| words.join("\u{1f}"))
                }));
                Box::new(move |row| places[rows.class(row)])
            }
            SortColumn::Account => {
                let labels: HashMap<i64, &str> = context
                    .accounts
                    .iter()
                    .map(|account| (account.no, account.label.as_str()))
                    .collect();
                let places = text_places(
                    rows.classes
                        .all()
                        .iter()
                        .map(|class| labels.get(&class.account_no).map(|it| (*it).to_owned())),
                );
                Box::new(move |row| places[rows.class(row)])
            }
            SortColumn::State => Box::new(move |row| Some(u64::from(rows.state(row)))),
            SortColumn::Hour | SortColumn::Weekday => {
                let clock = rows.clock(context.zone);
                Box::new(move |row| {
                    let at = rows.when_ms(row);
                    (at != NEVER).then(|| match column {
                        SortColumn::Hour => u64::from(clock.hour(at)),
                        _ => u64::from(clock.weekday(at)),
                    })
                })
            }
            SortColumn::FromCountry | SortColumn::ToCountry => {
                let countries = context.countries.of(&rows.parties);
                Box::new(move |row| {
                    let party = match column {
                        SortColumn::FromCountry => rows.from(row),
                        _ => rows.to(row),
                    };
                    countries.of(party).map(|code| u64::from(u16::from_be_bytes(code)))
                })
            }
            SortColumn::Star | SortColumn::Hold | SortColumn::Tags | SortColumn::Note => {
                mark_values(rows, column)
            }
            SortColumn::Id
            | SortColumn::Call
            | SortColumn::Ended
            | SortColumn::Billed
            | SortColumn::StorageDays
            | SortColumn::StorageRate
            | SortColumn::FirstSeen
            | SortColumn::VerifiedAt
            | SortColumn::Rules
            | SortColumn::FileName
            | SortColumn::Address => self.dear_values(rows, list, column, read)?,
        })
    }

    fn party_ranks(&self, rows: &Rows) -> Arc<Vec<u32>> {
        let text = |number: u32| match rows.parties.digits(number) {
            "" => rows.parties.text(number),
            digits => digits,
        };
        kept_ranks(&self.parties, rows.parties.len(), text)
    }

    fn word_ranks(&self, rows: &Rows) -> Arc<Vec<u32>> {
        kept_ranks(&self.words, rows.words.len(), |number| rows.words.text(number))
    }

    /// A column whose ranks take a look at every row: of a few rows by themselves, or of all.
    fn dear_values<'a>(
        &self,
        rows: &'a Rows,
        list: &[u32],
        column: SortColumn,
        read: ReadColumn<'_>,
    ) -> Result<Values<'a>> {
        let ids = match column {
            SortColumn::Id => Some(&rows.ids),
            SortColumn::Call => Some(&rows.calls),
            _ => None,
        };
        if let Some(ranks) = self.known(column, rows.version) {
            return Ok(Box::new(move |row| ranks.get(row).checked_sub(1)));
        }
        if list.len() <= MOST_READ_ALONE {
            if let Some(ids) = ids {
                return Ok(few_ids(ids, list));
            }
            let mut keys: Vec<u32> = list.iter().map(|row| rows.key(*row as usize)).collect();
            keys.sort_unstable();
            let of_key: HashMap<u32, u64> = read(column, Some(&keys))?.into_iter().collect();
            return Ok(Box::new(move |row| of_key.get(&rows.key(row)).copied()));
        }
        let places = match ids {
            Some(ids) => ids.places(),
            None => places_in_file(rows, read(column, None)?),
        };
        let ranks = Arc::new(Packed::of(places.into_iter().map(u64::from)));
        let mut dear = lock(&self.dear);
        dear.retain(|known| known.column != column && known.version == rows.version);
        dear.insert(0, Dear { column, version: rows.version, ranks: Arc::clone(&ranks) });
        dear.truncate(KEPT_COLUMNS);
        Ok(Box::new(move |row| ranks.get(row).checked_sub(1)))
    }

    fn known(&self, column: SortColumn, version: u64) -> Option<Arc<Packed>> {
        let dear = lock(&self.dear);
        let found = dear.iter().find(|known| known.column == column && known.version == version);
        found.map(|known| Arc::clone(&known.ranks))
    }
}

fn of_class(rows: &Rows, value: impl Fn(&Class) -> Option<u64>) -> Values<'_> {
    let of_class: Vec<Option<u64>> = rows.classes.all().iter().map(value).collect();
    Box::new(move |row| of_class[rows.class(row)])
}

/// Ranks of texts by their numbers, kept for as long as there are no new texts. Equal texts have equal ranks; the empty
/// one has rank 0, which stands for none.
fn kept_ranks<'a>(
    kept: &Mutex<Arc<Vec<u32>>>,
    count: usize,
    text: impl Fn(u32) -> &'a str,
) -> Arc<Vec<u32>> {
    let mut kept = lock(kept);
    if kept.len() != count {
        let numbers = 0..u32::try_from(count).unwrap_or(u32::MAX);
        let mut numbers: Vec<(u64, u32)> =
            numbers.map(|number| (beginning(text(number)), number)).collect();
        numbers.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a.1).cmp(text(b.1))));
        let mut ranks = vec![0; count];
        let (mut rank, mut last) = (0, "");
        for (_, number) in numbers {
            let this = text(number);
            if this != last {
                rank += 1;
                last = this;
            }
            ranks[number as usize] = rank;
        }
        *kept = Arc::new(ranks);
    }
    Arc::clone(&kept)
}

/// What a text begins with, as a number that sorts like it as far as it goes. Sixteen digits fit, which is every number; they
/// differ late, so the first few bytes would not tell them apart.
fn beginning(text: &str) -> u64 {
    let mut packed = 0;
    for (byte, shift) in text.bytes().take(16).zip((0..64).step_by(4).rev()) {
        match byte {
            b'0'..=b'9' => packed |= u64::from(byte - b'0' + 2) << shift,
            // Below all digits, and above them. What follows is left to a look at the texts.
            0..b'0' => return packed | 1 << shift,
            _ => return packed | 12 << shift,
        }
    }
    packed
}

fn rank(ranks: &[u32], number: usize) -> Option<u64> {
    match ranks[number] {
        0 => None,
        rank => Some(u64::from(rank)),
    }
}

/// The place of each text among all of them; equal ones share it.
fn text_places(values: impl Iterator<Item = Option<String>>) -> Vec<Option<u64>> {
    let values: Vec<Option<String>> = values.collect();
    let mut sorted: Vec<&String> = values.iter().flatten().collect();
    sorted.sort();
    sorted.dedup();
    values
        .iter()
        .map(|value| {
            let value = value.as_ref()?;
            sorted.binary_search(&value).ok().and_then(|place| u64::try_from(place).ok())
        })
        .collect()
}

/// What a person wrote on rows.
fn mark_values(rows: &Rows, column: SortColumn) -> Values<'_> {
    match column {
        SortColumn::Hold => marked(rows, |row| {
            rows.marks(row)
                .filter(|_| rows.flags(row) & HELD != 0)
                .and_then(|marks| marks.hold.clone())
        }),
        SortColumn::Tags => marked(rows, |row| {
            rows.marks(row)
                .filter(|marks| !marks.tags.is_empty())
                .map(|marks| marks.tags.join("\u{1f}"))
        }),
        SortColumn::Note => marked(rows, |row| {
            rows.marks(row).map(|marks| marks.note.clone()).filter(|note| !note.is_empty())
        }),
        _ => Box::new(move |row| Some(u64::from(rows.flags(row) & STARRED != 0))),
    }
}

/// Ranks of a text that only marked rows have.
fn marked<'a>(rows: &Rows, text: impl Fn(usize) -> Option<String>) -> Values<'a> {
    let numbers: Vec<u32> = rows.marks.keys().copied().collect();
    let ranks = text_places(numbers.iter().map(|row| text(*row as usize)));
    let of_row: HashMap<u32, Option<u64>> = numbers.into_iter().zip(ranks).collect();
    Box::new(move |row| of_row.get(&u32::try_from(row).ok()?).copied().flatten())
}

/// Ids of a few rows.
fn few_ids<'a>(ids: &Ids, list: &[u32]) -> Values<'a> {
    let texts = text_places(
        list.iter().map(|row| Some(ids.text(*row as usize)).filter(|id| !id.is_empty())),
    );
    let of_row: HashMap<u32, Option<u64>> = list.iter().copied().zip(texts).collect();
    Box::new(move |row| of_row.get(&u32::try_from(row).ok()?).copied().flatten())
}

/// The place of each row by a column of the file, from 1; 0 is a row without a value.
fn places_in_file(rows: &Rows, values: Vec<(u32, u64)>) -> Vec<u32> {
    let mut pairs = Vec::with_capacity(values.len());
    let mut next = 0;
    for (key, value) in values {
        // Both come in the order of keys.
        while next < rows.len() && rows.key(next) < key {
            next += 1;
        }
        if next < rows.len()
            && rows.key(next) == key
            && let Ok(row) = u32::try_from(next)
        {
            pairs.push((value, row));
        }
    }
    radix::places(pairs, rows.len())
}

/// A whole number as one that sorts like it.
pub(super) fn signed(value: i64) -> u64 {
    value.cast_unsigned() ^ (1 << 63)
}

/// A real number as a whole one that sorts like it.
pub(super) fn real(value: f64) -> u64 {
    // A zero is a zero.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_beginning_sorts_like_its_text(a in "[0-9]{0,20}|[ +-:a]{0,3}[0-9]{0,3}|\\PC{0,4}", b in "[0-9]{0,20}|[ +-:a]{0,3}[0-9]{0,3}|\\PC{0,4}") {
            let by_beginning = beginning(&a).cmp(&beginning(&b));
            prop_assert!(by_beginning.is_eq() || by_beginning == a.cmp(&b), "{} {}", a, b);
        }
    }
}
