//! Templates and the names they make: whatever a vendor sends, the name is valid on three systems and stays in the folder.

use std::path::{Component, Path};

use domain::{CallUuid, Recording, RecordingId};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use tapeshelf_transfer::naming::{FIELDS, NameInput, RelativeName, Template};
use tapeshelf_transfer::part::PartFile;

fn recording() -> Recording {
    Recording {
        id: RecordingId::new("7d1f3c52-rec"),
        call_uuid: Some(CallUuid::new("c0ffee-call")),
        media_url: None,
        format: Some("wav".into()),
        kind: Some("conference".into()),
        added_at: None,
        started_at: Some("2026-05-07T04:15:35.9Z".parse().unwrap()),
        start_is_estimated: false,
        ended_at: None,
        duration_ms: Some(187_900),
        billed_s: Some(240),
        from: Some("+91 98765-43210".into()),
        to: Some("sip:1001@example.test".into()),
        direction: Some("inbound".into()),
        caller_name: None,
        conference_name: Some("Team/Meeting".into()),
        extensions: Vec::new(),
        storage_days: None,
        storage_rate: None,
        monthly_cost: None,
        size_bytes: None,
        rule_ids: Vec::new(),
        file_name: None,
        raw: String::new(),
    }
}

fn render(template: &str, recording: &Recording, account_label: &str) -> RelativeName {
    let zone =
        TimeZone::fixed(jiff::tz::offset(5).saturating_add(jiff::SignedDuration::from_mins(30)));
    let input = NameInput { recording, account_label, zone: &zone, index: 41 };
    Template::parse(template).unwrap().render(&input, "mp3")
}

fn name(template: &str) -> String {
    render(template, &recording(), "Acme India").to_string()
}

#[test]
fn fields_are_written_in_the_form_that_is_asked_for() {
    for (template, expected) in [
        ("{start:%Y}/{start:%m}/{start:%d}", "2026/05/07.mp3"),
        ("{start:%H:%M}", "09_45.mp3"),
        ("{position:04}-{index:2}", "0042-42.mp3"),
        ("{account:upper} {account:lower} {direction:title}", "ACME INDIA acme india Inbound.mp3"),
        ("{from_digits:last4}", "3210.mp3"),
        ("{caller:upper}", "none.mp3"),
    ] {
        assert_eq!(name(template), expected, "{template}");
    }
    for (wrong, words) in [
        ("{start:%Y/%m}", "outside the braces"),
        ("{start:%!}", "cannot be written as"),
        ("{from:04}", "cannot be written as"),
        ("{position:0}", "cannot be written as"),
        ("{year:%Y}", "one form only"),
    ] {
        let problem = Template::parse(wrong).unwrap_err();
        assert!(problem.to_string().contains(words), "{wrong}: {problem}");
        assert!(!problem.span().is_empty());
    }
}

#[test]
fn every_field_has_its_value() {
    let values = [
        ("date", "2026-05-07"),
        ("time", "09-45-35"),
        ("start", "2026-05-07_09-45-35"),
        ("end", "unknown"),
        ("added", "unknown"),
        ("year", "2026"),
        ("month", "05"),
        ("day", "07"),
        ("hour", "09"),
        ("minute", "45"),
        ("second", "35"),
        ("from", "+91 98765-43210"),
        ("to", "sip_1001@example.test"),
        ("from_digits", "919876543210"),
        ("to_digits", "1001"),
        ("id", "7d1f3c52-rec"),
        ("call_uuid", "c0ffee-call"),
        ("type", "conference"),
        ("format", "mp3"),
        ("duration", "00-03-07"),
        ("seconds", "187"),
        ("conference", "Team_Meeting"),
        ("account", "Acme India"),
        ("index", "0042"),
        ("position", "42"),
        ("direction", "inbound"),
        ("caller", "none"),
        ("extension", "none"),
        ("file_name", "none"),
    ];
    assert_eq!(
        values.map(|(field, _)| field).to_vec(),
        FIELDS.iter().map(|f| f.name).collect::<Vec<_>>()
    );
    for (field, value) in values {
        assert_eq!(name(&format!("x{{{field}}}y")), format!("x{value}y.mp3"), "{field}");
    }
}

#[test]
fn slashes_of_the_template_make_folders_and_those_of_values_do_not() {
    assert_eq!(
        name("{account}/{year}-{month}/{conference}_{id}"),
        "Acme India/2026-05/Team_Meeting_7d1f3c52-rec.mp3"
    );
    assert_eq!(name("a{{b}}{year}"), "a{b}2026.mp3");
}

#[test]
fn what_the_vendor_did_not_say_is_unknown() {
    let mut empty = recording();
    (empty.started_at, empty.from, empty.duration_ms) = (None, Some("  ".into()), None);
    let rendered = render("{date}_{time}_{from}_{from_digits}_{duration}", &empty, "A");
    assert_eq!(rendered.to_string(), "unknown_unknown_unknown_unknown_unknown.mp3");
}

