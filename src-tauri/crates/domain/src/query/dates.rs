//! Days, spans and the time up to now. What was written is kept as written; [`DateSpan::bounds`] and its like resolve it
//! for a moment and a time zone.

use std::fmt::{self, Display};
use std::ops::RangeInclusive;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use super::values::Comparison;

/// A span of the calendar, as written.
pub type DateSpan = Comparison<Day>;

/// A stretch of the calendar: from a year to a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// `2026`, `2026-05`, `2026-05-01`, `2026-05-01T14`, `2026-05-01T14:30`, `2026-05-01T14:30:05`: when it begins, and what
    /// it is.
    At(DateTime, Unit),
    /// A second that was written with its place in the world, as vendors write theirs: `2026-05-01T14:30:05Z`.
    Instant(Timestamp),
    /// A word that depends on the day.
    Word(DayWord),
}

/// How much of the calendar a date names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A year.
    Year,
    /// A month.
    Month,
    /// A day.
    Day,
    /// An hour.
    Hour,
    /// A minute.
    Minute,
    /// A second.
    Second,
}

/// A word for a stretch of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayWord {
    /// This day.
    Today,
    /// The day before.
    Yesterday,
    /// Monday to Sunday around this day.
    ThisWeek,
    /// The week before.
    LastWeek,
    /// This month.
    ThisMonth,
    /// The month before.
    LastMonth,
    /// This year.
    ThisYear,
    /// The year before.
    LastYear,
}

impl DayWord {
    /// All, with how they are written.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Today, "today"),
        (Self::Yesterday, "yesterday"),
        (Self::ThisWeek, "thisweek"),
        (Self::LastWeek, "lastweek"),
        (Self::ThisMonth, "thismonth"),
        (Self::LastMonth, "lastmonth"),
        (Self::ThisYear, "thisyear"),
        (Self::LastYear, "lastyear"),
    ];
}

impl Day {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let word = lower.replace(['-', '_'], "");
        if let Some((word, _)) = DayWord::ALL.iter().find(|(_, name)| *name == word) {
            return Ok(Self::Word(*word));
        }
        let instant = || read_instant(&lower).map(Self::Instant);
        read_date(&lower).map(|(at, unit)| Self::At(at, unit)).or_else(instant).ok_or_else(|| {
            if is_day_first(&lower) {
                format!("“{text}” may be one of two days. Write the year first: 2026-05-01.")
            } else {
                format!("“{text}” is no date. Write 2026-05-01, 2026-05, today or yesterday.")
            }
        })
    }

    /// The first moment of it and the first after it, in civil time. `None` beyond the ends of the calendar.
    fn ends(self, today: Date) -> Option<(DateTime, DateTime)> {
        let (first, length): (DateTime, Span) = match self {
            Self::At(at, unit) => (
                at,
                match unit {
                    Unit::Year => 1.year(),
                    Unit::Month => 1.month(),
                    Unit::Day => 1.day(),
                    Unit::Hour => 1.hour(),
                    Unit::Minute => 1.minute(),
                    Unit::Second => 1.second(),
                },
            ),
            // It has a place of its own: see `moments`.
            Self::Instant(_) => return None,
            Self::Word(word) => {
                let since_monday = i64::from(today.weekday().to_monday_zero_offset());
                let monday = today.checked_sub(since_monday.days()).ok()?;
                let first_of_month = today.first_of_month();
                let (first, length) = match word {
                    DayWord::Today => (today, 1.day()),
                    DayWord::Yesterday => (today.yesterday().ok()?, 1.day()),
                    DayWord::ThisWeek => (monday, 7.days()),
                    DayWord::LastWeek => (monday.checked_sub(7.days()).ok()?, 7.days()),
                    DayWord::ThisMonth => (first_of_month, 1.month()),
                    DayWord::LastMonth => (first_of_month.checked_sub(1.month()).ok()?, 1.month()),
                    DayWord::ThisYear => (today.first_of_year(), 1.year()),
                    DayWord::LastYear => {
                        (today.first_of_year().checked_sub(1.year()).ok()?, 1.year())
                    }
                };
                (first.at(0, 0, 0, 0), length)
            }
        };
        Some((first, first.checked_add(length).unwrap_or(DateTime::MAX)))
    }

    /// The first moment of it and the first after it. `None` beyond the ends of the calendar.
    fn moments(self, today: Date, zone: &TimeZone) -> Option<Moments> {
        if let Self::Instant(at) = self {
            return Some((at.as_millisecond(), at.as_millisecond().saturating_add(1000)));
        }
        let (first, past) = self.ends(today)?;
        Some((instant_ms(first, zone), instant_ms(past, zone)))
    }
}

