//! How many files of one account may be under way at once: found by trying, account by account.
//!
//! Additive increase, multiplicative decrease, as TCP finds the capacity of a path (RFC 5681): every good answer earns
//! a little more, a refusal halves, errors and answers that become slow take some. Pure: the present instant goes in.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use domain::AccountId;

use crate::lock;

/// Where it begins.
const FIRST_LIMIT: f64 = 4.0;
/// Between two cuts at least so long: one burst of refusals is one sign.
const CUT_PAUSE: Duration = Duration::from_secs(1);
/// The longest wait before an account that does not answer is tried again.
const LONGEST_PAUSE: Duration = Duration::from_mins(2);
/// So long after something arrived, the provider counts as there.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
/// An answer this much later than usual is slow.
const SLOW_MARGIN: Duration = Duration::from_millis(400);

/// What came of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It arrived; the first byte took so long.
    Arrived(Duration),
    /// The provider asked to slow down, and for how long to wait.
    Throttled(Option<Duration>),
    /// An error that may have to do with the load.
    Failed,
    /// Nobody answered.
    Offline,
    /// The provider answered, and the host that has its audio did not, for any file.
    MediaAway,
    /// The host that has the audio answers everything with errors of its own.
    MediaFails,
    /// The provider itself does.
    ProviderFails,
    /// Nothing that says anything about the provider.
    Neutral,
}

impl Outcome {
    /// Whether somebody is waited for who will be back, with every file of theirs.
    pub(super) fn is_waited_for(self) -> bool {
        matches!(self, Self::Offline | Self::MediaAway | Self::MediaFails | Self::ProviderFails)
    }
}

/// Why the limit is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Trying,
    Throttled,
    Failed,
    Slow,
    Offline,
    MediaAway,
    MediaFails,
    ProviderFails,
}

impl Why {
    /// Whom one file at a time is sent to, to find out whether it is over.
    fn is_scouted(self) -> bool {
        !matches!(self, Self::Trying | Self::Failed | Self::Slow)
    }
}

#[derive(Debug)]
struct Lane {
    limit: f64,
    in_flight: u32,
    /// Doubling, until the first sign of trouble.
    is_finding: bool,
    /// The usual time to the first byte: the shortest of late.
    usual: Option<Duration>,
    cut_at: Option<Instant>,
    /// When something arrived last.
    arrived_at: Option<Instant>,
    paused_until: Option<Instant>,
    /// Refusals or silences in a row.
    strikes: u32,
    why: Why,
}

/// The lanes of all accounts.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: Mutex<HashMap<AccountId, Lane>>,
}

/// How one account is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LaneFacts {
    pub(super) account: AccountId,
    pub(super) in_flight: u32,
    pub(super) at_once: u32,
    pub(super) sentence: String,
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            limit: FIRST_LIMIT,
            in_flight: 0,
            is_finding: true,
            usual: None,
            cut_at: None,
            arrived_at: None,
            paused_until: None,
            strikes: 0,
            why: Why::Trying,
        }
    }
}

impl Lanes {
    /// Room for how many more files, of accounts that have some, and the accounts that have none.
    pub(super) fn rooms(&self, ceiling: u32, now: Instant) -> (u32, Vec<AccountId>) {
        let lanes = lock(&self.lanes);
        // An account that was not met yet begins as every lane does.
        let mut least = Lane::default().room(ceiling, now);
        let mut busy = Vec::new();
        for (account, lane) in &*lanes {
            match lane.room(ceiling, now) {
                0 => busy.push(account.clone()),
                room => least = least.min(room),
            }
        }
        (least, busy)
    }

    /// A file of the account is under way.
    pub(super) fn begin(&self, account: &AccountId) {
        lock(&self.lanes).entry(account.clone()).or_default().in_flight += 1;
    }

    /// A file of the account ended.
    pub(super) fn end(&self, account: &AccountId, outcome: Outcome, ceiling: u32, now: Instant) {
        let mut lanes = lock(&self.lanes);
        let lane = lanes.entry(account.clone()).or_default();
        lane.in_flight = lane.in_flight.saturating_sub(1);
        lane.learn(outcome, ceiling, now);
    }

    /// A person asks to go on: no account waits any longer.
    pub(super) fn forgive(&self) {
        for lane in lock(&self.lanes).values_mut() {
            lane.paused_until = None;
        }
    }

    /// Every account that has files under way or waits.
    pub(super) fn facts(&self, ceiling: u32, now: Instant) -> Vec<LaneFacts> {
        let lanes = lock(&self.lanes);
        let mut facts: Vec<_> = lanes
            .iter()
            .filter(|(_, lane)| lane.in_flight > 0 || lane.pause(now).is_some())
            .map(|(account, lane)| LaneFacts {
                account: account.clone(),
                in_flight: lane.in_flight,
                at_once: lane.allowed(ceiling),
                sentence: lane.sentence(ceiling, now),
            })
            .collect();
        facts.sort_by(|one, other| one.account.cmp(&other.account));
        facts
    }
}

