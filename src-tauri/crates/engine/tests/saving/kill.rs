//! T-01: a real process is killed at any moment of a sync, a download and a deletion, again and again. After each time
//! the index is sound, no wrong byte has a final name, nothing that was finished is asked for again, and nothing was
//! deleted without a record of it. The number of kills comes from `TAPESHELF_KILLS`; `cargo xtask bench faults` sets
//! it to two hundred.

mod nearby;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use catalogue::{Catalogue, DeletionOutcome};
use sandbox::{MediaLength, Origin, SandboxOptions};

use crate::child::{self, Started, is_to_be_deleted};
use crate::support::{World, count_from, open, sha256_hex, short_waits};

/// How many calls come in between two kills, so that there always is something to do.
const CALLS_A_ROUND: u32 = 4;
/// The most things that a process gets to say before it is killed.
const MOST_STEPS: usize = 14;

#[tokio::test(flavor = "multi_thread")]
async fn t01_killed_at_any_moment_nothing_is_lost_doubled_fetched_again_or_deleted_unrecorded() {
    let kills = count_from("TAPESHELF_KILLS", 8);
    let mut world = World::with_waits(
        SandboxOptions {
            recordings: 30,
            seed: 7,
            latency: Duration::from_millis(3),
            media_length: MediaLength::Fixed { bytes: 24_000 },
            ..SandboxOptions::default()
        },
        short_waits(),
    )
    .await;
    let account = world.add_account().await.to_string();
    world.engine.shut_down().await;
    let mut proof = Proof {
        truth: world.vobiz_hashes(&world.sandbox.recording_ids()).await,
        ..Proof::default()
    };
    std::fs::create_dir(world.folder()).unwrap();
    let mut dice = fastrand::Rng::with_seed(11);
    for _ in 0..kills {
        let new = world.sandbox.add_calls(CALLS_A_ROUND).unwrap();
        proof.truth.extend(world.vobiz_hashes(&new).await);
        let (asked_before, before) = (world.sandbox.request_log().len(), finished(&world));
        let mut child = child::start(&world, &account, "save,delete", &[]);
        let steps = dice.usize(0..MOST_STEPS);
        let ended = steps_until(&mut child, steps);
        if !ended {
            // Not at the moment of a step, but at any between two.
            std::thread::sleep(Duration::from_micros(dice.u64(0..15_000)));
        }
        child.kill();
        proof.kills += 1;
        proof.in_the_middle += usize::from(!ended);
        proof.check(&world, asked_before, &before);
    }
    let (asked_before, before) = (world.sandbox.request_log().len(), finished(&world));
    // It may come to its end before the provider answered what became of the last deletions: that is left to the next start.
    for _ in 0..2 {
        child::start(&world, &account, "save,delete", &[]).ended();
        if deletions(&world).0.values().flatten().all(Option::is_some) {
            break;
        }
    }
    proof.check(&world, asked_before, &before);

    world.engine = open(world.dir.path(), world.vault.clone(), &world.waits, &world.clock);
    let rows = world.rows("").await;
    assert_eq!(rows.len(), proof.truth.len(), "every recording is listed once");
    let is_part = |path: &std::path::PathBuf| path.extension().is_some_and(|e| e == "part");
    assert!(!world.files().iter().any(is_part), "no part file is left");
    let files = world.audio();
    assert_eq!(files.len(), proof.truth.len(), "nothing is missing, nothing is there twice");
    for row in &rows {
        let copy = world.engine.recording(row.key).await.unwrap().stored.copy.unwrap();
        assert_eq!(Some(&copy.sha256), proof.truth.get(row.recording_id.as_str()));
        assert_eq!(row.gone, is_to_be_deleted(row.key), "{row:?}");
    }
    world.engine.shut_down().await;
    let (recorded, _) = deletions(&world);
    for row in rows.iter().filter(|row| row.gone) {
        let outcomes = recorded.get(row.recording_id.as_str());
        // One that was killed before it was sent failed, and was asked for again.
        let is_done = outcomes.is_some_and(|of| of.iter().any(|outcome| is_gone(*outcome)));
        assert!(is_done, "{row:?} {outcomes:?}");
    }
    assert!(recorded.values().flatten().all(Option::is_some), "each is settled: {recorded:?}");
    println!(
        "\nTOTALS {}",
        serde_json::json!({
            "kills": proof.kills,
            "inTheMiddleOfWork": proof.in_the_middle,
            "damagedIndexes": proof.wrongs.damaged_indexes,
            "wrongFiles": proof.wrongs.files,
            "fetchedAgain": proof.wrongs.fetched_again,
            "unrecordedDeletions": proof.wrongs.unrecorded_deletions,
            "files": files.len(),
            "deletions": recorded.len(),
        })
    );
    assert_eq!(proof.wrongs, Wrongs::default());
    assert!(proof.in_the_middle * 2 > kills, "most were killed while there was work");
}

