//! What a bucket is: where it is, what it is called, and which rules its address keeps.

use std::net::IpAddr;

use domain::{PlaceId, Secret};
use rusty_s3::UrlStyle;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::accounts::SecretPlace;
use crate::error::{Error, Result};

/// Signed into requests where a server has no regions of its own.
const USUAL_REGION: &str = "us-east-1";
/// The longest key a bucket takes is 1024 bytes; names need most of it.
const LONGEST_PREFIX: usize = 400;

/// A bucket that copies are saved in. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Which.
    #[serde(with = "id_text")]
    pub id: PlaceId,
    /// What a person calls it.
    pub label: String,
    /// Address of the server, without the bucket; empty for Amazon's own.
    pub endpoint: String,
    /// Region; may be empty where there is an address.
    pub region: String,
    /// Name of the bucket.
    pub bucket: String,
    /// What every key begins with, without slashes at its ends; may be empty.
    pub prefix: String,
    /// `https://host/bucket/key` instead of `https://bucket.host/key`.
    pub path_style: bool,
    /// The server itself refuses to put an object over another one, by a check of ours.
    pub refuses_twins: bool,
    /// Removed from the settings; kept because copies are in it.
    pub removed: bool,
}

/// A bucket to add, or the changed settings of one.
pub struct NewPlace {
    /// The one to change; `None` to add one.
    pub id: Option<PlaceId>,
    /// What a person calls it.
    pub label: String,
    /// Address of the server, without the bucket; empty for Amazon's own.
    pub endpoint: String,
    /// Region.
    pub region: String,
    /// Name of the bucket.
    pub bucket: String,
    /// What every key begins with; may be empty.
    pub prefix: String,
    /// `https://host/bucket/key` instead of `https://bucket.host/key`.
    pub path_style: bool,
    /// Access key id; empty together with `secret` means the one that is kept.
    pub access_key_id: String,
    /// Its secret.
    pub secret: Secret<String>,
    /// The session token of temporary credentials; empty for a key that lasts.
    pub session_token: Secret<String>,
    /// Keep the key in memory until the program closes, not in the keyring.
    pub session_only: bool,
}

/// A bucket with what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceState {
    /// The bucket.
    pub place: Place,
    /// Where its access key is.
    pub secret: SecretPlace,
    /// Copies in it.
    pub copies: u32,
}

/// What a check of a bucket found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceReport {
    /// Why it cannot be used, as a sentence.
    pub problem: Option<String>,
    /// What should be known besides, as sentences.
    pub remarks: Vec<String>,
}

