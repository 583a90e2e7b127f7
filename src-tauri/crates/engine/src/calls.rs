//! What a vendor knows of a call besides its recording: its record, its transcript. Asked when a person looks at it, and
//! offered only where it is there.

use domain::{Availability, CallRecord, Feature, RecordingKey};
use providers::Transcript;

use crate::Engine;
use crate::error::Result;

impl Engine {
    /// The record of the call a recording belongs to. `None` when the vendor has none yet, keeps none, or does not let
    /// this account read it.
    pub async fn call_record(&self, key: RecordingKey) -> Result<Option<CallRecord>> {
        let stored = self.stored(key).await?;
        let Some(call) = &stored.recording.call_uuid else { return Ok(None) };
        let provider = self.provider(&stored.account).await?;
        let asked = provider.call_record(call).await;
        self.note_feature(&stored.account, Feature::CallRecords, &asked).await?;
        offered(asked)
    }

    /// The transcript of a recording, where the vendor made one and this account may read it.
    pub async fn transcript(&self, key: RecordingKey) -> Result<Option<Transcript>> {
        let stored = self.stored(key).await?;
        let provider = self.provider(&stored.account).await?;
        let asked = provider.transcript(&stored.recording.id).await;
        self.note_feature(&stored.account, Feature::Transcripts, &asked).await?;
        Ok(offered(asked)?.flatten())
    }

    async fn note_feature<T: Sync>(
        &self,
        account: &domain::AccountId,
        feature: Feature,
        asked: &providers::Result<T>,
    ) -> Result<()> {
        let learned = match asked {
            Ok(_) => Availability::Yes,
            Err(providers::Error::PermissionDenied(_) | providers::Error::NotSubscribed(_)) => {
                Availability::no("This account may not read them.")
            }
            Err(providers::Error::NotSupported) => {
                Availability::no("This provider does not offer them.")
            }
            Err(_) => return Ok(()),
        };
        self.learn_feature(account, feature, learned).await
    }
}

/// What is not there is not an error: a record can come minutes after its recording, and many accounts have none.
fn offered<T>(asked: providers::Result<T>) -> Result<Option<T>> {
    match asked {
        Ok(found) => Ok(Some(found)),
        Err(
            providers::Error::NotFound(_)
            | providers::Error::PermissionDenied(_)
            | providers::Error::NotSubscribed(_)
            | providers::Error::NotSupported,
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
