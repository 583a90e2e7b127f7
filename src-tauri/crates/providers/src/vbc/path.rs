//! Addresses of the call recording service.
//!
//! Its pages disagree on whether paths begin with `/api` or `/v1/api`, and the answer may differ between lists, audio
//! and archives. For reading, the other form is tried once on a 404, and the one that worked is remembered; what
//! changes something is never sent twice, unless a gateway said that there is nothing at the first address (api
//! contract C19).

use std::sync::atomic::{AtomicU8, Ordering};

use domain::{RecordingId, RecordingList, UserId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::error::{Error, Result};

/// Everything but the unreserved characters of RFC 3986 is encoded in a path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Names of the call recording service, of the world and of India.
const WORLD: &str = "call_recording";
const INDIA: &str = "call_recording_india";
const UNKNOWN: u8 = u8::MAX;
const PREFIXES: [&str; 2] = ["api", "v1/api"];

/// What lies below one prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Area {
    Recordings = 0,
    Audio = 1,
    Archives = 2,
    Transcripts = 3,
}

/// Which prefix works where.
#[derive(Debug)]
pub(super) struct Prefixes([AtomicU8; 4]);

impl Default for Prefixes {
    fn default() -> Self {
        Self([UNKNOWN; 4].map(AtomicU8::new))
    }
}

impl Prefixes {
    /// The prefix to use, and the one to try if it has nothing; none once one of them has worked.
    pub(super) fn to_try(&self, area: Area) -> (u8, Option<u8>) {
        match self.0[area as usize].load(Ordering::Relaxed) {
            UNKNOWN if area == Area::Transcripts => (1, Some(0)),
            UNKNOWN => (0, Some(1)),
            known => (known, None),
        }
    }

    /// Notes what worked.
    pub(super) fn remember(&self, area: Area, prefix: u8) {
        self.0[area as usize].store(prefix, Ordering::Relaxed);
    }
}

/// The service of the other region: India's has a name of its own on the same host (developer pages "Call Recording
/// India"). `None` for a service of another name.
pub(super) fn other_region(service: &Url) -> Option<Url> {
    let (folder, name) = service.path().rsplit_once('/')?;
    let name = match name {
        WORLD => INDIA,
        INDIA => WORLD,
        _ => return None,
    };
    let mut url = service.clone();
    url.set_path(&format!("{folder}/{name}"));
    Some(url)
}

/// An address below the service's, under a prefix. The path is already encoded.
pub(super) fn below(service: &Url, prefix: u8, path: &str) -> Url {
    let mut url = service.clone();
    let prefix = PREFIXES[usize::from(prefix).min(1)];
    url.set_path(&format!("{}/{prefix}/{path}", service.path().trim_end_matches('/')));
    url
}

/// The prefix of an address of the service's.
pub(super) fn prefix_of(service: &Url, url: &Url) -> Option<u8> {
    let rest = rest_of(service, url)?;
    PREFIXES
        .iter()
        .position(|prefix| rest.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')))
        .and_then(|position| u8::try_from(position).ok())
}

/// The same address under the other prefix, if it is one of the service's.
pub(super) fn swapped(service: &Url, url: &Url) -> Option<Url> {
    let prefix = usize::from(prefix_of(service, url)?);
    let rest = rest_of(service, url)?.strip_prefix(PREFIXES[prefix])?;
    let mut swapped = url.clone();
    let base = service.path().trim_end_matches('/');
    swapped.set_path(&format!("{base}/{}{rest}", PREFIXES[1 - prefix]));
    Some(swapped)
}

/// What follows the service's own path.
fn rest_of<'u>(service: &Url, url: &'u Url) -> Option<&'u str> {
    if url.origin() != service.origin() {
        return None;
    }
    url.path().strip_prefix(service.path().trim_end_matches('/'))?.strip_prefix('/')
}

/// The path of a list: `accounts/self/company_call_recordings`.
pub(super) fn list(account: &str, list: &RecordingList) -> Result<String> {
    Ok(match list {
        RecordingList::All | RecordingList::Company => {
            format!("accounts/{account}/company_call_recordings")
        }
        RecordingList::OnDemand(user) => {
            format!("accounts/{account}/users/{}/call_recordings", segment(user.as_str(), "user")?)
        }
    })
}

