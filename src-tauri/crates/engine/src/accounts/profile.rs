//! What is remembered of an account beyond its profile: what it may do, what was left on it, and where the APIs of a VBC
//! account are. Kept in the index as one JSON object; no secret is in it.

use domain::region::Region;
use domain::{Balance, Capabilities};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Where the APIs of a VBC account are, and how they are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VbcProfile {
    /// Which addresses; those of a preset are the preset's own.
    pub region: Region,
    /// The call recording service up to its name.
    pub service_base: String,
    /// The provisioning service, if there is one.
    pub provisioning_base: Option<String>,
    /// Where tokens are issued and renewed.
    pub token_url: String,
    /// Where a person signs in with a browser.
    pub authorize_url: String,
    /// Consumer key of the application.
    pub client_id: String,
    /// The most requests in any minute, by the application's quota.
    pub requests_per_min: u32,
}

impl VbcProfile {
    /// The same with the addresses of its region in place of what was typed; a custom region keeps what was typed.
    #[must_use]
    pub fn with_presets(mut self) -> Self {
        if let Some(preset) = self.region.endpoints() {
            preset.service_base.clone_into(&mut self.service_base);
            self.provisioning_base = Some(preset.provisioning_base.to_owned());
            preset.token_url.clone_into(&mut self.token_url);
            preset.authorize_url.clone_into(&mut self.authorize_url);
        }
        self
    }
}

/// What the index keeps.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Remembered {
    pub(super) capabilities: Capabilities,
    pub(super) balance: Option<Balance>,
    /// When a check last asked.
    pub(super) checked_at: Option<Timestamp>,
    pub(super) vbc: Option<VbcProfile>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Stored {
    /// [`Capabilities`] as its own text.
    capabilities: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<StoredBalance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vbc: Option<StoredVbc>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredBalance {
    available: f64,
    currency: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredVbc {
    region: String,
    service_base: String,
    provisioning_base: Option<String>,
    token_url: String,
    authorize_url: String,
    client_id: String,
    requests_per_min: u32,
}

impl Remembered {
    /// Reads what [`Remembered::to_json`] wrote; what cannot be read is asked for again at the next check.
    pub(super) fn from_json(json: Option<&str>) -> Self {
        let stored: Stored = json
            .and_then(|json| {
                serde_json::from_str(json)
                    .inspect_err(
                        |error| tracing::warn!(%error, "an account's notes cannot be read"),
                    )
                    .ok()
            })
            .unwrap_or_default();
        Self {
            capabilities: match stored.capabilities.parse() {
                Ok(capabilities) => capabilities,
                Err(never) => match never {},
            },
            balance: stored
                .balance
                .map(|stored| Balance { available: stored.available, currency: stored.currency }),
            checked_at: stored.checked_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()),
            vbc: stored.vbc.map(|stored| VbcProfile {
                region: Region::parse(&stored.region).unwrap_or(Region::Custom),
                service_base: stored.service_base,
                provisioning_base: stored.provisioning_base,
                token_url: stored.token_url,
                authorize_url: stored.authorize_url,
                client_id: stored.client_id,
                requests_per_min: stored.requests_per_min,
            }),
        }
    }

    pub(super) fn to_json(&self) -> Result<String> {
        let stored = Stored {
            capabilities: self.capabilities.to_string(),
            balance: self.balance.as_ref().map(|balance| StoredBalance {
                available: balance.available,
                currency: balance.currency.clone(),
            }),
            checked_ms: self.checked_at.map(Timestamp::as_millisecond),
            vbc: self.vbc.as_ref().map(|profile| StoredVbc {
                region: profile.region.as_str().to_owned(),
                service_base: profile.service_base.clone(),
                provisioning_base: profile.provisioning_base.clone(),
                token_url: profile.token_url.clone(),
                authorize_url: profile.authorize_url.clone(),
                client_id: profile.client_id.clone(),
                requests_per_min: profile.requests_per_min,
            }),
        };
        serde_json::to_string(&stored).map_err(|error| Error::Internal { what: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Availability, Feature};

    #[test]
    fn what_is_remembered_is_read_back() {
        let remembered = Remembered {
            capabilities: Capabilities::new()
                .with(Feature::Deletion, Availability::Yes)
                .with(Feature::Balance, Availability::no("Sub-accounts may not ask.")),
            balance: Some(Balance { available: 12.5, currency: "INR".into() }),
            checked_at: Some(Timestamp::from_millisecond(1_777_000_000_000).unwrap()),
            vbc: Some(
                VbcProfile {
                    region: Region::India,
                    service_base: String::new(),
                    provisioning_base: None,
                    token_url: String::new(),
                    authorize_url: String::new(),
                    client_id: "key".into(),
                    requests_per_min: 10,
                }
                .with_presets(),
            ),
        };
        let json = remembered.to_json().unwrap();
        assert_eq!(Remembered::from_json(Some(&json)), remembered);
        let india = remembered.vbc.unwrap();
        assert!(india.service_base.ends_with("call_recording_india"), "{india:?}");
    }

    #[test]
    fn what_cannot_be_read_is_empty() {
        assert_eq!(Remembered::from_json(Some("[1")), Remembered::default());
        assert_eq!(Remembered::from_json(None), Remembered::default());
    }
}
