use domain::query::Field;
use domain::search::{LibraryView, Search, Sort, SortColumn};
use domain::{AccountId, CallUuid, Recording, RecordingId, RecordingKey};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::recorded::office;
use super::scan::Scan;
use super::{Bed, account, at, copy, recording, recordings};
use crate::{Annotation, CopyRecord, Hold};

fn text_search(text: &str) -> Search {
    Search { text: text.to_owned(), ..Search::default() }
}

fn find(bed: &Bed, typed: &str) -> Vec<RecordingKey> {
    bed.catalogue.search(&text_search(typed)).unwrap().keys
}

#[test]
fn part_of_a_number_in_any_notation_finds_its_calls() {
    let bed = Bed::with(&recordings(0..40));
    let wanted = vec![bed.key(17)];
    for typed in
        ["+91 98765 00017", "00919876500017", "98765-00017", "6500017", "(65) 00017", "00017 anna"]
    {
        assert_eq!(find(&bed, typed), wanted, "{typed}");
    }
    assert_eq!(find(&bed, "1415555001").len(), 10, "the called party too");
    assert_eq!(find(&bed, "9").len(), 40, "one digit");
    assert_eq!(find(&bed, "no such thing"), []);
}

#[test]
fn text_is_taken_as_it_stands() {
    let odd = [
        ("100% sure", "%"),
        ("under_score", "r_s"),
        ("she said \"hi\" to 'em", "d \"hi\" t"),
        ("*star^", "*st"),
        ("a AND b NOT c", "and b not"),
        ("ΟΔΟΣ ΜΑΚΡΑ", "οδος"),
        ("İstanbul", "İstan"),
        ("Straße", "STRAß"),
        ("日本語の会議", "本語"),
        ("日本語の会議です", "語の会議"),
        ("emoji 📞📼 call", "📞📼"),
        ("back\\slash", "\\sl"),
        ("{json: [1]}", "n: ["),
        ("nul\u{0}byte", "nul\u{0}by"),
    ];
    let all: Vec<Recording> = odd
        .iter()
        .zip(0..)
        .map(|((name, _), number)| Recording {
            conference_name: Some((*name).to_owned()),
            ..recording(number)
        })
        .collect();
    let bed = Bed::with(&all);
    for ((name, part), number) in odd.iter().zip(0..) {
        // In quotes, so that spaces belong to the term; a quote inside ends it.
        let typed = if part.contains('"') { (*part).to_owned() } else { format!("\"{part}\"") };
        assert!(find(&bed, &typed).contains(&bed.key(number)), "{part:?} in {name:?}");
    }
    assert_eq!(find(&bed, "%").len(), 1);
    assert_eq!(find(&bed, "_").len(), 1);
    assert_eq!(find(&bed, "r_s").len(), 1);
    assert_eq!(find(&bed, "\"sure under\""), [], "no match across two recordings' texts");
    assert_eq!(find(&bed, "\"call rec-0000\""), [], "nor across two fields");
}

#[test]
fn long_and_many_terms_do_no_harm() {
    let name = "x".repeat(5_000);
    let bed = Bed::with(&[
        Recording { conference_name: Some(name.clone()), ..recording(0) },
        recording(1),
    ]);
    assert_eq!(find(&bed, &name), [bed.key(0)]);
    assert_eq!(find(&bed, &format!("{name}x")), []);
    assert_eq!(find(&bed, &"anna ".repeat(3_000)).len(), 2);
    assert_eq!(find(&bed, &"9 anna ".repeat(500)).len(), 2);
    let words: Vec<String> = (0..3_000).map(|number| format!("w{number}w")).collect();
    let many = words.join(" ");
    let name = Some(many.clone());
    let key = bed.catalogue.store_one(
        &bed.account,
        &Recording { conference_name: name, ..recording(2) },
        at(1),
    );
    assert_eq!(find(&bed, &many), [key.unwrap()]);
    assert_eq!(find(&bed, &format!("{many} 9")), [bed.key(2)], "each of them counts");
    assert_eq!(find(&bed, &format!("{many} w3000w")), []);
    assert_eq!(find(&bed, &"1".repeat(10_000)), []);
}

#[test]
fn an_unknown_account_has_no_rows() {
    let bed = Bed::with(&recordings(0..3));
    let search = Search { account: Some(AccountId::new("x' OR 1=1 --")), ..Search::default() };
    assert_eq!(bed.catalogue.search(&search).unwrap(), crate::Found::default());
}

