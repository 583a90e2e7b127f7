//! The sandbox over real HTTP: what it promises to the program and to the other crates' tests.

mod api;
mod exports;
mod faults;
mod files;
mod media;
mod state;
mod support;
