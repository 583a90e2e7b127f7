//! In which order a list comes.

/// The order of a list. The default is newest first, which every vendor can; what else one can is said at its
/// [`Provider::list`](crate::Provider::list).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ListOrder {
    /// What is compared.
    pub by: OrderField,
    /// Smallest, oldest or first in the alphabet first.
    pub is_ascending: bool,
}

impl ListOrder {
    /// From the smallest, oldest, or first in the alphabet on.
    pub fn ascending(by: OrderField) -> Self {
        Self { by, is_ascending: true }
    }

    /// From the largest, newest, or last in the alphabet on.
    pub fn descending(by: OrderField) -> Self {
        Self { by, is_ascending: false }
    }
}

/// What recordings are compared by. VBC's documents say that lists are sorted "by field value" and name `start`; the
/// others are the fields of its recording that have an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OrderField {
    /// When the call began.
    #[default]
    Start,
    /// When the call ended.
    End,
    /// How long it was.
    Duration,
    /// The calling number, as text.
    CallerId,
    /// The caller's name.
    CallerName,
    /// The number that was called, as text.
    Called,
    /// Inbound, within the office, or outbound.
    Direction,
    /// Size of the audio.
    Size,
}

impl OrderField {
    /// Every field.
    pub const ALL: [Self; 8] = [
        Self::Start,
        Self::End,
        Self::Duration,
        Self::CallerId,
        Self::CallerName,
        Self::Called,
        Self::Direction,
        Self::Size,
    ];
}
