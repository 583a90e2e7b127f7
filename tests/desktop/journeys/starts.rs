//! Starts that cannot go well. Each says why in a window of the system, and leaves the data as they are.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::page::Page;
use crate::rig::{Parts, Rig};

/// What the sandbox that `--sandbox` adds has.
const CALLS: i64 = 2000;
/// Raises or lowers the version in an index, as another version of the program would have left it.
const SHIFT_VERSION: &str = r"
import sqlite3, sys
index = sqlite3.connect(sys.argv[1])
version = index.execute('PRAGMA user_version').fetchone()[0] + int(sys.argv[2])
index.execute(f'PRAGMA user_version = {version}')
index.execute('UPDATE meta SET value = ? WHERE name = ?', (version, 'schema_version'))
index.commit()
";

pub(super) async fn starts_that_are_refused(name: &'static str) -> Result<()> {
    let mut rig = Rig::start(Parts { sound: false, ..Parts::default() })?;
    let profile = rig.home().join("profile");
    let page = Page::new(rig.open(&profile, &["--sandbox"]).await?, name);
    page.has_rows(CALLS).await?;

    // A second one on the same data; the first goes on.
    refused(&mut rig, &profile, &format!("{name}-1-open-already")).await?;
    page.click("button", "Sync now").await?;
    page.says("Synced just now").await?;
    page.close(&rig).await?;

    // Data of a newer version are not touched.
    let index = profile.join("catalogue.sqlite3");
    shift_version(&rig, &index, "1000")?;
    let before = std::fs::read(&index)?;
    refused(&mut rig, &profile, &format!("{name}-2-newer-version")).await?;
    ensure!(std::fs::read(&index)? == before, "the index of a newer version was changed");
    shift_version(&rig, &index, "-1000")?;

    // A folder that cannot be written, whoever one is.
    refused(&mut rig, Path::new("/proc/tapeshelf"), &format!("{name}-3-not-writable")).await?;

    // After all that, everything is there.
    let page = Page::new(rig.open(&profile, &[]).await?, name);
    page.has_rows(CALLS).await?;
    page.close(&rig).await
}

pub(super) async fn a_damaged_index(name: &'static str) -> Result<()> {
    let rig = Rig::start(Parts { sound: false, ..Parts::default() })?;
    let profile = rig.home().join("profile");
    let page = Page::new(rig.open(&profile, &["--sandbox"]).await?, name);
    page.has_rows(CALLS).await?;
    page.close(&rig).await?;

    let index = profile.join("catalogue.sqlite3");
    let mut bytes = std::fs::read(&index)?;
    // The name of the program in its header; the accounts behind it can be read all the same.
    bytes.get_mut(68..72).context("the index is empty")?.fill(0);
    std::fs::write(&index, &bytes)?;
    let page = Page::new(rig.open(&profile, &[]).await?, name);
    page.says("The index was damaged").await?;
    page.shot("1-said-so").await?;
    page.has_rows(CALLS).await?;
    page.close(&rig).await?;
    // For whoever can read more of it.
    let aside = std::fs::metadata(profile.join("catalogue.sqlite3.corrupt-1"))?;
    ensure!(aside.len() > 0, "the damaged index was not kept");
    Ok(())
}

/// Starts the program, reads its message away, and sees it end as one that failed.
async fn refused(rig: &mut Rig, profile: &Path, shot: &str) -> Result<()> {
    let started = rig.launch(profile)?;
    rig.answer_message("^Tapeshelf cannot start$", "Return", shot).await?;
    let status = rig.ended(&started).await?;
    ensure!(status.code() == Some(1), "it ended with {status}");
    Ok(())
}

fn shift_version(rig: &Rig, index: &Path, by: &str) -> Result<()> {
    let index = index.display().to_string();
    rig.output("python3", &["-c", SHIFT_VERSION, &index, by]).map(|_| ())
}
