//! Vobiz (`api.vobiz.ai`).
//!
//! What the vendor's documents promise and what the wire shows differ; each peculiarity is met here once:
//! - a wrong letter case or a missing slash in a path answers 401, so a 401 is checked against `GET /auth/me` before
//!   anybody is told that the credentials are wrong (agent skills of the vendor);
//! - pages hold up to 100 or up to 20 recordings, depending on whom one asks, so what came is believed and not what
//!   was asked for (list page, MCP server); `meta.next` has a wrong prefix and is only read as "there is more";
//! - times, lengths and prices come as strings, numbers or null (recording object page); see `wire`;
//! - `DELETE …/Recording/BulkDelete/` empties an account, so an id that could be read as it is never sent;
//! - exports are announced by e-mail alone: no job id, one at a time, 403 while one runs (export page).

mod auth;
mod client;
mod deletion;
mod export;
mod query;
mod records;
mod wire;

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use domain::export::ExportRequest;
use domain::{
    AccountFacts, Balance, CallRecord, CallUuid, Recording, RecordingId, RecordingList, Secret,
    Vendor,
};
use url::Url;

use crate::error::Result;
use crate::http::Transport;
use crate::provider::{
    Deleted, ExportAccepted, MediaRequest, MediaStream, Pace, Page, PageRequest, Preview, Provider,
};

/// One Vobiz account and where its API is.
#[derive(Debug, Clone)]
pub struct VobizConfig {
    /// `MA_…` or `SA_…`.
    pub auth_id: String,
    /// The account's token.
    pub auth_token: Secret<String>,
    /// Address of the API with its version, with or without a slash at the end: `https://api.vobiz.ai/api/v1`. Plain
    /// http is for loopback alone.
    pub base_url: Url,
    /// How many recordings to ask for where a [`PageRequest`] leaves it open; 0 means 100.
    pub page_size: u32,
}

/// A Vobiz account.
pub struct Vobiz {
    client: client::Client,
}

impl Vobiz {
    /// Prepares an account; nothing is sent.
    ///
    /// # Errors
    /// `Invalid` when the address is not an API's (the reason says what is wrong with it) or a credential cannot be
    /// sent.
    pub fn new(config: VobizConfig, transport: Transport) -> Result<Self> {
        Ok(Self { client: client::Client::new(config, transport)? })
    }

    /// The same beside sub-accounts that have profiles of their own: what the list holds of theirs is left out, because it
    /// is listed there (api contract C2).
    #[must_use]
    pub fn beside(mut self, sub_accounts: BTreeSet<String>) -> Self {
        self.client.sub_accounts = sub_accounts;
        self
    }

    /// Whose a recording is, by the vendor's own words of it ([`Recording::raw`]); `None` when they do not tell.
    pub fn account_of(raw: &str) -> Option<String> {
        wire::owner_of(raw)
    }
}

impl fmt::Debug for Vobiz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vobiz").field("client", &self.client).finish()
    }
}

#[async_trait]
impl Provider for Vobiz {
    fn vendor(&self) -> Vendor {
        Vendor::Vobiz
    }

    async fn check(&self) -> Result<AccountFacts> {
        self.client.check().await
    }

    async fn lists(&self) -> Result<Vec<RecordingList>> {
        Ok(vec![RecordingList::All])
    }

    async fn list(&self, page: &PageRequest) -> Result<Page> {
        self.client.list(page).await
    }

    async fn retrieve(&self, id: &RecordingId) -> Result<Recording> {
        self.client.retrieve(id).await
    }

    async fn delete(&self, id: &RecordingId) -> Result<Deleted> {
        self.client.delete(id).await
    }

    async fn media(&self, media: &MediaRequest<'_>) -> Result<MediaStream> {
        self.client.media(media).await
    }

    async fn call_record(&self, call: &CallUuid) -> Result<CallRecord> {
        self.client.call_record(call).await
    }

    async fn balance(&self) -> Result<Balance> {
        self.client.balance().await
    }

    fn pace(&self) -> Pace {
        self.client.pace()
    }

    async fn request_export(&self, request: &ExportRequest) -> Result<ExportAccepted> {
        self.client.request_export(request).await
    }

    fn export_preview(&self, request: &ExportRequest) -> Result<Preview> {
        self.client.export_preview(request)
    }
}
