//! Accounts: list, check, remove, and the provider that speaks for each. How one is added is a file for each vendor.

mod demo;
mod loopback;
mod profile;
mod secrets;
mod sub_accounts;
mod vbc;
mod vobiz;

use std::sync::Arc;

use domain::{
    Account, AccountFacts, AccountId, Availability, Balance, Capabilities, Feature, Vendor,
    VendorUser,
};
use jiff::Timestamp;
use providers::{Pace, Provider, Transport};
use tokio::sync::OnceCell;

pub use profile::VbcProfile;
pub(crate) use secrets::TokenLives;
pub use secrets::{SecretPlace, TokenLife};
pub(crate) use sub_accounts::named_with_owner;
pub use vbc::{NewVbcAccount, OpenBrowser, VbcGrant};
pub use vobiz::NewVobizAccount;

use crate::error::{Error, Result};
use crate::events::Event;
use crate::{Engine, lock};
use profile::Remembered;
use secrets::VbcSecret;

/// The provider of an account: made once, by whoever asks first, while the others wait for the same one.
pub(crate) type ProviderCell = Arc<OnceCell<Arc<dyn Provider>>>;

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
    /// What it may do, by its last check.
    pub capabilities: Capabilities,
    /// What was left to spend at its last check.
    pub balance: Option<Balance>,
    /// When it was last checked.
    pub checked_at: Option<Timestamp>,
    /// VBC: where its APIs are.
    pub vbc: Option<VbcProfile>,
    /// VBC: how long the sign-in lasts; unknown until somebody spoke for the account in this run.
    pub token: Option<TokenLife>,
}

/// How fast an account's requests go now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPace {
    /// Which account.
    pub account: AccountId,
    /// Its limiter.
    pub pace: Pace,
}

impl Engine {
    /// All accounts, in the order they were added.
    pub async fn accounts(&self) -> Result<Vec<AccountState>> {
        let stored = self.with_catalogue(catalogue::Catalogue::accounts).await?;
        let mut states = Vec::with_capacity(stored.len());
        for stored in stored {
            let secret = self.secret_place(&stored.account).await;
            let remembered = Remembered::from_json(stored.profile_json.as_deref());
            let token = lock(&self.inner.token_lives).get(&stored.account.id).copied();
            states.push(AccountState {
                token,
                account: stored.account,
                secret,
                recordings: stored.recordings,
                synced_at: stored.synced_at,
                vendor_total: stored.vendor_total,
                capabilities: remembered.capabilities,
                balance: remembered.balance,
                checked_at: remembered.checked_at,
                vbc: remembered.vbc,
            });
        }
        Ok(states)
    }

    /// Asks the provider again what an account may do and what is left on it.
    pub async fn check_account(&self, id: &AccountId) -> Result<()> {
        let provider = self.provider(id).await?;
        let facts = provider.check().await?;
        let (_, remembered) = self.known_account(id).await?;
        self.remember(id, &remembered.learn(facts, self.now())).await?;
        self.tell(Event::AccountsChanged);
        Ok(())
    }

    /// How fast the requests of each account go now; accounts nobody spoke for in this run are left out.
    pub fn paces(&self) -> Vec<AccountPace> {
        let cells: Vec<_> = lock(&self.inner.providers)
            .iter()
            .filter_map(|(id, cell)| Some((id.clone(), Arc::clone(cell.get()?))))
            .collect();
        cells
            .into_iter()
            .map(|(account, provider)| AccountPace { account, pace: provider.pace() })
            .collect()
    }

    /// Sets how many requests a minute a VBC account may send. Followed from the next request on, also by what is under
    /// way.
    ///
    /// # Errors
    /// `Invalid` for a pace that makes no sense, and for an account without a quota of its own.
    pub async fn set_pace(&self, id: &AccountId, requests_per_min: u32) -> Result<()> {
        vbc::check_pace(requests_per_min)?;
        let (_, mut remembered) = self.known_account(id).await?;
        let Some(profile) = remembered.vbc.as_mut() else {
            return Err(Error::invalid("requestsPerMin", "This account has no quota of its own."));
        };
        profile.requests_per_min = requests_per_min;
        self.remember(id, &remembered).await?;
        let cell = lock(&self.inner.providers).get(id).cloned();
        if let Some(provider) = cell.as_ref().and_then(|cell| cell.get()) {
            provider.set_limit_per_min(requests_per_min);
        }
        self.tell(Event::AccountsChanged);
        Ok(())
    }

    /// The people of a VBC account.
    pub async fn account_users(&self, id: &AccountId) -> Result<Vec<VendorUser>> {
        Ok(self.provider(id).await?.users().await?)
    }

