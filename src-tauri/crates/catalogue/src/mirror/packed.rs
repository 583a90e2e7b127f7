//! A column of numbers in as few bits as they take.
//!
//! What a vendor lists one after another lies close together: moments, lengths, numbers of texts. So 1024 values at a time
//! are kept as their distance from the least of them, counted in steps of what all distances have in common, each in as many
//! bits as the largest distance takes. A column of a million moments then takes 3 MB and not 8, one in which all rows are
//! alike nothing. Any value is read by itself, and 64 at a time are read as quickly as from a plain list.

use tantivy_bitpacker::{BitUnpacker, compute_num_bits};

use super::bits::Bits;

/// Stands for no value.
pub(super) const NONE: u64 = u64::MAX;

/// Values that are packed together.
pub(super) const BLOCK: usize = 1024;
/// Values that are read at once.
const GROUP: usize = 64;
/// With fewer of those wanted, each is read by itself.
const MOST_ALONE: u32 = 8;
/// Bytes after the last value, so that each can be read as eight.
const PADDING: usize = 7;

/// Numbers by their row, [`NONE`] for those that have none.
#[derive(Debug, Clone, Default)]
pub(super) struct Packed {
    blocks: Vec<Block>,
    /// The last values, fewer than a block.
    open: Vec<u64>,
}

/// As many values as a block holds.
#[derive(Debug, Clone)]
pub(super) struct Block {
    least: u64,
    step: u64,
    /// Whether some have no value. Their code is 0, and all others are one more.
    has_none: bool,
    codes: BitUnpacker,
    bytes: Box<[u8]>,
}

impl Block {
    fn of(values: &[u64]) -> Self {
        let with = || values.iter().copied().filter(|value| *value != NONE);
        let least = with().min().unwrap_or(0);
        let mut step = 0;
        for value in with() {
            step = common_divisor(step, value - least);
            if step == 1 {
                break;
            }
        }
        let step = step.max(1);
        let has_none = values.contains(&NONE);
        let most = with().max().map_or(0, |most| (most - least) / step + u64::from(has_none));
        let bits = compute_num_bits(most);
        let length = if bits == 0 { 0 } else { bytes_for(bits) };
        let mut block = Self {
            least,
            step,
            has_none,
            codes: BitUnpacker::new(bits),
            bytes: vec![0; length].into_boxed_slice(),
        };
        for (at, value) in values.iter().enumerate() {
            // All of them have one: this is how the width was found.
            if let Some(code) = block.code(*value) {
                block.put(at, code);
            }
        }
        block
    }

    /// What it is made of: the least value, the step, the bits of a code with 128 added where some have no value, and the codes.
    pub(super) fn parts(&self) -> (u64, u64, u8, &[u8]) {
        let kind = self.codes.bit_width() | if self.has_none { 128 } else { 0 };
        (self.least, self.step, kind, &self.bytes)
    }

    /// The same back; `None` when no block is made of this.
    pub(super) fn of_parts(least: u64, step: u64, kind: u8, bytes: Vec<u8>) -> Option<Self> {
        let bits = kind & 127;
        let length = if bits == 0 { 0 } else { bytes_for(bits) };
        ((bits <= 56 || bits == 64) && bytes.len() == length).then(|| Self {
            least,
            step,
            has_none: kind & 128 != 0,
            codes: BitUnpacker::new(bits),
            bytes: bytes.into_boxed_slice(),
        })
    }

    /// How a value is written; `None` when it does not go into this block.
    fn code(&self, value: u64) -> Option<u64> {
        if value == NONE {
            return self.has_none.then_some(0);
        }
        let apart = value.checked_sub(self.least)?;
        let code = (apart / self.step).checked_add(u64::from(self.has_none))?;
        (apart % self.step == 0 && code <= self.most_code()).then_some(code)
    }

    fn most_code(&self) -> u64 {
        u64::MAX.checked_shr(64 - u32::from(self.codes.bit_width())).unwrap_or(0)
    }

    fn put(&mut self, at: usize, code: u64) {
        let (mask, first_bit) = (self.most_code(), at * usize::from(self.codes.bit_width()));
        let shift = first_bit % 8;
        let bytes = self.bytes.get_mut(first_bit / 8..).and_then(<[u8]>::first_chunk_mut::<8>);
        if let Some(bytes) = bytes {
            let others = u64::from_le_bytes(*bytes) & !(mask << shift);
            *bytes = (others | code << shift).to_le_bytes();
        }
    }

