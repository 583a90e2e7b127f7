//! Identifiers as newtypes, so that a call UUID is never passed where a recording id is meant.

use std::fmt;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text as it came; nothing is trimmed or checked.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text as it came.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// One account profile on this computer (a UUID we made), not the vendor's account id.
    AccountId
}
text_id! {
    /// The vendor's id of a recording. Opaque and **untrusted**: it may hold any characters, so it is percent-encoded
    /// before it joins a URL and sanitised before it joins a file name.
    ///
    /// VBC needs to know whose recording it is, so there the provider builds and reads two shapes: `<id>` for a
    /// recording of the company, `users/<user>/<id>` for one on demand (the end of its path in the API).
    RecordingId
}
text_id! {
    /// The vendor's id of the call a recording belongs to (Vobiz: CDR `uuid`; VBC: `call_id`). Several recordings may
    /// share one.
    CallUuid
}
text_id! {
    /// The vendor's id of a person (VBC: a number, or the word `self` for whoever signed in). Untrusted like
    /// [`RecordingId`].
    UserId
}
text_id! {
    /// The vendor's id of an export job. Untrusted like [`RecordingId`].
    VendorJobId
}
text_id! {
    /// One place outside this computer that copies are saved in (a UUID we made).
    PlaceId
}
text_id! {
    /// One transfer job (a UUID v7 we made, so ids sort by time).
    JobId
}

impl UserId {
    /// The word VBC takes for the user who signed in.
    pub const SELF: &'static str = "self";

    /// Whoever signed in.
    pub fn myself() -> Self {
        Self::new(Self::SELF)
    }

    /// Whether this is the word, not a number.
    pub fn is_myself(&self) -> bool {
        self.as_str() == Self::SELF
    }
}

impl RecordingId {
    /// The id of a VBC recording on demand.
    pub fn on_demand(user: &UserId, id: &str) -> Self {
        Self::new(format!("users/{user}/{id}"))
    }

    /// The user and the vendor's own id in the id of a VBC recording; no user means that it is the company's.
    pub fn vbc_parts(&self) -> (Option<UserId>, &str) {
        let on_demand = self.0.strip_prefix("users/").and_then(|rest| rest.split_once('/'));
        match on_demand {
            Some((user, id)) => (Some(UserId::new(user)), id),
            None => (None, &self.0),
        }
    }
}

/// The catalogue's row id of a recording: small, dense, stable for as long as the index lives. It fits 32 bits so that
/// a snapshot of a million search results is 4 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordingKey(pub u32);
