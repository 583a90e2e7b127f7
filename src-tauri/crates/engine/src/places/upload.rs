//! A file into a bucket, under a name nobody else has, with proof that the server holds exactly these bytes.
//!
//! A name is taken by `If-None-Match: *`, and by looking first where a server does not know that. What proves an object
//! is the checksum the server itself took: SHA-256 where it speaks of one, else the MD5 of its `ETag`, else the bytes read
//! back. Its word alone proves nothing.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::future::BoxFuture;
use reqwest::Response;
use rusty_s3::Method;

use super::bucket::{Ask, Bucket, element, refusal_in};
use super::error::{Failed, PlaceError};
use super::lists::MADE_BY;
use super::outgoing::{Look, Outgoing};

/// Files up to this size go in one request.
const WHOLE_BYTES: u64 = 16 * 1024 * 1024;

/// What is kept with an object besides its bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meta {
    /// Its media type.
    pub(crate) content_type: &'static str,
    /// When the call was, kept as rclone and others keep a file's time of change.
    pub(crate) changed_at: Option<jiff::Timestamp>,
    /// It is a list that we write again.
    pub(crate) is_list: bool,
}

/// How a file came to be under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Saved {
    /// Put there now, and proven.
    Now,
    /// The very same bytes were there under this name already.
    Before,
    /// Something else has this name.
    Taken,
}

