//! Behaviour of the whole crate on real files, through its public face.

mod headers;
mod hostile;
mod lengths;
mod player;
mod seeks;
mod sound;
