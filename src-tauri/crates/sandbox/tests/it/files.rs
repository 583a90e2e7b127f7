//! A second opinion on the audio: header readers written from the formats' documents, not from the sandbox's writers.

/// What a file says about itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) channels: u16,
    pub(crate) duration_ms: u64,
    /// `pcm`, `ulaw`, `cbr` or `vbr`.
    pub(crate) codec: &'static str,
}

/// Reads a WAV or MP3 file to its end and panics at anything that does not fit.
pub(crate) fn read(file: &[u8]) -> Read {
    if file.starts_with(b"RIFF") { read_wav(file) } else { read_mp3(file) }
}

fn read_wav(file: &[u8]) -> Read {
    let u16_at = |at: usize| u16::from_le_bytes(file[at..at + 2].try_into().unwrap());
    let u32_at = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!(u32_at(4) as usize, file.len() - 8, "RIFF length");
    assert_eq!(&file[8..12], b"WAVE");
    let (mut at, mut format, mut fact) = (12, None, None);
    loop {
        let (name, length) = (&file[at..at + 4], u32_at(at + 4) as usize);
        let body = at + 8;
        match name {
            b"fmt " => {
                let bytes_a_second = u32_at(body + 8);
                let found =
                    (u16_at(body), u16_at(body + 2), u32_at(body + 4), bytes_a_second, length);
                format = Some(found);
            }
            b"fact" => fact = Some(u32_at(body)),
            b"data" => {
                assert_eq!(body + length, file.len(), "data is the last chunk");
                let (tag, channels, rate, bytes_a_second, fmt_length) =
                    format.expect("fmt before data");
                assert_eq!(rate, 8000);
                let (codec, width) = match tag {
                    1 => ("pcm", 2),
                    7 => ("ulaw", 1),
                    other => panic!("format {other}"),
                };
                assert_eq!(fmt_length, if codec == "pcm" { 16 } else { 18 });
                assert_eq!(bytes_a_second, 8000 * width * u32::from(channels));
                let samples = length as u64 / u64::from(width * u32::from(channels));
                assert_eq!(fact.map(u64::from), (codec == "ulaw").then_some(samples));
                return Read { channels, duration_ms: samples / 8, codec };
            }
            other => panic!("chunk {other:?}"),
        }
        at = body + length;
    }
}

fn read_mp3(file: &[u8]) -> Read {
    const KBPS: [usize; 16] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
    let mut frames = Vec::new();
    let mut at = 0;
    while at < file.len() {
        let header = u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
        assert_eq!(header >> 16, 0xFFE3, "MPEG-2.5 layer III without CRC at byte {at}");
        assert_eq!(header >> 10 & 0b11, 2, "8 kHz");
        let size =
            72 * KBPS[(header >> 12 & 0xF) as usize] * 1000 / 8000 + (header >> 9 & 1) as usize;
        assert!(size > 0 && at + size <= file.len(), "frame at byte {at}");
        let channels: u16 = if header >> 6 & 0b11 == 3 { 1 } else { 2 };
        let side = if channels == 1 { 9 } else { 17 };
        assert_eq!(file[at + 4], 0, "no bit reservoir");
        frames.push((at, size, channels, side));
        at += size;
    }
    let (_, first_size, channels, side) = frames[0];
    assert!(frames.iter().all(|frame| frame.2 == channels));
    let table = &file[4 + side..first_size];
    let is_vbr = table.starts_with(b"Xing");
    assert!(is_vbr || table.starts_with(b"Info"));
    let u32_at = |at: usize| u32::from_be_bytes(table[at..at + 4].try_into().unwrap());
    assert_eq!(u32_at(4), 0b1111);
    assert_eq!(u32_at(8) as usize, frames.len() - 1, "frame count");
    assert_eq!(u32_at(12) as usize, file.len(), "byte count");
    // Each seek point must lie within 1/256 of the file of the frame it stands for.
    for (percent, point) in table[16..116].iter().enumerate() {
        let frame = &frames[1 + percent * (frames.len() - 1) / 100];
        let exact = frame.0 * 256 / file.len();
        assert!(exact.abs_diff(usize::from(*point)) <= 1, "seek point {percent}");
    }
    let is_even = frames[1..].iter().all(|frame| frame.1 == frames[1].1);
    assert!(is_vbr || is_even, "a constant rate is constant");
    Read {
        channels,
        duration_ms: (frames.len() as u64 - 1) * 72,
        codec: if is_vbr { "vbr" } else { "cbr" },
    }
}
