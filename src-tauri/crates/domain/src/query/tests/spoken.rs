//! What people type and paste who have not learnt the language, and what they mean by it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{canonical, problem};
use crate::query::{Condition, Query, read};

#[track_caller]
fn all_read(pairs: &[(&str, &str)]) {
    for (typed, plain) in pairs {
        assert_eq!(canonical(typed), *plain, "{typed}");
    }
}

#[test]
fn a_number_goes_on_behind_its_token() {
    all_read(&[
        ("from:+91 98765 43210", "from:\"+91 98765 43210\""),
        ("to:(415) 555-0100 sales", "to:\"(415) 555-0100\" sales"),
        ("number:98765 +4420", "number:98765 and +4420"),
        ("-from:080 123 -anna", "-from:\"080 123\" -anna"),
        ("from:anna 98765", "from:anna 98765"),
        ("from:\"+91 98\" 765", "from:\"+91 98\" and 765"),
        ("from:98765 2026-05-01", "from:98765 date:2026-05-01"),
    ]);
}

#[test]
fn an_extension_stands_behind_its_number() {
    all_read(&[
        ("+44 20 7946 0000 ext 1001", "+44 20 7946 0000 ext:1001"),
        ("020 7946 0000 Ext. 12 sales", "020 7946 0000 ext:12 sales"),
        ("020 7946 0000x12", "020 7946 0000 ext:12"),
        ("(020 7946 0000 extension 12)", "020 7946 0000 ext:12"),
        ("from:+442079460000 x12", "from:+442079460000 ext:12"),
        // Without a number before it, it is a word; and an id is an id.
        ("ext 1001", "ext 1001"),
        ("12x34", "12x34"),
        ("sales x 12", "sales x 12"),
    ]);
}

#[test]
fn numbers_are_copied_with_marks_that_nobody_sees() {
    for typed in [
        "\u{202a}+91 98765 43210\u{202c}",
        "+91\u{a0}98765\u{2011}43210",
        "tel:+91-98765-43210",
        "<tel:+919876543210>",
        "+91 98765 43210,",
    ] {
        let Query::All(all) = read(typed).query else { panic!("{typed}") };
        let digits: String = all
            .iter()
            .map(|part| match part {
                Query::Is(Condition::Word(term)) => crate::phone::digits(term.typed()),
                other => panic!("{typed}: {other:?}"),
            })
            .collect();
        assert_eq!(digits, "919876543210", "{typed}");
    }
}

#[test]
fn a_unit_or_sign_may_stand_apart() {
    all_read(&[
        ("dur:>5 min", "dur:>5m"),
        ("dur:> 5 minutes sales", "dur:>5m sales"),
        ("dur:2m-10m size:1mb–2mb", "dur:2m..10m size:1mb..2mb"),
        ("dur:5 sales", "dur:5s sales"),
        ("last:7 days", "last:7d"),
        ("last:week last:month", "last:1w last:1mo"),
        ("age:> 25 days", "age:>25d"),
        ("size:>5 MB", "size:>5mb"),
        ("storage:>30 days billed:1 hour", "storage:>30d billed:1h"),
        ("cost:> 0.01 rate:<= 2", "cost:>0.01 rate:<=2"),
        ("hour:9-17 weekday:mon-fri", "hour:9..17 weekday:mon,tue,wed,thu,fri"),
        ("country:uk", "country:GB"),
    ]);
}

