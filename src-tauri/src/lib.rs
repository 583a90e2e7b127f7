//! The desktop shell: opens the log and the engine, wires the engine to one window, and nothing else.
//!
//! What a person can do lives in `engine`; what crosses to the window in [`ipc`]; one short function per command in
//! [`commands`]. [`assemble`] is separate from [`main`] so that the tests run the same commands, permissions and
//! context on Tauri's mock runtime.

pub mod command_names;
pub mod commands;
pub mod ipc;
mod log;
mod opening;
mod refused_start;
mod subscription;
mod web_process;
mod window;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;
use engine::{Engine, OutputKind, vault::OsVault};
use tauri::{Builder, Manager as _, RunEvent, Runtime};

use opening::Door;

/// How many calls the built-in sandbox makes up.
const SANDBOX_RECORDINGS: u32 = 2_000;

/// Command line.
#[derive(Debug, Parser)]
#[command(name = "tapeshelf", version, about = "Find, hear, keep, prove and free call recordings.")]
struct Arguments {
    /// Keep index, settings, cache and log in this folder instead of the usual place.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Start with the built-in sandbox account added.
    #[arg(long)]
    sandbox: bool,
}

/// What every command can reach.
pub struct App {
    /// The program without its window.
    pub engine: Engine,
    /// Where the log is.
    pub log_path: PathBuf,
    /// When the process began, to measure the start.
    pub started: Instant,
    /// Add the sandbox account once the window is up.
    pub with_sandbox: bool,
    subscription: subscription::Current,
}

impl App {
    /// Wraps an engine.
    pub fn new(engine: Engine, log_path: PathBuf, started: Instant, with_sandbox: bool) -> Self {
        Self {
            engine,
            log_path,
            started,
            with_sandbox,
            subscription: subscription::Current::default(),
        }
    }
}

/// Runs the program until its window is closed.
pub fn main() -> ExitCode {
    let started = Instant::now();
    match run(Arguments::parse(), started) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            #[expect(clippy::print_stderr, reason = "there is no window to say it in")]
            {
                eprintln!("tapeshelf: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments, started: Instant) -> anyhow::Result<()> {
    let isolated = arguments.data_dir.is_some();
    let data_dir = match arguments.data_dir {
        Some(dir) => std::path::absolute(dir)?,
        None => directories::ProjectDirs::from("io", "tapeshelf", "Tapeshelf")
            .context("this system has no home folder for the data; name one with --data-dir")?
            .data_local_dir()
            .to_owned(),
    };
    let mut builder = Builder::default();
    if !isolated {
        // First of all plugins. An isolated profile is a program of its own and may run beside the usual one.
        builder =
            builder.plugin(tauri_plugin_single_instance::init(|app, _, _| window::to_front(app)));
    }
    let app = assemble(web_process::attend(builder))
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .manage(refused_start::Told::default())
        .build(context())?;
    // Here and not before: a second start of the usual profile has ended in the plugin above by now, without touching
    // the first one's data.
    let (handle, opened_dir) = (app.handle().clone(), data_dir.clone());
    std::thread::spawn(move || match opened(&opened_dir) {
        Ok((engine, log_path)) => handle
            .state::<Arc<Door<_>>>()
            .open(&handle, App::new(engine, log_path, started, arguments.sandbox)),
        Err(error) => refused_start::tell(&handle, &error),
    });
    if let Err(error) = window::open(&app, isolated.then_some(data_dir.as_path())) {
        let what = format!("the window cannot be opened with its data in {}", data_dir.display());
        refused_start::tell(app.handle(), &anyhow::Error::new(error).context(what));
    }
    app.run(|app, event| {
        if let RunEvent::Exit = event
            && let Some(app) = app.try_state::<App>()
        {
            tauri::async_runtime::block_on(app.engine.shut_down());
            tracing::info!("stop");
        }
    });
    Ok(())
}

/// The profile, or why there is none: whoever waits for it would wait for ever after a panic that nobody heard.
fn opened(data_dir: &Path) -> anyhow::Result<(Engine, PathBuf)> {
    std::panic::catch_unwind(|| open_profile(data_dir))
        .unwrap_or_else(|_| anyhow::bail!("opening the profile failed; the log has the details"))
}

/// Opens the log and the engine of a profile.
fn open_profile(data_dir: &Path) -> anyhow::Result<(Engine, PathBuf)> {
    let log_path = log::open(data_dir)
        .with_context(|| format!("the log in {} cannot be written", data_dir.display()))?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), data_dir = %data_dir.display(), "start");
    let engine = Engine::open(engine::Options {
        data_dir: data_dir.to_owned(),
        vault: Arc::new(OsVault::default()),
        output: OutputKind::Device,
        clock: Arc::new(jiff::Timestamp::now),
        actor: actor(),
        sandbox_recordings: SANDBOX_RECORDINGS,
    })
    .with_context(|| format!("the index in {} cannot be opened", data_dir.display()))?;
    Ok((engine, log_path))
}

