//! Where the archive of an export job is.
//!
//! A job's reply names an address, which comes first. The vendor's pages write it in three notations (api contract C20):
//! the description with the job's id alone, one snippet with the id and the person's login name, another with the id
//! and the same name under another word. Whichever works is tried first the next time.

use std::sync::atomic::{AtomicU8, Ordering};

use domain::ExportJob;
use url::Url;
use url::form_urlencoded::Serializer;

use super::client::Client;
use super::path::{self, Area};
use crate::error::{Error, Result};
use crate::http::Part;
use crate::provider::MediaStream;

/// Below the service, before the query.
const PLACE: &str = "bulkDownload/retrieve";

/// The query of an archive's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notation {
    /// `jobId=…`, in the API description.
    JobId,
    /// `job_id=…&login_name=…`, in a snippet of the developer pages.
    LoginName,
    /// `jobId=…&userName=…`, in the pages for India.
    UserName,
}

impl Notation {
    const ALL: [Self; 3] = [Self::JobId, Self::LoginName, Self::UserName];

    /// Without a name only the first can be written.
    fn query(self, id: &str, name: Option<&str>) -> Option<String> {
        let pairs = match self {
            Self::JobId => vec![("jobId", id)],
            Self::LoginName => vec![("job_id", id), ("login_name", name?)],
            Self::UserName => vec![("jobId", id), ("userName", name?)],
        };
        Some(Serializer::new(String::new()).extend_pairs(pairs).finish())
    }
}

/// Which notation the service takes, once it has shown it.
#[derive(Debug, Default)]
pub(super) struct Notations(AtomicU8);

impl Notations {
    /// The one that worked first, then the others.
    fn in_order(&self) -> [Notation; 3] {
        let mut all = Notation::ALL;
        let first = usize::from(self.0.load(Ordering::Relaxed)) % all.len();
        all.rotate_left(first);
        all
    }

    fn remember(&self, works: Notation) {
        let position = Notation::ALL.into_iter().zip(0..).find(|(notation, _)| *notation == works);
        self.0.store(position.map_or(0, |(_, position)| position), Ordering::Relaxed);
    }
}

impl Client {
    /// Opens the archive of a job, at whichever of its addresses it is.
    pub(super) async fn find_archive(
        &self,
        job: &ExportJob,
        part: Part<'_>,
    ) -> Result<MediaStream> {
        let id = job.id.as_str();
        path::segment(id, "job")?;
        let mut refusal = None;
        let named = job.download_url.as_deref();
        if let Some(address) = named {
            let own = format!("{PLACE}?{}", Notation::JobId.query(id, None).unwrap_or_default());
            match self.open(Area::Archives, Some(address), &own, part).await {
                Err(error) if may_be_elsewhere(&error) => refusal = Some(error),
                outcome => return outcome,
            }
        }
        for notation in self.archives.in_order() {
            if notation == Notation::JobId && named.is_some_and(|address| names_only(address, id)) {
                continue;
            }
            let name = match notation {
                Notation::JobId => None,
                Notation::LoginName | Notation::UserName => self.login_name().await,
            };
            let Some(query) = notation.query(id, name.as_deref()) else { continue };
            match self.open(Area::Archives, None, &format!("{PLACE}?{query}"), part).await {
                Ok(stream) => {
                    self.archives.remember(notation);
                    return Ok(stream);
                }
                Err(error) if may_be_elsewhere(&error) => {
                    refusal.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(refusal.unwrap_or(Error::NotSupported))
    }

    /// The login name of whoever is signed in, asked for once. `None` where Provisioning does not tell.
    async fn login_name(&self) -> Option<String> {
        let known = self.learned().login_name.clone();
        match known {
            Some(name) => Some(name),
            None => self.whoami().await?.login_name,
        }
    }
}

/// Whether an address is the one of the first notation, which need not be asked a second time.
fn names_only(address: &str, id: &str) -> bool {
    let Some((_, query)) = address.trim().split_once('?') else { return false };
    let Ok(url) = Url::parse(&format!("http://localhost/?{query}")) else { return false };
    let mut pairs = url.query_pairs();
    pairs.next().is_some_and(|(name, value)| name == "jobId" && value == id)
        && pairs.next().is_none()
}

/// Whether a refusal can be about the notation. An archive that is gone (410) is gone in each of them.
fn may_be_elsewhere(error: &Error) -> bool {
    match error {
        Error::WrongAddress(_) => true,
        Error::NotFound(said) | Error::Rejected(said) => {
            matches!(said.status, Some(400 | 404 | 422))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_notation_is_written_as_the_pages_show_it() {
        let written = |name| Notation::ALL.map(|notation| notation.query("7a-1", name));
        assert_eq!(
            written(Some("asha.r")),
            ["jobId=7a-1", "job_id=7a-1&login_name=asha.r", "jobId=7a-1&userName=asha.r"]
                .map(|text| Some(text.to_owned()))
        );
        assert_eq!(written(None), [Some("jobId=7a-1".to_owned()), None, None]);
    }

    #[test]
    fn what_worked_is_tried_first() {
        let notations = Notations::default();
        assert_eq!(notations.in_order(), Notation::ALL);
        for works in Notation::ALL {
            notations.remember(works);
            assert_eq!(notations.in_order()[0], works);
        }
    }

    #[test]
    fn the_address_of_the_description_is_recognised() {
        assert!(names_only("https://api.vonage.com/x/retrieve?jobId=7a", "7a"));
        for other in ["https://h/x?jobId=7b", "https://h/x?jobId=7a&userName=a", "https://h/x"] {
            assert!(!names_only(other, "7a"), "{other}");
        }
    }
}
