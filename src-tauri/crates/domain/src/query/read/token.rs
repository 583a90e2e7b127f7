//! Reading a token: its name, its values, and what they mean for it.

use super::free::is_clock;
use super::{Item, Reader};
use crate::query::dates::{Day, Recent};
use crate::query::field::Field;
use crate::query::values::{Bytes, Comparison, Cost, Days, HourRange, Length};
use crate::query::weekdays::WeekdaySet;
use crate::query::words::{Has, SavedState};
use crate::query::{Condition, Part, PartKind, Query, Side, Term, is_number_like};

impl<'a> Reader<'a> {
    /// Where the colon of a token stands, counted from here.
    pub(super) fn token_colon(&self) -> Option<usize> {
        let rest = self.rest();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let after = rest[letters..].strip_prefix(':')?;
        let name = &rest[..letters];
        let is_ours = Field::named(name).is_some()
            || (Field::nearly_named(name).is_some() && !after.starts_with("//"));
        is_ours.then_some(letters)
    }

    pub(super) fn token(&mut self, start: usize, colon: usize, negated: bool) -> Item {
        let name = &self.rest()[..colon];
        let field = Field::named(name);
        self.at += colon + 1;
        let value_at = self.at;
        let list = self.value_list();
        let plain = list.len() == 1 && list[0] == &self.text[value_at..self.at];
        let longer = field.filter(|_| plain).and_then(|field| self.longer_value(field, value_at));
        let list = longer.as_deref().map_or(list, |longer| vec![longer]);
        let span = start..self.at;
        let read = match field {
            None => {
                let meant = Field::nearly_named(name).map_or("", Field::name);
                Err(format!(
                    "There is no token “{name}:”. Did you mean “{meant}:”? Put it in quotes to look for the text itself."
                ))
            }
            Some(field) if list.is_empty() => Err(format!(
                "“{}:” needs a value right after the colon: {}.",
                field.name(),
                field.explanation()
            )),
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
            let value = if self.is_at_quote() { self.quoted() } else { self.value() };
            if !value.trim().is_empty() {
                list.push(value.trim());
            }
            if !self.rest().starts_with(',') {
                return list;
            }
            self.at += 1;
        }
    }

    pub(super) fn value(&mut self) -> &'a str {
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

    /// A value that goes on after white space, as it is spoken: `from:+91 98765`, `dur:>5 min`, `date:2026-05-01 14:30`,
    /// `date:last week`. What stands there is `self.text[value_at..self.at]`; `None` when that is all.
    pub(super) fn longer_value(&mut self, field: Field, value_at: usize) -> Option<String> {
        if matches!(field, Field::From | Field::To | Field::Number) {
            let is_number = is_number_like(&self.text[value_at..self.at]);
            let groups = (is_number && self.more_of_number(value_at)).then(|| {
                self.text[value_at..self.at].split_whitespace().collect::<Vec<_>>().join(" ")
            });
            return groups;
        }
        let mut value = self.text[value_at..self.at].to_owned();
        let mut is_longer = false;
        loop {
            let rest = self.rest();
            let next = rest.trim_start();
            let space = rest.len() - next.len();
            let ends = |c: char| {
                c.is_whitespace() || matches!(c, ',' | '"') || (c == ')' && self.depth > 0)
            };
            let word = &next[..next.find(ends).unwrap_or(next.len())];
            match joined(field, &value, word).filter(|_| space > 0 && !word.is_empty()) {
                Some(joined) => value = joined,
                None => return is_longer.then_some(value),
            }
            self.at += space + word.len();
            is_longer = true;
        }
    }
}

/// A value and the word after it, if both together say more.
fn joined(field: Field, value: &str, word: &str) -> Option<String> {
    let is_date =
        matches!(field, Field::Date | Field::Added | Field::Ended | Field::Seen | Field::Verified);
    let has_unit = matches!(
        field,
        Field::Duration | Field::Billed | Field::Last | Field::Age | Field::Size | Field::Storage
    );
    let is_sign = !value.is_empty() && value.chars().all(|c| matches!(c, '<' | '>' | '='));
    let is_quantity = has_unit || matches!(field, Field::Cost | Field::Rate);
    let together = if is_sign && (is_date || is_quantity) {
        // Its unit may be a word of its own, so that it need not be whole yet.
        return word
            .starts_with(|c: char| c.is_ascii_alphanumeric())
            .then(|| format!("{value}{word}"));
    } else if is_date && is_clock(word) {
        format!("{value}T{word}")
    } else if (is_date && word.bytes().all(|b| b.is_ascii_alphabetic()))
        || (has_unit
            && value.ends_with(|c: char| c.is_ascii_digit())
            && word.bytes().all(|b| b.is_ascii_alphabetic()))
    {
        format!("{value}{word}")
    } else {
        return None;
    };
    condition(field, &together, &[&together]).is_ok().then_some(together)
}

/// The condition of a token with these values; `whole` is all that was written behind the colon.
pub(super) fn condition(field: Field, whole: &str, list: &[&str]) -> Result<Condition, String> {
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
        Field::Country => Condition::Country(Side::Either, countries(list)?),
        Field::FromCountry => Condition::Country(Side::From, countries(list)?),
        Field::ToCountry => Condition::Country(Side::To, countries(list)?),
        Field::Billed => Condition::Billed(Comparison::read(one()?, Length::read)?),
        Field::Storage => Condition::Storage(Comparison::read(one()?, Days::read)?),
        Field::Rate => Condition::Rate(Comparison::read(one()?, Cost::read)?),
        Field::Added => Condition::Added(Comparison::read(one()?, Day::read)?),
        Field::Ended => Condition::Ended(Comparison::read(one()?, Day::read)?),
        Field::Seen => Condition::Seen(Comparison::read(one()?, Day::read)?),
        Field::Verified => Condition::Verified(Comparison::read(one()?, Day::read)?),
        Field::Rule => Condition::Rule(texts()),
        Field::File => Condition::File(text()),
        Field::Address => Condition::Address(text()),
    })
}

fn countries(list: &[&str]) -> Result<Vec<String>, String> {
    let country = |code: &&str| match code.to_ascii_uppercase().as_str() {
        // What it is called in the street, and on no list.
        "UK" => Ok("GB".to_owned()),
        upper if upper.len() == 2 && upper.bytes().all(|b| b.is_ascii_alphabetic()) => {
            Ok(upper.to_owned())
        }
        _ => Err(format!("“{code}” is no country. Write its two letters, as in country:IN.")),
    };
    list.iter().map(country).collect()
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
