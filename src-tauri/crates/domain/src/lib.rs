//! Pure types and rules of telephony recordings: no input, no output.
//!
//! Everything here can be computed from its arguments: no clock, no network, no files, no randomness. What a vendor's
//! JSON looks like lives in `providers`, what a row looks like in `catalogue`, what crosses to the window in the shell;
//! all three convert to and from these types.

pub mod account;
pub mod audio;
pub mod call_record;
pub mod capability;
pub mod copy;
pub mod export;
pub mod export_job;
pub mod filters;
pub mod ids;
pub mod mask;
pub mod phone;
pub mod query;
pub mod recording;
pub mod region;
pub mod search;
pub mod secret;
pub mod text;
pub mod time;
pub mod user;

pub use account::{Account, AccountFacts, Balance, Vendor};
pub use audio::{AudioFacts, Codec, Container};
pub use call_record::CallRecord;
pub use capability::{Availability, Capabilities, Feature};
pub use copy::{CopyState, Remark, Verdict};
pub use export_job::{ExportJob, ExportJobStatus};
pub use filters::ListFilters;
pub use ids::{
    AccountId, CallUuid, JobId, PlaceId, RecordingId, RecordingKey, UserId, VendorJobId,
};
pub use recording::{Recording, RecordingList};
pub use region::Region;
pub use secret::Secret;
pub use user::VendorUser;
