//! Vonage Business Communications (VBC) call recording, after part B of the API contract: OAuth, the company's and the
//! persons' recordings, export jobs, audio, and the list of users, all behind the vendor's gateway.

mod access;
mod archive;
mod calls;
mod facts;
mod filter;
mod jobs;
mod media;
mod oauth;
mod object;
mod page;
mod people;
mod recordings;
mod refusals;
mod shelf;
mod tokens;
mod transcripts;
mod users;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;

use crate::delivery::{Vendor, weather};
use crate::error::Error;
use crate::faults::Target;
use crate::options::{SandboxOptions, VbcRole};
use crate::server::Shared;
use crate::state_file::Event;
pub use facts::{VbcRecordings, VbcSandbox};
pub(crate) use refusals::{not_found, throttled};

use access::Caller;
use calls::Collection;
use jobs::Job;
use people::Person;
use shelf::Shelf;
use tokens::Tokens;

/// The only account.
const ACCOUNT_ID: &str = "549001";
/// What every login name ends with after the `@`.
const TENANT: &str = "vbc.prod";
/// The application's key and secret. They open nothing but this server.
const CLIENT_ID: &str = "sandbox-key-4b1e";
const CLIENT_SECRET: &str = "sandbox-secret-90c2f7aa";
/// Everybody's password.
const PASSWORD: &str = "sandbox-password-3d58";
/// Position of the administrator among the people.
const ADMINISTRATOR: usize = 0;
/// The service's name in addresses, and that of accounts in India.
const SERVICE: &str = "call_recording";
const SERVICE_INDIA: &str = "call_recording_india";

/// The account: its people, their recordings, and who is signed in.
#[derive(Debug)]
pub(crate) struct Office {
    people: Vec<Person>,
    service: &'static str,
    shelf: Mutex<Shelf>,
    tokens: Mutex<Tokens>,
    jobs: Mutex<Vec<Job>>,
}

impl Office {
    /// Makes the history before `anchor` and repeats what is remembered.
    pub(crate) fn open(
        options: &SandboxOptions,
        anchor: Timestamp,
        remembered: Vec<Event>,
    ) -> Self {
        let people = people::people(options.seed, options.vbc_users);
        let mut shelf = Shelf::new(options, anchor.as_millisecond(), &people);
        for event in remembered {
            match event {
                Event::VbcDeleted(id) => drop(shelf.delete(id)),
                Event::VbcAdded { person, count, at } => {
                    let collection = person.map_or(Collection::Company, Collection::OnDemand);
                    drop(shelf.add(collection, at.as_millisecond(), &people, count));
                }
                _ => {}
            }
        }
        let is_indian = options.vbc_role == VbcRole::India;
        Self {
            people,
            service: if is_indian { SERVICE_INDIA } else { SERVICE },
            shelf: Mutex::new(shelf),
            tokens: Mutex::new(Tokens::new(options.seed)),
            jobs: Mutex::default(),
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Export jobs in the order in which they were ordered.
    fn jobs(&self) -> MutexGuard<'_, Vec<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn service_base(&self, shared: &Shared) -> String {
        format!("{}/t/{TENANT}/{}", shared.vbc_origin, self.service)
    }

    /// Puts `count` new calls on top of a list. Returns their ids, oldest first.
    fn add(&self, shared: &Shared, collection: Collection, count: u32) -> Result<Vec<u64>, Error> {
        let person = match collection {
            Collection::Company => None,
            Collection::OnDemand(person) => Some(person),
        };
        let at = shared.now();
        let mut shelf = self.shelf();
        shared.shelf().remember(&Event::VbcAdded { person, count, at })?;
        Ok(shelf.add(collection, at.as_millisecond(), &self.people, count))
    }

    /// Deletes a recording for ever; `false` when there is none.
    fn delete(&self, shared: &Shared, id: u64) -> Result<bool, Error> {
        let mut shelf = self.shelf();
        if shelf.find(id).is_none() {
            return Ok(false);
        }
        shared.shelf().remember(&Event::VbcDeleted(id))?;
        Ok(shelf.delete(id))
    }
}

/// Everything on VBC's origin.
pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    let mut api = Router::new();
    let mut audio = Router::new();
    for version in ["/api", "/v1/api"] {
        if version == "/api" && shared.options.vbc_only_v1 {
            continue;
        }
        for service in [SERVICE, SERVICE_INDIA] {
            let base = format!("/t/{TENANT}/{service}{version}");
            api = api.merge(company(&base));
            if service == SERVICE {
                api = api.merge(on_demand(&base));
            }
            audio = audio.route(&format!("{base}/audio/recording/{{id}}"), get(media::serve));
        }
    }
    let provisioning = format!("/t/{TENANT}/provisioning/api/accounts/{{account}}");
    let api = api
        .route(&provisioning, get(users::account))
        .route(&format!("{provisioning}/users"), get(users::list))
        .route(&format!("{provisioning}/users/{{user}}"), get(users::one))
        .layer(middleware::from_fn_with_state(
            (Arc::clone(shared), Vendor::Vbc, Target::Api),
            weather::around,
        ));
    let behind_the_door =
        api.merge(audio).layer(middleware::from_fn_with_state(Arc::clone(shared), access::admit));
    let token =
        Router::new().route("/token", post(oauth::token)).layer(middleware::from_fn_with_state(
            (Arc::clone(shared), Vendor::Vbc, Target::Token),
            weather::around,
        ));
    Router::new()
        .route("/authorize", get(oauth::authorize))
        .merge(token)
        .merge(behind_the_door)
        .fallback(async || refusals::no_resource())
        .with_state(Arc::clone(shared))
}

