//! Several threads that decode one file, so that a long call's waveform is there sooner.
//!
//! Packets are read in order by one thread, which hands them out in batches. Whoever decodes a batch decodes the end of the
//! batch before as well and drops it: what these formats remember of earlier packets is bounded, so the samples are the same
//! as in one go. They are taken back in order.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use symphonia::core::codecs::audio::AudioDecoder;
use symphonia::core::errors::Error as Fault;
use symphonia::core::packet::Packet;

use domain::Container;

use crate::decoded::PREROLL_PACKETS;
use crate::demux::{Demux, Next};

/// Packets in a batch. An MPEG frame is short; the packets of a WAV file read in bulk are long.
const MPEG_BATCH: usize = 256;
const RAW_BATCH: usize = 4;
/// More threads would wait for the one that reads.
const MOST_WORKERS: usize = 4;
/// Below this size the threads take longer to start than one takes to decode.
const WORTH_IT_BYTES: u64 = 512 * 1024;

/// Rate and channels that all packets of a file must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) sample_rate_hz: u32,
    pub(crate) channels: u16,
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Samples.
    Sound,
    /// It could not be decoded, or has another shape and cannot join the others.
    Damaged,
    /// The library says that going on makes no sense.
    Stop,
}

/// Decodes one packet to interleaved samples.
pub(crate) fn decode(
    decoder: &mut dyn AudioDecoder,
    packet: &Packet,
    shape: Shape,
    samples: &mut Vec<f32>,
) -> Outcome {
    match decoder.decode(packet) {
        Ok(buffer) => {
            let spec = buffer.spec();
            let is_alike = spec.channels().count() == usize::from(shape.channels)
                && spec.rate() == shape.sample_rate_hz;
            if !is_alike {
                return Outcome::Damaged;
            }
            buffer.copy_to_vec_interleaved(samples);
            Outcome::Sound
        }
        Err(Fault::Unsupported(_) | Fault::LimitError(_) | Fault::ResetRequired) => Outcome::Stop,
        Err(_) => Outcome::Damaged,
    }
}

/// The threads, and what they work on. They end when this is dropped.
pub(crate) struct Crew {
    jobs: Sender<Job>,
    batch_packets: usize,
    warm_up_packets: usize,
    /// Batches that are decoded now, in the order of the file.
    under_way: VecDeque<Receiver<Done>>,
    most_under_way: usize,
    /// The last packets of the batches before.
    before: Vec<Packet>,
    /// What is behind the last batch, once that was read.
    tail: Option<io::Result<Tail>>,
    /// The batch that is given out, and how far.
    now: Done,
    next_packet: usize,
    next_sample: usize,
    /// Buffers for the next batches, because large ones are expensive to get anew.
    spare: Vec<Vec<f32>>,
}

#[derive(Debug, Clone, Copy)]
enum Tail {
    End,
    Broken,
}

struct Job {
    warm_up: Vec<Packet>,
    packets: Vec<(Packet, Option<u64>)>,
    samples: Vec<f32>,
    done: SyncSender<Done>,
}

#[derive(Default)]
struct Done {
    samples: Vec<f32>,
    /// For each packet what became of it, its number of samples, and its length in frames if that was known before.
    packets: Vec<(Outcome, usize, Option<u64>)>,
}

/// What the crew has next.
pub(crate) enum Turn<'a> {
    /// A packet, its length in frames if that is known without decoding, and its samples if it is sound.
    Packet(Outcome, Option<u64>, &'a [f32]),
    /// The regular end.
    End,
    /// The container is damaged from here on.
    Broken,
}

impl Crew {
    /// For a file that is worth it, on a computer that has the cores; `None` otherwise.
    pub(crate) fn for_file(
        demux: &Demux,
        shape: Shape,
        size_bytes: u64,
        make: impl Fn() -> Option<Box<dyn AudioDecoder>>,
    ) -> Option<Self> {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        if cores < 2 || size_bytes < WORTH_IT_BYTES {
            return None;
        }
        let batch_packets = if demux.raw().is_some() { RAW_BATCH } else { MPEG_BATCH };
        Self::of_size(demux, shape, cores.min(MOST_WORKERS), batch_packets, make)
    }