    /// Removes an account and its recordings from the index. Files on disk stay; nothing is deleted at the vendor.
    pub async fn remove_account(&self, id: &AccountId) -> Result<()> {
        self.cancel_sync(id);
        let account = self.account(id).await?;
        let removed = id.clone();
        self.with_catalogue(move |catalogue| catalogue.remove_account(&removed)).await?;
        lock(&self.inner.providers).remove(id);
        self.part_anew(&account).await?;
        self.tell(Event::AccountsChanged);
        self.tell(Event::LibraryChanged);
        if account.is_sandbox {
            return Ok(());
        }
        // Last, since a keyring that cannot be reached must not keep the account alive.
        self.forget_secret(id).await
    }

    /// Remembers whether something worked, if that is news.
    pub(crate) async fn learn_feature(
        &self,
        id: &AccountId,
        feature: Feature,
        learned: Availability,
    ) -> Result<()> {
        let (_, mut remembered) = self.known_account(id).await?;
        if *remembered.capabilities.get(feature) == learned {
            return Ok(());
        }
        remembered.capabilities.set(feature, learned);
        self.remember(id, &remembered).await?;
        self.tell(Event::AccountsChanged);
        Ok(())
    }

    /// One account's profile.
    pub(crate) async fn account(&self, id: &AccountId) -> Result<Account> {
        Ok(self.known_account(id).await?.0)
    }

    /// The provider that speaks for an account.
    ///
    /// # Errors
    /// `SignInNeeded` when its secret is not at hand.
    pub(crate) async fn provider(&self, id: &AccountId) -> Result<Arc<dyn Provider>> {
        let cell = Arc::clone(lock(&self.inner.providers).entry(id.clone()).or_default());
        let provider = cell.get_or_try_init(|| self.make_provider(id)).await?;
        Ok(Arc::clone(provider))
    }

    /// The connections that providers made from now on use.
    pub(crate) fn transport(&self) -> Transport {
        lock(&self.inner.transport).clone()
    }

    /// From now on every account speaks by other connections. What is under way ends by the old ones.
    pub(crate) fn replace_transport(&self, transport: Transport) {
        *lock(&self.inner.transport) = transport;
        lock(&self.inner.providers).clear();
        self.forget_buckets();
    }

    async fn make_provider(&self, id: &AccountId) -> Result<Arc<dyn Provider>> {
        let (account, remembered) = self.known_account(id).await?;
        if account.is_sandbox {
            return self.speak_demo(&account).await;
        }
        let secret = self.secret(id).await?;
        if account.vendor == Vendor::Vobiz {
            return self.speak_vobiz(&account, secret).await;
        }
        let (Some(profile), Some(secret)) = (remembered.vbc, VbcSecret::from_text(&secret)) else {
            return Err(Error::SignInNeeded(id.clone()));
        };
        self.speak_vbc(&account, &profile, &secret)
    }

    async fn known_account(&self, id: &AccountId) -> Result<(Account, Remembered)> {
        let all = self.with_catalogue(catalogue::Catalogue::accounts).await?;
        all.into_iter()
            .find(|stored| stored.account.id == *id)
            .map(|stored| (stored.account, Remembered::from_json(stored.profile_json.as_deref())))
            .ok_or_else(|| Error::stale("This account was removed."))
    }

    async fn keep_account(
        &self,
        account: &Account,
        provider: Arc<dyn Provider>,
        remembered: &Remembered,
    ) -> Result<()> {
        let saved = account.clone();
        self.with_catalogue(move |catalogue| catalogue.save_account(&saved)).await?;
        self.remember(&account.id, remembered).await?;
        // A provider that somebody is making with the old secret just now ends up in the old cell.
        let cell = Arc::new(OnceCell::new_with(Some(provider)));
        lock(&self.inner.providers).insert(account.id.clone(), cell);
        self.inner.transfers.admit(&account.id);
        self.tell(Event::AccountsChanged);
        Ok(())
    }

    async fn remember(&self, id: &AccountId, remembered: &Remembered) -> Result<()> {
        let (id, json) = (id.clone(), remembered.to_json()?);
        self.with_catalogue(move |catalogue| catalogue.set_account_profile(&id, &json)).await
    }

    async fn refuse_twin(
        &self,
        vendor: Vendor,
        auth_id: &str,
        base_url: &str,
        field: &'static str,
    ) -> Result<()> {
        let all = self.with_catalogue(catalogue::Catalogue::accounts).await?;
        let twin = all.into_iter().map(|stored| stored.account).find(|account| {
            account.vendor == vendor && account.auth_id == auth_id && account.base_url == base_url
        });
        match twin {
            None => Ok(()),
            Some(twin) => Err(Error::invalid(
                field,
                format!("This account is here already, as “{}”.", twin.label),
            )),
        }
    }
}

impl Remembered {
    /// The same with what a check found.
    fn learn(mut self, facts: AccountFacts, now: Timestamp) -> Self {
        self.capabilities.update(&facts.capabilities);
        self.balance = facts.balance.or(self.balance);
        self.checked_at = Some(now);
        self
    }
}
