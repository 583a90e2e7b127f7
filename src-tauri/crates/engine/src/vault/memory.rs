//! Secrets in memory only: the session fallback, and the vault of tests.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use domain::{AccountId, Secret};

use super::Vault;
use crate::error::Result;
use crate::lock;

/// Forgets everything when dropped.
#[derive(Default)]
pub struct MemoryVault {
    secrets: Mutex<HashMap<AccountId, Secret<String>>>,
}

#[async_trait]
impl Vault for MemoryVault {
    async fn store(&self, account: &AccountId, secret: Secret<String>) -> Result<()> {
        lock(&self.secrets).insert(account.clone(), secret);
        Ok(())
    }

    async fn load(&self, account: &AccountId) -> Result<Option<Secret<String>>> {
        Ok(lock(&self.secrets).get(account).cloned())
    }

    async fn forget(&self, account: &AccountId) -> Result<()> {
        lock(&self.secrets).remove(account);
        Ok(())
    }
}
