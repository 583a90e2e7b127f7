//! The two addresses of OAuth: `/authorize` for a browser, `/token` for the client.
//!
//! Errors have the shape of RFC 6749, section 5.2, with the codes of WSO2's user store in the text: 17001 no such
//! person, 17002 wrong password, 17003 locked.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::{Host, Url, form_urlencoded};

use crate::options::ClientAuth;
use crate::server::Shared;
use crate::vbc::people::Person;
use crate::vbc::tokens::{Issued, Login, Scope};
use crate::vbc::{ADMINISTRATOR, CLIENT_ID, CLIENT_SECRET, PASSWORD, TENANT};

/// What `/authorize` is asked with.
#[derive(Debug, Deserialize)]
pub(super) struct Authorize {
    #[serde(default)]
    response_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    scope: String,
    state: Option<String>,
}

/// `GET /authorize`: the administrator signs in at once, and the browser is sent back with a code. Only to an address
/// of this computer: the sandbox sends nobody anywhere else.
pub(super) async fn authorize(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Authorize>,
) -> Response {
    let back = Url::parse(&asked.redirect_uri).ok().filter(is_loopback);
    let Some(mut back) = back else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "redirect_uri is not a loopback address",
        );
    };
    if asked.client_id != CLIENT_ID {
        return refusal(StatusCode::BAD_REQUEST, "invalid_client", "there is no such application");
    }
    let mut tokens = shared.vbc.tokens();
    let answer = if asked.response_type != "code" {
        ("error", "unsupported_response_type".to_owned())
    } else if tokens.take_denial() {
        ("error", "access_denied".to_owned())
    } else {
        ("code", tokens.code(ADMINISTRATOR, scope(&asked.scope), &asked.redirect_uri))
    };
    drop(tokens);
    back.query_pairs_mut().append_pair(answer.0, &answer.1);
    if let Some(state) = asked.state {
        back.query_pairs_mut().append_pair("state", &state);
    }
    (StatusCode::FOUND, [(header::LOCATION, String::from(back))]).into_response()
}

fn is_loopback(url: &Url) -> bool {
    let is_near = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    is_near && url.scheme() == "http"
}

/// `POST /token`.
pub(super) async fn token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Response {
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return refusal(StatusCode::BAD_REQUEST, "invalid_request", "the body must be a form");
    }
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| {
        form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    };
    if !knows_client(shared.options.vbc_client_auth, &headers, field) {
        let mut response =
            refusal(StatusCode::UNAUTHORIZED, "invalid_client", "Client Authentication failed.");
        let basic = HeaderValue::from_static("Basic realm=\"oauth2\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, basic);
        return response;
    }
    let lifetime = Duration::from_secs(shared.options.vbc_token_lifetime_s.into());
    let granted = match field("grant_type") {
        "password" => by_password(&shared, &field, lifetime),
        "authorization_code" => shared
            .vbc
            .tokens()
            .redeem(field("code"), field("redirect_uri"), lifetime)
            .ok_or_else(|| {
                Denial::grant("Inactive or invalid authorization code received from token request")
            }),
        "refresh_token" => shared
            .vbc
            .tokens()
            .refresh(field("refresh_token"), lifetime)
            .ok_or_else(|| Denial::grant("Persisted access token data not found")),
        "client_credentials" => {
            Ok(shared.vbc.tokens().issue(ADMINISTRATOR, Scope::Client, lifetime))
        }
        _ => Err(Denial("unsupported_grant_type", "Unsupported grant_type value")),
    };
    match granted {
        Ok(issued) => told(&shared, &issued),
        Err(Denial(error, why)) => refusal(StatusCode::BAD_REQUEST, error, why),
    }
}

/// Why there is no token: an error of the RFC, and a text.
struct Denial(&'static str, &'static str);

impl Denial {
    fn grant(why: &'static str) -> Self {
        Self("invalid_grant", why)
    }
}

/// A login name with the tenant's suffix and a password. A name without the suffix belongs to another tenant, where
/// nobody is called so; that locks nobody out.
fn by_password<'a>(
    shared: &Shared,
    field: &impl Fn(&str) -> &'a str,
    lifetime: Duration,
) -> Result<Issued, Denial> {
    let person = field("username")
        .strip_suffix(&format!("@{TENANT}"))
        .and_then(|login| shared.vbc.people.iter().position(|person| person.login_name == login))
        .ok_or_else(|| Denial::grant("17001:User does not exist"))?;
    let mut tokens = shared.vbc.tokens();
    match tokens.log_in(person, field("password") == PASSWORD) {
        Login::Right => Ok(tokens.issue(person, scope(field("scope")), lifetime)),
        Login::Wrong => Err(Denial::grant("17002:Authentication failed for the user")),
        Login::LockedOut => Err(Denial::grant("17003:User account is locked")),
    }
}

fn scope(asked: &str) -> Scope {
    if asked.split_whitespace().any(|scope| scope == "openid") {
        Scope::OpenId
    } else {
        Scope::Default
    }
}

/// Whether the request names the application and its secret, in one of the ways that are taken.
fn knows_client<'a>(
    taken: ClientAuth,
    headers: &HeaderMap,
    field: impl Fn(&str) -> &'a str,
) -> bool {
    let basic = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|encoded| STANDARD.decode(encoded.trim()).ok())
        .is_some_and(|pair| pair == format!("{CLIENT_ID}:{CLIENT_SECRET}").as_bytes());
    let in_body = field("client_id") == CLIENT_ID && field("client_secret") == CLIENT_SECRET;
    match taken {
        ClientAuth::Either => basic || in_body,
        ClientAuth::BasicOnly => basic,
        ClientAuth::BodyOnly => in_body,
    }
}

fn told(shared: &Shared, issued: &Issued) -> Response {
    let mut reply = Map::new();
    reply.insert("access_token".into(), issued.access.as_str().into());
    if let Some(refresh) = &issued.refresh {
        reply.insert("refresh_token".into(), refresh.as_str().into());
    }
    let scope = if issued.scope == Scope::OpenId { "openid" } else { "default" };
    reply.insert("scope".into(), scope.into());
    if let (Scope::OpenId, Some(person)) = (issued.scope, shared.vbc.people.get(issued.person)) {
        reply.insert("id_token".into(), id_token(shared, person).into());
    }
    reply.insert("token_type".into(), "Bearer".into());
    reply.insert("expires_in".into(), shared.options.vbc_token_lifetime_s.into());
    let never_kept = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (never_kept, Json(Value::Object(reply))).into_response()
}

/// A JSON Web Token without a signature: it proves nothing, and nothing should read it.
fn id_token(shared: &Shared, person: &Person) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({ "alg": "none", "typ": "JWT" }));
    let subject = format!("{}@{TENANT}", person.login_name);
    let issued_at = shared.now().as_second();
    let expires_at = issued_at + i64::from(shared.options.vbc_token_lifetime_s);
    let claims = part(json!({
        "sub": subject, "aud": [CLIENT_ID], "iss": shared.vbc_origin, "iat": issued_at, "exp": expires_at,
    }));
    format!("{header}.{claims}.")
}

fn refusal(status: StatusCode, error: &str, description: &str) -> Response {
    (status, Json(json!({ "error": error, "error_description": description }))).into_response()
}