/// What every region has.
fn company(base: &str) -> Router<Arc<Shared>> {
    let recordings = format!("{base}/accounts/{{account}}/company_call_recordings");
    let jobs = format!("{base}/accounts/{{account}}/users/{{user}}/call_recordings/jobs");
    Router::new()
        .route(&recordings, get(recordings::company))
        .route(&format!("{recordings}/export"), post(jobs::order_company))
        .route(
            &format!("{recordings}/{{id}}"),
            get(recordings::company_one).delete(recordings::delete_company),
        )
        .route(&jobs, get(jobs::list))
        .route(&format!("{jobs}/{{id}}"), get(jobs::one))
        .route(&format!("{base}/bulkDownload/retrieve"), get(jobs::retrieve))
}

/// What India has not.
fn on_demand(base: &str) -> Router<Arc<Shared>> {
    let account = format!("{base}/accounts/{{account}}");
    let recordings = format!("{account}/users/{{user}}/call_recordings");
    Router::new()
        .route(&recordings, get(recordings::on_demand))
        .route(&format!("{recordings}/export"), post(jobs::order_on_demand))
        .route(
            &format!("{recordings}/{{id}}"),
            get(recordings::on_demand_one).delete(recordings::delete_on_demand),
        )
        .route(&format!("{account}/company_call_recordings/transcriptions"), get(transcripts::list))
        .route(&format!("{base}/transcription/{{id}}"), get(transcripts::one))
}

/// The routes on the foreign host: signed addresses that want no token.
pub(crate) fn foreign(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route(&format!("{}{{file_name}}", media::SIGNED_FOLDER), get(media::serve_signed))
        .with_state(Arc::clone(shared))
}

/// 500 or 503 of the gateway.
pub(crate) fn server_error(status: StatusCode) -> Response {
    refusals::fault(
        status,
        if status == StatusCode::SERVICE_UNAVAILABLE { 101_503 } else { 900_900 },
        "Runtime Error",
        "Error connecting to the back end",
    )
}

/// Lets the token of a request expire, and refuses the request for it.
pub(crate) fn expire(shared: &Shared, headers: &HeaderMap) -> Response {
    shared.vbc.tokens().expire(access::bearer(headers));
    refusals::credentials(900_903)
}

/// Puts recordings on top of the list that is asked for, and takes the topmost away.
pub(crate) fn shift(
    shared: &Shared,
    request: &Request,
    added: u32,
    removed: u32,
) -> Result<(), Error> {
    let mut segments = request.uri().path().rsplit('/');
    let is_company = segments.next() == Some("company_call_recordings");
    let collection = match (is_company, request.extensions().get::<Caller>(), segments.next()) {
        (true, ..) => Collection::Company,
        (false, Some(caller), Some(user)) => match caller.user(shared, user) {
            Ok(person) => Collection::OnDemand(person),
            Err(_) => return Ok(()),
        },
        _ => return Ok(()),
    };
    if added > 0 {
        shared.vbc.add(shared, collection, added)?;
    }
    let topmost: Vec<u64> = {
        let shelf = shared.vbc.shelf();
        shelf.of(collection).iter().rev().take(removed as usize).map(|call| call.id).collect()
    };
    for id in topmost {
        shared.vbc.delete(shared, id)?;
    }
    Ok(())
}
