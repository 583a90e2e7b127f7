//! Quiet hours: times of day at which nothing new is downloaded. Pure: the present time goes in.

use jiff::civil::Time;
use jiff::{Span, Zoned};
use serde::{Deserialize, Serialize};

/// Times of day at which nothing is downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    /// `09:00`.
    pub from: String,
    /// `17:30`. Before `from`, or the same, it means the next day.
    pub to: String,
    /// Days on which they begin, 1 (Monday) to 7 (Sunday).
    pub weekdays: Vec<u8>,
}

impl QuietHours {
    /// Refuses what makes no sense, with a sentence.
    pub(super) fn check(&self) -> Result<(), String> {
        for text in [&self.from, &self.to] {
            if time(text).is_none() {
                return Err(format!("“{text}” is no time of day; write it like 09:00."));
            }
        }
        if self.weekdays.iter().any(|day| !(1..=7).contains(day)) {
            return Err("Weekdays go from 1 (Monday) to 7 (Sunday).".to_owned());
        }
        Ok(())
    }

    /// When the quiet time that holds at `now` ends; `None` outside of it.
    pub(super) fn until(&self, now: &Zoned) -> Option<Zoned> {
        let (from, to) = (time(&self.from)?, time(&self.to)?);
        // One that began yesterday may last into today.
        [0_i64, 1].into_iter().find_map(|days_ago| {
            let day = now.date().checked_sub(Span::new().days(days_ago)).ok()?;
            let weekday = u8::try_from(day.weekday().to_monday_one_offset()).ok()?;
            self.weekdays.contains(&weekday).then_some(())?;
            let begins = day.to_datetime(from).to_zoned(now.time_zone().clone()).ok()?;
            let last_day = if to <= from { day.tomorrow().ok()? } else { day };
            let ends = last_day.to_datetime(to).to_zoned(now.time_zone().clone()).ok()?;
            (begins <= *now && *now < ends).then_some(ends)
        })
    }
}

/// `HH:MM`.
fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    (hour.len() == 2 && minute.len() == 2).then_some(())?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        format!("{text}[Europe/Berlin]").parse().unwrap()
    }

    fn hours(from: &str, to: &str, weekdays: &[u8]) -> QuietHours {
        QuietHours { from: from.into(), to: to.into(), weekdays: weekdays.to_vec() }
    }

    #[test]
    fn office_hours_are_quiet_on_their_days_only() {
        let office = hours("09:00", "17:30", &[1, 2, 3, 4, 5]);
        // A Friday and a Saturday.
        assert_eq!(office.until(&at("2026-05-08T09:00:00")), Some(at("2026-05-08T17:30:00")));
        assert_eq!(office.until(&at("2026-05-08T08:59:59")), None);
        assert_eq!(office.until(&at("2026-05-08T17:30:00")), None);
        assert_eq!(office.until(&at("2026-05-09T12:00:00")), None);
    }

    #[test]
    fn a_night_belongs_to_the_day_it_begins_on() {
        let friday_night = hours("22:00", "06:00", &[5]);
        assert_eq!(friday_night.until(&at("2026-05-09T03:00:00")), Some(at("2026-05-09T06:00:00")));
        assert_eq!(friday_night.until(&at("2026-05-08T03:00:00")), None);
    }

    #[test]
    fn a_change_of_clocks_is_no_trouble() {
        // On 2026-03-29 the hour from two to three does not exist in Berlin (T-08).
        let night = hours("02:30", "05:00", &[7]);
        assert!(night.until(&at("2026-03-29T04:00:00")).is_some());
        assert_eq!(night.until(&at("2026-03-29T01:59:00")), None);
    }

    #[test]
    fn nonsense_is_refused_with_a_sentence() {
        assert!(hours("9", "17:00", &[1]).check().unwrap_err().contains("“9”"));
        assert!(hours("25:00", "17:00", &[1]).check().is_err());
        assert!(hours("09:00", "17:00", &[0]).check().is_err());
        assert!(hours("09:00", "17:00", &[]).check().is_ok());
    }
}
