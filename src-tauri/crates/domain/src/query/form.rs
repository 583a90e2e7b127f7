//! A query as a form, for those who prefer fields to a language. What the form has no field for stays in the text: groups,
//! negations, and a second condition of a kind.

use std::fmt::Display;

use super::print::{value, values};
use super::read::read;
use super::values::Comparison;
use super::{Condition, Query, Side, is_curly_quote};

/// The two ends of a span, in the words of the language. An end may begin with `>` or `<` to leave itself out; the same twice
/// is that value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    /// The smallest or first.
    pub from: String,
    /// The largest or last.
    pub to: String,
}

/// A query as fields, in the words of the language; empty narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// Free words, phrases and numbers.
    pub words: String,
    /// `from:`
    pub from: String,
    /// `to:`
    pub to: String,
    /// `number:`
    pub number: String,
    /// `name:`
    pub name: String,
    /// `conf:`
    pub conference: String,
    /// `last:`
    pub last: String,
    /// `hour:`
    pub hour: String,
    /// `note:`
    pub note: String,
    /// `hold:`
    pub hold: String,
    /// `id:`
    pub id: String,
    /// `call:`
    pub call: String,
    /// `file:`
    pub file: String,
    /// `address:`
    pub address: String,
    /// `dur:`, length
    pub duration: Span,
    /// `date:`, day or month it began
    pub date: Span,
    /// `age:`, age
    pub age: Span,
    /// `size:`, size
    pub size: Span,
    /// `cost:`, price a month
    pub cost: Span,
    /// `billed:`, length as billed
    pub billed: Span,
    /// `storage:`, days in storage
    pub storage: Span,
    /// `rate:`, price of storage
    pub rate: Span,
    /// `added:`, day the provider stored it
    pub added: Span,
    /// `ended:`, day it ended
    pub ended: Span,
    /// `seen:`, day it was first listed
    pub seen: Span,
    /// `verified:`, day our copy was verified
    pub verified: Span,
    /// `type:`
    pub kinds: Vec<String>,
    /// `format:`
    pub formats: Vec<String>,
    /// `dir:`
    pub directions: Vec<String>,
    /// `ext:`
    pub extensions: Vec<String>,
    /// `account:`
    pub accounts: Vec<String>,
    /// `state:`
    pub states: Vec<String>,
    /// `tag:`
    pub tags: Vec<String>,
    /// `country:`
    pub countries: Vec<String>,
    /// `fromcountry:`
    pub from_countries: Vec<String>,
    /// `tocountry:`
    pub to_countries: Vec<String>,
    /// `has:`
    pub has: Vec<String>,
    /// `weekday:`
    pub weekdays: Vec<String>,
    /// `rule:`
    pub rules: Vec<String>,
    /// What the form has no field for, as text.
    pub rest: String,
}

impl Form {
    /// The form of a query.
    pub fn of(query: &Query) -> Self {
        let mut form = Self::default();
        let (mut words, mut rest) = (Vec::new(), Vec::new());
        let parts = match query {
            Query::All(parts) => parts.as_slice(),
            other => std::slice::from_ref(other),
        };
        for part in parts {
            match part {
                Query::Is(Condition::Word(_)) => words.push(part.clone()),
                Query::Is(condition) if form.take(condition) => {}
                part => rest.push(part.clone()),
            }
        }
        form.words = Query::All(words).to_string();
        form.rest = Query::All(rest).to_string();
        form
    }

