//! What is judged how: one row a case.

use domain::copy::{Rejection, Remark, Verdict};
use domain::{AudioFacts, Codec, Container};
use proptest::prelude::*;
use tapeshelf_transfer::verify::{Expected, ProbeProblem, judge, tolerance_ms};

const MP3_HEAD: &[u8] = b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\x44";

fn mp3(decoded_frames: u64, header_frames: Option<u64>) -> AudioFacts {
    AudioFacts {
        container: Container::Mp3,
        codec: Codec::Mp3,
        sample_rate_hz: 8000,
        channels: 1,
        decoded_frames,
        header_frames,
        damaged_packets: 0,
    }
}

fn failed() -> Result<AudioFacts, ProbeProblem> {
    Err(ProbeProblem::Failed { reason: "no".into() })
}

fn expected() -> Expected {
    Expected {
        announced_bytes: Some(1000),
        vendor_bytes: Some(1000),
        duration_ms: Some(10_000),
        format: Some("mp3".into()),
    }
}

fn remarks(verdict: Verdict) -> Vec<Remark> {
    match verdict {
        Verdict::Verified(_) => Vec::new(),
        Verdict::Remarked(_, remarks) => {
            assert!(!remarks.is_empty());
            remarks
        }
        Verdict::Rejected(rejection) => panic!("rejected: {rejection:?}"),
    }
}

fn rejection(verdict: Verdict) -> Rejection {
    match verdict {
        Verdict::Rejected(rejection) => rejection,
        other => panic!("not rejected: {other:?}"),
    }
}

#[test]
fn agreement_is_verified() {
    let facts = mp3(80_000, Some(80_000));
    assert_eq!(
        judge(1000, MP3_HEAD, Ok(facts.clone()), &expected()),
        Verdict::Verified(facts.clone())
    );
    assert_eq!(
        judge(1000, MP3_HEAD, Ok(facts.clone()), &Expected::default()),
        Verdict::Verified(facts)
    );
}

#[test]
fn nothing_is_empty() {
    assert_eq!(rejection(judge(0, b"", failed(), &expected())), Rejection::Empty);
    assert_eq!(rejection(judge(0, b"", failed(), &Expected::default())), Rejection::Empty);
}

/// T-19: pages and messages, whatever they call themselves.
#[test]
fn messages_are_not_audio_whatever_their_length() {
    let table: [(&[u8], &str); 8] = [
        (b"<!DOCTYPE html><html>\n<h1>403</h1>", "<!DOCTYPE html><html><h1>403</h1>"),
        (b"  \r\n\t<html>", "<html>"),
        (b"\xef\xbb\xbf{\"error\": \"not found\"}", "{\"error\": \"not found\"}"),
        (b"[]", "[]"),
        (
            b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>",
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>",
        ),
        (b"Not found", "Not found"),
        (b"Fichier non trouv\xc3\xa9", "Fichier non trouvé"),
        (b"caf\xc3", "caf"),
    ];
    for (head, text) in table {
        for announced in [None, Some(head.len() as u64), Some(1)] {
            let expected = Expected { announced_bytes: announced, ..Expected::default() };
            assert_eq!(
                rejection(judge(head.len() as u64, head, failed(), &expected)),
                Rejection::NotAudio { starts_with: text.into() },
                "{announced:?}"
            );
        }
    }
    let long = format!("<p>{}", "ж".repeat(500));
    let Rejection::NotAudio { starts_with } =
        rejection(judge(1003, long.as_bytes(), failed(), &Expected::default()))
    else {
        panic!("not recognised");
    };
    assert_eq!(starts_with.chars().count(), 200);
}

/// T-17: one byte more or less than announced.
#[test]
fn lengths_must_be_as_announced() {
    let whole = || Ok(mp3(80_000, Some(80_000)));
    for (received, announced) in [(999, 1000), (1001, 1000), (1, u64::MAX)] {
        let expected = Expected { announced_bytes: Some(announced), ..expected() };
        assert_eq!(
            rejection(judge(received, MP3_HEAD, whole(), &expected)),
            Rejection::WrongLength { expected_bytes: announced, received_bytes: received }
        );
    }
    // The vendor's list stands in only where nothing was announced, and only against too few bytes.
    let mut expected = Expected { announced_bytes: None, ..expected() };
    assert_eq!(
        rejection(judge(999, MP3_HEAD, whole(), &expected)),
        Rejection::WrongLength { expected_bytes: 1000, received_bytes: 999 }
    );
    let more = Remark::SizeDiffers { expected_bytes: 1000, received_bytes: 1001 };
    assert_eq!(remarks(judge(1001, MP3_HEAD, whole(), &expected)), std::slice::from_ref(&more));
    expected.announced_bytes = Some(1001);
    assert_eq!(remarks(judge(1001, MP3_HEAD, whole(), &expected)), [more]);
}

