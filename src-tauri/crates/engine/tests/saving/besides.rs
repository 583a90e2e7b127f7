//! What comes along with the audio can be checked without us.

use std::collections::BTreeMap;
use std::process::Command;

use sandbox::Fault;
use tapeshelf_engine::{JobState, TransferOptions};

use crate::support::{World, job_end, sha256_hex};

fn everything() -> TransferOptions {
    TransferOptions {
        time_zone: "Asia/Kolkata".into(),
        call_time: true,
        csv: true,
        json: true,
        checksums: true,
        bag: true,
        raw_json: true,
    }
}

#[tokio::test]
async fn a_bag_is_valid_and_says_what_could_not_be_had() {
    let world = World::synced(40).await;
    let keys = world.short_keys(4).await;
    world.sandbox.break_media(&world.id_of(keys[0]).await, Fault::Html200);
    let job = world.download_with(keys.clone(), everything()).await;
    assert_eq!((job.record.state, job.record.tally.failed), (JobState::Finished, 1));
    let folder = world.folder();
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();

    // RFC 8493: every payload file in the manifest and the other way round, each with its hash; the sum of octets.
    let manifest: BTreeMap<String, String> = read("manifest-sha256.txt")
        .lines()
        .map(|line| line.split_once("  ").map(|(hash, path)| (path.into(), hash.into())).unwrap())
        .collect();
    let mut octets = 0;
    let payload: Vec<_> =
        world.files().into_iter().filter(|path| path.starts_with(folder.join("data"))).collect();
    assert_eq!(payload.len(), 6, "three files, and the vendor's record of each");
    for path in &payload {
        let bytes = std::fs::read(path).unwrap();
        octets += bytes.len();
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
        assert_eq!(manifest.get(&name), Some(&sha256_hex(&bytes)), "{name}");
    }
    assert_eq!(manifest.len(), payload.len());
    assert!(read("bag-info.txt").contains(&format!("Payload-Oxum: {octets}.6\n")));
    for line in read("tagmanifest-sha256.txt").lines() {
        let (hash, name) = line.split_once("  ").unwrap();
        assert_eq!(hash, sha256_hex(&std::fs::read(folder.join(name)).unwrap()), "{name}");
    }
    for tag in ["recordings.csv", "recordings.json", "SHA256SUMS", "bagit.txt"] {
        assert!(read("tagmanifest-sha256.txt").contains(tag), "{tag}");
    }

    let listed: Vec<serde_json::Value> = serde_json::from_str(&read("recordings.json")).unwrap();
    assert_eq!(listed.len(), 4);
    let unsaved: Vec<_> = listed.iter().filter(|entry| entry["status"] == "not saved").collect();
    assert_eq!(unsaved.len(), 1);
    assert!(!unsaved[0]["why"].as_str().unwrap().is_empty());
    let table = read("recordings.csv");
    assert_eq!(table.lines().count(), 5);
    assert!(!table.contains(",'"), "no cell has to be marked as text: {table}");
    for entry in &listed {
        for number in [&entry["from"], &entry["to"]].into_iter().filter_map(|n| n.as_str()) {
            let shown = domain::phone::display(number);
            assert!(table.contains(&format!(",{shown},")), "{shown} in {table}");
        }
    }
    assert!(listed[0]["started_at_local"].as_str().unwrap().ends_with("+05:30"));

    // The time of change is the time of the call.
    let stored = world.engine.recording(keys[1]).await.unwrap().stored;
    let changed = std::fs::metadata(stored.copy.unwrap().path).unwrap().modified().unwrap();
    let at = jiff::Timestamp::try_from(changed).unwrap();
    assert_eq!(at.as_second(), stored.recording.when().unwrap().as_second());
}

/// The Python that has other people's validators.
#[cfg(target_os = "linux")]
fn python() -> std::path::PathBuf {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let venv = std::env::var_os("TAPESHELF_PEERS")
        .map_or_else(|| root.join("target/peers/venv"), Into::into);
    let python = venv.join("bin/python");
    assert!(python.is_file(), "{} is missing: run “cargo xtask setup”", python.display());
    python
}

