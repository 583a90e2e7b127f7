//! A world with a bucket.

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "the suites share a world and use different parts of it")]
mod shared;

#[path = "../support/rules.rs"]
mod rules;

use std::sync::Arc;
use std::time::Duration;

use domain::{PlaceId, RecordingKey, Secret};
use sandbox::{MediaLength, SandboxOptions};
use tapeshelf_engine::{
    Error, ItemState, JobState, JobView, NewPlace, SyncProgress, TransferOptions, Waits,
};

use crate::server::{BUCKET, KEY_ID, SECRET, Server};

pub(crate) use rules::everything_into;
pub(crate) use shared::{World, files_below, job_end, open, sync_end, wait_for};

/// A world, a bucket, and the place that leads to it.
pub(crate) struct Bench {
    pub world: World,
    pub server: Server,
    pub place: PlaceId,
}

/// Waits of a test that meets faults.
pub(crate) fn short_waits() -> Waits {
    Waits {
        silence: Duration::from_secs(2),
        request_again: Duration::from_millis(10),
        file_again: Duration::from_millis(20),
        ..Waits::default()
    }
}

/// What a person types.
pub(crate) fn typed(server: &Server) -> NewPlace {
    NewPlace {
        id: None,
        label: "Archive".into(),
        endpoint: server.url.clone(),
        region: String::new(),
        bucket: BUCKET.into(),
        prefix: "2026/kept calls".into(),
        path_style: true,
        access_key_id: KEY_ID.into(),
        secret: Secret::new(SECRET.into()),
        session_token: Secret::new(String::new()),
        session_only: false,
    }
}

impl Bench {
    pub(crate) async fn with(recordings: u32) -> Self {
        let options = SandboxOptions { recordings, seed: 7, ..SandboxOptions::default() };
        Self::with_options(options).await
    }

    /// With one recording of so many bytes.
    pub(crate) async fn with_one_of(bytes: u64) -> Self {
        let media_length = MediaLength::Fixed { bytes };
        let options =
            SandboxOptions { recordings: 1, seed: 7, media_length, ..SandboxOptions::default() };
        Self::with_options(options).await
    }

    pub(crate) async fn with_options(options: SandboxOptions) -> Self {
        let world = World::with_waits(options, short_waits()).await;
        world.add_account().await;
        let server = Server::start().await;
        let (state, _) = world.engine.save_place(typed(&server)).await.unwrap();
        Self { world, server, place: state.place.id }
    }

    /// Starts a download into the bucket.
    pub(crate) async fn start(
        &self,
        keys: Vec<RecordingKey>,
        template: &str,
        options: TransferOptions,
    ) -> JobView {
        let chosen = self.world.engine.choose_place(&self.place).unwrap();
        self.world.start_with(keys, &chosen.token, template, options).await
    }

    /// Likewise, and waits for its end.
    pub(crate) async fn save(
        &self,
        keys: Vec<RecordingKey>,
        template: &str,
        options: TransferOptions,
    ) -> JobView {
        let mut events = self.world.engine.subscribe();
        let job = self.start(keys, template, options).await;
        job_end(&mut events, &job).await
    }

    /// Goes on with a job that stands still, and waits until it does again.
    pub(crate) async fn go_on(&self, job: &JobView) -> JobView {
        let engine = &self.world.engine;
        let mut events = engine.subscribe();
        if job.record.state == JobState::Paused {
            engine.resume_job(&job.record.id).await.unwrap();
        } else {
            engine.retry_failed(&job.record.id).await.unwrap();
        }
        let standing = async {
            loop {
                // What is told may be older than what was asked for just now, so the job itself is looked at.
                let jobs = engine.jobs().await.unwrap();
                let view = jobs.into_iter().find(|view| view.record.id == job.record.id).unwrap();
                if view.record.state != JobState::Running {
                    return view;
                }
                let _ = events.next().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), standing).await.expect("it does not end")
    }

    /// Every recording has a copy whose object holds exactly its bytes.
    pub(crate) async fn holds_all(&self, keys: &[RecordingKey]) {
        let mut seen = std::collections::HashSet::new();
        for key in keys {
            let stored = self.world.engine.recording(*key).await.unwrap().stored;
            let copy = stored.copy.expect("a copy is known");
            assert_eq!(copy.place.as_ref(), Some(&self.place));
            let object = copy.path.to_str().unwrap().to_owned();
            let bytes = std::fs::read(self.server.file(&object)).unwrap();
            assert_eq!(bytes.len() as u64, copy.size_bytes, "{object}");
            assert_eq!(sha256_hex(&bytes), copy.sha256, "{object}");
            assert!(seen.insert(object), "two recordings share an object");
        }
    }

    /// What is in the outbox of this computer.
    pub(crate) fn outbox(&self) -> Vec<std::path::PathBuf> {
        files_below(&self.world.dir.path().join("profile/outbox"))
    }

    /// Notes of items that failed, for the message of an assertion.
    pub(crate) async fn notes(&self, job: &JobView) -> Vec<(ItemState, Option<String>)> {
        let items = self.world.engine.job_items(&job.record.id, 0, 500).await.unwrap();
        items.into_iter().map(|item| (item.state, item.note)).collect()
    }

    /// Adds the sandbox's VBC account as well.
    pub(crate) async fn add_vbc(&self) {
        let mut events = self.world.engine.subscribe();
        let browser: tapeshelf_engine::OpenBrowser = Arc::new(|_| Err("not needed".into()));
        self.world.engine.add_vbc(self.world.vbc_credentials(), browser).await.unwrap();
        assert!(matches!(sync_end(&mut events).await, SyncProgress::Finished(_)));
    }
}

/// The input that a refusal blames, and its sentence.
pub(crate) fn blamed<T>(outcome: Result<T, Error>) -> (&'static str, String) {
    match outcome {
        Err(Error::Invalid { field: Some(field), what }) => (field, what),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was taken"),
    }
}

/// SHA-256 in lower-case hex, by another way than the program's.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    use sha2::Digest as _;
    let mut hex = String::new();
    for byte in sha2::Sha256::digest(bytes) {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}
