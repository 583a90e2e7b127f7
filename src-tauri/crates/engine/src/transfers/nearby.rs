//! A recording that is whole somewhere else already: its bytes are taken from there, and not asked of the provider again.
//!
//! What is taken is hashed on its way, and only the very bytes that were verified count. A bucket is asked only for what the
//! provider does not have any more: its traffic is paid for, the provider's is not.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use catalogue::{CopyRecord, ItemRecord, StoredRecording};
use tokio_util::sync::CancellationToken;
use transfer::part::{PartFile, SealedPart};

use super::active::ActiveJob;
use super::found::{Found, Intent};
use crate::error::{Error, Result};
use crate::{Engine, or_cancelled};

/// How much is copied at once.
const BLOCK_BYTES: usize = 128 * 1024;
/// How many blocks are read before they can be written.
const BLOCKS_AHEAD: usize = 4;

impl Engine {
    /// The bytes of another copy, received into `part`; nothing where no copy serves. What the provider sent before is given
    /// up first, with the `ETag` that would let a later run go on with it: a part is of one source alone.
    pub(super) async fn take_from_copy(
        &self,
        job: &Arc<ActiveJob>,
        item: &mut ItemRecord,
        stored: &StoredRecording,
        part: &Path,
        cancel: &CancellationToken,
    ) -> Result<Found> {
        // The provider's file might be without the remark; once it is gone, this one is better than none.
        let serves = |copy: &&CopyRecord| copy.is_whole() || stored.gone && !copy.is_spoilt();
        for copy in stored.copies().filter(serves) {
            let taken = match &copy.place {
                None => {
                    let opened = copy.clone();
                    let folder = copy.path.parent().unwrap_or(&copy.path);
                    let opening =
                        self.inner.folders.ask_beside(folder, move || Ok(source_of(&opened)));
                    // One on a disk that does not answer is as good as none.
                    let Ok(Some(source)) = opening.await else { continue };
                    self.give_up_received(job, item).await?;
                    self.copied_here(job, item.position, copy, source, part, cancel).await
                }
                Some(place) if stored.gone => {
                    self.give_up_received(job, item).await?;
                    let cap = &self.inner.transfers.caps.down;
                    let fetching = self.fetch_object(place, copy, part, Some(cap));
                    match or_cancelled(cancel, fetching).await {
                        Ok(sealed) => Ok(Some(sealed)),
                        Err(error @ (Error::Cancelled | Error::Transfer(_))) => Err(error),
                        // A bucket that cannot be read is no reason to stand still: the provider has the last word.
                        Err(error) => {
                            tracing::info!(place = %place, %error, "a copy in a bucket cannot be read");
                            Ok(None)
                        }
                    }
                }
                Some(_) => continue,
            };
            if let Ok(Some(sealed)) = taken {
                return Ok(Found::Sealed(Intent::again(copy), sealed));
            }
            if !matches!(taken, Err(Error::Transfer(transfer::Error::Silent { .. }))) {
                self.remove_parts(&job.id, job.folder.clone(), vec![item.position]).await;
            }
            taken?;
        }
        Ok(Found::Nothing)
    }

    /// Copies a file of one folder into another. Either may stop answering, and only the one that did is left alone.
    async fn copied_here(
        &self,
        job: &Arc<ActiveJob>,
        position: u32,
        copy: &CopyRecord,
        source: File,
        part: &Path,
        cancel: &CancellationToken,
    ) -> Result<Option<SealedPart>> {
        let (tell, told) = mpsc::sync_channel(BLOCKS_AHEAD);
        let from = copy.path.parent().unwrap_or(&copy.path).to_owned();
        let reading = self.inner.folders.site(&from).work(move || {
            read_blocks(source, &tell);
            Ok(())
        });
        let is_silent = Arc::new(AtomicBool::new(false));
        let blocks = Blocks { told, is_silent: Arc::clone(&is_silent) };
        let (writing_job, copy, part) = (Arc::clone(job), copy.clone(), part.to_owned());
        let cancel = cancel.clone();
        let writing = self.inner.folders.site(&job.folder).work(move || {
            let go_on = |received| {
                let total = Some(copy.size_bytes);
                writing_job.live.note(position, received, total, Instant::now());
                !cancel.is_cancelled()
            };
            copied(&blocks, &copy, &part, go_on)
        });
        let mut writing = std::pin::pin!(writing);
        tokio::select! {
            written = &mut writing => written,
            read = reading => {
                is_silent.store(read.is_err(), Ordering::Relaxed);
                writing.await
            }
        }
    }

