//! Container sniffing, decoding, waveform peaks and the player.
//!
//! Symphonia decodes; rodio (feature `device`) only carries finished samples to the operating system. What lies between
//! is ours because telephony files break both: WAV headers that strict readers refuse (`riff`), MP3 files whose
//! estimated length would cut their end off (`mpeg`, [`Decoded`]), positions and seeks that must be exact to the
//! sample.

mod analyse;
mod crew;
mod decoded;
mod demux;
mod error;
mod inflow;
mod mpeg;
mod origin;
mod peaks;
mod player;
mod riff;
mod sniff;

pub use analyse::{Analysis, analyse, probe};
pub use decoded::Decoded;
pub use error::Error;
pub use inflow::Inflow;
pub use peaks::Peaks;
pub use player::{OutputKind, Player, PlayerEvent};
pub use sniff::sniff;
