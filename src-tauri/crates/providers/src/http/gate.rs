//! When an account's next request may go: one place for quotas, for a vendor's wish to slow down, and for how many
//! retries are reasonable.
//!
//! A limit counts all requests of an account, so when one of eight parallel downloads is told to slow down, the other
//! seven must not go on asking: after such an answer the account waits, and then sends one request at a time until one
//! of them is answered. Waiters go in the order they came, and whoever stops waiting leaves no trace.
//!
//! The quota is counted over a sliding window, so no minute ever holds more than it allows. A token bucket (governor,
//! otherwise the library for this) either lets twice as many through in some minute or spaces out the first ten, and
//! it cannot be asked when the next one may go, which a person in front of the window wants to know.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::provider::Pace;

/// Retries an account may make before it has sent anything.
const RETRY_RESERVE: u32 = 20;
/// How many first requests pay for one retry. A vendor that fails every fifth time needs one retry for four requests;
/// one that fails always gets three requests for two instead of four for one.
const REQUESTS_A_RETRY: u32 = 2;

/// The most requests in a stretch of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    pub(crate) requests: u32,
    pub(crate) per: Duration,
}

impl Quota {
    /// A quota of nothing would be a wait for ever.
    fn usable(self) -> Self {
        Self { requests: self.requests.max(1), ..self }
    }
}

/// One account's gate, open at first.
#[derive(Debug)]
pub(crate) struct Gate {
    quota: Mutex<Option<Quota>>,
    /// The quota was changed.
    changed: Notify,
    /// Whoever holds it is next. It is handed on in the order of asking.
    queue: tokio::sync::Mutex<()>,
    /// A request was answered.
    answered: Notify,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    closed_until: Option<Instant>,
    /// Since when one request at a time is enough.
    cautious_since: Option<Instant>,
    /// When requests went, as far back as the quota counts.
    sent: VecDeque<Instant>,
    in_flight: usize,
    waiting: usize,
    /// What retries are paid with, in first requests.
    credit: u32,
}

/// What the next request has to wait for.
enum Step {
    Go,
    Until(Instant),
    AnAnswer,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new(None)
    }
}

impl Gate {
    /// A gate that lets no more through than the quota says.
    pub(crate) fn new(quota: Option<Quota>) -> Self {
        let state = State {
            closed_until: None,
            cautious_since: None,
            sent: VecDeque::new(),
            in_flight: 0,
            waiting: 0,
            credit: RETRY_RESERVE * REQUESTS_A_RETRY,
        };
        Self {
            quota: Mutex::new(quota.map(Quota::usable)),
            changed: Notify::new(),
            queue: tokio::sync::Mutex::default(),
            answered: Notify::new(),
            state: Mutex::new(state),
        }
    }

    /// Whether requests are counted.
    pub(crate) fn has_quota(&self) -> bool {
        self.quota().is_some()
    }

    /// Another quota from now on, also for the request that waits for its turn.
    pub(crate) fn set_quota(&self, quota: Quota) {
        *self.quota.lock().unwrap_or_else(PoisonError::into_inner) = Some(quota.usable());
        self.changed.notify_one();
    }

    fn quota(&self) -> Option<Quota> {
        *self.quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for this request's turn.
    pub(crate) async fn turn(&self) -> Turn<'_> {
        self.state().waiting += 1;
        let _waiting = Waiting(self);
        let _next = self.queue.lock().await;
        loop {
            let quota = self.quota();
            let step = self.state().step(quota, Instant::now());
            match step {
                Step::Go => break,
                Step::Until(then) => {
                    tokio::select! {
                        () = sleep_until(then) => {}
                        () = self.changed.notified() => {}
                    }
                }
                Step::AnAnswer => self.answered.notified().await,
            }
        }
        let began = Instant::now();
        let has_quota = self.has_quota();
        let mut state = self.state();
        state.in_flight += 1;
        if has_quota {
            state.sent.push_back(began);
        }
        Turn { gate: self, began }
    }