/// T-20, by the numbers alone.
#[test]
fn less_sound_than_the_header_says_is_truncated() {
    let expected = Expected { announced_bytes: Some(1000), ..Expected::default() };
    assert_eq!(
        rejection(judge(1000, MP3_HEAD, Ok(mp3(48_000, Some(80_000))), &expected)),
        Rejection::Truncated { header_ms: Some(10_000), decoded_ms: 6_000 }
    );
    assert_eq!(
        rejection(judge(1000, MP3_HEAD, Ok(mp3(79_999, Some(80_000))), &expected)),
        Rejection::Truncated { header_ms: Some(10_000), decoded_ms: 9_999 }
    );
    // More sound than the header counts is all there.
    assert_eq!(remarks(judge(1000, MP3_HEAD, Ok(mp3(80_001, Some(80_000))), &expected)), []);
}

#[test]
fn damage_in_the_middle_is_told_but_is_no_truncation() {
    let mut facts = mp3(80_000 - 2 * 576, Some(80_000));
    facts.damaged_packets = 2;
    let expected = Expected { announced_bytes: Some(1000), ..Expected::default() };
    assert_eq!(
        remarks(judge(1000, MP3_HEAD, Ok(facts.clone()), &expected)),
        [Remark::Damaged { packets: 2 }]
    );
    facts.decoded_frames -= 1;
    assert!(matches!(
        rejection(judge(1000, MP3_HEAD, Ok(facts), &expected)),
        Rejection::Truncated { .. }
    ));
}

#[test]
fn sound_without_sound_is_undecodable() {
    let silent = Ok(mp3(0, None));
    assert!(matches!(
        rejection(judge(1000, MP3_HEAD, silent, &expected())),
        Rejection::Undecodable { .. }
    ));
    assert_eq!(
        rejection(judge(1000, MP3_HEAD, failed(), &expected())),
        Rejection::Undecodable { reason: "no".into() }
    );
    // Binary, but nothing known.
    assert_eq!(
        rejection(judge(1000, &[0, 1, 2, 3, 0xff], failed(), &expected())),
        Rejection::Undecodable { reason: "no".into() }
    );
}

#[test]
fn the_vendors_length_may_be_off_by_the_tolerance() {
    assert_eq!(
        (tolerance_ms(0), tolerance_ms(150_000), tolerance_ms(3_600_000)),
        (1_500, 1_500, 36_000)
    );
    for (expected_ms, decoded_ms, is_remarked) in [
        (10_000, 11_500, false),
        (10_000, 11_501, true),
        (10_000, 8_500, false),
        (10_000, 8_499, true),
        (3_600_000, 3_636_000, false),
        (3_600_000, 3_636_001, true),
    ] {
        let expected = Expected { duration_ms: Some(expected_ms), ..Expected::default() };
        let found = remarks(judge(1000, MP3_HEAD, Ok(mp3(decoded_ms * 8, None)), &expected));
        let differs = Remark::DurationDiffers { expected_ms, decoded_ms };
        assert_eq!(found, if is_remarked { vec![differs] } else { vec![] });
    }
}

#[test]
fn the_bytes_decide_about_the_format() {
    for (format, is_remarked) in [
        ("mp3", false),
        ("MP3", false),
        ("audio/mpeg", false),
        (" ", false),
        ("wav", true),
        ("audio/x-wav", true),
        ("xyz", true),
    ] {
        let expected = Expected { format: Some(format.into()), ..Expected::default() };
        let found = remarks(judge(1000, MP3_HEAD, Ok(mp3(80_000, None)), &expected));
        let differs = Remark::ContainerDiffers { expected: format.into(), found: Container::Mp3 };
        assert_eq!(found, if is_remarked { vec![differs] } else { vec![] }, "{format}");
    }
}

#[test]
fn what_cannot_be_decoded_here_is_kept_with_a_remark() {
    let gsm =
        || Err(ProbeProblem::Unsupported { container: Container::Wav, codec: "GSM 06.10".into() });
    let wav = Expected { format: Some("wav".into()), ..expected() };
    let verdict = judge(1000, b"RIFF\0\0\0\0WAVE", gsm(), &wav);
    let Verdict::Remarked(facts, found) = verdict else { panic!("{verdict:?}") };
    assert_eq!(found, [Remark::NotDecodable { reason: "GSM 06.10".into() }]);
    assert_eq!(
        (facts.container, facts.codec, facts.decoded_frames),
        (Container::Wav, Codec::Other("GSM 06.10".into()), 0)
    );
    // Its length is still checked.
    assert!(matches!(
        rejection(judge(999, b"RIFF\0\0\0\0WAVE", gsm(), &wav)),
        Rejection::WrongLength { .. }
    ));
}

proptest! {
    #[test]
    fn nothing_short_or_long_is_ever_saved(size in 1_u64..5000, announced in 1_u64..5000, head in prop::collection::vec(any::<u8>(), 0..64)) {
        let expected = Expected { announced_bytes: Some(announced), ..Expected::default() };
        let verdict = judge(size, &head, Ok(mp3(80_000, None)), &expected);
        prop_assert_eq!(matches!(verdict, Verdict::Rejected(_)), size != announced);
    }
}
