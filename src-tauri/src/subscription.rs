//! The stream of events to the window: a snapshot of what is going on, then changes.
//!
//! Things that move often (a job, a sync, the player) are gathered for a moment and only their latest state is sent, so
//! that the page gets at most ten messages a second for each.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::{Engine, Event, Subscription};
use tauri::async_runtime::JoinHandle;
use tauri::ipc::Channel;
use tokio::time::Instant;

use crate::ipc::events::AppEvent;

/// Changes are gathered this long.
const GATHER: Duration = Duration::from_millis(100);

/// The stream that is open now; the page has one at a time.
#[derive(Default)]
pub(crate) struct Current(Mutex<Option<JoinHandle<()>>>);

impl Current {
    /// Replaces the stream, as a reloaded page does. Returns whether this is the first one of this run.
    pub(crate) fn replace(&self, engine: Engine, channel: Channel<AppEvent>) -> bool {
        let events = engine.subscribe();
        let task = tauri::async_runtime::spawn(forward(engine, events, channel));
        let earlier = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(task);
        match earlier {
            Some(earlier) => {
                earlier.abort();
                false
            }
            None => true,
        }
    }
}

async fn forward(engine: Engine, mut events: Subscription, channel: Channel<AppEvent>) {
    if send_snapshot(&engine, &channel).await.is_err() {
        return;
    }
    loop {
        let mut gathered: Vec<Event> = Vec::new();
        let mut lost = false;
        match events.next().await {
            Ok(Some(event)) => gathered.push(event),
            Ok(None) => return,
            Err(_) => lost = true,
        }
        let until = Instant::now() + GATHER;
        // The first change goes out at once; what follows within the moment goes together.
        let sent = send_all(&channel, gathered.drain(..));
        while let Ok(next) = tokio::time::timeout_at(until, events.next()).await {
            match next {
                Ok(Some(event)) => {
                    gathered.retain(|earlier| !replaces(&event, earlier));
                    gathered.push(event);
                }
                Ok(None) => return,
                Err(_) => lost = true,
            }
        }
        let sent = sent.and_then(|()| send_all(&channel, gathered.drain(..)));
        if sent.is_err() || (lost && send_snapshot(&engine, &channel).await.is_err()) {
            // The page is gone.
            return;
        }
    }
}

/// Whether the later event makes the earlier one worthless.
fn replaces(later: &Event, earlier: &Event) -> bool {
    match (later, earlier) {
        (Event::Job(later), Event::Job(earlier)) => later.record.id == earlier.record.id,
        (Event::Sync { account: later, .. }, Event::Sync { account: earlier, .. }) => {
            later == earlier
        }
        (Event::Player(_), Event::Player(_))
        | (Event::Check(_), Event::Check(_))
        | (Event::Adoption(_), Event::Adoption(_))
        | (Event::RulesChanged, Event::RulesChanged)
        | (Event::LibraryChanged, Event::LibraryChanged)
        | (Event::AccountsChanged, Event::AccountsChanged)
        | (Event::ExportsChanged, Event::ExportsChanged) => true,
        _ => false,
    }
}

async fn send_snapshot(engine: &Engine, channel: &Channel<AppEvent>) -> tauri::Result<()> {
    channel.send(AppEvent::AccountsChanged)?;
    channel.send(AppEvent::LibraryChanged)?;
    channel.send(AppEvent::ExportsChanged)?;
    send_all(channel, engine.jobs().await.unwrap_or_default().into_iter().map(Event::Job))?;
    let syncs = engine.running_syncs().into_iter();
    send_all(channel, syncs.map(|(account, progress)| Event::Sync { account, progress }))?;
    channel.send(AppEvent::Player { player: engine.playback_state().into() })
}

fn send_all(
    channel: &Channel<AppEvent>,
    events: impl IntoIterator<Item = Event>,
) -> tauri::Result<()> {
    events.into_iter().try_for_each(|event| channel.send(event.into()))
}
