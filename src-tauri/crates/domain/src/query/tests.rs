//! The language by examples.

mod properties;
mod spoken;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;

fn canonical(text: &str) -> String {
    let reading = read(text);
    assert_eq!(reading.problems, [], "{text}");
    reading.query.to_string()
}

fn problem(text: &str) -> (String, String, String) {
    let reading = read(text);
    let [problem] = reading.problems.as_slice() else { panic!("{text}: {:?}", reading.problems) };
    (text[problem.span.clone()].to_owned(), problem.what.clone(), reading.query.to_string())
}

fn digits(text: &str) -> Vec<String> {
    let Query::All(all) = read(text).query else { panic!("{text}") };
    let word = |query: Query| match query {
        Query::Is(Condition::Word(Term::Digits { digits, .. })) => digits,
        Query::Is(Condition::Word(Term::Text(text))) => format!("text:{text}"),
        other => format!("{other}"),
    };
    all.into_iter().map(word).collect()
}

#[test]
fn a_number_may_be_written_in_any_way() {
    assert_eq!(digits("+91 98765 43210"), ["919876543210"]);
    assert_eq!(digits("0091 98765 43210"), ["919876543210"]);
    assert_eq!(digits("98765-43210"), ["9876543210"]);
    assert_eq!(digits("(415) 555-01"), ["41555501"]);
    assert_eq!(digits("+91(98765)43210"), ["919876543210"]);
    assert_eq!(digits("9876 +4420"), ["9876", "4420"]);
    assert_eq!(digits("9876 -4420"), ["9876", "-4420"], "a sign negates");
    assert_eq!(digits("9876 and 4420"), ["9876", "4420"]);
    assert_eq!(digits("(9876 or 4420)"), ["9876 or 4420"]);
}

#[test]
fn words_and_phrases_are_terms_of_their_own() {
    assert_eq!(digits("Sales 98765"), ["text:Sales", "98765"]);
    assert_eq!(digits("\"weekly sales\" 12"), ["text:weekly sales", "12"]);
    assert_eq!(digits("\"still typing"), ["text:still typing"]);
    assert_eq!(digits("  "), Vec::<String>::new());
    assert_eq!(digits("sip:anna@host"), ["text:sip:anna@host"], "an address as it stands");
    assert_eq!(digits("mailto:a@b.c 12:30"), ["text:mailto:a@b.c", "text:12:30"]);
    assert_eq!(digits("a(b) :) f(x)"), ["text:a(b)", "text::)", "text:f(x)"]);
}

#[test]
fn the_examples_of_the_design_read_well() {
    for (text, plain) in [
        ("from:+91 98 dur:>5m \"sales\"", "from:\"+91 98\" dur:>5m sales"),
        ("-number:+4420 NUMBER:98765-43210", "-number:+4420 number:98765-43210"),
        ("dur:2m..10m duration:1h30m dur:12:08", "dur:2m..10m dur:1h30m dur:12m8s"),
        ("date:2026-05 date:2026-05-01..2026-05-09", "date:2026-05 date:2026-05-01..2026-05-09"),
        (
            "date:..2026 date:today.. date:<2026-05-01T14:30",
            "date:<=2026 date:>=today date:<2026-05-01T14:30",
        ),
        ("last:7d last:12h age:>25d", "last:7d last:12h age:>25d"),
        ("type:call,conference format:MP3 dir:in", "type:call,conference format:MP3 dir:inbound"),
        ("dir:OUT,internal -dir:inb", "dir:outbound,intra_pbx -dir:inb"),
        ("state:not-saved has:Note,tags -has:star", "state:unsaved has:note,tag -has:star"),
        ("cost:>0.01 size:1.5mb size:>=2gib", "cost:>0.01 size:1500kb size:>=2gib"),
        (
            "hour:9..17 weekday:mon..wed,sun country:in",
            "hour:9..17 weekday:mon,tue,wed,sun country:IN",
        ),
        ("weekday:sat..mon hour:22..6", "weekday:mon,sat,sun hour:22..6"),
        ("a b or c (d or -e)", "(a b) or (c (d or -e))"),
        ("conf:\"Weekly, sales\" name:o'hara", "conf:\"Weekly, sales\" name:o'hara"),
        ("tag:\"to do\",urgent", "tag:\"to do\",urgent"),
        (
            "id:4f2a call:\"8f 11\" note:refund hold:case",
            "id:4f2a call:\"8f 11\" note:refund hold:case",
        ),
        ("\"or\" \"from:x\" \"-a\"", "\"or\" \"from:x\" \"-a\""),
    ] {
        let printed = canonical(text);
        assert_eq!(printed, plain, "{text}");
        assert_eq!(read(&printed).query, read(text).query, "{text}");
    }
}

