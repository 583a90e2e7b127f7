//! The search language on the wire: what was read from the text, what may follow at the cursor, and the same query as a
//! form. Positions are in UTF-16 units, as JavaScript counts them.

mod form;

use std::ops::Range;

use domain::query::{self, Completion, Form, PartKind, Reading};
use serde::Serialize;
use ts_rs::TS;

pub use form::{QueryForm, QuerySpan};

/// What is wrong with a part of the text. The rest of the query applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "query.ts")]
pub struct QueryProblem {
    /// Where it begins, in UTF-16 units.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What is wrong and what would be right, as a sentence.
    pub what: String,
}

/// What a part of the text is, to show it as a chip or a plain word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "query.ts")]
pub enum QueryPartKind {
    /// A free word.
    Word,
    /// A phrase in quotes.
    Phrase,
    /// Digits of a number.
    Number,
    /// A token such as `dur:>5m`.
    Token,
    /// `or`.
    Or,
    /// `and`, which is what white space means already.
    And,
    /// A parenthesis.
    Parenthesis,
}

/// A part of the text. Parts do not overlap and stand in order; what is between them is white space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "query.ts")]
pub struct QueryPart {
    /// Where it begins, in UTF-16 units, with the `-` of a negation.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What it is.
    pub kind: QueryPartKind,
    /// The token's name (`dur`), for tokens.
    pub name: Option<String>,
    /// True when it begins with `-`.
    pub negated: bool,
    /// True when it applies; false when a problem says why not.
    pub applies: bool,
}

/// What was read from a text.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "query.ts")]
pub struct QueryReading {
    /// Its parts.
    pub parts: Vec<QueryPart>,
    /// What is wrong with it.
    pub problems: Vec<QueryProblem>,
    /// The same query in its plainest words.
    pub canonical: String,
    /// The same query as a form.
    pub form: QueryForm,
}

/// What may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "query.ts")]
pub struct QueryCompletion {
    /// The part of the text that a suggestion replaces, in UTF-16 units.
    pub start: u32,
    /// Its end.
    pub end: u32,
    /// Best first.
    pub suggestions: Vec<QuerySuggestion>,
}

/// One thing that may stand there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "query.ts")]
pub struct QuerySuggestion {
    /// What to put there. Ends with a space when the token is whole after it.
    pub insert: String,
    /// What to show.
    pub label: String,
    /// What it means, in a few words; for a value seen in the data, empty.
    pub explanation: String,
    /// How many recordings have it, for a value seen in the data.
    pub count: Option<u32>,
}

/// A value seen in the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "query.ts")]
pub struct SeenValue {
    /// The value, as a token takes it.
    pub value: String,
    /// How many recordings have it.
    pub count: u32,
}

/// A place in a text as JavaScript counts it.
fn units(text: &str, span: &Range<usize>) -> (u32, u32) {
    (utf16(text, span.start), utf16(text, span.end))
}

fn utf16(text: &str, byte: usize) -> u32 {
    let before = text.get(..byte).unwrap_or(text);
    u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// The byte that a count of UTF-16 units comes to, at most the end of the text.
pub fn byte_at(text: &str, units: u32) -> usize {
    let mut left = units as usize;
    for (at, c) in text.char_indices() {
        if left < c.len_utf16() {
            return at;
        }
        left -= c.len_utf16();
    }
    text.len()
}

impl QueryProblem {
    /// All problems of a text.
    pub fn all(text: &str, reading: &Reading) -> Vec<Self> {
        let problem = |problem: &query::Problem| {
            let (start, end) = units(text, &problem.span);
            Self { start, end, what: problem.what.clone() }
        };
        reading.problems.iter().map(problem).collect()
    }
}

impl QueryPart {
    /// All parts of a text.
    pub fn all(text: &str, reading: &Reading) -> Vec<Self> {
        let part = |part: &query::Part| {
            let (start, end) = units(text, &part.span);
            let (kind, name) = match part.kind {
                PartKind::Word => (QueryPartKind::Word, None),
                PartKind::Phrase => (QueryPartKind::Phrase, None),
                PartKind::Number => (QueryPartKind::Number, None),
                PartKind::Token(field) => (QueryPartKind::Token, field.map(query::Field::name)),
                PartKind::Or => (QueryPartKind::Or, None),
                PartKind::And => (QueryPartKind::And, None),
                PartKind::Parenthesis => (QueryPartKind::Parenthesis, None),
            };
            let (negated, applies) = (part.negated, part.applies);
            Self { start, end, kind, name: name.map(str::to_owned), negated, applies }
        };
        reading.parts.iter().map(part).collect()
    }
}

impl QueryReading {
    /// What was read from a text.
    pub fn of(text: &str) -> Self {
        let reading = query::read(text);
        Self {
            parts: QueryPart::all(text, &reading),
            problems: QueryProblem::all(text, &reading),
            canonical: reading.query.to_string(),
            form: Form::of(&reading.query).into(),
        }
    }
}

impl QueryCompletion {
    /// Suggestions for a text.
    pub fn of(text: &str, completion: Completion) -> Self {
        let (start, end) = units(text, &completion.span);
        let suggestion = |one: query::Suggestion| QuerySuggestion {
            insert: one.insert,
            label: one.label,
            explanation: one.explanation,
            count: one.count,
        };
        Self {
            start,
            end,
            suggestions: completion.suggestions.into_iter().map(suggestion).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_javascript_counts_them() {
        let text = "📞é dur:5x";
        let reading = QueryReading::of(text);
        assert_eq!((reading.problems[0].start, reading.problems[0].end), (4, 10));
        assert_eq!(byte_at(text, 4), "📞é ".len());
        assert_eq!(byte_at(text, 1), 0, "in the middle of a pair is before it");
        assert_eq!(byte_at(text, 99), text.len());
    }
}
