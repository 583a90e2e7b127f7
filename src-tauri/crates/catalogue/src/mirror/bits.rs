//! A set of rows as one bit each.

/// A set of numbers below a length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// The empty set.
    pub(super) fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// All numbers below the length.
    pub(super) fn all(len: usize) -> Self {
        let mut bits = Self { words: vec![u64::MAX; len.div_ceil(64)], len };
        bits.trim();
        bits
    }

    /// The numbers for which `holds`.
    pub(super) fn of(len: usize, mut holds: impl FnMut(usize) -> bool) -> Self {
        let mut bits = Self::none(len);
        for (at, word) in bits.words.iter_mut().enumerate() {
            let first = at * 64;
            let mut value = 0;
            for bit in 0..64.min(len - first) {
                value |= u64::from(holds(first + bit)) << bit;
            }
            *word = value;
        }
        bits
    }

    /// The set of the bits in words, the lowest first; those beyond the length are none.
    pub(super) fn of_words(words: Vec<u64>, len: usize) -> Self {
        let mut bits = Self { words, len };
        bits.words.resize(len.div_ceil(64), 0);
        bits.trim();
        bits
    }

    /// The set as words, the lowest numbers first.
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    /// Whether a number belongs to it.
    pub(super) fn has(&self, at: usize) -> bool {
        self.words.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Adds a number.
    pub(super) fn add(&mut self, at: usize) {
        if at < self.len {
            self.words[at / 64] |= 1 << (at % 64);
        }
    }

    /// Takes a number out.
    pub(super) fn drop(&mut self, at: usize) {
        if at < self.len {
            self.words[at / 64] &= !(1 << (at % 64));
        }
    }

    pub(super) fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    pub(super) fn or(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    pub(super) fn not(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trim();
    }

    /// How many belong to it.
    pub(super) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether none does.
    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Those that belong to it, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    at * 64 + bit
                })
            })
        })
    }

    /// Takes out what lies beyond the length.
    fn trim(&mut self) {
        let used = self.len % 64;
        if used > 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << used) - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_any_length_behave_like_sets() {
        for len in [0, 1, 63, 64, 65, 200] {
            let mut odd = Bits::of(len, |at| at % 2 == 1);
            assert_eq!(odd.count(), len / 2);
            assert!(odd.iter().eq((0..len).filter(|at| at % 2 == 1)));
            let mut even = odd.clone();
            even.not();
            assert!(even.iter().eq((0..len).filter(|at| at % 2 == 0)), "{len}");
            even.and(&odd);
            assert!(even.is_empty());
            odd.or(&Bits::of(len, |at| at % 2 == 0));
            assert_eq!(odd, Bits::all(len));
            assert_eq!(Bits::of_words(vec![u64::MAX; 1 + len / 64], len), Bits::all(len));
            if len > 1 {
                odd.drop(1);
                assert!(!odd.has(1));
            }
            even.add(len);
            even.drop(len);
            assert!(!even.has(len), "beyond the end");
        }
    }
}
