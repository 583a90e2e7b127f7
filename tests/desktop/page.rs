//! The page as a person or a screen reader meets it: elements by role and accessible name.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use thirtyfour::prelude::*;
use thirtyfour::{Key, WebDriver};

use crate::rig::{PATIENCE, Rig, eventually, screenshots};

/// Finds the first visible element of a role whose accessible name is (or, with `/…/`, matches) the wanted one. The name
/// is what the specification computes for our elements: `aria-labelledby`, `aria-label`, a `label`, else the text.
const FIND: &str = r"
const [role, wanted] = arguments;
const selectors = {
  button: 'button, [role=button], summary', textbox: 'input:not([type]), input[type=text], input[type=password], input[type=email], input[type=number], input[type=url], textarea',
  searchbox: 'input[type=search], [role=search] input[role=combobox]', checkbox: 'input[type=checkbox], [role=checkbox]', radio: 'input[type=radio], [role=radio]',
  row: '[role=row]', grid: '[role=grid]', dialog: 'dialog[open]', slider: 'input[type=range], [role=slider]', heading: 'h1, h2, h3',
  link: 'a[href]', tab: '[role=tab]', menuitem: '[role=menuitem], [role=menuitemcheckbox]', combobox: 'select', label: 'label', any: '*',
};
const text = (element) => (element?.innerText ?? element?.textContent ?? '').replace(/\s+/g, ' ').trim();
const name = (element) => {
  const by = element.getAttribute('aria-labelledby');
  if (by) return by.split(/\s+/).map((id) => text(document.getElementById(id))).join(' ').trim();
  const label = element.getAttribute('aria-label');
  if (label) return label.trim();
  if (element.labels?.length) return text(element.labels[0]);
  return text(element);
};
const matches = wanted.startsWith('/') ? ((pattern) => (found) => pattern.test(found))(new RegExp(wanted.slice(1, -1))) : (found) => found === wanted;
const visible = (element) => element.checkVisibility({ visibilityProperty: true });
const root = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
for (const place of root === document ? [document] : [root, document]) {
  for (const element of place.querySelectorAll(selectors[role])) if (visible(element) && matches(name(element))) return element;
}
return null;
";

/// The rows that are whole on screen, from the top. The table keeps a few more above and below.
const ROWS: &str = r"
const rows = [...document.querySelectorAll('[role=grid] [role=row]')]
  .filter((row) => row.querySelector('[role=gridcell]'))
  .filter((row) => {
    const { left, top, bottom } = row.getBoundingClientRect();
    const at = (y) => row.contains(document.elementFromPoint(left + 60, y));
    return at(top + 4) && at(bottom - 4);
  })
  .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
";

/// Waits until no animation with an end runs any more. Two frames before each look: what was just changed is painted by then,
/// and what it sets in motion has begun. A spinner has no end, so nobody waits for it.
const SETTLED: &str = r"
const done = arguments[0];
const frames = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
const ending = () => document.getAnimations()
  .filter((one) => one.playState === 'running' && Number.isFinite(one.effect?.getComputedTiming().endTime));
(async () => {
  await frames();
  for (let moving = ending(); moving.length > 0; moving = ending()) {
    await Promise.allSettled(moving.map((one) => one.finished));
    await frames();
  }
})().finally(done);
";

/// The page of one running program.
pub(crate) struct Page {
    pub driver: WebDriver,
    journey: &'static str,
}

impl Page {
    pub(crate) fn new(driver: WebDriver, journey: &'static str) -> Self {
        Self { driver, journey }
    }

    /// Waits for an element. A name in slashes is a pattern.
    pub(crate) async fn find(&self, role: &str, name: &str) -> Result<WebElement> {
        let found = eventually(&format!("{role} “{name}”"), async || {
            self.find_now(role, name).await.ok()?
        })
        .await;
        match found {
            Ok(element) => Ok(element),
            Err(error) => {
                let _ = self.shot("lost").await;
                let text = self.text().await.unwrap_or_default();
                Err(error.context(format!("the page says: {text}")))
            }
        }
    }

    /// The element if it is there now.
    pub(crate) async fn find_now(&self, role: &str, name: &str) -> Result<Option<WebElement>> {
        let found = self.driver.execute(FIND, vec![role.into(), name.into()]).await?;
        Ok(found.element().ok())
    }

    /// Waits until no such element is there.
    pub(crate) async fn gone(&self, role: &str, name: &str) -> Result<()> {
        eventually(&format!("the end of {role} “{name}”"), async || {
            matches!(self.find_now(role, name).await, Ok(None)).then_some(())
        })
        .await
    }

