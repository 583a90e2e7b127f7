//! Vonage Business Communications (`api.vonage.com`).
//!
//! What the vendor's pages promise and what comes differ, and some of it costs dearly to get wrong; each peculiarity is
//! met here once:
//! - tokens end after a day, refresh tokens are good for one use, and a few refused passwords lock a user out for half
//!   an hour: `session` renews once for all workers and keeps the result before using it, `token` asks once (developer
//!   pages "Create an access token"; an integrator's report);
//! - ten requests a minute, audio included, are all an application gets by default: one limiter for everything, which
//!   also obeys the gateway's faults in JSON, XML and text (`fault`; "Create an application", WSO2's error table);
//! - pages may begin at 0 or at 1 and their size may be capped in silence (`pages`; the API description against the
//!   tutorials);
//! - paths begin with `/api` or with `/v1/api` (`path`; the description against the tutorials);
//! - lengths are milliseconds, times carry `+0000`, extensions are numbers or texts, an empty page has no `_embedded`
//!   (`wire`, `query`);
//! - recordings on demand are addressed by user and number, so their ids here are `users/<user>/<id>`
//!   ([`domain::RecordingId`]).

mod account;
mod archive;
mod client;
mod config;
mod fault;
mod jobs;
mod pages;
mod path;
mod query;
mod recordings;
mod session;
mod token;
mod wire;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    AccountFacts, ExportJob, ListFilters, Recording, RecordingId, RecordingList, Secret, Vendor,
    VendorJobId, VendorUser,
};
use jiff::Timestamp;
use url::Url;

pub use config::{DEFAULT_PAGE_SIZE, DEFAULT_REQUESTS_PER_MIN, TokenSet, TokenStore, VbcConfig};

use crate::error::Result;
use crate::http::{Transport, Tries};
use crate::provider::{
    Deleted, MediaRequest, MediaStream, Pace, Page, PageRequest, Preview, Provider, Transcript,
};

/// Tells the time; passed in, so that tests decide when a token ends.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A VBC account that is signed in.
pub struct Vbc {
    client: client::Client,
}

impl Vbc {
    /// Prepares an account; nothing is sent.
    ///
    /// # Errors
    /// `Invalid` when an address or a credential cannot be used (the reason says which).
    pub fn new(
        config: VbcConfig,
        tokens: TokenSet,
        store: Arc<dyn TokenStore>,
        clock: Clock,
        transport: Transport,
    ) -> Result<Self> {
        Ok(Self { client: client::Client::new(config, tokens, store, clock, transport)? })
    }

    /// Signs in with a user's name and password; a name without `@` gets `@vbc.prod`. The password is judged at most
    /// once: whatever the answer, a person must act before it is sent again.
    ///
    /// # Errors
    /// `Unauthenticated` when the vendor refuses (its code tells the user from the application: `invalid_grant`,
    /// `invalid_client`), `LockedOut` after too many refusals, `WrongAddress` when nobody issues tokens there.
    pub async fn sign_in_with_password(
        config: &VbcConfig,
        username: &str,
        password: Secret<String>,
        transport: &Transport,
        now: Timestamp,
    ) -> Result<TokenSet> {
        let config = config.clone().checked_with_application()?;
        let grant = token::Grant::Password { username, password: &password };
        Ok(token::request(&config, &grant, None, transport, now).await?.0)
    }

    /// The page on which a person signs in with a browser. `state` comes back with the code and must be compared.
    ///
    /// # Errors
    /// `Invalid` when the code would not come back to this computer.
    pub fn authorize_url(config: &VbcConfig, redirect_uri: &Url, state: &str) -> Result<Url> {
        token::check_redirect(redirect_uri)?;
        Ok(token::authorize_url(&config.clone().checked_with_application()?, redirect_uri, state))
    }

    /// Signs in with the code a browser brought back to `redirect_uri`.
    ///
    /// # Errors
    /// As [`Vbc::sign_in_with_password`].
    pub async fn sign_in_with_code(
        config: &VbcConfig,
        code: Secret<String>,
        redirect_uri: &Url,
        transport: &Transport,
        now: Timestamp,
    ) -> Result<TokenSet> {
        token::check_redirect(redirect_uri)?;
        let config = config.clone().checked_with_application()?;
        let grant = token::Grant::Code { code: &code, redirect_uri };
        Ok(token::request(&config, &grant, None, transport, now).await?.0)
    }
}

impl fmt::Debug for Vbc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vbc").field("config", &self.client.config).finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for Vbc {
    fn vendor(&self) -> Vendor {
        Vendor::Vbc
    }

    async fn check(&self) -> Result<AccountFacts> {
        self.client.check().await
    }

    async fn lists(&self) -> Result<Vec<RecordingList>> {
        self.client.lists().await
    }

    /// [`RecordingList::All`] is read as the company's list.
    async fn list(&self, page: &PageRequest) -> Result<Page> {
        self.client.list(page, Tries::Several).await
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

    fn pace(&self) -> Pace {
        self.client.pace()
    }

    fn set_limit_per_min(&self, requests: u32) {
        self.client.set_limit_per_min(requests);
    }

    async fn create_export_job(
        &self,
        list: &RecordingList,
        filters: &ListFilters,
    ) -> Result<Vec<VendorJobId>> {
        self.client.create_job(list, filters).await
    }

    fn export_job_preview(&self, list: &RecordingList, filters: &ListFilters) -> Result<Preview> {
        self.client.job_preview(list, filters)
    }

    async fn export_jobs(
        &self,
        list: &RecordingList,
        status: Option<&str>,
    ) -> Result<Vec<ExportJob>> {
        self.client.jobs(list, status, Tries::Several).await
    }

    async fn export_job(&self, list: &RecordingList, id: &VendorJobId) -> Result<ExportJob> {
        self.client.job(list, id).await
    }

    async fn job_archive(
        &self,
        job: &ExportJob,
        offset: u64,
        if_range: Option<&str>,
    ) -> Result<MediaStream> {
        self.client.archive(job, offset, if_range).await
    }

    async fn users(&self) -> Result<Vec<VendorUser>> {
        self.client.users().await
    }

    async fn transcript(&self, id: &RecordingId) -> Result<Option<Transcript>> {
        self.client.transcript(id).await
    }
}
