//! Export jobs: an order for an archive, which runs, completes and expires.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::form_urlencoded;
use uuid::Uuid;

use crate::options::ArchiveNotation;
use crate::server::Shared;
use crate::vbc::access::Caller;
use crate::vbc::calls::{Call, Collection};
use crate::vbc::filter::Filter;
use crate::vbc::page::{List, Place};
use crate::vbc::recordings::answer;
use crate::vbc::refusals::{Invalid, Refusal, message, not_found};
use crate::vbc::shelf::Wanted;
use crate::vbc::{ACCOUNT_ID, archive, object};

/// One order.
#[derive(Debug, Clone)]
pub(super) struct Job {
    id: Uuid,
    person: usize,
    /// What it holds, newest first. Recordings that are deleted meanwhile stay in it.
    calls: Arc<Vec<Call>>,
    /// How often it was asked for.
    polls: u32,
    /// When it was first told as complete, by the clock of the tokens.
    completed: Option<Instant>,
    /// A status that was set for it, in place of its own.
    says: Option<&'static str>,
}

impl Job {
    /// As the vendor tells it.
    pub(super) fn id(&self) -> String {
        self.id.to_string()
    }

    /// Makes it fail for ever.
    pub(super) fn fail(&mut self) {
        self.says = Some("failed");
    }

    /// Asks once more: the job goes on by being looked at.
    fn look(&mut self, polls_needed: u32, now: Instant) {
        self.polls = self.polls.saturating_add(1);
        if self.polls >= polls_needed && self.says.is_none() {
            self.completed.get_or_insert(now);
        }
    }

    /// Documented is `complete` alone; the other words are made up.
    fn status(&self, validity: Duration, now: Instant) -> &'static str {
        match (self.says, self.completed) {
            (Some(says), _) => says,
            (None, Some(at)) if now.duration_since(at) >= validity => "expired",
            (None, Some(_)) => "complete",
            (None, None) if self.polls <= 1 => "pending",
            (None, None) => "running",
        }
    }

    fn value(&self, shared: &Shared, now: Instant) -> Value {
        let options = &shared.options;
        let status = self.status(options.vbc_job_validity, now);
        let base = shared.vbc.service_base(shared);
        let user = shared.vbc.people.get(self.person).map_or(0, |person| person.id);
        // In the vendor's sample the link has another id than the job. Following it leads nowhere.
        let link = Uuid::from_u128(self.id.as_u128() ^ 0x5E66);
        let total = self.calls.len();
        let mut job = Map::new();
        let href =
            format!("{base}/api/accounts/{ACCOUNT_ID}/users/{user}/call_recordings/jobs/{link}");
        job.insert("_links".into(), json!({ "self": { "href": href } }));
        let done = match self.completed {
            Some(_) => total,
            None => total * self.polls as usize / options.vbc_job_polls.max(1) as usize,
        };
        if let Some(at) = self.completed {
            let url = format!("{base}/api/bulkDownload/retrieve?jobId={}", self.id);
            job.insert("download_url".into(), url.into());
            job.insert("files_completed".into(), done.into());
            job.insert("files_total".into(), total.into());
            job.insert("id".into(), self.id.to_string().into());
            job.insert("status".into(), status.into());
            let validity = SignedDuration::try_from(options.vbc_job_validity).unwrap_or_default();
            let passed = SignedDuration::try_from(now.duration_since(at)).unwrap_or_default();
            let valid_until = shared.now().as_second() + (validity - passed).as_secs();
            job.insert("valid_until".into(), object::moment(valid_until).into());
        } else {
            job.insert("files_completed".into(), done.into());
            job.insert("files_total".into(), total.into());
            job.insert("id".into(), self.id.to_string().into());
            job.insert("status".into(), status.into());
        }
        Value::Object(job)
    }
}

/// `POST …/company_call_recordings/export`. The jobs are found among those of the person who ordered.
pub(super) async fn order_company(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path(account): Path<String>,
    body: Bytes,
) -> Response {
    let allowed = Caller::account(&account).and_then(|()| caller.company(&shared));
    answer(allowed.map(|()| order(&shared, caller.person, Collection::Company, &body)))
}

