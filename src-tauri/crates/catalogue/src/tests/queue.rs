//! The queue over all jobs: order, holds, waits, and ends that are one change.

use domain::{CopyState, JobId, RecordingKey};

use super::{Bed, account, at, copy, recordings};
use crate::{
    CheckResult, Error, ItemFilter, ItemOrder, ItemRecord, ItemState, JobFilter, JobState, NewJob,
    Priority, SaveRule,
};

fn job(id: &str, priority: Priority) -> NewJob {
    NewJob {
        id: JobId::new(id),
        folder: "/calls".into(),
        template: "{id}".to_owned(),
        created_at: at(100),
        label: format!("job {id}"),
        priority,
        options_json: "{}".to_owned(),
        rule_id: None,
    }
}

fn new(bed: &Bed, id: &str, priority: Priority, keys: &[RecordingKey]) -> JobId {
    let job = job(id, priority);
    bed.catalogue.create_job(&job, keys).unwrap();
    job.id
}

fn bed(count: u32) -> (Bed, Vec<RecordingKey>) {
    let bed = Bed::with(&recordings(0..count));
    let keys = (0..count).map(|number| bed.key(number)).collect();
    (bed, keys)
}

/// What is taken next, as `job/position`.
fn taken(bed: &Bed, jobs: &[&JobId], limit: u32, second: i64) -> Vec<String> {
    let jobs: Vec<_> = jobs.iter().map(|id| (*id).clone()).collect();
    let items = bed.catalogue.take_items(&jobs, &[], &[], limit, at(second)).unwrap();
    items.iter().map(|taken| format!("{}/{}", taken.job, taken.item.position)).collect()
}

#[test]
fn urgent_jobs_go_first_then_the_order_of_the_queue() {
    let (bed, keys) = bed(6);
    let low = new(&bed, "low", Priority::Low, &keys[..2]);
    let one = new(&bed, "one", Priority::Normal, &keys[..2]);
    let two = new(&bed, "two", Priority::Normal, &keys[2..4]);
    let high = new(&bed, "high", Priority::High, &keys[4..]);
    let all = [&low, &one, &two, &high];
    assert_eq!(taken(&bed, &all, 3, 0), ["high/0", "high/1", "one/0"]);
    bed.catalogue.move_job(&two, Some(&one)).unwrap();
    assert_eq!(taken(&bed, &all, 2, 0), ["two/0", "two/1"]);
    bed.catalogue.move_job(&low, Some(&one)).unwrap();
    assert_eq!(bed.catalogue.job(&low).unwrap().unwrap().priority, Priority::Normal);
    assert_eq!(taken(&bed, &all, 9, 0), ["low/0", "low/1", "one/1"], "nothing twice");
    assert_eq!(taken(&bed, &all, 9, 0), [""; 0]);
}

#[test]
fn items_can_be_held_hurried_put_off_cancelled_and_tried_again() {
    let (bed, keys) = bed(5);
    let id = new(&bed, "job", Priority::Normal, &keys);
    let order =
        |positions: &[u32], order| bed.catalogue.order_items(&id, positions, order).unwrap();
    assert_eq!(order(&[0, 1, 9], ItemOrder::Hold), [0, 1]);
    order(&[4], ItemOrder::First);
    let item = bed.catalogue.job_items(&id, 2, 1).unwrap().remove(0);
    let put_off = ItemRecord { not_before: Some(at(50)), ..item };
    bed.catalogue.set_item(&id, &put_off).unwrap();
    let tally = bed.catalogue.job(&id).unwrap().unwrap().tally;
    assert_eq!((tally.queued, tally.held, tally.waiting, tally.next_at), (5, 2, 1, Some(at(50))));
    assert_eq!(taken(&bed, &[&id], 9, 49), ["job/4", "job/3"]);
    assert_eq!(taken(&bed, &[&id], 9, 50), ["job/2"]);
    assert_eq!(order(&[0, 1], ItemOrder::Release), [0, 1]);
    assert_eq!(order(&[1, 3], ItemOrder::Cancel), [1, 3]);
    assert_eq!(bed.catalogue.rows(&[keys[3]]).unwrap()[0].state, CopyState::NotSaved);
    assert_eq!(taken(&bed, &[&id], 9, 50), ["job/0"]);
    assert_eq!(order(&[1, 2], ItemOrder::Retry), [1], "one that is under way is no failure");
    assert_eq!(taken(&bed, &[&id], 9, 50), ["job/1"]);
    // One that gets its try back has as many as before.
    let tries = || bed.catalogue.job_items(&id, 1, 1).unwrap()[0].tries;
    let begun = bed.catalogue.job_items(&id, 1, 1).unwrap().remove(0);
    assert_eq!(tries(), 1);
    let put_back = ItemRecord { state: ItemState::Queued, tries: 0, ..begun };
    bed.catalogue.set_item(&id, &put_back).unwrap();
    assert_eq!(tries(), 0);
}

