//! The recorded searches and their known answers. An answer is held against three things that know nothing of each other: what
//! was written down, a look at every row by the specification, and, for one search of each kind, SQL written by hand.

use std::fmt::Write as _;

use domain::search::{LibraryView, Search, Sort, SortColumn};
use domain::{AccountId, CallUuid, Recording, RecordingId, RecordingKey};
use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::scan::Scan;
use super::{Bed, account, at, copy, recording};
use crate::{Annotation, CopyRecord, Hold};

/// Rows that the recorded searches meet: Indian, American and British numbers, names, conferences, all states.
pub(super) fn office(count: u32) -> Bed {
    let bed = Bed::new();
    bed.catalogue.save_account(&account("b")).unwrap();
    let names = ["Anna Sharma", "Bob Gupta", "Sharmila O'Hara", "María Sort", "Support desk"];
    let conferences = ["Weekly sales", "Board call", "Support weekly"];
    let numbers = ["+9198765", "9198860", "+1415555", "+44207946", "sip:sales@10.0.0.", "00919845"];
    let mut pages = [Vec::new(), Vec::new()];
    for number in 0..count {
        let pick =
            |list: &[&str], step: u32| list[(number * step) as usize % list.len()].to_owned();
        let days = i64::from(number % 97);
        let row = Recording {
            id: RecordingId::new(format!(
                "{:08x}-4f2a-4b{:02x}-8a1b-{:012x}",
                number.wrapping_mul(2_654_435_761),
                number % 256,
                u64::from(number) * 7_919_777
            )),
            call_uuid: (number % 9 > 0).then(|| {
                CallUuid::new(format!("00ff{:04x}-0000-4000-8000-{:012x}", number / 3, number / 3))
            }),
            from: (number % 11 > 0)
                .then(|| format!("{}{:05}", pick(&numbers, 1), number * 37 % 100_000)),
            to: (number % 13 > 0)
                .then(|| format!("{}{:05}", pick(&numbers, 5), number * 53 % 100_000)),
            caller_name: (number % 3 > 0).then(|| pick(&names, 1)),
            conference_name: (number % 4 == 0).then(|| pick(&conferences, 1)),
            kind: (number % 17 > 0).then(|| pick(&["call", "conference", "trunk"], 7)),
            format: Some(pick(&["mp3", "wav"], 1)),
            direction: (number % 2 == 0).then(|| pick(&["inbound", "outbound", "intra_pbx"], 3)),
            extensions: (0..number % 3).map(|step| format!("100{step}")).collect(),
            started_at: (number % 19 > 0)
                .then(|| at(-days * 86_400 + i64::from(number % 24) * 3_600)),
            added_at: Some(at(-days * 86_400 + 60)),
            duration_ms: (number % 23 > 0).then(|| u64::from(number * 7_919 % 5_000_000)),
            size_bytes: (number % 2 == 0).then(|| u64::from(number * 9_973 % 3_000_000)),
            monthly_cost: (number % 5 > 0).then(|| f64::from(number % 5) * 0.005),
            ..recording(number)
        };
        let owner = usize::from(number % 3 == 0);
        pages[owner].push(row);
    }
    for (owner, page) in ["a", "b"].into_iter().zip(&pages) {
        let run = bed.catalogue.begin_sync(&AccountId::new(owner), at(5)).unwrap();
        bed.catalogue.store_page(&run, page, at(5)).unwrap();
    }
    let keys = |rest: u32| -> Vec<RecordingKey> {
        (1..=count).filter(|key| key % 12 == rest).map(RecordingKey).collect()
    };
    for (number, key) in (0..).zip(keys(1)) {
        bed.catalogue.save_copy(key, &CopyRecord { verified_at: at(number), ..copy("x") }).unwrap();
    }
    for key in keys(2) {
        let remarks = vec!["Short.".to_owned()];
        bed.catalogue.save_copy(key, &CopyRecord { remarks, ..copy("y") }).unwrap();
    }
    for key in keys(3) {
        bed.catalogue.note_failure(key, "Reset.").unwrap();
    }
    for key in keys(4) {
        bed.catalogue.mark_gone(key, at(1)).unwrap();
    }
    let hold = Hold {
        name: "Case 14".to_owned(),
        reason: "court".to_owned(),
        who: "me".to_owned(),
        since: at(3),
    };
    for (rest, mark) in [
        (5, Annotation::Note(Some("wants a Refund".to_owned()))),
        (6, Annotation::AddTags(vec!["Urgent".to_owned(), "to do".to_owned()])),
        (7, Annotation::Star(true)),
        (8, Annotation::Hold(Some(hold))),
    ] {
        assert_eq!(
            bed.catalogue.annotate(&keys(rest), &mark, at(4)).unwrap() as usize,
            keys(rest).len()
        );
    }
    bed
}

