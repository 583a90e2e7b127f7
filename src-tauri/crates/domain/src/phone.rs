//! Telephone numbers as people search for them and read them.
//!
//! Vendors send `+919876543210`, `919624705678`, `sip:user@host`, or nothing. We keep what they sent, and derive two
//! things: the digits (to search in any notation) and a form grouped by country (to read).

use phonenumber::{Mode, PhoneNumber};

/// The digits of a number, without `+`, separators or an international `00` prefix. For a SIP address the digits of
/// its user part, if it has any.
pub fn digits(text: &str) -> String {
    let user = sip_user(text).unwrap_or(text);
    let digits: String = user.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("00") {
        Some(rest) if digits.len() > 10 => rest.to_owned(),
        _ => digits,
    }
}

/// The part between `sip:` (or `sips:`) and `@`, if the text is such an address.
pub fn sip_user(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("sip:").or_else(|| text.strip_prefix("sips:"))?;
    Some(rest.split(['@', ';']).next().unwrap_or(rest))
}

/// A number to read: `+91 98765 43210`. What is no international number comes back as it was: a national number must
/// not be read as one of another country, so without a plus it counts only when it is long enough or known to be valid.
pub fn display(text: &str) -> String {
    read(text).text
}

/// The country of an international number, as two letters (`IN`), for numbers that [`display`] groups. `None` for what
/// is no international number, and for codes that belong to no single country (+800 and the like).
pub fn country(text: &str) -> Option<&'static str> {
    international(text).as_ref().and_then(country_of)
}

/// A number as [`display`] and [`country`] read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Grouped by its country's habits, or as it was.
    pub text: String,
    /// Two letters.
    pub country: Option<&'static str>,
}

/// Both readings of a number at the price of one, which is what a window of rows has time for.
pub fn read(text: &str) -> Reading {
    match international(text) {
        Some(number) => Reading {
            text: number.format().mode(Mode::International).to_string(),
            country: country_of(&number),
        },
        None => Reading { text: text.to_owned(), country: None },
    }
}

fn international(text: &str) -> Option<PhoneNumber> {
    if text.starts_with("sip") || text.len() > 20 || text.chars().any(char::is_alphabetic) {
        return None;
    }
    let digits = digits(text);
    if digits.len() < 8 {
        return None;
    }
    let number = phonenumber::parse(None, format!("+{digits}")).ok()?;
    let counts = text.starts_with('+') || digits.len() >= 11 || number.is_valid();
    counts.then_some(number)
}

fn country_of(number: &PhoneNumber) -> Option<&'static str> {
    let id = number.metadata(&phonenumber::metadata::DATABASE)?.id();
    (id.len() == 2).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn any_notation_gives_the_same_digits() {
        for text in ["+91 98765-43210", "00919876543210", "919876543210", "+91(98765)43210"] {
            assert_eq!(digits(text), "919876543210", "{text}");
        }
        assert_eq!(digits("sip:1001@example.test"), "1001");
        assert_eq!(digits("sip:anna@10.0.0.1"), "");
        assert_eq!(digits("0012"), "0012", "a short code keeps its zeros");
    }

    #[test]
    fn numbers_read_well_and_other_text_is_left_alone() {
        assert_eq!(display("919876543210"), "+91 98765 43210");
        assert_eq!(display("+14155550123"), "+1 415-555-0123");
        assert_eq!(
            display("441632960830"),
            "+44 1632 960830",
            "no live number, but one of that country"
        );
        assert_eq!(display("98765432"), "98765432", "a national number is nobody else's");
        assert_eq!(display("sip:anna@example.test"), "sip:anna@example.test");
        assert_eq!(display("anonymous"), "anonymous");
        assert_eq!(display("1001"), "1001");
        assert_eq!(display(""), "");
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let reading = read(&text);
            prop_assert_eq!(reading.text, display(&text));
            prop_assert_eq!(reading.country, country(&text));
            let _ = digits(&text);
        }
    }
}