/// The path of the jobs of a list. Those of the company belong to whoever asked for them.
pub(super) fn jobs(account: &str, list: &RecordingList) -> Result<String> {
    let owner = match list {
        RecordingList::OnDemand(user) => user.clone(),
        RecordingList::All | RecordingList::Company => UserId::myself(),
    };
    Ok(format!("{}/jobs", self::list(account, &RecordingList::OnDemand(owner))?))
}

/// The path of one recording.
pub(super) fn recording(account: &str, id: &RecordingId) -> Result<String> {
    let (user, own) = id.vbc_parts();
    let list = user.map_or(RecordingList::Company, RecordingList::OnDemand);
    Ok(format!("{}/{}", self::list(account, &list)?, segment(own, "recording")?))
}

/// An id as one path segment. Dots cannot be escaped (servers and parsers read `%2e%2e` as a step upwards), and the
/// words that name another operation are no ids.
///
/// # Errors
/// `Invalid` with what is wrong.
pub(super) fn segment(id: &str, what: &str) -> Result<String> {
    let invalid = |why: &str| Err(Error::Invalid { reason: format!("the {what}'s id {why}") });
    match id {
        "" => invalid("is empty"),
        "." | ".." => invalid("is a step in the path"),
        "export" | "jobs" | "transcriptions" | "recordings_transcriptions" => {
            invalid("is the name of another operation")
        }
        _ => Ok(utf8_percent_encode(id, SEGMENT).to_string()),
    }
}

/// Checks an id before something is changed under it. Stricter than for reading: a server that decodes before it
/// routes must not find another address in it.
///
/// # Errors
/// `Invalid` with what is wrong.
pub(super) fn deletable(id: &RecordingId) -> Result<()> {
    let (user, own) = id.vbc_parts();
    let parts = [Some(own), user.as_ref().map(UserId::as_str)];
    for part in parts.into_iter().flatten() {
        segment(part, "recording")?;
        if !part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            return Err(Error::Invalid {
                reason: "the recording's id holds characters that can change the address, so it \
                         is not deleted"
                    .into(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_segment_and_no_operation() {
        let path = |id: &str| recording("self", &RecordingId::new(id));
        assert_eq!(path("193228").unwrap(), "accounts/self/company_call_recordings/193228");
        assert_eq!(path("users/7/9").unwrap(), "accounts/self/users/7/call_recordings/9");
        assert_eq!(path("a/b").unwrap(), "accounts/self/company_call_recordings/a%2Fb");
        for id in ["", "..", "export", "users//9", "users/7/", "users/../9", "users/7/jobs"] {
            assert!(path(id).is_err(), "{id}");
        }
        for id in ["a/b", "1%2f", "users/7/9/8", "é", "users/7;x/9"] {
            assert!(deletable(&RecordingId::new(id)).is_err(), "{id}");
        }
        assert!(deletable(&RecordingId::new("users/self/9")).is_ok());
    }

    #[test]
    fn each_region_has_another() {
        for (here, there) in [
            ("https://api.vonage.com/t/vbc.prod/call_recording", Some("call_recording_india")),
            ("https://api.vonage.com/t/vbc.prod/call_recording_india", Some("call_recording")),
            ("https://gateway.example.test/recordings", None),
        ] {
            let url = other_region(&here.parse().unwrap());
            let name = url.as_ref().map(|url| url.path().rsplit('/').next().unwrap());
            assert_eq!(name, there, "{here}");
        }
    }

    #[test]
    fn prefixes_are_swapped_within_the_service_alone() {
        let service: Url = "https://api.vonage.com/t/vbc.prod/call_recording".parse().unwrap();
        let swap = |text: &str| swapped(&service, &text.parse().unwrap()).map(String::from);
        let base = "https://api.vonage.com/t/vbc.prod/call_recording";
        assert_eq!(
            swap(&format!("{base}/api/audio/recording/1?x=2")),
            Some(format!("{base}/v1/api/audio/recording/1?x=2"))
        );
        assert_eq!(swap(&format!("{base}/v1/api/audio/1")), Some(format!("{base}/api/audio/1")));
        assert_eq!(swap(&format!("{base}/other/1")), None);
        assert_eq!(swap("https://evil.test/t/vbc.prod/call_recording/api/audio/1"), None);
    }
}
