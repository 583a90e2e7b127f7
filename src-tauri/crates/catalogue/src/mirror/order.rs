//! The order of rows.
//!
//! Every column gives each row a rank, a number that sorts like its value; rows without a value come last in both
//! directions. A large result takes its order from the order of all rows, which is kept until rows change; a small one is
//! sorted by itself.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::search::{Sort, SortColumn};

use super::bits::Bits;
use super::filter::Context;
use super::ids::Ids;
use super::rows::{HELD, NEVER, Rows, STARRED};
use super::texts::Texts;
use crate::error::Result;

/// How many orders of all rows are kept: four bytes a row each.
const KEPT_ORDERS: usize = 6;

/// So few rows are read from the file one by one.
const MOST_READ_ALONE: usize = 2000;

/// The rank of what has no value.
const LAST: u64 = u64::MAX;

/// A rank for each row.
type Ranks<'a> = Box<dyn Fn(usize) -> u64 + 'a>;

/// A number for each row that has a value, sorting like it.
type Values<'a> = Box<dyn Fn(usize) -> Option<u64> + 'a>;

/// Reads a column that only the file has, for some keys or for all: for each with a value, in the order of keys, a number
/// that sorts like it.
pub(super) type ReadColumn<'a> = &'a dyn Fn(SortColumn, Option<&[u32]>) -> Result<Vec<(u32, u64)>>;

/// Orders of all rows.
#[derive(Debug, Default)]
pub(super) struct Orders {
    kept: Mutex<Vec<Order>>,
    /// Ranks of parties and of words, for as many of them as there were.
    parties: Mutex<Arc<Vec<u32>>>,
    words: Mutex<Arc<Vec<u32>>>,
}

#[derive(Debug, Clone)]
struct Order {
    key: OrderKey,
    version: u64,
    rows: Arc<Vec<u32>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct OrderKey {
    sort: Vec<Sort>,
    /// What else the order depends on: the time zone, or the names of accounts.
    depends_on: String,
}

impl Orders {
    /// The rows of a set, in order.
    pub(super) fn sorted(
        &self,
        rows: &Rows,
        chosen: &Bits,
        sort: &[Sort],
        context: &Context<'_>,
        read: ReadColumn<'_>,
    ) -> Result<Vec<u32>> {
        let newest = [Sort::default()];
        let sort = if sort.is_empty() { &newest } else { sort };
        let count = chosen.count();
        // Ranks of these columns take a look at every row, so all rows are put in order at once, and stay so.
        let is_dear = sort.iter().any(|step| is_dear(step.column));
        let most_sorted_alone = if is_dear { MOST_READ_ALONE } else { rows.len() / 8 };
        if count < most_sorted_alone.max(MOST_READ_ALONE) {
            let mut list: Vec<u32> =
                chosen.iter().filter_map(|row| u32::try_from(row).ok()).collect();
            if list.len() > 1 {
                self.sort(rows, &mut list, sort, context, read)?;
            }
            return Ok(list);
        }
        let all = self.all_sorted(rows, sort, context, read)?;
        let mut list = Vec::with_capacity(count);
        list.extend(all.iter().copied().filter(|row| chosen.has(*row as usize)));
        Ok(list)
    }

    /// Forgets everything, for other rows.
    pub(super) fn clear(&self) {
        lock(&self.kept).clear();
        *lock(&self.parties) = Arc::default();
        *lock(&self.words) = Arc::default();
    }

