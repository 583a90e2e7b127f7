//! Part files: resuming, hashing, publishing.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Barrier};
use std::thread;

use domain::{Recording, RecordingId};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use tapeshelf_transfer::naming::{NameInput, RelativeName, Template};
use tapeshelf_transfer::part::{PartFile, SealedPart, part_path};
use tapeshelf_transfer::{Error, Shelf, check_folder, free_bytes, hash_file};

fn named(template: &str) -> RelativeName {
    let recording = Recording::new(RecordingId::new("id"));
    let input =
        NameInput { recording: &recording, account_label: "", zone: &TimeZone::UTC, index: 0 };
    Template::parse(template).unwrap().render(&input, "mp3")
}

fn sealed(path: &Path, bytes: &[u8]) -> SealedPart {
    let mut part = PartFile::open(path).unwrap();
    part.write(bytes).unwrap();
    part.seal().unwrap()
}

fn visible(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_part_has_a_hidden_name_of_its_job() {
    let path = part_path(Path::new("/calls"), "0198-ab", 7);
    assert_eq!(path, Path::new("/calls/.tapeshelf-0198-ab-7.part"));
    let hostile = part_path(Path::new("/calls"), "../../x/y", 0);
    assert_eq!(hostile, Path::new("/calls/.tapeshelf-xy-0.part"));
}

#[test]
fn the_hash_is_the_one_everybody_computes() {
    let folder = tempfile::tempdir().unwrap();
    let part = sealed(&folder.path().join("a.part"), b"abc");
    // FIPS 180-4, example B.1.
    assert_eq!(part.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(hash_file(&part.path).unwrap(), (3, part.sha256.clone()));
    part.discard().unwrap();
    assert!(visible(folder.path()).is_empty());
}

#[test]
fn restart_forgets_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/a.part");
    drop(sealed(&path, b"left over"));
    let mut part = PartFile::open(&path).unwrap();
    assert_eq!(part.len(), 9);
    part.restart().unwrap();
    assert_eq!((part.len(), fs::metadata(&path).unwrap().len()), (0, 0));
    part.write(b"abc").unwrap();
    let part = part.seal().unwrap();
    assert_eq!((part.size_bytes, fs::read(&path).unwrap().as_slice()), (3, b"abc".as_slice()));
    assert_eq!(part.sha256, hash_file(&path).unwrap().1);
}

#[test]
fn discarding_twice_is_fine_and_links_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.part");
    let part = sealed(&path, b"x");
    fs::remove_file(&path).unwrap();
    part.discard().unwrap();
    #[cfg(unix)]
    {
        let victim = folder.path().join("victim");
        fs::write(&victim, b"precious").unwrap();
        std::os::unix::fs::symlink(&victim, &path).unwrap();
        assert!(matches!(PartFile::open(&path), Err(Error::NotWritable { .. })));
        assert_eq!(fs::read(&victim).unwrap(), b"precious");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_resumed_file_hashes_like_a_whole_one(
        bytes in prop::collection::vec(any::<u8>(), 0..300_000),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.part");
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let mut from = 0;
        for cut in cuts {
            let mut part = PartFile::open(&path).unwrap();
            prop_assert_eq!(part.len(), from as u64);
            part.write(&bytes[from..cut]).unwrap();
            // Dropped without a seal, as in a crash.
            from = cut;
        }
        let mut part = PartFile::open(&path).unwrap();
        part.write(&bytes[from..]).unwrap();
        let part = part.seal().unwrap();
        prop_assert_eq!(part.size_bytes, bytes.len() as u64);
        prop_assert_eq!(fs::read(&path).unwrap(), bytes.clone());
        let whole = sealed(&folder.path().join("whole.part"), &bytes);
        prop_assert_eq!(part.sha256, whole.sha256);
    }
}

#[test]
fn publishing_makes_folders_and_leaves_no_part() {
    let folder = tempfile::tempdir().unwrap();
    let part = sealed(&folder.path().join("a.part"), b"one");
    let path = part.publish(folder.path(), &named("2026/05/call")).unwrap();
    assert_eq!(path, folder.path().join("2026/05/call.mp3"));
    assert_eq!(fs::read(path).unwrap(), b"one");
    assert_eq!(visible(folder.path()), ["2026"]);
}

#[test]
fn nothing_is_ever_replaced() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("call.mp3"), b"old").unwrap();
    for (number, bytes) in [b"one", b"two"].into_iter().enumerate() {
        let part = sealed(&folder.path().join("a.part"), bytes);
        let path = part.publish(folder.path(), &named("call")).unwrap();
        assert_eq!(path, folder.path().join(format!("call ({}).mp3", number + 2)));
    }
    assert_eq!(fs::read(folder.path().join("call.mp3")).unwrap(), b"old");
    assert_eq!(visible(folder.path()), ["call (2).mp3", "call (3).mp3", "call.mp3"]);
}

