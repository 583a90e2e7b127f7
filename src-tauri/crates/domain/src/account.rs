//! Account profiles: which vendor, whose, and where its API is.

use crate::capability::Capabilities;
use crate::ids::{AccountId, UserId};

/// Whose API an account speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Vendor {
    /// Vobiz (`api.vobiz.ai`).
    Vobiz,
    /// Vonage Business Communications.
    Vbc,
}

impl Vendor {
    /// The name used in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vobiz => "vobiz",
            Self::Vbc => "vbc",
        }
    }

    /// Reads [`Vendor::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "vobiz" => Some(Self::Vobiz),
            "vbc" => Some(Self::Vbc),
            _ => None,
        }
    }
}

/// One profile, without its secret: that is in the vault under [`Account::id`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Our id.
    pub id: AccountId,
    /// Whose API.
    pub vendor: Vendor,
    /// What the person calls it.
    pub label: String,
    /// The vendor's account id (Vobiz: `auth_id`, `MA_…` or `SA_…`).
    pub auth_id: String,
    /// Base address of the API, with the version, without a trailing slash:
    /// `https://api.vobiz.ai/api/v1`. For a sandbox account this is rewritten at each start.
    pub base_url: String,
    /// How many recordings to ask for in one page; the reply's own `meta.limit` is believed.
    pub page_size: u32,
    /// True for the built-in server with made-up calls.
    pub is_sandbox: bool,
    /// The account's time zone by IANA name, if the vendor told it (`Asia/Kolkata`).
    pub time_zone: Option<String>,
}

/// What a credential check learned about the account.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccountFacts {
    /// Name of the account holder.
    pub name: Option<String>,
    /// Company.
    pub company: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Currency of the account (`INR`).
    pub currency: Option<String>,
    /// How many recordings the vendor says there are.
    pub recordings_total: Option<u64>,
    /// What the account may do, as far as the check asked.
    pub capabilities: Capabilities,
    /// What is left to spend, where the account may know.
    pub balance: Option<Balance>,
    /// VBC: the vendor's id of the user who signed in, where it could be learned.
    pub user_id: Option<UserId>,
}

/// What is left on an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// How much can be spent, in units of the currency.
    pub available: f64,
    /// ISO 4217 code (`INR`).
    pub currency: String,
}
