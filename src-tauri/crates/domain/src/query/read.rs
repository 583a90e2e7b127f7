//! Reading a query from text.

pub(super) mod free;
mod token;

use std::ops::Range;

use super::dates::Day;
use super::field::Field;
use super::values::Comparison;
use super::{
    Condition, Part, PartKind, Problem, Query, Reading, Term, is_curly_quote, is_number_character,
};

/// Deeper parentheses are no query of a person's, and would only deepen the stack.
const DEEPEST: usize = 32;

/// Reads a query. Never fails: see [`Reading::problems`].
pub fn read(text: &str) -> Reading {
    let mut reader = Reader { text, at: 0, depth: 0, parts: Vec::new(), problems: Vec::new() };
    let query = reader.any();
    let query = match query {
        Query::All(_) => query,
        other => Query::All(vec![other]),
    };
    reader.problems.sort_by_key(|problem| problem.span.start);
    Reading { query, parts: reader.parts, problems: reader.problems }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    parts: Vec<Part>,
    problems: Vec<Problem>,
}

/// What stands at the reader's place.
enum Item {
    /// Something that matches or not.
    Query(Query),
    /// A problem, or `and`: nothing that narrows.
    Nothing,
    Or(Range<usize>),
    /// The end of the text or of a group.
    End,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn part(&mut self, span: Range<usize>, kind: PartKind, negated: bool) {
        self.parts.push(Part { span, kind, negated, applies: true });
    }

    fn problem(&mut self, span: Range<usize>, what: impl Into<String>) {
        self.problems.push(Problem { span, what: what.into() });
    }

    /// Alternatives, up to the end of the text or group.
    fn any(&mut self) -> Query {
        let mut alternatives: Vec<Query> = Vec::new();
        let mut current: Vec<Query> = Vec::new();
        let mut last_or: Option<Range<usize>> = None;
        loop {
            match self.item() {
                Item::Query(query) => current.push(query),
                Item::Nothing => {}
                Item::Or(span) => {
                    if current.is_empty() {
                        self.unused_or(span);
                    } else {
                        alternatives.push(all_of(std::mem::take(&mut current)));
                        last_or = Some(span);
                    }
                }
                Item::End => break,
            }
        }
        if current.is_empty() {
            if let Some(span) = last_or {
                self.unused_or(span);
            }
        } else {
            alternatives.push(all_of(current));
        }
        match alternatives.len() {
            0 => Query::default(),
            1 => alternatives.remove(0),
            _ => Query::Any(alternatives),
        }
    }

    fn unused_or(&mut self, span: Range<usize>) {
        if let Some(part) = self.parts.iter_mut().find(|part| part.span == span) {
            part.applies = false;
        }
        self.problem(span, "“or” needs something on both of its sides.");
    }

    fn item(&mut self) -> Item {
        self.skip_space();
        let start = self.at;
        if self.rest().is_empty() {
            return Item::End;
        }
        if self.depth > 0 && self.rest().starts_with(')') {
            return Item::End;
        }
        let sign = self.negation();
        let negated = sign > 0;
        self.at += sign;
        let item = self.unsigned(start, negated);
        match item {
            Item::Query(query) if negated => Item::Query(Query::Not(Box::new(query))),
            item => item,
        }
    }

    /// How long the sign of a negation is here: a hyphen, or `NOT` in capitals and what separates it from the next.
    fn negation(&self) -> usize {
        let rest = self.rest();
        let hyphen = rest.strip_prefix('-').is_some_and(|rest| {
            rest.chars().next().is_some_and(|next| !next.is_whitespace() && next != '-')
        });
        if hyphen {
            return 1;
        }
        let after = rest.strip_prefix("NOT").unwrap_or_default();
        let next = after.trim_start();
        let is_sign = next.len() < after.len() && !next.is_empty() && !next.starts_with(')');
        if is_sign { rest.len() - next.len() } else { 0 }
    }

    fn unsigned(&mut self, start: usize, negated: bool) -> Item {
        if self.is_at_quote() {
            let phrase = self.quoted();
            if phrase.trim().is_empty() {
                return Item::Nothing;
            }
            self.part(start..self.at, PartKind::Phrase, negated);
            return Item::Query(Query::Is(Condition::Word(Term::Text(phrase.to_owned()))));
        }
        if let Some(item) = self.free_date(start, negated).or_else(|| self.free_extension(start)) {
            return item;
        }
        if let Some(length) = free::number_length(self.rest(), self.depth > 0, "") {
            return self.number(start, length, negated);
        }
        if self.rest().starts_with('(') && self.depth < DEEPEST {
            return self.group(start, negated);
        }
        if let Some(colon) = self.token_colon() {
            return self.token(start, colon, negated);
        }
        let word = self.word();
        let span = start..self.at;
        if !negated && word.eq_ignore_ascii_case("or") {
            self.part(span.clone(), PartKind::Or, false);
            return Item::Or(span);
        }
        if !negated && word.eq_ignore_ascii_case("and") {
            self.part(span, PartKind::And, false);
            return Item::Nothing;
        }
        let (kind, query) = free::of_word(word);
        self.part(span, kind, negated);
        query.map_or(Item::Nothing, Item::Query)
    }

    fn is_at_quote(&self) -> bool {
        self.rest().starts_with(|c: char| c == '"' || is_curly_quote(c))
    }