/// T-07: names that a case-insensitive file system takes for one.
#[test]
fn twins_in_case_or_composition_get_a_number() {
    for (there, template, expected) in [
        ("CALL.MP3", "call", "call (2).mp3"),
        ("E\u{301}cole.mp3", "école", "école (2).mp3"),
        ("ÉCOLE.mp3", "e\u{301}cole", "école (2).mp3"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(there), b"old").unwrap();
        let part = sealed(&folder.path().join("a.part"), b"new");
        let path = part.publish(folder.path(), &named(template)).unwrap();
        assert_eq!(path, folder.path().join(expected));
        assert_eq!(fs::read(folder.path().join(there)).unwrap(), b"old");
    }
}

#[test]
fn folders_that_differ_in_case_only_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::default();
    let publish = |number: u32, template: &str| {
        let part = sealed(&folder.path().join(format!(".{number}.part")), b"x");
        let path = shelf.publish(part, folder.path(), &named(template)).unwrap();
        let below = path.strip_prefix(folder.path()).unwrap().to_owned();
        below.components().map(|c| c.as_os_str().to_str().unwrap()).collect::<Vec<_>>().join("/")
    };
    assert_eq!(publish(0, "Anna/2026/a"), "Anna/2026/a.mp3");
    assert_eq!(publish(1, "ANNA/2026/A"), "Anna/2026/A (2).mp3");
    assert_eq!(publish(2, "anna/b"), "Anna/b.mp3");
    assert_eq!(visible(folder.path()), ["Anna"]);
}

#[cfg(unix)]
#[test]
fn a_folder_under_two_spellings_has_its_names_once() {
    let folder = tempfile::tempdir().unwrap();
    let (calls, link) = (folder.path().join("calls"), folder.path().join("link"));
    fs::create_dir(&calls).unwrap();
    std::os::unix::fs::symlink(&calls, &link).unwrap();
    let shelf = Shelf::default();
    for (number, (root, name)) in [(&calls, "call"), (&link, "Call")].into_iter().enumerate() {
        let part = sealed(&folder.path().join(format!(".{number}.part")), b"x");
        shelf.publish(part, root, &named(name)).unwrap();
    }
    assert_eq!(visible(&calls), ["Call (2).mp3", "call.mp3"]);
}

#[test]
fn a_folder_in_the_way_is_not_replaced_either() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("call.mp3")).unwrap();
    let part = sealed(&folder.path().join("a.part"), b"new");
    let path = part.publish(folder.path(), &named("call")).unwrap();
    assert_eq!(path, folder.path().join("call (2).mp3"));
}

#[test]
fn a_shelf_does_not_replace_what_another_program_made_after_it_looked() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::default();
    shelf
        .publish(sealed(&folder.path().join("a.part"), b"a"), folder.path(), &named("first"))
        .unwrap();
    fs::write(folder.path().join("second.mp3"), b"theirs").unwrap();
    let part = sealed(&folder.path().join("b.part"), b"ours");
    let path = shelf.publish(part, folder.path(), &named("second")).unwrap();
    assert_eq!(path, folder.path().join("second (2).mp3"));
    assert_eq!(fs::read(folder.path().join("second.mp3")).unwrap(), b"theirs");
}

