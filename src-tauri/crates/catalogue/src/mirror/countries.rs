//! The country of each party, found out when somebody first asks: reading a number takes longer than everything else that
//! is done with it.

use std::sync::{Arc, Mutex, PoisonError};

use domain::phone;

use super::texts::Texts;

/// Countries of parties by their number.
#[derive(Debug, Default)]
pub(super) struct Countries {
    known: Mutex<Arc<Vec<Option<&'static str>>>>,
}

impl Countries {
    /// The country of each party there is. Numbers of parties never change, so only new ones are read.
    pub(super) fn of(&self, parties: &Texts) -> Arc<Vec<Option<&'static str>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let first = known.len();
        if first < parties.len() {
            let numbers: Vec<u32> =
                (first..parties.len()).filter_map(|number| u32::try_from(number).ok()).collect();
            let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
            let share = numbers.len().div_ceil(threads).max(1);
            let country = |number: &u32| phone::country(parties.text(*number));
            let found: Vec<Vec<Option<&'static str>>> = std::thread::scope(|scope| {
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

    /// Forgets all, for other parties.
    pub(super) fn clear(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }
}
