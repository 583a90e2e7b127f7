//! Errors as the window sees them: one tagged enum. The window switches on `code`, never on text.

use engine::{Error, KeyringFailure, PlaceError};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The result of every command.
pub type IpcResult<T> = Result<T, IpcError>;

/// What the vendor said, for the details of a message and for the vendor's support.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "error.ts")]
pub struct VendorReply {
    /// HTTP status.
    pub status: Option<u16>,
    /// The vendor's own message.
    pub message: Option<String>,
    /// The vendor's correlation id (`api_id`, `requestId`).
    pub correlation_id: Option<String>,
    /// The vendor's error code (`invalid_grant`, `900901`, `RATE_LIMIT_EXCEEDED`).
    pub error_code: Option<String>,
}

/// Why a command failed. `what` is a full sentence for a person wherever the code alone does not say enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "code", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export, export_to = "error.ts")]
pub enum IpcError {
    /// The vendor refused the credentials.
    Unauthenticated {
        /// The reply.
        reply: VendorReply,
    },
    /// The vendor has locked the user out after failed sign-ins; each further try makes it longer.
    LockedOut {
        /// How long it is said to last; it may be longer.
        #[ts(type = "number | null")]
        wait_ms: Option<u64>,
        /// The reply.
        reply: VendorReply,
    },
    /// The account may not do this.
    PermissionDenied {
        /// The reply.
        reply: VendorReply,
    },
    /// The application behind the credentials is not subscribed to this API (VBC).
    NotSubscribed {
        /// The reply.
        reply: VendorReply,
    },
    /// There is no such API at this address; the account may belong to another region.
    WrongAddress {
        /// The reply.
        reply: VendorReply,
    },
    /// The vendor does not have this recording (any more).
    NotFound {
        /// The reply.
        reply: VendorReply,
    },
    /// Too many requests.
    RateLimited {
        /// How long to wait.
        #[ts(type = "number | null")]
        retry_after_ms: Option<u64>,
        /// The reply.
        reply: VendorReply,
    },
    /// An earlier request of this kind is still running at the vendor.
    Busy {
        /// The reply.
        reply: VendorReply,
    },
    /// Nobody answered.
    Unreachable {
        /// What stood in the way.
        obstacle: ObstacleName,
        /// What went wrong.
        what: String,
    },
    /// The vendor said no, with a reason of its own.
    Rejected {
        /// The reply.
        reply: VendorReply,
    },
    /// The vendor had an error of its own.
    VendorFailed {
        /// The reply.
        reply: VendorReply,
    },
    /// The reply was not what the API promises.
    BadReply {
        /// What was wrong with it.
        what: String,
        /// The reply.
        reply: VendorReply,
    },
    /// What was typed breaks a rule; nothing was sent or changed.
    Invalid {
        /// The input to blame (`label`, `authId`, `authToken`, `baseUrl`, `template`, …), if it is one.
        field: Option<String>,
        /// Which rule.
        what: String,
    },
    /// The OS keyring cannot be used. The window offers to keep the secret for this session only.
    KeyringUnavailable {
        /// `none`, `locked`, `denied` or `timedOut`.
        reason: KeyringReason,
        /// What went wrong.
        what: String,
    },
    /// This account's secret is not at hand (kept for an earlier session only, or removed from the keyring).
    SignInNeeded {
        /// The account.
        account_id: String,
    },
    /// This machine has no usable sound output.
    NoSound {
        /// What went wrong.
        what: String,
    },
    /// The downloaded bytes are not the recording.
    NotAudio {
        /// Why not.
        what: String,
    },
    /// The disk is full.
    DiskFull {
        /// Which folder.
        folder: String,
        /// Bytes still free there.
        #[ts(type = "number | null")]
        free_bytes: Option<u64>,
    },
    /// A folder or file could not be written or read.
    FileFailed {
        /// Which path.
        path: String,
        /// What the operating system said.
        what: String,
    },
    /// The index on this computer failed.
    IndexFailed {
        /// What went wrong.
        what: String,
    },
    /// A thing that was asked for by id is not there (an old snapshot, a removed account).
    Stale {
        /// What.
        what: String,
    },
    /// A person stopped it.
    Cancelled,
    /// A fault in Tapeshelf; the log has the details.
    Internal {
        /// What went wrong.
        what: String,
    },
}

