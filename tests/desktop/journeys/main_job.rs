//! The main job, from an empty profile to files on disk, and back after a restart.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use crate::page::Page;
use crate::rig::sound::{CAPTURE_RATE_HZ, decoded, envelope, likeness};
use crate::rig::{Parts, Rig, eventually};

/// An envelope louder than this is speech, not the silence of the null output.
const AUDIBLE: f64 = 150.0;
/// How much of the recording is compared with what was heard, in seconds.
const HEARD_S: usize = 8;

pub(super) async fn the_main_job(name: &'static str) -> Result<()> {
    let rig = Rig::start(Parts::default())?;
    let profile = rig.home().join("profile");
    let page = Page::new(rig.open(&profile, &[]).await?, name);

    // A fresh start, and the sandbox.
    page.find("button", "/^Try the sandbox/").await?;
    page.shot("1-welcome").await?;
    let since = Instant::now();
    page.click("button", "/^Try the sandbox/").await?;
    page.has_rows(2000).await?;
    println!("  2 000 calls in the table after {} ms", since.elapsed().as_millis());
    page.shot("2-library").await?;

    find_by_part_of_a_number(&page).await?;
    let rows = three_short_calls(&page).await?;
    let heard = hear(&rig, &page, rows[0]).await?;
    let files = save_three(&rig, &page, rows).await?;
    let mut alike = Vec::new();
    for file in &files {
        alike.push(likeness(&heard, &decoded(&rig, file)?, HEARD_S));
    }
    println!("  likeness of what was heard to the three files: {alike:.3?}");
    ensure!(alike[0] > 0.9, "what was heard is not the file");
    ensure!(
        alike[1..].iter().all(|other| *other < alike[0] - 0.1),
        "another file would pass as well"
    );

    export_last_week(&page).await?;
    delete_one(&page).await?;
    page.close(&rig).await?;
    everything_is_as_it_was(&rig, &profile, name).await
}

async fn find_by_part_of_a_number(page: &Page) -> Result<()> {
    let cells = page.cells().await?;
    let digits: String = cells[3]
        .iter()
        .find(|cell| cell.starts_with('+'))
        .context("no number on screen")?
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let part = &digits[digits.len() - 6..];
    page.fill("searchbox", "Search recordings", part).await?;
    let count =
        eventually("fewer rows", async || page.row_count().await.ok().filter(|rows| *rows < 2000))
            .await?;
    ensure!(count > 0, "nothing matches {part}");
    for row in page.cells().await? {
        let all: String = row
            .iter()
            .flat_map(|cell| cell.chars().filter(char::is_ascii_digit).chain(['|']))
            .collect();
        ensure!(all.contains(part), "a row that does not hold {part}: {row:?}");
    }
    page.shot("3-search").await?;
    page.fill("searchbox", "Search recordings", "").await?;
    page.has_rows(2000).await
}

/// Rows that stay on screen when the player and the bar of the selection take their room.
const ALWAYS_SHOWN: usize = 14;

/// Places on screen of three calls that are short, but long enough to be told apart by ear; the shortest first.
async fn three_short_calls(page: &Page) -> Result<[usize; 3]> {
    let mut lengths: Vec<(usize, usize)> = Vec::new();
    for (index, row) in page.cells().await?.iter().enumerate().take(ALWAYS_SHOWN) {
        let length = row.iter().find_map(|cell| {
            let (minutes, seconds) = cell.split_once(':')?;
            Some(minutes.parse::<usize>().ok()? * 60 + seconds.parse::<usize>().ok()?)
        });
        if let Some(seconds) = length.filter(|seconds| *seconds >= HEARD_S + 4) {
            lengths.push((seconds, index));
        }
    }
    lengths.sort_unstable();
    let places: Vec<usize> = lengths.iter().map(|(_, index)| *index).take(3).collect();
    places.try_into().map_err(|few| anyhow::anyhow!("too few calls on screen: {few:?}"))
}

/// Plays a call and returns what came out of the sound card.
async fn hear(rig: &Rig, page: &Page, row: usize) -> Result<Vec<i16>> {
    let capture = rig.capture("heard")?;
    let row = page.row(row).await?;
    page.driver.action_chain().double_click_element(&row).perform().await?;
    page.find("button", "Pause").await?;
    let (mut heard_s, mut loud) = (0, 0);
    let sounded = eventually("enough sound", async || {
        let heard = capture.so_far().ok()?;
        let levels = envelope(&heard);
        let first = levels.iter().position(|level| *level > AUDIBLE)?;
        heard_s = (levels.len() - first) / 50;
        loud = levels.iter().filter(|level| **level > AUDIBLE).count();
        (loud > 50 && heard_s > HEARD_S + 1).then_some(())
    })
    .await;
    if let Err(error) = sounded {
        page.shot("lost").await?;
        let text = page.text().await?;
        return Err(
            error.context(format!("{loud} loud moments in {heard_s} s; the page says: {text}"))
        );
    }
    page.shot("4-playing").await?;
    page.click("button", "Pause").await?;
    eventually("silence after the pause", async || {
        let heard = capture.so_far().ok()?;
        let last = &heard[heard.len().saturating_sub(CAPTURE_RATE_HZ as usize / 2)..];
        envelope(last).iter().all(|level| *level < AUDIBLE).then_some(())
    })
    .await?;
    capture.so_far()
}