    /// A phrase, without its quotes. An unclosed one is what a person sees while still typing: it reaches to the end. Curly
    /// quotes end at a quote of either sort, straight ones at a straight one, so that all text can be written in those.
    fn quoted(&mut self) -> &'a str {
        let rest = self.rest();
        let open = rest.chars().next().unwrap_or('"');
        let inner = &rest[open.len_utf8()..];
        let close = inner.find(|c: char| c == '"' || (open != '"' && is_curly_quote(c)));
        let phrase = &inner[..close.unwrap_or(inner.len())];
        let closing = inner[phrase.len()..].chars().next().map_or(0, char::len_utf8);
        self.at += open.len_utf8() + phrase.len() + closing;
        phrase
    }

    /// Groups of digits that stand together are one number; a plus or an international prefix begins a new one.
    fn number(&mut self, start: usize, length: usize, negated: bool) -> Item {
        let first = self.at;
        self.at += length;
        self.more_of_number(first);
        let typed = self.text[first..self.at].split_whitespace().collect::<Vec<_>>().join(" ");
        let typed = typed.trim_start_matches('-');
        self.part(start..self.at, PartKind::Number, negated);
        Item::Query(Query::Is(Condition::Word(Term::of(typed))))
    }

    /// Takes the groups of digits that follow a number, and tells whether there are any.
    fn more_of_number(&mut self, from: usize) -> bool {
        let before = self.at;
        loop {
            let rest = self.rest();
            let space = rest.len() - rest.trim_start().len();
            let next = &rest[space..];
            // `7946 0000` ends in noughts, `0091 …` begins with them.
            let is_prefixed = next
                .strip_prefix("00")
                .is_some_and(|rest| rest.starts_with(|c: char| ('1'..='9').contains(&c)));
            let is_other = next.starts_with(['+', '-']) || is_prefixed;
            if space == 0 || is_other || free::begins_with_date(next) {
                break;
            }
            match free::number_length(next, self.depth > 0, &self.text[from..self.at]) {
                Some(length) => self.at += space + length,
                None => break,
            }
        }
        self.at > before
    }

    /// A day as it is written in a list or a letter, which nobody means as a number: `2026-05-01`, `2026-05-01 14:30`.
    fn free_date(&mut self, start: usize, negated: bool) -> Option<Item> {
        if !free::begins_with_date(self.rest()) {
            return None;
        }
        let at = self.at;
        let value = self.value();
        let value = self.longer_value(Field::Date, at).unwrap_or_else(|| value.to_owned());
        let Ok(span) = Comparison::read(&value, Day::read) else {
            self.at = at;
            return None;
        };
        self.part(start..self.at, PartKind::Token(Some(Field::Date)), negated);
        Some(Item::Query(Query::Is(Condition::Date(span))))
    }

    /// An extension as it is written behind a number: `+44 20 7946 0000 ext. 12`.
    fn free_extension(&mut self, start: usize) -> Option<Item> {
        let last = self.parts.last()?;
        let follows = self.text[last.span.end..start].trim().is_empty()
            && self.at == start
            && match last.kind {
                PartKind::Number => true,
                PartKind::Token(Some(Field::From | Field::To | Field::Number)) => {
                    self.text[..last.span.end].ends_with(|c: char| c.is_ascii_digit())
                }
                _ => false,
            };
        let (length, digits) = free::extension(self.rest(), self.depth > 0)?;
        if !follows {
            return None;
        }
        self.at += length;
        self.part(start..self.at, PartKind::Token(Some(Field::Extension)), false);
        Some(Item::Query(Query::Is(Condition::Extension(vec![digits.to_owned()]))))
    }

    fn group(&mut self, start: usize, negated: bool) -> Item {
        let before = self.parts.len();
        self.part(start..self.at + 1, PartKind::Parenthesis, negated);
        self.at += 1;
        self.depth += 1;
        let inner = self.any();
        self.depth -= 1;
        // An open group is what a person sees while still typing: it reaches to the end.
        let is_closed = self.rest().starts_with(')');
        if is_closed {
            self.part(self.at..self.at + 1, PartKind::Parenthesis, false);
            self.at += 1;
        }
        match inner {
            Query::All(all) if all.is_empty() => {
                if is_closed && self.parts.len() == before + 2 {
                    self.problem(start..self.at, "There is nothing between the parentheses.");
                }
                Item::Nothing
            }
            inner => Item::Query(inner),
        }
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let mut open = 0_usize;
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            // Something is always taken, so that reading goes on.
            let ends = c.is_whitespace() || c == '"' || (c == ')' && self.depth > 0 && open == 0);
            if ends && at > 0 {
                end = at;
                break;
            }
            match c {
                '(' => open += 1,
                ')' => open = open.saturating_sub(1),
                _ => {}
            }
        }
        self.at += end;
        &rest[..end]
    }
}

/// One query of several.
fn all_of(mut list: Vec<Query>) -> Query {
    if list.len() == 1 { list.remove(0) } else { Query::All(list) }
}

/// Whether a text reads back as one free word when it is written without quotes.
pub(super) fn is_plain_word(text: &str) -> bool {
    let reading = read(text);
    // Parentheses end a word inside a group, so they are safe in quotes alone.
    !text.contains(['(', ')'])
        && !text.starts_with('-')
        // Between parentheses, next to digits, it would be taken for a part of a number.
        && !text.chars().all(is_number_character)
        // Before others it would be a sign.
        && text != "NOT"
        && reading.query
            == Query::All(vec![Query::Is(Condition::Word(Term::Text(text.to_owned())))])
        && reading.problems.is_empty()
        && reading.parts.len() == 1
        && reading.parts[0].kind == PartKind::Word
}
