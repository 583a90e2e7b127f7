//! Decides who is struck.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use fastrand::Rng;

use crate::faults::{Fault, FaultProfile, NOT_READY_TRIES, STRUCK_TRIES, Target};

/// What one request has to suffer.
#[derive(Debug, Clone)]
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

    /// What `of` makes of the first fault that it makes anything of.
    pub(crate) fn find<T>(&self, of: impl Fn(Fault) -> Option<T>) -> Option<T> {
        self.faults.iter().find_map(|fault| of(*fault))
    }

    /// Whether nothing is the matter.
    pub(crate) fn is_spared(&self) -> bool {
        self.faults.is_empty()
    }
}

/// A fault set on something.
#[derive(Debug, Clone, Copy)]
struct Planned {
    fault: Fault,
    /// How many requests it is still for; `None` is for ever.
    left: Option<u32>,
}

impl Planned {
    /// Strikes once more. [`Fault::NotReady`] ends by itself.
    fn take(plans: &mut Vec<Self>, attempt: u32) -> Vec<Fault> {
        let mut certain = Vec::new();
        for plan in plans.iter_mut() {
            if plan.fault != Fault::NotReady || attempt < NOT_READY_TRIES {
                certain.push(plan.fault);
            }
            plan.left = plan.left.map(|left| left.saturating_sub(1));
        }
        plans.retain(|plan| plan.left != Some(0));
        certain
    }
}

/// Decides who is struck.
#[derive(Debug)]
pub(crate) struct Weather {
    profile: FaultProfile,
    seed: u64,
    /// How often each thing was asked for.
    tries: Mutex<HashMap<String, u32>>,
    /// By recording.
    media: Mutex<HashMap<String, Vec<Planned>>>,
    /// By a part of the request.
    requests: Mutex<Vec<(String, Vec<Planned>)>>,
}

impl Weather {
    pub(crate) fn new(profile: FaultProfile, seed: u64) -> Self {
        Self {
            profile,
            seed,
            tries: Mutex::default(),
            media: Mutex::default(),
            requests: Mutex::default(),
        }
    }

    /// Sets a fault on a recording's media, on top of the profile.
    pub(crate) fn plan(&self, recording_id: &str, fault: Fault, times: Option<u32>) {
        let mut media = self.media.lock().unwrap_or_else(PoisonError::into_inner);
        media.entry(recording_id.to_owned()).or_default().push(Planned { fault, left: times });
    }

    /// Takes all faults off a recording's media that were set by [`Weather::plan`].
    pub(crate) fn mend(&self, recording_id: &str) {
        self.media.lock().unwrap_or_else(PoisonError::into_inner).remove(recording_id);
        // A recording broken anew counts from the start.
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(&media_key(recording_id));
    }

