//! Disks that fail, fill up, go away and come back: T-02, T-03 and T-07 with the kernel's own errors.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sandbox::{MediaLength, SandboxOptions};
use tapeshelf_engine::JobState;
use transfer::part::part_path;

use crate::child;
use crate::hostile::{Asked, Reply, Trap};
use crate::support::{World, count_from, job_done, job_end, short_waits};

/// Says to a test that it runs on the small disk, and where that is.
const SMALL_DISK: &str = "TAPESHELF_TEST_SMALL_DISK";
/// Makes a disk of 20 MB in a namespace of its own, which needs no administrator where the kernel lets users do so.
const MOUNT: &str = "mount -t tmpfs -o size=20m tmpfs \"$0\"";

/// Runs the test `name` again where a disk of 20 MB is mounted, and gives that run the disk. `None` for the run that
/// started it, which has nothing left to do.
pub(crate) fn small_disk(name: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(SMALL_DISK) {
        return Some(folder.into());
    }
    let folder = tempfile::tempdir().unwrap();
    let inside = |then: &str| {
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", &format!("{MOUNT} && {then}")]).arg(folder.path());
        command
    };
    if !inside("true").output().is_ok_and(|tried| tried.status.success()) {
        println!(
            "Nothing can be mounted here, so {name} is left out. The test disk_full of tapeshelf-transfer has writes \
             refused by a limit on the process instead."
        );
        return None;
    }
    let run = inside("exec \"$@\"")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(SMALL_DISK, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(said.contains("1 passed"), "{said}");
    None
}

fn remount(disk: &Path, how: &str) {
    let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(disk).status();
    assert!(done.unwrap().success());
}

/// T-03: the message names the disk, what arrived is kept, and it goes on from there.
#[tokio::test(flavor = "multi_thread")]
async fn t03_a_disk_that_is_really_full_pauses_the_job_until_there_is_room() {
    let name = "disk::t03_a_disk_that_is_really_full_pauses_the_job_until_there_is_room";
    let Some(disk) = small_disk(name) else { return };
    let ballast = disk.join("somebody else's film");
    std::fs::write(&ballast, vec![0_u8; 15_500_000]).unwrap();
    // The server does not say how much will come, so only the disk can tell that it does not fit.
    let answer = |file: &[u8], _: &str, asked: &Asked| match asked.from {
        Some(from) => Reply::part(file, from),
        None => Reply::new("200 OK", file).with("ETag", "\"v1\""),
    };
    let names = ["call".to_owned()];
    let trap = Trap::set(&names, 7_000_000, short_waits(), answer).await;
    let engine = &trap.world.engine;
    let calls = disk.join("calls");
    let folder = engine.take_folder(calls.clone()).await.unwrap();
    let mut events = engine.subscribe();
    let job = trap.world.start(trap.keys().await, &folder.token, "{id}").await;
    let paused = job_end(&mut events, &job).await;
    assert_eq!(paused.record.state, JobState::Paused);
    let note = paused.record.note.unwrap();
    assert!(note.contains(&format!("the disk of {} is full", calls.display())), "{note}");
    assert_eq!((paused.record.tally.failed, paused.record.tally.queued), (0, 1));
    let part = part_path(&calls, job.record.id.as_str(), 0);
    let kept = std::fs::read(&part).unwrap();
    assert!(kept.len() > 1_000_000 && trap.audio.starts_with(&kept), "{} bytes", kept.len());

    std::fs::remove_file(&ballast).unwrap();
    engine.resume_job(&job.record.id).await.unwrap();
    job_done(&mut events, &job).await;
    let files = crate::support::walk(&calls);
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(std::fs::read(&files[0]).unwrap() == trap.audio, "bit for bit");
    let asked = trap.media.asked("call");
    assert_eq!(asked.last().unwrap().from, Some(kept.len()), "it went on where it stood");
}

/// T-07: a folder on a disk that is read-only, and then not any more.
#[tokio::test(flavor = "multi_thread")]
async fn t07_a_read_only_disk_pauses_the_job_with_every_file_still_to_come() {
    let name = "disk::t07_a_read_only_disk_pauses_the_job_with_every_file_still_to_come";
    let Some(disk) = small_disk(name) else { return };
    let world = World::synced(20).await;
    let keys = world.short_keys(4).await;
    let folder = world.engine.take_folder(disk.join("calls")).await.unwrap();
    remount(&disk, "ro");
    let refused = world.engine.take_folder(disk.join("others")).await.unwrap_err();
    assert!(refused.to_string().contains("cannot be written"), "{refused}");
    let mut events = world.engine.subscribe();
    let job = world.start(keys, &folder.token, "{id}").await;
    let paused = job_end(&mut events, &job).await;
    assert_eq!((paused.record.state, paused.record.tally.failed), (JobState::Paused, 0));
    let note = paused.record.note.unwrap();
    assert!(note.starts_with("Paused") && note.contains("cannot be written"), "{note}");
    remount(&disk, "rw");
    world.engine.resume_job(&job.record.id).await.unwrap();
    job_done(&mut events, &job).await;
    assert_eq!(crate::support::walk(&disk.join("calls")).len(), 4);
}

/// T-07: a disk that is unplugged in the middle of a batch. Nothing is written where it was.
#[tokio::test(flavor = "multi_thread")]
async fn t07_a_folder_that_goes_away_in_the_middle_pauses_the_job_and_is_not_made_anew() {
    let names: Vec<String> = (0..6).map(|number| format!("call-{number}")).collect();
    let place = tempfile::tempdir().unwrap();
    let (calls, away) = (place.path().join("calls"), place.path().join("unplugged"));
    let (from, to) = (calls.clone(), away.clone());
    let trap = Trap::set(&names, 24_000, short_waits(), move |file, name, asked| {
        if name == "call-3" && asked.before == 0 {
            std::fs::rename(&from, &to).unwrap();
        }
        Reply::good(file, asked)
    })
    .await;
    let engine = &trap.world.engine;
    let folder = engine.take_folder(calls.clone()).await.unwrap();
    let mut events = engine.subscribe();
    let job = trap.world.start(trap.keys().await, &folder.token, "{id}").await;
    let paused = job_end(&mut events, &job).await;
    let items = engine.job_items(&job.record.id, 0, 10).await.unwrap();
    let state = (paused.record.state, paused.record.tally.failed);
    assert_eq!(state, (JobState::Paused, 0), "{items:?}");
    assert!(paused.record.note.unwrap().contains("is not there"));
    assert!(!calls.exists(), "what would be written there would be lost behind the disk");
    assert!(engine.resume_job(&job.record.id).await.is_err());
    std::fs::rename(&away, &calls).unwrap();
    engine.resume_job(&job.record.id).await.unwrap();
    let done = job_done(&mut events, &job).await;
    assert_eq!(done.record.tally.failed, 0);
    let files = crate::support::walk(&calls);
    assert_eq!(files.len(), names.len(), "{files:?}");
    assert!(files.iter().all(|path| std::fs::read(path).unwrap() == trap.audio));
}

/// T-07: names that differ in their letters' case only, and names longer than a file system takes.
#[tokio::test]
async fn t07_names_that_collide_or_are_too_long_still_end_in_files_of_their_own() {
    let names = ["Call-Abc", "call-abc", "CALL-ABC"].map(str::to_owned);
    let trap =
        Trap::set(&names, 24_000, short_waits(), |file, _, asked| Reply::good(file, asked)).await;
    trap.spring().await;
    trap.assert_all_exact();
    let engine = &trap.world.engine;
    let long = trap.world.dir.path().join("long");
    let folder = engine.take_folder(long.clone()).await.unwrap();
    let mut events = engine.subscribe();
    // Together with the id longer than any file system's names, in bytes.
    let template = format!("{}{{id}}", "ü".repeat(200));
    let job = trap.world.start(trap.keys().await, &folder.token, &template).await;
    job_done(&mut events, &job).await;
    for folder in [trap.world.folder(), long] {
        let lower = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().to_lowercase();
        let files = crate::support::walk(&folder);
        let folded: std::collections::HashSet<_> = files.iter().map(lower).collect();
        assert_eq!(folded.len(), names.len(), "{files:?}");
        assert!(folded.iter().all(|name| name.len() <= 255));
    }
}

/// T-02: the n-th call of one kind on an unfinished file fails, once or from then on, with an error of the kernel
/// (`strace` injects it). Whatever that does to the job: no wrong byte gets a final name, and when the disk is well again
/// every file arrives. `TAPESHELF_IO_FAULTS` says how many of all combinations are tried.
#[tokio::test(flavor = "multi_thread")]
async fn t02_whichever_call_on_a_file_fails_no_wrong_byte_gets_a_name() {
    const RENAMES: &str = "rename,renameat,renameat2,link,linkat";
    let mut faults = Vec::new();
    for calls in ["openat", "write", "fsync", RENAMES] {
        for error in ["EIO", "ENOSPC", "EACCES"] {
            for nth in 1..=4 {
                // From then on, or once.
                faults.extend(["+", ""].map(|on| (calls, error, format!("{nth}{on}"))));
            }
        }
    }
    // A step that shares no factor with their number: a few are unlike each other, and all are all.
    let tried = count_from("TAPESHELF_IO_FAULTS", 4).min(faults.len());
    let (mut wrong, mut failed) = (Vec::new(), 0);
    for number in 0..tried {
        let (calls, error, when) = &faults[number * 29 % faults.len()];
        let (wrong_files, failed_calls) = fails_at(calls, error, when).await;
        wrong.extend(wrong_files);
        failed += failed_calls;
    }
    let totals = serde_json::json!({"failingCalls": failed, "wrongFiles": wrong.len()});
    println!("\nTOTALS {totals}");
    assert_eq!(wrong, Vec::<PathBuf>::new());
    assert!(failed >= tried / 2, "only {failed} calls were made to fail");
}

/// The files that had wrong bytes under their final name, after the fault and after the disk was well again, and how
/// many calls failed.
async fn fails_at(calls: &str, error: &str, when: &str) -> (Vec<PathBuf>, usize) {
    let world = World::with_waits(
        SandboxOptions {
            recordings: 3,
            seed: 7,
            media_length: MediaLength::Fixed { bytes: 200_000 },
            // So that nothing has arrived yet when the job is paused again.
            latency: Duration::from_millis(200),
            ..SandboxOptions::default()
        },
        short_waits(),
    )
    .await;
    let account = world.add_account().await.to_string();
    let ids = world.sandbox.recording_ids();
    let truth = world.vobiz_hashes(&ids).await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let keys = world.rows("").await.iter().map(|row| row.key).collect();
    let job = world.start(keys, &folder.token, "{id}").await;
    world.engine.pause_job(&job.record.id).await.unwrap();
    assert!(world.audio().is_empty(), "it was paused before anything was there");
    world.engine.shut_down().await;

    let log = world.dir.path().join("calls.log");
    let mut strace = vec!["strace".to_owned(), "-f".into(), "-qq".into(), "-o".into()];
    strace.push(log.display().to_string());
    for position in 0..3 {
        let part = part_path(&world.folder(), job.record.id.as_str(), position);
        strace.extend(["-P".to_owned(), part.display().to_string()]);
    }
    let inject = format!("inject={calls}:error={error}:when={when}");
    strace.extend(["-e".into(), format!("trace={calls}"), "-e".into(), inject, "--".into()]);
    let what = format!("{calls} {error} {when}");
    child::start(&world, &account, "mend", &strace).ended();
    let log = String::from_utf8_lossy(&std::fs::read(log).unwrap()).into_owned();
    let failed = log.lines().filter(|line| line.ends_with("(INJECTED)")).count();
    let is_wrong = |path: &PathBuf| {
        let id = path.file_stem().unwrap().to_str().unwrap();
        let hash = crate::support::sha256_hex(&std::fs::read(path).unwrap());
        truth.get(id) != Some(&hash)
    };
    let mut wrong: Vec<_> = world.audio().into_iter().filter(is_wrong).collect();
    child::start(&world, &account, "mend", &[]).ended();
    wrong.extend(world.audio().into_iter().filter(is_wrong));
    assert_eq!(world.files().len(), ids.len(), "{what}: {:?}", world.files());
    (wrong, failed)
}
