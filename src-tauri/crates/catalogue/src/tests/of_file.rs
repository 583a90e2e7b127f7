//! Searching for what only the file has, held against SQL written by hand, and kept in step with what changes.

use domain::search::{Search, Sort};
use domain::{Recording, RecordingKey};
use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::scan::Scan;
use super::{Bed, at, copy, recording};
use crate::{Annotation, CopyRecord, Hold};

const ROWS: u32 = 120;

fn row(number: u32) -> Recording {
    let some = |one_in: u32| !number.is_multiple_of(one_in);
    Recording {
        from: Some(if some(6) { format!("+9198765{number:05}") } else { "sip:desk@a.test".into() }),
        to: Some(if some(4) {
            format!("+44207946{number:04}")
        } else {
            format!("+1415555{number:04}")
        }),
        caller_name: Some(if some(5) { "Anna Sharma" } else { "Bob 7946" }.to_owned()),
        conference_name: number.is_multiple_of(7).then(|| "Desk weekly".to_owned()),
        billed_s: some(4).then(|| u64::from(number % 11) * 60),
        storage_days: some(3).then_some(i64::from(number % 40)),
        storage_rate: some(5).then(|| f64::from(number % 9) / 1000.0),
        added_at: some(8).then(|| at(i64::from(number) * 3_600)),
        ended_at: some(9).then(|| at(i64::from(number) * 3_600 - 90)),
        rule_ids: (0..number % 3).map(|rule| format!("R{}", rule * number % 5)).collect(),
        file_name: some(7).then(|| format!("Call-{:03}.MP3", number % 50)),
        media_url: some(10).then(|| format!("https://media.test/É/{}", number % 30)),
        ..recording(number)
    }
}

/// Days of India; the moment of the search is a quarter to nine in the evening of 2025-10-09 there, and a bit.
fn search(text: &str) -> Search {
    Search {
        text: text.to_owned(),
        sort: vec![Sort::default()],
        now: at(23_000),
        zone: TimeZone::get("Asia/Kolkata").unwrap(),
        ..Search::default()
    }
}

fn found(bed: &Bed, text: &str) -> Vec<RecordingKey> {
    let mut keys = bed.catalogue.search(&search(text)).unwrap().keys;
    assert_eq!(bed.catalogue.count(&search(text)).unwrap() as usize, keys.len(), "{text}");
    keys.sort_unstable();
    keys
}

fn hold(name: &str, reason: &str) -> Annotation {
    let (name, reason, who) = (name.to_owned(), reason.to_owned(), "me".to_owned());
    Annotation::Hold(Some(Hold { name, reason, who, since: at(3) }))
}

fn filled() -> Bed {
    let bed = Bed::with(&(0..ROWS).map(row).collect::<Vec<_>>());
    for number in (1..=ROWS).filter(|number| number % 6 == 0) {
        let verified_at = at(i64::from(number) * 1_800);
        let copy = CopyRecord { verified_at, ..copy(&format!("{number}")) };
        bed.catalogue.save_copy(RecordingKey(number), &copy).unwrap();
    }
    let keys = |rest: u32| -> Vec<RecordingKey> {
        (1..=ROWS).filter(|key| key % 13 == rest).map(RecordingKey).collect()
    };
    bed.catalogue.annotate(&keys(1), &hold("Case 14", "The Court asked"), at(4)).unwrap();
    bed.catalogue.annotate(&keys(2), &hold("Court", ""), at(4)).unwrap();
    bed
}

/// The verified time of the copy; these recordings have one at most.
const VERIFIED: &str = "(SELECT max(verified_ms) FROM copies c WHERE c.account_no = r.account_no AND c.recording_id = r.recording_id)";

