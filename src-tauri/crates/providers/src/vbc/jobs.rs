//! Export jobs: created once, watched, downloaded before they expire.
//!
//! Jobs of the company belong to whoever asked for them; there is no list of the company's jobs (api contract B4).

use domain::{ExportJob, ExportJobStatus, ListFilters, RecordingList, VendorJobId};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::client::{Answer, Client, call_of};
use super::pages::HalPage;
use super::path::{self, Area};
use super::query::TimeStyle;
use super::{query, wire};
use crate::error::{Correlation, Error, Result};
use crate::http::failure::Reached;
use crate::http::{Call, Failure, Part, Tries};
use crate::provider::{MediaStream, Preview};

/// A list of jobs longer than this many pages is a loop.
const MOST_PAGES: usize = 100;
/// Said of a creation whose outcome nobody knows.
const DOUBT: &str = "the export may have been created all the same";

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
        let (style, is_known) = self.time_style();
        let created = match self.order_job(list, filters, style).await {
            // Nothing was created, and how the service wants its times written is not settled (contract C22).
            Err(Failure { error: Error::Rejected(said), .. })
                if !is_known && said.status == Some(400) =>
            {
                let other = TimeStyle::Zulu;
                match self.order_job(list, filters, other).await {
                    Ok(answer) => Ok((answer, other)),
                    Err(Failure { error: Error::Rejected(_), .. }) => {
                        return Err(Error::Rejected(said));
                    }
                    Err(failure) => Err(failure),
                }
            }
            outcome => outcome.map(|answer| (answer, style)),
        };
        let (answer, style) = created.map_err(maybe_created)?;
        self.remember_time_style(style);
        let body = answer.json().map_err(in_doubt)?;
        wire::job_ids(&body).map_err(|reason| in_doubt(answer.bad_shape(&body, reason)))
    }

    /// Asks for a job, once.
    async fn order_job(
        &self,
        list: &RecordingList,
        filters: &ListFilters,
        style: TimeStyle,
    ) -> Result<Answer, Failure> {
        let path = self.export_path(list).map_err(Failure::refused)?;
        let body = query::export_body(filters, style).map_err(Failure::refused)?;
        let post = |url| {
            let mut call = call_of(Method::POST, url);
            call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Call { body: Some(body.clone()), ..call }
        };
        self.change(&path, post).await.0
    }

    pub(super) async fn jobs(
        &self,
        list: &RecordingList,
        status: Option<&str>,
        tries: Tries,
    ) -> Result<Vec<ExportJob>> {
        let mut all: Vec<ExportJob> = Vec::new();
        let (mut number, mut received) = (None, 0);
        for _ in 0..MOST_PAGES {
            let (page, this, next) = self.jobs_page(list, status, number, tries).await?;
            for reason in &page.unreadable {
                tracing::warn!(%reason, "an export job cannot be read");
            }
            let before = all.len();
            received += page.received;
            for job in page.rows {
                if all.iter().all(|known| known.id != job.id) {
                    all.push(job);
                }
            }
            // Where no link leads on, the count tells whether there is more.
            let counted = page.total_items.filter(|total| received < *total);
            number = next.or_else(|| counted.map(|_| this.saturating_add(1)));
            if number.is_none() || all.len() == before {
                break;
            }
        }
        Ok(all)
    }

    /// Whether the list of jobs can be read: its first page, whatever is behind it.
    pub(super) async fn may_list_jobs(&self) -> Result<()> {
        self.jobs_page(&RecordingList::Company, None, None, Tries::One).await.map(drop)
    }

    /// One page of jobs, its number, and the number of the one that it links to. Jobs are few and nobody documents how
    /// they are paged, so the first page is whatever comes without asking for one.
    async fn jobs_page(
        &self,
        list: &RecordingList,
        status: Option<&str>,
        number: Option<u64>,
        tries: Tries,
    ) -> Result<(HalPage<ExportJob>, u64, Option<u64>)> {
        let path = path::jobs(&self.config.account, list)?;
        let mut query = Vec::new();
        query.extend(status.map(|status| ("status", status.to_owned())));
        query.extend(number.map(|number| ("page", number.to_string())));
        let answer = self.get(Area::Recordings, &path, &query, tries).await?;
        let body = answer.json()?;
        let page = wire::jobs(&body).map_err(|reason| answer.bad_shape(&body, reason))?;
        let this = number.or_else(|| wire::own_page_number(&body)).unwrap_or(1);
        Ok((page, this, wire::next_page_number(&body)))
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

/// A creation that got no answer, or a gateway's in place of the service's, may have happened all the same.
fn maybe_created(failure: Failure) -> Error {
    if failure.may_have_happened() || failure.reached == Reached::Garbled {
        in_doubt(failure.error)
    } else {
        failure.error
    }
}

/// The error with a word about the export that may be there.
fn in_doubt(error: Error) -> Error {
    match error {
        Error::Interrupted { reason } => {
            Error::Interrupted { reason: format!("{reason}; {DOUBT}") }
        }
        Error::Unreachable { reason, obstacle } => {
            Error::Unreachable { reason: format!("{reason}; {DOUBT}"), obstacle }
        }
        Error::BadReply { reason, correlation } => {
            Error::BadReply { reason: format!("{reason}; {DOUBT}"), correlation }
        }
        Error::VendorFailed(said) => Error::VendorFailed(Correlation {
            message: Some(match &said.message {
                Some(message) => format!("{message}; {DOUBT}"),
                None => DOUBT.to_owned(),
            }),
            ..said
        }),
        error => error,
    }
}

fn gone(message: &str) -> Error {
    Error::NotFound(Correlation { message: Some(message.into()), ..Correlation::default() })
}