impl Place {
    /// From what a person typed.
    ///
    /// # Errors
    /// `Invalid` with the input to blame.
    pub(super) fn from_typed(new: &NewPlace, id: PlaceId) -> Result<Self> {
        let label = new.label.trim().to_owned();
        if label.is_empty() {
            return Err(Error::invalid("label", "Give the bucket a name of your own."));
        }
        let place = Self {
            id,
            label,
            endpoint: endpoint(new.endpoint.trim())?,
            region: new.region.trim().to_owned(),
            bucket: bucket(new.bucket.trim())?,
            prefix: prefix(&new.prefix)?,
            path_style: new.path_style,
            refuses_twins: false,
            removed: false,
        };
        if place.endpoint.is_empty() && place.region.is_empty() {
            let what = "Amazon's buckets need their region, such as eu-central-1. For another server write its address.";
            return Err(Error::invalid("region", what));
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !place.region.chars().all(is_plain) {
            return Err(Error::invalid("region", "A region is a word like eu-central-1."));
        }
        place.to_bucket().map_err(|what| Error::invalid("endpoint", what))?;
        Ok(place)
    }

    /// What requests are addressed and signed by.
    pub(super) fn to_bucket(&self) -> std::result::Result<rusty_s3::Bucket, String> {
        let region = if self.region.is_empty() { USUAL_REGION } else { &self.region };
        let endpoint = if self.endpoint.is_empty() {
            format!("https://s3.{region}.amazonaws.com")
        } else {
            self.endpoint.clone()
        };
        let endpoint: Url = endpoint.parse().map_err(|_| String::from("This is no address."))?;
        // A certificate covers one name before the host's, so a bucket with dots needs the other style.
        let style = if self.path_style || self.bucket.contains('.') {
            UrlStyle::Path
        } else {
            UrlStyle::VirtualHost
        };
        rusty_s3::Bucket::new(endpoint, style, self.bucket.clone(), region.to_owned()).map_err(
            |_| String::from("This address and the name of the bucket make no address together; try the path style."),
        )
    }

    /// The key of something below the prefix.
    pub(crate) fn key(&self, below: &str) -> String {
        if self.prefix.is_empty() { below.to_owned() } else { format!("{}/{below}", self.prefix) }
    }

    /// For reading: `s3://bucket/prefix`, with the host where it is not Amazon's.
    pub fn address(&self) -> String {
        self.address_of(&self.prefix)
    }

    /// Likewise, with the whole key of an object.
    pub(crate) fn address_of(&self, key: &str) -> String {
        let mut text = format!("s3://{}", self.bucket);
        if !key.is_empty() {
            text.push('/');
            text.push_str(key);
        }
        let host =
            Url::parse(&self.endpoint).ok().and_then(|url| url.host_str().map(str::to_owned));
        if let Some(host) = host {
            text.push_str(" at ");
            text.push_str(&host);
        }
        text
    }

    /// Whether both mean the same bucket.
    pub(super) fn is_same_bucket(&self, other: &Self) -> bool {
        self.endpoint == other.endpoint
            && self.bucket == other.bucket
            && (!self.endpoint.is_empty() || self.region == other.region)
    }
}

/// An address without a bucket, or empty. Not encrypted only on this computer: audio and signatures would be readable
/// on the way.
fn endpoint(typed: &str) -> Result<String> {
    if typed.is_empty() {
        return Ok(String::new());
    }
    let invalid = |what: &str| Error::invalid("endpoint", what);
    let url = Url::parse(typed)
        .map_err(|_| invalid("Write the server's address as https://host or https://host:port."))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(invalid("Write the server's address as https://host or https://host:port."));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(invalid(
            "This address is not encrypted. Use https://; http:// is for servers on this computer only.",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("The address must not hold a user or password."));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("Write the address without anything after a ? or #."));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}

fn bucket(typed: &str) -> Result<String> {
    let fits = (1..=255).contains(&typed.len())
        && typed.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && typed.chars().any(|c| c.is_ascii_alphanumeric());
    if fits {
        return Ok(typed.to_owned());
    }
    let what = "A bucket's name has letters, digits, dots and hyphens only; it is no address and has no slashes.";
    Err(Error::invalid("bucket", what))
}

fn prefix(typed: &str) -> Result<String> {
    let prefix = typed.trim().trim_matches('/').to_owned();
    let is_odd = |part: &str| matches!(part, "." | "..") || part.chars().any(char::is_control);
    // A part without anything in it cannot be shown by tools that show keys as folders.
    let is_empty_inside = !prefix.is_empty() && prefix.split('/').any(str::is_empty);
    if prefix.split('/').any(is_odd) || is_empty_inside || prefix.contains('\\') {
        let what = "Write it like a folder: names with / between them, without . or .. parts.";
        return Err(Error::invalid("prefix", what));
    }
    if prefix.len() > LONGEST_PREFIX {
        let what = format!("At most {LONGEST_PREFIX} bytes, so that there is room for the names.");
        return Err(Error::invalid("prefix", what));
    }
    Ok(prefix)
}

mod id_text {
    use domain::PlaceId;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(id: &PlaceId, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(id.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PlaceId, D::Error> {
        String::deserialize(from).map(PlaceId::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(endpoint: &str, bucket: &str, prefix: &str) -> Result<Place> {
        let new = NewPlace {
            id: None,
            label: "Archive".into(),
            endpoint: endpoint.into(),
            region: "eu-central-1".into(),
            bucket: bucket.into(),
            prefix: prefix.into(),
            path_style: true,
            access_key_id: String::new(),
            secret: Secret::new(String::new()),
            session_token: Secret::new(String::new()),
            session_only: false,
        };
        Place::from_typed(&new, PlaceId::new("p"))
    }

    fn blamed(outcome: Result<Place>) -> &'static str {
        match outcome {
            Err(Error::Invalid { field: Some(field), .. }) => field,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_goes_unencrypted_beyond_this_computer() {
        for good in [
            "https://s3.example",
            "http://127.0.0.1:9000",
            "http://localhost:9000/",
            "http://[::1]:1",
            "",
        ] {
            assert!(typed(good, "calls", "").is_ok(), "{good}");
        }
        for bad in [
            "http://s3.example",
            "http://192.168.0.4:9000",
            "http://127.0.0.1.example",
            "ftp://127.0.0.1",
            "s3.example",
            "https://key:secret@s3.example",
            "https://s3.example?x=1",
        ] {
            assert_eq!(blamed(typed(bad, "calls", "")), "endpoint", "{bad}");
        }
    }

    #[test]
    fn names_that_could_leave_the_bucket_are_refused() {
        for bad in ["", "a/b", "a b", "a?b", "..", "ü"] {
            assert_eq!(blamed(typed("", bad, "")), "bucket", "{bad}");
        }
        for bad in ["../x", "a/./b", "a//b", "a\\b", "a\nb"] {
            let bad = format!("x/{bad}");
            assert_eq!(blamed(typed("", "calls", &bad)), "prefix", "{bad}");
        }
        let place = typed("", "calls", "/2026/may/").unwrap();
        assert_eq!(place.key("x.mp3"), "2026/may/x.mp3");
        assert_eq!(place.address(), "s3://calls/2026/may");
    }

    #[test]
    fn amazons_address_follows_from_the_region() {
        let place = Place { path_style: false, ..typed("", "calls", "").unwrap() };
        let url = place.to_bucket().unwrap().object_url("a b/c.mp3");
        assert_eq!(url.as_str(), "https://calls.s3.eu-central-1.amazonaws.com/a%20b/c.mp3");
        let dotted = Place { bucket: "my.calls".into(), ..place };
        let url = dotted.to_bucket().unwrap().object_url("c.mp3");
        assert_eq!(url.as_str(), "https://s3.eu-central-1.amazonaws.com/my.calls/c.mp3");
    }
}
