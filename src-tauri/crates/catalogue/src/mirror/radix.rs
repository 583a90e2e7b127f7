//! Sorting many rows by a number of each, in time that grows with their count alone.

/// Bits that one pass looks at.
const BITS: u32 = 11;
const BUCKETS: usize = 1 << BITS;
const MASK: u64 = (1 << BITS) - 1;

/// So few are quicker compared with each other.
const FEW: usize = 4096;

/// A number and a row.
pub(super) type Pair = (u64, u32);

/// Sorts by the number; rows with the same one stay in the order they have.
pub(super) fn sort(pairs: &mut Vec<Pair>) {
    if pairs.is_sorted_by_key(|pair| pair.0) {
        return;
    }
    if pairs.len() <= FEW {
        pairs.sort_by_key(|pair| pair.0);
        return;
    }
    let least = pairs.iter().map(|pair| pair.0).min().unwrap_or(0);
    let most = pairs.iter().map(|pair| pair.0).max().unwrap_or(0) - least;
    let mut other = vec![(0, 0); pairs.len()];
    let mut shift = 0;
    while shift < u64::BITS && most >> shift > 0 {
        let digit = |pair: &Pair| {
            let digit = (pair.0 - least) >> shift & MASK;
            usize::from(u16::try_from(digit).unwrap_or(u16::MAX)) % BUCKETS
        };
        let mut next = [0_usize; BUCKETS];
        for pair in pairs.iter() {
            next[digit(pair)] += 1;
        }
        // What all have in common sorts nothing.
        if !next.contains(&pairs.len()) {
            let mut first = 0;
            for bucket in &mut next {
                first += std::mem::replace(bucket, first);
            }
            for pair in pairs.iter() {
                let place = &mut next[digit(pair)];
                other[*place] = *pair;
                *place += 1;
            }
            std::mem::swap(pairs, &mut other);
        }
        shift += BITS;
    }
}

/// The place of each number among all of them, by row and from 1; equal ones share it, and rows that are not among the
/// pairs have 0.
pub(super) fn places(mut pairs: Vec<Pair>, rows: usize) -> Vec<u32> {
    sort(&mut pairs);
    let mut places = vec![0; rows];
    let (mut place, mut before) = (0, None);
    for (value, row) in pairs {
        if before != Some(value) {
            place += 1;
            before = Some(value);
        }
        places[row as usize] = place;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn sorts_as_comparing_does(
            seeds in proptest::collection::vec(any::<u64>(), 1..40),
            length in 0_usize..12_000,
            bits in 1_u32..64,
            base in any::<u64>(),
        ) {
            let mut pairs: Vec<Pair> = (0_u32..)
                .take(length)
                .map(|row| {
                    let seed = seeds[row as usize % seeds.len()];
                    let value = seed.wrapping_mul(u64::from(row).wrapping_add(7)) >> (64 - bits);
                    (value.saturating_add(base >> 1), row)
                })
                .collect();
            let mut expected = pairs.clone();
            expected.sort_by_key(|pair| pair.0);
            let places = places(pairs.clone(), length + 1);
            sort(&mut pairs);
            prop_assert_eq!(&pairs, &expected);
            prop_assert_eq!(places[length], 0);
            for two in expected.windows(2) {
                let (a, b) = (places[two[0].1 as usize], places[two[1].1 as usize]);
                prop_assert_eq!(b - a, u32::from(two[0].0 != two[1].0));
            }
        }
    }
}
