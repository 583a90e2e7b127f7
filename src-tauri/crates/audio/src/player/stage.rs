//! The player thread itself: what is loaded, how it moves, and what is told about it.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::device::Device;
use super::loaded::{Loaded, Motion};
use super::{Command, OutputKind, PlayerEvent};
use crate::analyse::guarded;
use crate::decoded::Decoded;
use crate::error::Error;

/// How often the queue is topped up and the end looked for.
const TICK: Duration = Duration::from_millis(20);
/// The least time between two reports of the position.
const REPORT: Duration = Duration::from_millis(100);
/// A device that takes no sound for so long is lost, even if nobody said so.
const STALL: Duration = Duration::from_secs(3);
/// A device that was not needed for so long is let go, so that the computer can sleep.
const RELEASE: Duration = Duration::from_secs(30);

pub(super) struct Stage<F> {
    kind: OutputKind,
    on_event: F,
    to_self: Sender<Command>,
    device: Option<Device>,
    /// Counts openings of the device, so that a late complaint of an earlier one is recognised.
    opening: u64,
    gain: f32,
    loaded: Option<Loaded>,
}

impl<F: Fn(PlayerEvent)> Stage<F> {
    pub(super) fn new(kind: OutputKind, on_event: F, to_self: Sender<Command>) -> Self {
        Self { kind, on_event, to_self, device: None, opening: 0, gain: 1.0, loaded: None }
    }

    /// Works until told to quit.
    pub(super) fn run(mut self, commands: &Receiver<Command>) {
        let mut kept = None;
        loop {
            let command = match kept.take() {
                Some(command) => Ok(command),
                None => match self.patience() {
                    Some(time) => commands.recv_timeout(time),
                    None => commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
                },
            };
            match command {
                Ok(Command::Quit) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(Command::Seek(mut position_ms)) => {
                    // While the mouse drags the position, only the newest one counts.
                    while let Ok(next) = commands.try_recv() {
                        if let Command::Seek(newer_ms) = next {
                            position_ms = newer_ms;
                        } else {
                            kept = Some(next);
                            break;
                        }
                    }
                    self.seek(position_ms);
                }
                Ok(command) => self.obey(command),
                Err(RecvTimeoutError::Timeout) if !self.is_moving() => self.device = None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.tick();
        }
        self.unload();
    }

    /// How long to wait for the next command; `None` is for ever.
    fn patience(&self) -> Option<Duration> {
        if self.is_moving() { Some(TICK) } else { self.device.as_ref().map(|_| RELEASE) }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Load(path) => self.load(&path),
            Command::LoadInflow(mut decoded, length_frames) => {
                self.unload();
                decoded.expect_length(length_frames);
                self.put(*decoded, length_frames, true);
            }
            Command::Settle(length_frames) => self.settle(length_frames),
            Command::Play => self.play(),
            Command::Pause => self.pause(),
            Command::Seek(position_ms) => self.seek(position_ms),
            Command::SetVolume(volume) => {
                // Loudness is felt roughly as the square root of the amplitude.
                let volume = if volume.is_finite() { volume.clamp(0.0, 1.0) } else { 1.0 };
                self.gain = volume * volume;
                if let Some(loaded) = &self.loaded {
                    loaded.feed.set_gain(self.gain);
                }
            }
            Command::Close => {
                self.unload();
                self.device = None;
            }
            #[cfg(feature = "device")]
            Command::DeviceLost(opening, reason) => {
                if opening == self.opening && self.device.is_some() {
                    self.lose_device(reason);
                }
            }
            Command::Quit => {}
        }
    }

    fn load(&mut self, path: &Path) {
        self.unload();
        let opened = guarded(|| {
            let decoded = Decoded::open(path)?;
            let length_frames = decoded.length_frames()?;
            Ok((decoded, length_frames))
        });
        match opened {
            Ok((decoded, length_frames)) => self.put(decoded, length_frames, false),
            Err(error) => self.tell(PlayerEvent::Failed { reason: error.to_string() }),
        }
    }

    fn put(&mut self, decoded: Decoded, length_frames: u64, is_arriving: bool) {
        let loaded = Loaded::new(decoded, length_frames, self.gain, is_arriving);
        let duration_ms = loaded.ms_at(length_frames);
        self.loaded = Some(loaded);
        self.tell(PlayerEvent::Loaded { duration_ms });
    }

    fn settle(&mut self, length_frames: u64) {
        let Some(loaded) = self.loaded.as_mut().filter(|loaded| loaded.is_arriving) else { return };
        loaded.is_arriving = false;
        match &mut loaded.motion {
            // Where the end was thought to be.
            Motion::Still { frame } if *frame >= loaded.length_frames => *frame = length_frames,
            // From here on the clock runs by itself.
            Motion::Silent { .. } => loaded.is_in_step = false,
            Motion::Still { .. } | Motion::Sounding { .. } => {}
        }
        loaded.length_frames = length_frames;
    }

