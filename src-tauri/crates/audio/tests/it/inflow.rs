//! Files that are decoded and played while they come in.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use proptest::prelude::*;
use tapeshelf_audio::{Decoded, Inflow, OutputKind, PlayerEvent};

use crate::lengths::all_decodable;
use crate::player::{next, player, positions};
use crate::sound::{cases, decode, file_of, fixture, rest};

/// The side that writes.
struct Sender {
    inflow: Arc<Inflow>,
    file: File,
    bytes: Vec<u8>,
    sent: usize,
    folder: tempfile::TempDir,
}

impl Sender {
    /// Of a fixture; nothing is sent yet.
    fn of(name: &str) -> Self {
        Self::of_bytes(fs::read(fixture(name)).unwrap())
    }

    fn of_bytes(bytes: Vec<u8>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("coming.part");
        let file = File::create(&path).unwrap();
        let inflow = Inflow::new(path);
        inflow.begin(0, Some(bytes.len() as u64), Some("one"));
        Self { inflow, file, bytes, sent: 0, folder }
    }

    fn send_to(&mut self, end: usize) {
        let end = end.min(self.bytes.len());
        self.file.write_all(&self.bytes[self.sent..end]).unwrap();
        self.sent = end;
        self.inflow.reach(end as u64);
    }

    fn send_rest(&mut self) {
        self.send_to(usize::MAX);
    }

