//! The sandbox over real HTTP: what it promises to the program and to the other crates' tests.
//!
//! The modules are marked as tests so that Clippy lets their shared functions unwrap.

#[cfg(test)]
mod accounts;
mod api;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod files;
#[cfg(test)]
mod media;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod program;
#[cfg(test)]
mod state;
#[cfg(test)]
mod support;
#[cfg(test)]
mod vbc;