/// The Library of Congress' own validator reads our bags, and sees one wrong byte.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn peers_bagit_of_pypi_finds_a_bag_valid_until_a_byte_changes() {
    let world = World::synced(30).await;
    let keys = world.short_keys(4).await;
    world.sandbox.break_media(&world.id_of(keys[0]).await, Fault::Html200);
    world.download_with(keys, everything()).await;
    let validate = || {
        let folder = world.folder();
        Command::new(python()).args(["-m", "bagit", "--validate"]).arg(folder).output().unwrap()
    };
    let valid = validate();
    let said = String::from_utf8_lossy(&valid.stderr);
    assert!(valid.status.success(), "{said}");
    assert!(said.contains("is valid"), "{said}");
    let file = world.audio().remove(0);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let spoilt = validate();
    assert!(!spoilt.status.success(), "a wrong byte is no valid bag");
}

/// How many files `sha256sum` finds as `SHA256SUMS` says; all that it names have to be.
#[cfg(target_os = "linux")]
fn sums_that_agree(world: &World) -> usize {
    let checked = Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(world.folder())
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    String::from_utf8_lossy(&checked.stdout).lines().count()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn sha256sum_agrees_also_after_a_second_job_into_the_same_folder() {
    let world = World::synced(30).await;
    let keys = world.short_keys(5).await;
    let options = TransferOptions { checksums: true, ..TransferOptions::default() };
    world.download_with(keys[..3].to_vec(), options.clone()).await;
    world.download_with(keys[2..].to_vec(), options).await;
    assert_eq!(sums_that_agree(&world), 5);
    // Sees a wrong byte.
    let file = world.audio().remove(0);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let again = Command::new("sha256sum")
        .args(["--check", "--quiet", "SHA256SUMS"])
        .current_dir(world.folder())
        .output()
        .unwrap();
    assert!(!again.status.success());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_was_taken_away_is_named_as_missing_and_nothing_vouches_for_it() {
    let world = World::synced(30).await;
    let keys = world.short_keys(3).await;
    let options = TransferOptions { checksums: true, json: true, ..TransferOptions::default() };
    world.download_with(keys.clone(), options.clone()).await;
    let gone = world.engine.recording(keys[2]).await.unwrap().stored.copy.unwrap();
    std::fs::remove_file(&gone.path).unwrap();
    world.download_with(keys[..1].to_vec(), options).await;
    assert_eq!(sums_that_agree(&world), 2);
    let text = std::fs::read_to_string(world.folder().join("recordings.json")).unwrap();
    let entries: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(entries.len(), 3);
    let missing = entries.last().unwrap();
    assert_eq!((&missing["status"], &missing["sha256"]), (&"missing".into(), &gone.sha256.into()));
    assert!(missing["why"].as_str().unwrap().contains("not there any more"));
}

#[tokio::test]
async fn names_follow_the_formats_of_the_template_and_the_zone_of_the_download() {
    let world = World::synced(10).await;
    let keys = world.short_keys(1).await;
    let folder = world.engine.take_folder(world.folder()).await.unwrap();
    let mut events = world.engine.subscribe();
    let options =
        TransferOptions { time_zone: "Asia/Kolkata".into(), ..TransferOptions::default() };
    let template = "{start:%Y}/{position:06}_{account:upper}_{start:%H-%M}";
    let job = world.start_with(keys.clone(), &folder.token, template, options).await;
    job_end(&mut events, &job).await;
    let stored = world.engine.recording(keys[0]).await.unwrap().stored;
    let zone = jiff::tz::TimeZone::get("Asia/Kolkata").unwrap();
    let at = stored.recording.when().unwrap().to_zoned(zone);
    let stem = at.strftime("%Y/000001_SUPPORT_%H-%M").to_string();
    let path = stored.copy.unwrap().path;
    assert_eq!(path.with_extension(""), world.folder().join(stem));
}
