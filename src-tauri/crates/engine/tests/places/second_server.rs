//! The same guarantees against a server of buckets that others wrote: Moto (<https://docs.getmoto.org>), in Python. It keeps no
//! SHA-256 of what we send, so that its `ETag` has to prove objects. What it holds is put and read here by plain requests, with
//! no code of ours between.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use domain::{PlaceId, RecordingKey, Secret};
use sandbox::{MediaLength, SandboxOptions};
use tapeshelf_engine::{
    CheckReport, CheckScope, CopyRecord, DeleteOrder, Event, ItemState, JobView, NewPlace,
    Selection, TransferOptions,
};

use crate::server::{BUCKET, KEY_ID, SECRET};
use crate::support::{World, job_end, sha256_hex, short_waits, wait_for};

const PREFIX: &str = "2026/kept calls";

/// Moto in a process of its own, with one bucket.
struct Moto {
    url: String,
    process: Child,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The Python with the programs of others in it, see `cargo xtask setup`.
fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap();
    let folder = std::env::var_os("TAPESHELF_PEERS")
        .map_or_else(|| root.join("target/peers/venv"), Into::into);
    folder.join("bin/python")
}

impl Moto {
    async fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap();
        let mut process = Command::new(python())
            .arg(root.join("tests/peers/s3_server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python with Moto is there after “cargo xtask setup”");
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let moto = Self { url: format!("http://127.0.0.1:{}", port.trim()), process };
        moto.ask(reqwest::Method::PUT, "", "").await;
        moto
    }

    /// A plain request for the bucket or an object of it; the body of the reply, `None` where there is nothing.
    async fn ask(&self, method: reqwest::Method, key: &str, body: &str) -> Option<Vec<u8>> {
        let url = format!("{}/{BUCKET}/{key}", self.url);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        // It asks for a name before it shows what we put there, and looks at no signature.
        let name = format!(
            "AWS4-HMAC-SHA256 Credential={KEY_ID}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
        );
        let request = client.request(method, url).header("authorization", name);
        let reply = request.body(body.to_owned()).send().await.unwrap();
        if reply.status() == reqwest::StatusCode::NOT_FOUND {
            return None;
        }
        Some(reply.error_for_status().unwrap().bytes().await.unwrap().to_vec())
    }

    async fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.ask(reqwest::Method::GET, key, "").await
    }

    /// How many objects there are.
    async fn count(&self) -> usize {
        let listed = self.ask(reqwest::Method::GET, "?list-type=2", "").await.unwrap();
        String::from_utf8(listed).unwrap().matches("<Key>").count()
    }
}

/// A world whose recordings go to Moto.
struct Bench {
    world: World,
    moto: Moto,
    place: PlaceId,
}

impl Bench {
    async fn with(options: SandboxOptions) -> Self {
        let world = World::with_waits(options, short_waits()).await;
        world.add_account().await;
        let moto = Moto::start().await;
        let new = NewPlace {
            id: None,
            label: "Archive".into(),
            endpoint: moto.url.clone(),
            region: String::new(),
            bucket: BUCKET.into(),
            prefix: PREFIX.into(),
            path_style: true,
            access_key_id: KEY_ID.into(),
            secret: Secret::new(SECRET.into()),
            session_token: Secret::new(String::new()),
            session_only: false,
        };
        let (state, report) = world.engine.save_place(new).await.unwrap();
        assert_eq!(report.problem, None);
        assert!(state.place.refuses_twins, "it does, and was asked: {report:?}");
        assert_eq!(moto.count().await, 0, "what it was tried with is gone again");
        Self { world, moto, place: state.place.id }
    }

    async fn save(&self, keys: &[RecordingKey]) -> JobView {
        let mut events = self.world.engine.subscribe();
        let chosen = self.world.engine.choose_place(&self.place).unwrap();
        let options = TransferOptions::default();
        let job = self.world.start_with(keys.to_vec(), &chosen.token, "{id}", options).await;
        let job = job_end(&mut events, &job).await;
        let items = self.world.engine.job_items(&job.record.id, 0, 100).await.unwrap();
        assert!(items.iter().all(|item| item.state != ItemState::Failed), "{items:?}");
        job
    }

