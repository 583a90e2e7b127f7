//! How each vendor words the refusals that any of its addresses can answer with.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};

use crate::faults::{RETRY_AFTER_S, Struck};
use crate::options::ThrottleReply;
use crate::server::Shared;
use crate::{vbc, vobiz};

/// Any page of any gateway.
pub(crate) const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n\
    <body><h1>Sign in</h1><p>Your session has ended. Please sign in again.</p></body></html>\n";

/// Whose server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vendor {
    /// Vobiz.
    Vobiz,
    /// Vonage Business Communications.
    Vbc,
}

impl Vendor {
    /// 429, or what the vendor says in its place. `Retry-After` is not set.
    pub(crate) fn too_many(self, shared: &Shared) -> Response {
        match self {
            Self::Vobiz => vobiz::too_many(shared),
            Self::Vbc => {
                let wait = SignedDuration::from_secs(RETRY_AFTER_S.into());
                let next = Timestamp::now().checked_add(wait).unwrap_or(Timestamp::MAX);
                vbc::throttled(ThrottleReply::Json429, next)
            }
        }
    }

    /// 500, 502 (a web page) or 503.
    pub(crate) fn server_error(self, shared: &Shared, struck: &mut Struck) -> Response {
        let status = match struck.dice.u32(..3) {
            0 => StatusCode::INTERNAL_SERVER_ERROR,
            1 => return (StatusCode::BAD_GATEWAY, Html(PAGE)).into_response(),
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        match self {
            Self::Vobiz => vobiz::server_error(shared, status),
            Self::Vbc => vbc::server_error(status),
        }
    }

    /// 404 of a recording.
    pub(crate) fn not_found(self, shared: &Shared) -> Response {
        match self {
            Self::Vobiz => vobiz::not_found(shared),
            Self::Vbc => vbc::not_found(),
        }
    }
}