    /// So many threads. `None` for a format whose decoder may remember more than some packets.
    pub(crate) fn of_size(
        demux: &Demux,
        shape: Shape,
        workers: usize,
        batch_packets: usize,
        make: impl Fn() -> Option<Box<dyn AudioDecoder>>,
    ) -> Option<Self> {
        let warm_up_packets = match demux.container {
            Container::Mp3 => PREROLL_PACKETS,
            _ if demux.raw().is_some() => 0,
            _ => return None,
        };
        let (jobs, waiting) = channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..workers {
            let (mut decoder, waiting) = (make()?, Arc::clone(&waiting));
            thread::spawn(move || {
                loop {
                    let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = job else { break };
                    // A panic drops the sender, which the other side notices.
                    let worked = catch_unwind(AssertUnwindSafe(|| work(&mut *decoder, job, shape)));
                    if worked.is_err() {
                        break;
                    }
                }
            });
        }
        Some(Self {
            jobs,
            batch_packets,
            warm_up_packets,
            under_way: VecDeque::new(),
            most_under_way: workers + 1,
            before: Vec::new(),
            tail: None,
            now: Done::default(),
            next_packet: 0,
            next_sample: 0,
            spare: Vec::new(),
        })
    }

    /// The next packet of the file, in order. `None` when a decoder panicked.
    pub(crate) fn next(&mut self, demux: &mut Demux) -> io::Result<Option<Turn<'_>>> {
        while self.next_packet >= self.now.packets.len() {
            self.hand_out(demux);
            let Some(first) = self.under_way.pop_front() else {
                return match self.tail.take() {
                    Some(Err(error)) => Err(error),
                    Some(Ok(Tail::Broken)) => Ok(Some(Turn::Broken)),
                    Some(Ok(Tail::End)) | None => Ok(Some(Turn::End)),
                };
            };
            let Ok(done) = first.recv() else { return Ok(None) };
            self.spare.push(std::mem::take(&mut self.now.samples));
            self.now = done;
            (self.next_packet, self.next_sample) = (0, 0);
        }
        let Some((outcome, samples, frames)) = self.now.packets.get(self.next_packet).copied()
        else {
            return Ok(Some(Turn::End));
        };
        self.next_packet += 1;
        let from = self.next_sample;
        self.next_sample += samples;
        let sound = self.now.samples.get(from..self.next_sample).unwrap_or(&[]);
        Ok(Some(Turn::Packet(outcome, frames, sound)))
    }

    /// Reads on until every thread has something to do.
    fn hand_out(&mut self, demux: &mut Demux) {
        while self.tail.is_none() && self.under_way.len() < self.most_under_way {
            let mut packets = Vec::with_capacity(self.batch_packets);
            while self.tail.is_none() && packets.len() < self.batch_packets {
                match demux.next() {
                    Ok(Next::Packet(packet, frames)) => packets.push((packet, frames)),
                    Ok(Next::End) => self.tail = Some(Ok(Tail::End)),
                    Ok(Next::Broken) => self.tail = Some(Ok(Tail::Broken)),
                    Err(error) => self.tail = Some(Err(error)),
                }
            }
            if packets.is_empty() {
                continue;
            }
            let warm_up = self.before.clone();
            let ending = packets.len().saturating_sub(self.warm_up_packets);
            self.before.extend(packets[ending..].iter().map(|(packet, _)| packet.clone()));
            self.before.drain(..self.before.len().saturating_sub(self.warm_up_packets));
            let (done, result) = sync_channel(1);
            let job = Job { warm_up, packets, samples: self.spare.pop().unwrap_or_default(), done };
            // All threads are gone only if each panicked; then the result never comes, which is noticed.
            let _ = self.jobs.send(job);
            self.under_way.push_back(result);
        }
    }
}

fn work(decoder: &mut dyn AudioDecoder, job: Job, shape: Shape) {
    let Job { warm_up, packets, mut samples, done } = job;
    decoder.reset();
    samples.clear();
    let mut scratch = Vec::new();
    for packet in &warm_up {
        decode(decoder, packet, shape, &mut scratch);
    }
    let mut decoded = Vec::with_capacity(packets.len());
    for (packet, frames) in &packets {
        scratch.clear();
        let outcome = decode(decoder, packet, shape, &mut scratch);
        let count = if outcome == Outcome::Sound { scratch.len() } else { 0 };
        samples.extend_from_slice(&scratch[..count]);
        decoded.push((outcome, count, *frames));
        if outcome == Outcome::Stop {
            break;
        }
    }
    // Whoever asked may have lost interest.
    let _ = done.send(Done { samples, packets: decoded });
}
