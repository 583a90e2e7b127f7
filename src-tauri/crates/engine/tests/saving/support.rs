//! The common world (`tests/support`), and what only these tests need of it.

#[path = "../support/mod.rs"]
mod shared;

#[path = "../support/rules.rs"]
mod rules;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::{AccountId, RecordingKey};
use sandbox::SandboxOptions;
use tapeshelf_engine::{JobState, JobView, Subscription, SyncProgress, TransferOptions, Waits};

pub(crate) use rules::everything_into;
pub(crate) use shared::{World, files_below as walk, job_end, open, sync_end, wait_for};

/// How a bounded number is told to a test that CI runs small and `cargo xtask bench faults` in full.
pub(crate) fn count_from(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

/// Waits for runs that meet many faults: silence is noticed soon, and what failed is tried again soon.
pub(crate) fn short_waits() -> Waits {
    Waits {
        silence: Duration::from_millis(1500),
        request_again: Duration::from_millis(20),
        file_again: Duration::from_millis(20),
        ..Waits::default()
    }
}

impl World {
    /// With the sandbox's account added and its first sync done.
    pub(crate) async fn synced(recordings: u32) -> Self {
        Self::synced_with(SandboxOptions { recordings, seed: 7, ..SandboxOptions::default() }).await
    }

    /// Likewise, with the sandbox as told.
    pub(crate) async fn synced_with(options: SandboxOptions) -> Self {
        let world = Self::with(options).await;
        world.add_account().await;
        world
    }

    /// Reads the account again.
    pub(crate) async fn sync(&self) -> SyncProgress {
        let id = self.engine.accounts().await.unwrap()[0].account.id.clone();
        self.sync_of(&id).await
    }

    /// Reads one of the accounts again.
    pub(crate) async fn sync_of(&self, id: &AccountId) -> SyncProgress {
        let mut events = self.engine.subscribe();
        self.engine.start_sync(id);
        sync_end(&mut events).await
    }

    /// Adds the sandbox's VBC account and waits for the sync.
    pub(crate) async fn add_vbc(&self) -> AccountId {
        let mut events = self.engine.subscribe();
        let browser: tapeshelf_engine::OpenBrowser = Arc::new(|_| Err("not needed".into()));
        let account = self.engine.add_vbc(self.vbc_credentials(), browser).await.unwrap();
        assert!(matches!(sync_end(&mut events).await, SyncProgress::Finished(_)));
        account.id
    }

    /// The vendor's id of a recording.
    pub(crate) async fn id_of(&self, key: RecordingKey) -> String {
        self.engine.recording(key).await.unwrap().stored.recording.id.to_string()
    }

    /// Downloads with what comes along, and waits for the end of the job.
    pub(crate) async fn download_with(
        &self,
        keys: Vec<RecordingKey>,
        options: TransferOptions,
    ) -> JobView {
        let mut events = self.engine.subscribe();
        let folder = self.engine.take_folder(self.folder()).await.unwrap();
        let job = self.start_with(keys, &folder.token, "{date}_{id}", options).await;
        job_end(&mut events, &job).await
    }

    /// Starts a download with nothing besides.
    pub(crate) async fn start(
        &self,
        keys: Vec<RecordingKey>,
        folder: &str,
        template: &str,
    ) -> JobView {
        self.start_with(keys, folder, template, TransferOptions::default()).await
    }

    /// Every file below [`World::folder`].
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        walk(&self.folder())
    }

    /// The audio files below [`World::folder`].
    pub(crate) fn audio(&self) -> Vec<PathBuf> {
        let is_audio = |path: &PathBuf| path.extension().is_some_and(|e| e == "mp3" || e == "wav");
        self.files().into_iter().filter(is_audio).collect()
    }

    /// What the file of a Vobiz recording holds, by its signed address: no fault of a profile strikes there, and no
    /// code of ours has had it in hand.
    pub(crate) async fn vobiz_truth(&self, id: &str) -> Vec<u8> {
        let (url, origin) = (self.sandbox.media_url(id), self.sandbox.foreign_origin());
        let extension = url.rsplit('.').next().unwrap();
        body(&format!("{origin}/bucket/recordings/{id}.{extension}")).await
    }

    /// Likewise, of a VBC recording.
    pub(crate) async fn vbc_truth(&self, id: &str) -> Vec<u8> {
        body(&format!("{}/bucket/vbc/{id}.mp3", self.sandbox.foreign_origin())).await
    }

    /// Hashes of what the files of these Vobiz recordings hold, by the vendor's id.
    pub(crate) async fn vobiz_hashes(&self, ids: &[String]) -> HashMap<String, String> {
        let mut hashes = HashMap::new();
        for id in ids {
            hashes.insert(id.clone(), sha256_hex(&self.vobiz_truth(id).await));
        }
        hashes
    }
}

async fn body(url: &str) -> Vec<u8> {
    let reply = reqwest::get(url).await.unwrap().error_for_status().unwrap();
    reply.bytes().await.unwrap().to_vec()
}

/// Waits until a job is as wanted.
pub(crate) async fn job_as(
    events: &mut Subscription,
    job: &JobView,
    wanted: impl Fn(&JobView) -> bool,
) -> JobView {
    wait_for(events, |event| match event {
        tapeshelf_engine::Event::Job(view) if view.record.id == job.record.id && wanted(&view) => {
            Some(view)
        }
        _ => None,
    })
    .await
}

/// Waits until a job has ended well.
pub(crate) async fn job_done(events: &mut Subscription, job: &JobView) -> JobView {
    job_as(events, job, |view| view.record.state == JobState::Finished).await
}

/// The job as it is written down, once it does not run any more. Events may tell of an earlier end.
pub(crate) async fn settled(world: &World, job: &JobView) -> JobView {
    let mut events = world.engine.subscribe();
    loop {
        let jobs = world.engine.jobs().await.unwrap();
        let view = jobs.into_iter().find(|view| view.record.id == job.record.id).unwrap();
        if view.record.state != JobState::Running {
            return view;
        }
        wait_for(&mut events, |_| Some(())).await;
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
