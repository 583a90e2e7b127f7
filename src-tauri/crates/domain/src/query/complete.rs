//! What may stand at the cursor: names of tokens, and values, those seen in the data first.

use std::ops::Range;

use super::dates::DayWord;
use super::field::Field;
use super::print;
use super::words::{Has, SavedState};
use crate::text::fold;

/// More than this is no help.
const MOST: usize = 12;

/// What may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The part of the text that a suggestion replaces, in bytes.
    pub span: Range<usize>,
    /// Best first, twelve at most.
    pub suggestions: Vec<Suggestion>,
}

/// One thing that may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What to put there. Ends with a space when the token is whole after it.
    pub insert: String,
    /// What to show.
    pub label: String,
    /// What it means; empty for a value seen in the data.
    pub explanation: String,
    /// How many recordings have it, for a value seen in the data.
    pub count: Option<u32>,
}

/// Suggestions for a cursor at that byte; one in the middle of a character counts as before it. `seen` gives the values
/// that a field has in the data, each with how many recordings have it.
pub fn complete(
    text: &str,
    cursor: usize,
    seen: impl FnOnce(Field) -> Vec<(String, u32)>,
) -> Completion {
    let cursor =
        (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let word = word_around(text, cursor);
    let begun = &text[word.start..cursor];
    if let Some((name, value)) = begun.split_once(':')
        && let Some(field) = Field::named(name)
    {
        let entry_at = value.rfind(',').map_or(0, |comma| comma + 1);
        let entry = value[entry_at..].trim_start_matches('"');
        let start = cursor - (value.len() - entry_at);
        let end = text[cursor..word.end].find(',').map_or(word.end, |comma| cursor + comma);
        return Completion { span: start..end, suggestions: values(field, entry, seen) };
    }
    let begun = begun.to_ascii_lowercase();
    let suggestions = Field::ALL
        .into_iter()
        .filter(|field| field.name().starts_with(&begun))
        .take(if begun.is_empty() { MOST } else { Field::ALL.len() })
        .map(|field| Suggestion {
            insert: format!("{}:", field.name()),
            label: format!("{}:", field.name()),
            explanation: field.explanation().to_owned(),
            count: None,
        })
        .collect();
    Completion { span: word, suggestions }
}

/// The word that the cursor stands in or at the end of, without a sign or parenthesis before it. Quotes hold it
/// together.
fn word_around(text: &str, cursor: usize) -> Range<usize> {
    let mut start = 0;
    let mut quoted = false;
    for (at, c) in text[..cursor].char_indices() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => start = at + c.len_utf8(),
            _ => {}
        }
    }
    let skipped =
        text[start..cursor].len() - text[start..cursor].trim_start_matches(['-', '(']).len();
    let end = text[cursor..]
        .find(|c: char| if quoted { c == '"' } else { c.is_whitespace() || c == ')' })
        .map_or(text.len(), |at| cursor + at + usize::from(quoted));
    start + skipped..end
}

fn values(
    field: Field,
    begun: &str,
    seen: impl FnOnce(Field) -> Vec<(String, u32)>,
) -> Vec<Suggestion> {
    let begun = fold(begun);
    let mut seen = seen(field);
    let words = fixed_words(field).into_iter().map(|(word, explanation)| {
        // What is seen of a word stands beside it.
        let at = seen.iter().position(|(value, _)| fold(value) == word);
        Suggestion {
            insert: format!("{word} "),
            label: word.to_owned(),
            explanation: explanation.to_owned(),
            count: at.map(|at| seen.remove(at).1),
        }
    });
    let words: Vec<Suggestion> = words.collect();
    let seen = seen.into_iter().map(|(value, count)| Suggestion {
        insert: format!("{} ", print::value(&value)),
        label: value,
        explanation: String::new(),
        count: Some(count),
    });
    let (mut first, mut later): (Vec<_>, Vec<_>) = words
        .into_iter()
        .chain(seen)
        .filter(|suggestion| fold(&suggestion.label).contains(&begun))
        .partition(|suggestion| fold(&suggestion.label).starts_with(&begun));
    first.append(&mut later);
    first.truncate(MOST);
    first
}

/// Words that a field takes whatever the data.
fn fixed_words(field: Field) -> Vec<(&'static str, &'static str)> {
    match field {
        Field::State => SavedState::ALL
            .iter()
            .map(|state| {
                let explanation = match state {
                    SavedState::Saved => "a copy is here",
                    SavedState::Unsaved => "no copy is here",
                    SavedState::Moving => "on its way",
                    SavedState::Verified => "saved, every check passed",
                    SavedState::Remarked => "saved, with a remark",
                    SavedState::Failed => "the last attempt to save it failed",
                    SavedState::Gone => "not at the provider any more",
                    SavedState::Lost => "gone, and no copy is here",
                    SavedState::Deleted => "deleted by us",
                };
                (state.word(), explanation)
            })
            .collect(),
        Field::Has => Has::ALL.iter().map(|has| (has.word(), "")).collect(),
        Field::Date | Field::Added | Field::Ended | Field::Seen | Field::Verified => {
            DayWord::ALL.iter().map(|(_, word)| (*word, "")).collect()
        }
        Field::Last => {
            vec![("24h", "one day"), ("7d", "a week"), ("30d", "thirty days"), ("1y", "a year")]
        }
        Field::Age => vec![
            (">25d", "older than 25 days"),
            (">90d", "older than 90 days"),
            ("<7d", "younger than a week"),
        ],
        Field::Duration | Field::Billed => vec![
            ("<10s", "shorter than ten seconds"),
            (">5m", "longer than five minutes"),
            (">30m", "longer than half an hour"),
            ("2m..10m", "from two to ten minutes"),
        ],
        Field::Storage => vec![(">25d", "more than 25 days"), (">90d", "more than 90 days")],
        Field::Size => {
            vec![(">1mb", "larger than a megabyte"), (">10mb", "larger than ten megabytes")]
        }
        Field::Hour => vec![("9..17", "office hours"), ("18..8", "outside of them")],
        Field::Weekday => vec![
            ("workday", "Monday to Friday"),
            ("weekend", "Saturday and Sunday"),
            ("mon", "Monday"),
            ("tue", "Tuesday"),
            ("wed", "Wednesday"),
            ("thu", "Thursday"),
            ("fri", "Friday"),
            ("sat", "Saturday"),
            ("sun", "Sunday"),
        ],
        Field::Direction => {
            vec![("inbound", ""), ("outbound", ""), ("intra_pbx", "within the company")]
        }
        _ => Vec::new(),
    }
}
