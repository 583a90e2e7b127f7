//! What every vendor can do.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::export::ExportRequest;
use domain::{
    AccountFacts, Balance, CallRecord, CallUuid, ExportJob, ListFilters, Recording, RecordingId,
    RecordingList, Vendor, VendorJobId, VendorUser,
};
use futures_util::stream::BoxStream;

use crate::error::{Error, Result};
use crate::order::ListOrder;

/// One vendor account. Cheap to clone behind an `Arc`; all methods may run at the same time. Dropping a returned
/// future cancels its request.
///
/// What only some vendors have answers [`Error::NotSupported`] elsewhere;
/// [`AccountFacts::capabilities`](domain::AccountFacts) tells beforehand what to offer.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Whose API this is.
    fn vendor(&self) -> Vendor;

    /// Proves the credentials and the right to read recordings, and asks once for each feature that can be asked for
    /// cheaply.
    ///
    /// # Errors
    /// `Unauthenticated` when the vendor refuses the credentials, `PermissionDenied` when they may not read
    /// recordings, `NotSubscribed` when their application may not, `Unreachable` when nobody answered.
    async fn check(&self) -> Result<AccountFacts>;

    /// The lists this account may read, each to be walked with [`Provider::list`]. No recording is on two of them.
    async fn lists(&self) -> Result<Vec<RecordingList>>;

    /// One page of a list, in the order asked for. Vobiz lists the newest first and nothing else, and answers
    /// [`Error::NotSupported`] to other wishes.
    async fn list(&self, page: &PageRequest) -> Result<Page>;

    /// One recording, with a fresh media URL.
    async fn retrieve(&self, id: &RecordingId) -> Result<Recording>;

    /// Deletes one recording at the vendor, for ever.
    async fn delete(&self, id: &RecordingId) -> Result<Deleted>;

    /// Opens the audio of a recording. The stream may begin at 0 although a later byte was asked for: see
    /// [`MediaStream::offset`].
    async fn media(&self, media: &MediaRequest<'_>) -> Result<MediaStream>;

    /// What the limiter is doing now, for a sentence in the window.
    fn pace(&self) -> Pace;

    /// Changes the quota of an account that has one, for whatever waits already too.
    fn set_limit_per_min(&self, _requests: u32) {}

    /// Asks for an e-mail export. Never retried by itself.
    async fn request_export(&self, _request: &ExportRequest) -> Result<ExportAccepted> {
        Err(Error::NotSupported)
    }

    /// The exact request [`Provider::request_export`] would send, for review.
    fn export_preview(&self, _request: &ExportRequest) -> Result<Preview> {
        Err(Error::NotSupported)
    }

    /// Asks for an archive of the recordings that pass, made by one or more jobs. Never retried by itself.
    async fn create_export_job(
        &self,
        _list: &RecordingList,
        _filters: &ListFilters,
    ) -> Result<Vec<VendorJobId>> {
        Err(Error::NotSupported)
    }

    /// The exact request [`Provider::create_export_job`] would send, for review.
    fn export_job_preview(&self, _list: &RecordingList, _filters: &ListFilters) -> Result<Preview> {
        Err(Error::NotSupported)
    }

    /// The jobs of a list's owner, as the vendor orders them; of one status word, if one is given.
    async fn export_jobs(
        &self,
        _list: &RecordingList,
        _status: Option<&str>,
    ) -> Result<Vec<ExportJob>> {
        Err(Error::NotSupported)
    }

    /// One job, as it is now.
    async fn export_job(&self, _list: &RecordingList, _id: &VendorJobId) -> Result<ExportJob> {
        Err(Error::NotSupported)
    }

    /// Opens the archive of a finished job, like [`Provider::media`].
    async fn job_archive(
        &self,
        _job: &ExportJob,
        _offset: u64,
        _if_range: Option<&str>,
    ) -> Result<MediaStream> {
        Err(Error::NotSupported)
    }

    /// The record of one call.
    async fn call_record(&self, _call: &CallUuid) -> Result<CallRecord> {
        Err(Error::NotSupported)
    }

    /// What is left on the account.
    async fn balance(&self) -> Result<Balance> {
        Err(Error::NotSupported)
    }

    /// The people of the account.
    async fn users(&self) -> Result<Vec<VendorUser>> {
        Err(Error::NotSupported)
    }

    /// The transcript of a recording; `None` when this recording has none.
    async fn transcript(&self, _id: &RecordingId) -> Result<Option<Transcript>> {
        Err(Error::NotSupported)
    }
}

