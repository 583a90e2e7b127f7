//! Copies in buckets, read again: to check them, to delete by them, to hear them.

use std::path::Path;

use catalogue::CopyRecord;
use domain::PlaceId;
use rusty_s3::Method;
use sha2::{Digest as _, Sha256};
use transfer::part::{PartFile, SealedPart};

use super::bucket::{Ask, Bucket};
use super::error::PlaceError;
use super::outgoing::hex;
use crate::error::{Error, Result};
use crate::transfers::Bandwidth;
use crate::{Engine, blocking};

impl Bucket {
    /// Size and SHA-256 of an object, by reading all of it. `None` when `go_on`, which is told the bytes so far, said no.
    pub(crate) async fn read_back(
        &self,
        key: &str,
        mut go_on: impl FnMut(u64) -> bool,
    ) -> std::result::Result<Option<(u64, String)>, PlaceError> {
        let mut reply = self.ask(&Ask::new(Method::Get, key)).await?;
        let announced = reply.content_length();
        let (mut hasher, mut size_bytes) = (Sha256::new(), 0_u64);
        while let Some(chunk) = self.next_chunk(&mut reply).await? {
            hasher.update(&chunk);
            size_bytes += chunk.len() as u64;
            self.caps.down.pay(chunk.len()).await;
            if !go_on(size_bytes) {
                return Ok(None);
            }
        }
        match announced {
            Some(announced) if announced != size_bytes => Err(PlaceError::Unreachable {
                reason: "the connection broke in the middle of a reply".into(),
            }),
            _ => Ok(Some((size_bytes, hex(&hasher.finalize())))),
        }
    }
}

impl Engine {
    /// Size and SHA-256 of a copy in a bucket as it is now, by reading all of it.
    ///
    /// # Errors
    /// [`PlaceError::Absent`] only when the server says that the bucket has no such object.
    pub(crate) async fn hash_object(
        &self,
        place: &PlaceId,
        copy: &CopyRecord,
        go_on: impl FnMut(u64) -> bool,
    ) -> Result<Option<(u64, String)>> {
        let bucket = self.bucket(place).await?;
        let key = key_of(copy)?;
        bucket.read_back(key, go_on).await.map_err(|trouble| self.of_place(place, trouble))
    }

    /// Reads a copy out of its bucket into `part`, and proves that it is what it was. A person who waits to hear it waits for
    /// no `cap`.
    pub(crate) async fn fetch_object(
        &self,
        place: &PlaceId,
        copy: &CopyRecord,
        part: &Path,
        cap: Option<&Bandwidth>,
    ) -> Result<SealedPart> {
        let bucket = self.bucket(place).await?;
        let failed = |trouble| self.of_place(place, trouble);
        let ask = Ask::new(Method::Get, key_of(copy)?);
        let mut reply = bucket.ask(&ask).await.map_err(failed)?;
        let path = part.to_owned();
        let mut file = blocking(move || {
            let mut file = PartFile::open(&path)?;
            file.restart()?;
            Ok(file)
        })
        .await?;
        while let Some(chunk) = bucket.next_chunk(&mut reply).await.map_err(failed)? {
            if let Some(cap) = cap {
                cap.pay(chunk.len()).await;
            }
            file = blocking(move || {
                file.write(&chunk)?;
                Ok(file)
            })
            .await?;
        }
        let (size_bytes, sha256) = (copy.size_bytes, copy.sha256.clone());
        let sealed = blocking(move || {
            let sealed = file.seal()?;
            if sealed.size_bytes == size_bytes && sealed.sha256 == sha256 {
                return Ok(Some(sealed));
            }
            sealed.discard()?;
            Ok(None)
        })
        .await?;
        sealed.ok_or_else(|| Error::NotAudio {
            what: format!(
                "The copy in {} has changed since it was verified.",
                self.place_label(place)
            ),
        })
    }

    /// The trouble of a place, with its name.
    pub(crate) fn of_place(&self, place: &PlaceId, trouble: PlaceError) -> Error {
        Error::Place { label: self.place_label(place), trouble }
    }
}

/// The key of a copy in a bucket; keys are text.
fn key_of(copy: &CopyRecord) -> Result<&str> {
    copy.path
        .to_str()
        .ok_or_else(|| Error::Internal { what: "the key of an object is no text".into() })
}