    fn play(&mut self) {
        let Some(mut loaded) = self.loaded.take() else { return };
        let Motion::Still { frame } = loaded.motion else {
            self.loaded = Some(loaded);
            return;
        };
        let frame = if frame >= loaded.length_frames { 0 } else { frame };
        if frame == 0 {
            loaded.is_in_step = false;
        }
        let silence = match self.kind {
            OutputKind::Silent => Some(None),
            OutputKind::Device => self.sound(&mut loaded).err().map(Some),
        };
        let started = match silence {
            Some(reason) => {
                loaded.begin_in_silence(frame);
                if let Some(reason) = reason {
                    self.tell(PlayerEvent::NoOutput { reason });
                }
                Ok(())
            }
            None => loaded.begin_sounding(frame),
        };
        match started {
            Ok(()) => {
                self.loaded = Some(loaded);
                self.tell(PlayerEvent::Playing);
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Makes sure that there is a device, and that it takes from this recording's feed.
    fn sound(&mut self, loaded: &mut Loaded) -> Result<(), String> {
        let device = if let Some(device) = self.device.take() {
            device
        } else {
            self.opening += 1;
            Device::open(self.opening, &self.to_self)?
        };
        if loaded.attached != self.opening {
            device.attach(Arc::clone(&loaded.feed))?;
            loaded.attached = self.opening;
        }
        self.device = Some(device);
        Ok(())
    }

    fn pause(&mut self) {
        let Some(loaded) = &mut self.loaded else { return };
        if loaded.is_moving() {
            loaded.stop();
            self.report();
            self.tell(PlayerEvent::Paused);
        }
    }

    fn seek(&mut self, position_ms: u64) {
        let Some(loaded) = &mut self.loaded else { return };
        let frame = loaded.frame_at(position_ms).min(loaded.length_frames);
        let done = match &mut loaded.motion {
            Motion::Still { frame: at } => {
                *at = frame;
                loaded.is_in_step = false;
                Ok(())
            }
            Motion::Silent { .. } => {
                loaded.begin_in_silence(frame);
                Ok(())
            }
            Motion::Sounding { .. } => {
                loaded.is_in_step = false;
                loaded.begin_sounding(frame)
            }
        };
        let missing = loaded.missing_byte();
        match done {
            Ok(()) => {
                self.report();
                if let Some(byte) = missing {
                    self.tell(PlayerEvent::Waiting { byte });
                }
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Keeps a moving recording moving.
    fn tick(&mut self) {
        let Some(loaded) = &mut self.loaded else { return };
        if let Err(error) = loaded.keep_up() {
            self.fail(&error);
            return;
        }
        let (frame, is_over) = loaded.position();
        let now = Instant::now();
        let mut is_stalled = false;
        match &mut loaded.motion {
            Motion::Still { .. } => return,
            Motion::Silent { .. } => {}
            Motion::Sounding { seen_frame, moved } => {
                // With nothing to take, the device is not to blame.
                if frame != *seen_frame || loaded.feed.is_starved() {
                    (*seen_frame, *moved) = (frame, now);
                }
                is_stalled = now.duration_since(*moved) >= STALL;
            }
        }
        if is_over {
            loaded.feed.set_playing(false);
            loaded.motion = Motion::Still { frame: loaded.length_frames };
            self.report();
            self.tell(PlayerEvent::Ended);
        } else if is_stalled {
            self.lose_device(String::from("the sound device has stopped"));
        } else if now.duration_since(loaded.reported) >= REPORT {
            self.report();
        }
    }

    fn lose_device(&mut self, reason: String) {
        self.device = None;
        self.tell(PlayerEvent::NoOutput { reason });
        if let Some(loaded) = &mut self.loaded {
            loaded.attached = 0;
            if matches!(loaded.motion, Motion::Sounding { .. }) {
                self.pause();
            }
        }
    }

    /// Tells where it is.
    fn report(&mut self) {
        if let Some(loaded) = &mut self.loaded {
            loaded.reported = Instant::now();
            let position_ms = loaded.ms_at(loaded.position().0);
            self.tell(PlayerEvent::Position { position_ms });
        }
    }

    fn fail(&mut self, error: &Error) {
        let is_withdrawn = self.loaded.as_ref().is_some_and(|loaded| loaded.decoded.is_withdrawn());
        self.unload();
        self.tell(if is_withdrawn {
            PlayerEvent::Withdrawn
        } else {
            PlayerEvent::Failed { reason: error.to_string() }
        });
    }

    fn unload(&mut self) {
        if let Some(loaded) = self.loaded.take() {
            loaded.feed.close();
        }
    }

    fn is_moving(&self) -> bool {
        self.loaded.as_ref().is_some_and(Loaded::is_moving)
    }

    fn tell(&self, event: PlayerEvent) {
        (self.on_event)(event);
    }
}
