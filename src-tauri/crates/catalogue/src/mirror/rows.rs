//! The searchable values of all rows, column by column.
//!
//! What few rows share is kept once: parties and names as texts, what sets of rows have in common (account, type, format,
//! direction, extensions) as classes, and each column in as few bits as its numbers take. A row then is about 26 bytes, and 32
//! more when its ids are there; most conditions are decided once for a text or class and then looked up.

use std::collections::HashMap;
use std::hash::Hash;

use domain::CopyState;

use super::columns::signed;
use super::ids::Ids;
use super::numbers::{Numbers, flags, index, moment, some, there, unsigned, with_sign};
use super::packed::NONE;
use super::parties::Parties;
use super::texts::Texts;

/// Stands for a missing moment.
pub(super) const NEVER: i64 = i64::MIN;

/// Bits of a row's flags; the lowest three hold the state.
pub(super) const GONE: u16 = 1 << 3;
pub(super) const DELETED: u16 = 1 << 4;
/// The row is no more.
pub(super) const DEAD: u16 = 1 << 5;
pub(super) const STARRED: u16 = 1 << 6;
pub(super) const HELD: u16 = 1 << 7;

/// What the mirror keeps of a row, as read from the file.
#[derive(Debug, Default)]
pub(super) struct Facts<'a> {
    pub(super) key: u32,
    pub(super) account_no: i64,
    pub(super) id: &'a str,
    pub(super) call: &'a str,
    pub(super) format: &'a str,
    pub(super) kind: &'a str,
    pub(super) when_ms: Option<i64>,
    pub(super) added_ms: Option<i64>,
    pub(super) duration_ms: Option<u64>,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) direction: &'a str,
    pub(super) caller: &'a str,
    pub(super) conference: &'a str,
    /// A JSON array.
    pub(super) extensions: &'a str,
    pub(super) cost: Option<f64>,
    pub(super) bytes: Option<u64>,
    pub(super) state: Option<CopyState>,
    pub(super) gone: bool,
    pub(super) deleted_by_us: bool,
}

/// What a person wrote on a row, folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Marks {
    pub(super) note: String,
    pub(super) tags: Vec<String>,
    /// The tags as they were written, to complete them.
    pub(super) tags_as_written: Vec<String>,
    pub(super) hold: Option<String>,
    pub(super) starred: bool,
}

/// What many rows have in common. Texts by their number in [`Rows::words`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Class {
    pub(super) account_no: i64,
    pub(super) kind: u32,
    pub(super) format: u32,
    pub(super) direction: u32,
    pub(super) extensions: Vec<u32>,
}

/// Different values, numbered.
#[derive(Debug, Clone)]
pub(super) struct Values<T> {
    all: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T: Clone + Eq + Hash> Values<T> {
    pub(super) fn new() -> Self {
        Self { all: Vec::new(), numbers: HashMap::new() }
    }

    /// Values that are all different, numbered in this order.
    pub(super) fn of(values: impl IntoIterator<Item = T>) -> Self {
        let mut all = Self::new();
        values.into_iter().for_each(|value| _ = all.number(value));
        all
    }

    pub(super) fn number(&mut self, value: T) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(0);
        self.all.push(value.clone());
        self.numbers.insert(value, number);
        number
    }

    pub(super) fn all(&self) -> &[T] {
        &self.all
    }
}

/// All rows, in the order of their keys.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) columns: Numbers,
    pub(super) ids: Ids,
    pub(super) calls: Ids,
    pub(super) marks: HashMap<u32, Marks>,
    /// Parties as the vendor wrote them, folded.
    pub(super) parties: Parties,
    /// Names, types, formats, directions, extensions, folded.
    pub(super) words: Texts,
    pub(super) classes: Values<Class>,
    /// Pairs of caller and conference: numbers in `words`.
    pub(super) names: Values<(u32, u32)>,
    /// Prices by their bits.
    pub(super) costs: Values<u64>,
    /// Changes with every change of a row.
    pub(super) version: u64,
    pub(super) folded: String,
}

impl Rows {
    pub(super) fn new() -> Self {
        Self {
            columns: Numbers::default(),
            ids: Ids::default(),
            calls: Ids::default(),
            marks: HashMap::new(),
            parties: Parties::new(),
            words: Texts::new(),
            classes: Values::new(),
            names: Values::new(),
            costs: Values::new(),
            version: 0,
            folded: String::new(),
        }
    }

