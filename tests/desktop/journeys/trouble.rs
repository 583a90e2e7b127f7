//! Machines and vendors that misbehave.

use anyhow::{Context as _, Result, ensure};
use sandbox::{Fault, Sandbox, SandboxOptions};

use super::accounts;
use crate::page::{Page, a_moment};
use crate::rig::{Parts, Rig, eventually};

pub(super) async fn no_sound(name: &'static str) -> Result<()> {
    let rig = Rig::start(Parts { sound: false, ..Parts::default() })?;
    let profile = rig.home().join("profile");
    let page = Page::new(rig.open(&profile, &["--sandbox"]).await?, name);
    page.has_rows(2000).await?;
    let row = page.row(2).await?;
    page.driver.action_chain().double_click_element(&row).perform().await?;
    page.says("No sound on this computer").await?;
    let position = || async {
        page.script("return Number(document.querySelector('[aria-label=Position]')?.ariaValueNow)")
            .await
    };
    let first = position().await?.as_f64().context("no position")?;
    eventually("the position to move", async || {
        (position().await.ok()?.as_f64()? > first).then_some(())
    })
    .await?;
    page.shot("1-no-sound").await?;
    page.click("button", "Pause").await?;
    page.has_rows(2000).await?;
    page.close(&rig).await
}

pub(super) async fn hostile_files(name: &'static str) -> Result<()> {
    let vendor =
        Sandbox::start(SandboxOptions { recordings: 12, ..SandboxOptions::default() }).await?;
    let mut planted = vendor.recordings().first().context("no recording")?.clone();
    planted["recording_id"] = "../../../escaped".into();
    vendor.plant(planted);
    for id in vendor.recording_ids() {
        vendor.break_media(&id, Fault::Html200);
    }
    let rig = Rig::start(Parts::default())?;
    let profile = rig.home().join("profile");
    let page = Page::new(rig.open(&profile, &[]).await?, name);
    accounts::add(&page, &vendor, 13).await?;

    page.row(0).await?.click().await?;
    page.keys(thirtyfour::Key::Control + "a").await?;
    page.says("13 selected").await?;
    page.click("button", "Download…").await?;
    // A folder that cannot be written is refused at once, with the dialog still open.
    page.click("button", "/^(Choose folder…|Change…)/").await?;
    rig.answer_dialog("Choose a folder for the downloads", "/proc").await?;
    page.says("could not be used").await?;
    page.shot("1-folder-not-writable").await?;
    let folder = rig.home().join("calls/inner/deeper");
    std::fs::create_dir_all(&folder)?;
    page.click("button", "/^(Choose folder…|Change…)/").await?;
    rig.answer_dialog("Choose a folder for the downloads", &folder.display().to_string()).await?;
    page.says(&folder.display().to_string()).await?;
    page.click("button", "/^Download 13 files/").await?;
    page.click("button", "/^Transfers/").await?;
    page.says("failed").await?;
    eventually("the end of the job", async || {
        (!page.text().await.ok()?.contains("Running")).then_some(())
    })
    .await?;
    a_moment(200).await;
    page.shot("2-failed-files").await?;
    let left: Vec<_> = std::fs::read_dir(&folder)?.collect::<std::io::Result<_>>()?;
    ensure!(left.is_empty(), "a web page was saved or a half file was left: {left:?}");
    for outside in [rig.home().join("calls"), rig.home().join("calls/inner"), rig.home().to_owned()]
    {
        let names: Vec<_> = std::fs::read_dir(&outside)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<std::io::Result<_>>()?;
        ensure!(!names.iter().any(|name| name.to_string_lossy().contains("escaped")), "{names:?}");
    }
    page.close(&rig).await
}
