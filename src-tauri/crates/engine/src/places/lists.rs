//! Lists in a bucket. They are ours to write again and again, but only those that are ours: what somebody else has under
//! the same name is copied aside first, as in a folder.

use reqwest::Response;
use rusty_s3::Method;

use super::bucket::{Ask, Bucket, element};
use super::error::PlaceError;
use super::outgoing::{Look, Outgoing};
use super::upload::{Meta, content_type, length_of};

/// With each list goes who made it: by its name alone nobody could tell ours from another's.
pub(super) const MADE_BY: (&str, &str) = ("x-amz-meta-made-by", "tapeshelf");

impl Bucket {
    /// Puts a list under `key`, over an earlier one of ours, and proves it.
    ///
    /// # Errors
    /// What somebody else has under the key is still there, under it or aside.
    pub(crate) async fn save_list(&self, key: &str, file: &Outgoing) -> Result<(), PlaceError> {
        let is_free = self.make_way(key).await?;
        let meta = Meta { content_type: content_type(key), changed_at: None, is_list: true };
        self.put(key, file, &meta, !is_free).await?;
        match self.look(key, file).await? {
            Look::Same => Ok(()),
            Look::Different | Look::Absent => Err(PlaceError::NotProven),
        }
    }

    /// Copies what is under `key` to a name of its own, unless it is a list of ours. Then the key is free; false where this
    /// cannot be told.
    async fn make_way(&self, key: &str) -> Result<bool, PlaceError> {
        let reply = match self.ask(&Ask::new(Method::Head, key)).await {
            Ok(reply) => reply,
            Err(PlaceError::Absent) => return Ok(true),
            // Who may not list a bucket is not told what is absent. Then the server itself must refuse.
            Err(PlaceError::Denied { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        let (header, ours) = MADE_BY;
        if reply.headers().get(header).is_some_and(|value| value == ours) {
            return Ok(true);
        }
        let (stem, extension) = apart(key);
        let mut number = 2;
        let aside = loop {
            let aside = format!("{stem} ({number}){extension}");
            match self.ask(&Ask::new(Method::Head, &aside)).await {
                Ok(_) => number += 1,
                Err(PlaceError::Absent | PlaceError::Denied { .. }) => break aside,
                Err(error) => return Err(error),
            }
        };
        self.copy(key, &reply, &aside).await?;
        Ok(true)
    }

    /// Copies an object within the bucket and looks whether all of it is there.
    async fn copy(&self, key: &str, original: &Response, to: &str) -> Result<(), PlaceError> {
        let url = self.address.object_url(key);
        let path = url.path().strip_prefix(self.address.base_url().path()).unwrap_or_default();
        let source = format!("/{}/{path}", self.address.name());
        let ask = Ask::new(Method::Put, to).header("x-amz-copy-source", source);
        // A server may begin to answer with success before it knows.
        let body = self.read_text(self.ask(&ask).await?).await?;
        let is_refused = element(&body, "Code").is_some();
        if is_refused || self.size_of(to).await? != length_of(original) {
            return Err(PlaceError::NotProven);
        }
        Ok(())
    }
}

/// A key and what its name ends in, with the dot.
fn apart(key: &str) -> (&str, &str) {
    let name_at = key.rfind('/').map_or(0, |slash| slash + 1);
    match key[name_at..].rfind('.') {
        Some(dot) if dot > 0 => key.split_at(name_at + dot),
        _ => (key, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn a_name_ends_in_its_last_dot() {
        assert_eq!(apart("2026.01/recordings.csv"), ("2026.01/recordings", ".csv"));
        assert_eq!(apart("2026.01/SHA256SUMS"), ("2026.01/SHA256SUMS", ""));
        assert_eq!(apart(".hidden"), (".hidden", ""));
        assert_eq!(apart("a.mp3.json"), ("a.mp3", ".json"));
    }
}
