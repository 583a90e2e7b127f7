//! A program that ends in the middle of a sync leaves whole pages behind, never parts of one.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use domain::AccountId;
use domain::search::Search;

use super::{Bed, at, recordings};
use crate::Catalogue;

const PAGE: u32 = 25;
const FOLDER_VARIABLE: &str = "TAPESHELF_KILL_TEST_FOLDER";

/// The part that is killed: runs only when the test below starts it.
#[test]
fn stores_pages_until_killed() {
    let Some(folder) = std::env::var_os(FOLDER_VARIABLE) else { return };
    let (catalogue, note) = Catalogue::open(Path::new(&folder)).unwrap();
    assert_eq!(note.repaired, None);
    let run = catalogue.begin_sync(&AccountId::new("a"), at(0)).unwrap();
    let first = catalogue.counts(at(0)).unwrap().all / PAGE;
    for page in first.. {
        catalogue.store_page(&run, &recordings(page * PAGE..(page + 1) * PAGE), at(0)).unwrap();
        println!("\nstored {}", page + 1);
        if page % 3 == 0 {
            catalogue.warm_up().unwrap();
            catalogue.take_picture().unwrap();
        }
    }
}

#[test]
fn killed_at_any_moment_whole_pages_are_there() {
    let Bed { dir, catalogue, .. } = Bed::new();
    drop(catalogue);
    let mut stored_pages = 0;
    let mut believed = 0;
    for round in 1..=8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["tests::kill::stores_pages_until_killed", "--exact", "--nocapture"])
            .env(FOLDER_VARIABLE, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reports = lines.map_while(Result::ok).filter_map(|line| {
            line.strip_prefix("stored ").and_then(|pages| pages.parse::<u32>().ok())
        });
        // Killed while it works on the page after the last one it reported.
        stored_pages = reports.take(round).last().expect("a page was stored");
        child.kill().unwrap();
        child.wait().unwrap();

        let (catalogue, note) = Catalogue::open(dir.path()).unwrap();
        assert_eq!(note.repaired, None, "an unclean exit is no damage");
        let rows = catalogue.counts(at(0)).unwrap().all;
        assert_eq!(rows % PAGE, 0, "no part of a page");
        assert!(rows / PAGE >= stored_pages, "what was reported is kept");
        let all_words = Search { text: "id:rec-".to_owned(), ..Search::default() };
        assert_eq!(catalogue.search(&all_words).unwrap().keys.len(), rows as usize, "and findable");
        believed += u32::from(catalogue.mirror().is_pictured());
    }
    assert!(stored_pages >= 8);
    assert!(believed > 0, "pictures of the rows were of use");
}
