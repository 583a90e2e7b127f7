//! Who has signed in: codes, access tokens, refresh tokens, and who is locked out.
//!
//! The clock can be put forward, so that a test need not wait for a token to expire or a lockout to end.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::calls::uuid_from;

/// How many failed logins lock a person out, and for how long.
const LOGINS: u32 = 3;
const LOCKED: Duration = Duration::from_mins(30);
/// How long a refresh token is good for, if it is not used before.
const REFRESH_LIFETIME: Duration = Duration::from_hours(7 * 24);
/// How long an authorization code is good for.
const CODE_LIFETIME: Duration = Duration::from_mins(5);

/// What was granted with an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// `openid`: the services know who asks.
    OpenId,
    /// `default`: asked for without a scope. The call recording service does not take it.
    Default,
    /// Of a client without a person.
    Client,
}

#[derive(Debug)]
struct Access {
    person: usize,
    scope: Scope,
    expires: Instant,
    window: Instant,
    requests: u32,
}

#[derive(Debug)]
struct Refresh {
    person: usize,
    scope: Scope,
    expires: Instant,
}

#[derive(Debug)]
struct Code {
    person: usize,
    scope: Scope,
    redirect_uri: String,
    expires: Instant,
}

#[derive(Debug, Default)]
struct Failures {
    count: u32,
    locked_until: Option<Instant>,
}

/// What a client gets.
#[derive(Debug)]
pub(super) struct Issued {
    pub(super) access: String,
    /// Clients without a person get none.
    pub(super) refresh: Option<String>,
    pub(super) person: usize,
    pub(super) scope: Scope,
}

/// Whether a request may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// As this person.
    In(usize),
    /// Nobody issued such a token, or it was taken back.
    Unknown,
    Expired,
    /// Its scope does not say who asks.
    NobodyIn(Scope),
    /// The quota is used up for so long.
    Throttled(Duration),
}

/// How a login ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Login {
    Right,
    Wrong,
    LockedOut,
}

/// All that was issued.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    seed: u64,
    issued: u64,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    codes: HashMap<String, Code>,
    failures: HashMap<usize, Failures>,
    denies_next: bool,
    /// By how much the clock was put forward.
    skipped: Duration,
}

impl Tokens {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// The clock that tokens, lockouts, quotas and archives run by.
    pub(super) fn now(&self) -> Instant {
        Instant::now() + self.skipped
    }

    /// Puts the clock forward.
    pub(super) fn pass(&mut self, time: Duration) {
        self.skipped += time;
    }

    /// Judges a password. Three wrong ones in a row lock the person out; each attempt from then on, right or wrong,
    /// begins the time anew.
    pub(super) fn log_in(&mut self, person: usize, is_right: bool) -> Login {
        let now = self.now();
        let failures = self.failures.entry(person).or_default();
        if failures.locked_until.is_some_and(|until| until > now) {
            failures.count += 1;
            failures.locked_until = Some(now + LOCKED);
            return Login::LockedOut;
        }
        if failures.locked_until.take().is_some() {
            failures.count = 0;
        }
        if is_right {
            failures.count = 0;
            return Login::Right;
        }
        failures.count += 1;
        if failures.count < LOGINS {
            return Login::Wrong;
        }
        failures.locked_until = Some(now + LOCKED);
        Login::LockedOut
    }

    /// Failed logins of a person since the last right one.
    pub(super) fn failed_logins(&self, person: usize) -> u32 {
        self.failures.get(&person).map_or(0, |failures| failures.count)
    }

    pub(super) fn unlock(&mut self, person: usize) {
        self.failures.remove(&person);
    }

    /// Makes the next request for a code be refused by the person.
    pub(super) fn deny_next(&mut self) {
        self.denies_next = true;
    }

    pub(super) fn take_denial(&mut self) -> bool {
        std::mem::take(&mut self.denies_next)
    }

    /// A new access token, and a refresh token for a person.
    pub(super) fn issue(&mut self, person: usize, scope: Scope, lifetime: Duration) -> Issued {
        let now = self.now();
        let access = self.word();
        let granted = Access { person, scope, expires: now + lifetime, window: now, requests: 0 };
        self.access.insert(access.clone(), granted);
        let refresh = (scope != Scope::Client).then(|| {
            let refresh = self.word();
            let kept = Refresh { person, scope, expires: now + REFRESH_LIFETIME };
            self.refresh.insert(refresh.clone(), kept);
            refresh
        });
        Issued { access, refresh, person, scope }
    }

    /// Uses a refresh token up. `None` when it was used before, has expired, or never was.
    pub(super) fn refresh(&mut self, token: &str, lifetime: Duration) -> Option<Issued> {
        let kept = self.refresh.remove(token)?;
        (kept.expires > self.now()).then(|| self.issue(kept.person, kept.scope, lifetime))
    }

    /// A code for a person who has signed in with the browser.
    pub(super) fn code(&mut self, person: usize, scope: Scope, redirect_uri: &str) -> String {
        let code = self.word();
        let expires = self.now() + CODE_LIFETIME;
        let kept = Code { person, scope, redirect_uri: redirect_uri.to_owned(), expires };
        self.codes.insert(code.clone(), kept);
        code
    }

