//! The lanes of all accounts: how many files of each may be under way at once.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

use domain::AccountId;

use super::lane::{Lane, Outcome};
use crate::lock;

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
            lane.forgive();
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

#[cfg(test)]
mod tests {
    use super::*;

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
