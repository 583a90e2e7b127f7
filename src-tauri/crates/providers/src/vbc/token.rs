//! The token endpoint: three ways to a token, and what it says when there is none.
//!
//! The identity server wants the application's key and secret in the form (password and refresh grants) or as Basic
//! authentication (code grant), as Vonage's pages show; whichever it refuses as `invalid_client`, the other is tried
//! once. That refusal is about the application, so no password was judged. Everything else is asked exactly once: a
//! refused password counts towards a lockout that each further try makes longer (api contract B2, C27).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Secret;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

use super::config::{TokenSet, VbcConfig};
use super::fault;
use crate::error::{Correlation, Error, Result};
use crate::http::{Audience, Call, Credentials, Failure, Lane, Redactor, Transport, redirect};
use crate::json::{number, text_as_is, whole};

/// Appended to a login name that has no domain.
const LOGIN_SUFFIX: &str = "@vbc.prod";
/// Without it the token gets the scope "default", which the API refuses with 401.
const SCOPE: &str = "openid";

/// What is offered for a token.
pub(super) enum Grant<'a> {
    Password {
        username: &'a str,
        password: &'a Secret<String>,
    },
    Code {
        code: &'a Secret<String>,
        redirect_uri: &'a Url,
    },
    /// Besides the refresh token the access token, which is not sent but must not be shown either.
    Refresh {
        token: &'a Secret<String>,
        access: &'a Secret<String>,
    },
}

/// Where the application's key and secret go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientAuth {
    Form,
    Basic,
}

impl ClientAuth {
    fn other(self) -> Self {
        match self {
            Self::Form => Self::Basic,
            Self::Basic => Self::Form,
        }
    }
}

/// Asks for a token: once, and a second time only if the application was not recognised the first way. Also returns the
/// way that worked.
pub(super) async fn request(
    config: &VbcConfig,
    grant: &Grant<'_>,
    first: Option<ClientAuth>,
    transport: &Transport,
    now: Timestamp,
) -> Result<(TokenSet, ClientAuth), Failure> {
    let way = first.unwrap_or(match grant {
        Grant::Code { .. } => ClientAuth::Basic,
        Grant::Password { .. } | Grant::Refresh { .. } => ClientAuth::Form,
    });
    match ask(config, grant, way, transport, now).await {
        Err(Failure { error: Error::Unauthenticated(said), .. })
            if said.code.as_deref() == Some("invalid_client") =>
        {
            let way = way.other();
            ask(config, grant, way, transport, now).await.map(|tokens| (tokens, way))
        }
        outcome => outcome.map(|tokens| (tokens, way)),
    }
}

async fn ask(
    config: &VbcConfig,
    grant: &Grant<'_>,
    way: ClientAuth,
    transport: &Transport,
    now: Timestamp,
) -> Result<TokenSet, Failure> {
    let credentials = credentials(config, grant, way).map_err(Failure::refused)?;
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let call = Call {
        lane: Lane::Api,
        method: Method::POST,
        url: config.token_url.clone(),
        headers,
        body: Some(form(config, grant, way)),
        expects_json: true,
    };
    let reply = transport.ask_once(&call, &credentials).await?;
    let body = reply.json(&credentials.redactor).map_err(Failure::replied)?;
    read(&body, grant, now).map_err(|reason| Failure::replied(reply.bad(reason)))
}

fn form(config: &VbcConfig, grant: &Grant<'_>, way: ClientAuth) -> String {
    let mut form = Serializer::new(String::new());
    match grant {
        Grant::Password { username, password } => {
            form.append_pair("grant_type", "password")
                .append_pair("scope", SCOPE)
                .append_pair("username", &login(username))
                .append_pair("password", password.expose());
        }
        Grant::Code { code, redirect_uri } => {
            form.append_pair("grant_type", "authorization_code")
                .append_pair("code", code.expose())
                .append_pair("redirect_uri", redirect_uri.as_str());
        }
        Grant::Refresh { token, .. } => {
            form.append_pair("grant_type", "refresh_token")
                .append_pair("refresh_token", token.expose());
        }
    }
    if way == ClientAuth::Form {
        form.append_pair("client_id", &config.client_id)
            .append_pair("client_secret", config.client_secret.expose());
    }
    form.finish()
}

