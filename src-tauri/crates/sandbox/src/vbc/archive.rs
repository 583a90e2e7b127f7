//! The archive of an export job, made while it is sent.
//!
//! Nothing is stored, so neither the size nor any part of it is known before: no `Content-Length`, and no ranges. The
//! vendor's layout is not documented; here every recording lies at the top under its `file_name`.

use std::io::{self, Write};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt};
use tokio::sync::mpsc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::audio::Bank;
use crate::server::Shared;
use crate::vbc::calls::Call;
use crate::vbc::object;

/// How many pieces may wait to be sent.
const WAITING: usize = 8;
/// Size of a piece.
const PIECE_BYTES: usize = 64 * 1024;

/// The archive of these recordings.
pub(super) fn send(shared: &Shared, job_id: &str, calls: Arc<Vec<Call>>) -> Response {
    let (sender, pieces) = mpsc::channel(WAITING);
    let bank = Arc::clone(&shared.bank);
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe { sender, piece: Vec::with_capacity(PIECE_BYTES) };
        if let Err(error) = write(&bank, &calls, &mut pipe) {
            // Not ending the stream with an error would make a torn archive look whole.
            drop(pipe.sender.blocking_send(Err(error)));
        }
    });
    let pieces = stream::unfold(pieces, async |mut pieces| Some((pieces.recv().await?, pieces)));
    let until = Box::pin(shared.stop.clone().cancelled_owned());
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{job_id}.zip\"")),
        (header::ACCEPT_RANGES, "none".to_owned()),
    ];
    (headers, Body::from_stream(Box::pin(pieces).take_until(until))).into_response()
}

fn write(bank: &Arc<Bank>, calls: &[Call], pipe: &mut Pipe) -> io::Result<()> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut archive = ZipWriter::new_stream(&mut *pipe);
    for call in calls {
        archive.start_file(object::file_name(call), options)?;
        for chunk in call.sound().read(bank, 0, u64::MAX) {
            archive.write_all(&chunk)?;
        }
    }
    archive.finish()?;
    pipe.flush()
}

/// From the thread that writes to the connection that sends. Waits when the client reads slowly, fails when it has left.
struct Pipe {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE_BYTES));
        self.sender
            .blocking_send(Ok(Bytes::from(piece)))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}
