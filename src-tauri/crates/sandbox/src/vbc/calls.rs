//! The calls of the VBC account: one seed gives one history.

use fastrand::Rng;
use uuid::Uuid;

use crate::audio::{Codec, Encoding, Ring, Sound, SoundSource};
use crate::calls::{numbers, rhythm, uuid_from};
use crate::vbc::people::{self, Person};

/// Distance between the ids of neighbouring recordings.
const ID_STEP: u64 = 7;
/// Id of the first company recording.
const COMPANY_IDS: u64 = 1_000_000;
/// Id of the first on-demand recording of the first person; each person has as many to use.
const ON_DEMAND_IDS: u64 = 9_000_000_000;
const ON_DEMAND_IDS_A_PERSON: u64 = 100_000_000;

/// Which way a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Inbound,
    Outbound,
    IntraPbx,
}

impl Direction {
    /// The vendor's word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "INBOUND",
            Self::Outbound => "OUTBOUND",
            Self::IntraPbx => "INTRA_PBX",
        }
    }

    /// Reads the vendor's word.
    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Inbound, Self::Outbound, Self::IntraPbx]
            .into_iter()
            .find(|direction| direction.as_str() == word)
    }
}

/// Whose recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Collection {
    /// Those that rules of the company made.
    Company,
    /// Those that one person made; the number is the person's position.
    OnDemand(usize),
}

impl Collection {
    fn first_id(self) -> u64 {
        match self {
            Self::Company => COMPANY_IDS,
            Self::OnDemand(person) => ON_DEMAND_IDS + person as u64 * ON_DEMAND_IDS_A_PERSON,
        }
    }

    /// The collection whose ids `id` is among.
    pub(super) fn of(id: u64) -> Self {
        match id.checked_sub(ON_DEMAND_IDS) {
            None => Self::Company,
            Some(own) => {
                Self::OnDemand(usize::try_from(own / ON_DEMAND_IDS_A_PERSON).unwrap_or(usize::MAX))
            }
        }
    }
}

/// One recording.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) id: u64,
    /// The telephone call (`call_id`).
    pub(super) belongs_to: Uuid,
    /// Seconds since the epoch: the vendor tells no finer.
    pub(super) start_s: i64,
    pub(super) duration_ms: u32,
    pub(super) direction: Direction,
    encoding: Encoding,
    /// Digits of a number, or of an extension within the office.
    pub(super) caller: u64,
    pub(super) called: u64,
    /// The person at our end, and the other one of a call within the office, by position.
    pub(super) person: u16,
    pub(super) other: u16,
    is_looped: bool,
}

impl Call {
    /// What it sounds like.
    pub(super) fn sound(&self) -> Sound {
        Sound {
            seed: self.belongs_to.as_u64_pair().1 ^ self.id,
            encoding: self.encoding,
            duration_ms: self.duration_ms,
            speakers: 2,
            source: if self.is_looped {
                SoundSource::Looped(Ring::Mp3)
            } else {
                SoundSource::Composed
            },
        }
    }

    /// Gives the call the fixed length of a bench.
    pub(super) fn loop_for(&mut self, duration_ms: u32) {
        self.is_looped = true;
        self.encoding = Ring::Mp3.encoding();
        self.duration_ms = duration_ms;
    }

    /// Decides one of the row's quirks: true in `percent` of all rows.
    pub(super) fn quirk(&self, which: u32, percent: u64) -> bool {
        self.belongs_to.as_u64_pair().0.rotate_left(which * 7) % 100 < percent
    }

    /// Who calls, as the called telephone shows it.
    pub(super) fn cnam(&self, people: &[Person]) -> Option<String> {
        match self.direction {
            Direction::Inbound => people::customer_cnam(self.caller),
            Direction::Outbound | Direction::IntraPbx => {
                people.get(usize::from(self.person)).map(Person::cnam)
            }
        }
    }

    /// Extensions that took part.
    pub(super) fn extensions(&self, people: &[Person]) -> Vec<u32> {
        let extension = |person: u16| people.get(usize::from(person))?.extension;
        let other = (self.direction == Direction::IntraPbx).then_some(self.other);
        extension(self.person).into_iter().chain(other.and_then(extension)).collect()
    }
}

/// `count` calls in the six months before `anchor_ms`, oldest first.
pub(super) fn past(
    seed: u64,
    anchor_ms: i64,
    people: &[Person],
    collection: Collection,
    count: u32,
) -> Vec<Call> {
    let mut dice = dice(seed, collection);
    let mut calls: Vec<Call> = (0..count)
        .map(|_| {
            let duration_ms = rhythm::length_ms(&mut dice);
            let start_ms = rhythm::start_ms(&mut dice, anchor_ms, i64::from(duration_ms) + 60_000);
            call(&mut dice, seed, people, collection, start_ms, duration_ms)
        })
        .collect();
    calls.sort_by_key(|call| (call.start_s, call.belongs_to));
    for (call, position) in calls.iter_mut().zip(0_u64..) {
        call.id = collection.first_id() + position * ID_STEP;
    }
    calls
}

