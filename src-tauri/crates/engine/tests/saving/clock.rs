//! T-08: the computer's clock is wrong, is set, or leaps with the season.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use sandbox::Origin;
use tapeshelf_engine::{Settings, SyncProgress};

use crate::support::World;

#[tokio::test]
async fn t08_however_the_clock_moves_nothing_is_downloaded_again_or_told_apart() {
    let mut world = World::synced(40).await;
    let ahead_s = Arc::new(AtomicI64::new(0));
    let offset_s = Arc::clone(&ahead_s);
    world.clock = Arc::new(move || {
        Timestamp::now() + SignedDuration::from_secs(offset_s.load(Ordering::SeqCst))
    });
    world.reopen().await;
    let settings = Settings { time_zone: "Europe/Berlin".into(), ..Settings::default() };
    world.engine.set_settings(settings).await.unwrap();
    let keys = world.short_keys(4).await;
    world.download(keys.clone()).await;
    let files = world.files();
    let days: Vec<_> = world.rows("").await.into_iter().map(|row| (row.key, row.at)).collect();
    let of_audio = |world: &World| {
        world.sandbox.request_log().iter().filter(|asked| asked.origin == Origin::Media).count()
    };
    let fetched = of_audio(&world);
    let day_s = 24 * 60 * 60;
    // Back a day, a second off, and over both ends of summer time.
    for moved_s in [-day_s, -1, 1, day_s, 130 * day_s, -120 * day_s] {
        ahead_s.store(moved_s, Ordering::SeqCst);
        let SyncProgress::Finished(tally) = world.sync().await else { panic!("{moved_s}") };
        assert_eq!((tally.new, tally.gone), (0, 0), "{moved_s}");
        let again = world.download(keys.clone()).await;
        assert_eq!(again.record.tally.skipped, 4, "{moved_s}");
        assert_eq!((of_audio(&world), world.files()), (fetched, files.clone()), "{moved_s}");
        let now: Vec<_> = world.rows("").await.into_iter().map(|row| (row.key, row.at)).collect();
        assert_eq!(now, days, "{moved_s}: every call keeps its day");
    }
}
