//! What an account may do, which lists it may read, and its people.
//!
//! Company recordings are for administrators, one's own recordings on demand for everybody, other people's for
//! administrators whose application is subscribed to Provisioning as well (api contract B8, B9). Nobody tells
//! beforehand, so each is asked for once, with one row.

use domain::{
    AccountFacts, Availability, Capabilities, Feature, RecordingList, UserId, VendorUser,
};
use reqwest::Method;

use super::client::{Client, Learned, call_of};
use super::path::{self, Area};
use super::wire;
use crate::error::{Error, Result};
use crate::http::Tries;
use crate::provider::{Page, PageRequest};

/// Users a page.
const USERS: u32 = 200;
/// A list of users longer than this many pages is a loop.
const MOST_PAGES: usize = 500;
const NOT_VBC: &str = "Vonage Business Communications has no such thing.";
const NOT_INDIA: &str = "The service in India has company recordings alone.";

impl Client {
    pub(super) async fn check(&self) -> Result<AccountFacts> {
        match self.check_here().await {
            Err(refused @ (Error::NotSubscribed(_) | Error::WrongAddress(_))) => {
                Err(self.perhaps_of_another_region(refused).await)
            }
            outcome => outcome,
        }
    }

    /// A service that is closed to an account looks the same whether its application lacks a subscription or its
    /// people are at home elsewhere. So the other region's service is asked once: where the account is known, it
    /// belongs.
    async fn perhaps_of_another_region(&self, refused: Error) -> Error {
        let (Some(elsewhere), Ok(path), Some(said)) = (
            path::other_region(&self.config.service_base),
            path::list(&self.config.account, &RecordingList::Company),
            refused.correlation(),
        ) else {
            return refused;
        };
        let mut url = path::below(&elsewhere, 0, &path);
        url.query_pairs_mut().append_pair("page_size", "1");
        let answer = self.ask(&call_of(Method::GET, url), Tries::One).await.map_err(Error::from);
        match answer {
            // Who is told that a list is not theirs is known there.
            Ok(_) | Err(Error::PermissionDenied(_)) => Error::WrongRegion(said.clone()),
            Err(_) => refused,
        }
    }

    async fn check_here(&self) -> Result<AccountFacts> {
        let company = self.first_row(RecordingList::Company).await;
        // A company list that is refused as if the token were bad says so to users without the right, too: the other
        // list decides.
        if let Err(error) = &company
            && !matches!(error, Error::Unauthenticated(_))
            && !is_refusal(error)
        {
            return Err(error.clone());
        }
        let own = if self.config.company_only {
            Err(Error::NotSupported)
        } else {
            self.first_row(RecordingList::OnDemand(UserId::myself())).await
        };
        let mut known = Capabilities::new()
            .with(
                Feature::CompanyRecordings,
                availability(&company, "This user is no administrator."),
            )
            .with(
                Feature::OnDemandRecordings,
                if self.config.company_only {
                    Availability::no(NOT_INDIA)
                } else {
                    availability(&own, "This user has no recordings on demand.")
                },
            )
            .with(Feature::EmailExport, Availability::no(NOT_VBC))
            .with(Feature::CallRecords, Availability::no(NOT_VBC))
            .with(Feature::Balance, Availability::no(NOT_VBC));
        let total = match (&company, &own) {
            (Err(error), Err(Error::NotSupported)) => return Err(error.clone()),
            (Err(refused), Err(other)) => {
                // The plainer of the two: a refused token, else what the company's list said.
                let is_plain = matches!(other, Error::Unauthenticated(_)) || !is_refusal(other);
                return Err(if is_plain { other.clone() } else { denied(refused.clone()) });
            }
            (company, own) => {
                let total = |page: &Result<Page>| page.as_ref().ok().and_then(|page| page.total);
                match (total(company), total(own)) {
                    (None, None) => None,
                    (a, b) => Some(a.unwrap_or_default() + b.unwrap_or_default()),
                }
            }
        };
        if company.is_ok() {
            // Whoever answers for the company has proven the administrator's part of both words.
            known.set(Feature::CompanyRecordings, Availability::Yes);
        }
        known.set(Feature::Recordings, Availability::Yes);
        known.set(Feature::OtherUsersRecordings, self.may_list_users(company.is_ok()).await);
        let jobs = self.may_list_jobs().await;
        known.set(Feature::ExportJobs, availability(&jobs, "This user may not export."));
        known.set(Feature::Transcripts, self.may_read_transcripts().await);
        let mut learned = self.learned();
        learned.capabilities = known;
        let Learned { capabilities, user_id, .. } = learned.clone();
        Ok(AccountFacts {
            recordings_total: total,
            capabilities,
            user_id,
            ..AccountFacts::default()
        })
    }

    async fn first_row(&self, list: RecordingList) -> Result<Page> {
        let request = PageRequest { list, limit: 1, ..PageRequest::default() };
        self.list(&request, Tries::One).await
    }

    async fn may_list_users(&self, is_administrator: bool) -> Availability {
        if self.config.company_only {
            return Availability::no(NOT_INDIA);
        }
        if self.config.provisioning_base.is_none() {
            return Availability::no("The account has no address for its list of users.");
        }
        if !is_administrator {
            return Availability::no("This user is no administrator.");
        }
        let users = self.users_page(0, 1, Tries::One).await;
        availability(&users, "The application is not subscribed to Provisioning.")
    }

