//! Proof that nothing is missing: per account and day, what the provider says against what is here.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{IpcError, IpcResult};

/// Which days of which account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "completeness.ts")]
pub struct CompletenessRequest {
    /// The account.
    pub account_id: String,
    /// First day, `2026-05-01`; null for the first with a recording.
    pub from_day: Option<String>,
    /// Last day; null for the last with a recording.
    pub to_day: Option<String>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "completeness.ts")]
pub struct Completeness {
    /// Time zone of the days, by IANA name.
    pub time_zone: String,
    /// The provider's total of the whole account at the last complete sync; null before one.
    #[ts(type = "number | null")]
    pub provider_total: Option<u64>,
    /// Recordings of the account in the index that are not gone at the provider: what the total should be.
    pub indexed_total: u32,
    /// Recordings without a time, which belong to no day.
    pub undated: u32,
    /// The days, oldest first, without gaps in between.
    pub days: Vec<DayTally>,
}

/// One day of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "completeness.ts")]
pub struct DayTally {
    /// `2026-05-01`.
    pub day: String,
    /// How many the provider says there are; null while it was not asked, or cannot tell by day.
    #[ts(type = "number | null")]
    pub provider: Option<u64>,
    /// When it was asked.
    #[ts(type = "number | null")]
    pub asked_ms: Option<i64>,
    /// In the index and, as far as is known, still at the provider.
    pub indexed: u32,
    /// Of all in the index: with a copy here, verified without a remark.
    pub saved: u32,
    /// Gone at the provider without our doing.
    pub gone: u32,
    /// Gone at the provider and no copy here: lost.
    pub lost: u32,
    /// Deleted by us.
    pub deleted: u32,
    /// How many the provider has that the index has not; null while the provider was not asked.
    #[ts(type = "number | null")]
    pub missing: Option<u64>,
}

impl From<engine::Completeness> for Completeness {
    fn from(found: engine::Completeness) -> Self {
        Self {
            time_zone: found.zone.iana_name().unwrap_or("UTC").to_owned(),
            provider_total: found.provider_total,
            indexed_total: found.extent.indexed,
            undated: found.extent.undated,
            days: found
                .days
                .into_iter()
                .map(|(day, tally)| DayTally {
                    day: day.to_string(),
                    provider: tally.provider.map(|(total, _)| total),
                    asked_ms: tally.provider.map(|(_, asked)| asked.as_millisecond()),
                    indexed: tally.indexed,
                    saved: tally.saved,
                    gone: tally.gone,
                    lost: tally.lost,
                    deleted: tally.deleted,
                    missing: tally
                        .provider
                        .map(|(total, _)| total.saturating_sub(u64::from(tally.indexed))),
                })
                .collect(),
        }
    }
}

impl CompletenessRequest {
    /// The days it names.
    ///
    /// # Errors
    /// `Invalid` for text that is no date.
    pub fn days(&self) -> IpcResult<(Option<Date>, Option<Date>)> {
        let day = |field: &str, text: &Option<String>| {
            text.as_deref().map(str::parse::<Date>).transpose().map_err(|_| IpcError::Invalid {
                field: Some(field.to_owned()),
                what: "This is no date. Write it as 2026-05-01.".to_owned(),
            })
        };
        Ok((day("fromDay", &self.from_day)?, day("toDay", &self.to_day)?))
    }
}
