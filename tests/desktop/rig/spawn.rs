//! Small things for starting processes.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::PATIENCE;

/// A port nobody uses right now.
pub(super) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The first line a child prints.
pub(super) fn first_line(child: &mut Child) -> Result<String> {
    let output = child.stdout.take().context("its output is not piped")?;
    let mut line = String::new();
    let mut reader = BufReader::new(output);
    reader.read_line(&mut line)?;
    // Reading on keeps the pipe open, so that what it prints later does not end it.
    std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    let line = line.trim().to_owned();
    ensure!(!line.is_empty(), "it printed nothing");
    Ok(line)
}

/// Polls a condition on another process.
pub(super) fn wait_until(what: &str, mut ready: impl FnMut() -> bool) -> Result<()> {
    let since = Instant::now();
    while !ready() {
        ensure!(since.elapsed() < PATIENCE, "{what} was not ready after {} s", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
