//! Parties: numbers and names as vendors write them, and the digits of each.
//!
//! The digits of nearly every party are a part of its text (`+15551230100`, `0091…`), so they are not kept but looked for
//! there. The few whose digits stand apart (`(555) 123-0100`, a SIP address) have theirs written down.

use domain::phone;

use super::bits::Bits;
use super::texts::Texts;

/// Parties, folded, by number; 0 is none.
#[derive(Debug, Clone)]
pub(super) struct Parties {
    texts: Texts,
    /// Those whose digits are written down, in order, each with the number of its digits in `digits`.
    apart: Vec<(u32, u32)>,
    digits: Texts,
}

impl Parties {
    pub(super) fn new() -> Self {
        Self { texts: Texts::new(), apart: Vec::new(), digits: Texts::new() }
    }

    /// What it is made of: the texts, those whose digits stand apart, and these.
    pub(super) fn parts(&self) -> (&Texts, &[(u32, u32)], &Texts) {
        (&self.texts, &self.apart, &self.digits)
    }

    /// The same back.
    pub(super) fn of_parts(texts: Texts, apart: Vec<(u32, u32)>, digits: Texts) -> Self {
        Self { texts, apart, digits }
    }

    /// The number of a folded party, which is kept if it is new.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        let (count, number) = (self.texts.len(), self.texts.number(text));
        if self.texts.len() > count {
            let digits = phone::digits(text);
            if digits_within(text).map(|(_, within)| within) != Some(&digits) {
                self.apart.push((number, self.digits.number(&digits)));
            }
        }
        number
    }

    /// How many there are, none included.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The text of a party.
    pub(super) fn text(&self, number: u32) -> &str {
        self.texts.text(number)
    }

    /// The digits of a party; empty for one without.
    pub(super) fn digits(&self, number: u32) -> &str {
        match self.apart.binary_search_by_key(&number, |(party, _)| *party) {
            Ok(at) => self.digits.text(self.apart[at].1),
            Err(_) => digits_within(self.text(number)).map_or("", |(_, digits)| digits),
        }
    }

    /// The parties that contain a folded text.
    pub(super) fn containing(&self, part: &str) -> Bits {
        self.texts.containing(part)
    }

    /// The parties whose text contains one part, or whose digits another of at least one digit.
    pub(super) fn with_digits(&self, part: &str, digits: &str) -> Bits {
        // Where `+15` stands, `15` begins the digits, so one look is enough, unless a `00` that counts for nothing begins them.
        let is_said_twice = part.strip_prefix('+') == Some(digits) && !digits.starts_with('0');
        let by_text = (!is_said_twice).then(|| self.texts.containing(part));
        let mut found = by_text.clone().unwrap_or_else(|| Bits::none(self.len()));
        if part != digits {
            found.or(&self.texts.containing_where(digits, |number, at| {
                at >= first_digit(self.texts.bytes(number))
            }));
        }
        let apart = self.digits.containing(digits);
        for (party, number) in &self.apart {
            let is_in_text = || match &by_text {
                Some(by_text) => by_text.has(*party as usize),
                None => self.text(*party).contains(part),
            };
            if apart.has(*number as usize) || is_in_text() {
                found.add(*party as usize);
            } else {
                // What was found there are no digits of its number.
                found.drop(*party as usize);
            }
        }
        found
    }

    /// Gives back memory that was taken in advance.
    pub(super) fn shrink(&mut self) {
        self.texts.shrink();
        self.digits.shrink();
        self.apart.shrink_to_fit();
    }
}

/// Where the digits of a text begin, and they, if they stand in one piece: without a `00` before a long number, as
/// [`phone::digits`] has them.
fn digits_within(text: &str) -> Option<(usize, &str)> {
    let no_digit = |c: char| !c.is_ascii_digit();
    let first = first_digit(text.as_bytes());
    let digits = text.get(first..)?.trim_end_matches(no_digit);
    (!digits.contains(no_digit)).then_some((first, digits))
}

/// Where the digits begin in a text in which they stand in one piece.
fn first_digit(text: &[u8]) -> usize {
    let first = text.iter().position(u8::is_ascii_digit).unwrap_or(text.len());
    let digits = &text[first..];
    if !digits.starts_with(b"00") {
        return first;
    }
    let count = digits.iter().filter(|byte| byte.is_ascii_digit()).count();
    if count > 10 { first + 2 } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn digits_are_those_of_the_number_and_found_by_their_parts(
            list in proptest::collection::vec(
                prop_oneof![
                    "\\+?(00)?[01]{0,12}\\+?",
                    "sip:[01a]{0,5}@[01]{0,3}",
                    "[ (+a-]{0,2}[01]{0,3}[ )a-]{0,2}[01]{0,3}",
                ],
                0..20,
            ),
            part in "[01]{1,4}",
        ) {
            let mut parties = Parties::new();
            let numbers: Vec<u32> = list.iter().map(|text| parties.number(text)).collect();
            let (found, by_text) = (parties.with_digits(&part, &part), parties.containing(&part));
            let by_digits = parties.with_digits("none", &part);
            let plus = format!("+{part}");
            let with_plus = parties.with_digits(&plus, &part);
            for (text, number) in list.iter().zip(numbers) {
                let digits = phone::digits(text);
                prop_assert_eq!(parties.digits(number), &digits, "{}", text);
                prop_assert_eq!(parties.text(number), text);
                let (of_text, of_digits) = (text.contains(&part), digits.contains(&part));
                prop_assert_eq!(found.has(number as usize), of_text || of_digits, "{} in {}", part, text);
                let of_plus = text.contains(&plus) || of_digits;
                prop_assert_eq!(with_plus.has(number as usize), of_plus, "{} in {}", plus, text);
                prop_assert_eq!(by_digits.has(number as usize), of_digits, "{} in {}", part, text);
                prop_assert_eq!(by_text.has(number as usize), of_text);
            }
            prop_assert!(!found.has(0));
        }
    }
}
