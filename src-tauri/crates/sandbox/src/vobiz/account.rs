//! Who the credentials belong to, and what is left on the account.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};

use crate::server::Shared;
use crate::vobiz::{AUTH_ID, Holder, structured};

/// The account's currency.
pub(super) const CURRENCY: &str = "INR";

/// `GET /auth/me`. As at the vendor, the reply repeats the token as `auth_secret`: a client must not keep or log it.
pub(super) async fn me(Extension(holder): Extension<Holder>) -> Json<Value> {
    Json(json!({
        "id": 1,
        "auth_id": holder.auth_id(),
        "auth_secret": holder.auth_token(),
        "name": "Tara Sandbox",
        "email": "tara@example.test",
        "company": "Made-up Calls Ltd",
        "timezone": "Asia/Kolkata",
        "is_active": true,
        "enabled": true,
        "is_trial_account": false,
        "credit_limit": "100.00",
        "pricing_tier": { "name": "Sandbox", "currency": CURRENCY },
    }))
}

/// `GET /account/{auth_id}/balance/{currency}`, with a lower-case `account`.
pub(super) async fn balance(
    State(shared): State<Arc<Shared>>,
    Path(currency): Path<String>,
) -> Response {
    if currency != CURRENCY {
        let details = json!({ "currency": currency });
        return structured(&shared, StatusCode::NOT_FOUND, "NOT_FOUND", "no such wallet", &details);
    }
    Json(json!({
        "account_id": AUTH_ID,
        "currency": CURRENCY,
        "balance": 2500.75,
        "available_balance": 2400.75,
        "reserved_funds": 100.0,
        "credit_limit": 0.0,
        "is_postpaid": false,
        "low_balance_threshold": 500.0,
        "status": "active",
    }))
    .into_response()
}
