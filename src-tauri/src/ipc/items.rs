//! The files of a download job, one by one.

use domain::phone;
use engine::{ItemFilter, ItemOrder, ItemState, ItemView};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::error::VendorReply;

/// State of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub enum ItemStateName {
    /// Not begun.
    Queued,
    /// Paused by a person.
    Held,
    /// Put off until a time: the provider was not ready.
    Waiting,
    /// Bytes are coming.
    Receiving,
    /// All bytes are here and are being checked.
    Verifying,
    /// Saved and proven whole.
    Verified,
    /// Saved, with a remark.
    Remarked,
    /// A verified copy was there already.
    Skipped,
    /// Could not be saved.
    Failed,
    /// Not saved because the job was cancelled.
    Cancelled,
}

/// One file of a job.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct TransferItem {
    /// Position in the job, from 0.
    pub position: u32,
    /// The recording.
    pub key: u32,
    /// The vendor's id of it; empty when the index does not have it any more.
    pub recording_id: String,
    /// Calling party, grouped for reading.
    pub from: String,
    /// Called party, grouped for reading.
    pub to: String,
    /// Start of the call.
    #[ts(type = "number | null")]
    pub at_ms: Option<i64>,
    /// State.
    pub state: ItemStateName,
    /// File name (relative to the folder), once known.
    pub name: Option<String>,
    /// Bytes received.
    #[ts(type = "number")]
    pub received_bytes: u64,
    /// Size, if known.
    #[ts(type = "number | null")]
    pub total_bytes: Option<u64>,
    /// Why it failed or what is remarkable, as a sentence.
    pub note: Option<String>,
    /// The vendor's words for it.
    pub reply: Option<VendorReply>,
    /// How often it was begun.
    pub tries: u32,
    /// When it may be tried again, for one that waits.
    #[ts(type = "number | null")]
    pub not_before_ms: Option<i64>,
}

/// Files of a job that match a search, with the number of all that do.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct FoundItems {
    /// All that match.
    pub total: u32,
    /// The ones asked for, by position.
    pub items: Vec<TransferItem>,
}

/// Which files of a job.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub struct ItemSearch {
    /// The job.
    pub job_id: String,
    /// Stands in the file name, the note, the recording's id or a party; empty for any.
    pub text: String,
    /// In one of these states (`held` and `waiting` mean queued); empty for any.
    pub states: Vec<ItemStateName>,
    /// How many to leave out at the beginning.
    pub offset: u32,
    /// At most so many, 500 at most.
    pub limit: u32,
}

/// What a person can do with single files of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "transfers.ts")]
pub enum ItemOrderName {
    /// Do not begin them, and stop those under way; what they have is kept.
    Pause,
    /// Begin them, also those that wait for a time.
    Resume,
    /// Before all others of the job.
    First,
    /// Give them up.
    Cancel,
    /// Try failed and cancelled ones again.
    Retry,
}

impl From<ItemView> for TransferItem {
    fn from(view: ItemView) -> Self {
        let ItemView { record: item, row } = view;
        let is_put_off = item.not_before.is_some();
        Self {
            position: item.position,
            key: item.key.0,
            recording_id: row.as_ref().map(|row| row.recording_id.to_string()).unwrap_or_default(),
            from: row
                .as_ref()
                .and_then(|row| row.from.as_deref())
                .map(phone::display)
                .unwrap_or_default(),
            to: row
                .as_ref()
                .and_then(|row| row.to.as_deref())
                .map(phone::display)
                .unwrap_or_default(),
            at_ms: row.and_then(|row| row.at).map(jiff::Timestamp::as_millisecond),
            state: match item.state {
                ItemState::Queued if item.held => ItemStateName::Held,
                ItemState::Queued if is_put_off => ItemStateName::Waiting,
                ItemState::Queued => ItemStateName::Queued,
                ItemState::Receiving => ItemStateName::Receiving,
                ItemState::Verifying => ItemStateName::Verifying,
                ItemState::Verified => ItemStateName::Verified,
                ItemState::Remarked => ItemStateName::Remarked,
                ItemState::Skipped => ItemStateName::Skipped,
                ItemState::Failed => ItemStateName::Failed,
                ItemState::Cancelled => ItemStateName::Cancelled,
            },
            name: item.name,
            received_bytes: item.received_bytes,
            total_bytes: item.total_bytes,
            note: item.note,
            reply: item.reply_json.and_then(|json| serde_json::from_str(&json).ok()),
            tries: item.tries,
            not_before_ms: item.not_before.map(jiff::Timestamp::as_millisecond),
        }
    }
}

impl From<ItemOrderName> for ItemOrder {
    fn from(order: ItemOrderName) -> Self {
        match order {
            ItemOrderName::Pause => Self::Hold,
            ItemOrderName::Resume => Self::Release,
            ItemOrderName::First => Self::First,
            ItemOrderName::Cancel => Self::Cancel,
            ItemOrderName::Retry => Self::Retry,
        }
    }
}

impl ItemSearch {
    /// Without place and length.
    pub fn filter(&self) -> ItemFilter {
        ItemFilter {
            text: self.text.clone(),
            states: self.states.iter().copied().map(ItemState::from).collect(),
        }
    }
}

impl From<ItemStateName> for ItemState {
    fn from(state: ItemStateName) -> Self {
        match state {
            ItemStateName::Queued | ItemStateName::Held | ItemStateName::Waiting => Self::Queued,
            ItemStateName::Receiving => Self::Receiving,
            ItemStateName::Verifying => Self::Verifying,
            ItemStateName::Verified => Self::Verified,
            ItemStateName::Remarked => Self::Remarked,
            ItemStateName::Skipped => Self::Skipped,
            ItemStateName::Failed => Self::Failed,
            ItemStateName::Cancelled => Self::Cancelled,
        }
    }
}
