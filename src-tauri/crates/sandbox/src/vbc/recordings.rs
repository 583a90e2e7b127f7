//! List, retrieve and delete, of the company and of one person.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::Value;
use url::form_urlencoded;

use crate::server::Shared;
use crate::vbc::access::Caller;
use crate::vbc::calls::Collection;
use crate::vbc::filter::{Filter, Order};
use crate::vbc::object;
use crate::vbc::page::{List, Place};
use crate::vbc::refusals::{Invalid, Refusal, message, not_found};
use crate::vbc::shelf::Wanted;

/// `GET …/company_call_recordings`.
pub(super) async fn company(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let allowed = Caller::account(&account).and_then(|()| caller.company(&shared));
    answer(allowed.map(|()| list(&shared, Collection::Company, query.as_deref())))
}

/// `GET …/users/{user_id}/call_recordings`.
pub(super) async fn on_demand(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path((account, user)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let allowed = Caller::account(&account).and_then(|()| caller.user(&shared, &user));
    answer(allowed.map(|person| list(&shared, Collection::OnDemand(person), query.as_deref())))
}

/// `GET …/company_call_recordings/{recording_id}`.
pub(super) async fn company_one(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path((account, id)): Path<(String, String)>,
) -> Response {
    let allowed = Caller::account(&account).and_then(|()| caller.company(&shared));
    answer(allowed.map(|()| retrieve(&shared, Collection::Company, &id)))
}

/// `GET …/users/{user_id}/call_recordings/{recording_id}`.
pub(super) async fn on_demand_one(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path((account, user, id)): Path<(String, String, String)>,
) -> Response {
    let allowed = Caller::account(&account).and_then(|()| caller.user(&shared, &user));
    answer(allowed.map(|person| retrieve(&shared, Collection::OnDemand(person), &id)))
}

/// `DELETE …/company_call_recordings/{recording_id}`.
pub(super) async fn delete_company(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path((account, id)): Path<(String, String)>,
) -> Response {
    let allowed = Caller::account(&account).and_then(|()| caller.company(&shared));
    answer(allowed.map(|()| delete(&shared, Collection::Company, &id)))
}

/// `DELETE …/users/{user_id}/call_recordings/{recording_id}`.
pub(super) async fn delete_on_demand(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path((account, user, id)): Path<(String, String, String)>,
) -> Response {
    let allowed = Caller::account(&account).and_then(|()| caller.user(&shared, &user));
    answer(allowed.map(|person| delete(&shared, Collection::OnDemand(person), &id)))
}

/// Either branch is a reply.
pub(super) fn answer(reply: Result<Response, Refusal>) -> Response {
    reply.unwrap_or_else(IntoResponse::into_response)
}

fn list(shared: &Shared, collection: Collection, query: Option<&str>) -> Response {
    let read = || -> Result<_, Invalid> {
        let (mut place, mut filter) = (Place::start(&shared.options), Filter::default());
        let (mut order, mut rest) = (Order::default(), Vec::new());
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if place.take(&shared.options, &name, &value)? {
                continue;
            }
            if name == "order" {
                order = Order::parse(&value)
                    .ok_or_else(|| Invalid::new("order", "must be like start:DESC"))?;
            } else if !filter.take(&name, &value)? {
                // As most services do: what is not known is not looked at.
                continue;
            }
            rest.push((name.into_owned(), value.into_owned()));
        }
        Ok((place, filter, order, rest))
    };
    let (place, filter, order, query) = match read() {
        Ok(read) => read,
        Err(invalid) => return invalid.reply(shared),
    };
    let wanted = Wanted { order, ..Wanted::newest_first(shared, &filter) };
    let (calls, total) = shared.vbc.shelf().page(collection, &wanted, place.offset(), place.size());
    let rows: Vec<Value> =
        calls.iter().map(|call| object::value(shared, collection, call)).collect();
    let list =
        List { url: object::list_url(shared, collection), items: "recordings", query: &query };
    Json(list.page(shared, place, rows, total)).into_response()
}

fn retrieve(shared: &Shared, collection: Collection, id: &str) -> Response {
    let call = known(collection, id).and_then(|id| shared.vbc.shelf().find(id).cloned());
    call.map_or_else(not_found, |call| {
        Json(object::value(shared, collection, &call)).into_response()
    })
}

fn delete(shared: &Shared, collection: Collection, id: &str) -> Response {
    let Some(id) = known(collection, id) else { return not_found() };
    match shared.vbc.delete(shared, id) {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => not_found(),
        Err(error) => {
            tracing::warn!(%error, "a deletion could not be remembered");
            message(StatusCode::INTERNAL_SERVER_ERROR, "the deletion was not done")
        }
    }
}

/// An id as the list tells it, if it is one of this collection.
fn known(collection: Collection, text: &str) -> Option<u64> {
    let id: u64 = text.parse().ok()?;
    (id.to_string() == text && Collection::of(id) == collection).then_some(id)
}
