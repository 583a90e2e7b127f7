//! The keys that files get in buckets: one upload at a time has each, and of many files that want the same one each gets a
//! number of its own.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use domain::PlaceId;

use crate::lock;

/// Keys that are given out, in all buckets.
#[derive(Default)]
pub(crate) struct Names {
    /// Those that uploads under way will have.
    claimed: Mutex<HashSet<(PlaceId, String)>>,
    /// Where to go on looking for a free number, by the plain key, of keys that had to get one.
    free_from: Mutex<HashMap<(PlaceId, String), u32>>,
}

/// The name of an object while it is being written.
pub(crate) struct Claim<'a> {
    names: &'a Names,
    name: (PlaceId, String),
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        lock(&self.names.claimed).remove(&self.name);
    }
}

impl Names {
    /// A key for one upload; `None` when another one under way has it.
    pub(crate) fn claim(&self, place: &PlaceId, key: &str) -> Option<Claim<'_>> {
        let name = (place.clone(), key.to_owned());
        lock(&self.claimed).insert(name.clone()).then(|| Claim { names: self, name })
    }

    /// The first number worth a try for a file with this plain key.
    pub(crate) fn first_number(&self, place: &PlaceId, plain: &str) -> u32 {
        let name = (place.clone(), plain.to_owned());
        lock(&self.free_from).get(&name).copied().unwrap_or(1)
    }

    /// A number was given out: those before it are taken. They are looked at again after the next start.
    pub(crate) fn note_number(&self, place: &PlaceId, plain: String, number: u32) {
        if number > 1 {
            let mut free_from = lock(&self.free_from);
            let next = free_from.entry((place.clone(), plain)).or_default();
            *next = (*next).max(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_uploads_until_it_ends_and_numbers_go_on_where_they_were() {
        let (names, place) = (Names::default(), PlaceId::new("archive"));
        let claim = names.claim(&place, "same.mp3").unwrap();
        assert!(names.claim(&place, "same.mp3").is_none());
        assert!(names.claim(&PlaceId::new("other"), "same.mp3").is_some());
        drop(claim);
        assert!(names.claim(&place, "same.mp3").is_some());
        assert_eq!(names.first_number(&place, "same.mp3"), 1);
        for number in [1, 2, 9, 3] {
            names.note_number(&place, "same.mp3".to_owned(), number);
        }
        assert_eq!(names.first_number(&place, "same.mp3"), 9);
        assert_eq!(names.first_number(&place, "other.mp3"), 1);
    }
}
