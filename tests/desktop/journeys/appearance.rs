//! Light and dark, large and small, and no mouse.

use anyhow::{Result, ensure};
use thirtyfour::Key;

use crate::page::{Page, a_moment};
use crate::rig::{Parts, Rig};

pub(super) async fn light_dark_small_and_by_keyboard(name: &'static str) -> Result<()> {
    let rig = Rig::start(Parts::default())?;
    let profile = rig.home().join("profile");
    let page = Page::new(rig.open(&profile, &["--sandbox"]).await?, name);
    page.has_rows(2000).await?;
    by_keyboard(&page).await?;
    for theme in ["Light", "Dark"] {
        page.click("button", "Settings").await?;
        page.click("label", theme).await?;
        a_moment(300).await;
        page.shot(&format!("{theme}-settings")).await?;
        page.keys(Key::Escape + "").await?;
        page.gone("dialog", "/Settings/").await?;
        for (width, height) in [(1280, 800), (900, 600)] {
            page.driver.set_window_rect(0, 0, width, height).await?;
            page.row(3).await?.click().await?;
            a_moment(300).await;
            page.shot(&format!("{theme}-{width}-library")).await?;
            page.keys(Key::Delete + "").await?;
            page.find("dialog", "/Delete 1 recording/").await?;
            page.shot(&format!("{theme}-{width}-delete")).await?;
            page.keys(Key::Escape + "").await?;
            page.gone("dialog", "/Delete/").await?;
        }
        page.driver.set_window_rect(0, 0, 1280, 800).await?;
    }
    page.close(&rig).await?;
    let page = Page::new(rig.open(&profile, &[]).await?, name);
    page.has_rows(2000).await?;
    let theme = page.script("return document.documentElement.dataset.theme").await?;
    ensure!(theme == "dark", "the theme is not remembered: {theme}");
    page.close(&rig).await
}

async fn by_keyboard(page: &Page) -> Result<()> {
    // Into the search, out of it, down the table, play, and a deletion that Enter must not confirm.
    page.keys(Key::Control + "f").await?;
    ensure!(focused(page).await? == "Search recordings", "Ctrl+F does not reach the search");
    page.keys(Key::Escape + "").await?;
    page.row(0).await?.click().await?;
    for _ in 0..3 {
        page.keys(Key::Down + "").await?;
    }
    page.keys(Key::Enter + "").await?;
    page.find("button", "/^(Pause|Play again)$/").await?;
    page.shot("keyboard-playing").await?;
    page.row(3).await?.click().await?;
    page.keys(Key::Delete + "").await?;
    page.find("dialog", "/Delete 1 recording/").await?;
    page.keys(Key::Enter + "").await?;
    page.gone("dialog", "/Delete/").await?;
    // A deletion that went out all the same would show in a new reading of the list.
    page.click("button", "Sync now").await?;
    page.says("Synced just now").await?;
    page.has_rows(2000).await
}

async fn focused(page: &Page) -> Result<String> {
    let name =
        page.script("return document.activeElement?.getAttribute('aria-label') ?? ''").await?;
    Ok(name.as_str().unwrap_or_default().to_owned())
}
