//! Accounts of Vonage Business Communications: where their APIs are, how a person signs in, who belongs to them.

use domain::{Region, Secret};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the APIs of a VBC account are, and how they are used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub struct VbcProfile {
    /// Which addresses.
    pub region: RegionName,
    /// The call recording service up to its name: `https://api.vonage.com/t/vbc.prod/call_recording`. This and the
    /// other addresses are read for `custom` alone; the presets have their own.
    pub service_base: String,
    /// The provisioning service; empty for none.
    pub provisioning_base: String,
    /// Where tokens are issued and renewed.
    pub token_url: String,
    /// Where a person signs in with a browser.
    pub authorize_url: String,
    /// Consumer key of the application. May be empty with a pasted token.
    pub client_id: String,
    /// The most requests in any minute.
    pub requests_per_min: u32,
}

/// Which addresses a VBC account uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub enum RegionName {
    /// Everywhere but India.
    Default,
    /// India: company recordings alone.
    India,
    /// Typed in.
    Custom,
}

/// How a person proves who they are to VBC. No `Debug`: it holds secrets on their way to the vendor.
#[derive(Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub enum VbcGrant {
    /// Login and password; neither is kept. A refused password is never tried again by itself.
    Password {
        /// Login name; `@vbc.prod` is added when it has no `@`.
        username: String,
        /// Password.
        password: String,
    },
    /// In the system's browser, which comes back to a loopback address.
    Code {
        /// The callback address registered for the application, like `http://localhost:8484/callback`.
        redirect_uri: String,
    },
    /// A token from elsewhere. It cannot be renewed, so it ends by itself.
    Token {
        /// The access token.
        access_token: String,
        /// How long it lasts from now, in seconds, if known; VBC gives 24 hours.
        #[ts(type = "number | null")]
        expires_in_s: Option<u64>,
    },
}

/// The *Add Vonage account* dialog. No `Debug`, as above.
#[derive(Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub struct AddVbcAccount {
    /// What to call it; empty means the login name, or else the vendor.
    pub label: String,
    /// Addresses and pace.
    pub profile: VbcProfile,
    /// Consumer secret of the application. Empty with a pasted token that is not to be renewed.
    pub client_secret: String,
    /// How to sign in.
    pub grant: VbcGrant,
    /// Recordings a page, 1 to 100.
    pub page_size: u32,
    /// Keep the tokens in memory only.
    pub session_only: bool,
}

/// A new sign-in for a VBC account. No `Debug`, as above.
#[derive(Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub struct SignInVbc {
    /// Which account.
    pub account_id: String,
    /// Consumer secret; empty means the one that is kept.
    pub client_secret: String,
    /// How to sign in.
    pub grant: VbcGrant,
    /// Keep the tokens in memory only.
    pub session_only: bool,
}

/// A person of a VBC account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "accounts.ts")]
pub struct UserView {
    /// The vendor's id.
    pub id: String,
    /// The best name there is.
    pub label: String,
    /// Extensions.
    pub extensions: Vec<String>,
}

impl From<engine::VbcProfile> for VbcProfile {
    fn from(profile: engine::VbcProfile) -> Self {
        Self {
            region: match profile.region {
                Region::Default => RegionName::Default,
                Region::India => RegionName::India,
                Region::Custom => RegionName::Custom,
            },
            service_base: profile.service_base,
            provisioning_base: profile.provisioning_base.unwrap_or_default(),
            token_url: profile.token_url,
            authorize_url: profile.authorize_url,
            client_id: profile.client_id,
            requests_per_min: profile.requests_per_min,
        }
    }
}

impl From<VbcProfile> for engine::VbcProfile {
    fn from(typed: VbcProfile) -> Self {
        let address = |text: &str| text.trim().trim_end_matches('/').to_owned();
        let provisioning_base = address(&typed.provisioning_base);
        Self {
            region: match typed.region {
                RegionName::Default => Region::Default,
                RegionName::India => Region::India,
                RegionName::Custom => Region::Custom,
            },
            service_base: address(&typed.service_base),
            provisioning_base: (!provisioning_base.is_empty()).then_some(provisioning_base),
            token_url: address(&typed.token_url),
            authorize_url: address(&typed.authorize_url),
            client_id: typed.client_id.trim().to_owned(),
            requests_per_min: typed.requests_per_min,
        }
        .with_presets()
    }
}

impl From<VbcGrant> for engine::VbcGrant {
    fn from(typed: VbcGrant) -> Self {
        match typed {
            VbcGrant::Password { username, password } => Self::Password {
                username: username.trim().to_owned(),
                password: Secret::new(password),
            },
            VbcGrant::Code { redirect_uri } => {
                Self::Code { redirect_uri: redirect_uri.trim().to_owned() }
            }
            VbcGrant::Token { access_token, expires_in_s } => Self::Token {
                access_token: Secret::new(access_token.trim().to_owned()),
                expires_in_s,
            },
        }
    }
}

impl From<AddVbcAccount> for engine::NewVbcAccount {
    fn from(typed: AddVbcAccount) -> Self {
        Self {
            label: typed.label,
            profile: typed.profile.into(),
            client_secret: Secret::new(typed.client_secret.trim().to_owned()),
            grant: typed.grant.into(),
            page_size: typed.page_size,
            session_only: typed.session_only,
        }
    }
}

impl From<domain::VendorUser> for UserView {
    fn from(user: domain::VendorUser) -> Self {
        Self {
            label: user.label().to_owned(),
            id: user.id.to_string(),
            extensions: user.extensions,
        }
    }
}
