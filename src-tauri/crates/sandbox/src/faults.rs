//! Trouble on request: what the server does wrong, how often, and to which recording.
//!
//! Chance is seeded and depends on what is asked for and how often it was asked for before, not on the order in which
//! requests of different clients arrive. So a run with 16 downloads at once meets the same faults each time.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use fastrand::Rng;

/// How often media that is [`Fault::NotReady`] is asked for until it is there: the third try succeeds.
pub const NOT_READY_TRIES: u32 = 3;
/// What `Retry-After` says under [`Fault::Rate429`], in seconds.
pub const RETRY_AFTER_S: u32 = 1;
/// How much longer a reply's head takes under [`Fault::Slow`].
pub(crate) const SLOW_HEAD: Duration = Duration::from_millis(400);
/// How long a slow body pauses after each [`SLOW_CHUNK_BYTES`].
pub(crate) const SLOW_PAUSE: Duration = Duration::from_millis(50);
/// Size of a slow body's pieces: 80 KB a second in all.
pub(crate) const SLOW_CHUNK_BYTES: usize = 4096;

/// One kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Every reply takes longer, and audio trickles at about 80 KB a second.
    Slow,
    /// A web page with status 200 in place of the audio.
    Html200,
    /// Status 200 and no bytes in place of the audio.
    Empty200,
    /// The connection breaks at a random byte of the audio.
    Cut,
    /// Status 429 with `Retry-After`.
    Rate429,
    /// Status 500, 502 (a web page) or 503.
    Server5xx,
    /// The audio is 404 until it was asked for [`NOT_READY_TRIES`] times.
    NotReady,
    /// The audio is a 302 to another host, which must not get the credentials and needs none.
    RedirectForeign,
}

impl Fault {
    /// All faults, in the order in which they are judged.
    pub const ALL: [Self; 8] = [
        Self::Rate429,
        Self::Server5xx,
        Self::RedirectForeign,
        Self::NotReady,
        Self::Html200,
        Self::Empty200,
        Self::Cut,
        Self::Slow,
    ];

    /// Its name in a profile.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::Html200 => "html200",
            Self::Empty200 => "empty200",
            Self::Cut => "cut",
            Self::Rate429 => "rate429",
            Self::Server5xx => "server5xx",
            Self::NotReady => "not_ready",
            Self::RedirectForeign => "redirect_foreign",
        }
    }
}

/// Which faults happen, each with its probability from 0 to 1. The default is none.
///
/// Written as `html200:0.2,cut:0.1`; a name without a number always happens.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FaultProfile {
    chances: BTreeMap<Fault, f64>,
}

impl FaultProfile {
    /// The same profile with one fault more, or with another probability for it (held to 0 to 1).
    #[must_use]
    pub fn with(mut self, fault: Fault, probability: f64) -> Self {
        self.chances.insert(fault, probability.clamp(0.0, 1.0));
        self
    }

    /// How likely a fault is.
    pub fn probability(&self, fault: Fault) -> f64 {
        self.chances.get(&fault).copied().unwrap_or(0.0)
    }
}

impl fmt::Display for FaultProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (fault, probability)) in self.chances.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{}:{probability}", fault.name())?;
        }
        Ok(())
    }
}

/// Why a text is no fault profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No fault of that name.
    #[error(
        "there is no fault {0:?}; known are slow, html200, empty200, cut, rate429, server5xx, not_ready, redirect_foreign"
    )]
    UnknownFault(String),
    /// Not a number from 0 to 1.
    #[error("{0:?} is no probability from 0 to 1")]
    BadProbability(String),
}

impl FromStr for FaultProfile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let mut profile = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, probability) = part.split_once(':').unwrap_or((part, "1"));
            let fault = Fault::ALL
                .into_iter()
                .find(|fault| fault.name() == name.trim())
                .ok_or_else(|| ProfileError::UnknownFault(name.trim().to_owned()))?;
            let probability: f64 = probability
                .trim()
                .parse()
                .ok()
                .filter(|probability| (0.0..=1.0).contains(probability))
                .ok_or_else(|| ProfileError::BadProbability(probability.trim().to_owned()))?;
            profile = profile.with(fault, probability);
        }
        Ok(profile)
    }
}

/// What one request has to suffer.
#[derive(Debug)]
pub(crate) struct Struck {
    faults: Vec<Fault>,
    /// Dice for details such as where to cut.
    pub(crate) dice: Rng,
}

impl Struck {
    /// Whether this fault is among them.
    pub(crate) fn by(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }
}

/// A fault set on one recording.
#[derive(Debug, Clone, Copy)]
struct Planned {
    fault: Fault,
    /// How many requests it is still for; `None` is for ever.
    left: Option<u32>,
}

/// Decides who is struck.
#[derive(Debug)]
pub(crate) struct Weather {
    profile: FaultProfile,
    seed: u64,
    /// How often each thing was asked for.
    tries: Mutex<HashMap<String, u32>>,
    planned: Mutex<HashMap<String, Vec<Planned>>>,
}

impl Weather {
    pub(crate) fn new(profile: FaultProfile, seed: u64) -> Self {
        Self { profile, seed, tries: Mutex::default(), planned: Mutex::default() }
    }

    /// Sets a fault on a recording's media, on top of the profile.
    pub(crate) fn plan(&self, recording_id: &str, fault: Fault, times: Option<u32>) {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.entry(recording_id.to_owned()).or_default().push(Planned { fault, left: times });
    }

