//! Reading a query from text.

use std::ops::Range;

use super::dates::{Day, Recent, WeekdaySet};
use super::field::{Field, Has, SavedState};
use super::values::{Bytes, Comparison, Cost, HourRange, Length};
use super::{
    Condition, Part, PartKind, Problem, Query, Reading, Side, Term, is_number_character,
    is_number_like,
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
        let negated = self.rest().strip_prefix('-').is_some_and(|rest| {
            rest.chars().next().is_some_and(|next| !next.is_whitespace() && next != '-')
        });
        if negated {
            self.at += 1;
        }
        let item = self.unsigned(start, negated);
        match item {
            Item::Query(query) if negated => Item::Query(Query::Not(Box::new(query))),
            item => item,
        }
    }

    fn unsigned(&mut self, start: usize, negated: bool) -> Item {
        if self.rest().starts_with('"') {
            let phrase = self.quoted();
            if phrase.trim().is_empty() {
                return Item::Nothing;
            }
            self.part(start..self.at, PartKind::Phrase, negated);
            return Item::Query(Query::Is(Condition::Word(Term::Text(phrase.to_owned()))));
        }
        if let Some(length) = number_length(self.rest(), self.depth > 0) {
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
        self.part(span, PartKind::Word, negated);
        Item::Query(Query::Is(Condition::Word(Term::Text(word.to_owned()))))
    }

    /// A phrase, without its quotes. An unclosed one is what a person sees while still typing: it reaches to the end.
    fn quoted(&mut self) -> &'a str {
        let inner = &self.rest()[1..];
        let (phrase, length) = match inner.find('"') {
            Some(end) => (&inner[..end], end + 2),
            None => (inner, inner.len() + 1),
        };
        self.at += length;
        phrase
    }

    /// Groups of digits that stand together are one number; a plus or an international prefix begins a new one.
    fn number(&mut self, start: usize, length: usize, negated: bool) -> Item {
        self.at += length;
        loop {
            let rest = self.rest();
            let space = rest.len() - rest.trim_start().len();
            let next = &rest[space..];
            if space == 0 || next.starts_with(['+', '-']) || next.starts_with("00") {
                break;
            }
            match number_length(next, self.depth > 0) {
                Some(length) => self.at += space + length,
                None => break,
            }
        }
        let first = start + usize::from(negated);
        let typed = self.text[first..self.at].split_whitespace().collect::<Vec<_>>().join(" ");
        let typed = typed.trim_start_matches('-');
        self.part(start..self.at, PartKind::Number, negated);
        Item::Query(Query::Is(Condition::Word(Term::of(typed))))
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

    /// Where the colon of a token stands, counted from here.
    fn token_colon(&self) -> Option<usize> {
        let rest = self.rest();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let after = rest[letters..].strip_prefix(':')?;
        let name = &rest[..letters];
        let is_ours = Field::named(name).is_some()
            || (Field::nearly_named(name).is_some() && !after.starts_with("//"));
        is_ours.then_some(letters)
    }

    fn token(&mut self, start: usize, colon: usize, negated: bool) -> Item {
        let name = &self.rest()[..colon];
        let field = Field::named(name);
        self.at += colon + 1;
        let value_at = self.at;
        let list = self.value_list();
        let span = start..self.at;
        let read = match field {
            None => {
                let meant = Field::nearly_named(name).map_or("", Field::name);
                Err(format!(
                    "There is no token “{name}:”. Did you mean “{meant}:”? Put it in quotes to look for the text itself."
                ))
            }
            Some(field) if list.is_empty() => {
                Err(format!("“{}:” needs a value: {}.", field.name(), field.explanation()))
            }
            Some(field) => condition(field, &self.text[value_at..self.at], &list),
        };
        let applies = read.is_ok();
        self.parts.push(Part {
            span: span.clone(),
            kind: PartKind::Token(field),
            negated,
            applies,
        });
        match read {
            Ok(condition) => Item::Query(Query::Is(condition)),
            Err(what) => {
                self.problem(span, what);
                Item::Nothing
            }
        }
    }

    /// Values separated by commas, each plain or in quotes. Empty ones are left out.
    fn value_list(&mut self) -> Vec<&'a str> {
        let mut list = Vec::new();
        loop {
            let value = if self.rest().starts_with('"') { self.quoted() } else { self.value() };
            if !value.trim().is_empty() {
                list.push(value.trim());
            }
            if !self.rest().starts_with(',') {
                return list;
            }
            self.at += 1;
        }
    }

    fn value(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest
            .char_indices()
            .find(|(_, c)| {
                c.is_whitespace() || matches!(c, ',' | '"') || (*c == ')' && self.depth > 0)
            })
            .map_or(rest.len(), |(at, _)| at);
        self.at += end;
        &rest[..end]
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

/// How long the number at the beginning of a text is, if there is one: digits and what is written between them, up to
/// white space. Parentheses belong to it when they hold digits alone, as in `(415) 555-01`.
fn number_length(text: &str, in_group: bool) -> Option<usize> {
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
        Some(next) => next.is_whitespace() || next == '"' || (next == ')' && in_group),
    };
    (ends_well && is_number_like(&text[..end])).then_some(end)
}