    fn all_sorted(
        &self,
        rows: &Rows,
        sort: &[Sort],
        context: &Context<'_>,
        read: ReadColumn<'_>,
    ) -> Result<Arc<Vec<u32>>> {
        let key = OrderKey { sort: sort.to_vec(), depends_on: depends_on(sort, context) };
        let known = lock(&self.kept).iter().find(|order| order.key == key).cloned();
        let mut list = match known {
            Some(order) if order.version == rows.version && order.rows.len() == rows.len() => {
                return Ok(order.rows);
            }
            // What changed since is little, and sorting what is nearly sorted is quick.
            Some(order) => order.rows.as_ref().clone(),
            None => Vec::new(),
        };
        list.extend((list.len()..rows.len()).filter_map(|row| u32::try_from(row).ok()));
        self.sort(rows, &mut list, sort, context, read)?;
        let list = Arc::new(list);
        let mut kept = lock(&self.kept);
        kept.retain(|order| order.key != key);
        kept.insert(0, Order { key, version: rows.version, rows: Arc::clone(&list) });
        kept.truncate(KEPT_ORDERS);
        Ok(list)
    }

    fn sort(
        &self,
        rows: &Rows,
        list: &mut [u32],
        sort: &[Sort],
        context: &Context<'_>,
        read: ReadColumn<'_>,
    ) -> Result<()> {
        let ranks: Vec<Ranks<'_>> = sort
            .iter()
            .map(|step| self.ranks(rows, list, *step, context, read))
            .collect::<Result<_>>()?;
        let Some((first, others)) = ranks.split_first() else { return Ok(()) };
        let descending = sort.last().is_some_and(|sort| sort.descending);
        let tie = |a: u32, b: u32| {
            let (a, b) = (a as usize, b as usize);
            let order = rows.when_ms[a].cmp(&rows.when_ms[b]).then(a.cmp(&b));
            if descending { order.reverse() } else { order }
        };
        let mut ranked: Vec<(u64, u32)> =
            list.iter().map(|row| (first(*row as usize), *row)).collect();
        ranked.sort_by(|a, b| {
            a.0.cmp(&b.0)
                .then_with(|| {
                    others
                        .iter()
                        .map(|rank| rank(a.1 as usize).cmp(&rank(b.1 as usize)))
                        .find(|order| order.is_ne())
                        .unwrap_or(Ordering::Equal)
                })
                .then_with(|| tie(a.1, b.1))
        });
        list.iter_mut().zip(ranked).for_each(|(row, (_, ranked))| *row = ranked);
        Ok(())
    }

