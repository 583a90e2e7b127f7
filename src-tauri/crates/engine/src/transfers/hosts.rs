//! Whose trouble it is when no audio comes: the host's, which is waited for as for the network, or that of one address,
//! which is tried a few times and then fails.
//!
//! A provider may answer while the host that has its audio does not. One silent file alone says nothing about either, so
//! the files of a host are judged by each other: what comes at the same time proves that the host is there, and another
//! file that is silent too, and of which nothing bad is known, proves that it is not.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

use domain::RecordingKey;

use super::lanes::Outcome;
use super::trouble;
use crate::error::Error;
use crate::fetch::{MediaHost, of_this_file};
use crate::lock;

/// Whose trouble a silence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Silence {
    /// Nothing of the host comes.
    OfHost,
    /// Others of the same host come.
    OfFile,
}

/// What is known of the hosts that audio was asked of, by origin.
#[derive(Debug, Default)]
pub(super) struct MediaHosts {
    hosts: Mutex<HashMap<String, Host>>,
}

#[derive(Debug, Default)]
struct Host {
    arrived_at: Option<Instant>,
    /// Files that were silent when they were asked for last.
    silent: HashMap<RecordingKey, Silent>,
}

#[derive(Debug, Clone, Copy)]
struct Silent {
    first_asked_at: Instant,
    noticed_at: Instant,
    /// Others came while this one did not: it says nothing about the host any more.
    is_suspect: bool,
}

impl MediaHosts {
    /// Whose trouble it is that no audio came, and what the account's lane learns from it.
    pub(super) fn judged(
        &self,
        error: Error,
        key: RecordingKey,
        host: Option<&MediaHost>,
        asked_at: Instant,
    ) -> (Error, Outcome) {
        let Some(host) = host.filter(|_| trouble::is_out_of_reach(&error)) else {
            let outcome = trouble::outcome(&error);
            return (error, outcome);
        };
        match self.silent(&host.origin, key, asked_at, Instant::now()) {
            // An address of the list may have expired: it counts only when the one that is asked for next is silent too.
            Silence::OfFile if host.is_fresh => {
                let error = of_this_file(error);
                let outcome = trouble::outcome(&error);
                (error, outcome)
            }
            Silence::OfFile => (error, Outcome::Failed),
            Silence::OfHost if host.is_fresh => (error, Outcome::MediaAway),
            // The provider itself was not asked: it may be the network.
            Silence::OfHost => (error, Outcome::Offline),
        }
    }

    /// A file of the host came.
    pub(super) fn arrived(&self, host: &str, key: RecordingKey, now: Instant) {
        let mut hosts = lock(&self.hosts);
        let host = hosts.entry(host.to_owned()).or_default();
        host.silent.remove(&key);
        host.arrived_at = Some(now);
    }

    /// Nothing came of a file that was asked for at `asked_at`.
    fn silent(&self, host: &str, key: RecordingKey, asked_at: Instant, now: Instant) -> Silence {
        lock(&self.hosts).entry(host.to_owned()).or_default().silent(key, asked_at, now)
    }

    /// Whether this file was silent when it was asked for last, so that its address may be an old one.
    pub(super) fn is_silent(&self, key: RecordingKey) -> bool {
        lock(&self.hosts).values().any(|host| host.silent.contains_key(&key))
    }
}

impl Host {
    fn silent(&mut self, key: RecordingKey, asked_at: Instant, now: Instant) -> Silence {
        let came_after = |at: Instant| self.arrived_at.is_some_and(|arrived| arrived > at);
        let others_are_silent = self.silent.iter().any(|(other, silent)| {
            *other != key && !silent.is_suspect && !came_after(silent.noticed_at)
        });
        let before = self.silent.get(&key);
        let first_asked_at = before.map_or(asked_at, |before| before.first_asked_at);
        let was_suspect = before.is_some_and(|before| before.is_suspect);
        let is_suspect = came_after(asked_at)
            || !others_are_silent && (was_suspect || came_after(first_asked_at));
        let silent =
            Silent { first_asked_at, noticed_at: now, is_suspect: is_suspect || was_suspect };
        self.silent.insert(key, silent);
        if is_suspect { Silence::OfFile } else { Silence::OfHost }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOST: &str = "https://media.example";

    /// So many seconds after the first moment.
    struct Clock(Instant);

    impl Clock {
        fn at(&self, seconds: u64) -> Instant {
            self.0 + Duration::from_secs(seconds)
        }
    }

    fn begin() -> (MediaHosts, Clock) {
        (MediaHosts::default(), Clock(Instant::now()))
    }

    fn key(number: u32) -> RecordingKey {
        RecordingKey(number)
    }

    #[test]
    fn a_host_of_which_nothing_comes_is_waited_for() {
        let (hosts, clock) = begin();
        for round in 0..20 {
            for file in 0..4 {
                let asked = clock.at(round * 60);
                let found = hosts.silent(HOST, key(file), asked, clock.at(round * 60 + 30));
                assert_eq!(found, Silence::OfHost, "round {round}, file {file}");
            }
        }
        assert!(hosts.is_silent(key(0)));
        hosts.arrived(HOST, key(0), clock.at(9_000));
        assert!(!hosts.is_silent(key(0)));
    }

    #[test]
    fn a_file_that_is_silent_while_others_come_is_to_blame() {
        let (hosts, clock) = begin();
        for round in 0..4 {
            hosts.arrived(HOST, key(1), clock.at(round * 60 + 10));
            let asked = clock.at(round * 60);
            assert_eq!(
                hosts.silent(HOST, key(0), asked, clock.at(round * 60 + 30)),
                Silence::OfFile
            );
        }
    }

    #[test]
    fn the_last_one_that_never_came_is_to_blame_when_all_others_are_done() {
        let (hosts, clock) = begin();
        hosts.arrived(HOST, key(1), clock.at(1));
        assert_eq!(hosts.silent(HOST, key(0), clock.at(0), clock.at(30)), Silence::OfFile);
        assert_eq!(hosts.silent(HOST, key(0), clock.at(40), clock.at(70)), Silence::OfFile);
        // Two such files do not speak for each other.
        assert_eq!(hosts.silent(HOST, key(2), clock.at(0), clock.at(30)), Silence::OfFile);
        assert_eq!(hosts.silent(HOST, key(2), clock.at(40), clock.at(70)), Silence::OfFile);
        assert_eq!(hosts.silent(HOST, key(0), clock.at(80), clock.at(110)), Silence::OfFile);
    }

    #[test]
    fn those_under_way_when_a_host_went_away_wait_with_the_next_ones() {
        let (hosts, clock) = begin();
        hosts.arrived(HOST, key(9), clock.at(5));
        // Asked for before that last one came: once this counts against it.
        assert_eq!(hosts.silent(HOST, key(0), clock.at(4), clock.at(34)), Silence::OfFile);
        // Asked for after it: nothing of the host comes any more.
        assert_eq!(hosts.silent(HOST, key(1), clock.at(6), clock.at(36)), Silence::OfHost);
        for round in 1..9 {
            let (asked, now) = (clock.at(round * 100), clock.at(round * 100 + 30));
            assert_eq!(hosts.silent(HOST, key(0), asked, now), Silence::OfHost, "round {round}");
        }
    }

    #[test]
    fn hosts_do_not_speak_for_each_other() {
        let (hosts, clock) = begin();
        hosts.arrived("https://other.example", key(1), clock.at(10));
        assert_eq!(hosts.silent(HOST, key(0), clock.at(0), clock.at(30)), Silence::OfHost);
    }
}
