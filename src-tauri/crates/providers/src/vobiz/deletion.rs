//! Deleting one recording, exactly once, and never more than one.
//!
//! `DELETE …/Recording/BulkDelete/` empties an account, so an id that a server might read as that is not sent; and a
//! reply that was lost says nothing, so what it was about is looked at before anything is sent again.

use domain::RecordingId;
use reqwest::{Method, StatusCode};

use super::client::{Client, call_of, says_failure, segment};
use crate::error::{Correlation, Error, Result};
use crate::http::reply::correlation_of;
use crate::http::{Call, Failure};
use crate::provider::Deleted;

impl Client {
    /// Deletes once. When the outcome is unknown the recording is asked for, and only if it is still there the
    /// request is sent a second and last time.
    pub(super) async fn delete(&self, id: &RecordingId) -> Result<Deleted> {
        let url = self.recording_url(&deletable(id)?)?;
        let call = call_of(Method::DELETE, url);
        let Err(failure) = self.delete_once(&call).await else {
            return Ok(Deleted::Now);
        };
        if failure.may_have_happened() {
            match self.retrieve_plainly(id).await {
                // Nobody else deletes it in the same moment: our request worked and its reply was lost.
                Err(Error::NotFound(_)) => return Ok(Deleted::Now),
                Err(_) => return Err(failure.error),
                Ok(_) => {}
            }
            return match self.delete_once(&call).await {
                Ok(()) | Err(Failure { error: Error::NotFound(_), .. }) => Ok(Deleted::Now),
                Err(again) => Err(again.error),
            };
        }
        match failure.error {
            Error::NotFound(_) => Ok(Deleted::AlreadyGone),
            Error::Unauthenticated(refused) => Err(self.explain_401(refused).await),
            error => Err(error),
        }
    }

    /// Any 2xx is a yes, unless its body says otherwise or is no answer of the API at all: 200 and not a byte is also what
    /// gateways say, so whether it was the vendor's is looked at.
    async fn delete_once(&self, call: &Call) -> Result<(), Failure> {
        let reply = self.transport.ask_once(call, &self.credentials).await?;
        if reply.bytes.is_empty() && reply.status != StatusCode::OK {
            return Ok(());
        }
        let Ok(body) = reply.json(&self.credentials.redactor) else {
            return Err(Failure::replied(Error::VendorFailed(Correlation {
                status: Some(reply.status.as_u16()),
                message: Some("the answer to the deletion cannot be read".into()),
                ..Correlation::default()
            })));
        };
        if says_failure(&body) {
            let correlation = correlation_of(Some(&body), &self.credentials.redactor);
            let correlation = Correlation { status: Some(reply.status.as_u16()), ..correlation };
            return Err(Failure::replied(Error::Rejected(correlation)));
        }
        Ok(())
    }
}

/// An id that may be deleted, as a path segment. Stricter than for reading: a server that decodes before it routes
/// must not find another address in it, least of all `BulkDelete`, which empties the account.
fn deletable(id: &RecordingId) -> Result<String> {
    let invalid = |what: &str| Error::Invalid {
        reason: format!("the recording's id {what}, so it is not deleted"),
    };
    let text = id.as_str();
    let segment = segment(text).map_err(invalid)?;
    if text.chars().any(|c| {
        c.is_control() || c.is_whitespace() || matches!(c, '/' | '\\' | '%' | '?' | '#' | ';')
    }) {
        return Err(invalid("holds characters that can change the address"));
    }
    if text.to_ascii_lowercase().contains("bulkdelete") {
        return Err(invalid("is the name of another operation"));
    }
    Ok(segment)
}
