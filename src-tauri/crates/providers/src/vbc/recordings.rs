//! Lists of recordings, one recording, its deletion, its audio, and its transcript.

use std::sync::atomic::{AtomicBool, Ordering};

use domain::{Recording, RecordingId, RecordingList};
use reqwest::Method;
use reqwest::StatusCode;

use super::client::{Answer, Client, call_of};
use super::pages::HalPage;
use super::path::{self, Area};
use super::query::{self, TimeStyle};
use super::wire;
use crate::error::{Error, Result};
use crate::http::{Failure, Part, Tries};
use crate::provider::{Deleted, MediaRequest, MediaStream, Page, PageRequest, Transcript};

impl Client {
    pub(super) async fn list(&self, request: &PageRequest, tries: Tries) -> Result<Page> {
        if self.config.company_only && matches!(request.list, RecordingList::OnDemand(_)) {
            return Err(Error::NotSupported);
        }
        if let RecordingList::OnDemand(user) = &request.list
            && self.learned().user_id.as_ref() == Some(user)
        {
            // Whose list `self` is became known only now: what is here is on that one.
            return Ok(nothing());
        }
        let wanted = if request.limit == 0 { self.config.page_size } else { request.limit };
        // Whether the other notation of times has been tried for this page.
        let tried = AtomicBool::new(false);
        let tried = &tried;
        let placed = self
            .pages
            .page(request.offset, wanted, |number, size| async move {
                self.numbered_page(request, number, size, tried, tries).await
            })
            .await?;
        let next_offset = placed.next_offset();
        let page = placed.page;
        if request.list == RecordingList::OnDemand(domain::UserId::myself())
            && let Some(owner) = page.rows.first().and_then(wire::owner)
        {
            self.learned().user_id.get_or_insert(owner);
        }
        let unknown = query::unknown_part(&request.filters);
        let mut recordings = page.rows;
        recordings.retain(|recording| query::admits(unknown.as_ref(), recording));
        Ok(Page {
            recordings,
            received: page.received,
            elsewhere: Vec::new(),
            unreadable: page.unreadable,
            total: page.total_items.filter(|_| unknown.is_none()),
            limit: page.page_size,
            next_offset,
            stride: placed.stride,
            correlation: None,
        })
    }

    /// A page by its number. Where times are refused in the documented notation, the other one is tried once.
    async fn numbered_page(
        &self,
        request: &PageRequest,
        number: u64,
        size: u32,
        tried: &AtomicBool,
        tries: Tries,
    ) -> Result<HalPage<Recording>> {
        let has_time = query::has_time(&request.filters);
        let (style, is_known) = self.time_style();
        let refused = match self.styled_page(request, number, size, style, tries).await {
            Err(Error::Rejected(said))
                if has_time
                    && !is_known
                    && said.status == Some(400)
                    && !tried.swap(true, Ordering::Relaxed) =>
            {
                Error::Rejected(said)
            }
            outcome => {
                if outcome.is_ok() && has_time {
                    self.remember_time_style(style);
                }
                return outcome;
            }
        };
        match self.styled_page(request, number, size, TimeStyle::Zulu, tries).await {
            Ok(page) => {
                self.remember_time_style(TimeStyle::Zulu);
                Ok(page)
            }
            Err(_) => Err(refused),
        }
    }

    async fn styled_page(
        &self,
        request: &PageRequest,
        number: u64,
        size: u32,
        style: TimeStyle,
        tries: Tries,
    ) -> Result<HalPage<Recording>> {
        let mut query = query::pairs(&request.filters, style);
        query.extend([
            ("order", query::order(request.order)),
            ("page", number.to_string()),
            ("page_size", size.to_string()),
        ]);
        let path = path::list(&self.config.account, &request.list)?;
        let answer = self.get(Area::Recordings, &path, &query, tries).await?;
        let body = answer.json()?;
        wire::recordings(&body, &request.list).map_err(|reason| answer.bad_shape(&body, reason))
    }