    /// The ranks of a column in its direction.
    fn ranks<'a>(
        &self,
        rows: &'a Rows,
        list: &[u32],
        sort: Sort,
        context: &Context<'a>,
        read: ReadColumn<'_>,
    ) -> Result<Ranks<'a>> {
        let values = self.values(rows, list, sort.column, context, read)?;
        let descending = sort.descending;
        Ok(Box::new(move |row| match values(row) {
            None => LAST,
            Some(value) if descending => LAST - 1 - value.min(LAST - 1),
            Some(value) => value.min(LAST - 1),
        }))
    }

    fn values<'a>(
        &self,
        rows: &'a Rows,
        list: &[u32],
        column: SortColumn,
        context: &Context<'a>,
        read: ReadColumn<'_>,
    ) -> Result<Values<'a>> {
        let when = move |row: usize| {
            let at = rows.when_ms[row];
            (at != NEVER).then(|| signed(at))
        };
        Ok(match column {
            SortColumn::When => Box::new(when),
            SortColumn::Age => Box::new(move |row| when(row).map(|at| LAST - 1 - at)),
            SortColumn::From => {
                let ranks = self.party_ranks(rows);
                Box::new(move |row| rank(&ranks, rows.from[row]))
            }
            SortColumn::To => {
                let ranks = self.party_ranks(rows);
                Box::new(move |row| rank(&ranks, rows.to[row]))
            }
            SortColumn::Duration => Box::new(move |row| rows.duration_ms.get(row)),
            SortColumn::Size => Box::new(move |row| rows.bytes.get(row)),
            SortColumn::Cost => Box::new(move |row| rows.cost(row).map(real)),
            SortColumn::Kind | SortColumn::Format | SortColumn::Direction => {
                let ranks = self.word_ranks(rows);
                Box::new(move |row| {
                    let class = rows.classes.get(rows.class[row]);
                    let word = match column {
                        SortColumn::Kind => class.kind,
                        SortColumn::Format => class.format,
                        _ => class.direction,
                    };
                    rank(&ranks, word)
                })
            }
            SortColumn::Caller => {
                let ranks = self.word_ranks(rows);
                Box::new(move |row| rank(&ranks, rows.names.get(rows.name[row]).0))
            }
            SortColumn::Conference => {
                let ranks = self.word_ranks(rows);
                Box::new(move |row| rank(&ranks, rows.names.get(rows.name[row]).1))
            }
            SortColumn::Extensions => {
                let of_class = places(rows.classes.all().iter().map(|class| {
                    let words: Vec<&str> =
                        class.extensions.iter().map(|word| rows.words.text(*word)).collect();
                    (!words.is_empty()).then(|| words.join("\u{1f}"))
                }));
                Box::new(move |row| of_class[rows.class[row] as usize])
            }
            SortColumn::Account => {
                let labels: HashMap<i64, &str> = context
                    .accounts
                    .iter()
                    .map(|account| (account.no, account.label.as_str()))
                    .collect();
                let of_class =
                    places(rows.classes.all().iter().map(|class| {
                        labels.get(&class.account_no).map(|label| (*label).to_owned())
                    }));
                Box::new(move |row| of_class[rows.class[row] as usize])
            }
            SortColumn::State => Box::new(move |row| Some(u64::from(rows.state(row)))),
            SortColumn::Hour | SortColumn::Weekday => {
                let clock = rows.clock(context.zone);
                Box::new(move |row| {
                    let at = rows.when_ms[row];
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
                        SortColumn::FromCountry => rows.from[row],
                        _ => rows.to[row],
                    };
                    countries[party as usize]
                        .map(|code| code.bytes().fold(0, |rank, byte| rank << 8 | u64::from(byte)))
                })
            }
            SortColumn::Star | SortColumn::Hold | SortColumn::Tags | SortColumn::Note => {
                mark_values(rows, column)
            }
            SortColumn::Id => id_values(&rows.ids, list),
            SortColumn::Call => id_values(&rows.calls, list),
            SortColumn::Added
            | SortColumn::Ended
            | SortColumn::Billed
            | SortColumn::StorageDays
            | SortColumn::StorageRate
            | SortColumn::FirstSeen
            | SortColumn::VerifiedAt => file_values(rows, list, column, read)?,
        })
    }

    fn party_ranks(&self, rows: &Rows) -> Arc<Vec<u32>> {
        let text = |number: u32| match rows.party_digits[number as usize] {
            0 => rows.parties.text(number),
            digits => rows.digits.text(digits),
        };
        kept_ranks(&self.parties, &rows.parties, text)
    }

    fn word_ranks(&self, rows: &Rows) -> Arc<Vec<u32>> {
        kept_ranks(&self.words, &rows.words, |number| rows.words.text(number))
    }
}

