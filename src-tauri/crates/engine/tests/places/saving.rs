//! Downloads into a bucket: every byte, every name, every list.

use sandbox::{MediaLength, SandboxOptions};
use tapeshelf_engine::{ItemState, JobState, TransferOptions};

use crate::server::Fault;
use crate::support::{Bench, sha256_hex};

fn everything() -> TransferOptions {
    TransferOptions {
        csv: true,
        json: true,
        checksums: true,
        raw_json: true,
        call_time: true,
        ..TransferOptions::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_recordings_of_two_vendors_on_a_bad_day_arrive_bit_exact() {
    let bench = Bench::with_options(SandboxOptions {
        recordings: 15,
        vbc_recordings: 15,
        vbc_users: 0,
        vbc_on_demand: 0,
        seed: 7,
        media_length: MediaLength::Fixed { bytes: 24_000 },
        faults: "html200:0.1,reset:0.1,cut:0.1".parse().unwrap(),
        ..SandboxOptions::default()
    })
    .await;
    bench.add_vbc().await;
    let rows = bench.world.rows("").await;
    assert_eq!(rows.len(), 30);
    let keys: Vec<_> = rows.iter().map(|row| row.key).collect();
    bench.server.set(Fault::Flaky);
    let mut job = bench.save(keys.clone(), "{account}/{date}_{id}", everything()).await;
    bench.server.set(Fault::None);
    for _ in 0..4 {
        if job.record.tally.failed == 0 && job.record.state == JobState::Finished {
            break;
        }
        // What a person does on such a day.
        job = bench.go_on(&job).await;
    }
    assert_eq!(job.record.state, JobState::Finished, "{:?}", job.record.note);
    assert_eq!(job.record.tally.failed, 0, "{:?}", bench.notes(&job).await);
    assert_eq!(job.destination, "Archive");
    bench.holds_all(&keys).await;
    assert_eq!(
        bench.outbox(),
        Vec::<std::path::PathBuf>::new(),
        "nothing is left on this computer"
    );

    // What came along describes exactly what is there.
    let prefix = "2026/kept calls";
    let sums = std::fs::read_to_string(bench.server.file(&format!("{prefix}/SHA256SUMS"))).unwrap();
    assert_eq!(sums.lines().count(), 30);
    for line in sums.lines() {
        let (hash, name) = line.split_once("  ").unwrap();
        let bytes = std::fs::read(bench.server.file(&format!("{prefix}/{name}"))).unwrap();
        assert_eq!(sha256_hex(&bytes), hash, "{name}");
    }
    let csv =
        std::fs::read_to_string(bench.server.file(&format!("{prefix}/recordings.csv"))).unwrap();
    assert_eq!(csv.lines().count(), 31);
    let keys_there = bench.server.keys();
    let raw = |key: &&String| key.ends_with(".mp3.json") || key.ends_with(".wav.json");
    assert_eq!(keys_there.iter().filter(raw).count(), 30);
    assert_eq!(keys_there.len(), 30 + 30 + 3, "{keys_there:?}");
}

#[tokio::test]
async fn saving_again_what_is_saved_costs_one_question_a_file() {
    let bench = Bench::with(10).await;
    let keys = bench.world.short_keys(3).await;
    bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    let (vendor, bucket) = (bench.world.sandbox.request_log().len(), bench.server.requests().len());
    let again = bench.save(keys, "{id}", TransferOptions::default()).await;
    assert_eq!(again.record.tally.skipped, 3, "{:?}", bench.notes(&again).await);
    assert_eq!(bench.world.sandbox.request_log().len(), vendor);
    let asked = bench.server.requests().split_off(bucket);
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked.iter().all(|line| line.starts_with("HEAD ")), "{asked:?}");
}

#[tokio::test]
async fn what_is_there_under_a_name_is_never_replaced() {
    let bench = Bench::with(10).await;
    let keys = bench.world.short_keys(3).await;
    let strangers = bench.server.file("2026/kept calls/call.mp3");
    let strangers_wav = bench.server.file("2026/kept calls/call.wav");
    std::fs::create_dir_all(strangers.parent().unwrap()).unwrap();
    std::fs::write(&strangers, "not ours").unwrap();
    std::fs::write(&strangers_wav, "not ours").unwrap();
    let job = bench.save(keys.clone(), "call", TransferOptions::default()).await;
    assert_eq!(job.record.tally.failed, 0, "{:?}", bench.notes(&job).await);
    bench.holds_all(&keys).await;
    assert_eq!(std::fs::read_to_string(strangers).unwrap(), "not ours");
    assert_eq!(bench.server.keys().len(), 5, "{:?}", bench.server.keys());
}

#[tokio::test]
async fn a_server_with_nothing_to_show_is_believed_only_after_reading_back() {
    let bench = Bench::with(6).await;
    bench.server.set(Fault::Mute);
    let keys = bench.world.short_keys(2).await;
    let job = bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    assert_eq!(job.record.tally.failed, 0, "{:?}", bench.notes(&job).await);
    bench.holds_all(&keys).await;
    let read_back = bench.server.requests();
    let gets = read_back
        .iter()
        .filter(|line| line.starts_with("GET ") && line.contains(".mp3") | line.contains(".wav"));
    assert_eq!(gets.count(), 2, "{read_back:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_in_parts() {
    let bench = Bench::with_one_of(20_000_000).await;
    let keys = bench.world.short_keys(1).await;
    let job = bench.save(keys.clone(), "{id}", TransferOptions::default()).await;
    assert_eq!(job.record.tally.failed, 0, "{:?}", bench.notes(&job).await);
    bench.holds_all(&keys).await;
    let requests = bench.server.requests();
    let parts =
        requests.iter().filter(|line| line.starts_with("PUT ") && line.contains("partNumber="));
    assert_eq!(parts.count(), 3);
}

#[tokio::test]
async fn a_bag_in_a_bucket_names_its_payload() {
    let bench = Bench::with(6).await;
    let keys = bench.world.short_keys(3).await;
    let options = TransferOptions { bag: true, checksums: true, ..TransferOptions::default() };
    let job = bench.save(keys.clone(), "{id}", options).await;
    assert_eq!(job.record.state, JobState::Finished, "{:?}", job.record.note);
    bench.holds_all(&keys).await;
    let prefix = "2026/kept calls";
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let text =
            std::fs::read_to_string(bench.server.file(&format!("{prefix}/{manifest}"))).unwrap();
        assert!(text.lines().count() >= 3, "{text}");
        for line in text.lines() {
            let (hash, name) = line.split_once("  ").unwrap();
            let bytes = std::fs::read(bench.server.file(&format!("{prefix}/{name}"))).unwrap();
            assert_eq!(sha256_hex(&bytes), hash, "{name}");
        }
    }
    let items = bench.world.engine.job_items(&job.record.id, 0, 10).await.unwrap();
    assert!(items.iter().all(|item| item.state != ItemState::Failed));
    assert!(items.iter().all(|item| item.name.as_ref().unwrap().starts_with("data/")));
}

#[tokio::test]
async fn lists_of_others_are_copied_aside_and_ours_are_written_over() {
    let bench = Bench::with(6).await;
    let keys = bench.world.short_keys(1).await;
    let prefix = "2026/kept calls";
    let theirs = [
        ("recordings.csv", "recordings (2).csv", "artist,title\r\nSomebody,Something\r\n"),
        ("recordings.json", "recordings (2).json", "{\"music\": [1, 2]}"),
        ("SHA256SUMS", "SHA256SUMS (2)", "0000  image.iso\n"),
        ("call é.mp3.json", "call é.mp3 (2).json", "{\"note\": \"mine\"}"),
    ];
    let file = |name: &str| bench.server.file(&format!("{prefix}/{name}"));
    std::fs::create_dir_all(bench.server.file(prefix)).unwrap();
    for (name, _, text) in theirs {
        std::fs::write(file(name), text).unwrap();
    }
    for _ in 0..2 {
        let job = bench.save(keys.clone(), "call é", everything()).await;
        assert_eq!(job.record.state, JobState::Finished, "{:?}", job.record.note);
    }
    for (name, aside, text) in theirs {
        assert_eq!(std::fs::read_to_string(file(aside)).unwrap(), text);
        assert_ne!(std::fs::read_to_string(file(name)).unwrap(), text);
    }
    assert_eq!(bench.server.keys().len(), 1 + 4 + 4, "{:?}", bench.server.keys());
}
