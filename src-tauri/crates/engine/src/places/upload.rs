//! A file into a bucket, under a name nobody else has, with proof that the server holds exactly these bytes.
//!
//! A name is taken by `If-None-Match: *`, and by looking first where a server does not know that. What proves an object
//! is the checksum the server itself took: SHA-256 where it speaks of one, else the MD5 of its `ETag`, else the bytes read
//! back. Its word alone proves nothing.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use md5::{Digest as _, Md5};
use reqwest::Response;
use rusty_s3::Method;
use sha2::Sha256;

use super::bucket::{Ask, Bucket, element, refusal_in};
use super::error::{Failed, PlaceError};
use crate::blocking;

/// Files up to this size go in one request.
const WHOLE_BYTES: u64 = 16 * 1024 * 1024;
/// The size of a part of larger ones. Amazon takes 10,000 parts of at least 5 MiB.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// A file on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    path: PathBuf,
    parts: Vec<Sums>,
    whole: Sums,
}

#[derive(Debug, Clone, Default)]
struct Sums {
    size_bytes: u64,
    sha256: Vec<u8>,
    md5: Vec<u8>,
}

/// What is kept with an object besides its bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meta {
    /// Its media type.
    pub(crate) content_type: &'static str,
    /// When the call was, kept as rclone and others keep a file's time of change.
    pub(crate) changed_at: Option<jiff::Timestamp>,
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

/// What a look at a name finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Same,
    Different,
    Absent,
}

impl Outgoing {
    /// Reads a file and takes its sums.
    pub(crate) async fn read(path: &Path) -> Result<Self, PlaceError> {
        let path = path.to_owned();
        let read = move || {
            let mut file = std::fs::File::open(&path)?;
            let (mut whole, mut parts) = ((Sha256::new(), Md5::new()), Vec::new());
            let mut size_bytes = 0;
            loop {
                let mut part = Vec::with_capacity(PART_BYTES);
                file.by_ref().take(PART_BYTES as u64).read_to_end(&mut part)?;
                if part.is_empty() && size_bytes > 0 {
                    break;
                }
                whole.0.update(&part);
                whole.1.update(&part);
                size_bytes += part.len() as u64;
                parts.push(sums_of(&part));
                if part.len() < PART_BYTES {
                    break;
                }
            }
            let whole = Sums {
                size_bytes,
                sha256: whole.0.finalize().to_vec(),
                md5: whole.1.finalize().to_vec(),
            };
            Ok::<_, std::io::Error>(Self { path, parts, whole })
        };
        blocking(move || Ok(read()))
            .await
            .map_err(|error| local(&error))?
            .map_err(|error| local(&error))
    }

    /// SHA-256 of the whole, lower-case hexadecimal.
    pub(crate) fn sha256(&self) -> String {
        hex(&self.whole.sha256)
    }