/// Text over a small alphabet, so that parts of it meet.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab%_\"' ]{0,6}",
        "[abAB]{1,8}",
        "[0-9]{1,4}",
        "[ΣσςéÉßİ日本]{1,5}",
        Just("a b ab aa bb ba aab abb bab 1 2 12".to_owned()),
        Just("*".to_owned()),
        Just("a\u{0}b\u{1f}a".to_owned()),
    ]
}

fn party() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\+?91[89][0-4]{4,8}",
        "00[1-4]{9,10}",
        "sip:[ab12]{1,4}@a\\.b",
        "[0-3]{0,4}",
        word()
    ]
}

/// A recording and what became of it: 0 nothing, 1 saved, 2 remarked, 3 failed, 4 gone, 5 gone and saved.
pub(super) fn row() -> impl Strategy<Value = (Recording, u8)> {
    let texts = (
        proptest::option::of(party()),
        proptest::option::of(party()),
        proptest::option::of(word()),
        proptest::option::of(word()),
        proptest::option::of("[ab]{1,2}"),
        proptest::option::of(prop_oneof![Just("mp3".to_owned()), Just("wav".to_owned())]),
        proptest::collection::vec("[0-9]{2,4}", 0..2),
        word(),
    );
    let numbers = (
        proptest::option::of(0_i64..4),
        proptest::option::of(0_u64..3),
        proptest::option::of(0_u64..3),
        0_u8..6,
    );
    (texts, numbers).prop_map(
        |(
            (from, to, caller_name, conference_name, kind, format, extensions, id),
            (when, duration_ms, size_bytes, fate),
        )| {
            let recording = Recording {
                id: RecordingId::new(id),
                call_uuid: when.map(|when| CallUuid::new(format!("c{when}"))),
                from,
                to,
                caller_name,
                conference_name,
                kind,
                format,
                extensions,
                started_at: when.map(at),
                added_at: None,
                duration_ms,
                size_bytes,
                ..recording(0)
            };
            (recording, fate)
        },
    )
}

/// A token that may meet some of the rows.
fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        ("(from|to|number)", party())
            .prop_map(|(name, value)| format!("{name}:\"{}\"", value.replace('"', ""))),
        "dur:(>|<|>=|<=|)[0-2](ms|s)",
        "size:(>|<=|)[0-3]b",
        "(type|conf|name|tag|note|hold):[ab]{1,2}",
        "format:(mp3|wav|mp3,wav)",
        "ext:[0-9]{2,4}",
        "account:(a|office|MA_b|x)",
        "(has|-has):(note|tag|star|hold|copy|from|to|name|conf|ext|date|dur|size|cost|call)",
        "(state|-state):(saved|unsaved|verified|remarked|failed|gone|lost|deleted|moving)",
        "cost:(>|<=|)0.0[0-2]",
        "date:(2025-10-09|2025-10|<2025-10-09|today|2025-10-09T08:53|>=2025-10-09T08:54)",
        "(last|age:>|age:<=):?[0-3]d",
        "hour:[0-9]..1[0-9]",
        "weekday:(thu|mon..wed|weekend)",
        "country:(IN|US|GB)",
        "(id|call):[0-9a-f]{1,3}",
        "(from|to)country:(IN|US)",
        "billed:(>|<=|)[0-2]m",
        "storage:(>|<=|)[0-3]d",
        "rate:(>|<=|)0.00[0-2]",
        "(added|ended|seen|verified):(2025-10-09|<2025-10-09|today|2025-10-09T08:53|>=2025-10-09T08:54)",
        "(-|)rule:(rule 0|a 1|b),\"rule 2\"",
        "(file|address):(b|é|m\\.test)",
        "(has|-has):(billed|storage|rate|added|ended|verified|rule,note|file|address)",
    ]
}

pub(super) fn query() -> impl Strategy<Value = Search> {
    let part = prop_oneof![
        3 => word(),
        2 => "[0-9+() -]{0,6}",
        2 => "\"[ab ]{1,4}\"",
        2 => "91[0-9]{1,4}",
        4 => token(),
        1 => token().prop_map(|token| format!("-{token}")),
        1 => Just("or".to_owned()),
        1 => Just("(".to_owned()),
        1 => Just(")".to_owned()),
    ];
    let text = proptest::collection::vec(part, 0..4).prop_map(|words| words.join(" "));
    let view = (0..2 * LibraryView::ALL.len())
        .prop_map(|at| LibraryView::ALL.get(at).copied().unwrap_or_default());
    let account = prop_oneof![3 => Just(None), 1 => Just(Some(AccountId::new("b")))];
    let sort = proptest::collection::vec((0..SortColumn::ALL.len(), any::<bool>()), 0..3).prop_map(
        |steps| {
            steps
                .into_iter()
                .map(|(column, descending)| Sort { column: SortColumn::ALL[column], descending })
                .collect()
        },
    );
    let zone = prop_oneof![Just("UTC"), Just("Asia/Kolkata"), Just("America/St_Johns")];
    (text, view, account, sort, zone).prop_map(|(text, view, account, sort, zone)| Search {
        text,
        view,
        account,
        sort,
        now: at(2 * 86_400),
        zone: TimeZone::get(zone).unwrap(),
    })
}

