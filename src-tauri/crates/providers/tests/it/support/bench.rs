//! An account at a sandbox, of either vendor, and how a download fetches from it.

use std::sync::Arc;
use std::time::Duration;

use domain::{Recording, RecordingId, RecordingList, Secret};
use futures_util::TryStreamExt;
use jiff::Timestamp;
use sandbox::{FaultProfile, Sandbox, SandboxOptions, VbcRecordings};
use tapeshelf_providers::{
    Error, MediaRequest, Provider, TokenStore, Transport, TransportOptions, Vbc, VbcConfig, Vobiz,
    VobizConfig,
};

use super::{Kept, Which, quick, signed_in_over};

/// An account at a sandbox.
pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) provider: Box<dyn Provider>,
    pub(crate) list: RecordingList,
    /// What VBC's tokens were, from the sign-in on.
    pub(crate) tokens: Arc<Kept>,
}

impl Bench {
    /// With limits that suit most faults.
    pub(crate) async fn set_up(which: Which, recordings: u32, faults: FaultProfile) -> Self {
        Self::with(which, recordings, faults, limits()).await
    }

    /// With other limits.
    pub(crate) async fn with(
        which: Which,
        recordings: u32,
        faults: FaultProfile,
        limits: TransportOptions,
    ) -> Self {
        // Signing in is not what these tests are about, so it is given time.
        let patient = Transport::new(self::limits()).unwrap();
        let transport = Transport::new(limits).unwrap();
        Self::at(which, Self::sandbox(recordings, faults), &patient, transport).await
    }

    /// What the sandbox of a bench is like.
    pub(crate) fn sandbox(recordings: u32, faults: FaultProfile) -> SandboxOptions {
        SandboxOptions {
            recordings,
            vbc_recordings: recordings,
            vbc_users: 1,
            vbc_on_demand: 1,
            seed: 11,
            now: Some("2026-11-22T10:00:00Z".parse().unwrap()),
            faults,
            ..SandboxOptions::default()
        }
    }

    /// At a sandbox of its own kind, over connections that are there already: one for signing in, one for the rest.
    pub(crate) async fn at(
        which: Which,
        options: SandboxOptions,
        patient: &Transport,
        transport: Transport,
    ) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        let tokens = Arc::<Kept>::default();
        let (provider, list): (Box<dyn Provider>, _) = match which {
            Which::Vobiz => {
                let config = VobizConfig {
                    auth_id: sandbox.auth_id().into(),
                    auth_token: Secret::new(sandbox.auth_token().into()),
                    base_url: sandbox.api_base_url().parse().unwrap(),
                    page_size: 10,
                };
                (Box::new(Vobiz::new(config, transport).unwrap()), RecordingList::All)
            }
            Which::Vbc => {
                let vbc = vbc(&sandbox, &tokens, patient, transport).await;
                (Box::new(vbc), RecordingList::Company)
            }
        };
        Self { sandbox, provider, list, tokens }
    }

    /// The ids of the list, newest first.
    pub(crate) fn ids(&self) -> Vec<String> {
        if self.list == RecordingList::All {
            return self.sandbox.recording_ids();
        }
        let ids = self.sandbox.vbc().recording_ids(VbcRecordings::Company);
        ids.iter().map(ToString::to_string).collect()
    }

    /// How many bytes of audio a recording has.
    pub(crate) fn size_of(&self, id: &str) -> u64 {
        if self.list == RecordingList::All {
            return self.sandbox.facts(id).unwrap().size_bytes;
        }
        self.sandbox.vbc().facts(id.parse().unwrap()).unwrap().size_bytes
    }

    /// The recording with the least audio, which is the quickest to fetch.
    pub(crate) fn smallest(&self) -> RecordingId {
        let ids = self.ids();
        RecordingId::new(ids.iter().min_by_key(|id| self.size_of(id)).unwrap())
    }
}

async fn vbc(
    sandbox: &Sandbox,
    kept: &Arc<Kept>,
    patient: &Transport,
    transport: Transport,
) -> Vbc {
    let facts = sandbox.vbc();
    let config = VbcConfig {
        service_base: facts.service_base().parse().unwrap(),
        provisioning_base: Some(facts.provisioning_base().parse().unwrap()),
        token_url: facts.token_url().parse().unwrap(),
        authorize_url: facts.authorize_url().parse().unwrap(),
        account: "self".into(),
        client_id: facts.client_id().into(),
        client_secret: Secret::new(facts.client_secret().into()),
        page_size: 10,
        requests_per_min: 1_000_000,
        company_only: false,
    };
    let password = Secret::new(facts.password().to_owned());
    let name = facts.username();
    let tokens =
        Vbc::sign_in_with_password(&config, &name, password, patient, Timestamp::now()).await;
    let tokens = tokens.unwrap();
    kept.save(&tokens).await.unwrap();
    signed_in_over(config, tokens, kept, transport)
}

/// Limits under which a fault that passes is waited for.
pub(crate) fn limits() -> TransportOptions {
    TransportOptions {
        read_timeout: Duration::from_secs(5),
        stall_window: Duration::from_secs(5),
        max_retry_after: Duration::from_secs(3),
        max_quota_wait: Duration::from_secs(3),
        ..quick()
    }
}

/// Fetches audio as a download does: resumes with the tag of what is there, starts over when told to.
pub(crate) async fn fetch(bench: &Bench, recording: &Recording) -> Result<Vec<u8>, Error> {
    let (mut bytes, mut etag): (Vec<u8>, Option<String>) = (Vec::new(), None);
    let mut last = None;
    for _ in 0..8 {
        let request = MediaRequest {
            id: &recording.id,
            url: recording.media_url.as_deref(),
            offset: u64::try_from(bytes.len()).unwrap(),
            if_range: etag.as_deref(),
        };
        let mut stream = match bench.provider.media(&request).await {
            Ok(stream) => stream,
            Err(error @ Error::RateLimited { .. }) => return Err(error),
            Err(error) => {
                last = Some(error);
                continue;
            }
        };
        let goes_on =
            stream.offset == bytes.len() as u64 && (etag.is_some() && stream.etag == etag);
        if !goes_on {
            if stream.offset > 0 {
                (bytes, etag) = (Vec::new(), None);
                continue;
            }
            bytes.clear();
        }
        etag.clone_from(&stream.etag);
        loop {
            match stream.bytes.try_next().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => return Ok(bytes),
                Err(error) => {
                    last = Some(error);
                    break;
                }
            }
        }
    }
    Err(last.unwrap_or(Error::NotSupported))
}
