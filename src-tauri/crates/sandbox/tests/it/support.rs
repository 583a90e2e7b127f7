//! A running sandbox and a client that has its credentials.

use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use serde_json::Value;
use tapeshelf_sandbox::{Sandbox, SandboxOptions};

/// 17 October 2026, 12:00 UTC.
pub(crate) fn noon() -> jiff::Timestamp {
    "2026-10-17T12:00:00Z".parse().unwrap()
}

/// A small account with a fixed clock.
pub(crate) fn small() -> SandboxOptions {
    SandboxOptions { recordings: 50, now: Some(noon()), ..SandboxOptions::default() }
}

/// A sandbox and a client.
pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    client: Client,
}

impl Bench {
    pub(crate) async fn start(options: SandboxOptions) -> Self {
        let client =
            Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
        Self { sandbox: Sandbox::start(options).await.unwrap(), client }
    }

    /// An address below the account: `Recording/`.
    pub(crate) fn account_url(&self, rest: &str) -> String {
        format!("{}/Account/{}/{rest}", self.sandbox.api_base_url(), self.sandbox.auth_id())
    }

    /// A request without credentials.
    pub(crate) fn bare(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// A request with credentials.
    pub(crate) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.bare(method, url)
            .header("X-Auth-ID", self.sandbox.auth_id())
            .header("X-Auth-Token", self.sandbox.auth_token())
    }

    pub(crate) async fn get(&self, url: &str) -> Response {
        self.request(Method::GET, url).send().await.unwrap()
    }

    /// The JSON of a reply that must be 200.
    pub(crate) async fn json(&self, url: &str) -> Value {
        let response = self.get(url).await;
        assert_eq!(response.status(), 200, "{url}");
        response.json().await.unwrap()
    }

    /// One page of the list.
    pub(crate) async fn page(&self, query: &str) -> Value {
        self.json(&self.account_url(&format!("Recording/?{query}"))).await
    }

    /// The address of the first recording's audio.
    pub(crate) fn first(&self) -> (String, String) {
        let id = self.sandbox.recording_ids().remove(0);
        let url = self.sandbox.facts(&id).unwrap().media_url;
        (id, url)
    }
}

/// The value of a header as text.
pub(crate) fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
}

/// A field that must be text.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} is no text in {value}"))
}

/// What stands behind the last dot.
pub(crate) fn extension(url: &str) -> &str {
    url.rsplit_once('.').map_or("", |(_, extension)| extension)
}
