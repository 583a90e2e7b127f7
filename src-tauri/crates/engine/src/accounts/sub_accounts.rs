//! Sub-accounts of Vobiz that have a profile of their own, beside the profile of their main account.
//!
//! The vendor's documents disagree on whether a main account lists what its sub-accounts recorded (api contract C2). Where
//! it does, each recording is shown once: under the account that the vendor's own words name. What the main account brought
//! before the sub-account was added moves over to it, with its copies and notes.

use std::collections::BTreeSet;

use domain::{Account, AccountId, Vendor};
use providers::Vobiz;

use crate::error::Result;
use crate::events::Event;
use crate::{Engine, lock};

/// How the ids of main accounts and of sub-accounts begin (api contract A1).
const MAIN: &str = "MA_";
const SUB: &str = "SA_";

/// Whether `sub` may be a sub-account of `main`: nothing tells for sure, so what the lists say decides.
fn may_be_under(sub: &Account, main: &Account) -> bool {
    let is = |account: &Account, kind: &str| {
        account.vendor == Vendor::Vobiz && !account.is_sandbox && account.auth_id.starts_with(kind)
    };
    is(main, MAIN) && is(sub, SUB) && main.base_url == sub.base_url
}

/// The account's label; of a recording that the vendor says is a sub-account's, with that one's id: `Office · SA_XXXXXXXX`.
pub(crate) fn named_with_owner(account: &Account, raw: &str) -> String {
    let owner = match account.vendor {
        Vendor::Vobiz => Vobiz::account_of(raw).filter(|owner| *owner != account.auth_id),
        Vendor::Vbc => None,
    };
    match owner {
        Some(owner) => format!("{} · {owner}", account.label),
        None => account.label.clone(),
    }
}

impl Engine {
    /// The sub-accounts that list for themselves what a main account may list too.
    pub(super) async fn sub_profiles(&self, main: &Account) -> Result<BTreeSet<String>> {
        let all = self.with_catalogue(catalogue::Catalogue::accounts).await?;
        let subs = all.into_iter().map(|stored| stored.account);
        Ok(subs.filter(|sub| may_be_under(sub, main)).map(|sub| sub.auth_id).collect())
    }

    /// Gives an account that was added what main accounts have listed of it so far. From now on they leave it out.
    pub(super) async fn take_over(&self, sub: &Account) -> Result<()> {
        for main in self.main_profiles(sub).await? {
            // A reading that is under way would bring them back to where they were.
            let was_reading = self.end_sync(&main).await;
            lock(&self.inner.providers).remove(&main);
            let (from, to, own) = (main.clone(), sub.id.clone(), sub.auth_id.clone());
            let moved = self
                .with_catalogue(move |catalogue| {
                    let belongs = |raw: &str| Vobiz::account_of(raw).as_ref() == Some(&own);
                    catalogue.hand_over(&from, &to, &Vobiz::mark_of(&own), belongs)
                })
                .await?;
            if moved > 0 {
                tracing::info!(account = %sub.id, from = %main, moved, "recordings went to the sub-account");
                self.tell(Event::LibraryChanged);
                self.tell(Event::AccountsChanged);
            }
            if was_reading {
                self.start_sync(&main);
            }
        }
        Ok(())
    }

    /// Has main accounts list again what was a sub-account's that is removed.
    pub(super) async fn give_back(&self, sub: &Account) -> Result<()> {
        for main in self.main_profiles(sub).await? {
            lock(&self.inner.providers).remove(&main);
        }
        Ok(())
    }

    async fn main_profiles(&self, sub: &Account) -> Result<Vec<AccountId>> {
        let all = self.with_catalogue(catalogue::Catalogue::accounts).await?;
        let mains = all.into_iter().map(|stored| stored.account);
        Ok(mains.filter(|main| may_be_under(sub, main)).map(|main| main.id).collect())
    }

    /// Stops a sync of an account and waits until it has ended; whether there was one.
    async fn end_sync(&self, id: &AccountId) -> bool {
        let mut was_reading = false;
        loop {
            let ended = self.inner.sync_ended.notified();
            if !lock(&self.inner.syncs).contains_key(id) {
                return was_reading;
            }
            was_reading = true;
            self.cancel_sync(id);
            ended.await;
        }
    }
}
