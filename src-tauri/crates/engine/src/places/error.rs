//! Why a bucket could not be used, by meaning and as a sentence for a person.

/// Why a bucket could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Its access key is not at hand: kept for an earlier session only, or removed from the keyring.
    #[error("its access key is not at hand; enter it again")]
    KeyNeeded,
    /// The place was removed from the settings.
    #[error("it was removed from the settings")]
    Removed,
    /// The server does not know the key, or the secret is not the key's.
    #[error("the server does not accept this access key and secret")]
    WrongKey,
    /// Temporary credentials whose time is over.
    #[error("the temporary access key has expired; enter a new one")]
    KeyExpired,
    /// The session token is not the key's.
    #[error("the server does not accept this session token")]
    WrongToken,
    /// No bucket of this name.
    #[error("there is no bucket of this name")]
    NoSuchBucket,
    /// The bucket lives in another region.
    #[error("the bucket is in another region{}", .region.as_ref().map(|region| format!(": {region}")).unwrap_or_default())]
    WrongRegion {
        /// Which, if the server said so.
        region: Option<String>,
    },
    /// The key is good but may not do this.
    #[error("this access key has no permission to {doing} this bucket")]
    Denied {
        /// `write to`, `read from`, `delete from`.
        doing: &'static str,
    },
    /// This computer's clock and the server's are too far apart.
    #[error("this computer's clock differs from the server's by {minutes} minutes; set it right")]
    ClockWrong {
        /// How far, in whole minutes.
        minutes: u64,
    },
    /// The other side cannot be trusted.
    #[error("{reason}")]
    Tls {
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody answered, or the connection broke.
    #[error("it cannot be reached: {reason}")]
    Unreachable {
        /// What went wrong.
        reason: String,
    },
    /// The server asks to slow down.
    #[error("the server is too busy")]
    Busy,
    /// The server had an error of its own.
    #[error("the server had an error of its own (status {status})")]
    ServerFailed {
        /// HTTP status.
        status: u16,
    },
    /// No room, or no quota.
    #[error("there is no room left in the bucket")]
    Full,
    /// The bytes that arrived are not those that were sent.
    #[error("what arrived in the bucket is not what was sent")]
    Damaged,
    /// The server says that it stored the object, and nothing proves it.
    #[error("the server stored it, but what it holds is not what was sent")]
    NotProven,
    /// No such object.
    #[error("it is not in the bucket")]
    Absent,
    /// An object of this name is there.
    #[error("an object of this name is there already")]
    Taken,
    /// The server does not know this kind of request.
    #[error("the server cannot do what is asked of it (status {status})")]
    Unsupported {
        /// HTTP status.
        status: u16,
    },
    /// The local file that was to be sent cannot be read.
    #[error("the received file cannot be read: {reason}")]
    Local {
        /// What the operating system said.
        reason: String,
    },
    /// Any other refusal.
    #[error("the server refused: {what}")]
    Refused {
        /// The server's code and words.
        what: String,
    },
}

/// How an answer of failure looks from outside.
#[derive(Debug, Default, Clone)]
pub(super) struct Failed {
    /// HTTP status.
    pub(super) status: u16,
    /// The code of the XML body; empty for a reply to HEAD, which has no body.
    pub(super) code: String,
    /// The server's words.
    pub(super) message: String,
    /// `x-amz-bucket-region`, or `<Region>` of the body.
    pub(super) region: Option<String>,
    /// How far the server's `Date` is from our clock, in whole minutes.
    pub(super) minutes_apart: u64,
}

/// Beyond this the signatures of our requests count as made at another time
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html>).
const TOLERATED_MINUTES: u64 = 5;

