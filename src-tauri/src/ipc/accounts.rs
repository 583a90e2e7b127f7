//! Accounts.

use domain::Secret;
use engine::{AccountState, NewVobizAccount};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An account profile. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub struct AccountView {
    /// Our id.
    pub id: String,
    /// `vobiz` or `vbc`.
    pub vendor: String,
    /// What the person calls it.
    pub label: String,
    /// The vendor's account id.
    pub auth_id: String,
    /// Base address of the API.
    pub base_url: String,
    /// Made-up calls from the built-in server.
    pub is_sandbox: bool,
    /// Where its secret is.
    pub secret: SecretPlace,
    /// Recordings in the index.
    #[ts(type = "number")]
    pub recordings: u64,
    /// End of the last complete sync.
    #[ts(type = "number | null")]
    pub synced_at_ms: Option<i64>,
    /// What the vendor said the total was at that sync.
    #[ts(type = "number | null")]
    pub vendor_total: Option<u64>,
    /// IANA time zone the vendor told.
    pub time_zone: Option<String>,
}

/// Where an account's secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub enum SecretPlace {
    /// In the OS keyring.
    Keyring,
    /// In memory until the app closes.
    Session,
    /// Not at hand: sign in again.
    Missing,
}

/// The *Add Vobiz account* dialog. No `Debug`: it holds a token on its way to the vault.
#[derive(Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub struct AddVobizAccount {
    /// What to call it; empty means the auth id.
    pub label: String,
    /// `MA_…` or `SA_…`.
    pub auth_id: String,
    /// The token. It goes to the keyring and to the vendor's own origin, nowhere else.
    pub auth_token: String,
    /// Base address; empty means `https://api.vobiz.ai/api/v1`.
    pub base_url: String,
    /// Recordings a page, 1 to 100.
    pub page_size: u32,
    /// Keep the token in memory only. Set after the keyring failed and the person agreed.
    pub session_only: bool,
}

/// A new token for an account whose secret is missing or refused. No `Debug`, as above.
#[derive(Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub struct SignIn {
    /// Which account.
    pub account_id: String,
    /// The token.
    pub auth_token: String,
    /// Keep it in memory only.
    pub session_only: bool,
}

impl From<AccountState> for AccountView {
    fn from(state: AccountState) -> Self {
        let account = state.account;
        Self {
            id: account.id.to_string(),
            vendor: account.vendor.as_str().into(),
            label: account.label,
            auth_id: account.auth_id,
            base_url: account.base_url,
            is_sandbox: account.is_sandbox,
            secret: match state.secret {
                engine::SecretPlace::Keyring => SecretPlace::Keyring,
                engine::SecretPlace::Session => SecretPlace::Session,
                engine::SecretPlace::Missing => SecretPlace::Missing,
            },
            recordings: state.recordings,
            synced_at_ms: state.synced_at.map(jiff::Timestamp::as_millisecond),
            vendor_total: state.vendor_total,
            time_zone: account.time_zone,
        }
    }
}

impl From<AddVobizAccount> for NewVobizAccount {
    fn from(typed: AddVobizAccount) -> Self {
        Self {
            label: typed.label,
            auth_id: typed.auth_id,
            auth_token: Secret::new(typed.auth_token.trim().to_owned()),
            base_url: typed.base_url,
            page_size: typed.page_size,
            session_only: typed.session_only,
        }
    }
}
