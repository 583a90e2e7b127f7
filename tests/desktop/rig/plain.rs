//! The program as a click on its icon starts it, without WebDriver; and its messages, which no page shows.

use std::path::Path;
use std::process::{ExitStatus, Stdio};

use anyhow::{Context as _, Result};

use super::{Rig, eventually, program};

/// The program, started like this. The rig stops it if it does not end by itself.
pub(crate) struct Started(usize);

impl Rig {
    /// Starts the program on a profile.
    pub(crate) fn launch(&mut self, profile: &Path) -> Result<Started> {
        let (path, profile) = (program()?, profile.display().to_string());
        self.spawn(&path.display().to_string(), &["--data-dir", &profile], Stdio::null())?;
        Ok(Started(self.children.len() - 1))
    }

    /// Waits until it ends by itself, and says how.
    pub(crate) async fn ended(&mut self, started: &Started) -> Result<ExitStatus> {
        let child = self.children.get_mut(started.0).context("nothing was started")?;
        eventually("the end of the program", async || child.try_wait().ok().flatten()).await
    }

    /// Waits for a message by its title, keeps a picture of the screen, and presses a button: Return takes the first one, Escape
    /// the other.
    pub(crate) async fn answer_message(&self, title: &str, key: &str, shot: &str) -> Result<()> {
        let shown = async || {
            let found =
                self.output("xdotool", &["search", "--onlyvisible", "--name", title]).ok()?;
            found.lines().next().map(str::to_owned)
        };
        let window = eventually(&format!("the message “{title}”"), shown).await?;
        self.output("xdotool", &["windowfocus", "--sync", &window])?;
        self.picture(shot)?;
        eventually(&format!("the end of the message “{title}”"), async || {
            // A key may come before the message listens.
            if shown().await.is_some() {
                let _ = self.output("xdotool", &["key", key]);
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            }
            shown().await.is_none().then_some(())
        })
        .await
    }
}