/// One query of several.
fn all_of(mut list: Vec<Query>) -> Query {
    if list.len() == 1 { list.remove(0) } else { Query::All(list) }
}

fn condition(field: Field, whole: &str, list: &[&str]) -> Result<Condition, String> {
    let texts = || list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    // A comma belongs to the text where the token takes one.
    let text = || match list {
        [one] => (*one).to_owned(),
        _ => whole.replace('"', ""),
    };
    let one = || match list {
        [one] => Ok(*one),
        _ => Err(format!("“{}:” takes one value, as in {}.", field.name(), field.explanation())),
    };
    let party = |side| Condition::Party(side, Term::of(&text()));
    Ok(match field {
        Field::From => party(Side::From),
        Field::To => party(Side::To),
        Field::Number => party(Side::Either),
        Field::Duration => Condition::Duration(Comparison::read(one()?, Length::read)?),
        Field::Date => Condition::Date(Comparison::read(one()?, Day::read)?),
        Field::Last => Condition::Last(Recent::read(one()?)?),
        Field::Age => Condition::Age(Comparison::read(one()?, Recent::read)?),
        Field::Kind => Condition::Kind(texts()),
        Field::Format => Condition::Format(texts()),
        Field::Direction => Condition::Direction(list.iter().map(|text| direction(text)).collect()),
        Field::Extension => Condition::Extension(texts()),
        Field::Name => Condition::Name(text()),
        Field::Conference => Condition::Conference(text()),
        Field::Account => Condition::Account(texts()),
        Field::State => {
            Condition::State(words(list, SavedState::named, SavedState::ALL, SavedState::word)?)
        }
        Field::Cost => Condition::Cost(Comparison::read(one()?, Cost::read)?),
        Field::Size => Condition::Size(Comparison::read(one()?, Bytes::read)?),
        Field::Tag => Condition::Tag(texts()),
        Field::Note => Condition::Note(text()),
        Field::Hold => Condition::Hold(text()),
        Field::Has => Condition::Has(words(list, Has::named, Has::ALL, Has::word)?),
        Field::Id => Condition::Id(text()),
        Field::Call => Condition::Call(text()),
        Field::Hour => Condition::Hour(HourRange::read(one()?)?),
        Field::Weekday => Condition::Weekday(WeekdaySet::read(&list.join(","))?),
        Field::Country => Condition::Country(
            list.iter()
                .map(|code| {
                    let is_code = code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic());
                    is_code.then(|| code.to_ascii_uppercase()).ok_or_else(|| {
                        format!("“{code}” is no country. Write its two letters, as in country:IN.")
                    })
                })
                .collect::<Result<_, _>>()?,
        ),
    })
}

/// The vendors' word for a direction. `in` is also how `intra_pbx` begins, which is neither in nor out.
fn direction(text: &str) -> String {
    match text.to_ascii_lowercase().as_str() {
        "in" | "incoming" => "inbound",
        "out" | "outgoing" => "outbound",
        "internal" | "intra" => "intra_pbx",
        _ => text,
    }
    .to_owned()
}

fn words<T: Copy>(
    list: &[&str],
    named: impl Fn(&str) -> Option<T>,
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> Result<Vec<T>, String> {
    list.iter()
        .map(|text| {
            named(text).ok_or_else(|| {
                let known: Vec<&str> = all.iter().map(|known| word(*known)).collect();
                format!("“{text}” is none of {}.", known.join(", "))
            })
        })
        .collect()
}

/// Whether a text reads back as one free word when it is written without quotes.
pub(super) fn is_plain_word(text: &str) -> bool {
    let reading = read(text);
    // Parentheses end a word inside a group, so they are safe in quotes alone.
    !text.contains(['(', ')'])
        && !text.starts_with('-')
        // Between parentheses, next to digits, it would be taken for a part of a number.
        && !text.chars().all(is_number_character)
        && reading.query
            == Query::All(vec![Query::Is(Condition::Word(Term::Text(text.to_owned())))])
        && reading.problems.is_empty()
        && reading.parts.len() == 1
        && reading.parts[0].kind == PartKind::Word
}
