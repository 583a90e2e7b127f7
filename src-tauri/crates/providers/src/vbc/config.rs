//! What a VBC account consists of, and the rules for its addresses.

use async_trait::async_trait;
use domain::region::Endpoints;
use domain::{Region, Secret};
use jiff::Timestamp;
use url::Url;

use crate::error::{Error, Result};
use crate::http::redirect::is_loopback;

/// Requests a minute of an application nobody has changed.
pub const DEFAULT_REQUESTS_PER_MIN: u32 = 10;
/// Recordings a page to ask for first. The largest page is not documented.
pub const DEFAULT_PAGE_SIZE: u32 = 100;

/// One VBC account and where its APIs are. None of the addresses needs a slash at the end; plain http is for loopback
/// alone.
#[derive(Debug, Clone)]
pub struct VbcConfig {
    /// The call recording service up to and with its name:
    /// `https://api.vonage.com/t/vbc.prod/call_recording`.
    pub service_base: Url,
    /// The provisioning service, for the list of users; `None` if the account has none.
    pub provisioning_base: Option<Url>,
    /// Where tokens are issued.
    pub token_url: Url,
    /// Where a person signs in with a browser.
    pub authorize_url: Url,
    /// The account's number, or `self`.
    pub account: String,
    /// The application's key.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: Secret<String>,
    /// How many recordings to ask for where a [`crate::PageRequest`] leaves it open; 0 means 100.
    pub page_size: u32,
    /// The most requests in any minute, lists, jobs and audio together; 0 means 10.
    pub requests_per_min: u32,
    /// The service has no recordings on demand and no transcripts (India).
    pub company_only: bool,
}

impl VbcConfig {
    /// An account of a region whose addresses are known; `None` for [`Region::Custom`].
    pub fn in_region(
        region: Region,
        client_id: impl Into<String>,
        client_secret: Secret<String>,
    ) -> Option<Self> {
        let Endpoints { service_base, provisioning_base, token_url, authorize_url } =
            region.endpoints()?;
        Some(Self {
            service_base: Url::parse(service_base).ok()?,
            provisioning_base: Url::parse(provisioning_base).ok(),
            token_url: Url::parse(token_url).ok()?,
            authorize_url: Url::parse(authorize_url).ok()?,
            account: "self".into(),
            client_id: client_id.into(),
            client_secret,
            page_size: DEFAULT_PAGE_SIZE,
            requests_per_min: DEFAULT_REQUESTS_PER_MIN,
            company_only: region.is_company_only(),
        })
    }

    /// Checks what a person may have typed and takes slashes off the ends.
    ///
    /// # Errors
    /// `Invalid` with what is wrong.
    pub(super) fn checked(mut self) -> Result<Self> {
        self.service_base = checked(&self.service_base, "the call recording service")?;
        self.provisioning_base = match self.provisioning_base {
            Some(base) => Some(checked(&base, "the provisioning service")?),
            None => None,
        };
        // These two are used as they are: a slash at the end may belong to them.
        checked(&self.token_url, "the token service")?;
        checked(&self.authorize_url, "the sign-in page")?;
        if self.service_base.path().trim_matches('/').is_empty() {
            return Err(Error::Invalid {
                reason: "the call recording service's address lacks its path, as in \
                         https://api.vonage.com/t/vbc.prod/call_recording"
                    .into(),
            });
        }
        if self.account.is_empty() || !self.account.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Error::Invalid {
                reason: "the account must be a number or “self”".into()
            });
        }
        for (what, text) in
            [("client id", &self.client_id), ("client secret", self.client_secret.expose())]
        {
            if !text.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(Error::Invalid {
                    reason: format!("the {what} holds a space or another character that none has"),
                });
            }
        }
        if self.page_size == 0 {
            self.page_size = DEFAULT_PAGE_SIZE;
        }
        if self.requests_per_min == 0 {
            self.requests_per_min = DEFAULT_REQUESTS_PER_MIN;
        }
        Ok(self)
    }

    /// The same, and there is an application to sign in with. A pasted token needs none.
    pub(super) fn checked_with_application(self) -> Result<Self> {
        let config = self.checked()?;
        let empty = |what| Err(Error::Invalid { reason: format!("the {what} is empty") });
        if config.client_id.is_empty() {
            return empty("client id");
        }
        if config.client_secret.expose().is_empty() {
            return empty("client secret");
        }
        Ok(config)
    }
}

