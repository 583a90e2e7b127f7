//! Places outside this computer that copies are saved in: buckets of servers that speak Amazon's S3.
//!
//! `place` is what a person sets up, `bucket` speaks to one, `outgoing` is a file on its way into it, `upload` puts it there
//! and proves it, `names` gives each file a key of its own, `check` tries all of that with a tiny object, and `objects` reads copies back. The access key is in the keyring like
//! the secrets of accounts, or in memory for this session; everything else is a setting.

mod bucket;
mod check;
mod error;
mod lists;
mod names;
mod objects;
mod outgoing;
mod place;
mod upload;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use catalogue::Catalogue;
use domain::{AccountId, PlaceId, Secret};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

pub(crate) use bucket::Bucket;
pub use error::PlaceError;
pub(crate) use outgoing::Outgoing;
pub use place::{NewPlace, Place, PlaceReport, PlaceState};
pub(crate) use upload::{Meta, Saved, content_type};

use crate::accounts::SecretPlace;
use crate::error::{Error, KeyringFailure, Result};
use crate::transfers::FolderToken;
use crate::vault::Vault as _;
use crate::{Engine, lock};

/// The setting they are kept in.
const NAME: &str = "places";

/// All places, and what this run has of them.
#[derive(Default)]
pub(crate) struct Places {
    list: Mutex<Vec<Place>>,
    buckets: Mutex<HashMap<PlaceId, Arc<Bucket>>>,
    /// Those whose access key a look did not find.
    without_key: Mutex<HashSet<PlaceId>>,
    pub(crate) names: names::Names,
    /// One change of the list at a time.
    turn: tokio::sync::Mutex<()>,
}

impl Places {
    /// As kept in the index.
    pub(crate) fn read(catalogue: &Catalogue) -> Result<Self> {
        let stored = catalogue.setting(NAME)?;
        let list =
            stored.and_then(|stored| serde_json::from_value(stored).ok()).unwrap_or_default();
        Ok(Self { list: Mutex::new(list), ..Self::default() })
    }
}

/// The access key as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredKey {
    access_key_id: Zeroizing<String>,
    secret: Zeroizing<String>,
    /// Of temporary credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_token: Option<Zeroizing<String>>,
}

impl StoredKey {
    /// What a person typed; `None` when nothing was, and the key that is kept is meant.
    fn from_typed(new: &NewPlace) -> Result<Option<Self>> {
        let [id, secret, token] =
            [new.access_key_id.as_str(), new.secret.expose(), new.session_token.expose()]
                .map(str::trim);
        if id.is_empty() && secret.is_empty() && token.is_empty() {
            return Ok(None);
        }
        if id.is_empty() {
            return Err(Error::invalid("accessKeyId", "Write the access key id."));
        }
        if secret.is_empty() {
            return Err(Error::invalid("secret", "Write the secret of the access key."));
        }
        // <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
        if token.is_empty() && new.endpoint.trim().is_empty() && id.starts_with("ASIA") {
            let what = "A key id that begins with ASIA is a temporary one. Write its session token as well.";
            return Err(Error::invalid("sessionToken", what));
        }
        let kept = |text: &str| Zeroizing::new(text.to_owned());
        Ok(Some(Self {
            access_key_id: kept(id),
            secret: kept(secret),
            session_token: (!token.is_empty()).then(|| kept(token)),
        }))
    }
}

/// The name of a place's access key in the vault, which accounts share.
fn vault_name(id: &PlaceId) -> AccountId {
    AccountId::new(format!("place-{id}"))
}

impl Engine {
    /// All places, in the order they were added.
    pub async fn places(&self) -> Result<Vec<PlaceState>> {
        let mut states = Vec::new();
        let places: Vec<_> = lock(&self.inner.places.list).clone();
        for place in places.into_iter().filter(|place| !place.removed) {
            states.push(self.place_state(place).await?);
        }
        Ok(states)
    }

    async fn place_state(&self, place: Place) -> Result<PlaceState> {
        let id = place.id.clone();
        let copies = self.with_catalogue(move |catalogue| catalogue.count_copies_in(&id)).await?;
        let in_session = self.inner.session_secrets.load(&vault_name(&place.id)).await;
        let secret = if matches!(in_session, Ok(Some(_))) {
            SecretPlace::Session
        } else if lock(&self.inner.places.without_key).contains(&place.id) {
            SecretPlace::Missing
        } else {
            SecretPlace::Keyring
        };
        Ok(PlaceState { place, secret, copies })
    }

