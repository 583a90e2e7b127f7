//! Adding an ordinary account: with a keyring, and on a machine that has none.

use std::path::Path;

use anyhow::{Result, ensure};
use sandbox::{Sandbox, SandboxOptions};

use crate::page::Page;
use crate::rig::{Parts, Rig};

/// Few enough that a sync is over at once.
const CALLS: u32 = 40;

async fn vendor() -> Result<Sandbox> {
    Ok(Sandbox::start(SandboxOptions { recordings: CALLS, ..SandboxOptions::default() }).await?)
}

async fn fill_in(page: &Page, vendor: &Sandbox, token: &str, address: &str) -> Result<()> {
    page.fill("textbox", "/^Auth ID/", vendor.auth_id()).await?;
    page.fill("textbox", "/^Auth token/", token).await?;
    page.fill("textbox", "/^API address/", address).await
}

async fn open_dialog(page: &Page) -> Result<()> {
    page.click("button", "/^Add Vobiz account/").await?;
    page.find("dialog", "/Add Vobiz account/").await?;
    page.click("button", "/^Advanced/").await
}

/// Adds the account of a vendor, and waits for all its calls.
pub(super) async fn add(page: &Page, vendor: &Sandbox, calls: i64) -> Result<()> {
    open_dialog(page).await?;
    fill_in(page, vendor, vendor.auth_token(), &vendor.api_base_url()).await?;
    page.click("button", "Check and save").await?;
    page.has_rows(calls).await?;
    page.gone("dialog", "/Add Vobiz account/").await
}

pub(super) async fn an_account_with_a_keyring(name: &'static str) -> Result<()> {
    let vendor = vendor().await?;
    let rig = Rig::start(Parts::default())?;
    let profile = rig.home().join("profile");
    let page = Page::new(rig.open(&profile, &[]).await?, name);
    open_dialog(&page).await?;

    // What cannot be right is told beside the field, and nothing is saved.
    fill_in(&page, &vendor, "0123456789abcdef0123", &vendor.api_base_url()).await?;
    page.click("button", "Check and save").await?;
    page.says("Vobiz refused the Auth ID or its token").await?;
    page.shot("1-wrong-token").await?;
    fill_in(&page, &vendor, vendor.auth_token(), "http://127.0.0.1:9/api/v1").await?;
    page.click("button", "Check and save").await?;
    page.says("No answer from the provider").await?;
    page.shot("2-no-answer").await?;

    fill_in(&page, &vendor, vendor.auth_token(), &vendor.api_base_url()).await?;
    page.click("button", "Check and save").await?;
    page.has_rows(i64::from(CALLS)).await?;
    page.shot("3-synced").await?;
    page.close(&rig).await?;

    let token = vendor.auth_token().as_bytes();
    for file in files(&profile)? {
        let bytes = std::fs::read(&file)?;
        ensure!(
            !bytes.windows(token.len()).any(|window| window == token),
            "the token is in {}",
            file.display()
        );
    }
    ensure!(
        !files(&rig.home().join(".local/share/keyrings"))?.is_empty(),
        "the keyring holds nothing"
    );

    // Signed in without asking: new calls come by themselves.
    vendor.add_calls(3)?;
    let page = Page::new(rig.open(&profile, &[]).await?, name);
    page.has_rows(i64::from(CALLS) + 3).await?;
    page.close(&rig).await
}

pub(super) async fn no_keyring(name: &'static str) -> Result<()> {
    let vendor = vendor().await?;
    let rig = Rig::start(Parts { keyring: false, ..Parts::default() })?;
    let profile = rig.home().join("profile");
    let page = Page::new(rig.open(&profile, &[]).await?, name);
    open_dialog(&page).await?;
    fill_in(&page, &vendor, vendor.auth_token(), &vendor.api_base_url()).await?;
    page.click("button", "Check and save").await?;
    page.says("This computer has no keyring").await?;
    page.shot("1-no-keyring").await?;
    page.click("button", "Keep for this session only").await?;
    page.has_rows(i64::from(CALLS)).await?;
    page.close(&rig).await?;

    let page = Page::new(rig.open(&profile, &[]).await?, name);
    page.has_rows(i64::from(CALLS)).await?;
    page.find("button", "/Sign in/").await?;
    page.shot("2-signed-out-after-restart").await?;
    page.close(&rig).await
}

fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.is_file() {
            found.push(path);
        }
    }
    Ok(found)
}
