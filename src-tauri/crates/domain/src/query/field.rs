//! The names of tokens.

/// A token's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// `from:`
    From,
    /// `to:`
    To,
    /// `number:`
    Number,
    /// `dur:`
    Duration,
    /// `date:`
    Date,
    /// `last:`
    Last,
    /// `age:`
    Age,
    /// `type:`
    Kind,
    /// `format:`
    Format,
    /// `dir:`
    Direction,
    /// `ext:`
    Extension,
    /// `name:`
    Name,
    /// `conf:`
    Conference,
    /// `account:`
    Account,
    /// `state:`
    State,
    /// `cost:`
    Cost,
    /// `size:`
    Size,
    /// `tag:`
    Tag,
    /// `note:`
    Note,
    /// `hold:`
    Hold,
    /// `has:`
    Has,
    /// `id:`
    Id,
    /// `call:`
    Call,
    /// `hour:`
    Hour,
    /// `weekday:`
    Weekday,
    /// `country:`
    Country,
    /// `fromcountry:`
    FromCountry,
    /// `tocountry:`
    ToCountry,
    /// `billed:`
    Billed,
    /// `storage:`
    Storage,
    /// `rate:`
    Rate,
    /// `added:`
    Added,
    /// `ended:`
    Ended,
    /// `seen:`
    Seen,
    /// `verified:`
    Verified,
    /// `rule:`
    Rule,
    /// `file:`
    File,
    /// `address:`
    Address,
}

impl Field {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 38] = [
        Self::From,
        Self::To,
        Self::Number,
        Self::Duration,
        Self::Date,
        Self::Last,
        Self::Age,
        Self::Kind,
        Self::Format,
        Self::Direction,
        Self::Extension,
        Self::Name,
        Self::Conference,
        Self::Account,
        Self::State,
        Self::Cost,
        Self::Size,
        Self::Tag,
        Self::Note,
        Self::Hold,
        Self::Has,
        Self::Id,
        Self::Call,
        Self::Hour,
        Self::Weekday,
        Self::Country,
        Self::FromCountry,
        Self::ToCountry,
        Self::Billed,
        Self::Storage,
        Self::Rate,
        Self::Added,
        Self::Ended,
        Self::Seen,
        Self::Verified,
        Self::Rule,
        Self::File,
        Self::Address,
    ];

    /// The name before the colon.
    pub fn name(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::To => "to",
            Self::Number => "number",
            Self::Duration => "dur",
            Self::Date => "date",
            Self::Last => "last",
            Self::Age => "age",
            Self::Kind => "type",
            Self::Format => "format",
            Self::Direction => "dir",
            Self::Extension => "ext",
            Self::Name => "name",
            Self::Conference => "conf",
            Self::Account => "account",
            Self::State => "state",
            Self::Cost => "cost",
            Self::Size => "size",
            Self::Tag => "tag",
            Self::Note => "note",
            Self::Hold => "hold",
            Self::Has => "has",
            Self::Id => "id",
            Self::Call => "call",
            Self::Hour => "hour",
            Self::Weekday => "weekday",
            Self::Country => "country",
            Self::FromCountry => "fromcountry",
            Self::ToCountry => "tocountry",
            Self::Billed => "billed",
            Self::Storage => "storage",
            Self::Rate => "rate",
            Self::Added => "added",
            Self::Ended => "ended",
            Self::Seen => "seen",
            Self::Verified => "verified",
            Self::Rule => "rule",
            Self::File => "file",
            Self::Address => "address",
        }
    }

    /// Names that mean the same.
    fn other_names(self) -> &'static [&'static str] {
        match self {
            Self::Number => &["num", "phone"],
            Self::Duration => &["duration", "length"],
            Self::Kind => &["kind"],
            Self::Direction => &["direction"],
            Self::Extension => &["extension"],
            Self::Conference => &["conference"],
            Self::Tag => &["tags"],
            Self::Weekday => &["day"],
            Self::Storage => &["storagedays"],
            Self::Rate => &["storagerate"],
            Self::Added => &["stored"],
            Self::Seen => &["firstseen"],
            Self::Rule => &["rules"],
            Self::File => &["filename"],
            Self::Address => &["url"],
            _ => &[],
        }
    }

    /// What it narrows, and an example.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::From => "calling number or name: from:+9198, from:anna",
            Self::To => "called number or conference: to:080123",
            Self::Number => "either number: number:98765",
            Self::Duration => "length: dur:>5m, dur:2m..10m",
            Self::Date => {
                "day, month or span: date:2026-05, date:2026-05-01..2026-05-09, date:today"
            }
            Self::Last => "the time up to now: last:7d, last:12h",
            Self::Age => "how long ago: age:>25d",
            Self::Kind => "type: type:call,conference",
            Self::Format => "format: format:mp3",
            Self::Direction => "direction: dir:in",
            Self::Extension => "extension: ext:1001",
            Self::Name => "caller's name: name:anna",
            Self::Conference => "conference's name: conf:weekly",
            Self::Account => "account: account:office",
            Self::State => "our copy: state:unsaved",
            Self::Cost => "price a month: cost:>0.01",
            Self::Size => "size: size:>1mb",
            Self::Tag => "tag: tag:complaint",
            Self::Note => "words of the note: note:refund",
            Self::Hold => "what it is on hold for, or why: hold:case",
            Self::Has => "that there is one: has:note",
            Self::Id => "recording id: id:4f2a",
            Self::Call => "call id: call:8f11",
            Self::Hour => "hour of the day: hour:9..17",
            Self::Weekday => "day of the week: weekday:mon..fri",
            Self::Country => "country of either number: country:IN",
            Self::FromCountry => "country of the calling number: fromcountry:IN",
            Self::ToCountry => "country of the called number: tocountry:US",
            Self::Billed => "length as billed: billed:>5m",
            Self::Storage => "days in storage: storage:>25d",
            Self::Rate => "price of storage: rate:>0.001",
            Self::Added => "day the provider stored it: added:yesterday, added:2026-05",
            Self::Ended => "day it ended: ended:2026-05-01",
            Self::Seen => "day it was first listed here: seen:today",
            Self::Verified => "day our copy was verified: verified:lastweek",
            Self::Rule => "rule that recorded it: rule:17",
            Self::File => "the provider's file name: file:1001",
            Self::Address => "where the audio is: address:media",
        }
    }

    /// The field of that name, in any capitals.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|field| field.name() == name || field.other_names().contains(&name.as_str()))
    }

    /// The field whose name a person probably meant: one letter wrong, missing, too many, or two swapped.
    pub(super) fn nearly_named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        // Beginnings of addresses and links, which are looked for as they stand.
        let is_scheme =
            ["sip", "sips", "tel", "http", "https", "mailto", "urn"].contains(&name.as_str());
        if name.len() < 3 || is_scheme {
            return None;
        }
        Self::ALL.into_iter().find(|field| {
            std::iter::once(field.name())
                .chain(field.other_names().iter().copied())
                .any(|known| known.len() > 2 && is_one_slip_away(known.as_bytes(), name.as_bytes()))
        })
    }
}

fn is_one_slip_away(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match a.len().abs_diff(b.len()) {
        0 => match (a, b) {
            ([_, a @ ..], [_, b @ ..]) if a == b => true,
            ([a1, a2, a @ ..], [b1, b2, b @ ..]) => a1 == b2 && a2 == b1 && a == b,
            _ => false,
        },
        1 => {
            let (long, short) = if a.len() > b.len() { (a, b) } else { (b, a) };
            &long[1..] == short
        }
        _ => false,
    }
}