    /// Checks a place with a tiny object, and keeps it with its key when all went well.
    ///
    /// # Errors
    /// `Invalid` with the input to blame; nothing was kept then. `Keyring` when the key cannot be kept there.
    pub async fn save_place(&self, new: NewPlace) -> Result<(PlaceState, PlaceReport)> {
        let _turn = self.inner.places.turn.lock().await;
        let before = match &new.id {
            Some(id) => Some(self.place(id)?),
            None => None,
        };
        let id = new.id.clone().unwrap_or_else(|| PlaceId::new(Uuid::new_v4().to_string()));
        let mut place = Place::from_typed(&new, id)?;
        if let Some(before) = &before
            && !before.is_same_bucket(&place)
        {
            let id = before.id.clone();
            let copies = self.with_catalogue(move |index| index.count_copies_in(&id)).await?;
            if copies > 0 || self.has_open_job_into(&before.id).await? {
                let what = "Copies are in this bucket or on their way into it. Add the other bucket as one of its own.";
                return Err(Error::invalid("bucket", what));
            }
        }
        if before.is_none() {
            // One that was removed and comes back makes its copies checkable again.
            let twin = lock(&self.inner.places.list)
                .iter()
                .find(|other| other.is_same_bucket(&place) && other.prefix == place.prefix)
                .cloned();
            match twin {
                Some(twin) if !twin.removed => {
                    let what = format!("This bucket is here already, as “{}”.", twin.label);
                    return Err(Error::invalid("bucket", what));
                }
                Some(twin) => place.id = twin.id,
                None => {}
            }
        }
        let typed = StoredKey::from_typed(&new)?;
        let is_typed = typed.is_some();
        let key = match typed {
            Some(typed) => typed,
            None => self.place_key(&place).await.map_err(|error| match error {
                Error::Place { trouble: PlaceError::KeyNeeded, .. } => {
                    Error::invalid("accessKeyId", "Write the access key id and its secret.")
                }
                other => other,
            })?,
        };
        let bucket = self.bucket_with(&place, &key)?;
        let report = bucket.try_out().await.map_err(|trouble| match trouble.field() {
            Some(field) => Error::invalid(field, in_full(&trouble)),
            None => Error::Place { label: place.label.clone(), trouble },
        })?;
        place.refuses_twins = report.refuses_twins;
        if is_typed {
            self.keep_place_key(&place.id, &key, new.session_only).await?;
        }
        self.keep_place(place.clone()).await?;
        let bucket = self.bucket_with(&place, &key)?;
        lock(&self.inner.places.buckets).insert(place.id.clone(), Arc::new(bucket));
        Ok((self.place_state(place).await?, report.into()))
    }

    /// Tries a place out with a tiny object.
    pub async fn check_place(&self, id: &PlaceId) -> Result<PlaceReport> {
        let place = self.place(id)?;
        // A key that was put back into the keyring is found by asking again.
        lock(&self.inner.places.buckets).remove(id);
        let tried = match self.bucket(id).await {
            Ok(bucket) => bucket.try_out().await,
            Err(Error::Place { trouble, .. }) => Err(trouble),
            Err(error) => return Err(error),
        };
        match tried {
            Ok(report) => {
                let place = Place { refuses_twins: report.refuses_twins, ..place };
                let _turn = self.inner.places.turn.lock().await;
                self.keep_place(place).await?;
                lock(&self.inner.places.buckets).remove(id);
                Ok(report.into())
            }
            Err(trouble) => {
                Ok(PlaceReport { problem: Some(in_full(&trouble)), ..PlaceReport::default() })
            }
        }
    }

