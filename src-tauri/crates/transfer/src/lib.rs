//! Bytes to disk: names, part files, verification, durable renames.
//!
//! A download is written under a `.part` name ([`part`]), judged ([`verify`]), and only then gets its final name
//! ([`part::SealedPart::publish`]), which a template made ([`naming`]). Nothing here knows about jobs, the network or
//! decoders: `engine` owns the order of events, and hands in what the decoder found.

pub mod disk;
mod error;
pub mod naming;
pub mod part;
mod publish;
pub mod verify;

pub use disk::{check_folder, free_bytes, hash_file};
pub use error::{Error, Result};
pub use publish::Shelf;
