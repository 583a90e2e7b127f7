//! Vonage Business Communications accounts: an application's key and secret, and a user's sign-in by OAuth.

use std::sync::Arc;

use domain::{Account, AccountId, Secret, Vendor};
use jiff::{SignedDuration, Timestamp};
use providers::Provider;
use providers::vbc::{TokenSet, Vbc, VbcConfig};
use url::Url;
use uuid::Uuid;

use super::loopback::Callback;
use super::profile::{Remembered, VbcProfile};
use super::secrets::{TokenLife, VbcSecret};
use crate::error::{Error, Result};
use crate::vault::Vault as _;
use crate::{Engine, lock, or_cancelled};

/// The path value for the account that the token belongs to.
const OWN_ACCOUNT: &str = "self";

/// How a person proves who they are.
#[derive(Debug)]
pub enum VbcGrant {
    /// Login and password; neither is kept. Sent once: each refused password brings a lockout nearer.
    Password {
        /// Login name, with or without `@vbc.prod`.
        username: String,
        /// Password.
        password: Secret<String>,
    },
    /// In the system's browser, which comes back to this loopback address.
    Code {
        /// The callback address registered for the application.
        redirect_uri: String,
    },
    /// A token from elsewhere, which cannot be renewed.
    Token {
        /// The access token.
        access_token: Secret<String>,
        /// Lifetime from now in seconds, if known.
        expires_in_s: Option<u64>,
    },
}

/// What a person types to add a VBC account.
#[derive(Debug)]
pub struct NewVbcAccount {
    /// What to call it; empty means the login name, or else the vendor.
    pub label: String,
    /// Addresses, key and pace.
    pub profile: VbcProfile,
    /// Consumer secret of the application.
    pub client_secret: Secret<String>,
    /// How to sign in.
    pub grant: VbcGrant,
    /// Recordings a page.
    pub page_size: u32,
    /// Keep the tokens in memory only.
    pub session_only: bool,
}

/// Shows an address in the system's browser.
pub type OpenBrowser = Arc<dyn Fn(&Url) -> std::result::Result<(), String> + Send + Sync>;

