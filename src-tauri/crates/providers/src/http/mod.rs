//! What every vendor's client shares: one way to send a request, to follow a redirect, to try again, and to read a
//! reply.
//!
//! Nothing here knows a vendor. A vendor hands over its `Credentials` (headers, and the origins that may see them)
//! and gets back bytes or an [`crate::Error`] in the terms of the trait.

mod authorities;
pub(crate) mod body;
pub(crate) mod failure;
pub(crate) mod gate;
mod media;
pub(crate) mod redact;
pub(crate) mod redirect;
pub(crate) mod reply;
pub(crate) mod retry;
mod transport;

pub use authorities::count_authorities;
pub(crate) use failure::Failure;
pub(crate) use gate::{Gate, Quota};
pub(crate) use media::Part;
pub(crate) use redact::Redactor;
pub(crate) use redirect::Audience;
pub(crate) use reply::{Dialect, FailedReply, Reply};
pub(crate) use retry::Tries;
pub(crate) use transport::{Call, Credentials, Lane};
pub use transport::{Proxy, Transport, TransportOptions};
