//! Where the secret of an account is, and how it gets there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::{Account, AccountId, Secret};
use jiff::Timestamp;
use providers::vbc::{TokenSet, TokenStore};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::{Error, KeyringFailure, Result};
use crate::events::{Event, Hub};
use crate::vault::{MemoryVault, Vault};
use crate::{Engine, lock};

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

/// How long the sign-in of a VBC account lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLife {
    /// When the present token ends, if that is known.
    pub ends_at: Option<Timestamp>,
    /// A new one takes its place by itself; else the sign-in ends with it.
    pub renews_itself: bool,
}

/// What is known of the tokens of each account that somebody spoke for in this run. Not kept: the keyring knows better.
pub(crate) type TokenLives = Arc<Mutex<HashMap<AccountId, TokenLife>>>;

impl From<&TokenSet> for TokenLife {
    fn from(tokens: &TokenSet) -> Self {
        Self { ends_at: tokens.expires_at, renews_itself: tokens.refresh.is_some() }
    }
}

impl Engine {
    /// Where a secret is, by what this run knows: the keyring itself is not asked, because a locked one may block for
    /// as long as its prompt stands. An account is believed to have its secret there until a look proved otherwise.
    pub(super) async fn secret_place(&self, account: &Account) -> SecretPlace {
        let in_session = matches!(self.inner.session_secrets.load(&account.id).await, Ok(Some(_)));
        if in_session || account.is_sandbox {
            SecretPlace::Session
        } else if lock(&self.inner.missing_secrets).contains(&account.id) {
            SecretPlace::Missing
        } else {
            SecretPlace::Keyring
        }
    }

    /// The secret, from this session or from the keyring.
    ///
    /// # Errors
    /// `SignInNeeded` when it is in neither.
    pub(super) async fn secret(&self, id: &AccountId) -> Result<Secret<String>> {
        if let Some(secret) = self.inner.session_secrets.load(id).await? {
            return Ok(secret);
        }
        match self.inner.vault.load(id).await {
            Ok(Some(secret)) => return Ok(secret),
            // A machine without a keyring has no secret either. A locked one has it behind a password.
            Ok(None) | Err(Error::Keyring { reason: KeyringFailure::None, .. }) => {}
            Err(error) => return Err(error),
        }
        if lock(&self.inner.missing_secrets).insert(id.clone()) {
            self.tell(Event::AccountsChanged);
        }
        Err(Error::SignInNeeded(id.clone()))
    }

    pub(super) async fn keep_secret(
        &self,
        id: &AccountId,
        secret: Secret<String>,
        session_only: bool,
    ) -> Result<()> {
        if session_only {
            self.inner.session_secrets.store(id, secret).await?;
        } else {
            self.inner.vault.store(id, secret).await?;
            self.inner.session_secrets.forget(id).await?;
        }
        lock(&self.inner.missing_secrets).remove(id);
        Ok(())
    }

