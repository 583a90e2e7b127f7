//! A query as a form, for those who prefer fields to a language. What the form has no field for stays in the text.

use super::dates::Day;
use super::print::{value, values};
use super::read::read;
use super::values::{Comparison, Length};
use super::{Condition, Query, Side};

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
    /// Shortest length, `5m`.
    pub duration_min: String,
    /// Longest length.
    pub duration_max: String,
    /// First day or month.
    pub date_from: String,
    /// Last day or month.
    pub date_to: String,
    /// `last:`
    pub last: String,
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
    /// `has:`
    pub has: Vec<String>,
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
        let list = match condition {
            Condition::Kind(list) => Some((&mut self.kinds, list.clone())),
            Condition::Format(list) => Some((&mut self.formats, list.clone())),
            Condition::Direction(list) => Some((&mut self.directions, list.clone())),
            Condition::Extension(list) => Some((&mut self.extensions, list.clone())),
            Condition::Account(list) => Some((&mut self.accounts, list.clone())),
            Condition::Tag(list) => Some((&mut self.tags, list.clone())),
            Condition::Country(list) => Some((&mut self.countries, list.clone())),
            Condition::State(list) => {
                Some((&mut self.states, list.iter().map(|state| state.word().to_owned()).collect()))
            }
            Condition::Has(list) => {
                Some((&mut self.has, list.iter().map(|has| has.word().to_owned()).collect()))
            }
            _ => None,
        };
        if let Some((field, list)) = list {
            let is_free = field.is_empty();
            if is_free {
                *field = list;
            }
            return is_free;
        }
        let text = match condition {
            Condition::Party(Side::From, term) => Some((&mut self.from, term.typed().to_owned())),
            Condition::Party(Side::To, term) => Some((&mut self.to, term.typed().to_owned())),
            Condition::Party(Side::Either, term) => {
                Some((&mut self.number, term.typed().to_owned()))
            }
            Condition::Name(text) => Some((&mut self.name, text.clone())),
            Condition::Conference(text) => Some((&mut self.conference, text.clone())),
            Condition::Last(recent) => Some((&mut self.last, recent.to_string())),
            _ => None,
        };
        if let Some((field, text)) = text {
            let is_free = field.is_empty();
            if is_free {
                *field = text;
            }
            return is_free;
        }
        match condition {
            Condition::Duration(is) => {
                take_span(is, &mut self.duration_min, &mut self.duration_max)
            }
            Condition::Date(is) => take_span(is, &mut self.date_from, &mut self.date_to),
            _ => false,
        }
    }

    /// The form as text. A field that makes no sense becomes text all the same, so that reading it says what is wrong.
    pub fn to_text(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut add = |part: String| {
            if !part.trim().is_empty() {
                parts.push(part.trim().to_owned());
            }
        };
        add(self.words.clone());
        for (name, text) in [
            ("from", &self.from),
            ("to", &self.to),
            ("number", &self.number),
            ("name", &self.name),
            ("conf", &self.conference),
            ("last", &self.last),
        ] {
            // A quote cannot be written inside quotes.
            let text = text.replace('"', "");
            if !text.trim().is_empty() {
                add(format!("{name}:{}", value(text.trim())));
            }
        }
        add(span_text("dur", &self.duration_min, &self.duration_max));
        add(span_text("date", &self.date_from, &self.date_to));
        for (name, list) in [
            ("type", &self.kinds),
            ("format", &self.formats),
            ("dir", &self.directions),
            ("ext", &self.extensions),
            ("account", &self.accounts),
            ("state", &self.states),
            ("tag", &self.tags),
            ("country", &self.countries),
            ("has", &self.has),
        ] {
            let list: Vec<String> = list
                .iter()
                .map(|text| text.replace('"', "").trim().to_owned())
                .filter(|text| !text.is_empty())
                .collect();
            if !list.is_empty() {
                add(format!("{name}:{}", values(&list)));
            }
        }
        add(self.rest.clone());
        parts.join(" ")
    }

    /// The form as a query.
    pub fn to_query(&self) -> Query {
        read(&self.to_text()).query
    }
}

/// What the two ends of a span need to be put into fields.
trait End: Copy + std::fmt::Display {}
impl End for Length {}
impl End for Day {}

/// Only what reads back as the same goes into the fields.
fn take_span<T: End>(is: &Comparison<T>, from: &mut String, to: &mut String) -> bool {
    if !from.is_empty() || !to.is_empty() {
        return false;
    }
    let (low, high) = match is {
        Comparison::AtLeast(low) => (Some(*low), None),
        Comparison::AtMost(high) => (None, Some(*high)),
        Comparison::Between(low, high) => (Some(*low), Some(*high)),
        _ => return false,
    };
    *from = low.map_or_else(String::new, |low| low.to_string());
    *to = high.map_or_else(String::new, |high| high.to_string());
    true
}

fn span_text(name: &str, from: &str, to: &str) -> String {
    let clean = |text: &str| text.split_whitespace().collect::<String>().replace('"', "");
    match (clean(from).as_str(), clean(to).as_str()) {
        ("", "") => String::new(),
        (from, "") => format!("{name}:>={from}"),
        ("", to) => format!("{name}:<={to}"),
        (from, to) => format!("{name}:{from}..{to}"),
    }
}
