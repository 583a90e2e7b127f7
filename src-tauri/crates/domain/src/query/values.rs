//! Quantities and comparisons: `>5m`, `2m..10m`, `<=1.5mb`.

use std::fmt::{self, Display};

/// A value and how it is to be compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Comparison<T> {
    /// This one, as precisely as it was written: `5m` reaches up to 5:59.
    Is(T),
    /// `>`
    Over(T),
    /// `>=` or `a..`
    AtLeast(T),
    /// `<`
    Under(T),
    /// `<=` or `..b`
    AtMost(T),
    /// `a..b`, both ends included.
    Between(T, T),
}

impl<T: Copy + PartialOrd> Comparison<T> {
    /// Reads a comparison; `value` reads one value. The error is a sentence.
    pub(super) fn read(
        text: &str,
        value: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Self, String> {
        let after = |prefix: &str| text.strip_prefix(prefix).map(str::trim);
        if let Some(rest) = after(">=") {
            return value(rest).map(Self::AtLeast);
        }
        if let Some(rest) = after("<=") {
            return value(rest).map(Self::AtMost);
        }
        if let Some(rest) = after(">") {
            return value(rest).map(Self::Over);
        }
        if let Some(rest) = after("<") {
            return value(rest).map(Self::Under);
        }
        let between = |low: &str, high: &str| {
            let (from, to) = (value(low)?, value(high)?);
            if from > to {
                Err(format!("“{low}” is larger than “{high}”; the smaller comes first."))
            } else {
                Ok(Self::Between(from, to))
            }
        };
        let Some((low, high)) = text.split_once("..") else {
            let one = value(after("=").unwrap_or(text)).map(Self::Is);
            // Dates have hyphens of their own; elsewhere `2m-10m` can only be a range.
            return match split_range(text) {
                Some((low, high)) if one.is_err() && value(low).is_ok() && value(high).is_ok() => {
                    between(low, high)
                }
                _ => one,
            };
        };
        match (low, high) {
            ("", "") => Err("“..” needs a value on one side at least.".to_owned()),
            (low, "") => value(low).map(Self::AtLeast),
            ("", high) => value(high).map(Self::AtMost),
            (low, high) => between(low, high),
        }
    }
}

/// The two ends of `9..17`, or of `9-17`, which is how people write it elsewhere.
pub(super) fn split_range(text: &str) -> Option<(&str, &str)> {
    text.split_once("..").or_else(|| text.split_once(['-', '–']))
}

impl<T: Display> Display for Comparison<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(value) => write!(f, "{value}"),
            Self::Over(value) => write!(f, ">{value}"),
            Self::AtLeast(value) => write!(f, ">={value}"),
            Self::Under(value) => write!(f, "<{value}"),
            Self::AtMost(value) => write!(f, "<={value}"),
            Self::Between(low, high) => write!(f, "{low}..{high}"),
        }
    }
}

/// A value that fills a stretch of whole numbers: a length of `5m` is shown for 300 000 to 300 999 ms.
pub trait Stretch {
    /// Its first number.
    fn first(self) -> u64;
    /// How many numbers are shown the same as the first.
    fn step(self) -> u64;
    /// How many numbers belong to it as precisely as it was written.
    fn grain(self) -> u64;
}

impl<T: Stretch + Copy> Comparison<T> {
    /// The numbers that meet it: from the first (included) to the second (excluded; `None`: no end).
    pub fn bounds(&self) -> (u64, Option<u64>) {
        let past = |value: T| value.first().checked_add(value.step());
        match *self {
            Self::Is(value) => (value.first(), value.first().checked_add(value.grain())),
            Self::Over(value) => (past(value).unwrap_or(u64::MAX), None),
            Self::AtLeast(value) => (value.first(), None),
            Self::Under(value) => (0, Some(value.first())),
            Self::AtMost(value) => (0, past(value)),
            Self::Between(low, high) => (low.first(), past(high)),
        }
    }
}

