//! Made-up calls: one seed gives one history of a small company's telephone.
//!
//! A call is kept as a few numbers; its JSON and its sound are made when somebody asks. Which quirk of the vendor a
//! row shows (offset of its time, `""` or null, a number with or without `+`) follows from its id.

pub(crate) mod numbers;
pub(crate) mod rhythm;

use fastrand::Rng;
use uuid::Uuid;

use crate::audio::{Codec, Encoding, Ring, Sound, SoundSource};
pub(crate) use numbers::Party;

/// Names of the conferences.
const CONFERENCES: [&str; 16] = [
    "Monday stand-up",
    "Weekly numbers",
    "Support handover",
    "Harbour project",
    "Hiring panel",
    "Release planning",
    "Northwind review",
    "Delivery desk",
    "Quality circle",
    "Partner call",
    "Budget 2027",
    "Zoë’s onboarding",
    "Störungsdienst",
    "मासिक समीक्षा",
    "Field team A",
    "Field team B",
];
/// SIP users of the company, for parties that are no telephone number.
const SIP_USERS: [&str; 4] = ["frontdesk", "warehouse", "anita", "1007"];

/// What the vendor calls `recording_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Call,
    Conference,
    Trunk,
    /// Seen in the vendor's console only.
    Stream,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Conference => "conference",
            Self::Trunk => "trunk",
            Self::Stream => "stream",
        }
    }
}

/// One recording.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) id: Uuid,
    /// The telephone call it is part of (`call_uuid`).
    pub(crate) belongs_to: Uuid,
    /// When the file was stored, in microseconds since the epoch.
    pub(crate) added_us: i64,
    /// First sample, in milliseconds since the epoch; the last is `duration_ms` later.
    pub(crate) start_ms: i64,
    pub(crate) duration_ms: u32,
    pub(crate) from: Party,
    pub(crate) to: Party,
    conference: Option<u8>,
    pub(crate) kind: Kind,
    pub(crate) encoding: Encoding,
    is_looped: bool,
}

impl Call {
    /// Gives the call the fixed length of a bench.
    pub(crate) fn loop_for(&mut self, duration_ms: u32) {
        self.is_looped = true;
        self.encoding = Ring::Wav.encoding();
        self.duration_ms = duration_ms;
        self.start_ms = self.added_us / 1000 - 1000 - i64::from(duration_ms);
    }

    /// What it sounds like: as many people as its kind has.
    pub(crate) fn sound(&self) -> Sound {
        Sound {
            seed: self.id.as_u64_pair().1,
            encoding: self.encoding,
            duration_ms: self.duration_ms,
            speakers: if self.kind == Kind::Conference { 4 } else { 2 },
            source: if self.is_looped {
                SoundSource::Looped(Ring::Wav)
            } else {
                SoundSource::Composed
            },
        }
    }

    /// Decides one of the row's quirks: true in `percent` of all rows.
    fn quirk(&self, which: u32, percent: u64) -> bool {
        self.id.as_u64_pair().0.rotate_left(which * 7) % 100 < percent
    }

    /// Whether `add_time` is told in India's offset rather than UTC.
    pub(crate) fn tells_indian_time(&self) -> bool {
        self.quirk(1, 70)
    }

    /// Whether start and end are null: usual for trunk captures.
    pub(crate) fn hides_start(&self) -> bool {
        self.kind == Kind::Trunk && self.quirk(2, 90)
    }

    /// Whether the price of its storage is told in whole units.
    pub(crate) fn tells_whole_amount(&self) -> bool {
        self.quirk(5, 40)
    }

    /// `conference_name` as sent: a name, or null or an empty text for ordinary calls.
    pub(crate) fn conference_name(&self) -> Option<&'static str> {
        match self.conference {
            Some(index) => CONFERENCES.get(usize::from(index)).copied(),
            None => self.quirk(3, 50).then_some(""),
        }
    }

    /// Extension of the media URL: some WAV files are called `.mp3`.
    pub(crate) fn url_extension(&self) -> &'static str {
        if self.encoding.codec.is_wav() && self.quirk(4, 60) {
            "mp3"
        } else {
            self.encoding.format()
        }
    }
}

/// Makes calls one after the other; the sequence depends on the seed and the moment it is anchored at.
#[derive(Debug)]
pub(crate) struct History {
    dice: Rng,
    seed: u64,
    anchor_us: i64,
}