    /// Takes all faults off a recording's media that were set by [`Weather::plan`].
    pub(crate) fn mend(&self, recording_id: &str) {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner).remove(recording_id);
        // A recording broken anew counts from the start.
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(&media_key(recording_id));
    }

    /// What a request to the API suffers: only the faults that any endpoint can have.
    pub(crate) fn strike_api(&self, request: &str) -> Struck {
        self.strike(request, &[], &[Fault::Rate429, Fault::Server5xx, Fault::Slow])
    }

    /// What a request for a recording's media suffers.
    pub(crate) fn strike_media(&self, recording_id: &str) -> Struck {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let mut certain = Vec::new();
        if let Some(plans) = planned.get_mut(recording_id) {
            for plan in plans.iter_mut() {
                certain.push(plan.fault);
                plan.left = plan.left.map(|left| left.saturating_sub(1));
            }
            plans.retain(|plan| plan.left != Some(0));
        }
        drop(planned);
        self.strike(&media_key(recording_id), &certain, &Fault::ALL)
    }

    fn strike(&self, key: &str, certain: &[Fault], possible: &[Fault]) -> Struck {
        if certain.is_empty() && self.profile.chances.is_empty() {
            return Struck { faults: Vec::new(), dice: Rng::with_seed(self.seed) };
        }
        let attempt = {
            let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
            let tries = tries.entry(key.to_owned()).or_default();
            *tries += 1;
            *tries
        };
        let mut faults = Vec::new();
        for fault in possible {
            let struck = certain.contains(fault) || {
                // Whether a file is late in coming is its own nature, not that of one request for it.
                let attempt = if *fault == Fault::NotReady { 0 } else { attempt };
                self.dice((key, fault, attempt)).f64() < self.profile.probability(*fault)
            };
            if struck && (*fault != Fault::NotReady || attempt < NOT_READY_TRIES) {
                faults.push(*fault);
            }
        }
        Struck { faults, dice: self.dice((key, attempt)) }
    }

    fn dice(&self, what: impl Hash) -> Rng {
        let mut hasher = DefaultHasher::new();
        (self.seed, what).hash(&mut hasher);
        Rng::with_seed(hasher.finish())
    }
}

fn media_key(recording_id: &str) -> String {
    format!("media {recording_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_read_as_they_are_written() {
        let profile: FaultProfile = "html200:0.2, cut:0.1,slow".parse().unwrap();
        assert!((profile.probability(Fault::Html200) - 0.2).abs() < 1e-9);
        assert!((profile.probability(Fault::Slow) - 1.0).abs() < 1e-9);
        assert!(profile.probability(Fault::Empty200).abs() < 1e-9);
        assert_eq!(profile.to_string().parse(), Ok(profile));
        assert_eq!("".parse(), Ok(FaultProfile::default()));
    }

    #[test]
    fn nonsense_is_refused_with_its_name() {
        assert_eq!(
            "fire:1".parse::<FaultProfile>(),
            Err(ProfileError::UnknownFault("fire".into()))
        );
        for bad in ["cut:2", "cut:-0.1", "cut:often", "cut:NaN", "cut:"] {
            assert!(
                matches!(bad.parse::<FaultProfile>(), Err(ProfileError::BadProbability(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn every_fault_can_be_named() {
        for fault in Fault::ALL {
            let profile: FaultProfile = fault.name().parse().unwrap();
            assert!((profile.probability(fault) - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn chance_is_the_same_in_any_order_and_about_as_often_as_asked() {
        let struck = |ids: &mut dyn Iterator<Item = u32>| {
            let weather = Weather::new("cut:0.3".parse().unwrap(), 5);
            let mut struck: Vec<u32> =
                ids.filter(|id| weather.strike_media(&id.to_string()).by(Fault::Cut)).collect();
            struck.sort_unstable();
            struck
        };
        let forwards = struck(&mut (0..1000));
        assert_eq!(forwards, struck(&mut (0..1000).rev()));
        assert!((220..380).contains(&forwards.len()), "{}", forwards.len());
    }

    #[test]
    fn a_planned_fault_strikes_its_recording_as_often_as_planned() {
        let weather = Weather::new(FaultProfile::default(), 5);
        weather.plan("a", Fault::Html200, Some(2));
        let hits: Vec<bool> =
            (0..3).map(|_| weather.strike_media("a").by(Fault::Html200)).collect();
        assert_eq!(hits, [true, true, false]);
        weather.plan("b", Fault::Cut, None);
        assert!((0..5).all(|_| weather.strike_media("b").by(Fault::Cut)));
        assert!(!weather.strike_media("c").by(Fault::Cut));
        weather.mend("b");
        assert!(!weather.strike_media("b").by(Fault::Cut));
    }

    #[test]
    fn media_that_is_not_ready_is_there_at_the_third_try() {
        for weather in [Weather::new("not_ready".parse().unwrap(), 5), {
            let weather = Weather::new(FaultProfile::default(), 5);
            weather.plan("a", Fault::NotReady, None);
            weather
        }] {
            let missing: Vec<bool> =
                (0..4).map(|_| weather.strike_media("a").by(Fault::NotReady)).collect();
            assert_eq!(missing, [true, true, false, false]);
        }
    }

    #[test]
    fn the_api_never_answers_with_faults_of_media() {
        let weather =
            Weather::new("html200,empty200,cut,not_ready,redirect_foreign".parse().unwrap(), 5);
        let struck = weather.strike_api("GET /api/v1/auth/me");
        assert!(Fault::ALL.into_iter().all(|fault| !struck.by(fault)));
    }
}
