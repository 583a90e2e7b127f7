//! After a seek the sound is the same as without, from the very frame asked for.

use tapeshelf_audio::Decoded;

use crate::lengths::all_decodable;
use crate::sound::{TONES, decode, fixture, rest, tone};

#[test]
fn a_seek_lands_on_the_frame_and_sounds_as_if_there_was_none() {
    for name in all_decodable() {
        let linear = decode(&fixture(name), 0);
        let mut decoded = Decoded::open(&fixture(name)).unwrap();
        let length = linear.len();
        // Forwards by little and by much, backwards, to the edges, twice to the same place.
        let targets = [
            1,
            5000,
            5100,
            5101,
            300,
            length - 1,
            0,
            length / 2,
            length / 2,
            9999,
            length - 700,
            length,
        ];
        for target in targets {
            decoded.seek(target as u64).unwrap();
            assert_eq!(decoded.position(), target as u64, "{name}");
            let heard = rest(&mut decoded, 0);
            assert_eq!(heard.len(), length - target, "{name} from {target}");
            let worst =
                heard.iter().zip(&linear[target..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-4, "{name} from {target}: differs by {worst}");
            assert_eq!(decoded.position(), length as u64, "{name}");
        }
    }
}

#[test]
fn a_seek_in_the_middle_of_reading_works() {
    for name in ["cbr.mp3", "vbr.mp3", "mulaw.wav"] {
        let linear = decode(&fixture(name), 0);
        let mut decoded = Decoded::open(&fixture(name)).unwrap();
        let mut block = Vec::new();
        for target in [0, 700, 1300, 8000, 2000, 2001] {
            decoded.seek(target).unwrap();
            let frames = decoded.read(&mut block).unwrap();
            let from = usize::try_from(target).unwrap();
            let left: Vec<f32> =
                block.chunks(usize::from(decoded.channels())).map(|frame| frame[0]).collect();
            let worst =
                left.iter().zip(&linear[from..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-4, "{name} at {target}: {worst}");
            assert_eq!(decoded.position(), target + frames as u64);
        }
    }
}

#[test]
fn the_tone_after_a_seek_is_the_right_one() {
    for name in
        ["cbr.mp3", "cbr-untagged.mp3", "vbr.mp3", "ffmpeg.mp3", "pcm24-extensible.wav", "alaw.wav"]
    {
        let mut decoded = Decoded::open(&fixture(name)).unwrap();
        for number in [2, 0, 3, 1] {
            decoded.seek(4000 * number as u64 + 1200).unwrap();
            let heard = rest(&mut decoded, 0);
            assert!(
                (tone(&heard[..2000], 8000.0) - TONES[number]).abs() < 1.0,
                "{name}, tone {number}"
            );
        }
    }
}

#[test]
fn behind_the_end_there_is_nothing_and_no_error() {
    for name in all_decodable() {
        let mut decoded = Decoded::open(&fixture(name)).unwrap();
        for target in [1_000_000, u64::from(u32::MAX), u64::MAX] {
            decoded.seek(target).unwrap();
            assert!(rest(&mut decoded, 0).is_empty(), "{name}");
        }
        decoded.seek(0).unwrap();
        assert!(!rest(&mut decoded, 0).is_empty(), "{name} comes back");
    }
}