impl PlaceError {
    /// Sorts a refusal by meaning. The codes are those of
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>, which other servers share.
    pub(super) fn of(failed: Failed, doing: &'static str) -> Self {
        let Failed { status, code, message, region, minutes_apart } = failed;
        let clock_is_off = minutes_apart >= TOLERATED_MINUTES;
        match code.as_str() {
            "RequestTimeTooSkewed" => return Self::ClockWrong { minutes: minutes_apart },
            // An expired signature says no more than that access is denied.
            _ if status == 403 && clock_is_off => {
                return Self::ClockWrong { minutes: minutes_apart };
            }
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "UnauthorizedAccess"
            | "NotSignedUp" => return Self::WrongKey,
            "ExpiredToken" | "TokenRefreshRequired" => return Self::KeyExpired,
            "InvalidToken" => return Self::WrongToken,
            "NoSuchBucket" => return Self::NoSuchBucket,
            "PermanentRedirect"
            | "TemporaryRedirect"
            | "AuthorizationHeaderMalformed"
            | "AuthorizationQueryParametersError"
            | "IllegalLocationConstraintException" => {
                return Self::WrongRegion { region };
            }
            "NoSuchKey" | "NoSuchUpload" => return Self::Absent,
            "PreconditionFailed" | "ConditionalRequestConflict" => return Self::Taken,
            "BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" | "IncompleteBody" => {
                return Self::Damaged;
            }
            "QuotaExceeded" | "XMinioStorageFull" | "EntityTooLarge" => return Self::Full,
            "SlowDown" | "ServiceUnavailable" | "RequestTimeout" | "OperationAborted" => {
                return Self::Busy;
            }
            "NotImplemented" => return Self::Unsupported { status },
            _ => {}
        }
        match status {
            301 | 302 | 307 | 308 => Self::WrongRegion { region },
            401 => Self::WrongKey,
            403 => Self::Denied { doing },
            404 => Self::Absent,
            409 | 412 => Self::Taken,
            429 | 503 => Self::Busy,
            501 => Self::Unsupported { status },
            507 => Self::Full,
            500.. => Self::ServerFailed { status },
            _ => {
                let said = [code.as_str(), message.as_str()].join(" ");
                let said = said.trim();
                let what =
                    if said.is_empty() { format!("status {status}") } else { said.to_owned() };
                Self::Refused { what }
            }
        }
    }

    /// Whether the same request may succeed in a moment.
    pub(super) fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::Busy | Self::ServerFailed { .. } | Self::Damaged
        )
    }

    /// Whether the trouble is this object's alone, so that others may go on.
    pub(crate) fn is_of_one_object(&self) -> bool {
        matches!(
            self,
            Self::Damaged
                | Self::NotProven
                | Self::Absent
                | Self::Taken
                | Self::Local { .. }
                | Self::Refused { .. }
        )
    }

    /// The input that is to blame, by its name on the wire.
    pub(super) fn field(&self) -> Option<&'static str> {
        match self {
            Self::KeyNeeded | Self::WrongKey => Some("secret"),
            Self::KeyExpired | Self::WrongToken => Some("sessionToken"),
            Self::NoSuchBucket | Self::Denied { .. } => Some("bucket"),
            Self::WrongRegion { .. } => Some("region"),
            Self::Tls { .. } | Self::Unreachable { .. } | Self::Unsupported { .. } => {
                Some("endpoint")
            }
            _ => None,
        }
    }
}

impl From<providers::Error> for PlaceError {
    fn from(error: providers::Error) -> Self {
        use providers::{Error as Wire, Obstacle};
        match error {
            Wire::Unreachable { reason, obstacle: Obstacle::Tls(_) | Obstacle::Clock } => {
                Self::Tls { reason }
            }
            Wire::Unreachable { reason, .. } | Wire::Interrupted { reason } => {
                Self::Unreachable { reason }
            }
            other => Self::Refused { what: other.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(status: u16, code: &str) -> Failed {
        Failed { status, code: code.into(), ..Failed::default() }
    }

    #[test]
    fn each_refusal_has_its_meaning() {
        let of = |status, code| PlaceError::of(failed(status, code), "write to");
        assert_eq!(of(403, "InvalidAccessKeyId"), PlaceError::WrongKey);
        assert_eq!(of(403, "SignatureDoesNotMatch"), PlaceError::WrongKey);
        assert_eq!(of(400, "ExpiredToken"), PlaceError::KeyExpired);
        assert_eq!(of(400, "InvalidToken"), PlaceError::WrongToken);
        assert_eq!(of(404, "NoSuchBucket"), PlaceError::NoSuchBucket);
        assert_eq!(of(404, ""), PlaceError::Absent);
        assert_eq!(of(403, "AccessDenied"), PlaceError::Denied { doing: "write to" });
        assert_eq!(of(412, ""), PlaceError::Taken);
        assert_eq!(of(503, ""), PlaceError::Busy);
        assert_eq!(of(500, "InternalError"), PlaceError::ServerFailed { status: 500 });
        let moved = Failed { region: Some("eu-central-1".into()), ..failed(301, "") };
        let moved = PlaceError::of(moved, "write to");
        assert_eq!(moved.to_string(), "the bucket is in another region: eu-central-1");
        assert!(of(400, "KeyTooLongError").is_of_one_object());
    }

    #[test]
    fn a_wrong_clock_is_told_from_a_missing_permission() {
        let late = Failed { minutes_apart: 47, ..failed(403, "AccessDenied") };
        assert_eq!(PlaceError::of(late, "write to"), PlaceError::ClockWrong { minutes: 47 });
        let close = Failed { minutes_apart: 2, ..failed(403, "AccessDenied") };
        assert_eq!(PlaceError::of(close, "write to"), PlaceError::Denied { doing: "write to" });
    }
}
