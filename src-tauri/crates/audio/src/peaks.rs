//! The shape of a waveform: the lowest and highest sample of each bucket, a channel.

/// What a waveform is drawn from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peaks {
    /// Channels.
    pub channels: u16,
    /// For each channel one (lowest, highest) pair a bucket, from −127 to 127. All buckets are equally long.
    pub pairs: Vec<Vec<(i8, i8)>>,
}

impl Peaks {
    /// The same shape with fewer buckets; asking for more than there are gives what there is.
    #[must_use]
    pub fn reduced(&self, buckets: u32) -> Self {
        let buckets = usize::try_from(buckets).unwrap_or(usize::MAX).max(1);
        let reduce = |pairs: &Vec<(i8, i8)>| {
            if pairs.len() <= buckets {
                return pairs.clone();
            }
            let edge = |bucket: usize| bucket * pairs.len() / buckets;
            (0..buckets)
                .map(|bucket| {
                    pairs[edge(bucket)..edge(bucket + 1)]
                        .iter()
                        .fold((i8::MAX, i8::MIN), |all, pair| {
                            (all.0.min(pair.0), all.1.max(pair.1))
                        })
                })
                .collect()
        };
        Self { channels: self.channels, pairs: self.pairs.iter().map(reduce).collect() }
    }
}

/// How many cells a bucket is made of at least: the edge of a bucket is off by at most one part in this many.
const CELLS_PER_BUCKET: usize = 16;
/// Samples compared at once.
const LANES: usize = 16;
/// Fewest cells kept before they are merged.
const MIN_CELLS: usize = 4096;

/// Collects peaks while the length is still unknown: cells of equal length that are merged in pairs whenever there are
/// too many, then reduced to buckets at the end.
pub(crate) struct PeakMeter {
    buckets: usize,
    max_cells: usize,
    frames_per_cell: u64,
    frames_in_last: u64,
    frames: u64,
    channels: Vec<Vec<(f32, f32)>>,
}

impl PeakMeter {
    pub(crate) fn new(channels: u16, buckets: u32) -> Self {
        let buckets = usize::try_from(buckets).unwrap_or(usize::MAX).clamp(1, 1 << 16);
        Self {
            buckets,
            max_cells: (buckets * CELLS_PER_BUCKET * 2).max(MIN_CELLS),
            frames_per_cell: 1,
            frames_in_last: 0,
            frames: 0,
            channels: vec![Vec::new(); usize::from(channels)],
        }
    }

    /// Takes interleaved samples of whole frames.
    pub(crate) fn add(&mut self, samples: &[f32]) {
        let count = self.channels.len().max(1);
        let mut rest = &samples[..samples.len() - samples.len() % count];
        while !rest.is_empty() {
            if self.frames_in_last == 0 {
                self.begin_cell();
            }
            let room = self.frames_per_cell - self.frames_in_last;
            let frames = usize::try_from(room).unwrap_or(usize::MAX).min(rest.len() / count);
            let (run, behind) = rest.split_at(frames * count);
            rest = behind;
            self.add_to_last(run);
            self.frames += frames as u64;
            self.frames_in_last = (self.frames_in_last + frames as u64) % self.frames_per_cell;
        }
    }

    /// Takes samples that all belong to the last cell.
    fn add_to_last(&mut self, run: &[f32]) {
        let count = self.channels.len();
        // Several at a time, each with a channel of its own, is what processors are fast at.
        let lanes = if LANES.is_multiple_of(count.max(1)) {
            run.chunks_exact(LANES)
        } else {
            [].chunks_exact(LANES)
        };
        let single = &run[lanes.len() * LANES..];
        let (mut low, mut high) = ([f32::INFINITY; LANES], [f32::NEG_INFINITY; LANES]);
        for chunk in lanes {
            for ((low, high), sample) in low.iter_mut().zip(&mut high).zip(chunk) {
                *low = if *sample < *low { *sample } else { *low };
                *high = if *sample > *high { *sample } else { *high };
            }
        }
        for (channel, cells) in self.channels.iter_mut().enumerate() {
            let Some(cell) = cells.last_mut() else { continue };
            let of_channel = || (channel..LANES).step_by(count);
            for lane in of_channel() {
                *cell = (cell.0.min(low[lane]), cell.1.max(high[lane]));
            }
            for sample in single.iter().skip(channel).step_by(count) {
                *cell = (cell.0.min(*sample), cell.1.max(*sample));
            }
        }
    }

    fn begin_cell(&mut self) {
        let is_full = self.channels.first().is_some_and(|cells| cells.len() >= self.max_cells);
        if is_full {
            self.frames_per_cell *= 2;
            for cells in &mut self.channels {
                *cells = cells.chunks(2).map(merge).collect();
            }
        }
        for cells in &mut self.channels {
            cells.push((f32::INFINITY, f32::NEG_INFINITY));
        }
    }

    /// Reduces to the buckets asked for. A recording shorter than that many frames repeats its frames; one without any
    /// has flat buckets.
    pub(crate) fn finish(self) -> Peaks {
        let channels = u16::try_from(self.channels.len()).unwrap_or(u16::MAX);
        let pairs = self
            .channels
            .iter()
            .map(|cells| {
                (0..self.buckets).map(|bucket| self.bucket(cells, bucket)).collect::<Vec<_>>()
            })
            .collect();
        Peaks { channels, pairs }
    }

    fn bucket(&self, cells: &[(f32, f32)], bucket: usize) -> (i8, i8) {
        let (bucket, buckets) = (bucket as u64, self.buckets as u64);
        let first_frame = bucket * self.frames / buckets;
        let last_frame = ((bucket + 1) * self.frames / buckets).max(first_frame + 1) - 1;
        let cell_at =
            |frame: u64| usize::try_from(frame / self.frames_per_cell).unwrap_or(usize::MAX);
        let (first, last) = (cell_at(first_frame), cell_at(last_frame));
        let last = last.min(cells.len().saturating_sub(1));
        let (low, high) = merge(cells.get(first..=last).unwrap_or(&[]));
        if low > high { (0, 0) } else { (level(low), level(high)) }
    }
}

fn merge(cells: &[(f32, f32)]) -> (f32, f32) {
    cells.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |all, cell| {
        (all.0.min(cell.0), all.1.max(cell.1))
    })
}

/// A sample from −1 to 1 as −127 to 127. Louder ones (floating point files can hold them) are cut.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the range of i8 before")]
fn level(sample: f32) -> i8 {
    (sample * 127.0).round().clamp(-127.0, 127.0) as i8
}
