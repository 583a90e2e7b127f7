//! The OS keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows, all by the `keyring` crate.
//!
//! A keyring call can block for as long as an unlock prompt stands unseen (measured: for ever), so each call runs on a
//! thread of its own with a deadline. It is a plain thread, not a pool thread of the runtime, because the runtime would
//! wait for a blocked one when the app closes.

use std::time::Duration;

use async_trait::async_trait;
use domain::{AccountId, Secret};
use keyring::v1::Entry;
use tokio::sync::oneshot;

use super::Vault;
use super::parts::Entries;
use crate::error::{Error, KeyringFailure, Result};

/// The service name under which the OS shows our entries.
const SERVICE: &str = "Tapeshelf";
/// Longer than a person needs to type a password into a prompt they see, shorter than one waits for one they don't.
const DEADLINE: Duration = Duration::from_secs(30);

/// The OS keyring.
#[derive(Debug, Clone, Copy)]
pub struct OsVault {
    deadline: Duration,
}

impl Default for OsVault {
    fn default() -> Self {
        Self { deadline: DEADLINE }
    }
}

impl OsVault {
    /// Runs the keyring calls about one account with the deadline.
    async fn call<T, F>(&self, account: &AccountId, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&str, &Entries<'_, keyring::Error>) -> keyring::Result<T> + Send + 'static,
    {
        let user = account.as_str().to_owned();
        let (tell, told) = oneshot::channel();
        std::thread::Builder::new()
            .name("keyring".into())
            .spawn(move || {
                let entries = Entries { get: &get, set: &set, delete: &delete };
                let result = work(&user, &entries);
                // Nobody waits any more after the deadline.
                let _ = tell.send(result);
            })
            .map_err(|source| Error::Internal {
                what: format!("no thread for the keyring: {source}"),
            })?;
        match tokio::time::timeout(self.deadline, told).await {
            Ok(Ok(result)) => result.map_err(|error| failure(&error)),
            Ok(Err(_)) => {
                Err(Error::Internal { what: "the keyring call ended without an answer".into() })
            }
            Err(_) => Err(Error::Keyring {
                reason: KeyringFailure::TimedOut,
                what: format!(
                    "no answer within {} s; an unlock prompt may be waiting",
                    self.deadline.as_secs()
                ),
            }),
        }
    }
}

/// Sorts a keyring error by what a person can do about it. The texts hold no secret: `keyring` puts bytes only into
/// variants we do not print.
fn failure(error: &keyring::Error) -> Error {
    let (reason, what) = match error {
        keyring::Error::NoDefaultStore => {
            let why =
                Entry::store_status().as_ref().err().map_or_else(String::new, ToString::to_string);
            (KeyringFailure::None, why)
        }
        keyring::Error::NoStorageAccess(source) => {
            let text = source.to_string();
            let denied = text.to_lowercase().contains("denied");
            (if denied { KeyringFailure::Denied } else { KeyringFailure::Locked }, text)
        }
        keyring::Error::PlatformFailure(source) => (KeyringFailure::None, source.to_string()),
        keyring::Error::BadEncoding(_) | keyring::Error::BadDataFormat(..) => {
            (KeyringFailure::Denied, "the stored entry is damaged".into())
        }
        other => (KeyringFailure::Denied, other.to_string()),
    };
    Error::Keyring { reason, what }
}

#[async_trait]
impl Vault for OsVault {
    async fn store(&self, account: &AccountId, secret: Secret<String>) -> Result<()> {
        self.call(account, move |user, entries| entries.store(user, secret.expose())).await
    }

    async fn load(&self, account: &AccountId) -> Result<Option<Secret<String>>> {
        self.call(account, |user, entries| Ok(entries.load(user)?.map(Secret::new))).await
    }

    async fn forget(&self, account: &AccountId) -> Result<()> {
        self.call(account, |user, entries| entries.forget(user)).await
    }
}

fn get(user: &str) -> keyring::Result<Option<String>> {
    match Entry::new(SERVICE, user)?.get_password() {
        Ok(text) => Ok(Some(text)),
        Err(keyring::Error::NoEntry) => Ok(None),
        Err(error) => Err(error),
    }
}

fn set(user: &str, text: &str) -> keyring::Result<()> {
    Entry::new(SERVICE, user)?.set_password(text)
}

fn delete(user: &str) -> keyring::Result<()> {
    match Entry::new(SERVICE, user)?.delete_credential() {
        Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
        Err(error) => Err(error),
    }
}