const BY_HAND: &[(&str, &str)] = &[
    ("billed:>5m", "billed_s > 300"),
    ("billed:5m", "billed_s >= 300 AND billed_s < 360"),
    ("billed:2m..4m -has:rule", "billed_s BETWEEN 120 AND 240 AND rule_ids = '[]'"),
    ("-billed:<=1h", "billed_s IS NULL"),
    ("storage:>25d", "storage_days > 25"),
    ("storage:<=3 or storage:39d", "storage_days <= 3 OR storage_days = 39"),
    ("rate:>0.004", "storage_rate > 0.004"),
    ("rate:0.003", "abs(storage_rate - 0.003) < 1e-9"),
    ("added:today", "added_ms >= {2025-10-08} AND added_ms < {2025-10-09}"),
    ("added:2025-10-10..2025-10-11", "added_ms >= {2025-10-09} AND added_ms < {2025-10-11}"),
    ("ended:>2025-10-10", "ended_ms >= {2025-10-10}"),
    (
        "ended:2025-10-10T14",
        "ended_ms BETWEEN unixepoch('2025-10-10 08:30:00') * 1000 AND unixepoch('2025-10-10 09:30:00') * 1000 - 1",
    ),
    ("seen:today", "first_seen_ms >= {2025-10-08} AND first_seen_ms < {2025-10-09}"),
    ("seen:<today", "0"),
    ("verified:2025-10-09", "{VERIFIED} >= {2025-10-08} AND {VERIFIED} < {2025-10-09}"),
    ("verified:>=2025-10-10 size:>1kb", "{VERIFIED} >= {2025-10-09} AND shown_bytes > 1000"),
    ("rule:r2", "rule_ids LIKE '%\"R2\"%'"),
    ("rule:R1,R4", "rule_ids LIKE '%\"R1\"%' OR rule_ids LIKE '%\"R4\"%'"),
    ("rule:R", "0"),
    ("file:call-01", "file_name LIKE '%call-01%'"),
    ("address:media.test/é/2", "media_url LIKE '%media.test/É/2%'"),
    ("has:billed -has:storage", "billed_s IS NOT NULL AND storage_days IS NULL"),
    ("has:rate has:added", "storage_rate IS NOT NULL AND added_ms IS NOT NULL"),
    (
        "has:rule,ended -has:verified",
        "(rule_ids <> '[]' OR ended_ms IS NOT NULL) AND {VERIFIED} IS NULL",
    ),
    ("-has:file or -has:address", "file_name IS NULL OR media_url IS NULL"),
    ("court", "hold_name LIKE '%court%' OR hold_reason LIKE '%court%'"),
    ("hold:\"court asked\"", "hold_reason LIKE '%court asked%'"),
    ("hold:case -hold:court", "0"),
    ("fromcountry:IN tocountry:GB", "from_party LIKE '+91%' AND to_party LIKE '+44%'"),
    ("tocountry:US,IN", "to_party LIKE '+1%'"),
    ("from:anna", "caller_name LIKE '%anna%'"),
    ("from:desk", "from_party LIKE '%desk%'"),
    ("to:desk", "conference_name LIKE '%desk%'"),
    ("number:desk", "from_party LIKE '%desk%' OR conference_name LIKE '%desk%'"),
    // What is a number is not looked for in names.
    ("from:7946", "0"),
    ("https://media.test/%C3%89/2?sig=1", "0"),
];

#[test]
fn what_each_condition_means_is_what_sql_by_hand_says() {
    let bed = filled();
    let scan = Scan::of(&bed.catalogue, ROWS, 0);
    let file = Connection::open(bed.dir.path().join("catalogue.sqlite3")).unwrap();
    for &(text, condition) in BY_HAND {
        let mut condition = condition.replace("{VERIFIED}", VERIFIED);
        // A day of India ends at half past six in the evening of Greenwich.
        while let Some(day) =
            condition.find("{2025").map(|begin| condition[begin + 1..begin + 11].to_owned())
        {
            let moment = format!("unixepoch('{day} 18:30:00') * 1000");
            condition = condition.replace(&format!("{{{day}}}"), &moment);
        }
        let sql = format!(
            "SELECT key FROM recordings r LEFT JOIN annotations USING (account_no, recording_id)
             WHERE {condition} ORDER BY key"
        );
        let mut statement = file.prepare(&sql).unwrap();
        let by_hand = statement.query_map([], |row| row.get(0).map(RecordingKey)).unwrap();
        let by_hand: Vec<RecordingKey> = by_hand.collect::<rusqlite::Result<_>>().unwrap();
        assert_eq!(domain::query::read(text).problems, [], "{text}");
        assert_eq!(found(&bed, text), by_hand, "{text}: {sql}");
        assert_eq!(by_hand.is_empty(), condition == "0", "{text} meets something");
        assert_eq!(bed.catalogue.search(&search(text)).unwrap().keys, scan.find(&search(text)));
    }
}

#[test]
fn a_link_that_was_signed_anew_finds_its_recording() {
    let bed = filled();
    let keys = found(&bed, "https://media.test/É/7?signature=other");
    assert!(!keys.is_empty());
    assert_eq!(keys, found(&bed, "address:media.test/É/7"));
}

/// What was read from the file for a condition is kept, and must not outlive what it was read from.
#[test]
fn what_is_kept_of_the_file_follows_every_change() {
    let bed = filled();
    let same = |what: &str| {
        let scan = Scan::of(&bed.catalogue, ROWS + 50, 0);
        for text in ["file:call-01", "court", "verified:2025-10-09", "-has:billed", "billed:>5m"] {
            let expected = scan.find(&search(text));
            let found = bed.catalogue.search(&search(text)).unwrap().keys;
            assert_eq!(found, expected, "{text} {what}");
            let account = Some(bed.account.clone());
            let of_account = Search { account, ..search(text) };
            assert_eq!(bed.catalogue.search(&of_account).unwrap().keys, expected, "{text} {what}");
        }
    };
    same("at first");
    same("again");
    let fresh = [Recording { billed_s: None, ..row(3) }, row(ROWS + 1)];
    for row in fresh {
        bed.catalogue.store_one(&bed.account, &row, at(9)).unwrap();
    }
    same("after new rows");
    bed.catalogue.annotate(&[RecordingKey(5)], &hold("x", "court again"), at(9)).unwrap();
    bed.catalogue.annotate(&[RecordingKey(1)], &Annotation::Hold(None), at(9)).unwrap();
    same("after holds");
    let copy = CopyRecord { verified_at: at(60), ..copy("late") };
    bed.catalogue.save_copy(RecordingKey(7), &copy).unwrap();
    same("after a copy");
    bed.catalogue.forget_recordings().unwrap();
    same("after all were forgotten");
    bed.sync(&(0..40).map(row).collect::<Vec<_>>(), 100);
    same("after they came back");
}
