//! Whose trouble it is when no audio comes: the host's, which is waited for as for the network, or that of one address,
//! which is tried a few times and then fails.
//!
//! A provider may answer while the host that has its audio is silent, or answers everything with errors of its own; so may
//! the provider itself. One file alone says nothing about either, so the files of a host are judged by each other: what comes
//! at the same time proves that the host is well, and another file that has the same trouble, and of which nothing bad is
//! known, proves that it is not. A file that is all alone with its trouble is given a while, and then fails: a host that
//! nobody else speaks for may be gone for good. One that several files speak for is waited for, but not for ever either.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use domain::RecordingKey;

use super::lane::Outcome;
use super::trouble;
use crate::error::Error;
use crate::fetch::{MediaHost, of_this_file};
use crate::lock;

/// How often in a row a server may have an error of its own for one file, with no other one to compare it with, before it
/// counts as about that file. Whoever answers so is there, so that is more likely.
const ERRORS_ALONE: u32 = 1;
/// A host of which nothing bad was heard for so long was not waited for all that time: nobody asked it. Whoever waits for one
/// asks every few minutes.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(30);

/// Whose trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Nothing of the host comes.
    OfHost,
    /// Others of the same host come, or nobody can tell.
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
    /// Since when it was itself to blame, with the network there.
    away_since: Option<Instant>,
    /// When it was to blame last.
    away_noted_at: Option<Instant>,
    /// Files that did not come when they were asked for last.
    unwell: HashMap<RecordingKey, Unwell>,
}

#[derive(Debug, Clone, Copy)]
struct Unwell {
    first_asked_at: Instant,
    noticed_at: Instant,
    /// Others came while this one did not: it says nothing about the host any more.
    is_suspect: bool,
    /// How often in a row no other file had the same trouble.
    times_alone: u32,
}

impl MediaHosts {
    /// Whose trouble it is that no audio came, and what the account's lane learns from it. `api` names the provider's own
    /// server, whose turn it was where no `host` of audio was asked. With nobody to compare it with, silence is the host's less
    /// than `silences_alone` times in a row.
    pub(super) fn judged(
        &self,
        error: Error,
        key: RecordingKey,
        host: Option<&MediaHost>,
        api: &str,
        asked_at: Instant,
        silences_alone: u32,
    ) -> (Error, Outcome) {
        let plain = |error: Error| {
            let outcome = trouble::outcome(&error);
            (error, outcome)
        };
        let now = Instant::now();
        if trouble::is_error_of_server(&error) {
            let name = host.map_or(api, |host| host.origin.as_str());
            return match self.unwell(name, key, asked_at, now, ERRORS_ALONE) {
                Trouble::OfFile => plain(error),
                Trouble::OfHost => {
                    self.note_away(name, now);
                    let is_media = host.is_some();
                    (error, if is_media { Outcome::MediaFails } else { Outcome::ProviderFails })
                }
            };
        }
        let Some(host) = host.filter(|_| trouble::is_out_of_reach(&error)) else {
            return plain(error);
        };
        match self.unwell(&host.origin, key, asked_at, now, silences_alone) {
            // An address of the list may have expired: it counts only when the one that is asked for next is silent too.
            Trouble::OfFile if host.is_fresh => plain(of_this_file(error)),
            Trouble::OfFile => (error, Outcome::Failed),
            Trouble::OfHost if host.is_fresh => {
                self.note_away(&host.origin, now);
                (error, Outcome::MediaAway)
            }
            // The provider itself was not asked: it may be the network.
            Trouble::OfHost => (error, Outcome::Offline),
        }
    }

    /// A file of the host came.
    pub(super) fn arrived(&self, host: &str, key: RecordingKey, now: Instant) {
        let mut hosts = lock(&self.hosts);
        let host = hosts.entry(host.to_owned()).or_default();
        host.unwell.remove(&key);
        host.arrived_at = Some(now);
        host.away_since = None;
    }

    /// A person asks to go on: everybody is waited for anew.
    pub(super) fn forgive(&self) {
        for host in lock(&self.hosts).values_mut() {
            host.away_since = None;
        }
    }

    fn note_away(&self, host: &str, now: Instant) {
        let mut hosts = lock(&self.hosts);
        let host = hosts.entry(host.to_owned()).or_default();
        let noted_at = host.away_noted_at.replace(now);
        if noted_at.is_none_or(|noted_at| now.duration_since(noted_at) > FORGOTTEN_AFTER) {
            host.away_since = None;
        }
        host.away_since.get_or_insert(now);
    }