/// The name as the identity server wants it.
fn login(username: &str) -> String {
    let username = username.trim();
    if username.contains('@') { username.to_owned() } else { format!("{username}{LOGIN_SUFFIX}") }
}

fn credentials(config: &VbcConfig, grant: &Grant<'_>, way: ClientAuth) -> Result<Credentials> {
    let secrets = match grant {
        Grant::Password { password: secret, .. } | Grant::Code { code: secret, .. } => {
            vec![(*secret).clone()]
        }
        Grant::Refresh { token, access } => vec![(*token).clone(), (*access).clone()],
    };
    let secrets = secrets.into_iter().chain([config.client_secret.clone()]);
    let mut headers = HeaderMap::new();
    if way == ClientAuth::Basic {
        headers.insert(AUTHORIZATION, basic(config)?);
    }
    Ok(Credentials {
        headers,
        audience: Audience::only(vec![config.token_url.clone()]),
        redactor: Redactor::of(secrets),
        // The gateway counts calls of the API; signing in is none.
        gate: Arc::default(),
        dialect: match grant {
            Grant::Refresh { .. } => fault::of_renewal,
            Grant::Password { .. } | Grant::Code { .. } => fault::of_token_endpoint,
        },
    })
}

fn basic(config: &VbcConfig) -> Result<HeaderValue> {
    let pair = Secret::new(format!("{}:{}", config.client_id, config.client_secret.expose()));
    let text = Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())));
    let mut value = HeaderValue::from_str(text.expose())
        .map_err(|_| Error::Invalid { reason: "the client id or secret cannot be sent".into() })?;
    value.set_sensitive(true);
    Ok(value)
}

fn read(body: &Value, grant: &Grant<'_>, now: Timestamp) -> Result<TokenSet, String> {
    let fields = body.as_object().ok_or("no token in the reply")?;
    let access = text_as_is(fields, &["access_token"]).ok_or("no token in the reply")?;
    if !access.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("a token that cannot be sent".to_owned());
    }
    let refresh = text_as_is(fields, &["refresh_token"]).map(Secret::new).or_else(|| match grant {
        // A server that does not rotate goes on with the one it got.
        Grant::Refresh { token, .. } => Some((*token).clone()),
        _ => None,
    });
    let expires_at = number(fields, &["expires_in"])
        .and_then(whole)
        .and_then(|seconds| i64::try_from(seconds).ok())
        .and_then(|seconds| now.checked_add(SignedDuration::from_secs(seconds)).ok());
    Ok(TokenSet { access: Secret::new(access), refresh, expires_at })
}

/// The address of the page on which a person signs in.
pub(super) fn authorize_url(config: &VbcConfig, redirect_uri: &Url, state: &str) -> Url {
    let mut url = config.authorize_url.clone();
    url.query_pairs_mut()
        .append_pair("scope", SCOPE)
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", redirect_uri.as_str())
        .append_pair("client_id", &config.client_id)
        .append_pair("state", state);
    url
}

/// A code must come back to this computer, where nobody else can read it.
pub(super) fn check_redirect(redirect_uri: &Url) -> Result<()> {
    if redirect_uri.scheme() == "http" && redirect::is_loopback(redirect_uri) {
        return Ok(());
    }
    Err(Error::Invalid { reason: "the sign-in must lead back to this computer".into() })
}

/// An ended token that nothing can renew.
pub(super) fn ended() -> Error {
    Error::Unauthenticated(Correlation {
        message: Some("the access token has expired and there is none to renew it with".into()),
        code: Some(fault::EXPIRED.into()),
        ..Correlation::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_is_added_to_plain_names_alone() {
        assert_eq!(login(" asha "), "asha@vbc.prod");
        assert_eq!(login("asha@example.test"), "asha@example.test");
    }

    #[test]
    fn a_code_comes_back_to_this_computer_alone() {
        for good in ["http://127.0.0.1:4711/cb", "http://localhost/", "http://[::1]:9/"] {
            assert!(check_redirect(&good.parse().unwrap()).is_ok(), "{good}");
        }
        for bad in ["https://127.0.0.1/", "http://example.test/", "app://callback"] {
            assert!(check_redirect(&bad.parse().unwrap()).is_err(), "{bad}");
        }
    }
}
