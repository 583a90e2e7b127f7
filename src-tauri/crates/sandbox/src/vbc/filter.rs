//! The filters and orders of the lists and of exports.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::audio::Bank;
use crate::vbc::calls::{Call, Direction};
use crate::vbc::people::Person;
use crate::vbc::refusals::Invalid;

/// What a request wants to see. Fields that are `None` let everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    direction: Option<Direction>,
    call_id: Option<String>,
    caller_id: Option<String>,
    dnis: Option<String>,
    cnam: Option<String>,
    extension: Option<String>,
    duration_gte_ms: Option<u64>,
    duration_lte_ms: Option<u64>,
    pub(super) start_gte_s: Option<i64>,
    pub(super) start_lte_s: Option<i64>,
}

impl Filter {
    /// Takes one parameter; `false` when it is none of the filters.
    pub(super) fn take(&mut self, name: &str, value: &str) -> Result<bool, Invalid> {
        let text = || Some(value.to_owned()).filter(|text| !text.is_empty());
        let ms = || value.parse().map(Some).map_err(|_| Invalid::new(name, "must be an integer"));
        let moment = || {
            moment_s(value)
                .map(Some)
                .ok_or_else(|| Invalid::new(name, "must match yyyy-MM-dd'T'HH:mm:ssZ"))
        };
        match name {
            "call_direction" => {
                self.direction = Some(Direction::parse(value).ok_or_else(|| {
                    Invalid::new(name, "must be one of INBOUND, OUTBOUND, INTRA_PBX")
                })?);
            }
            "call_id" => self.call_id = text(),
            "caller_id" => self.caller_id = text(),
            "dnis" => self.dnis = text(),
            "cnam" => self.cnam = text(),
            "extension" => self.extension = text(),
            "duration:gte" => self.duration_gte_ms = ms()?,
            "duration:lte" => self.duration_lte_ms = ms()?,
            "start:gte" => self.start_gte_s = moment()?,
            "start:lte" => self.start_lte_s = moment()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Reads the body of an export: the same names, as fields.
    pub(super) fn of_body(body: &Value) -> Result<Self, Invalid> {
        let fields = body.as_object().ok_or_else(|| Invalid::new("body", "must be an object"))?;
        let mut filter = Self::default();
        for (name, value) in fields {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return Err(Invalid::new(name, "must be a text or a number")),
            };
            if !filter.take(name, &text)? {
                return Err(Invalid::new(name, "is not a filter"));
            }
        }
        Ok(filter)
    }

    /// Whether nothing but the start decides.
    pub(super) fn is_only_by_start(&self) -> bool {
        *self
            == Self {
                start_gte_s: self.start_gte_s,
                start_lte_s: self.start_lte_s,
                ..Self::default()
            }
    }

    /// Whether a call is wanted. Names are compared whole, without regard to case: the vendor does not say.
    pub(super) fn matches(&self, call: &Call, people: &[Person]) -> bool {
        let same = |wanted: &Option<String>, is: &dyn Fn(&str) -> bool| {
            wanted.as_ref().is_none_or(|wanted| is(wanted))
        };
        let duration_ms = u64::from(call.duration_ms);
        self.direction.is_none_or(|wanted| wanted == call.direction)
            && self.duration_gte_ms.is_none_or(|least| duration_ms >= least)
            && self.duration_lte_ms.is_none_or(|most| duration_ms <= most)
            && self.start_gte_s.is_none_or(|first| call.start_s >= first)
            && self.start_lte_s.is_none_or(|last| call.start_s <= last)
            && same(&self.call_id, &|wanted| call.belongs_to.to_string() == wanted)
            && same(&self.caller_id, &|wanted| call.caller.to_string() == wanted)
            && same(&self.dnis, &|wanted| call.called.to_string() == wanted)
            && same(&self.extension, &|wanted| {
                call.extensions(people).iter().any(|extension| extension.to_string() == wanted)
            })
            && same(&self.cnam, &|wanted| {
                call.cnam(people).is_some_and(|name| name.to_lowercase() == wanted.to_lowercase())
            })
    }
}

/// The order of a list. The default is newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Order {
    by: By,
    is_ascending: bool,
}

/// The fields of a recording that have an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum By {
    #[default]
    Start,
    End,
    Duration,
    CallerId,
    Cnam,
    Dnis,
    Direction,
    Size,
}

