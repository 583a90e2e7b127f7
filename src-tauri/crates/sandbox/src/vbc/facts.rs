//! What a test, or the demo, may know and do about the VBC account without asking its API.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::error::Error;
use crate::server::{RecordingFacts, Shared};
use crate::vbc::calls::{Call, Collection};
use crate::vbc::jobs::Job;
use crate::vbc::people::Person;
use crate::vbc::{ACCOUNT_ID, ADMINISTRATOR, CLIENT_ID, CLIENT_SECRET, PASSWORD, TENANT, object};

/// Which recordings of the VBC account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VbcRecordings {
    /// Those that rules of the company made.
    Company,
    /// The on-demand recordings of the person with this vendor id.
    OnDemand {
        /// As in [`VbcSandbox::user_ids`].
        user_id: u64,
    },
}

/// The VBC side of a [`crate::Sandbox`].
#[derive(Debug, Clone, Copy)]
pub struct VbcSandbox<'a> {
    shared: &'a Arc<Shared>,
}

impl<'a> VbcSandbox<'a> {
    pub(crate) fn new(shared: &'a Arc<Shared>) -> Self {
        Self { shared }
    }

    /// `http://127.0.0.1:PORT`, of tokens, API and audio.
    pub fn origin(&self) -> &'a str {
        &self.shared.vbc_origin
    }

    /// Where the call recording service of this account is: `…/t/vbc.prod/call_recording`, without `/api`. An account in
    /// India has another service.
    pub fn service_base(&self) -> String {
        self.shared.vbc.service_base(self.shared)
    }

    /// Where the service that lists users is: `…/t/vbc.prod/provisioning`, without `/api`.
    pub fn provisioning_base(&self) -> String {
        format!("{}/t/{TENANT}/provisioning", self.shared.vbc_origin)
    }

    /// Where tokens are issued.
    pub fn token_url(&self) -> String {
        format!("{}/token", self.shared.vbc_origin)
    }

    /// Where a browser is sent to sign in. The administrator signs in at once.
    pub fn authorize_url(&self) -> String {
        format!("{}/authorize", self.shared.vbc_origin)
    }

    /// The account's number; `self` does as well.
    pub fn account_id(&self) -> &'static str {
        ACCOUNT_ID
    }

    /// The application's key.
    pub fn client_id(&self) -> &'static str {
        CLIENT_ID
    }

    /// The application's secret.
    pub fn client_secret(&self) -> &'static str {
        CLIENT_SECRET
    }

    /// Login name of the administrator, with `@vbc.prod`.
    pub fn username(&self) -> String {
        self.login(ADMINISTRATOR)
    }

    /// Login name of the first person who is no administrator, with `@vbc.prod`; nobody's when there is none.
    pub fn second_user(&self) -> String {
        self.login(ADMINISTRATOR + 1)
    }

    /// Everybody's password.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// The vendor's ids of all people, the administrator's first.
    pub fn user_ids(&self) -> Vec<u64> {
        self.shared.vbc.people.iter().map(|person| person.id).collect()
    }

    /// An access token of the administrator, without asking for one.
    pub fn access_token(&self) -> String {
        let lifetime_s = self.shared.options.vbc_token_lifetime_s;
        let lifetime = Duration::from_secs(lifetime_s.into());
        let scope = crate::vbc::tokens::Scope::OpenId;
        self.shared.vbc.tokens().issue(ADMINISTRATOR, scope, lifetime).access
    }

    /// How many recordings a list holds.
    pub fn total(&self, recordings: VbcRecordings) -> usize {
        self.collection(recordings).map_or(0, |of| self.shared.vbc.shelf().of(of).len())
    }

    /// The rows as a list would tell them now, newest first.
    pub fn recordings(&self, recordings: VbcRecordings) -> Vec<Value> {
        let told = |collection, calls: &[Call]| {
            calls.iter().rev().map(|call| object::value(self.shared, collection, call)).collect()
        };
        self.collection(recordings)
            .map(|collection| told(collection, self.shared.vbc.shelf().of(collection)))
            .unwrap_or_default()
    }

    /// The ids of a list, newest first.
    pub fn recording_ids(&self, recordings: VbcRecordings) -> Vec<u64> {
        self.collection(recordings)
            .map(|collection| {
                let shelf = self.shared.vbc.shelf();
                shelf.of(collection).iter().rev().map(|call| call.id).collect()
            })
            .unwrap_or_default()
    }

    /// The truth about a recording's audio; `None` when there is no such recording.
    pub fn facts(&self, recording_id: u64) -> Option<RecordingFacts> {
        let sound = self.shared.vbc.shelf().find(recording_id)?.sound();
        let url = object::download_url(self.shared, recording_id);
        Some(RecordingFacts::new(self.shared, sound, url))
    }

    /// Lets `count` new calls come in, on top of a list. Returns their ids, oldest first.
    ///
    /// # Errors
    /// [`Error::State`] when the state file cannot be written.
    pub fn add_calls(&self, recordings: VbcRecordings, count: u32) -> Result<Vec<u64>, Error> {
        match self.collection(recordings) {
            Some(collection) => self.shared.vbc.add(self.shared, collection, count),
            None => Ok(Vec::new()),
        }
    }

    /// Takes a recording away as if somebody else had deleted it.
    ///
    /// # Errors
    /// [`Error::NoSuchRecording`] when there is none; [`Error::State`] when the state file cannot be written.
    pub fn remove(&self, recording_id: u64) -> Result<(), Error> {
        if self.shared.vbc.delete(self.shared, recording_id)? {
            Ok(())
        } else {
            Err(Error::NoSuchRecording(recording_id.to_string()))
        }
    }

    /// Puts the clock forward that tokens, lockouts, quotas and archives run by.
    pub fn pass_time(&self, time: Duration) {
        self.shared.vbc.tokens().pass(time);
    }

    /// Lets all access tokens expire now.
    pub fn expire_access_tokens(&self) {
        self.shared.vbc.tokens().expire(None);
    }

    /// Takes all refresh tokens back: people have to sign in again.
    pub fn revoke_refresh_tokens(&self) {
        self.shared.vbc.tokens().revoke_refresh();
    }

    /// Failed logins of a person since the last right one.
    pub fn failed_logins(&self, username: &str) -> u32 {
        self.person(username).map_or(0, |person| self.shared.vbc.tokens().failed_logins(person))
    }

    /// Ends a lockout.
    pub fn unlock(&self, username: &str) {
        if let Some(person) = self.person(username) {
            self.shared.vbc.tokens().unlock(person);
        }
    }

    /// Makes the person refuse the next sign-in with the browser.
    pub fn deny_next_authorization(&self) {
        self.shared.vbc.tokens().deny_next();
    }

    /// The ids of all export jobs, in the order in which they were ordered.
    pub fn job_ids(&self) -> Vec<String> {
        self.shared.vbc.jobs().iter().map(Job::id).collect()
    }

    /// Lets an export job fail.
    pub fn fail_job(&self, job_id: &str) {
        if let Some(job) = self.shared.vbc.jobs().iter_mut().find(|job| job.id() == job_id) {
            job.fail();
        }
    }

    fn login(self, person: usize) -> String {
        let login = self.shared.vbc.people.get(person).map_or("nobody", |p: &Person| &p.login_name);
        format!("{login}@{TENANT}")
    }

    fn person(self, username: &str) -> Option<usize> {
        let login = username.strip_suffix(&format!("@{TENANT}"))?;
        self.shared.vbc.people.iter().position(|person| person.login_name == login)
    }

    fn collection(self, recordings: VbcRecordings) -> Option<Collection> {
        match recordings {
            VbcRecordings::Company => Some(Collection::Company),
            VbcRecordings::OnDemand { user_id } => {
                let people = &self.shared.vbc.people;
                people.iter().position(|person| person.id == user_id).map(Collection::OnDemand)
            }
        }
    }
}