    /// Gives the whole file its name.
    fn settle(&self) -> PathBuf {
        let (from, to) = (self.folder.path().join("coming.part"), self.folder.path().join("whole"));
        self.inflow.settle(&to, || fs::rename(from, &to)).unwrap();
        to
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(40), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_comes_in_pieces_sounds_like_the_whole(
        name in prop::sample::select(all_decodable()),
        pieces in prop::collection::vec(1..9000_usize, 1..12),
    ) {
        let mut sender = Sender::of(name);
        let inflow = Arc::clone(&sender.inflow);
        let heard = thread::spawn(move || {
            Decoded::open_inflow(&inflow).map(|mut decoded| rest(&mut decoded, 0))
        });
        for piece in pieces.iter().cycle() {
            sender.send_to(sender.sent + piece);
            if sender.sent == sender.bytes.len() {
                break;
            }
        }
        sender.settle();
        match heard.join().unwrap() {
            Ok(heard) => prop_assert_eq!(heard, decode(&fixture(name), 0)),
            // Only what keeps its table of contents at the end has to wait for it.
            Err(error) => prop_assert_eq!(name, "aac.m4a", "{}", error),
        }
    }
}

#[test]
fn the_beginning_is_enough_to_begin_and_the_length_is_told() {
    for (name, enough) in [("pcm16.wav", 5000), ("mulaw.wav", 5000)] {
        let mut sender = Sender::of(name);
        sender.send_to(enough);
        let decoded = Decoded::open_inflow(&sender.inflow).unwrap();
        assert_eq!(decoded.stated_frames(), Some(16_000), "{name}");
    }
}

#[test]
fn what_is_withdrawn_ends_in_an_error_and_not_in_noise() {
    let mut sender = Sender::of("pcm16.wav");
    sender.send_to(30_000);
    let mut decoded = Decoded::open_inflow(&sender.inflow).unwrap();
    let mut block = Vec::new();
    decoded.read(&mut block).unwrap();
    let inflow = Arc::clone(&sender.inflow);
    let reading = thread::spawn(move || {
        let mut heard = block;
        let mut block = Vec::new();
        loop {
            match decoded.read(&mut block) {
                Ok(0) => panic!("an end where there is none"),
                Ok(_) => heard.extend_from_slice(&block),
                Err(error) => return (heard, error),
            }
        }
    });
    inflow.withdraw();
    let (heard, _) = reading.join().unwrap();
    let left: Vec<f32> = heard.chunks(2).map(|frame| frame[0]).collect();
    assert_eq!(left, decode(&fixture("pcm16.wav"), 0)[..left.len()]);
}

/// The file is emptied and written anew: goes on if it is the same, and ends otherwise.
#[test]
fn a_file_that_is_begun_anew_goes_on_only_if_it_is_provably_the_same() {
    for is_same in [true, false] {
        let mut sender = Sender::of("pcm16.wav");
        sender.send_to(40_000);
        let mut decoded = Decoded::open_inflow(&sender.inflow).unwrap();
        let mut block = Vec::new();
        let first = decoded.read(&mut block).unwrap();
        sender.file.set_len(0).unwrap();
        std::io::Seek::rewind(&mut sender.file).unwrap();
        let version = if is_same { "one" } else { "two" };
        sender.inflow.begin(0, Some(sender.bytes.len() as u64), Some(version));
        sender.sent = 0;
        sender.send_rest();
        sender.settle();
        assert_eq!(sender.inflow.is_withdrawn(), !is_same);
        if is_same {
            assert_eq!(rest(&mut decoded, 0), decode(&fixture("pcm16.wav"), 0)[first..]);
        } else {
            assert!(decoded.read(&mut block).is_err());
        }
    }
    // Likewise when it is said to be the same, and has another size.
    let sender = Sender::of("pcm16.wav");
    sender.inflow.begin(0, Some(5), Some("one"));
    assert!(sender.inflow.is_withdrawn());
}

#[test]
fn a_seek_behind_what_is_there_waits_for_it() {
    for name in ["pcm16.wav", "vbr.mp3"] {
        let mut sender = Sender::of(name);
        sender.send_to(20_000);
        let inflow = Arc::clone(&sender.inflow);
        let seeking = thread::spawn(move || {
            let mut decoded = Decoded::open_inflow(&inflow).unwrap();
            decoded.seek(15_000).unwrap();
            rest(&mut decoded, 0)
        });
        sender.send_rest();
        let expected = decode(&fixture(name), 0);
        let heard = seeking.join().unwrap();
        assert_eq!(heard.len(), expected.len() - 15_000, "{name}");
        // Back to the beginning, from where the whole file is now.
        let mut decoded = Decoded::open_inflow(&sender.inflow).unwrap();
        decoded.seek(9000).unwrap();
        sender.settle();
        decoded.seek(100).unwrap();
        assert_eq!(rest(&mut decoded, 0).len(), expected.len() - 100, "{name}");
    }
}

#[test]
fn the_player_waits_where_nothing_has_arrived_and_obeys_meanwhile() {
    let (player, events) = player(OutputKind::Silent);
    let mut sender = Sender::of("pcm16.wav");
    sender.send_to(33_000);
    player.load_inflow(Decoded::open_inflow(&sender.inflow).unwrap(), 16_000);
    player.play();
    assert_eq!(next(&events), PlayerEvent::Loaded { duration_ms: 2000 });
    assert_eq!(next(&events), PlayerEvent::Playing);
    // Until it stands still: all that is there are 1031 ms.
    let mut before = None;
    loop {
        let PlayerEvent::Position { position_ms } = next(&events) else { panic!("no position") };
        assert!(position_ms <= 1040, "{position_ms} ms are not there yet");
        if before == Some(position_ms) && position_ms > 0 {
            break;
        }
        before = Some(position_ms);
    }
    player.pause();
    assert_eq!(positions(&events).1, PlayerEvent::Paused);
    // A place that is not there yet, and one that is.
    player.seek(1900);
    assert_eq!(next(&events), PlayerEvent::Position { position_ms: 1900 });
    // 44 bytes of header, 32 bytes a millisecond.
    assert_eq!(next(&events), PlayerEvent::Waiting { byte: 44 + 32 * 1900 });
    player.play();
    assert_eq!(next(&events), PlayerEvent::Playing);
    player.seek(300);
    let seen = loop {
        let PlayerEvent::Position { position_ms } = next(&events) else { panic!("no position") };
        if position_ms < 1900 {
            break position_ms;
        }
        assert_eq!(position_ms, 1900, "nothing to hear there");
    };
    assert!((300..400).contains(&seen), "{seen}");
    player.seek(1900);
    assert!(matches!(positions(&events).1, PlayerEvent::Waiting { .. }));
    sender.send_rest();
    sender.settle();
    player.settle(16_000);
    let (seen, end) = positions(&events);
    assert_eq!((seen.last(), end), (Some(&2000), PlayerEvent::Ended));
    player.play();
    assert_eq!(next(&events), PlayerEvent::Playing, "and once more from its new name");
}

#[test]
fn the_player_lets_go_of_what_is_withdrawn() {
    let (player, events) = player(OutputKind::Silent);
    let mut sender = Sender::of("pcm16.wav");
    sender.send_to(30_000);
    player.load_inflow(Decoded::open_inflow(&sender.inflow).unwrap(), 16_000);
    player.play();
    assert_eq!(next(&events), PlayerEvent::Loaded { duration_ms: 2000 });
    assert_eq!(next(&events), PlayerEvent::Playing);
    sender.inflow.withdraw();
    assert_eq!(positions(&events).1, PlayerEvent::Withdrawn);
    let folder = tempfile::tempdir().unwrap();
    player.load(file_of(&folder, &sender.bytes));
    assert_eq!(next(&events), PlayerEvent::Loaded { duration_ms: 2000 });
}

/// The part from a byte on, in a file of its own.
fn send_ahead(sender: &Sender, from: usize, to: usize) {
    let path = sender.folder.path().join(format!("ahead-{from}"));
    fs::write(&path, &sender.bytes[from..to]).unwrap();
    sender.inflow.begin_ahead(path, from as u64);
    sender.inflow.reach_ahead(from as u64, to as u64);
}

/// Whoever jumps is told which byte it takes, and hears from there what the whole file has there, to the sample.
#[test]
fn a_jump_is_heard_without_what_lies_before() {
    for (name, times) in [("cbr-untagged.mp3", 20), ("pcm16.wav", 1), ("mulaw.wav", 1)] {
        let mut sender = Sender::of_bytes(fs::read(fixture(name)).unwrap().repeat(times));
        let whole = decode(&file_of(&sender.folder, &sender.bytes), 0);
        let sent = 5000.max(sender.bytes.len() / 4);
        sender.send_to(sent);
        let (player, events) = player(OutputKind::Silent);
        let decoded = Decoded::open_inflow(&sender.inflow).unwrap();
        let rate = u64::from(decoded.sample_rate_hz());
        player.load_inflow(decoded, whole.len() as u64);
        let target_ms = whole.len() as u64 * 1000 / rate * 3 / 4;
        player.seek(target_ms);
        let byte = loop {
            if let PlayerEvent::Waiting { byte } = next(&events) {
                break usize::try_from(byte).unwrap();
            }
        };
        assert!(byte > sent && byte < sender.bytes.len(), "{name}: {byte}");
        send_ahead(&sender, byte, sender.bytes.len());
        assert_eq!(sender.inflow.ahead(), Some((byte as u64, sender.bytes.len() as u64)));

        // Its samples, beside the player, which does not give them out. Within the part forwards and backwards.
        let mut decoded = Decoded::open_inflow(&sender.inflow).unwrap();
        decoded.expect_length(whole.len() as u64);
        for target in [whole.len() * 3 / 4 + 300, whole.len() - 2000, whole.len() * 3 / 4 + 700] {
            decoded.seek(target as u64).unwrap();
            assert_eq!(decoded.position(), target as u64, "{name}");
            let heard = rest(&mut decoded, 0);
            assert_eq!(heard.len(), whole.len() - target, "{name} from {target}");
            let differ = heard.iter().zip(&whole[target..]).map(|(a, b)| (a - b).abs());
            let worst = differ.fold(0.0, f32::max);
            assert!(worst < 1e-4, "{name} from {target}: differs by {worst}");
        }
        // Back to where nothing is: it comes in order, and the player is not kept from other commands meanwhile.
        player.seek(target_ms / 3 * 2);
        player.play();
        player.pause();
        while next(&events) != PlayerEvent::Paused {}
        sender.send_rest();
        sender.settle();
        decoded.seek(whole.len() as u64 / 2).unwrap();
        assert_eq!(rest(&mut decoded, 0).len(), whole.len() - whole.len() / 2, "{name}");
    }
}

/// Where a jump leads into bytes that are no sound, the player goes on at the nearest sound that is there, and obeys until some is.
#[test]
fn a_jump_into_bytes_that_are_no_sound_goes_on_behind_them() {
    let intact = fs::read(fixture("cbr-untagged.mp3")).unwrap().repeat(120);
    let folder = tempfile::tempdir().unwrap();
    let whole = decode(&file_of(&folder, &intact), 0);
    let (hole, behind) = (intact.len() / 10 * 6, intact.len() / 10 * 8);
    let mut damaged = intact;
    damaged[hole..behind].fill(0);
    let mut sender = Sender::of_bytes(damaged);
    sender.send_to(sender.bytes.len() / 10);
    let (player, events) = player(OutputKind::Silent);
    let decoded = Decoded::open_inflow(&sender.inflow).unwrap();
    let rate = u64::from(decoded.sample_rate_hz());
    player.load_inflow(decoded, whole.len() as u64);
    let ms = |frames: usize| frames as u64 * 1000 / rate;
    player.seek(ms(whole.len()) / 10 * 7);
    let byte = loop {
        if let PlayerEvent::Waiting { byte } = next(&events) {
            break usize::try_from(byte).unwrap();
        }
    };
    assert!((hole..behind).contains(&byte), "{byte}");
    // More than it takes to look for sound, and none in it.
    let part = sender.folder.path().join("ahead");
    fs::write(&part, &sender.bytes[byte..]).unwrap();
    sender.inflow.begin_ahead(part, byte as u64);
    let some = byte + (behind - byte) / 2;
    assert!(some - byte > 20_000);
    sender.inflow.reach_ahead(byte as u64, some as u64);
    player.play();
    player.pause();
    while next(&events) != PlayerEvent::Paused {}

    // The rest of the part.
    sender.inflow.reach_ahead(byte as u64, sender.bytes.len() as u64);
    player.play();
    let landed_ms = ms(whole.len()) / 100 * 79;
    while !matches!(next(&events), PlayerEvent::Position { position_ms } if position_ms > landed_ms)
    {
    }

    // The samples from there, once those are over that need what lies before.
    let mut decoded = Decoded::open_inflow(&sender.inflow).unwrap();
    decoded.expect_length(whole.len() as u64);
    decoded.seek(whole.len() as u64 / 10 * 7).unwrap();
    let at = usize::try_from(decoded.position()).unwrap();
    assert!((whole.len() / 100 * 78..whole.len() / 100 * 82).contains(&at), "{at}");
    let heard = rest(&mut decoded, 0);
    assert_eq!(heard.len(), whole.len() - at);
    let settled = 12 * 1152;
    let pairs = heard.iter().zip(&whole[at..]).skip(settled);
    let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-4, "differs by {worst}");
    player.close();
}