fn checked(given: &Url, what: &str) -> Result<Url> {
    let invalid =
        |why: &str| Err(Error::Invalid { reason: format!("the address of {what} {why}") });
    match given.scheme() {
        "https" => {}
        "http" if is_loopback(given) => {}
        "http" => return invalid("must begin with https"),
        _ => return invalid("is no web address"),
    }
    if given.host_str().unwrap_or_default().is_empty() {
        return invalid("has no host");
    }
    if !given.username().is_empty() || given.password().is_some() {
        return invalid("must not hold a user name or password");
    }
    if given.query().is_some() || given.fragment().is_some() {
        return invalid("must not hold ? or #");
    }
    let mut base = given.clone();
    let path = given.path().trim_end_matches('/').to_owned();
    base.set_path(&path);
    Ok(base)
}

/// What a sign-in brought.
#[derive(Debug, Clone)]
pub struct TokenSet {
    /// Goes with every request.
    pub access: Secret<String>,
    /// Buys the next set, once. A pasted token has none.
    pub refresh: Option<Secret<String>>,
    /// When the access token ends, if anybody knows.
    pub expires_at: Option<Timestamp>,
}

/// Where tokens are kept between runs.
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// Keeps a renewed set in place of the one before. A renewed set is not used before this has succeeded, because
    /// the one before it is worth nothing any more.
    ///
    /// # Errors
    /// Why it could not be kept, for a person, without a secret in it.
    async fn save(&self, tokens: &TokenSet) -> Result<(), String>;
}

/// Whether a token can travel in a header.
pub(super) fn check_token(token: &Secret<String>) -> Result<()> {
    let text = token.expose();
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Error::Invalid {
            reason: "the access token is empty or holds characters that none has".into(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> VbcConfig {
        VbcConfig::in_region(Region::Default, "key", Secret::new("secret".into())).unwrap()
    }

    #[test]
    fn the_presets_pass_and_custom_has_none() {
        for region in [Region::Default, Region::India] {
            let config = VbcConfig::in_region(region, "key", Secret::new("secret".into())).unwrap();
            assert_eq!(config.company_only, region == Region::India);
            config.checked().unwrap();
        }
        assert!(VbcConfig::in_region(Region::Custom, "k", Secret::new("s".into())).is_none());
    }

    #[test]
    fn what_is_wrong_is_named_and_no_secret_quoted() {
        type Change = fn(&mut VbcConfig);
        let cases: [(Change, &str); 7] = [
            (|c| c.service_base = "http://api.vonage.com/t/x".parse().unwrap(), "https"),
            (|c| c.service_base = "https://api.vonage.com/".parse().unwrap(), "path"),
            (|c| c.token_url = "https://a:hunter22@api.vonage.com/t".parse().unwrap(), "token"),
            (|c| c.authorize_url = "https://api.vonage.com/a?x=1".parse().unwrap(), "sign-in"),
            (|c| c.account = "self/../1".into(), "account"),
            (|c| c.client_id = String::new(), "client id"),
            (|c| c.client_secret = Secret::new("hunter22\n".into()), "client secret"),
        ];
        for (change, word) in cases {
            let mut config = config();
            change(&mut config);
            let error = config.checked_with_application().unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(word) && !shown.contains("hunter22"), "{shown}");
        }
        let mut pasted = config();
        pasted.client_id = String::new();
        pasted.client_secret = Secret::new(String::new());
        pasted.checked().unwrap();
        let mut slashed = config();
        slashed.service_base = "https://api.vonage.com/t/x//".parse().unwrap();
        assert_eq!(slashed.checked().unwrap().service_base.as_str(), "https://api.vonage.com/t/x");
    }
}
