//! Ids of rows. Nearly all are UUIDs, each different, so they are packed into 16 bytes; any other text is kept as it is.
//!
//! They are a third of what is kept of a row, and nothing but a search needs them: those of a saved picture stay in its file
//! until the first search (see [`super::late`]).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use memchr::memmem;

use super::bits::Bits;
use super::radix::{self, Pair};

/// Hexadecimal digits of the groups of a UUID.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// What stands for no id, and for one that is kept as text.
const NONE: [u8; 16] = [0; 16];

/// An id of each row.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    packed: Vec<[u8; 16]>,
    /// Ids that are no UUID, by row; the packed one of such a row is [`NONE`].
    others: BTreeMap<u32, Box<str>>,
    /// While the ids are still in the file of a picture: those that were set since, in that order.
    late: Option<Vec<(usize, Box<str>)>>,
}

impl Ids {
    /// Ids that are still in a file.
    pub(super) fn still_in_file() -> Self {
        Self { late: Some(Vec::new()), ..Self::default() }
    }

    /// Whether they are; they cannot be asked anything then.
    pub(super) fn are_in_file(&self) -> bool {
        self.late.is_some()
    }

    /// Takes them from the file, with what was set since.
    pub(super) fn arrive(&mut self, from_file: Self) {
        let since = self.late.take().unwrap_or_default();
        *self = from_file;
        for (row, id) in since {
            self.set(row, &id);
        }
    }

    /// Each id or what stands for it, and those that are no UUID.
    pub(super) fn parts(&self) -> (&[[u8; 16]], &BTreeMap<u32, Box<str>>) {
        (&self.packed, &self.others)
    }

    /// The same back.
    pub(super) fn of_parts(packed: Vec<[u8; 16]>, others: BTreeMap<u32, Box<str>>) -> Self {
        Self { packed, others, late: None }
    }

    /// Sets the id of a row, which is known or the next. The text is folded; the empty one is none.
    pub(super) fn set(&mut self, row: usize, id: &str) {
        if let Some(since) = &mut self.late {
            since.push((row, id.into()));
            return;
        }
        let number = u32::try_from(row).unwrap_or(u32::MAX);
        let packed = pack(id);
        if packed.is_some() || id.is_empty() {
            self.others.remove(&number);
        } else {
            self.others.insert(number, id.into());
        }
        if row == self.packed.len() {
            self.packed.push(packed.unwrap_or(NONE));
        } else {
            self.packed[row] = packed.unwrap_or(NONE);
        }
    }

    /// The id of a row.
    pub(super) fn text(&self, row: usize) -> String {
        let number = u32::try_from(row).unwrap_or(u32::MAX);
        match self.others.get(&number) {
            Some(id) => id.to_string(),
            None if self.packed[row] == NONE => String::new(),
            None => unpack(&self.packed[row]).map(char::from).iter().collect(),
        }
    }

    /// Whether a row has one.
    pub(super) fn is_there(&self, row: usize) -> bool {
        let number = u32::try_from(row).unwrap_or(u32::MAX);
        self.packed[row] != NONE || self.others.contains_key(&number)
    }

    /// The place of each row when sorted by id, from 1; equal ids share it, and 0 is a row without one.
    pub(super) fn places(&self) -> Vec<u32> {
        let rows = u32::try_from(self.packed.len()).unwrap_or(u32::MAX);
        let mut sorted: Vec<u32> = (0..rows).filter(|row| self.is_there(*row as usize)).collect();
        if self.others.is_empty() {
            // The first half tells nearly all apart.
            let half = |row: u32| {
                let [first, ..] = self.packed[row as usize].as_chunks::<8>().0 else { return 0 };
                u64::from_be_bytes(*first)
            };
            let mut halves: Vec<Pair> = sorted.iter().map(|row| (half(*row), *row)).collect();
            radix::sort(&mut halves);
            for same in halves.chunk_by_mut(|a, b| a.0 == b.0) {
                same.sort_unstable_by(|a, b| self.compare(a.1, b.1));
            }
            sorted.iter_mut().zip(halves).for_each(|(row, (_, sorted))| *row = sorted);
        } else {
            sorted.sort_unstable_by(|a, b| self.compare(*a, *b));
        }
        let mut places = vec![0; self.packed.len()];
        let mut place = 0;
        let mut before = None;
        for row in sorted {
            if before.is_none_or(|before| self.compare(before, row).is_ne()) {
                place += 1;
            }
            places[row as usize] = place;
            before = Some(row);
        }
        places
    }

    fn compare(&self, a: u32, b: u32) -> Ordering {
        let (first, second) = (&self.packed[a as usize], &self.packed[b as usize]);
        if *first != NONE && *second != NONE {
            first.cmp(second)
        } else {
            self.text(a as usize).cmp(&self.text(b as usize))
        }
    }

