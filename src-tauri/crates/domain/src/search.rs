//! What a person asks the table to show: a text in the language of [`crate::query`], a part of the library, an order.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::ids::AccountId;

/// A column the table can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SortColumn {
    /// Start of the recording.
    #[default]
    When,
    /// Calling party, by digits.
    From,
    /// Called party, by digits.
    To,
    /// Length.
    Duration,
    /// Type (call, conference, trunk, …).
    Kind,
    /// Format the vendor claims.
    Format,
    /// Size in bytes.
    Size,
    /// Conference name.
    Conference,
    /// Account label.
    Account,
    /// State of our copy, from nothing to done.
    State,
    /// Inbound, outbound, internal.
    Direction,
    /// Caller name.
    Caller,
    /// Extensions that took part.
    Extensions,
    /// Price a month.
    Cost,
    /// Age: the reverse of [`SortColumn::When`].
    Age,
    /// Hour of the day in the search's time zone.
    Hour,
    /// Day of the week in the search's time zone, Monday first.
    Weekday,
    /// Country of the calling number.
    FromCountry,
    /// Country of the called number.
    ToCountry,
    /// When the vendor stored the file.
    Added,
    /// End of the recording.
    Ended,
    /// Length as billed.
    Billed,
    /// Days in storage when last read.
    StorageDays,
    /// Price of storage.
    StorageRate,
    /// When the index first saw it.
    FirstSeen,
    /// When our copy was verified.
    VerifiedAt,
    /// The vendor's id.
    Id,
    /// The vendor's id of the call.
    Call,
    /// Starred last when ascending.
    Star,
    /// Tags.
    Tags,
    /// Note.
    Note,
    /// What it is on hold for.
    Hold,
    /// Ids of the vendor's rules that recorded the call, in the order they came.
    Rules,
    /// The vendor's file name, as written.
    FileName,
    /// Where the vendor says the audio is, as written.
    Address,
}

impl SortColumn {
    /// All columns.
    pub const ALL: [Self; 35] = [
        Self::When,
        Self::From,
        Self::To,
        Self::Duration,
        Self::Kind,
        Self::Format,
        Self::Size,
        Self::Conference,
        Self::Account,
        Self::State,
        Self::Direction,
        Self::Caller,
        Self::Extensions,
        Self::Cost,
        Self::Age,
        Self::Hour,
        Self::Weekday,
        Self::FromCountry,
        Self::ToCountry,
        Self::Added,
        Self::Ended,
        Self::Billed,
        Self::StorageDays,
        Self::StorageRate,
        Self::FirstSeen,
        Self::VerifiedAt,
        Self::Id,
        Self::Call,
        Self::Star,
        Self::Tags,
        Self::Note,
        Self::Hold,
        Self::Rules,
        Self::FileName,
        Self::Address,
    ];

    /// The name used in saved views and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::When => "when",
            Self::From => "from",
            Self::To => "to",
            Self::Duration => "duration",
            Self::Kind => "kind",
            Self::Format => "format",
            Self::Size => "size",
            Self::Conference => "conference",
            Self::Account => "account",
            Self::State => "state",
            Self::Direction => "direction",
            Self::Caller => "caller",
            Self::Extensions => "extensions",
            Self::Cost => "cost",
            Self::Age => "age",
            Self::Hour => "hour",
            Self::Weekday => "weekday",
            Self::FromCountry => "fromCountry",
            Self::ToCountry => "toCountry",
            Self::Added => "added",
            Self::Ended => "ended",
            Self::Billed => "billed",
            Self::StorageDays => "storageDays",
            Self::StorageRate => "storageRate",
            Self::FirstSeen => "firstSeen",
            Self::VerifiedAt => "verifiedAt",
            Self::Id => "id",
            Self::Call => "call",
            Self::Star => "star",
            Self::Tags => "tags",
            Self::Note => "note",
            Self::Hold => "hold",
            Self::Rules => "rules",
            Self::FileName => "fileName",
            Self::Address => "address",
        }
    }

    /// Reads [`SortColumn::name`] back.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// One step of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sort {
    /// The column.
    pub column: SortColumn,
    /// Largest or newest first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: SortColumn::When, descending: true }
    }
}

/// A part of the library that the sidebar can open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LibraryView {
    /// Everything that is not deleted.
    #[default]
    All,
    /// Added to the index since the last visit.
    New,
    /// No copy here yet.
    NotSaved,
    /// Copies that failed or carry a remark, and recordings gone at the provider without a copy.
    NeedsAttention,
    /// Not saved, and [`EXPIRING_AFTER_DAYS`] old or older.
    ExpiringSoon,
    /// [`LONG_CALL_MS`] and longer.
    LongCalls,
    /// Shorter than [`VERY_SHORT_MS`].
    VeryShort,
    /// On hold.
    OnHold,
}

impl LibraryView {
    /// All parts, in the order of the sidebar.
    pub const ALL: [Self; 8] = [
        Self::All,
        Self::New,
        Self::NotSaved,
        Self::NeedsAttention,
        Self::ExpiringSoon,
        Self::LongCalls,
        Self::VeryShort,
        Self::OnHold,
    ];

    /// The name used in saved views and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::New => "new",
            Self::NotSaved => "notSaved",
            Self::NeedsAttention => "needsAttention",
            Self::ExpiringSoon => "expiringSoon",
            Self::LongCalls => "longCalls",
            Self::VeryShort => "veryShort",
            Self::OnHold => "onHold",
        }
    }

    /// Reads [`LibraryView::name`] back.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == name)
    }
}

/// Vobiz's console speaks of a deletion after 30 days, which its API documentation does not mention (api contract, C5):
/// reason enough to point out what is not saved a few days earlier.
pub const EXPIRING_AFTER_DAYS: i64 = 25;
/// From here a call is long: half an hour.
pub const LONG_CALL_MS: u64 = 30 * 60 * 1000;
/// Below this a call is very short: ten seconds.
pub const VERY_SHORT_MS: u64 = 10 * 1000;

/// One search.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// What was typed, in the language of [`crate::query`].
    pub text: String,
    /// Only this account.
    pub account: Option<AccountId>,
    /// Only this part of the library.
    pub view: LibraryView,
    /// Order, the step that counts most first; empty means newest first. Ties are broken by time, then by row, in the
    /// direction of the last step, so that the order is total.
    pub sort: Vec<Sort>,
    /// The moment that ages and relative dates are counted from.
    pub now: Timestamp,
    /// Where days begin and hours are counted.
    pub zone: TimeZone,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            text: String::new(),
            account: None,
            view: LibraryView::All,
            sort: vec![Sort::default()],
            now: Timestamp::UNIX_EPOCH,
            zone: TimeZone::UTC,
        }
    }
}
