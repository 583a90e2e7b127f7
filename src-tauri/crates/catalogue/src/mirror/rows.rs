//! The searchable values of all rows, column by column.
//!
//! What few rows share is kept once: parties and names as texts, what sets of rows have in common (account, type, format,
//! direction, extensions) as classes. A row then is about 75 bytes, and most conditions are decided once for a text or
//! class and then looked up.

use std::collections::HashMap;
use std::hash::Hash;

use domain::{CopyState, phone};

use super::ids::Ids;
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

    pub(super) fn get(&self, number: u32) -> &T {
        &self.all[number as usize]
    }
}

/// Counts that nearly always fit four bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    small: Vec<u32>,
    large: HashMap<u32, u64>,
}

impl Counts {
    const NONE: u32 = u32::MAX;
    const LARGE: u32 = u32::MAX - 1;

    /// Each count or what stands for it, and the large ones by row.
    pub(super) fn parts(&self) -> (&[u32], &HashMap<u32, u64>) {
        (&self.small, &self.large)
    }

    /// The same back.
    pub(super) fn of_parts(small: Vec<u32>, large: HashMap<u32, u64>) -> Self {
        Self { small, large }
    }

    fn set(&mut self, row: usize, value: Option<u64>) {
        let number = u32::try_from(row).unwrap_or(u32::MAX);
        self.large.remove(&number);
        let small = match value {
            None => Self::NONE,
            Some(value) => u32::try_from(value)
                .ok()
                .filter(|small| *small < Self::LARGE)
                .unwrap_or_else(|| {
                    self.large.insert(number, value);
                    Self::LARGE
                }),
        };
        set(&mut self.small, row, small);
    }

    pub(super) fn get(&self, row: usize) -> Option<u64> {
        match self.small[row] {
            Self::NONE => None,
            Self::LARGE => self.large.get(&u32::try_from(row).unwrap_or(u32::MAX)).copied(),
            small => Some(u64::from(small)),
        }
    }
}

fn set<T>(column: &mut Vec<T>, row: usize, value: T) {
    if row == column.len() {
        column.push(value);
    } else {
        column[row] = value;
    }
}

/// All rows, in the order of their keys.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) keys: Vec<u32>,
    pub(super) when_ms: Vec<i64>,
    /// How far from `when_ms` the moment of storage is, as a number without a sign; nearly always a few minutes.
    pub(super) added: Counts,
    pub(super) duration_ms: Counts,
    pub(super) bytes: Counts,
    /// Numbers in `costs`, plus one; 0 is none.
    pub(super) cost: Vec<u32>,
    /// Numbers in `parties`.
    pub(super) from: Vec<u32>,
    pub(super) to: Vec<u32>,
    /// Numbers in `classes`.
    pub(super) class: Vec<u32>,
    /// Numbers in `names`.
    pub(super) name: Vec<u32>,
    pub(super) flags: Vec<u16>,
    pub(super) ids: Ids,
    pub(super) calls: Ids,
    pub(super) marks: HashMap<u32, Marks>,
    /// Parties as the vendor wrote them, folded.
    pub(super) parties: Texts,
    /// The digits of each party, by its number: numbers in `digits`.
    pub(super) party_digits: Vec<u32>,
    pub(super) digits: Texts,
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
            keys: Vec::new(),
            when_ms: Vec::new(),
            added: Counts::default(),
            duration_ms: Counts::default(),
            bytes: Counts::default(),
            cost: Vec::new(),
            from: Vec::new(),
            to: Vec::new(),
            class: Vec::new(),
            name: Vec::new(),
            flags: Vec::new(),
            ids: Ids::default(),
            calls: Ids::default(),
            marks: HashMap::new(),
            parties: Texts::new(),
            party_digits: vec![0],
            digits: Texts::new(),
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
        self.keys.len()
    }

    /// The row of a key.
    pub(super) fn row_of(&self, key: u32) -> Option<usize> {
        self.keys.binary_search(&key).ok()
    }

    /// Takes a row in, or takes its new values over. `false` when the row is new and not the newest: keys only grow, so
    /// such a mirror is not of this file.
    pub(super) fn put(&mut self, facts: &Facts<'_>) -> bool {
        let row = match self.keys.last() {
            Some(last) if facts.key <= *last => match self.row_of(facts.key) {
                Some(row) => row,
                None => return false,
            },
            _ => self.len(),
        };
        self.version += 1;
        set(&mut self.keys, row, facts.key);
        let when_ms = facts.when_ms.unwrap_or(NEVER);
        set(&mut self.when_ms, row, when_ms);
        self.added.set(row, facts.added_ms.map(|at| unsigned(at.wrapping_sub(when_ms))));
        self.duration_ms.set(row, facts.duration_ms);
        self.bytes.set(row, facts.bytes);
        let cost = facts.cost.map_or(0, |cost| self.costs.number(cost.to_bits()) + 1);
        set(&mut self.cost, row, cost);
        let (from, to) = (self.party(facts.from), self.party(facts.to));
        set(&mut self.from, row, from);
        set(&mut self.to, row, to);
        let class = Class {
            account_no: facts.account_no,
            kind: self.word(facts.kind),
            format: self.word(facts.format),
            direction: self.word(facts.direction),
            extensions: self.extensions(facts.extensions),
        };
        let class = self.classes.number(class);
        set(&mut self.class, row, class);
        let pair = (self.word(facts.caller), self.word(facts.conference));
        let name = self.names.number(pair);
        set(&mut self.name, row, name);
        let state = facts.state.map_or(0, state_number);
        let kept = self.flags.get(row).copied().unwrap_or(0) & (STARRED | HELD);
        let flags = state
            | if facts.gone { GONE } else { 0 }
            | if facts.deleted_by_us { DELETED } else { 0 }
            | kept;
        set(&mut self.flags, row, flags);
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
        self.flags[row] &= !(STARRED | HELD);
        if marks.starred {
            self.flags[row] |= STARRED;
        }
        if marks.hold.is_some() {
            self.flags[row] |= HELD;
        }
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
            self.flags[row] = DEAD;
            self.marks.remove(&u32::try_from(row).unwrap_or(u32::MAX));
        }
    }

    pub(super) fn marks(&self, row: usize) -> Option<&Marks> {
        if self.marks.is_empty() { None } else { self.marks.get(&u32::try_from(row).ok()?) }
    }

    /// When the vendor stored the recording.
    pub(super) fn added_ms(&self, row: usize) -> Option<i64> {
        self.added.get(row).map(|apart| self.when_ms[row].wrapping_add(with_sign(apart)))
    }

    pub(super) fn state(&self, row: usize) -> u16 {
        self.flags[row] & 7
    }

    pub(super) fn cost(&self, row: usize) -> Option<f64> {
        match self.cost[row] {
            0 => None,
            number => Some(f64::from_bits(*self.costs.get(number - 1))),
        }
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
        let number = self.parties.number(&self.folded);
        if number as usize == self.party_digits.len() {
            let digits = phone::digits(&self.folded);
            self.party_digits.push(self.digits.number(&digits));
        }
        number
    }

    fn extensions(&mut self, json: &str) -> Vec<u32> {
        if json.len() <= 2 {
            return Vec::new();
        }
        let list: Vec<String> = serde_json::from_str(json).unwrap_or_default();
        list.iter().map(|extension| self.word(extension)).filter(|number| *number > 0).collect()
    }
}

/// A number close to zero, on either side, as a small one.
fn unsigned(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The same back.
fn with_sign(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
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