/// Rows in two accounts, some changed after they were first stored, some lost from view.
pub(super) fn filled(rows: &[(Recording, u8)]) -> Bed {
    let bed = Bed::new();
    bed.catalogue.save_account(&account("b")).unwrap();
    for (index, (row, fate)) in rows.iter().enumerate() {
        let owner = AccountId::new(if index % 3 == 0 { "b" } else { "a" });
        let some = |one_in: usize, text: &str| {
            (index % one_in > 0).then(|| format!("{text} {}", (index * 7) % 5))
        };
        let row = Recording {
            id: RecordingId::new(format!("{}-{index}", row.id)),
            billed_s: (index % 4 > 0).then(|| (index as u64 % 3) * 60),
            storage_days: (index % 5 > 0).then(|| (index % 4).try_into().unwrap()),
            storage_rate: (index % 3 > 0)
                .then(|| f64::from(u8::try_from(index % 3).unwrap()) / 1000.0),
            added_at: (index % 4 > 0).then(|| at(60 * i64::from(u8::try_from(index % 3).unwrap()))),
            ended_at: (index % 3 > 0).then(|| at(30 * i64::from(u8::try_from(index % 5).unwrap()))),
            media_url: some(3, "https://m.test/É"),
            file_name: some(4, "b"),
            rule_ids: some(2, "rule").into_iter().chain(some(5, "a")).collect(),
            ..row.clone()
        };
        let before = Recording {
            conference_name: Some("aab 919 before".to_owned()),
            from: None,
            ..row.clone()
        };
        if index % 2 == 0 {
            bed.catalogue.store_one(&owner, &before, at(0)).unwrap();
        }
        let key = bed.catalogue.store_one(&owner, &row, at(1)).unwrap();
        let saved = CopyRecord { size_bytes: 2, ..copy("x") };
        match fate {
            1 | 5 => bed.catalogue.save_copy(key, &saved).unwrap(),
            2 => {
                let remarks = vec!["Short.".to_owned()];
                bed.catalogue.save_copy(key, &CopyRecord { remarks, ..saved }).unwrap();
            }
            3 => bed.catalogue.note_failure(key, "Reset.").unwrap(),
            _ => {}
        }
        let marks = match index % 7 {
            1 => vec![Annotation::Note(Some(format!("aab note {index}")))],
            2 => vec![Annotation::AddTags(vec!["Ab".to_owned(), format!("b{index}")])],
            3 => vec![Annotation::Star(true), Annotation::AddTags(vec!["a".to_owned()])],
            4 => {
                let (name, reason, who) = ("ba".to_owned(), "aab".to_owned(), "w".to_owned());
                vec![Annotation::Hold(Some(Hold { name, reason, who, since: at(3) }))]
            }
            _ => Vec::new(),
        };
        for mark in marks {
            bed.catalogue.annotate(&[key], &mark, at(3)).unwrap();
        }
        if index % 5 == 0 {
            // Rows are in memory from here on, so that what follows has to be kept in step.
            bed.catalogue.warm_up().unwrap();
        }
        if *fate >= 4 {
            bed.catalogue.mark_gone(key, at(2)).unwrap();
        }
    }
    bed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn search_finds_what_a_scan_finds_in_the_same_order(
        rows in proptest::collection::vec(row(), 1..30),
        queries in proptest::collection::vec(query(), 30),
    ) {
        let bed = filled(&rows);
        let scan = Scan::of(&bed.catalogue, u32::try_from(rows.len()).unwrap(), 0);
        for search in &queries {
            let found = bed.catalogue.search(search).unwrap();
            let expected = scan.find(search);
            prop_assert_eq!(&found.keys, &expected, "{:?}", search);
            let totals = bed.catalogue.totals(&found.keys).unwrap();
            prop_assert_eq!(found.duration_ms, totals.duration_ms);
            prop_assert_eq!(found.unknown_duration_count, totals.unknown_duration_count);
            let (lengths, held_saved) = scan.lengths_and_held_saved(&expected);
            prop_assert_eq!((totals.duration_ms, totals.unknown_duration_count), lengths);
            prop_assert_eq!(totals.held_saved_count, held_saved);
            prop_assert_eq!(found.known_bytes, totals.known_bytes);
            prop_assert_eq!(found.unknown_size_count, totals.unknown_size_count);
            prop_assert_eq!(found.monthly_cost.to_bits(), totals.monthly_cost.to_bits());
            prop_assert_eq!(found.unknown_cost_count, totals.unknown_cost_count);
            prop_assert_eq!(bed.catalogue.count(search).unwrap(), totals.count);
            prop_assert_eq!(found.keys.len(), totals.count as usize);
        }
    }

    #[test]
    fn any_text_can_be_searched_for(typed in "\\PC{0,80}", raw in any::<String>()) {
        let bed = Bed::with(&recordings(0..3));
        find(&bed, &typed);
        find(&bed, &raw);
    }
}