    /// Puts a condition in its field. `false` when there is none, or it is taken.
    fn take(&mut self, condition: &Condition) -> bool {
        match condition {
            Condition::Word(_) => false,
            Condition::Party(Side::From, term) => take_text(&mut self.from, term.typed()),
            Condition::Party(Side::To, term) => take_text(&mut self.to, term.typed()),
            Condition::Party(Side::Either, term) => take_text(&mut self.number, term.typed()),
            Condition::Name(text) => take_text(&mut self.name, text),
            Condition::Conference(text) => take_text(&mut self.conference, text),
            Condition::Last(recent) => take_text(&mut self.last, &recent.to_string()),
            Condition::Hour(range) => take_text(&mut self.hour, &range.to_string()),
            Condition::Note(text) => take_text(&mut self.note, text),
            Condition::Hold(text) => take_text(&mut self.hold, text),
            Condition::Id(text) => take_text(&mut self.id, text),
            Condition::Call(text) => take_text(&mut self.call, text),
            Condition::File(text) => take_text(&mut self.file, text),
            Condition::Address(text) => take_text(&mut self.address, text),
            Condition::Duration(is) => take_span(is, &mut self.duration),
            Condition::Date(is) => take_span(is, &mut self.date),
            Condition::Age(is) => take_span(is, &mut self.age),
            Condition::Size(is) => take_span(is, &mut self.size),
            Condition::Cost(is) => take_span(is, &mut self.cost),
            Condition::Billed(is) => take_span(is, &mut self.billed),
            Condition::Storage(is) => take_span(is, &mut self.storage),
            Condition::Rate(is) => take_span(is, &mut self.rate),
            Condition::Added(is) => take_span(is, &mut self.added),
            Condition::Ended(is) => take_span(is, &mut self.ended),
            Condition::Seen(is) => take_span(is, &mut self.seen),
            Condition::Verified(is) => take_span(is, &mut self.verified),
            Condition::Kind(list) => take_list(&mut self.kinds, list.clone()),
            Condition::Format(list) => take_list(&mut self.formats, list.clone()),
            Condition::Direction(list) => take_list(&mut self.directions, list.clone()),
            Condition::Extension(list) => take_list(&mut self.extensions, list.clone()),
            Condition::Account(list) => take_list(&mut self.accounts, list.clone()),
            Condition::Tag(list) => take_list(&mut self.tags, list.clone()),
            Condition::Rule(list) => take_list(&mut self.rules, list.clone()),
            Condition::Country(side, list) => {
                let field = match side {
                    Side::From => &mut self.from_countries,
                    Side::To => &mut self.to_countries,
                    Side::Either => &mut self.countries,
                };
                take_list(field, list.clone())
            }
            Condition::State(list) => {
                let words = list.iter().map(|state| state.word().to_owned());
                take_list(&mut self.states, words.collect())
            }
            Condition::Has(list) => {
                take_list(&mut self.has, list.iter().map(|has| has.word().to_owned()).collect())
            }
            Condition::Weekday(days) => {
                let days = days.to_string();
                take_list(&mut self.weekdays, days.split(',').map(str::to_owned).collect())
            }
        }
    }

    /// The form as text. A field that makes no sense becomes text all the same, so that reading it says what is wrong.
    pub fn to_text(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (name, text) in [
            ("from", &self.from),
            ("to", &self.to),
            ("number", &self.number),
            ("name", &self.name),
            ("conf", &self.conference),
            ("last", &self.last),
            ("hour", &self.hour),
            ("note", &self.note),
            ("hold", &self.hold),
            ("id", &self.id),
            ("call", &self.call),
            ("file", &self.file),
            ("address", &self.address),
        ] {
            // A quote cannot be written inside quotes.
            let text = text.replace('"', "");
            if !text.trim().is_empty() {
                parts.push(format!("{name}:{}", value(text.trim())));
            }
        }
        for (name, span) in [
            ("dur", &self.duration),
            ("date", &self.date),
            ("age", &self.age),
            ("size", &self.size),
            ("cost", &self.cost),
            ("billed", &self.billed),
            ("storage", &self.storage),
            ("rate", &self.rate),
            ("added", &self.added),
            ("ended", &self.ended),
            ("seen", &self.seen),
            ("verified", &self.verified),
        ] {
            parts.push(span_text(name, span));
        }
        for (name, list) in [
            ("type", &self.kinds),
            ("format", &self.formats),
            ("dir", &self.directions),
            ("ext", &self.extensions),
            ("account", &self.accounts),
            ("state", &self.states),
            ("tag", &self.tags),
            ("country", &self.countries),
            ("fromcountry", &self.from_countries),
            ("tocountry", &self.to_countries),
            ("has", &self.has),
            ("weekday", &self.weekdays),
            ("rule", &self.rules),
        ] {
            let list: Vec<String> = list
                .iter()
                .map(|text| text.replace('"', "").trim().to_owned())
                .filter(|text| !text.is_empty())
                .collect();
            if !list.is_empty() {
                parts.push(format!("{name}:{}", values(&list)));
            }
        }
        parts.retain(|part| !part.is_empty());
        let (words, rest) = (with_closed_quotes(&self.words), with_closed_quotes(&self.rest));
        let stands_alone = |other: &str| parts.is_empty() && other.is_empty();
        let is_first_alone = stands_alone(&rest);
        let is_last_alone = stands_alone(&words);
        parts.insert(0, if is_first_alone { words } else { bound(words) });
        parts.push(if is_last_alone { rest } else { bound(rest) });
        parts.retain(|part| !part.is_empty());
        parts.join(" ")
    }