#[test]
fn a_wrong_token_is_named_and_the_rest_applies() {
    for (text, part, says, rest) in [
        ("anna dur:>5x sales", "dur:>5x", "“5x” is no length", "anna sales"),
        ("form:+91 9876", "form:+91", "Did you mean “from:”", "9876"),
        ("state:bad x", "state:bad", "“bad” is none of saved", "x"),
        ("date:2026-13 x", "date:2026-13", "is no date", "x"),
        (
            "date:2026-05-09..2026-05-01",
            "date:2026-05-09..2026-05-01",
            "the smaller comes first",
            "",
        ),
        ("country:India x", "country:India", "two letters", "x"),
        ("from: x", "from:", "needs a value", "x"),
        ("-cost:much x", "-cost:much", "is no price", "x"),
        ("dur:1m,2m x", "dur:1m,2m", "takes one value", "x"),
        ("x () y", "()", "nothing between", "x y"),
        ("x or", "or", "both of its sides", "x"),
        ("or x", "or", "both of its sides", "x"),
        ("hour:24 x", "hour:24", "is no hour", "x"),
        ("weekday:m x", "weekday:m", "day of the week", "x"),
        ("äöü dur:.. x", "dur:..", "on one side", "äöü x"),
    ] {
        let (span, what, query) = problem(text);
        assert_eq!((span.as_str(), query.as_str()), (part, rest), "{text}");
        assert!(what.contains(says), "{text}: {what}");
    }
    assert_eq!(read("mir form äir").problems, [], "without a colon they are words");
    assert_eq!(read("sip:x tel:+91 sales:north").problems, [], "text with a colon is text");
    assert_eq!(
        read("(dur:5x) a").problems.len(),
        1,
        "an empty group is not blamed for the token in it"
    );
}

#[test]
fn parts_stand_in_order_and_cover_what_is_not_white_space() {
    let text = "-from:\"a b\"  98 76 or (x \"y z\" and -dur:5q) äé";
    let reading = read(text);
    let texts: Vec<&str> = reading.parts.iter().map(|part| &text[part.span.clone()]).collect();
    assert_eq!(
        texts,
        ["-from:\"a b\"", "98 76", "or", "(", "x", "\"y z\"", "and", "-dur:5q", ")", "äé"]
    );
    assert!(reading.parts[0].negated && reading.parts[7].negated && !reading.parts[7].applies);
    assert_eq!(reading.parts[0].kind, PartKind::Token(Some(Field::From)));
    assert_eq!(reading.parts[1].kind, PartKind::Number);
}