#[test]
fn a_failed_publication_gives_its_name_back() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::default();
    let part = sealed(&folder.path().join("a.part"), b"a");
    fs::remove_file(&part.path).unwrap();
    let error = shelf.publish(part.clone(), folder.path(), &named("call")).unwrap_err();
    assert_eq!(error, Error::Missing { path: part.path.clone() });
    let again = sealed(&part.path, b"a");
    assert_eq!(
        shelf.publish(again, folder.path(), &named("call")).unwrap(),
        folder.path().join("call.mp3")
    );
}

#[test]
fn alike_names_are_numbered_on_and_a_number_that_was_given_back_is_given_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::default();
    let name = named("same");
    let publish = |number: usize| {
        let part = sealed(&folder.path().join(format!(".{number}.part")), b"x");
        let path = shelf.publish(part, folder.path(), &name).unwrap();
        path.file_name().unwrap().to_str().unwrap().to_owned()
    };
    for number in 1..=300 {
        let expected =
            if number == 1 { "same.mp3".to_owned() } else { format!("same ({number}).mp3") };
        assert_eq!(publish(number), expected);
    }
    // One that fails to get its name leaves it to the next.
    let lost = SealedPart {
        path: folder.path().join("absent.part"),
        size_bytes: 1,
        sha256: String::new(),
    };
    assert!(shelf.publish(lost, folder.path(), &name).is_err());
    assert_eq!(publish(301), "same (301).mp3");
}

#[test]
fn many_at_once_all_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let count = 12;
    // Half of them share a shelf, half look for themselves.
    let shelf = Arc::new(Shelf::default());
    let barrier = Arc::new(Barrier::new(count));
    let threads: Vec<_> = (0..count)
        .map(|number| {
            let (root, shelf, barrier) =
                (folder.path().to_owned(), Arc::clone(&shelf), Arc::clone(&barrier));
            thread::spawn(move || {
                let part =
                    sealed(&root.join(format!("{number}.part")), format!("{number}").as_bytes());
                let name = named(if number % 3 == 0 { "Call" } else { "call" });
                barrier.wait();
                if number % 2 == 0 {
                    shelf.publish(part, &root, &name).unwrap()
                } else {
                    part.publish(&root, &name).unwrap()
                }
            })
        })
        .collect();
    let mut contents: Vec<usize> = threads
        .into_iter()
        .map(|thread| fs::read_to_string(thread.join().unwrap()).unwrap().parse().unwrap())
        .collect();
    contents.sort_unstable();
    assert_eq!(contents, (0..count).collect::<Vec<_>>());
    assert_eq!(visible(folder.path()).len(), count);
}

#[test]
fn folders_that_cannot_be_written_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    let below = file.join("below");
    assert!(
        matches!(check_folder(&below), Err(Error::NotWritable { .. })),
        "{:?}",
        check_folder(&below)
    );
    assert!(matches!(PartFile::open(&below.join("a.part")), Err(Error::NotWritable { .. })));
    assert!(matches!(hash_file(&folder.path().join("absent")), Err(Error::Missing { .. })));
    let part = sealed(&folder.path().join("a.part"), b"x");
    assert!(matches!(part.publish(&file, &named("call")), Err(Error::NotWritable { .. })));
    assert!(folder.path().join("a.part").exists(), "a failed publication keeps the part");
    // Not even an administrator can make files here.
    if cfg!(target_os = "linux") {
        let virtual_folder = Path::new("/proc/tapeshelf/calls");
        let error = check_folder(virtual_folder).unwrap_err();
        assert!(
            matches!(&error, Error::NotWritable { path, .. } if path == virtual_folder),
            "{error:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_tried_keeps_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_hours(400_000);
    fs::File::open(folder.path()).unwrap().set_modified(long_ago).unwrap();
    check_folder(folder.path()).unwrap();
    assert_eq!(fs::metadata(folder.path()).unwrap().modified().unwrap(), long_ago);
}

#[test]
fn a_usable_folder_is_made_and_left_empty() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = folder.path().join("calls/2026");
    let free_before = free_bytes(&wanted).unwrap();
    assert!(free_before > 0);
    assert!(!wanted.exists(), "asking makes nothing");
    check_folder(&wanted).unwrap();
    assert!(visible(&wanted).is_empty());
}
