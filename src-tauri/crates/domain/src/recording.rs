//! One call recording as a vendor describes it, in neutral terms.

use std::fmt;

use jiff::Timestamp;

use crate::account::Vendor;
use crate::ids::{CallUuid, RecordingId, UserId};

/// Everything a vendor says about a recording, normalised: empty text is `None`, numbers are numbers, times are
/// instants. The vendor's own words stay in [`Recording::raw`].
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The vendor's id. Never empty.
    pub id: RecordingId,
    /// The call it belongs to.
    pub call_uuid: Option<CallUuid>,
    /// Where the audio is, or was when this was read: may be temporary, may need credentials, may be absent while the
    /// file is not ready.
    pub media_url: Option<String>,
    /// The format the vendor claims (`mp3`, `wav`), lower case. The bytes decide, not this.
    pub format: Option<String>,
    /// Vobiz `recording_type` (`call`, `conference`, `trunk`, …): free text, lower case.
    pub kind: Option<String>,
    /// When the file was stored.
    pub added_at: Option<Timestamp>,
    /// When the recording began. See [`Recording::start_is_estimated`].
    pub started_at: Option<Timestamp>,
    /// True when the vendor gave no start and [`Recording::started_at`] is `added_at - duration_ms`.
    pub start_is_estimated: bool,
    /// When the recording ended.
    pub ended_at: Option<Timestamp>,
    /// Length in milliseconds.
    pub duration_ms: Option<u64>,
    /// Length in whole seconds as billed (Vobiz: rounded up to 60 s). Not the length.
    pub billed_s: Option<u64>,
    /// Calling party as the vendor wrote it: a number with or without `+`, a SIP address, anything.
    pub from: Option<String>,
    /// Called party (VBC: DNIS), likewise.
    pub to: Option<String>,
    /// `inbound`, `outbound` or `intra_pbx`, where the vendor says so.
    pub direction: Option<String>,
    /// Caller name (CNAM).
    pub caller_name: Option<String>,
    /// Conference name.
    pub conference_name: Option<String>,
    /// Extensions that took part.
    pub extensions: Vec<String>,
    /// Age in storage, in days, on the day this was read. Changes daily, so it is no sign of a change.
    pub storage_days: Option<i64>,
    /// Storage price a month, in the account's currency (Vobiz does not say which).
    pub storage_rate: Option<f64>,
    /// What this recording costs a month now.
    pub monthly_cost: Option<f64>,
    /// Size in bytes, where the vendor says so.
    pub size_bytes: Option<u64>,
    /// Ids of the rules that made the vendor record the call (VBC company recordings).
    pub rule_ids: Vec<String>,
    /// The vendor's own file name.
    pub file_name: Option<String>,
    /// The vendor's JSON object of this recording, compact, keys in the vendor's order.
    pub raw: String,
}

impl Recording {
    /// A recording of which nothing but the id is known.
    pub fn new(id: RecordingId) -> Self {
        Self {
            id,
            call_uuid: None,
            media_url: None,
            format: None,
            kind: None,
            added_at: None,
            started_at: None,
            start_is_estimated: false,
            ended_at: None,
            duration_ms: None,
            billed_s: None,
            from: None,
            to: None,
            direction: None,
            caller_name: None,
            conference_name: None,
            extensions: Vec::new(),
            storage_days: None,
            storage_rate: None,
            monthly_cost: None,
            size_bytes: None,
            rule_ids: Vec::new(),
            file_name: None,
            raw: String::new(),
        }
    }

    /// The instant to show and sort by: the start, else when it was stored.
    pub fn when(&self) -> Option<Timestamp> {
        self.started_at.or(self.added_at)
    }
}

/// One of the lists in which a vendor keeps an account's recordings.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum RecordingList {
    /// All there is: Vobiz has one list.
    #[default]
    All,
    /// VBC: recordings made by the company's rules.
    Company,
    /// VBC: recordings one user made on demand.
    OnDemand(UserId),
}

impl RecordingList {
    /// The list a recording belongs to, by its id.
    pub fn of(vendor: Vendor, id: &RecordingId) -> Self {
        match vendor {
            Vendor::Vobiz => Self::All,
            Vendor::Vbc => id.vbc_parts().0.map_or(Self::Company, Self::OnDemand),
        }
    }

    /// Reads what `Display` wrote: `all`, `company`, `users/<id>`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "all" => Some(Self::All),
            "company" => Some(Self::Company),
            _ => {
                let user = text.strip_prefix("users/").filter(|user| !user.is_empty())?;
                Some(Self::OnDemand(UserId::new(user)))
            }
        }
    }
}

impl fmt::Display for RecordingList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Company => f.write_str("company"),
            Self::OnDemand(user) => write!(f, "users/{user}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_back() {
        for list in [
            RecordingList::All,
            RecordingList::Company,
            RecordingList::OnDemand(UserId::myself()),
            RecordingList::OnDemand(UserId::new("42")),
        ] {
            assert_eq!(RecordingList::parse(&list.to_string()), Some(list));
        }
        assert_eq!(RecordingList::parse("users/"), None);
        assert_eq!(RecordingList::parse("nothing"), None);
    }

    #[test]
    fn an_id_tells_its_list() {
        let own = RecordingId::on_demand(&UserId::new("42"), "7/8");
        assert_eq!(own.vbc_parts(), (Some(UserId::new("42")), "7/8"));
        assert_eq!(
            RecordingList::of(Vendor::Vbc, &own),
            RecordingList::OnDemand(UserId::new("42"))
        );
        let company = RecordingId::new("1234");
        assert_eq!(RecordingList::of(Vendor::Vbc, &company), RecordingList::Company);
        assert_eq!(RecordingList::of(Vendor::Vobiz, &own), RecordingList::All);
    }
}