#[test]
fn days_are_written_in_many_ways() {
    all_read(&[
        ("2026-05-01", "date:2026-05-01"),
        ("sales 2026-05-01 14:30", "sales date:2026-05-01T14:30"),
        ("-2026-05-01..2026-05-09", "-date:2026-05-01..2026-05-09"),
        ("98765 2026-05-01 43210", "98765 date:2026-05-01 43210"),
        ("(2026-05-01 or anna)", "date:2026-05-01 or anna"),
        (
            "date:2026/05/01 date:2026.5.1 date:20260501",
            "date:2026-05-01 date:2026-05-01 date:2026-05-01",
        ),
        ("date:2026-05-01 14:30:05", "date:2026-05-01T14:30:05"),
        ("date:2026-05-01T14:30:05.250", "date:2026-05-01T14:30:05"),
        ("date:2026-05-01T14:30:05.250Z", "date:2026-05-01T14:30:05Z"),
        ("date:2026-05-01 14:30:05+05:30", "date:2026-05-01T09:00:05Z"),
        ("date:last week", "date:lastweek"),
        ("added:this month ended:last-year", "added:thismonth ended:lastyear"),
        ("date:> 2026-05-01", "date:>2026-05-01"),
        // Neither is a day of ours.
        ("00000000-0000", "00000000-0000"),
        ("4420-12-12", "4420-12-12"),
        ("last week", "last week"),
    ]);
    for typed in ["date:01/05/2026", "date:1.5.26", "added:1-5-2026"] {
        assert!(problem(typed).1.contains("two days"), "{typed}: {}", problem(typed).1);
    }
    for typed in ["date:2026-05-01T25", "date:2026-05-01T14:30.5", "date:2026-5-1-1", "date:may"] {
        assert!(problem(typed).1.contains("is no date"), "{typed}");
    }
}

#[test]
fn a_moment_with_a_zone_is_the_same_everywhere() {
    let now: Timestamp = "2026-05-06T20:00:00Z".parse().unwrap();
    let at: Timestamp = "2026-05-01T09:00:05Z".parse().unwrap();
    for zone in ["UTC", "Asia/Kolkata"] {
        let zone = TimeZone::get(zone).unwrap();
        for (typed, bounds) in [
            ("date:2026-05-01T14:30:05+05:30", (0, 1000)),
            ("date:>2026-05-01T09:00:05.700Z", (1000, i64::MAX - at.as_millisecond())),
        ] {
            let Query::All(all) = read(typed).query else { panic!("{typed}") };
            let [Query::Is(Condition::Date(span))] = all.as_slice() else { panic!("{all:?}") };
            let (first, past) = span.bounds(now, &zone);
            assert_eq!(
                (first - at.as_millisecond(), past - at.as_millisecond()),
                bounds,
                "{typed}"
            );
        }
    }
}

#[test]
fn what_comes_along_in_a_letter_does_not_count() {
    all_read(&[
        ("Gupta, Bob", "Gupta Bob"),
        ("anna - sales | weekly & co", "anna sales weekly co"),
        ("<anna@example.com>; Bob)", "anna@example.com Bob"),
        ("\"Anna Sharma\" <sip:anna@10.0.0.1>", "\"Anna Sharma\" sip:anna@10.0.0.1"),
        ("“weekly sales” name:“anna b”", "\"weekly sales\" name:\"anna b\""),
        ("\"a “b” c\"", "\"a “b” c\""),
        ("anna NOT bob", "anna -bob"),
        ("NOT (anna OR bob)", "-(anna or bob)"),
        // In quotes, or not alone, it is what it is.
        ("\"-\" \"NOT\" :) a,b", "\"-\" \"NOT\" \":)\" a,b"),
    ]);
    assert!(problem("From: Anna").1.contains("right after the colon"));
}

#[test]
fn a_link_finds_the_audio_the_id_and_the_note() {
    all_read(&[
        (
            "https://media.test/a/7c9e6679-7425-40de-944b-e07fc1f90ae7.mp3?sig=1",
            "\"https://media.test/a/7c9e6679-7425-40de-944b-e07fc1f90ae7.mp3?sig=1\" or \
             address:https://media.test/a/7c9e6679-7425-40de-944b-e07fc1f90ae7.mp3 or \
             7c9e6679-7425-40de-944b-e07fc1f90ae7",
        ),
        ("-HTTPS://a.b/c#d sales", "-(\"HTTPS://a.b/c#d\" or address:HTTPS://a.b/c) sales"),
    ]);
}
