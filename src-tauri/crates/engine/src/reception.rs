//! Bytes on their way from a server into a part file.
//!
//! Nothing here writes to a disk on an async thread: chunks go through a channel to a thread of their own, and nothing ends
//! before that thread has, so that two attempts never write into one file. Only a folder that does not answer any more is
//! left with its thread; then nobody else gets into it either (`folders`).

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

use audio::Inflow;
use bytes::Bytes;
use futures_util::StreamExt as _;
use providers::MediaStream;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use transfer::part::PartFile;

use crate::error::{Error, Result};
use crate::folders::Site;
use crate::transfers::Bandwidth;
use crate::verify::is_beside;

/// Chunks that may wait for the disk.
const CHUNKS_WAITING: usize = 32;

/// How the bytes come along: received so far, and the whole size if known.
pub(crate) type OnBytes<'a> = &'a (dyn Fn(u64, Option<u64>) + Send + Sync);

/// Where bytes are received, who is told, and what holds them up or stops them.
#[derive(Clone, Copy)]
pub(crate) struct Reception<'a> {
    /// The folder of the file.
    pub(crate) site: Site<'a>,
    pub(crate) on_bytes: OnBytes<'a>,
    pub(crate) cap: Option<&'a Bandwidth>,
    pub(crate) inflow: Option<&'a Arc<Inflow>>,
    pub(crate) cancel: &'a CancellationToken,
}

/// Opens a part file. Without a `validator` nothing proves that its bytes belong to the file there, so it is begun anew.
pub(crate) async fn open_part(
    site: Site<'_>,
    part: &Path,
    validator: Option<&str>,
) -> Result<PartFile> {
    let (path, may_go_on) = (part.to_owned(), validator.is_some());
    let opening = site.work(move || {
        is_beside(&path)?;
        Ok(PartFile::open(&path)?)
    });
    let file = opening.await?;
    if may_go_on || file.len() == 0 { Ok(file) } else { restarted(site, file).await }
}

/// The same file, empty.
pub(crate) async fn restarted(site: Site<'_>, mut file: PartFile) -> Result<PartFile> {
    let restarting = site.work(move || {
        file.restart()?;
        Ok(file)
    });
    restarting.await
}

/// Writes the stream into the file, `most` bytes in all. However it ends, what came is in the file when this returns, unless
/// its folder does not answer any more.
pub(crate) async fn receive(
    mut stream: MediaStream,
    file: PartFile,
    most: u64,
    watch: Reception<'_>,
) -> Result<PartFile> {
    let Reception { site, on_bytes, cap, inflow, cancel } = watch;
    let mut received = file.len();
    if stream.offset != received {
        return Err(Error::NotAudio {
            what: "The provider sent another part of the file than asked for.".into(),
        });
    }
    on_bytes(received, stream.total_bytes);
    let (send, chunks) = mpsc::channel(CHUNKS_WAITING);
    let inflow = inflow.cloned();
    let mut writer = pin!(site.work(move || write_all(file, chunks, inflow.as_deref())));
    let mut written = None;
    let ended = loop {
        let chunk = tokio::select! {
            () = cancel.cancelled() => break Err(Error::Cancelled),
            // The disk refused, or does not answer.
            early = &mut writer => {
                written = Some(early);
                break Ok(());
            }
            chunk = stream.bytes.next() => chunk,
        };
        let chunk = match chunk {
            None => break Ok(()),
            Some(Ok(chunk)) => chunk,
            Some(Err(error)) => break Err(error.into()),
        };
        let size = chunk.len();
        received += size as u64;
        let is_endless = received > most;
        tokio::select! {
            () = cancel.cancelled() => break Err(Error::Cancelled),
            early = &mut writer => {
                written = Some(early);
                break Ok(());
            }
            // The writer says below why it is gone.
            sent = send.send(chunk) => if sent.is_err() {
                break Ok(());
            },
        }
        if is_endless {
            break Err(Error::NotAudio {
                what: "The provider's reply did not end where it should.".into(),
            });
        }
        on_bytes(received, stream.total_bytes);
        if let Some(cap) = cap {
            tokio::select! {
                () = cancel.cancelled() => break Err(Error::Cancelled),
                () = cap.pay(size) => {}
            }
        }
    };
    drop(send);
    let written = match written {
        Some(early) => early,
        None => writer.await,
    };
    let file = written?;
    if let Err(error @ Error::NotAudio { .. }) = ended {
        // Bytes beyond the end prove the others wrong.
        restarted(site, file).await?;
        return Err(error);
    }
    ended.map(|()| file)
}

fn write_all(
    mut file: PartFile,
    mut chunks: mpsc::Receiver<Bytes>,
    inflow: Option<&Inflow>,
) -> Result<PartFile> {
    while let Some(chunk) = chunks.blocking_recv() {
        file.write(&chunk)?;
        if let Some(inflow) = inflow {
            inflow.reach(file.len());
        }
    }
    Ok(file)
}
