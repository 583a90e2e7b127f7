//! What surrounds recordings at Vobiz: the records of calls, and the account's balance.
//!
//! The vendor's pages write these two paths with `Account` and with `account`, and a wrong letter case is answered with
//! 401 or 404 (api contract A2, A10, C15). The documented case is tried first, the other one once, and the one that
//! worked is remembered. Nothing but these two reads is ever sent in another case.

use std::sync::atomic::{AtomicU8, Ordering};

use domain::{Availability, Balance, CallRecord, CallUuid};
use reqwest::Method;

use super::client::{Client, call_of, encoded, segment};
use super::wire;
use crate::error::{Correlation, Error, Result};
use crate::http::{Reply, Tries};

/// The currency of accounts that do not say theirs.
const USUAL_CURRENCY: &str = "INR";
const CASES: [&str; 2] = ["Account", "account"];
const UNKNOWN: u8 = u8::MAX;

/// The letter case that worked for one kind of path.
#[derive(Debug)]
pub(super) struct LetterCase {
    documented: u8,
    works: AtomicU8,
}

impl LetterCase {
    /// As the page on call records writes it.
    pub(super) fn of_records() -> Self {
        Self { documented: 0, works: AtomicU8::new(UNKNOWN) }
    }

    /// As the page on the balance writes it.
    pub(super) fn of_balance() -> Self {
        Self { documented: 1, works: AtomicU8::new(UNKNOWN) }
    }
}

impl Client {
    /// The record of one call. It can come minutes after the recording, so `NotFound` may mean "not yet".
    pub(super) async fn call_record(&self, call: &CallUuid) -> Result<CallRecord> {
        let uuid = segment(call.as_str())
            .map_err(|what| Error::Invalid { reason: format!("the call's id {what}") })?;
        let path = format!("cdr/{uuid}");
        let reply = match self.read_cased(&self.record_case, &path, "", Tries::Several).await {
            Err(Error::Unauthenticated(refused)) => return Err(self.explain_401(refused).await),
            outcome => outcome?,
        };
        let body = reply.json(&self.credentials.redactor)?;
        wire::call_record(&body, call).map_err(|reason| self.bad_shape(&reply, &body, reason))
    }

    /// What is left on the account.
    pub(super) async fn balance(&self) -> Result<Balance> {
        let currency = match self.currency() {
            Some(currency) => currency,
            None => match self.me(Tries::Several).await {
                Ok(me) => self.note_currency(me.facts.currency),
                Err(_) => USUAL_CURRENCY.to_owned(),
            },
        };
        match self.balance_in(&currency, Tries::Several).await {
            Err(Error::Unauthenticated(refused)) => Err(self.explain_401(refused).await),
            outcome => outcome,
        }
    }

    async fn balance_in(&self, currency: &str, tries: Tries) -> Result<Balance> {
        let path = format!("balance/{}", encoded(currency));
        let reply = self.read_cased(&self.balance_case, &path, "", tries).await?;
        let body = reply.json(&self.credentials.redactor)?;
        wire::balance(&body, currency).map_err(|reason| self.bad_shape(&reply, &body, reason))
    }

    /// The balance, and whether this account may know it.
    pub(super) async fn try_balance(
        &self,
        currency: Option<String>,
    ) -> (Option<Balance>, Availability) {
        let currency = self.note_currency(currency);
        let asked = self.balance_in(&currency, Tries::One).await;
        let known = availability(&asked, "The account may not read its balance.");
        (asked.ok(), known)
    }

    /// Whether this account may read its call records.
    pub(super) async fn may_read_records(&self) -> Availability {
        let asked =
            self.read_cased(&self.record_case, "cdr", "page=1&per_page=1", Tries::One).await;
        availability(&asked, "The account may not read its call records.")
    }

    fn note_currency(&self, currency: Option<String>) -> String {
        let mut known = self.known_currency();
        known.get_or_insert_with(|| currency.unwrap_or_else(|| USUAL_CURRENCY.to_owned())).clone()
    }

    fn currency(&self) -> Option<String> {
        self.known_currency().clone()
    }

    async fn read_cased(
        &self,
        case: &LetterCase,
        path: &str,
        query: &str,
        tries: Tries,
    ) -> Result<Reply> {
        let (first, other) = match case.works.load(Ordering::Relaxed) {
            UNKNOWN => (case.documented, Some(1 - case.documented)),
            known => (known, None),
        };
        let refused = match self.read_as(first, path, query, tries).await {
            Err(refused @ (Error::Unauthenticated(_) | Error::NotFound(_))) => refused,
            outcome => {
                if outcome.is_ok() {
                    case.works.store(first, Ordering::Relaxed);
                }
                return outcome;
            }
        };
        let Some(other) = other else { return Err(refused) };
        match self.read_as(other, path, query, tries).await {
            Ok(reply) => {
                case.works.store(other, Ordering::Relaxed);
                Ok(reply)
            }
            // A 404 knows the path and not the thing; a 401 may only mean the letter case.
            Err(missing @ Error::NotFound(_)) => Err(missing),
            Err(Error::Unauthenticated(_)) => Err(refused),
            Err(error) => Err(error),
        }
    }

    async fn read_as(&self, case: u8, path: &str, query: &str, tries: Tries) -> Result<Reply> {
        let account = CASES[usize::from(case).min(1)];
        let mut url = self.below(&format!("{account}/{}/{path}", encoded(self.auth_id())));
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        Ok(self.transport.ask(&call_of(Method::GET, url), &self.credentials, tries).await?)
    }
}

/// What an answer says about a feature; a failure of another kind says nothing.
fn availability<T>(asked: &Result<T>, reason: &str) -> Availability {
    match asked {
        Ok(_) => Availability::Yes,
        Err(
            Error::Unauthenticated(_)
            | Error::PermissionDenied(_)
            | Error::NotFound(_)
            | Error::Rejected(Correlation { .. }),
        ) => Availability::no(reason),
        Err(_) => Availability::Unknown,
    }
}
