//! Which faults happen, and how often.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::faults::{Fault, Target};

/// What a [`FaultProfile::bad_day`] has for files, and for the API.
const BAD_DAY_MEDIA: [Fault; 10] = [
    Fault::Reset,
    Fault::Cut,
    Fault::Rate429,
    Fault::Server5xx,
    Fault::Html200,
    Fault::Json200,
    Fault::WrongLength(1),
    Fault::Stall,
    Fault::ChangedFile,
    Fault::RedirectForeign,
];
const BAD_DAY_API: [Fault; 7] = [
    Fault::Reset,
    Fault::Cut,
    Fault::Rate429,
    Fault::Server5xx,
    Fault::Html200,
    Fault::WrongLength(1),
    Fault::Stall,
];
/// How much of everything a bad day strikes.
const BAD_DAY_SHARE: f64 = 0.2;

/// How often a fault happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chance {
    /// From 0 to 1.
    pub(super) probability: f64,
    /// Whether it strikes every try for a thing, not only the first.
    pub(super) lasting: bool,
}

/// Which faults happen, each with its probability from 0 to 1. The default is none.
///
/// Written as `html200:0.2,cut_at=1000:0.1`; a name without a number strikes everything. `api.`, `media.` or `token.`
/// before a name strikes only there (`api.html200:0.1`); `!` behind it strikes every try and not only the first ones
/// (`server5xx!`). `bad_day` stands for a list of its own, see [`FaultProfile::bad_day`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FaultProfile {
    chances: BTreeMap<(Fault, Option<Target>), Chance>,
}

impl FaultProfile {
    /// The same profile with one fault more, or with another probability for it (held to 0 to 1).
    #[must_use]
    pub fn with(self, fault: Fault, probability: f64) -> Self {
        self.set(fault, None, probability, false)
    }

    /// The same, for one kind of address only. A fault that cannot strike there never happens.
    #[must_use]
    pub fn with_at(self, target: Target, fault: Fault, probability: f64) -> Self {
        self.set(fault, Some(target), probability, false)
    }

    /// The same profile with a fault that strikes every try for the things that it strikes.
    #[must_use]
    pub fn with_lasting(self, fault: Fault, probability: f64) -> Self {
        self.set(fault, None, probability, true)
    }

    /// A fifth of all files and of all addresses of the API are struck, by any of: resets, cuts at a random byte, 429,
    /// 5xx, pages and errors with status 200, a wrong length, silence, changed files, redirects to another host.
    #[must_use]
    pub fn bad_day() -> Self {
        Self::default().and_bad_day(BAD_DAY_SHARE)
    }

    fn and_bad_day(mut self, share: f64) -> Self {
        let lists = [(Target::Media, &BAD_DAY_MEDIA[..]), (Target::Api, &BAD_DAY_API[..])];
        for (target, faults) in lists {
            // What is left alone by all of them is to be the rest of the share.
            let count = f64::from(u32::try_from(faults.len()).unwrap_or(u32::MAX));
            let each = 1.0 - (1.0 - share.clamp(0.0, 1.0)).powf(1.0 / count);
            for fault in faults {
                self = self.with_at(target, *fault, each);
            }
        }
        self
    }

    fn set(
        mut self,
        fault: Fault,
        target: Option<Target>,
        probability: f64,
        lasting: bool,
    ) -> Self {
        let probability = probability.clamp(0.0, 1.0);
        self.chances.insert((fault, target), Chance { probability, lasting });
        self
    }

    /// How likely a fault is that was asked for without an address.
    pub fn probability(&self, fault: Fault) -> f64 {
        self.chances.get(&(fault, None)).map_or(0.0, |chance| chance.probability)
    }

    /// Whether nothing ever happens.
    pub(super) fn is_calm(&self) -> bool {
        self.chances.is_empty()
    }

    /// What may strike at `target`.
    pub(super) fn at(&self, target: Target) -> impl Iterator<Item = (Fault, Chance)> + '_ {
        self.chances.iter().filter_map(move |((fault, named), chance)| {
            let is_there = match named {
                Some(named) => *named == target && fault.strikes(target, true),
                None => fault.strikes(target, false),
            };
            is_there.then_some((*fault, *chance))
        })
    }
}

impl fmt::Display for FaultProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, ((fault, target), chance)) in self.chances.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            let (target, dot) = target.map_or(("", ""), |target| (target.name(), "."));
            let lasting = if chance.lasting { "!" } else { "" };
            write!(f, "{comma}{target}{dot}{fault}{lasting}:{}", chance.probability)?;
        }
        Ok(())
    }
}

/// Why a text is no fault profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No fault of that name.
    #[error("there is no fault {0:?}; known are {known}", known = known())]
    UnknownFault(String),
    /// The fault takes no value, or not this one.
    #[error("{0:?} has a value that the fault cannot have")]
    BadValue(String),
    /// The fault cannot strike there.
    #[error("{0:?} cannot strike there")]
    WrongTarget(String),
    /// Not a number from 0 to 1.
    #[error("{0:?} is no probability from 0 to 1")]
    BadProbability(String),
}

/// The names of all faults.
fn known() -> String {
    let mut names: Vec<&str> = Fault::ALL.into_iter().map(Fault::name).collect();
    names.dedup();
    names.push("bad_day");
    names.join(", ")
}

impl FromStr for FaultProfile {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        let mut profile = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, probability) = match part.split_once(':') {
                Some((name, probability)) => (name.trim(), Some(read_probability(probability)?)),
                None => (part, None),
            };
            if name == "bad_day" {
                profile = profile.and_bad_day(probability.unwrap_or(BAD_DAY_SHARE));
                continue;
            }
            let (name, lasting) = match name.strip_suffix('!') {
                Some(name) => (name, true),
                None => (name, false),
            };
            let named = Target::ALL.into_iter().find_map(|target| {
                let rest = name.strip_prefix(target.name())?.strip_prefix('.')?;
                Some((target, rest))
            });
            let (target, name) = named.map_or((None, name), |(target, name)| (Some(target), name));
            let fault = Fault::parse(name)?;
            if target.is_some_and(|target| !fault.strikes(target, true)) {
                return Err(ProfileError::WrongTarget(part.to_owned()));
            }
            profile = profile.set(fault, target, probability.unwrap_or(1.0), lasting);
        }
        Ok(profile)
    }
}

fn read_probability(text: &str) -> Result<f64, ProfileError> {
    text.trim()
        .parse()
        .ok()
        .filter(|probability| (0.0..=1.0).contains(probability))
        .ok_or_else(|| ProfileError::BadProbability(text.trim().to_owned()))
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
        for text in ["api.cut_at=7!:0.25,media.stall:0.5,rate429=far:1", "bad_day", "bad_day:0.1"] {
            let profile: FaultProfile = text.parse().unwrap();
            assert_eq!(profile.to_string().parse(), Ok(profile));
        }
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
        for bad in ["api.not_ready", "media.loop_link", "token.token_expiry"] {
            assert_eq!(bad.parse::<FaultProfile>(), Err(ProfileError::WrongTarget(bad.into())));
        }
    }
}