/// The recorded searches, as the search bench has them too.
fn recorded() -> Vec<Search> {
    include_str!("../../../../../tests/fixtures/queries.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut parts = line.split('\t');
            let mut next = || parts.next().unwrap_or_else(|| panic!("{line}"));
            let (view, sort, text) = (next(), next(), next());
            let step = |step: &str| {
                let (name, descending) =
                    step.strip_prefix('-').map_or((step, false), |name| (name, true));
                Sort { column: SortColumn::named(name).unwrap(), descending }
            };
            Search {
                text: text.to_owned(),
                view: LibraryView::named(view).unwrap(),
                sort: sort.split(',').map(step).collect(),
                now: at(43_200),
                zone: TimeZone::get("Asia/Kolkata").unwrap(),
                ..Search::default()
            }
        })
        .collect()
}

/// The rows of all recorded searches, one of them newer than the visit.
fn searched() -> Bed {
    let bed = office(800);
    bed.catalogue.begin_visit(at(0)).unwrap();
    let late = Recording { from: Some("+919876599999".to_owned()), ..recording(5_000) };
    bed.catalogue.store_one(&bed.account, &late, at(9_000)).unwrap();
    bed
}

/// An answer in few words: how many rows, the first and the last of them, and a sum (FNV-1a) over all in their order.
fn in_few_words(keys: &[RecordingKey]) -> String {
    let sum = keys
        .iter()
        .flat_map(|key| key.0.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let end = |key: Option<&RecordingKey>| key.map_or("-".to_owned(), |key| key.0.to_string());
    format!("{}\t{}\t{}\t{sum:016x}", keys.len(), end(keys.first()), end(keys.last()))
}

#[test]
fn the_recorded_searches_have_their_known_answers() {
    let bed = searched();
    let scan = Scan::of(&bed.catalogue, 801, 800);
    let (searches, known) = (recorded(), include_str!("../../../../../tests/fixtures/answers.tsv"));
    assert_eq!(searches.len(), 200);
    let (mut answers, mut with_hits) = (String::new(), 0);
    for search in &searches {
        let found = bed.catalogue.search(search).unwrap();
        assert_eq!(found.keys, scan.find(search), "{search:?}");
        with_hits += u32::from(!found.keys.is_empty());
        writeln!(answers, "{}\t{}", in_few_words(&found.keys), search.text).unwrap();
    }
    assert!(with_hits > 150, "only {with_hits} of them meet something");
    let known: Vec<&str> = known.lines().filter(|line| !line.starts_with('#')).collect();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers, known, "an answer is another than the known one");
}

/// Digits of a party, as far as these rows need it: no address has any. What is typed without a plus is looked for in addresses as
/// it stands, too.
const FROM: &str = "iif(from_party LIKE 'sip:%', '', replace(coalesce(from_party, ''), '+', ''))";
const TO: &str = "iif(to_party LIKE 'sip:%', '', replace(coalesce(to_party, ''), '+', ''))";
/// Seconds of the local day, and the day of the week from Monday, in India.
const LOCAL: &str = "(when_ms / 1000 + 19800)";

