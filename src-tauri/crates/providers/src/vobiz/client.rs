//! The requests of the Vobiz recording API.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{AccountFacts, Availability, Capabilities, Feature, Recording, RecordingId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde_json::Value;
use url::Url;

use super::query::Narrowing;
use super::records::LetterCase;
use super::{VobizConfig, auth, query, wire};
use crate::error::{Correlation, Error, Result};
use crate::http::reply::correlation_of;
use crate::http::{Call, Credentials, Lane, Part, Reply, Transport, Tries};
use crate::order::ListOrder;
use crate::provider::{MediaRequest, MediaStream, Pace, Page, PageRequest};

/// What to ask for when nobody says.
const DEFAULT_PAGE_SIZE: u32 = 100;
/// The page size every document agrees on; used after a larger one was refused.
const SAFE_PAGE_SIZE: u32 = 20;

/// Everything but the unreserved characters of RFC 3986 is encoded in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

#[derive(Debug)]
pub(super) struct Client {
    pub(super) transport: Transport,
    pub(super) credentials: Credentials,
    pub(super) record_case: LetterCase,
    pub(super) balance_case: LetterCase,
    currency: Mutex<Option<String>>,
    /// Whose recordings are listed elsewhere.
    pub(super) sub_accounts: BTreeSet<String>,
    base: Url,
    auth_id: String,
    page_size: u32,
    /// The largest page size the server takes, once it has refused one; 0 while unknown.
    refused_above: AtomicU32,
}

impl Client {
    pub(super) fn new(config: VobizConfig, transport: Transport) -> Result<Self> {
        let base = auth::api_base(&config.base_url)?;
        let credentials = auth::credentials(&config.auth_id, &config.auth_token, &base)?;
        segment(&config.auth_id)
            .map_err(|what| Error::Invalid { reason: format!("the auth ID {what}") })?;
        let page_size = if config.page_size == 0 { DEFAULT_PAGE_SIZE } else { config.page_size };
        Ok(Self {
            transport,
            credentials,
            base,
            auth_id: config.auth_id,
            page_size,
            refused_above: AtomicU32::new(0),
            record_case: LetterCase::of_records(),
            balance_case: LetterCase::of_balance(),
            currency: Mutex::default(),
            sub_accounts: BTreeSet::new(),
        })
    }

    /// `GET /auth/me`, then a page of one recording, because an account may exist and not be allowed to read them.
    /// Servers that speak the recording API alone have no `/auth/me`; there the page is the proof.
    pub(super) async fn check(&self) -> Result<AccountFacts> {
        let me = match self.me(Tries::One).await {
            Ok(me) => Some(me),
            Err(error) if has_no_auth_me(&error) => None,
            Err(error) => return Err(error),
        };
        if let Some(me) = &me {
            self.must_be_ours(me)?;
        }
        let known = [
            Feature::CompanyRecordings,
            Feature::OnDemandRecordings,
            Feature::OtherUsersRecordings,
            Feature::ExportJobs,
            Feature::Transcripts,
        ]
        .into_iter()
        .fold(Capabilities::new(), |known, feature| {
            known.with(feature, Availability::no("Vobiz has no such thing."))
        });
        let request = PageRequest { limit: 1, ..PageRequest::default() };
        let page = match self.page(&request, 1, Narrowing::Documented, Tries::One).await {
            Ok(page) => page,
            // The credentials passed by themselves, so this is about the right to read recordings.
            Err(Error::Unauthenticated(correlation)) if me.is_some() => {
                return Err(Error::PermissionDenied(correlation));
            }
            Err(error) => return Err(error),
        };
        // A server without `/auth/me` is not the vendor's own, and has nothing but recordings.
        let Some(me) = me else {
            let capabilities = known.with(Feature::Recordings, Availability::Yes);
            return Ok(AccountFacts {
                recordings_total: page.total,
                capabilities,
                ..AccountFacts::default()
            });
        };
        let (balance, may_know) = self.try_balance(me.facts.currency.clone()).await;
        let capabilities = known
            .with(Feature::Recordings, Availability::Yes)
            .with(Feature::Balance, may_know)
            .with(Feature::CallRecords, self.may_read_records().await);
        Ok(AccountFacts { recordings_total: page.total, balance, capabilities, ..me.facts })
    }

