//! RIFF WAVE: linear and µ-law samples.

use crate::audio::SAMPLE_RATE_HZ;

/// `WAVE_FORMAT_PCM` and `WAVE_FORMAT_MULAW` of the RIFF registry (RFC 2361).
const FORMAT_PCM: u16 = 1;
const FORMAT_MULAW: u16 = 7;
/// G.711 µ-law of a sample of zero.
pub(crate) const ULAW_SILENCE: u8 = 0xFF;

/// Bytes of one sample of one channel.
pub(crate) fn sample_bytes(is_ulaw: bool) -> u32 {
    if is_ulaw { 1 } else { 2 }
}

/// Everything before the samples. µ-law gets the 18-byte `fmt` and the `fact` chunk that the format asks for.
pub(crate) fn header(is_ulaw: bool, channels: u16, samples: u32) -> Vec<u8> {
    let block = channels * if is_ulaw { 1 } else { 2 };
    let data_bytes = samples * u32::from(block);
    let (format, bits, fmt_bytes) =
        if is_ulaw { (FORMAT_MULAW, 8_u16, 18_u32) } else { (FORMAT_PCM, 16, 16) };
    let fact_bytes = if is_ulaw { 12 } else { 0 };
    let mut out = Vec::with_capacity(58);
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&(4 + 8 + fmt_bytes + fact_bytes + 8 + data_bytes).to_le_bytes());
    out.extend_from_slice(b"WAVEfmt ");
    out.extend_from_slice(&fmt_bytes.to_le_bytes());
    out.extend_from_slice(&format.to_le_bytes());
    out.extend_from_slice(&channels.to_le_bytes());
    out.extend_from_slice(&SAMPLE_RATE_HZ.to_le_bytes());
    out.extend_from_slice(&(SAMPLE_RATE_HZ * u32::from(block)).to_le_bytes());
    out.extend_from_slice(&block.to_le_bytes());
    out.extend_from_slice(&bits.to_le_bytes());
    if is_ulaw {
        out.extend_from_slice(&0_u16.to_le_bytes());
        out.extend_from_slice(b"fact");
        out.extend_from_slice(&4_u32.to_le_bytes());
        out.extend_from_slice(&samples.to_le_bytes());
    }
    out.extend_from_slice(b"data");
    out.extend_from_slice(&data_bytes.to_le_bytes());
    out
}

/// G.711 µ-law to 16-bit linear.
pub(crate) fn ulaw_to_linear(byte: u8) -> i16 {
    let bits = !byte;
    let exponent = u32::from(bits >> 4 & 0b111);
    let magnitude = (((i16::from(bits & 0b1111) << 3) + 0x84) << exponent) - 0x84;
    if bits & 0x80 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ulaw_decodes_to_the_values_of_g711() {
        for (byte, linear) in
            [(0xFF, 0), (0x7F, 0), (0x80, 32124), (0x00, -32124), (0xF0, 120), (0xEF, 132)]
        {
            assert_eq!(ulaw_to_linear(byte), linear, "{byte:#x}");
        }
    }
}