    /// The form as a query.
    pub fn to_query(&self) -> Query {
        read(&self.to_text()).query
    }
}

fn take_text(field: &mut String, text: &str) -> bool {
    let is_free = field.is_empty();
    if is_free {
        text.clone_into(field);
    }
    is_free
}

fn take_list(field: &mut Vec<String>, list: Vec<String>) -> bool {
    let is_free = field.is_empty();
    if is_free {
        *field = list;
    }
    is_free
}

/// Only what reads back as the same goes into the fields.
fn take_span<T: Copy + Display>(is: &Comparison<T>, span: &mut Span) -> bool {
    let text = |value: T| value.to_string();
    let (from, to) = match *is {
        Comparison::Is(value) => (text(value), text(value)),
        Comparison::Over(low) => (format!(">{low}"), String::new()),
        Comparison::AtLeast(low) => (text(low), String::new()),
        Comparison::Under(high) => (String::new(), format!("<{high}")),
        Comparison::AtMost(high) => (String::new(), text(high)),
        // It would read back as that value, which is more than this for a length: all of a minute.
        Comparison::Between(low, high) if text(low) == text(high) => return false,
        Comparison::Between(low, high) => (text(low), text(high)),
    };
    // Two conditions share the field when they are written as two again.
    let is_strict = |end: &str| end.starts_with(['<', '>']);
    let has_room =
        (from.is_empty() || span.from.is_empty()) && (to.is_empty() || span.to.is_empty());
    let is_alone = span.from.is_empty() && span.to.is_empty();
    let stays_apart = [&from, &to, &span.from, &span.to].into_iter().any(|end| is_strict(end));
    let is_taken = has_room && (is_alone || stays_apart);
    if is_taken {
        span.from.push_str(&from);
        span.to.push_str(&to);
    }
    is_taken
}

fn span_text(name: &str, span: &Span) -> String {
    let clean = |text: &str| text.split_whitespace().collect::<String>().replace('"', "");
    let (from, to) = (clean(&span.from), clean(&span.to));
    let is_signed = |end: &str| end.starts_with(['<', '>', '=']);
    let low = if is_signed(&from) { from.clone() } else { format!(">={from}") };
    let high = if is_signed(&to) { to.clone() } else { format!("<={to}") };
    match (from.as_str(), to.as_str()) {
        ("", "") => String::new(),
        (_, "") => format!("{name}:{low}"),
        ("", _) => format!("{name}:{high}"),
        (from, to) if from == to => format!("{name}:{from}"),
        (from, to) if is_signed(from) || is_signed(to) => format!("{name}:{low} {name}:{high}"),
        (from, to) => format!("{name}:{from}..{to}"),
    }
}

/// A quote that was left open would swallow what comes behind it.
fn with_closed_quotes(text: &str) -> String {
    let mut text = text.trim().to_owned();
    if text.chars().filter(|c| *c == '"' || is_curly_quote(*c)).count() % 2 == 1 {
        text.push('"');
    }
    text
}

/// In parentheses when an `or` of it would bind its neighbours.
fn bound(text: String) -> String {
    match read(&text).query {
        Query::All(all) if matches!(all.as_slice(), [Query::Any(_)]) => format!("({text})"),
        _ => text,
    }
}
