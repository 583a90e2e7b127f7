//! Days, spans and the time up to now. What was written is kept as written; [`DateSpan::bounds`] and its like resolve it
//! for a moment and a time zone.

use std::fmt::{self, Display};

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use super::values::Comparison;

/// A span of the calendar, as written.
pub type DateSpan = Comparison<Day>;

/// A stretch of the calendar: a year, a month, a day, an hour, a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// `2026`, `2026-05`, `2026-05-01`, `2026-05-01T14`, `2026-05-01T14:30`: when it begins, and what it is.
    At(DateTime, Unit),
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
}

impl DayWord {
    /// All, with how they are written.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Today, "today"),
        (Self::Yesterday, "yesterday"),
        (Self::ThisWeek, "thisweek"),
        (Self::LastWeek, "lastweek"),
        (Self::ThisMonth, "thismonth"),
        (Self::LastMonth, "lastmonth"),
        (Self::ThisYear, "thisyear"),
    ];
}

impl Day {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        if let Some((word, _)) = DayWord::ALL.iter().find(|(_, name)| *name == lower) {
            return Ok(Self::Word(*word));
        }
        read_date(text).map(|(at, unit)| Self::At(at, unit)).ok_or_else(|| {
            format!("“{text}” is no date. Write 2026-05-01, 2026-05, today or yesterday.")
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
                },
            ),
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
                };
                (first.at(0, 0, 0, 0), length)
            }
        };
        Some((first, first.checked_add(length).unwrap_or(DateTime::MAX)))
    }
}

fn read_date(text: &str) -> Option<(DateTime, Unit)> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let number = |text: &str, length: usize| -> Option<i16> {
        let whole = text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| whole)
    };
    let small = |text: &str| number(text, 2).and_then(|value| i8::try_from(value).ok());
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4)?;
    let month = parts.next();
    let day = parts.next();
    if parts.next().is_some() {
        return None;
    }
    let unit = match (month, day, time) {
        (None, None, None) => Unit::Year,
        (Some(_), None, None) => Unit::Month,
        (Some(_), Some(_), None) => Unit::Day,
        (Some(_), Some(_), Some(time)) if time.contains(':') => Unit::Minute,
        (Some(_), Some(_), Some(_)) => Unit::Hour,
        _ => return None,
    };
    let or_one = |part: Option<&str>| part.map_or(Some(1), small);
    let date = Date::new(year, or_one(month)?, or_one(day)?).ok()?;
    let (hour, minute) = match time {
        None => (0, 0),
        Some(time) => match time.split_once(':') {
            Some((hour, minute)) => (small(hour)?, small(minute)?),
            None => (small(time)?, 0),
        },
    };
    let time = jiff::civil::Time::new(hour, minute, 0, 0).ok()?;
    Some((date.to_datetime(time), unit))
}

impl PartialOrd for Day {
    /// By when they begin. Words have no order before a moment gives them a date.
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::At(at, _), Self::At(other, _)) => Some(at.cmp(other)),
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
            Self::At(at, unit) => match unit {
                Unit::Year => write!(f, "{:04}", at.year()),
                Unit::Month => write!(f, "{:04}-{:02}", at.year(), at.month()),
                Unit::Day => write!(f, "{}", at.date()),
                Unit::Hour => write!(f, "{}T{:02}", at.date(), at.hour()),
                Unit::Minute => write!(f, "{}T{:02}:{:02}", at.date(), at.hour(), at.minute()),
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
        let first =
            |day: Day| day.ends(today).map_or(i64::MIN, |(first, _)| instant_ms(first, zone));
        let past = |day: Day| day.ends(today).map_or(i64::MAX, |(_, past)| instant_ms(past, zone));
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
            "m" | "mins" => Some(RecentUnit::Minute),
            "hours" | "hour" => Some(RecentUnit::Hour),
            "weeks" | "week" => Some(RecentUnit::Week),
            "months" | "month" => Some(RecentUnit::Month),
            "years" | "year" => Some(RecentUnit::Year),
            unit => {
                RecentUnit::ALL.iter().find(|(_, name, _)| *name == unit).map(|(unit, ..)| *unit)
            }
        };
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

/// Some days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekdaySet(u8);

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl WeekdaySet {
    /// From a bit a day, Monday the lowest. `None` of no day.
    pub fn from_bits(bits: u8) -> Option<Self> {
        (bits & 0x7f != 0).then_some(Self(bits & 0x7f))
    }

    pub(super) fn read(text: &str) -> Result<Self, String> {
        let day = |text: &str| {
            let lower = text.to_ascii_lowercase();
            let full =
                ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
            full.iter().position(|name| lower.len() >= 2 && name.starts_with(&lower)).ok_or_else(|| {
                format!("“{text}” is no day of the week. Write mon, tue, … sun, mon..fri or weekend.")
            })
        };
        let mut bits = 0;
        for part in text.split(',') {
            match part.to_ascii_lowercase().as_str() {
                "weekend" => bits |= 0b110_0000,
                "workday" | "weekday" => bits |= 0b001_1111,
                _ => {
                    let (first, last) = part.split_once("..").unwrap_or((part, part));
                    let (first, last) = (day(first)?, day(last)?);
                    let mut at = first;
                    loop {
                        bits |= 1 << at;
                        if at == last {
                            break;
                        }
                        at = (at + 1) % 7;
                    }
                }
            }
        }
        Ok(Self(bits))
    }

    /// Whether the day, counted from Monday, belongs to it.
    pub fn contains(self, since_monday: u8) -> bool {
        since_monday < 7 && self.0 & (1 << since_monday) != 0
    }

    /// Whether the day belongs to it.
    pub fn has(self, day: Weekday) -> bool {
        u8::try_from(day.to_monday_zero_offset()).is_ok_and(|day| self.contains(day))
    }
}

impl Display for WeekdaySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = WEEKDAYS
            .iter()
            .enumerate()
            .filter(|(at, _)| self.0 & (1 << at) != 0)
            .map(|(_, name)| *name)
            .collect();
        f.write_str(&names.join(","))
    }
}