#[test]
fn problems_are_told_with_their_place() {
    let table = [
        ("", 0..0, "Type a name, or pick fields for it."),
        ("   ", 0..3, "Type a name, or pick fields for it."),
        ("{date}_{form}", 7..13, "There is no field “form”. Did you mean “format”?"),
        ("{Date}", 0..6, "There is no field “Date”. Did you mean “date”?"),
        ("{xyz}", 0..5, "There is no field “xyz”."),
        ("{}", 0..2, "There is no field “”."),
        ("é{date", 2..7, "This “{” has no “}”."),
        ("{da/te}", 0..3, "This “{” has no “}”."),
        ("a}b", 1..2, "This “}” has no “{”. For the brace itself type it twice."),
        ("{date}:{id}", 6..7, "“:” cannot be in a file name on every system."),
        ("a\\{id}", 1..2, "“\\” cannot be in a file name. Use “/” to make folders."),
        ("a\u{202e}b", 1..4, "An invisible character (U+202E) cannot be in a file name."),
        (
            "/etc/{id}",
            0..0,
            "The name lies inside the folder you choose: it cannot begin with “/”.",
        ),
        ("a//b", 2..2, "A folder between two “/” has no name."),
        ("a/../b", 2..4, "Dots and spaces alone are no name."),
        ("a/", 2..2, "After the last “/” comes the name of the file."),
        ("1/2/3/4/5/6/7/8/9/10", 18..20, "At most 8 folders, one inside the other."),
    ];
    for (template, span, sentence) in table {
        let problem = Template::parse(template).unwrap_err();
        assert_eq!(
            (problem.span(), problem.to_string().as_str()),
            (span, sentence),
            "{template:?}"
        );
    }
    let long = "x".repeat(501);
    assert_eq!(Template::parse(&long).unwrap_err().span(), 500..501);
}

#[test]
fn known_traps_are_defused() {
    let table = [
        ("..", "_"),
        ("../../etc/passwd", "_._.._etc_passwd"),
        ("C:\\Windows\\x", "C__Windows_x"),
        ("CON", "_CON"),
        ("nul.backup", "_nul.backup"),
        ("com¹", "_com¹"),
        ("COM0", "_COM0"),
        ("CONIN$", "_CONIN$"),
        ("com10", "com10"),
        ("console", "console"),
        (".hidden", "_hidden"),
        ("ends. . .", "ends"),
        ("  padded  ", "padded"),
        ("tab\there\r\n", "tabhere"),
        ("evil\u{202e}3pm.exe", "evil3pm.exe"),
        ("e\u{200b}\u{301}", "é"),
        ("क्\u{200d}ष", "क्\u{200d}ष"),
        ("\u{0}", "_"),
        ("a/b\\c:d*e?f\"g<h>i|j", "a_b_c_d_e_f_g_h_i_j"),
    ];
    for (hostile, expected) in table {
        let mut recording = recording();
        recording.from = Some(hostile.into());
        let rendered = render("{from}", &recording, "A").to_string();
        // A value of nothing but blanks is a missing one.
        let rendered = rendered.strip_suffix(".mp3").unwrap();
        assert_eq!(rendered, expected, "{hostile:?}");
    }
}

#[test]
fn long_names_are_shortened_but_stay_different() {
    let mut one = recording();
    one.from = Some(format!("{}1", "नाम".repeat(60)));
    let mut two = recording();
    two.from = Some(format!("{}2", "नाम".repeat(60)));
    let (one, two) = (render("{from}_{id}", &one, "A"), render("{from}_{id}", &two, "A"));
    assert_ne!(one, two);
    assert!(one.file_name(1).len() <= 124, "{}", one.file_name(1));
    assert!(one.file_name(1).starts_with("नाम"));
}

#[test]
fn extensions_are_plain() {
    let zone = TimeZone::UTC;
    let recording = recording();
    let input = NameInput { recording: &recording, account_label: "", zone: &zone, index: 0 };
    let template = Template::parse("x").unwrap();
    let extension = |text: &str| template.render(&input, text).to_string();
    assert_eq!(extension("WAV"), "x.wav");
    assert_eq!(extension("../sh"), "x.sh");
    assert_eq!(extension(""), "x.bin");
    assert_eq!(extension("abcdefghijk"), "x.abcdefgh");
}

