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
    RecordingId
}
text_id! {
    /// The vendor's id of the call a recording belongs to (Vobiz: CDR `uuid`; VBC: `call_id`). Several recordings may
    /// share one.
    CallUuid
}
text_id! {
    /// One transfer job (a UUID v7 we made, so ids sort by time).
    JobId
}

/// The catalogue's row id of a recording: small, dense, stable for as long as the index lives. It fits 32 bits so that
/// a snapshot of a million search results is 4 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordingKey(pub u32);
