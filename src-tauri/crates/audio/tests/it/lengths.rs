//! What a file is, how long it is, and whether it is whole.

use std::fs;

use domain::{AudioFacts, Codec, Container};
use tapeshelf_audio::{Decoded, Error, analyse, probe, sniff};

use crate::sound::{FRAMES, TONES, decode, file_of, fixture, tone};

fn exact(name: &str) -> (AudioFacts, Container, Codec, u16) {
    let facts = probe(&fixture(name)).unwrap();
    let (container, codec, channels) = match name {
        "cbr.mp3" | "ffmpeg.mp3" => (Container::Mp3, Codec::Mp3, 1),
        "vbr.mp3" => (Container::Mp3, Codec::Mp3, 2),
        "pcm8.wav" | "pcm24-extensible.wav" => (Container::Wav, Codec::Pcm, 1),
        "pcm16.wav" => (Container::Wav, Codec::Pcm, 2),
        "mulaw.wav" => (Container::Wav, Codec::MuLaw, 1),
        "alaw.wav" => (Container::Wav, Codec::ALaw, 2),
        other => panic!("{other}"),
    };
    (facts, container, codec, channels)
}

#[test]
fn files_with_an_exact_count_decode_to_exactly_that() {
    for name in [
        "cbr.mp3",
        "vbr.mp3",
        "ffmpeg.mp3",
        "pcm8.wav",
        "pcm16.wav",
        "pcm24-extensible.wav",
        "mulaw.wav",
        "alaw.wav",
    ] {
        let (facts, container, codec, channels) = exact(name);
        let expected = AudioFacts {
            container,
            codec,
            sample_rate_hz: 8000,
            channels,
            decoded_frames: FRAMES,
            header_frames: Some(FRAMES),
            damaged_packets: 0,
        };
        assert_eq!(facts, expected, "{name}");
        assert_eq!(facts.decoded_ms(), 2000);
    }
}

#[test]
fn an_id3_tag_and_another_rate_change_nothing() {
    let facts = probe(&fixture("vbr-44100-id3.mp3")).unwrap();
    let frames = FRAMES * 44_100 / 8000;
    assert_eq!((facts.decoded_frames, facts.header_frames), (frames, Some(frames)));
    assert_eq!((facts.sample_rate_hz, facts.damaged_packets), (44_100, 0));
}

#[test]
fn untagged_mp3_is_played_to_its_end() {
    // Without a tag neither delay nor padding is known, so the length is that of all packets: up to three more than the
    // sound, never less.
    for (name, sound) in [("cbr-untagged.mp3", FRAMES), ("vbr-untagged.mp3", 16_000 * 41 / 20)] {
        let facts = probe(&fixture(name)).unwrap();
        assert_eq!((facts.header_frames, facts.damaged_packets), (None, 0), "{name}");
        let longer = facts.decoded_frames.checked_sub(sound).unwrap();
        assert!(longer < 3 * 576 + 1105, "{name}: {longer} frames more");
    }
    // The file that starts quietly ends with its loudest tone.
    let samples = decode(&fixture("vbr-untagged.mp3"), 0);
    let end = samples.len() - 2400;
    assert!((tone(&samples[end - 1600..end], 8000.0) - TONES[3]).abs() < 1.0);
}

#[test]
fn the_length_is_known_without_decoding() {
    for name in all_decodable() {
        let decoded = Decoded::open(&fixture(name)).unwrap();
        let facts = probe(&fixture(name)).unwrap();
        assert_eq!(decoded.length_frames().unwrap(), facts.decoded_frames, "{name}");
    }
}

pub(crate) fn all_decodable() -> Vec<&'static str> {
    vec![
        "cbr.mp3",
        "cbr-untagged.mp3",
        "vbr.mp3",
        "vbr-untagged.mp3",
        "vbr-44100-id3.mp3",
        "ffmpeg.mp3",
        "pcm8.wav",
        "pcm16.wav",
        "pcm24-extensible.wav",
        "mulaw.wav",
        "alaw.wav",
        "ima-adpcm.wav",
        "vorbis.ogg",
        "flac.flac",
        "aac.m4a",
    ]
}