/// The rules, written down a second time and independently of the code that obeys them.
fn assert_valid_everywhere(rendered: &RelativeName) {
    let path = rendered.to_path();
    let root = Path::new("/chosen/folder");
    let joined = root.join(&path);
    assert!(joined.starts_with(root), "{}", joined.display());
    let inside = joined.strip_prefix(root).unwrap();
    let mut count = 0;
    for component in inside.components() {
        let Component::Normal(text) = component else {
            panic!("{component:?} in {}", joined.display())
        };
        assert_valid_component(text.to_str().unwrap());
        count += 1;
    }
    assert_eq!(count, rendered.folder_names().count() + 1);
    assert_eq!(rendered.to_string().split('/').count(), count);
    assert_valid_component(&rendered.file_name(99_999));
}

fn assert_valid_component(text: &str) {
    assert!(!text.is_empty() && text != "." && text != "..");
    assert!(text.len() <= 143, "too long for an encrypted home folder: {text:?}");
    assert!(!text.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*']), "{text:?}");
    assert!(
        !text.chars().any(|c| (c as u32) < 0x20 || (0x7f..=0x9f).contains(&(c as u32))),
        "{text:?}"
    );
    let bidi = [
        '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
        '\u{202e}',
    ];
    assert!(
        !text.contains(bidi) && !text.contains(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}']),
        "{text:?}"
    );
    assert!(!text.ends_with(['.', ' ']) && !text.starts_with([' ', '.']), "{text:?}");
    let base = text.split('.').next().unwrap().trim_end().to_uppercase();
    let mut devices = vec![
        "CON".to_owned(),
        "PRN".into(),
        "AUX".into(),
        "NUL".into(),
        "CONIN$".into(),
        "CONOUT$".into(),
    ];
    for port in ["COM", "LPT"] {
        devices.extend("0123456789¹²³".chars().map(|digit| format!("{port}{digit}")));
    }
    assert!(!devices.contains(&base), "a device on Windows: {text:?}");
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => any::<String>(),
        2 => "[a-zA-Z0-9 ._-]{0,12}",
        1 => "[\\x00-\\x1f\\x7f]{1,4}",
        3 => prop::sample::select(vec![
            "..", "../", "..\\", "/", "\\", "//", "C:", "~/", "CON", "nul", "Aux.", "COM1", "lpt¹", "CONIN$", " ", ".", "...",
            "\u{202e}", "\u{2066}", "\u{feff}", "\u{200d}", "\u{301}", "e\u{301}", "ﬁ", "İ", "ß", "\u{1f468}\u{200d}\u{1f469}",
            "%2e%2e%2f", "${HOME}", "{id}", "NUL.mp3 ", "-rf", "\u{e0041}", "\u{fffe}", "\u{10ffff}",
        ]).prop_map(str::to_owned),
        1 => ("\\PC", 40..400_usize).prop_map(|(c, n)| c.repeat(n)),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// T-07: ten thousand names out of hostile values, and no path outside the folder.
    #[test]
    fn no_name_leaves_the_folder_or_is_invalid_anywhere(
        values in prop::array::uniform6(hostile()),
        extension in hostile(),
        shape in prop::sample::select(vec![
            "{from}", "{account}/{from}", "{conference}/{to}/{id}", "{caller}.{id}", "{type}/.{direction}/{from} ", "{from}{to}",
        ]),
    ) {
        let mut recording = recording();
        let [from, to, id, conference, caller, account] = values;
        recording.id = RecordingId::new(id);
        recording.from = Some(from.clone());
        recording.to = Some(to.clone());
        recording.conference_name = Some(conference);
        recording.caller_name = Some(caller);
        recording.kind = Some(from);
        recording.direction = Some(to);
        let input = NameInput { recording: &recording, account_label: &account, zone: &TimeZone::UTC, index: usize::MAX };
        let rendered = Template::parse(shape).unwrap().render(&input, &extension);
        assert_valid_everywhere(&rendered);
        prop_assert_eq!(
            rendered.to_path().components().count(),
            shape.split('/').count(),
            "a value made a folder"
        );
    }

    #[test]
    fn parsing_never_panics_and_marks_a_place_in_the_text(text in hostile()) {
        if let Err(problem) = Template::parse(&text) {
            prop_assert!(text.get(problem.span()).is_some(), "{:?} in {:?}", problem.span(), text);
            prop_assert!(problem.to_string().ends_with(['.', '?']));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn this_system_takes_every_name(value in hostile(), account in hostile()) {
        let folder = tempfile::tempdir().unwrap();
        let mut recording = recording();
        recording.from = Some(value);
        let name = render("{account}/{from}", &recording, &account);
        let mut part = PartFile::open(&folder.path().join("x.part")).unwrap();
        part.write(b"sound").unwrap();
        let path = part.seal().unwrap().publish(folder.path(), &name).unwrap();
        let (path, root) = (path.canonicalize().unwrap(), folder.path().canonicalize().unwrap());
        prop_assert_eq!(path.ancestors().nth(2).unwrap(), root);
        prop_assert_eq!(std::fs::read(path).unwrap(), b"sound");
    }
}
