//! The providers against servers on this computer: the vendor's own samples, every known peculiarity, and failures.

mod auth;
mod contract;
mod deletion;
mod export;
mod media;
mod network;
mod paging;
mod redirects;
mod retries;
mod samples;
mod sandboxed;
mod secrets;
mod shapes;
mod support;
