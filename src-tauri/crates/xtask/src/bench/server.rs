//! The sandbox in a process of its own, so that a measurement does not count the server's work as ours.

use std::io::{BufRead as _, Read as _};
use std::process::{Command, Stdio};

use super::Size;
use super::process::Running;
use crate::workspace;

/// A server with made-up calls. It ends when this is dropped.
pub(super) struct Server {
    pub(super) base_url: String,
    pub(super) auth_id: String,
    pub(super) auth_token: String,
    _process: Running,
}

impl Server {
    /// Starts it with these options of `cargo xtask sandbox`. It must have been built.
    pub(super) fn start(size: Size, options: &[String]) -> anyhow::Result<Self> {
        let program = workspace::target()?.join(size.folder()).join("tapeshelf-sandbox");
        let mut command = Command::new(program);
        command.args(["--vbc-recordings", "0"]).args(options).stdin(Stdio::null());
        // A line a request is work that no vendor's server would make us wait for.
        command.env("RUST_LOG", "error");
        let (process, mut output) = Running::that_speaks(&mut command)?;
        let mut facts = [None, None, None];
        for line in output.by_ref().lines() {
            let line = line?;
            for (label, fact) in ["base URL", "auth id", "auth token"].iter().zip(&mut facts) {
                // The labels of the other vendor come later and are not these.
                if let Some(value) = line.strip_prefix(label) {
                    fact.get_or_insert_with(|| value.trim().to_owned());
                }
            }
            if facts.iter().all(Option::is_some) {
                break;
            }
        }
        // It goes on speaking, and a listener that is gone would end it.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let [Some(base_url), Some(auth_id), Some(auth_token)] = facts else {
            anyhow::bail!("the sandbox did not say how to reach it");
        };
        Ok(Self { base_url, auth_id, auth_token, _process: process })
    }

    /// The variable from which a measurement of ours reads the token.
    pub(super) const TOKEN: &'static str = "TAPESHELF_BENCH_TOKEN";

    /// The headers that sign in.
    pub(super) fn headers(&self) -> [String; 2] {
        [format!("X-Auth-ID: {}", self.auth_id), format!("X-Auth-Token: {}", self.auth_token)]
    }

    /// Options of curl that sign in, for a file: a command line can be read by others.
    pub(super) fn sign_in_for_curl(&self) -> String {
        self.headers().map(|header| format!("header = \"{header}\"\n")).concat()
    }
}
