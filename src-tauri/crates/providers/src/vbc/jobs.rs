//! Export jobs: created once, watched, downloaded before they expire.
//!
//! Jobs of the company belong to whoever asked for them; there is no list of the company's jobs (api contract B4).

use domain::{ExportJob, ExportJobStatus, ListFilters, RecordingList, VendorJobId};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::client::{Client, call_of};
use super::path::{self, Area};
use super::{query, wire};
use crate::error::{Correlation, Error, Result};
use crate::http::{Call, Failure, Part, Tries};
use crate::provider::{MediaStream, Preview};

/// A list of jobs longer than this many pages is a loop.
const MOST_PAGES: usize = 100;

impl Client {
    pub(super) fn job_preview(
        &self,
        list: &RecordingList,
        filters: &ListFilters,
    ) -> Result<Preview> {
        let path = self.export_path(list)?;
        let body = query::export_body(filters, self.time_style().0)?;
        Ok(Preview { url: self.address(&path).into(), body })
    }

    fn export_path(&self, list: &RecordingList) -> Result<String> {
        if self.config.company_only && matches!(list, RecordingList::OnDemand(_)) {
            return Err(Error::NotSupported);
        }
        Ok(format!("{}/export", path::list(&self.config.account, list)?))
    }

    pub(super) async fn create_job(
        &self,
        list: &RecordingList,
        filters: &ListFilters,
    ) -> Result<Vec<VendorJobId>> {
        let path = self.export_path(list)?;
        let body = query::export_body(filters, self.time_style().0)?;
        let post = |url| {
            let mut call = call_of(Method::POST, url);
            call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Call { body: Some(body.clone()), ..call }
        };
        let answer = self.change(&path, post).await.0.map_err(maybe_created)?;
        let body = answer.json()?;
        wire::job_ids(&body).map_err(|reason| answer.bad_shape(&body, reason))
    }

    pub(super) async fn jobs(
        &self,
        list: &RecordingList,
        status: Option<&str>,
        tries: Tries,
    ) -> Result<Vec<ExportJob>> {
        let path = path::jobs(&self.config.account, list)?;
        let mut all: Vec<ExportJob> = Vec::new();
        let mut page_number = None;
        for _ in 0..MOST_PAGES {
            let mut query = Vec::new();
            query.extend(status.map(|status| ("status", status.to_owned())));
            query.extend(page_number.map(|number: u64| ("page", number.to_string())));
            let answer = self.get(Area::Recordings, &path, &query, tries).await?;
            let body = answer.json()?;
            let page = wire::jobs(&body).map_err(|reason| answer.bad_shape(&body, reason))?;
            for reason in &page.unreadable {
                tracing::warn!(%reason, "an export job cannot be read");
            }
            let before = all.len();
            for job in page.rows {
                if all.iter().all(|known| known.id != job.id) {
                    all.push(job);
                }
            }
            page_number = wire::next_page_number(&body);
            if page_number.is_none() || all.len() == before {
                break;
            }
        }
        Ok(all)
    }

    pub(super) async fn job(&self, list: &RecordingList, id: &VendorJobId) -> Result<ExportJob> {
        let jobs = path::jobs(&self.config.account, list)?;
        let path = format!("{jobs}/{}", path::segment(id.as_str(), "job")?);
        let answer = self.get(Area::Recordings, &path, &[], Tries::Several).await?;
        let body = answer.json()?;
        let row = body.as_object().ok_or("no job in the reply".to_owned());
        row.and_then(wire::job).map_err(|reason| answer.bad_shape(&body, reason))
    }

    pub(super) async fn archive(
        &self,
        job: &ExportJob,
        offset: u64,
        if_range: Option<&str>,
    ) -> Result<MediaStream> {
        if job.valid_until.is_some_and(|until| until <= (self.clock)()) {
            return Err(gone("the archive of this export has expired"));
        }
        if job.download_url.is_none() && job.status != ExportJobStatus::Complete {
            return Err(Error::Invalid { reason: "the export is not finished".into() });
        }
        self.find_archive(job, Part { offset, if_range }).await
    }
}

/// A creation that got no answer may have happened all the same.
fn maybe_created(failure: Failure) -> Error {
    const DOUBT: &str = "the export may have been created all the same";
    match failure.error {
        Error::Interrupted { reason } => {
            Error::Interrupted { reason: format!("{reason}; {DOUBT}") }
        }
        Error::Unreachable { reason, obstacle }
            if failure.reached == crate::http::failure::Reached::MaybeTheVendor =>
        {
            Error::Unreachable { reason: format!("{reason}; {DOUBT}"), obstacle }
        }
        error => error,
    }
}

fn gone(message: &str) -> Error {
    Error::NotFound(Correlation { message: Some(message.into()), ..Correlation::default() })
}