#[test]
fn lengths_are_compared_as_they_are_shown() {
    let bounds = |text: &str| match read(text).query {
        Query::All(all) => match all.as_slice() {
            [Query::Is(Condition::Duration(is))] => is.bounds(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(bounds("dur:5m"), (300_000, Some(360_000)), "as precise as it was written");
    assert_eq!(bounds("dur:300s"), (300_000, Some(301_000)));
    assert_eq!(bounds("dur:>5m"), (301_000, None), "5:00 is not longer than 5:00");
    assert_eq!(bounds("dur:<=5m"), (0, Some(301_000)), "5:00.400 is shown as 5:00");
    assert_eq!(bounds("dur:2m..10m"), (120_000, Some(601_000)));
    assert_eq!(bounds("dur:>500ms"), (501, None));
    assert_eq!(bounds("dur:90"), (90_000, Some(91_000)));
}

#[test]
fn days_are_those_of_the_time_zone() {
    let kolkata = TimeZone::get("Asia/Kolkata").unwrap();
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let now: Timestamp = "2026-05-06T20:00:00Z".parse().unwrap();
    let span = |text: &str, zone: &TimeZone| match read(text).query {
        Query::All(all) => match all.as_slice() {
            [Query::Is(Condition::Date(is))] => is.bounds(now, zone),
            [Query::Is(Condition::Age(is))] => is.moments(now),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let ms = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
    assert_eq!(
        span("date:today", &kolkata),
        (ms("2026-05-06T18:30:00Z"), ms("2026-05-07T18:30:00Z"))
    );
    assert_eq!(
        span("date:2026-05", &TimeZone::UTC),
        (ms("2026-05-01T00:00:00Z"), ms("2026-06-01T00:00:00Z"))
    );
    assert_eq!(span("date:>2026-05", &TimeZone::UTC), (ms("2026-06-01T00:00:00Z"), i64::MAX));
    let (first, past) = span("date:2026-03-29", &berlin);
    assert_eq!(past - first, 23 * 3_600_000, "the day the clocks go forward");
    assert_eq!(span("date:thisweek", &TimeZone::UTC).0, ms("2026-05-04T00:00:00Z"), "a Monday");
    assert_eq!(span("age:>1d", &TimeZone::UTC), (i64::MIN, ms("2026-05-05T20:00:00Z")));
    assert_eq!(span("age:<=1d", &TimeZone::UTC), (ms("2026-05-05T20:00:00Z"), i64::MAX));
    assert_eq!(
        span("date:lastmonth", &TimeZone::UTC),
        (ms("2026-04-01T00:00:00Z"), ms("2026-05-01T00:00:00Z"))
    );
}

#[test]
fn names_and_values_are_completed() {
    let labels = |text: &str, cursor: usize| {
        let seen = |field| match field {
            Field::Kind => vec![
                ("call".to_owned(), 7),
                ("conference".to_owned(), 2),
                ("on call".to_owned(), 1),
            ],
            _ => Vec::new(),
        };
        let completion = complete(text, cursor, seen);
        let labels: Vec<String> =
            completion.suggestions.iter().map(|one| one.insert.clone()).collect();
        (text[completion.span].to_owned(), labels.join("|"))
    };
    assert_eq!(labels("anna f", 6), ("f".into(), "from:|format:|fromcountry:|file:".into()));
    assert_eq!(labels("-(co", 4), ("co".into(), "conf:|cost:|country:".into()));
    assert_eq!(labels("type:ca x", 7), ("ca".into(), "call |\"on call\" ".into()));
    assert_eq!(labels("type:call,co", 12), ("co".into(), "conference ".into()));
    assert_eq!(labels("type:\"on c", 10), ("\"on c".into(), "\"on call\" ".into()));
    assert_eq!(labels("state:un", 8), ("un".into(), "unsaved ".into()));
    assert_eq!(
        labels("ä", 1).1,
        complete("", 0, |_| Vec::new())
            .suggestions
            .iter()
            .map(|s| s.insert.clone())
            .collect::<Vec<_>>()
            .join("|")
    );
    let seen = |_| vec![("unsaved".to_owned(), 7), ("saved".to_owned(), 2)];
    let counts: Vec<_> = complete("state:sav", 9, seen)
        .suggestions
        .into_iter()
        .map(|one| (one.label, one.count))
        .collect();
    let once = [("saved".to_owned(), Some(2)), ("unsaved".to_owned(), Some(7))];
    assert_eq!(counts, once, "each word once, with what is seen of it");
    let completed = "type:".to_owned() + "conference ";
    assert_eq!(read(&completed).problems, []);
}

#[test]
fn the_form_says_the_same_as_the_text() {
    for text in [
        "",
        "anna \"b c\" 98765 +44 from:+91 to:080 number:55 name:\"A B\" conf:weekly dur:2m..10m date:>=today last:7d",
        "type:call,trunk format:mp3 dir:in ext:1001,1002 account:Office state:saved tag:\"a b\" country:IN has:note",
        "dur:<=5m date:<=2026-05 -anna (x or y) cost:>1 type:a type:b dur:>1m",
        "dur:>5m (x or y)",
        "anna or bob",
        "date:today dur:5m..5m size:>1mb size:<=2mb age:25d billed:5m storage:>25d rate:0.005 rule:1,2",
        "hour:9..17 weekday:mon,sat note:refund hold:\"a b\" id:4f2a call:00ff file:x address:https://a.b/c",
        "added:>2026-05 ended:2026-05-01T14:30:05 seen:<=today verified:2026-05-01T14:30:05Z tocountry:US fromcountry:GB",
    ] {
        let reading = read(text);
        let form = Form::of(&reading.query);
        let again = read(&form.to_text());
        assert_eq!(again.problems, [], "{text}");
        assert_eq!(Form::of(&again.query), form, "{text}");
        let sorted = |query: &Query| {
            let Query::All(all) = query else { panic!() };
            let mut all: Vec<String> = all.iter().map(ToString::to_string).collect();
            all.sort();
            all
        };
        assert_eq!(sorted(&again.query), sorted(&reading.query), "{text}");
    }
    let any = Form::of(&read("anna or bob").query);
    let changed = Form { directions: vec!["inbound".into()], ..any };
    assert_eq!(changed.to_text(), "dir:inbound (anna or bob)", "a field binds all of them");
    let typed = Form { words: "anna or bob".into(), from: "5".into(), ..Form::default() };
    assert_eq!(typed.to_text(), "(anna or bob) from:5");
    let open = Form { words: "\"anna".into(), from: "5".into(), ..Form::default() };
    assert_eq!(open.to_text(), "\"anna\" from:5", "a quote that is being typed swallows nothing");
    let form =
        Form { duration: Span { from: "soon".into(), ..Span::default() }, ..Form::default() };
    assert_eq!(read(&form.to_text()).problems.len(), 1, "nonsense in a field is reported");
}
