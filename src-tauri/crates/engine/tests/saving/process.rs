//! The whole program as a process of the system: T-09 and T-10.
#![cfg(target_os = "linux")]

use std::time::Duration;

use sandbox::{MediaLength, Origin, SandboxOptions};
use tapeshelf_engine::Settings;

use crate::child;
use crate::support::{World, count_from, sha256_hex, short_waits};

/// T-09: the computer sleeps in the middle of downloads, for longer than any silence is borne. `TAPESHELF_SUSPEND_S`
/// says how long.
#[tokio::test(flavor = "multi_thread")]
async fn t09_suspended_in_the_middle_of_downloads_it_goes_on_and_ends_bit_exact() {
    let world = World::with_waits(
        SandboxOptions {
            recordings: 6,
            seed: 7,
            media_length: MediaLength::Fixed { bytes: 150_000 },
            faults: "media.slow:1.0".parse().unwrap(),
            ..SandboxOptions::default()
        },
        short_waits(),
    )
    .await;
    let account = world.add_account().await.to_string();
    world.engine.shut_down().await;
    let truth = world.vobiz_hashes(&world.sandbox.recording_ids()).await;
    let child = child::start(&world, &account, "save", &[]);
    while !world.sandbox.request_log().iter().any(|asked| asked.origin == Origin::Media) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.signal("-STOP");
    let seconds = count_from("TAPESHELF_SUSPEND_S", 2);
    tokio::time::sleep(Duration::from_secs(seconds.try_into().unwrap())).await;
    child.signal("-CONT");
    child.ended();
    let files = world.files();
    assert_eq!(files.len(), truth.len(), "{files:?}");
    for path in files {
        let id = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(truth.get(id), Some(&sha256_hex(&std::fs::read(&path).unwrap())));
    }
}

/// T-10: many small files, eight at once, and neither memory nor open files grow with their number.
/// `TAPESHELF_SOAK_FILES` says how many.
#[tokio::test(flavor = "multi_thread")]
async fn t10_many_small_files_take_no_more_memory_or_handles_than_a_few() {
    const MOST_GROWTH_KB: u64 = 50_000;
    const MOST_OPEN: u64 = 200;
    let files = count_from("TAPESHELF_SOAK_FILES", 400);
    let world = World::with_waits(
        SandboxOptions {
            recordings: u32::try_from(files).unwrap(),
            seed: 7,
            media_length: MediaLength::Fixed { bytes: 6_000 },
            ..SandboxOptions::default()
        },
        short_waits(),
    )
    .await;
    let account = world.add_account().await.to_string();
    let settings = Settings { parallel_downloads: 8, ..Settings::default() };
    world.engine.set_settings(settings).await.unwrap();
    world.engine.shut_down().await;
    let mut child = child::start(&world, &account, "save", &[]);
    let mut measured: Vec<(u64, u64)> = Vec::new();
    let mut has_ended = false;
    while let Some(line) = child.next() {
        has_ended |= line == "ended";
        if let Some(facts) = line.strip_prefix("moved on ") {
            let (rss_kb, open) = facts.split_once(' ').unwrap();
            measured.push((rss_kb.parse().unwrap(), open.parse().unwrap()));
        }
    }
    assert!(has_ended && measured.len() > files / 2, "{} measured", measured.len());
    assert_eq!(world.files().len(), files);
    let most = |of: &[(u64, u64)]| of.iter().map(|(rss_kb, _)| *rss_kb).max().unwrap();
    let (early, late) = (most(&measured[..measured.len() / 4]), most(&measured));
    let open = measured.iter().map(|(_, open)| *open).max().unwrap();
    println!(
        "\nTOTALS {}",
        serde_json::json!({"files": files, "growthKb": late - early, "openFiles": open})
    );
    assert!(early > 0 && late - early < MOST_GROWTH_KB, "from {early} KB to {late} KB");
    assert!(open < MOST_OPEN, "{open} files open");
}
