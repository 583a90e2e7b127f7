//! A media server whose every reply a test writes byte by byte, and recordings whose audio is said to lie there.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use domain::RecordingKey;
use sandbox::{MediaLength, SandboxOptions};
use tapeshelf_engine::{ItemRecord, JobView, Waits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{World, job_end};

/// One request for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// How often this file was asked for before.
    pub before: usize,
    /// The first byte that is wanted, if only a part is.
    pub from: Option<usize>,
    /// `If-Range`.
    pub if_range: Option<String>,
}

/// A reply, and how the connection ends after it.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub head: String,
    pub body: Vec<u8>,
    pub ends_with_reset: bool,
    /// The connection stays open and silent.
    pub never_ends: bool,
}

impl Reply {
    /// A status and headers, without a length.
    pub(crate) fn new(status: &str, body: &[u8]) -> Self {
        let head =
            format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: audio/mpeg\r\n");
        Self { head, body: body.to_vec(), ends_with_reset: false, never_ends: false }
    }

    /// The whole file, as a good server sends it.
    pub(crate) fn whole(body: &[u8]) -> Self {
        Self::new("200 OK", body).promising(body.len()).with("ETag", "\"v1\"")
    }

    /// A part of the file from a byte on, as a good server sends it.
    pub(crate) fn part(file: &[u8], from: usize) -> Self {
        let range = format!("bytes {from}-{}/{}", file.len() - 1, file.len());
        Self::new("206 Partial Content", &file[from..])
            .promising(file.len() - from)
            .with("Content-Range", &range)
            .with("ETag", "\"v1\"")
    }

    /// As a good server answers.
    pub(crate) fn good(file: &[u8], asked: &Asked) -> Self {
        asked.from.map_or_else(|| Self::whole(file), |from| Self::part(file, from))
    }

    /// No answer at all.
    pub(crate) fn silence() -> Self {
        Self { head: String::new(), body: Vec::new(), ends_with_reset: false, never_ends: true }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        write!(self.head, "{name}: {value}\r\n").unwrap();
        self
    }

    /// With a `Content-Length`, right or wrong.
    pub(crate) fn promising(self, bytes: usize) -> Self {
        self.with("Content-Length", &bytes.to_string())
    }

    /// Only so many bytes of the body come.
    pub(crate) fn cut_at(mut self, bytes: usize) -> Self {
        self.body.truncate(bytes);
        self
    }

    /// The connection is reset and not closed.
    pub(crate) fn reset(mut self) -> Self {
        self.ends_with_reset = true;
        self
    }
}

/// What a file's server answers.
type Answer = Arc<dyn Fn(&str, &Asked) -> Reply + Send + Sync>;

/// The server. It ends with the runtime of its test.
pub(crate) struct Hostile {
    origin: String,
    seen: Arc<Mutex<HashMap<String, Vec<Asked>>>>,
}

impl Hostile {
    async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let origin = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let seen: Arc<Mutex<HashMap<String, Vec<Asked>>>> = Arc::default();
        let noted = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(attend(stream, Arc::clone(&answer), Arc::clone(&noted)));
            }
        });
        Self { origin, seen }
    }

    /// The requests for a file, in their order.
    pub(crate) fn asked(&self, name: &str) -> Vec<Asked> {
        self.seen.lock().unwrap().get(name).cloned().unwrap_or_default()
    }
}

/// Reads one request and answers it. A client that leaves is no trouble.
async fn attend(
    mut stream: TcpStream,
    answer: Answer,
    seen: Arc<Mutex<HashMap<String, Vec<Asked>>>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (is, value) = line.split_once(": ")?;
            is.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    };
    let path = head.split(' ').nth(1).unwrap().trim_start_matches('/').to_owned();
    let from = header("range")
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let asked = {
        let mut seen = seen.lock().unwrap();
        let before = seen.entry(path.clone()).or_default();
        let asked = Asked { before: before.len(), from, if_range: header("if-range") };
        before.push(asked.clone());
        asked
    };
    let reply = answer(&path, &asked);
    if reply.never_ends {
        // Until the client leaves.
        let _ = stream.read_u8().await;
        return;
    }
    let mut bytes = format!("{}\r\n", reply.head).into_bytes();
    bytes.extend(&reply.body);
    let _ = stream.write_all(&bytes).await;
    if reply.ends_with_reset {
        let _ = stream.set_zero_linger();
    } else {
        let _ = stream.shutdown().await;
        // Closing with bytes unread would reset the connection.
        let mut rest = [0; 64];
        while matches!(stream.read(&mut rest).await, Ok(1..)) {}
    }
}

/// A world with recordings whose audio the hostile server has.
pub(crate) struct Trap {
    pub world: World,
    pub media: Hostile,
    pub audio: Vec<u8>,
    names: Vec<String>,
}

impl Trap {
    /// Each of the files `names` really holds the same audio of about `bytes`, and is listed as a recording of that id.
    pub(crate) async fn set(
        names: &[String],
        bytes: u64,
        waits: Waits,
        answer: impl Fn(&[u8], &str, &Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let options = SandboxOptions {
            recordings: 1,
            seed: 7,
            media_length: MediaLength::Fixed { bytes },
            ..SandboxOptions::default()
        };
        let world = World::with_waits(options, waits).await;
        let model = world.sandbox.recordings().remove(0);
        let audio = world.vobiz_truth(model["recording_id"].as_str().unwrap()).await;
        let file = audio.clone();
        let media = Hostile::start(Arc::new(move |name, asked| answer(&file, name, asked))).await;
        for name in names {
            let mut planted = model.clone();
            planted["recording_id"] = name.as_str().into();
            planted["recording_url"] = format!("{}/{name}", media.origin).into();
            world.sandbox.plant(planted);
        }
        world.add_account().await;
        Self { world, media, audio, names: names.to_vec() }
    }

    /// The recordings in the order of the names.
    pub(crate) async fn keys(&self) -> Vec<RecordingKey> {
        let rows = self.world.rows("").await;
        let key_of = |name: &String| -> RecordingKey {
            rows.iter().find(|row| row.recording_id.as_str() == name).unwrap().key
        };
        self.names.iter().map(key_of).collect()
    }

    /// Downloads all of them. The files come back in the order of the names.
    pub(crate) async fn spring(&self) -> (JobView, Vec<ItemRecord>) {
        let keys = self.keys().await;
        let folder = self.world.engine.take_folder(self.world.folder()).await.unwrap();
        let mut events = self.world.engine.subscribe();
        let job = self.world.start(keys, &folder.token, "{id}").await;
        let done = job_end(&mut events, &job).await;
        let mut items = Vec::new();
        while items.len() < self.names.len() {
            let offset = u32::try_from(items.len()).unwrap();
            items.extend(self.world.engine.job_items(&job.record.id, offset, 500).await.unwrap());
        }
        (done, items)
    }

    /// Every file is there, under its name, bit for bit, and nothing else is.
    pub(crate) fn assert_all_exact(&self) {
        for path in self.world.files() {
            let is_exact = std::fs::read(&path).unwrap() == self.audio;
            assert!(is_exact, "{} is not what it should be", path.display());
        }
        assert_eq!(self.world.files().len(), self.names.len(), "{:?}", self.world.files());
    }
}
