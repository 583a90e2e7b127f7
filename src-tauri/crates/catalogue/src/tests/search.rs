use std::cmp::Ordering;

use domain::search::{LibraryView, Search, Sort, SortColumn, Term};
use domain::{AccountId, CallUuid, CopyState, Recording, RecordingId, RecordingKey, phone};
use proptest::prelude::*;

use super::{Bed, account, at, copy, recording, recordings};
use crate::text::fold;
use crate::{CopyRecord, StoredRecording};

const COLUMNS: [SortColumn; 10] = [
    SortColumn::When,
    SortColumn::From,
    SortColumn::To,
    SortColumn::Duration,
    SortColumn::Kind,
    SortColumn::Format,
    SortColumn::Size,
    SortColumn::Conference,
    SortColumn::Account,
    SortColumn::State,
];

fn text(text: &str) -> Search {
    Search { text: text.to_owned(), ..Search::default() }
}

fn find(bed: &Bed, typed: &str) -> Vec<RecordingKey> {
    bed.catalogue.search(&text(typed)).unwrap().keys
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

/// The same by the words of the specification, without an index.
fn scan(
    rows: &[StoredRecording],
    labels: impl Fn(&AccountId) -> String,
    search: &Search,
) -> Vec<RecordingKey> {
    let terms = Term::parse_all(&search.text);
    let mut found: Vec<&StoredRecording> = rows
        .iter()
        .filter(|row| search.account.as_ref().is_none_or(|account| *account == row.account))
        .filter(|row| {
            in_view(row, search.view) && terms.iter().all(|term| matches(&row.recording, term))
        })
        .collect();
    found.sort_by(|a, b| compare(a, b, &labels, search.sort));
    found.iter().map(|row| row.key).collect()
}

fn in_view(row: &StoredRecording, view: LibraryView) -> bool {
    let saved = row.copy.is_some();
    let shown = !row.deleted_by_us || saved;
    match view {
        LibraryView::All | LibraryView::New => shown,
        LibraryView::NotSaved => !saved && !row.gone,
        LibraryView::NeedsAttention => {
            shown
                && (matches!(row.state, CopyState::Failed | CopyState::Remarked)
                    || (row.gone && !saved))
        }
    }
}

fn matches(recording: &Recording, term: &Term) -> bool {
    let (digits, typed) = match term {
        Term::Digits { digits, typed } => (Some(digits), fold(typed)),
        Term::Text(text) => (None, fold(text)),
    };
    let parties = [&recording.from, &recording.to];
    let by_digits = digits.is_some_and(|digits| {
        parties.into_iter().flatten().any(|party| phone::digits(party).contains(digits.as_str()))
    });
    let fields = [
        recording.from.as_deref(),
        recording.to.as_deref(),
        Some(recording.id.as_str()),
        recording.call_uuid.as_ref().map(CallUuid::as_str),
        recording.conference_name.as_deref(),
        recording.caller_name.as_deref(),
        recording.kind.as_deref(),
    ];
    by_digits
        || fields
            .into_iter()
            .flatten()
            .chain(recording.extensions.iter().map(String::as_str))
            .any(|field| fold(field).contains(&typed))
}

fn compare(
    a: &StoredRecording,
    b: &StoredRecording,
    labels: impl Fn(&AccountId) -> String,
    sort: Sort,
) -> Ordering {
    let party = |party: &Option<String>| {
        let party = party.as_deref()?;
        let digits = phone::digits(party);
        let value = if digits.is_empty() { fold(party) } else { digits };
        (!value.is_empty()).then_some(value)
    };
    // Every value as text that sorts like it.
    let number = |value: Option<u64>| value.map(|value| format!("{value:020}"));
    let value = |row: &StoredRecording| -> Option<String> {
        let recording = &row.recording;
        match sort.column {
            SortColumn::When => recording.when().map(|at| format!("{:020}", at.as_millisecond())),
            SortColumn::From => party(&recording.from),
            SortColumn::To => party(&recording.to),
            SortColumn::Duration => number(recording.duration_ms),
            SortColumn::Kind => recording.kind.clone(),
            SortColumn::Format => recording.format.clone(),
            SortColumn::Size => {
                number(row.copy.as_ref().map(|copy| copy.size_bytes).or(recording.size_bytes))
            }
            SortColumn::Conference => {
                recording.conference_name.as_deref().map(fold).filter(|name| !name.is_empty())
            }
            SortColumn::Account => Some(fold(&labels(&row.account))),
            SortColumn::State => Some(
                match row.state {
                    CopyState::NotSaved => "0",
                    CopyState::Failed => "1",
                    CopyState::Moving => "2",
                    CopyState::Remarked => "3",
                    CopyState::Verified => "4",
                }
                .to_owned(),
            ),
        }
    };
    let directed = |order: Ordering| if sort.descending { order.reverse() } else { order };
    let by_value = match (value(a), value(b)) {
        (Some(a), Some(b)) => directed(a.cmp(&b)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    by_value
        .then_with(|| directed(a.recording.when().cmp(&b.recording.when())))
        .then_with(|| directed(a.key.cmp(&b.key)))
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
fn row() -> impl Strategy<Value = (Recording, u8)> {
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
                call_uuid: None,
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

fn query() -> impl Strategy<Value = Search> {
    let text = proptest::collection::vec(
        prop_oneof![word(), "[0-9+() -]{0,6}", "\"[ab ]{1,4}\"", "91[0-9]{1,4}"],
        0..3,
    )
    .prop_map(|words| words.join(" "));
    let view = prop_oneof![
        4 => Just(LibraryView::All),
        1 => Just(LibraryView::New),
        1 => Just(LibraryView::NotSaved),
        1 => Just(LibraryView::NeedsAttention)
    ];
    let account = prop_oneof![3 => Just(None), 1 => Just(Some(AccountId::new("b")))];
    (text, view, account, 0..COLUMNS.len(), any::<bool>()).prop_map(
        |(text, view, account, column, descending)| Search {
            text,
            view,
            account,
            sort: Sort { column: COLUMNS[column], descending },
        },
    )
}

/// Rows in two accounts, some changed after they were first stored, some lost from view.
fn filled(rows: &[(Recording, u8)]) -> Bed {
    let bed = Bed::new();
    bed.catalogue.save_account(&account("b")).unwrap();
    for (index, (row, fate)) in rows.iter().enumerate() {
        let owner = AccountId::new(if index % 3 == 0 { "b" } else { "a" });
        let row = Recording { id: RecordingId::new(format!("{}-{index}", row.id)), ..row.clone() };
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
        let stored: Vec<StoredRecording> = (1..=u32::try_from(rows.len()).unwrap())
            .map(|key| bed.catalogue.recording(RecordingKey(key)).unwrap().unwrap())
            .collect();
        for search in &queries {
            let found = bed.catalogue.search(search).unwrap();
            let expected = scan(&stored, |id| account(id.as_str()).label, search);
            prop_assert_eq!(&found.keys, &expected, "{:?}", search);
            let totals = bed.catalogue.totals(&found.keys).unwrap();
            prop_assert_eq!(found.duration_ms, totals.duration_ms);
            prop_assert_eq!(found.known_bytes, totals.known_bytes);
            prop_assert_eq!(found.unknown_size_count, totals.unknown_size_count);
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
