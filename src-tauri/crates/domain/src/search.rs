//! What a person asks the table to show.

use crate::ids::AccountId;

/// A column the table can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SortColumn {
    /// Start of the recording.
    #[default]
    When,
    /// Calling party, by digits.
    From,
    /// Called party, by digits.
    To,
    /// Length.
    Duration,
    /// Type (call, conference, trunk, …).
    Kind,
    /// Format the vendor claims.
    Format,
    /// Size in bytes.
    Size,
    /// Conference name.
    Conference,
    /// Account label.
    Account,
    /// State of our copy.
    State,
}

/// Sort order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sort {
    /// The column; ties are broken by time, then by row id, so that the order is total.
    pub column: SortColumn,
    /// Largest or newest first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: SortColumn::When, descending: true }
    }
}

/// Which part of the library the sidebar has open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LibraryView {
    /// Everything that is not deleted.
    #[default]
    All,
    /// Added to the index since the last visit.
    New,
    /// No copy here yet.
    NotSaved,
    /// Copies that failed or carry a remark, and recordings gone at the provider without a copy.
    NeedsAttention,
}

/// One search.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// What was typed. Words are separated by white space and must all match; see [`Term::parse_all`].
    pub text: String,
    /// Only this account.
    pub account: Option<AccountId>,
    /// Only this part of the library.
    pub view: LibraryView,
    /// Order.
    pub sort: Sort,
}

/// One thing that must match somewhere in a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// Only digits and number punctuation were typed: matches the digits of either number as a substring, and ids.
    Digits {
        /// The digits, without punctuation.
        digits: String,
        /// What was typed, lower case, for matching ids and names that hold digits.
        typed: String,
    },
    /// Any other text: matches numbers, ids, conference and caller names, lower case, as a substring.
    Text(String),
}

impl Term {
    /// Splits typed text into terms. Double quotes keep spaces inside a term. A run of digit groups
    /// (`+91 98765 43210`, `98765-43210`) is one number.
    pub fn parse_all(text: &str) -> Vec<Self> {
        let mut terms: Vec<Self> = Vec::new();
        let mut number = String::new();
        for word in words(text) {
            if !word.quoted && is_number_like(&word.text) {
                // A plus begins a new number; anything else goes on with the one before.
                if word.text.starts_with('+') || word.text.starts_with("00") {
                    push_number(&mut terms, &mut number);
                }
                if !number.is_empty() {
                    number.push(' ');
                }
                number.push_str(&word.text);
            } else {
                push_number(&mut terms, &mut number);
                terms.push(Self::Text(word.text.to_lowercase()));
            }
        }
        push_number(&mut terms, &mut number);
        terms
    }
}

fn push_number(terms: &mut Vec<Term>, number: &mut String) {
    let digits = crate::phone::digits(number);
    if !digits.is_empty() {
        terms.push(Term::Digits { digits, typed: number.to_lowercase() });
    }
    number.clear();
}

fn is_number_like(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_digit())
        && word
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '.' | '/'))
}

struct Word {
    text: String,
    quoted: bool,
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('"') {
            // An unclosed quote is what a person sees while still typing: it reaches to the end.
            let (phrase, after) = inner.split_once('"').unwrap_or((inner, ""));
            if !phrase.trim().is_empty() {
                words.push(Word { text: phrase.to_owned(), quoted: true });
            }
            rest = after.trim_start();
        } else {
            let end = rest.find([' ', '\t', '"']).unwrap_or(rest.len());
            let end =
                if end == 0 { rest.chars().next().map_or(rest.len(), char::len_utf8) } else { end };
            words.push(Word { text: rest[..end].trim().to_owned(), quoted: false });
            rest = rest[end..].trim_start();
        }
    }
    words.retain(|word| !word.text.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digits(text: &str) -> Vec<String> {
        Term::parse_all(text)
            .into_iter()
            .map(|term| match term {
                Term::Digits { digits, .. } => digits,
                Term::Text(text) => format!("text:{text}"),
            })
            .collect()
    }

    #[test]
    fn a_number_may_be_written_in_any_way() {
        assert_eq!(digits("+91 98765 43210"), ["919876543210"]);
        assert_eq!(digits("98765-43210"), ["9876543210"]);
        assert_eq!(digits("(415) 555-01"), ["41555501"]);
        assert_eq!(digits("9876 +4420"), ["9876", "4420"]);
    }

    #[test]
    fn words_and_phrases_are_terms_of_their_own() {
        assert_eq!(digits("Sales 98765"), ["text:sales", "98765"]);
        assert_eq!(digits("\"weekly sales\" 12"), ["text:weekly sales", "12"]);
        assert_eq!(digits("\"still typing"), ["text:still typing"]);
        assert_eq!(digits("  "), Vec::<String>::new());
        assert_eq!(digits("sip:anna@host"), ["text:sip:anna@host"]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}") {
            let _ = Term::parse_all(&text);
        }
    }
}