    /// Sets a fault on the requests to an API or for tokens whose method and address contain `part`.
    pub(crate) fn plan_requests(&self, part: &str, fault: Fault, times: Option<u32>) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push((part.to_owned(), vec![Planned { fault, left: times }]));
    }

    /// Takes off all faults that were set by [`Weather::plan_requests`].
    pub(crate) fn mend_requests(&self) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What a request to an API, or for tokens, suffers. It is written as `GET /path?query`.
    pub(crate) fn strike_request(&self, target: Target, request: &str) -> Struck {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let mut certain = Vec::new();
        for (_, plans) in requests.iter_mut().filter(|(part, _)| request.contains(part)) {
            certain.extend(Planned::take(plans, 1));
        }
        requests.retain(|(_, plans)| !plans.is_empty());
        drop(requests);
        certain.retain(|fault| fault.strikes(target, true));
        if certain.is_empty() && self.profile.is_calm() {
            return self.calm();
        }
        let attempt = self.attempt(request);
        self.strike(target, request, attempt, certain)
    }

    /// What a request for a recording's media suffers.
    pub(crate) fn strike_media(&self, recording_id: &str) -> Struck {
        let mut media = self.media.lock().unwrap_or_else(PoisonError::into_inner);
        let plans = media.get_mut(recording_id);
        if plans.is_none() && self.profile.is_calm() {
            return self.calm();
        }
        let key = media_key(recording_id);
        let attempt = self.attempt(&key);
        let mut certain = plans.map(|plans| Planned::take(plans, attempt)).unwrap_or_default();
        drop(media);
        certain.retain(|fault| fault.strikes(Target::Media, true));
        self.strike(Target::Media, &key, attempt, certain)
    }

    fn calm(&self) -> Struck {
        Struck { faults: Vec::new(), dice: Rng::with_seed(self.seed) }
    }

    /// Counts one more try for a thing, from 1.
    fn attempt(&self, key: &str) -> u32 {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let tries = tries.entry(key.to_owned()).or_default();
        *tries += 1;
        *tries
    }

    fn strike(&self, target: Target, key: &str, attempt: u32, certain: Vec<Fault>) -> Struck {
        let mut faults = certain;
        for (fault, chance) in self.profile.at(target) {
            let lasts = chance.lasting || fault == Fault::Slow || attempt <= STRUCK_TRIES;
            // Whether a thing is struck is its own nature, not that of one request for it.
            if lasts && self.dice((key, fault)).f64() < chance.probability {
                faults.push(fault);
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

    fn weather(profile: &str) -> Weather {
        Weather::new(profile.parse().unwrap(), 5)
    }

    #[test]
    fn chance_is_the_same_in_any_order_and_about_as_often_as_asked() {
        let struck = |ids: &mut dyn Iterator<Item = u32>| {
            let weather = weather("cut:0.3");
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
    fn who_tries_again_gets_through_unless_the_profile_says_otherwise() {
        let tries = |profile: &str, fault: Fault| {
            let weather = weather(profile);
            (0..5).filter(|_| weather.strike_media("a").by(fault)).count()
        };
        assert_eq!(tries("html200", Fault::Html200), 2);
        assert_eq!(tries("html200!", Fault::Html200), 5);
        assert_eq!(tries("slow", Fault::Slow), 5, "slow does no harm");
        assert_eq!(tries("api.html200", Fault::Html200), 0);
    }

    #[test]
    fn a_bad_day_strikes_a_fifth_of_everything() {
        let weather = weather("bad_day");
        let media =
            (0..4000).filter(|id| !weather.strike_media(&id.to_string()).is_spared()).count();
        let api = (0..4000)
            .filter(|id| !weather.strike_request(Target::Api, &format!("GET /{id}")).is_spared())
            .count();
        assert!((680..920).contains(&media), "{media}");
        assert!((680..920).contains(&api), "{api}");
        assert!(weather.strike_request(Target::Token, "POST /token").is_spared());
    }

    #[test]
    fn a_planned_fault_strikes_its_recording_as_often_as_planned() {
        let weather = weather("");
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
    fn a_planned_fault_strikes_the_requests_it_names() {
        let weather = weather("");
        weather.plan_requests("page=2", Fault::Server5xx, Some(1));
        weather.plan_requests("POST /token", Fault::Stall, None);
        let strike = |target, request| weather.strike_request(target, request);
        assert!(strike(Target::Api, "GET /list?page=1").is_spared());
        assert!(strike(Target::Api, "GET /list?page=2").by(Fault::Server5xx));
        assert!(strike(Target::Api, "GET /list?page=2").is_spared());
        assert!((0..3).all(|_| strike(Target::Token, "POST /token").by(Fault::Stall)));
        weather.mend_requests();
        assert!(strike(Target::Token, "POST /token").is_spared());
    }

    #[test]
    fn media_that_is_not_ready_is_there_at_the_third_try() {
        for weather in [weather("not_ready"), {
            let weather = weather("");
            weather.plan("a", Fault::NotReady, None);
            weather
        }] {
            let missing: Vec<bool> =
                (0..4).map(|_| weather.strike_media("a").by(Fault::NotReady)).collect();
            assert_eq!(missing, [true, true, false, false]);
        }
    }

    #[test]
    fn the_api_answers_with_faults_of_media_only_where_that_is_said() {
        let struck = |profile: &str| weather(profile).strike_request(Target::Api, "GET /me");
        assert!(struck("html200,empty200,cut,not_ready,redirect_foreign").is_spared());
        assert!(struck("api.html200,api.cut").by(Fault::Cut));
    }
}
