//! The shapes in which vendors write instants.

use jiff::{Timestamp, civil, tz::TimeZone};

/// An instant read from vendor text, and whether the text named its offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadTime {
    /// The instant.
    pub at: Timestamp,
    /// True when the text had no offset and UTC was assumed.
    pub assumed_utc: bool,
}

/// Reads `2026-05-07 09:45:35.79276+05:30`, `2026-05-07T09:45:35Z`, `2019-01-01T00:00:00+0000` and their mixtures:
/// space or `T`, 0 to 9 fraction digits, offset `Z`, `+hh:mm`, `+hhmm`, `+hh` or none (then UTC, with a flag).
///
/// Vobiz documents ISO 8601 but sends the first shape (api contract, C7); VBC sends the third.
pub fn read_time(text: &str) -> Option<ReadTime> {
    let text = text.trim();
    let (date_time, offset_seconds) = split_offset(text)?;
    let normal = date_time.replacen(' ', "T", 1);
    let civil: civil::DateTime = normal.parse().ok()?;
    let zone = match offset_seconds {
        Some(seconds) => TimeZone::fixed(jiff::tz::Offset::from_seconds(seconds).ok()?),
        None => TimeZone::UTC,
    };
    let at = zone.to_timestamp(civil).ok()?;
    Some(ReadTime { at, assumed_utc: offset_seconds.is_none() })
}

/// Splits `…+05:30` into the text before and the offset in seconds; no offset gives `None` inside.
fn split_offset(text: &str) -> Option<(&str, Option<i32>)> {
    if let Some(before) = text.strip_suffix(['Z', 'z']) {
        return Some((before, Some(0)));
    }
    // The date holds two hyphens, so a sign counts only after the time has begun.
    let time_at = text.find(['T', 't', ' '])?;
    let (head, tail) = text.split_at(time_at);
    let Some(sign_at) = tail.find(['+', '-']) else { return Some((text, None)) };
    let digits: String = tail[sign_at + 1..].chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits[..2].parse::<i32>().ok()?, digits[2..].parse::<i32>().ok()?),
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let sign = if tail.as_bytes()[sign_at] == b'-' { -1 } else { 1 };
    Some((&text[..head.len() + sign_at], Some(sign * (hours * 3600 + minutes * 60))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> String {
        read_time(text).map(|read| read.at.to_string()).unwrap_or_default()
    }

    #[test]
    fn both_vendors_shapes_are_read() {
        assert_eq!(utc("2026-05-07 09:45:35.79276+05:30"), "2026-05-07T04:15:35.79276Z");
        assert_eq!(utc("2025-11-06 13:49:10.751756+00:00"), "2025-11-06T13:49:10.751756Z");
        assert_eq!(utc("2019-01-01T00:00:00+0000"), "2019-01-01T00:00:00Z");
        assert_eq!(utc("2019-01-01T00:00:00-0330"), "2019-01-01T03:30:00Z");
        assert_eq!(utc("2026-05-07T09:45:35Z"), "2026-05-07T09:45:35Z");
    }

    #[test]
    fn no_offset_is_utc_with_a_flag() {
        let read = read_time("2026-05-07 09:45:35").unwrap();
        assert!(read.assumed_utc);
        assert_eq!(read.at.to_string(), "2026-05-07T09:45:35Z");
    }

    #[test]
    fn nonsense_is_none() {
        for text in
            ["", "yesterday", "2026-13-01 00:00:00Z", "2026-05-07", "2026-05-07 09:45:35+9", "T+é"]
        {
            assert_eq!(read_time(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = read_time(&text);
        }
    }
}