    /// Removes a place and its key. What is in the bucket stays there, and its copies stay known.
    ///
    /// # Errors
    /// `Invalid` while a download into it has not ended.
    pub async fn remove_place(&self, id: &PlaceId) -> Result<()> {
        let _turn = self.inner.places.turn.lock().await;
        let place = self.place(id)?;
        if self.has_open_job_into(id).await? {
            let what = "A download into this bucket has not ended. Cancel it, or let it end first.";
            return Err(Error::Invalid { field: None, what: what.into() });
        }
        self.keep_place(Place { removed: true, ..place }).await?;
        lock(&self.inner.places.buckets).remove(id);
        lock(&self.inner.places.without_key).remove(id);
        self.inner.session_secrets.forget(&vault_name(id)).await?;
        match self.inner.vault.forget(&vault_name(id)).await {
            // Where there is no keyring there is nothing to forget.
            Ok(()) | Err(Error::Keyring { reason: KeyringFailure::None, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes a place the destination of a download; the token goes where that of a folder goes.
    pub fn choose_place(&self, id: &PlaceId) -> Result<FolderToken> {
        let place = self.place(id)?;
        Ok(self.inner.transfers.take_place(&place))
    }

    /// A place that is set up.
    ///
    /// # Errors
    /// `Stale` when it was removed.
    pub(crate) fn place(&self, id: &PlaceId) -> Result<Place> {
        let places = lock(&self.inner.places.list);
        let found = places.iter().find(|place| place.id == *id && !place.removed);
        found.cloned().ok_or_else(|| Error::stale("This bucket was removed from the settings."))
    }

    /// All places, also those that were removed.
    pub(crate) fn all_places(&self) -> Vec<Place> {
        lock(&self.inner.places.list).clone()
    }

    /// What a place is called, also when it was removed.
    pub(crate) fn place_label(&self, id: &PlaceId) -> String {
        let places = lock(&self.inner.places.list);
        let found = places.iter().find(|place| place.id == *id);
        found.map_or_else(|| String::from("a removed bucket"), |place| place.label.clone())
    }

    /// What speaks to a place's bucket.
    pub(crate) async fn bucket(&self, id: &PlaceId) -> Result<Arc<Bucket>> {
        let Ok(place) = self.place(id) else {
            return Err(Error::Place { label: self.place_label(id), trouble: PlaceError::Removed });
        };
        if let Some(bucket) = lock(&self.inner.places.buckets).get(id) {
            return Ok(Arc::clone(bucket));
        }
        let key = self.place_key(&place).await?;
        let bucket = Arc::new(self.bucket_with(&place, &key)?);
        Ok(Arc::clone(lock(&self.inner.places.buckets).entry(id.clone()).or_insert(bucket)))
    }

    /// The network settings changed: from now on other connections are used.
    pub(crate) fn forget_buckets(&self) {
        lock(&self.inner.places.buckets).clear();
    }

    fn bucket_with(&self, place: &Place, key: &StoredKey) -> Result<Bucket> {
        let address = place.to_bucket().map_err(|what| Error::invalid("endpoint", what))?;
        Ok(Bucket {
            place: place.clone(),
            address,
            access_key_id: Secret::new(key.access_key_id.as_str().to_owned()),
            secret: Secret::new(key.secret.as_str().to_owned()),
            session_token: key
                .session_token
                .as_ref()
                .map(|token| Secret::new(token.as_str().to_owned())),
            caps: self.inner.transfers.caps(),
            transport: self.transport(),
            clock: Arc::clone(&self.inner.clock),
            silence: self.inner.waits.silence,
            again: self.inner.waits.request_again,
        })
    }

    async fn place_key(&self, place: &Place) -> Result<StoredKey> {
        let name = vault_name(&place.id);
        let found = match self.inner.session_secrets.load(&name).await? {
            Some(found) => Some(found),
            None => match self.inner.vault.load(&name).await {
                Ok(found) => found,
                Err(Error::Keyring { reason: KeyringFailure::None, .. }) => None,
                Err(error) => return Err(error),
            },
        };
        let key = found.and_then(|text| serde_json::from_str(text.expose()).ok());
        let mut without_key = lock(&self.inner.places.without_key);
        if let Some(key) = key {
            without_key.remove(&place.id);
            Ok(key)
        } else {
            without_key.insert(place.id.clone());
            Err(Error::Place { label: place.label.clone(), trouble: PlaceError::KeyNeeded })
        }
    }

    async fn keep_place_key(
        &self,
        id: &PlaceId,
        key: &StoredKey,
        session_only: bool,
    ) -> Result<()> {
        // The message of a serialisation error could quote what it was about.
        let text = serde_json::to_string(key)
            .map(Secret::new)
            .map_err(|_| Error::Internal { what: "the key cannot be written down".into() })?;
        let name = vault_name(id);
        if session_only {
            self.inner.session_secrets.store(&name, text).await?;
        } else {
            self.inner.vault.store(&name, text).await?;
            self.inner.session_secrets.forget(&name).await?;
        }
        lock(&self.inner.places.without_key).remove(id);
        Ok(())
    }

    /// Writes a place down, in the list and in the index.
    async fn keep_place(&self, place: Place) -> Result<()> {
        let mut list = lock(&self.inner.places.list).clone();
        match list.iter_mut().find(|known| known.id == place.id) {
            Some(known) => *known = place,
            None => list.push(place),
        }
        let value = serde_json::to_value(&list)
            .map_err(|error| Error::Internal { what: error.to_string() })?;
        self.with_catalogue(move |catalogue| catalogue.set_setting(NAME, &value)).await?;
        *lock(&self.inner.places.list) = list;
        Ok(())
    }

    async fn has_open_job_into(&self, id: &PlaceId) -> Result<bool> {
        let jobs = self.jobs().await?;
        Ok(jobs.iter().any(|job| !job.record.state.is_ended() && job.place.as_ref() == Some(id)))
    }
}

/// A trouble as a sentence of its own.
pub(crate) fn in_full(trouble: &PlaceError) -> String {
    let text = trouble.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(std::iter::once('.')).collect()
}
