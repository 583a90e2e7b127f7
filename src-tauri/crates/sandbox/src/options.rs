//! What a sandbox is started with.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::faults::FaultProfile;

/// How a sandbox behaves. The default is the demo account.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// Port of the API on 127.0.0.1; 0 takes any free one. The media origins take free ones always.
    pub port: u16,
    /// How many recordings there are at first.
    pub recordings: u32,
    /// Which history, and which luck with faults.
    pub seed: u64,
    /// How long each reply waits before it begins.
    pub latency: Duration,
    /// What goes wrong.
    pub faults: FaultProfile,
    /// Where deletions, exports and new calls are remembered over restarts, and the moment the history is anchored
    /// at. `None` forgets everything on stop.
    pub state_file: Option<PathBuf>,
    /// A fixed clock. `None` is the computer's.
    pub now: Option<Timestamp>,
    /// The largest page (documents say 100 and 20).
    pub max_page_size: u32,
    /// What happens to a `limit` beyond that.
    pub large_limit: LargeLimit,
    /// How long an export is in process, during which another is refused.
    pub export_processing: Duration,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            port: 0,
            recordings: 2000,
            seed: 1,
            latency: Duration::ZERO,
            faults: FaultProfile::default(),
            state_file: None,
            now: None,
            max_page_size: 100,
            large_limit: LargeLimit::Capped,
            export_processing: Duration::from_mins(1),
        }
    }
}

/// What the list does with a `limit` beyond [`SandboxOptions::max_page_size`]. The vendor's documents do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LargeLimit {
    /// The page has the largest size, and `meta.limit` says so.
    Capped,
    /// 400.
    Rejected,
}
