//! WAV headers as telephony systems write them, built by hand around the same µ-law sound.

use std::fs;

use domain::{AudioFacts, Codec};
use tapeshelf_audio::{Error, probe};

use crate::sound::{FRAMES, decode, file_of, fixture};

const MU_LAW: u16 = 7;

fn samples() -> Vec<u8> {
    let wav = fs::read(fixture("mulaw.wav")).unwrap();
    let at = wav.windows(4).position(|four| four == b"data").unwrap() + 8;
    wav[at..at + usize::try_from(FRAMES).unwrap()].to_vec()
}

fn chunk(name: &str, stated: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = name.as_bytes().to_vec();
    bytes.extend(stated.to_le_bytes());
    bytes.extend(body);
    bytes
}

fn sized(name: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = chunk(name, u32::try_from(body.len()).unwrap(), body);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

fn format(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let align = channels * bits.div_ceil(8).max(1);
    let mut body = Vec::new();
    body.extend(tag.to_le_bytes());
    body.extend(channels.to_le_bytes());
    body.extend(rate.to_le_bytes());
    body.extend((rate * u32::from(align)).to_le_bytes());
    body.extend(align.to_le_bytes());
    body.extend(bits.to_le_bytes());
    body
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend(u32::try_from(body.len() + 4).unwrap().to_le_bytes());
    bytes.extend(b"WAVE");
    bytes.extend(body);
    bytes
}

fn facts(bytes: &[u8]) -> Result<AudioFacts, Error> {
    let folder = tempfile::tempdir().unwrap();
    probe(&file_of(&folder, bytes))
}

fn fmt16() -> Vec<u8> {
    sized("fmt ", &format(MU_LAW, 1, 8000, 8))
}

#[test]
fn all_ways_to_write_mu_law_sound_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let expected = decode(&fixture("mulaw.wav"), 0);
    let data = sized("data", &samples());
    let mut extensible = format(0xfffe, 1, 8000, 8);
    extensible.extend([22, 0, 8, 0, 4, 0, 0, 0]);
    extensible.extend([7, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]);
    let mut with_extra = format(MU_LAW, 1, 8000, 8);
    with_extra.extend([0, 0]);
    let table = [
        ("16 bytes", riff(&[fmt16(), data.clone()])),
        ("18 bytes", riff(&[sized("fmt ", &with_extra), data.clone()])),
        ("extensible", riff(&[sized("fmt ", &extensible), data.clone()])),
        ("no bits", riff(&[sized("fmt ", &format(MU_LAW, 1, 8000, 0)), data.clone()])),
        ("16 bits", riff(&[sized("fmt ", &format(MU_LAW, 1, 8000, 16)), data.clone()])),
        (
            "odd chunk first",
            riff(&[sized("bext", b"odd"), fmt16(), sized("fact", &[0; 4]), data.clone()]),
        ),
        ("list behind", riff(&[fmt16(), data.clone(), sized("LIST", b"INFOISFT\x04\0\0\0abc\0")])),
        ("wrong RIFF length", {
            let mut bytes = riff(&[fmt16(), data]);
            bytes[4..8].fill(0);
            bytes
        }),
    ];
    for (name, bytes) in table {
        let path = file_of(&folder, &bytes);
        let found = probe(&path).unwrap();
        assert_eq!((found.decoded_frames, found.header_frames), (FRAMES, Some(FRAMES)), "{name}");
        assert_eq!(found.codec, Codec::MuLaw, "{name}");
        assert!(decode(&path, 0) == expected, "{name} sounds different");
    }
}

#[test]
fn streamed_files_are_read_to_their_end() {
    for stated in [0, u32::MAX, 0x7fff_ffff, 0x7fff_f000] {
        let found = facts(&riff(&[fmt16(), chunk("data", stated, &samples())])).unwrap();
        assert_eq!((found.decoded_frames, found.header_frames), (FRAMES, None), "{stated:#x}");
    }
}

#[test]
fn a_length_beyond_the_file_is_a_truncation() {
    let stated = u32::try_from(FRAMES).unwrap() * 2;
    let found = facts(&riff(&[fmt16(), chunk("data", stated, &samples())])).unwrap();
    assert_eq!((found.decoded_frames, found.header_frames), (FRAMES, Some(FRAMES * 2)));
}

#[test]
fn no_sound_is_no_sound() {
    for behind in [vec![], sized("LIST", b"INFO")] {
        let found = facts(&riff(&[fmt16(), sized("data", b""), behind])).unwrap();
        assert_eq!((found.decoded_frames, found.header_frames), (0, Some(0)));
    }
}

#[test]
fn nonsense_is_refused_with_a_reason() {
    let data = sized("data", &[0; 100]);
    let damaged = |bytes: &[u8]| match facts(bytes).unwrap_err() {
        Error::Damaged { reason } => reason,
        other => panic!("{other:?}"),
    };
    assert!(damaged(&riff(std::slice::from_ref(&data))).contains("no format"));
    assert!(damaged(&riff(&[fmt16()])).starts_with("WAV header"));
    assert!(damaged(&riff(&[sized("fmt ", &[7, 0]), data.clone()])).contains("too short"));
    assert!(
        damaged(&riff(&[sized("fmt ", &format(1, 0, 8000, 16)), data.clone()]))
            .contains("0 channels")
    );
    assert!(
        damaged(&riff(&[sized("fmt ", &format(1, 999, 8000, 16)), data.clone()]))
            .contains("999 channels")
    );
    assert!(damaged(&riff(&[sized("fmt ", &format(1, 1, 0, 16)), data.clone()])).contains("0 Hz"));
    for (tag, name) in [(0x0064, "G.726 ADPCM (0x0064)"), (0x1234, "0x1234"), (1, "0x0001")] {
        let bits = if tag == 1 { 40 } else { 8 };
        let error =
            facts(&riff(&[sized("fmt ", &format(tag, 1, 8000, bits)), data.clone()])).unwrap_err();
        assert!(matches!(&error, Error::Unsupported { codec, .. } if codec == name), "{error:?}");
    }
}

#[test]
fn floats_beyond_full_scale_do_no_harm() {
    let body: Vec<u8> = [0.5_f32, 8.0, -8.0, f32::NAN, f32::INFINITY]
        .iter()
        .flat_map(|s| s.to_le_bytes())
        .collect();
    let bytes = riff(&[sized("fmt ", &format(3, 1, 8000, 32)), sized("data", &body)]);
    let folder = tempfile::tempdir().unwrap();
    let analysis = tapeshelf_audio::analyse(&file_of(&folder, &bytes), 5).unwrap();
    assert_eq!(analysis.facts.decoded_frames, 5);
    assert_eq!(analysis.peaks.pairs[0][..3], [(64, 64), (127, 127), (-127, -127)]);
}
