//! Syncs by themselves while the app is open.

use std::time::Duration;

use crate::Engine;
use crate::accounts::SecretPlace;

/// How often the clock is looked at: a computer that slept wakes up into the middle of a wait.
const TICK: Duration = Duration::from_secs(30);

impl Engine {
    /// Syncs every account each time the interval of the settings has passed. Ends with the engine.
    pub(crate) fn keep_in_step(&self) {
        let engine = self.clone();
        tokio::spawn(async move {
            let mut last = engine.now();
            loop {
                tokio::select! {
                    () = engine.inner.shutdown.cancelled() => return,
                    () = tokio::time::sleep(TICK) => {}
                }
                let Ok(settings) = engine.settings().await else { continue };
                let passed = engine.now().duration_since(last).as_mins();
                // A clock that was turned back is no reason to wait until it has caught up.
                let is_due = settings.sync_every_min > 0
                    && (passed >= i64::from(settings.sync_every_min) || passed < 0);
                if !is_due {
                    continue;
                }
                last = engine.now();
                let Ok(accounts) = engine.accounts().await else { continue };
                for state in accounts {
                    // One that needs a sign-in says so already.
                    if state.secret != SecretPlace::Missing {
                        engine.start_sync(&state.account.id);
                    }
                }
            }
        });
    }
}
