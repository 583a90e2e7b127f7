//! A disk that dies in the middle of a write: T-02 with a disk of its own, whose ground goes away beneath it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tapeshelf_engine::JobState;

use crate::hostile::{Reply, Trap};
use crate::support::{job_done, job_end, short_waits, walk};

/// Says to a test that it runs where the disk is mounted, and where that is.
const DYING_DISK: &str = "TAPESHELF_TEST_DYING_DISK";
/// Makes a disk of 64 MB whose bytes lie in 24 MB of memory: when those are full, it refuses what the system had taken for it
/// already. It has no journal, as sticks have none. All of it goes away with its namespace.
const MOUNT: &str = "mount -t tmpfs -o size=24m tmpfs \"$0\" && truncate -s 64M \"$0/image\" \
     && mkfs.ext4 -q -E lazy_itable_init=0,nodiscard -O ^has_journal \"$0/image\" \
     && mkdir \"$0/disk\" && mount -o loop,errors=continue \"$0/image\" \"$0/disk\"";

/// Runs the test `name` again where such a disk is mounted, and gives that run its ground. Only an administrator can.
fn dying_disk(name: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(DYING_DISK) {
        return Some(folder.into());
    }
    let folder = tempfile::tempdir().unwrap();
    let inside = |then: &str| {
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", &format!("{MOUNT} && {then}")]).arg(folder.path());
        command
    };
    if !inside("true").output().is_ok_and(|tried| tried.status.success()) {
        println!("No disk can be made here, so {name} is left out.");
        return None;
    }
    let run = inside("exec \"$@\"")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(DYING_DISK, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(said.contains("1 passed"), "{said}");
    None
}

fn run(program: &str, args: &[&Path]) {
    assert!(Command::new(program).args(args).status().unwrap().success(), "{program} {args:?}");
}

/// Takes what is left of the disk's ground.
fn fill(film: &Path) {
    let mut film = std::fs::File::create(film).unwrap();
    while film.write(&[1; 4096]).is_ok_and(|written| written > 0) {}
}

/// Forgets what the system remembers of the disk, as pulling it out and plugging it in does.
fn plug_in_again(ground: &Path) {
    let disk = ground.join("disk");
    run("umount", &[&disk]);
    run("mount", &["-o".as_ref(), "loop".as_ref(), &ground.join("image"), &disk]);
}

/// The server proves that what is in the part is still its file, and has nothing to add: so all hangs on the disk.
#[tokio::test(flavor = "multi_thread")]
async fn t02_bytes_that_a_dying_disk_lost_are_not_taken_for_saved() {
    let name = "dying::t02_bytes_that_a_dying_disk_lost_are_not_taken_for_saved";
    let Some(ground) = dying_disk(name) else { return };
    let names: Vec<String> = (0..3).map(|number| format!("call-{number}")).collect();
    let trap = Trap::set(&names, 2_000_000, short_waits(), |file, _, asked| match asked.from {
        Some(from) if from == file.len() => Reply::new("416 Range Not Satisfiable", b"")
            .promising(0)
            .with("Content-Range", &format!("bytes */{from}"))
            .with("ETag", "\"v1\""),
        _ => Reply::good(file, asked),
    })
    .await;
    let engine = &trap.world.engine;
    let calls = ground.join("disk/calls");
    let folder = engine.take_folder(calls.clone()).await.unwrap();
    run("sync", &["-f".as_ref(), &calls]);
    let film = ground.join("somebody else's film");
    fill(&film);
    let mut events = engine.subscribe();
    let job = trap.world.start(trap.keys().await, &folder.token, "{id}").await;
    let paused = job_end(&mut events, &job).await;
    assert_eq!((paused.record.state, paused.record.tally.failed), (JobState::Paused, 0));
    assert_eq!(paused.record.tally.verified, 0, "nothing of it is on the disk");
    let note = paused.record.note.unwrap();
    assert!(note.starts_with("Paused") && note.contains("disk"), "{note}");

    std::fs::remove_file(&film).unwrap();
    engine.resume_job(&job.record.id).await.unwrap();
    let done = job_done(&mut events, &job).await;
    assert_eq!((done.record.tally.verified, done.record.tally.failed), (3, 0));
    engine.shut_down().await;
    plug_in_again(&ground);
    let files: Vec<_> = walk(&calls);
    let audio: Vec<_> = files.iter().filter(|path| path.extension().is_some()).collect();
    assert_eq!(audio.len(), names.len(), "{files:?}");
    assert!(audio.iter().all(|path| std::fs::read(path).unwrap() == trap.audio), "bit for bit");
    run("umount", &[&ground.join("disk")]);
}
