//! Accounts: add, sign in, remove, and the provider that speaks for each.

use std::sync::Arc;

use domain::{Account, AccountId, Secret, Vendor};
use jiff::Timestamp;
use providers::Provider;
use providers::vobiz::{Vobiz, VobizConfig};
use sandbox::{Sandbox, SandboxOptions};
use url::Url;
use uuid::Uuid;

use crate::error::{Error, KeyringFailure, Result};
use crate::events::Event;
use crate::vault::Vault;
use crate::{Engine, lock};

/// Vobiz's own address, and the default.
const VOBIZ_BASE_URL: &str = "https://api.vobiz.ai/api/v1";
/// File in the data folder in which the sandbox remembers what was deleted and exported.
const SANDBOX_STATE: &str = "sandbox.json";

/// Where an account's secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretPlace {
    /// In the OS keyring.
    Keyring,
    /// In memory until the app closes.
    Session,
    /// Nowhere: sign in again.
    Missing,
}

/// An account with what the index knows about it.
#[derive(Debug, Clone)]
pub struct AccountState {
    /// The profile.
    pub account: Account,
    /// Where its secret is.
    pub secret: SecretPlace,
    /// Recordings in the index.
    pub recordings: u64,
    /// End of the last complete sync.
    pub synced_at: Option<Timestamp>,
    /// The vendor's total at that sync.
    pub vendor_total: Option<u64>,
}

/// What a person types to add a Vobiz account.
#[derive(Debug)]
pub struct NewVobizAccount {
    /// What to call it; empty means the auth id.
    pub label: String,
    /// `MA_…` or `SA_…`.
    pub auth_id: String,
    /// The token.
    pub auth_token: Secret<String>,
    /// Base address; empty means Vobiz's own.
    pub base_url: String,
    /// Recordings a page.
    pub page_size: u32,
    /// Keep the token in memory only.
    pub session_only: bool,
}

impl Engine {
    /// All accounts, in the order they were added.
    pub async fn accounts(&self) -> Result<Vec<AccountState>> {
        let stored = self.with_catalogue(catalogue::Catalogue::accounts).await?;
        let mut states = Vec::with_capacity(stored.len());
        for stored in stored {
            let secret = self.secret_place(&stored.account).await;
            states.push(AccountState {
                account: stored.account,
                secret,
                recordings: stored.recordings,
                synced_at: stored.synced_at,
                vendor_total: stored.vendor_total,
            });
        }
        Ok(states)
    }

    /// Checks the credentials with Vobiz, then keeps the account, its token in the keyring, and starts the first sync.
    ///
    /// # Errors
    /// `Invalid` for input that breaks a rule, the provider's errors when the check fails, `Keyring` when the token could
    /// not be kept: nothing is saved then, and the person may choose `session_only`.
    pub async fn add_vobiz(&self, new: NewVobizAccount) -> Result<Account> {
        let auth_id = new.auth_id.trim().to_owned();
        check_auth_id(&auth_id)?;
        check_token(&new.auth_token)?;
        if !(1..=100).contains(&new.page_size) {
            return Err(Error::invalid("pageSize", "Vobiz pages hold 1 to 100 recordings."));
        }
        let base_url = match new.base_url.trim().trim_end_matches('/') {
            "" => VOBIZ_BASE_URL.to_owned(),
            typed => typed.to_owned(),
        };
        let label = match new.label.trim() {
            "" => auth_id.clone(),
            typed => typed.to_owned(),
        };
        let twin = self.accounts().await?.into_iter().find(|state| {
            state.account.vendor == Vendor::Vobiz
                && state.account.auth_id == auth_id
                && state.account.base_url == base_url
        });
        if let Some(twin) = twin {
            return Err(Error::invalid(
                "authId",
                format!("This account is here already, as “{}”.", twin.account.label),
            ));
        }
        let mut account = Account {
            id: AccountId::new(Uuid::now_v7().to_string()),
            vendor: Vendor::Vobiz,
            label,
            auth_id,
            base_url,
            page_size: new.page_size,
            is_sandbox: false,
            time_zone: None,
        };
        let provider = self.speak_vobiz(&account, new.auth_token.clone())?;
        let facts = provider.check().await?;
        account.time_zone = facts.time_zone;
        self.keep_secret(&account.id, new.auth_token, new.session_only).await?;
        self.keep_account(&account, provider).await?;
        self.start_sync(&account.id);
        Ok(account)
    }

