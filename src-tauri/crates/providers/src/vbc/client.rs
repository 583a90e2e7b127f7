//! Requests of the VBC APIs: with the present token, under the prefix that works, and once more where that is safe.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{Capabilities, UserId};
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde_json::Value;
use url::Url;

use super::Clock;
use super::archive::Notations;
use super::config::{TokenSet, TokenStore, VbcConfig};
use super::pages::Pager;
use super::path::{self, Area, Prefixes};
use super::query::TimeStyle;
use super::session::{Pass, Session, still_refused};
use crate::error::{Correlation, Error, Result};
use crate::http::reply::correlation_of;
use crate::http::{Call, Failure, Gate, Lane, Part, Quota, Redactor, Reply, Transport, Tries};
use crate::provider::{MediaStream, Pace};

const MINUTE: Duration = Duration::from_mins(1);
const OFFSET: u8 = 1;
const ZULU: u8 = 2;

pub(super) struct Client {
    pub(super) config: VbcConfig,
    pub(super) clock: Clock,
    /// How the lists of recordings are paged.
    pub(super) pages: Pager,
    /// How the list of users is paged: another service.
    pub(super) user_pages: Pager,
    /// How the address of an archive is written.
    pub(super) archives: Notations,
    transport: Transport,
    session: Arc<Session>,
    gate: Arc<Gate>,
    prefixes: Prefixes,
    /// 0 while it is not known how times are to be written.
    time_style: AtomicU8,
    learned: Mutex<Learned>,
}

/// What earlier replies have shown of the account.
#[derive(Debug, Clone, Default)]
pub(super) struct Learned {
    pub(super) capabilities: Capabilities,
    pub(super) user_id: Option<UserId>,
    pub(super) login_name: Option<String>,
}

/// A reply, and what keeps its secrets out of our words.
pub(super) struct Answer {
    pub(super) reply: Reply,
    redactor: Redactor,
}

impl Answer {
    /// The body as JSON.
    pub(super) fn json(&self) -> Result<Value> {
        self.reply.json(&self.redactor)
    }

    /// A reply of the wrong shape may say why: some servers send errors with status 200.
    pub(super) fn bad_shape(&self, body: &Value, reason: String) -> Error {
        Error::BadReply { reason, correlation: self.said(Some(body)) }
    }

    /// What the reply says about itself.
    pub(super) fn said(&self, body: Option<&Value>) -> Correlation {
        Correlation {
            status: Some(self.reply.status.as_u16()),
            ..correlation_of(body, &self.redactor)
        }
    }
}

impl Client {
    pub(super) fn new(
        config: VbcConfig,
        tokens: TokenSet,
        store: Arc<dyn TokenStore>,
        clock: Clock,
        transport: Transport,
    ) -> Result<Self> {
        let config = config.checked()?;
        let quota = Quota { requests: config.requests_per_min, per: MINUTE };
        let gate = Arc::new(Gate::new(Some(quota)));
        let session = Session::new(
            config.clone(),
            tokens,
            store,
            Arc::clone(&clock),
            transport.clone(),
            Arc::clone(&gate),
        )?;
        Ok(Self {
            config,
            clock,
            pages: Pager::default(),
            user_pages: Pager::default(),
            archives: Notations::default(),
            transport,
            session,
            gate,
            prefixes: Prefixes::default(),
            time_style: AtomicU8::new(0),
            learned: Mutex::default(),
        })
    }

    pub(super) fn pace(&self) -> Pace {
        self.gate.pace()
    }

    pub(super) fn set_limit_per_min(&self, requests: u32) {
        self.gate.set_quota(Quota { requests, per: MINUTE });
    }

    pub(super) fn learned(&self) -> MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How times are to be written, and whether that is known.
    pub(super) fn time_style(&self) -> (TimeStyle, bool) {
        match self.time_style.load(Ordering::Relaxed) {
            ZULU => (TimeStyle::Zulu, true),
            OFFSET => (TimeStyle::Offset, true),
            _ => (TimeStyle::Offset, false),
        }
    }