    /// Uses a code up. `None` when it was used before, has expired, was given for another address, or never was.
    pub(super) fn redeem(
        &mut self,
        code: &str,
        redirect_uri: &str,
        lifetime: Duration,
    ) -> Option<Issued> {
        let kept = self.codes.remove(code)?;
        (kept.expires > self.now() && kept.redirect_uri == redirect_uri)
            .then(|| self.issue(kept.person, kept.scope, lifetime))
    }

    /// Judges the token of a request and counts it against the quota of `limit` a `window`.
    pub(super) fn admit(&mut self, token: &str, limit: Option<u32>, window: Duration) -> Admission {
        let now = self.now();
        let Some(access) = self.access.get_mut(token) else { return Admission::Unknown };
        if access.expires <= now {
            return Admission::Expired;
        }
        if access.scope != Scope::OpenId {
            return Admission::NobodyIn(access.scope);
        }
        if let Some(limit) = limit {
            if now.duration_since(access.window) >= window {
                (access.window, access.requests) = (now, 0);
            }
            if access.requests >= limit {
                return Admission::Throttled((access.window + window).duration_since(now));
            }
            access.requests += 1;
        }
        Admission::In(access.person)
    }

    /// Lets one access token, or all of them, expire now.
    pub(super) fn expire(&mut self, only: Option<&str>) {
        let now = self.now();
        for (token, access) in &mut self.access {
            if only.is_none_or(|only| only == token) {
                access.expires = now;
            }
        }
    }

    /// Takes all refresh tokens back: the person has to sign in again.
    pub(super) fn revoke_refresh(&mut self) {
        self.refresh.clear();
    }

    fn word(&mut self) -> String {
        self.issued += 1;
        let seed = (self.seed ^ 0x70CE_4501).wrapping_add(self.issued << 20);
        uuid_from(&mut Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn three_failures_lock_and_each_attempt_extends() {
        let mut tokens = Tokens::new(1);
        let tried = |tokens: &mut Tokens, right| tokens.log_in(0, right);
        assert_eq!(
            [false; 3].map(|right| tried(&mut tokens, right)),
            [Login::Wrong, Login::Wrong, Login::LockedOut]
        );
        assert_eq!(tried(&mut tokens, true), Login::LockedOut);
        tokens.pass(Duration::from_mins(29));
        assert_eq!(tried(&mut tokens, true), Login::LockedOut);
        tokens.pass(Duration::from_mins(29));
        assert_eq!(
            tried(&mut tokens, true),
            Login::LockedOut,
            "the last attempt began the time anew"
        );
        tokens.pass(Duration::from_mins(31));
        assert_eq!(tried(&mut tokens, true), Login::Right);
        assert_eq!(tokens.failed_logins(0), 0);
    }

    #[test]
    fn a_refresh_token_is_good_once_and_for_a_week() {
        let mut tokens = Tokens::new(1);
        let first = tokens.issue(0, Scope::OpenId, HOUR).refresh.unwrap();
        let second = tokens.refresh(&first, HOUR).unwrap().refresh.unwrap();
        assert!(tokens.refresh(&first, HOUR).is_none(), "reuse is refused");
        tokens.pass(REFRESH_LIFETIME);
        assert!(tokens.refresh(&second, HOUR).is_none());
    }

    #[test]
    fn tokens_expire_and_quotas_start_anew() {
        let mut tokens = Tokens::new(1);
        let access = tokens.issue(4, Scope::OpenId, HOUR).access;
        let minute = Duration::from_mins(1);
        let ask = |tokens: &mut Tokens| tokens.admit(&access, Some(2), minute);
        assert_eq!([ask(&mut tokens), ask(&mut tokens)], [Admission::In(4), Admission::In(4)]);
        tokens.pass(Duration::from_secs(20));
        let Admission::Throttled(wait) = ask(&mut tokens) else { panic!("not throttled") };
        assert!(wait <= Duration::from_secs(40) && wait > Duration::from_secs(20), "{wait:?}");
        tokens.pass(Duration::from_secs(40));
        assert_eq!(ask(&mut tokens), Admission::In(4));
        tokens.pass(HOUR);
        assert_eq!(ask(&mut tokens), Admission::Expired);
        assert_eq!(tokens.admit("other", None, minute), Admission::Unknown);
    }

    #[test]
    fn a_code_is_good_once_for_the_address_it_was_given_for() {
        let mut tokens = Tokens::new(1);
        let code = tokens.code(0, Scope::OpenId, "http://127.0.0.1:1/");
        assert!(tokens.redeem(&code, "http://127.0.0.1:2/", HOUR).is_none());
        assert!(tokens.redeem(&code, "http://127.0.0.1:1/", HOUR).is_none(), "used up");
        let code = tokens.code(0, Scope::OpenId, "http://127.0.0.1:1/");
        assert!(tokens.redeem(&code, "http://127.0.0.1:1/", HOUR).is_some());
        let late = tokens.code(0, Scope::OpenId, "http://127.0.0.1:1/");
        tokens.pass(CODE_LIFETIME);
        assert!(tokens.redeem(&late, "http://127.0.0.1:1/", HOUR).is_none());
    }
}
