//! How fast downloads go, and one sentence why not faster.

use std::time::Instant;

use domain::AccountId;

use super::Rules;
use crate::error::Result;
use crate::{Engine, lock};

/// How fast all downloads go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferPace {
    /// One sentence about all of them; `None` when none runs.
    pub sentence: Option<String>,
    /// Bytes a second, all together.
    pub bytes_per_s: u64,
    /// The computer is kept awake.
    pub keeps_awake: bool,
    /// Each account that has downloads under way.
    pub lanes: Vec<LanePace>,
}

/// How fast the downloads of one account go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanePace {
    /// Account.
    pub account: AccountId,
    /// Files under way.
    pub moving: u32,
    /// How many at once it bears, as far as we know now.
    pub at_once: u32,
    /// Why, as a sentence.
    pub sentence: String,
}

impl Engine {
    /// How fast downloads go now.
    pub async fn transfer_pace(&self) -> Result<TransferPace> {
        let transfers = &self.inner.transfers;
        let rules = lock(&transfers.rules).clone();
        Ok(TransferPace {
            sentence: if transfers.all().is_empty() {
                None
            } else {
                self.pace_sentence(&rules).await
            },
            bytes_per_s: transfers.all().iter().map(|job| job.live.bytes_per_s()).sum(),
            keeps_awake: transfers.awake.is_held(),
            lanes: self.lane_paces(&rules).await,
        })
    }

    /// One sentence that explains the present pace.
    pub(super) async fn pace_sentence(&self, rules: &Rules) -> Option<String> {
        if let Some(until) = &rules.quiet_until {
            return Some(format!("Quiet hours until {}.", until.strftime("%H:%M")));
        }
        let lanes = self.lane_paces(rules).await;
        let mut sentence = match lanes.as_slice() {
            [] => return None,
            [lane] => lane.sentence.clone(),
            // The slowest one is the one to explain.
            several => {
                let slowest = several.iter().min_by_key(|lane| lane.at_once)?;
                let label =
                    self.account(&slowest.account).await.map(|account| account.label).ok()?;
                format!("{label}: {}", slowest.sentence)
            }
        };
        if let Some(limit) = self.inner.transfers.caps.down.limit() {
            let (whole, tenth) = (limit / 1_000_000, limit / 100_000 % 10);
            sentence = format!("{sentence} Held to {whole}.{tenth} MB/s, as set.");
        }
        Some(sentence)
    }

    async fn lane_paces(&self, rules: &Rules) -> Vec<LanePace> {
        let mut paces = Vec::new();
        for facts in self.inner.transfers.lanes.facts(rules.at_once, Instant::now()) {
            let mut sentence = facts.sentence;
            // What the limiter of the account waits for says more than how many files wait with it.
            if facts.in_flight > 0
                && let Ok(provider) = self.provider(&facts.account).await
                && let Some(why) = provider.pace().why
            {
                sentence = why;
            }
            paces.push(LanePace {
                account: facts.account,
                moving: facts.in_flight,
                at_once: facts.at_once,
                sentence,
            });
        }
        paces
    }
}
