//! Where secrets live: the OS keyring, or memory when a person chose so for this session. Never a file, never a setting.

mod memory;
mod os;
mod parts;

use async_trait::async_trait;
use domain::{AccountId, Secret};

use crate::error::Result;

pub use memory::MemoryVault;
pub use os::OsVault;

/// Keeps one secret text per account.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Keeps `secret` for `account`, replacing an earlier one.
    async fn store(&self, account: &AccountId, secret: Secret<String>) -> Result<()>;

    /// The secret, or `None` if the vault says it has none. A locked keyring may say so too, so `None` is no proof that
    /// none was ever stored.
    async fn load(&self, account: &AccountId) -> Result<Option<Secret<String>>>;

    /// Forgets it; fine if there is none.
    async fn forget(&self, account: &AccountId) -> Result<()>;
}