    /// How many rows there are, dead ones included.
    pub(super) fn len(&self) -> usize {
        self.columns.keys_apart.len()
    }

    /// The key of a row.
    pub(super) fn key(&self, row: usize) -> u32 {
        u32::try_from(self.columns.keys_apart.get(row) + row as u64).unwrap_or(u32::MAX)
    }

    /// The keys of rows, in the same order.
    pub(super) fn keys_of(&self, mut rows: Vec<u32>) -> Vec<u32> {
        let Some(last) = self.len().checked_sub(1) else { return rows };
        let apart = |row| self.columns.keys_apart.get(row);
        match u32::try_from(apart(0)) {
            // As long as no row was ever removed.
            Ok(first) if apart(last) == u64::from(first) => {
                for row in &mut rows {
                    *row = row.saturating_add(first);
                }
            }
            _ => {
                for row in &mut rows {
                    *row = self.key(*row as usize);
                }
            }
        }
        rows
    }

    /// The row of a key.
    pub(super) fn row_of(&self, key: u32) -> Option<usize> {
        self.rows_up_to(key).checked_sub(1).filter(|row| self.key(*row) == key)
    }

    /// How many rows have this key or a smaller one.
    pub(super) fn rows_up_to(&self, key: u32) -> usize {
        let Some(last) = self.len().checked_sub(1) else { return 0 };
        // Keys grow by one and seldom by more, so what lies between them says where the row must be, to the row if nothing does.
        let apart = |row| self.columns.keys_apart.get(row);
        let place = |apart| {
            let rows = (u64::from(key) + 1).saturating_sub(apart);
            usize::try_from(rows).unwrap_or(usize::MAX).min(self.len())
        };
        let (mut at_least, mut at_most) = (place(apart(last)), place(apart(0)));
        while at_least < at_most {
            let middle = at_least.midpoint(at_most);
            if self.key(middle) <= key {
                at_least = middle + 1;
            } else {
                at_most = middle;
            }
        }
        at_least
    }

    /// Takes a row in, or takes its new values over. `false` when the row is new and not the newest: keys only grow, so
    /// such a mirror is not of this file.
    pub(super) fn put(&mut self, facts: &Facts<'_>) -> bool {
        let last = self.len().checked_sub(1).map(|row| self.key(row));
        let row = match last {
            Some(last) if facts.key <= last => match self.row_of(facts.key) {
                Some(row) => row,
                None => return false,
            },
            _ => self.len(),
        };
        self.version += 1;
        let cost = facts.cost.map(|cost| u64::from(self.costs.number(cost.to_bits())));
        let (from, to) = (self.party(facts.from), self.party(facts.to));
        let class = Class {
            account_no: facts.account_no,
            kind: self.word(facts.kind),
            format: self.word(facts.format),
            direction: self.word(facts.direction),
            extensions: self.extensions(facts.extensions),
        };
        let class = self.classes.number(class);
        let pair = (self.word(facts.caller), self.word(facts.conference));
        let name = self.names.number(pair);
        let state = facts.state.map_or(0, state_number);
        let kept = if row < self.len() { self.flags(row) & (STARRED | HELD) } else { 0 };
        let flags = state
            | if facts.gone { GONE } else { 0 }
            | if facts.deleted_by_us { DELETED } else { 0 }
            | kept;
        let when_ms = facts.when_ms.unwrap_or(NEVER);
        let added = facts.added_ms.map(|at| unsigned(at.wrapping_sub(when_ms)));
        let columns = &mut self.columns;
        columns.keys_apart.set(row, u64::from(facts.key) - row as u64);
        columns.when.set(row, facts.when_ms.map_or(NONE, signed));
        columns.added.set(row, some(added));
        columns.duration_ms.set(row, some(facts.duration_ms));
        columns.bytes.set(row, some(facts.bytes));
        columns.cost.set(row, some(cost));
        columns.from.set(row, from.into());
        columns.to.set(row, to.into());
        columns.class.set(row, class.into());
        columns.name.set(row, name.into());
        columns.flags.set(row, flags.into());
        self.fold(facts.id);
        self.ids.set(row, &self.folded);
        self.fold(facts.call);
        self.calls.set(row, &self.folded);
        true
    }