    /// Clicks it as soon as it can be clicked.
    pub(crate) async fn click(&self, role: &str, name: &str) -> Result<()> {
        let clicked = eventually(&format!("a click on {role} “{name}”"), async || {
            let element = self.find_now(role, name).await.ok()??;
            if !element.is_enabled().await.ok()? {
                return None;
            }
            element.click().await.ok()
        })
        .await;
        if clicked.is_err() {
            let _ = self.shot("lost").await;
            let text = self.text().await.unwrap_or_default();
            return clicked.context(format!("the page says: {text}"));
        }
        Ok(())
    }

    /// Replaces what a field holds.
    pub(crate) async fn fill(&self, role: &str, name: &str, text: &str) -> Result<()> {
        let field = self.find(role, name).await?;
        field.click().await?;
        field.send_keys(Key::Control + "a").await?;
        if text.is_empty() {
            field.send_keys(Key::Delete + "").await?;
        } else {
            field.send_keys(text).await?;
        }
        Ok(())
    }

    /// Types to whatever has the focus.
    pub(crate) async fn keys(&self, keys: impl Into<TypingData>) -> Result<()> {
        Ok(self.driver.active_element().await?.send_keys(keys).await?)
    }

    /// Waits until the page's text holds something.
    pub(crate) async fn says(&self, wanted: &str) -> Result<()> {
        let found = eventually(&format!("the words “{wanted}”"), async || {
            self.text().await.ok()?.contains(wanted).then_some(())
        })
        .await;
        if found.is_err() {
            let _ = self.shot("lost").await;
            bail!("“{wanted}” is not on the page, which says: {}", self.text().await?);
        }
        Ok(())
    }

    /// All visible text.
    pub(crate) async fn text(&self) -> Result<String> {
        let text = self.driver.execute("return document.body.innerText", vec![]).await?;
        Ok(text.json().as_str().unwrap_or_default().to_owned())
    }

    /// Runs a script and takes its result as JSON.
    pub(crate) async fn script(&self, script: &str) -> Result<serde_json::Value> {
        Ok(self.driver.execute(script, vec![]).await?.json().clone())
    }

    /// Number of rows the table has in all.
    pub(crate) async fn row_count(&self) -> Result<i64> {
        // The header is a row of its own.
        let rows = self
            .script("return Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') ?? 1) - 1")
            .await?;
        rows.as_i64().context("no number")
    }

    /// Waits until the table has so many rows.
    pub(crate) async fn has_rows(&self, wanted: i64) -> Result<()> {
        let mut last = -1;
        let reached = eventually(&format!("{wanted} rows"), async || {
            last = self.row_count().await.ok()?;
            (last == wanted).then_some(())
        })
        .await;
        reached.with_context(|| format!("the table has {last} rows"))
    }

    /// Text of the cells of the rows that are whole on screen, from the top: `cells[row][column]`.
    pub(crate) async fn cells(&self) -> Result<Vec<Vec<String>>> {
        let script = format!(
            "{ROWS} return rows.map((row) => [...row.querySelectorAll('[role=gridcell]')].map((cell) => cell.innerText.trim()))"
        );
        // A row whose data is still on its way has no text yet.
        eventually("rows with text", async || {
            let cells: Vec<Vec<String>> =
                serde_json::from_value(self.script(&script).await.ok()?).ok()?;
            cells.iter().all(|row| row.iter().any(|cell| !cell.is_empty())).then_some(cells)
        })
        .await
    }

    /// One of these rows as its element.
    pub(crate) async fn row(&self, index: usize) -> Result<WebElement> {
        eventually(&format!("row {index}"), async || {
            let script = format!("{ROWS} return rows[arguments[0]] ?? null");
            self.driver.execute(script, vec![index.into()]).await.ok()?.element().ok()
        })
        .await
    }

    /// Keeps what the window shows now, with nothing in it half faded in.
    pub(crate) async fn shot(&self, step: &str) -> Result<()> {
        // A picture for people: when the page has no answer, what is there is still worth keeping.
        let _ = self.driver.execute_async(SETTLED, vec![]).await;
        let path = screenshots()?.join(format!("{}-{step}.png", self.journey));
        self.driver.screenshot(&path).await?;
        Ok(())
    }

    /// Closes the window and waits for the program to end: its process holds the display, the index and the log.
    pub(crate) async fn close(self, rig: &Rig) -> Result<()> {
        // The program may be faster than the answer.
        let _ = tokio::time::timeout(PATIENCE, self.driver.quit()).await;
        eventually("the end of the program", async || {
            rig.output("xdotool", &["search", "--onlyvisible", "--name", "^Tapeshelf$"])
                .is_err()
                .then_some(())
        })
        .await
    }
}

/// Pause between two looks at something that moves by itself.
pub(crate) async fn a_moment(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
