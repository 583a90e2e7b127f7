//! What was asked of the server, for tests to look at.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many requests are kept; older ones are dropped.
const KEPT: usize = 65_536;

/// Which of the sandbox's servers was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Vobiz's API.
    Api,
    /// Vobiz's audio, on another port.
    Media,
    /// All of VBC: tokens, API and audio have one address.
    Vbc,
    /// Somebody else's host, where redirected audio lies. Credentials have no business there.
    Foreign,
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Who was asked.
    pub origin: Origin,
    /// `GET`, `DELETE`, …
    pub method: String,
    /// The path as it came, still percent-encoded, without the query.
    pub path: String,
    /// The query as it came, without `?`; empty if there was none.
    pub query: String,
    /// Status of the answer.
    pub status: u16,
    /// Whether the request carried `X-Auth-ID`, `X-Auth-Token` or `Authorization`.
    pub had_credentials: bool,
    /// The `Range` header as it came.
    pub range: Option<String>,
    /// All headers, for [`Origin::Foreign`] only: that host is the canary which tells what a client gives away.
    pub headers: Vec<(String, String)>,
    /// The body, for [`Origin::Foreign`] only.
    pub body: Vec<u8>,
}

/// The newest requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: Mutex<VecDeque<Logged>>,
}

impl RequestLog {
    pub(crate) fn push(&self, entry: Logged) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    pub(crate) fn all(&self) -> Vec<Logged> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