/// A length. Compared in whole seconds, as it is shown, unless it was written in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Length {
    /// Milliseconds.
    pub ms: u64,
    /// Milliseconds of the smallest unit it was written with.
    pub grain_ms: u64,
}

const LENGTHS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl Length {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("“{text}” is no length. Write 90s, 5m, 1h30m or 12:08.");
        if text.contains(':') {
            return read_clock(text).ok_or_else(wrong);
        }
        let units = |name: &str| match name {
            "sec" | "secs" | "second" | "seconds" => Some(1000),
            "min" | "mins" | "minute" | "minutes" => Some(60_000),
            "hr" | "hrs" | "hour" | "hours" => Some(3_600_000),
            name => LENGTHS.iter().find(|(unit, _)| *unit == name).map(|(_, ms)| *ms),
        };
        // A bare number is a length in seconds.
        let (ms, grain_ms) = read_units(text, units, 1000).ok_or_else(wrong)?;
        Ok(Self { ms, grain_ms })
    }
}

/// `12:08` and `1:02:33`.
fn read_clock(text: &str) -> Option<Length> {
    let mut seconds: u64 = 0;
    let parts: Vec<&str> = text.split(':').collect();
    for (at, part) in parts.iter().enumerate() {
        let whole = !part.is_empty() && part.len() <= 6 && part.bytes().all(|b| b.is_ascii_digit());
        let value = part.parse::<u64>().ok().filter(|value| whole && (at == 0 || *value <= 59))?;
        seconds = seconds * 60 + value;
    }
    (parts.len() <= 3).then_some(Length { ms: seconds * 1000, grain_ms: 1000 })
}

/// A number with units, largest first: `1h30m`. Returns the sum and the smallest unit. A number without a unit has
/// `bare`.
fn read_units(text: &str, unit: impl Fn(&str) -> Option<u64>, bare: u64) -> Option<(u64, u64)> {
    let text = text.to_ascii_lowercase();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some((text.parse::<u64>().ok()?.checked_mul(bare)?, bare));
    }
    let (mut sum, mut last) = (0_u64, u64::MAX);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let after = &rest[digits..];
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let size = unit(&after[..letters])?;
        if size >= last {
            return None;
        }
        sum = sum.checked_add(rest[..digits].parse::<u64>().ok()?.checked_mul(size)?)?;
        last = size;
        rest = &after[letters..];
    }
    (last < u64::MAX).then_some((sum, last))
}

impl Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.ms;
        for (unit, size) in LENGTHS.into_iter().filter(|(_, size)| *size >= self.grain_ms) {
            let count = rest / size;
            // The smallest unit is written even when there is none of it, because it says how precise this is.
            if count > 0 || size == self.grain_ms {
                write!(f, "{count}{unit}")?;
                rest -= count * size;
            }
        }
        Ok(())
    }
}

impl Stretch for Length {
    fn first(self) -> u64 {
        self.ms
    }

    fn step(self) -> u64 {
        self.grain_ms.min(1000)
    }

    fn grain(self) -> u64 {
        self.grain_ms
    }
}

/// A size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Bytes {
    /// Bytes.
    pub bytes: u64,
    /// Bytes of the unit it was written with.
    pub grain: u64,
}

const SIZES: [(&str, u64); 7] = [
    ("gib", 1 << 30),
    ("gb", 1_000_000_000),
    ("mib", 1 << 20),
    ("mb", 1_000_000),
    ("kib", 1 << 10),
    ("kb", 1000),
    ("b", 1),
];

