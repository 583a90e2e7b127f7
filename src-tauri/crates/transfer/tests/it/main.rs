//! Properties and behaviour of the whole crate, through its public face.

mod disk_full;
mod names;
mod parts;
mod verdicts;
