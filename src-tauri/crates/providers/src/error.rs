//! One error for all vendors, by meaning.

use std::time::Duration;

/// Shorthand.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a vendor said about a failed request, kept for the details of a message and for its support.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Correlation {
    /// HTTP status, if there was a reply.
    pub status: Option<u16>,
    /// The vendor's own message, control characters removed, at most 500 characters.
    pub message: Option<String>,
    /// The vendor's correlation id (`api_id`, `requestId`).
    pub id: Option<String>,
    /// The vendor's error code, where it gives one: `invalid_grant`, `900901`, `RATE_LIMIT_EXCEEDED`.
    pub code: Option<String>,
}

/// What stood in the way of a request that nobody answered, so that a person can be told what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// No such host, or no network at all.
    Offline,
    /// The host is there and takes no connection.
    Refused,
    /// No answer in time.
    TimedOut,
    /// The other side cannot be trusted, or offers no secure connection.
    Tls(TlsTrouble),
    /// A certificate is expired or not valid yet, which is often this computer's clock.
    Clock,
    /// The proxy refused.
    Proxy,
    /// Anything else.
    Other,
}

/// What kept a connection from being secure. Each is set right in another way, by somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsTrouble {
    /// The certificate comes from an authority this computer does not trust.
    Authority,
    /// The certificate is somebody else's.
    Name,
    /// Nothing is offered but versions of TLS that are not secure any more.
    Outdated,
    /// The other side said no, by an alert.
    Refused,
    /// The other side hung up before the connection was secure.
    Cut,
    /// The other side does not speak TLS.
    Plain,
    /// Anything else, such as a certificate that is damaged or was revoked.
    Other,
}

/// Why a request to a vendor failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The vendor does not have it (404 on a recording).
    #[error("the vendor does not have this")]
    NotFound(Correlation),
    /// The credentials were refused, also when checked by themselves.
    #[error("the vendor refused the credentials")]
    Unauthenticated(Correlation),
    /// The vendor has locked the user out after too many failed sign-ins. Each further try makes it longer.
    #[error("the vendor has locked this user out")]
    LockedOut {
        /// How long it is said to last, counted from the reply. A hint: it may be longer.
        wait_hint: Option<Duration>,
        /// The reply.
        correlation: Correlation,
    },
    /// The credentials are good but may not do this.
    #[error("the account may not do this")]
    PermissionDenied(Correlation),
    /// The application behind the credentials is not subscribed to this API (VBC).
    #[error("the application is not subscribed to this API")]
    NotSubscribed(Correlation),
    /// There is no such API where the configuration says (a gateway knows no such path). The account may belong to
    /// another region.
    #[error("there is no such API at this address")]
    WrongAddress(Correlation),
    /// The account belongs to the service of another region (VBC: India and the rest of the world have one each).
    #[error("this account belongs to another region")]
    WrongRegion(Correlation),
    /// A renewed sign-in could not be kept, so nothing was sent with it. It is kept in memory, and the next request
    /// tries to keep it again.
    #[error("the renewed sign-in cannot be kept: {reason}")]
    NotKept {
        /// What the store said.
        reason: String,
    },
    /// Too many requests; wait.
    #[error("the vendor asks to slow down")]
    RateLimited {
        /// How long the vendor asks to wait.
        retry_after: Option<Duration>,
        /// The reply.
        correlation: Correlation,
    },
    /// Another such operation is running (Vobiz: one export at a time).
    #[error("the vendor is busy with an earlier request")]
    Busy(Correlation),
    /// Nobody answered: no network, no such host, refused, TLS, timed out. The text has no URL in it.
    #[error("no answer: {reason}")]
    Unreachable {
        /// What went wrong, for a person.
        reason: String,
        /// The same as one of a few kinds.
        obstacle: Obstacle,
    },
    /// The connection broke or stalled in the middle of a reply.
    #[error("the connection broke: {reason}")]
    Interrupted {
        /// What went wrong.
        reason: String,
    },
    /// The vendor said no (any other 4xx), with its reason.
    #[error("the vendor rejected the request")]
    Rejected(Correlation),
    /// The vendor failed (5xx).
    #[error("the vendor had an error")]
    VendorFailed(Correlation),
    /// The reply cannot be what the API promises: not JSON, not the shape, HTML, a redirect that leads nowhere.
    #[error("unexpected reply: {reason}")]
    BadReply {
        /// What was wrong with it.
        reason: String,
        /// The reply.
        correlation: Correlation,
    },
    /// The request breaks a rule we know, so it was not sent.
    #[error("not sent: {reason}")]
    Invalid {
        /// Which rule.
        reason: String,
    },
    /// This vendor cannot do this.
    #[error("this vendor cannot do that")]
    NotSupported,
}

impl Error {
    /// The reply's details, if there was a reply.
    pub fn correlation(&self) -> Option<&Correlation> {
        match self {
            Self::NotFound(correlation)
            | Self::Unauthenticated(correlation)
            | Self::PermissionDenied(correlation)
            | Self::NotSubscribed(correlation)
            | Self::WrongAddress(correlation)
            | Self::WrongRegion(correlation)
            | Self::Busy(correlation)
            | Self::Rejected(correlation)
            | Self::VendorFailed(correlation)
            | Self::RateLimited { correlation, .. }
            | Self::LockedOut { correlation, .. }
            | Self::BadReply { correlation, .. } => Some(correlation),
            Self::Unreachable { .. }
            | Self::Interrupted { .. }
            | Self::Invalid { .. }
            | Self::NotKept { .. }
            | Self::NotSupported => None,
        }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Unreachable { .. }
                | Self::Interrupted { .. }
                | Self::VendorFailed(_)
        )
    }
}