impl Bytes {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("“{text}” is no size. Write 500kb, 1.5mb or 2gb.");
        let lower = text.to_ascii_lowercase();
        let split = lower.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(lower.len());
        let (number, unit) = lower.split_at(split);
        let unit = match unit {
            "" | "b" => 1,
            "k" => 1000,
            "m" => 1_000_000,
            "g" => 1_000_000_000,
            unit => SIZES
                .iter()
                .find(|(name, _)| *name == unit)
                .map(|(_, size)| *size)
                .ok_or_else(wrong)?,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = |text: &str| text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || whole.is_empty() || number.ends_with('.') {
            return Err(wrong());
        }
        let scale = 10_u64.pow(u32::try_from(fraction.len()).unwrap_or(0));
        let tens: u128 = format!("{whole}{fraction}").parse().map_err(|_| wrong())?;
        let bytes = tens * u128::from(unit) / u128::from(scale);
        let bytes =
            u64::try_from(bytes).ok().filter(|bytes| *bytes <= 1 << 60).ok_or_else(wrong)?;
        // A fraction is as precise as the unit below, in which it prints: 1.5mb is 1500kb.
        let below = if unit.is_multiple_of(1000) { unit / 1000 } else { 1 };
        let grain = match fraction {
            "" => unit,
            _ if bytes.is_multiple_of(below) => below,
            _ => 1,
        };
        Ok(Self { bytes, grain })
    }
}

impl Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SIZES.iter().find(|(_, size)| *size == self.grain) {
            Some((unit, size)) => write!(f, "{}{unit}", self.bytes / size),
            None => write!(f, "{}b", self.bytes),
        }
    }
}

impl Stretch for Bytes {
    fn first(self) -> u64 {
        self.bytes
    }

    fn step(self) -> u64 {
        1
    }

    fn grain(self) -> u64 {
        self.grain
    }
}

/// A count of whole days.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Days(pub u32);

impl Days {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let number = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let is_days = matches!(&lower[number.len()..], "" | "d" | "day" | "days");
        number
            .parse()
            .ok()
            .filter(|days| is_days && *days <= 100_000)
            .map(Self)
            .ok_or_else(|| format!("“{text}” is no count of days. Write 30d or 30."))
    }
}

impl Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}d", self.0)
    }
}

impl Stretch for Days {
    fn first(self) -> u64 {
        u64::from(self.0)
    }

    fn step(self) -> u64 {
        1
    }

    fn grain(self) -> u64 {
        1
    }
}

/// A price.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Cost(pub f64);

impl Cost {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        text.parse::<f64>()
            .ok()
            .filter(|value| plain && value.is_finite())
            .map(Self)
            .ok_or_else(|| format!("“{text}” is no price. Write 0.01 or 2."))
    }
}

impl Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Comparison<Cost> {
    /// Whether a price meets it.
    pub fn holds(&self, price: f64) -> bool {
        match *self {
            // Sums of hundredths are seldom the nearest number to what was written.
            Self::Is(Cost(value)) => (price - value).abs() < 1e-9,
            Self::Over(Cost(value)) => price > value,
            Self::AtLeast(Cost(value)) => price >= value,
            Self::Under(Cost(value)) => price < value,
            Self::AtMost(Cost(value)) => price <= value,
            Self::Between(Cost(low), Cost(high)) => (low..=high).contains(&price),
        }
    }
}

/// Hours of the day, both ends included; may reach over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourRange {
    /// First hour, 0 to 23.
    pub first: u8,
    /// Last hour: all of its minutes belong to it.
    pub last: u8,
}

impl HourRange {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let hour = |text: &str| {
            text.parse::<u8>()
                .ok()
                .filter(|hour| *hour < 24 && text.bytes().all(|b| b.is_ascii_digit()))
                .ok_or_else(|| format!("“{text}” is no hour. Write 0 to 23, as in hour:9..17."))
        };
        match split_range(text) {
            Some((first, last)) => Ok(Self { first: hour(first)?, last: hour(last)? }),
            None => hour(text).map(|hour| Self { first: hour, last: hour }),
        }
    }

    /// Whether the hour belongs to it.
    pub fn contains(self, hour: u8) -> bool {
        if self.first <= self.last {
            (self.first..=self.last).contains(&hour)
        } else {
            hour >= self.first || hour <= self.last
        }
    }
}

impl Display for HourRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}..{}", self.first, self.last)
        }
    }
}
