//! How many files of one account may be under way at once: found by trying.
//!
//! Additive increase, multiplicative decrease, as TCP finds the capacity of a path (RFC 5681): every good answer earns
//! a little more, a refusal halves, errors and answers that become slow take some. Pure: the present instant goes in.

use std::time::{Duration, Instant};

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
        self == Self::Throttled || self.is_waited_for()
    }

    /// Somebody did not answer, or not well.
    fn is_waited_for(self) -> bool {
        matches!(self, Self::Offline | Self::MediaAway | Self::MediaFails | Self::ProviderFails)
    }
}

/// What is known of one account.
#[derive(Debug)]
pub(super) struct Lane {
    limit: f64,
    /// Files under way.
    pub(super) in_flight: u32,
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

impl Lane {
    pub(super) fn room(&self, ceiling: u32, now: Instant) -> u32 {
        if self.pause(now).is_some() {
            return 0;
        }
        self.allowed(ceiling).saturating_sub(self.in_flight)
    }

    pub(super) fn pause(&self, now: Instant) -> Option<Duration> {
        self.paused_until
            .and_then(|until| until.checked_duration_since(now))
            .filter(|d| !d.is_zero())
    }

    pub(super) fn allowed(&self, ceiling: u32) -> u32 {
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

    pub(super) fn learn(&mut self, outcome: Outcome, ceiling: u32, now: Instant) {
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

    /// A person asks to go on: it waits no longer.
    pub(super) fn forgive(&mut self) {
        self.paused_until = None;
    }

    fn wait_for(&mut self, why: Why, now: Instant) {
        self.why = why;
        self.strike(None, now);
    }

    fn cut(&mut self, factor: f64, why: Why, now: Instant) {
        self.is_finding = false;
        // What is waited for is not over because a file that was under way ends badly meanwhile.
        if self.pause(now).is_none() || why.is_scouted() {
            self.why = why;
        }
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

    pub(super) fn sentence(&self, ceiling: u32, now: Instant) -> String {
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
        // Something arrived since, so who was waited for is back.
        let is_back = self.strikes == 0 && self.why.is_waited_for();
        match if is_back { Why::Trying } else { self.why } {
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
        assert!(lane.sentence(16, later).contains("to see whether the server with the audio"));
        lane.learn(QUICK, 16, later);
        assert!(lane.room(16, later) > 1, "it goes on by itself");
        assert_eq!(lane.sentence(16, later), "5 at once, trying for more.", "it is back");
    }

    #[test]
    fn what_is_waited_for_is_said_until_it_is_over_whatever_else_ends_meanwhile() {
        let (mut lane, now) = lane();
        lane.learn(Outcome::Offline, 16, now);
        lane.learn(Outcome::Failed, 16, now);
        lane.learn(Outcome::Arrived(Duration::from_secs(9)), 16, now);
        let waiting = lane.sentence(16, now);
        assert!(waiting.starts_with("The provider does not answer; trying again in"), "{waiting}");
        let (mut lane, now) = self::lane();
        lane.learn(Outcome::Offline, 16, now);
        lane.learn(Outcome::Failed, 16, now);
        assert_eq!(lane.room(16, now + Duration::from_secs(3)), 1, "still a scout");
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
}
