//! Whatever the bytes are: an answer, no panic, and no end of memory.

use std::fs;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;
use tapeshelf_audio::{Decoded, Inflow, analyse, sniff};

use crate::lengths::all_decodable;
use crate::sound::{cases, file_of, fixture};

#[derive(Debug, Clone)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Fill(prop::sample::Index, usize, u8),
    Word(prop::sample::Index, u32),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Cut(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        1 => (at(), 1..2000_usize, any::<u8>()).prop_map(|(at, count, byte)| Damage::Fill(at, count, byte)),
        3 => (at(), prop_oneof![Just(0), Just(u32::MAX), Just(0x7fff_ffff), Just(1), any::<u32>()])
            .prop_map(|(at, word)| Damage::Word(at, word)),
        1 => (at(), 1..2000_usize).prop_map(|(at, count)| Damage::Remove(at, count)),
        1 => (at(), 1..2000_usize).prop_map(|(at, count)| Damage::Repeat(at, count)),
        1 => at().prop_map(Damage::Cut),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage, is_header: bool) {
    if bytes.is_empty() {
        return;
    }
    let reach = if is_header { bytes.len().min(128) } else { bytes.len() };
    let place = |at: &prop::sample::Index| at.index(reach);
    match damage {
        Damage::Flip(at, byte) => {
            let at = place(at);
            bytes[at] ^= byte;
        }
        Damage::Fill(at, count, byte) => {
            let at = place(at);
            let end = (at + count).min(bytes.len());
            bytes[at..end].fill(*byte);
        }
        Damage::Word(at, word) => {
            let at = place(at);
            let end = (at + 4).min(bytes.len());
            bytes[at..end].copy_from_slice(&word.to_le_bytes()[..end - at]);
        }
        Damage::Remove(at, count) => {
            let at = place(at);
            let end = (at + count).min(bytes.len());
            bytes.drain(at..end);
        }
        Damage::Repeat(at, count) => {
            let at = place(at);
            let end = (at + count).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
    }
}

/// A panic inside the decoder library is caught by the crate and becomes an error; here it shall be seen.
static HAS_PANICKED: AtomicBool = AtomicBool::new(false);

fn watch_for_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let earlier = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let place = info.location().map(|place| place.file().to_owned()).unwrap_or_default();
            if !place.contains("tests/it") && !place.contains("proptest") {
                HAS_PANICKED.store(true, Ordering::SeqCst);
            }
            earlier(info);
        }));
    });
    HAS_PANICKED.store(false, Ordering::SeqCst);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(1000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(
        name in prop::sample::select(all_decodable()),
        damages in prop::collection::vec((damage(), any::<bool>()), 1..6),
        target in 0_u64..40_000,
    ) {
        watch_for_panics();
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = fs::read(fixture(name)).unwrap();
        for (damage, is_header) in &damages {
            apply(&mut bytes, damage, *is_header);
        }
        let path = file_of(&folder, &bytes);
        if let Ok(analysis) = analyse(&path, 50) {
            prop_assert_eq!(analysis.peaks.pairs.len(), usize::from(analysis.facts.channels));
            prop_assert!(analysis.peaks.pairs.iter().all(|pairs| pairs.len() == 50));
        }
        // As a file that is there, and as one of which the last byte has just come in.
        let inflow = Inflow::new(path.clone());
        let size_bytes = bytes.len() as u64;
        inflow.begin(0, Some(size_bytes), None);
        inflow.reach(size_bytes);
        if size_bytes == 0 {
            inflow.withdraw();
        }
        for opened in [Decoded::open(&path), Decoded::open_inflow(&inflow)] {
            let Ok(mut decoded) = opened else { continue };
            let _ = (decoded.length_frames(), decoded.stated_frames());
            let mut block = Vec::new();
            for frame in [target, target / 2] {
                if decoded.seek(frame).is_ok() {
                    let _ = decoded.read(&mut block);
                }
            }
        }
        prop_assert!(!HAS_PANICKED.load(Ordering::SeqCst));
    }

    #[test]
    fn noise_with_a_magic_number_never_panics(
        magic in prop::sample::select(vec![
            b"ID3\x04\0\0\0\0\0\x10".to_vec(), b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0".to_vec(), b"OggS\0\x02".to_vec(),
            b"fLaC\0\0\0\x22".to_vec(), b"\0\0\0\x18ftypM4A ".to_vec(), vec![0xff, 0xe3, 0x28, 0xc4], vec![],
        ]),
        noise in prop::collection::vec(any::<u8>(), 0..3000),
    ) {
        watch_for_panics();
        let folder = tempfile::tempdir().unwrap();
        let bytes = [magic, noise].concat();
        let _ = sniff(&bytes);
        let _ = analyse(&file_of(&folder, &bytes), 10);
        prop_assert!(!HAS_PANICKED.load(Ordering::SeqCst));
    }
}
