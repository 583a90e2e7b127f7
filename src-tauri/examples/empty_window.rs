//! A window with nothing in it: what `cargo xtask bench startup` measures ours against.
//!
//! The same Tauri with the same configuration and the same content security policy, one window of the same size, and an empty
//! document but for a word, without which nothing would be painted. It tells its first frame to a log as the program does.
//!
//! `empty_window --data-dir FOLDER`

use std::borrow::Cow;
use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;

use tauri::utils::assets::{AssetKey, AssetsIter, CspHash};
use tauri::{App, Assets, Builder, Manager as _, Runtime, State, WebviewUrl, WebviewWindowBuilder};

/// What the program runs when its first frame is on the screen, and calls then: when the web view says that it painted.
const FIRST_FRAME: &str = "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => { \
    const paint = performance.getEntriesByName('first-contentful-paint')[0]; \
    const atMs = Math.round(performance.timeOrigin + (paint ? paint.startTime : performance.now())); \
    window.__TAURI_INTERNALS__.invoke('app_mark_startup', { stage: 'firstFrame', atMs }); })));";

/// The one page.
struct EmptyPage;

impl<R: Runtime> Assets<R> for EmptyPage {
    fn setup(&self, _: &App<R>) {}

    fn get(&self, key: &AssetKey) -> Option<Cow<'_, [u8]>> {
        let page =
            b"<!doctype html><html lang=\"en\"><title>Empty window</title><body>Empty</body></html>";
        (key.as_ref() == "/index.html").then_some(Cow::Borrowed(page))
    }

    fn iter(&self) -> Box<AssetsIter<'_>> {
        Box::new(std::iter::empty())
    }

    fn csp_hashes(&self, _: &AssetKey) -> Box<dyn Iterator<Item = CspHash<'_>> + '_> {
        Box::new(std::iter::empty())
    }
}

/// Where the log is.
struct Log {
    path: PathBuf,
}

/// Has the name of the program's command, so that the same permission allows it.
#[tauri::command]
#[expect(clippy::needless_pass_by_value, reason = "Tauri hands its state over like this")]
fn app_mark_startup(log: State<'_, Log>, stage: &str, at_ms: i64) -> Result<(), String> {
    if stage != "firstFrame" {
        return Err(format!("{stage} is no stage of an empty window"));
    }
    let line = format!("{{\"fields\":{{\"first_frame_ms\":0,\"at_ms\":{at_ms}}}}}");
    let told = std::fs::OpenOptions::new().create(true).append(true).open(&log.path);
    told.and_then(|mut file| writeln!(file, "{line}")).map_err(|error| error.to_string())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [option, folder] = arguments.as_slice() else {
        return Err("empty_window --data-dir FOLDER".into());
    };
    if option != "--data-dir" {
        return Err(format!("{option} is no option").into());
    }
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(folder.join("logs"))?;
    let mut context = tapeshelf::context();
    context.set_assets(Box::new(EmptyPage));
    let app = Builder::default()
        .invoke_handler(tauri::generate_handler![app_mark_startup])
        .build(context)?;
    app.manage(Log { path: folder.join("logs/tapeshelf.log") });
    WebviewWindowBuilder::new(&app, "main", WebviewUrl::default())
        .title("Empty window")
        .inner_size(1280.0, 800.0)
        .data_directory(folder.join("webview"))
        .initialization_script(FIRST_FRAME)
        .build()?;
    app.run(|_, _| {});
    Ok(())
}