    async fn copy(&self, key: RecordingKey) -> CopyRecord {
        self.world.engine.recording(key).await.unwrap().stored.copy.expect("a copy is known")
    }

    /// Each recording has an object of its own with exactly the bytes that were verified.
    async fn holds_all(&self, keys: &[RecordingKey]) {
        let mut objects = std::collections::HashSet::new();
        for key in keys {
            let copy = self.copy(*key).await;
            assert_eq!(copy.place.as_ref(), Some(&self.place));
            let object = copy.path.to_str().unwrap().to_owned();
            let bytes = self.moto.object(&object).await.expect("it is there");
            assert_eq!((sha256_hex(&bytes), bytes.len() as u64), (copy.sha256, copy.size_bytes));
            assert!(objects.insert(object), "two recordings share an object");
        }
    }

    async fn check(&self) -> CheckReport {
        let mut events = self.world.engine.subscribe();
        self.world.engine.check_copies(CheckScope::All).await.unwrap();
        wait_for(&mut events, |event| match event {
            Event::Check(report) if report.ended_at.is_some() => Some(*report),
            _ => None,
        })
        .await
    }
}

#[tokio::test]
async fn peers_moto_gets_what_was_verified_and_keeps_what_was_there() {
    let options = SandboxOptions { recordings: 12, seed: 7, ..SandboxOptions::default() };
    let bench = Bench::with(options).await;
    let keys = bench.world.short_keys(4).await;
    // A stranger's object has a name that one of ours would get.
    let stored = bench.world.engine.recording(keys[0]).await.unwrap().stored;
    let strangers: Vec<String> =
        ["mp3", "wav"].iter().map(|e| format!("{PREFIX}/{}.{e}", stored.recording.id)).collect();
    for stranger in &strangers {
        bench.moto.ask(reqwest::Method::PUT, stranger, "a stranger's").await;
    }
    bench.save(&keys).await;
    bench.holds_all(&keys).await;
    for stranger in &strangers {
        assert_eq!(bench.moto.object(stranger).await.unwrap(), b"a stranger's");
    }
    assert_eq!(bench.moto.count().await, keys.len() + strangers.len());
    assert_eq!(bench.save(&keys).await.record.tally.skipped, 4, "saving again costs nothing");

    assert_eq!(bench.check().await.ok, 4);
    let [changed, gone] = [bench.copy(keys[1]).await, bench.copy(keys[2]).await]
        .map(|copy| copy.path.to_str().unwrap().to_owned());
    let other = "x".repeat(bench.moto.object(&changed).await.unwrap().len());
    bench.moto.ask(reqwest::Method::PUT, &changed, &other).await;
    bench.moto.ask(reqwest::Method::DELETE, &gone, "").await;
    let report = bench.check().await;
    assert_eq!((report.ok, report.changed, report.missing), (2, 1, 1), "{:?}", report.troubles);

    // Only what is whole there is deleted at the provider.
    let order = DeleteOrder {
        selection: Selection::Keys(keys[1..].to_vec()),
        confirmed_count: 3,
        without_copy: false,
        reason: "kept in the archive".into(),
    };
    let whole = bench.copy(keys[3]).await.is_whole();
    let report = bench.world.engine.delete_recordings(order).await.unwrap();
    assert_eq!((report.deleted, report.kept.len()), (u32::from(whole), 3 - usize::from(whole)));

    // Saved once more, the changed object stays as it is, and all are whole.
    bench.save(&keys[..3]).await;
    bench.holds_all(&keys).await;
    assert_eq!(bench.moto.object(&changed).await.unwrap(), other.as_bytes());
}

#[tokio::test]
async fn peers_moto_gets_a_large_file_in_parts() {
    let media_length = MediaLength::Fixed { bytes: 20_000_000 };
    let options =
        SandboxOptions { recordings: 1, seed: 7, media_length, ..SandboxOptions::default() };
    let bench = Bench::with(options).await;
    let keys = bench.world.short_keys(1).await;
    bench.save(&keys).await;
    bench.holds_all(&keys).await;
    assert_eq!(bench.check().await.ok, 1);
}
