//! When an office telephones, and for how long.

use fastrand::Rng;

/// Length of the shortest recording: the vendor records only calls that were connected for more than 5 s.
pub(crate) const SHORTEST_MS: u32 = 5000;
/// How far the history reaches back: six months.
const DAYS_BACK: i64 = 183;
const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// The office is in India, UTC+05:30 all year.
const OFFICE_OFFSET_MS: i64 = 5 * HOUR_MS + HOUR_MS / 2;
/// Calls by hour of the office's day, in relation to each other: two peaks, a lunch break, a few at night.
const BY_HOUR: [u32; 24] =
    [1, 1, 0, 0, 0, 1, 2, 4, 14, 40, 60, 64, 50, 28, 44, 58, 56, 46, 24, 12, 8, 5, 3, 2];
/// Calls by weekday from Sunday.
const BY_WEEKDAY: [u32; 7] = [6, 100, 96, 92, 94, 88, 34];

/// A moment in the six months before `anchor_ms` such that a call of `room_ms` is over by then.
pub(crate) fn start_ms(dice: &mut Rng, anchor_ms: i64, room_ms: i64) -> i64 {
    let today = (anchor_ms + OFFICE_OFFSET_MS).div_euclid(DAY_MS);
    let latest_ms = anchor_ms - room_ms;
    // Draw days until a weekday accepts the call; today's later hours are not there yet.
    loop {
        let day = today - dice.i64(0..=DAYS_BACK);
        // 1 January 1970 was a Thursday.
        let weekday = usize::try_from((day + 4).rem_euclid(7)).unwrap_or(0);
        let start_ms =
            day * DAY_MS - OFFICE_OFFSET_MS + hour(dice) * HOUR_MS + dice.i64(0..HOUR_MS);
        if dice.u32(..100) < BY_WEEKDAY[weekday] && start_ms <= latest_ms {
            return start_ms;
        }
    }
}

fn hour(dice: &mut Rng) -> i64 {
    let mut left = dice.u32(..BY_HOUR.iter().sum::<u32>());
    for (hour, weight) in (0..).zip(BY_HOUR) {
        if left < weight {
            return hour;
        }
        left -= weight;
    }
    0
}

/// How long a call lasts: mostly 20 s to 8 min, some only seconds, a few beyond an hour.
pub(crate) fn length_ms(dice: &mut Rng) -> u32 {
    match dice.u32(..1000) {
        0..70 => dice.u32(SHORTEST_MS..20_000),
        // The smaller of two draws leans towards the short side.
        70..870 => dice.u32(20_000..480_000).min(dice.u32(20_000..480_000)),
        870..960 => dice.u32(480_000..1_500_000),
        960..995 => dice.u32(1_500_000..3_600_000),
        _ => dice.u32(3_600_000..4_500_000),
    }
}

/// Nudges a time so that its microseconds are told with five or six digits: the vendor drops trailing zeros, and
/// both lengths are seen in its samples.
pub(crate) fn with_five_digits(time_us: i64) -> i64 {
    if time_us.rem_euclid(100) < 10 { time_us + 10 } else { time_us }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_at_eleven_are_busier_than_sundays_and_nights() {
        let mut dice = Rng::with_seed(1);
        let (mut sundays, mut nights, mut elevens) = (0, 0, 0);
        for _ in 0..20_000 {
            let local_ms = start_ms(&mut dice, 1_792_238_400_000, 60_000) + OFFICE_OFFSET_MS;
            sundays += i32::from((local_ms.div_euclid(DAY_MS) + 4).rem_euclid(7) == 0);
            match local_ms.rem_euclid(DAY_MS) / HOUR_MS {
                0..6 => nights += 1,
                11 => elevens += 1,
                _ => {}
            }
        }
        assert!((50..600).contains(&sundays), "{sundays}");
        assert!((10..300).contains(&nights), "{nights}");
        assert!(elevens > 1500, "{elevens}");
    }
}