/// For each kind of condition what it means, by hand. `now` is the moment of the search in milliseconds.
const BY_HAND: &[(&str, &str)] = &[
    ("from:+9198", "{FROM} LIKE '%9198%'"),
    ("from:9886", "from_party LIKE '%9886%'"),
    ("to:1415", "to_party LIKE '%1415%'"),
    ("number:98765", "from_party LIKE '%98765%' OR to_party LIKE '%98765%'"),
    ("-number:+44", "NOT ({FROM} LIKE '%44%' OR {TO} LIKE '%44%')"),
    ("dur:>5m", "duration_ms >= 301000"),
    ("dur:<10s", "duration_ms < 10000"),
    ("dur:2m..10m", "duration_ms BETWEEN 120000 AND 600999"),
    ("dur:5m", "duration_ms BETWEEN 300000 AND 359999"),
    ("dur:>=1h", "duration_ms >= 3600000"),
    ("date:2025-09", "when_ms >= {2025-08-31} AND when_ms < {2025-09-30}"),
    ("date:2025-09-01..2025-09-09", "when_ms >= {2025-08-31} AND when_ms < {2025-09-09}"),
    ("date:>2025-10", "when_ms >= {2025-10-31}"),
    ("date:<=2025", "when_ms < {2025-12-31}"),
    ("last:7d", "when_ms BETWEEN {now} - 7 * 86400000 AND {now}"),
    ("last:12h", "when_ms BETWEEN {now} - 12 * 3600000 AND {now}"),
    ("last:1y", "when_ms BETWEEN {now} - 365 * 86400000 AND {now}"),
    ("age:>25d", "when_ms < {now} - 25 * 86400000"),
    ("age:<=7d", "when_ms >= {now} - 7 * 86400000"),
    ("age:30d", "when_ms > {now} - 31 * 86400000 AND when_ms <= {now} - 30 * 86400000"),
    ("type:call", "kind = 'call'"),
    ("type:conference,trunk", "kind IN ('conference', 'trunk')"),
    ("-type:call", "kind IS NOT 'call'"),
    ("format:mp3", "format = 'mp3'"),
    ("dir:in", "direction = 'inbound'"),
    ("dir:outbound", "direction = 'outbound'"),
    ("ext:1001", "extensions LIKE '%\"1001\"%'"),
    ("ext:1001,1002", "extensions LIKE '%\"1001\"%' OR extensions LIKE '%\"1002\"%'"),
    ("name:sharma", "caller_name LIKE '%sharma%'"),
    ("name:o", "caller_name LIKE '%o%'"),
    ("conf:weekly", "conference_name LIKE '%weekly%'"),
    ("conf:\"board call\"", "conference_name LIKE '%board call%'"),
    ("account:b", "account_no = (SELECT no FROM accounts WHERE id = 'b')"),
    ("state:saved", "state IN ('verified', 'remarked')"),
    ("state:unsaved", "state NOT IN ('verified', 'remarked')"),
    ("state:failed,remarked", "state IN ('failed', 'remarked')"),
    ("state:gone", "gone_ms IS NOT NULL"),
    ("cost:>0.01", "monthly_cost > 0.01"),
    ("cost:0.005", "abs(monthly_cost - 0.005) < 1e-9"),
    ("cost:<=0.02", "monthly_cost <= 0.02"),
    ("size:>100kb", "shown_bytes > 100000"),
    ("size:1mb..2mb", "shown_bytes BETWEEN 1000000 AND 2000000"),
    ("size:<1kb", "shown_bytes < 1000"),
    ("tag:urgent", "tags LIKE '%\"Urgent\"%'"),
    ("tag:\"to do\"", "tags LIKE '%\"to do\"%'"),
    ("note:refund", "note LIKE '%refund%'"),
    ("hold:case", "hold_name LIKE '%case%'"),
    ("has:note", "note IS NOT NULL"),
    ("has:tag", "tags <> '[]'"),
    ("has:star", "starred = 1"),
    ("has:hold", "hold_name IS NOT NULL"),
    ("-has:name", "caller_name IS NULL"),
    ("has:ext", "extensions <> '[]'"),
    ("id:4f2a", "recording_id LIKE '%4f2a%'"),
    ("call:00ff", "call_uuid LIKE '%00ff%'"),
    ("hour:9..17", "{LOCAL} % 86400 / 3600 BETWEEN 9 AND 17"),
    ("hour:22..5", "{LOCAL} % 86400 / 3600 >= 22 OR {LOCAL} % 86400 / 3600 <= 5"),
    ("weekday:mon", "({LOCAL} / 86400 + 3) % 7 = 0"),
    ("weekday:sat,sun", "({LOCAL} / 86400 + 3) % 7 >= 5"),
    (
        "(sharma or gupta) type:call",
        "kind = 'call' AND (caller_name LIKE '%sharma%' OR caller_name LIKE '%gupta%')",
    ),
    (
        "sales account:office -ext:1001 size:>50kb",
        "(conference_name LIKE '%sales%' OR from_party LIKE '%sales%' OR to_party LIKE '%sales%')
         AND extensions NOT LIKE '%\"1001\"%' AND shown_bytes > 50000",
    ),
];

#[test]
fn what_each_condition_means_is_what_sql_by_hand_says() {
    let bed = searched();
    let file = Connection::open(bed.dir.path().join("catalogue.sqlite3")).unwrap();
    let (searches, mut with_hits) = (recorded(), 0);
    for &(text, condition) in BY_HAND {
        let search = searches.iter().find(|search| search.text == text);
        let search = search.unwrap_or_else(|| panic!("{text} is no recorded search"));
        let mut condition = condition
            .replace("{FROM}", FROM)
            .replace("{TO}", TO)
            .replace("{LOCAL}", LOCAL)
            .replace("{now}", &search.now.as_millisecond().to_string());
        // A day of India ends at half past six in the evening of Greenwich.
        while let Some(day) =
            condition.find("{2025").map(|begin| condition[begin + 1..begin + 11].to_owned())
        {
            let moment = format!("unixepoch('{day} 18:30:00') * 1000");
            condition = condition.replace(&format!("{{{day}}}"), &moment);
        }
        let sql = format!(
            "SELECT key FROM recordings LEFT JOIN annotations USING (account_no, recording_id)
             WHERE ({condition}) ORDER BY key"
        );
        let mut statement = file.prepare(&sql).unwrap();
        let by_hand = statement.query_map([], |row| row.get(0)).unwrap();
        let by_hand: Vec<u32> = by_hand.collect::<rusqlite::Result<_>>().unwrap();
        let everywhere = Search { view: LibraryView::All, ..search.clone() };
        let found = bed.catalogue.search(&everywhere).unwrap().keys;
        let mut found: Vec<u32> = found.iter().map(|key| key.0).collect();
        found.sort_unstable();
        assert_eq!(found, by_hand, "{text}: {sql}");
        with_hits += usize::from(!found.is_empty());
    }
    assert!(with_hits * 10 > BY_HAND.len() * 9, "only {with_hits} of them meet something");
}