    /// Whether a host has been to blame for so long.
    pub(super) fn is_away_for(&self, host: &str, longest: Duration, now: Instant) -> bool {
        let hosts = lock(&self.hosts);
        let since = hosts.get(host).and_then(|host| host.away_since);
        since.is_some_and(|since| now.duration_since(since) >= longest)
    }

    /// Nothing came of a file that was asked for at `asked_at`. With nobody to compare it with it is the host's trouble less
    /// than `most_alone` times in a row.
    fn unwell(
        &self,
        host: &str,
        key: RecordingKey,
        asked_at: Instant,
        now: Instant,
        most_alone: u32,
    ) -> Trouble {
        let mut hosts = lock(&self.hosts);
        hosts.entry(host.to_owned()).or_default().unwell(key, asked_at, now, most_alone)
    }

    /// Whether this file did not come when it was asked for last, so that its address may be an old one.
    pub(super) fn is_unwell(&self, key: RecordingKey) -> bool {
        lock(&self.hosts).values().any(|host| host.unwell.contains_key(&key))
    }
}

impl Host {
    fn unwell(
        &mut self,
        key: RecordingKey,
        asked_at: Instant,
        now: Instant,
        most_alone: u32,
    ) -> Trouble {
        let came_after = |at: Instant| self.arrived_at.is_some_and(|arrived| arrived > at);
        let others_are_unwell = self.unwell.iter().any(|(other, unwell)| {
            *other != key && !unwell.is_suspect && !came_after(unwell.noticed_at)
        });
        let before = self.unwell.get(&key);
        let first_asked_at = before.map_or(asked_at, |before| before.first_asked_at);
        let was_suspect = before.is_some_and(|before| before.is_suspect);
        let is_suspect = came_after(asked_at)
            || !others_are_unwell && (was_suspect || came_after(first_asked_at));
        let times_alone =
            if others_are_unwell { 0 } else { before.map_or(0, |before| before.times_alone) + 1 };
        let unwell = Unwell {
            first_asked_at,
            noticed_at: now,
            is_suspect: is_suspect || was_suspect,
            times_alone,
        };
        self.unwell.insert(key, unwell);
        // Not a suspect for that: when others join in, it speaks for the host again.
        if is_suspect || times_alone >= most_alone { Trouble::OfFile } else { Trouble::OfHost }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "https://media.example";
    const SILENCES_ALONE: u32 = 8;

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

    impl MediaHosts {
        /// Of files of one host, none of which is answered.
        fn silence(&self, key: RecordingKey, asked: Instant, now: Instant) -> Trouble {
            self.unwell(HOST, key, asked, now, SILENCES_ALONE)
        }

        /// Of files of one host, all of which are answered with an error of its own.
        fn error(&self, key: RecordingKey, asked: Instant, now: Instant) -> Trouble {
            self.unwell(HOST, key, asked, now, ERRORS_ALONE)
        }
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
                let found = hosts.silence(key(file), asked, clock.at(round * 60 + 30));
                assert_eq!(found, Trouble::OfHost, "round {round}, file {file}");
            }
        }
        assert!(hosts.is_unwell(key(0)));
        hosts.arrived(HOST, key(0), clock.at(9_000));
        assert!(!hosts.is_unwell(key(0)));
    }

    #[test]
    fn a_file_that_is_silent_while_others_come_is_to_blame() {
        let (hosts, clock) = begin();
        for round in 0..4 {
            hosts.arrived(HOST, key(1), clock.at(round * 60 + 10));
            let asked = clock.at(round * 60);
            assert_eq!(hosts.silence(key(0), asked, clock.at(round * 60 + 30)), Trouble::OfFile);
        }
    }

    #[test]
    fn the_last_one_that_never_came_is_to_blame_when_all_others_are_done() {
        let (hosts, clock) = begin();
        hosts.arrived(HOST, key(1), clock.at(1));
        assert_eq!(hosts.silence(key(0), clock.at(0), clock.at(30)), Trouble::OfFile);
        assert_eq!(hosts.silence(key(0), clock.at(40), clock.at(70)), Trouble::OfFile);
        // Two such files do not speak for each other.
        assert_eq!(hosts.silence(key(2), clock.at(0), clock.at(30)), Trouble::OfFile);
        assert_eq!(hosts.silence(key(2), clock.at(40), clock.at(70)), Trouble::OfFile);
        assert_eq!(hosts.silence(key(0), clock.at(80), clock.at(110)), Trouble::OfFile);
    }

    #[test]
    fn those_under_way_when_a_host_went_away_wait_with_the_next_ones() {
        let (hosts, clock) = begin();
        hosts.arrived(HOST, key(9), clock.at(5));
        // Asked for before that last one came: once this counts against it.
        assert_eq!(hosts.silence(key(0), clock.at(4), clock.at(34)), Trouble::OfFile);
        // Asked for after it: nothing of the host comes any more.
        assert_eq!(hosts.silence(key(1), clock.at(6), clock.at(36)), Trouble::OfHost);
        for round in 1..9 {
            let (asked, now) = (clock.at(round * 100), clock.at(round * 100 + 30));
            assert_eq!(hosts.silence(key(0), asked, now), Trouble::OfHost, "round {round}");
        }
    }

    #[test]
    fn hosts_do_not_speak_for_each_other() {
        let (hosts, clock) = begin();
        hosts.arrived("https://other.example", key(1), clock.at(10));
        assert_eq!(hosts.silence(key(0), clock.at(0), clock.at(30)), Trouble::OfHost);
    }

    #[test]
    fn a_file_that_is_alone_with_a_silent_host_is_given_a_while_and_then_is_to_blame() {
        let (hosts, clock) = begin();
        let ask =
            |round: u64| hosts.silence(key(0), clock.at(round * 60), clock.at(round * 60 + 30));
        for round in 1..u64::from(SILENCES_ALONE) {
            assert_eq!(ask(round), Trouble::OfHost, "round {round}");
        }
        for round in 8..12 {
            assert_eq!(ask(round), Trouble::OfFile, "round {round}");
        }
        // Another one of the same host that does not come either: the host it is, after all.
        assert_eq!(hosts.silence(key(1), clock.at(800), clock.at(830)), Trouble::OfHost);
        assert_eq!(ask(14), Trouble::OfHost);
    }

    #[test]
    fn a_host_is_away_from_its_first_trouble_on_until_something_comes_or_a_person_goes_on() {
        let (hosts, clock) = begin();
        let day = Duration::from_hours(24);
        assert!(!hosts.is_away_for(HOST, day, clock.at(90_000)), "nobody asked it");
        for minute in (0..24 * 60).step_by(2) {
            hosts.note_away(HOST, clock.at(minute * 60));
        }
        assert!(!hosts.is_away_for(HOST, day, clock.at(86_399)));
        assert!(hosts.is_away_for(HOST, day, clock.at(86_400)));
        hosts.forgive();
        assert!(!hosts.is_away_for(HOST, day, clock.at(86_400)));
        hosts.note_away(HOST, clock.at(86_400));
        hosts.arrived(HOST, key(0), clock.at(90_000));
        assert!(!hosts.is_away_for(HOST, day, clock.at(900_000)));
        // Nobody asked it for days, and nothing ever came: what was noted before says nothing about today.
        hosts.note_away(HOST, clock.at(900_000));
        hosts.note_away(HOST, clock.at(1_200_000));
        assert!(!hosts.is_away_for(HOST, day, clock.at(1_200_000)));
        assert!(hosts.is_away_for(HOST, day, clock.at(1_286_400)), "it is waited for from then on");
    }

    #[test]
    fn an_error_of_the_server_is_the_hosts_when_others_have_it_too_and_nothing_comes() {
        let (hosts, clock) = begin();
        for round in 0..20 {
            for file in 0..4 {
                let asked = clock.at(round * 10);
                let found = hosts.error(key(file), asked, clock.at(round * 10 + 1));
                let is_alone = (round, file) == (0, 0);
                let whose = if is_alone { Trouble::OfFile } else { Trouble::OfHost };
                assert_eq!(found, whose, "round {round}, file {file}");
            }
        }
        // It is well again, but for one file.
        hosts.arrived(HOST, key(1), clock.at(300));
        hosts.arrived(HOST, key(2), clock.at(300));
        for round in 30..34 {
            let (asked, now) = (clock.at(round * 10), clock.at(round * 10 + 1));
            assert_eq!(hosts.error(key(0), asked, now), Trouble::OfFile, "round {round}");
        }
    }
}