    async fn may_read_transcripts(&self) -> Availability {
        if self.config.company_only {
            return Availability::no(NOT_INDIA);
        }
        let Ok(list) = path::list(&self.config.account, &RecordingList::Company) else {
            return Availability::Unknown;
        };
        let (path, query) = (format!("{list}/transcriptions"), [("page_size", "1".to_owned())]);
        let asked = self.get(Area::Recordings, &path, &query, Tries::One).await;
        let listed = asked.and_then(|answer| match answer.json()?.get("id") {
            None => Ok(()),
            // One thing is no list: a service without transcripts took the word for the id of a recording.
            Some(_) => Err(Error::NotFound(answer.said(None))),
        });
        availability(&listed, "This account has no transcripts.")
    }

    /// The lists to read. What is not known to be refused is asked for once.
    pub(super) async fn lists(&self) -> Result<Vec<RecordingList>> {
        if self.learned().capabilities == Capabilities::new() {
            self.check().await?;
        }
        let Learned { capabilities, user_id, .. } = self.learned().clone();
        let has = |feature| *capabilities.get(feature) == Availability::Yes;
        let mut lists = Vec::new();
        if has(Feature::CompanyRecordings) {
            lists.push(RecordingList::Company);
        }
        if has(Feature::OnDemandRecordings) {
            lists.push(RecordingList::OnDemand(UserId::myself()));
        }
        if has(Feature::OtherUsersRecordings) {
            // One's own are on the list above, under the word `self`. While that list is empty it does not tell whose it
            // is, so the list of users is asked.
            let own = match user_id {
                Some(own) => Some(own),
                None => self.whoami().await.map(|user| user.id),
            };
            let others = self.users().await?.into_iter().map(|user| user.id);
            let others = others.filter(|id| Some(id) != own.as_ref());
            lists.extend(others.map(RecordingList::OnDemand));
        }
        Ok(lists)
    }

    /// The user whose token this is, by the list of users; `None` where it does not tell. What it told is remembered.
    pub(super) async fn whoami(&self) -> Option<VendorUser> {
        let base = self.config.provisioning_base.as_ref()?;
        let user = self.learned().user_id.clone().unwrap_or_else(UserId::myself);
        let user = path::segment(user.as_str(), "user").ok()?;
        let mut url = base.clone();
        let folder = base.path().trim_end_matches('/');
        url.set_path(&format!("{folder}/api/accounts/{}/users/{user}", self.config.account));
        let answer = self.ask(&call_of(Method::GET, url), Tries::One).await.ok()?;
        // Anything but one person is an answer to another question.
        let [found] =
            <[VendorUser; 1]>::try_from(wire::users(&answer.json().ok()?).ok()?.rows).ok()?;
        let mut learned = self.learned();
        learned.user_id.get_or_insert_with(|| found.id.clone());
        learned.login_name = found.login_name.clone().or_else(|| learned.login_name.take());
        Some(found)
    }

    pub(super) async fn users(&self) -> Result<Vec<VendorUser>> {
        let mut all: Vec<VendorUser> = Vec::new();
        let mut offset = 0;
        for _ in 0..MOST_PAGES {
            let (users, next) = self.users_page(offset, USERS, Tries::Several).await?;
            let before = all.len();
            for user in users {
                if all.iter().all(|known| known.id != user.id) {
                    all.push(user);
                }
            }
            match next {
                Some(next) if all.len() > before => offset = next,
                _ => break,
            }
        }
        Ok(all)
    }

    async fn users_page(
        &self,
        offset: u64,
        wanted: u32,
        tries: Tries,
    ) -> Result<(Vec<VendorUser>, Option<u64>)> {
        let base = self.config.provisioning_base.as_ref().ok_or(Error::NotSupported)?;
        let placed = self
            .user_pages
            .page(offset, wanted, |number, size| async move {
                let mut url = base.clone();
                let path = base.path().trim_end_matches('/');
                url.set_path(&format!("{path}/api/accounts/{}/users", self.config.account));
                url.query_pairs_mut()
                    .append_pair("page", &number.to_string())
                    .append_pair("page_size", &size.to_string());
                let answer = self.ask(&call_of(Method::GET, url), tries).await?;
                let body = answer.json()?;
                wire::users(&body).map_err(|reason| answer.bad_shape(&body, reason))
            })
            .await?;
        for reason in &placed.page.unreadable {
            tracing::warn!(%reason, "a user cannot be read");
        }
        let next = placed.next_offset();
        Ok((placed.page.rows, next))
    }
}

/// Whether an answer means that this user or application may not, or that there is no such thing here.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error,
        Error::PermissionDenied(_) | Error::NotFound(_) | Error::Rejected(_) | Error::NotSupported
    )
}

/// What an answer says about a feature; a failure of another kind says nothing.
fn availability<T>(asked: &Result<T>, reason: &str) -> Availability {
    match asked {
        Ok(_) => Availability::Yes,
        Err(error) if is_refusal(error) => Availability::no(reason),
        Err(
            Error::Unauthenticated(_)
            | Error::NotSubscribed(_)
            | Error::WrongAddress(_)
            | Error::WrongRegion(_),
        ) => Availability::no(reason),
        Err(_) => Availability::Unknown,
    }
}

/// Neither list can be read: whatever the status was, it is the permission that is missing.
fn denied(error: Error) -> Error {
    match error {
        Error::NotFound(said) | Error::Rejected(said) => Error::PermissionDenied(said),
        other => other,
    }
}
