//! Tells a container by its first bytes. File names and vendors' words for a format are not believed.

use domain::Container;

use crate::mpeg;

/// The container that begins with these bytes; some 2 KB allow the surest answer. MPEG audio without a tag has no magic
/// number, only a frame header, so that is checked field by field, and the next frame's as well if `head` reaches that
/// far.
pub fn sniff(head: &[u8]) -> Option<Container> {
    if head.starts_with(b"ID3") {
        return Some(Container::Mp3);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE") {
        return Some(Container::Wav);
    }
    if head.starts_with(b"OggS") {
        return Some(Container::Ogg);
    }
    if head.starts_with(b"fLaC") {
        return Some(Container::Flac);
    }
    if head.get(4..8) == Some(b"ftyp") {
        return Some(Container::Mp4);
    }
    mpeg::begins_with_frame(head).then_some(Container::Mp3)
}
