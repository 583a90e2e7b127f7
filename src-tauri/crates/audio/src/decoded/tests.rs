//! Whether several threads decode what one decodes.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

/// The samples, bit by bit, and the facts.
fn read_all(mut decoded: Decoded) -> Result<(Vec<u32>, AudioFacts), Error> {
    let (mut samples, mut block) = (Vec::new(), Vec::new());
    while decoded.read(&mut block)? > 0 {
        samples.extend(block.iter().map(|sample| sample.to_bits()));
    }
    Ok((samples, decoded.facts()))
}

fn assert_same_with_crew(bytes: &[u8], workers: usize, batch_packets: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound");
    fs::write(&path, bytes).unwrap();
    let open = || Decoded::begin(Origin::File(path.clone()), Pace::Listening);
    let Ok(alone) = open() else { return };
    let mut helped = open().unwrap();
    let demux = &helped.demux;
    let crew =
        Crew::of_size(demux, helped.shape, workers, batch_packets, || make_decoder(demux).ok());
    assert!(crew.is_some(), "this format is for one thread only");
    helped.crew = crew;
    let (alone, helped) = (read_all(alone).unwrap(), read_all(helped).unwrap());
    assert_eq!(alone.1, helped.1);
    assert_eq!(alone.0.len(), helped.0.len());
    let differs = alone.0.iter().zip(&helped.0).position(|(a, b)| a != b);
    assert_eq!(differs, None, "first sample that differs, of {}", alone.0.len());
}

const FILES: [&str; 8] = [
    "cbr.mp3",
    "cbr-untagged.mp3",
    "vbr.mp3",
    "vbr-untagged.mp3",
    "vbr-44100-id3.mp3",
    "ffmpeg.mp3",
    "pcm16.wav",
    "mulaw.wav",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whole files and damaged ones, cut into batches anywhere.
    #[test]
    fn a_crew_decodes_what_one_thread_decodes(
        name in prop::sample::select(FILES.to_vec()),
        workers in 1..4_usize,
        batch_packets in 1..40_usize,
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 0..6),
    ) {
        let mut bytes = fixture(name);
        for (at, flip) in &flips {
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
        }
        assert_same_with_crew(&bytes, workers, batch_packets);
    }
}