    /// Its size.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.whole.size_bytes
    }

    async fn bytes(&self, part: usize, length: u64) -> Result<Bytes, PlaceError> {
        use std::io::Seek as _;

        let (path, from) = (self.path.clone(), part as u64 * PART_BYTES as u64);
        let read = move || {
            let mut file = std::fs::File::open(&path)?;
            file.seek(std::io::SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            file.take(length).read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(Bytes::from(bytes))
        };
        blocking(move || Ok(read()))
            .await
            .map_err(|error| local(&error))?
            .map_err(|error| local(&error))
    }

    /// The checksum of a multipart object: that of its parts' checksums, with their number.
    fn composite(&self, of: fn(&Sums) -> &[u8]) -> Vec<u8> {
        self.parts.iter().flat_map(|part| of(part).iter().copied()).collect()
    }

    /// What a server's words about an object say about these bytes; `None` when they do not say enough.
    fn judge(&self, length: Option<u64>, sha256: Option<&str>, etag: Option<&str>) -> Option<Look> {
        if length.is_some_and(|length| length != self.whole.size_bytes) {
            return Some(Look::Different);
        }
        let parts = self.parts.len();
        if let Some(said) = sha256 {
            if said == BASE64_STANDARD.encode(&self.whole.sha256) {
                return Some(Look::Same);
            }
            let composite = Sha256::digest(self.composite(|part| &part.sha256));
            if said == format!("{}-{parts}", BASE64_STANDARD.encode(composite)) {
                return Some(Look::Same);
            }
            if !said.contains('-') {
                return Some(Look::Different);
            }
        }
        // An ETag that is not this may be that of an encrypted object, or of other parts: it proves nothing then.
        let said = etag?.trim_matches('"').to_ascii_lowercase();
        let composite = Md5::digest(self.composite(|part| &part.md5));
        let is_ours =
            said == hex(&self.whole.md5) || said == format!("{}-{parts}", hex(&composite));
        // Without a length the ETag alone is too little.
        (is_ours && length.is_some()).then_some(Look::Same)
    }
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

    /// Puts a list that is ours to rewrite, over an earlier one, and proves it.
    pub(crate) async fn save_over(
        &self,
        key: &str,
        file: &Outgoing,
        meta: &Meta,
    ) -> Result<(), PlaceError> {
        self.put(key, file, meta, false).await?;
        match self.look(key, file).await? {
            Look::Same => Ok(()),
            Look::Different | Look::Absent => Err(PlaceError::NotProven),
        }
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

    async fn look(&self, key: &str, file: &Outgoing) -> Result<Look, PlaceError> {
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

    async fn put(
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
    let ask = ask.header("content-type", meta.content_type);
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

fn sums_of(bytes: &[u8]) -> Sums {
    Sums {
        size_bytes: bytes.len() as u64,
        sha256: Sha256::digest(bytes).to_vec(),
        md5: Md5::digest(bytes).to_vec(),
    }
}

fn length_of(reply: &Response) -> Option<u64> {
    let text = reply.headers().get("content-length")?.to_str().ok()?;
    text.parse().ok()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn local(error: &impl ToString) -> PlaceError {
    PlaceError::Local { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn outgoing(bytes: &[u8]) -> Outgoing {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, bytes).unwrap();
        Outgoing::read(&path).await.unwrap()
    }

    #[tokio::test]
    async fn what_a_server_says_is_proof_only_when_it_fits() {
        let file = outgoing(b"hello").await;
        let sha = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
        let md5 = "\"5d41402abc4b2a76b9719d911017c592\"";
        assert_eq!(file.judge(Some(5), Some(sha), None), Some(Look::Same));
        assert_eq!(file.judge(Some(5), None, Some(md5)), Some(Look::Same));
        assert_eq!(file.judge(Some(4), Some(sha), Some(md5)), Some(Look::Different));
        let other = "AAAAul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
        assert_eq!(file.judge(Some(5), Some(other), Some(md5)), Some(Look::Different));
        // An encrypted object's ETag, none at all, and one without a length say nothing.
        assert_eq!(file.judge(Some(5), None, Some("\"0123456789abcdef0123456789abcdef\"")), None);
        assert_eq!(file.judge(Some(5), None, None), None);
        assert_eq!(file.judge(None, None, Some(md5)), None);
    }

    #[tokio::test]
    async fn an_object_in_parts_is_proven_by_the_sums_of_its_parts() {
        let bytes: Vec<u8> = (0..PART_BYTES + 10).map(|n| u8::try_from(n % 251).unwrap()).collect();
        let file = outgoing(&bytes).await;
        assert_eq!(file.parts.len(), 2);
        let parts = [&bytes[..PART_BYTES], &bytes[PART_BYTES..]];
        let md5: Vec<u8> = parts.iter().flat_map(|part| Md5::digest(part).to_vec()).collect();
        let etag = format!("\"{}-2\"", hex(&Md5::digest(md5)));
        assert_eq!(file.judge(Some(file.size_bytes()), None, Some(&etag)), Some(Look::Same));
        let sha: Vec<u8> = parts.iter().flat_map(|part| Sha256::digest(part).to_vec()).collect();
        let sha = format!("{}-2", BASE64_STANDARD.encode(Sha256::digest(sha)));
        assert_eq!(file.judge(Some(file.size_bytes()), Some(&sha), None), Some(Look::Same));
        // Of other parts than ours: it must be read back.
        assert_eq!(file.judge(Some(file.size_bytes()), Some("AAAA-3"), None), None);
    }
}
