//! Bodies in gzip that nobody asked for.

use std::io::Write;

use axum::body::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// These bytes in gzip.
pub(super) fn pack(pieces: impl Iterator<Item = Bytes>) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    for piece in pieces {
        // Writing to memory does not fail.
        if packer.write_all(&piece).is_err() {
            break;
        }
    }
    packer.finish().unwrap_or_default()
}