/// Year, month and day with hyphens, slashes or full stops between them, or with nothing; then the time, if there is one.
fn read_date(text: &str) -> Option<(DateTime, Unit)> {
    let (date, time) = match text.split_once('t') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let plain = date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit());
    let split;
    let date = if plain {
        split = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
        &split
    } else {
        date
    };
    let between = date.chars().find(|c| matches!(c, '-' | '/' | '.')).unwrap_or('-');
    let mut parts = date.split(between);
    let year = number(parts.next()?, 4..=4)?;
    let month = parts.next();
    let day = parts.next();
    if parts.next().is_some() {
        return None;
    }
    let or_one = |part: Option<&str>| part.map_or(Some(1), |part| small(part, 1));
    let date = Date::new(year, or_one(month)?, or_one(day)?).ok()?;
    let (time, unit) = match (month, day, time) {
        (None, None, None) => (Time::midnight(), Unit::Year),
        (Some(_), None, None) => (Time::midnight(), Unit::Month),
        (Some(_), Some(_), None) => (Time::midnight(), Unit::Day),
        (Some(_), Some(_), Some(time)) => read_time(time)?,
        _ => return None,
    };
    Some((date.to_datetime(time), unit))
}

/// `14`, `14:30`, `14:30:05`. Vendors add a fraction, which tells nothing about a call.
fn read_time(text: &str) -> Option<(Time, Unit)> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts: Vec<i8> = clock.split(':').map(|part| small(part, 2)).collect::<Option<Vec<_>>>()?;
    let is_fraction = fraction.bytes().all(|b| b.is_ascii_digit()) && !text.ends_with('.');
    let (time, unit) = match parts.as_slice() {
        [hour] => (Time::new(*hour, 0, 0, 0), Unit::Hour),
        [hour, minute] => (Time::new(*hour, *minute, 0, 0), Unit::Minute),
        [hour, minute, second] => (Time::new(*hour, *minute, *second, 0), Unit::Second),
        _ => return None,
    };
    let has_no_second = unit != Unit::Second && !fraction.is_empty();
    if !is_fraction || has_no_second { None } else { Some((time.ok()?, unit)) }
}

/// A moment with a zone or an offset, to the second.
fn read_instant(text: &str) -> Option<Timestamp> {
    let (_, time) = text.split_once('t')?;
    if !time.contains(':') || !time.contains(['z', '+', '-']) {
        return None;
    }
    let at: Timestamp = text.parse().ok()?;
    Timestamp::from_second(at.as_millisecond().div_euclid(1000)).ok()
}

/// `01/05/2026` and its like, which are read differently on both sides of the Atlantic.
fn is_day_first(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    matches!(parts.as_slice(), [first, second, year]
        if small(first, 1).is_some() && small(second, 1).is_some() && number(year, 2..=4).is_some())
}

/// A number of so many digits.
fn number(text: &str, digits: RangeInclusive<usize>) -> Option<i16> {
    let whole = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| whole)
}

/// A number of two digits, or of at least so many.
fn small(text: &str, least: usize) -> Option<i8> {
    number(text, least..=2).and_then(|value| i8::try_from(value).ok())
}

impl PartialOrd for Day {
    /// By when they begin. Words have no order before a moment gives them a date.
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::At(at, _), Self::At(other, _)) => Some(at.cmp(other)),
            (Self::Instant(at), Self::Instant(other)) => Some(at.cmp(other)),
            _ => None,
        }
    }
}

impl Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => {
                let name = DayWord::ALL.iter().find(|(known, _)| known == word);
                f.write_str(name.map_or("today", |(_, name)| name))
            }
            Self::Instant(at) => write!(f, "{at}"),
            Self::At(at, unit) => match unit {
                Unit::Year => write!(f, "{:04}", at.year()),
                Unit::Month => write!(f, "{:04}-{:02}", at.year(), at.month()),
                Unit::Day => write!(f, "{}", at.date()),
                Unit::Hour => write!(f, "{}T{:02}", at.date(), at.hour()),
                Unit::Minute => write!(f, "{}T{:02}:{:02}", at.date(), at.hour(), at.minute()),
                Unit::Second => {
                    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
                    write!(f, "{}T{hour:02}:{minute:02}:{second:02}", at.date())
                }
            },
        }
    }
}

/// Milliseconds since 1970 from the first (included) to the second (excluded).
pub type Moments = (i64, i64);