    pub(super) async fn retrieve(&self, id: &RecordingId) -> Result<Recording> {
        let path = path::recording(&self.config.account, id)?;
        let answer = self.get(Area::Recordings, &path, &[], Tries::Several).await?;
        let body = answer.json()?;
        let list = RecordingList::of(domain::Vendor::Vbc, id);
        wire::single(&body, id, &list).map_err(|reason| answer.bad_shape(&body, reason))
    }

    /// Deletes once. When the outcome is unknown the recording is asked for, and only if it is still there the request
    /// is sent a second and last time. A 404 counts as gone only under a prefix that is known to work.
    pub(super) async fn delete(&self, id: &RecordingId) -> Result<Deleted> {
        path::deletable(id)?;
        let path = path::recording(&self.config.account, id)?;
        let delete = |url| call_of(Method::DELETE, url);
        let (outcome, is_sure) = self.change(&path, delete).await;
        let failure = match outcome.and_then(|answer| deleted(&answer)) {
            Ok(()) => return Ok(Deleted::Now),
            Err(failure) => failure,
        };
        let gone_means = match &failure.error {
            Error::NotFound(_) if is_sure => return Ok(Deleted::AlreadyGone),
            Error::NotFound(_) | Error::WrongAddress(_) => Deleted::AlreadyGone,
            // Nobody else deletes it in the same moment: our request worked and its reply was lost.
            _ if failure.may_have_happened() => Deleted::Now,
            _ => return Err(failure.error),
        };
        match self.retrieve(id).await {
            Err(Error::NotFound(_)) => return Ok(gone_means),
            Err(_) => return Err(failure.error),
            Ok(_) => {}
        }
        match self.change(&path, delete).await.0.and_then(|answer| deleted(&answer)) {
            Ok(()) | Err(Failure { error: Error::NotFound(_), .. }) => Ok(Deleted::Now),
            Err(again) => Err(again.error),
        }
    }

    pub(super) async fn media(&self, media: &MediaRequest<'_>) -> Result<MediaStream> {
        let (_, own) = media.id.vbc_parts();
        let own = format!("audio/recording/{}", path::segment(own, "recording")?);
        let part = Part { offset: media.offset, if_range: media.if_range };
        self.open(Area::Audio, media.url, &own, part).await
    }

    /// The transcript of a recording, which not every account has and not every recording.
    pub(super) async fn transcript(&self, id: &RecordingId) -> Result<Option<Transcript>> {
        if self.config.company_only {
            return Err(Error::NotSupported);
        }
        let (_, own) = id.vbc_parts();
        let path = format!("transcription/{}", path::segment(own, "recording")?);
        match self.get(Area::Transcripts, &path, &[], Tries::Several).await {
            Ok(answer) if answer.reply.status == StatusCode::NO_CONTENT => Ok(None),
            Ok(answer) => Ok(wire::transcript(&answer.reply.bytes)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(
                Error::PermissionDenied(_)
                | Error::NotSubscribed(_)
                | Error::WrongAddress(_)
                | Error::WrongRegion(_),
            ) => Err(Error::NotSupported),
            Err(error) => Err(error),
        }
    }
}

/// The only page of a list that holds nothing of its own.
fn nothing() -> Page {
    Page {
        recordings: Vec::new(),
        received: 0,
        elsewhere: Vec::new(),
        unreadable: Vec::new(),
        total: Some(0),
        limit: None,
        next_offset: None,
        stride: 1,
        correlation: None,
    }
}

/// Any 2xx is a yes, unless its body is a page of something in between: 200 and not a byte is also what gateways say, so
/// whether it was the vendor's is looked at.
fn deleted(answer: &Answer) -> Result<(), Failure> {
    if answer.reply.bytes.is_empty() && answer.reply.status != StatusCode::OK {
        return Ok(());
    }
    match answer.json() {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::replied(Error::VendorFailed(crate::Correlation {
            message: Some("the answer to the deletion cannot be read".into()),
            ..answer.said(None)
        }))),
    }
}