    /// Writes down that what is received of an item, if anything, is no longer to be gone on with.
    async fn give_up_received(&self, job: &ActiveJob, item: &mut ItemRecord) -> Result<()> {
        item.received_bytes = 0;
        if item.etag.take().is_none() {
            return Ok(());
        }
        let (id, item) = (job.id.clone(), item.clone());
        self.with_catalogue(move |catalogue| catalogue.note_progress(&id, &item)).await
    }
}

/// The file of a copy, if it is there with the size it had.
fn source_of(copy: &CopyRecord) -> Option<File> {
    // Before it is opened: to open a pipe is to wait for who writes into it.
    std::fs::metadata(&copy.path).ok().filter(std::fs::Metadata::is_file)?;
    let source = File::open(&copy.path).ok()?;
    let found = source.metadata().ok()?;
    (found.is_file() && found.len() == copy.size_bytes).then_some(source)
}

/// Reads a file to its end, as long as somebody wants it.
fn read_blocks(mut source: File, tell: &mpsc::SyncSender<std::io::Result<Vec<u8>>>) {
    loop {
        let mut block = vec![0; BLOCK_BYTES];
        let read = source.read(&mut block).map(|read| {
            block.truncate(read);
            block
        });
        let is_last = read.as_ref().map_or(true, Vec::is_empty);
        if tell.send(read).is_err() || is_last {
            return;
        }
    }
}

/// What is read in another folder, block by block. An empty one is the end.
struct Blocks {
    told: mpsc::Receiver<std::io::Result<Vec<u8>>>,
    /// That folder does not answer any more.
    is_silent: Arc<AtomicBool>,
}

impl Blocks {
    fn next(&self, mut go_on: impl FnMut() -> bool) -> Result<std::io::Result<Vec<u8>>> {
        /// How often the others are looked at while nothing comes.
        const LOOK_EVERY: Duration = Duration::from_millis(200);
        loop {
            match self.told.recv_timeout(LOOK_EVERY) {
                Ok(block) => return Ok(block),
                Err(RecvTimeoutError::Timeout) if !go_on() => return Err(Error::Cancelled),
                Err(RecvTimeoutError::Timeout) if !self.is_silent.load(Ordering::Relaxed) => {}
                Err(_) => return Ok(Err(std::io::ErrorKind::TimedOut.into())),
            }
        }
    }
}

/// Copies a verified file. `None` when it cannot be read, or is not what it was: then another source is to be asked.
fn copied(
    blocks: &Blocks,
    copy: &CopyRecord,
    part: &Path,
    go_on: impl Fn(u64) -> bool,
) -> Result<Option<SealedPart>> {
    crate::verify::is_beside(part)?;
    let mut file = PartFile::open(part)?;
    file.restart()?;
    loop {
        match blocks.next(|| go_on(file.len()))? {
            Ok(block) if block.is_empty() => break,
            Ok(block) => file.write(&block)?,
            Err(error) => {
                tracing::info!(path = %copy.path.display(), %error, "a copy cannot be read");
                file.restart()?;
                return Ok(None);
            }
        }
        if !go_on(file.len()) {
            return Err(Error::Cancelled);
        }
    }
    let sealed = file.seal()?;
    if sealed.size_bytes == copy.size_bytes && sealed.sha256 == copy.sha256 {
        return Ok(Some(sealed));
    }
    tracing::info!(path = %copy.path.display(), "a copy is not what it was");
    sealed.discard()?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_goes_silent_while_it_is_read_from_ends_the_copying_and_so_does_a_person() {
        let (tell, told) = mpsc::sync_channel(1);
        let is_silent = Arc::new(AtomicBool::new(false));
        let blocks = Blocks { told, is_silent: Arc::clone(&is_silent) };
        tell.send(Ok(vec![1])).unwrap();
        assert_eq!(blocks.next(|| true).unwrap().unwrap(), [1]);
        assert!(matches!(blocks.next(|| false), Err(Error::Cancelled)));
        is_silent.store(true, Ordering::Relaxed);
        // Whoever reads still holds its end.
        assert!(blocks.next(|| true).unwrap().is_err());
        drop(tell);
    }
}
