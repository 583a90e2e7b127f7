//! The steps by which a new index takes a damaged one's place: wherever the program ends between them, nothing that was to be
//! carried over is lost.

use std::fs;
use std::path::Path;

use domain::JobId;
use tempfile::TempDir;

use super::{Bed, copy, recordings};
use crate::{Catalogue, NewJob, Priority};

const FILE: &str = "catalogue.sqlite3";
const LOG: &str = "catalogue.sqlite3-wal";
const MARK: &str = "catalogue.open";

/// What a crash leaves of an index whose copy and job are in the log alone.
fn crashed() -> TempDir {
    let bed = Bed::with(&recordings(0..20));
    bed.catalogue.close_cleanly().unwrap();
    bed.catalogue.save_copy(bed.key(3), &copy("3.mp3")).unwrap();
    let job = NewJob {
        id: JobId::new("job"),
        folder: "/calls".into(),
        template: String::new(),
        created_at: super::at(0),
        label: String::new(),
        priority: Priority::Normal,
        options_json: "{}".to_owned(),
        rule_id: None,
    };
    bed.catalogue.create_job(&job, &[bed.key(5)]).unwrap();
    let dir = TempDir::new().unwrap();
    for name in [FILE, LOG] {
        fs::copy(bed.dir.path().join(name), dir.path().join(name)).unwrap();
    }
    fs::write(dir.path().join(MARK), "damaged\n").unwrap();
    dir
}

fn rename(dir: &Path, from: &str, to: &str) {
    fs::rename(dir.join(from), dir.join(to)).unwrap();
}

#[test]
fn a_repair_that_stops_at_any_step_loses_nothing() {
    // What the repair brings when nothing stops it.
    let repaired = crashed();
    let (catalogue, note) = Catalogue::open(repaired.path()).unwrap();
    assert!(note.repaired.is_some());
    catalogue.close_cleanly().unwrap();
    drop(catalogue);
    let new = fs::read(repaired.path().join(FILE)).unwrap();

    let aside = format!("{FILE}.corrupt-1");
    let aside_log = format!("{aside}-wal");
    for step in 0..=4 {
        let dir = crashed();
        let dir = dir.path();
        fs::write(dir.join(MARK), "replacing 1\n").unwrap();
        if step >= 1 {
            rename(dir, FILE, &aside);
        }
        // The way back may stop too, when the log is there again and the file is not yet.
        if matches!(step, 2 | 4) {
            rename(dir, LOG, &aside_log);
        }
        if step == 4 {
            fs::write(dir.join(FILE), &new).unwrap();
        }
        let (catalogue, note) = Catalogue::open(dir).unwrap();
        assert_eq!(note.repaired.is_some(), step < 4, "step {step}: {note:?}");
        assert_eq!(catalogue.accounts().unwrap().len(), 1, "step {step}");
        assert_eq!(catalogue.copies_out_of_index().unwrap().len(), 1, "step {step}");
        assert_eq!(catalogue.jobs().unwrap().len(), 1, "step {step}");
        assert!(dir.join(&aside).exists(), "step {step}: the damaged file is kept");
        catalogue.close_cleanly().unwrap();
        drop(catalogue);
        let (_, note) = Catalogue::open(dir).unwrap();
        assert_eq!(note.repaired, None, "step {step}: it is done once");
    }
}

/// Which name the damaged file gets is written down before: one of an earlier repair is not taken for it.
#[test]
fn an_earlier_damaged_file_is_left_where_it_is() {
    let dir = crashed();
    let dir = dir.path();
    fs::write(dir.join(format!("{FILE}.corrupt-1")), "of another year").unwrap();
    fs::write(dir.join(MARK), "replacing 2\n").unwrap();
    rename(dir, FILE, &format!("{FILE}.corrupt-2"));
    let (catalogue, note) = Catalogue::open(dir).unwrap();
    assert!(note.repaired.is_some_and(|sentence| sentence.contains("corrupt-2")));
    assert_eq!(catalogue.jobs().unwrap().len(), 1);
    assert_eq!(fs::read(dir.join(format!("{FILE}.corrupt-1"))).unwrap(), b"of another year");
}

/// Files that only look like those of a repair, and a log in the way, are not what is taken back and not lost.
#[test]
fn taking_a_repair_back_touches_no_other_file() {
    let dir = crashed();
    let dir = dir.path();
    fs::write(dir.join(MARK), "replacing 1\n").unwrap();
    fs::write(dir.join("notes.txt.corrupt-1"), "of a person").unwrap();
    let (catalogue, note) = Catalogue::open(dir).unwrap();
    assert!(note.repaired.is_some());
    assert_eq!(catalogue.jobs().unwrap().len(), 1);
    assert_eq!(fs::read(dir.join("notes.txt.corrupt-1")).unwrap(), b"of a person");
    assert!(!dir.join("notes.txt").exists());

    let dir = crashed();
    let dir = dir.path();
    let aside = format!("{FILE}.corrupt-1");
    fs::write(dir.join(MARK), "replacing 1\n").unwrap();
    rename(dir, FILE, &aside);
    rename(dir, LOG, &format!("{aside}-wal"));
    fs::write(dir.join(LOG), "of nobody").unwrap();
    let (catalogue, note) = Catalogue::open(dir).unwrap();
    assert!(note.repaired.is_some());
    assert_eq!(catalogue.jobs().unwrap().len(), 1, "the job was in the log");
    assert_eq!(fs::read(dir.join(format!("{FILE}.corrupt-2-wal"))).unwrap(), b"of nobody");
}

/// It is there before the first name changes, and says "in use" behind the last.
#[test]
fn the_mark_says_what_is_about_to_happen() {
    let dir = crashed();
    let mut new = rusqlite::Connection::open_in_memory().unwrap();
    crate::migrate::migrate(&mut new, crate::migrate::STEPS).unwrap();
    fs::write(dir.path().join(format!("{FILE}.corrupt-1")), "of another year").unwrap();
    crate::salvage::carry_over(&dir.path().join(FILE), &mut new).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join(MARK)).unwrap(), "replacing 2\n");
    let (_, note) = Catalogue::open(dir.path()).unwrap();
    assert!(note.repaired.is_some(), "a repair that did not begin is made");
    assert_eq!(fs::read_to_string(dir.path().join(MARK)).unwrap(), "open\n");
}
