//! Bytes to disk: names, part files, verification, durable renames.
//!
//! A download is written under a `.part` name ([`part`]), judged ([`verify`]), and only then gets its final name
//! ([`part::SealedPart::publish`]), which a template made ([`naming`]). Nothing here knows about jobs, the network or
//! decoders: `engine` owns the order of events, and hands in what the decoder found.

mod archive;
pub mod beside;
pub mod disk;
mod error;
pub mod naming;
pub mod part;
mod publish;
pub mod tables;
pub mod verify;
mod whole;

pub use archive::{ArchiveFacts, NotWhole, check_archive};
pub use disk::{check_folder, disk_of, free_bytes, hash_file, hash_file_while, largest_file_bytes};
pub use error::{Error, Result};
pub use publish::Shelf;
pub use whole::write_whole;