impl History {
    /// A history of the six months before `anchor_us`.
    pub(crate) fn new(seed: u64, anchor_us: i64) -> Self {
        // The generator's first numbers are alike for neighbouring seeds; a large odd factor pulls them apart.
        Self { dice: Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)), seed, anchor_us }
    }

    /// Exactly `count` recordings, oldest first.
    pub(crate) fn past(mut self, count: u32) -> Vec<Call> {
        let mut calls = Vec::with_capacity(count as usize + 4);
        while calls.len() < count as usize {
            self.add_call(&mut calls);
        }
        calls.truncate(count as usize);
        calls.sort_by_key(|call| (call.added_us, call.id));
        calls
    }

    /// `count` calls that were stored just now, each later than `newest_us`, oldest first.
    pub(crate) fn fresh(mut self, count: u32, newest_us: i64) -> Vec<Call> {
        let mut calls = Vec::new();
        while calls.len() < count as usize {
            self.add_call(&mut calls);
        }
        calls.truncate(count as usize);
        let mut added_us = newest_us.max(self.anchor_us - i64::from(count) * 1_000_000);
        for call in &mut calls {
            added_us += self.dice.i64(100_000..1_000_000);
            call.added_us = rhythm::with_five_digits(added_us);
            call.start_ms = call.added_us / 1000 - 1000 - i64::from(call.duration_ms);
        }
        calls
    }

    /// One telephone call with its one or more recordings.
    fn add_call(&mut self, calls: &mut Vec<Call>) {
        let dice = &mut self.dice;
        let kind = match dice.u32(..100) {
            0..77 => Kind::Call,
            77..87 => Kind::Conference,
            87..99 => Kind::Trunk,
            _ => Kind::Stream,
        };
        let conference = (kind == Kind::Conference)
            .then(|| dice.u8(..u8::try_from(CONFERENCES.len()).unwrap_or(u8::MAX)));
        let (from, to) = parties(dice, self.seed);
        let belongs_to = uuid_from(dice);
        // Transfers and pauses split a call, and a conference may be recorded more than once.
        let parts = match (kind, dice.u32(..100)) {
            (Kind::Conference, 0..30) => dice.u32(2..5),
            (_, 0..6) => dice.u32(2..4),
            _ => 1,
        };
        let length_ms = rhythm::length_ms(dice);
        // Room for every part with its pause, however short the whole was meant to be.
        let room_ms = length_ms + parts * 2 * rhythm::SHORTEST_MS;
        let mut start_ms = rhythm::start_ms(dice, self.anchor_us / 1000, i64::from(room_ms));
        for _ in 0..parts {
            let encoding = encoding(dice, kind);
            // Parts of one call are not equally long.
            let share_ms =
                if parts == 1 { length_ms } else { length_ms / parts * dice.u32(20..100) / 100 };
            let duration_ms = encoding.possible_ms(share_ms.max(rhythm::SHORTEST_MS));
            let end_ms = start_ms + i64::from(duration_ms);
            let added_us = rhythm::with_five_digits(end_ms * 1000 + dice.i64(400_000..1_600_000));
            calls.push(Call {
                id: uuid_from(dice),
                belongs_to,
                added_us,
                start_ms,
                duration_ms,
                from,
                to,
                conference,
                kind,
                encoding,
                is_looped: false,
            });
            start_ms = end_ms + dice.i64(1000..4000);
        }
    }
}

/// Caller and called party: a customer and one of the company's own lines, either way round.
fn parties(dice: &mut Rng, seed: u64) -> (Party, Party) {
    let customer = numbers::customer(dice, seed);
    let line = numbers::own_line(dice, seed);
    match dice.u32(..1000) {
        0..4 => (Party::Withheld, line),
        4..14 => (customer, Party::Sip(dice.u8(..4))),
        14..24 => (Party::Sip(dice.u8(..4)), customer),
        24..600 => (customer, line),
        _ => (line, customer),
    }
}

