//! Whatever is typed reads, and whatever is read prints as text that reads as the same.

use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;

use crate::query::dates::{Day, DayWord, Recent, RecentUnit, Unit};
use crate::query::values::{Bytes, Comparison, Cost, Days, HourRange, Length};
use crate::query::weekdays::WeekdaySet;
use crate::query::*;

/// Text as it can stand in a query: no quotes, which cannot be written.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9:,.()<>äß -]{1,8}",
        "(ext|x|Extension|tel:)[. ]?[0-9]{0,3}[);,]?",
        "2026-05-[0-3][0-9](T1[0-9])?",
        "1[0-9]:[0-9]{2}Z?",
        "https?://[a-f0-9./?-]{0,9}",
        Just("NOT".to_owned()),
        Just("+91".to_owned()),
        Just("x \u{201c}y\u{201d}".to_owned()),
        Just("|".to_owned()),
        Just("or".to_owned()),
        Just("and".to_owned()),
        Just("from:x".to_owned()),
        Just("form:x".to_owned()),
        Just("-a".to_owned()),
    ]
    .prop_filter("white space alone is nothing", |text| !text.trim().is_empty())
}

fn trimmed() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.trim().to_owned())
}

fn comparison<T: Copy + PartialOrd + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + Clone + 'static,
) -> impl Strategy<Value = Comparison<T>> {
    let between = (value.clone(), value.clone()).prop_filter_map("in order", |(low, high)| {
        if low > high { None } else { Some(Comparison::Between(low, high)) }
    });
    prop_oneof![
        value.clone().prop_map(Comparison::Is),
        value.clone().prop_map(Comparison::Over),
        value.clone().prop_map(Comparison::AtLeast),
        value.clone().prop_map(Comparison::Under),
        value.prop_map(Comparison::AtMost),
        between,
    ]
}

fn lists() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(trimmed(), 1..3)
}

fn condition() -> impl Strategy<Value = Condition> {
    let length =
        (0_u64..9_000_000, prop_oneof![Just(1_u64), Just(1000), Just(60_000), Just(3_600_000)])
            .prop_map(|(ms, grain_ms)| Length { ms: ms / grain_ms * grain_ms, grain_ms });
    let size =
        (0_u64..9_000_000, prop_oneof![Just(1_u64), Just(1000), Just(1 << 20), Just(1_000_000)])
            .prop_map(|(bytes, grain)| Bytes { bytes: bytes / grain * grain, grain });
    let at = (0_i16..3, 1_i8..13, 1_i8..29, 0_i8..24, 0_i8..60, 0_u8..6).prop_map(
        |(year, month, day, hour, minute, unit)| {
            let date =
                |month, day, hour, minute| date(2025 + year, month, day).at(hour, minute, 0, 0);
            let (at, unit) = match unit {
                0 => (date(1, 1, 0, 0), Unit::Year),
                1 => (date(month, 1, 0, 0), Unit::Month),
                2 => (date(month, day, 0, 0), Unit::Day),
                3 => (date(month, day, hour, 0), Unit::Hour),
                4 => (date(month, day, hour, minute), Unit::Minute),
                _ => (
                    date(month, day, hour, minute).with().second(hour).build().unwrap(),
                    Unit::Second,
                ),
            };
            Day::At(at, unit)
        },
    );
    let instant = (0_i64..4_000_000)
        .prop_map(|second| Day::Instant(Timestamp::from_second(1_760_000_000 + second).unwrap()));
    let day = prop_oneof![4 => at, 1 => instant, 1 => (0..DayWord::ALL.len()).prop_map(|at| Day::Word(DayWord::ALL[at].0))];
    let recent = (
        0_u32..500,
        prop_oneof![Just(RecentUnit::Minute), Just(RecentUnit::Day), Just(RecentUnit::Month)],
    )
        .prop_map(|(count, unit)| Recent { count, unit });
    let side = prop_oneof![Just(Side::From), Just(Side::To), Just(Side::Either)];
    prop_oneof![
        text().prop_map(|text| Condition::Word(Term::Text(text))),
        "\\+?[0-9]{1,5}(-[0-9]{1,3})?".prop_map(|typed| Condition::Word(Term::of(&typed))),
        (side.clone(), trimmed()).prop_map(|(side, text)| Condition::Party(side, Term::of(&text))),
        comparison(length.clone()).prop_map(Condition::Duration),
        comparison(size).prop_map(Condition::Size),
        comparison(day.clone()).prop_map(Condition::Date),
        recent.clone().prop_map(Condition::Last),
        comparison(recent).prop_map(Condition::Age),
        comparison((0_u32..300).prop_map(|cents| Cost(f64::from(cents) / 100.0)))
            .prop_map(Condition::Cost),
        lists().prop_map(Condition::Kind),
        lists().prop_map(Condition::Tag),
        lists().prop_map(Condition::Account),
        trimmed().prop_map(Condition::Name),
        trimmed().prop_map(Condition::Id),
        (0..SavedState::ALL.len()).prop_map(|at| Condition::State(vec![SavedState::ALL[at]])),
        (0..Has::ALL.len()).prop_map(|at| Condition::Has(vec![Has::ALL[at]])),
        (0_u8..24, 0_u8..24).prop_map(|(first, last)| Condition::Hour(HourRange { first, last })),
        (1_u8..128).prop_map(|bits| Condition::Weekday(WeekdaySet::from_bits(bits).unwrap())),
        ("[A-TV-Z]{2}", side.clone()).prop_map(|(code, side)| Condition::Country(side, vec![code])),
        comparison(length.clone()).prop_map(Condition::Billed),
        comparison((0_u32..400).prop_map(Days)).prop_map(Condition::Storage),
        comparison((0_u32..300).prop_map(|cents| Cost(f64::from(cents) / 1000.0)))
            .prop_map(Condition::Rate),
        comparison(day.clone()).prop_map(Condition::Added),
        comparison(day.clone()).prop_map(Condition::Ended),
        comparison(day.clone()).prop_map(Condition::Seen),
        comparison(day.clone()).prop_map(Condition::Verified),
        lists().prop_map(Condition::Rule),
        trimmed().prop_map(Condition::File),
        trimmed().prop_map(Condition::Address),
        trimmed().prop_map(Condition::Hold),
    ]
}

