//! What the columns of all rows hold, and how a number of a column is read.

use super::packed::{NONE, Packed};
use super::rows::{DEAD, NEVER};

/// A number of each row, by column; [`NONE`] where a row has none.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    /// How far the key is ahead of the row.
    pub(super) keys_apart: Packed,
    /// Moments as [`super::columns::signed`] numbers.
    pub(super) when: Packed,
    /// How far from `when` the moment of storage is, as a number without a sign; nearly always a few minutes.
    pub(super) added: Packed,
    pub(super) duration_ms: Packed,
    pub(super) bytes: Packed,
    /// Numbers in `costs`.
    pub(super) cost: Packed,
    /// Numbers in `parties`.
    pub(super) from: Packed,
    pub(super) to: Packed,
    /// Numbers in `classes`.
    pub(super) class: Packed,
    /// Numbers in `names`.
    pub(super) name: Packed,
    pub(super) flags: Packed,
}

/// What a column holds for a value or for none. The one number that stands for none is no length, size or distance in time.
pub(super) fn some(value: Option<u64>) -> u64 {
    value.map_or(NONE, |value| value.min(NONE - 1))
}

/// The same back.
pub(super) fn there(value: u64) -> Option<u64> {
    (value != NONE).then_some(value)
}

/// A moment as the column `when` holds it; [`NEVER`] when it is none.
pub(super) fn moment(value: u64) -> i64 {
    there(value).map_or(NEVER, |value| (value ^ 1 << 63).cast_signed())
}

/// A number of something in memory.
pub(super) fn index(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// Flags as their column holds them.
pub(super) fn flags(value: u64) -> u16 {
    u16::try_from(value).unwrap_or(DEAD)
}

/// A number close to zero, on either side, as a small one.
pub(super) fn unsigned(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// The same back.
pub(super) fn with_sign(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}
