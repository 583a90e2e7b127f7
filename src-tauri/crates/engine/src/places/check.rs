//! Trying a bucket out: everything a download does to it, with an object of a few bytes.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rusty_s3::Method;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::bucket::{Ask, Bucket};
use super::error::PlaceError;
use super::place::PlaceReport;

/// What a trial found; it went well.
#[derive(Debug, Default)]
pub(super) struct Trial {
    /// The server itself refuses to put an object over another one.
    pub(super) refuses_twins: bool,
    remarks: Vec<String>,
}

impl From<Trial> for PlaceReport {
    fn from(trial: Trial) -> Self {
        Self { problem: None, remarks: trial.remarks }
    }
}

impl Bucket {
    /// Writes a tiny object, reads it back, sees whether the server lets it be overwritten, and removes it.
    pub(super) async fn try_out(&self) -> Result<Trial, PlaceError> {
        match self.ask(&Ask::new(Method::Head, "")).await {
            Err(PlaceError::Absent) => return Err(PlaceError::NoSuchBucket),
            Err(
                error @ (PlaceError::Unreachable { .. }
                | PlaceError::Tls { .. }
                | PlaceError::WrongRegion { .. }
                | PlaceError::ClockWrong { .. }),
            ) => return Err(error),
            // Who may only write and read objects is refused here; and why a key is refused is said to other requests only.
            _ => {}
        }
        let mut trial = Trial::default();
        let id = Uuid::new_v4();
        let key = self.place.key(&format!(".tapeshelf-check-{id}.txt"));
        // Some text of its own, so that nothing old can be taken for it.
        let text =
            format!("Tapeshelf tries this bucket out ({id}). It removes this object again.\n");
        let sha256 = BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
        let put = |only_new: bool| {
            let ask = Ask::new(Method::Put, &key)
                .header("content-type", "text/plain; charset=utf-8")
                .header("x-amz-checksum-sha256", sha256.clone())
                .body(text.clone().into_bytes());
            if only_new { ask.header("if-none-match", "*") } else { ask }
        };
        match self.ask(&put(true)).await {
            Ok(_) => {}
            Err(PlaceError::Unsupported { .. }) => {
                self.ask(&put(false)).await.map_err(of_the_bucket)?;
            }
            Err(error) => return Err(of_the_bucket(error)),
        }
        let read = self.ask(&Ask::new(Method::Get, &key)).await;
        let read = match read {
            Ok(reply) => self.read_text(reply).await,
            Err(error) => Err(error),
        };
        // From here on the object is there and must not stay, whatever else goes wrong.
        let again = match &read {
            Ok(_) => self.ask(&put(true)).await.map(|_| ()),
            Err(error) => Err(error.clone()),
        };
        let removed = self.ask(&Ask::new(Method::Delete, &key)).await;
        if read? != text {
            return Err(PlaceError::NotProven);
        }
        trial.refuses_twins = matches!(again, Err(PlaceError::Taken));
        if !trial.refuses_twins {
            trial.remarks.push(
                "This server does not refuse to replace objects by itself. Tapeshelf looks before it writes, so nothing else should write under the same names at the same time.".into(),
            );
        }
        match removed {
            Ok(_) | Err(PlaceError::Absent) => {}
            Err(PlaceError::Denied { .. }) => trial.remarks.push(format!(
                "This access key may not delete, which is fine for an archive. The object {key} stays in the bucket.",
            )),
            Err(error) => return Err(error),
        }
        Ok(trial)
    }
}

/// Where an object is to be made, what is not there is the bucket.
fn of_the_bucket(error: PlaceError) -> PlaceError {
    match error {
        PlaceError::Absent => PlaceError::NoSuchBucket,
        other => other,
    }
}
