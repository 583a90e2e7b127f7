//! Telephone numbers that cannot belong to anybody.
//!
//! - United States: 555-0100 to 555-0199 of an area code is reserved for fiction (ATIS-0300115, NANPA).
//! - United Kingdom: Ofcom's "telephone numbers for use in TV and radio drama": 020 7946 0xxx, 0121/0131/0161 496 0xxx,
//!   01632 960xxx, 07700 900xxx.
//! - Australia: ACMA's numbers for creative works: 5550 xxxx and 7010 xxxx in the geographic areas 02, 03, 07 and 08.
//! - India reserves none. The National Numbering Plan 2003 keeps 555 out of use as an area code, no subscriber number
//!   begins with 0, and mobile numbers begin with 6 to 9, so +91 555 0xxxxxx is assigned in no service.

use fastrand::Rng;

/// Somebody at one end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    /// A telephone number with its country code, written with or without the plus.
    Number {
        /// `919876543210`.
        digits: u64,
        /// Whether the vendor writes the `+`.
        plus: bool,
    },
    /// A SIP address of the company, by index.
    Sip(u8),
    /// Nothing: the number was withheld.
    Withheld,
}

/// Different customers there are to draw from. They call again, some of them often.
const CUSTOMERS: u64 = 900;
/// The company's own numbers.
const OWN_LINES: u64 = 7;

/// A customer of the company of this seed.
pub(crate) fn customer(dice: &mut Rng, seed: u64) -> Party {
    // A product of two draws favours the first customers: a few regulars, many who call once.
    let who = dice.u64(..CUSTOMERS) * dice.u64(..CUSTOMERS) / CUSTOMERS;
    number(dice, seed.wrapping_mul(31).wrapping_add(who + 1000))
}

/// One of the company's own numbers.
pub(crate) fn own_line(dice: &mut Rng, seed: u64) -> Party {
    let which = dice.u64(..OWN_LINES);
    number(dice, seed.wrapping_mul(31).wrapping_add(which))
}

/// Whether a number is one of the company's own.
pub(crate) fn is_own_line(digits: u64, seed: u64) -> bool {
    (0..OWN_LINES).any(|which| {
        let who = seed.wrapping_mul(31).wrapping_add(which);
        // How it is written takes a throw of its own and does not matter here.
        matches!(number(&mut Rng::with_seed(0), who), Party::Number { digits: own, .. } if own == digits)
    })
}

/// The number of person `who`. Whether it is written with a plus changes from call to call.
fn number(dice: &mut Rng, who: u64) -> Party {
    let mut person = Rng::with_seed(who.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let digits = match person.u32(..100) {
        0..55 => indian(&mut person),
        55..75 => american(&mut person),
        75..90 => british(&mut person),
        _ => australian(&mut person),
    };
    Party::Number { digits, plus: dice.u32(..100) < 75 }
}

fn indian(person: &mut Rng) -> u64 {
    915_550_000_000 + person.u64(..1_000_000)
}

fn american(person: &mut Rng) -> u64 {
    const AREAS: [u64; 8] = [212, 312, 415, 512, 617, 702, 808, 917];
    10_000_000_000 + AREAS[person.usize(..8)] * 10_000_000 + 5_550_100 + person.u64(..100)
}

fn british(person: &mut Rng) -> u64 {
    /// First numbers of blocks of a thousand.
    const BLOCKS: [u64; 6] = [
        442_079_460_000,
        441_214_960_000,
        441_314_960_000,
        441_614_960_000,
        441_632_960_000,
        447_700_900_000,
    ];
    BLOCKS[person.usize(..BLOCKS.len())] + person.u64(..1000)
}

fn australian(person: &mut Rng) -> u64 {
    const AREAS: [u64; 4] = [2, 3, 7, 8];
    let exchange = if person.bool() { 5550 } else { 7010 };
    let area = AREAS[person.usize(..AREAS.len())];
    61_000_000_000 + area * 100_000_000 + exchange * 10_000 + person.u64(..10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the digits lie in one of the ranges of this module's header.
    fn is_fiction(digits: u64) -> bool {
        let text = digits.to_string();
        let rest = |prefix: &str| text.strip_prefix(prefix).map(str::len);
        let american = text.len() == 11 && text.starts_with('1') && &text[4..9] == "55501";
        let british =
            ["442079460", "441214960", "441314960", "441614960", "441632960", "447700900"]
                .iter()
                .any(|prefix| rest(prefix) == Some(3));
        let australian = ["612", "613", "617", "618"]
            .iter()
            .flat_map(|area| [format!("{area}5550"), format!("{area}7010")])
            .any(|prefix| rest(&prefix) == Some(4));
        american || british || australian || rest("915550") == Some(6)
    }

    #[test]
    fn only_numbers_reserved_or_unassignable_are_used() {
        let mut dice = Rng::with_seed(3);
        for round in 0..20_000 {
            for party in [customer(&mut dice, round % 5), own_line(&mut dice, round % 5)] {
                let Party::Number { digits, .. } = party else { panic!("{party:?}") };
                assert!(is_fiction(digits), "{digits}");
            }
        }
    }
}
