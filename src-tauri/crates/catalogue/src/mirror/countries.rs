//! The country of each party, found out when somebody first asks: reading a number takes longer than everything else that
//! is done with it. What was found out is kept with the picture of the rows.

use std::sync::{Arc, Mutex};

use domain::phone;

use super::lock;
use super::texts::Texts;

/// A country by its two letters, as ISO 3166 has them.
pub(super) type Country = [u8; 2];

/// Countries of parties by their number.
#[derive(Debug, Default)]
pub(super) struct Countries {
    known: Mutex<Arc<Vec<Option<Country>>>>,
}

impl Countries {
    /// The country of each party there is. Numbers of parties never change, so only new ones are read.
    pub(super) fn of(&self, parties: &Texts) -> Arc<Vec<Option<Country>>> {
        let mut known = lock(&self.known);
        let first = known.len();
        if first < parties.len() {
            let numbers: Vec<u32> =
                (first..parties.len()).filter_map(|number| u32::try_from(number).ok()).collect();
            let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
            let share = numbers.len().div_ceil(threads).max(1);
            let country = |number: &u32| {
                let country = phone::country(parties.text(*number))?;
                country.as_bytes().try_into().ok()
            };
            let found: Vec<Vec<Option<Country>>> = std::thread::scope(|scope| {
                let workers: Vec<_> = numbers
                    .chunks(share)
                    .map(|part| scope.spawn(move || part.iter().map(country).collect::<Vec<_>>()))
                    .collect();
                workers
                    .into_iter()
                    .zip(numbers.chunks(share))
                    // A number that the library cannot stomach has no country.
                    .map(|(worker, part)| worker.join().unwrap_or_else(|_| vec![None; part.len()]))
                    .collect()
            });
            Arc::make_mut(&mut known).extend(found.into_iter().flatten());
        }
        Arc::clone(&known)
    }

    /// The countries that are known: those of the first so many parties.
    pub(super) fn known(&self) -> Arc<Vec<Option<Country>>> {
        Arc::clone(&lock(&self.known))
    }

    /// Takes over what is known, for other parties; nothing to forget all.
    pub(super) fn set(&self, known: Vec<Option<Country>>) {
        *lock(&self.known) = Arc::new(known);
    }
}
