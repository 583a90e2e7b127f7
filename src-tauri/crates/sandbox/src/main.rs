//! Runs the sandbox by itself: `cargo xtask sandbox`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tapeshelf_sandbox::{
    FaultProfile, MediaLength, PageBase, Sandbox, SandboxOptions, VbcRecordings, VbcRole,
};
use tracing_subscriber::EnvFilter;

/// A server on 127.0.0.1 that behaves like Vobiz and like VBC, with made-up calls.
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
    /// What goes wrong and how often: "html200:0.2,api.cut_at=1000:0.1,media.stall!". "bad_day" is a list of its own. A
    /// name that does not exist is answered with all that do.
    #[arg(long, default_value = "")]
    faults: FaultProfile,
    /// Size of every file of audio in bytes; without it they are as long as their calls.
    #[arg(long)]
    media_bytes: Option<u64>,
    /// The largest page of the list.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    max_page_size: u32,
    /// File that remembers deletions and exports over restarts.
    #[arg(long)]
    state_file: Option<PathBuf>,
    /// Port of VBC; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    vbc_port: u16,
    /// How many company recordings VBC has.
    #[arg(long, default_value_t = 600)]
    vbc_recordings: u32,
    /// How many people VBC has besides the administrator.
    #[arg(long, default_value_t = 8)]
    vbc_users: u32,
    /// How many on-demand recordings each of them has.
    #[arg(long, default_value_t = 12)]
    vbc_on_demand: u32,
    /// Requests a minute that a token of VBC is good for; without it there is no limit.
    #[arg(long)]
    vbc_requests_per_min: Option<u32>,
    /// Seconds that an access token of VBC is good for.
    #[arg(long, default_value_t = 86_400)]
    vbc_token_lifetime_s: u32,
    /// What the person who signs in to VBC may do.
    #[arg(long, value_enum, default_value = "administrator")]
    vbc_role: VbcRole,
    /// What the first page of a list of VBC is called.
    #[arg(long, value_enum, default_value = "one")]
    vbc_page_base: PageBase,
    /// VBC answers under /v1/api only.
    #[arg(long)]
    vbc_only_v1: bool,
    /// VBC has transcripts.
    #[arg(long)]
    vbc_transcripts: bool,
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
        media_length: arguments
            .media_bytes
            .map_or(MediaLength::OfTheCall, |bytes| MediaLength::Fixed { bytes }),
        vbc_port: arguments.vbc_port,
        vbc_recordings: arguments.vbc_recordings,
        vbc_users: arguments.vbc_users,
        vbc_on_demand: arguments.vbc_on_demand,
        vbc_requests_per_min: arguments.vbc_requests_per_min,
        vbc_token_lifetime_s: arguments.vbc_token_lifetime_s,
        vbc_role: arguments.vbc_role,
        vbc_page_base: arguments.vbc_page_base,
        vbc_only_v1: arguments.vbc_only_v1,
        vbc_transcripts: arguments.vbc_transcripts,
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
    let vbc = sandbox.vbc();
    println!("VBC");
    println!("service     {}", vbc.service_base());
    println!("users       {}", vbc.provisioning_base());
    println!("token       {}", vbc.token_url());
    println!("authorize   {}", vbc.authorize_url());
    println!("key         {}", vbc.client_id());
    println!("secret      {}", vbc.client_secret());
    println!("login       {}", vbc.username());
    println!("second      {}", vbc.second_user());
    println!("password    {}", vbc.password());
    println!("recordings  {}", vbc.total(VbcRecordings::Company));
    println!("Press Ctrl+C to stop.");
}
