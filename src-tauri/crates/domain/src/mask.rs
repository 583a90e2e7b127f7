//! Hiding the middle digits of phone numbers, so that a list can be shown to others. The window does the same on screen
//! (`ui/src/lib/mask.ts`).

/// What stands for a digit.
const HIDDEN: char = '•';
/// From here on a run of digits can be somebody's number; extensions and short codes are shorter.
const SHORTEST: usize = 6;
/// The longest international number has so many (E.164).
const LONGEST: usize = 15;

/// Hides the middle of every number in a text, also within a SIP address: `+91 98765 43210` becomes
/// `+91 98••• ••210`. The beginning and the last digits tell calls apart without telling whom.
pub fn mask_text(text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        if characters[at].is_ascii_digit() {
            let digits = number_at(&characters, at);
            hide_middle(&mut characters, &digits);
            at = digits.last().map_or(at, |last| *last) + 1;
        } else {
            at += 1;
        }
    }
    characters.into_iter().collect()
}

/// Hides the middle of the numbers in a vendor's JSON: digits in quotes or in a SIP address, and those of `known` numbers
/// wherever they stand, as in a file's name. Ids, instants and lengths stay as they are.
pub fn mask_json(json: &str, known: &[&str]) -> String {
    let known: Vec<Vec<char>> = known
        .iter()
        .map(|number| crate::phone::digits(number).chars().collect())
        .filter(|digits: &Vec<char>| digits.len() >= SHORTEST)
        .collect();
    let mut characters: Vec<char> = json.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        if !characters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = characters[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let end = at + run;
        if is_quoted(&characters, at, end) && (SHORTEST..=LONGEST).contains(&run) {
            hide_middle(&mut characters, &(at..end).collect::<Vec<_>>());
        } else if is_address(&characters, at) && run >= SHORTEST {
            hide_middle(&mut characters, &(at..end.min(at + LONGEST)).collect::<Vec<_>>());
        } else {
            for digits in &known {
                let found =
                    characters[at..end].windows(digits.len()).position(|part| part == digits);
                if let Some(offset) = found {
                    let begin = at + offset;
                    let places: Vec<_> = (begin..begin + digits.len()).collect();
                    hide_middle(&mut characters, &places);
                }
            }
        }
        at = end;
    }
    characters.into_iter().collect()
}

/// The places of the digits of a number that begins here: digits with at most two of what people and formatters put
/// between them.
fn number_at(characters: &[char], begin: usize) -> Vec<usize> {
    let mut digits = vec![begin];
    let mut at = begin + 1;
    loop {
        let gap = characters[at..].iter().take(2).take_while(|c| is_separator(**c)).count();
        match characters.get(at + gap) {
            Some(next) if next.is_ascii_digit() => {
                digits.push(at + gap);
                at += gap + 1;
            }
            _ => return digits,
        }
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '.' | '-')
}

/// Hides all but the first and last of these digits, unless they are too few for a number.
fn hide_middle(characters: &mut [char], digits: &[usize]) {
    if digits.len() < SHORTEST {
        return;
    }
    let (before, after) = if digits.len() >= 9 { (4, 3) } else { (2, 2) };
    for place in &digits[before..digits.len() - after] {
        characters[*place] = HIDDEN;
    }
}

/// Whether a run of digits, perhaps after a plus, is all that stands between two quotes.
fn is_quoted(characters: &[char], begin: usize, end: usize) -> bool {
    let before = before_plus(characters, begin);
    before.last() == Some(&'"') && characters.get(end) == Some(&'"')
}

/// Whether what stands before the digits makes them an address.
fn is_address(characters: &[char], begin: usize) -> bool {
    let before = before_plus(characters, begin);
    ["sip:", "sips:", "tel:"].into_iter().any(|scheme| {
        let length = scheme.len();
        before.len() >= length
            && before[before.len() - length..].iter().copied().eq(scheme.chars())
            && before[..before.len() - length].last().is_none_or(|c| !c.is_alphanumeric())
    })
}

fn before_plus(characters: &[char], begin: usize) -> &[char] {
    let before = &characters[..begin];
    before.strip_suffix(&['+']).unwrap_or(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_middle_is_hidden() {
        for (text, masked) in [
            ("+91 98765 43210", "+91 98••• ••210"),
            ("+1 (415) 555-0123", "+1 (415) •••-•123"),
            ("14155550123", "1415••••123"),
            ("5550123", "55•••23"),
            ("sip:919876543210@example.test", "sip:9198•••••210@example.test"),
            ("12345", "12345"),
            ("1001", "1001"),
            ("Anna, extension 401", "Anna, extension 401"),
            ("", ""),
        ] {
            assert_eq!(mask_text(text), masked);
        }
    }

    #[test]
    fn json_keeps_what_is_no_number() {
        let json = r#"{"from":"+919876543210","to":"sip:14155550123@x.test","id":"0198-a2b3","at":1777000000000,"short":"401"}"#;
        let masked = r#"{"from":"+9198•••••210","to":"sip:1415••••123@x.test","id":"0198-a2b3","at":1777000000000,"short":"401"}"#;
        assert_eq!(mask_json(json, &[]), masked);
    }

    #[test]
    fn known_numbers_are_hidden_wherever_they_stand() {
        let json = r#"{"url":"https://x.test/2026_919876543210_0.mp3","at":1777000000000}"#;
        assert_eq!(
            mask_json(json, &["+91 98765 43210", "401"]),
            r#"{"url":"https://x.test/2026_9198•••••210_0.mp3","at":1777000000000}"#
        );
    }

    proptest! {
        #[test]
        fn nothing_but_digits_changes(text in "\\PC{0,60}") {
            let masked = mask_text(&text);
            prop_assert_eq!(masked.chars().count(), text.chars().count());
            for (before, after) in text.chars().zip(masked.chars()) {
                prop_assert!(before == after || (before.is_ascii_digit() && after == HIDDEN));
            }
        }

        #[test]
        fn no_long_number_survives(digits in "[0-9]{9,15}") {
            prop_assert!(!mask_text(&digits).contains(&digits));
            let quoted = format!("\"{digits}\"");
            prop_assert!(!mask_json(&quoted, &[]).contains(&digits));
        }
    }
}
