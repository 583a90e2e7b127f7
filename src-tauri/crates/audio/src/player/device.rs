//! The operating system's sound device, through rodio: it mixes, converts rate and channels, and carries samples away.

use std::error::Error as _;
use std::num::{NonZeroU16, NonZeroU32};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use rodio::cpal::{self, ErrorKind};
use rodio::{
    ChannelCount, DeviceSinkBuilder, DeviceSinkError, MixerDeviceSink, SampleRate, Source,
};

use super::Command;
use super::feed::Feed;

/// Blocks taken from the feed at once, per second: 10 ms keep seeks prompt and locks rare.
const BLOCKS_PER_SECOND: u32 = 100;

/// An open device. Lives on the player thread; dropping it closes the device.
pub(super) struct Device {
    sink: MixerDeviceSink,
}

impl Device {
    /// Opens the default device. If it is lost later, `lost` gets told with the number of this opening.
    pub(super) fn open(opening: u64, lost: &Sender<Command>) -> Result<Self, String> {
        let lost = lost.clone();
        let on_error = move |error: cpal::Error| match error.kind() {
            ErrorKind::DeviceNotAvailable
            | ErrorKind::StreamInvalidated
            | ErrorKind::HostUnavailable => {
                // The player thread may be gone already, and its device with it.
                let _ = lost.send(Command::DeviceLost(opening, error.to_string()));
            }
            // Under-runs and hiccups pass; a device that stops for good is noticed by its silence.
            _ => tracing::debug!(%error, "sound device"),
        };
        let mut sink = DeviceSinkBuilder::from_default_device()
            .and_then(|builder| builder.with_error_callback(on_error).open_sink_or_fallback())
            .map_err(|error| reason(&error))?;
        sink.log_on_drop(false);
        tracing::info!(config = ?sink.config(), "sound device opened");
        Ok(Self { sink })
    }

    /// Lets the device take samples from a feed until the feed is closed.
    pub(super) fn attach(&self, feed: Arc<Feed>) -> Result<(), String> {
        let (Some(rate), Some(channels)) =
            (NonZeroU32::new(feed.sample_rate_hz()), NonZeroU16::new(feed.channels()))
        else {
            return Err(String::from("a recording without rate or channels"));
        };
        let frames = (rate.get() / BLOCKS_PER_SECOND).max(1) as usize;
        let block = vec![0.0; frames * usize::from(channels.get())];
        let next = block.len();
        self.sink.mixer().add(Tap { feed, rate, channels, block, next });
        Ok(())
    }
}

/// The whole chain of causes: the outermost alone ("Error opening the stream with the OS") helps nobody.
fn reason(error: &DeviceSinkError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Gives a feed's samples to the mixer, block by block.
struct Tap {
    feed: Arc<Feed>,
    rate: SampleRate,
    channels: ChannelCount,
    block: Vec<f32>,
    next: usize,
}

impl Iterator for Tap {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if self.next >= self.block.len() {
            if !self.feed.take(&mut self.block) {
                return None;
            }
            self.next = 0;
        }
        let sample = self.block.get(self.next).copied();
        self.next += 1;
        sample
    }
}

impl Source for Tap {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> ChannelCount {
        self.channels
    }

    fn sample_rate(&self) -> SampleRate {
        self.rate
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}