impl Engine {
    /// Signs in, checks what the account may do, then keeps it, its tokens in the keyring, and starts the first sync.
    ///
    /// # Errors
    /// `Invalid` for input that breaks a rule, the provider's errors when the sign-in or the check fails, `Keyring` when
    /// the tokens could not be kept: nothing is saved then, and the person may choose `session_only`. `Cancelled`
    /// after [`Engine::cancel_sign_in`].
    pub async fn add_vbc(&self, new: NewVbcAccount, browser: OpenBrowser) -> Result<Account> {
        let profile = checked(new.profile, &new.grant)?;
        if !(1..=100).contains(&new.page_size) {
            return Err(Error::invalid("pageSize", "Pages hold 1 to 100 recordings."));
        }
        let login = match &new.grant {
            VbcGrant::Password { username, .. } => username.to_lowercase(),
            VbcGrant::Code { .. } | VbcGrant::Token { .. } => String::new(),
        };
        let id = AccountId::new(Uuid::now_v7().to_string());
        let tokens = self
            .vbc_tokens(&profile, &new.client_secret, new.page_size, new.grant, browser)
            .await?;
        let secret = VbcSecret { client_secret: new.client_secret, tokens };
        // From here on renewed tokens have a place, which a cancelled dialog leaves empty again.
        self.inner.session_secrets.store(&id, secret.to_text()?).await?;
        let added = self
            .finish_vbc(
                id.clone(),
                profile,
                &secret,
                &new.label,
                login,
                new.page_size,
                new.session_only,
            )
            .await;
        if added.is_err() || !new.session_only {
            self.inner.session_secrets.forget(&id).await?;
        }
        let account = added?;
        self.start_sync(&account.id);
        Ok(account)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one form, taken apart once")]
    async fn finish_vbc(
        &self,
        id: AccountId,
        profile: VbcProfile,
        secret: &VbcSecret,
        label: &str,
        login: String,
        page_size: u32,
        session_only: bool,
    ) -> Result<Account> {
        let mut account = Account {
            id,
            vendor: Vendor::Vbc,
            label: String::new(),
            auth_id: String::new(),
            base_url: profile.service_base.clone(),
            page_size,
            is_sandbox: false,
            time_zone: None,
        };
        let provider = self.speak_vbc(&account, &profile, secret)?;
        let facts = provider.check().await?;
        account.time_zone.clone_from(&facts.time_zone);
        // Whose account it is: the vendor's number for the user where it can be learned, else what was typed. A pasted
        // token needs no application of ours, and may not tell its user.
        account.auth_id = match (&facts.user_id, login.is_empty()) {
            (Some(user), _) if !user.is_myself() => user.to_string(),
            (_, false) => login.clone(),
            _ if !profile.client_id.is_empty() => profile.client_id.clone(),
            _ => OWN_ACCOUNT.to_owned(),
        };
        account.label = [label.trim(), facts.name.as_deref().unwrap_or_default(), &login, "Vonage"]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_default()
            .to_owned();
        self.refuse_twin(Vendor::Vbc, &account.auth_id, &account.base_url, "username").await?;
        // The check may have renewed the tokens.
        let kept = self.inner.session_secrets.load(&account.id).await?;
        let text = match kept {
            Some(text) => text,
            None => secret.to_text()?,
        };
        self.keep_secret(&account.id, text, session_only).await?;
        let remembered = Remembered { vbc: Some(profile), ..Remembered::default() };
        self.keep_account(&account, provider, &remembered.learn(facts, self.now())).await?;
        Ok(account)
    }

    /// A new sign-in for a VBC account, checked before it is kept. An empty `client_secret` stands for the kept one.
    pub async fn sign_in_vbc(
        &self,
        id: &AccountId,
        client_secret: Secret<String>,
        grant: VbcGrant,
        session_only: bool,
        browser: OpenBrowser,
    ) -> Result<Account> {
        let (account, remembered) = self.known_account(id).await?;
        let Some(profile) = remembered.vbc.clone() else {
            return Err(Error::invalid("grant", "This is no Vonage account."));
        };
        let client_secret = match (client_secret.expose().is_empty(), &grant) {
            (false, _) => client_secret,
            // It is not sent with such a token, so it may be unknown.
            (true, VbcGrant::Token { .. }) => {
                self.kept_client_secret(id).await.unwrap_or_else(|_| Secret::new(String::new()))
            }
            (true, _) => self.kept_client_secret(id).await?,
        };
        let tokens =
            self.vbc_tokens(&profile, &client_secret, account.page_size, grant, browser).await?;
        let secret = VbcSecret { client_secret, tokens };
        let provider = self.speak_vbc(&account, &profile, &secret)?;
        self.keep_secret(id, secret.to_text()?, session_only).await?;
        let facts = provider.check().await?;
        self.keep_account(&account, provider, &remembered.learn(facts, self.now())).await?;
        self.start_sync(id);
        Ok(account)
    }

    /// Gives up waiting for a browser to come back.
    pub fn cancel_sign_in(&self) {
        if let Some(cancel) = lock(&self.inner.signing_in).take() {
            cancel.cancel();
        }
    }

    pub(super) fn speak_vbc(
        &self,
        account: &Account,
        profile: &VbcProfile,
        secret: &VbcSecret,
    ) -> Result<Arc<dyn Provider>> {
        let store = self.token_store(account, &secret.client_secret);
        let config = config(profile, &secret.client_secret, account.page_size)?;
        let clock = Arc::clone(&self.inner.clock);
        match Vbc::new(config, secret.tokens.clone(), store, clock, self.transport()) {
            Ok(vbc) => {
                let life = TokenLife::from(&secret.tokens);
                lock(&self.inner.token_lives).insert(account.id.clone(), life);
                Ok(Arc::new(vbc))
            }
            Err(providers::Error::Invalid { reason }) => Err(Error::invalid("serviceBase", reason)),
            Err(error) => Err(error.into()),
        }
    }

    async fn kept_client_secret(&self, id: &AccountId) -> Result<Secret<String>> {
        let kept = match self.secret(id).await {
            Ok(text) => VbcSecret::from_text(&text),
            Err(Error::SignInNeeded(_)) => None,
            Err(error) => return Err(error),
        };
        kept.map(|kept| kept.client_secret)
            .ok_or_else(|| Error::invalid("clientSecret", "Enter the application's secret again."))
    }

    async fn vbc_tokens(
        &self,
        profile: &VbcProfile,
        client_secret: &Secret<String>,
        page_size: u32,
        grant: VbcGrant,
        browser: OpenBrowser,
    ) -> Result<TokenSet> {
        let config = config(profile, client_secret, page_size)?;
        let transport = self.transport();
        match grant {
            VbcGrant::Password { username, password } => {
                if username.is_empty() || password.expose().is_empty() {
                    let field = if username.is_empty() { "username" } else { "password" };
                    return Err(Error::invalid(field, "Enter the login name and the password."));
                }
                let now = self.now();
                let tokens =
                    Vbc::sign_in_with_password(&config, &username, password, &transport, now);
                Ok(tokens.await?)
            }
            VbcGrant::Code { redirect_uri } => {
                let callback = Callback::bind(&redirect_uri).await?;
                let redirect_uri = address("redirectUri", &redirect_uri)?;
                let state = Uuid::new_v4().to_string();
                let page = Vbc::authorize_url(&config, &redirect_uri, &state)?;
                let cancel = self.inner.shutdown.child_token();
                // One dialog at a time: a second one takes the place of the first.
                if let Some(earlier) = lock(&self.inner.signing_in).replace(cancel.clone()) {
                    earlier.cancel();
                }
                browser(&page).map_err(|what| Error::Internal { what })?;
                let code = Secret::new(or_cancelled(&cancel, callback.code(&state)).await?);
                let now = self.now();
                let tokens = Vbc::sign_in_with_code(&config, code, &redirect_uri, &transport, now);
                or_cancelled(&cancel, async { Ok(tokens.await?) }).await
            }
            VbcGrant::Token { access_token, expires_in_s } => {
                let text = access_token.expose();
                if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
                    return Err(Error::invalid(
                        "accessToken",
                        "Paste the access token, without “Bearer” and without spaces.",
                    ));
                }
                let expires_at = expires_in_s.map(|lifetime_s| after(self.now(), lifetime_s));
                Ok(TokenSet { access: access_token, refresh: None, expires_at })
            }
        }
    }
}