impl Lane {
    fn room(&self, ceiling: u32, now: Instant) -> u32 {
        if self.pause(now).is_some() {
            return 0;
        }
        self.allowed(ceiling).saturating_sub(self.in_flight)
    }

    fn pause(&self, now: Instant) -> Option<Duration> {
        self.paused_until
            .and_then(|until| until.checked_duration_since(now))
            .filter(|d| !d.is_zero())
    }

    fn allowed(&self, ceiling: u32) -> u32 {
        // After a refusal one file finds out whether it is over.
        if self.strikes > 0 && self.why.is_scouted() {
            return 1;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "kept between one and the ceiling"
        )]
        let whole = self.limit.max(1.0) as u32;
        whole.clamp(1, ceiling.max(1))
    }

    fn learn(&mut self, outcome: Outcome, ceiling: u32, now: Instant) {
        match outcome {
            Outcome::Arrived(latency) => {
                self.strikes = 0;
                self.arrived_at = Some(now);
                // The usual time follows slowly when answers stay slower, so that a new normal is one in the end.
                let usual = self.usual.map_or(latency, |usual| latency.min(usual + usual / 64));
                self.usual = Some(usual);
                if latency > usual * 4 + SLOW_MARGIN {
                    self.cut(0.8, Why::Slow, now);
                } else {
                    let step = if self.is_finding { 1.0 } else { 1.0 / self.limit.max(1.0) };
                    self.limit = (self.limit + step).min(f64::from(ceiling.max(1)));
                    if self.limit >= f64::from(ceiling.max(1)) {
                        self.why = Why::Trying;
                    }
                }
            }
            Outcome::Throttled(wait) => {
                self.cut(0.5, Why::Throttled, now);
                self.strike(wait, now);
            }
            Outcome::Failed => self.cut(0.7, Why::Failed, now),
            // One request that hangs while others are answered is no network that is away.
            _ if outcome.is_waited_for()
                && self.arrived_at.is_some_and(|at| now.duration_since(at) < SIGN_OF_LIFE) =>
            {
                self.cut(0.7, Why::Failed, now);
            }
            Outcome::Offline => self.wait_for(Why::Offline, now),
            Outcome::MediaAway => self.wait_for(Why::MediaAway, now),
            Outcome::MediaFails => self.wait_for(Why::MediaFails, now),
            Outcome::ProviderFails => self.wait_for(Why::ProviderFails, now),
            Outcome::Neutral => {}
        }
    }

    fn wait_for(&mut self, why: Why, now: Instant) {
        self.why = why;
        self.strike(None, now);
    }

    fn cut(&mut self, factor: f64, why: Why, now: Instant) {
        self.is_finding = false;
        self.why = why;
        if self.cut_at.is_some_and(|at| now.duration_since(at) < CUT_PAUSE) {
            return;
        }
        self.cut_at = Some(now);
        self.limit = (self.limit * factor).max(1.0);
    }

    /// Waits as long as was asked, or twice as long each time.
    fn strike(&mut self, wait: Option<Duration>, now: Instant) {
        // Files that were under way together are refused together.
        if self.pause(now).is_none() {
            self.strikes = (self.strikes + 1).min(16);
        }
        let doubling = Duration::from_secs(1 << self.strikes.min(7)).min(LONGEST_PAUSE);
        let until = now + wait.unwrap_or(doubling);
        self.paused_until = Some(self.paused_until.map_or(until, |before| before.max(until)));
    }

    fn sentence(&self, ceiling: u32, now: Instant) -> String {
        if let Some(pause) = self.pause(now) {
            let seconds = pause.as_secs() + 1;
            return match self.why {
                Why::Offline => {
                    format!("The provider does not answer; trying again in {seconds} s.")
                }
                Why::MediaAway => format!(
                    "The provider answers, but the server that has its audio does not; trying again in {seconds} s."
                ),
                Why::MediaFails => format!(
                    "The server that has the audio answers with errors of its own; trying again in {seconds} s."
                ),
                Why::ProviderFails => format!(
                    "The provider answers with errors of its own; trying again in {seconds} s."
                ),
                _ => format!("The provider asked to slow down; going on in {seconds} s."),
            };
        }
        let at_once = self.allowed(ceiling);
        match self.why {
            _ if at_once >= ceiling => format!("{at_once} at once, as set."),
            Why::Trying => format!("{at_once} at once, trying for more."),
            Why::Throttled => {
                format!(
                    "{at_once} at once, because the provider asked to slow down; trying for more."
                )
            }
            Why::Failed => format!("{at_once} at once, because of errors; trying for more."),
            Why::Slow => {
                format!("{at_once} at once, because answers became slow; trying for more.")
            }
            Why::Offline => {
                format!("{at_once} at once, to see whether the provider answers again.")
            }
            Why::MediaAway => {
                format!(
                    "{at_once} at once, to see whether the server with the audio answers again."
                )
            }
            Why::MediaFails => {
                format!(
                    "{at_once} at once, to see whether the server with the audio is well again."
                )
            }
            Why::ProviderFails => {
                format!("{at_once} at once, to see whether the provider is well again.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Outcome = Outcome::Arrived(Duration::from_millis(50));

    fn lane() -> (Lane, Instant) {
        (Lane::default(), Instant::now())
    }

    #[test]
    fn it_finds_the_ceiling_quickly_and_stays_there() {
        let (mut lane, now) = lane();
        for _ in 0..12 {
            lane.learn(QUICK, 16, now);
        }
        assert_eq!(lane.allowed(16), 16);
        assert_eq!(lane.sentence(16, now), "16 at once, as set.");
        lane.learn(QUICK, 16, now);
        assert_eq!(lane.allowed(16), 16);
    }

    #[test]
    fn a_refusal_halves_waits_and_then_sends_one_scout() {
        let (mut lane, now) = lane();
        (0..12).for_each(|_| lane.learn(QUICK, 16, now));
        for _ in 0..5 {
            lane.learn(Outcome::Throttled(Some(Duration::from_secs(40))), 16, now);
        }
        assert_eq!(lane.room(16, now), 0);
        assert!(lane.sentence(16, now).contains("going on in 41 s"), "{}", lane.sentence(16, now));
        let later = now + Duration::from_secs(41);
        assert_eq!(lane.room(16, later), 1, "five refusals of one burst are one");
        lane.learn(QUICK, 16, later);
        assert_eq!(lane.allowed(16), 8);
        for _ in 0..8 {
            lane.learn(QUICK, 16, later);
        }
        assert_eq!(lane.allowed(16), 8 + 1, "one more for each round");
    }

    #[test]
    fn silence_is_waited_for_longer_and_longer_but_never_given_up() {
        let (mut lane, mut now) = lane();
        let mut pauses = Vec::new();
        for _ in 0..9 {
            lane.learn(Outcome::Offline, 16, now);
            let pause = lane.pause(now).unwrap();
            pauses.push(pause.as_secs());
            now += pause;
        }
        assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 120, 120, 120]);
        assert_eq!(lane.room(16, now), 1);
    }

    #[test]
    fn a_server_of_audio_that_is_away_is_told_from_a_provider_that_is() {
        let (mut lane, now) = lane();
        lane.learn(Outcome::MediaAway, 16, now);
        let waiting = lane.sentence(16, now);
        assert!(waiting.contains("the server that has its audio does not"), "{waiting}");
        let later = now + Duration::from_secs(3);
        assert_eq!(lane.room(16, later), 1, "a scout");
        lane.learn(QUICK, 16, later);
        assert!(lane.room(16, later) > 1, "it goes on by itself");
    }

    #[test]
    fn slow_answers_cost_some_and_a_new_normal_is_one() {
        let (mut lane, mut now) = lane();
        (0..12).for_each(|_| lane.learn(QUICK, 16, now));
        now += Duration::from_secs(2);
        lane.learn(Outcome::Arrived(Duration::from_secs(2)), 16, now);
        assert_eq!(lane.allowed(16), 12);
        assert!(lane.sentence(16, now).contains("slow"));
        for _ in 0..400 {
            now += Duration::from_secs(2);
            lane.learn(Outcome::Arrived(Duration::from_secs(2)), 16, now);
        }
        assert_eq!(lane.allowed(16), 16, "two seconds are usual by now");
    }

    #[test]
    fn accounts_do_not_share_their_lanes() {
        let (lanes, now) = (Lanes::default(), Instant::now());
        let (one, other) = (AccountId::new("a"), AccountId::new("b"));
        (0..4).for_each(|_| lanes.begin(&one));
        lanes.begin(&other);
        assert_eq!(lanes.rooms(16, now), (3, vec![one.clone()]));
        lanes.end(&one, Outcome::Throttled(None), 16, now);
        assert_eq!(lanes.rooms(16, now), (3, vec![one]));
        lanes.forgive();
        (0..3).for_each(|_| lanes.end(&AccountId::new("a"), Outcome::Neutral, 16, now));
        assert_eq!(lanes.rooms(16, now), (1, Vec::new()), "a scout may go at once");
    }
}