/// Which page to fetch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRequest {
    /// Of which list.
    pub list: RecordingList,
    /// How many recordings lie before this page: 0, a page's [`Page::next_offset`], or a multiple of [`Page::stride`].
    pub offset: u64,
    /// How many to ask for; the reply decides. 0 leaves it to the account's setting.
    pub limit: u32,
    /// Only recordings that pass.
    pub filters: ListFilters,
    /// What comes first. All pages of one walk must be asked for in one order.
    pub order: ListOrder,
}

/// One page as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The recordings that could be read and pass the filters, in the vendor's order.
    pub recordings: Vec<Recording>,
    /// How many objects the page held, also those that could not be read or did not pass.
    pub received: u64,
    /// Of these, what belongs to accounts with profiles of their own and is listed there: the vendor's id of the account, and
    /// of the recording.
    pub elsewhere: Vec<(String, RecordingId)>,
    /// Objects that could not be read as a recording, with the reason, so that no row is skipped in silence.
    pub unreadable: Vec<String>,
    /// The vendor's own total of what was asked for, if it gave one, with what is `elsewhere`. It may lie. `None` too when the
    /// vendor turned out to ignore a filter, because it counted something else then.
    pub total: Option<u64>,
    /// The page size the vendor says it applied.
    pub limit: Option<u32>,
    /// Where to go on, or `None` at the end. A vendor that says nothing about the end is taken to have more for as
    /// long as a page brings something, so a walk should also stop at a page without a new id. Never set for an empty
    /// page.
    pub next_offset: Option<u64>,
    /// How many recordings of the vendor's list one page spans. Whoever knows the total may ask for the offsets
    /// `k * stride` at the same time, with the same limit. At least 1.
    pub stride: u64,
    /// Correlation id of the reply.
    pub correlation: Option<String>,
}

/// Which audio to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaRequest<'a> {
    /// Whose audio.
    pub id: &'a RecordingId,
    /// Where it is, as of a moment ago. `None` lets the provider find out.
    pub url: Option<&'a str>,
    /// The first byte wanted.
    pub offset: u64,
    /// The `ETag` of the bytes before `offset`: with it the vendor sends the rest only if the file is still the same,
    /// and all of it otherwise. A weak one proves nothing and is not sent.
    pub if_range: Option<&'a str>,
}

/// How fast requests go now, and why not faster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pace {
    /// The most requests in any minute; `None` without such a limit.
    pub limit_per_min: Option<u32>,
    /// Requests that wait for their turn.
    pub waiting: usize,
    /// How long the first of them, or the next one, has to wait; `None` if it may go at once.
    pub next_in: Option<Duration>,
    /// Why, as a sentence for a person; `None` if nothing holds requests back.
    pub why: Option<String>,
}

/// A request as it would be sent, for review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Where it goes.
    pub url: String,
    /// The exact JSON body, pretty-printed.
    pub body: String,
}

/// What was said in a recording, as the vendor wrote it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    /// The words.
    pub text: String,
    /// BCP 47 tag, where the vendor says so.
    pub language: Option<String>,
    /// The vendor's reply, compact.
    pub raw: String,
}

/// How a deletion ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// The vendor deleted it now.
    Now,
    /// The vendor did not have it any more.
    AlreadyGone,
}

/// An export the vendor took on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportAccepted {
    /// Correlation id (Vobiz `api_id`), the only trace of the export there is.
    pub correlation: Option<String>,
    /// The vendor's status word (`success`).
    pub status: Option<String>,
}

/// An open audio reply.
pub struct MediaStream {
    /// The byte the stream begins at: the offset asked for (206), or 0 (200) — then restart, never append.
    pub offset: u64,
    /// Size of the whole file, if the vendor said so.
    pub total_bytes: Option<u64>,
    /// `Content-Type` as it came; evidence, not proof.
    pub content_type: Option<String>,
    /// `ETag` as it came.
    pub etag: Option<String>,
    /// The bytes. An error ends the stream; a stall counts as an error.
    pub bytes: BoxStream<'static, Result<Bytes>>,
}
