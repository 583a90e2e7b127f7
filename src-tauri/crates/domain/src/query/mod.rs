//! The search language: words, phrases and tokens that a person types, as a tree of conditions.
//!
//! White space means *and*, `or` and parentheses mean what they say, a `-` in front negates. [`read()`] never fails: what it
//! cannot make sense of becomes a [`Problem`] with its place in the text, and the rest of the query applies, so that
//! a slip of the finger never empties the table without a word. The tree is what was said and not what it comes to:
//! `today` stays `today` until [`dates`] resolves it for a moment and a time zone, and a tree prints back as text
//! that reads as the same tree.

mod complete;
pub mod dates;
mod field;
mod form;
mod print;
mod read;
pub mod values;
pub mod weekdays;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use complete::{Completion, Suggestion, complete};
pub use field::Field;
pub use form::{Form, Span};
pub use read::read;
pub use words::{Has, SavedState};

use dates::{DateSpan, Recent};
use values::{Bytes, Comparison, Cost, Days, HourRange, Length};
use weekdays::WeekdaySet;

/// What a person asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// All of these; of nothing: everything.
    All(Vec<Query>),
    /// Any of these. Never of fewer than two.
    Any(Vec<Query>),
    /// What this is not true of.
    Not(Box<Query>),
    /// One condition.
    Is(Condition),
}

impl Default for Query {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

/// Text to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    /// Only digits and number punctuation were typed: met by the digits of a number, in whatever notation.
    Digits {
        /// The digits, without punctuation or an international prefix. Never empty.
        digits: String,
        /// What was typed, for texts that are no numbers.
        typed: String,
    },
    /// Any other text.
    Text(String),
}

impl Term {
    /// A term of unquoted text.
    pub fn of(text: &str) -> Self {
        let digits = if is_number_like(text) { crate::phone::digits(text) } else { String::new() };
        if digits.is_empty() {
            Self::Text(text.to_owned())
        } else {
            Self::Digits { digits, typed: text.to_owned() }
        }
    }

    /// What was typed.
    pub fn typed(&self) -> &str {
        match self {
            Self::Digits { typed, .. } | Self::Text(typed) => typed,
        }
    }
}

/// Whether a text has digits and nothing that is not written in numbers.
fn is_number_like(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit()) && text.chars().all(is_number_character)
}

fn is_number_character(c: char) -> bool {
    // Programs that lay text out write other hyphens, and marks that nobody sees around a number.
    c.is_ascii_digit()
        || matches!(c, '+' | '-' | '(' | ')' | '.' | '/' | ' ' | '\u{2010}'..='\u{2015}')
        || is_invisible(c)
}

/// Marks of direction and width, which come along when a number is copied from an address book or a page.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Quotes as word processors and telephones write them.
fn is_curly_quote(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟')
}

/// Whose number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The calling party's.
    From,
    /// The called party's.
    To,
    /// Either.
    Either,
}

/// One condition on a recording. Texts are compared folded (see [`crate::text::fold`]); lists are met by any entry.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// A free word: somewhere in the numbers, names, type, extensions, note, tags or hold (name or reason), or, from
    /// [`SHORTEST_ID_PART`] characters, in an id.
    Word(Term),
    /// Part of a number or address; text is also looked for in the name that belongs to it: the caller's, the conference's.
    Party(Side, Term),
    /// Length.
    Duration(Comparison<Length>),
    /// When it began, by the calendar.
    Date(DateSpan),
    /// Not longer ago than this.
    Last(Recent),
    /// How long ago it began.
    Age(Comparison<Recent>),
    /// Type, whole.
    Kind(Vec<String>),
    /// Format, whole.
    Format(Vec<String>),
    /// Direction, from its beginning. What people say for one (`in`, `out`, `internal`) is read as the vendors' word for it.
    Direction(Vec<String>),
    /// An extension that took part, whole.
    Extension(Vec<String>),
    /// Part of the caller's name.
    Name(String),
    /// Part of the conference's name.
    Conference(String),
    /// Part of the account's label, or its whole id.
    Account(Vec<String>),
    /// State of our copy, or what became of it at the provider.
    State(Vec<SavedState>),
    /// Price a month.
    Cost(Comparison<Cost>),
    /// Size.
    Size(Comparison<Bytes>),
    /// A tag, whole.
    Tag(Vec<String>),
    /// Part of the note.
    Note(String),
    /// Part of what it is on hold for, or of the reason.
    Hold(String),
    /// That there is one.
    Has(Vec<Has>),
    /// Part of the vendor's id.
    Id(String),
    /// Part of the call's id.
    Call(String),
    /// Hour of the day.
    Hour(HourRange),
    /// Day of the week.
    Weekday(WeekdaySet),
    /// Country of a number: two letters, upper case.
    Country(Side, Vec<String>),
    /// Length as billed.
    Billed(Comparison<Length>),
    /// Days in storage.
    Storage(Comparison<Days>),
    /// Price of storage.
    Rate(Comparison<Cost>),
    /// When the provider stored it.
    Added(DateSpan),
    /// When it ended.
    Ended(DateSpan),
    /// When it was first listed here.
    Seen(DateSpan),
    /// When our copy was verified.
    Verified(DateSpan),
    /// A vendor's rule that recorded it, whole.
    Rule(Vec<String>),
    /// Part of the vendor's file name.
    File(String),
    /// Part of where the vendor says the audio is.
    Address(String),
}

/// Ids are random, so a shorter word would meet every few of them by chance and hide what was meant. `id:` and `call:`
/// take any length.
pub const SHORTEST_ID_PART: usize = 6;

/// What was read from a text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// What applies.
    pub query: Query,
    /// The text's parts, in order, without overlaps.
    pub parts: Vec<Part>,
    /// What does not apply, in order.
    pub problems: Vec<Problem>,
}

/// A part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// What it is.
    pub kind: PartKind,
    /// Negated.
    pub negated: bool,
    /// False when a problem says why it does not apply.
    pub applies: bool,
}

/// What a part of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// A free word.
    Word,
    /// A phrase in quotes.
    Phrase,
    /// Digits.
    Number,
    /// A token. `None` when there is none of that name.
    Token(Option<Field>),
    /// `or`.
    Or,
    /// `and`, which is what white space means already.
    And,
    /// A parenthesis.
    Parenthesis,
}

/// What is wrong with a part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, in bytes.
    pub span: Range<usize>,
    /// What is wrong and what would be right, as a sentence.
    pub what: String,
}
