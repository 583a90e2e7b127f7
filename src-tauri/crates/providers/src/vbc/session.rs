//! The tokens of one account while the program runs: renewed in time, once for all workers, and never lost.
//!
//! A refresh token is good for one use, so whoever holds it holds the account: a renewal runs in a task of its own, which
//! goes on when the request that needed it is cancelled, and its result is kept by the [`TokenStore`] before it is
//! used. A refused renewal is final until a person signs in again; nothing is sent after it. One that failed for another
//! reason has failed for all who waited for it: eight workers do not ask a broken endpoint eight times.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use domain::Secret;

use super::config::{TokenSet, TokenStore, VbcConfig, check_token};
use super::token::{self, ClientAuth, Grant};
use super::{Clock, fault};
use crate::error::{Correlation, Error, Result};
use crate::http::{Audience, Credentials, Gate, Redactor, Transport};

/// How long before its end a token is renewed.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);

pub(super) struct Session {
    config: VbcConfig,
    audience: Audience,
    gate: Arc<Gate>,
    transport: Transport,
    store: Arc<dyn TokenStore>,
    clock: Clock,
    state: Mutex<State>,
    /// Held by the one renewal that runs.
    renewing: tokio::sync::Mutex<()>,
}

struct State {
    tokens: TokenSet,
    /// Counts renewals, so that a worker can tell whether the token it used has been renewed since.
    generation: u64,
    /// The vendor has accepted the present token at least once.
    is_proven: bool,
    /// When to renew it without being told.
    renew_at: Option<Timestamp>,
    /// Where the application's secret goes, once known.
    way: Option<ClientAuth>,
    /// A renewed set that could not be kept yet.
    unkept: Option<TokenSet>,
    /// The renewal was refused: the sign-in is over.
    over: Option<Error>,
    /// How many renewals have failed, and how the last of them did.
    failed: (u64, Option<Error>),
}

/// Credentials of one request.
pub(super) struct Pass {
    pub(super) credentials: Credentials,
    generation: u64,
}

impl Session {
    /// Begins with the tokens of an earlier run or of a sign-in.
    pub(super) fn new(
        config: VbcConfig,
        tokens: TokenSet,
        store: Arc<dyn TokenStore>,
        clock: Clock,
        transport: Transport,
        gate: Arc<Gate>,
    ) -> Result<Arc<Self>> {
        check_token(&tokens.access)?;
        let apis = [Some(config.service_base.clone()), config.provisioning_base.clone()];
        let renew_at = tokens.expires_at.and_then(|ends| ends.checked_sub(MARGIN).ok());
        Ok(Arc::new(Self {
            audience: Audience::only(apis.into_iter().flatten().collect()),
            gate,
            transport,
            store,
            clock,
            state: Mutex::new(State {
                tokens,
                generation: 0,
                is_proven: false,
                renew_at,
                way: None,
                unkept: None,
                over: None,
                failed: (0, None),
            }),
            renewing: tokio::sync::Mutex::default(),
            config,
        }))
    }

    /// What the next request goes with; renewed first if its end is near.
    pub(super) async fn pass(self: &Arc<Self>) -> Result<Pass> {
        let now = (self.clock)();
        let due = {
            let state = self.state();
            if let Some(over) = &state.over {
                return Err(over.clone());
            }
            let is_due = state.renew_at.is_some_and(|at| at <= now) || state.unkept.is_some();
            (is_due && state.tokens.refresh.is_some()).then_some(state.generation)
        };
        if let Some(generation) = due {
            self.renewed(generation).await?;
        }
        let state = self.state();
        if state.tokens.refresh.is_none() && state.tokens.expires_at.is_some_and(|end| end <= now) {
            return Err(token::ended());
        }
        Ok(Pass { credentials: self.credentials(&state.tokens)?, generation: state.generation })
    }

    /// Notes that the vendor took a token.
    pub(super) fn was_welcome(&self, pass: &Pass) {
        let mut state = self.state();
        if state.generation == pass.generation {
            state.is_proven = true;
        }
    }

    /// New credentials in place of ones that were refused, unless that cannot help: there is nothing to renew them
    /// with, or they are a renewal themselves that never worked. Then the refusal stands.
    pub(super) async fn pass_instead(
        self: &Arc<Self>,
        refused: &Pass,
        refusal: Error,
    ) -> Result<Pass> {
        {
            let state = self.state();
            let is_current = state.generation == refused.generation;
            let is_fruitless = state.generation > 0 && !state.is_proven;
            if state.tokens.refresh.is_none() || (is_current && is_fruitless) {
                return Err(refusal);
            }
        }
        self.renewed(refused.generation).await?;
        let state = self.state();
        Ok(Pass { credentials: self.credentials(&state.tokens)?, generation: state.generation })
    }

