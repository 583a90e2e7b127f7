//! The vendors' recording APIs behind one trait.
//!
//! [`Provider`] is what the rest of the program sees; [`vobiz`] and [`vbc`] implement it. Vendor JSON exists only in
//! `<vendor>/wire.rs`. Redirects are followed by hand and credentials are attached by comparing parsed origins on every
//! hop, because reqwest forwards custom headers to other origins.

pub mod error;
pub mod http;
mod json;
pub mod order;
pub mod provider;
pub mod vbc;
pub mod vobiz;

pub use error::{Correlation, Error, Obstacle, Result, TlsTrouble};
pub use http::{Proxy, Transport, TransportOptions};
pub use order::{ListOrder, OrderField};
pub use provider::{
    Deleted, ExportAccepted, MediaRequest, MediaStream, Pace, Page, PageRequest, Preview, Provider,
    Transcript,
};
pub use vbc::{TokenSet, TokenStore, Vbc, VbcConfig};
pub use vobiz::{Vobiz, VobizConfig};