/// What stood in the way of a request that nobody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "error.ts")]
pub enum ObstacleName {
    /// No such host, or no network.
    Offline,
    /// The host takes no connection.
    Refused,
    /// No answer in time.
    TimedOut,
    /// The certificate comes from an authority this computer does not trust.
    TlsAuthority,
    /// The certificate is somebody else's.
    TlsName,
    /// Nothing is offered but versions of TLS that are not secure any more.
    TlsOutdated,
    /// The other side refused a secure connection.
    TlsRefused,
    /// The other side hung up before the connection was secure.
    TlsCut,
    /// The other side does not speak TLS.
    TlsPlain,
    /// The connection cannot be trusted for another reason.
    Tls,
    /// A certificate is not valid at this computer's time.
    Clock,
    /// The proxy refused.
    Proxy,
    /// The connection broke in the middle.
    Broken,
    /// Anything else.
    Other,
}

/// Why the OS keyring cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "error.ts")]
pub enum KeyringReason {
    /// There is none.
    None,
    /// It is locked.
    Locked,
    /// Access was denied.
    Denied,
    /// It did not answer in time (often an unlock prompt that nobody saw).
    TimedOut,
}

impl From<(&str, &PlaceError)> for IpcError {
    /// Whether anybody can be reached is shown like that of vendors, everything else like trouble with a folder.
    fn from((label, trouble): (&str, &PlaceError)) -> Self {
        let what = trouble.to_string();
        match trouble {
            PlaceError::Unreachable { .. } => {
                Self::Unreachable { obstacle: ObstacleName::Other, what }
            }
            PlaceError::Tls { .. } => Self::Unreachable { obstacle: ObstacleName::Tls, what },
            _ => Self::FileFailed { path: label.to_owned(), what },
        }
    }
}