/// Who acts, for the record of deletions: the name under which the operating system knows the person.
fn actor() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "unknown".into())
}

/// The compiled-in configuration: window page, permissions, content security policy.
pub fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

/// Adds the dialog and opener plugins and all commands. They run once an [`App`] is managed.
pub fn assemble<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    let door = commands();
    builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .manage(Arc::clone(&door))
        .invoke_handler(move |invoke| door.pass(invoke))
}

/// All commands, behind the door that the profile opens.
#[expect(clippy::too_many_lines, reason = "a line a command, in the one list that Tauri takes")]
fn commands<R: Runtime>() -> Arc<Door<R>> {
    Door::to(tauri::generate_handler![
        commands::app::app_info,
        commands::app::app_subscribe,
        commands::app::app_mark_startup,
        commands::app::settings_get,
        commands::app::settings_set,
        commands::app::settings_choose_ca_file,
        commands::app::settings_ca_file,
        commands::app::data_reveal,
        commands::app::data_back_up,
        commands::app::data_rebuild,
        commands::accounts::accounts_list,
        commands::accounts::accounts_add_vobiz,
        commands::accounts::accounts_add_sandbox,
        commands::accounts::accounts_sign_in,
        commands::accounts::accounts_remove,
        commands::accounts::accounts_add_vbc,
        commands::accounts::accounts_sign_in_vbc,
        commands::accounts::accounts_cancel_sign_in,
        commands::accounts::accounts_check,
        commands::accounts::accounts_paces,
        commands::accounts::accounts_users,
        commands::accounts::accounts_set_pace,
        commands::accounts::sync_start,
        commands::accounts::sync_cancel,
        commands::library::library_search,
        commands::library::library_window,
        commands::library::library_counts,
        commands::library::library_recording,
        commands::library::library_refresh_recording,
        commands::library::library_selection_totals,
        commands::library::recordings_delete,
        commands::library::library_positions,
        commands::library::library_completeness,
        commands::library::library_check_days,
        commands::library::recordings_annotate,
        commands::query::query_read,
        commands::query::query_write,
        commands::query::query_complete,
        commands::query::query_values,
        commands::views::views_list,
        commands::views::views_save,
        commands::views::views_delete,
        commands::views::views_reorder,
        commands::views::views_counts,
        commands::views::views_export,
        commands::views::views_import,
        commands::transfers::transfers_choose_folder,
        commands::transfers::transfers_last_folder,
        commands::transfers::transfers_preview_names,
        commands::transfers::transfers_start,
        commands::transfers::transfers_save_one,
        commands::transfers::transfers_list,
        commands::transfers::transfers_items,
        commands::transfers::transfers_pause,
        commands::transfers::transfers_resume,
        commands::transfers::transfers_cancel,
        commands::transfers::transfers_retry_failed,
        commands::transfers::transfers_reveal,
        commands::transfers::transfers_report,
        commands::transfers::transfers_plan,
        commands::transfers::transfers_settings,
        commands::transfers::transfers_set_settings,
        commands::transfers::transfers_search,
        commands::transfers::transfers_find_items,
        commands::transfers::transfers_order_items,
        commands::transfers::transfers_move,
        commands::transfers::transfers_set_priority,
        commands::transfers::transfers_pace,
        commands::places::places_list,
        commands::places::places_save,
        commands::places::places_check,
        commands::places::places_remove,
        commands::places::places_choose,
        commands::copies::copies_check,
        commands::copies::copies_cancel_check,
        commands::copies::copies_forget_missing,
        commands::copies::copies_check_report,
        commands::copies::copies_choose_source,
        commands::copies::copies_adopt,
        commands::copies::copies_cancel_adoption,
        commands::copies::copies_adoption_report,
        commands::autosave::autosave_list,
        commands::autosave::autosave_save,
        commands::autosave::autosave_remove,
        commands::autosave::autosave_run,
        commands::exports::exports_review,
        commands::exports::exports_request,
        commands::exports::exports_list,
        commands::exports::exports_review_job,
        commands::exports::exports_create_job,
        commands::exports::exports_jobs,
        commands::exports::exports_known_jobs,
        commands::exports::exports_download_archive,
        commands::exports::exports_cancel_archive,
        commands::calls::calls_record,
        commands::calls::calls_transcript,
        commands::metadata::metadata_export,
        commands::metadata::metadata_cancel_export,
        commands::metadata::metadata_reveal,
        commands::player::player_load,
        commands::player::player_play,
        commands::player::player_pause,
        commands::player::player_seek,
        commands::player::player_set_volume,
        commands::player::player_close,
        commands::player::player_peaks,
    ])
}