impl DateSpan {
    /// The moments that belong to it. Clock changes are the time zone's: a day may have 23 hours.
    pub fn bounds(&self, now: Timestamp, zone: &TimeZone) -> Moments {
        let today = zone.to_datetime(now).date();
        let first = |day: Day| day.moments(today, zone).map_or(i64::MIN, |(first, _)| first);
        let past = |day: Day| day.moments(today, zone).map_or(i64::MAX, |(_, past)| past);
        match *self {
            Self::Is(day) => (first(day), past(day)),
            Self::Over(day) => (past(day), i64::MAX),
            Self::AtLeast(day) => (first(day), i64::MAX),
            Self::Under(day) => (i64::MIN, first(day)),
            Self::AtMost(day) => (i64::MIN, past(day)),
            Self::Between(low, high) => (first(low), past(high)),
        }
    }
}

/// When a civil time is in a zone. One that a clock change skips is the moment the clock jumps; the earlier of two.
fn instant_ms(at: DateTime, zone: &TimeZone) -> i64 {
    zone.to_ambiguous_timestamp(at)
        .compatible()
        .map_or(if at.year() < 1970 { i64::MIN } else { i64::MAX }, Timestamp::as_millisecond)
}

/// A time up to now: `7d`, `12h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recent {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: RecentUnit,
}

/// A unit of time up to now. All have one length, so that ages compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecentUnit {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
    /// 365 days.
    Year,
}

impl RecentUnit {
    const ALL: [(Self, &'static str, u64); 6] = [
        (Self::Minute, "min", 60_000),
        (Self::Hour, "h", 3_600_000),
        (Self::Day, "d", 86_400_000),
        (Self::Week, "w", 7 * 86_400_000),
        (Self::Month, "mo", 30 * 86_400_000),
        (Self::Year, "y", 365 * 86_400_000),
    ];

    fn entry(self) -> (Self, &'static str, u64) {
        Self::ALL.into_iter().find(|(unit, ..)| *unit == self).unwrap_or(Self::ALL[2])
    }
}

impl Recent {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let split = lower.find(|c: char| !c.is_ascii_digit()).unwrap_or(lower.len());
        let (count, unit) = lower.split_at(split);
        let unit = match unit {
            "" | "days" | "day" => Some(RecentUnit::Day),
            "m" | "mins" | "minute" | "minutes" => Some(RecentUnit::Minute),
            "hours" | "hour" => Some(RecentUnit::Hour),
            "weeks" | "week" => Some(RecentUnit::Week),
            "months" | "month" => Some(RecentUnit::Month),
            "years" | "year" => Some(RecentUnit::Year),
            unit => {
                RecentUnit::ALL.iter().find(|(_, name, _)| *name == unit).map(|(unit, ..)| *unit)
            }
        };
        // `last:week` is a week.
        let is_whole_word = matches!(&lower[split..], "hour" | "day" | "week" | "month" | "year");
        let count = if count.is_empty() && is_whole_word { "1" } else { count };
        match (count.parse::<u32>(), unit) {
            (Ok(count), Some(unit)) if count <= 100_000 => Ok(Self { count, unit }),
            _ => Err(format!("“{text}” is no time. Write 7d, 12h, 2w, 3mo or 1y.")),
        }
    }

    /// Milliseconds.
    pub fn ms(self) -> u64 {
        u64::from(self.count) * self.unit.entry().2
    }

    /// The first moment that is not longer ago.
    pub fn since_ms(self, now: Timestamp) -> i64 {
        let ms = i64::try_from(self.ms()).unwrap_or(i64::MAX);
        now.as_millisecond().saturating_sub(ms)
    }
}

impl PartialOrd for Recent {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        let order = self.ms().cmp(&other.ms());
        // Equally long but differently written, such as 7d and 1w.
        Some(order.then_with(|| (self.unit as u8).cmp(&(other.unit as u8))))
    }
}

impl Display for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.entry().1)
    }
}

impl Comparison<Recent> {
    /// The moments whose age meets it. `Is` reaches to the next full unit: what is 25 days and an hour old is `25d` old.
    pub fn moments(&self, now: Timestamp) -> Moments {
        let now_ms = now.as_millisecond();
        let ago = |ms: u64| now_ms.saturating_sub(i64::try_from(ms).unwrap_or(i64::MAX));
        let just_after = |ms: u64| ago(ms).saturating_add(1);
        match *self {
            Self::Is(value) => {
                (just_after(value.ms() + value.unit.entry().2), just_after(value.ms()))
            }
            Self::Over(value) => (i64::MIN, ago(value.ms())),
            Self::AtLeast(value) => (i64::MIN, just_after(value.ms())),
            Self::Under(value) => (just_after(value.ms()), i64::MAX),
            Self::AtMost(value) => (ago(value.ms()), i64::MAX),
            Self::Between(low, high) => (ago(high.ms()), just_after(low.ms())),
        }
    }
}