#[test]
fn the_newest_job_of_a_folder_says_whether_a_recording_is_given_up() {
    let (bed, keys) = bed(3);
    let fail = |id: &JobId| {
        for item in bed.catalogue.job_items(id, 0, 9).unwrap() {
            let failed = ItemRecord { state: ItemState::Failed, ..item };
            bed.catalogue.set_item(id, &failed).unwrap();
        }
    };
    let unsaved = || {
        let mut found: Vec<_> =
            bed.catalogue.unsaved_in(&["/calls".into()]).unwrap().into_iter().collect();
        found.sort_by_key(|(key, _)| *key);
        found
    };
    assert_eq!(unsaved(), []);
    fail(&new(&bed, "one", Priority::Normal, &keys));
    let failed = |key: RecordingKey| (key, ItemState::Failed);
    assert_eq!(unsaved(), [failed(keys[0]), failed(keys[1]), failed(keys[2])]);
    // A later job saves one of them, and has another one still before it.
    let two = new(&bed, "two", Priority::Normal, &keys[..2]);
    let item = bed.catalogue.job_items(&two, 0, 1).unwrap().remove(0);
    let done = ItemRecord { state: ItemState::Verified, ..item };
    bed.catalogue.complete_item(&two, &done, keys[0], &copy("0.mp3"), &[]).unwrap();
    assert_eq!(unsaved(), [(keys[1], ItemState::Queued), failed(keys[2])]);
    // One that fails after that is what counts.
    let three = new(&bed, "three", Priority::Normal, &keys[..1]);
    fail(&three);
    assert_eq!(unsaved(), [failed(keys[0]), (keys[1], ItemState::Queued), failed(keys[2])]);
}

#[test]
fn a_folder_is_asked_about_in_all_its_spellings_at_once() {
    let (bed, keys) = bed(2);
    let into = |id: &str, folder: &str, key: RecordingKey| {
        let job = NewJob { folder: folder.into(), ..job(id, Priority::Normal) };
        bed.catalogue.create_job(&job, &[key]).unwrap();
    };
    into("one", "/calls", keys[0]);
    into("two", "/link", keys[1]);
    into("three", "/link", keys[1]);
    let mut folders = bed.catalogue.job_folders().unwrap();
    folders.sort();
    assert_eq!(folders, ["/calls", "/link"].map(std::path::PathBuf::from));
    let queued = |folders: &[std::path::PathBuf]| {
        let mut found: Vec<_> = bed.catalogue.unsaved_in(folders).unwrap().into_keys().collect();
        found.sort();
        found
    };
    assert_eq!(queued(&folders[1..]), [keys[1]]);
    assert_eq!(queued(&folders), keys);
    assert_eq!(queued(&[]), []);
}