    /// Takes over what is written on a row.
    pub(super) fn put_marks(&mut self, key: u32, marks: Marks) {
        let Some(row) = self.row_of(key) else { return };
        self.version += 1;
        let number = u32::try_from(row).unwrap_or(u32::MAX);
        let flags = self.flags(row) & !(STARRED | HELD)
            | if marks.starred { STARRED } else { 0 }
            | if marks.hold.is_some() { HELD } else { 0 };
        self.columns.flags.set(row, flags.into());
        if marks == Marks::default() {
            self.marks.remove(&number);
        } else {
            self.marks.insert(number, marks);
        }
    }

    /// Takes a row out.
    pub(super) fn remove(&mut self, key: u32) {
        if let Some(row) = self.row_of(key) {
            self.version += 1;
            self.columns.flags.set(row, DEAD.into());
            self.marks.remove(&u32::try_from(row).unwrap_or(u32::MAX));
        }
    }

    pub(super) fn marks(&self, row: usize) -> Option<&Marks> {
        if self.marks.is_empty() { None } else { self.marks.get(&u32::try_from(row).ok()?) }
    }

    /// When the call began; [`NEVER`] when nobody knows.
    pub(super) fn when_ms(&self, row: usize) -> i64 {
        moment(self.columns.when.get(row))
    }

    /// When the vendor stored the recording.
    pub(super) fn added_ms(&self, row: usize) -> Option<i64> {
        let apart = there(self.columns.added.get(row))?;
        Some(self.when_ms(row).wrapping_add(with_sign(apart)))
    }

    pub(super) fn duration_ms(&self, row: usize) -> Option<u64> {
        there(self.columns.duration_ms.get(row))
    }

    pub(super) fn bytes(&self, row: usize) -> Option<u64> {
        there(self.columns.bytes.get(row))
    }

    /// The number of the caller in `parties`.
    pub(super) fn from(&self, row: usize) -> usize {
        index(self.columns.from.get(row))
    }

    /// The number of who was called in `parties`.
    pub(super) fn to(&self, row: usize) -> usize {
        index(self.columns.to.get(row))
    }

    /// The number of a row's class in `classes`.
    pub(super) fn class(&self, row: usize) -> usize {
        index(self.columns.class.get(row))
    }

    /// The number of a row's names in `names`.
    pub(super) fn name(&self, row: usize) -> usize {
        index(self.columns.name.get(row))
    }

    pub(super) fn flags(&self, row: usize) -> u16 {
        flags(self.columns.flags.get(row))
    }

    pub(super) fn state(&self, row: usize) -> u16 {
        self.flags(row) & 7
    }

    pub(super) fn cost(&self, row: usize) -> Option<f64> {
        self.price(self.columns.cost.get(row))
    }

    /// The price that the column `cost` holds a number for.
    pub(super) fn price(&self, number: u64) -> Option<f64> {
        let number = there(number)?;
        self.costs.all().get(index(number)).copied().map(f64::from_bits)
    }

    /// Gives back memory that was taken in advance.
    pub(super) fn shrink(&mut self) {
        self.parties.shrink();
        self.words.shrink();
    }

    fn fold(&mut self, text: &str) {
        self.folded.clear();
        if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_control()) {
            self.folded.push_str(text);
            self.folded.make_ascii_lowercase();
        } else {
            self.folded.push_str(&domain::text::fold(text));
        }
    }

    fn word(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        self.fold(text);
        self.words.number(&self.folded)
    }

    fn party(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        self.fold(text);
        self.parties.number(&self.folded)
    }

    fn extensions(&mut self, json: &str) -> Vec<u32> {
        if json.len() <= 2 {
            return Vec::new();
        }
        let list: Vec<String> = serde_json::from_str(json).unwrap_or_default();
        list.iter().map(|extension| self.word(extension)).filter(|number| *number > 0).collect()
    }
}

/// States in the order they are sorted by: from nothing to done.
pub(super) fn state_number(state: CopyState) -> u16 {
    match state {
        CopyState::NotSaved => 0,
        CopyState::Failed => 1,
        CopyState::Moving => 2,
        CopyState::Remarked => 3,
        CopyState::Verified => 4,
    }
}
