//! A query as a form on the wire.

use domain::query::{Form, Span};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The two ends of a span of a form, in the words of the language: `5m`, `2026-05-01`, `today`. An end may begin with `>` or
/// `<` to leave itself out; the same twice is that value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export, export_to = "query.ts")]
pub struct QuerySpan {
    /// The smallest or first.
    pub from: String,
    /// The largest or last.
    pub to: String,
}

/// A query as a form. Each field holds text in the words of the language; empty means that it narrows nothing. Lists match
/// any of their entries.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(export, export_to = "query.ts")]
pub struct QueryForm {
    /// Free words, phrases and numbers, as typed.
    pub words: String,
    /// `from:`.
    pub from: String,
    /// `to:`.
    pub to: String,
    /// `number:`.
    pub number: String,
    /// `name:`.
    pub name: String,
    /// `conf:`.
    pub conference: String,
    /// `last:`.
    pub last: String,
    /// `hour:`.
    pub hour: String,
    /// `note:`.
    pub note: String,
    /// `hold:`.
    pub hold: String,
    /// `id:`.
    pub id: String,
    /// `call:`.
    pub call: String,
    /// `file:`.
    pub file: String,
    /// `address:`.
    pub address: String,
    /// `dur:`.
    pub duration: QuerySpan,
    /// `date:`.
    pub date: QuerySpan,
    /// `age:`.
    pub age: QuerySpan,
    /// `size:`.
    pub size: QuerySpan,
    /// `cost:`.
    pub cost: QuerySpan,
    /// `billed:`.
    pub billed: QuerySpan,
    /// `storage:`.
    pub storage: QuerySpan,
    /// `rate:`.
    pub rate: QuerySpan,
    /// `added:`.
    pub added: QuerySpan,
    /// `ended:`.
    pub ended: QuerySpan,
    /// `seen:`.
    pub seen: QuerySpan,
    /// `verified:`.
    pub verified: QuerySpan,
    /// `type:`.
    pub kinds: Vec<String>,
    /// `format:`.
    pub formats: Vec<String>,
    /// `dir:`.
    pub directions: Vec<String>,
    /// `ext:`.
    pub extensions: Vec<String>,
    /// `account:`.
    pub accounts: Vec<String>,
    /// `state:`.
    pub states: Vec<String>,
    /// `tag:`.
    pub tags: Vec<String>,
    /// `country:`.
    pub countries: Vec<String>,
    /// `fromcountry:`.
    pub from_countries: Vec<String>,
    /// `tocountry:`.
    pub to_countries: Vec<String>,
    /// `has:`.
    pub has: Vec<String>,
    /// `weekday:`.
    pub weekdays: Vec<String>,
    /// `rule:`.
    pub rules: Vec<String>,
    /// Whatever the form has no field for, as text; kept as it is.
    pub rest: String,
}

impl From<Span> for QuerySpan {
    fn from(Span { from, to }: Span) -> Self {
        Self { from, to }
    }
}

impl From<QuerySpan> for Span {
    fn from(QuerySpan { from, to }: QuerySpan) -> Self {
        Self { from, to }
    }
}

impl From<Form> for QueryForm {
    fn from(form: Form) -> Self {
        Self {
            words: form.words,
            from: form.from,
            to: form.to,
            number: form.number,
            name: form.name,
            conference: form.conference,
            last: form.last,
            hour: form.hour,
            note: form.note,
            hold: form.hold,
            id: form.id,
            call: form.call,
            file: form.file,
            address: form.address,
            duration: form.duration.into(),
            date: form.date.into(),
            age: form.age.into(),
            size: form.size.into(),
            cost: form.cost.into(),
            billed: form.billed.into(),
            storage: form.storage.into(),
            rate: form.rate.into(),
            added: form.added.into(),
            ended: form.ended.into(),
            seen: form.seen.into(),
            verified: form.verified.into(),
            kinds: form.kinds,
            formats: form.formats,
            directions: form.directions,
            extensions: form.extensions,
            accounts: form.accounts,
            states: form.states,
            tags: form.tags,
            countries: form.countries,
            from_countries: form.from_countries,
            to_countries: form.to_countries,
            has: form.has,
            weekdays: form.weekdays,
            rules: form.rules,
            rest: form.rest,
        }
    }
}

impl From<QueryForm> for Form {
    fn from(form: QueryForm) -> Self {
        Self {
            words: form.words,
            from: form.from,
            to: form.to,
            number: form.number,
            name: form.name,
            conference: form.conference,
            last: form.last,
            hour: form.hour,
            note: form.note,
            hold: form.hold,
            id: form.id,
            call: form.call,
            file: form.file,
            address: form.address,
            duration: form.duration.into(),
            date: form.date.into(),
            age: form.age.into(),
            size: form.size.into(),
            cost: form.cost.into(),
            billed: form.billed.into(),
            storage: form.storage.into(),
            rate: form.rate.into(),
            added: form.added.into(),
            ended: form.ended.into(),
            seen: form.seen.into(),
            verified: form.verified.into(),
            kinds: form.kinds,
            formats: form.formats,
            directions: form.directions,
            extensions: form.extensions,
            accounts: form.accounts,
            states: form.states,
            tags: form.tags,
            countries: form.countries,
            from_countries: form.from_countries,
            to_countries: form.to_countries,
            has: form.has,
            weekdays: form.weekdays,
            rules: form.rules,
            rest: form.rest,
        }
    }
}