/// Ticks three calls, the played one first, and downloads them. Returns their files, the played one first.
async fn save_three(rig: &Rig, page: &Page, rows: [usize; 3]) -> Result<Vec<PathBuf>> {
    let folder = rig.home().join("calls");
    std::fs::create_dir(&folder)?;
    for index in rows {
        let row = page.row(index).await?;
        row.find(thirtyfour::By::Css("input[type=checkbox], [role=checkbox]"))
            .await?
            .click()
            .await?;
    }
    page.says("3 selected").await?;
    page.shot("5-selected").await?;
    page.click("button", "Download…").await?;
    page.click("button", "/^(Choose folder…|Change…)/").await?;
    rig.answer_dialog("Choose a folder for the downloads", &folder.display().to_string()).await?;
    page.says(&folder.display().to_string()).await?;
    page.shot("6-download").await?;
    page.click("button", "Download 3 files").await?;
    page.click("button", "/^Transfers/").await?;
    page.says("Finished").await?;
    page.shot("7-transfers").await?;

    let files: Vec<PathBuf> =
        std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    ensure!(files.len() == 3, "three files were asked for: {files:?}");
    ensure!(
        files.iter().all(|file| file.extension().is_some_and(|extension| extension != "part")),
        "{files:?}"
    );
    // Each is whole for an independent decoder, and is the file that the details pane vouches for.
    page.click("button", "/^All recordings/").await?;
    let mut vouched = Vec::new();
    for index in rows {
        page.row(index).await?.click().await?;
        page.says("Saved and verified").await?;
        page.script(
            "document.querySelectorAll('details').forEach((shut) => { shut.open = true; })",
        )
        .await?;
        let hash = eventually("the SHA-256 of this row", async || {
            let text = page.text().await.ok()?;
            let hash = text
                .split_whitespace()
                .find(|word| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit()))?;
            (!vouched.contains(&hash.to_owned())).then(|| hash.to_owned())
        })
        .await?;
        vouched.push(hash);
    }
    page.shot("8-details").await?;
    let mut ordered = Vec::new();
    for hash in &vouched {
        let file = files.iter().find(|file| sha256(rig, file).is_ok_and(|found| found == *hash));
        let file =
            file.with_context(|| format!("no file has the SHA-256 {hash} of the details"))?;
        ensure!(!decoded(rig, file)?.is_empty(), "{} holds no sound", file.display());
        ordered.push(file.clone());
    }
    Ok(ordered)
}

async fn export_last_week(page: &Page) -> Result<()> {
    page.click("button", "/^Exports/").await?;
    page.click("button", "New export…").await?;
    page.find("dialog", "/./").await?;
    page.shot("9-export-what").await?;
    page.click("button", "Last 7 days").await?;
    page.click("button", "Next").await?;
    page.click("button", "Next").await?;
    page.fill("textbox", "/^E-mail addresses/", "qa@example.com").await?;
    page.keys(thirtyfour::Key::Enter + "").await?;
    page.find("button", "Remove qa@example.com").await?;
    page.click("button", "/^(Review|Next)$/").await?;
    page.says("qa@example.com").await?;
    page.shot("10-export-review").await?;
    page.click("button", "Send request").await?;
    page.says("Vobiz accepted the request").await?;
    let text = page.text().await?;
    ensure!(text.contains("Correlation id"), "no correlation id: {text}");
    page.shot("11-export-accepted").await?;
    page.click("button", "/^(Done|Close)$/").await
}

async fn delete_one(page: &Page) -> Result<()> {
    page.click("button", "/^All recordings/").await?;
    page.has_rows(2000).await?;
    page.click("button", "Clear selection").await?;
    page.row(8).await?.click().await?;
    page.keys(thirtyfour::Key::Delete + "").await?;
    page.find("dialog", "/Delete 1 recording/").await?;
    // It has no copy, so the person must say that it may go all the same.
    page.click("checkbox", "/without a copy too/").await?;
    page.shot("12-delete").await?;
    page.click("button", "Delete 1 recording").await?;
    page.says("deleted at the provider").await?;
    page.click("button", "/^(Done|Close)$/").await.ok();
    page.has_rows(1999).await?;
    // Gone at the provider too: a new reading of its list does not bring it back.
    page.click("button", "Sync now").await?;
    page.says("Synced just now").await?;
    page.has_rows(1999).await
}

async fn everything_is_as_it_was(rig: &Rig, profile: &Path, name: &'static str) -> Result<()> {
    let page = Page::new(rig.open(profile, &[]).await?, name);
    page.has_rows(1999).await?;
    page.click("button", "/^Transfers/").await?;
    page.says("3 verified").await?;
    page.click("button", "/^Exports/").await?;
    page.says("Accepted").await?;
    page.shot("13-after-restart").await?;
    page.close(rig).await
}

/// By `sha256sum`, which is none of ours.
fn sha256(rig: &Rig, path: &Path) -> Result<String> {
    let line = rig.output("sha256sum", &["--", &path.display().to_string()])?;
    Ok(line.split_whitespace().next().unwrap_or_default().to_owned())
}