/// What only the file has is read for a few rows by themselves, and for many together.
#[test]
fn many_rows_are_sorted_by_what_only_the_file_has() {
    let count = 2_100;
    let all: Vec<Recording> = (0..count)
        .map(|number| Recording {
            media_url: (number % 7 > 0).then(|| format!("https://m.test/{}", number * 31 % 977)),
            file_name: (number % 5 > 0).then(|| format!("{}.mp3", number * 17 % 1_009)),
            rule_ids: (0..number % 3).map(|rule| (rule * number % 13).to_string()).collect(),
            billed_s: (number % 4 > 0).then(|| u64::from(number % 50) * 60),
            ..recording(number)
        })
        .collect();
    let bed = Bed::with(&all);
    let scan = Scan::of(&bed.catalogue, count, 0);
    for column in [SortColumn::Rules, SortColumn::FileName, SortColumn::Address, SortColumn::Billed]
    {
        for descending in [false, true] {
            for text in ["", "dur:<20s"] {
                let sort = vec![Sort { column, descending }];
                let search = Search { sort, ..text_search(text) };
                let found = bed.catalogue.search(&search).unwrap().keys;
                assert_eq!(found, scan.find(&search), "{search:?}");
            }
        }
    }
}

#[test]
fn rows_in_memory_follow_every_change() {
    let bed = office(300);
    bed.catalogue.warm_up().unwrap();
    let scan = |last| Scan::of(&bed.catalogue, last, 0);
    let same = |scan: &Scan| {
        for text in
            ["", "sharma", "98", "has:note or has:hold", "-type:call", "state:gone", "type:other"]
        {
            let search = text_search(text);
            assert_eq!(bed.catalogue.search(&search).unwrap().keys, scan.find(&search), "{text}");
        }
    };
    same(&scan(300));
    // A page with new, changed and known rows, in a run that makes the rest gone.
    let mut page = recordings(290..320);
    page[3].kind = Some("other".to_owned());
    bed.sync(&page, 50_000);
    same(&scan(400));
    bed.catalogue
        .annotate(&[RecordingKey(7), RecordingKey(7_000)], &Annotation::Star(true), at(6))
        .unwrap();
    bed.catalogue.forget_copy(RecordingKey(2), &copy("x")).unwrap();
    same(&scan(400));
    bed.catalogue.forget_recordings().unwrap();
    same(&scan(400));
    bed.sync(&recordings(0..50), 60_000);
    same(&scan(500));
    bed.catalogue.remove_account(&AccountId::new("b")).unwrap();
    same(&scan(500));
}

#[test]
fn values_seen_are_counted() {
    let bed = Bed::with(&recordings(0..10));
    bed.catalogue
        .annotate(&[bed.key(1), bed.key(2)], &Annotation::AddTags(vec!["To do".into()]), at(1))
        .unwrap();
    let seen = |field| bed.catalogue.seen_values(field).unwrap();
    assert_eq!(seen(Field::Kind), [("call".to_owned(), 10)]);
    assert_eq!(seen(Field::Tag), [("To do".to_owned(), 2)]);
    assert_eq!(seen(Field::Account), [("Office a".to_owned(), 10)]);
    assert_eq!(seen(Field::Country), [("IN".to_owned(), 10), ("US".to_owned(), 10)]);
    assert_eq!(seen(Field::Extension), [("1001".to_owned(), 10)]);
    assert_eq!(seen(Field::Conference)[0].1, 1);
    assert_eq!(seen(Field::Id), []);
}
