//! Copies are checked again, found again, and adopted.

use std::io::Write as _;

use domain::CopyState;
use tapeshelf_engine::{AdoptOrder, AdoptReport, Adopted, CheckReport, CheckScope, Event};

use crate::support::{World, wait_for};

pub(crate) async fn check(world: &World) -> CheckReport {
    let mut events = world.engine.subscribe();
    world.engine.check_copies(CheckScope::All).await.unwrap();
    wait_for(&mut events, |event| match event {
        Event::Check(report) if report.ended_at.is_some() => Some(*report),
        _ => None,
    })
    .await
}

pub(crate) async fn adopt(
    world: &World,
    from: &std::path::Path,
    into: Option<&std::path::Path>,
) -> AdoptReport {
    let source = world.engine.take_source(from.to_owned()).await.unwrap();
    let folder = match into {
        Some(folder) => Some(world.engine.take_folder(folder.to_owned()).await.unwrap().token),
        None => None,
    };
    let mut events = world.engine.subscribe();
    let order = AdoptOrder { source: source.token, folder, template: "{date}_{id}".into() };
    world.engine.adopt(order).await.unwrap();
    wait_for(&mut events, |event| match event {
        Event::Adoption(report) if report.ended_at.is_some() => Some(*report),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_check_tells_changed_from_missing_from_cannot_tell() {
    let world = World::synced(30).await;
    let keys = world.short_keys(4).await;
    world.download(keys.clone()).await;
    let mut paths = Vec::new();
    for key in &keys {
        paths.push(world.engine.recording(*key).await.unwrap().stored.copy.unwrap().path);
    }
    let report = check(&world).await;
    assert_eq!((report.total, report.ok), (4, 4));
    assert_eq!(report.read_bytes, report.total_bytes);
    let mut bytes = std::fs::read(&paths[0]).unwrap();
    bytes[50] ^= 0x40;
    std::fs::write(&paths[0], bytes).unwrap();
    std::fs::remove_file(&paths[1]).unwrap();
    let report = check(&world).await;
    assert_eq!((report.ok, report.changed, report.missing, report.cannot_check), (2, 1, 1, 0));
    assert_eq!(report.troubles.len(), 2);
    assert_eq!(report.read_bytes, report.total_bytes, "what is missing is neither read nor to be");
    let row = world.engine.recording(keys[0]).await.unwrap().row;
    assert_eq!(row.state, CopyState::Remarked, "verified no longer");
    // A check that cannot tell takes nothing back, and says what stands.
    let away = world.dir.path().join("away");
    std::fs::rename(world.folder(), &away).unwrap();
    let report = check(&world).await;
    assert_eq!((report.missing, report.cannot_check), (0, 4), "a disk may be unplugged");
    let said = |key| report.troubles.iter().find(|copy| copy.key == key).unwrap().what.clone();
    assert!(said(keys[0]).contains("may not be connected"), "{}", said(keys[0]));
    assert!(said(keys[0]).ends_with("it had changed."), "{}", said(keys[0]));
    assert!(said(keys[1]).ends_with("it was missing."), "{}", said(keys[1]));
    assert!(said(keys[2]).ends_with("may not be connected."), "{}", said(keys[2]));
    for (key, state) in [(keys[0], CopyState::Remarked), (keys[2], CopyState::Verified)] {
        assert_eq!(world.engine.recording(key).await.unwrap().row.state, state);
    }
    std::fs::rename(&away, world.folder()).unwrap();
    // What is gone for good is forgotten when a person says so, and saved again when asked for.
    assert_eq!(check(&world).await.missing, 1);
    assert_eq!(world.engine.forget_missing_copies().await.unwrap(), 1);
    let report = world.engine.check_report().unwrap();
    assert_eq!((report.total, report.missing, report.troubles.len()), (3, 0, 1));
    let forgotten = world.engine.recording(keys[1]).await.unwrap();
    assert_eq!((forgotten.row.state, forgotten.stored.copy), (CopyState::NotSaved, None));
    // What changed is fetched again beside the old file, which is somebody's now.
    let job = world.download(keys.clone()).await;
    let tally = job.record.tally;
    assert_eq!((tally.skipped, tally.verified + tally.remarked), (2, 2));
    assert_eq!(check(&world).await.ok, 4);
}

#[tokio::test]
async fn moved_files_are_found_again_by_their_hash() {
    let world = World::synced(30).await;
    let keys = world.short_keys(3).await;
    world.download(keys.clone()).await;
    let moved = world.dir.path().join("archive");
    std::fs::rename(world.folder(), &moved).unwrap();
    for (number, path) in crate::support::walk(&moved).into_iter().enumerate() {
        std::fs::rename(&path, moved.join(format!("renamed {number}.mp3"))).unwrap();
    }
    let requests = world.sandbox.request_log().len();
    let report = adopt(&world, &moved, None).await;
    assert_eq!((report.total, report.count(Adopted::FoundAgain)), (3, 3), "{:?}", report.files);
    for key in keys {
        let copy = world.engine.recording(key).await.unwrap().stored.copy.unwrap();
        assert!(copy.path.starts_with(&moved));
    }
    assert_eq!(check(&world).await.ok, 3);
    assert_eq!(world.sandbox.request_log().len(), requests, "nothing was asked of the provider");
}

#[tokio::test]
async fn a_second_file_with_the_same_bytes_is_one_more_copy_and_no_file_counts_twice() {
    let world = World::synced(30).await;
    let keys = world.short_keys(2).await;
    world.download(keys.clone()).await;
    let backup = world.dir.path().join("backup");
    std::fs::create_dir(&backup).unwrap();
    for (number, path) in world.files().iter().enumerate() {
        std::fs::copy(path, backup.join(format!("{number}.mp3"))).unwrap();
    }
    let report = adopt(&world, &backup, None).await;
    assert_eq!(report.count(Adopted::Adopted), 2, "{:?}", report.files);
    for key in &keys {
        assert_eq!(world.engine.recording(*key).await.unwrap().stored.copies().count(), 2);
    }
    for folder in [&backup, &world.folder()] {
        let report = adopt(&world, folder, None).await;
        assert_eq!(report.count(Adopted::AlreadyKnown), 2, "{:?}", report.files);
    }
    assert_eq!(check(&world).await.ok, 4);
    // Through a link it is the same file.
    #[cfg(unix)]
    {
        let link = world.dir.path().join("link");
        std::os::unix::fs::symlink(&backup, &link).unwrap();
        let report = adopt(&world, &link, None).await;
        assert_eq!(report.count(Adopted::AlreadyKnown), 2, "{:?}", report.files);
    }
    // One that is gone is found at its new name, and the other copy stays where it is.
    std::fs::rename(backup.join("0.mp3"), backup.join("renamed.mp3")).unwrap();
    let report = adopt(&world, &backup, None).await;
    assert_eq!(report.count(Adopted::FoundAgain), 1, "{:?}", report.files);
    assert_eq!(check(&world).await.ok, 4);
}

#[tokio::test]
async fn files_of_another_program_are_adopted_by_id_and_wrong_ones_are_not() {
    let world = World::synced(30).await;
    let keys = world.short_keys(3).await;
    world.download(keys.clone()).await;
    // Another profile of the same account knows nothing of them.
    let other = World::synced(30).await;
    let theirs = other.dir.path().join("old downloads");
    std::fs::create_dir(&theirs).unwrap();
    for (key, name) in keys.iter().zip(["a", "b", "c"]) {
        let copy = world.engine.recording(*key).await.unwrap().stored.copy.unwrap();
        let id = world.id_of(*key).await;
        std::fs::copy(&copy.path, theirs.join(format!("{name}_{id}.mp3"))).unwrap();
    }
    // Cut in the middle; and a page under a good name.
    let cut = crate::support::walk(&theirs).remove(1);
    let bytes = std::fs::read(&cut).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let page = crate::support::walk(&theirs).remove(2);
    std::fs::write(&page, "<html>sign in</html>").unwrap();
    std::fs::write(theirs.join("music.mp3"), "no sound").unwrap();
    let report = adopt(&other, &theirs, None).await;
    assert_eq!(report.count(Adopted::Adopted) + report.count(Adopted::Refused), 3);
    assert!(report.count(Adopted::Refused) >= 1, "{:?}", report.files);
    assert_eq!(report.count(Adopted::NoMatch), 1);
    let adopted = report.files.iter().find(|file| file.outcome == Adopted::Adopted).unwrap();
    let stored = other.engine.recording(adopted.key.unwrap()).await.unwrap().stored;
    assert!(stored.copy.unwrap().path.starts_with(&theirs), "it stays where it is");
}

#[tokio::test]
async fn an_archive_is_unpacked_under_our_own_names() {
    let world = World::synced(30).await;
    let keys = world.short_keys(2).await;
    world.download(keys.clone()).await;
    let other = World::synced(30).await;
    let path = other.dir.path().join("export.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let plain =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (key, folder) in keys.iter().zip(["../../outside", "inside"]) {
        let copy = world.engine.recording(*key).await.unwrap().stored.copy.unwrap();
        zip.start_file(format!("{folder}/{}.mp3", world.id_of(*key).await), plain).unwrap();
        zip.write_all(&std::fs::read(&copy.path).unwrap()).unwrap();
    }
    zip.start_file("readme.txt", plain).unwrap();
    zip.write_all(b"hello").unwrap();
    zip.finish().unwrap();
    let into = other.dir.path().join("calls");
    let report = adopt(&other, &path, Some(&into)).await;
    assert_eq!(report.count(Adopted::Adopted), 2, "{:?}", report.files);
    assert_eq!(crate::support::walk(&into).len(), 2, "no unfinished file is left");
    // Unpacked once is enough; and what was lost since is unpacked again.
    let report = adopt(&other, &path, Some(&into)).await;
    assert_eq!(report.count(Adopted::AlreadyKnown), 2, "{:?}", report.files);
    std::fs::remove_file(&crate::support::walk(&into)[0]).unwrap();
    let report = adopt(&other, &path, Some(&into)).await;
    assert_eq!(report.count(Adopted::FoundAgain), 1, "{:?}", report.files);
    assert_eq!(crate::support::walk(&into).len(), 2);
    assert!(!other.dir.path().parent().unwrap().join("outside").exists());
    assert_eq!(check(&other).await.ok, 2);
}
