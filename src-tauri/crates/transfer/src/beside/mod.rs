//! What lies beside the audio, for people and tools that do not know our program: a table of the metadata, checksums
//! for `sha256sum -c`, a `BagIt` bag.

mod bag;
mod sums;
mod table;

pub use bag::{BAG_DATA, BagInfo, check_bag_folder, write_bag, write_bag_of_absent};
pub use sums::checksum_lines;
pub use table::csv_table;

/// One file as lists name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Path from the folder of the list, with `/` on every system.
    pub path: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
}