    /// Renews a generation, unless somebody has. The work is done by a task of its own: were it dropped half-way, the
    /// new refresh token would be lost with it.
    async fn renewed(self: &Arc<Self>, generation: u64) -> Result<()> {
        let session = Arc::clone(self);
        let failed_before = self.state().failed.0;
        let renewal = tokio::spawn(async move {
            let _alone = session.renewing.lock().await;
            if let Some(shared) = session.ended_meanwhile(generation, failed_before) {
                return shared;
            }
            let outcome = session.renew().await;
            if let Err(error) = &outcome {
                let mut state = session.state();
                state.failed = (state.failed.0 + 1, Some(error.clone()));
            }
            outcome
        });
        renewal.await.map_err(|error| Error::Interrupted {
            reason: format!("the renewal of the sign-in did not end: {error}"),
        })?
    }

    /// How a renewal ended that somebody else made while this one waited for its turn.
    fn ended_meanwhile(&self, generation: u64, failed_before: u64) -> Option<Result<()>> {
        let state = self.state();
        if let Some(over) = &state.over {
            return Some(Err(over.clone()));
        }
        if state.generation != generation && state.unkept.is_none() {
            return Some(Ok(()));
        }
        let (failed, last) = &state.failed;
        last.as_ref().filter(|_| *failed > failed_before).map(|error| Err(error.clone()))
    }

    async fn renew(&self) -> Result<()> {
        let (unkept, held, way) = {
            let state = self.state();
            (state.unkept.clone(), state.tokens.clone(), state.way)
        };
        let tokens = match unkept {
            Some(tokens) => tokens,
            None => self.buy(&held, way).await?,
        };
        if let Err(reason) = self.store.save(&tokens).await {
            tracing::warn!(%reason, "a renewed sign-in could not be kept");
            return Err(Error::NotKept { reason });
        }
        let mut state = self.state();
        state.renew_at = self.renew_at(&tokens);
        state.tokens = tokens;
        state.generation += 1;
        state.is_proven = false;
        state.unkept = None;
        Ok(())
    }

    /// Asks for a new set. It is remembered at once, because the one before it is used up.
    async fn buy(&self, held: &TokenSet, way: Option<ClientAuth>) -> Result<TokenSet> {
        let offered = held.refresh.as_ref().ok_or_else(token::ended)?;
        let grant = Grant::Refresh { token: offered, access: &held.access };
        let now = (self.clock)();
        match token::request(&self.config, &grant, way, &self.transport, now).await {
            Ok((tokens, way)) => {
                let mut state = self.state();
                state.way = Some(way);
                state.unkept = Some(tokens.clone());
                Ok(tokens)
            }
            Err(failure) => {
                let error = failure.error;
                if matches!(error, Error::Unauthenticated(_) | Error::LockedOut { .. }) {
                    tracing::info!(%error, "the vendor refused to renew the sign-in");
                    self.state().over = Some(error.clone());
                }
                Err(error)
            }
        }
    }

    /// A token of a short life is renewed half-way, else it would be renewed before each request.
    fn renew_at(&self, tokens: &TokenSet) -> Option<Timestamp> {
        let end = tokens.expires_at?;
        let life = end.duration_since((self.clock)());
        end.checked_sub(MARGIN.min(life / 2)).ok()
    }

    fn credentials(&self, tokens: &TokenSet) -> Result<Credentials> {
        let bearer = Secret::new(format!("Bearer {}", tokens.access.expose()));
        let mut value = HeaderValue::from_str(bearer.expose())
            .map_err(|_| Error::Invalid { reason: "the access token cannot be sent".into() })?;
        value.set_sensitive(true);
        let secrets = [Some(tokens.access.clone()), tokens.refresh.clone()];
        let secrets = secrets.into_iter().flatten().chain([self.config.client_secret.clone()]);
        Ok(Credentials {
            headers: HeaderMap::from_iter([(AUTHORIZATION, value)]),
            audience: self.audience.clone(),
            redactor: Redactor::of(secrets),
            gate: Arc::clone(&self.gate),
            dialect: fault::of_api,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a refusal that renewing did not cure says to a person.
pub(super) fn still_refused(error: Error) -> Error {
    match error {
        Error::Unauthenticated(said) => {
            let vendor = said.message.as_deref().unwrap_or("Unauthorized");
            let message = format!("{vendor} (also with a renewed token)");
            Error::Unauthenticated(Correlation { message: Some(message), ..said })
        }
        other => other,
    }
}
