//! Holds an account's requests back while the vendor asks for a pause.
//!
//! A limit counts all requests of an account, so when one of eight parallel downloads is told to slow down, the other
//! seven must not go on asking. What is under way already is not stopped.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// One account's gate, open at first.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    closed_until: Mutex<Option<Instant>>,
}

impl Gate {
    /// Closes the gate for a while, or for longer if it was closed already.
    pub(crate) fn close_for(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut closed_until = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed_until = Some(closed_until.map_or(until, |before| before.max(until)));
    }

    /// Returns once the gate is open.
    pub(crate) async fn opened(&self) {
        while let Some(until) = self.still_closed_until() {
            sleep_until(until).await;
        }
    }

    fn still_closed_until(&self) -> Option<Instant> {
        let mut closed_until = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        if closed_until.is_some_and(|until| until <= Instant::now()) {
            *closed_until = None;
        }
        *closed_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_gate_opens_when_the_longest_pause_is_over() {
        let gate = Gate::default();
        gate.opened().await;
        let began = Instant::now();
        gate.close_for(Duration::from_millis(60));
        gate.close_for(Duration::from_millis(1));
        gate.opened().await;
        assert!(
            began.elapsed() >= Duration::from_millis(60),
            "a shorter pause does not shorten a longer one"
        );
        assert_eq!(gate.still_closed_until(), None);
    }
}
