//! Everything the gateway and the services behind it say no with.
//!
//! The gateway is WSO2's: a `fault` with a code from 900800 on, in JSON or XML. The call recording service documents no
//! bodies of errors; those of its siblings are used.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::json;

use crate::options::ThrottleReply;
use crate::server::Shared;

/// A parameter that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Invalid {
    name: String,
    reason: &'static str,
}

impl Invalid {
    pub(super) fn new(name: &str, reason: &'static str) -> Self {
        Self { name: name.to_owned(), reason }
    }

    /// 400 in the form of the sibling APIs.
    pub(super) fn reply(self, shared: &Shared) -> Response {
        let body = json!({
            "status": 400,
            "title": "Invalid parameters",
            "instance": shared.api_id(),
            "invalid_parameters": [{ "name": self.name, "reason": self.reason }],
        });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

/// The plain error of the services.
pub(super) fn message(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "msg": message, "status": status.as_u16() }))).into_response()
}

/// There is no such recording, job or person.
pub(crate) fn not_found() -> Response {
    Refusal::NOT_FOUND.into_response()
}

/// Why a person gets no further.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal(pub(super) StatusCode, pub(super) &'static str);

impl Refusal {
    /// There is no such thing.
    pub(super) const NOT_FOUND: Self = Self(StatusCode::NOT_FOUND, "Not Found");

    /// The person may not do this.
    pub(super) fn forbidden(why: &'static str) -> Self {
        Self(StatusCode::FORBIDDEN, why)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        message(self.0, self.1)
    }
}

/// A fault of the gateway in JSON.
pub(super) fn fault(status: StatusCode, code: u32, text: &str, description: &str) -> Response {
    let body = json!({
        "fault": { "code": code, "type": "Status report", "message": text, "description": description },
    });
    (status, Json(body)).into_response()
}

/// 401 of the gateway: 900901 is a token it does not know, 900902 none at all, 900903 an expired one.
pub(super) fn credentials(code: u32) -> Response {
    let (text, description) = match code {
        900_902 => (
            "Missing Credentials",
            "Make sure your API invocation call has a header: \"Authorization: Bearer ACCESS_TOKEN\"",
        ),
        900_903 => (
            "Access Token Expired",
            "Access failure for API: /t/vbc.prod/call_recording. Make sure you have provided the correct security credentials",
        ),
        _ => {
            ("Invalid Credentials", "Make sure you have provided the correct security credentials")
        }
    };
    let mut response = fault(StatusCode::UNAUTHORIZED, code, text, description);
    let realm = HeaderValue::from_static("OAuth2 realm=\"WSO2 API Manager\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
    response
}

/// The gateway's 404: no service has such an address.
pub(super) fn no_resource() -> Response {
    fault(
        StatusCode::NOT_FOUND,
        900_906,
        "No matching resource found in the API for the given request",
        "Access failure for API. Check the API documentation and add a proper REST resource path to the invocation URL",
    )
}

/// The application is not subscribed to this service.
pub(super) fn not_subscribed() -> Response {
    fault(
        StatusCode::FORBIDDEN,
        900_908,
        "Resource forbidden",
        "User is NOT authorized to access the Resource. API Subscription validation failed.",
    )
}

/// The quota is used up until `next`.
pub(crate) fn throttled(reply: ThrottleReply, next: Timestamp) -> Response {
    let next = Offset::UTC.to_datetime(next).strftime("%Y-%b-%d %H:%M:%S+0000 UTC").to_string();
    let (text, description) = ("Message throttled out", "You have exceeded your quota");
    let status = match reply {
        ThrottleReply::Json429 | ThrottleReply::Xml429 => StatusCode::TOO_MANY_REQUESTS,
        ThrottleReply::Json503 | ThrottleReply::Xml503 => StatusCode::SERVICE_UNAVAILABLE,
    };
    match reply {
        ThrottleReply::Json429 | ThrottleReply::Json503 => {
            let body = json!({ "fault": {
                "code": 900_800, "message": text, "description": description, "nextAccessTime": next,
            } });
            (status, Json(body)).into_response()
        }
        ThrottleReply::Xml429 | ThrottleReply::Xml503 => {
            let body = format!(
                "<amt:fault xmlns:amt=\"http://wso2.org/apimanager/throttling\"><amt:code>900800</amt:code>\
                 <amt:message>{text}</amt:message><amt:description>{description}</amt:description>\
                 <amt:nextAccessTime>{next}</amt:nextAccessTime></amt:fault>"
            );
            let label = [(header::CONTENT_TYPE, "application/xml; charset=UTF-8")];
            (status, label, body).into_response()
        }
    }
}