    fn value(&self, code: u64) -> u64 {
        let steps = if self.has_none {
            let Some(steps) = code.checked_sub(1) else { return NONE };
            steps
        } else {
            code
        };
        self.least.wrapping_add(self.step.wrapping_mul(steps))
    }

    fn get(&self, at: usize) -> u64 {
        if self.bytes.is_empty() && !self.has_none {
            return self.least;
        }
        self.value(self.codes.get(number(at), &self.bytes))
    }

    fn read(&self, first: usize, into: &mut [u64]) {
        self.codes.get_range(number(first), &self.bytes, into);
        if self.has_none {
            for value in into {
                *value = self.value(*value);
            }
        } else if (self.least, self.step) != (0, 1) {
            for value in into {
                *value = self.least.wrapping_add(self.step.wrapping_mul(*value));
            }
        }
    }
}

impl Packed {
    /// A column with these values.
    pub(super) fn of(values: impl IntoIterator<Item = u64>) -> Self {
        let mut column = Self::default();
        values.into_iter().for_each(|value| column.push(value));
        column.open.shrink_to_fit();
        column
    }

    /// The blocks, and what comes after them.
    pub(super) fn parts(&self) -> (&[Block], &[u64]) {
        (&self.blocks, &self.open)
    }

    /// The same back.
    pub(super) fn of_parts(blocks: Vec<Block>, open: Vec<u64>) -> Self {
        Self { blocks, open }
    }

    /// How many values there are, those that stand for none included.
    pub(super) fn len(&self) -> usize {
        self.blocks.len() * BLOCK + self.open.len()
    }

    /// Appends a value.
    pub(super) fn push(&mut self, value: u64) {
        self.open.push(value);
        if self.open.len() == BLOCK {
            self.blocks.push(Block::of(&self.open));
            self.open.clear();
        }
    }

    /// Sets the value of a row, which is known or the next.
    pub(super) fn set(&mut self, row: usize, value: u64) {
        if row == self.len() {
            return self.push(value);
        }
        let at = row % BLOCK;
        let Some(block) = self.blocks.get_mut(row / BLOCK) else {
            self.open[at] = value;
            return;
        };
        if block.get(at) == value {
            return;
        }
        if let Some(code) = block.code(value) {
            block.put(at, code);
        } else {
            let mut values = vec![0; BLOCK];
            block.read(0, &mut values);
            values[at] = value;
            *block = Block::of(&values);
        }
    }

    /// The value of a row.
    pub(super) fn get(&self, row: usize) -> u64 {
        match self.blocks.get(row / BLOCK) {
            Some(block) => block.get(row % BLOCK),
            None => self.open[row % BLOCK],
        }
    }

    /// All values, in the order of rows.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.group_count()).flat_map(|group| {
            let mut values = [0; GROUP];
            let count = self.read_group(group, &mut values);
            values.into_iter().take(count)
        })
    }

    /// Tells all values in the order of rows.
    pub(super) fn each(&self, mut tell: impl FnMut(u64)) {
        let mut values = [0; GROUP];
        for group in 0..self.group_count() {
            let count = self.read_group(group, &mut values);
            values[..count].iter().for_each(|value| tell(*value));
        }
    }

    /// Tells all values from the last row to the first.
    pub(super) fn each_back(&self, mut tell: impl FnMut(u64)) {
        let mut values = [0; GROUP];
        for group in (0..self.group_count()).rev() {
            let count = self.read_group(group, &mut values);
            values[..count].iter().rev().for_each(|value| tell(*value));
        }
    }

    /// The rows for whose value, which may be [`NONE`], something holds.
    pub(super) fn rows_where(&self, holds: impl Fn(u64) -> bool) -> Bits {
        let mut words = Vec::with_capacity(self.group_count());
        let mut values = [0; GROUP];
        for group in 0..self.group_count() {
            // What is behind the last value of the last group is cut off below.
            self.read_group(group, &mut values);
            let mut word = 0;
            for value in values.iter().rev() {
                word = word << 1 | u64::from(holds(*value));
            }
            words.push(word);
        }
        Bits::of_words(words, self.len())
    }

    /// Tells the values of some rows, in order.
    pub(super) fn each_of(&self, rows: &Bits, mut tell: impl FnMut(u64)) {
        let mut values = [0; GROUP];
        for (group, word) in rows.words().iter().enumerate() {
            let mut rest = *word;
            let is_worth_it = rest.count_ones() >= MOST_ALONE;
            if is_worth_it {
                self.read_group(group, &mut values);
            }
            while rest != 0 {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                tell(if is_worth_it { values[bit] } else { self.get(group * GROUP + bit) });
            }
        }
    }

    fn group_count(&self) -> usize {
        self.len().div_ceil(GROUP)
    }

    /// Reads so many values as are read at once, and says how many of them there are.
    fn read_group(&self, group: usize, values: &mut [u64; GROUP]) -> usize {
        let first = group * GROUP;
        if let Some(block) = self.blocks.get(first / BLOCK) {
            block.read(first % BLOCK, values);
            return GROUP;
        }
        let open = &self.open[first % BLOCK..];
        let count = open.len().min(GROUP);
        values[..count].copy_from_slice(&open[..count]);
        count
    }
}

