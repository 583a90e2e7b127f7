//! The journeys, one file each.

mod accounts;
mod appearance;
mod main_job;
mod starts;
mod trouble;
mod web_process;

use std::future::Future;
use std::pin::Pin;

use anyhow::Result;

/// A journey under way.
type Running = Pin<Box<dyn Future<Output = Result<()>>>>;

/// A journey.
pub(crate) struct Journey {
    /// Its name.
    pub name: &'static str,
    /// Runs it.
    pub run: fn() -> Running,
}

macro_rules! journeys {
    ($($area:ident :: $name:ident),* $(,)?) => {
        /// All journeys, in the order they are run.
        pub(crate) const ALL: &[Journey] =
            &[$(Journey { name: stringify!($name), run: || Box::pin($area::$name(stringify!($name))) }),*];
    };
}

journeys![
    main_job::the_main_job,
    accounts::an_account_with_a_keyring,
    accounts::no_keyring,
    trouble::no_sound,
    trouble::hostile_files,
    web_process::the_page_comes_back,
    starts::starts_that_are_refused,
    starts::a_damaged_index,
    appearance::light_dark_small_and_by_keyboard,
];
