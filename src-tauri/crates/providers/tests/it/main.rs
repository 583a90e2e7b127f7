//! The providers against servers on this computer: the vendor's own samples, every known peculiarity, and failures.

#![expect(
    clippy::unwrap_used,
    reason = "the steps all tests share are no test functions, and a failed step must end its test"
)]

mod addresses;
mod auth;
mod contract;
mod deletion;
mod every_fault;
mod export;
mod logs;
mod media;
mod mutations;
mod network;
mod paging;
mod proxy;
mod redirects;
mod retries;
mod samples;
mod sandboxed;
mod secrets;
mod shapes;
mod support;
mod tls;
mod token_faults;
mod vbc_archives;
mod vbc_lists;
mod vbc_pages;
mod vbc_sandboxed;
mod vbc_sign_in;
mod vbc_tokens;
mod vobiz_records;
mod weather;
