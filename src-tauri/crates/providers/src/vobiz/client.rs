//! The requests of the Vobiz recording API.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::export::ExportRequest;
use domain::{AccountFacts, Recording, RecordingId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::Value;
use url::Url;

use super::{VobizConfig, auth, export, wire};
use crate::error::{Correlation, Error, Result};
use crate::http::failure::Reached;
use crate::http::reply::correlation_of;
use crate::http::{Call, Credentials, Failure, Lane, Reply, Transport, Tries};
use crate::provider::{Deleted, ExportAccepted, MediaStream, Page, PageRequest};

/// What to ask for when nobody says.
const DEFAULT_PAGE_SIZE: u32 = 100;
/// The page size every document agrees on; used after a larger one was refused.
const SAFE_PAGE_SIZE: u32 = 20;

/// Everything but the unreserved characters of RFC 3986 is encoded in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

#[derive(Debug)]
pub(super) struct Client {
    transport: Transport,
    credentials: Credentials,
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
        let request = PageRequest { limit: 1, ..PageRequest::default() };
        let page = match self.page(&request, 1, Tries::One).await {
            Ok(page) => page,
            // The credentials passed by themselves, so this is about the right to read recordings.
            Err(Error::Unauthenticated(correlation)) if me.is_some() => {
                return Err(Error::PermissionDenied(correlation));
            }
            Err(error) => return Err(error),
        };
        let facts = me.map(|me| me.facts).unwrap_or_default();
        Ok(AccountFacts { recordings_total: page.total, ..facts })
    }

    pub(super) async fn list(&self, request: &PageRequest) -> Result<Page> {
        let wanted = if request.limit == 0 { self.page_size } else { request.limit };
        let limit = match self.refused_above.load(Ordering::Relaxed) {
            0 => wanted,
            largest => wanted.min(largest),
        };
        let refused = match self.page(request, limit, Tries::Several).await {
            Err(Error::Rejected(refused)) if limit > SAFE_PAGE_SIZE => refused,
            Err(Error::Unauthenticated(refused)) => return Err(self.explain_401(refused).await),
            result => return result,
        };
        if !matches!(refused.status, Some(400 | 422)) {
            return Err(Error::Rejected(refused));
        }
        let page = self.page(request, SAFE_PAGE_SIZE, Tries::Several).await?;
        self.refused_above.store(SAFE_PAGE_SIZE, Ordering::Relaxed);
        Ok(page)
    }

    pub(super) async fn retrieve(&self, id: &RecordingId) -> Result<Recording> {
        match self.retrieve_plainly(id).await {
            Err(Error::Unauthenticated(refused)) => Err(self.explain_401(refused).await),
            result => result,
        }
    }

    /// Deletes once. When the outcome is unknown the recording is asked for, and only if it is still there the
    /// request is sent a second and last time.
    pub(super) async fn delete(&self, id: &RecordingId) -> Result<Deleted> {
        let url = self.recording_url(&deletable(id)?)?;
        let call = call_of(Method::DELETE, url);
        let Err(failure) = self.delete_once(&call).await else {
            return Ok(Deleted::Now);
        };
        if is_ambiguous(&failure) {
            match self.retrieve_plainly(id).await {
                // Nobody else deletes it in the same moment: our request worked and its reply was lost.
                Err(Error::NotFound(_)) => return Ok(Deleted::Now),
                Err(_) => return Err(failure.error),
                Ok(_) => {}
            }
            return match self.delete_once(&call).await {
                Ok(()) | Err(Failure { error: Error::NotFound(_), .. }) => Ok(Deleted::Now),
                Err(again) => Err(again.error),
            };
        }
        match failure.error {
            Error::NotFound(_) => Ok(Deleted::AlreadyGone),
            Error::Unauthenticated(refused) => Err(self.explain_401(refused).await),
            error => Err(error),
        }
    }

    /// Any 2xx is a yes, with or without a body, unless the body says otherwise or is no answer of the API at all.
    async fn delete_once(&self, call: &Call) -> Result<(), Failure> {
        let reply = self.transport.ask_once(call, &self.credentials).await?;
        if reply.bytes.is_empty() {
            return Ok(());
        }
        let Ok(body) = reply.json(&self.credentials.redactor) else {
            return Err(Failure::replied(Error::VendorFailed(Correlation {
                status: Some(reply.status.as_u16()),
                message: Some("the answer to the deletion cannot be read".into()),
                id: None,
            })));
        };
        if says_failure(&body) {
            let correlation = correlation_of(Some(&body), &self.credentials.redactor);
            let correlation = Correlation { status: Some(reply.status.as_u16()), ..correlation };
            return Err(Failure::replied(Error::Rejected(correlation)));
        }
        Ok(())
    }

    pub(super) async fn media(&self, media_url: &str, offset: u64) -> Result<MediaStream> {
        // The parser's error quotes nothing, which is well: the address may be signed.
        let url = Url::parse(media_url.trim()).map_err(|error| Error::Invalid {
            reason: format!("the recording's address is no web address: {error}"),
        })?;
        self.transport.open_media(url, offset, &self.credentials).await
    }

    pub(super) async fn request_export(&self, request: &ExportRequest) -> Result<ExportAccepted> {
        let mut call = call_of(Method::POST, self.export_url());
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        call.body = Some(export::body(request)?);
        let reply = match self.transport.ask_once(&call, &self.credentials).await {
            Ok(reply) => reply,
            Err(failure) => return Err(self.explain_export_failure(failure).await),
        };
        if reply.bytes.is_empty() {
            return Ok(ExportAccepted { correlation: None, status: None });
        }
        let body = reply.json(&self.credentials.redactor)?;
        let mut correlation = correlation_of(Some(&body), &self.credentials.redactor);
        let status = body.get("status").and_then(Value::as_str).map(str::to_owned);
        if says_failure(&body) {
            correlation.status = Some(reply.status.as_u16());
            return Err(Error::Rejected(correlation));
        }
        Ok(ExportAccepted { correlation: correlation.id, status })
    }

    pub(super) fn export_url(&self) -> Url {
        self.below_account("export/recording/")
    }

    /// `GET /auth/me`. The reply holds the token, so its text goes no further than the parser.
    async fn me(&self, tries: Tries) -> Result<wire::Me> {
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
    async fn explain_401(&self, refused: Correlation) -> Error {
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

    async fn explain_export_failure(&self, failure: Failure) -> Error {
        match failure.error {
            Error::Unauthenticated(refused) => self.explain_401(refused).await,
            Error::PermissionDenied(refused) if is_export_running(&refused) => Error::Busy(refused),
            Error::Interrupted { reason } if failure.reached != Reached::NoConnection => {
                Error::Interrupted {
                    reason: format!("{reason}; Vobiz may have taken the export all the same"),
                }
            }
            Error::Unreachable { reason } if failure.reached == Reached::MaybeTheVendor => {
                Error::Unreachable {
                    reason: format!("{reason}; Vobiz may have taken the export all the same"),
                }
            }
            error => error,
        }
    }

    async fn page(&self, request: &PageRequest, limit: u32, tries: Tries) -> Result<Page> {
        let mut url = self.below_account("Recording/");
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("limit", &limit.to_string())
                .append_pair("offset", &request.offset.to_string());
            if let Some(call_uuid) = &request.call_uuid {
                query.append_pair("call_uuid", call_uuid);
            }
            if let Some(recording_type) = &request.recording_type {
                query.append_pair("recording_type", recording_type);
            }
        }
        let reply =
            self.transport.ask(&call_of(Method::GET, url), &self.credentials, tries).await?;
        let body = reply.json(&self.credentials.redactor)?;
        wire::page(&body, request).map_err(|reason| self.bad_shape(&reply, &body, reason))
    }

    async fn retrieve_plainly(&self, id: &RecordingId) -> Result<Recording> {
        let segment = segment(id.as_str())
            .map_err(|what| Error::Invalid { reason: format!("the recording's id {what}") })?;
        let call = call_of(Method::GET, self.recording_url(&segment)?);
        let reply = self.transport.ask(&call, &self.credentials, Tries::Several).await?;
        let body = reply.json(&self.credentials.redactor)?;
        wire::single(&body, id).map_err(|reason| self.bad_shape(&reply, &body, reason))
    }

    /// A reply of the wrong shape may say why: some servers send errors with status 200.
    fn bad_shape(&self, reply: &Reply, body: &Value, reason: String) -> Error {
        let correlation = correlation_of(Some(body), &self.credentials.redactor);
        Error::BadReply {
            reason,
            correlation: Correlation { status: Some(reply.status.as_u16()), ..correlation },
        }
    }
}

impl Client {
    /// An address below the API's. The path is already encoded.
    fn below(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path()));
        url
    }

    /// Letter case and the slash at the end matter: anything else answers 401.
    fn below_account(&self, path: &str) -> Url {
        self.below(&format!("Account/{}/{path}", encoded(&self.auth_id)))
    }

    fn recording_url(&self, segment: &str) -> Result<Url> {
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

fn call_of(method: Method, url: Url) -> Call {
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    Call { lane: Lane::Api, method, url, headers, body: None }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// An id as one path segment, or what is wrong with it. Dots cannot be escaped: servers and parsers read `%2e%2e` as a
/// step upwards.
fn segment(id: &str) -> Result<String, &'static str> {
    match id {
        "" => Err("is empty"),
        "." | ".." => Err("is a step in the path"),
        _ => Ok(encoded(id)),
    }
}

/// An id that may be deleted, as a path segment. Stricter than for reading: a server that decodes before it routes
/// must not find another address in it, least of all `BulkDelete`, which empties the account.
fn deletable(id: &RecordingId) -> Result<String> {
    let invalid = |what: &str| Error::Invalid {
        reason: format!("the recording's id {what}, so it is not deleted"),
    };
    let text = id.as_str();
    let segment = segment(text).map_err(invalid)?;
    if text.chars().any(|c| {
        c.is_control() || c.is_whitespace() || matches!(c, '/' | '\\' | '%' | '?' | '#' | ';')
    }) {
        return Err(invalid("holds characters that can change the address"));
    }
    if text.to_ascii_lowercase().contains("bulkdelete") {
        return Err(invalid("is the name of another operation"));
    }
    Ok(segment)
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
fn says_failure(body: &Value) -> bool {
    matches!(body.get("status").and_then(Value::as_str), Some("failure" | "error"))
}

/// Whether a deletion may have happened although it failed.
fn is_ambiguous(failure: &Failure) -> bool {
    match failure.error {
        Error::VendorFailed(_) | Error::Interrupted { .. } => true,
        Error::Unreachable { .. } => failure.reached == Reached::MaybeTheVendor,
        _ => false,
    }
}

/// The document's 403 of an export: "An Export Historic Recording request is already in process."
fn is_export_running(correlation: &Correlation) -> bool {
    correlation.message.as_deref().map(str::to_lowercase).is_some_and(|message| {
        message.contains("already") && (message.contains("process") || message.contains("progress"))
    })
}
