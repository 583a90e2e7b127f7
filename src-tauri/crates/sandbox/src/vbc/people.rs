//! Who works at the office: names, extensions and direct numbers follow from the seed.

use fastrand::Rng;

use crate::calls::Party;
use crate::calls::numbers;

const FIRST_NAMES: [&str; 24] = [
    "Asha", "Ben", "Chloe", "Dev", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kavya",
    "Liam", "Mira", "Noor", "Oskar", "Priya", "Quentin", "Rosa", "Sven", "Tariq", "Uma", "Viktor",
    "Wanda", "Yusuf",
];
const LAST_NAMES: [&str; 20] = [
    "Abbott",
    "Banerjee",
    "Castillo",
    "Dumont",
    "Eriksen",
    "Fischer",
    "Gupta",
    "Hale",
    "Iyer",
    "Jensen",
    "Kowalski",
    "Lindqvist",
    "Mensah",
    "Novak",
    "O'Brien",
    "Petrov",
    "Quist",
    "Rao",
    "Silva",
    "Tanaka",
];
/// What carriers send in place of a name.
const NAMELESS: [&str; 4] = ["WIRELESS CALLER", "TOLL FREE CALL", "UNAVAILABLE", "HARBOUR TOWN"];
/// CNAM has room for this many characters (Telcordia GR-1188).
const CNAM_CHARACTERS: usize = 15;
/// First vendor id of a person.
const FIRST_ID: u64 = 745_249;
/// First extension.
const FIRST_EXTENSION: u32 = 1001;

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) id: u64,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) login_name: String,
    /// The administrator of an integration has none.
    pub(super) extension: Option<u32>,
    /// The direct number, as digits.
    pub(super) direct: u64,
}

impl Person {
    pub(super) fn email(&self) -> String {
        format!("{}@example.test", self.login_name)
    }

    /// The name as a telephone shows it.
    pub(super) fn cnam(&self) -> String {
        shown(&self.first_name, &self.last_name)
    }
}

/// The administrator, and `count` people with an extension each.
pub(super) fn people(seed: u64, count: u32) -> Vec<Person> {
    let mut dice = Rng::with_seed(seed ^ 0x0FF1_CE00);
    let administrator = Person {
        id: FIRST_ID,
        first_name: "Tara".into(),
        last_name: "Sandbox".into(),
        login_name: "tara.sandbox".into(),
        extension: None,
        direct: digits(numbers::own_line(&mut dice, seed)),
    };
    let others = (1..=count).map(|number| {
        let first_name = FIRST_NAMES[dice.usize(..FIRST_NAMES.len())];
        let last_name = LAST_NAMES[dice.usize(..LAST_NAMES.len())];
        let plain: String = last_name.chars().filter(char::is_ascii_alphabetic).collect();
        Person {
            id: FIRST_ID + u64::from(number) * 11,
            first_name: first_name.into(),
            last_name: last_name.into(),
            // The number keeps two people of one name apart.
            login_name: format!("{first_name}.{plain}{number}").to_lowercase(),
            extension: Some(FIRST_EXTENSION + number - 1),
            direct: digits(numbers::own_line(&mut dice, seed.wrapping_add(number.into()))),
        }
    });
    std::iter::once(administrator).chain(others).collect()
}

/// The name that a customer's carrier sends with the number; the same number has the same name, and some have none.
pub(super) fn customer_cnam(number: u64) -> Option<String> {
    let mut dice = Rng::with_seed(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    match dice.u32(..100) {
        0..8 => None,
        8..14 => Some(String::new()),
        14..34 => Some(NAMELESS[dice.usize(..NAMELESS.len())].to_owned()),
        _ => {
            let first_name = FIRST_NAMES[dice.usize(..FIRST_NAMES.len())];
            Some(shown(first_name, LAST_NAMES[dice.usize(..LAST_NAMES.len())]))
        }
    }
}

/// A party's number as digits.
pub(super) fn digits(party: Party) -> u64 {
    match party {
        Party::Number { digits, .. } => digits,
        Party::Sip(_) | Party::Withheld => 0,
    }
}

fn shown(first_name: &str, last_name: &str) -> String {
    format!("{first_name} {last_name}").to_uppercase().chars().take(CNAM_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn people_are_told_apart() {
        let people = people(1, 60);
        assert_eq!(people.len(), 61);
        let logins: HashSet<_> = people.iter().map(|person| &person.login_name).collect();
        let extensions: HashSet<_> = people.iter().filter_map(|person| person.extension).collect();
        assert_eq!((logins.len(), extensions.len()), (61, 60));
    }

    #[test]
    fn a_name_fits_a_telephone() {
        let names: Vec<_> = (0..500).map(|n| customer_cnam(12_125_550_100 + n)).collect();
        assert!(names.iter().flatten().all(|name| name.len() <= CNAM_CHARACTERS));
        assert!(names.contains(&None) && names.contains(&Some("WIRELESS CALLER".into())));
    }
}
