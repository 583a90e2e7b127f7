//! The gateway's door: token, quota, subscription, and who is behind the token.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};

use crate::options::VbcRole;
use crate::server::Shared;
use crate::vbc::refusals::{Refusal, credentials, not_subscribed, throttled};
use crate::vbc::tokens::{Admission, Scope};
use crate::vbc::{ACCOUNT_ID, ADMINISTRATOR, SERVICE, SERVICE_INDIA};

/// The service's odd way to say that something is not for this person.
const MISSING: &str = "missing user data";

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller {
    /// The person's position.
    pub(super) person: usize,
}

impl Caller {
    /// Whether this person may see what is the company's.
    pub(super) fn is_administrator(self, shared: &Shared) -> bool {
        self.person == ADMINISTRATOR && shared.options.vbc_role != VbcRole::User
    }

    /// The account of a path. Numbers of other accounts are refused.
    pub(super) fn account(account: &str) -> Result<(), Refusal> {
        if account == "self" || account == ACCOUNT_ID {
            Ok(())
        } else {
            Err(Refusal::forbidden("the account is not yours"))
        }
    }

    /// The company's recordings, or the service's odd way to say that they are not for this person.
    pub(super) fn company(self, shared: &Shared) -> Result<(), Refusal> {
        if self.is_administrator(shared) {
            Ok(())
        } else {
            Err(Refusal(StatusCode::UNAUTHORIZED, MISSING))
        }
    }

    /// The person of a path, if the caller may see what is that person's.
    pub(super) fn user(self, shared: &Shared, user: &str) -> Result<usize, Refusal> {
        let people = &shared.vbc.people;
        let person = if user == "self" {
            Some(self.person)
        } else {
            people.iter().position(|person| person.id.to_string() == user)
        };
        match person {
            Some(person) if person == self.person || self.is_administrator(shared) => Ok(person),
            Some(_) => Err(Refusal::forbidden("the recordings are not yours")),
            None => Err(Refusal::NOT_FOUND),
        }
    }
}

/// Lets requests with a good token through and says who sent them.
pub(super) async fn admit(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(token) = bearer(request.headers()) else { return credentials(900_902) };
    let options = &shared.options;
    let admission =
        shared.vbc.tokens().admit(token, options.vbc_requests_per_min, options.vbc_quota_window);
    let person = match admission {
        Admission::In(person) => person,
        Admission::Unknown => return credentials(900_901),
        Admission::Expired => return credentials(900_903),
        Admission::NobodyIn(Scope::Client) => {
            return Refusal(StatusCode::UNAUTHORIZED, "failed to get claims").into_response();
        }
        Admission::NobodyIn(_) => {
            return Refusal(StatusCode::UNAUTHORIZED, MISSING).into_response();
        }
        Admission::Throttled(wait) => {
            let wait = SignedDuration::try_from(wait).unwrap_or_default();
            // The quota runs on the real clock, also when that of the calls stands still.
            let next = Timestamp::now().checked_add(wait).unwrap_or(Timestamp::MAX);
            return throttled(options.vbc_throttle_reply, next);
        }
    };
    let path = request.uri().path();
    let is_in = |service: &str| path.starts_with(&format!("/t/vbc.prod/{service}/"));
    match options.vbc_role {
        VbcRole::NotSubscribed if is_in(SERVICE) || is_in(SERVICE_INDIA) => {
            return not_subscribed();
        }
        VbcRole::India if is_in(SERVICE) => {
            return Refusal::forbidden("Missing HMAC token").into_response();
        }
        VbcRole::Administrator | VbcRole::User if is_in(SERVICE_INDIA) => {
            return not_subscribed();
        }
        _ => {}
    }
    if !options.vbc_provisioning && is_in("provisioning") {
        return not_subscribed();
    }
    request.extensions_mut().insert(Caller { person });
    next.run(request).await
}

/// The token of `Authorization: Bearer …`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}
