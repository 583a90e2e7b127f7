//! What every vendor can do.

use async_trait::async_trait;
use bytes::Bytes;
use domain::export::ExportRequest;
use domain::{AccountFacts, Recording, RecordingId, Vendor};
use futures_util::stream::BoxStream;

use crate::error::Result;

/// One vendor account. Cheap to clone behind an `Arc`; all methods may run at the same time. Dropping a returned
/// future cancels its request.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Whose API this is.
    fn vendor(&self) -> Vendor;

    /// Proves the credentials and the right to read recordings.
    ///
    /// # Errors
    /// `Unauthenticated` when the vendor refuses the credentials, `PermissionDenied` when they may not read
    /// recordings, `Unreachable` when nobody answered.
    async fn check(&self) -> Result<AccountFacts>;

    /// One page of recordings, newest first.
    async fn list(&self, page: &PageRequest) -> Result<Page>;

    /// One recording, with a fresh media URL.
    async fn retrieve(&self, id: &RecordingId) -> Result<Recording>;

    /// Deletes one recording at the vendor, for ever.
    async fn delete(&self, id: &RecordingId) -> Result<Deleted>;

    /// Opens the audio at `media_url`, from byte `offset` on. The stream may begin at 0 all the same: see
    /// [`MediaStream::offset`].
    async fn media(&self, media_url: &str, offset: u64) -> Result<MediaStream>;

    /// Asks for an e-mail export. Never retried by itself.
    async fn request_export(&self, request: &ExportRequest) -> Result<ExportAccepted>;

    /// The exact JSON body [`Provider::request_export`] would send, pretty-printed, for review.
    fn export_body(&self, request: &ExportRequest) -> Result<String>;

    /// The address an export request goes to, for review.
    fn export_url(&self) -> String;
}

/// Which page to fetch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRequest {
    /// How many recordings were received before this page.
    pub offset: u64,
    /// How many to ask for; the reply decides.
    pub limit: u32,
    /// Only recordings of this call.
    pub call_uuid: Option<String>,
    /// Only recordings of this type.
    pub recording_type: Option<String>,
}

/// One page as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The recordings that could be read, in the vendor's order.
    pub recordings: Vec<Recording>,
    /// How many objects the page held: advance the offset by this, not by `recordings.len()` or the limit asked for.
    pub received: u64,
    /// Objects that could not be read as a recording, with the reason, so that no row is skipped in silence.
    pub unreadable: Vec<String>,
    /// The vendor's own total, if it gave one. It may lie.
    pub total: Option<u64>,
    /// The limit the vendor says it applied.
    pub limit: Option<u32>,
    /// Whether there is more. A vendor that says nothing about it is taken to have more for as long as a page brings
    /// something, so a walk should also stop at a page without a new id. Never true for an empty page.
    pub has_more: bool,
    /// Correlation id of the reply.
    pub correlation: Option<String>,
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
