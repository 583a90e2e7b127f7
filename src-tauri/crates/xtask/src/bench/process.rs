//! Processes that end with the bench, whatever becomes of it, and what they use.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// How often an end that is due is looked for.
const GLANCE: Duration = Duration::from_millis(20);

/// A process that is killed when this is dropped.
pub(super) struct Running(Child);

impl Running {
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        Ok(Self(command.spawn().with_context(|| format!("`{program}` cannot be started"))?))
    }

    /// Starts a server that prints a line when it is ready, and returns that line.
    pub(super) fn that_says(command: &mut Command) -> anyhow::Result<(Self, String)> {
        let (running, mut output) = Self::that_speaks(command)?;
        let mut line = String::new();
        output.read_line(&mut line)?;
        let line = line.trim().to_owned();
        let program = command.get_program().to_string_lossy();
        anyhow::ensure!(!line.is_empty(), "`{program}` did not start");
        Ok((running, line))
    }

    /// Starts a program whose output is read here.
    pub(super) fn that_speaks(
        command: &mut Command,
    ) -> anyhow::Result<(Self, BufReader<ChildStdout>)> {
        let mut running = Self::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let output = running.0.stdout.take().context("its output is not piped")?;
        Ok((running, BufReader::new(output)))
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// What it started, and what that started, and still runs.
    pub(super) fn descendants(&self) -> anyhow::Result<Vec<u32>> {
        let mut family = tree(self.id(), &parents_of_all()?);
        family.retain(|process| *process != self.id());
        Ok(family)
    }

    /// How it ended, if it did.
    pub(super) fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    /// Waits until it ends by itself.
    pub(super) fn end(&mut self, patience: Duration) -> anyhow::Result<ExitStatus> {
        let since = Instant::now();
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            anyhow::ensure!(since.elapsed() < patience, "a process does not end");
            std::thread::sleep(GLANCE);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The memory in MB of a process and all that it started: each its share of what several use (`Pss` of proc(5)).
pub(super) fn memory_of_tree_mb(root: u32) -> anyhow::Result<f64> {
    let mut total_kb = 0.0;
    for id in tree(root, &parents_of_all()?) {
        let text = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
        total_kb += share_kb_in(&text).unwrap_or(0.0);
    }
    anyhow::ensure!(total_kb > 0.0, "the system does not say how much memory process {root} uses");
    Ok(total_kb / 1024.0)
}

/// Waits until none of these processes runs any more. One that ended and was not asked how does not run.
pub(super) fn wait_for_the_end(processes: &[u32], patience: Duration) -> anyhow::Result<()> {
    let since = Instant::now();
    loop {
        let running: Vec<u32> = parents_of_all()?.into_iter().map(|(id, _)| id).collect();
        let Some(left) = processes.iter().find(|process| running.contains(process)) else {
            return Ok(());
        };
        anyhow::ensure!(since.elapsed() < patience, "process {left} does not end");
        std::thread::sleep(GLANCE);
    }
}

/// Ends processes that are not ours to wait for.
pub(super) fn kill_all(processes: &[u32]) {
    if !processes.is_empty() {
        // One that has ended by itself is as good.
        let ids = processes.iter().map(u32::to_string);
        let _ = Command::new("kill").arg("-KILL").args(ids).stderr(Stdio::null()).status();
    }
}

/// Every process that runs, and its parent.
fn parents_of_all() -> anyhow::Result<Vec<(u32, u32)>> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // A process may end at any moment.
        let Ok(text) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        if let Some(parent) = parent_in(&text) {
            parents.push((id, parent));
        }
    }
    Ok(parents)
}

/// The parent in a `stat` file of proc(5), none of a process that has ended. The program's name, in brackets, may hold anything.
fn parent_in(stat: &str) -> Option<u32> {
    let (_, behind_the_name) = stat.rsplit_once(')')?;
    let mut fields = behind_the_name.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") { None } else { fields.next()?.parse().ok() }
}

/// The proportional share in a `smaps_rollup` file.
fn share_kb_in(smaps_rollup: &str) -> Option<f64> {
    let line = smaps_rollup.lines().find(|line| line.starts_with("Pss:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// A process and its descendants, of pairs of process and parent.
fn tree(root: u32, parents: &[(u32, u32)]) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        let children = parents.iter().filter(|(id, of)| *of == parent && !found.contains(id));
        let children: Vec<u32> = children.map(|(id, _)| *id).collect();
        found.extend(children);
        next += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_all_that_a_process_started() {
        let parents = [(1, 0), (10, 1), (11, 10), (12, 11), (20, 1), (13, 10)];
        assert_eq!(tree(10, &parents), [10, 11, 13, 12]);
        assert_eq!(tree(12, &parents), [12]);
    }

    #[test]
    fn the_files_of_proc_are_read() {
        assert_eq!(parent_in("42 (a (very) odd name) S 7 42 42 0"), Some(7));
        assert_eq!(parent_in("42 (ended) Z 7 42 42 0"), None);
        assert_eq!(parent_in("nonsense"), None);
        let kb =
            share_kb_in("00400000-7ff [rollup]\nRss: 9 kB\nPss:    1234 kB\nPss_Dirty: 5 kB\n");
        assert_eq!(kb, Some(1234.0));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_uses_memory() {
        assert!(memory_of_tree_mb(std::process::id()).unwrap() > 1.0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_process_started_is_known_and_ended() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 60 & echo ready; wait"]);
        let (running, _) = Running::that_says(&mut shell).unwrap();
        let started = running.descendants().unwrap();
        assert_eq!(started.len(), 1, "{started:?}");
        let error = wait_for_the_end(&started, Duration::ZERO).unwrap_err().to_string();
        assert_eq!(error, format!("process {} does not end", started[0]));
        kill_all(&started);
        wait_for_the_end(&started, Duration::from_mins(1)).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_process_says_that_it_is_ready_and_ends_with_its_handle() {
        let (mut running, line) =
            Running::that_says(Command::new("sh").args(["-c", "echo ready; sleep 60"])).unwrap();
        assert_eq!(line, "ready");
        assert!(running.ended().unwrap().is_none());
        assert!(running.end(Duration::ZERO).is_err(), "nobody is waited for without end");
        let error = Running::that_says(&mut Command::new("true")).err().unwrap();
        assert_eq!(error.to_string(), "`true` did not start");
        let mut done = Running::start(&mut Command::new("true")).unwrap();
        assert!(done.end(Duration::from_mins(1)).unwrap().success());
    }
}
