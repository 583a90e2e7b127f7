//! A job whose recordings are whole in another folder of this computer is killed at any moment, again and again: what it
//! made stays as it is, what it had not made is made from the copies, and the provider is asked for nothing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use catalogue::Catalogue;
use domain::CopyState;
use sandbox::{MediaLength, Origin, SandboxOptions};

use crate::child::{self, Started};
use crate::support::{World, count_from, open, sha256_hex, short_waits, walk};

/// The most files that are finished between two kills.
const MOST_FILES: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_copies_serve_another_folder_each_file_is_whole_and_made_once() {
    let kills = count_from("TAPESHELF_KILLS", 8);
    let mut world = World::with_waits(
        SandboxOptions {
            recordings: 30,
            seed: 7,
            media_length: MediaLength::Fixed { bytes: 120_000 },
            ..SandboxOptions::default()
        },
        short_waits(),
    )
    .await;
    let account = world.add_account().await.to_string();
    let keys: Vec<_> = world.rows("").await.iter().map(|row| row.key).collect();
    world.download(keys).await;
    // With a remark a copy serves nobody: the provider's file might be better.
    let rows = world.rows("").await;
    let whole: Vec<_> = rows.iter().filter(|row| row.state == CopyState::Verified).collect();
    assert!(whole.len() > 2 * MOST_FILES, "{} of {} are whole", whole.len(), rows.len());
    let ids: Vec<String> = whole.iter().map(|row| row.recording_id.to_string()).collect();
    let mut proof = Proof { truth: world.vobiz_hashes(&ids).await, ..Proof::default() };
    world.engine.shut_down().await;
    let asked_before = world.sandbox.request_log().len();

    let mut dice = fastrand::Rng::with_seed(23);
    let (mut killed, mut in_the_middle, mut folders) = (0, 0, Vec::new());
    while killed < kills {
        assert!(folders.len() <= 4 * kills + 4, "it comes to its end before it can be killed");
        let name = format!("again {}", folders.len());
        let folder = world.dir.path().join(&name);
        let mut child = child::start(&world, &account, &name, &[]);
        // Once all are there, what is left of the job is done in peace.
        let wanted = match files(&folder).len() {
            all if all == ids.len() => usize::MAX,
            some => ids.len().min(some + dice.usize(1..=MOST_FILES)),
        };
        if grows_to(&mut child, &folder, wanted) {
            // Not at the moment when a file got its name, but at any before the next one does.
            std::thread::sleep(Duration::from_micros(dice.u64(0..4_000)));
            child.kill();
            killed += 1;
            in_the_middle += usize::from(files(&folder).len() < ids.len());
        } else {
            child.ended();
            folders.push(folder.clone());
        }
        proof.check(&world, &folder);
    }
    let name = format!("again {}", folders.len());
    child::start(&world, &account, &name, &[]).ended();
    folders.push(world.dir.path().join(&name));
    proof.check(&world, &folders[folders.len() - 1]);

    let parts_left = folders.iter().flat_map(|folder| walk(folder)).filter(|path| is_part(path));
    let parts_left = parts_left.count();
    let asked = world.sandbox.request_log().split_off(asked_before);
    let is_of_a_recording = |path: &str| ids.iter().any(|id| path.contains(id.as_str()));
    let asked_again = asked
        .iter()
        .filter(|asked| asked.origin == Origin::Media || is_of_a_recording(&asked.path))
        .count();
    world.engine = open(world.dir.path(), world.vault.clone(), &world.waits, &world.clock);
    let mut missing = 0;
    for row in &whole {
        let stored = world.engine.recording(row.key).await.unwrap().stored;
        let truth = &proof.truth[row.recording_id.as_str()];
        for folder in &folders {
            let copies: Vec<_> =
                stored.copies().filter(|copy| copy.path.starts_with(folder)).collect();
            missing += usize::from(copies.is_empty());
            assert!(copies.len() < 2, "{copies:?}");
            assert!(copies.iter().all(|copy| copy.is_whole() && copy.sha256 == *truth));
        }
    }
    for folder in &folders {
        assert_eq!(files(folder).len(), ids.len(), "nothing is there twice: {}", folder.display());
    }
    println!(
        "\nTOTALS {}",
        serde_json::json!({
            "kills": killed,
            "inTheMiddleOfWork": in_the_middle,
            "damagedIndexes": proof.damaged_indexes,
            "wrongFiles": proof.wrong_files,
            "fetchedAgain": proof.made_again + asked_again,
            "partsLeft": parts_left,
            "missing": missing,
            "files": folders.len() * ids.len(),
        })
    );
    let wrongs = (proof.damaged_indexes, proof.wrong_files, proof.made_again);
    assert_eq!(wrongs, (0, 0, 0), "damaged indexes, wrong files, files made again");
    assert_eq!((asked_again, parts_left, missing), (0, 0, 0), "asked, parts left, missing");
    assert!(in_the_middle > 0, "some were killed while there was work");
}

/// Waits until so many files have their final names; `false` when the process came to its end before.
fn grows_to(child: &mut Started, folder: &Path, wanted: usize) -> bool {
    while files(folder).len() < wanted {
        if child.has_ended() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    !child.has_ended()
}

/// The files with final names; none where the folder was not made yet.
fn files(folder: &Path) -> Vec<PathBuf> {
    if !folder.is_dir() {
        return Vec::new();
    }
    // What is listed may have got its final name, or be removed, by now: only names count.
    walk(folder).into_iter().filter(|path| is_audio(path)).collect()
}

fn is_audio(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "mp3" || e == "wav")
}

fn is_part(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "part")
}

/// What must hold after every kill.
#[derive(Default)]
struct Proof {
    /// Hashes of the recordings, by id.
    truth: HashMap<String, String>,
    /// When each finished file was written.
    written: HashMap<PathBuf, SystemTime>,
    damaged_indexes: usize,
    /// Wrong bytes under a final name.
    wrong_files: usize,
    /// Finished files that were done again, or are gone.
    made_again: usize,
}

impl Proof {
    fn check(&mut self, world: &World, folder: &Path) {
        for path in files(folder) {
            let id = path.file_stem().unwrap().to_str().unwrap();
            let hash = sha256_hex(&std::fs::read(&path).unwrap());
            self.wrong_files += usize::from(self.truth.get(id) != Some(&hash));
            self.written.entry(path.clone()).or_insert_with(|| written(&path).unwrap());
        }
        self.made_again +=
            self.written.iter().filter(|(path, at)| written(path) != Some(**at)).count();
        let (_, note) = Catalogue::open(&world.dir.path().join("profile")).unwrap();
        self.damaged_indexes += usize::from(note.repaired.is_some());
    }
}

fn written(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|found| found.modified()).ok()
}
