//! Journeys on the real program: its real window, a real keyring, real sound, real native dialogs.
//!
//! Each journey gets a machine of its own ([`rig::Rig`]: display, session bus, keyring, sound server, WebDriver) and a
//! profile of its own, so that none can see what another left. It runs as a program rather than under libtest, because
//! journeys share two processor cores and must go one after another. `cargo test --test desktop -- NAME` runs those
//! whose name contains NAME. Screenshots go to `target/screenshots`.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a test runner speaks to whoever runs it"
)]

mod journeys;
mod page;
mod rig;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let chosen: Vec<_> = journeys::ALL
        .iter()
        .filter(|journey| wanted.as_ref().is_none_or(|wanted| journey.name.contains(wanted)))
        .collect();
    if std::env::args().any(|argument| argument == "--list") {
        // A test runner asks what there is; it has no business running these one by one, in parallel.
        return ExitCode::SUCCESS;
    }
    if chosen.is_empty() {
        println!("no journey has “{}” in its name", wanted.unwrap_or_default());
        return ExitCode::FAILURE;
    }
    println!("running {} journeys", chosen.len());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let (mut passed, mut failed) = (0, Vec::new());
    for journey in chosen {
        let since = Instant::now();
        let outcome =
            std::panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on((journey.run)())));
        let seconds = since.elapsed().as_secs();
        match outcome {
            Ok(Ok(())) => {
                passed += 1;
                println!("journey {} ... ok ({seconds} s)", journey.name);
            }
            Ok(Err(error)) => {
                failed.push(journey.name);
                println!("journey {} ... FAILED ({seconds} s)\n{error:#}", journey.name);
            }
            Err(_) => {
                failed.push(journey.name);
                println!("journey {} ... FAILED ({seconds} s), see the panic above", journey.name);
            }
        }
    }
    let word = if failed.is_empty() { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {word}. {passed} passed; {} failed; 0 ignored; 0 measured; 0 filtered out",
        failed.len()
    );
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
