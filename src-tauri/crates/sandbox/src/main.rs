//! Runs the sandbox by itself: `cargo xtask sandbox`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tapeshelf_sandbox::{FaultProfile, Sandbox, SandboxOptions};
use tracing_subscriber::EnvFilter;

/// A server on 127.0.0.1 that behaves like Vobiz, with made-up calls.
#[derive(Debug, Parser)]
#[command(name = "tapeshelf-sandbox", version)]
struct Arguments {
    /// Port of the API; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How many recordings there are.
    #[arg(long, default_value_t = 2000)]
    recordings: u32,
    /// Which calls, and which luck with faults.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Milliseconds each reply waits before it begins.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    #[expect(clippy::doc_markdown, reason = "this text is shown as it is by --help")]
    /// What goes wrong and how often, for example "html200:0.2,cut:0.1". Known: slow, html200, empty200, cut,
    /// rate429, server5xx, not_ready, redirect_foreign.
    #[arg(long, default_value = "")]
    faults: FaultProfile,
    /// The largest page of the list.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    max_page_size: u32,
    /// File that remembers deletions and exports over restarts.
    #[arg(long)]
    state_file: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| EnvFilter::new("warn,sandbox::request=debug")),
        )
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let options = SandboxOptions {
        port: arguments.port,
        recordings: arguments.recordings,
        seed: arguments.seed,
        latency: Duration::from_millis(arguments.latency_ms),
        faults: arguments.faults,
        max_page_size: arguments.max_page_size,
        state_file: arguments.state_file,
        ..SandboxOptions::default()
    };
    match Sandbox::start(options).await {
        Ok(sandbox) => {
            introduce(&sandbox);
            if let Err(error) = tokio::signal::ctrl_c().await {
                tracing::warn!(%error, "cannot wait for Ctrl+C");
            }
            sandbox.stop().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "telling how to reach it is what the program is for")]
fn introduce(sandbox: &Sandbox) {
    println!("base URL    {}", sandbox.api_base_url());
    println!("auth id     {}", sandbox.auth_id());
    println!("auth token  {}", sandbox.auth_token());
    println!("recordings  {}", sandbox.total());
    println!("Press Ctrl+C to stop.");
}
