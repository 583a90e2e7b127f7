//! The country of each party, found out when somebody first asks: reading a number takes longer than everything else that
//! is done with it. What was found out is kept with the picture of the rows.

use std::sync::{Arc, Mutex};

use domain::phone;

use super::lock;
use super::parties::Parties;

/// A country by its two letters, as ISO 3166 has them.
pub(super) type Country = [u8; 2];

/// What is known: the country of each of the first so many parties.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// For each party the number of its country, plus one; 0 is none. There are fewer than 255.
    numbers: Vec<u8>,
    countries: Vec<Country>,
}

impl Known {
    /// How many parties it is known of.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The country of a party.
    pub(super) fn of(&self, party: usize) -> Option<Country> {
        self.countries.get(usize::from(self.numbers[party]).checked_sub(1)?).copied()
    }

    /// Adds the country of the next party.
    fn push(&mut self, country: Option<Country>) {
        let number = country.and_then(|country| {
            let known = self.countries.iter().position(|known| *known == country);
            let place = known.unwrap_or_else(|| {
                self.countries.push(country);
                self.countries.len() - 1
            });
            u8::try_from(place + 1).ok()
        });
        self.numbers.push(number.unwrap_or(0));
    }

    /// What it is made of: for each party the number of its country, and the countries.
    pub(super) fn parts(&self) -> (&[u8], &[Country]) {
        (&self.numbers, &self.countries)
    }

    /// The same back.
    pub(super) fn of_parts(numbers: Vec<u8>, countries: Vec<Country>) -> Self {
        Self { numbers, countries }
    }
}

/// Countries of parties by their number.
#[derive(Debug, Default)]
pub(super) struct Countries {
    known: Mutex<Arc<Known>>,
}

impl Countries {
    /// The country of each party there is. Numbers of parties never change, so only new ones are read.
    pub(super) fn of(&self, parties: &Parties) -> Arc<Known> {
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
            let known = Arc::make_mut(&mut known);
            known.numbers.reserve_exact(numbers.len());
            found.into_iter().flatten().for_each(|country| known.push(country));
        }
        Arc::clone(&known)
    }

    /// The countries that are known: those of the first so many parties.
    pub(super) fn known(&self) -> Arc<Known> {
        Arc::clone(&lock(&self.known))
    }

    /// Takes over what is known, for other parties; nothing to forget all.
    pub(super) fn set(&self, known: Known) {
        *lock(&self.known) = Arc::new(known);
    }
}
