//! Folded text: what search compares and text columns are sorted by.

use domain::{Recording, phone};

/// Stands between the parts of a folded text. [`fold`] never yields it, so no term reaches over two parts.
const SEPARATOR: char = '\u{1f}';

/// Lower case, one form of sigma, and a space for each control character.
///
/// `str::to_lowercase` writes a final sigma differently from one inside a word, so that a word cut short would not
/// match itself; and full-text search ends a text at NUL.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'ς' => 'σ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// What search looks at in one recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SearchText {
    /// Digits of the calling and of the called party.
    pub(crate) numbers: String,
    /// Both parties as sent, ids, names, type, extensions.
    pub(crate) words: String,
}

impl SearchText {
    pub(crate) fn of(recording: &Recording) -> Self {
        let digits =
            |party: &Option<String>| party.as_deref().map(phone::digits).unwrap_or_default();
        let numbers = format!("{}{SEPARATOR}{}", digits(&recording.from), digits(&recording.to));
        let parts = [
            recording.from.as_deref(),
            recording.to.as_deref(),
            Some(recording.id.as_str()),
            recording.call_uuid.as_ref().map(domain::CallUuid::as_str),
            recording.conference_name.as_deref(),
            recording.caller_name.as_deref(),
            recording.kind.as_deref(),
        ];
        let mut words = String::new();
        for part in
            parts.into_iter().flatten().chain(recording.extensions.iter().map(String::as_str))
        {
            words.push_str(&fold(part));
            words.push(SEPARATOR);
        }
        Self { numbers, words }
    }

    /// What the full-text index holds.
    pub(crate) fn body(&self) -> String {
        format!("{}{SEPARATOR}{}", self.numbers, self.words)
    }
}

/// By what a party is sorted: its digits, else its text.
pub(crate) fn party_sort(party: Option<&str>) -> Option<String> {
    let party = party?;
    let digits = phone::digits(party);
    let sort = if digits.is_empty() { fold(party) } else { digits };
    (!sort.is_empty()).then_some(sort)
}

/// By what a name is sorted.
pub(crate) fn name_sort(name: Option<&str>) -> Option<String> {
    name.map(fold).filter(|sort| !sort.is_empty())
}