impl Bucket {
    /// Puts a file under `key` unless something else is there, and proves it.
    ///
    /// `begun` is told the id of an upload in parts, so that a later run can clear away what this one left.
    ///
    /// # Errors
    /// After one the object may be there or not; asking again finds out.
    pub(crate) async fn save_new<'a>(
        &self,
        key: &str,
        file: &Outgoing,
        meta: &Meta,
        begun: impl FnOnce(String) -> BoxFuture<'a, crate::error::Result<()>> + Send,
    ) -> crate::error::Result<Saved> {
        let mut known_free = false;
        if !self.place.refuses_twins {
            let looked = match self.look(key, file).await {
                Ok(Look::Same) => self.read_again(key, file).await,
                other => other,
            };
            match looked {
                Ok(Look::Same) => return Ok(Saved::Before),
                Ok(Look::Different) => return Ok(Saved::Taken),
                Ok(Look::Absent) => known_free = true,
                // Who may not list a bucket is not told what is absent. Then the server itself must refuse.
                Err(PlaceError::Denied { .. }) => {}
                Err(error) => return Err(self.named(error)),
            }
        }
        let put = if file.size_bytes() <= WHOLE_BYTES {
            let put = self.put(key, file, meta, true).await;
            match put {
                Err(PlaceError::Unsupported { .. }) if known_free => {
                    self.put(key, file, meta, false).await
                }
                put => put,
            }
        } else {
            let upload = self.begin_parts(key, meta).await.map_err(|error| self.named(error))?;
            begun(upload.clone()).await?;
            let sent = self.send_parts(key, file, &upload, known_free).await;
            if sent.is_err() {
                self.give_up_parts(key, &upload).await;
            }
            sent
        };
        let saved = match put {
            Ok(()) => self.prove_new(key, file).await,
            Err(PlaceError::Taken) => match self.read_again(key, file).await {
                // The reply to an earlier try of ours was lost.
                Ok(Look::Same) => Ok(Saved::Before),
                Ok(Look::Different) => Ok(Saved::Taken),
                Ok(Look::Absent) => Err(PlaceError::Busy),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        };
        saved.map_err(|error| self.named(error))
    }

    /// Whether exactly these bytes are under `key`. `None` when nothing is.
    pub(crate) async fn holds(
        &self,
        key: &str,
        file: &Outgoing,
    ) -> Result<Option<bool>, PlaceError> {
        Ok(match self.read_again(key, file).await? {
            Look::Same => Some(true),
            Look::Different => Some(false),
            Look::Absent => None,
        })
    }

    /// Size of the object under `key`; `None` when nothing is there.
    pub(crate) async fn size_of(&self, key: &str) -> Result<Option<u64>, PlaceError> {
        match self.ask(&Ask::new(Method::Head, key)).await {
            Ok(reply) => Ok(length_of(&reply)),
            Err(PlaceError::Absent) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Clears away the parts of an upload that did not end. What cannot be cleared is left to the bucket's own rules.
    pub(crate) async fn give_up_parts(&self, key: &str, upload: &str) {
        let ask = Ask::new(Method::Delete, key).query("uploadId", upload);
        if let Err(error) = self.ask(&ask).await
            && error != PlaceError::Absent
        {
            tracing::warn!(place = %self.place.id, %error, "parts of an upload may be left in the bucket");
        }
    }

    async fn prove_new(&self, key: &str, file: &Outgoing) -> Result<Saved, PlaceError> {
        match self.look(key, file).await? {
            Look::Same => Ok(Saved::Now),
            Look::Absent => Err(PlaceError::NotProven),
            Look::Different => {
                // We put it there a moment ago under a name that was free, and it must not be taken for the call.
                self.ask(&Ask::new(Method::Delete, key)).await?;
                Err(PlaceError::NotProven)
            }
        }
    }

    pub(super) async fn look(&self, key: &str, file: &Outgoing) -> Result<Look, PlaceError> {
        let ask = Ask::new(Method::Head, key).header("x-amz-checksum-mode", "ENABLED");
        let reply = match self.ask(&ask).await {
            Ok(reply) => reply,
            Err(PlaceError::Absent) => return Ok(Look::Absent),
            Err(error) => return Err(error),
        };
        let text = |name: &str| reply.headers().get(name).and_then(|value| value.to_str().ok());
        let sha256 = text("x-amz-checksum-sha256");
        if let Some(look) = file.judge(length_of(&reply), sha256, text("etag")) {
            return Ok(look);
        }
        self.read_again(key, file).await
    }

    /// Looks at an object by reading all of it. What we did not put there a moment ago is not believed by a checksum that
    /// was taken back then: the bytes may have changed since.
    async fn read_again(&self, key: &str, file: &Outgoing) -> Result<Look, PlaceError> {
        match self.read_back(key, |_| true).await {
            Ok(Some((_, sha256))) if sha256 == file.sha256() => Ok(Look::Same),
            Ok(_) => Ok(Look::Different),
            Err(PlaceError::Absent) => Ok(Look::Absent),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn put(
        &self,
        key: &str,
        file: &Outgoing,
        meta: &Meta,
        only_new: bool,
    ) -> Result<(), PlaceError> {
        let bytes = file.bytes(0, file.size_bytes()).await?;
        let sha256 = BASE64_STANDARD.encode(&file.whole.sha256);
        let mut ask = with_meta(Ask::new(Method::Put, key), meta)
            .header("x-amz-checksum-sha256", sha256)
            .body(bytes);
        if only_new {
            ask = ask.header("if-none-match", "*");
        }
        self.ask(&ask).await.map(|_| ())
    }

    async fn begin_parts(&self, key: &str, meta: &Meta) -> Result<String, PlaceError> {
        let ask = with_meta(Ask::new(Method::Post, key), meta)
            .query("uploads", "")
            .header("x-amz-checksum-algorithm", "SHA256");
        let reply = self.ask(&ask).await?;
        let body = self.read_text(reply).await?;
        element(&body, "UploadId").ok_or_else(|| PlaceError::Refused {
            what: "it began an upload without naming it".into(),
        })
    }

    async fn send_parts(
        &self,
        key: &str,
        file: &Outgoing,
        upload: &str,
        known_free: bool,
    ) -> Result<(), PlaceError> {
        let mut list = String::from(
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
        );
        for (index, part) in file.parts.iter().enumerate() {
            let sha256 = BASE64_STANDARD.encode(&part.sha256);
            let number = (index + 1).to_string();
            let ask = Ask::new(Method::Put, key)
                .query("partNumber", number.clone())
                .query("uploadId", upload)
                .header("x-amz-checksum-sha256", sha256.clone())
                .body(file.bytes(index, part.size_bytes).await?);
            let reply = self.ask(&ask).await?;
            let etag = reply.headers().get("etag").and_then(|value| value.to_str().ok());
            let etag = quick_xml::escape::escape(etag.unwrap_or_default()).into_owned();
            // Writing to a String cannot fail.
            let _ = write!(
                list,
                "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag><ChecksumSHA256>{sha256}</ChecksumSHA256></Part>"
            );
        }
        list.push_str("</CompleteMultipartUpload>");
        let complete = |list: String| {
            Ask::new(Method::Post, key).query("uploadId", upload).body(list.into_bytes())
        };
        let only_new = complete(list.clone()).header("if-none-match", "*");
        let reply = match self.ask(&only_new).await {
            Err(PlaceError::Unsupported { .. }) if known_free => self.ask(&complete(list)).await?,
            other => other?,
        };
        // A server may begin to answer with success before it knows.
        let body = self.read_text(reply).await?;
        if element(&body, "Code").is_some() {
            let failed = refusal_in(&body, Failed { status: 500, ..Failed::default() });
            return Err(PlaceError::of(failed, "write to"));
        }
        Ok(())
    }
}

fn with_meta<'a>(ask: Ask<'a>, meta: &Meta) -> Ask<'a> {
    let mut ask = ask.header("content-type", meta.content_type);
    if meta.is_list {
        ask = ask.header(MADE_BY.0, MADE_BY.1);
    }
    match meta.changed_at {
        Some(at) => ask.header("x-amz-meta-mtime", at.as_second().to_string()),
        None => ask,
    }
}

/// The media type of a file by its name.
pub(crate) fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "flac" => "audio/flac",
        "m4a" | "mp4" => "audio/mp4",
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

pub(super) fn length_of(reply: &Response) -> Option<u64> {
    let text = reply.headers().get("content-length")?.to_str().ok()?;
    text.parse().ok()
}
