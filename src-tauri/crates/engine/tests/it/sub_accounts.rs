//! C2: a main account and its sub-account, each with a profile, show each recording once, whatever the main account lists.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use domain::{AccountId, Secret};
use sandbox::{MediaLength, SandboxOptions, SubAccount};
use tapeshelf_engine::{Event, NewVobizAccount, SyncDepth, SyncProgress};

use crate::support::{World, read_again, sync_end, wait_for};

/// Pages so small that some hold nothing but the sub-account's.
fn options(sub_account: SubAccount) -> SandboxOptions {
    SandboxOptions {
        recordings: 45,
        max_page_size: 2,
        sub_account,
        media_length: MediaLength::Fixed { bytes: 6_000 },
        ..SandboxOptions::default()
    }
}

fn sub_credentials(world: &World) -> NewVobizAccount {
    let (auth_id, auth_token) = world.sandbox.sub_account();
    NewVobizAccount {
        label: "Branch".into(),
        auth_id: auth_id.to_owned(),
        auth_token: Secret::new(auth_token.to_owned()),
        ..world.credentials()
    }
}

/// Adds it, and waits until it and the main accounts there are were read.
async fn add_sub_account(world: &World) -> AccountId {
    let mains = world.engine.accounts().await.unwrap().len();
    let mut events = world.engine.subscribe();
    let account = world.engine.add_vobiz(sub_credentials(world)).await.unwrap();
    for _ in 0..=mains {
        assert!(matches!(sync_end(&mut events).await, SyncProgress::Finished(_)));
    }
    account.id
}

/// How many rows each account has. None is there twice, none is missing and none is said to be gone.
async fn shares(world: &World) -> BTreeMap<AccountId, usize> {
    let rows = world.rows("").await;
    let ids: HashSet<String> =
        rows.iter().map(|row| row.recording_id.as_str().to_owned()).collect();
    assert_eq!(ids.len(), rows.len(), "none twice");
    assert_eq!(ids, world.sandbox.recording_ids().into_iter().collect(), "none missing");
    assert!(rows.iter().all(|row| !row.gone));
    let mut shares = BTreeMap::new();
    for row in rows {
        *shares.entry(row.account).or_default() += 1;
    }
    shares
}

#[tokio::test]
async fn c2_what_the_main_account_brought_moves_to_the_sub_account_that_is_added() {
    let world = World::with(options(SubAccount::OnBothLists)).await;
    let main = world.add_account().await;
    assert_eq!(shares(&world).await[&main], 45, "all of it is the main account's at first");
    let mut labels = BTreeSet::new();
    for row in world.rows("").await {
        labels.insert(world.engine.recording(row.key).await.unwrap().account_label);
    }
    let (auth_id, _) = world.sandbox.sub_account();
    assert_eq!(labels, ["Support".to_owned(), format!("Support · {auth_id}")].into());
    let job = world.download(world.short_keys(45).await).await;
    assert_eq!(job.record.tally.verified, 45, "{job:?}");
    let before: BTreeMap<_, _> =
        world.rows("").await.into_iter().map(|row| (row.key, row.state)).collect();

    let sub = add_sub_account(&world).await;
    let parted = shares(&world).await;
    assert!(parted[&main] > 10 && parted[&sub] > 5, "{parted:?}");
    let after: BTreeMap<_, _> =
        world.rows("").await.into_iter().map(|row| (row.key, row.state)).collect();
    assert_eq!(before, after, "each row kept its key and its copy");

    for depth in [SyncDepth::Full, SyncDepth::Quick] {
        for id in [&main, &sub] {
            let tally = read_again(&world, id, depth).await;
            assert_eq!((tally.new, tally.gone, tally.warning), (0, 0, None), "{id} {depth:?}");
        }
    }
    assert_eq!(shares(&world).await, parted);

    world.sandbox.add_calls(9).unwrap();
    let new = read_again(&world, &main, SyncDepth::Full).await.new
        + read_again(&world, &sub, SyncDepth::Full).await.new;
    assert_eq!(new, 9);
    assert_eq!(shares(&world).await.values().sum::<usize>(), 54);

    // Without its own profile the sub-account's are the main account's again.
    world.engine.remove_account(&sub).await.unwrap();
    read_again(&world, &main, SyncDepth::Full).await;
    assert_eq!(shares(&world).await, BTreeMap::from([(main, 54)]));
}

#[tokio::test]
async fn c2_a_sub_account_that_is_added_while_the_main_account_is_read_hides_nothing() {
    let options = SandboxOptions {
        recordings: 400,
        latency: Duration::from_millis(20),
        ..options(SubAccount::OnBothLists)
    };
    let world = World::with(options).await;
    let mut events = world.engine.subscribe();
    let main = world.engine.add_vobiz(world.credentials()).await.unwrap().id;
    wait_for(&mut events, |event| match event {
        Event::Sync { progress: SyncProgress::Running { received, .. }, .. } if received >= 10 => {
            Some(())
        }
        _ => None,
    })
    .await;
    let sub = world.engine.add_vobiz(sub_credentials(&world)).await.unwrap().id;
    while !world.engine.running_syncs().is_empty() {
        if let SyncProgress::Finished(tally) = sync_end(&mut events).await {
            assert_eq!((tally.gone, tally.warning), (0, None));
        }
    }
    assert_eq!(shares(&world).await.into_keys().collect::<BTreeSet<_>>(), [main, sub].into());
}

#[tokio::test]
async fn c2_the_order_of_adding_makes_no_difference_and_a_start_knows_it_still() {
    let mut world = World::with(options(SubAccount::OnBothLists)).await;
    let sub = add_sub_account(&world).await;
    let main = world.add_account().await;
    let parted = shares(&world).await;
    assert_eq!(parted.values().sum::<usize>(), 45);
    world.reopen().await;
    for id in [&main, &sub] {
        let tally = read_again(&world, id, SyncDepth::Full).await;
        assert_eq!((tally.new, tally.gone, tally.warning), (0, 0, None), "{id}");
    }
    assert_eq!(shares(&world).await, parted);
}

#[tokio::test]
async fn c2_lists_that_do_not_overlap_are_both_read_whole() {
    let world = World::with(options(SubAccount::Apart)).await;
    let main = world.add_account().await;
    let sub = add_sub_account(&world).await;
    let parted = shares(&world).await;
    let state = world.engine.accounts().await.unwrap();
    for account in state {
        let total = account.vendor_total.unwrap();
        assert_eq!(total, parted[&account.account.id] as u64, "the vendor's count is believed");
    }
    assert_eq!(parted.len(), 2, "{main} and {sub}: {parted:?}");
}
