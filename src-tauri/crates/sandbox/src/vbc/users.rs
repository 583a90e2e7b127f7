//! Provisioning: the account and its users. `page` and links are as everywhere; items are called `data`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::server::Shared;
use crate::vbc::ACCOUNT_ID;
use crate::vbc::access::Caller;
use crate::vbc::page::{List, Place};
use crate::vbc::people::Person;
use crate::vbc::refusals::{Invalid, Refusal, message};

/// `GET …/accounts/{account_id}`: the vendor's documents suggest it as the first call to try.
pub(super) async fn account(Path(account): Path<String>) -> Response {
    if let Err(refusal) = Caller::account(&account) {
        return refusal.into_response();
    }
    let body = json!({
        "id": ACCOUNT_ID.parse::<u64>().unwrap_or_default(),
        "name": "Made-up Calls Ltd",
        "status": "ACTIVE",
        "timezone": "America/New_York",
    });
    Json(body).into_response()
}

/// `GET …/accounts/{account_id}/users`.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    if let Err(refusal) = allowed(&shared, caller, &account) {
        return refusal.into_response();
    }
    let mut place = Place::start(&shared.options);
    let mut wanted = Vec::new();
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match place.take(&shared.options, &name, &value) {
            Ok(true) => {}
            Ok(false) => wanted.push((name.into_owned(), value.into_owned())),
            Err(invalid) => return Invalid::reply(invalid, &shared),
        }
    }
    wanted.retain(|(name, _)| {
        matches!(name.as_str(), "first_name" | "last_name" | "login_name" | "email")
    });
    let people: Vec<&Person> = shared
        .vbc
        .people
        .iter()
        .filter(|person| wanted.iter().all(|(name, value)| has(person, name, value)))
        .collect();
    let rows = people.iter().skip(place.offset()).take(place.size()).map(|p| object(p)).collect();
    let url =
        format!("{}/t/vbc.prod/provisioning/api/accounts/{ACCOUNT_ID}/users", shared.vbc_origin);
    let list = List { url, items: "data", query: &wanted };
    Json(list.page(&shared, place, rows, people.len())).into_response()
}

/// `GET …/accounts/{account_id}/users/{user_id}`: a page whose `data` is the one user.
pub(super) async fn one(
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Path((account, user)): Path<(String, String)>,
) -> Response {
    if let Err(refusal) = Caller::account(&account) {
        return refusal.into_response();
    }
    let people = &shared.vbc.people;
    let person = if user == "self" {
        people.get(caller.person)
    } else {
        people.iter().find(|person| person.id.to_string() == user)
    };
    let is_own = person == people.get(caller.person);
    match person {
        Some(_) if !is_own && !caller.is_administrator(&shared) => {
            Refusal::forbidden("Forbidden").into_response()
        }
        Some(person) => {
            let body = json!({
                "_embedded": { "data": object(person) },
                "_links": {}, "page": 1, "page_size": 1, "total_items": 1, "total_pages": 1,
            });
            Json(body).into_response()
        }
        None => message(StatusCode::NOT_FOUND, "User not found"),
    }
}

fn allowed(shared: &Shared, caller: Caller, account: &str) -> Result<(), Refusal> {
    Caller::account(account)?;
    if caller.is_administrator(shared) { Ok(()) } else { Err(Refusal::forbidden("Forbidden")) }
}

fn has(person: &Person, name: &str, value: &str) -> bool {
    let is = match name {
        "first_name" => &person.first_name,
        "last_name" => &person.last_name,
        "login_name" => &person.login_name,
        _ => &person.email(),
    };
    is.eq_ignore_ascii_case(value)
}

fn object(person: &Person) -> Value {
    let extensions: Vec<Value> = person
        .extension
        .iter()
        .map(|extension| {
            json!({
                "dids": [{ "phone_number": person.direct.to_string(), "custom_tag": "Direct" }],
                "extension_number": extension.to_string(),
            })
        })
        .collect();
    json!({
        "email": person.email(),
        "login_name": person.login_name,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "id": person.id,
        "contact_numbers": [{ "type": "Work", "value": person.direct.to_string() }],
        "extensions": extensions,
    })
}
