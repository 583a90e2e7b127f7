//! What is typed without a token: numbers, days, extensions behind a number, addresses, words with what is around them in the
//! letter they were copied from.

use crate::query::dates::Day;
use crate::query::{
    Condition, PartKind, Query, Term, is_invisible, is_number_character, is_number_like,
};

/// With fewer digits what is glued to an `x` is more likely a part of an id.
const SHORTEST_WHOLE_NUMBER: usize = 7;

/// A longer row of digits is no extension.
const LONGEST_EXTENSION: usize = 8;

/// What a word asks for, and what it is; nothing when it is only there to separate others.
pub(super) fn of_word(word: &str) -> (PartKind, Option<Query>) {
    if word.chars().all(|c| {
        matches!(c, '-' | '|' | ',' | ';' | '&' | '/' | ':' | '·' | '•' | '–' | '—')
            || is_invisible(c)
    }) {
        return (PartKind::And, None);
    }
    let text = bare(word);
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return (PartKind::Word, Some(of_address(text)));
    }
    let number = lower.strip_prefix("tel:").filter(|number| is_number_like(number));
    let (kind, term) = match number.or_else(|| is_number_like(text).then_some(text)) {
        // A hyphen in front would print as a negation.
        Some(number) => (PartKind::Number, Term::of(number.trim_start_matches('-'))),
        None => (PartKind::Word, Term::Text(text.to_owned())),
    };
    (kind, Some(Query::Is(Condition::Word(term))))
}

/// A word without the comma behind it, the pointed brackets around it, the parenthesis that was closed and never opened.
fn bare(word: &str) -> &str {
    let mut text = word.trim_end_matches([',', ';']);
    text = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
    if text.contains(char::is_alphanumeric) && !text.contains('(') {
        text = text.trim_end_matches(')');
    }
    if text.contains(|c: char| !c.is_whitespace()) { text } else { word }
}

/// A link: to the audio itself, with another signature than the one we know perhaps; to a page about the recording, which has its
/// id in it; or one that somebody put into a note.
fn of_address(text: &str) -> Query {
    let word = |text: &str| Query::Is(Condition::Word(Term::Text(text.to_owned())));
    let plain = text.split(['?', '#']).next().unwrap_or(text);
    let mut any = vec![word(text), Query::Is(Condition::Address(plain.to_owned()))];
    any.extend(uuid(text).map(word));
    Query::Any(any)
}

/// The first UUID in a text.
fn uuid(text: &str) -> Option<&str> {
    let is_uuid = |part: &[u8]| {
        part.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    let at = text.as_bytes().windows(36).position(is_uuid)?;
    text.get(at..at + 36)
}

/// Whether a text begins with a whole day of our time, as it is written for machines.
pub(super) fn begins_with_date(text: &str) -> bool {
    let is_next = |next: Option<char>| match next {
        None => true,
        Some(c) => c.is_whitespace() || matches!(c, 'T' | 't' | '.' | ',' | ')' | '"'),
    };
    text.get(..10).is_some_and(|day| {
        day.split('-').map(str::len).eq([4, 2, 2])
            && (day.starts_with("19") || day.starts_with("20"))
            && Day::read(day).is_ok()
            && is_next(text[10..].chars().next())
    })
}

/// Whether a text is a time of the day, with or without seconds and a zone: `14:30`, `14:30:05Z`.
pub(in crate::query) fn is_clock(text: &str) -> bool {
    text.contains(':')
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | '+' | '-' | 'Z' | 'z'))
}

/// The length of `ext. 12` or `x12` at the beginning of a text, and its digits.
pub(super) fn extension(text: &str, in_group: bool) -> Option<(usize, &str)> {
    let after = after_extension_word(text)?;
    let digits = after.trim_start_matches(['.', ':']).trim_start();
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = digits.split_at(count);
    let ends_well = rest.is_empty()
        || rest.starts_with(char::is_whitespace)
        || (in_group && rest.starts_with(')'));
    ((1..=LONGEST_EXTENSION).contains(&count) && ends_well)
        .then(|| (text.len() - rest.len(), digits))
}

/// Whether a text would be taken for an extension, or the word before one, behind a number.
pub(in crate::query) fn begins_as_extension(text: &str) -> bool {
    after_extension_word(text).is_some_and(|rest| {
        let rest = rest.trim_start_matches(['.', ':']);
        rest.bytes().all(|b| b.is_ascii_digit())
    })
}

fn after_extension_word(text: &str) -> Option<&str> {
    ["extension", "extn", "ext", "x"].into_iter().find_map(|word| {
        let begun = text.get(..word.len())?;
        begun.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
    })
}

/// How long the number at the beginning of a text is, if there is one: digits and what is written between them, up to
/// white space. Parentheses belong to it when they hold digits alone, as in `(415) 555-01`.
/// `before` is what of the number was read already.
pub(super) fn number_length(text: &str, in_group: bool, before: &str) -> Option<usize> {
    let mut end = 0;
    let mut rest = text;
    loop {
        if let Some(inner) = rest.strip_prefix('(') {
            let close = inner.find(')')?;
            // A sign in front would be a negation.
            let is_signed = inner.trim_start().starts_with('-');
            if is_signed || !is_number_like(&inner[..close]) || inner[..close].contains('(') {
                return None;
            }
            end += close + 2;
        } else {
            let length = rest
                .find(|c: char| !is_number_character(c) || matches!(c, ' ' | '(' | ')'))
                .unwrap_or(rest.len());
            if length == 0 {
                break;
            }
            end += length;
        }
        rest = &text[end..];
    }
    let ends_well = match rest.chars().next() {
        None => true,
        Some('x' | 'X') => {
            let digits =
                before.bytes().chain(text[..end].bytes()).filter(u8::is_ascii_digit).count();
            digits >= SHORTEST_WHOLE_NUMBER && extension(rest, in_group).is_some()
        }
        Some(next) => next.is_whitespace() || next == '"' || (next == ')' && in_group),
    };
    (ends_well && is_number_like(&text[..end])).then_some(end)
}