impl From<Error> for IpcError {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<&Error> for IpcError {
    fn from(error: &Error) -> Self {
        match error {
            Error::Provider(error) => Self::from(error),
            Error::Catalogue(error) => Self::IndexFailed { what: error.to_string() },
            Error::Transfer(error) => Self::from(error),
            Error::File { path, what } => {
                Self::FileFailed { path: path.display().to_string(), what: what.clone() }
            }
            Error::Place { label, trouble } => Self::from((label.as_str(), trouble)),
            Error::Keyring { reason, what } => Self::KeyringUnavailable {
                reason: match reason {
                    KeyringFailure::None => KeyringReason::None,
                    KeyringFailure::Locked => KeyringReason::Locked,
                    KeyringFailure::Denied => KeyringReason::Denied,
                    KeyringFailure::TimedOut => KeyringReason::TimedOut,
                },
                what: what.clone(),
            },
            Error::SignInNeeded(account) => Self::SignInNeeded { account_id: account.to_string() },
            Error::Invalid { field, what } => {
                Self::Invalid { field: field.map(str::to_owned), what: what.clone() }
            }
            Error::NotAudio { what } => Self::NotAudio { what: what.clone() },
            Error::NotReady => Self::NotAudio { what: error.to_string() },
            Error::Stale { what } => Self::Stale { what: what.clone() },
            Error::Cancelled => Self::Cancelled,
            Error::Internal { what } => Self::Internal { what: what.clone() },
        }
    }
}

impl From<&engine::VendorError> for IpcError {
    fn from(error: &engine::VendorError) -> Self {
        use engine::VendorError as Vendor;
        match error {
            Vendor::NotFound(reply) => Self::NotFound { reply: reply.into() },
            Vendor::Unauthenticated(reply) => Self::Unauthenticated { reply: reply.into() },
            Vendor::LockedOut { wait_hint, correlation } => {
                Self::LockedOut { wait_ms: wait_hint.map(millis), reply: correlation.into() }
            }
            Vendor::PermissionDenied(reply) => Self::PermissionDenied { reply: reply.into() },
            Vendor::NotSubscribed(reply) => Self::NotSubscribed { reply: reply.into() },
            Vendor::WrongAddress(reply) | Vendor::WrongRegion(reply) => {
                Self::WrongAddress { reply: reply.into() }
            }
            Vendor::NotKept { reason } => Self::KeyringUnavailable {
                reason: KeyringReason::Denied,
                what: format!("The renewed sign-in could not be kept: {reason}."),
            },
            Vendor::RateLimited { retry_after, correlation } => Self::RateLimited {
                retry_after_ms: retry_after.map(millis),
                reply: correlation.into(),
            },
            Vendor::Busy(reply) => Self::Busy { reply: reply.into() },
            Vendor::Unreachable { reason, obstacle } => {
                Self::Unreachable { obstacle: (*obstacle).into(), what: sentence(reason) }
            }
            Vendor::Interrupted { reason } => {
                Self::Unreachable { obstacle: ObstacleName::Broken, what: sentence(reason) }
            }
            Vendor::Rejected(reply) => Self::Rejected { reply: reply.into() },
            Vendor::VendorFailed(reply) => Self::VendorFailed { reply: reply.into() },
            Vendor::BadReply { reason, correlation } => {
                Self::BadReply { what: sentence(reason), reply: correlation.into() }
            }
            Vendor::Invalid { reason } => Self::Invalid { field: None, what: sentence(reason) },
            Vendor::NotSupported => {
                Self::Invalid { field: None, what: "This provider cannot do that.".into() }
            }
        }
    }
}

impl From<&engine::Correlation> for VendorReply {
    fn from(correlation: &engine::Correlation) -> Self {
        Self {
            status: correlation.status,
            message: correlation.message.clone(),
            correlation_id: correlation.id.clone(),
            error_code: correlation.code.clone(),
        }
    }
}

impl From<engine::Obstacle> for ObstacleName {
    fn from(obstacle: engine::Obstacle) -> Self {
        use engine::{Obstacle, TlsTrouble};
        match obstacle {
            Obstacle::Offline => Self::Offline,
            Obstacle::Refused => Self::Refused,
            Obstacle::TimedOut => Self::TimedOut,
            Obstacle::Tls(TlsTrouble::Authority) => Self::TlsAuthority,
            Obstacle::Tls(TlsTrouble::Name) => Self::TlsName,
            Obstacle::Tls(TlsTrouble::Outdated) => Self::TlsOutdated,
            Obstacle::Tls(TlsTrouble::Refused) => Self::TlsRefused,
            Obstacle::Tls(TlsTrouble::Cut) => Self::TlsCut,
            Obstacle::Tls(TlsTrouble::Plain) => Self::TlsPlain,
            Obstacle::Tls(TlsTrouble::Other) => Self::Tls,
            Obstacle::Clock => Self::Clock,
            Obstacle::Proxy => Self::Proxy,
            Obstacle::Other => Self::Other,
        }
    }
}

/// A reason as a sentence: it begins with a capital, unless with the name of a host, and ends with a stop.
fn sentence(reason: &str) -> String {
    let after_first = reason.chars().next().map_or(0, char::len_utf8);
    let (first, rest) = reason.split_at(after_first);
    let is_name = reason.split(' ').next().is_some_and(|word| word.contains('.'));
    let first = if is_name { first.to_owned() } else { first.to_uppercase() };
    let stop = if reason.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{rest}{stop}")
}

/// A wait in whole milliseconds; one too long to count is as long as can be.
pub(crate) fn millis(wait: std::time::Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

impl From<&engine::FileError> for IpcError {
    fn from(error: &engine::FileError) -> Self {
        match error {
            engine::FileError::DiskFull { path } => Self::DiskFull {
                folder: path.parent().unwrap_or(path).display().to_string(),
                free_bytes: engine::free_bytes(path.parent().unwrap_or(path)).ok(),
            },
            other => Self::FileFailed {
                path: other.path().display().to_string(),
                what: match other {
                    engine::FileError::NotWritable { reason, .. }
                    | engine::FileError::Io { reason, .. } => reason.clone(),
                    _ => other.to_string(),
                },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn a_reason_becomes_a_sentence_and_a_host_keeps_its_name() {
        for (reason, shown) in [
            ("the certificate has expired", "The certificate has expired."),
            ("api.vobiz.ai refused the connection", "api.vobiz.ai refused the connection."),
            ("Between 1 and 20.", "Between 1 and 20."),
            ("é", "É."),
        ] {
            assert_eq!(sentence(reason), shown);
        }
    }
}
