//! The player: one thread that owns the sound device, told what to do by messages, telling what happened by events.
//!
//! The device is opened by the first *play*, never before: opening can take a while or fail, and a machine without sound
//! should notice only when sound was asked for. Without a device the recording plays on in silence at its real pace, so
//! that position and waveform still work; the next *play* tries the device again. When a device is lost while playing
//! (headphones pulled out), playback pauses: going on through the loudspeakers would be a surprise.
//!
//! A recording may still be coming in while it plays. Where it has not arrived yet playback waits, also in silence, without
//! keeping this thread from other commands; when its bytes turn out to be wrong, what was not heard yet never is.

#[cfg(feature = "device")]
mod device;
#[cfg(not(feature = "device"))]
#[path = "no_device.rs"]
mod device;
mod feed;
mod loaded;
mod stage;

use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use crate::decoded::Decoded;

/// Where the sound goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// The operating system's default device (feature `device`; without it every *play* reports
    /// [`PlayerEvent::NoOutput`]).
    Device,
    /// Nowhere, at the pace of the clock: for tests and machines without sound.
    Silent,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlayerEvent {
    /// A file is ready, paused at its beginning.
    Loaded {
        /// Its length in milliseconds: exact, or what is known of it so far if it is still coming in.
        duration_ms: u64,
    },
    /// It plays.
    Playing,
    /// It stands still: by command, or because the device was lost.
    Paused,
    /// Where it is in the recording: at most ten times a second while playing, and at once after a seek and a pause.
    Position {
        /// Milliseconds from the beginning.
        position_ms: u64,
    },
    /// After a seek in a recording that is coming in: nothing is heard before this byte has arrived, and what follows it.
    Waiting {
        /// Counted in the whole file.
        byte: u64,
    },
    /// It played to its end and stands there. Playing again starts from the beginning.
    Ended,
    /// There is no sound device, or it was lost. After this comes [`PlayerEvent::Playing`] (silent) or
    /// [`PlayerEvent::Paused`] (lost).
    NoOutput {
        /// What the operating system said.
        reason: String,
    },
    /// What was still coming in will not come. Nothing is loaded any more.
    Withdrawn,
    /// The file cannot be played, or reading it failed. Nothing is loaded any more.
    Failed {
        /// Why.
        reason: String,
    },
}

pub(crate) enum Command {
    Load(PathBuf),
    LoadInflow(Box<Decoded>, u64),
    Settle(u64),
    Play,
    Pause,
    Seek(u64),
    SetVolume(f32),
    Close,
    /// From the device itself: the number of the opening it belongs to, and why.
    #[cfg(feature = "device")]
    DeviceLost(u64, String),
    Quit,
}

/// A handle to the player thread. Commands return at once; events tell what came of them. Dropping it ends the thread.
#[derive(Debug)]
pub struct Player {
    commands: Sender<Command>,
}

impl Player {
    /// Starts the thread. `on_event` is called on it, so it should be quick: while it runs, no sound is decoded.
    pub fn start(kind: OutputKind, on_event: impl Fn(PlayerEvent) + Send + 'static) -> Self {
        let (commands, received) = channel();
        let to_self = commands.clone();
        thread::spawn(move || stage::Stage::new(kind, on_event, to_self).run(&received));
        Self { commands }
    }

    /// Opens a file, paused at its beginning, in place of the one that is loaded.
    pub fn load(&self, path: PathBuf) {
        self.send(Command::Load(path));
    }

    /// Puts in a recording that was opened by [`Decoded::open_inflow`], as [`Player::load`] does. `length_frames` is what is
    /// known of its length so far.
    pub fn load_inflow(&self, decoded: Decoded, length_frames: u64) {
        self.send(Command::LoadInflow(Box::new(decoded), length_frames));
    }

    /// What was coming in is whole, and so long. Tells nothing.
    pub fn settle(&self, length_frames: u64) {
        self.send(Command::Settle(length_frames));
    }

    /// Plays from where it stands.
    pub fn play(&self) {
        self.send(Command::Play);
    }

    /// Pauses.
    pub fn pause(&self) {
        self.send(Command::Pause);
    }

    /// Goes to a position in the recording; behind its end means its end. Playing or paused stays as it was.
    pub fn seek(&self, position_ms: u64) {
        self.send(Command::Seek(position_ms));
    }

    /// Sets the volume, 0 to 1, as loudness is felt: half of it sounds about half as loud.
    pub fn set_volume(&self, volume: f32) {
        self.send(Command::SetVolume(volume));
    }

    /// Stops and lets go of file and device.
    pub fn close(&self) {
        self.send(Command::Close);
    }

    fn send(&self, command: Command) {
        // The thread ends only with this handle, so nobody misses a command that cannot be delivered.
        let _ = self.commands.send(command);
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.send(Command::Quit);
    }
}
