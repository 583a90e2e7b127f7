//! What is received comes from one source alone: what a bucket broke off is not gone on with from the provider.

use std::sync::{Arc, Mutex};

use sandbox::{MediaLength, SandboxOptions};
use tapeshelf_engine::{JobState, TransferOptions, Waits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::server::{Fault, Server};
use crate::support::{Bench, World, job_end, short_waits, sync_end, typed, wait_for};

/// Long enough that a download that broke off is gone on with, and not begun anew.
const LARGE: u64 = 2_400_000;
const ID: &str = "11111111-2222-4333-8444-555555555555";

/// A host that has one file, which takes ranges and has a strong `ETag`.
struct Host {
    file: Vec<u8>,
    /// Two thirds come, and then nothing more.
    stops: Mutex<bool>,
    /// The `Range` of each request.
    asked: Mutex<Vec<Option<usize>>>,
}

async fn attend(mut stream: TcpStream, host: Arc<Host>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let range = head.lines().find_map(|line| line.strip_prefix("range: bytes="));
    let from: Option<usize> = range.map(|range| range.trim_end_matches('-').parse().unwrap());
    host.asked.lock().unwrap().push(from);
    let stops = *host.stops.lock().unwrap();
    let (total, begin) = (host.file.len(), from.unwrap_or(0));
    let status = from.map_or_else(
        || "200 OK".to_owned(),
        |from| format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{total}", total - 1),
    );
    let head = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: audio/mpeg\r\nETag: \"v1\"\r\nContent-Length: {}\r\n\r\n",
        total - begin
    );
    let end = if stops { (total / 3 * 2).max(begin) } else { total };
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&host.file[begin..end]).await;
    if stops {
        // Until the client leaves.
        let _ = stream.read_u8().await;
    }
    let _ = stream.shutdown().await;
}

#[tokio::test]
async fn a_copy_that_breaks_off_in_a_bucket_is_not_gone_on_with_from_the_provider() {
    let media_length = MediaLength::Fixed { bytes: LARGE };
    let options =
        SandboxOptions { recordings: 1, seed: 7, media_length, ..SandboxOptions::default() };
    // Silence is no part of this.
    let waits = Waits { silence: Waits::default().silence, ..short_waits() };
    let world = World::with_waits(options, waits).await;
    let mut planted = world.sandbox.recordings().remove(0);
    let account = world.add_account().await;
    let key = world.short_keys(1).await[0];
    world.download(vec![key]).await;
    let copy = world.engine.recording(key).await.unwrap().stored.copy.unwrap();
    let file = std::fs::read(copy.path).unwrap();

    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let host = Arc::new(Host { file, stops: Mutex::new(false), asked: Mutex::default() });
    let attended = Arc::clone(&host);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(attend(stream, Arc::clone(&attended)));
        }
    });
    planted["recording_id"] = ID.into();
    planted["recording_url"] = format!("http://{address}/one").into();
    world.sandbox.plant(planted);
    let sync = async || {
        let mut events = world.engine.subscribe();
        world.engine.start_sync(&account);
        sync_end(&mut events).await;
    };
    sync().await;
    let rows = world.rows("").await;
    let key = rows.iter().find(|row| row.recording_id.as_str() == ID).unwrap().key;
    let server = Server::start().await;
    let (state, _) = world.engine.save_place(typed(&server)).await.unwrap();
    let bench = Bench { world, server, place: state.place.id };

    // In the bucket, and most of it on its way to a folder, when the provider stops listing it.
    bench.save(vec![key], "{id}", TransferOptions::default()).await;
    bench.holds_all(&[key]).await;
    *host.stops.lock().unwrap() = true;
    let engine = &bench.world.engine;
    let mut events = engine.subscribe();
    let folder = bench.world.dir.path().join("other");
    let chosen = engine.take_folder(folder.clone()).await.unwrap();
    let options = TransferOptions::default();
    let job = bench.world.start_with(vec![key], &chosen.token, "{id}", options).await;
    let enough = (host.file.len() / 3 * 2) as u64;
    wait_for(&mut events, |event| match event {
        tapeshelf_engine::Event::Job(view) => (view.received_bytes >= enough).then_some(()),
        _ => None,
    })
    .await;
    engine.pause_job(&job.record.id).await.unwrap();
    let parked = engine.job_items(&job.record.id, 0, 1).await.unwrap().remove(0);
    assert_eq!(parked.etag.as_deref(), Some("\"v1\""), "it could be gone on with");
    bench.world.sandbox.remove(ID).unwrap();
    let mut synced = engine.subscribe();
    engine.start_sync(&account);
    sync_end(&mut synced).await;
    assert!(engine.recording(key).await.unwrap().stored.gone);

    // The object has other bytes of the same length by now, and breaks off in the middle; the provider's host is well.
    let object = bench.server.keys().into_iter().find(|name| name.contains(ID)).unwrap();
    std::fs::write(bench.server.file(&object), vec![0x55; host.file.len()]).unwrap();
    bench.server.set(Fault::BreaksOff);
    *host.stops.lock().unwrap() = false;
    let before = host.asked.lock().unwrap().len();
    let mut events = engine.subscribe();
    engine.resume_job(&job.record.id).await.unwrap();
    let done = job_end(&mut events, &job).await;
    assert_eq!(done.record.state, JobState::Finished);
    assert_eq!(done.record.tally.failed, 0, "{:?}", bench.notes(&done).await);
    assert_eq!(host.asked.lock().unwrap()[before..], [None], "from the first byte on");
    let files = crate::support::files_below(&folder);
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(std::fs::read(&files[0]).unwrap() == host.file, "bit for bit");
}