fn after(now: Timestamp, seconds: u64) -> Timestamp {
    let lifetime = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    // A slip of the hand is no overflow.
    now.checked_add(lifetime).unwrap_or(Timestamp::MAX)
}

pub(super) fn config(
    profile: &VbcProfile,
    client_secret: &Secret<String>,
    page_size: u32,
) -> Result<VbcConfig> {
    let provisioning_base = match &profile.provisioning_base {
        Some(base) => Some(address("provisioningBase", base)?),
        None => None,
    };
    Ok(VbcConfig {
        service_base: address("serviceBase", &profile.service_base)?,
        provisioning_base,
        token_url: address("tokenUrl", &profile.token_url)?,
        authorize_url: address("authorizeUrl", &profile.authorize_url)?,
        account: OWN_ACCOUNT.to_owned(),
        client_id: profile.client_id.clone(),
        client_secret: client_secret.clone(),
        page_size,
        requests_per_min: profile.requests_per_min,
        company_only: profile.region.is_company_only(),
    })
}

fn address(field: &'static str, text: &str) -> Result<Url> {
    Url::parse(text)
        .map_err(|error| Error::invalid(field, format!("This is no web address: {error}.")))
}

/// The profile, if its key and its pace can be used. A token that is not to be renewed needs no key.
fn checked(profile: VbcProfile, grant: &VbcGrant) -> Result<VbcProfile> {
    if profile.client_id.is_empty() && !matches!(grant, VbcGrant::Token { .. }) {
        return Err(Error::invalid("clientId", "Enter the application's consumer key."));
    }
    check_pace(profile.requests_per_min)?;
    Ok(profile)
}

/// Whether a pace can be one.
pub(super) fn check_pace(requests_per_min: u32) -> Result<()> {
    if !(1..=6000).contains(&requests_per_min) {
        return Err(Error::invalid("requestsPerMin", "Choose 1 to 6000 requests a minute."));
    }
    Ok(())
}