/// Bytes of a block whose codes have so many bits.
fn bytes_for(bits: u8) -> usize {
    (BLOCK * usize::from(bits)).div_ceil(8) + PADDING
}

fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A place in a block.
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Columns as they come: alike, close together, in steps, with gaps, and anything.
    fn values() -> impl Strategy<Value = Vec<u64>> {
        let one = (any::<u64>(), 0_u32..64, 1_u64..2000, 0_usize..3000, 0_u8..4);
        one.prop_map(|(seed, bits, step, count, gaps)| {
            let mut dice = seed | 1;
            let least = seed % 1000;
            let mut roll = || {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seed | 1);
                dice >> 1
            };
            (0..count)
                .map(|_| match (gaps, roll() % 9) {
                    (1, 0) | (2, 1..) => NONE,
                    (3, 0) => u64::MAX - 1 - roll() % 2,
                    _ => least.wrapping_add((roll() >> (63 - bits)).wrapping_mul(step)),
                })
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn values_come_back(
            list in values(),
            changes in proptest::collection::vec((any::<usize>(), values()), 0..4),
        ) {
            let mut list = list;
            let mut column = Packed::of(list.iter().copied());
            for (at, new) in changes {
                for (value, row) in new.iter().take(20).zip(at % 3000..list.len().max(at % 3000)) {
                    list[row] = *value;
                    column.set(row, *value);
                }
            }
            prop_assert_eq!(column.len(), list.len());
            prop_assert!(column.iter().eq(list.iter().copied()));
            let (mut on, mut back) = (Vec::new(), Vec::new());
            column.each(|value| on.push(value));
            column.each_back(|value| back.push(value));
            back.reverse();
            prop_assert!(on == list && back == list);
            prop_assert!((0..list.len()).all(|row| column.get(row) == list[row]));
            let even = column.rows_where(|value| value % 2 == 0);
            prop_assert_eq!(&even, &Bits::of(list.len(), |row| list[row] % 2 == 0));
            for part in [1, 2, 3, 70] {
                let some = Bits::of(list.len(), |row| row % part == 0);
                let mut told = Vec::new();
                column.each_of(&some, |value| told.push(value));
                prop_assert!(told.iter().eq(list.iter().step_by(part)));
            }
            let (blocks, open) = column.parts();
            let again = blocks.iter().map(|block| {
                let (least, step, kind, bytes) = block.parts();
                Block::of_parts(least, step, kind, bytes.to_vec())
            });
            let again = Packed::of_parts(again.map(Option::unwrap).collect(), open.to_vec());
            prop_assert!(again.iter().eq(list));
        }
    }

    #[test]
    fn what_is_alike_or_in_steps_takes_little() {
        let bytes =
            |column: &Packed| column.parts().0.iter().map(|block| block.bytes.len()).sum::<usize>();
        assert_eq!(bytes(&Packed::of(vec![NONE; 4096])), 0);
        assert_eq!(bytes(&Packed::of(vec![7; 4096])), 0);
        let seconds = Packed::of((0..4096).map(|second| 1_760_000_000_000 + second * 1000));
        assert_eq!(bytes(&seconds), 4 * (1024 * 10 / 8 + PADDING));
        assert!(Block::of_parts(0, 1, 60, vec![0; bytes_for(60)]).is_none());
        assert!(Block::of_parts(0, 1, 8, vec![0; 8]).is_none());
    }
}
