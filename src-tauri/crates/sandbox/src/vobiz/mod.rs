//! Vobiz, as its documents describe it and its samples look.
//!
//! The routes are matched letter by letter: another case or a missing slash meets the fallback, which says 401, as the
//! vendor does, so that a client cannot tell a wrong address from wrong credentials.

mod account;
mod export;
mod export_rules;
mod media;
mod object;
mod recordings;
mod records;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::delivery::{Vendor, weather};
use crate::error::Error;
use crate::faults::{RETRY_AFTER_S, Target};
use crate::options::{SandboxOptions, SubAccount};
use crate::server::{RecordingFacts, Shared};
use crate::shelf::Row;
pub(crate) use media::media_url;

/// The only account. Of the form the vendor's own app insists on: `^MA_[A-Z0-9]{6,}$`.
pub(crate) const AUTH_ID: &str = "MA_SANDBOX1";
/// Its token. It opens nothing but this server.
pub(crate) const AUTH_TOKEN: &str = "sandbox-token-7f3a9c51d2";

/// Its sub-account, if the options have one.
pub(crate) const SUB_AUTH_ID: &str = "SA_SANDBOX1";
/// The sub-account's token.
pub(crate) const SUB_AUTH_TOKEN: &str = "sandbox-sub-token-5e0b84c7f1";

/// Whose credentials came with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    Main,
    Sub,
}

impl Holder {
    const ALL: [Self; 2] = [Self::Main, Self::Sub];

    pub(crate) fn auth_id(self) -> &'static str {
        match self {
            Self::Main => AUTH_ID,
            Self::Sub => SUB_AUTH_ID,
        }
    }

    fn auth_token(self) -> &'static str {
        match self {
            Self::Main => AUTH_TOKEN,
            Self::Sub => SUB_AUTH_TOKEN,
        }
    }

    /// Whose a row is: every third call is the sub-account's, where there is one.
    pub(crate) fn of(row: &Row, options: &SandboxOptions) -> Self {
        match row {
            Row::Made(call)
                if options.sub_account != SubAccount::None
                    && call.id.as_u128().is_multiple_of(3) =>
            {
                Self::Sub
            }
            Row::Made(_) | Row::Planted(_) => Self::Main,
        }
    }

    /// Whether a row is on this account's list.
    pub(crate) fn lists(self, row: &Row, options: &SandboxOptions) -> bool {
        let owner = Self::of(row, options);
        owner == self || self == Self::Main && options.sub_account == SubAccount::OnBothLists
    }
}

/// What an account reads and deletes below its own address.
fn recordings_of(holder: Holder) -> Router<Arc<Shared>> {
    let account = format!("/api/v1/Account/{}", holder.auth_id());
    let recordings = format!("{account}/Recording/");
    Router::new()
        .route(&recordings, get(recordings::list))
        .route(
            &format!("{recordings}{{recording_id}}/"),
            get(recordings::retrieve).delete(recordings::delete),
        )
        .route(&format!("{account}/cdr"), get(records::list))
        .route(&format!("{account}/cdr/{{uuid}}"), get(records::one))
}

/// The routes of the API origin.
pub(crate) fn api(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v1/auth/me", get(account::me))
        .route(&format!("/api/v1/account/{AUTH_ID}/balance/{{currency}}"), get(account::balance))
        .merge(recordings_of(Holder::Main))
        .merge(recordings_of(Holder::Sub))
        .route(&format!("/api/v1/Account/{AUTH_ID}/export/recording/"), post(export::request))
        .fallback(async || unauthorized())
        .layer(middleware::from_fn_with_state(
            (Arc::clone(shared), Vendor::Vobiz, Target::Api),
            weather::around,
        ))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), authenticate))
        .with_state(Arc::clone(shared))
}

/// The routes of the media origin. Files want the same two headers as the API.
pub(crate) fn media(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route(&format!("{}{{file_name}}", media::folder()), get(media::serve))
        .fallback(async |State(shared): State<Arc<Shared>>| not_found(&shared))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), authenticate_for_audio))
        .with_state(Arc::clone(shared))
}

