//! A disk that is not there while the folder it is mounted on is: empty, and nothing is lost or written behind the disk.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use sandbox::Fault;
use tapeshelf_engine::{CheckReport, JobState, RuleChange};

use crate::disk::small_disk;
use crate::support::{World, everything_into, job_as, job_done, job_end};

fn run(program: &str, args: &[&Path]) {
    assert!(Command::new(program).args(args).status().unwrap().success(), "{program} {args:?}");
}

/// A stick that is plugged in and unplugged.
struct Stick {
    disk: PathBuf,
    mounted_on: PathBuf,
}

impl Stick {
    fn plugged(disk: PathBuf, world: &World) -> Self {
        let stick = Self { disk, mounted_on: world.dir.path().join("stick") };
        std::fs::create_dir(&stick.mounted_on).unwrap();
        stick.plug();
        stick
    }

    fn plug(&self) {
        run("mount", &["--bind".as_ref(), &self.disk, &self.mounted_on]);
    }

    fn unplug(&self) {
        run("umount", &[&self.mounted_on]);
        self.assert_bare();
    }

    /// Nothing was written into the folder behind the disk.
    fn assert_bare(&self) {
        assert_eq!(std::fs::read_dir(&self.mounted_on).unwrap().count(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_on_an_unplugged_disk_cannot_be_checked_and_are_not_missing() {
    let name = "unplugged::copies_on_an_unplugged_disk_cannot_be_checked_and_are_not_missing";
    let Some(disk) = small_disk(name) else { return };
    let world = World::synced(20).await;
    let stick = Stick::plugged(disk, &world);
    let keys = world.short_keys(3).await;
    let mut events = world.engine.subscribe();
    for (template, keys) in [("{id}", &keys[..2]), ("calls/{id}", &keys[2..])] {
        let folder = world.engine.take_folder(stick.mounted_on.clone()).await.unwrap();
        let job = world.start(keys.to_vec(), &folder.token, template).await;
        job_done(&mut events, &job).await;
    }
    let found =
        |report: &CheckReport| (report.ok, report.changed, report.missing, report.cannot_check);
    assert_eq!(found(&crate::copies::check(&world).await), (3, 0, 0, 0));

    stick.unplug();
    let report = crate::copies::check(&world).await;
    assert_eq!(found(&report), (0, 0, 0, 3), "{:?}", report.troubles);
    assert!(report.troubles.iter().all(|copy| copy.what.contains("may not be connected")));
    assert_eq!(world.engine.forget_missing_copies().await.unwrap(), 0);
    // To choose the empty folder, which tries whether it can be written to, is no sign that its files were removed.
    world.engine.take_folder(stick.mounted_on.clone()).await.unwrap();
    world.engine.last_folder().await.unwrap();
    assert_eq!(found(&crate::copies::check(&world).await), (0, 0, 0, 3));

    stick.plug();
    assert_eq!(found(&crate::copies::check(&world).await), (3, 0, 0, 0));
    // On the disk itself what is gone is gone, also the last file.
    for file in crate::support::walk(&stick.mounted_on) {
        std::fs::remove_file(file).unwrap();
    }
    assert_eq!(found(&crate::copies::check(&world).await), (0, 0, 3, 0));
    run("umount", &[&stick.mounted_on]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_and_a_rule_do_not_save_into_the_empty_place_of_an_unplugged_disk() {
    let name = "unplugged::a_job_and_a_rule_do_not_save_into_the_empty_place_of_an_unplugged_disk";
    let Some(disk) = small_disk(name) else { return };
    let mut world = World::synced(4).await;
    let stick = Stick::plugged(disk, &world);
    let keys = world.short_keys(3).await;
    let broken = world.id_of(keys[2]).await;
    world.sandbox.break_media(&broken, Fault::NotReady);
    let folder = world.engine.take_folder(stick.mounted_on.clone()).await.unwrap();
    let mut events = world.engine.subscribe();
    let job = world.start(keys, &folder.token, "{id}").await;
    job_as(&mut events, &job, |view| {
        view.record.tally.waiting == 1 && view.record.tally.moving == 0
    })
    .await;
    let rule = RuleChange {
        // Run only when it is told to, and not by the sync of the start.
        enabled: false,
        ..everything_into(folder.token)
    };
    let rule = world.engine.put_save_rule(rule).await.unwrap();

    // The program is closed, the disk unplugged, and the program opened again.
    world.engine.shut_down().await;
    stick.unplug();
    world.sandbox.mend_media(&broken);
    world.reopen().await;
    let mut events = world.engine.subscribe();
    world.engine.resume_work().await.unwrap();
    let stands = job_end(&mut events, &job).await;
    assert_eq!((stands.record.state, stands.record.tally.queued), (JobState::Paused, 1));
    let note = stands.record.note.unwrap();
    assert!(note.contains("is not there any more. Connect the disk"), "{note}");
    assert!(world.engine.resume_job(&job.record.id).await.is_err());
    let tally = world.engine.run_save_rule(&rule.id).await.unwrap();
    assert_eq!((tally.saved, tally.moving, tally.queued), (2, 1, 0));
    assert!(tally.problem.unwrap().contains("is not there. Connect its disk"));
    stick.assert_bare();

    stick.plug();
    world.engine.resume_job(&job.record.id).await.unwrap();
    job_done(&mut events, &job).await;
    let tally = world.engine.run_save_rule(&rule.id).await.unwrap();
    assert_eq!((tally.saved, tally.queued, tally.problem), (3, 1, None));
    world.engine.shut_down().await;
    run("umount", &[&stick.mounted_on]);
}