#[test]
fn a_file_that_was_put_off_by_a_clock_that_was_ahead_is_due_once_it_is_set_right() {
    let (bed, keys) = bed(1);
    let id = new(&bed, "job", Priority::Normal, &keys);
    let jobs = std::slice::from_ref(&id);
    let taken = bed.catalogue.take_items(jobs, &[], &[], 1, at(0)).unwrap().remove(0);
    let put_off = |until| {
        let item = taken.item.clone();
        let item = ItemRecord { state: ItemState::Queued, not_before: Some(until), ..item };
        bed.catalogue.set_item(&id, &item).unwrap();
    };
    put_off(at(3_600));
    assert_eq!(bed.catalogue.take_items(jobs, &[], &[], 1, at(0)).unwrap().len(), 0, "not yet");
    // Ten days back, the same hour is ten days away, which is longer than anything is put off for.
    let before = at(-10 * 24 * 3_600);
    assert_eq!(bed.catalogue.take_items(jobs, &[], &[], 1, before).unwrap().len(), 1);
}

#[test]
fn accounts_that_are_busy_are_passed_over() {
    let (bed, keys) = bed(1);
    bed.catalogue.save_account(&account("b")).unwrap();
    let other = domain::AccountId::new("b");
    let run = bed.catalogue.begin_sync(&other, at(0)).unwrap();
    bed.catalogue.store_page(&run, &recordings(10..11), at(0)).unwrap();
    let theirs = bed.catalogue.find(&other, &super::recording(10).id).unwrap().unwrap();
    let id = new(&bed, "job", Priority::Normal, &[keys[0], theirs]);
    let barred = [(id.clone(), other.clone())];
    let among = std::slice::from_ref(&id);
    assert_eq!(bed.catalogue.accounts_queued(&id).unwrap().len(), 2);
    let busy = std::slice::from_ref(&bed.account);
    let none = bed.catalogue.take_items(among, busy, &barred, 9, at(0)).unwrap();
    assert_eq!(none, [], "both are left out, each for its reason");
    let items =
        bed.catalogue.take_items(&[id], std::slice::from_ref(&bed.account), &[], 9, at(0)).unwrap();
    assert_eq!(items.iter().map(|taken| &taken.account).collect::<Vec<_>>(), [&other]);
}

#[test]
fn an_item_ends_with_its_copy_or_not_at_all() {
    let (bed, keys) = bed(2);
    let id = new(&bed, "job", Priority::Normal, &keys);
    let items = bed.catalogue.take_items(std::slice::from_ref(&id), &[], &[], 2, at(0)).unwrap();
    let done =
        |number: usize| ItemRecord { state: ItemState::Verified, ..items[number].item.clone() };
    bed.catalogue.complete_item(&id, &done(0), keys[0], &copy("0.mp3"), &[]).unwrap();
    bed.catalogue.order_items(&id, &[1], ItemOrder::Cancel).unwrap();
    let wrong = ItemRecord { state: ItemState::Failed, ..items[1].item.clone() };
    assert!(matches!(
        bed.catalogue.complete_item(&id, &wrong, keys[1], &copy("1.mp3"), &[]),
        Err(Error::WrongState { .. })
    ));
    assert!(bed.catalogue.recording(keys[1]).unwrap().unwrap().copy.is_none(), "nothing of it");
    let late = bed.catalogue.note_progress(&id, &items[1].item);
    assert!(matches!(late, Err(Error::WrongState { .. })), "it gets no name: {late:?}");
    assert!(bed.catalogue.finish_job(&id, None, at(9)).unwrap());
    let record = bed.catalogue.job(&id).unwrap().unwrap();
    assert_eq!((record.state, record.ended_at), (JobState::Finished, Some(at(9))));
    assert_eq!((record.tally.verified, record.tally.cancelled, record.tally.total), (1, 1, 2));
    assert_eq!(record, bed.catalogue.jobs().unwrap().remove(0), "kept sums are the same sums");
}

#[test]
fn a_job_with_something_left_does_not_finish() {
    let (bed, keys) = bed(1);
    let id = new(&bed, "job", Priority::Normal, &keys);
    assert!(!bed.catalogue.finish_job(&id, None, at(1)).unwrap());
    assert_eq!(bed.catalogue.job(&id).unwrap().unwrap().state, JobState::Running);
}

