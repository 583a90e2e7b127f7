//! Sub-accounts of Vobiz that have a profile of their own, beside the profile of their main account.
//!
//! The vendor's documents disagree on whether a main account lists what its sub-accounts recorded (api contract C2). Where
//! it does, each recording is shown once: under the account that the vendor's own words name. What the main account brought
//! before the sub-account was added moves over to it, with its copies and notes, when the main account is read again.

use std::collections::{BTreeSet, HashMap};

use domain::{Account, AccountId, RecordingId, Vendor};
use providers::Vobiz;

use crate::error::Result;
use crate::events::Event;
use crate::{Engine, SyncDepth, lock};

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
        let subs = self.profiles(|sub| may_be_under(sub, main)).await?;
        Ok(subs.into_iter().map(|sub| sub.auth_id).collect())
    }

    /// Gives sub-accounts what a reading of their main account met of theirs. Each complete reading does, so nothing is
    /// lost when one of them ends in between.
    pub(crate) async fn hand_over(
        &self,
        main: &AccountId,
        others: &HashMap<RecordingId, String>,
    ) -> Result<()> {
        if others.is_empty() {
            return Ok(());
        }
        let account = self.account(main).await?;
        for sub in self.profiles(|sub| may_be_under(sub, &account)).await? {
            let of_it = others.iter().filter(|(_, owner)| **owner == sub.auth_id);
            let ids: Vec<RecordingId> = of_it.map(|(id, _)| id.clone()).collect();
            let (from, to) = (main.clone(), sub.id.clone());
            let moved =
                self.with_catalogue(move |catalogue| catalogue.hand_over(&from, &to, &ids)).await?;
            if moved > 0 {
                tracing::info!(account = %sub.id, from = %main, moved, "recordings went to the sub-account");
                self.tell(Event::LibraryChanged);
            }
        }
        Ok(())
    }

    /// Has main accounts know which profiles there are, now that a sub-account's was added or removed: they leave out, or
    /// list again, what is its.
    pub(super) async fn part_anew(&self, sub: &Account) -> Result<()> {
        for main in self.profiles(|main| may_be_under(sub, main)).await? {
            lock(&self.inner.providers).remove(&main.id);
            // It has other rows from now on: a reading that is under way, or was interrupted, counted the wrong ones.
            self.end_sync(&main.id).await;
            let (id, now) = (main.id.clone(), self.now());
            self.with_catalogue(move |catalogue| match catalogue.interrupted_sync(&id)? {
                Some(interrupted) => {
                    catalogue.finish_sync(interrupted.run, false, None, now).map(drop)
                }
                None => Ok(()),
            })
            .await?;
            self.start_sync_of(&main.id, SyncDepth::Full);
        }
        Ok(())
    }

    async fn profiles(&self, is_wanted: impl Fn(&Account) -> bool) -> Result<Vec<Account>> {
        let all = self.with_catalogue(catalogue::Catalogue::accounts).await?;
        let accounts = all.into_iter().map(|stored| stored.account);
        Ok(accounts.filter(|account| is_wanted(account)).collect())
    }

    /// Stops a sync of an account and waits until it has ended.
    async fn end_sync(&self, id: &AccountId) {
        loop {
            let ended = self.inner.sync_ended.notified();
            if !lock(&self.inner.syncs).contains_key(id) {
                return;
            }
            self.cancel_sync(id);
            ended.await;
        }
    }
}