#[test]
fn every_codec_sounds_as_it_should() {
    for name in all_decodable().into_iter().filter(|name| *name != "vbr-untagged.mp3") {
        let rate = if name == "vbr-44100-id3.mp3" { 44_100 } else { 8000 };
        let left = decode(&fixture(name), 0);
        for (number, expected) in TONES.iter().enumerate() {
            // The middle half of each tone, so that an encoder's delay does not matter.
            let begin = rate / 2 * number + rate / 8;
            let heard =
                tone(&left[begin..begin + rate / 4], f32::from(u16::try_from(rate).unwrap()));
            assert!((heard - expected).abs() < 1.0, "{name}, tone {number}: {heard} Hz");
        }
    }
    let right = decode(&fixture("alaw.wav"), 1);
    assert!((tone(&right[1000..3000], 8000.0) - TONES[3]).abs() < 1.0);
}

#[test]
fn rare_codecs_are_close_and_named() {
    for (name, container, codec) in [
        ("vorbis.ogg", Container::Ogg, "Vorbis"),
        ("flac.flac", Container::Flac, "Free Lossless Audio Codec"),
        ("aac.m4a", Container::Mp4, "Advanced Audio Coding"),
        ("ima-adpcm.wav", Container::Wav, "ADPCM IMA WAV"),
    ] {
        let facts = probe(&fixture(name)).unwrap();
        assert_eq!(
            (facts.container, facts.sample_rate_hz, facts.channels),
            (container, 8000, 1),
            "{name}"
        );
        assert!(
            matches!(&facts.codec, Codec::Other(found) if found.contains(codec)),
            "{:?}",
            facts.codec
        );
        assert!(facts.decoded_frames.abs_diff(FRAMES) <= 2048, "{name}: {}", facts.decoded_frames);
        assert_eq!(facts.damaged_packets, 0, "{name}");
    }
}

#[test]
fn what_cannot_be_decoded_is_named() {
    for (name, container, codec) in
        [("gsm.wav", Container::Wav, "GSM 06.10 (0x0031)"), ("opus.ogg", Container::Ogg, "Opus")]
    {
        let expected = Error::Unsupported { container, codec: codec.into() };
        assert_eq!(probe(&fixture(name)).unwrap_err(), expected);
        assert_eq!(analyse(&fixture(name), 10).unwrap_err(), expected);
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(probe(&file_of(&folder, b"<html>")).unwrap_err(), Error::NotAudio);
    assert_eq!(probe(&file_of(&folder, b"")).unwrap_err(), Error::NotAudio);
    assert!(matches!(probe(&folder.path().join("absent")), Err(Error::Unreadable { .. })));
    assert!(matches!(probe(folder.path()), Err(Error::Unreadable { .. })));
}

/// T-20: a file that is shorter than its own header says, wherever it ends.
#[test]
fn every_cut_through_a_tagged_file_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    for (name, sound_at) in [
        ("cbr.mp3", 400),
        ("vbr.mp3", 400),
        ("ffmpeg.mp3", 400),
        ("pcm16.wav", 44),
        ("mulaw.wav", 58),
    ] {
        let whole = fs::read(fixture(name)).unwrap();
        // The last two packets byte by byte, the rest in steps.
        let near_end = whole.len() - 300..whole.len();
        for cut in (sound_at..whole.len()).step_by(487).chain(near_end) {
            let path = file_of(&folder, &whole[..cut]);
            let facts = probe(&path).unwrap();
            assert!(
                facts.decoded_frames < facts.header_frames.unwrap(),
                "{name} cut at {cut}: {facts:?}"
            );
        }
    }
}

#[test]
fn an_encoder_that_counts_its_tag_is_believed_when_all_bytes_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(fixture("cbr.mp3")).unwrap();
    let at = bytes.windows(4).position(|four| four == b"Info").unwrap();
    let count = u32::from_be_bytes(bytes[at + 8..at + 12].try_into().unwrap());
    bytes[at + 8..at + 12].copy_from_slice(&(count + 1).to_be_bytes());
    let facts = probe(&file_of(&folder, &bytes)).unwrap();
    assert_eq!(Some(facts.decoded_frames), facts.header_frames);
    // Without a byte count nothing speaks for the file.
    bytes[at + 7] &= !2;
    bytes.drain(at + 12..at + 16);
    bytes.splice(at + 112..at + 112, [0; 4]);
    let facts = probe(&file_of(&folder, &bytes)).unwrap();
    assert!(facts.decoded_frames < facts.header_frames.unwrap());
}