    pub(super) async fn list(&self, request: &PageRequest) -> Result<Page> {
        if request.order != ListOrder::default() {
            return Err(Error::NotSupported);
        }
        let wanted = if request.limit == 0 { self.page_size } else { request.limit };
        let limit = match self.refused_above.load(Ordering::Relaxed) {
            0 => wanted,
            largest => wanted.min(largest),
        };
        let every = Narrowing::Everything;
        let refused = match self.page(request, limit, every, Tries::Several).await {
            Err(Error::Rejected(refused)) if matches!(refused.status, Some(400 | 422)) => refused,
            Err(Error::Unauthenticated(refused)) => return Err(self.explain_401(refused).await),
            result => return result,
        };
        if limit > SAFE_PAGE_SIZE {
            match self.page(request, SAFE_PAGE_SIZE, every, Tries::Several).await {
                Ok(page) => {
                    self.refused_above.store(SAFE_PAGE_SIZE, Ordering::Relaxed);
                    return Ok(page);
                }
                Err(Error::Rejected(_)) if query::has_undocumented(&request.filters) => {}
                Err(error) => return Err(error),
            }
        }
        if !query::has_undocumented(&request.filters) {
            return Err(Error::Rejected(refused));
        }
        // What is not documented is only ever a short cut.
        let page = self.page(request, limit, Narrowing::Documented, Tries::Several).await;
        page.map_err(|_| Error::Rejected(refused))
    }

    pub(super) async fn retrieve(&self, id: &RecordingId) -> Result<Recording> {
        match self.retrieve_plainly(id).await {
            Err(Error::Unauthenticated(refused)) => Err(self.explain_401(refused).await),
            result => result,
        }
    }

    pub(super) async fn media(&self, media: &MediaRequest<'_>) -> Result<MediaStream> {
        let found;
        let address = if let Some(address) = media.url {
            address
        } else {
            found = self.retrieve(media.id).await?.media_url.ok_or_else(no_audio_yet)?;
            &found
        };
        // The parser's error quotes nothing, which is well: the address may be signed.
        let url = Url::parse(address.trim()).map_err(|error| Error::Invalid {
            reason: format!("the recording's address is no web address: {error}"),
        })?;
        let part = Part { offset: media.offset, if_range: media.if_range };
        match self.transport.open_media(url, part, &self.credentials).await {
            // An address that has expired may say so like this, and Vobiz says it for a wrong path too.
            Err(Error::Unauthenticated(refused)) => Err(self.explain_401(refused).await),
            outcome => outcome,
        }
    }

    /// Vobiz publishes no limit of requests, so only its own wish to slow down holds them back.
    pub(super) fn pace(&self) -> Pace {
        self.credentials.gate.pace()
    }

    /// `GET /auth/me`. The reply holds the token, so its text goes no further than the parser.
    pub(super) async fn me(&self, tries: Tries) -> Result<wire::Me> {
        let call = call_of(Method::GET, self.below("auth/me"));
        let reply = self.transport.ask(&call, &self.credentials, tries).await?;
        Ok(wire::me(&reply.json(&self.credentials.redactor)?))
    }

    /// The account the credentials belong to must be the one in our paths.
    fn must_be_ours(&self, me: &wire::Me) -> Result<()> {
        match &me.auth_id {
            Some(auth_id) if *auth_id != self.auth_id => Err(Error::Unauthenticated(Correlation {
                message: self.credentials.redactor.message(&format!(
                    "the token belongs to account {auth_id}, not to {}",
                    self.auth_id
                )),
                ..Correlation::default()
            })),
            _ => Ok(()),
        }
    }

    /// What a 401 on anything but `/auth/me` means. Vobiz gives it for a wrong path too, so the credentials are tried
    /// by themselves: if they pass, the account may not do this.
    pub(super) async fn explain_401(&self, refused: Correlation) -> Error {
        match self.me(Tries::Several).await {
            Ok(me) => match self.must_be_ours(&me) {
                Ok(()) => {
                    let said = refused.message.as_deref().unwrap_or("Unauthorized");
                    let message = format!(
                        "Vobiz accepts the credentials by themselves, but answered “{said}” here: the account may \
                         lack the right to its recordings"
                    );
                    Error::PermissionDenied(Correlation {
                        message: self.credentials.redactor.message(&message),
                        ..refused
                    })
                }
                Err(error) => error,
            },
            // No such question at this server, so the first answer stands.
            Err(error) if has_no_auth_me(&error) => Error::Unauthenticated(refused),
            Err(Error::Unauthenticated(again)) => Error::Unauthenticated(Correlation {
                message: again.message.or(refused.message),
                ..refused
            }),
            // The question could not be asked: no ground to call the credentials wrong.
            Err(error) => error,
        }
    }

