//! Asking a folder that may not answer.
//!
//! A network folder whose server is gone keeps whoever asks it waiting for minutes, some for ever, and nothing can end such
//! a call. So what is done in a folder that a person chose runs on threads that can be left behind. A question has a deadline.
//! Work may take as long as it takes; every while the folder itself is asked a question beside it. A folder in which a thread
//! was left is not asked again before that one has come back: what it may still write there would get in the way of what
//! comes after it.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::error::{Error, Result};
use crate::lock;

/// All folders that files go to or lie in.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    /// How many threads were left in a folder and have not come back.
    left: Arc<Mutex<HashMap<PathBuf, u32>>>,
    patience: Duration,
}

/// A thread at work in a folder, as it knows itself and as who sent it knows it.
#[derive(Clone)]
struct Errand {
    folder: PathBuf,
    left: Arc<Mutex<HashMap<PathBuf, u32>>>,
    stage: Arc<Mutex<Stage>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Running,
    Done,
    Left,
}

/// A folder that work is done in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    folders: &'a Folders,
    folder: &'a Path,
}

/// What a thread tells that reads a file.
enum Heard {
    Read(u64),
    Ended(transfer::Result<Option<(u64, String)>>),
}

impl Folders {
    /// With the time a folder has for an answer.
    pub(crate) fn new(patience: Duration) -> Self {
        Self { left: Arc::default(), patience }
    }

    /// Work in a folder.
    pub(crate) fn site<'a>(&'a self, folder: &'a Path) -> Site<'a> {
        Site { folders: self, folder }
    }