    /// Holds requests back for a while, or for longer if they were held back already, and lets them go one at a time
    /// afterwards.
    pub(crate) fn slow_down(&self, pause: Duration) {
        let now = Instant::now();
        let mut state = self.state();
        let until = now + pause;
        state.closed_until = Some(state.closed_until.map_or(until, |before| before.max(until)));
        state.cautious_since = Some(now);
    }

    /// Notes a request that is no retry.
    pub(crate) fn earn(&self) {
        let mut state = self.state();
        state.credit = (state.credit + 1).min(RETRY_RESERVE * REQUESTS_A_RETRY);
    }

    /// Pays for a retry, unless the account has made too many.
    pub(crate) fn pays_retry(&self) -> bool {
        let mut state = self.state();
        let left = state.credit.checked_sub(REQUESTS_A_RETRY);
        state.credit = left.unwrap_or(state.credit);
        left.is_some()
    }

    /// What holds requests back now.
    pub(crate) fn pace(&self) -> Pace {
        let (now, quota) = (Instant::now(), self.quota());
        let mut state = self.state();
        let closed = state.closed_until.filter(|until| *until > now);
        let full = quota.and_then(|quota| state.full_until(quota, now));
        let why = match (closed, quota) {
            (Some(_), _) => Some("The vendor asked to slow down.".to_owned()),
            (None, Some(quota)) if full.is_some() => {
                Some(format!("The account may send {}.", quota_words(quota)))
            }
            _ if state.cautious_since.is_some() => {
                Some("The vendor asked to slow down, so one request goes at a time.".to_owned())
            }
            _ => None,
        };
        Pace {
            limit_per_min: quota.map(per_min),
            waiting: state.waiting,
            next_in: closed.max(full).map(|until| until - now),
            why,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn step(&mut self, quota: Option<Quota>, now: Instant) -> Step {
        if let Some(until) = self.closed_until {
            if until > now {
                return Step::Until(until);
            }
            self.closed_until = None;
        }
        if self.cautious_since.is_some() && self.in_flight > 0 {
            return Step::AnAnswer;
        }
        match quota.and_then(|quota| self.full_until(quota, now)) {
            Some(until) => Step::Until(until),
            None => Step::Go,
        }
    }

    /// When the next request fits the quota, if it does not now.
    fn full_until(&mut self, quota: Quota, now: Instant) -> Option<Instant> {
        while self.sent.front().is_some_and(|sent| *sent + quota.per <= now) {
            self.sent.pop_front();
        }
        let most = usize::try_from(quota.requests).unwrap_or(usize::MAX);
        // The quota can have become smaller than what was sent: then more than one of those must grow old.
        let over = self.sent.len().checked_sub(most)?;
        self.sent.get(over).map(|sent| *sent + quota.per)
    }
}

fn per_min(quota: Quota) -> u32 {
    let per_min = u128::from(quota.requests) * 60_000 / quota.per.as_millis().max(1);
    u32::try_from(per_min).unwrap_or(u32::MAX)
}

fn quota_words(quota: Quota) -> String {
    match per_min(quota) {
        1 => "one request a minute".to_owned(),
        n => format!("{n} requests a minute"),
    }
}

/// A request on its way, until it is answered or given up.
#[derive(Debug)]
pub(crate) struct Turn<'g> {
    gate: &'g Gate,
    began: Instant,
}

impl Turn<'_> {
    /// The vendor answered, and not that it was too much: several requests may go at once again.
    pub(crate) fn was_welcome(&self) {
        let mut state = self.gate.state();
        // An answer to a request from before the vendor's wish says nothing about it.
        if state.cautious_since.is_some_and(|since| self.began >= since) {
            state.cautious_since = None;
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.gate.state().in_flight -= 1;
        self.gate.answered.notify_one();
    }
}

/// Counted as long as it waits, however that ends.
struct Waiting<'g>(&'g Gate);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_closed_gate_opens_when_the_longest_pause_is_over() {
        let gate = Gate::default();
        drop(gate.turn().await);
        let began = Instant::now();
        gate.slow_down(Duration::from_millis(60));
        gate.slow_down(Duration::from_millis(1));
        assert!(gate.pace().next_in.is_some());
        drop(gate.turn().await);
        assert!(
            began.elapsed() >= Duration::from_millis(60),
            "a shorter pause does not shorten a longer one"
        );
        assert_eq!(gate.pace().next_in, None);
    }

    /// T-22: at most one request in flight for an account that was told to slow down.
    #[tokio::test]
    async fn after_a_slow_down_one_request_goes_at_a_time_until_one_is_welcome() {
        let gate = Gate::default();
        let before = gate.turn().await;
        gate.slow_down(Duration::ZERO);
        assert!(gate.turn().now_or_never().is_none(), "the earlier one is still on its way");
        before.was_welcome();
        drop(before);
        let first = gate.turn().await;
        assert!(gate.turn().now_or_never().is_none(), "one at a time");
        assert!(gate.pace().why.is_some());
        first.was_welcome();
        let second = gate.turn().now_or_never();
        assert!(second.is_some(), "the wish is over");
        assert_eq!(gate.pace(), Pace::default());
    }

    #[tokio::test]
    async fn no_stretch_of_time_holds_more_than_the_quota() {
        let per = Duration::from_millis(80);
        let gate = Gate::new(Some(Quota { requests: 3, per }));
        let mut went = Vec::new();
        for _ in 0..8 {
            drop(gate.turn().await);
            went.push(Instant::now());
        }
        for (first, fourth) in went.iter().zip(&went[3..]) {
            // The instant is noted a little after the turn was given.
            assert!(fourth.duration_since(*first) + Duration::from_millis(20) >= per);
        }
    }

    #[tokio::test]
    async fn waiters_go_in_order_and_one_that_leaves_takes_nothing_with_it() {
        let gate = Arc::new(Gate::new(Some(Quota { requests: 1, per: Duration::from_hours(1) })));
        drop(gate.turn().await);
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for number in 0..3 {
            let (own, noted) = (Arc::clone(&gate), Arc::clone(&order));
            waiting.push(tokio::spawn(async move {
                drop(own.turn().await);
                noted.lock().unwrap().push(number);
            }));
            while gate.pace().waiting <= number {
                tokio::task::yield_now().await;
            }
        }
        let pace = gate.pace();
        assert_eq!(pace.waiting, 3);
        assert!(pace.next_in.is_some() && pace.why.is_some(), "{pace:?}");
        waiting.remove(0).abort();
        while gate.pace().waiting > 2 {
            tokio::task::yield_now().await;
        }
        assert!(order.lock().unwrap().is_empty());
        assert_eq!(gate.state().sent.len(), 1, "the one that left used up nothing");
        for task in waiting {
            task.abort();
        }
    }

    #[tokio::test]
    async fn another_quota_lets_those_who_wait_go_or_holds_them_back() {
        let per = Duration::from_hours(1);
        let gate = Arc::new(Gate::new(Some(Quota { requests: 2, per })));
        for _ in 0..2 {
            drop(gate.turn().await);
        }
        let own = Arc::clone(&gate);
        let waiting = tokio::spawn(async move { drop(own.turn().await) });
        while gate.pace().waiting == 0 {
            tokio::task::yield_now().await;
        }
        gate.set_quota(Quota { requests: 3, per });
        waiting.await.unwrap();
        assert_eq!(gate.pace().limit_per_min, Some(0), "three an hour");
        gate.set_quota(Quota { requests: 0, per });
        let until = gate.pace().next_in.expect("three were sent and one is allowed");
        assert!(until <= per);
        assert!(gate.turn().now_or_never().is_none());
    }

    #[test]
    fn retries_are_paid_for() {
        let gate = Gate::default();
        let mut spent = 0;
        while gate.pays_retry() {
            spent += 1;
        }
        assert_eq!(spent, RETRY_RESERVE);
        gate.earn();
        assert!(!gate.pays_retry(), "one request does not pay for one retry");
        gate.earn();
        assert!(gate.pays_retry());
    }

    #[test]
    fn the_pace_is_told_per_minute() {
        let ten = Quota { requests: 10, per: Duration::from_mins(1) };
        assert_eq!((per_min(ten), quota_words(ten).as_str()), (10, "10 requests a minute"));
    }
}
