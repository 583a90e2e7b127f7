//! What the table shows and in which order: the parts of the library, its columns.

use domain::search::{LibraryView, Sort, SortColumn};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A part of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub enum ViewName {
    /// Everything.
    All,
    /// New since the last visit.
    New,
    /// No copy here.
    NotSaved,
    /// Failed, remarked, or gone at the provider without a copy.
    NeedsAttention,
    /// No copy here, and so old that the provider may soon delete it: 25 days and more.
    ExpiringSoon,
    /// Half an hour and longer.
    LongCalls,
    /// Shorter than ten seconds.
    VeryShort,
    /// On hold.
    OnHold,
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub enum ColumnName {
    /// Start.
    When,
    /// Calling party.
    From,
    /// Called party.
    To,
    /// Length.
    Duration,
    /// Type.
    Kind,
    /// Format.
    Format,
    /// Size.
    Size,
    /// Conference.
    Conference,
    /// Account.
    Account,
    /// State of our copy.
    State,
    /// Inbound, outbound, internal.
    Direction,
    /// Caller name.
    Caller,
    /// Extensions.
    Extensions,
    /// Price a month.
    Cost,
    /// Age: oldest first when ascending is false.
    Age,
    /// Hour of the day in the chosen time zone.
    Hour,
    /// Day of the week in the chosen time zone, Monday first.
    Weekday,
    /// Country of the calling number.
    FromCountry,
    /// Country of the called number.
    ToCountry,
    /// Stored at the vendor.
    Added,
    /// End of the recording.
    Ended,
    /// Billed length.
    Billed,
    /// Days in storage when last read.
    StorageDays,
    /// Price of storage.
    StorageRate,
    /// First seen by the index.
    FirstSeen,
    /// When our copy was verified.
    VerifiedAt,
    /// The vendor's id.
    Id,
    /// Call UUID.
    Call,
    /// Starred.
    Star,
    /// Tags.
    Tags,
    /// Note.
    Note,
    /// On hold.
    Hold,
    /// The vendor's recording rules.
    Rules,
    /// The vendor's file name.
    FileName,
    /// Address of the audio.
    Address,
}

/// One step of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "library.ts")]
pub struct SortKey {
    /// Sorted by.
    pub column: ColumnName,
    /// Largest or newest first.
    pub descending: bool,
}

impl From<ViewName> for LibraryView {
    fn from(view: ViewName) -> Self {
        match view {
            ViewName::All => Self::All,
            ViewName::New => Self::New,
            ViewName::NotSaved => Self::NotSaved,
            ViewName::NeedsAttention => Self::NeedsAttention,
            ViewName::ExpiringSoon => Self::ExpiringSoon,
            ViewName::LongCalls => Self::LongCalls,
            ViewName::VeryShort => Self::VeryShort,
            ViewName::OnHold => Self::OnHold,
        }
    }
}

impl From<LibraryView> for ViewName {
    fn from(view: LibraryView) -> Self {
        match view {
            LibraryView::All => Self::All,
            LibraryView::New => Self::New,
            LibraryView::NotSaved => Self::NotSaved,
            LibraryView::NeedsAttention => Self::NeedsAttention,
            LibraryView::ExpiringSoon => Self::ExpiringSoon,
            LibraryView::LongCalls => Self::LongCalls,
            LibraryView::VeryShort => Self::VeryShort,
            LibraryView::OnHold => Self::OnHold,
        }
    }
}

impl From<SortKey> for Sort {
    fn from(key: SortKey) -> Self {
        Self { column: key.column.into(), descending: key.descending }
    }
}

impl From<Sort> for SortKey {
    fn from(sort: Sort) -> Self {
        Self { column: sort.column.into(), descending: sort.descending }
    }
}

impl From<ColumnName> for SortColumn {
    fn from(column: ColumnName) -> Self {
        match column {
            ColumnName::When => Self::When,
            ColumnName::From => Self::From,
            ColumnName::To => Self::To,
            ColumnName::Duration => Self::Duration,
            ColumnName::Kind => Self::Kind,
            ColumnName::Format => Self::Format,
            ColumnName::Size => Self::Size,
            ColumnName::Conference => Self::Conference,
            ColumnName::Account => Self::Account,
            ColumnName::State => Self::State,
            ColumnName::Direction => Self::Direction,
            ColumnName::Caller => Self::Caller,
            ColumnName::Extensions => Self::Extensions,
            ColumnName::Cost => Self::Cost,
            ColumnName::Age => Self::Age,
            ColumnName::Hour => Self::Hour,
            ColumnName::Weekday => Self::Weekday,
            ColumnName::FromCountry => Self::FromCountry,
            ColumnName::ToCountry => Self::ToCountry,
            ColumnName::Added => Self::Added,
            ColumnName::Ended => Self::Ended,
            ColumnName::Billed => Self::Billed,
            ColumnName::StorageDays => Self::StorageDays,
            ColumnName::StorageRate => Self::StorageRate,
            ColumnName::FirstSeen => Self::FirstSeen,
            ColumnName::VerifiedAt => Self::VerifiedAt,
            ColumnName::Id => Self::Id,
            ColumnName::Call => Self::Call,
            ColumnName::Star => Self::Star,
            ColumnName::Tags => Self::Tags,
            ColumnName::Note => Self::Note,
            ColumnName::Hold => Self::Hold,
            ColumnName::Rules => Self::Rules,
            ColumnName::FileName => Self::FileName,
            ColumnName::Address => Self::Address,
        }
    }
}

impl From<SortColumn> for ColumnName {
    fn from(column: SortColumn) -> Self {
        match column {
            SortColumn::When => Self::When,
            SortColumn::From => Self::From,
            SortColumn::To => Self::To,
            SortColumn::Duration => Self::Duration,
            SortColumn::Kind => Self::Kind,
            SortColumn::Format => Self::Format,
            SortColumn::Size => Self::Size,
            SortColumn::Conference => Self::Conference,
            SortColumn::Account => Self::Account,
            SortColumn::State => Self::State,
            SortColumn::Direction => Self::Direction,
            SortColumn::Caller => Self::Caller,
            SortColumn::Extensions => Self::Extensions,
            SortColumn::Cost => Self::Cost,
            SortColumn::Age => Self::Age,
            SortColumn::Hour => Self::Hour,
            SortColumn::Weekday => Self::Weekday,
            SortColumn::FromCountry => Self::FromCountry,
            SortColumn::ToCountry => Self::ToCountry,
            SortColumn::Added => Self::Added,
            SortColumn::Ended => Self::Ended,
            SortColumn::Billed => Self::Billed,
            SortColumn::StorageDays => Self::StorageDays,
            SortColumn::StorageRate => Self::StorageRate,
            SortColumn::FirstSeen => Self::FirstSeen,
            SortColumn::VerifiedAt => Self::VerifiedAt,
            SortColumn::Id => Self::Id,
            SortColumn::Call => Self::Call,
            SortColumn::Star => Self::Star,
            SortColumn::Tags => Self::Tags,
            SortColumn::Note => Self::Note,
            SortColumn::Hold => Self::Hold,
            SortColumn::Rules => Self::Rules,
            SortColumn::FileName => Self::FileName,
            SortColumn::Address => Self::Address,
        }
    }
}