    /// Notes a way of writing times that was taken.
    pub(super) fn remember_time_style(&self, style: TimeStyle) {
        let style = if style == TimeStyle::Zulu { ZULU } else { OFFSET };
        self.time_style.store(style, Ordering::Relaxed);
    }

    /// Sends a call, and once more with new credentials if these were refused.
    pub(super) async fn ask(&self, call: &Call, tries: Tries) -> Result<Answer, Failure> {
        let pass = self.session.pass().await.map_err(Failure::refused)?;
        let refusal = match self.ask_with(call, tries, &pass).await {
            Err(Failure { error: refusal @ Error::Unauthenticated(_), .. }) => refusal,
            outcome => return outcome,
        };
        let pass = self.session.pass_instead(&pass, refusal).await.map_err(Failure::refused)?;
        let outcome = self.ask_with(call, tries, &pass).await;
        outcome.map_err(|failure| Failure { error: still_refused(failure.error), ..failure })
    }

    async fn ask_with(&self, call: &Call, tries: Tries, pass: &Pass) -> Result<Answer, Failure> {
        let outcome = self.transport.ask(call, &pass.credentials, tries).await;
        match &outcome {
            Ok(_) => self.session.was_welcome(pass),
            Err(failure) if is_past_sign_in(&failure.error) => self.session.was_welcome(pass),
            Err(_) => {}
        }
        outcome.map(|reply| Answer { reply, redactor: pass.credentials.redactor.clone() })
    }