/// Trunks are captured as WAV by default, calls and conferences as MP3 (vendor's console page).
fn encoding(dice: &mut Rng, kind: Kind) -> Encoding {
    let is_wav = dice.u32(..100) < if kind == Kind::Trunk { 85 } else { 12 };
    let codec = match (is_wav, dice.u32(..10)) {
        (true, 0..6) => Codec::WavPcm,
        (true, _) => Codec::WavUlaw,
        (false, 0..3) => Codec::Mp3Cbr32,
        (false, 3..7) => Codec::Mp3Cbr64,
        (false, _) => Codec::Mp3Vbr,
    };
    Encoding { codec, stereo: dice.u32(..100) < 30 }
}

/// A version 4 UUID from the dice.
pub(crate) fn uuid_from(dice: &mut Rng) -> Uuid {
    uuid::Builder::from_random_bytes(dice.u128(..).to_be_bytes()).into_uuid()
}

impl std::fmt::Display for Party {
    /// As the vendor sends it: `+919876543210`, `919876543210`, `sip:user@host`, or nothing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number { digits, plus: true } => write!(f, "+{digits}"),
            Self::Number { digits, plus: false } => write!(f, "{digits}"),
            Self::Sip(user) => {
                write!(
                    f,
                    "sip:{}@pbx.example.test",
                    SIP_USERS[usize::from(*user) % SIP_USERS.len()]
                )
            }
            Self::Withheld => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// 17 October 2026, 12:00 UTC, a Saturday.
    const ANCHOR_US: i64 = 1_792_238_400_000_000;

    fn past(seed: u64, count: u32) -> Vec<Call> {
        History::new(seed, ANCHOR_US).past(count)
    }

    #[test]
    fn the_same_seed_and_moment_give_the_same_calls() {
        let told = |calls: &[Call]| format!("{calls:?}");
        assert_eq!(told(&past(1, 500)), told(&past(1, 500)));
        assert_ne!(told(&past(1, 500)), told(&past(2, 500)));
    }

    #[test]
    fn calls_span_six_months_and_never_lie_in_the_future() {
        let calls = past(1, 2000);
        assert_eq!(calls.len(), 2000);
        let days = |us: i64| (ANCHOR_US - us) / 86_400_000_000;
        assert!(calls.iter().all(|call| (0..185).contains(&days(call.added_us))));
        assert!(days(calls[0].added_us) > 175 && days(calls[1999].added_us) < 3);
        assert!(calls.is_sorted_by_key(|call| call.added_us));
    }

    #[test]
    fn lengths_are_those_of_an_office() {
        let calls = past(1, 20_000);
        let share = |low_s: u32, high_s: u32| {
            let count = calls
                .iter()
                .filter(|call| (low_s * 1000..high_s * 1000).contains(&call.duration_ms))
                .count();
            count * 100 / calls.len()
        };
        assert!(share(20, 480) > 70, "{}", share(20, 480));
        assert!(calls.iter().any(|call| call.duration_ms > 3_600_000));
        assert!(calls.iter().all(|call| call.duration_ms >= 5000));
    }

    #[test]
    fn every_kind_encoding_and_quirk_occurs() {
        let calls = past(1, 2000);
        for kind in [Kind::Call, Kind::Conference, Kind::Trunk, Kind::Stream] {
            assert!(calls.iter().any(|call| call.kind == kind), "{kind:?}");
        }
        let mut encodings = HashMap::new();
        for call in &calls {
            *encodings.entry(call.encoding).or_insert(0) += 1;
        }
        assert_eq!(encodings.len(), 10, "{encodings:?}");
        assert!(
            calls.iter().any(|call| call.encoding.codec.is_wav() && call.url_extension() == "mp3")
        );
        assert!(calls.iter().any(|call| call.from == Party::Withheld));
        assert!(calls.iter().any(|call| matches!(call.to, Party::Sip(_))));
        let mut parts: HashMap<Uuid, u32> = HashMap::new();
        for call in &calls {
            *parts.entry(call.belongs_to).or_default() += 1;
        }
        assert!(parts.values().any(|count| *count > 1));
    }

    #[test]
    fn fresh_calls_come_after_all_others_in_order() {
        let fresh = History::new(9, ANCHOR_US).fresh(50, ANCHOR_US - 1);
        assert_eq!(fresh.len(), 50);
        assert!(fresh[0].added_us >= ANCHOR_US);
        assert!(fresh.is_sorted_by(|a, b| a.added_us < b.added_us));
    }

    #[test]
    fn a_call_costs_little_memory() {
        assert!(size_of::<Call>() <= 128, "{}", size_of::<Call>());
    }
}
