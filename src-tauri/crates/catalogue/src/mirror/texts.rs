//! Texts kept once each, one after another in one long string, so that looking for a part of any of them is one pass over
//! memory.

use hashbrown::{DefaultHashBuilder, HashTable};
use memchr::memmem;

use super::bits::Bits;
use std::hash::BuildHasher as _;

/// Stands between two texts. Folded texts hold no control characters, so nothing looked for reaches over it.
const BETWEEN: u8 = 0x1f;

/// So many texts are looked at one by one before steps grow.
const NEAR_TEXTS: usize = 8;

/// Different texts, numbered from 0. Number 0 is the empty text, which stands for "none".
#[derive(Debug, Clone)]
pub(super) struct Texts {
    all: Vec<u8>,
    /// Where each text begins; its end is the next one's beginning, less the character between.
    starts: Vec<u32>,
    /// Finds the number of a text. It knows as many texts as it holds: those of a saved picture join when the first new
    /// text is asked for, which a start need not wait for.
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Texts {
    pub(super) fn new() -> Self {
        let mut texts = Self {
            all: Vec::new(),
            starts: vec![0],
            numbers: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        };
        texts.number("");
        texts
    }

    /// The texts, each with the character between, and where each begins.
    pub(super) fn parts(&self) -> (&[u8], &[u32]) {
        (&self.all, &self.starts)
    }

    /// The same back.
    pub(super) fn of_parts(all: Vec<u8>, starts: Vec<u32>) -> Self {
        Self { all, starts, numbers: HashTable::new(), hasher: DefaultHashBuilder::default() }
    }

    fn know_all(&mut self) {
        let Self { all, starts, numbers, hasher } = self;
        let hash = |number: &u32| hasher.hash_one(bytes(all, starts, *number));
        numbers.reserve(starts.len() - 1 - numbers.len(), hash);
        for number in numbers.len()..starts.len() - 1 {
            let number = u32::try_from(number).unwrap_or(0);
            numbers.insert_unique(hash(&number), number, hash);
        }
    }

    /// The number of a text, which is kept if it is new.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if self.numbers.len() < self.len() {
            self.know_all();
        }
        let hash = self.hasher.hash_one(text.as_bytes());
        if let Some(number) =
            self.numbers.find(hash, |number| self.bytes(*number) == text.as_bytes())
        {
            return *number;
        }
        let number = u32::try_from(self.len()).unwrap_or(0);
        self.all.extend_from_slice(text.as_bytes());
        self.all.push(BETWEEN);
        self.starts.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        let Self { all, starts, numbers, hasher } = self;
        numbers.insert_unique(hash, number, |number| hasher.hash_one(bytes(all, starts, *number)));
        number
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The text of a number.
    pub(super) fn text(&self, number: u32) -> &str {
        std::str::from_utf8(self.bytes(number)).unwrap_or_default()
    }

    /// The same as bytes.
    pub(super) fn bytes(&self, number: u32) -> &[u8] {
        bytes(&self.all, &self.starts, number)
    }

    /// The numbers of all texts that contain a part; of all but the empty one for the empty part.
    pub(super) fn containing(&self, part: &str) -> Bits {
        if part.is_empty() {
            return Bits::of(self.len(), |number| number > 0);
        }
        self.containing_where(part, |_, _| true)
    }

    /// The numbers of all texts that contain a part, which is not empty, at a place of which something holds: given the number of
    /// the text and the place in it.
    pub(super) fn containing_where(&self, part: &str, holds: impl Fn(u32, usize) -> bool) -> Bits {
        let mut found = Bits::none(self.len());
        let finder = memmem::Finder::new(part.as_bytes());
        let (mut number, mut at) = (0, 0);
        while let Some(hit) = finder.find(&self.all[at..]) {
            let hit = at + hit;
            number = self.text_at(hit, number);
            let is_meant = u32::try_from(number)
                .is_ok_and(|number| holds(number, hit - self.starts[number as usize] as usize));
            if is_meant {
                found.add(number);
                at = self.starts[number + 1] as usize;
                if at >= self.all.len() {
                    break;
                }
            } else {
                at = hit + 1;
            }
        }
        found
    }

    /// The text that a place in the long string belongs to, which is this one or a later one.
    fn text_at(&self, place: usize, mut number: usize) -> usize {
        let begins_by = |number: usize| self.starts[number] as usize <= place;
        // One by one, since the next hit is mostly near; then in growing steps, then in halves.
        for _ in 0..NEAR_TEXTS {
            if number + 1 >= self.len() || !begins_by(number + 1) {
                return number;
            }
            number += 1;
        }
        let mut step = 1;
        while number + step < self.len() && begins_by(number + step) {
            number += step;
            step *= 2;
        }
        let mut past = (number + step).min(self.len());
        while number + 1 < past {
            let middle = number.midpoint(past);
            if begins_by(middle) {
                number = middle;
            } else {
                past = middle;
            }
        }
        number
    }

    /// Gives back memory that was taken in advance.
    pub(super) fn shrink(&mut self) {
        self.all.shrink_to_fit();
        self.starts.shrink_to_fit();
    }

    /// The numbers of all texts for which `holds`.
    pub(super) fn matching(&self, mut holds: impl FnMut(&str) -> bool) -> Bits {
        Bits::of(self.len(), |number| {
            u32::try_from(number).is_ok_and(|number| holds(self.text(number)))
        })
    }
}

fn bytes<'a>(all: &'a [u8], starts: &[u32], number: u32) -> &'a [u8] {
    let number = number as usize;
    &all[starts[number] as usize..starts[number + 1] as usize - 1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_is_found_by_its_parts(list in proptest::collection::vec("[ab]{0,5}", 0..60), part in "[ab]{1,3}") {
            let mut texts = Texts::new();
            let numbers: Vec<u32> = list.iter().map(|text| texts.number(text)).collect();
            let found = texts.containing(&part);
            for (text, number) in list.iter().zip(&numbers) {
                prop_assert_eq!(texts.text(*number), text);
                prop_assert_eq!(texts.number(text), *number);
                prop_assert_eq!(found.has(*number as usize), text.contains(&part));
            }
            prop_assert!(!found.has(0));
        }
    }
}
