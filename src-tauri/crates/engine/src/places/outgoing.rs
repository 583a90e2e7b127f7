//! A local file on its way into a bucket: its parts, their sums, and what a server's words about an object say about it.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use md5::{Digest as _, Md5};
use sha2::Sha256;

use super::error::PlaceError;
use crate::blocking;

/// The size of a part of a file that goes in parts. Amazon takes 10,000 parts of at least 5 MiB.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// A file on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    path: PathBuf,
    pub(super) parts: Vec<Sums>,
    pub(super) whole: Sums,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    pub(super) size_bytes: u64,
    pub(super) sha256: Vec<u8>,
    md5: Vec<u8>,
}

/// What a look at a name finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
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

    /// So many bytes from the beginning of a part on.
    pub(super) async fn bytes(&self, part: usize, length: u64) -> Result<Bytes, PlaceError> {
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
    pub(super) fn judge(
        &self,
        length: Option<u64>,
        sha256: Option<&str>,
        etag: Option<&str>,
    ) -> Option<Look> {
        if length.is_some_and(|length| length != self.whole.size_bytes) {
            return Some(Look::Different);
        }
        let parts = self.parts.len();
        if let Some(said) = sha256 {
            if said == BASE64_STANDARD.encode(&self.whole.sha256) {
                return Some(Look::Same);
            }
            // Amazon writes the number of parts behind it, other servers do not.
            let composite =
                BASE64_STANDARD.encode(Sha256::digest(self.composite(|part| &part.sha256)));
            if said == composite || said == format!("{composite}-{parts}") {
                return Some(Look::Same);
            }
            if !said.contains('-') {
                // Of what came in parts, nobody knows which sum this is: it must be read back.
                return (parts == 1).then_some(Look::Different);
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

fn sums_of(bytes: &[u8]) -> Sums {
    Sums {
        size_bytes: bytes.len() as u64,
        sha256: Sha256::digest(bytes).to_vec(),
        md5: Md5::digest(bytes).to_vec(),
    }
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
        let bare = sha.trim_end_matches("-2");
        assert_eq!(file.judge(Some(file.size_bytes()), Some(bare), None), Some(Look::Same));
        // Of other parts than ours, or of nobody knows what: it must be read back.
        assert_eq!(file.judge(Some(file.size_bytes()), Some("AAAA"), Some(&etag)), None);
        assert_eq!(file.judge(Some(file.size_bytes()), Some("AAAA-3"), None), None);
    }
}