    /// Starts the built-in server and adds its account, or returns the one there is.
    pub async fn add_sandbox(&self) -> Result<Account> {
        let there = self.accounts().await?.into_iter().find(|state| state.account.is_sandbox);
        let account = if let Some(state) = there {
            state.account
        } else {
            let sandbox = self.sandbox().await?;
            let account = Account {
                id: AccountId::new(Uuid::now_v7().to_string()),
                vendor: Vendor::Vobiz,
                label: "Sandbox".into(),
                auth_id: sandbox.auth_id().to_owned(),
                base_url: sandbox.api_base_url(),
                page_size: 100,
                is_sandbox: true,
                time_zone: None,
            };
            let provider =
                self.speak_vobiz(&account, Secret::new(sandbox.auth_token().to_owned()))?;
            self.keep_account(&account, provider).await?;
            account
        };
        self.start_sync(&account.id);
        Ok(account)
    }

    /// A new token for an account whose secret is missing or refused; checked before it is kept.
    pub async fn sign_in(
        &self,
        id: &AccountId,
        token: Secret<String>,
        session_only: bool,
    ) -> Result<Account> {
        check_token(&token)?;
        let account = self.account(id).await?;
        let provider = self.speak_vobiz(&account, token.clone())?;
        provider.check().await?;
        self.keep_secret(id, token, session_only).await?;
        self.keep_account(&account, provider).await?;
        self.start_sync(id);
        Ok(account)
    }

