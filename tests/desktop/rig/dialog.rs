//! Native dialogs, which WebDriver cannot see: found and typed into through the X server, as a person would.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{PATIENCE, Rig, eventually, screenshots};

/// How often Return is pressed.
const RETURNS: usize = 3;

impl Rig {
    /// Waits for a native dialog by its title, types a path and confirms it.
    pub(crate) async fn answer_dialog(&self, title: &str, path: &str) -> Result<()> {
        let window = self.dialog(title).await?;
        self.output("xdotool", &["windowfocus", "--sync", &window])?;
        // A slash opens the field for a path, which swallows keys until it is there.
        self.output("xdotool", &["key", "slash"])?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.output("xdotool", &["key", "ctrl+a"])?;
        self.output("xdotool", &["type", "--delay", "30", path])?;
        // The first Return may only complete the name or open the folder; the next one chooses it.
        for _ in 0..RETURNS {
            self.output("xdotool", &["key", "Return"])?;
            if self.is_gone(title, Duration::from_secs(3)).await {
                return Ok(());
            }
        }
        self.gone(title).await
    }

    async fn is_gone(&self, title: &str, patience: Duration) -> bool {
        let gone = async {
            while self.output("xdotool", &["search", "--onlyvisible", "--name", title]).is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(patience, gone).await.is_ok()
    }

    async fn dialog(&self, title: &str) -> Result<String> {
        eventually(&format!("the dialog “{title}”"), async || {
            let found =
                self.output("xdotool", &["search", "--onlyvisible", "--name", title]).ok()?;
            found.lines().next().map(str::to_owned)
        })
        .await
    }

    async fn gone(&self, title: &str) -> Result<()> {
        let gone = self.is_gone(title, PATIENCE).await;
        if !gone {
            self.picture("lost-dialog")?;
        }
        ensure!(gone, "the dialog “{title}” stays open; see {}", screenshots()?.display());
        Ok(())
    }

    /// Keeps what the whole screen shows: WebDriver sees only the page.
    pub(crate) fn picture(&self, name: &str) -> Result<()> {
        let path = screenshots()?.join(format!("{name}.png")).display().to_string();
        let size = self.output("xdotool", &["getdisplaygeometry"])?.replace(' ', "x");
        let display = self.variable("DISPLAY");
        let grab = ["-v", "error", "-y", "-f", "x11grab", "-video_size", &size, "-i", &display];
        self.output("ffmpeg", &[&grab[..], &["-frames:v", "1", &path]].concat())?;
        Ok(())
    }
}