/// Whether it came to its end before it had said so much.
fn steps_until(child: &mut Started, steps: usize) -> bool {
    for _ in 0..=steps {
        match child.next() {
            Some(line) if line == "ended" => return true,
            Some(_) => {}
            None => panic!("it stopped by itself, in the middle of its work"),
        }
    }
    false
}

/// What must hold after every kill.
#[derive(Default)]
struct Proof {
    /// Hashes of all recordings there ever were, by id.
    truth: HashMap<String, String>,
    kills: usize,
    in_the_middle: usize,
    wrongs: Wrongs,
}

/// What a kill must not lead to, each time that it was seen.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wrongs {
    damaged_indexes: usize,
    /// Wrong bytes under a final name.
    files: usize,
    /// Requests for the audio of a recording that had its file.
    fetched_again: usize,
    /// Recordings that are gone without a record of it, or without a copy here.
    unrecorded_deletions: usize,
}

impl Proof {
    fn check(&mut self, world: &World, asked_before: usize, before: &HashSet<String>) {
        for path in world.audio() {
            let id = path.file_stem().unwrap().to_str().unwrap();
            let hash = sha256_hex(&std::fs::read(&path).unwrap());
            self.wrongs.files += usize::from(self.truth.get(id) != Some(&hash));
        }
        let asked = world.sandbox.request_log().split_off(asked_before);
        for asked in asked.iter().filter(|asked| asked.origin == Origin::Media) {
            let file = asked.path.rsplit('/').next().unwrap_or_default();
            let id = file.rsplit_once('.').map_or(file, |(id, _)| id);
            self.wrongs.fetched_again += usize::from(before.contains(id));
        }
        let (recorded, is_sound) = deletions(world);
        self.wrongs.damaged_indexes += usize::from(!is_sound);
        let there: HashSet<_> = world.sandbox.recording_ids().into_iter().collect();
        let saved = finished(world);
        for id in self.truth.keys().filter(|id| !there.contains(*id)) {
            let is_proper = recorded.contains_key(id) && saved.contains(id);
            self.wrongs.unrecorded_deletions += usize::from(!is_proper);
        }
    }
}

/// The ids of the recordings that have a file with a final name.
fn finished(world: &World) -> HashSet<String> {
    let stem = |path: &std::path::PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    world.audio().iter().map(stem).collect()
}

/// The deletions on record by id. Opening the index after a kill has SQLite check all of it (`quick_check`); an index
/// that does not pass is repaired, and says so.
fn deletions(world: &World) -> (HashMap<String, Vec<Option<DeletionOutcome>>>, bool) {
    let (catalogue, note) = Catalogue::open(&world.dir.path().join("profile")).unwrap();
    let mut recorded: HashMap<String, Vec<_>> = HashMap::new();
    for row in catalogue.deletions().unwrap() {
        recorded.entry(row.deletion.recording_id.to_string()).or_default().push(row.outcome);
    }
    (recorded, note.repaired.is_none())
}

fn is_gone(outcome: Option<DeletionOutcome>) -> bool {
    matches!(outcome, Some(DeletionOutcome::Deleted | DeletionOutcome::AlreadyGone))
}