    /// Removes an account and its recordings from the index. Files on disk stay; nothing is deleted at the vendor.
    pub async fn remove_account(&self, id: &AccountId) -> Result<()> {
        self.cancel_sync(id);
        let account = self.account(id).await?;
        let removed = id.clone();
        self.with_catalogue(move |catalogue| catalogue.remove_account(&removed)).await?;
        lock(&self.inner.providers).remove(id);
        self.inner.session_secrets.forget(id).await?;
        self.tell(Event::AccountsChanged);
        self.tell(Event::LibraryChanged);
        // Last, since a keyring that cannot be reached must not keep the account alive.
        if account.is_sandbox {
            return Ok(());
        }
        match self.inner.vault.forget(id).await {
            // Where there is no keyring there is nothing to forget.
            Ok(()) | Err(Error::Keyring { reason: KeyringFailure::None, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// One account's profile.
    pub(crate) async fn account(&self, id: &AccountId) -> Result<Account> {
        let all = self.with_catalogue(catalogue::Catalogue::accounts).await?;
        all.into_iter()
            .map(|stored| stored.account)
            .find(|account| account.id == *id)
            .ok_or_else(|| Error::stale("This account was removed."))
    }

    /// The provider that speaks for an account; made once and kept.
    ///
    /// # Errors
    /// `SignInNeeded` when its secret is not at hand.
    pub(crate) async fn provider(&self, id: &AccountId) -> Result<Arc<dyn Provider>> {
        if let Some(provider) = lock(&self.inner.providers).get(id) {
            return Ok(Arc::clone(provider));
        }
        let mut account = self.account(id).await?;
        let token = if account.is_sandbox {
            let sandbox = self.sandbox().await?;
            account.base_url = sandbox.api_base_url();
            Secret::new(sandbox.auth_token().to_owned())
        } else {
            match self.inner.session_secrets.load(id).await? {
                Some(token) => token,
                None => self.secret_from_vault(id).await?,
            }
        };
        let provider = self.speak_vobiz(&account, token)?;
        lock(&self.inner.providers).insert(id.clone(), Arc::clone(&provider));
        Ok(provider)
    }

    /// Where a secret is, by what this run knows: the keyring itself is not asked, because a locked one may block for
    /// as long as its prompt stands. An account is believed to have its secret there until a look proved otherwise.
    async fn secret_place(&self, account: &Account) -> SecretPlace {
        let in_session = matches!(self.inner.session_secrets.load(&account.id).await, Ok(Some(_)));
        if in_session || account.is_sandbox {
            SecretPlace::Session
        } else if lock(&self.inner.missing_secrets).contains(&account.id) {
            SecretPlace::Missing
        } else {
            SecretPlace::Keyring
        }
    }

    async fn secret_from_vault(&self, id: &AccountId) -> Result<Secret<String>> {
        match self.inner.vault.load(id).await {
            Ok(Some(token)) => return Ok(token),
            // A machine without a keyring has no token either. A locked one has it behind a password.
            Ok(None) | Err(Error::Keyring { reason: KeyringFailure::None, .. }) => {}
            Err(error) => return Err(error),
        }
        if lock(&self.inner.missing_secrets).insert(id.clone()) {
            self.tell(Event::AccountsChanged);
        }
        Err(Error::SignInNeeded(id.clone()))
    }

    async fn keep_secret(
        &self,
        id: &AccountId,
        token: Secret<String>,
        session_only: bool,
    ) -> Result<()> {
        if session_only {
            self.inner.session_secrets.store(id, token).await?;
        } else {
            self.inner.vault.store(id, token).await?;
            self.inner.session_secrets.forget(id).await?;
        }
        lock(&self.inner.missing_secrets).remove(id);
        Ok(())
    }

    async fn keep_account(&self, account: &Account, provider: Arc<dyn Provider>) -> Result<()> {
        let saved = account.clone();
        self.with_catalogue(move |catalogue| catalogue.save_account(&saved)).await?;
        lock(&self.inner.providers).insert(account.id.clone(), provider);
        self.tell(Event::AccountsChanged);
        Ok(())
    }

    fn speak_vobiz(
        &self,
        account: &Account,
        auth_token: Secret<String>,
    ) -> Result<Arc<dyn Provider>> {
        let base_url = Url::parse(&account.base_url).map_err(|error| {
            Error::invalid("baseUrl", format!("This is no web address: {error}."))
        })?;
        let config = VobizConfig {
            auth_id: account.auth_id.clone(),
            auth_token,
            base_url,
            page_size: account.page_size,
        };
        match Vobiz::new(config, self.inner.transport.clone()) {
            Ok(vobiz) => Ok(Arc::new(vobiz)),
            Err(providers::Error::Invalid { reason }) => Err(Error::invalid("baseUrl", reason)),
            Err(error) => Err(error.into()),
        }
    }

    /// The built-in server, started at first use.
    async fn sandbox(&self) -> Result<&Sandbox> {
        let options = SandboxOptions {
            recordings: self.inner.sandbox_recordings,
            state_file: Some(self.inner.data_dir.join(SANDBOX_STATE)),
            ..SandboxOptions::default()
        };
        self.inner.sandbox.get_or_try_init(|| Sandbox::start(options)).await.map_err(|error| {
            Error::Internal { what: format!("the sandbox did not start: {error}") }
        })
    }
}

/// Vobiz ids are `MA_…` (account) or `SA_…` (sub-account). What is typed joins a URL path, so only their letters pass.
fn check_auth_id(auth_id: &str) -> Result<()> {
    if auth_id.is_empty() {
        return Err(Error::invalid("authId", "Enter the Auth ID, for example MA_XXXXXXXX."));
    }
    let known = auth_id.starts_with("MA_") || auth_id.starts_with("SA_");
    let plain = auth_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if known && plain {
        return Ok(());
    }
    Err(Error::invalid(
        "authId",
        "A Vobiz Auth ID begins with MA_ or SA_ and holds letters and digits.",
    ))
}

/// A token travels in a header, so it must be printable ASCII; it is not checked further here.
fn check_token(token: &Secret<String>) -> Result<()> {
    let text = token.expose();
    if text.trim().is_empty() {
        return Err(Error::invalid("authToken", "Enter the Auth Token."));
    }
    if text.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Error::invalid(
        "authToken",
        "The token holds spaces or characters that no Vobiz token has. Copy it again.",
    ))
}
