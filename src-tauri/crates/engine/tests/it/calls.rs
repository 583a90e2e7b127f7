//! What a vendor knows of a call besides its recording.

use domain::{Availability, Feature};
use sandbox::SandboxOptions;

use crate::support::World;
use crate::vbc::{added, good_password, no_browser, typed};

#[tokio::test]
async fn the_record_of_a_call_is_joined_by_the_calls_own_id() {
    let (world, id) = World::synced(60).await;
    let (mut directions, mut found) = (std::collections::BTreeSet::new(), 0);
    let rows = world.rows("").await;
    for row in &rows {
        let stored = world.engine.recording(row.key).await.unwrap().stored;
        // The newest calls have none yet, which is no error.
        let Some(record) = world.engine.call_record(row.key).await.unwrap() else { continue };
        found += 1;
        assert_eq!(record.call_uuid, stored.recording.call_uuid);
        assert_eq!(record.hangup_cause.as_deref(), Some("Normal Clearing"));
        assert!(record.cost.is_some_and(|cost| cost > 0.0), "{record:?}");
        assert_eq!(record.currency.as_deref(), Some("INR"));
        assert!(record.ended_at > record.answered_at, "{record:?}");
        directions.extend(record.direction);
    }
    assert!(found > rows.len() / 2, "{found} of {}", rows.len());
    assert_eq!(directions.len(), 2, "calls in and calls out: {directions:?}");
    let state = world.engine.accounts().await.unwrap().remove(0);
    assert_eq!(state.account.id, id);
    assert_eq!(*state.capabilities.get(Feature::CallRecords), Availability::Yes);
}

#[tokio::test]
async fn a_transcript_is_there_or_nothing_is_said() {
    for vbc_transcripts in [true, false] {
        let world = World::with(SandboxOptions {
            recordings: 0,
            vbc_recordings: 20,
            vbc_on_demand: 0,
            vbc_transcripts,
            ..SandboxOptions::default()
        })
        .await;
        added(&world, typed(&world, good_password(&world)), no_browser()).await;
        let mut found = 0;
        for row in world.rows("").await {
            found += usize::from(world.engine.transcript(row.key).await.unwrap().is_some());
        }
        assert_eq!(found > 0, vbc_transcripts, "{found} of 20");
        let state = world.engine.accounts().await.unwrap().remove(0);
        let may = state.capabilities.get(Feature::Transcripts).may_be_offered();
        assert_eq!(may, vbc_transcripts, "the window offers them only where they are");
    }
}