    /// Forgets a secret wherever it is.
    pub(super) async fn forget_secret(&self, id: &AccountId) -> Result<()> {
        self.inner.session_secrets.forget(id).await?;
        lock(&self.inner.token_lives).remove(id);
        match self.inner.vault.forget(id).await {
            // Where there is no keyring there is nothing to forget.
            Ok(()) | Err(Error::Keyring { reason: KeyringFailure::None, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Where the tokens of a VBC account go when they are renewed.
    pub(super) fn token_store(
        &self,
        account: &Account,
        client_secret: &Secret<String>,
    ) -> Arc<dyn TokenStore> {
        // The tokens of the built-in server end with it.
        let vault: Arc<dyn Vault> = if account.is_sandbox {
            Arc::clone(&self.inner.session_secrets) as Arc<dyn Vault>
        } else {
            Arc::clone(&self.inner.vault)
        };
        Arc::new(KeptTokens {
            account: account.id.clone(),
            client_secret: client_secret.clone(),
            vault,
            session: Arc::clone(&self.inner.session_secrets),
            lives: Arc::clone(&self.inner.token_lives),
            events: self.inner.events.clone(),
        })
    }
}

/// The secret of a VBC account: the application's and the user's, kept as one text.
pub(super) struct VbcSecret {
    pub(super) client_secret: Secret<String>,
    pub(super) tokens: TokenSet,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredSecret {
    client_secret: Zeroizing<String>,
    access_token: Zeroizing<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_ms: Option<i64>,
}

impl VbcSecret {
    pub(super) fn to_text(&self) -> Result<Secret<String>> {
        let kept = |secret: &Secret<String>| Zeroizing::new(secret.expose().clone());
        let stored = StoredSecret {
            client_secret: kept(&self.client_secret),
            access_token: kept(&self.tokens.access),
            refresh_token: self.tokens.refresh.as_ref().map(kept),
            expires_ms: self.tokens.expires_at.map(Timestamp::as_millisecond),
        };
        // The message of a serialisation error could quote what it was about.
        serde_json::to_string(&stored)
            .map(Secret::new)
            .map_err(|_| Error::Internal { what: "the tokens cannot be written down".into() })
    }

    pub(super) fn from_text(text: &Secret<String>) -> Option<Self> {
        let stored: StoredSecret = serde_json::from_str(text.expose()).ok()?;
        let taken = |text: &Zeroizing<String>| Secret::new(text.as_str().to_owned());
        Some(Self {
            client_secret: taken(&stored.client_secret),
            tokens: TokenSet {
                access: taken(&stored.access_token),
                refresh: stored.refresh_token.as_ref().map(taken),
                expires_at: stored.expires_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()),
            },
        })
    }
}

/// Keeps renewed tokens where the account's secret is.
struct KeptTokens {
    account: AccountId,
    client_secret: Secret<String>,
    vault: Arc<dyn Vault>,
    session: Arc<MemoryVault>,
    lives: TokenLives,
    events: Hub,
}

#[async_trait]
impl TokenStore for KeptTokens {
    /// A refresh token works once, so the new one must not be lost: when the keyring cannot be reached just now it is
    /// kept for this session, which the window shows.
    async fn save(&self, tokens: &TokenSet) -> std::result::Result<(), String> {
        let secret =
            VbcSecret { client_secret: self.client_secret.clone(), tokens: tokens.clone() };
        let text = secret.to_text().map_err(|error| error.to_string())?;
        lock(&self.lives).insert(self.account.clone(), TokenLife::from(tokens));
        let in_session = matches!(self.session.load(&self.account).await, Ok(Some(_)));
        if !in_session {
            match self.vault.store(&self.account, text.clone()).await {
                Ok(()) => {
                    self.events.tell(Event::AccountsChanged);
                    return Ok(());
                }
                Err(error) => {
                    tracing::warn!(account = %self.account, %error, "renewed tokens are kept for this session only");
                }
            }
        }
        self.session.store(&self.account, text).await.map_err(|error| error.to_string())?;
        self.events.tell(Event::AccountsChanged);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_of_a_vbc_account_is_read_back() {
        let secret = VbcSecret {
            client_secret: Secret::new("cs \"quoted\"".into()),
            tokens: TokenSet {
                access: Secret::new("at".into()),
                refresh: Some(Secret::new("rt".into())),
                expires_at: Timestamp::from_millisecond(1_777_000_000_000).ok(),
            },
        };
        let read = VbcSecret::from_text(&secret.to_text().unwrap()).unwrap();
        assert_eq!(read.client_secret.expose(), "cs \"quoted\"");
        assert_eq!(read.tokens.access.expose(), "at");
        assert_eq!(read.tokens.refresh.unwrap().expose(), "rt");
        assert_eq!(read.tokens.expires_at, secret.tokens.expires_at);
        assert!(VbcSecret::from_text(&Secret::new("a Vobiz token".into())).is_none());
    }
}