    /// Adds the rows whose id contains a part, which is folded and not empty.
    pub(super) fn add_containing(&self, part: &str, found: &mut Bits) {
        for (row, id) in &self.others {
            if id.contains(part) {
                found.add(*row as usize);
            }
        }
        if part.len() > 36 || !part.bytes().all(|b| b == b'-' || nibble(b).is_some()) {
            return;
        }
        let digits: Vec<u8> = part.bytes().filter_map(nibble).collect();
        if digits.len() < 4 {
            // No whole byte is certain to be among so few digits.
            let placements = placements(part);
            found.or(&Bits::of(self.packed.len(), |row| {
                let id = u128::from_be_bytes(self.packed[row]);
                id != 0 && placements.iter().any(|(covered, digits)| id & covered == *digits)
            }));
            return;
        }
        // The part may begin in the upper or in the lower half of a byte; either way it holds whole bytes, which are looked
        // for, and what is found is looked at in full.
        for skipped in [0, 1] {
            let whole: Vec<u8> =
                digits[skipped..].chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
            let finder = memmem::Finder::new(&whole);
            let bytes = self.packed.as_flattened();
            let mut at = 0;
            while let Some(hit) = finder.find(&bytes[at..]) {
                let row = (at + hit) / 16;
                self.add_if(row, part, found);
                // A hit may lie over two ids, and hide one inside the second.
                let last = (at + hit + whole.len() - 1) / 16;
                if last != row {
                    at += hit + 1;
                } else if found.has(row) {
                    at = (row + 1) * 16;
                } else {
                    at += hit + 1;
                }
            }
        }
    }

    fn add_if(&self, row: usize, part: &str, found: &mut Bits) {
        if !found.has(row) && self.packed[row] != NONE && has_part(&self.packed[row], part) {
            found.add(row);
        }
    }
}

fn has_part(packed: &[u8; 16], part: &str) -> bool {
    let text = unpack(packed);
    text.windows(part.len()).any(|window| window == part.as_bytes())
}

/// Where a part of few digits may stand in a UUID: for each place the bits that it covers, and what they are then.
fn placements(part: &str) -> Vec<(u128, u128)> {
    let dashes = [8, 13, 18, 23];
    let mut placements = Vec::new();
    for first in 0..=36 - part.len() {
        let (mut covered, mut digits) = (0, 0);
        let fits = part.bytes().zip(first..).all(|(byte, at)| {
            let is_dash = dashes.contains(&at);
            if let Some(digit) = nibble(byte).filter(|_| !is_dash) {
                let before = dashes.iter().filter(|dash| **dash < at).count();
                let shift = 4 * (31 - (at - before));
                covered |= 15 << shift;
                digits |= u128::from(digit) << shift;
                return true;
            }
            byte == b'-' && is_dash
        });
        if fits {
            placements.push((covered, digits));
        }
    }
    placements
}

fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// A folded UUID in its usual shape as bytes. The zero one is none: it stands for other ids.
fn pack(id: &str) -> Option<[u8; 16]> {
    if id.len() != 36 {
        return None;
    }
    let mut packed = NONE;
    let mut digit = 0;
    for (at, group) in id.split('-').enumerate() {
        if group.len() != *GROUPS.get(at)? {
            return None;
        }
        for byte in group.bytes() {
            packed[digit / 2] |= nibble(byte)? << (4 * (1 - digit % 2));
            digit += 1;
        }
    }
    (digit == 32 && packed != NONE).then_some(packed)
}

fn unpack(packed: &[u8; 16]) -> [u8; 36] {
    let mut text = [b'-'; 36];
    let mut next = 0;
    for (at, byte) in packed.iter().enumerate() {
        next += usize::from(matches!(at, 4 | 6 | 8 | 10));
        for half in [byte >> 4, byte & 15] {
            text[next] = b"0123456789abcdef"[usize::from(half)];
            next += 1;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_come_back_and_are_found_by_their_parts(
            list in proptest::collection::vec(
                prop_oneof![
                    "[0-2a]{8}-[0-2a]{4}-[0-2a]{4}-[0-2a]{4}-[0-2a]{12}",
                    "[0-2a-]{0,6}",
                    "[0-2a]{36}",
                    Just("00000000-0000-0000-0000-000000000000".to_owned()),
                ],
                1..12,
            ),
            part in "[0-2a-]{1,9}",
        ) {
            let mut ids = Ids::default();
            for (row, id) in list.iter().enumerate() {
                ids.set(row, "other");
                ids.set(row, id);
            }
            let mut found = Bits::none(list.len());
            ids.add_containing(&part, &mut found);
            for (row, id) in list.iter().enumerate() {
                prop_assert_eq!(&ids.text(row), id);
                prop_assert_eq!(ids.is_there(row), !id.is_empty());
                prop_assert_eq!(found.has(row), id.contains(&part), "{} in {}", part, id);
            }
        }
    }
}
