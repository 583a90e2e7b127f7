//! T-02 and T-03 for one file: a write that the kernel stops half-way, as a full disk does. A size limit on the process stands for it, because it needs
//! neither a mount nor an administrator; its error says that the file does not fit, which is told apart from a full disk.
#![cfg(unix)]

use std::env;
use std::path::Path;
use std::process::Command;

use tapeshelf_transfer::part::PartFile;
use tapeshelf_transfer::{Error, hash_file};

const BLOCK: usize = 10_000;
const BLOCKS: usize = 20;

fn block(number: usize) -> Vec<u8> {
    (0..BLOCK).map(|at| u8::try_from((at * 7 + number * 13) % 251).unwrap()).collect()
}

/// The part that runs in a process that may write files of 64 units of 512 or 1024 bytes only.
fn fill_until_refused(path: &Path) {
    let mut part = PartFile::open(path).unwrap();
    for number in 0..BLOCKS {
        let before = part.len();
        if let Err(error) = part.write(&block(number)) {
            assert!(matches!(&error, Error::Unfit { path: of, .. } if of == path), "{error:?}");
            assert_eq!(part.len(), before, "what did not fit does not count");
            assert_eq!(std::fs::metadata(path).unwrap().len(), before, "and was cut off again");
            // A retry is refused in the same way, and changes nothing.
            assert_eq!(part.write(&block(number)).unwrap_err(), error);
            assert_eq!(part.len(), before);
            return;
        }
    }
    panic!("the limit did not bind");
}

#[test]
fn a_full_disk_keeps_the_part_and_it_goes_on_later() {
    const ROLE: &str = "TAPESHELF_TEST_FULL_DISK";
    if let Some(path) = env::var_os(ROLE) {
        fill_until_refused(Path::new(&path));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.part");
    let limited = Command::new("sh")
        // Without the trap the kernel would end the process instead of refusing the write.
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "disk_full::a_full_disk_keeps_the_part_and_it_goes_on_later"])
        .env(ROLE, &path)
        .output()
        .unwrap();
    assert!(limited.status.success(), "{}", String::from_utf8_lossy(&limited.stdout));

    let mut part = PartFile::open(&path).unwrap();
    let done = usize::try_from(part.len()).unwrap();
    assert!(done > 0 && done < BLOCK * BLOCKS && done % BLOCK == 0, "{done} bytes fitted");
    for number in done / BLOCK..BLOCKS {
        part.write(&block(number)).unwrap();
    }
    let part = part.seal().unwrap();
    let whole: Vec<u8> = (0..BLOCKS).flat_map(block).collect();
    assert_eq!(std::fs::read(&path).unwrap(), whole);
    assert_eq!(hash_file(&path).unwrap(), (part.size_bytes, part.sha256));
}
