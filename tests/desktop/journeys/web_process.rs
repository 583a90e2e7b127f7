//! The process that draws the page ends, as it does when the computer runs out of memory. The program goes on: the page comes
//! back by itself, and what was going on meanwhile is there.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use sandbox::{Fault, MediaLength, Sandbox, SandboxOptions};

use super::accounts;
use crate::page::Page;
use crate::rig::{Parts, Rig, eventually};

/// Calls of the vendor; each takes some seconds on its slow line.
const CALLS: u32 = 6;
/// Size of each file: five seconds on that line.
const BYTES: u64 = 400_000;

pub(super) async fn the_page_comes_back(name: &'static str) -> Result<()> {
    let vendor = Sandbox::start(SandboxOptions {
        recordings: CALLS,
        media_length: MediaLength::Fixed { bytes: BYTES },
        ..SandboxOptions::default()
    })
    .await?;
    let rig = Rig::start(Parts { sound: false, ..Parts::default() })?;
    let profile = rig.home().join("profile");
    let page = Page::new(rig.open(&profile, &[]).await?, name);
    accounts::add(&page, &vendor, CALLS.into()).await?;

    // A download is under way.
    for id in vendor.recording_ids() {
        vendor.break_media(&id, Fault::Slow);
    }
    let folder = rig.home().join("calls");
    fs::create_dir(&folder)?;
    page.row(0).await?.click().await?;
    page.keys(thirtyfour::Key::Control + "a").await?;
    page.click("button", "Download…").await?;
    page.click("button", "/^(Choose folder…|Change…)/").await?;
    rig.answer_dialog("Choose a folder for the downloads", &folder.display().to_string()).await?;
    page.says(&folder.display().to_string()).await?;
    page.click("button", "/^Download 6 files/").await?;
    page.click("button", "/^Transfers/").await?;
    page.says("Running").await?;

    // WebDriver does not find the page that came back. The page itself says in the log when its rows are on screen.
    let program = program(&rig)?;
    end_page(&rig, program, &profile, 1).await?;
    rig.picture(&format!("{name}-1-came-back"))?;
    eventually("the six files", async || {
        let names: Vec<_> = fs::read_dir(&folder).ok()?.flatten().map(|file| file.path()).collect();
        let is_whole =
            |path: &PathBuf| path.extension().is_some_and(|end| end == "wav" || end == "mp3");
        (names.len() == CALLS as usize && names.iter().all(is_whole)).then_some(())
    })
    .await?;

    // Again and again: it is not loaded for ever, and a person decides.
    end_page(&rig, program, &profile, 2).await?;
    end_page(&rig, program, &profile, 3).await?;
    kill_page(&rig, program)?;
    rig.answer_message("^The window cannot be drawn$", "Return", &format!("{name}-2-asks")).await?;
    eventually("the page after the answer", async || (usable(&profile).ok()? == 5).then_some(()))
        .await?;
    rig.picture(&format!("{name}-3-after-the-answer"))?;

    rig.output("kill", &[&program.to_string()])?;
    page.close(&rig).await?;
    let page = Page::new(rig.open(&profile, &[]).await?, name);
    page.has_rows(CALLS.into()).await?;
    page.click("button", "/^Transfers/").await?;
    page.says("6 verified").await?;
    page.close(&rig).await
}

/// Ends the page's process for the `nth` time, and waits until its rows are on screen again.
async fn end_page(rig: &Rig, program: u32, profile: &Path, nth: usize) -> Result<()> {
    kill_page(rig, program)?;
    eventually(&format!("the page after its end no {nth}"), async || {
        (usable(profile).ok()? == nth + 1).then_some(())
    })
    .await
}

/// How often the page said that its rows are on screen. Each page says it once.
fn usable(profile: &Path) -> Result<usize> {
    let log = fs::read_to_string(profile.join("logs/tapeshelf.log"))?;
    Ok(log.matches("table_usable_ms").count())
}

/// The process of the program.
fn program(rig: &Rig) -> Result<u32> {
    let window = rig.output("xdotool", &["search", "--onlyvisible", "--name", "^Tapeshelf$"])?;
    let window = window.lines().next().context("no window")?;
    Ok(rig.output("xdotool", &["getwindowpid", window])?.parse()?)
}

/// Kills the process of the page, which is a child of the program.
fn kill_page(rig: &Rig, program: u32) -> Result<()> {
    let mut pages = Vec::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // Gone meanwhile, like any process of this computer may be.
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        // `pid (name) state ppid …`, proc_pid_stat(5); the name is cut at 15 bytes.
        let Some((head, rest)) = stat.rsplit_once(')') else { continue };
        let parent = rest.split_whitespace().nth(1).and_then(|parent| parent.parse::<u32>().ok());
        if parent == Some(program) && head.contains("(WebKitWebProces") {
            pages.push(id);
        }
    }
    ensure!(pages.len() == 1, "the program has {} processes of pages", pages.len());
    rig.output("kill", &["-KILL", &pages[0].to_string()]).map(|_| ())
}
