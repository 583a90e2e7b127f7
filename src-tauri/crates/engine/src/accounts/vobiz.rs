//! Vobiz accounts: an Auth ID and a token.

use std::sync::Arc;

use domain::{Account, AccountId, Secret, Vendor};
use providers::Provider;
use providers::vobiz::{Vobiz, VobizConfig};
use url::Url;
use uuid::Uuid;

use super::profile::Remembered;
use crate::Engine;
use crate::error::{Error, Result};

/// Vobiz's own address, and the default.
const VOBIZ_BASE_URL: &str = "https://api.vobiz.ai/api/v1";

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
        self.refuse_twin(Vendor::Vobiz, &auth_id, &base_url, "authId").await?;
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
        let provider = self.speak_vobiz(&account, new.auth_token.clone()).await?;
        let facts = provider.check().await?;
        account.time_zone.clone_from(&facts.time_zone);
        self.keep_secret(&account.id, new.auth_token, new.session_only).await?;
        self.keep_account(&account, provider, &Remembered::default().learn(facts, self.now()))
            .await?;
        self.start_sync(&account.id);
        self.part_anew(&account).await?;
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
        let (account, remembered) = self.known_account(id).await?;
        if account.vendor != Vendor::Vobiz {
            return Err(Error::invalid(
                "authToken",
                "A Vonage account signs in with its own form.",
            ));
        }
        let provider = self.speak_vobiz(&account, token.clone()).await?;
        let facts = provider.check().await?;
        self.keep_secret(id, token, session_only).await?;
        self.keep_account(&account, provider, &remembered.learn(facts, self.now())).await?;
        self.start_sync(id);
        Ok(account)
    }

    pub(super) async fn speak_vobiz(
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
        match Vobiz::new(config, self.transport()) {
            Ok(vobiz) => Ok(Arc::new(vobiz.beside(self.sub_profiles(account).await?))),
            Err(providers::Error::Invalid { reason }) => Err(Error::invalid("baseUrl", reason)),
            Err(error) => Err(error.into()),
        }
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
