//! A recording that is whole somewhere else already: its bytes are taken from there, and not asked of the provider again.
//!
//! What is taken is hashed on its way, and only the very bytes that were verified count. A bucket is asked only for what the
//! provider does not have any more: its traffic is paid for, the provider's is not.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use catalogue::{CopyRecord, ItemRecord, StoredRecording};
use tokio_util::sync::CancellationToken;
use transfer::part::{PartFile, SealedPart};

use super::active::ActiveJob;
use super::found::{Found, Intent};
use crate::error::{Error, Result};
use crate::{Engine, or_cancelled};

/// How much is copied at once.
const BLOCK_BYTES: usize = 128 * 1024;

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
                    let opening = self.inner.folders.ask(folder, move || Ok(source_of(&opened)));
                    // One on a disk that does not answer is as good as none.
                    let Ok(Some(source)) = opening.await else { continue };
                    self.give_up_received(job, item).await?;
                    let (job, position, copy) = (Arc::clone(job), item.position, copy.clone());
                    let (part, cancel) = (part.to_owned(), cancel.clone());
                    let folder = job.folder.clone();
                    let copying = self.inner.folders.site(&folder).work(move || {
                        let note = |received| {
                            let total = Some(copy.size_bytes);
                            job.live.note(position, received, total, Instant::now());
                            !cancel.is_cancelled()
                        };
                        copied(source, &copy, &part, note)
                    });
                    copying.await
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

/// Copies a verified file. `None` when it cannot be read, or is not what it was: then another source is to be asked.
fn copied(
    mut source: File,
    copy: &CopyRecord,
    part: &Path,
    go_on: impl Fn(u64) -> bool,
) -> Result<Option<SealedPart>> {
    crate::verify::is_beside(part)?;
    let mut file = PartFile::open(part)?;
    file.restart()?;
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match source.read(&mut block) {
            Ok(0) => break,
            Ok(read) => file.write(&block[..read])?,
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