/// `count` calls that have just ended, with ids after `last`, oldest first. `round` makes each time bring other ones.
pub(super) fn fresh(
    seed: u64,
    round: u64,
    now_ms: i64,
    people: &[Person],
    collection: Collection,
    last: Option<&Call>,
    count: u32,
) -> Vec<Call> {
    let mut dice = dice(seed.wrapping_add(round.wrapping_mul(0x1_0000_0001)), collection);
    let mut start_s = last.map_or(i64::MIN, |last| last.start_s);
    let mut id = last.map_or(collection.first_id(), |last| last.id + ID_STEP);
    (0..count)
        .map(|_| {
            let duration_ms = rhythm::length_ms(&mut dice);
            let start_ms = now_ms - i64::from(duration_ms) - 2000;
            let mut call = call(&mut dice, seed, people, collection, start_ms, duration_ms);
            // The list is in the order of the starts, and new rows are on top of it.
            start_s = call.start_s.max(start_s.saturating_add(1));
            (call.start_s, call.id) = (start_s, id);
            id += ID_STEP;
            call
        })
        .collect()
}

fn dice(seed: u64, collection: Collection) -> Rng {
    Rng::with_seed((seed ^ collection.first_id()).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

fn call(
    dice: &mut Rng,
    seed: u64,
    people: &[Person],
    collection: Collection,
    start_ms: i64,
    wanted_ms: u32,
) -> Call {
    let anybody = |dice: &mut Rng| match people.len() {
        0 | 1 => 0,
        count => dice.usize(1..count),
    };
    let person = match collection {
        Collection::Company => anybody(dice),
        Collection::OnDemand(person) => person,
    };
    let other = anybody(dice);
    let direct = |person: usize| people.get(person).map_or(0, |person| person.direct);
    let extension =
        |person: usize| people.get(person).and_then(|person| person.extension).map_or(0, u64::from);
    let customer = people::digits(numbers::customer(dice, seed));
    let direction = match dice.u32(..100) {
        0..8 if other != person && extension(person) > 0 && extension(other) > 0 => {
            Direction::IntraPbx
        }
        0..58 => Direction::Inbound,
        _ => Direction::Outbound,
    };
    let (caller, called) = match direction {
        Direction::Inbound => (customer, direct(person)),
        Direction::Outbound => (direct(person), customer),
        Direction::IntraPbx => (extension(person), extension(other)),
    };
    let codec = if dice.bool() { Codec::Mp3Cbr32 } else { Codec::Mp3Cbr64 };
    let encoding = Encoding { codec, stereo: dice.u32(..100) < 20 };
    Call {
        id: 0,
        belongs_to: uuid_from(dice),
        start_s: start_ms.div_euclid(1000),
        duration_ms: encoding.possible_ms(wanted_ms),
        direction,
        encoding,
        caller,
        called,
        person: u16::try_from(person).unwrap_or(u16::MAX),
        other: u16::try_from(other).unwrap_or(u16::MAX),
        is_looped: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANCHOR_MS: i64 = 1_792_238_400_000;

    #[test]
    fn the_same_seed_gives_the_same_calls_in_the_order_of_their_ids() {
        let people = people::people(1, 8);
        let calls = past(1, ANCHOR_MS, &people, Collection::Company, 2000);
        let again = past(1, ANCHOR_MS, &people, Collection::Company, 2000);
        assert_eq!(format!("{calls:?}"), format!("{again:?}"));
        assert!(calls.is_sorted_by(|a, b| a.id < b.id && a.start_s <= b.start_s));
        let count = |direction| calls.iter().filter(|call| call.direction == direction).count();
        assert!(count(Direction::Inbound) > 700 && count(Direction::Outbound) > 500);
        assert!(count(Direction::IntraPbx) > 50);
        assert!(calls.iter().all(|call| Collection::of(call.id) == Collection::Company));
    }

    #[test]
    fn the_ids_of_each_collection_lead_back_to_it() {
        let people = people::people(1, 3);
        for collection in [Collection::Company, Collection::OnDemand(0), Collection::OnDemand(3)] {
            let calls = past(1, ANCHOR_MS, &people, collection, 5);
            let fresh = fresh(1, 1, ANCHOR_MS, &people, collection, calls.last(), 5);
            assert!(calls.last().unwrap().start_s < fresh[0].start_s);
            assert!(calls.iter().chain(&fresh).all(|call| Collection::of(call.id) == collection));
        }
    }
}
