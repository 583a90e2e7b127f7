//! The order of rows.
//!
//! Rows are put in the order of time, and then by each step of the sort, the one that counts least first; equal ones stay
//! as they are, so that ties are broken by what came before. A large result takes its order from that of all rows, which
//! is kept until rows change; a smaller one is sorted by itself.

use std::sync::{Arc, Mutex};

use domain::search::{Sort, SortColumn};

use super::bits::Bits;
use super::columns::{Columns, ReadColumn};
use super::filter::{Context, KeptAnswers};
use super::lock;
use super::numbers::index;
use super::packed::Packed;
use super::radix::{self, Pair};
use super::rows::Rows;
use crate::error::Result;

/// How many orders of all rows are kept: one and a half to two and a half bytes a row each.
const KEPT_ORDERS: usize = 6;

/// A result of more than one row in so many takes its order from that of all rows.
const LARGE_PART: usize = 4;
/// One of fewer than one row in so many is put in the order of time by itself.
const SMALL_PART: usize = 32;

/// Orders of all rows, and what else is kept until rows change.
#[derive(Debug, Default)]
pub(super) struct Orders {
    kept: Mutex<Vec<Order>>,
    columns: Columns,
    answers: KeptAnswers,
}

#[derive(Debug, Clone)]
struct Order {
    key: OrderKey,
    version: u64,
    rows: Arc<Packed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct OrderKey {
    /// The steps; none is the order of time, oldest first.
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
        if *sort == newest && count >= rows.len() / SMALL_PART {
            let all = self.all_by_time(rows);
            return Ok(among(&all, chosen, count, true));
        }
        let key = OrderKey { sort: sort.to_vec(), depends_on: depends_on(sort, context) };
        let kept = self.kept(&key, rows);
        if count < rows.len() / LARGE_PART && (kept.is_none() || count < rows.len() / SMALL_PART) {
            let mut list = if count < rows.len() / SMALL_PART {
                by_time(rows, chosen.iter().filter_map(|row| u32::try_from(row).ok()))
            } else {
                among(&self.all_by_time(rows), chosen, count, false)
            };
            if list.len() > 1 {
                self.sort(rows, &mut list, sort, context, read)?;
            }
            return Ok(list);
        }
        let all = if let Some(all) = kept {
            all
        } else {
            let mut list: Vec<u32> = self.all_by_time(rows).iter().map(as_row).collect();
            self.sort(rows, &mut list, sort, context, read)?;
            self.keep(key, rows, &list)
        };
        Ok(among(&all, chosen, count, false))
    }

    /// Forgets everything, for other rows.
    pub(super) fn clear(&self) {
        lock(&self.kept).clear();
        self.columns.clear();
        self.answers.clear();
    }

    /// What was read from the file for conditions; it lasts as long as the orders do.
    pub(super) fn answers(&self) -> &KeptAnswers {
        &self.answers
    }

    fn all_by_time(&self, rows: &Rows) -> Arc<Packed> {
        let key = OrderKey { sort: Vec::new(), depends_on: String::new() };
        self.kept(&key, rows).unwrap_or_else(|| {
            let all = 0..u32::try_from(rows.len()).unwrap_or(u32::MAX);
            self.keep(key, rows, &by_time(rows, all))
        })
    }

    fn kept(&self, key: &OrderKey, rows: &Rows) -> Option<Arc<Packed>> {
        let kept = lock(&self.kept);
        let order = kept.iter().find(|order| order.key == *key && order.version == rows.version)?;
        (order.rows.len() == rows.len()).then(|| Arc::clone(&order.rows))
    }

    fn keep(&self, key: OrderKey, rows: &Rows, list: &[u32]) -> Arc<Packed> {
        let list = Arc::new(Packed::of(list.iter().map(|row| u64::from(*row))));
        let mut kept = lock(&self.kept);
        kept.retain(|order| order.key != key && order.version == rows.version);
        kept.insert(0, Order { key, version: rows.version, rows: Arc::clone(&list) });
        kept.truncate(KEPT_ORDERS);
        list
    }

    /// Sorts rows that are in the order of time, oldest first.
    fn sort(
        &self,
        rows: &Rows,
        list: &mut [u32],
        sort: &[Sort],
        context: &Context<'_>,
        read: ReadColumn<'_>,
    ) -> Result<()> {
        if sort.last().is_some_and(|sort| sort.descending) {
            list.reverse();
        }
        for step in sort.iter().rev() {
            let value = self.columns.values(rows, list, step.column, context, read)?;
            let mut pairs: Vec<Pair> = list
                .iter()
                .map(|row| {
                    let rank = match value(*row as usize) {
                        None => u64::MAX,
                        Some(value) if step.descending => u64::MAX - 1 - value.min(u64::MAX - 1),
                        Some(value) => value.min(u64::MAX - 1),
                    };
                    (rank, *row)
                })
                .collect();
            sort_with_last(&mut pairs);
            list.iter_mut().zip(pairs).for_each(|(row, (_, sorted))| *row = sorted);
        }
        Ok(())
    }
}

/// Sorts pairs whose largest number stands for "after all others". It is brought down to just above them, since the work grows
/// with the span of numbers.
fn sort_with_last(pairs: &mut Vec<Pair>) {
    let others = pairs.iter().map(|pair| pair.0).filter(|rank| *rank < u64::MAX);
    let last = others.max().map_or(0, |most| most + 1);
    for pair in pairs.iter_mut() {
        pair.0 = pair.0.min(last);
    }
    radix::sort(pairs);
}

/// The rows of a set in the order of all, or from its end to its beginning.
fn among(all: &Packed, chosen: &Bits, count: usize, from_end: bool) -> Vec<u32> {
    let mut list = Vec::with_capacity(count);
    let take = |row| {
        if chosen.has(index(row)) {
            list.push(as_row(row));
        }
    };
    if from_end {
        all.each_back(take);
    } else {
        all.each(take);
    }
    list
}

fn as_row(row: u64) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// Rows in the order of time and then of rows; one without a time counts as the oldest.
fn by_time(rows: &Rows, list: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut list: Vec<u32> = list.collect();
    // Vendors list the newest or the oldest first, so there are long runs, which this finds.
    list.sort_by_key(|row| (rows.when_ms(*row as usize), *row));
    list
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