/// The routes of the foreign host: signed addresses that want no credentials.
pub(crate) fn foreign(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route(&format!("{}{{file_name}}", media::SIGNED_FOLDER), get(media::serve_signed))
        .with_state(Arc::clone(shared))
}

/// A row as the list tells it now.
pub(crate) fn row_json(shared: &Shared, row: &Row) -> Value {
    object::value(shared, row, None)
}

/// The truth about a row's audio.
pub(crate) fn facts(shared: &Shared, recording_id: &str, row: &Row) -> RecordingFacts {
    media::facts(shared, recording_id, row)
}

/// Lets only requests with an account's two headers through, and only to that account's own address.
async fn authenticate(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(holder) = holder_of(&shared, request.headers()) else { return unauthorized() };
    let path = request.uri().path();
    let is_of = |other: Holder| path.contains(&format!("ccount/{}/", other.auth_id()));
    if Holder::ALL.into_iter().any(|other| other != holder && is_of(other)) {
        return unauthorized();
    }
    request.extensions_mut().insert(holder);
    next.run(request).await
}

/// The same for audio, which has the main account's address whoever recorded it.
async fn authenticate_for_audio(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    match holder_of(&shared, request.headers()) {
        Some(_) => next.run(request).await,
        None => unauthorized(),
    }
}

fn holder_of(shared: &Shared, headers: &HeaderMap) -> Option<Holder> {
    let has = |name: &str, value: &str| {
        headers.get(name).is_some_and(|sent| sent.as_bytes() == value.as_bytes())
    };
    let is_there =
        |holder: &Holder| *holder == Holder::Main || shared.options.sub_account != SubAccount::None;
    Holder::ALL.into_iter().filter(is_there).find(|holder| {
        has("x-auth-id", holder.auth_id()) && has("x-auth-token", holder.auth_token())
    })
}

/// 401, for wrong credentials and wrong addresses alike.
fn unauthorized() -> Response {
    let body = json!({ "error": "unauthorized", "message": "invalid credentials" });
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}

/// 404 of a recording.
pub(crate) fn not_found(shared: &Shared) -> Response {
    let body = json!({ "api_id": shared.api_id(), "error": "Recording not found" });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

/// The structured error of the vendor's newer pages.
fn structured(
    shared: &Shared,
    status: StatusCode,
    code: &str,
    message: &str,
    details: &Value,
) -> Response {
    let body = json!({
        "status": "error",
        "error": { "code": code, "message": message, "details": details },
        "timestamp": shared.now().to_string(),
        "requestId": shared.api_id(),
    });
    (status, Json(body)).into_response()
}

/// 429.
pub(crate) fn too_many(shared: &Shared) -> Response {
    let details = json!({
        "limitType": "requests_per_second",
        "limit": 10,
        "current": 11,
        "retryAfter": RETRY_AFTER_S,
    });
    let status = StatusCode::TOO_MANY_REQUESTS;
    structured(shared, status, "RATE_LIMIT_EXCEEDED", "Too many requests", &details)
}

/// 500 or 503.
pub(crate) fn server_error(shared: &Shared, status: StatusCode) -> Response {
    let (code, message) = if status == StatusCode::SERVICE_UNAVAILABLE {
        ("SERVICE_UNAVAILABLE", "Please try again")
    } else {
        ("INTERNAL_ERROR", "Something went wrong")
    };
    structured(shared, status, code, message, &Value::Null)
}

/// Puts rows on top of the list, and takes the topmost away.
pub(crate) fn shift(shared: &Shared, added: u32, removed: u32) -> Result<(), Error> {
    let now = shared.now();
    let mut shelf = shared.shelf();
    if added > 0 {
        shelf.add(added, now)?;
    }
    let topmost: Vec<String> = shelf.rows().filter_map(Row::id).take(removed as usize).collect();
    for id in topmost {
        shelf.delete(&id)?;
    }
    Ok(())
}