/// `POST …/users/{user_id}/call_recordings/export`.
pub(super) async fn order_on_demand(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path((account, user)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let allowed = Caller::account(&account).and_then(|()| caller.user(&shared, &user));
    answer(allowed.map(|person| order(&shared, person, Collection::OnDemand(person), &body)))
}

fn order(shared: &Shared, person: usize, collection: Collection, body: &Bytes) -> Response {
    let filter = serde_json::from_slice(body)
        .map_err(|_| Invalid::new("body", "must be JSON"))
        .and_then(|body: Value| Filter::of_body(&body));
    let filter = match filter {
        Ok(filter) => filter,
        Err(invalid) => return invalid.reply(shared),
    };
    let wanted = Wanted::newest_first(shared, &filter);
    let (calls, _) = shared.vbc.shelf().page(collection, &wanted, 0, usize::MAX);
    let Ok(id) = shared.api_id().parse() else {
        return message(StatusCode::INTERNAL_SERVER_ERROR, "the job was not created");
    };
    let calls = Arc::new(calls);
    shared.vbc.jobs().push(Job { id, person, calls, polls: 0, completed: None, says: None });
    (StatusCode::ACCEPTED, Json(json!({ "job_ids": [id] }))).into_response()
}

/// `GET …/users/{user_id}/call_recordings/jobs`, newest first. Looking at the list brings no job forward.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path((account, user)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let allowed = Caller::account(&account).and_then(|()| caller.user(&shared, &user));
    let person = match allowed {
        Ok(person) => person,
        Err(refusal) => return refusal.into_response(),
    };
    let (mut place, mut status) = (Place::start(&shared.options), None);
    let mut rest = Vec::new();
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match place.take(&shared.options, &name, &value) {
            Ok(false) if name == "status" => {
                rest.push((name.into_owned(), value.to_string()));
                status = Some(value.into_owned());
            }
            Ok(_) => {}
            Err(invalid) => return invalid.reply(&shared),
        }
    }
    let now = shared.vbc.tokens().now();
    let validity = shared.options.vbc_job_validity;
    let jobs: Vec<Value> = shared
        .vbc
        .jobs()
        .iter()
        .rev()
        .filter(|job| job.person == person)
        .filter(|job| status.as_ref().is_none_or(|wanted| job.status(validity, now) == wanted))
        .map(|job| job.value(&shared, now))
        .collect();
    let total = jobs.len();
    let rows = jobs.into_iter().skip(place.offset()).take(place.size()).collect();
    let url = format!("{}/jobs", object::list_url(&shared, Collection::OnDemand(person)));
    Json(List { url, items: "jobs", query: &rest }.page(&shared, place, rows, total))
        .into_response()
}

/// `GET …/users/{user_id}/call_recordings/jobs/{job_id}`.
pub(super) async fn one(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path((account, user, id)): Path<(String, String, String)>,
) -> Response {
    let allowed = Caller::account(&account).and_then(|()| caller.user(&shared, &user));
    let person = match allowed {
        Ok(person) => person,
        Err(refusal) => return refusal.into_response(),
    };
    let now = shared.vbc.tokens().now();
    let mut jobs = shared.vbc.jobs();
    let job = jobs.iter_mut().find(|job| job.person == person && job.id.to_string() == id);
    match job {
        Some(job) => {
            job.look(shared.options.vbc_job_polls, now);
            Json(job.value(&shared, now)).into_response()
        }
        None => not_found(),
    }
}

/// The three ways in which the vendor's documents ask for an archive.
#[derive(Debug, Deserialize)]
pub(super) struct Retrieve {
    #[serde(rename = "jobId")]
    job_id: Option<String>,
    #[serde(rename = "job_id")]
    job_id_snake: Option<String>,
    login_name: Option<String>,
    #[serde(rename = "userName")]
    user_name: Option<String>,
}

impl Retrieve {
    /// Whether it is written in the notation that is taken.
    fn is_written(&self, taken: ArchiveNotation) -> Result<(), Invalid> {
        let lacks = |name: &str, value: &Option<String>| match value {
            Some(_) => Ok(()),
            None => Err(Invalid::new(name, "is required")),
        };
        match taken {
            ArchiveNotation::Any => Ok(()),
            ArchiveNotation::LoginName => {
                lacks("job_id", &self.job_id_snake)?;
                lacks("login_name", &self.login_name)
            }
            ArchiveNotation::UserName => {
                lacks("jobId", &self.job_id)?;
                lacks("userName", &self.user_name)
            }
        }
    }
}

/// `GET …/bulkDownload/retrieve`: the archive of a complete job, until it expires.
pub(super) async fn retrieve(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Retrieve>,
) -> Response {
    if let Err(invalid) = asked.is_written(shared.options.vbc_archive_notation) {
        return invalid.reply(&shared);
    }
    let Some(id) = asked.job_id.or(asked.job_id_snake) else {
        return Invalid::new("jobId", "is required").reply(&shared);
    };
    let (now, validity) = (shared.vbc.tokens().now(), shared.options.vbc_job_validity);
    let job = shared.vbc.jobs().iter().find(|job| job.id.to_string() == id).cloned();
    let Some(job) = job else { return not_found() };
    let owner = shared.vbc.people.get(job.person).map(|person| person.login_name.as_str());
    let named = asked.login_name.or(asked.user_name);
    if named.is_some_and(|named| Some(named.as_str()) != owner) {
        return not_found();
    }
    if job.person != caller.person && !caller.is_administrator(&shared) {
        return Refusal::forbidden("the job is not yours").into_response();
    }
    match job.status(validity, now) {
        "complete" => archive::send(&shared, &id, job.calls),
        "expired" => message(StatusCode::GONE, "the export has expired"),
        _ => not_found(),
    }
}
