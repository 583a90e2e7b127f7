//! Some days of the week: `mon..fri`, `sat,sun`, `weekend`.

use std::fmt::{self, Display};

use jiff::civil::Weekday;

use super::values::split_range;

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
            full.iter().position(|name| lower.len() >= 2 && name.starts_with(&lower)).ok_or_else(
                || {
                    format!(
                        "“{text}” is no day of the week. Write mon, tue, … sun, mon..fri or weekend."
                    )
                },
            )
        };
        let mut bits = 0;
        for part in text.split(',') {
            match part.to_ascii_lowercase().as_str() {
                "weekend" => bits |= 0b110_0000,
                "workday" | "weekday" => bits |= 0b001_1111,
                _ => {
                    let (first, last) = split_range(part).unwrap_or((part, part));
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
