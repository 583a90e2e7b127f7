//! The vendors' recording APIs behind one trait.
//!
//! [`Provider`] is what the rest of the program sees; [`vobiz`] is the first implementation, and Vonage Business
//! Communications joins as the second. Vendor JSON exists only in `<vendor>/wire.rs`. Redirects are followed by hand
//! and credentials are attached by comparing parsed origins on every hop, because reqwest forwards custom headers to
//! other origins.

pub mod error;
pub mod http;
pub mod provider;
pub mod vobiz;

pub use error::{Correlation, Error, Result};
pub use http::{Transport, TransportOptions};
pub use provider::{Deleted, ExportAccepted, MediaStream, Page, PageRequest, Provider};
pub use vobiz::{Vobiz, VobizConfig};