/// Trees as reading builds them: nothing of one part but negations.
fn query() -> impl Strategy<Value = Query> {
    let leaf = condition().prop_map(Query::Is);
    let tree = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Query::All),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Query::Any),
            inner.prop_map(|inner| Query::Not(Box::new(inner))),
        ]
    });
    tree.prop_map(|query| match query {
        Query::All(all) => Query::All(all),
        other => Query::All(vec![other]),
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_as_the_same(query in query()) {
        let text = query.to_string();
        let reading = read(&text);
        prop_assert_eq!(reading.problems, vec![], "{}", text);
        prop_assert_eq!(reading.query, query, "{}", text);
    }

    #[test]
    fn the_form_keeps_every_condition(query in query()) {
        let parts = |query: &Query| {
            let Query::All(all) = query else { panic!("{query:?}") };
            let mut parts: Vec<String> = all.iter().map(ToString::to_string).collect();
            parts.sort();
            parts
        };
        let text = Form::of(&query).to_text();
        prop_assert_eq!(parts(&read(&text).query), parts(&query), "{}", text);
    }

    #[test]
    fn any_text_reads_and_prints(text in "\\PC{0,60}", more in "([a-z0-9:()\\-\"., ><“”]{0,10}| NOT | 9 ext | 2026-05-01 | from:9 ){0,8}") {
        for text in [text, more] {
            let reading = read(&text);
            let mut at = 0;
            for part in &reading.parts {
                prop_assert!(part.span.start >= at && part.span.end <= text.len(), "{:?}", reading);
                let between = text[at..part.span.start].replace("NOT", "");
                prop_assert!(between.chars().all(|c| c.is_whitespace() || c == '"' || c == '-' || is_curly_quote(c)), "{:?}", text);
                at = part.span.end;
            }
            for problem in &reading.problems {
                prop_assert!(text.is_char_boundary(problem.span.start) && text.is_char_boundary(problem.span.end));
            }
            let printed = reading.query.to_string();
            prop_assert_eq!(read(&printed).query, reading.query, "{:?} {:?}", text, printed);
            for cursor in 0..=text.len() {
                let completion = complete(&text, cursor, |_| Vec::new());
                prop_assert!(text.get(completion.span).is_some());
            }
            let _ = Form::of(&read(&text).query).to_query();
        }
    }
}
