//! Account profiles. Secrets are elsewhere, in the vault.

use domain::text;
use domain::{Account, AccountId, Vendor};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, named_params};

use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::pictures;
use crate::recordings;
use crate::values::{self, unknown_name};

/// An account and what the index knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    /// The profile.
    pub account: Account,
    /// How many recordings the *All* view shows of it.
    pub recordings: u64,
    /// End of the last complete sync.
    pub synced_at: Option<Timestamp>,
    /// The vendor's own total at that sync.
    pub vendor_total: Option<u64>,
    /// What was kept with [`Catalogue::set_account_profile`].
    pub profile_json: Option<String>,
}

impl Catalogue {
    /// All accounts, in the order they were added.
    pub fn accounts(&self) -> Result<Vec<StoredAccount>> {
        // Counting a million rows of the file takes longer than a person should wait for their accounts; reading a picture
        // of them does not.
        let mut in_memory = self.mirror().shown_by_account();
        if in_memory.is_none() && self.read(pictures::number)?.is_some() {
            in_memory = Some(self.with_mirror(|mirror, _| Ok(mirror.shown_by_account()))?);
        }
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT * FROM accounts WHERE removed = 0 ORDER BY no")?;
            let mut in_file = tx.prepare_cached(
                "SELECT (SELECT count(*) FROM recordings WHERE account_no = ?1)
                   - (SELECT count(*) FROM recordings WHERE account_no = ?1 AND gone_ms IS NOT NULL
                      AND deleted_by_us = 1 AND state NOT IN ('verified', 'remarked'))",
            )?;
            let mut accounts = Vec::new();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let mut account = stored_account(row)?;
                let no: i64 = row.get("no")?;
                account.recordings = match &in_memory {
                    Some(counts) => counts.get(&no).copied().unwrap_or(0),
                    None => in_file.query_row([no], |row| row.get(0).map(values::uncount))?,
                };
                accounts.push(account);
            }
            Ok(accounts)
        })
    }

    /// Adds the account, or updates the one of this id.
    ///
    /// Adding an account of the vendor and vendor id of one that was removed takes over what was kept of it: its
    /// copies count again, and its exports and deletions are its own.
    pub fn save_account(&self, account: &Account) -> Result<()> {
        self.write(|tx| {
            let known: bool = tx.query_row(
                "SELECT EXISTS (SELECT 1 FROM accounts WHERE id = ?1)",
                [account.id.as_str()],
                |row| row.get(0),
            )?;
            if !known {
                tx.execute(
                    "UPDATE accounts SET id = ?1 WHERE no = (
                       SELECT no FROM accounts
                       WHERE removed = 1 AND vendor = ?2 AND auth_id = ?3 AND is_sandbox = ?4
                       ORDER BY no DESC LIMIT 1)",
                    (account.id.as_str(), account.vendor.as_str(), &account.auth_id, account.is_sandbox),
                )?;
            }
            tx.execute(
                "INSERT INTO accounts (id, vendor, label, label_sort, auth_id, base_url, page_size, is_sandbox, time_zone)
                 VALUES (:id, :vendor, :label, :label_sort, :auth_id, :base_url, :page_size, :is_sandbox, :time_zone)
                 ON CONFLICT (id) DO UPDATE SET
                   vendor = excluded.vendor, label = excluded.label, label_sort = excluded.label_sort,
                   auth_id = excluded.auth_id, base_url = excluded.base_url, page_size = excluded.page_size,
                   is_sandbox = excluded.is_sandbox, time_zone = excluded.time_zone, removed = 0",
                named_params! {
                    ":id": account.id.as_str(),
                    ":vendor": account.vendor.as_str(),
                    ":label": account.label,
                    ":label_sort": text::fold(&account.label),
                    ":auth_id": account.auth_id,
                    ":base_url": account.base_url,
                    ":page_size": account.page_size,
                    ":is_sandbox": account.is_sandbox,
                    ":time_zone": account.time_zone,
                },
            )?;
            Ok(())
        })
    }

    /// Keeps more about an account than its profile has fields for, as JSON whose meaning is the caller's.
    pub fn set_account_profile(&self, id: &AccountId, json: &str) -> Result<()> {
        self.write(|tx| {
            let no = number(tx, id)?;
            tx.execute("UPDATE accounts SET profile_json = ?2 WHERE no = ?1", (no, json))?;
            Ok(())
        })
    }

    /// Takes the account and its recordings out of the index. Items of jobs that were still to come are cancelled.
    /// What happened stays on record: files on disk, finished items, exports, deletions.
    pub fn remove_account(&self, id: &AccountId) -> Result<()> {
        self.write_then(
            |tx| {
                let no = number(tx, id)?;
                tx.execute(
                    "UPDATE job_items SET state = 'cancelled', note = 'The account was removed.'
                     WHERE account_no = ?1 AND state IN ('queued', 'receiving', 'verifying')",
                    [no],
                )?;
                recordings::forget(tx, "account_no = ?1", [no])?;
                tx.execute(
                    "UPDATE accounts SET removed = 1, synced_ms = NULL, vendor_total = NULL WHERE no = ?1",
                    [no],
                )?;
                // It shows calls that a person wants to be rid of.
                pictures::give_up(tx)
            },
            |()| self.forget_pictures(),
        )
    }
}

/// The number of an account that is not removed.
pub(crate) fn number(tx: &Transaction<'_>, id: &AccountId) -> Result<i64> {
    find_number(tx, id)?.ok_or_else(|| Error::not_found("account", id))
}

/// The same, or `None`.
pub(crate) fn find_number(tx: &Transaction<'_>, id: &AccountId) -> Result<Option<i64>> {
    let mut statement =
        tx.prepare_cached("SELECT no FROM accounts WHERE id = ?1 AND removed = 0")?;
    Ok(statement.query_row([id.as_str()], |row| row.get(0)).optional()?)
}

/// The number of an account, removed or not, for records of what happened.
pub(crate) fn number_on_record(tx: &Transaction<'_>, id: &AccountId) -> Result<i64> {
    let mut statement = tx.prepare_cached("SELECT no FROM accounts WHERE id = ?1")?;
    let found = statement.query_row([id.as_str()], |row| row.get(0)).optional()?;
    found.ok_or_else(|| Error::not_found("account", id))
}

fn stored_account(row: &Row<'_>) -> rusqlite::Result<StoredAccount> {
    let vendor: String = row.get("vendor")?;
    Ok(StoredAccount {
        account: Account {
            id: AccountId::new(row.get::<_, String>("id")?),
            vendor: Vendor::parse(&vendor).ok_or_else(|| {
                rusqlite::Error::FromSqlConversionFailure(
                    0,
                    rusqlite::types::Type::Text,
                    Box::new(unknown_name("Vendor", &vendor)),
                )
            })?,
            label: row.get("label")?,
            auth_id: row.get("auth_id")?,
            base_url: row.get("base_url")?,
            page_size: row.get("page_size")?,
            is_sandbox: row.get("is_sandbox")?,
            time_zone: row.get("time_zone")?,
        },
        recordings: 0,
        synced_at: values::instant(row, "synced_ms")?,
        vendor_total: values::optional_count(row, "vendor_total")?,
        profile_json: row.get("profile_json")?,
    })
}