    /// Asks something about a folder that takes no time if the folder answers at all.
    ///
    /// # Errors
    /// [`transfer::Error::Silent`] when it does not answer in time, or did not the last time and still does not.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        folder: &Path,
        question: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.ask_within(self.patience, folder, question).await
    }

    /// Likewise about one of many folders, such as those that copies lie in: where another one of the same disk did not
    /// answer, this one has little time.
    pub(crate) async fn ask_beside<T: Send + 'static>(
        &self,
        folder: &Path,
        question: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.ask_within(self.patience_beside(folder)?, folder, question).await
    }

    async fn ask_within<T: Send + 'static>(
        &self,
        patience: Duration,
        folder: &Path,
        question: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, mut told) = oneshot::channel();
        let errand = self.send(folder, question, |answer| {
            // Nobody waits any more after the deadline.
            let _ = tell.send(answer);
        })?;
        match tokio::time::timeout(patience, &mut told).await {
            Ok(answer) => answer.unwrap_or_else(|_| Err(lost())),
            Err(_) if errand.leave() => Err(silent(folder)),
            Err(_) => told.await.unwrap_or_else(|_| Err(lost())),
        }
    }

    /// [`Folders::ask_beside`] on a thread that may block.
    pub(crate) fn ask_here<T: Send + 'static>(
        &self,
        folder: &Path,
        question: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let patience = self.patience_beside(folder)?;
        let (tell, told) = mpsc::channel();
        let errand = self.send(folder, question, move |answer| {
            let _ = tell.send(answer);
        })?;
        match told.recv_timeout(patience) {
            Ok(answer) => answer,
            Err(_) if errand.leave() => Err(silent(folder)),
            Err(_) => told.recv().unwrap_or_else(|_| Err(lost())),
        }
    }

    /// Hashes a file on a thread that may block, telling the bytes read so far; `None` once `go_on` says no.
    ///
    /// # Errors
    /// Those of the disk, and [`transfer::Error::Silent`] when no byte comes for too long.
    pub(crate) fn hash_here(
        &self,
        path: &Path,
        mut go_on: impl FnMut(u64) -> bool,
    ) -> Result<Option<(u64, String)>> {
        /// How often `go_on` is asked while nothing comes.
        const ASK_EVERY: Duration = Duration::from_millis(200);
        let folder = path.parent().unwrap_or(path);
        let answers = || {
            let asked = folder.to_owned();
            self.ask_here(folder, move || {
                look(&asked);
                Ok(())
            })
        };
        if self.patience_beside(folder)? < self.patience {
            answers()?;
        }
        let (tell, told) = mpsc::channel();
        let (file, ended, is_stopped) =
            (path.to_owned(), tell.clone(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&is_stopped);
        let hash = move || {
            let reading =
                |read| tell.send(Heard::Read(read)).is_ok() && !stopped.load(Ordering::Relaxed);
            Ok(transfer::hash_file_while(&file, reading))
        };
        let errand = self.send(folder, hash, move |answer: Result<_>| {
            if let Ok(answer) = answer {
                let _ = ended.send(Heard::Ended(answer));
            }
        })?;
        let (mut read, mut heard_at) = (0, Instant::now());
        loop {
            match told.recv_timeout(ASK_EVERY.min(self.patience)) {
                Ok(Heard::Ended(answer)) => return Ok(answer?),
                Ok(Heard::Read(bytes)) => (read, heard_at) = (bytes, Instant::now()),
                Err(RecvTimeoutError::Timeout) if heard_at.elapsed() >= self.patience => {
                    // One file that cannot be read is no reason to leave its neighbours alone.
                    let gone = if answers().is_ok() { errand.abandon() } else { errand.leave() };
                    if gone {
                        return Err(silent(path));
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(lost()),
            }
            if !go_on(read) {
                is_stopped.store(true, Ordering::Relaxed);
                // It ends by itself, and is in nobody's way.
                errand.abandon();
                return Ok(None);
            }
        }
    }

    /// The time for an answer where others of the same disk may be silent. Threads that are left there are counted: with many
    /// folders there would soon be too many.
    fn patience_beside(&self, folder: &Path) -> Result<Duration> {
        const BRIEF: Duration = Duration::from_secs(1);
        const MOST_LEFT: u32 = 32;
        let left = lock(&self.left);
        let disk = disk_named_by(folder);
        match left.keys().any(|other| disk_named_by(other) == disk) {
            true if left.values().sum::<u32>() >= MOST_LEFT => Err(silent(folder)),
            true => Ok(self.patience.min(BRIEF)),
            false => Ok(self.patience),
        }
    }

    /// Sends a thread, unless another one was left in this folder or in one above it.
    fn send<T: Send + 'static>(
        &self,
        folder: &Path,
        work: impl FnOnce() -> Result<T> + Send + 'static,
        tell: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Result<Errand> {
        if folder.ancestors().any(|above| lock(&self.left).contains_key(above)) {
            return Err(silent(folder));
        }
        let errand = Errand {
            folder: folder.to_owned(),
            left: Arc::clone(&self.left),
            stage: Arc::new(Mutex::new(Stage::Running)),
        };
        let sent = errand.clone();
        blocking::unblock(move || {
            let answer = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(lost()));
            sent.come_back();
            tell(answer);
        })
        .detach();
        Ok(errand)
    }
}

impl Errand {
    /// Waits for it no longer; false when it has come back already.
    fn leave(&self) -> bool {
        let mut stage = lock(&self.stage);
        if *stage == Stage::Done {
            return false;
        }
        if *stage == Stage::Running {
            *stage = Stage::Left;
            *lock(&self.left).entry(self.folder.clone()).or_default() += 1;
        }
        true
    }

    /// Waits for it no longer, where it is in nobody's way; false when it has come back already.
    fn abandon(&self) -> bool {
        std::mem::replace(&mut *lock(&self.stage), Stage::Done) == Stage::Running
    }

    fn come_back(&self) {
        let mut stage = lock(&self.stage);
        if *stage == Stage::Left {
            let mut left = lock(&self.left);
            if let Some(count) = left.get_mut(&self.folder) {
                *count -= 1;
                if *count == 0 {
                    left.remove(&self.folder);
                }
            }
        }
        *stage = Stage::Done;
    }
}

impl Site<'_> {
    /// Works in the folder for as long as it takes, if the folder still answers.
    ///
    /// # Errors
    /// [`transfer::Error::Silent`] when it does not.
    pub(crate) async fn work<T: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let ask = || {
            let folder = self.folder.to_owned();
            self.folders.ask(self.folder, move || {
                look(&folder);
                Ok(())
            })
        };
        self.work_while(ask, work).await
    }

    /// Works for as long as `ask`, asked every while, does not fail.
    async fn work_while<T: Send + 'static, A: Future<Output = Result<()>>>(
        self,
        ask: impl Fn() -> A,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, mut told) = oneshot::channel();
        let errand = self.folders.send(self.folder, work, |answer| {
            let _ = tell.send(answer);
        })?;
        loop {
            if let Ok(answer) = tokio::time::timeout(self.folders.patience, &mut told).await {
                return answer.unwrap_or_else(|_| Err(lost()));
            }
            if let Err(silent) = ask().await
                && errand.leave()
            {
                return Err(silent);
            }
        }
    }
}

/// Asks a folder anything. What it says is of no matter; one that is gone answers too.
fn look(folder: &Path) {
    let _ = transfer::free_bytes(folder);
}

/// The part of a path that names a disk or a share, as far as a path alone tells: a drive, `\\server\share`, `/mnt/share`,
/// `/Volumes/Share`, `/media/user/disk`, `/run/media/user/disk`.
fn disk_named_by(path: &Path) -> PathBuf {
    let names = match path.components().nth(1) {
        _ if matches!(path.components().next(), Some(Component::Prefix(_))) => 0,
        Some(Component::Normal(name)) if name == "run" => 4,
        Some(Component::Normal(name)) if name == "media" => 3,
        _ => 2,
    };
    // The root, and so many names.
    path.components().take(1 + names).collect()
}

fn silent(path: &Path) -> Error {
    transfer::Error::Silent { path: path.to_owned() }.into()
}

