//! A query as text that reads as the same query.

use std::fmt::{self, Display};

use super::field::Field;
use super::read::free::{begins_as_extension, is_clock};
use super::read::is_plain_word;
use super::{Condition, Query, Side, Term, is_curly_quote};

impl Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(all) if matches!(all.as_slice(), [Self::Any(_)]) => write!(f, "{}", all[0]),
            Self::All(all) => {
                for (at, part) in all.iter().enumerate() {
                    if at > 0 {
                        f.write_str(if part.would_join(&all[at - 1]) { " and " } else { " " })?;
                    }
                    part.print_inside(f)?;
                }
                Ok(())
            }
            Self::Any(any) => {
                for (at, part) in any.iter().enumerate() {
                    if at > 0 {
                        f.write_str(" or ")?;
                    }
                    part.print_inside(f)?;
                }
                Ok(())
            }
            Self::Not(_) | Self::Is(_) => self.print_inside(f),
        }
    }
}

impl Query {
    /// With parentheses around what has several parts.
    fn print_inside(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(_) | Self::Any(_) => write!(f, "({self})"),
            // Two hyphens would be text.
            Self::Not(inner) if matches!(**inner, Self::Not(_)) => write!(f, "-({inner})"),
            Self::Not(inner) => {
                f.write_str("-")?;
                inner.print_inside(f)
            }
            Self::Is(condition) => write!(f, "{condition}"),
        }
    }

    /// Whether it would be read as a part of what stands before it: as more of a number, as its extension, as the time of a day.
    fn would_join(&self, before: &Self) -> bool {
        match self {
            Self::Is(Condition::Word(Term::Digits { .. })) => before.is_number(),
            Self::Is(Condition::Word(Term::Text(text))) => {
                (before.is_number() && begins_as_extension(text))
                    || (before.is_date() && is_clock(text))
            }
            _ => false,
        }
    }

    fn is_number(&self) -> bool {
        match self {
            Self::Is(Condition::Word(term) | Condition::Party(_, term)) => {
                matches!(term, Term::Digits { .. })
            }
            Self::Not(inner) => inner.is_number(),
            _ => false,
        }
    }

    fn is_date(&self) -> bool {
        match self {
            Self::Is(condition) => matches!(
                condition,
                Condition::Date(_)
                    | Condition::Added(_)
                    | Condition::Ended(_)
                    | Condition::Seen(_)
                    | Condition::Verified(_)
            ),
            Self::Not(inner) => inner.is_date(),
            _ => false,
        }
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = |field: Field| format!("{}:", field.name());
        match self {
            Self::Word(Term::Digits { typed, .. }) => f.write_str(typed),
            Self::Word(Term::Text(text)) if is_plain_word(text) => f.write_str(text),
            Self::Word(Term::Text(text)) => write!(f, "\"{text}\""),
            Self::Party(side, term) => {
                let side = match side {
                    Side::From => Field::From,
                    Side::To => Field::To,
                    Side::Either => Field::Number,
                };
                write!(f, "{}{}", field(side), value(term.typed()))
            }
            Self::Duration(is) => write!(f, "{}{is}", field(Field::Duration)),
            Self::Date(is) => write!(f, "{}{is}", field(Field::Date)),
            Self::Last(is) => write!(f, "{}{is}", field(Field::Last)),
            Self::Age(is) => write!(f, "{}{is}", field(Field::Age)),
            Self::Kind(list) => write!(f, "{}{}", field(Field::Kind), values(list)),
            Self::Format(list) => write!(f, "{}{}", field(Field::Format), values(list)),
            Self::Direction(list) => write!(f, "{}{}", field(Field::Direction), values(list)),
            Self::Extension(list) => write!(f, "{}{}", field(Field::Extension), values(list)),
            Self::Name(text) => write!(f, "{}{}", field(Field::Name), value(text)),
            Self::Conference(text) => write!(f, "{}{}", field(Field::Conference), value(text)),
            Self::Account(list) => write!(f, "{}{}", field(Field::Account), values(list)),
            Self::State(list) => {
                let words: Vec<&str> = list.iter().map(|state| state.word()).collect();
                write!(f, "{}{}", field(Field::State), words.join(","))
            }
            Self::Cost(is) => write!(f, "{}{is}", field(Field::Cost)),
            Self::Size(is) => write!(f, "{}{is}", field(Field::Size)),
            Self::Tag(list) => write!(f, "{}{}", field(Field::Tag), values(list)),
            Self::Note(text) => write!(f, "{}{}", field(Field::Note), value(text)),
            Self::Hold(text) => write!(f, "{}{}", field(Field::Hold), value(text)),
            Self::Has(list) => {
                let words: Vec<&str> = list.iter().map(|has| has.word()).collect();
                write!(f, "{}{}", field(Field::Has), words.join(","))
            }
            Self::Id(text) => write!(f, "{}{}", field(Field::Id), value(text)),
            Self::Call(text) => write!(f, "{}{}", field(Field::Call), value(text)),
            Self::Hour(range) => write!(f, "{}{range}", field(Field::Hour)),
            Self::Weekday(days) => write!(f, "{}{days}", field(Field::Weekday)),
            Self::Country(side, list) => {
                let side = match side {
                    Side::From => Field::FromCountry,
                    Side::To => Field::ToCountry,
                    Side::Either => Field::Country,
                };
                write!(f, "{}{}", field(side), values(list))
            }
            Self::Billed(is) => write!(f, "{}{is}", field(Field::Billed)),
            Self::Storage(is) => write!(f, "{}{is}", field(Field::Storage)),
            Self::Rate(is) => write!(f, "{}{is}", field(Field::Rate)),
            Self::Added(is) => write!(f, "{}{is}", field(Field::Added)),
            Self::Ended(is) => write!(f, "{}{is}", field(Field::Ended)),
            Self::Seen(is) => write!(f, "{}{is}", field(Field::Seen)),
            Self::Verified(is) => write!(f, "{}{is}", field(Field::Verified)),
            Self::Rule(list) => write!(f, "{}{}", field(Field::Rule), values(list)),
            Self::File(text) => write!(f, "{}{}", field(Field::File), value(text)),
            Self::Address(text) => write!(f, "{}{}", field(Field::Address), value(text)),
        }
    }
}

/// A token's value, in quotes where it needs them.
pub(super) fn value(text: &str) -> String {
    let is_plain = !text.is_empty()
        && !text.contains(|c: char| {
            c.is_whitespace() || matches!(c, '"' | '(' | ')' | ',') || is_curly_quote(c)
        });
    if is_plain { text.to_owned() } else { format!("\"{text}\"") }
}

pub(super) fn values(list: &[String]) -> String {
    list.iter().map(|text| value(text)).collect::<Vec<_>>().join(",")
}