#[test]
fn history_is_found_by_what_stands_in_it() {
    let (bed, keys) = bed(4);
    let one = new(&bed, "one", Priority::Normal, &keys[..2]);
    let two = new(&bed, "two", Priority::Normal, &keys[2..]);
    let item = bed.catalogue.job_items(&two, 0, 1).unwrap().remove(0);
    let failed =
        ItemRecord { state: ItemState::Failed, note: Some("100% odd_note".to_owned()), ..item };
    bed.catalogue.set_item(&two, &failed).unwrap();
    let find = |text: &str, states: Vec<JobState>| {
        let filter = JobFilter { text: text.to_owned(), states };
        let (total, jobs) = bed.catalogue.find_jobs(&filter, 0, 10).unwrap();
        assert_eq!(total as usize, jobs.len());
        jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(find("", Vec::new()), [two.clone(), one.clone()]);
    assert_eq!(find("JOB ONE", Vec::new()), std::slice::from_ref(&one));
    assert_eq!(find("rec-000003", Vec::new()), std::slice::from_ref(&two));
    assert_eq!(find("0% odd_", Vec::new()), std::slice::from_ref(&two));
    assert_eq!(find("0_ odd", Vec::new()), [], "signs are themselves");
    assert_eq!(find("", vec![JobState::Paused]), []);
    let filter = ItemFilter { text: String::new(), states: vec![ItemState::Failed] };
    let (total, items) = bed.catalogue.find_items(&two, &filter, 0, 10).unwrap();
    assert_eq!((total, items), (1, vec![bed.catalogue.job_items(&two, 0, 1).unwrap().remove(0)]));
}

#[test]
fn a_copy_that_changed_is_verified_no_longer() {
    let (bed, keys) = bed(1);
    bed.catalogue.save_copy(keys[0], &copy("0.mp3")).unwrap();
    let state = || bed.catalogue.rows(&keys).unwrap()[0].state;
    let check = |found, at| {
        bed.catalogue.note_checks(&[(keys[0], copy("0.mp3"), found)], at).unwrap();
    };
    let last = || {
        let copy = bed.catalogue.recording(keys[0]).unwrap().unwrap().copy.unwrap();
        copy.checked.map(|check| (check.at, check.found))
    };
    check(CheckResult::Changed, at(5));
    assert_eq!(state(), CopyState::Remarked);
    assert_eq!(last(), Some((at(5), CheckResult::Changed)));
    // A disk that is not connected takes nothing back.
    check(CheckResult::CannotCheck, at(6));
    assert_eq!(state(), CopyState::Remarked);
    assert_eq!(last(), Some((at(5), CheckResult::Changed)));
    check(CheckResult::Ok, at(6));
    assert_eq!(state(), CopyState::Verified);
    check(CheckResult::CannotCheck, at(7));
    assert_eq!(last(), Some((at(6), CheckResult::Ok)));
    assert_eq!(bed.catalogue.copies_with_hash(&"ab".repeat(32)).unwrap().len(), 1);
}

#[test]
fn rules_are_kept_changed_and_removed() {
    let (bed, _) = bed(0);
    let rule = SaveRule {
        id: "r".to_owned(),
        label: "All".to_owned(),
        query_json: "{}".to_owned(),
        folder: "/calls".into(),
        template: "{id}".to_owned(),
        options_json: "{}".to_owned(),
        enabled: true,
        created_at: at(1),
        last_json: None,
    };
    bed.catalogue.put_save_rule(&rule).unwrap();
    bed.catalogue.note_rule_run("r", "{\"queued\":3}").unwrap();
    let changed = SaveRule { label: "Some".to_owned(), created_at: at(9), ..rule.clone() };
    bed.catalogue.put_save_rule(&changed).unwrap();
    let kept = bed.catalogue.save_rules().unwrap();
    let expected =
        SaveRule { label: "Some".to_owned(), last_json: Some("{\"queued\":3}".to_owned()), ..rule };
    assert_eq!(kept, [expected]);
    bed.catalogue.remove_save_rule("r").unwrap();
    assert_eq!(bed.catalogue.save_rules().unwrap(), []);
}