fn lost() -> Error {
    Error::Internal { what: "work in a folder stopped half-way".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_silent<T>(answer: &Result<T>) -> bool {
        matches!(answer, Err(Error::Transfer(transfer::Error::Silent { .. })))
    }

    /// A call into a folder that returns when the test says so.
    fn stuck() -> (mpsc::Sender<()>, impl FnOnce() -> Result<u8> + Send + 'static) {
        let (release, held) = mpsc::channel();
        let call = move || {
            let _ = held.recv();
            Ok(1)
        };
        (release, call)
    }

    impl Folders {
        /// A thread that is left in a folder until the sender is used.
        pub(crate) fn get_stuck(&self, folder: &Path) -> mpsc::Sender<()> {
            let (release, call) = stuck();
            assert!(self.send(folder, call, |_| ()).unwrap().leave());
            release
        }

        /// Until what was left has come back.
        pub(crate) async fn all_back(&self) {
            while !lock(&self.left).is_empty() {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Those that are asked with little patience, which only a stuck call meets, and the same with as much as any needs.
    fn hasty_and_patient() -> (Folders, Folders) {
        let hasty = Folders::new(Duration::from_millis(20));
        let patient = Folders { patience: Duration::from_mins(2), ..hasty.clone() };
        (hasty, patient)
    }

    #[tokio::test]
    async fn a_folder_that_does_not_answer_is_left_and_not_asked_again_until_it_does() {
        let (hasty, patient) = hasty_and_patient();
        let (release, call) = stuck();
        let mount = Path::new("/mnt/share");
        assert!(is_silent(&hasty.ask(mount, call).await));
        for folder in ["/mnt/share", "/mnt/share/2026"] {
            let asked = patient.ask(folder.as_ref(), || -> Result<u8> { panic!("asked") });
            assert!(is_silent(&asked.await), "{folder}");
            let asked = patient.ask_here(folder.as_ref(), || -> Result<u8> { panic!("asked") });
            assert!(is_silent(&asked), "{folder}");
        }
        assert_eq!(patient.ask("/mnt/other".as_ref(), || Ok(2)).await.unwrap(), 2);
        release.send(()).unwrap();
        patient.all_back().await;
        assert_eq!(patient.ask(mount, || Ok(3)).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn long_work_goes_on_while_its_folder_answers_and_is_left_when_it_does_not() {
        let (hasty, patient) = hasty_and_patient();
        let mount = Path::new("/mnt/share");
        let (release, call) = stuck();
        let asked = std::cell::Cell::new(0);
        let answers = || async {
            asked.set(asked.get() + 1);
            if asked.get() == 3 {
                release.send(()).unwrap();
            }
            Ok(())
        };
        assert_eq!(hasty.site(mount).work_while(answers, call).await.unwrap(), 1);
        assert!(asked.get() >= 3);

        let (release, call) = stuck();
        let mut working = std::pin::pin!(hasty.site(mount).work(call));
        assert!(futures_util::poll!(&mut working).is_pending());
        let (others, call) = stuck();
        assert!(is_silent(&hasty.ask(mount, call).await));
        assert!(is_silent(&working.await), "nothing else gets an answer there either");
        for sender in [release, others] {
            sender.send(()).unwrap();
        }
        patient.all_back().await;
        assert_eq!(patient.site(mount).work(|| Ok(4)).await.unwrap(), 4);
    }

    #[test]
    #[cfg(unix)]
    fn what_lies_beside_a_silent_folder_has_little_time_and_many_of_them_none() {
        let folders = Folders::new(Duration::from_mins(2));
        let day = |day: u32| PathBuf::from(format!("/mnt/share/2026/{day}"));
        let mut held: Vec<_> = vec![folders.get_stuck(&day(1))];
        assert_eq!(folders.patience_beside(&day(2)).unwrap(), Duration::from_secs(1));
        assert_eq!(folders.patience_beside("/mnt/other/2026".as_ref()).unwrap(), folders.patience);
        held.extend((2..40).map(|other| folders.get_stuck(&day(other))));
        assert!(is_silent(&folders.patience_beside(&day(41)).map(drop)));
        for (path, disk) in [
            ("/run/media/ana/Archive/2026", "/run/media/ana/Archive"),
            ("/media/ana/Archive/2026", "/media/ana/Archive"),
            ("/Volumes/Archive/2026", "/Volumes/Archive"),
        ] {
            assert_eq!(disk_named_by(path.as_ref()), Path::new(disk));
        }
    }

    #[test]
    fn on_a_thread_that_may_block_it_is_the_same() {
        let (hasty, patient) = hasty_and_patient();
        let mount = Path::new("/mnt/share");
        let (release, call) = stuck();
        assert!(is_silent(&hasty.ask_here(mount, call)));
        release.send(()).unwrap();
        while !lock(&patient.left).is_empty() {
            std::thread::yield_now();
        }
        let failed = patient.ask_here(mount, || -> Result<u8> { panic!("ours") });
        assert!(matches!(failed, Err(Error::Internal { .. })));
    }
}
