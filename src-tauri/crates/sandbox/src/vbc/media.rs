//! The audio, under the same origin as the API and behind the same token.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::delivery::line::Breaker;
use crate::delivery::weather::{self, FileRequest};
use crate::delivery::{self, File, Vendor};
use crate::server::Shared;
use crate::vbc::access::Caller;
use crate::vbc::calls::{Call, Collection};
use crate::vbc::refusals::{Refusal, not_found};

/// Where the files lie on the foreign host.
pub(super) const SIGNED_FOLDER: &str = "/bucket/vbc/";

/// `GET …/audio/recording/{recording_id}`.
pub(super) async fn serve(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let call = id.parse().ok().and_then(|id| shared.vbc.shelf().find(id).cloned());
    let Some(call) = call else { return not_found() };
    let is_own = Collection::of(call.id) == Collection::OnDemand(caller.person);
    if !is_own && !caller.is_administrator(&shared) {
        return Refusal::forbidden("the recording is not yours").into_response();
    }
    let id = call.id.to_string();
    let signed_url = || {
        format!("{}{SIGNED_FOLDER}{id}.mp3?signature=made-up&expires=300", shared.foreign_origin)
    };
    let request = FileRequest { uri, headers, breaker };
    weather::file(&shared, Vendor::Vbc, file(&id, &call), signed_url, &request).await
}

fn file<'a>(recording_id: &'a str, call: &Call) -> File<'a> {
    File { recording_id, sound: call.sound(), content_type: "audio/mpeg" }
}

/// `GET` on the foreign host: the address is the permission.
pub(super) async fn serve_signed(
    State(shared): State<Arc<Shared>>,
    Path(file_name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let id = file_name.strip_suffix(".mp3").and_then(|id| id.parse().ok());
    match id.and_then(|id| shared.vbc.shelf().find(id).cloned()) {
        Some(call) => delivery::send(&shared, file(&call.id.to_string(), &call), &headers, None),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
