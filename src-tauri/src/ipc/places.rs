//! Buckets that copies are saved in.

use domain::{PlaceId, Secret};
use engine::{NewPlace, PlaceState};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::accounts::SecretPlace;

/// A bucket that is set up. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "places.ts")]
pub struct PlaceView {
    /// Id.
    pub id: String,
    /// What a person calls it.
    pub label: String,
    /// For reading: `s3://bucket/prefix at host`.
    pub address: String,
    /// Address of the server; empty for Amazon's own.
    pub endpoint: String,
    /// Region; may be empty where there is an address.
    pub region: String,
    /// Name of the bucket.
    pub bucket: String,
    /// What every key begins with; may be empty.
    pub prefix: String,
    /// `https://host/bucket/key` instead of `https://bucket.host/key`.
    pub path_style: bool,
    /// Where its access key is.
    pub secret: SecretPlace,
    /// Copies in it.
    pub copies: u32,
}

/// The dialog of a bucket. No `Debug`: it holds a secret on its way to the vault.
#[derive(Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "places.ts")]
pub struct SavePlace {
    /// The one to change; null to add one.
    pub id: Option<String>,
    /// What to call it.
    pub label: String,
    /// Address of the server without the bucket, `https://…`; empty for Amazon's own, which needs `region`.
    pub endpoint: String,
    /// Region; empty is fine where there is an address.
    pub region: String,
    /// Name of the bucket.
    pub bucket: String,
    /// What every key begins with, like a folder; may be empty.
    pub prefix: String,
    /// `https://host/bucket/key`, as most servers other than Amazon's want it.
    pub path_style: bool,
    /// Access key id; empty together with `secret` means the one that is kept.
    pub access_key_id: String,
    /// Its secret. It goes to the keyring, and signs requests on this computer.
    pub secret: String,
    /// The session token of temporary credentials; empty for a key that lasts. Kept like the secret, and sent with each
    /// request.
    pub session_token: String,
    /// Keep the key in memory only. Set after the keyring failed and the person agreed.
    pub session_only: bool,
}

/// A bucket that was checked and kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "places.ts")]
pub struct SavedPlace {
    /// It.
    pub place: PlaceView,
    /// What should be known besides, as sentences.
    pub remarks: Vec<String>,
}

/// What a check of a bucket found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "places.ts")]
pub struct PlaceReport {
    /// Why it cannot be used, as a sentence; null when all went well.
    pub problem: Option<String>,
    /// What should be known besides, as sentences.
    pub remarks: Vec<String>,
}

impl From<PlaceState> for PlaceView {
    fn from(state: PlaceState) -> Self {
        let place = state.place;
        Self {
            id: place.id.to_string(),
            address: place.address(),
            label: place.label,
            endpoint: place.endpoint,
            region: place.region,
            bucket: place.bucket,
            prefix: place.prefix,
            path_style: place.path_style,
            secret: state.secret.into(),
            copies: state.copies,
        }
    }
}

impl From<SavePlace> for NewPlace {
    fn from(typed: SavePlace) -> Self {
        Self {
            id: typed.id.map(PlaceId::new),
            label: typed.label,
            endpoint: typed.endpoint,
            region: typed.region,
            bucket: typed.bucket,
            prefix: typed.prefix,
            path_style: typed.path_style,
            access_key_id: typed.access_key_id,
            secret: Secret::new(typed.secret),
            session_token: Secret::new(typed.session_token),
            session_only: typed.session_only,
        }
    }
}

impl From<engine::PlaceReport> for PlaceReport {
    fn from(report: engine::PlaceReport) -> Self {
        Self { problem: report.problem, remarks: report.remarks }
    }
}
