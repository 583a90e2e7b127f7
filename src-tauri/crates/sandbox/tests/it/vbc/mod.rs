//! The VBC account over real HTTP.

mod jobs;
mod oauth;
mod permissions;
mod recordings;

use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use serde_json::Value;
use tapeshelf_sandbox::{Sandbox, SandboxOptions, VbcSandbox};

use crate::support::small;

/// A sandbox and a client that is signed in as the administrator.
pub(crate) struct Office {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) token: String,
}

impl Office {
    pub(crate) async fn start(options: SandboxOptions) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        let client =
            Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
        let token = sandbox.vbc().access_token();
        Self { sandbox, client, token }
    }

    pub(crate) async fn small() -> Self {
        Self::start(SandboxOptions {
            vbc_recordings: 40,
            vbc_users: 3,
            vbc_on_demand: 5,
            ..small()
        })
        .await
    }

    pub(crate) fn vbc(&self) -> VbcSandbox<'_> {
        self.sandbox.vbc()
    }

    /// An address of the call recording service: `api/accounts/self/…`.
    pub(crate) fn url(&self, rest: &str) -> String {
        format!("{}/{rest}", self.vbc().service_base())
    }

    /// The address of the company's list.
    pub(crate) fn company(&self, query: &str) -> String {
        self.url(&format!("api/accounts/self/company_call_recordings{query}"))
    }

    /// The address of a person's list.
    pub(crate) fn own(&self, user: &str, rest: &str) -> String {
        self.url(&format!("api/accounts/self/users/{user}/call_recordings{rest}"))
    }

    pub(crate) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, url: &str) -> Response {
        self.request(Method::GET, url).send().await.unwrap()
    }

    pub(crate) async fn status(&self, url: &str) -> u16 {
        self.get(url).await.status().as_u16()
    }

    /// The JSON of a reply that must be 200.
    pub(crate) async fn json(&self, url: &str) -> Value {
        let response = self.get(url).await;
        assert_eq!(response.status(), 200, "{url}");
        response.json().await.unwrap()
    }

    /// Asks for a token with the secret in the body.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let vbc = self.vbc();
        let mut whole =
            vec![("client_id", vbc.client_id()), ("client_secret", vbc.client_secret())];
        whole.extend_from_slice(form);
        let response = self.client.post(vbc.token_url()).form(&whole).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Signs in with a password.
    pub(crate) async fn log_in(&self, username: &str, password: &str) -> (u16, Value) {
        self.token(&[
            ("grant_type", "password"),
            ("scope", "openid"),
            ("username", username),
            ("password", password),
        ])
        .await
    }
}

/// The rows of a page.
pub(crate) fn rows(page: &Value) -> Vec<Value> {
    page["_embedded"]["recordings"].as_array().cloned().unwrap_or_default()
}