#[test]
fn a_wrong_count_cuts_nothing_off() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(fixture("cbr.mp3")).unwrap();
    let at = bytes.windows(4).position(|four| four == b"Info").unwrap();
    bytes[at + 8..at + 12].copy_from_slice(&5_u32.to_be_bytes());
    let facts = probe(&file_of(&folder, &bytes)).unwrap();
    assert!(facts.decoded_frames >= FRAMES, "{facts:?}");
    assert!(facts.header_frames.unwrap() < facts.decoded_frames);
}

#[test]
fn a_hole_in_the_middle_is_damage_and_no_truncation() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(fixture("cbr.mp3")).unwrap();
    // 32 kbit/s at 8 kHz: packets of 288 bytes. Five headers in the middle are wiped out.
    for packet in 10..15 {
        bytes[packet * 288..packet * 288 + 4].fill(0);
    }
    let facts = probe(&file_of(&folder, &bytes)).unwrap();
    assert_eq!(facts.damaged_packets, 5, "{facts:?}");
    assert_eq!(facts.decoded_frames + 5 * 576, facts.header_frames.unwrap());
}

#[test]
fn containers_are_told_by_their_bytes() {
    for name in all_decodable().into_iter().chain(["gsm.wav", "opus.ogg"]) {
        let bytes = fs::read(fixture(name)).unwrap();
        let expected = match name.rsplit('.').next().unwrap() {
            "mp3" => Container::Mp3,
            "wav" => Container::Wav,
            "ogg" => Container::Ogg,
            "flac" => Container::Flac,
            _ => Container::Mp4,
        };
        for length in [16, 200, bytes.len()] {
            assert_eq!(sniff(&bytes[..length]), Some(expected), "{name}");
        }
    }
    for other in [
        b"".as_slice(),
        b"RIFF",
        b"RIFF\0\0\0\0AVI ",
        b"<html>",
        b"{}",
        b"%PDF-1.7",
        b"\x1f\x8b\x08\0",
        b"PK\x03\x04",
    ] {
        assert_eq!(sniff(other), None, "{other:?}");
    }
    // MPEG-2.5 layer III, as 8 kHz calls have it; reserved fields; UTF-16 text; an ADTS frame.
    assert_eq!(sniff(&[0xff, 0xe3, 0x28, 0xc4]), Some(Container::Mp3));
    assert_eq!(sniff(&[0xff, 0xeb, 0x28, 0xc4]), None, "reserved version");
    assert_eq!(sniff(&[0xff, 0xe3, 0xf8, 0xc4]), None, "reserved bit rate");
    assert_eq!(sniff(&[0xff, 0xe3, 0x2c, 0xc4]), None, "reserved sample rate");
    assert_eq!(sniff(&[0xff, 0xfe, 0x3c, 0, 0x68, 0]), None, "UTF-16");
    assert_eq!(sniff(&[0xff, 0xf1, 0x50, 0x80]), None, "ADTS");
    let mut no_second = vec![0xff, 0xe3, 0x28, 0xc4];
    no_second.resize(200, 0);
    assert_eq!(sniff(&no_second), None, "no frame where the next one should be");
}

#[test]
fn peaks_show_the_shape() {
    let analysis = analyse(&fixture("pcm16.wav"), 100).unwrap();
    assert_eq!(analysis.facts, probe(&fixture("pcm16.wav")).unwrap());
    assert_eq!((analysis.peaks.channels, analysis.peaks.pairs.len()), (2, 2));
    for channel in &analysis.peaks.pairs {
        assert_eq!(channel.len(), 100);
        for (low, high) in channel {
            // −6 dB of full scale is 64 of 127.
            assert!((-67..=-60).contains(low) && (60..=67).contains(high), "{low} {high}");
        }
    }
    // The quiet beginning of the uneven file, and its loud end.
    let peaks = analyse(&fixture("vbr-untagged.mp3"), 41).unwrap().peaks;
    assert!(
        peaks.pairs[0][..15].iter().all(|(low, high)| *low >= -2 && *high <= 2),
        "{:?}",
        peaks.pairs[0]
    );
    assert!(
        peaks.pairs[0][23..].iter().all(|(low, high)| *low <= -60 && *high >= 60),
        "{:?}",
        peaks.pairs[0]
    );
    // More buckets than frames, and absurd numbers of them.
    assert_eq!(analyse(&fixture("pcm8.wav"), 20_000).unwrap().peaks.pairs[0].len(), 20_000);
    assert_eq!(analyse(&fixture("pcm8.wav"), 0).unwrap().peaks.pairs[0].len(), 1);
}
