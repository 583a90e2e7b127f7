//! The player thread itself: what is loaded, how it moves, and what is told about it.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::device::Device;
use super::feed::Feed;
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

struct Loaded {
    decoded: Decoded,
    feed: Arc<Feed>,
    length_frames: u64,
    motion: Motion,
    /// The opening of the device that takes from `feed`; 0 is none.
    attached: u64,
    /// Whether `decoded` and `feed` stand where the motion says. Silent playback moves without them.
    is_in_step: bool,
    reported: Instant,
    block: Vec<f32>,
}

/// Where the recording stands, or how it moves.
#[derive(Clone, Copy)]
enum Motion {
    Still { frame: u64 },
    Silent { from_frame: u64, since: Instant },
    Sounding { seen_frame: u64, moved: Instant },
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
            Ok((decoded, length_frames)) => {
                let feed = Arc::new(Feed::new(decoded.sample_rate_hz(), decoded.channels()));
                feed.set_gain(self.gain);
                let loaded = Loaded {
                    decoded,
                    feed,
                    length_frames,
                    motion: Motion::Still { frame: 0 },
                    attached: 0,
                    is_in_step: true,
                    reported: Instant::now(),
                    block: Vec::new(),
                };
                let duration_ms = loaded.ms_at(length_frames);
                self.loaded = Some(loaded);
                self.tell(PlayerEvent::Loaded { duration_ms });
            }
            Err(error) => self.tell(PlayerEvent::Failed { reason: error.to_string() }),
        }
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
                loaded.motion = Motion::Silent { from_frame: frame, since: Instant::now() };
                loaded.is_in_step = false;
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
            Motion::Silent { from_frame, since } => {
                (*from_frame, *since) = (frame, Instant::now());
                Ok(())
            }
            Motion::Sounding { .. } => {
                loaded.is_in_step = false;
                loaded.begin_sounding(frame)
            }
        };
        match done {
            Ok(()) => self.report(),
            Err(error) => self.fail(&error),
        }
    }

    /// Keeps a moving recording moving.
    fn tick(&mut self) {
        let Some(loaded) = &mut self.loaded else { return };
        let (frame, is_over) = loaded.position();
        let now = Instant::now();
        let mut is_stalled = false;
        match &mut loaded.motion {
            Motion::Still { .. } => return,
            Motion::Silent { .. } => {}
            Motion::Sounding { seen_frame, moved } => {
                if frame != *seen_frame {
                    (*seen_frame, *moved) = (frame, now);
                }
                is_stalled = now.duration_since(*moved) >= STALL;
                if let Err(error) = loaded.fill() {
                    self.fail(&error);
                    return;
                }
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
        self.unload();
        self.tell(PlayerEvent::Failed { reason: error.to_string() });
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

impl Loaded {
    fn is_moving(&self) -> bool {
        !matches!(self.motion, Motion::Still { .. })
    }

    /// The frame that is heard next, and whether all was heard.
    fn position(&self) -> (u64, bool) {
        match self.motion {
            Motion::Still { frame } => (frame, false),
            Motion::Silent { from_frame, since } => {
                let elapsed_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
                let frame = from_frame.saturating_add(self.frame_at(elapsed_ms));
                (frame.min(self.length_frames), frame >= self.length_frames)
            }
            Motion::Sounding { .. } => self.feed.position(),
        }
    }

    /// Lets the device take from this frame on.
    fn begin_sounding(&mut self, frame: u64) -> Result<(), Error> {
        if !self.is_in_step {
            self.feed.restart_at(frame);
            guarded(|| self.decoded.seek(frame))?;
            self.is_in_step = true;
        }
        self.fill()?;
        self.feed.set_playing(true);
        self.motion = Motion::Sounding { seen_frame: frame, moved: Instant::now() };
        Ok(())
    }

    /// Stands still where it is.
    fn stop(&mut self) {
        self.feed.set_playing(false);
        self.motion = Motion::Still { frame: self.position().0 };
    }

    /// Tops the feed up.
    fn fill(&mut self) -> Result<(), Error> {
        while self.feed.wants_more() {
            let Self { decoded, block, .. } = self;
            match guarded(|| decoded.read(block))? {
                0 => self.feed.end(),
                _ => self.feed.push(&self.block),
            }
        }
        Ok(())
    }

    /// The first frame at or behind a position.
    fn frame_at(&self, position_ms: u64) -> u64 {
        let rate = u64::from(self.decoded.sample_rate_hz());
        position_ms.saturating_mul(rate).div_ceil(1000)
    }

    fn ms_at(&self, frame: u64) -> u64 {
        frame.saturating_mul(1000) / u64::from(self.decoded.sample_rate_hz())
    }
}
