//! Accounts.

use domain::{Availability, Feature, Secret};
use engine::{AccountState, NewVobizAccount};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::error::millis;
use super::vbc::VbcProfile;

/// An account profile. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
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
    /// What the account may do, as far as anybody has asked; a feature that is not here is unknown.
    pub capabilities: Vec<CapabilityView>,
    /// What is left to spend, where the account may know.
    pub balance: Option<BalanceView>,
    /// VBC: where its APIs are.
    pub vbc: Option<VbcProfile>,
    /// VBC: how long the sign-in lasts; null until somebody spoke for the account in this run.
    pub token: Option<TokenView>,
}

/// How long a sign-in lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub struct TokenView {
    /// When the present token ends, or ended; null when nobody told.
    #[ts(type = "number | null")]
    pub ends_at_ms: Option<i64>,
    /// A new one takes its place by itself. Else, as with a pasted one, the sign-in ends with it.
    pub renews_itself: bool,
}

/// Whether an account can do something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub struct CapabilityView {
    /// What.
    pub feature: FeatureName,
    /// Whether.
    pub available: bool,
    /// Why not, as a sentence.
    pub reason: Option<String>,
}

/// Something an account may be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub enum FeatureName {
    /// List, get and play recordings at all.
    Recordings,
    /// VBC: the recordings of the whole company.
    CompanyRecordings,
    /// VBC: one's own recordings on demand.
    OnDemandRecordings,
    /// VBC: other people's recordings on demand.
    OtherUsersRecordings,
    /// Delete recordings.
    Deletion,
    /// Vobiz: an archive whose link comes by e-mail.
    EmailExport,
    /// VBC: archives made by jobs.
    ExportJobs,
    /// Records of the calls.
    CallRecords,
    /// The account's balance.
    Balance,
    /// Transcripts.
    Transcripts,
}

/// What is left on an account.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub struct BalanceView {
    /// How much.
    pub available: f64,
    /// ISO 4217 code.
    pub currency: String,
}

/// How fast an account's requests go now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub struct PaceView {
    /// Which account.
    pub account_id: String,
    /// The most requests in any minute, if there is such a limit.
    pub limit_per_min: Option<u32>,
    /// Requests that wait for their turn.
    pub waiting: u32,
    /// How long the next one has to wait.
    #[ts(type = "number | null")]
    pub next_in_ms: Option<u64>,
    /// Why, as a sentence.
    pub why: Option<String>,
}

/// Where a secret is.
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

impl From<engine::SecretPlace> for SecretPlace {
    fn from(place: engine::SecretPlace) -> Self {
        match place {
            engine::SecretPlace::Keyring => Self::Keyring,
            engine::SecretPlace::Session => Self::Session,
            engine::SecretPlace::Missing => Self::Missing,
        }
    }
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
            secret: state.secret.into(),
            recordings: state.recordings,
            synced_at_ms: state.synced_at.map(jiff::Timestamp::as_millisecond),
            vendor_total: state.vendor_total,
            time_zone: account.time_zone,
            capabilities: state.capabilities.iter().filter_map(CapabilityView::of).collect(),
            balance: state.balance.map(|balance| BalanceView {
                available: balance.available,
                currency: balance.currency,
            }),
            vbc: state.vbc.map(VbcProfile::from),
            token: state.token.map(|life| TokenView {
                ends_at_ms: life.ends_at.map(jiff::Timestamp::as_millisecond),
                renews_itself: life.renews_itself,
            }),
        }
    }
}

impl CapabilityView {
    fn of((feature, availability): (Feature, &Availability)) -> Option<Self> {
        let (available, reason) = match availability {
            Availability::Yes => (true, None),
            Availability::No { reason } => (false, Some(reason.clone())),
            Availability::Unknown => return None,
        };
        let feature = match feature {
            Feature::Recordings => FeatureName::Recordings,
            Feature::CompanyRecordings => FeatureName::CompanyRecordings,
            Feature::OnDemandRecordings => FeatureName::OnDemandRecordings,
            Feature::OtherUsersRecordings => FeatureName::OtherUsersRecordings,
            Feature::Deletion => FeatureName::Deletion,
            Feature::EmailExport => FeatureName::EmailExport,
            Feature::ExportJobs => FeatureName::ExportJobs,
            Feature::CallRecords => FeatureName::CallRecords,
            Feature::Balance => FeatureName::Balance,
            Feature::Transcripts => FeatureName::Transcripts,
        };
        Some(Self { feature, available, reason })
    }
}

impl From<engine::AccountPace> for PaceView {
    fn from(pace: engine::AccountPace) -> Self {
        Self {
            account_id: pace.account.to_string(),
            limit_per_min: pace.pace.limit_per_min,
            waiting: u32::try_from(pace.pace.waiting).unwrap_or(u32::MAX),
            next_in_ms: pace.pace.next_in.map(millis),
            why: pace.pace.why,
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