    /// Reads something of the call recording service, under the prefix that works.
    pub(super) async fn get(
        &self,
        area: Area,
        path: &str,
        query: &[(&str, String)],
        tries: Tries,
    ) -> Result<Answer> {
        let (first, other) = self.prefixes.to_try(area);
        let missing = match self.get_under(area, first, path, query, tries).await {
            Ok(answer) => {
                self.prefixes.remember(area, first);
                return Ok(answer);
            }
            Err(missing @ (Error::NotFound(_) | Error::WrongAddress(_))) => missing,
            Err(error) => return Err(error),
        };
        let Some(other) = other else { return Err(missing) };
        match (self.get_under(area, other, path, query, tries).await, missing) {
            (Ok(answer), _) => {
                self.prefixes.remember(area, other);
                Ok(answer)
            }
            // The gateway knows one of the two, and what is behind it says that it is not there.
            (Err(error @ Error::NotFound(_)), Error::WrongAddress(_)) => {
                self.prefixes.remember(area, other);
                Err(error)
            }
            (Err(Error::WrongAddress(_)), missing @ Error::NotFound(_)) => {
                self.prefixes.remember(area, first);
                Err(missing)
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn get_under(
        &self,
        area: Area,
        prefix: u8,
        path: &str,
        query: &[(&str, String)],
        tries: Tries,
    ) -> Result<Answer> {
        let mut url = path::below(&self.config.service_base, prefix, path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        // What a transcript looks like is not documented.
        let expects_json = area != Area::Transcripts;
        Ok(self.ask(&Call { expects_json, ..call_of(Method::GET, url) }, tries).await?)
    }

    /// Sends something that changes what is there: once, and under the other prefix only when a gateway said that
    /// there is nothing under the first. Also returns whether the prefix is known to be the right one.
    pub(super) async fn change(
        &self,
        path: &str,
        call: impl Fn(Url) -> Call,
    ) -> (Result<Answer, Failure>, bool) {
        let (first, other) = self.prefixes.to_try(Area::Recordings);
        let base = &self.config.service_base;
        let outcome = self.ask(&call(path::below(base, first, path)), Tries::One).await;
        let Some(other) = other else { return (outcome, true) };
        match outcome {
            Err(Failure { error: Error::WrongAddress(_), .. }) => {
                let outcome = self.ask(&call(path::below(base, other, path)), Tries::One).await;
                if outcome.is_ok() {
                    self.prefixes.remember(Area::Recordings, other);
                }
                (outcome, false)
            }
            Ok(answer) => {
                self.prefixes.remember(Area::Recordings, first);
                (Ok(answer), true)
            }
            outcome => (outcome, false),
        }
    }

    /// Where a path would be sent, for review.
    pub(super) fn address(&self, path: &str) -> Url {
        path::below(&self.config.service_base, self.prefixes.to_try(Area::Recordings).0, path)
    }

    /// Opens audio or an archive: at the address a reply named, else where the service keeps such files; under the
    /// other prefix if the first has nothing and neither is known to work.
    pub(super) async fn open(
        &self,
        area: Area,
        named: Option<&str>,
        own: &str,
        part: Part<'_>,
    ) -> Result<MediaStream> {
        let base = &self.config.service_base;
        let (first, other) = self.prefixes.to_try(area);
        let (url, other_url) = match named {
            Some(text) => {
                let url = self.resolved(text)?;
                match (path::prefix_of(base, &url), path::swapped(base, &url)) {
                    // Addresses are printed with one prefix and served under the other.
                    (Some(printed), Some(swapped)) if other.is_none() && printed != first => {
                        (swapped, Some(url))
                    }
                    (_, swapped) => (url, swapped.filter(|_| other.is_some())),
                }
            }
            None => (
                self.with_own_query(first, own),
                other.map(|prefix| self.with_own_query(prefix, own)),
            ),
        };
        match (self.open_at(&url, part).await, other_url) {
            (Ok(stream), _) => {
                self.remember_prefix_of(area, &url);
                Ok(stream)
            }
            (Err(missing @ (Error::NotFound(_) | Error::WrongAddress(_))), Some(swapped)) => {
                match self.open_at(&swapped, part).await {
                    Ok(stream) => {
                        self.remember_prefix_of(area, &swapped);
                        Ok(stream)
                    }
                    Err(Error::NotFound(_) | Error::WrongAddress(_)) => Err(missing),
                    Err(error) => Err(error),
                }
            }
            (Err(error), _) => Err(error),
        }
    }

    fn with_own_query(&self, prefix: u8, own: &str) -> Url {
        let (path, query) = own.split_once('?').unwrap_or((own, ""));
        let mut url = path::below(&self.config.service_base, prefix, path);
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        url
    }

    fn remember_prefix_of(&self, area: Area, url: &Url) {
        if let Some(prefix) = path::prefix_of(&self.config.service_base, url) {
            self.prefixes.remember(area, prefix);
        }
    }

    /// An address out of a reply; a relative one is meant on the service's own host.
    fn resolved(&self, text: &str) -> Result<Url> {
        if text.trim().is_empty() {
            return Err(Error::Invalid { reason: "the file has no address".into() });
        }
        // The parser's error quotes nothing, which is well: the address may be signed.
        self.config.service_base.join(text.trim()).map_err(|error| Error::Invalid {
            reason: format!("the file's address is no web address: {error}"),
        })
    }

    async fn open_at(&self, url: &Url, part: Part<'_>) -> Result<MediaStream> {
        let pass = self.session.pass().await?;
        let outcome = self.transport.open_media(url.clone(), part, &pass.credentials).await;
        let refusal = match outcome {
            // Elsewhere the token was not shown, so it was not refused.
            Err(refusal @ Error::Unauthenticated(_)) if pass.credentials.audience.admits(url) => {
                refusal
            }
            Ok(stream) => {
                self.session.was_welcome(&pass);
                return Ok(stream);
            }
            Err(error) => return Err(error),
        };
        let pass = self.session.pass_instead(&pass, refusal).await?;
        let outcome = self.transport.open_media(url.clone(), part, &pass.credentials).await;
        if outcome.is_ok() {
            self.session.was_welcome(&pass);
        }
        outcome.map_err(still_refused)
    }
}

/// Whether an answer shows that the token was taken, although something else was wrong.
fn is_past_sign_in(error: &Error) -> bool {
    matches!(error, Error::NotFound(_) | Error::PermissionDenied(_) | Error::Rejected(_))
}

pub(super) fn call_of(method: Method, url: Url) -> Call {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    // The answer to a change may be empty, and it is looked at where its meaning is known.
    let expects_json = method == Method::GET;
    Call { lane: Lane::Api, method, url, headers, body: None, expects_json }
}