/// What is compared, of either kind.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(Option<String>),
}

impl Order {
    /// `start:DESC`, `duration:asc`; a direction alone, as in a tutorial of the vendor, is about the start.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (field, direction) = lower.split_once(':').unwrap_or(("start", &lower));
        let by = match field {
            "start" => By::Start,
            "end" => By::End,
            "duration" => By::Duration,
            "caller_id" => By::CallerId,
            "cnam" => By::Cnam,
            "dnis" => By::Dnis,
            "call_direction" => By::Direction,
            "file_size_in_bytes" => By::Size,
            _ => return None,
        };
        let is_ascending = match direction {
            "asc" => true,
            "desc" => false,
            _ => return None,
        };
        Some(Self { by, is_ascending })
    }

    /// Whether it is the order in which calls are kept, or that backwards.
    pub(super) fn is_by_start(self) -> bool {
        self.by == By::Start
    }

    /// Whether the smallest comes first.
    pub(super) fn is_ascending(self) -> bool {
        self.is_ascending
    }

    /// Sorts calls that are in the order of their start. Equal ones are in the order of their ids, so that pages fit
    /// together.
    pub(super) fn sort(self, calls: &mut [&Call], people: &[Person], bank: &Arc<Bank>) {
        if !self.is_by_start() {
            calls.sort_by_cached_key(|call| (self.key(call, people, bank), call.id));
        }
        if !self.is_ascending {
            calls.reverse();
        }
    }

    fn key(self, call: &Call, people: &[Person], bank: &Arc<Bank>) -> Key {
        match self.by {
            By::Start => Key::Number(call.start_s),
            By::End => Key::Number(call.start_s + i64::from(call.duration_ms / 1000)),
            By::Duration => Key::Number(call.duration_ms.into()),
            By::CallerId => Key::Text(Some(call.caller.to_string())),
            By::Cnam => Key::Text(call.cnam(people)),
            By::Dnis => Key::Text(Some(call.called.to_string())),
            By::Direction => Key::Text(Some(call.direction.as_str().to_owned())),
            By::Size => Key::Number(call.sound().size_bytes(bank).try_into().unwrap_or(i64::MAX)),
        }
    }
}

/// `2019-01-01T00:00:00+0000`, or with a literal `Z` as some integrators send it, in seconds since the epoch. An
/// offset with a colon is refused, as by the Java pattern the vendor documents.
fn moment_s(text: &str) -> Option<i64> {
    let (local, offset) = match text.strip_suffix('Z') {
        Some(local) => (local, "+0000"),
        None => text.split_at_checked(text.len().checked_sub(5)?)?,
    };
    let digits = offset.strip_prefix(['+', '-'])?;
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) || local.len() != 19 {
        return None;
    }
    let (hours, minutes) = digits.split_at(2);
    format!("{local}{}{hours}:{minutes}", &offset[..1])
        .parse::<Timestamp>()
        .ok()
        .map(Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_in_any_case() {
        for (text, by, is_ascending) in [
            ("start:DESC", By::Start, false),
            ("asc", By::Start, true),
            ("duration:asc", By::Duration, true),
            ("file_size_in_bytes:DESC", By::Size, false),
        ] {
            assert_eq!(Order::parse(text), Some(Order { by, is_ascending }), "{text}");
        }
        for bad in ["", "start", "start:up", "colour:ASC", "start:ASC:DESC"] {
            assert_eq!(Order::parse(bad), None, "{bad}");
        }
        assert_eq!(Order::parse("start:DESC"), Some(Order::default()));
    }

    #[test]
    fn moments_are_read_as_the_pattern_says() {
        assert_eq!(moment_s("2019-01-01T00:00:00+0000"), Some(1_546_300_800));
        assert_eq!(moment_s("2019-01-01T05:30:00+0530"), Some(1_546_300_800));
        assert_eq!(moment_s("2019-01-01T00:00:00Z"), Some(1_546_300_800));
        for bad in [
            "2019-01-01T00:00:00+00:00",
            "2019-01-01T00:00:00 0000",
            "2019-01-01",
            "",
            "Z",
            "é+0000",
        ] {
            assert_eq!(moment_s(bad), None, "{bad}");
        }
    }
}