    pub(super) fn auth_id(&self) -> &str {
        &self.auth_id
    }

    pub(super) fn known_currency(&self) -> MutexGuard<'_, Option<String>> {
        self.currency.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn page(
        &self,
        request: &PageRequest,
        limit: u32,
        narrowing: Narrowing,
        tries: Tries,
    ) -> Result<Page> {
        let mut url = self.below_account("Recording/");
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("limit", &limit.to_string())
                .append_pair("offset", &request.offset.to_string());
            query.extend_pairs(query::pairs(&request.filters, narrowing));
        }
        let reply =
            self.transport.ask(&call_of(Method::GET, url), &self.credentials, tries).await?;
        let body = reply.json(&self.credentials.redactor)?;
        let page = wire::page(&body, request, &self.sub_accounts);
        let mut page = page.map_err(|reason| self.bad_shape(&reply, &body, reason))?;
        if query::needs_checking(&request.filters) {
            page.recordings.retain(|recording| request.filters.admits(recording));
            // What the vendor counted may be something else than what was asked for.
            page.total = None;
        }
        Ok(page)
    }

    pub(super) async fn retrieve_plainly(&self, id: &RecordingId) -> Result<Recording> {
        let segment = segment(id.as_str())
            .map_err(|what| Error::Invalid { reason: format!("the recording's id {what}") })?;
        let call = call_of(Method::GET, self.recording_url(&segment)?);
        let reply = self.transport.ask(&call, &self.credentials, Tries::Several).await?;
        let body = reply.json(&self.credentials.redactor)?;
        wire::single(&body, id).map_err(|reason| self.bad_shape(&reply, &body, reason))
    }

    /// A reply of the wrong shape may say why: some servers send errors with status 200.
    pub(super) fn bad_shape(&self, reply: &Reply, body: &Value, reason: String) -> Error {
        let correlation = correlation_of(Some(body), &self.credentials.redactor);
        Error::BadReply {
            reason,
            correlation: Correlation { status: Some(reply.status.as_u16()), ..correlation },
        }
    }
}

impl Client {
    /// An address below the API's. The path is already encoded.
    pub(super) fn below(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path()));
        url
    }

    /// Letter case and the slash at the end matter: anything else answers 401.
    pub(super) fn below_account(&self, path: &str) -> Url {
        self.below(&format!("Account/{}/{path}", encoded(&self.auth_id)))
    }

    pub(super) fn recording_url(&self, segment: &str) -> Result<Url> {
        let url = self.below_account(&format!("Recording/{segment}/"));
        // Belt and braces: whatever the encoding let through, the address must still be one segment below the list.
        let list = self.below_account("Recording/");
        let below = url.path().strip_prefix(list.path()).and_then(|rest| rest.strip_suffix('/'));
        if below.is_none_or(|rest| rest.is_empty() || rest.contains('/')) {
            return Err(Error::Invalid {
                reason: "the recording's id leads to another address".into(),
            });
        }
        Ok(url)
    }
}

pub(super) fn call_of(method: Method, url: Url) -> Call {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    // The answer to a change may be empty, and it is looked at where its meaning is known.
    let expects_json = method == Method::GET;
    Call { lane: Lane::Api, method, url, headers, body: None, expects_json }
}

pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// An id as one path segment, or what is wrong with it. Dots cannot be escaped: servers and parsers read `%2e%2e` as a
/// step upwards.
pub(super) fn segment(id: &str) -> Result<String, &'static str> {
    match id {
        "" => Err("is empty"),
        "." | ".." => Err("is a step in the path"),
        _ => Ok(encoded(id)),
    }
}

/// A recording without an address: the file is written after the call.
fn no_audio_yet() -> Error {
    Error::NotFound(Correlation {
        message: Some("the vendor has no audio file for this recording yet".into()),
        ..Correlation::default()
    })
}

/// Whether an answer to `/auth/me` says nothing about the credentials: this server does not have it, or not for this
/// account.
fn has_no_auth_me(error: &Error) -> bool {
    matches!(
        error.correlation().and_then(|correlation| correlation.status),
        Some(403 | 404 | 405 | 410)
    )
}

/// Whether a body says that it failed, whatever the status of the reply.
pub(super) fn says_failure(body: &Value) -> bool {
    matches!(body.get("status").and_then(Value::as_str), Some("failure" | "error"))
}
