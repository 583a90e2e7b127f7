//! Hours and weekdays of many moments in one time zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;

const DAY_MS: i64 = 86_400_000;

/// The offsets of a zone over a span of time. Asking the zone for each of a million moments would take ten times as long.
#[derive(Debug, Clone)]
pub(super) struct LocalClock {
    /// From when on which offset is in force, both in milliseconds; the first is in force from the beginning of time.
    offsets: Vec<(i64, i64)>,
}

impl LocalClock {
    /// The clock of a zone, right from the first moment to the last.
    pub(super) fn new(zone: &TimeZone, first_ms: i64, last_ms: i64) -> Self {
        let instant = |ms: i64| {
            let end = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
            Timestamp::from_millisecond(ms).unwrap_or(end)
        };
        let (first, last) = (instant(first_ms), instant(last_ms));
        let mut offsets = vec![(i64::MIN, i64::from(zone.to_offset(first).seconds()) * 1000)];
        for change in zone.following(first).take_while(|change| change.timestamp() <= last) {
            let offset_ms = i64::from(change.offset().seconds()) * 1000;
            offsets.push((change.timestamp().as_millisecond(), offset_ms));
        }
        Self { offsets }
    }

    fn local_ms(&self, at_ms: i64) -> i64 {
        let after = self.offsets.partition_point(|(from, _)| *from <= at_ms);
        at_ms.saturating_add(self.offsets[after.saturating_sub(1)].1)
    }

    /// Hour of the day, 0 to 23.
    pub(super) fn hour(&self, at_ms: i64) -> u8 {
        let hour = self.local_ms(at_ms).rem_euclid(DAY_MS) / 3_600_000;
        u8::try_from(hour).unwrap_or(0)
    }

    /// Day of the week, Monday 0.
    pub(super) fn weekday(&self, at_ms: i64) -> u8 {
        // 1970 began on a Thursday.
        let day = (self.local_ms(at_ms).div_euclid(DAY_MS) + 3).rem_euclid(7);
        u8::try_from(day).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reads_as_the_zone_itself(at in -4_000_000_000_000_i64..8_000_000_000_000, zone in 0_usize..5) {
            let zone = ["UTC", "Asia/Kolkata", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"][zone];
            let zone = TimeZone::get(zone).unwrap();
            let clock = LocalClock::new(&zone, -4_000_000_000_000, 8_000_000_000_000);
            let local = zone.to_datetime(Timestamp::from_millisecond(at).unwrap());
            prop_assert_eq!(i8::try_from(clock.hour(at)).unwrap(), local.hour());
            prop_assert_eq!(
                i8::try_from(clock.weekday(at)).unwrap(),
                local.date().weekday().to_monday_zero_offset()
            );
        }
    }
}
