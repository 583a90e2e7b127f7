//! The common world (`tests/support`), and the ways in which these tests begin one.

#[path = "../support/mod.rs"]
mod shared;

use domain::AccountId;
use sandbox::SandboxOptions;
use tapeshelf_engine::{SyncDepth, SyncProgress, SyncTally};

pub(crate) use shared::{World, files_below, open, sync_end, wait_for};

impl World {
    /// A sandbox with `recordings` calls and an engine with no account.
    pub(crate) async fn empty(recordings: u32) -> Self {
        Self::with(SandboxOptions { recordings, seed: 7, ..SandboxOptions::default() }).await
    }

    /// With the sandbox's account added and its first sync done.
    pub(crate) async fn synced(recordings: u32) -> (Self, AccountId) {
        let world = Self::empty(recordings).await;
        let id = world.add_account().await;
        (world, id)
    }
}

/// Has an account read its lists again, and waits for what came of it.
pub(crate) async fn read_again(world: &World, id: &AccountId, depth: SyncDepth) -> SyncTally {
    let mut events = world.engine.subscribe();
    world.engine.start_sync_of(id, depth);
    let tally = match sync_end(&mut events).await {
        SyncProgress::Finished(tally) => Some(tally),
        _ => None,
    };
    tally.expect("the sync ends well")
}