/// Whether ranks of a column take a look at every row, in the file or by comparing ids.
fn is_dear(column: SortColumn) -> bool {
    matches!(
        column,
        SortColumn::Id
            | SortColumn::Call
            | SortColumn::Added
            | SortColumn::Ended
            | SortColumn::Billed
            | SortColumn::StorageDays
            | SortColumn::StorageRate
            | SortColumn::FirstSeen
            | SortColumn::VerifiedAt
    )
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn depends_on(sort: &[Sort], context: &Context<'_>) -> String {
    let mut parts = Vec::new();
    for step in sort {
        match step.column {
            SortColumn::Hour | SortColumn::Weekday => {
                parts.push(format!("{:?}", context.zone));
            }
            SortColumn::Account => {
                for account in context.accounts {
                    parts.push(format!("{} {}", account.no, account.label));
                }
            }
            _ => {}
        }
    }
    parts.join("\n")
}

/// Ranks of texts by their numbers, kept for as long as there are no new texts. Equal texts have equal ranks; the empty
/// one has rank 0, which stands for none.
fn kept_ranks<'a>(
    kept: &Mutex<Arc<Vec<u32>>>,
    texts: &Texts,
    text: impl Fn(u32) -> &'a str,
) -> Arc<Vec<u32>> {
    let mut kept = lock(kept);
    if kept.len() != texts.len() {
        // The known ones in their order, then the new: nearly sorted again.
        let mut numbers: Vec<u32> = (0..u32::try_from(kept.len()).unwrap_or(0)).collect();
        numbers.sort_by_key(|number| kept[*number as usize]);
        let mut fresh: Vec<u32> =
            (kept.len()..texts.len()).filter_map(|number| u32::try_from(number).ok()).collect();
        fresh.sort_by(|a, b| text(*a).cmp(text(*b)));
        numbers.extend(fresh);
        numbers.sort_by(|a, b| text(*a).cmp(text(*b)));
        let mut ranks = vec![0; texts.len()];
        let (mut rank, mut last) = (0, "");
        for number in numbers {
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

fn rank(ranks: &[u32], number: u32) -> Option<u64> {
    match ranks[number as usize] {
        0 => None,
        rank => Some(u64::from(rank)),
    }
}

/// The place of each value among all of them; equal ones share it.
fn places(values: impl Iterator<Item = Option<String>>) -> Vec<Option<u64>> {
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
                .filter(|_| rows.flags[row] & HELD != 0)
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
        _ => Box::new(move |row| Some(u64::from(rows.flags[row] & STARRED != 0))),
    }
}

/// Ids, of a few rows by themselves or of all.
fn id_values<'a>(ids: &'a Ids, list: &[u32]) -> Values<'a> {
    if list.len() <= MOST_READ_ALONE {
        let texts = places(
            list.iter().map(|row| Some(ids.text(*row as usize)).filter(|id| !id.is_empty())),
        );
        let of_row: HashMap<u32, Option<u64>> = list.iter().copied().zip(texts).collect();
        return Box::new(move |row| of_row.get(&u32::try_from(row).ok()?).copied().flatten());
    }
    let of_row = ids.places();
    Box::new(move |row| of_row[row].checked_sub(1).map(u64::from))
}

/// A column that only the file has, of a few rows by themselves or of all.
fn file_values<'a>(
    rows: &'a Rows,
    list: &[u32],
    column: SortColumn,
    read: ReadColumn<'_>,
) -> Result<Values<'a>> {
    if list.len() <= MOST_READ_ALONE {
        let mut keys: Vec<u32> = list.iter().map(|row| rows.keys[*row as usize]).collect();
        keys.sort_unstable();
        let of_key: HashMap<u32, u64> = read(column, Some(&keys))?.into_iter().collect();
        return Ok(Box::new(move |row| of_key.get(&rows.keys[row]).copied()));
    }
    let mut of_row: Vec<Option<u64>> = vec![None; rows.len()];
    let mut next = 0;
    for (key, value) in read(column, None)? {
        // Both come in the order of keys.
        while next < rows.len() && rows.keys[next] < key {
            next += 1;
        }
        if rows.keys.get(next) == Some(&key) {
            of_row[next] = Some(value);
        }
    }
    Ok(Box::new(move |row| of_row[row]))
}

/// Ranks of a text that only marked rows have.
fn marked<'a>(rows: &Rows, text: impl Fn(usize) -> Option<String>) -> Values<'a> {
    let numbers: Vec<u32> = rows.marks.keys().copied().collect();
    let ranks = places(numbers.iter().map(|row| text(*row as usize)));
    let of_row: HashMap<u32, Option<u64>> = numbers.into_iter().zip(ranks).collect();
    Box::new(move |row| of_row.get(&u32::try_from(row).ok()?).copied().flatten())
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
